//! One visit of a block: utilities, kernel, and what they add to value, score and Hessian.

use logsum_estimate::Order;

use super::blocks::Blocks;
use super::choice_set::Operand;
use super::lanes::sum;
use super::logit::Block;
use super::scratch::{At, Partial, Scratch};
use super::segment::Group;
use super::terms::add_terms;
use super::tiling::Run;

/// Where the log-likelihood is not defined.
pub(crate) struct Undefined {
    /// Counted from the segment's first.
    pub case: u32,
    /// Slot whose utility is to blame, and its plan, if one alone is.
    pub slot: Option<(usize, usize)>,
    /// The utility is finite, a derivative of it is not.
    pub derivative: bool,
}

/// Which cases of a group a visit covers.
#[derive(Clone, Copy)]
struct Visit {
    from: usize,
    lanes: usize,
}

impl Blocks {
    /// Adds a group's contributions.
    pub fn accumulate(
        &self,
        group: &Group,
        theta: &[f64],
        order: Order,
        scratch: &mut Scratch,
        partial: &mut Partial,
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        for from in (0..group.stride).step_by(set.visit) {
            let visit = Visit {
                from,
                lanes: set.visit.min(group.stride - from),
            };
            self.visit(group, theta, visit, order, scratch)?;
            partial.value += sum(&scratch.kernel.contributions[..visit.lanes]);
            partial.magnitude += scratch.kernel.contributions[..visit.lanes]
                .iter()
                .map(|value| value.abs())
                .sum::<f64>();
            let columns = group.columns(from, visit.lanes);
            match order {
                Order::Value => {}
                Order::Score => scratch.add_score(set, columns, visit.lanes, &mut partial.score),
                Order::Hessian => {
                    let Partial { score, hessian, .. } = &mut *partial;
                    scratch.add_score_and_hessian(set, columns, visit.lanes, theta.len(), score, hessian);
                }
            }
        }
        Ok(())
    }

    /// Hands every case of a group its score: `add(case, parameter, value)`.
    pub fn scores(
        &self,
        group: &Group,
        theta: &[f64],
        scratch: &mut Scratch,
        mut add: impl FnMut(u32, usize, f64),
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        for from in (0..group.stride).step_by(set.visit) {
            let visit = Visit {
                from,
                lanes: set.visit.min(group.stride - from),
            };
            self.visit(group, theta, visit, Order::Score, scratch)?;
            let lanes = visit.lanes;
            scratch.write_derivatives(set, group.columns(from, lanes), lanes);
            let cases = &group.cases[from..group.cases.len().min(from + lanes)];
            for (run, &Run { slot, position, .. }) in set.tiling.runs.iter().enumerate() {
                let residuals = &scratch.kernel.residuals[slot as usize * lanes..];
                let derivatives = &scratch.derivatives[run * lanes..];
                for (lane, &case) in cases.iter().enumerate() {
                    add(
                        case,
                        set.parameters[position as usize] as usize,
                        residuals[lane] * derivatives[lane],
                    );
                }
            }
        }
        Ok(())
    }

    /// Hands over every case of a group: `see(case, logsum, (utility, probability) of each slot)`.
    pub fn predictions(
        &self,
        group: &Group,
        theta: &[f64],
        scratch: &mut Scratch,
        mut see: impl FnMut(u32, f64, &mut dyn Iterator<Item = (f64, f64)>),
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        let n_slots = set.slots.len();
        for from in (0..group.stride).step_by(set.visit) {
            let visit = Visit {
                from,
                lanes: set.visit.min(group.stride - from),
            };
            self.visit(group, theta, visit, Order::Value, scratch)?;
            let lanes = visit.lanes;
            let cases = &group.cases[from..group.cases.len().min(from + lanes)];
            for (lane, &case) in cases.iter().enumerate() {
                let utility = |slot: usize| scratch.utilities[slot * lanes + lane];
                // The outcome may be another alternative, or not known, and then no contribution tells.
                if let Some(slot) = (0..n_slots).find(|&slot| !utility(slot).is_finite()) {
                    return Err(Undefined {
                        case,
                        slot: Some((slot, set.slots[slot].plan)),
                        derivative: false,
                    });
                }
                let probability = |slot: usize| scratch.kernel.probabilities[slot * lanes + lane];
                let mut slots = (0..n_slots).map(|slot| (utility(slot), probability(slot)));
                see(case, scratch.kernel.logsums[lane], &mut slots);
            }
        }
        Ok(())
    }

    /// Hands every slot of every case of a group its derivatives: `see(lane, slot, dV)` over the set's parameters.
    pub fn derivatives(
        &self,
        group: &Group,
        theta: &[f64],
        scratch: &mut Scratch,
        mut see: impl FnMut(u32, usize, &[f64]),
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        let mut gradient = vec![0.0; set.parameters.len()];
        for from in (0..group.stride).step_by(set.visit) {
            let visit = Visit {
                from,
                lanes: set.visit.min(group.stride - from),
            };
            self.visit(group, theta, visit, Order::Score, scratch)?;
            let lanes = visit.lanes;
            scratch.write_derivatives(set, group.columns(from, lanes), lanes);
            for lane in 0..lanes.min(group.cases.len() - from) {
                let mut run = 0;
                for slot in 0..set.slots.len() {
                    gradient.fill(0.0);
                    while run < set.tiling.runs.len() && set.tiling.runs[run].slot as usize == slot {
                        gradient[set.tiling.runs[run].position as usize] = scratch.derivatives[run * lanes + lane];
                        run += 1;
                    }
                    see((from + lane) as u32, slot, &gradient);
                }
            }
        }
        Ok(())
    }

