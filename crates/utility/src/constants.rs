//! Log-likelihoods to compare with: equal shares, and constants only.

use std::collections::HashMap;

use logsum_data::{ChoiceData, Joint, Outcome, Ties};
use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Options, Order, Parameter, Stopped, maximise};
use ndarray::{Array1, Array2};

/// ln L of equal shares over the alternatives available to each case,
///
/// ```text
/// −Σ_n w_n y_n ln J_n
/// ```
///
/// with J_n the size of the choice set and y_n the number of choices (1, or the sum of counts; 0 where
/// outcomes are not known); of rankings −ln J summed over the stages, with J what is left to each, plus ln m! where the m! orders
/// of those that share a rank are summed. On sampled choice sets with a correction c_nj equal utilities are meant,
///
/// ```text
/// Σ_n w_n Σ_j y_nj (c_nj − ln Σ_k exp c_nk)
/// ```
///
/// so that it is what the likelihood of a model is where all its parameters are 0. Sampling rates of a choice-based
/// sample do not enter: the constants that they would shift are not in it.
pub fn log_likelihood_null(data: &ChoiceData) -> f64 {
    let mut sum = 0.0;
    add_null(data, &mut sum);
    sum
}

/// Adds the cases of a part one after another, so that the sum does not depend on how the data were cut.
pub(crate) fn add_null(data: &ChoiceData, sum: &mut f64) {
    // ln J of the sizes met.
    let mut logarithms: Vec<f64> = Vec::new();
    let mut ln = |size: usize| {
        while logarithms.len() <= size {
            logarithms.push((logarithms.len() as f64).ln());
        }
        logarithms[size]
    };
    for case in 0..data.n_cases() {
        let weight = data.weights().map_or(1.0, |weights| weights[case]);
        *sum += match data.correction() {
            Some(correction) => weight * equal_utilities(data, case, correction),
            None => {
                let size = data.pairs(case).len();
                match data.rankings() {
                    Some(rankings) => {
                        let ranking = rankings.of(case);
                        let taken: f64 = ranking.set_sizes(size).map(&mut ln).sum();
                        let orders: f64 = match rankings.joint() {
                            Some(Joint::Ties(Ties::Exact)) => ranking
                                .groups(size)
                                .flat_map(|(group, _)| 1..=group.len())
                                .map(&mut ln)
                                .sum(),
                            _ => 0.0,
                        };
                        weight * (orders - taken)
                    }
                    None => -weight * data.choices(case) * ln(size),
                }
            }
        };
    }
}

/// ln P of a case's outcome if utilities are all 0 but for the correction of its sampled choice set.
fn equal_utilities(data: &ChoiceData, case: usize, correction: &[f64]) -> f64 {
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
    chosen - data.choices(case) * (largest + total.ln())
}

/// ln L of the full set of constants, estimated where choice sets differ; `None` where alternatives are unlabelled,
/// where outcomes are not known, where choice sets are sampled with a correction, and of rankings that tell the worst or
/// in which alternatives may share a rank.
pub fn log_likelihood_constants(data: &ChoiceData) -> Option<f64> {
    let mut counted = Counted::new(data);
    if data.has_outcomes() {
        let stages = data.stages();
        counted.add(stages.as_ref().map_or(data, |stages| &stages.data));
    }
    counted.log_likelihood()
}

/// Choice sets of labelled alternatives, and how often each of their members was chosen, weights counted.
#[derive(Clone, Debug)]
pub(crate) struct Counted {
    /// Whether alternatives have names and all of a choice set is there.
    wanted: bool,
    /// Alternatives of each choice set, and the weighted number of choices of each.
    sets: Vec<(Vec<u32>, Vec<f64>)>,
    known: HashMap<Vec<u32>, usize>,
    n_slots: usize,
    /// Whether there are too many to count.
    pub too_many: bool,
}

