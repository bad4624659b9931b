//! Prediction: probabilities of all alternatives of a case, and the expected maximum of their utilities.

use std::collections::HashMap;

use logsum_draws::{Stream, normal_quantile};
use logsum_probit::ghk::{GRADIENT, Lanes as Orthants, Recursion, VALUE, pair, row};

use super::NormalErrors;
use super::choice::{ChoiceCase, ChoiceScratch};
use super::draws::CaseBlocks;
use super::factors::{NotPositive, OfOutcome};
use super::lanes::{ErrorLanes, ln_weights};
use super::outcomes::{Outcome, pairs_of_choice};
use super::structure::Covariance;
use crate::model::mixture::cases::Cases;
use crate::model::mixture::plain::NotFinite;

/// Covariances of the choices that a prediction has met.
#[derive(Debug, Default)]
pub(crate) struct Foreseen {
    known: HashMap<Outcome, OfOutcome>,
}

impl Foreseen {
    /// Of the choice of a slot from a set of these alternatives.
    pub fn of(
        &mut self,
        errors: &NormalErrors,
        covariance: &Covariance,
        alternatives: &[u32],
        chosen: u32,
    ) -> Result<&OfOutcome, NotPositive> {
        let outcome = Outcome {
            alternatives: errors.alternatives(alternatives),
            pairs: pairs_of_choice(chosen, alternatives.len()),
        };
        if !self.known.contains_key(&outcome) {
            let of_outcome = OfOutcome::new(covariance, &outcome, errors.structure.n_alternatives == 0, VALUE)?;
            self.known.insert(outcome.clone(), of_outcome);
        }
        Ok(&self.known[&outcome])
    }
}

/// Why there is no prediction.
pub(crate) enum Refused {
    NotFinite(NotFinite),
    NotPositive(NotPositive),
}

impl NormalErrors {
    /// What tells alternatives apart: nothing where errors are independent and equal.
    pub fn alternatives(&self, of_slots: &[u32]) -> Vec<u32> {
        match self.structure.n_alternatives {
            0 => vec![0; of_slots.len()],
            _ => of_slots.to_vec(),
        }
    }

    /// Covariance of the errors of two slots of a case.
    fn element(&self, covariance: &Covariance, alternatives: &[u32], one: usize, other: usize) -> f64 {
        if self.structure.n_alternatives == 0 {
            return if one == other { 0.5 } else { 0.0 };
        }
        let (one, other) = (alternatives[one] as usize, alternatives[other] as usize);
        covariance.value[pair(one.max(other), one.min(other))]
    }

    /// Σ_k g_k (σ_jj − σ_jk) of alternative j, with g_k = ∂ ln P_j/∂(V_j − V_k): what its error is worth where it is chosen.
    ///
    /// ```text
    /// E max (V_j + ε_j) = Σ_j P_j (V_j + E(ε_j | j is best)),   E(ε_j | j is best) = Σ_k σ_jk ∂ ln P_j/∂V_k
    /// ```
    ///
    /// # Source
    /// Stein's identity, E ε f(ε) = Σ E ∂f/∂ε.
    fn worth(&self, covariance: &Covariance, alternatives: &[u32], j: usize, g: impl Iterator<Item = f64>) -> f64 {
        let own = self.element(covariance, alternatives, j, j);
        let others = (0..alternatives.len()).filter(|&k| k != j);
        others
            .zip(g)
            .map(|(k, g)| g * (own - self.element(covariance, alternatives, j, k)))
            .sum()
    }

    /// Utilities, probabilities and expected maximum of a case where tastes are the same. Simulated probabilities are
    /// divided by their sum.
    pub fn foresee(
        &self,
        (cases, case): (&Cases, u32),
        (covariance, foreseen): (&Covariance, &mut Foreseen),
        fixed: &[f64],
        draws: &mut CaseBlocks<'_>,
        scratch: &mut ChoiceScratch,
        (utilities, probabilities): (&mut [f64], &mut [f64]),
    ) -> Result<f64, Refused> {
        let alternatives = &cases.alternatives[cases.slots_of(case)];
        let mut worths = vec![0.0; alternatives.len()];
        for j in 0..alternatives.len() {
            let pairs = pairs_of_choice(j as u32, alternatives.len());
            let outcome = foreseen
                .of(self, covariance, alternatives, j as u32)
                .map_err(Refused::NotPositive)?;
            let choice = ChoiceCase {
                cases,
                case,
                pairs: &pairs,
                outcome,
                probabilities: self.probabilities,
                parameters: &[],
                coefficients: &[],
                fixed,
            };
            choice
                .probability(draws, GRADIENT, scratch)
                .map_err(Refused::NotFinite)?;
            probabilities[j] = scratch.derivatives.ln_probability.exp();
            let score = &scratch.derivatives.score;
            let g = (0..pairs.len()).map(|k| score[row(k)]);
            worths[j] = self.worth(covariance, alternatives, j, g);
        }
        let sum: f64 = probabilities.iter().sum();
        let mut best = 0.0;
        for (j, probability) in probabilities.iter_mut().enumerate() {
            *probability /= sum;
            utilities[j] = scratch.plain.utilities[j][0];
            if *probability > 0.0 {
                best += *probability * (utilities[j] + worths[j]);
            }
        }
        Ok(best)
    }

