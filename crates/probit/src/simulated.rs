//! Orthant probabilities by simulation, with what their randomness leaves open.

use logsum_draws::{Maker, Method, PointSet, PointSetError, Seed, Variate};

use crate::ghk::{Derivatives, Factor, GRADIENT, Held, Simulator, order, row};
use crate::orthant::{Orthant, OrthantError, either, solve};

/// How to simulate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulation {
    /// Points of each randomisation: Sobol points with Owen's scrambling, best with a power of two.
    pub number: usize,
    /// Independent randomisations, 2 at least, whose spread is the error.
    pub replications: usize,
    /// Seed.
    pub seed: u64,
    /// Whether variables are taken in the order in which the simulation varies least. Derivatives count it as fixed.
    pub reordered: bool,
}

impl Default for Simulation {
    fn default() -> Self {
        Simulation {
            number: 1024,
            replications: 8,
            seed: 1,
            reordered: true,
        }
    }
}

/// Why a probability cannot be simulated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SimulatedError {
    /// Of the problem.
    #[error(transparent)]
    Orthant(#[from] OrthantError),
    /// Of the draws.
    #[error(transparent)]
    Draws(#[from] PointSetError),
    /// One randomisation has no spread.
    #[error("{replications} randomisations; take at least 2, whose spread is the error")]
    Replications {
        /// How many were asked for.
        replications: usize,
    },
}

/// P(z₁ ≤ b₁, …, z_n ≤ b_n), z ~ N(0, S), by the GHK simulator ([`crate::ghk`]) with quasi-random draws.
///
/// `limits`: b, length n; +∞ leaves a variable out, −∞ gives P = 0. `covariance`: S, packed lower triangle by rows. The
/// probability is the mean over independent randomisations of the draws, `error` the standard error of that mean, and the
/// derivatives are those of the mean. One variable needs no draws and has no error.
///
/// # Errors
/// [`SimulatedError`]: lengths that do not fit, a limit that is NaN, a covariance that is not positive definite, no draws.
///
/// # Source
/// See [`crate::ghk`]; randomisations: Owen (1997), *Monte Carlo variance of scrambled net quadrature*.
pub fn simulated(limits: &[f64], covariance: &[f64], how: &Simulation) -> Result<Orthant, SimulatedError> {
    if how.replications < 2 {
        return Err(SimulatedError::Replications {
            replications: how.replications,
        });
    }
    let variates = vec![Variate::Uniform; limits.len().saturating_sub(1)];
    let points = PointSet::new(Method::Sobol, how.number, false, Seed::new(how.seed), variates)?;
    Ok(solve(limits, covariance, |limits, covariance| {
        finite(limits, covariance, &points, how)
    })?)
}

/// The same where all limits are finite; `points` have a dimension for each variable but one at least.
fn finite(limits: &[f64], covariance: &[f64], points: &PointSet, how: &Simulation) -> Result<Orthant, OrthantError> {
    let n = limits.len();
    let places: Vec<usize> = if how.reordered {
        order(limits, covariance)
    } else {
        (0..n).collect()
    };
    let moved_limits: Vec<f64> = places.iter().map(|&place| limits[place]).collect();
    let triangle = (0..n).flat_map(|k| (0..=k).map(move |j| (k, j)));
    let from: Vec<usize> = triangle.map(|(k, j)| either(places[k], places[j])).collect();
    let moved_covariance: Vec<f64> = from.iter().map(|&place| covariance[place]).collect();
    let factor = Factor::of(&moved_covariance).map_err(|at| OrthantError::NotPositiveDefinite {
        variable: places[at] + 1,
        variance: 0.0,
    })?;
    let mut simulator = Simulator::default();
    let mut found: Vec<Derivatives> = Vec::with_capacity(how.replications);
    let mut values = vec![0.0; points.n_dimensions() * how.number];
    for replication in 0..how.replications {
        let maker = Maker {
            position: replication as u64,
            key: replication as u64,
        };
        points.fill(maker, 0..how.number, &mut values);
        let mut held = Held::new(&values, how.number, None);
        let mut derivatives = Derivatives::default();
        simulator.evaluate(&moved_limits, &factor, &mut held, GRADIENT, &mut derivatives);
        found.push(derivatives);
    }
    let largest = found
        .iter()
        .map(|one| one.ln_probability)
        .fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = found.iter().map(|one| (one.ln_probability - largest).exp()).collect();
    let m = how.replications as f64;
    let mean = weights.iter().sum::<f64>() / m;
    let variance = weights
        .iter()
        .map(|weight| (weight - mean) * (weight - mean))
        .sum::<f64>()
        / (m - 1.0);
    let mut score = vec![0.0; row(n)];
    for (one, weight) in found.iter().zip(&weights) {
        for (sum, derivative) in score.iter_mut().zip(&one.score) {
            *sum += weight / (m * mean) * derivative;
        }
    }
    let mut orthant = Orthant {
        ln_probability: largest + mean.ln(),
        error: if n < 2 {
            0.0
        } else {
            (variance / m).sqrt() * largest.exp()
        },
        limits: vec![0.0; n],
        covariance: vec![0.0; covariance.len()],
    };
    for (k, &place) in places.iter().enumerate() {
        orthant.limits[place] = score[row(k)];
    }
    for (place, derivative) in from.into_iter().zip(covariance_score(&factor, &score)) {
        orthant.covariance[place] = derivative;
    }
    Ok(orthant)
}

/// ∂/∂S from ∂/∂L, S = L L′, a packed triangle; an off-diagonal element moves both symmetric entries.
///
/// ```text
/// ∂/∂S = sym(L⁻ᵀ Φ(L′ G) L⁻¹),   Φ: the lower triangle with half of the diagonal
/// ```
///
/// # Source
/// Murray (2016), *Differentiation of the Cholesky decomposition*.
fn covariance_score(factor: &Factor, score: &[f64]) -> Vec<f64> {
    let n = factor.n();
    let l = |k: usize, j: usize| factor.row(k)[j];
    let mut m = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let sum: f64 = (i..n).map(|k| l(k, i) * score[row(k) + 1 + j]).sum();
            m[i * n + j] = if i == j { 0.5 * sum } else { sum };
        }
    }
    // L⁻ᵀ M, then M L⁻¹.
    for j in 0..n {
        for i in (0..n).rev() {
            let sum: f64 = (i + 1..n).map(|k| l(k, i) * m[k * n + j]).sum();
            m[i * n + j] = (m[i * n + j] - sum) * factor.inverse_diagonal(i);
        }
    }
    for i in 0..n {
        for j in (0..n).rev() {
            let sum: f64 = (j + 1..n).map(|k| m[i * n + k] * l(k, j)).sum();
            m[i * n + j] = (m[i * n + j] - sum) * factor.inverse_diagonal(j);
        }
    }
    let triangle = (0..n).flat_map(|k| (0..=k).map(move |j| (k, j)));
    triangle
        .map(|(k, j)| {
            if k == j {
                m[k * n + k]
            } else {
                m[k * n + j] + m[j * n + k]
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