    /// Utilities, their derivatives, probabilities and residuals of some lanes of a group.
    ///
    /// Of the derivatives only those that come from programs; [`Scratch::write_derivatives`] writes the others.
    fn visit(
        &self,
        group: &Group,
        theta: &[f64],
        visit: Visit,
        order: Order,
        scratch: &mut Scratch,
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        let Visit { from, lanes } = visit;
        let n_runs = if order >= Order::Score {
            set.tiling.runs.len()
        } else {
            0
        };
        scratch.utilities.resize(set.slots.len() * lanes, 0.0);
        scratch.derivatives.resize((n_runs + 2 * Scratch::n_means(set)) * lanes);
        scratch.seconds.clear();
        scratch.second_values.clear();
        let columns = group.columns(from, lanes);
        let column = |index: usize| &columns[index * lanes..(index + 1) * lanes];
        // Runs before those of the slot at hand.
        let mut run = 0;

        for (at, slot) in set.slots.iter().enumerate() {
            let utility = &mut scratch.utilities[at * lanes..(at + 1) * lanes];
            match slot.offset {
                Operand::Constant(number) => utility.fill(number),
                Operand::Column(index) => utility.copy_from_slice(column(index)),
            }
            add_terms(&slot.terms, theta, columns, utility);
            let first_run = run + slot.terms.len();
            run = first_run + slot.rest_positions.len();
            let Some(rest) = &self.plans[slot.plan].rest else {
                continue;
            };
            let (program, inputs) = match order {
                Order::Hessian => (&rest.program, &slot.inputs),
                Order::Value | Order::Score => (&rest.first_order, &slot.first_order_inputs),
            };
            for (at, operand) in inputs.iter().enumerate() {
                if let Operand::Constant(number) = operand {
                    if scratch.constants.len() <= at {
                        scratch.constants.resize(at + 1, Vec::new());
                    }
                    scratch.constants[at].clear();
                    scratch.constants[at].resize(lanes, *number);
                }
            }
            // One short list of slices per 64 lanes; the program itself runs in buffers that stay.
            let slices: Vec<&[f64]> = inputs
                .iter()
                .enumerate()
                .map(|(at, operand)| match operand {
                    Operand::Constant(_) => scratch.constants[at].as_slice(),
                    Operand::Column(index) => column(*index),
                })
                .collect();
            program.run(&slices, theta, lanes, &mut scratch.program);
            for (utility, value) in utility.iter_mut().zip(scratch.program.output(0)) {
                *utility += value;
            }
            let undefined = |lane: usize, derivative: bool| Undefined {
                case: group.cases[(from + lane).min(group.cases.len() - 1)],
                slot: Some((at, slot.plan)),
                derivative,
            };
            let broken = |values: &[f64]| values.iter().position(|value| !value.is_finite());
            if let Some(lane) = broken(utility) {
                return Err(undefined(lane, false));
            }
            if order >= Order::Score
                && let Some(lane) = (1..program.n_outputs()).find_map(|output| broken(scratch.program.output(output)))
            {
                return Err(undefined(lane, true));
            }
            if order >= Order::Score {
                for output in 0..slot.rest_positions.len() {
                    let at = (first_run + output) * lanes;
                    scratch.derivatives[at..at + lanes].copy_from_slice(scratch.program.output(output + 1));
                }
            }
            if order >= Order::Hessian && scratch.at == At::Model {
                for (output, &(row, column)) in rest.seconds.iter().enumerate() {
                    scratch
                        .seconds
                        .push((at, slot.rest_positions[row], slot.rest_positions[column]));
                    scratch
                        .second_values
                        .extend_from_slice(scratch.program.output(output + 1 + rest.parameters.len()));
                }
            }
        }

        if scratch.at == At::EqualShares {
            scratch.utilities.fill(0.0);
        }
        let block = Block {
            lanes,
            utilities: &scratch.utilities,
            chosen: if group.chosen.is_empty() {
                &[]
            } else {
                &group.chosen[from..from + lanes]
            },
            weights: &group.weights[from..from + lanes],
        };
        let count = |slot: usize| &group.counts[slot * group.stride + from..slot * group.stride + from + lanes];
        scratch.kernel.evaluate(&block, count);
        match scratch.kernel.contributions[..lanes]
            .iter()
            .position(|value| !value.is_finite())
        {
            None => Ok(()),
            Some(lane) => Err(Undefined {
                case: group.cases[(from + lane).min(group.cases.len() - 1)],
                slot: (0..set.slots.len())
                    .find(|slot| !scratch.utilities[slot * lanes + lane].is_finite())
                    .map(|slot| (slot, set.slots[slot].plan)),
                derivative: false,
            }),
        }
    }
}
