//! Cases one by one at many draws, whatever their utilities: not linear in the coefficients, so large that exponentials
//! of differences overflow, or chosen more than once. The twin of the kernel, at less speed.

use logsum_expressions::Workspace;

use super::arithmetic::Run;
use super::beyond::KernelBuffers;
use super::cases::{Cases, Choice, RestInput};
use super::kernel::{CURVATURE, GRADIENT, Lanes, pair};
use crate::model::exp::exp;

/// A utility that is not a finite number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotFinite {
    pub case: u32,
    /// Slot of the case; none where it cannot be told which.
    pub slot: Option<u32>,
    /// Utilities are finite, a derivative is not.
    pub derivative: bool,
}

/// Utilities of a case and their derivatives at `W` draws.
#[derive(Debug, Default)]
pub(crate) struct PlainLanes<const W: usize> {
    /// V of each slot.
    pub utilities: Vec<[f64; W]>,
    /// Coefficients that stand in any of the utilities.
    pub(super) coefficients: Vec<u32>,
    /// ∂V/∂β: slot by slot, a run for each of `coefficients`.
    pub(super) derivatives: Vec<[f64; W]>,
    /// Slot, places of both coefficients, ∂²V/∂β∂β′.
    pub(super) seconds: Vec<(usize, usize, usize, [f64; W])>,
    constants: Vec<[f64; W]>,
    pub probabilities: Vec<[f64; W]>,
    values: Vec<f64>,
    workspace: Workspace,
    means: Vec<[f64; W]>,
    pub(super) beyond: KernelBuffers,
}

/// Coefficients at the draws, and those that do not vary.
#[derive(Clone, Copy)]
pub(crate) struct At<'a, const W: usize> {
    pub beta: &'a [Run<W>],
    pub fixed: &'a [f64],
}

impl<const W: usize> PlainLanes<W> {
    /// Utilities of a case, with derivatives as far as `order` says. `corrected`: those of sampled choice sets.
    pub fn utilities(&mut self, cases: &Cases, case: u32, at: At<'_, W>, corrected: bool, order: u8) {
        let slots = cases.slots_of(case);
        let n_random = at.beta.len();
        self.utilities.clear();
        self.seconds.clear();
        if order >= GRADIENT {
            self.coefficients.clear();
            for slot in slots.clone() {
                self.coefficients.extend(&cases.slot(slot).0.coefficients);
            }
            self.coefficients.sort_unstable();
            self.coefficients.dedup();
            self.derivatives.clear();
            self.derivatives.resize(slots.len() * self.coefficients.len(), [0.0; W]);
        }
        for (position, slot) in slots.enumerate() {
            let (plan, numbers) = cases.slot(slot);
            let mut base = numbers[0];
            if corrected && !cases.corrections.is_empty() {
                base += cases.corrections[slot];
            }
            let mut v = [base; W];
            for (&c, &x) in plan.terms.iter().zip(&numbers[1..]) {
                match at.beta.get(c as usize) {
                    Some(beta) => (0..W).for_each(|l| v[l] += x * beta[l]),
                    None => {
                        let add = x * at.fixed[c as usize - n_random];
                        v.iter_mut().for_each(|v| *v += add);
                    }
                }
                if order >= GRADIENT {
                    let place = self.coefficients.binary_search(&c).expect("gathered before");
                    self.derivatives[position * self.coefficients.len() + place] = [x; W];
                }
            }
            if let Some(rest) = &plan.rest {
                // Parameters of the program are coefficients that do not vary, by their identifiers.
                self.constants.clear();
                let constant = |input: &RestInput| match input {
                    RestInput::Coefficient(_) => [0.0; W],
                    RestInput::Number(at) => [numbers[*at]; W],
                };
                self.constants.extend(rest.inputs.iter().map(constant));
                let inputs: Vec<&[f64]> = rest
                    .inputs
                    .iter()
                    .zip(&self.constants)
                    .map(|(input, constant)| match input {
                        RestInput::Coefficient(c) => at.beta[*c as usize].as_slice(),
                        RestInput::Number(_) => constant.as_slice(),
                    })
                    .collect();
                self.values.clear();
                self.values.resize(cases.n_identifiers, 0.0);
                for (&identifier, &value) in cases.identifiers[n_random..].iter().zip(at.fixed) {
                    self.values[identifier as usize] = value;
                }
                rest.program.run(&inputs, &self.values, W, &mut self.workspace);
                for (v, value) in v.iter_mut().zip(self.workspace.output(0)) {
                    *v += value;
                }
                if order >= GRADIENT {
                    let place = |c: &u32| self.coefficients.binary_search(c).expect("gathered before");
                    for (output, c) in rest.coefficients.iter().enumerate() {
                        let run = &mut self.derivatives[position * self.coefficients.len() + place(c)];
                        run.copy_from_slice(self.workspace.output(1 + output));
                    }
                    if order >= CURVATURE {
                        for (output, &(row, column)) in rest.seconds.iter().enumerate() {
                            let mut lanes = [0.0; W];
                            lanes.copy_from_slice(self.workspace.output(1 + rest.coefficients.len() + output));
                            let (row, column) = (place(&rest.coefficients[row]), place(&rest.coefficients[column]));
                            self.seconds.push((position, row, column, lanes));
                        }
                    }
                }
            }
            self.utilities.push(v);
        }
    }

