//! Log-likelihoods to compare with: equal shares, and constants only.

use std::collections::HashMap;

use logsum_data::{ChoiceData, Outcome};
use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Options, Order, Parameter, Stopped, maximise};
use ndarray::{Array1, Array2};

/// ln L of equal shares over the alternatives available to each case,
///
/// ```text
/// −Σ_n w_n y_n ln J_n
/// ```
///
/// with J_n the size of the choice set and y_n the number of choices (1, or the sum of counts; 0 where
/// outcomes are not known). On sampled choice sets with a correction c_nj equal utilities are meant,
///
/// ```text
/// Σ_n w_n Σ_j y_nj (c_nj − ln Σ_k exp c_nk)
/// ```
///
/// so that it is what the likelihood of a model is where all its parameters are 0. Sampling rates of a choice-based
/// sample do not enter: the constants that they would shift are not in it.
pub fn log_likelihood_null(data: &ChoiceData) -> f64 {
    if let Some(correction) = data.correction() {
        return equal_utilities(data, correction);
    }
    let case = |case: usize| {
        let weight = data.weights().map_or(1.0, |weights| weights[case]);
        -weight * data.choices(case) * (data.pairs(case).len() as f64).ln()
    };
    (0..data.n_cases()).map(case).sum()
}

/// ln L of utilities that are all 0 but for the correction of sampled choice sets.
fn equal_utilities(data: &ChoiceData, correction: &[f64]) -> f64 {
    let case = |case: usize| {
        let corrections = &correction[data.pairs(case)];
        let largest = corrections.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = corrections.iter().map(|correction| (correction - largest).exp()).sum();
        let chosen: f64 = match data.outcome() {
            Outcome::Chosen(chosen) => corrections[chosen[case] as usize],
            Outcome::Counts(counts) => {
                let times = counts[data.pairs(case)].iter().zip(corrections);
                times.map(|(count, correction)| count * correction).sum()
            }
            Outcome::None => 0.0,
        };
        let weight = data.weights().map_or(1.0, |weights| weights[case]);
        weight * (chosen - data.choices(case) * (largest + total.ln()))
    };
    (0..data.n_cases()).map(case).sum()
}

/// ln L of the full set of constants, estimated where choice sets differ; `None` where alternatives are unlabelled,
/// where outcomes are not known, and where choice sets are sampled with a correction.
pub fn log_likelihood_constants(data: &ChoiceData) -> Option<f64> {
    if !data.alternatives().labelled || !data.has_outcomes() || data.correction().is_some() {
        return None;
    }
    let constants = Constants::new(data);
    if let [only] = &constants.sets[..] {
        let total: f64 = only.chosen.iter().sum();
        let share = |chosen: &f64| {
            if *chosen > 0.0 {
                chosen * (chosen / total).ln()
            } else {
                0.0
            }
        };
        return Some(only.chosen.iter().map(share).sum());
    }
    let start = vec![0.0; constants.parameters.len()];
    let maximum = maximise(&constants, &start, &Options::default(), None).ok()?;
    // Constants of alternatives that are never in one choice set are free to move together: ln L is unique all the
    // same.
    let settled = maximum.convergence.converged || matches!(maximum.convergence.stopped, Stopped::NotIdentified { .. });
    settled.then_some(maximum.evaluation.log_likelihood)
}

/// Logit with constants alone: cases with one choice set are one.
struct Constants {
    parameters: Vec<Parameter>,
    sets: Vec<CountedSet>,
}

struct CountedSet {
    /// Parameter of each slot; `None` for the alternative whose constant is 0.
    slots: Vec<Option<usize>>,
    /// Weighted number of choices of each slot.
    chosen: Vec<f64>,
}

impl CountedSet {
    /// ln P of each slot.
    fn ln_probabilities(&self, theta: &[f64]) -> Vec<f64> {
        let utility: Vec<f64> = self.slots.iter().map(|slot| slot.map_or(0.0, |k| theta[k])).collect();
        let largest = utility.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let logsum = largest + utility.iter().map(|v| (v - largest).exp()).sum::<f64>().ln();
        utility.iter().map(|v| v - logsum).collect()
    }
}

