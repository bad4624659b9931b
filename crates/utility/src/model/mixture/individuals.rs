//! Tastes of single decision makers, given their choices.

use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::arithmetic::{NARROW, WIDE};
use super::average::{Average, AverageKernel};
use super::cases::Unit;
use super::evaluate::{BlockScratch, Scratch, Stopped, UnitCase};
use super::kernel::{Kernel, Lanes, VALUE};
use super::plain::NotFinite;
use super::probit::Point;
use super::tastes::{IndexKernel, TasteLanes};
use super::within::Inner;
use super::{DrawSet, Mixture};
use logsum_probit::ghk::{Lanes as Orthants, Recursion};

/// A number of each decision maker that coefficients give: a coefficient itself, or minus its ratio to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub coefficient: usize,
    /// Coefficient by which it is divided, with the sign turned.
    pub cost: Option<usize>,
}

/// What the choices of one decision maker say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Individual {
    /// Mean and standard deviation of each number that was wanted.
    pub moments: Vec<(f64, f64)>,
    /// Contribution to the log-likelihood.
    pub log_likelihood: f64,
}

/// Draws of one decision maker.
#[derive(Default)]
struct Drawn {
    /// Coefficients that vary, one after another at each draw.
    beta: Vec<f64>,
    /// ℓ of the unit at each draw, the weight of the draw in it.
    ln_likelihoods: Vec<f64>,
    /// Weights of the draws given the choices.
    posterior: Vec<f64>,
    values: Vec<f64>,
}

impl Mixture {
    /// Moments of what is wanted over the tastes of every decision maker given the choices.
    pub fn individuals(
        &self,
        draws: &DrawSet,
        theta: &[f64],
        wanted: &[Wanted],
        interrupt: &AtomicBool,
    ) -> Result<Vec<Individual>, Stopped> {
        draws.between.prepare(&self.makers);
        let point = self.at(theta, VALUE)?;
        (0..self.makers.len())
            .into_par_iter()
            .map_init(Default::default, |(scratch, drawn): &mut (Scratch, Drawn), maker| {
                if interrupt.load(Ordering::Relaxed) {
                    return Err(Stopped::Interrupted);
                }
                self.individual(draws, maker, &point, wanted, scratch, drawn)
                    .map_err(Stopped::NotFinite)
            })
            .collect()
    }

    /// Identifiers of the coefficients in use, those that vary first.
    pub fn identifiers(&self) -> &[u32] {
        &self.cases.identifiers
    }

    /// Choices of each decision maker.
    pub fn n_choices(&self) -> Vec<usize> {
        self.cases
            .makers
            .iter()
            .map(|maker| maker.choices.round() as usize)
            .collect()
    }

    fn units_of(&self, maker: usize) -> &[Unit] {
        let units = &self.cases.units;
        let first = units.partition_point(|unit| (unit.maker as usize) < maker);
        let end = units.partition_point(|unit| unit.maker as usize <= maker);
        &units[first..end]
    }

    fn individual(
        &self,
        draws: &DrawSet,
        maker: usize,
        point: &Point<'_>,
        wanted: &[Wanted],
        scratch: &mut Scratch,
        drawn: &mut Drawn,
    ) -> Result<Individual, NotFinite> {
        let fixed = &point.fixed;
        let units = self.units_of(maker);
        drawn.posterior.clear();
        drawn.posterior.resize(draws.between.number(), 0.0);
        let mut log_likelihood = 0.0;
        if units.is_empty() {
            // Nothing is known of the choices: the tastes are those of the population.
            self.draws_of_maker(draws, (maker, None), point, scratch, drawn)?;
            drawn.add(1.0);
        }
        let total: f64 = units.iter().map(|unit| unit.weight).sum();
        for unit in units {
            self.draws_of_maker(draws, (maker, Some(unit)), point, scratch, drawn)?;
            log_likelihood += unit.weight * drawn.add(unit.weight / total);
        }
        let n_random = self.tastes.n_random();
        let moments = wanted
            .iter()
            .map(|wanted| {
                let of = |beta: &[f64], c: usize| if c < n_random { beta[c] } else { fixed[c - n_random] };
                let value = |beta: &[f64]| match wanted.cost {
                    Some(cost) => -of(beta, wanted.coefficient) / of(beta, cost),
                    None => of(beta, wanted.coefficient),
                };
                drawn.values.clear();
                drawn.values.extend(drawn.beta.chunks_exact(n_random).map(value));
                moments(&drawn.values, &drawn.posterior)
            })
            .collect();
        Ok(Individual {
            moments,
            log_likelihood,
        })
    }