    /// Coefficients that stand in any of the utilities, ascending.
    pub fn coefficients(&self) -> &[u32] {
        &self.coefficients
    }

    /// ∂V/∂β of a slot in the coefficient at that place among them.
    pub fn derivative(&self, slot: u32, place: usize) -> &[f64; W] {
        &self.derivatives[slot as usize * self.coefficients.len() + place]
    }

    /// Slot, coefficients and ∂²V/∂β∂β′, where that is not 0.
    pub fn second_lanes(&self) -> impl Iterator<Item = (usize, u32, u32, &[f64; W])> {
        self.seconds
            .iter()
            .map(|(slot, a, b, second)| (*slot, self.coefficients[*a], self.coefficients[*b], second))
    }

    /// Probabilities and logsums of the utilities.
    ///
    /// # Errors
    /// The first slot whose utility is not finite at some draw.
    pub fn softmax(&mut self, case: u32) -> Result<[f64; W], NotFinite> {
        let broken = |v: &[f64; W]| v.iter().any(|v| !v.is_finite());
        if let Some(slot) = self.utilities.iter().position(broken) {
            return Err(NotFinite {
                case,
                slot: Some(slot as u32),
                derivative: false,
            });
        }
        let mut largest = [f64::NEG_INFINITY; W];
        for v in &self.utilities {
            for l in 0..W {
                largest[l] = largest[l].max(v[l]);
            }
        }
        let mut total = [0.0; W];
        self.probabilities.clear();
        for v in &self.utilities {
            let mut p = [0.0; W];
            for l in 0..W {
                p[l] = exp(v[l] - largest[l]);
                total[l] += p[l];
            }
            self.probabilities.push(p);
        }
        for p in &mut self.probabilities {
            for l in 0..W {
                p[l] /= total[l];
            }
        }
        Ok(std::array::from_fn(|l| largest[l] + total[l].ln()))
    }

    /// Adds a choice, made so many times, to what the kernel gives.
    ///
    /// # Errors
    /// As [`PlainLanes::softmax`].
    pub fn add(
        &mut self,
        cases: &Cases,
        (choice, times): (&Choice, f64),
        at: At<'_, W>,
        order: u8,
        lanes: &mut Lanes<W>,
    ) -> Result<(), NotFinite> {
        self.utilities(cases, choice.case, at, true, order);
        let logsums = self.softmax(choice.case)?;
        let chosen = choice.chosen as usize;
        let utilities = &self.utilities[chosen];
        for ((sum, utility), logsum) in lanes.ln_probability.iter_mut().zip(utilities).zip(logsums) {
            *sum += times * (utility - logsum);
        }
        // Utilities near the largest number are finite, and their differences are not.
        if lanes.ln_probability.iter().any(|value| !value.is_finite()) {
            return Err(NotFinite {
                case: choice.case,
                slot: Some(choice.chosen),
                derivative: false,
            });
        }
        if order < GRADIENT {
            return Ok(());
        }
        let width = self.coefficients.len();
        if width == 0 {
            return Ok(());
        }
        self.means.clear();
        self.means.resize(width, [0.0; W]);
        for (p, row) in self.probabilities.iter().zip(self.derivatives.chunks_exact(width)) {
            for (mean, x) in self.means.iter_mut().zip(row) {
                for l in 0..W {
                    mean[l] += p[l] * x[l];
                }
            }
        }
        let of_chosen = &self.derivatives[chosen * width..][..width];
        for ((&c, x), mean) in self.coefficients.iter().zip(of_chosen).zip(&self.means) {
            let gradient = &mut lanes.gradient[c as usize];
            for l in 0..W {
                gradient[l] += times * (x[l] - mean[l]);
            }
        }
        if order < CURVATURE {
            return Ok(());
        }
        for (i, &c) in self.coefficients.iter().enumerate() {
            for (j, &d) in self.coefficients[..=i].iter().enumerate() {
                let sums = &mut lanes.curvature[pair(c, d)];
                for (p, row) in self.probabilities.iter().zip(self.derivatives.chunks_exact(width)) {
                    for l in 0..W {
                        // Deviations from the mean: nothing cancels.
                        sums[l] -= times * p[l] * (row[i][l] - self.means[i][l]) * (row[j][l] - self.means[j][l]);
                    }
                }
            }
        }
        for (slot, i, j, second) in &self.seconds {
            let (c, d) = (self.coefficients[*i], self.coefficients[*j]);
            let sums = &mut lanes.curvature[pair(c.max(d), c.min(d))];
            let y = if *slot == chosen { 1.0 } else { 0.0 };
            for l in 0..W {
                sums[l] += times * (y - self.probabilities[*slot][l]) * second[l];
            }
        }
        Ok(())
    }
}