/// Slots of all choice sets together beyond which constants alone are not estimated: a model to compare with must not
/// take the memory of the model.
const MOST_SLOTS: usize = 1 << 22;

impl Counted {
    /// Of data like these, none of them yet.
    pub fn new(data: &ChoiceData) -> Self {
        Counted {
            wanted: data.alternatives().labelled
                && data.correction().is_none()
                && !data
                    .rankings()
                    .is_some_and(|rankings| rankings.is_best_worst() || rankings.joint().is_some()),
            sets: Vec::new(),
            known: HashMap::new(),
            n_slots: 0,
            too_many: false,
        }
    }

    /// Whether there is anything to count.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Adds the cases of a part.
    pub fn add(&mut self, data: &ChoiceData) {
        if !self.wanted || self.too_many {
            return;
        }
        // The choice set of the case before.
        let mut at = 0;
        for case in 0..data.n_cases() {
            let pairs = data.pairs(case);
            let alternatives = &data.pair_alternatives()[pairs.clone()];
            if self.sets.get(at).is_none_or(|(known, _)| known != alternatives) {
                at = match self.known.get(alternatives) {
                    Some(&known) => known,
                    None => {
                        self.n_slots += alternatives.len();
                        if self.n_slots > MOST_SLOTS {
                            self.too_many = true;
                            self.sets = Vec::new();
                            self.known = HashMap::new();
                            return;
                        }
                        self.known.insert(alternatives.to_vec(), self.sets.len());
                        self.sets.push((alternatives.to_vec(), vec![0.0; alternatives.len()]));
                        self.sets.len() - 1
                    }
                };
            }
            let weight = data.weights().map_or(1.0, |weights| weights[case]);
            let chosen = &mut self.sets[at].1;
            match data.outcome() {
                Outcome::Chosen(positions) => chosen[positions[case] as usize] += weight,
                Outcome::Counts(counts) => {
                    let add = |(sum, count): (&mut f64, &f64)| *sum += weight * count;
                    chosen.iter_mut().zip(&counts[pairs]).for_each(add);
                }
                Outcome::None => {}
            }
        }
    }

    /// ln L at its maximum in the constants; `None` if there are no choices of labelled alternatives, or if it was not
    /// found.
    pub fn log_likelihood(&self) -> Option<f64> {
        if self.sets.is_empty() {
            return None;
        }
        let constants = Constants::new(&self.sets);
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
        let settled =
            maximum.convergence.converged || matches!(maximum.convergence.stopped, Stopped::NotIdentified { .. });
        settled.then_some(maximum.evaluation.log_likelihood)
    }
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
    fn new(counted: &[(Vec<u32>, Vec<f64>)]) -> Self {
        let n_alternatives = counted.iter().flat_map(|(alternatives, _)| alternatives).max();
        let mut times_chosen = vec![0.0; n_alternatives.map_or(0, |last| *last as usize + 1)];
        for (alternatives, chosen) in counted {
            for (&alternative, chosen) in alternatives.iter().zip(chosen) {
                times_chosen[alternative as usize] += chosen;
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
        for (alternatives, chosen) in counted {
            let offered = |at: &usize| position[alternatives[*at] as usize].is_some();
            let offered: Vec<usize> = (0..alternatives.len()).filter(offered).collect();
            let key: Vec<u32> = offered.iter().map(|&at| alternatives[at]).collect();
            let set = known.get(&key).copied().unwrap_or_else(|| {
                // The first alternative that anybody chose has no parameter.
                let slot = |alternative: &u32| position[*alternative as usize].and_then(|at| at.checked_sub(1));
                sets.push(CountedSet {
                    slots: key.iter().map(slot).collect(),
                    chosen: vec![0.0; key.len()],
                });
                known.insert(key, sets.len() - 1);
                sets.len() - 1
            });
            for (sum, &at) in sets[set].chosen.iter_mut().zip(&offered) {
                *sum += chosen[at];
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
