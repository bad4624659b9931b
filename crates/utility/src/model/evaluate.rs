//! One visit of a block: utilities, kernel, and what they add to value, score and Hessian.

use logsum_estimate::Order;

use super::blocks::Blocks;
use super::choice_set::{ChoiceSet, Operand};
use super::diagnose::CaseView;
use super::lanes::sum;
use super::logit::Block;
use super::scratch::{At, Partial, Scratch};
use super::segment::Group;
use super::terms::add_terms;
use super::tiling::Run;
use super::wide::{View, Wide};

/// Where the log-likelihood is not defined.
pub(crate) struct Undefined {
    /// Counted from the segment's first.
    pub case: u32,
    /// Slot whose utility is to blame, and its plan, if one alone is.
    pub slot: Option<(usize, usize)>,
    /// The utility is finite, a derivative of it is not.
    pub derivative: bool,
}

/// The same in a visit.
struct Unfit {
    lane: usize,
    slot: Option<usize>,
    derivative: bool,
}

impl Unfit {
    fn of(self, group: &Wide, set: &ChoiceSet, from: usize) -> Undefined {
        Undefined {
            case: group.case(from + self.lane),
            slot: self.slot.map(|slot| (slot, set.slots[slot].plan)),
            derivative: self.derivative,
        }
    }
}