    /// The same at draws of tastes, whose utilities are given: probabilities of each slot, and expected maxima. Each is
    /// simulated with one draw of the errors: only averages over draws mean anything, divided by the sum of those of
    /// probabilities.
    pub fn foresee_lanes<const W: usize>(
        &self,
        alternatives: &[u32],
        (covariance, foreseen): (&Covariance, &mut Foreseen),
        utilities: &[[f64; W]],
        lanes: &mut ErrorLanes<W>,
        probabilities: &mut Vec<[f64; W]>,
    ) -> Result<[f64; W], NotPositive>
    where
        Orthants<W>: Recursion<W>,
    {
        let n = alternatives.len();
        probabilities.clear();
        let mut best = [0.0; W];
        for j in 0..n {
            let outcome = foreseen.of(self, covariance, alternatives, j as u32)?;
            let orthants = &mut lanes.orthants;
            orthants.resize(n - 1);
            for (limit, k) in orthants.limits.iter_mut().zip((0..n).filter(|&k| k != j)) {
                (0..W).for_each(|l| limit[l] = utilities[j][l] - utilities[k][l]);
            }
            let ln_p = ln_weights(orthants, &outcome.factor, &lanes.uniforms, GRADIENT);
            orthants.backward(&outcome.factor, GRADIENT);
            let probability = ln_p.map(f64::exp);
            for l in (0..W).filter(|&l| probability[l] > 0.0) {
                let g = orthants.adjoint[..n - 1].iter().map(|adjoint| adjoint[l]);
                best[l] += probability[l] * (utilities[j][l] + self.worth(covariance, alternatives, j, g));
            }
            probabilities.push(probability);
        }
        Ok(best)
    }

    /// Draws the errors of a case's alternatives, and the slot with the largest utility.
    pub fn choose(&self, root: &[f64], alternatives: &[u32], utilities: &[f64], stream: &mut Stream) -> usize {
        let n = self.structure.n_alternatives;
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let n_draws = if n == 0 { utilities.len() } else { n };
        let normal: Vec<f64> = (0..n_draws).map(|_| normal_quantile(stream.open01())).collect();
        let error = |slot: usize| match n {
            0 => half * normal[slot],
            _ => {
                let alternative = alternatives[slot] as usize;
                (0..=alternative).map(|i| root[pair(alternative, i)] * normal[i]).sum()
            }
        };
        let total: Vec<f64> = (0..utilities.len()).map(|slot| utilities[slot] + error(slot)).collect();
        let best = (0..total.len()).max_by(|&a, &b| total[a].total_cmp(&total[b]).then(b.cmp(&a)));
        best.expect("a choice set has alternatives")
    }
}

/// A lower triangular root of a covariance that may be singular: variables without variance of their own have zeros.
pub(crate) fn root(covariance: &[f64]) -> Vec<f64> {
    let mut root = covariance.to_vec();
    let n = (0..).take_while(|&n| pair(n, 0) < covariance.len()).count();
    for k in 0..n {
        for j in 0..=k {
            let sum: f64 = (0..j).map(|i| root[pair(k, i)] * root[pair(j, i)]).sum();
            let rest = covariance[pair(k, j)] - sum;
            let diagonal = root[pair(j, j)];
            root[pair(k, j)] = if j == k {
                let rounding = 8.0 * (k + 1) as f64 * f64::EPSILON * covariance[pair(k, k)];
                if rest > rounding { rest.sqrt() } else { 0.0 }
            } else if diagonal > 0.0 {
                rest / diagonal
            } else {
                0.0
            };
        }
    }
    root
}
