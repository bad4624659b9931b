//! Covariances of differences with their Cholesky factors, at given parameters.

use std::collections::HashMap;

use logsum_probit::ghk::{CURVATURE, Factor, GRADIENT, VALUE, pair};

use super::outcomes::Outcome;
use super::structure::{Covariance, Structure};

/// A covariance that is not positive definite: alternatives whose errors differ by others' alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotPositive {
    /// The better and the worse alternative of a pair whose difference has no variance of its own.
    pub alternatives: (u32, u32),
}

/// What every outcome needs at some parameters.
#[derive(Debug, Default)]
pub(crate) struct Factors {
    pub of_outcome: Vec<OfOutcome>,
    pub covariance: Covariance,
}

/// The covariance of an outcome's differences, ε_worse − ε_better of each pair, as far as the order says.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfOutcome {
    /// S.
    pub covariance: Vec<f64>,
    /// L with S = L L′.
    pub factor: Factor,
    /// ∂S in each parameter of the covariance.
    pub covariance_first: Vec<Vec<f64>>,
    /// ∂L in each of them.
    pub first: Vec<Vec<f64>>,
    /// ∂²L in each pair of them.
    pub second: Vec<Vec<f64>>,
}

impl Factors {
    /// Of these outcomes.
    ///
    /// # Errors
    /// A covariance that is not positive definite.
    pub fn new(structure: &Structure, outcomes: &[Outcome], theta: &[f64], order: u8) -> Result<Self, NotPositive> {
        let covariance = structure.at(theta);
        let independent = structure.n_alternatives == 0;
        // Without names only the pairs count, and all choices from a set of one size have the same covariance.
        let mut known: HashMap<Vec<(bool, bool)>, usize> = HashMap::new();
        let mut of_outcome: Vec<OfOutcome> = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            let overlaps = || {
                let pairs = outcome.pairs.windows(2);
                pairs.map(|two| (two[0].0 == two[1].0, two[0].1 == two[1].0)).collect()
            };
            let key: Option<Vec<(bool, bool)>> = independent.then(overlaps);
            let same = key.as_ref().and_then(|key| known.get(key));
            if let Some(same) = same.filter(|&&same| outcomes[same].pairs.len() == outcome.pairs.len()) {
                let same = of_outcome[*same].clone();
                of_outcome.push(same);
                continue;
            }
            if let Some(key) = key {
                known.insert(key, of_outcome.len());
            }
            of_outcome.push(OfOutcome::new(&covariance, outcome, independent, order)?);
        }
        Ok(Factors { of_outcome, covariance })
    }
}

impl OfOutcome {
    /// Of one outcome.
    ///
    /// # Errors
    /// A covariance that is not positive definite.
    pub fn new(covariance: &Covariance, outcome: &Outcome, independent: bool, order: u8) -> Result<Self, NotPositive> {
        let differences = |sigma: &[f64]| differences(sigma, outcome, independent);
        let value = differences(&covariance.value);
        let factor = Factor::of(&value).map_err(|place| {
            let (better, worse) = outcome.pairs[place];
            let of = |slot: u32| outcome.alternatives[slot as usize];
            NotPositive {
                alternatives: (of(better), of(worse)),
            }
        })?;
        let mut all = OfOutcome {
            covariance: value,
            factor,
            ..OfOutcome::default()
        };
        if order == VALUE || independent {
            return Ok(all);
        }
        debug_assert!(order >= GRADIENT);
        all.covariance_first = covariance.first.iter().map(|sigma| differences(sigma)).collect();
        all.first = all
            .covariance_first
            .iter()
            .map(|first| derivative(&all.factor, first.clone()))
            .collect();
        if order >= CURVATURE {
            for row in 0..all.first.len() {
                for column in 0..=row {
                    // S″ = L″L′ + L L″′ + L_r′L_c′ + L_c L_r′.
                    let mut rest = differences(&covariance.second[pair(row, column)]);
                    let n = all.factor.n();
                    let (a, b) = (&all.first[row], &all.first[column]);
                    for k in 0..n {
                        for j in 0..=k {
                            let products =
                                (0..=j).map(|i| a[pair(k, i)] * b[pair(j, i)] + b[pair(k, i)] * a[pair(j, i)]);
                            rest[pair(k, j)] -= products.sum::<f64>();
                        }
                    }
                    all.second.push(derivative(&all.factor, rest));
                }
            }
        }
        Ok(all)
    }
}