/// A slot as it is predicted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Foreseen {
    pub utility: f64,
    pub probability: f64,
    pub ln_probability: f64,
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
        match group {
            Group::Wide(group) => self.accumulate_wide(group, theta, order, scratch, partial),
            Group::Tall(group) => self.accumulate_tall(group, theta, order, scratch, partial),
        }
    }

    /// Hands every case of a group its score: `add(case, parameter, value)`.
    pub fn scores(
        &self,
        group: &Group,
        theta: &[f64],
        scratch: &mut Scratch,
        add: impl FnMut(u32, usize, f64),
    ) -> Result<(), Undefined> {
        match group {
            Group::Wide(group) => self.scores_wide(group, theta, scratch, add),
            Group::Tall(group) => self.scores_tall(group, theta, scratch, add),
        }
    }

    /// Hands over every case of a group: `see(case, logsum, slots)`.
    pub fn predictions(
        &self,
        group: &Group,
        theta: &[f64],
        scratch: &mut Scratch,
        see: impl FnMut(u32, f64, &mut dyn Iterator<Item = Foreseen>),
    ) -> Result<(), Undefined> {
        match group {
            Group::Wide(group) => self.predictions_wide(group, theta, scratch, see),
            Group::Tall(group) => self.predictions_tall(group, theta, scratch, see),
        }
    }

    /// Hands over every case of a group that counts (not at weight 0, nor with counts of 0 alone), numbered from the
    /// segment's first.
    pub fn situations(
        &self,
        group: &Group,
        theta: &[f64],
        scratch: &mut Scratch,
        see: impl FnMut(&CaseView<'_>),
    ) -> Result<(), Undefined> {
        match group {
            Group::Wide(group) => self.situations_wide(group, theta, scratch, see),
            Group::Tall(group) => self.situations_tall(group, theta, scratch, see),
        }
    }

    /// Hands every case of a group its w ln P: `see(case, value)`. Cases must not share lanes.
    pub fn values(
        &self,
        group: &Group,
        theta: &[f64],
        scratch: &mut Scratch,
        mut see: impl FnMut(u32, f64),
    ) -> Result<(), Undefined> {
        let Group::Wide(group) = group else {
            unreachable!("a kernel beyond logit has no tall sets")
        };
        let set = &self.sets[group.set];
        let mut padded = std::mem::take(&mut scratch.padded);
        for from in (0..group.n_lanes()).step_by(set.visit) {
            let view = group.view(set, from, &mut padded);
            self.visit(set, &view, theta, Order::Value, scratch)
                .map_err(|unfit| unfit.of(group, set, from))?;
            for (case, value) in group.cases[from..]
                .iter()
                .zip(&scratch.kernel.contributions[..view.lanes])
            {
                see(*case, *value);
            }
        }
        scratch.padded = padded;
        Ok(())
    }

    fn accumulate_wide(
        &self,
        group: &Wide,
        theta: &[f64],
        order: Order,
        scratch: &mut Scratch,
        partial: &mut Partial,
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        let mut padded = std::mem::take(&mut scratch.padded);
        let mut reweighted = std::mem::take(&mut scratch.reweighted);
        for from in (0..group.n_lanes()).step_by(set.visit) {
            let mut view = group.view(set, from, &mut padded);
            if !scratch.times.is_empty() {
                view = group.repeated(view, from, &scratch.times, &mut reweighted);
            }
            self.visit(set, &view, theta, order, scratch)
                .map_err(|unfit| unfit.of(group, set, from))?;
            partial.value += sum(&scratch.kernel.contributions[..view.lanes]);
            partial.magnitude += scratch.kernel.contributions[..view.lanes]
                .iter()
                .map(|value| value.abs())
                .sum::<f64>();
            if let Some((of_set, at)) = scratch.kernel_of(set) {
                let (columns, lanes) = (view.columns, view.lanes);
                if order >= Order::Score {
                    scratch.add_score(set, columns, lanes, &mut partial.score);
                    scratch.add_score_of_kernel(&at, lanes, &mut partial.score);
                }
                if order >= Order::Hessian {
                    scratch.write_derivatives(set, columns, lanes);
                    scratch.add_hessian_of_kernel(set, of_set, &at, lanes, theta.len(), &mut partial.hessian);
                }
                continue;
            }
            match order {
                Order::Value => {}
                Order::Score => scratch.add_score(set, view.columns, view.lanes, &mut partial.score),
                Order::Hessian => {
                    let Partial { score, hessian, .. } = &mut *partial;
                    let columns = (view.columns, group.after(set, from));
                    scratch.add_score_and_hessian(set, columns, view.lanes, theta.len(), score, hessian);
                }
            }
        }
        scratch.padded = padded;
        scratch.reweighted = reweighted;
        Ok(())
    }

    fn scores_wide(
        &self,
        group: &Wide,
        theta: &[f64],
        scratch: &mut Scratch,
        mut add: impl FnMut(u32, usize, f64),
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        let mut padded = std::mem::take(&mut scratch.padded);
        for from in (0..group.n_lanes()).step_by(set.visit) {
            let view = group.view(set, from, &mut padded);
            self.visit(set, &view, theta, Order::Score, scratch)
                .map_err(|unfit| unfit.of(group, set, from))?;
            let lanes = view.lanes;
            let n_lanes = lanes.min(group.n_lanes() - from);
            if !group.is_compressed() {
                let scores = scratch.scores_of_lanes(set, view.columns, lanes);
                for (&parameter, scores) in set.parameters.iter().zip(scores.chunks_exact(lanes)) {
                    for (&case, &score) in group.cases[from..from + n_lanes].iter().zip(scores) {
                        add(case, parameter as usize, score);
                    }
                }
                if let Some((_, at)) = scratch.kernel_of(set) {
                    scratch.scores_of_kernel(&at, lanes, |lane, parameter, score| {
                        if lane < n_lanes {
                            add(group.cases[from + lane], parameter, score);
                        }
                    });
                }
                continue;
            }
            scratch.write_derivatives(set, view.columns, lanes);
            let choices = group.of_lane(from).start..group.of_lane(from + n_lanes - 1).end;
            let first = choices.start;
            let choices: Vec<f64> = choices.map(|at| group.choices(at)).collect();
            for (run, &Run { slot, position, .. }) in set.tiling.runs.iter().enumerate() {
                let parameter = set.parameters[position as usize] as usize;
                let slot = slot as usize;
                let probabilities = &scratch.kernel.probabilities[slot * lanes..];
                let derivatives = &scratch.derivatives[run * lanes..];
                for lane in 0..n_lanes {
                    for at in group.of_lane(from + lane) {
                        let residual = group.residual(slot, at, choices[at - first], probabilities[lane]);
                        add(group.cases[at], parameter, residual * derivatives[lane]);
                    }
                }
            }
        }
        scratch.padded = padded;
        Ok(())
    }

    fn predictions_wide(
        &self,
        group: &Wide,
        theta: &[f64],
        scratch: &mut Scratch,
        mut see: impl FnMut(u32, f64, &mut dyn Iterator<Item = Foreseen>),
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        let n_slots = set.slots.len();
        let mut padded = std::mem::take(&mut scratch.padded);
        for from in (0..group.n_lanes()).step_by(set.visit) {
            let view = group.view(set, from, &mut padded);
            self.visit(set, &view, theta, Order::Value, scratch)
                .map_err(|unfit| unfit.of(group, set, from))?;
            let lanes = view.lanes;
            for lane in 0..lanes.min(group.n_lanes() - from) {
                let utility = |slot: usize| scratch.utilities[slot * lanes + lane];
                // The outcome may be another alternative, or not known, and then no contribution tells.
                if let Some(slot) = (0..n_slots).find(|&slot| !utility(slot).is_finite()) {
                    let unfit = Unfit {
                        lane,
                        slot: Some(slot),
                        derivative: false,
                    };
                    return Err(unfit.of(group, set, from));
                }
                let kernel = &scratch.kernel;
                let beyond = scratch.kernel_of(set).map(|_| &scratch.beyond.ln_probabilities);
                for at in group.of_lane(from + lane) {
                    let mut slots = (0..n_slots).map(|slot| Foreseen {
                        utility: utility(slot),
                        probability: kernel.probabilities[slot * lanes + lane],
                        ln_probability: match beyond {
                            Some(ln_probabilities) => ln_probabilities[slot * lanes + lane],
                            None => utility(slot) - kernel.logsums[lane],
                        },
                    });
                    see(group.cases[at], kernel.logsums[lane], &mut slots);
                }
            }
        }
        scratch.padded = padded;
        Ok(())
    }

    fn situations_wide(
        &self,
        group: &Wide,
        theta: &[f64],
        scratch: &mut Scratch,
        mut see: impl FnMut(&CaseView<'_>),
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        let (width, n_slots) = (set.parameters.len(), set.slots.len());
        let (mut gradients, mut chosen) = (Vec::new(), Vec::new());
        let mut padded = std::mem::take(&mut scratch.padded);
        for from in (0..group.n_lanes()).step_by(set.visit) {
            let view = group.view(set, from, &mut padded);
            self.visit(set, &view, theta, Order::Score, scratch)
                .map_err(|unfit| unfit.of(group, set, from))?;
            let lanes = view.lanes;
            scratch.write_derivatives(set, view.columns, lanes);
            for lane in 0..lanes.min(group.n_lanes() - from) {
                gradients.clear();
                gradients.resize(n_slots * width, 0.0);
                for (run, &Run { slot, position, .. }) in set.tiling.runs.iter().enumerate() {
                    let derivative = scratch.derivatives[run * lanes + lane];
                    gradients[slot as usize * width + position as usize] = derivative;
                }
                for at in group.of_lane(from + lane).filter(|&at| group.counts_at_all(at)) {
                    chosen.clear();
                    chosen.extend((0..n_slots).filter(|&slot| group.is_chosen(slot, at)));
                    see(&CaseView {
                        case: group.cases[at] as usize,
                        chosen: &chosen,
                        worst: (0..n_slots).find(|&slot| group.is_worst(slot, at)),
                        parameters: &set.parameters,
                        gradients: &gradients,
                        n_slots,
                        order: set.kernel.as_ref().and_then(|of_set| of_set.kernel.order()),
                    });
                }
            }
        }
        scratch.padded = padded;
        Ok(())
    }

    /// Utilities, their derivatives, probabilities and residuals of some lanes of a group.
    ///
    /// Of the derivatives only those that come from programs; [`Scratch::write_derivatives`] writes the others.
    fn visit(
        &self,
        set: &ChoiceSet,
        view: &View<'_>,
        theta: &[f64],
        order: Order,
        scratch: &mut Scratch,
    ) -> Result<(), Unfit> {
        let lanes = view.lanes;
        let n_runs = if order >= Order::Score {
            set.tiling.runs.len()
        } else {
            0
        };
        scratch.utilities.resize(set.slots.len() * lanes, 0.0);
        scratch.derivatives.resize((n_runs + 2 * Scratch::n_means(set)) * lanes);
        scratch.seconds.clear();
        scratch.second_values.clear();
        // Runs before those of the slot at hand.
        let mut run = 0;

        for (at, slot) in set.slots.iter().enumerate() {
            let utility = &mut scratch.utilities[at * lanes..(at + 1) * lanes];
            match slot.offset {
                Operand::Constant(number) => utility.fill(number),
                Operand::Column(index) => utility.copy_from_slice(view.column(index)),
            }
            add_terms(&slot.terms, theta, view.columns, utility);
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
                    Operand::Column(index) => view.column(*index),
                })
                .collect();
            program.run(&slices, theta, lanes, &mut scratch.program);
            for (utility, value) in utility.iter_mut().zip(scratch.program.output(0)) {
                *utility += value;
            }
            let undefined = |lane: usize, derivative: bool| Unfit {
                lane,
                slot: Some(at),
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
            if order >= Order::Hessian && scratch.at != At::EqualShares {
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
        if let Some((of_set, at)) = scratch.kernel_of(set) {
            let outcome = (view.chosen, view.weights);
            scratch.beyond_logit(of_set, &at, lanes, outcome, |slot| view.counts(slot));
        } else {
            let block = Block {
                lanes,
                utilities: &scratch.utilities,
                chosen: view.chosen,
                weights: view.weights,
            };
            scratch.kernel.evaluate(&block, |slot| view.counts(slot));
        }
        // Where nothing was chosen (as far as is counted), no contribution tells.
        let logsums = &scratch.kernel.logsums[..lanes];
        let contributions = &scratch.kernel.contributions[..lanes];
        let broken = |(contribution, logsum): (&f64, &f64)| {
            !contribution.is_finite() || (view.chosen.is_empty() && !logsum.is_finite())
        };
        match contributions.iter().zip(logsums).position(broken) {
            None => Ok(()),
            Some(lane) => Err(Unfit {
                lane,
                slot: (0..set.slots.len()).find(|slot| !scratch.utilities[slot * lanes + lane].is_finite()),
                derivative: false,
            }),
        }
    }
}