impl Constants {
    fn new(data: &ChoiceData) -> Self {
        let weight = |case: usize| data.weights().map_or(1.0, |weights| weights[case]);
        let times_chosen_of = |case: usize, pair: usize| match data.outcome() {
            Outcome::Chosen(chosen) => {
                weight(case) * f64::from(u8::from(data.pairs(case).start + chosen[case] as usize == pair))
            }
            Outcome::Counts(counts) => weight(case) * counts[pair],
            Outcome::None => 0.0,
        };
        let mut times_chosen = vec![0.0; data.alternatives().len()];
        for case in 0..data.n_cases() {
            for pair in data.pairs(case) {
                times_chosen[data.pair_alternatives()[pair] as usize] += times_chosen_of(case, pair);
            }
        }
        // An alternative never chosen has the constant −∞: it drops out of every choice set.
        let mut position = vec![None; times_chosen.len()];
        let chosen = (0..times_chosen.len()).filter(|&alternative| times_chosen[alternative] > 0.0);
        for (parameter, alternative) in chosen.enumerate() {
            position[alternative] = Some(parameter);
        }
        let n_chosen = position.iter().flatten().count();
        let mut known: HashMap<Vec<u32>, usize> = HashMap::new();
        let mut sets: Vec<CountedSet> = Vec::new();
        let mut key = Vec::new();
        for case in 0..data.n_cases() {
            let pairs = data.pairs(case);
            let offered = |pair: &usize| position[data.pair_alternatives()[*pair] as usize].is_some();
            key.clear();
            key.extend(pairs.clone().filter(offered).map(|pair| data.pair_alternatives()[pair]));
            let set = known.get(&key).copied().unwrap_or_else(|| {
                // The first alternative that anybody chose has no parameter.
                let slot = |alternative: &u32| position[*alternative as usize].and_then(|at| at.checked_sub(1));
                sets.push(CountedSet {
                    slots: key.iter().map(slot).collect(),
                    chosen: vec![0.0; key.len()],
                });
                known.insert(key.clone(), sets.len() - 1);
                sets.len() - 1
            });
            for (slot, pair) in pairs.clone().filter(offered).enumerate() {
                sets[set].chosen[slot] += times_chosen_of(case, pair);
            }
        }
        Constants {
            parameters: (1..n_chosen)
                .map(|at| Parameter::new(format!("constant_{at}"), 0.0))
                .collect(),
            sets,
        }
    }
}

impl LogLikelihood for Constants {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], _order: Order) -> Result<Evaluation, EvalError> {
        let k = theta.len();
        let mut evaluation = Evaluation {
            log_likelihood: 0.0,
            magnitude: 0.0,
            score: Array1::zeros(k),
            hessian: Array2::zeros((k, k)),
        };
        for set in &self.sets {
            let ln_probabilities = set.ln_probabilities(theta);
            let total: f64 = set.chosen.iter().sum();
            for (slot, (ln_probability, chosen)) in ln_probabilities.iter().zip(&set.chosen).enumerate() {
                let contribution = chosen * ln_probability;
                evaluation.log_likelihood += contribution;
                evaluation.magnitude += contribution.abs();
                let probability = ln_probability.exp();
                let Some(row) = set.slots[slot] else { continue };
                evaluation.score[row] += chosen - total * probability;
                evaluation.hessian[[row, row]] -= total * probability;
                for (other, ln_probability) in set.slots.iter().zip(&ln_probabilities) {
                    if let Some(column) = *other {
                        evaluation.hessian[[row, column]] += total * probability * ln_probability.exp();
                    }
                }
            }
        }
        Ok(evaluation)
    }

    fn n_units(&self) -> usize {
        self.sets.len()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        for (unit, set) in self.sets.iter().enumerate() {
            let mut score = vec![0.0; theta.len()];
            let total: f64 = set.chosen.iter().sum();
            for ((slot, chosen), ln_probability) in set.slots.iter().zip(&set.chosen).zip(set.ln_probabilities(theta)) {
                if let Some(k) = slot {
                    score[*k] += chosen - total * ln_probability.exp();
                }
            }
            visit(unit, &score);
        }
        Ok(())
    }
}
