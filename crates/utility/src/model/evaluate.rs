//! One visit of a block: utilities, kernel, and what they add to value, score and Hessian.

use logsum_estimate::Order;
use logsum_expressions::Workspace;

use super::blocks::{Blocks, ChoiceSet, Group, LANES, Operand};
use super::lanes::{add_product, add_scaled, dot, set_product, subtract, sum};
use super::logit::{Block, Kernel};

/// Lanes in one visit: the block and everything computed from it stay in the first-level cache.
const VISIT: usize = 8 * LANES;

/// Partial sums over the cases of a segment.
#[derive(Clone, Debug)]
pub(crate) struct Partial {
    pub value: f64,
    pub magnitude: f64,
    pub score: Vec<f64>,
    /// Lower triangle, row-major K × K.
    pub hessian: Vec<f64>,
}

impl Partial {
    pub fn new(n_parameters: usize, order: Order) -> Self {
        let score = if order >= Order::Score { n_parameters } else { 0 };
        let hessian = if order >= Order::Hessian {
            n_parameters * n_parameters
        } else {
            0
        };
        Partial {
            value: 0.0,
            magnitude: 0.0,
            score: vec![0.0; score],
            hessian: vec![0.0; hessian],
        }
    }
}

/// Where the log-likelihood is not defined.
pub(crate) struct Undefined {
    pub case: u32,
    /// Slot whose utility is to blame, if one alone is.
    pub slot: Option<usize>,
    /// The utility is finite, a derivative of it is not.
    pub derivative: bool,
}

/// At which probabilities a visit stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum At {
    /// Those of the model.
    #[default]
    Model,
    /// Equal shares; the curvature of the utilities themselves is left out.
    EqualShares,
}

/// Buffers of one thread.
#[derive(Default)]
pub(crate) struct Scratch {
    utilities: Vec<f64>,
    /// dV_s/dθ_k for every slot and every parameter of its utility, one run of lanes after another; less dV_0/dθ_k if all
    /// slots have the parameter.
    derivatives: Vec<f64>,
    /// For each run: slot and position of the parameter in the choice set.
    runs: Vec<(usize, usize)>,
    /// ∂²V_s/∂θ_k∂θ_l: slot, positions, lanes.
    seconds: Vec<(usize, usize, usize)>,
    second_values: Vec<f64>,
    means: Vec<f64>,
    product: Vec<f64>,
    constants: Vec<Vec<f64>>,
    kernel: Kernel,
    program: Workspace,
    pub at: At,
}

