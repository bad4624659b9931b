//! A visit of cases with one choice set: what the kernel gives to value, score and Hessian.

use std::sync::Arc;

use super::{Kernel, KernelAt, SetKernel, copy};
use crate::model::choice_set::ChoiceSet;
use crate::model::exp::exp;
use crate::model::lanes::{dot, sum};
use crate::model::mixture::pair;
use crate::model::scratch::Scratch;

/// The kernel of a choice set, beside the derivatives of its utilities.
#[derive(Debug)]
pub(crate) struct OfSet {
    pub kernel: SetKernel,
    /// Of each of the set's parameters: slots of whose utilities it is, with the runs of the derivatives.
    runs: Vec<Vec<(usize, usize)>>,
}

impl OfSet {
    /// Of a choice set of these alternatives.
    pub fn new(kernel: &Kernel, set: &ChoiceSet, alternatives: &[u32]) -> Self {
        let mut runs = vec![Vec::new(); set.parameters.len()];
        for (at, run) in set.tiling.runs.iter().enumerate() {
            runs[run.position as usize].push((run.slot as usize, at));
        }
        OfSet {
            kernel: kernel.of_set(alternatives),
            runs,
        }
    }
}

impl Scratch {
    /// The kernel of a choice set where it is not logit.
    pub(in crate::model) fn kernel_of<'s>(&self, set: &'s ChoiceSet) -> Option<(&'s OfSet, Arc<KernelAt>)> {
        let at = self.kernel_at.as_ref()?;
        Some((set.kernel.as_ref()?, Arc::clone(at)))
    }

    /// The kernel at the utilities of a visit: contributions, residuals, probabilities and logsums as of logit.
    pub(in crate::model) fn beyond_logit<'c>(
        &mut self,
        of_set: &OfSet,
        at: &KernelAt,
        lanes: usize,
        (chosen, weights): (&[u32], &[f64]),
        count: impl Fn(usize) -> &'c [f64],
    ) {
        let functions = &at.functions.value;
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
        let beyond = &mut self.beyond;
        beyond.forward(&of_set.kernel, functions, &self.utilities);
        beyond.backward(&of_set.kernel, functions, &self.outcomes);
        let logit = &mut self.kernel;
        copy(&mut logit.contributions, &beyond.values);
        copy(&mut logit.logsums, &beyond.logsums);
        copy(&mut logit.residuals, &beyond.of_utilities);
        copy(&mut logit.probabilities, &beyond.ln_probabilities);
        logit.probabilities.iter_mut().for_each(|p| *p = exp(*p));
    }

    /// Adds the score in the kernel's own parameters.
    pub(in crate::model) fn add_score_of_kernel(&self, at: &KernelAt, lanes: usize, score: &mut [f64]) {
        let of_functions: Vec<f64> = self.beyond.of_functions.chunks_exact(lanes).map(sum).collect();
        for (&k, first) in at.parameters.iter().zip(&at.functions.first) {
            score[k as usize] += plain_dot(&of_functions, first);
        }
    }

    /// The same lane by lane: `add(lane, parameter, value)`.
    pub(in crate::model) fn scores_of_kernel(
        &self,
        at: &KernelAt,
        lanes: usize,
        mut add: impl FnMut(usize, usize, f64),
    ) {
        for (function, of_function) in self.beyond.of_functions.chunks_exact(lanes).enumerate() {
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
    pub(in crate::model) fn add_hessian_of_kernel(
        &mut self,
        set: &ChoiceSet,
        of_set: &OfSet,
        at: &KernelAt,
        lanes: usize,
        n_parameters: usize,
        hessian: &mut [f64],
    ) {
        let OfSet { kernel, runs } = of_set;
        let Scratch {
            beyond, derivatives, ..
        } = self;
        let n_functions = at.functions.value.len();
        let zeros = vec![0.0; n_functions];
        let place_in_set = |k: u32| set.parameters.binary_search(&k).ok();
        let place_in_kernel = |k: u32| at.parameters.binary_search(&k).ok();
        let mut parameters: Vec<u32> = set.parameters.iter().chain(&at.parameters).copied().collect();
        parameters.sort_unstable();
        parameters.dedup();
        let matters = kernel.depends_on(n_functions);
        let mut changes_of_functions = vec![0.0; n_functions];
        for (row, &k) in parameters.iter().enumerate() {
            let direction = place_in_kernel(k).map_or(&zeros, |place| &at.functions.first[place]);
            let in_set = place_in_set(k);
            let in_kernel = direction.iter().zip(&matters).any(|(d, matters)| *matters && *d != 0.0);
            if in_set.is_none() && !in_kernel {
                continue;
            }
            let utilities = beyond.still();
            for &(slot, run) in in_set.map_or(&[][..], |place| &runs[place]) {
                utilities[slot * lanes..][..lanes].copy_from_slice(&derivatives[run * lanes..][..lanes]);
            }
            beyond.along(kernel, &at.functions.value, direction);
            let of_functions = beyond.changes_of_functions.chunks_exact(lanes);
            for (change, of_function) in changes_of_functions.iter_mut().zip(of_functions) {
                *change = sum(of_function);
            }
            for &j in &parameters[..=row] {
                let mut total = 0.0;
                for &(slot, run) in place_in_set(j).map_or(&[][..], |place| &runs[place]) {
                    total += dot(
                        &beyond.changes_of_utilities[slot * lanes..][..lanes],
                        &derivatives[run * lanes..][..lanes],
                    );
                }
                if let Some(place) = place_in_kernel(j) {
                    total += plain_dot(&changes_of_functions, &at.functions.first[place]);
                }
                hessian[k as usize * n_parameters + j as usize] += total;
            }
        }
        let of_functions: Vec<f64> = beyond.of_functions.chunks_exact(lanes).map(sum).collect();
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