    /// The coefficients at all draws of a decision maker, and the likelihood of a unit of choices.
    fn draws_of_maker(
        &self,
        draws: &DrawSet,
        (maker, unit): (usize, Option<&Unit>),
        point: &Point<'_>,
        scratch: &mut Scratch,
        drawn: &mut Drawn,
    ) -> Result<(), NotFinite> {
        let Scratch {
            rows,
            wide,
            narrow,
            ahead,
            errors,
            ..
        } = scratch;
        let (theta, fixed) = (point.theta, &point.fixed);
        let once = draws.within.is_some()
            || unit.is_none_or(|unit| self.choices(unit).iter().all(|choice| choice.times == 1.0));
        let fast = self.is_linear && once && self.errors.is_none() && self.kernel.is_none();
        let errors = unit.and_then(|unit| self.errors_of(draws, unit, point, errors));
        if let Some(unit) = unit.filter(|_| fast) {
            rows.build(&self.cases, unit, fixed, self.tastes.n_random(), VALUE);
        }
        ahead.clear();
        drawn.beta.clear();
        drawn.ln_likelihoods.clear();
        let case = unit.map(|unit| UnitCase {
            unit,
            theta,
            fixed,
            rows: fast.then_some(&*rows),
            order: VALUE,
            once: draws.within.is_some(),
            errors,
            beyond: self.beyond_logit(point),
        });
        let at = (maker, theta, case.as_ref());
        let of_maker = draws.between.of(maker, self.makers[maker]);
        let (full, rest) = draws.between.blocks();
        for block in 0..full {
            let points = of_maker.wide(block, ahead);
            self.draws_of_block(draws, at, (block * WIDE, points), wide, drawn)?;
        }
        for block in 0..rest {
            let points = of_maker.narrow(block, ahead);
            let first = full * WIDE + block * NARROW;
            self.draws_of_block(draws, at, (first, points), narrow, drawn)?;
        }
        Ok(())
    }

    fn draws_of_block<const W: usize>(
        &self,
        draws: &DrawSet,
        (maker, theta, case): (usize, &[f64], Option<&UnitCase<'_>>),
        (first, points): (usize, &[[f64; W]]),
        scratch: &mut BlockScratch<W>,
        drawn: &mut Drawn,
    ) -> Result<(), NotFinite>
    where
        Lanes<W>: Kernel<W>,
        TasteLanes<W>: IndexKernel<W>,
        Average: AverageKernel<W>,
        Orthants<W>: Recursion<W>,
    {
        let ln_weights = draws.between.ln_weights::<W>(first);
        let characteristics = self.cases.characteristics(self.cases.makers[maker].cases.start);
        self.tastes
            .evaluate(false, theta, points, characteristics, VALUE, &mut scratch.tastes);
        let n = W.min(draws.between.number() - first);
        for l in 0..n {
            drawn.beta.extend(scratch.tastes.beta.iter().map(|lanes| lanes[l]));
        }
        let values = match (case, &draws.within) {
            (None, _) => ln_weights,
            (Some(case), Some(within)) => {
                let inner = Inner {
                    mixture: self,
                    within,
                    n_between: draws.total_between,
                    case,
                    first,
                };
                inner.ln_likelihoods(points, &ln_weights, scratch)?
            }
            (Some(case), None) => {
                let BlockScratch {
                    lanes,
                    tastes,
                    plain,
                    errors,
                    ..
                } = scratch;
                match &case.errors {
                    Some(of_unit) => self.error_likelihoods(case, of_unit, (first, tastes), (lanes, plain, errors))?,
                    None => self.likelihoods(case, 0..self.choices(case.unit).len(), tastes, lanes, plain)?,
                }
                Average::ln_likelihoods(lanes, &ln_weights)
            }
        };
        drawn.ln_likelihoods.extend_from_slice(&values[..n]);
        Ok(())
    }
}

impl Drawn {
    /// Adds the weights of the draws given the choices of a unit that has that share in the decision maker; ln L of it.
    fn add(&mut self, share: f64) -> f64 {
        let largest = self.ln_likelihoods.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.ln_likelihoods.iter().map(|value| (value - largest).exp()).sum();
        for (weight, value) in self.posterior.iter_mut().zip(&self.ln_likelihoods) {
            *weight += share * (value - largest).exp() / sum;
        }
        largest + sum.ln()
    }
}

/// Mean and standard deviation with weights whose sum is 1.
fn moments(values: &[f64], weights: &[f64]) -> (f64, f64) {
    // A number that is the same at all draws is the mean to its last digit.
    let first = values[0];
    let weighted =
        |of: &dyn Fn(f64) -> f64| -> f64 { values.iter().zip(weights).map(|(value, w)| w * of(*value)).sum() };
    let mean = first + weighted(&|value| value - first);
    let variance = weighted(&|value| (value - mean) * (value - mean));
    (mean, variance.max(0.0).sqrt())
}
