//! One case of a tall group: utilities, probabilities, and what they add to value, score and Hessian.

use logsum_estimate::Order;

use super::blocks::Blocks;
use super::choice_set::Operand;
use super::diagnose::CaseView;
use super::evaluate::{Foreseen, Undefined};
use super::lanes::dot;
use super::scratch::{At, Partial, Scratch};
use super::slots::softmax;
use super::tall::{Tall, TallCase};
use super::tall_scratch::{Derivatives, TallScratch};
use super::tall_set::{Input, TallSet};
use super::terms::add_terms;

/// What the kernel makes of a case as a whole.
struct Sums {
    contribution: f64,
    logsum: f64,
    choices: f64,
}

impl Blocks {
    pub(super) fn accumulate_tall(
        &self,
        group: &Tall,
        theta: &[f64],
        order: Order,
        scratch: &mut Scratch,
        partial: &mut Partial,
    ) -> Result<(), Undefined> {
        let set = &self.tall_sets[group.set];
        let dense = self.dense(set);
        let mut tall = std::mem::take(&mut scratch.tall);
        tall.panel.start(dense.len());
        for mut case in group.each(set) {
            if let Some(times) = scratch.times.get(case.case as usize) {
                if *times == 0.0 {
                    continue;
                }
                case.weight *= times;
            }
            let sums = self.case(set, &case, theta, order, scratch, &mut tall)?;
            partial.value += sums.contribution;
            partial.magnitude += sums.contribution.abs();
            if order == Order::Value {
                continue;
            }
            tall.write_means(&dense, &case, theta.len());
            tall.each_score(&dense, &case, sums.choices, |parameter, score| {
                partial.score[parameter] += score;
            });
            if order < Order::Hessian {
                continue;
            }
            let curvature = case.weight * sums.choices;
            tall.add_sparse(&dense, &case, curvature, theta.len(), &mut partial.hessian);
            tall.add_dense(&dense, &case, curvature, theta.len(), &mut partial.hessian);
            if let (Some(rest), At::Model) = (&set.rest, scratch.at) {
                tall.write_residuals(&case, sums.choices);
                let rest = self.plans[rest.plan].rest.as_ref().expect("the plan is not linear");
                for (output, &(row, column)) in rest.seconds.iter().enumerate() {
                    let seconds = scratch.program.output(1 + rest.parameters.len() + output);
                    let (row, column) = (rest.parameters[row] as usize, rest.parameters[column] as usize);
                    partial.hessian[row.max(column) * theta.len() + row.min(column)] += dot(&tall.residuals, seconds);
                }
            }
        }
        if order >= Order::Hessian {
            tall.panel.flush(&dense, theta.len(), &mut partial.hessian);
        }
        scratch.tall = tall;
        Ok(())
    }

    pub(super) fn scores_tall(
        &self,
        group: &Tall,
        theta: &[f64],
        scratch: &mut Scratch,
        mut add: impl FnMut(u32, usize, f64),
    ) -> Result<(), Undefined> {
        let set = &self.tall_sets[group.set];
        let dense = self.dense(set);
        let mut tall = std::mem::take(&mut scratch.tall);
        for case in group.each(set) {
            let sums = self.case(set, &case, theta, Order::Score, scratch, &mut tall)?;
            tall.write_means(&dense, &case, theta.len());
            tall.each_score(&dense, &case, sums.choices, |parameter, score| {
                add(case.case, parameter, score)
            });
        }
        scratch.tall = tall;
        Ok(())
    }

    pub(super) fn predictions_tall(
        &self,
        group: &Tall,
        theta: &[f64],
        scratch: &mut Scratch,
        mut see: impl FnMut(u32, f64, &mut dyn Iterator<Item = Foreseen>),
    ) -> Result<(), Undefined> {
        let set = &self.tall_sets[group.set];
        let mut tall = std::mem::take(&mut scratch.tall);
        for case in group.each(set) {
            let sums = self.case(set, &case, theta, Order::Value, scratch, &mut tall)?;
            let utilities = &tall.utilities[..case.n_slots];
            if let Some(slot) = utilities.iter().position(|utility| !utility.is_finite()) {
                return Err(undefined(&case, Some(slot), false));
            }
            let mut slots = utilities
                .iter()
                .zip(tall.probabilities.iter())
                .map(|(utility, probability)| Foreseen {
                    utility: *utility,
                    probability: *probability,
                    ln_probability: utility - sums.logsum,
                });
            see(case.case, sums.logsum, &mut slots);
        }
        scratch.tall = tall;
        Ok(())
    }