impl Scratch {
    /// Buffers for visits at those probabilities.
    pub fn at(at: At) -> Self {
        Scratch {
            at,
            ..Scratch::default()
        }
    }
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
        for from in (0..group.stride).step_by(VISIT) {
            let visit = Visit {
                from,
                lanes: VISIT.min(group.stride - from),
            };
            self.visit(group, theta, visit, order, scratch)?;
            partial.value += sum(&scratch.kernel.contributions[..visit.lanes]);
            partial.magnitude += scratch.kernel.contributions[..visit.lanes]
                .iter()
                .map(|value| value.abs())
                .sum::<f64>();
            if order >= Order::Score {
                scratch.add_score(set, visit.lanes, &mut partial.score);
            }
            if order >= Order::Hessian {
                scratch.add_hessian(set, visit.lanes, theta.len(), &mut partial.hessian);
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
        for from in (0..group.stride).step_by(VISIT) {
            let visit = Visit {
                from,
                lanes: VISIT.min(group.stride - from),
            };
            self.visit(group, theta, visit, Order::Score, scratch)?;
            let lanes = visit.lanes;
            let cases = &group.cases[from..group.cases.len().min(from + lanes)];
            for (run, &(slot, position)) in scratch.runs.iter().enumerate() {
                let residuals = &scratch.kernel.residuals[slot * lanes..];
                let derivatives = &scratch.derivatives[run * lanes..];
                for (lane, &case) in cases.iter().enumerate() {
                    add(
                        case,
                        set.parameters[position] as usize,
                        residuals[lane] * derivatives[lane],
                    );
                }
            }
        }
        Ok(())
    }

    /// Hands every slot of every case of a group its derivatives: `see(case, slot, dV)` over the set's parameters.
    pub fn derivatives(
        &self,
        group: &Group,
        theta: &[f64],
        scratch: &mut Scratch,
        mut see: impl FnMut(u32, usize, &[f64]),
    ) -> Result<(), Undefined> {
        let set = &self.sets[group.set];
        let mut gradient = vec![0.0; set.parameters.len()];
        for from in (0..group.stride).step_by(VISIT) {
            let visit = Visit {
                from,
                lanes: VISIT.min(group.stride - from),
            };
            self.visit(group, theta, visit, Order::Score, scratch)?;
            let lanes = visit.lanes;
            let cases = &group.cases[from..group.cases.len().min(from + lanes)];
            for (lane, &case) in cases.iter().enumerate() {
                let mut run = 0;
                for slot in 0..set.slots.len() {
                    gradient.fill(0.0);
                    while run < scratch.runs.len() && scratch.runs[run].0 == slot {
                        gradient[scratch.runs[run].1] = scratch.derivatives[run * lanes + lane];
                        run += 1;
                    }
                    see(case, slot, &gradient);
                }
            }
        }
        Ok(())
    }

    /// Utilities, their derivatives, probabilities and residuals of some lanes of a group.
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
        scratch.utilities.clear();
        scratch.utilities.resize(set.slots.len() * lanes, 0.0);
        scratch.derivatives.clear();
        scratch.runs.clear();
        scratch.seconds.clear();
        scratch.second_values.clear();
        let column = |index: usize| &group.column(index)[from..from + lanes];

        for (at, slot) in set.slots.iter().enumerate() {
            let utility = &mut scratch.utilities[at * lanes..(at + 1) * lanes];
            match slot.offset {
                Operand::Constant(number) => utility.fill(number),
                Operand::Column(index) => utility.copy_from_slice(column(index)),
            }
            for &(parameter, position, operand) in &slot.terms {
                let value = theta[parameter as usize];
                match operand {
                    Operand::Constant(number) => utility.iter_mut().for_each(|utility| *utility += value * number),
                    Operand::Column(index) => add_scaled(utility, value, column(index)),
                }
                if order >= Order::Score {
                    scratch.runs.push((at, position));
                    match operand {
                        Operand::Constant(number) => {
                            let filled = scratch.derivatives.len() + lanes;
                            scratch.derivatives.resize(filled, number);
                        }
                        Operand::Column(index) => scratch.derivatives.extend_from_slice(column(index)),
                    }
                }
            }
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
                for (output, &position) in slot.rest_positions.iter().enumerate() {
                    scratch.runs.push((at, position));
                    scratch
                        .derivatives
                        .extend_from_slice(scratch.program.output(output + 1));
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

        if order >= Order::Score {
            scratch.subtract_first_slot(set, lanes);
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
                slot: (0..set.slots.len()).find(|slot| !scratch.utilities[slot * lanes + lane].is_finite()),
                derivative: false,
            }),
        }
    }
}

impl Scratch {
    /// Measures derivatives from the first slot, where all slots have the parameter.
    ///
    /// Nothing depends on the level: residuals sum to zero, and the Hessian is a covariance. But a level that is large
    /// against the differences would drown them in rounding, and a column that is the same everywhere would leave noise
    /// in the Hessian where there is nothing.
    fn subtract_first_slot(&mut self, set: &ChoiceSet, lanes: usize) {
        let n_first = self.runs.iter().take_while(|(slot, _)| *slot == 0).count();
        let (first, others) = self.derivatives.split_at_mut(n_first * lanes);
        for (derivatives, &(_, position)) in others.chunks_exact_mut(lanes).zip(&self.runs[n_first..]) {
            if let Some(run) = set.shared[position] {
                subtract(derivatives, &first[run * lanes..(run + 1) * lanes]);
            }
        }
        for (derivatives, &(_, position)) in first.chunks_exact_mut(lanes).zip(&self.runs) {
            if set.shared[position].is_some() {
                derivatives.fill(0.0);
            }
        }
    }

