//! A visit of cases with one choice set: what the kernel gives to value, score and Hessian.

use std::sync::Arc;

use super::nested::{NestedAt, NestedKernel};
use super::network::Network;
use crate::model::choice_set::ChoiceSet;
use crate::model::lanes::{dot, sum};
use crate::model::mixture::pair;
use crate::model::scratch::{At, Scratch};

/// The nests that a choice set has, beside the derivatives of its utilities.
#[derive(Debug)]
pub(crate) struct SetNetwork {
    pub network: Network,
    /// Of each of the set's parameters: slots of whose utilities it is, with the runs of the derivatives.
    runs: Vec<Vec<(usize, usize)>>,
}

impl SetNetwork {
    /// Of a choice set of these alternatives.
    pub fn new(kernel: &NestedKernel, set: &ChoiceSet, alternatives: &[u32]) -> Self {
        let mut runs = vec![Vec::new(); set.parameters.len()];
        for (at, run) in set.tiling.runs.iter().enumerate() {
            runs[run.position as usize].push((run.slot as usize, at));
        }
        SetNetwork {
            network: kernel.tree.network(alternatives),
            runs,
        }
    }
}

impl Scratch {
    /// The nests of a choice set, where the kernel has them and is looked at.
    pub(in crate::model) fn nested_in<'s>(&self, set: &'s ChoiceSet) -> Option<(&'s SetNetwork, Arc<NestedAt>)> {
        let at = self.nested.as_ref().filter(|_| self.at == At::Model)?;
        Some((set.network.as_ref()?, Arc::clone(at)))
    }

    /// The kernel at the utilities of a visit: contributions, residuals, probabilities and logsums as of logit.
    pub(in crate::model) fn nest<'c>(
        &mut self,
        network: &Network,
        at: &NestedAt,
        lanes: usize,
        (chosen, weights): (&[u32], &[f64]),
        count: impl Fn(usize) -> &'c [f64],
    ) {
        let functions = &at.functions.value;
        self.nests.forward(network, functions, &self.utilities);
        self.outcomes.clear();
        self.outcomes.resize(self.utilities.len(), 0.0);
        for (slot, outcomes) in self.outcomes.chunks_exact_mut(lanes).enumerate() {
            if chosen.is_empty() {
                for ((y, weight), count) in outcomes.iter_mut().zip(weights).zip(count(slot)) {
                    *y = weight * count;
                }
            } else {
                for ((y, weight), chosen) in outcomes.iter_mut().zip(weights).zip(chosen) {
                    *y = if *chosen as usize == slot { *weight } else { 0.0 };
                }
            }
        }
        self.nests.backward(network, functions, &self.outcomes);
        let copy = |to: &mut Vec<f64>, from: &[f64]| {
            to.clear();
            to.extend_from_slice(from);
        };
        copy(&mut self.kernel.contributions, self.nests.values());
        copy(&mut self.kernel.logsums, self.nests.logsums(network));
        copy(&mut self.kernel.residuals, self.nests.of_utilities(network));
        let ln_probabilities = self.nests.ln_probabilities(network);
        copy(&mut self.kernel.ln_probabilities, ln_probabilities);
        copy(&mut self.kernel.probabilities, ln_probabilities);
        let probabilities = &mut self.kernel.probabilities;
        probabilities.iter_mut().for_each(|p| *p = crate::model::exp::exp(*p));
    }

    /// Adds the score in the kernel's own parameters.
    pub(in crate::model) fn add_score_of_nests(&self, at: &NestedAt, lanes: usize, score: &mut [f64]) {
        let of_functions: Vec<f64> = self.nests.of_functions().chunks_exact(lanes).map(sum).collect();
        for (&k, first) in at.parameters.iter().zip(&at.functions.first) {
            score[k as usize] += plain_dot(&of_functions, first);
        }
    }

    /// The same lane by lane: `add(lane, parameter, value)`.
    pub(in crate::model) fn scores_of_nests(
        &self,
        at: &NestedAt,
        lanes: usize,
        mut add: impl FnMut(usize, usize, f64),
    ) {
        for (function, of_function) in self.nests.of_functions().chunks_exact(lanes).enumerate() {
            for (&k, first) in at.parameters.iter().zip(&at.functions.first) {
                if first[function] != 0.0 {
                    for (lane, value) in of_function.iter().enumerate() {
                        add(lane, k as usize, value * first[function]);
                    }
                }
            }
        }
    }

    /// Adds to the Hessian's lower triangle,
    ///
    /// ```text
    /// Σ_lanes ∂²(Σ y ln P)/∂θ∂θ′
    /// ```
    ///
    /// along one parameter after another. The derivatives of utilities are written.
    pub(in crate::model) fn add_hessian_of_nests(
        &mut self,
        set: &ChoiceSet,
        of_set: &SetNetwork,
        at: &NestedAt,
        lanes: usize,
        n_parameters: usize,
        hessian: &mut [f64],
    ) {
        let SetNetwork { network, runs } = of_set;
        let Scratch { nests, derivatives, .. } = self;
        let n_functions = at.functions.value.len();
        let zeros = vec![0.0; n_functions];
        let place_in_set = |k: u32| set.parameters.binary_search(&k).ok();
        let place_in_nests = |k: u32| at.parameters.binary_search(&k).ok();
        let mut parameters: Vec<u32> = set.parameters.iter().chain(&at.parameters).copied().collect();
        parameters.sort_unstable();
        parameters.dedup();
        let mut matters = vec![false; n_functions];
        network.functions().for_each(|function| matters[function] = true);
        let mut changes_of_functions = vec![0.0; n_functions];
        for (row, &k) in parameters.iter().enumerate() {
            let direction = place_in_nests(k).map_or(&zeros, |place| &at.functions.first[place]);
            let in_set = place_in_set(k);
            let in_nests = direction.iter().zip(&matters).any(|(d, matters)| *matters && *d != 0.0);
            if in_set.is_none() && !in_nests {
                continue;
            }
            let utilities = nests.direction(network);
            for &(slot, run) in in_set.map_or(&[][..], |place| &runs[place]) {
                utilities[slot * lanes..][..lanes].copy_from_slice(&derivatives[run * lanes..][..lanes]);
            }
            nests.along(network, &at.functions.value, direction);
            let (of_utilities, of_functions) = nests.changes(network);
            for (change, of_function) in changes_of_functions.iter_mut().zip(of_functions.chunks_exact(lanes)) {
                *change = sum(of_function);
            }
            for &j in &parameters[..=row] {
                let mut total = 0.0;
                for &(slot, run) in place_in_set(j).map_or(&[][..], |place| &runs[place]) {
                    total += dot(
                        &of_utilities[slot * lanes..][..lanes],
                        &derivatives[run * lanes..][..lanes],
                    );
                }
                if let Some(place) = place_in_nests(j) {
                    total += plain_dot(&changes_of_functions, &at.functions.first[place]);
                }
                hessian[k as usize * n_parameters + j as usize] += total;
            }
        }
        let of_functions: Vec<f64> = nests.of_functions().chunks_exact(lanes).map(sum).collect();
        for (row, &k) in at.parameters.iter().enumerate() {
            for (column, &j) in at.parameters[..=row].iter().enumerate() {
                let second = &at.functions.second[pair(row as u32, column as u32)];
                hessian[k as usize * n_parameters + j as usize] += plain_dot(&of_functions, second);
            }
        }
        self.add_seconds(set, lanes, n_parameters, hessian);
    }
}

fn plain_dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The kernel at the parameters of an evaluation, if it is not logit.
pub(crate) type SharedAt = Option<Arc<NestedAt>>;
