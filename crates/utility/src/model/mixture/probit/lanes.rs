//! Choices where tastes are random: ln P at each draw of tastes, with derivatives in the coefficients.

use logsum_draws::{Run, ln};
use logsum_probit::ghk::{CURVATURE, Factor, GRADIENT, Lanes as Orthants, Recursion, pair};

use super::NormalErrors;
use super::factors::{Factors, OfOutcome};
use crate::model::mixture::cases::{Cases, Choice};
use crate::model::mixture::kernel::{self, Lanes};
use crate::model::mixture::plain::{At, NotFinite, PlainLanes};

/// Products of probabilities below this are computed in logarithms.
const SMALL: f64 = 1e-250;

/// Buffers of a block of draws.
#[derive(Debug, Default)]
pub(crate) struct ErrorLanes<const W: usize> {
    pub orthants: Orthants<W>,
    pub uniforms: Vec<[f64; W]>,
    /// Coefficients of the choice: those of utilities, then those of the covariance.
    coefficients: Vec<u32>,
    /// ∂t/∂β of each variable, a run for each of these.
    slopes: Vec<Run<W>>,
}

/// The draws of errors of a decision maker's cases, all of them.
#[derive(Debug, Default)]
pub(crate) struct UnitDraws {
    /// Of each case: dimension by dimension.
    pub of_case: Vec<Vec<f64>>,
    pub number: usize,
}

impl UnitDraws {
    /// `W` draws of a case from `first` on; behind the last that one again.
    pub fn block<const W: usize>(&self, case: usize, first: usize, out: &mut Vec<[f64; W]>) {
        out.clear();
        for values in self.of_case[case].chunks(self.number) {
            out.push(std::array::from_fn(|l| values[(first + l).min(self.number - 1)]));
        }
    }
}

/// What a choice is evaluated with.
pub(crate) struct ErrorCase<'a, const W: usize> {
    pub cases: &'a Cases,
    pub errors: &'a NormalErrors,
    pub factors: &'a Factors,
    /// Coefficient of each parameter of the covariance.
    pub of_covariance: &'a [u32],
    pub at: At<'a, W>,
    pub order: u8,
}

impl<const W: usize> ErrorLanes<W> {
    /// Adds a choice, made so many times, to what the kernel gives; the draws of its errors are in `uniforms`.
    ///
    /// # Errors
    /// A utility that is no finite number.
    pub fn add(
        &mut self,
        case: &ErrorCase<'_, W>,
        (number, choice): (u32, &Choice),
        times: f64,
        plain: &mut PlainLanes<W>,
        lanes: &mut Lanes<W>,
    ) -> Result<(), NotFinite>
    where
        Orthants<W>: Recursion<W>,
    {
        let outcome = case.errors.outcomes.of_choice[number as usize] as usize;
        let pairs = &case.errors.outcomes.all[outcome].pairs;
        let of_outcome = &case.factors.of_outcome[outcome];
        plain.utilities(case.cases, choice.case, case.at, false, case.order);
        let orthants = &mut self.orthants;
        orthants.resize(pairs.len());
        for (limit, &(better, worse)) in orthants.limits.iter_mut().zip(pairs) {
            let (better, worse) = (&plain.utilities[better as usize], &plain.utilities[worse as usize]);
            (0..W).for_each(|l| limit[l] = better[l] - worse[l]);
        }
        for (limit, &(slot, _)) in orthants.limits.iter().zip(pairs) {
            if limit.iter().any(|limit| !limit.is_finite()) {
                return Err(NotFinite {
                    case: choice.case,
                    slot: Some(slot),
                    derivative: false,
                });
            }
        }
        let ln_weights = ln_weights(orthants, &of_outcome.factor, &self.uniforms, case.order);
        for (sum, ln_weight) in lanes.ln_probability.iter_mut().zip(ln_weights) {
            *sum += times * ln_weight;
        }
        if case.order < GRADIENT || pairs.is_empty() {
            return Ok(());
        }
        orthants.backward(&of_outcome.factor, case.order);
        self.coefficients.clear();
        self.coefficients.extend(plain.coefficients());
        let n_utility = self.coefficients.len();
        if !of_outcome.first.is_empty() {
            self.coefficients.extend(case.of_covariance);
        }
        for (k, &(better, worse)) in pairs.iter().enumerate() {
            let adjoint = &self.orthants.adjoint[k];
            for (at, &c) in self.coefficients.iter().enumerate() {
                let mut slope = Run([0.0; W]);
                if at < n_utility {
                    let (better, worse) = (plain.derivative(better, at), plain.derivative(worse, at));
                    (0..W).for_each(|l| slope[l] = better[l] - worse[l]);
                } else {
                    slope = self.of_factor(k, &of_outcome.first[at - n_utility]);
                }
                let gradient = &mut lanes.gradient[c as usize];
                for l in 0..W {
                    gradient[l] += times * adjoint[l] * slope[l];
                }
            }
        }
        if case.order >= CURVATURE {
            self.curve(of_outcome, pairs, n_utility, times, plain, lanes);
        }
        Ok(())
    }