    /// Hands over every case that counts, numbered from the segment's first.
    pub(super) fn situations_tall(
        &self,
        group: &Tall,
        theta: &[f64],
        scratch: &mut Scratch,
        mut see: impl FnMut(&CaseView<'_>),
    ) -> Result<(), Undefined> {
        let set = &self.tall_sets[group.set];
        let dense = self.dense(set);
        let mut tall = std::mem::take(&mut scratch.tall);
        let (mut gradients, mut chosen) = (Vec::new(), Vec::new());
        for case in group.each(set) {
            if case.weight <= 0.0 || case.choices() <= 0.0 {
                continue;
            }
            self.case(set, &case, theta, Order::Score, scratch, &mut tall)?;
            tall.write_means(&dense, &case, theta.len());
            let mut parameters: Vec<u32> = dense.iter().map(|&(parameter, _)| parameter).collect();
            parameters.extend(tall.sparse.iter().map(|&parameter| parameter as u32));
            parameters.sort_unstable();
            let at = |parameter: u32| parameters.binary_search(&parameter).expect("collected above");
            let width = parameters.len();
            gradients.clear();
            gradients.resize(case.n_slots * width, 0.0);
            for &(parameter, source) in &dense {
                let column = tall.derivatives(source, &case);
                for (slot, x) in column[..case.n_slots].iter().enumerate() {
                    gradients[slot * width + at(parameter)] = x - column[0];
                }
            }
            for extra in &tall.extras {
                gradients[extra.slot * width + at(extra.parameter as u32)] = extra.x;
            }
            chosen.clear();
            chosen.extend((0..case.n_slots).filter(|&slot| case.count(slot) > 0.0));
            see(&CaseView {
                case: case.case as usize,
                chosen: &chosen,
                worst: None,
                parameters: &parameters,
                gradients: &gradients,
                n_slots: case.n_slots,
                order: None,
            });
        }
        scratch.tall = tall;
        Ok(())
    }

    /// Parameters with a column of derivatives, stored or computed.
    fn dense(&self, set: &TallSet) -> Vec<(u32, Derivatives)> {
        let stored = set.dense.iter().map(|&(parameter, _, operand)| match operand {
            Operand::Column(column) => (parameter, Derivatives::Stored(column)),
            Operand::Constant(_) => unreachable!("dense parameters have columns"),
        });
        let rest = set.rest.iter().filter_map(|rest| self.plans[rest.plan].rest.as_ref());
        let computed = rest
            .flat_map(|rest| rest.parameters.iter().enumerate())
            .map(|(at, &parameter)| (parameter, Derivatives::Computed(at)));
        stored.chain(computed).collect()
    }

    /// Utilities and probabilities of a case, and derivatives where they come from a program.
    fn case(
        &self,
        set: &TallSet,
        case: &TallCase<'_>,
        theta: &[f64],
        order: Order,
        scratch: &mut Scratch,
        tall: &mut TallScratch,
    ) -> Result<Sums, Undefined> {
        let lanes = case.lanes;
        tall.utilities.resize(lanes);
        tall.probabilities.resize(lanes);
        match set.offset {
            Some(column) => tall.utilities.copy_from_slice(case.column(column)),
            None => tall.utilities.fill(0.0),
        }
        add_terms(&set.dense, theta, case.columns, &mut tall.utilities);
        tall.add_extras(set, case, theta);
        if let Some(rest) = &set.rest {
            let plan = self.plans[rest.plan].rest.as_ref().expect("the plan is not linear");
            let (program, inputs) = match order {
                Order::Hessian => (&plan.program, &rest.inputs),
                Order::Value | Order::Score => (&plan.first_order, &rest.first_order_inputs),
            };
            if scratch.constants.len() < inputs.len() {
                scratch.constants.resize(inputs.len(), Vec::new());
            }
            for (constant, input) in scratch.constants.iter_mut().zip(inputs) {
                let number = match *input {
                    Input::Constant(number) => number,
                    Input::OfCase(index) => case.of_case[index],
                    Input::Column(_) => continue,
                };
                constant.clear();
                constant.resize(lanes, number);
            }
            let slices: Vec<&[f64]> = inputs
                .iter()
                .zip(&scratch.constants)
                .map(|(input, constant)| match *input {
                    Input::Column(column) => case.column(column),
                    _ => constant.as_slice(),
                })
                .collect();
            program.run(&slices, theta, lanes, &mut scratch.program);
            for (utility, value) in tall.utilities.iter_mut().zip(scratch.program.output(0)) {
                *utility += value;
            }
            let broken = |values: &[f64]| values[..case.n_slots].iter().position(|value| !value.is_finite());
            if let Some(slot) = broken(&tall.utilities) {
                return Err(undefined(case, Some(slot), false));
            }
            if order >= Order::Score {
                tall.computed.resize(plan.parameters.len() * lanes);
                for (output, computed) in tall.computed.chunks_exact_mut(lanes).enumerate() {
                    computed.copy_from_slice(scratch.program.output(output + 1));
                }
                if let Some(slot) = (1..program.n_outputs()).find_map(|output| broken(scratch.program.output(output))) {
                    return Err(undefined(case, Some(slot), true));
                }
            }
        }
        if scratch.at == At::EqualShares {
            tall.utilities.fill(0.0);
        }
        tall.utilities[case.n_slots..].fill(f64::NEG_INFINITY);
        let (largest, ln_total) = softmax(&tall.utilities, &mut tall.probabilities);
        let logsum = largest + ln_total;
        let ln_probability = match case.chosen {
            Some(chosen) => tall.utilities[chosen] - largest - ln_total,
            None => {
                let counts = case.counts.iter().zip(tall.utilities.iter());
                let chosen = counts.filter(|(count, _)| **count > 0.0);
                chosen.map(|(count, utility)| count * (utility - logsum)).sum()
            }
        };
        let contribution = case.weight * ln_probability;
        // Where nothing was chosen, no contribution tells.
        if !contribution.is_finite() || (case.chosen.is_none() && !logsum.is_finite()) {
            let slot = tall.utilities[..case.n_slots]
                .iter()
                .position(|utility| !utility.is_finite());
            return Err(undefined(case, slot, false));
        }
        Ok(Sums {
            contribution,
            logsum,
            choices: case.choices(),
        })
    }
}

fn undefined(case: &TallCase<'_>, slot: Option<usize>, derivative: bool) -> Undefined {
    Undefined {
        case: case.case,
        slot: slot.map(|slot| (slot, case.plan(slot))),
        derivative,
    }
}
