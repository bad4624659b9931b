//! One choice where tastes are the same: ln P with its derivatives in the parameters.

use logsum_probit::ghk::{CURVATURE, Derivatives, GRADIENT, Simulator, pair, row};
use logsum_probit::{Orthant, approximate, exact};

use super::draws::CaseBlocks;
use super::factors::OfOutcome;
use super::outcomes::Pairs;
use crate::model::mixture::arithmetic::Run;
use crate::model::mixture::average::Contribution;
use crate::model::mixture::cases::Cases;
use crate::model::mixture::plain::{At, NotFinite, PlainLanes};
use crate::probit::Probabilities;

/// Buffers of one thread.
#[derive(Debug, Default)]
pub(crate) struct ChoiceScratch {
    pub plain: PlainLanes<1>,
    simulator: Simulator,
    pub derivatives: Derivatives,
    pub limits: Vec<f64>,
    /// ∂x/∂θ over the parameters of the choice: a row for each x.
    jacobian: Vec<f64>,
    product: Vec<f64>,
    parameters: Vec<u32>,
    /// ∂ ln P/∂L, packed.
    of_factor: Vec<f64>,
}

/// Σ x y, in eight sums at a time.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<8>(), y.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (x, y) in x.iter().zip(y) {
        for l in 0..8 {
            sums[l] += x[l] * y[l];
        }
    }
    let rest: f64 = x_rest.iter().zip(y_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}

/// A choice, or a ranking, at some parameters.
pub(crate) struct ChoiceCase<'a> {
    pub cases: &'a Cases,
    pub case: u32,
    pub pairs: &'a Pairs,
    pub outcome: &'a OfOutcome,
    pub probabilities: Probabilities,
    /// Of the covariance.
    pub parameters: &'a [u32],
    /// Parameter of each coefficient, and their values.
    pub coefficients: &'a [u32],
    pub fixed: &'a [f64],
}