    /// Σ_lanes Σ_s residual_s · dV_s/dθ_k.
    fn add_score(&self, set: &ChoiceSet, lanes: usize, score: &mut [f64]) {
        for (run, &(slot, position)) in self.runs.iter().enumerate() {
            if set.is_zero(slot, position) {
                continue;
            }
            let residuals = &self.kernel.residuals[slot * lanes..(slot + 1) * lanes];
            let derivatives = &self.derivatives[run * lanes..(run + 1) * lanes];
            score[set.parameters[position] as usize] += dot(residuals, derivatives);
        }
    }

    /// Of the Hessian's lower triangle, with d_s = dV_s/dθ and d̄ = Σ_s P_s d_s:
    ///
    /// ```text
    /// −Σ_lanes w n [Σ_s P_s d_s d_s′ − d̄ d̄′] + Σ_lanes Σ_s residual_s ∂²V_s/∂θ∂θ′
    /// ```
    ///
    /// Only parameters that meet in a slot are multiplied in the first sum.
    fn add_hessian(&mut self, set: &ChoiceSet, lanes: usize, n_parameters: usize, hessian: &mut [f64]) {
        let n_means = set.parameters.len();
        self.means.clear();
        self.means.resize(n_means * lanes, 0.0);
        self.product.resize(2 * lanes, 0.0);
        let (weighted, product) = self.product.split_at_mut(lanes);
        let product = &mut product[..lanes];
        let curvature = &self.kernel.curvature[..lanes];
        let mut begin = 0;
        while begin < self.runs.len() {
            let slot = self.runs[begin].0;
            let end = begin
                + self.runs[begin..]
                    .iter()
                    .take_while(|(other, _)| *other == slot)
                    .count();
            let probabilities = &self.kernel.probabilities[slot * lanes..(slot + 1) * lanes];
            set_product(weighted, probabilities, curvature);
            for first in begin..end {
                let derivatives = &self.derivatives[first * lanes..(first + 1) * lanes];
                let position = self.runs[first].1;
                if set.is_zero(slot, position) {
                    continue;
                }
                add_product(
                    &mut self.means[position * lanes..(position + 1) * lanes],
                    probabilities,
                    derivatives,
                );
                set_product(product, weighted, derivatives);
                for second in (begin..=first).filter(|&second| !set.is_zero(slot, self.runs[second].1)) {
                    let other = &self.derivatives[second * lanes..(second + 1) * lanes];
                    let (row, column) = ordered(set, position, self.runs[second].1);
                    hessian[row * n_parameters + column] -= dot(product, other);
                }
            }
            begin = end;
        }
        for first in 0..n_means {
            set_product(product, &self.means[first * lanes..(first + 1) * lanes], curvature);
            for second in 0..=first {
                let (row, column) = ordered(set, first, second);
                hessian[row * n_parameters + column] += dot(product, &self.means[second * lanes..(second + 1) * lanes]);
            }
        }
        for (at, &(slot, first, second)) in self.seconds.iter().enumerate() {
            let residuals = &self.kernel.residuals[slot * lanes..(slot + 1) * lanes];
            let (row, column) = ordered(set, first, second);
            hessian[row * n_parameters + column] += dot(residuals, &self.second_values[at * lanes..(at + 1) * lanes]);
        }
    }
}

/// The element of the lower triangle in which two parameters of a choice set meet.
fn ordered(set: &ChoiceSet, first: usize, second: usize) -> (usize, usize) {
    let (first, second) = (set.parameters[first] as usize, set.parameters[second] as usize);
    (first.max(second), first.min(second))
}
