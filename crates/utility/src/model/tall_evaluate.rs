//! One case of a tall group: utilities, probabilities, and what they add to value, score and Hessian.

use logsum_estimate::Order;

use super::aligned::Aligned;
use super::blocks::Blocks;
use super::choice_set::Operand;
use super::diagnose::CaseView;
use super::evaluate::Undefined;
use super::lanes::dot;
use super::scratch::{At, Partial, Scratch};
use super::slots::{centre, mean, roots, softmax};
use super::tall::{Tall, TallCase};
use super::tall_products::Panel;
use super::tall_set::{Input, TallSet, Value};
use super::terms::add_terms;

/// A parameter in a single slot.
#[derive(Clone, Copy, Debug)]
struct Extra {
    slot: usize,
    parameter: usize,
    /// What it multiplies.
    x: f64,
}

/// Buffers of a case.
#[derive(Default)]
pub(crate) struct TallScratch {
    utilities: Aligned,
    probabilities: Aligned,
    /// Derivatives that come from a program, one parameter after another.
    computed: Aligned,
    extras: Vec<Extra>,
    /// Parameters of `extras`, ascending.
    sparse: Vec<usize>,
    /// By parameter: for those in `sparse` Σ_s P_s x_s and Σ_s y_s x_s; what else stands there is not settled.
    of_parameter: Vec<[f64; 2]>,
    /// By position of a dense parameter: x_1 and Σ_s P_s (x_s − x_1).
    means: Vec<[f64; 2]>,
    roots: Aligned,
    residuals: Vec<f64>,
    panel: Panel,
}

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
        for case in group.each(set) {
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
        mut see: impl FnMut(u32, f64, &mut dyn Iterator<Item = (f64, f64)>),
    ) -> Result<(), Undefined> {
        let set = &self.tall_sets[group.set];
        let mut tall = std::mem::take(&mut scratch.tall);
        for case in group.each(set) {
            let sums = self.case(set, &case, theta, Order::Value, scratch, &mut tall)?;
            let utilities = &tall.utilities[..case.n_slots];
            if let Some(slot) = utilities.iter().position(|utility| !utility.is_finite()) {
                return Err(undefined(&case, Some(slot), false));
            }
            let mut slots = utilities.iter().copied().zip(tall.probabilities.iter().copied());
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
                parameters: &parameters,
                gradients: &gradients,
                n_slots: case.n_slots,
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

/// Where the derivatives of a parameter stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Derivatives {
    /// In a stored column.
    Stored(usize),
    /// Among those that come from the program.
    Computed(usize),
}

impl TallScratch {
    fn derivatives<'a>(&'a self, of: Derivatives, case: &TallCase<'a>) -> &'a [f64] {
        match of {
            Derivatives::Stored(column) => case.column(column),
            Derivatives::Computed(at) => &self.computed[at * case.lanes..][..case.lanes],
        }
    }

    /// Offsets and terms that stand in single slots.
    fn add_extras(&mut self, set: &TallSet, case: &TallCase<'_>, theta: &[f64]) {
        self.extras.clear();
        let mut values = case.values.iter();
        let mut number = |value: Value| match value {
            Value::Constant(number) => number,
            Value::OfCase(index) => case.of_case[index],
            Value::Next => *values.next().expect("a number is stored for each"),
        };
        for (slot, utility) in self.utilities[..case.n_slots].iter_mut().enumerate() {
            let plan = &set.plans[case.plan(slot)];
            if let Some(offset) = plan.offset {
                *utility += number(offset);
            }
            for &(parameter, value) in &plan.extras {
                let x = number(value);
                let parameter = parameter as usize;
                *utility += theta[parameter] * x;
                self.extras.push(Extra { slot, parameter, x });
            }
        }
    }

    /// Means of the derivatives over the slots.
    fn write_means(&mut self, dense: &[(u32, Derivatives)], case: &TallCase<'_>, n_parameters: usize) {
        let mut means = std::mem::take(&mut self.means);
        means.clear();
        means.extend(dense.iter().map(|&(_, of)| {
            let column = self.derivatives(of, case);
            [column[0], mean(column, &self.probabilities)]
        }));
        self.means = means;
        self.sparse.clear();
        self.sparse.extend(self.extras.iter().map(|extra| extra.parameter));
        self.sparse.sort_unstable();
        self.sparse.dedup();
        self.of_parameter.resize(n_parameters, [0.0; 2]);
        self.sparse
            .iter()
            .for_each(|&parameter| self.of_parameter[parameter] = [0.0; 2]);
        for extra in &self.extras {
            let [mean, chosen] = &mut self.of_parameter[extra.parameter];
            *mean += self.probabilities[extra.slot] * extra.x;
            *chosen += case.count(extra.slot) * extra.x;
        }
    }

    /// w (Σ_s y_s x_s − n Σ_s P_s x_s) for each parameter.
    fn each_score(
        &self,
        dense: &[(u32, Derivatives)],
        case: &TallCase<'_>,
        choices: f64,
        mut add: impl FnMut(usize, f64),
    ) {
        for (&(parameter, of), [first, mean]) in dense.iter().zip(&self.means) {
            let column = self.derivatives(of, case);
            let chosen = match case.chosen {
                Some(slot) => column[slot] - first,
                None => case
                    .counts
                    .iter()
                    .zip(column)
                    .map(|(count, x)| count * (x - first))
                    .sum(),
            };
            add(parameter as usize, case.weight * (chosen - choices * mean));
        }
        for &parameter in &self.sparse {
            let [mean, chosen] = self.of_parameter[parameter];
            add(parameter, case.weight * (chosen - choices * mean));
        }
    }

    /// Centred derivatives to the panel.
    fn add_dense(
        &mut self,
        dense: &[(u32, Derivatives)],
        case: &TallCase<'_>,
        curvature: f64,
        n_parameters: usize,
        hessian: &mut [f64],
    ) {
        self.roots.resize(case.lanes);
        roots(&self.probabilities, curvature, &mut self.roots);
        let mut panel = std::mem::take(&mut self.panel);
        let mut from = 0;
        while from < case.lanes {
            let n = panel.room().min(case.lanes - from);
            for (row, (&(_, of), [first, mean])) in dense.iter().zip(&self.means).enumerate() {
                let column = &self.derivatives(of, case)[from..from + n];
                centre(column, *first, *mean, &self.roots[from..from + n], panel.row(row, n));
            }
            panel.take(n);
            if panel.room() == 0 {
                panel.flush(dense, n_parameters, hessian);
            }
            from += n;
        }
        self.panel = panel;
    }

    /// What parameters in single slots add to the Hessian: with those of the same slot, with the columns, and in the
    /// means.
    fn add_sparse(
        &self,
        dense: &[(u32, Derivatives)],
        case: &TallCase<'_>,
        curvature: f64,
        n_parameters: usize,
        hessian: &mut [f64],
    ) {
        let at = |first: usize, second: usize| first.max(second) * n_parameters + first.min(second);
        for extras in self.extras.chunk_by(|first, second| first.slot == second.slot) {
            let slot = extras[0].slot;
            let scale = curvature * self.probabilities[slot];
            for (last, first) in extras.iter().enumerate() {
                for second in &extras[..=last] {
                    hessian[at(first.parameter, second.parameter)] -= scale * first.x * second.x;
                }
            }
            for (&(parameter, of), [first, mean]) in dense.iter().zip(&self.means) {
                let centred = scale * ((self.derivatives(of, case)[slot] - first) - mean);
                for extra in extras {
                    hessian[at(extra.parameter, parameter as usize)] -= centred * extra.x;
                }
            }
        }
        for (last, &row) in self.sparse.iter().enumerate() {
            let scale = curvature * self.of_parameter[row][0];
            let hessian = &mut hessian[row * n_parameters..][..n_parameters];
            for &column in &self.sparse[..=last] {
                hessian[column] += scale * self.of_parameter[column][0];
            }
        }
    }

    /// w (y_s − n P_s).
    fn write_residuals(&mut self, case: &TallCase<'_>, choices: f64) {
        self.residuals.clear();
        self.residuals.resize(case.lanes, 0.0);
        for slot in 0..case.n_slots {
            self.residuals[slot] = case.weight * (case.count(slot) - choices * self.probabilities[slot]);
        }
    }
}