impl ChoiceCase<'_> {
    /// ln P, in `scratch.derivatives` with its derivatives in limits and factor.
    ///
    /// # Errors
    /// A utility that is no finite number.
    pub fn probability(
        &self,
        draws: &mut CaseBlocks<'_>,
        order: u8,
        scratch: &mut ChoiceScratch,
    ) -> Result<(), NotFinite> {
        let at: At<'_, 1> = At {
            beta: &[] as &[Run<1>],
            fixed: self.fixed,
        };
        scratch.plain.utilities(self.cases, self.case, at, false, order);
        let v = |slot: u32| scratch.plain.utilities[slot as usize][0];
        let not_finite = |slot: u32| NotFinite {
            case: self.case,
            slot: Some(slot),
            derivative: false,
        };
        let n_slots = scratch.plain.utilities.len() as u32;
        if let Some(slot) = (0..n_slots).find(|&slot| !v(slot).is_finite()) {
            return Err(not_finite(slot));
        }
        scratch.limits.clear();
        for &(better, worse) in self.pairs {
            let limit = v(better) - v(worse);
            if !limit.is_finite() {
                return Err(not_finite(better));
            }
            scratch.limits.push(limit);
        }
        if self.probabilities == Probabilities::Ghk || self.pairs.len() < 2 {
            let (limits, factor) = (&scratch.limits, &self.outcome.factor);
            scratch
                .simulator
                .evaluate(limits, factor, draws, order, &mut scratch.derivatives);
            return Ok(());
        }
        let orthant = match self.probabilities {
            Probabilities::Exact => exact(&scratch.limits, &self.outcome.covariance),
            _ => approximate(&scratch.limits, &self.outcome.covariance),
        };
        let orthant = orthant.map_err(|_| NotFinite {
            case: self.case,
            slot: None,
            derivative: false,
        })?;
        self.take(&orthant, &mut scratch.derivatives);
        Ok(())
    }

    /// Derivatives in the covariance as derivatives in its factor: S = L L′, ∂S_kj = δL_k· L_j + L_k δL_j.
    fn take(&self, orthant: &Orthant, out: &mut Derivatives) {
        let n = orthant.limits.len();
        let factor = &self.outcome.factor;
        out.ln_probability = orthant.ln_probability;
        out.hessian.clear();
        out.score.clear();
        for k in 0..n {
            out.score.push(orthant.limits[k]);
            for i in 0..=k {
                // L_ki stands in S_kj for j ≥ i.
                let of = |j: usize| orthant.covariance[pair(k.max(j), k.min(j))];
                let off: f64 = (i..n).filter(|&j| j != k).map(|j| of(j) * factor.row(j)[i]).sum();
                out.score.push(off + 2.0 * of(k) * factor.row(k)[i]);
            }
        }
    }

    /// ln P with its derivatives in all parameters.
    ///
    /// # Errors
    /// A utility that is no finite number.
    pub fn contribution(
        &self,
        draws: &mut CaseBlocks<'_>,
        order: u8,
        n_parameters: usize,
        scratch: &mut ChoiceScratch,
        out: &mut Contribution,
    ) -> Result<(), NotFinite> {
        self.probability(draws, order, scratch)?;
        out.value = scratch.derivatives.ln_probability;
        out.score.clear();
        out.hessian.clear();
        if order < GRADIENT {
            return Ok(());
        }
        out.score.resize(n_parameters, 0.0);
        self.add_score(scratch, out);
        if order < CURVATURE {
            return Ok(());
        }
        self.linearise(scratch);
        out.hessian.resize(pair(n_parameters, 0), 0.0);
        self.curve(scratch, out);
        Ok(())
    }

    /// ∂ ln P/∂θ: through the limits, and through the factor for each parameter of the covariance.
    fn add_score(&self, scratch: &mut ChoiceScratch, out: &mut Contribution) {
        let ChoiceScratch {
            plain,
            derivatives,
            of_factor,
            ..
        } = scratch;
        let score = &derivatives.score;
        for (at, &c) in plain.coefficients().iter().enumerate() {
            let limit = |(variable, &(better, worse)): (usize, &(u32, u32))| {
                score[row(variable)] * (plain.derivative(better, at)[0] - plain.derivative(worse, at)[0])
            };
            let sum: f64 = self.pairs.iter().enumerate().map(limit).sum();
            out.score[self.coefficients[c as usize] as usize] += sum;
        }
        if self.outcome.first.is_empty() {
            return;
        }
        of_factor.clear();
        for variable in 0..self.pairs.len() {
            of_factor.extend_from_slice(&score[row(variable) + 1..row(variable + 1)]);
        }
        for (&parameter, first) in self.parameters.iter().zip(&self.outcome.first) {
            out.score[parameter as usize] += dot(of_factor, first);
        }
    }

    /// ∂x/∂θ: of limits by the utilities, of factors by the covariance.
    fn linearise(&self, scratch: &mut ChoiceScratch) {
        let ChoiceScratch {
            plain,
            jacobian,
            parameters,
            ..
        } = scratch;
        let coefficients = plain.coefficients();
        let n_coefficients = coefficients.len();
        parameters.clear();
        parameters.extend(coefficients.iter().map(|&c| self.coefficients[c as usize]));
        if !self.outcome.first.is_empty() {
            parameters.extend(self.parameters);
        }
        let k = parameters.len();
        let n = self.pairs.len();
        jacobian.clear();
        jacobian.resize(row(n) * k, 0.0);
        for (variable, &(better, worse)) in self.pairs.iter().enumerate() {
            let limit = &mut jacobian[row(variable) * k..][..n_coefficients];
            for (at, dx) in limit.iter_mut().enumerate() {
                *dx = plain.derivative(better, at)[0] - plain.derivative(worse, at)[0];
            }
            for (p, first) in self.outcome.first.iter().enumerate() {
                for i in 0..=variable {
                    jacobian[(row(variable) + 1 + i) * k + n_coefficients + p] = first[pair(variable, i)];
                }
            }
        }
    }

    /// Second derivatives: X′HX, and those of x itself.
    fn curve(&self, scratch: &mut ChoiceScratch, out: &mut Contribution) {
        let ChoiceScratch {
            plain,
            derivatives,
            jacobian,
            product,
            parameters,
            ..
        } = scratch;
        let k = parameters.len();
        let q = derivatives.score.len();
        product.clear();
        product.resize(q * k, 0.0);
        for x in 0..q {
            for y in 0..=x {
                let h = derivatives.hessian[pair(x, y)];
                for at in 0..k {
                    product[x * k + at] += h * jacobian[y * k + at];
                    if y < x {
                        product[y * k + at] += h * jacobian[x * k + at];
                    }
                }
            }
        }
        for a in 0..k {
            for b in 0..k {
                let (first, second) = (parameters[a] as usize, parameters[b] as usize);
                if second > first {
                    continue;
                }
                let sum: f64 = (0..q).map(|x| jacobian[x * k + a] * product[x * k + b]).sum();
                out.hessian[pair(first, second)] += sum;
            }
        }
        // A utility that is not linear.
        for (slot, a, b, second) in plain.second_lanes() {
            let of_slot = |(variable, (better, worse)): (usize, &(u32, u32))| {
                let sign = f64::from(u8::from(*better as usize == slot)) - f64::from(u8::from(*worse as usize == slot));
                sign * derivatives.score[row(variable)]
            };
            let adjoint: f64 = self.pairs.iter().enumerate().map(of_slot).sum();
            let (first, second_parameter) = (self.coefficients[a as usize], self.coefficients[b as usize]);
            let place = pair(
                first.max(second_parameter) as usize,
                first.min(second_parameter) as usize,
            );
            out.hessian[place] += adjoint * second[0];
        }
        for (p, &of_row) in self.parameters.iter().enumerate() {
            for (r, &of_column) in self.parameters[..=p].iter().enumerate() {
                let Some(second) = self.outcome.second.get(pair(p, r)) else {
                    continue;
                };
                let mut sum = 0.0;
                for variable in 0..self.pairs.len() {
                    for i in 0..=variable {
                        sum += derivatives.score[row(variable) + 1 + i] * second[pair(variable, i)];
                    }
                }
                out.hessian[pair(of_row as usize, of_column as usize)] += sum;
            }
        }
    }
}