    /// −Σ_i η_i dL_ki − t_k dL_kk: what a change of the factor does to the limit of a variable.
    fn of_factor(&self, k: usize, d: &[f64]) -> Run<W> {
        let mut slope = Run([0.0; W]);
        for i in 0..=k {
            let (eta, d) = (
                if i == k {
                    &self.orthants.t[k]
                } else {
                    &self.orthants.eta[i]
                },
                d[pair(k, i)],
            );
            (0..W).for_each(|l| slope[l] -= d * eta[l]);
        }
        slope
    }

    /// Second derivatives of ln w.
    fn curve(
        &mut self,
        of_outcome: &OfOutcome,
        pairs: &[(u32, u32)],
        n_utility: usize,
        times: f64,
        plain: &PlainLanes<W>,
        lanes: &mut Lanes<W>,
    ) {
        let n = self.coefficients.len();
        self.slopes.clear();
        self.slopes.resize(pairs.len() * n, Run([0.0; W]));
        let factor = &of_outcome.factor;
        let change = |k: usize, i: usize, at: usize| match at < n_utility {
            true => 0.0,
            false => of_outcome.first[at - n_utility][pair(k, i)],
        };
        for (k, &(better, worse)) in pairs.iter().enumerate() {
            let inverse = factor.inverse_diagonal(k);
            for at in 0..n {
                let mut slope = if at < n_utility {
                    let (better, worse) = (plain.derivative(better, at), plain.derivative(worse, at));
                    Run(std::array::from_fn(|l| better[l] - worse[l]))
                } else {
                    self.of_factor(k, &of_outcome.first[at - n_utility])
                };
                for j in 0..k {
                    let (l_kj, of_eta, of_j) = (factor.row(k)[j], &self.orthants.slope[j], &self.slopes[j * n + at]);
                    (0..W).for_each(|l| slope[l] -= l_kj * of_eta[l] * of_j[l]);
                }
                (0..W).for_each(|l| slope[l] *= inverse);
                self.slopes[k * n + at] = slope;
            }
            let (second, adjoint, t) = (&self.orthants.second[k], &self.orthants.adjoint[k], &self.orthants.t[k]);
            for a in 0..n {
                for b in 0..=a {
                    let (c, d) = (self.coefficients[a], self.coefficients[b]);
                    let sums = &mut lanes.curvature[kernel::pair(c.max(d), c.min(d))];
                    // A coefficient that is in utilities and covariance meets itself in both orders.
                    let times = if c == d && a != b { 2.0 * times } else { times };
                    let (of_a, of_b) = (&self.slopes[k * n + a], &self.slopes[k * n + b]);
                    (0..W).for_each(|l| sums[l] += times * second[l] * of_a[l] * of_b[l]);
                    if a < n_utility {
                        continue;
                    }
                    for i in 0..=k {
                        let (d_a, d_b) = (change(k, i, a), change(k, i, b));
                        let d_ab = match b < n_utility {
                            true => 0.0,
                            false => of_outcome.second[pair(a - n_utility, b - n_utility)][pair(k, i)],
                        };
                        if d_a == 0.0 && d_b == 0.0 && d_ab == 0.0 {
                            continue;
                        }
                        for l in 0..W {
                            let (of_eta, eta) = match i == k {
                                true => (1.0, t[l]),
                                false => (self.orthants.slope[i][l], self.orthants.eta[i][l]),
                            };
                            let cross = d_a * self.slopes[i * n + b][l] + d_b * self.slopes[i * n + a][l];
                            sums[l] -= times * adjoint[l] * (of_eta * cross + d_ab * eta);
                        }
                    }
                }
            }
        }
        for (slot, a, b, of_slot) in plain.second_lanes() {
            let sums = &mut lanes.curvature[kernel::pair(a.max(b), a.min(b))];
            for (adjoint, &(better, worse)) in self.orthants.adjoint.iter().zip(pairs) {
                let sign = f64::from(u8::from(better as usize == slot)) - f64::from(u8::from(worse as usize == slot));
                (0..W).for_each(|l| sums[l] += times * sign * adjoint[l] * of_slot[l]);
            }
        }
    }
}

/// ln Π Φ(t) of each draw of a recursion whose limits are set.
pub(super) fn ln_weights<const W: usize>(
    orthants: &mut Orthants<W>,
    factor: &Factor,
    uniforms: &[[f64; W]],
    order: u8,
) -> [f64; W]
where
    Orthants<W>: Recursion<W>,
{
    orthants.forward(factor, uniforms, order);
    if orthants.weight[0].iter().all(|weight| *weight > SMALL) {
        return orthants.weight[0].map(ln);
    }
    orthants.forward_deep(factor, uniforms, order);
    orthants.weight[0].0
}