/// D Σ D′ of the pairs; of independent errors with variance ½ without Σ.
fn differences(sigma: &[f64], outcome: &Outcome, independent: bool) -> Vec<f64> {
    let element = |one: u32, other: u32| {
        if independent {
            return if one == other { 0.5 } else { 0.0 };
        }
        let (one, other) = (
            outcome.alternatives[one as usize] as usize,
            outcome.alternatives[other as usize] as usize,
        );
        sigma[pair(one.max(other), one.min(other))]
    };
    let mut all = Vec::with_capacity(pair(outcome.pairs.len(), 0));
    for (k, &(better, worse)) in outcome.pairs.iter().enumerate() {
        for &(other_better, other_worse) in &outcome.pairs[..=k] {
            all.push(
                element(worse, other_worse) - element(worse, other_better) - element(better, other_worse)
                    + element(better, other_better),
            );
        }
    }
    all
}

/// dL of dS = dL L′ + L dL′:
///
/// ```text
/// dL = L Φ(L⁻¹ dS L⁻ᵀ),   Φ: the lower triangle with half of the diagonal
/// ```
fn derivative(factor: &Factor, mut ds: Vec<f64>) -> Vec<f64> {
    let n = factor.n();
    let l = factor.lower();
    // A full matrix M = L⁻¹ dS, then M L⁻ᵀ.
    let mut m = vec![0.0; n * n];
    for k in 0..n {
        for j in 0..n {
            m[k * n + j] = ds[pair(k.max(j), k.min(j))];
        }
    }
    for j in 0..n {
        for k in 0..n {
            let sum: f64 = (0..k).map(|i| l[pair(k, i)] * m[i * n + j]).sum();
            m[k * n + j] = (m[k * n + j] - sum) * factor.inverse_diagonal(k);
        }
    }
    for k in 0..n {
        for j in 0..n {
            let sum: f64 = (0..j).map(|i| m[k * n + i] * l[pair(j, i)]).sum();
            m[k * n + j] = (m[k * n + j] - sum) * factor.inverse_diagonal(j);
        }
    }
    for k in 0..n {
        for j in 0..=k {
            // Row k of L times column j of Φ.
            let half = 0.5 * l[pair(k, j)] * m[j * n + j];
            let rest: f64 = (j + 1..=k).map(|i| l[pair(k, i)] * m[i * n + j]).sum();
            ds[pair(k, j)] = half + rest;
        }
    }
    ds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_a_factor() {
        // S(x, y) = A + x B + y C + x y D.
        let parts = [
            vec![2.0, 0.3, 1.5, -0.4, 0.2, 1.1],
            vec![0.2, 0.1, -0.3, 0.05, 0.2, 0.4],
            vec![-0.1, 0.2, 0.1, 0.3, -0.2, 0.2],
            vec![0.3, -0.1, 0.2, 0.1, 0.1, -0.2],
        ];
        let s = |x: f64, y: f64| -> Vec<f64> {
            (0..6)
                .map(|i| parts[0][i] + x * parts[1][i] + y * parts[2][i] + x * y * parts[3][i])
                .collect()
        };
        let l = |x: f64, y: f64| Factor::of(&s(x, y)).unwrap().lower().to_vec();
        let (x, y, h) = (0.2, -0.1, 1e-4);
        let factor = Factor::of(&s(x, y)).unwrap();
        let ds = |y: f64| -> Vec<f64> { (0..6).map(|i| parts[1][i] + y * parts[3][i]).collect() };
        let first = derivative(&factor, ds(y));
        let (above, below) = (l(x + h, y), l(x - h, y));
        for (first, (above, below)) in first.iter().zip(above.iter().zip(&below)) {
            let difference = (above - below) / (2.0 * h);
            assert!((first - difference).abs() < 1e-7, "{first} {difference}");
        }
    }
}
