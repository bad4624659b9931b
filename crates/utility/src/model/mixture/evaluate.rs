//! The simulated log-likelihood: decision maker by decision maker, block of draws by block of draws.

mod differences;
mod stopped;
mod visits;

use std::sync::atomic::{AtomicBool, Ordering};

use logsum_estimate::Order;
use rayon::prelude::*;

pub(crate) use stopped::Stopped;

use super::arithmetic::{NARROW, WIDE};
use super::average::{Average, AverageKernel, Contribution};
use super::beyond::BeyondLogit;
use super::cases::Unit;
use super::kernel::{CURVATURE, GRADIENT, Kernel, Lanes, Rows, VALUE, pair};
use super::plain::{At, NotFinite, PlainLanes};
use super::points::Ahead;
use super::probit::{ChoiceScratch, ErrorLanes, Foreseen, Point, UnitDraws, UnitErrors};
use super::tastes::{IndexKernel, TasteLanes};
use super::within::{Inner, WithinLanes};
use super::{DrawSet, Mixture};
use crate::model::lanes::Compensated;
use logsum_probit::ghk::{Lanes as Orthants, Recursion};

/// Sums of 1/P beyond which differences of utilities have come near the largest that an exponential takes.
const FAR: f64 = 1e300;

/// Units that are evaluated by one thread before another may take over.
const GROUP: usize = 4;

/// Groups, for each thread, whose sums may wait for their turn, and the bytes that all of them may take.
const WAITING: usize = 64;
const WAITING_BYTES: usize = 16 << 20;

/// Buffers of one thread.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(super) rows: Rows,
    pub(super) wide: BlockScratch<WIDE>,
    pub(super) narrow: BlockScratch<NARROW>,
    average: Average,
    pub(super) contribution: Contribution,
    pub(super) ahead: Ahead,
    pub(super) choice: ChoiceScratch,
    pub(super) errors: UnitDraws,
    pub(super) foreseen: Foreseen,
}

/// Buffers of a block of draws.
#[derive(Debug, Default)]
pub(crate) struct BlockScratch<const W: usize> {
    pub lanes: Lanes<W>,
    pub tastes: TasteLanes<W>,
    pub plain: PlainLanes<W>,
    pub within: WithinLanes<W>,
    pub errors: ErrorLanes<W>,
}

/// Sums over units.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pub value: f64,
    pub magnitude: f64,
    pub score: Vec<f64>,
    /// Lower triangle, one row after another.
    pub hessian: Vec<f64>,
    /// Outer product of the scores of decision makers, the same.
    pub products: Vec<f64>,
}

/// Sums that carry their rounding errors along.
#[derive(Debug)]
pub(crate) struct Totals {
    pub value: Compensated,
    pub magnitude: Compensated,
    pub score: Vec<Compensated>,
    pub hessian: Vec<Compensated>,
    pub products: Vec<Compensated>,
}

pub(crate) fn order_of(order: Order) -> u8 {
    match order {
        Order::Value => VALUE,
        Order::Score => GRADIENT,
        Order::Hessian => CURVATURE,
    }
}

impl Mixture {
    /// Sums over all decision makers, in their order whatever the threads; with each of them so many `times`, if it is said
    /// how many.
    pub fn total(
        &self,
        draws: &DrawSet,
        theta: &[f64],
        order: u8,
        times: Option<&[f64]>,
        interrupt: &AtomicBool,
    ) -> Result<Totals, Stopped> {
        if order >= CURVATURE && self.errors.as_ref().is_some_and(|errors| !errors.has_curvature()) {
            return self.total_by_differences(draws, theta, times, interrupt);
        }
        let k = theta.len();
        let triangle = k * (k + 1) / 2;
        let size = |wanted: bool, n: usize| vec![Compensated::default(); if wanted { n } else { 0 }];
        let mut totals = Totals {
            value: Compensated::default(),
            magnitude: Compensated::default(),
            score: size(order >= GRADIENT, k),
            hessian: size(order >= CURVATURE, triangle),
            products: size(order >= GRADIENT, triangle),
        };
        let point = self.at(theta, order)?;
        self.each_group(
            draws,
            interrupt,
            |scratch, units| self.sums(draws, units, &point, order, times, scratch),
            |sums| {
                let add = |(sum, part): (&mut Compensated, &f64)| sum.add(*part);
                totals.value.add(sums.value);
                totals.magnitude.add(sums.magnitude);
                totals.score.iter_mut().zip(&sums.score).for_each(add);
                totals.hessian.iter_mut().zip(&sums.hessian).for_each(add);
                totals.products.iter_mut().zip(&sums.products).for_each(add);
            },
        )?;
        Ok(totals)
    }

    /// Calls `work` for groups of units in parallel, and `take` for what it gives, in order.
    pub(super) fn each_group<T: Send>(
        &self,
        draws: &DrawSet,
        interrupt: &AtomicBool,
        work: impl Fn(&mut Scratch, &[Unit]) -> Result<T, NotFinite> + Sync + Send,
        mut take: impl FnMut(T),
    ) -> Result<(), Stopped> {
        draws.between.prepare(self.makers_of_draws());
        let k = self.tastes.n_parameters;
        let threads = rayon::current_num_threads();
        let at_a_time = (WAITING_BYTES / (8 * (k * (k + 1) + k))).clamp(2 * threads, WAITING * threads);
        for batch in self.groups.chunks(at_a_time) {
            let results: Vec<Result<T, Stopped>> = batch
                .par_iter()
                .map_init(Scratch::default, |scratch, group| {
                    if interrupt.load(Ordering::Relaxed) {
                        return Err(Stopped::Interrupted);
                    }
                    work(scratch, &self.cases.units[group.clone()]).map_err(Stopped::NotFinite)
                })
                .collect();
            for result in results {
                take(result?);
            }
        }
        Ok(())
    }

    /// Groups of units; those of a decision maker stay together.
    pub(super) fn group(units: &[Unit]) -> Vec<std::ops::Range<usize>> {
        let mut groups = Vec::new();
        let mut first = 0;
        for end in 1..=units.len() {
            let goes_on = end < units.len() && units[end].maker == units[end - 1].maker;
            if end == units.len() || (end - first >= GROUP && !goes_on) {
                groups.push(first..end);
                first = end;
            }
        }
        groups
    }

    fn sums(
        &self,
        draws: &DrawSet,
        units: &[Unit],
        point: &Point<'_>,
        order: u8,
        times: Option<&[f64]>,
        scratch: &mut Scratch,
    ) -> Result<Sums, NotFinite> {
        let k = point.theta.len();
        let triangle = k * (k + 1) / 2;
        let size = |wanted: bool, n: usize| vec![0.0; if wanted { n } else { 0 }];
        let mut sums = Sums {
            score: size(order >= GRADIENT, k),
            hessian: size(order >= CURVATURE, triangle),
            products: size(order >= GRADIENT, triangle),
            ..Sums::default()
        };
        let mut of_maker = vec![0.0; sums.score.len()];
        for (at, unit) in units.iter().enumerate() {
            let times = times.map_or(1.0, |times| times[unit.maker as usize]);
            if times == 0.0 {
                // So is that of all units of this decision maker.
                continue;
            }
            self.unit(draws, unit, point, order, scratch)?;
            let (weight, part) = (times * unit.weight, &scratch.contribution);
            sums.value += weight * part.value;
            sums.magnitude += (weight * part.value).abs();
            for ((sum, of_maker), part) in sums.score.iter_mut().zip(&mut of_maker).zip(&part.score) {
                *sum += weight * part;
                *of_maker += unit.weight * part;
            }
            for (sum, part) in sums.hessian.iter_mut().zip(&part.hessian) {
                *sum += weight * part;
            }
            if order >= GRADIENT && units.get(at + 1).is_none_or(|next| next.maker != unit.maker) {
                for row in 0..k {
                    for column in 0..=row {
                        // Somebody who counts twice is two of them.
                        sums.products[pair(row as u32, column as u32)] += times * of_maker[row] * of_maker[column];
                    }
                }
                of_maker.fill(0.0);
            }
        }
        Ok(sums)
    }

    /// Values of the coefficients that do not vary.
    pub(super) fn fixed(&self, theta: &[f64]) -> Vec<f64> {
        self.tastes.fixed.iter().map(|&k| theta[k as usize]).collect()
    }

    /// ln L of a unit with its derivatives, in `scratch.contribution`.
    pub(super) fn unit(
        &self,
        draws: &DrawSet,
        unit: &Unit,
        point: &Point<'_>,
        order: u8,
        scratch: &mut Scratch,
    ) -> Result<(), NotFinite> {
        if let Some(factors) = point.factors.as_ref().filter(|_| !self.is_random()) {
            return self.choice(draws, unit, (point, factors), order, scratch);
        }
        let (theta, fixed) = (point.theta, &point.fixed);
        let Scratch {
            rows,
            wide,
            narrow,
            average,
            contribution,
            ahead,
            errors,
            ..
        } = scratch;
        // Within an average over the draws of a case every choice is made once.
        let once = draws.within.is_some() || self.choices(unit).iter().all(|choice| choice.times == 1.0);
        let fast = self.is_linear && once && self.errors.is_none() && self.kernel.is_none();
        let errors = self.errors_of(draws, unit, point, errors);
        if fast {
            rows.build(&self.cases, unit, fixed, self.tastes.n_random(), order);
        }
        average.clear(theta.len(), order);
        ahead.clear();
        let case = UnitCase {
            unit,
            theta,
            fixed,
            rows: fast.then_some(&*rows),
            order,
            once: draws.within.is_some(),
            errors,
            beyond: self.beyond_logit(point),
        };
        let of_maker = draws.between.of(unit.maker as usize, self.makers[unit.maker as usize]);
        let (full, rest) = draws.between.blocks();
        for block in 0..full {
            let first = block * WIDE;
            let points = of_maker.wide(block, ahead);
            self.block(draws, &case, (first, points), wide, average)?;
        }
        for block in 0..rest {
            let first = full * WIDE + block * NARROW;
            let points = of_maker.narrow(block, ahead);
            self.block(draws, &case, (first, points), narrow, average)?;
        }
        average.finish(contribution);
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        if finite(&[contribution.value]) && finite(&contribution.score) && finite(&contribution.hessian) {
            return Ok(());
        }
        Err(NotFinite {
            case: self.choices(unit)[0].case,
            slot: None,
            derivative: contribution.value.is_finite(),
        })
    }

    pub(super) fn choices(&self, unit: &Unit) -> &[super::cases::Choice] {
        &self.cases.choices[unit.choices.start as usize..unit.choices.end as usize]
    }

    fn block<const W: usize>(
        &self,
        draws: &DrawSet,
        case: &UnitCase<'_>,
        (first, points): (usize, &[[f64; W]]),
        scratch: &mut BlockScratch<W>,
        average: &mut Average,
    ) -> Result<(), NotFinite>
    where
        Lanes<W>: Kernel<W>,
        TasteLanes<W>: IndexKernel<W>,
        Average: AverageKernel<W>,
        Orthants<W>: Recursion<W>,
    {
        let ln_weights = draws.between.ln_weights::<W>(first);
        let (tastes, theta, order) = (&self.tastes, case.theta, case.order);
        let characteristics = self.cases.characteristics(self.first_case(case.unit));
        tastes.evaluate(false, theta, points, characteristics, order, &mut scratch.tastes);
        if let Some(within) = &draws.within {
            let inner = Inner {
                mixture: self,
                within,
                n_between: draws.total_between,
                case,
                first,
            };
            return inner.block(points, &ln_weights, scratch, average);
        }
        let BlockScratch {
            lanes,
            tastes: at,
            plain,
            errors,
            ..
        } = scratch;
        match &case.errors {
            Some(of_unit) => self.error_likelihoods(case, of_unit, (first, at), (lanes, plain, errors))?,
            None => self.likelihoods(case, 0..self.choices(case.unit).len(), at, lanes, plain)?,
        }
        let in_products = lanes.n_products == self.choices(case.unit).len() as u64;
        let even = draws.between.ln_even_weight(first, W).filter(|_| in_products);
        let weights = even.and_then(|ln_weight| average.weights_of_products(lanes, ln_weight));
        let weights = match weights {
            Some(weights) => weights,
            None => average.weights(&Average::ln_likelihoods(lanes, &ln_weights)),
        };
        average.add(tastes, &weights, lanes, at, points, order);
        Ok(())
    }

    /// ln P of some choices of a unit, multiplied at each draw, with derivatives in the coefficients.
    pub(super) fn likelihoods<const W: usize>(
        &self,
        case: &UnitCase<'_>,
        choices: std::ops::Range<usize>,
        at: &TasteLanes<W>,
        lanes: &mut Lanes<W>,
        plain: &mut PlainLanes<W>,
    ) -> Result<(), NotFinite>
    where
        Lanes<W>: Kernel<W>,
    {
        let n = self.tastes.n_coefficients();
        lanes.clear(n, case.order);
        if let Some(rows) = case.rows {
            let of_these = &rows.cases[choices.clone()];
            lanes.add_cases(rows, of_these, &self.cases.patterns.all, &at.beta, case.order);
            if lanes.check.iter().all(|sum| *sum < FAR) {
                return Ok(());
            }
            lanes.clear(n, case.order);
        }
        let at = At {
            beta: &at.beta,
            fixed: case.fixed,
        };
        for choice in &self.choices(case.unit)[choices] {
            let times = if case.once { 1.0 } else { choice.times };
            match case.beyond {
                None => plain.add(&self.cases, (choice, times), at, case.order, lanes)?,
                Some(beyond) => plain.add_beyond_logit(&self.cases, beyond, (choice, times), at, case.order, lanes)?,
            }
        }
        Ok(())
    }

    /// The kernel at some parameters, if it is not logit.
    pub(super) fn beyond_logit<'a>(&'a self, point: &'a Point<'_>) -> Option<BeyondLogit<'a>> {
        let (cases, at) = (self.kernel.as_ref()?, point.kernel.as_ref()?);
        Some(BeyondLogit { cases, at })
    }

    pub(super) fn first_case(&self, unit: &Unit) -> u32 {
        self.cases.makers[unit.maker as usize].cases.start
    }
}

/// A unit at given parameters.
pub(crate) struct UnitCase<'a> {
    pub unit: &'a Unit,
    pub theta: &'a [f64],
    pub fixed: &'a [f64],
    /// None where cases are evaluated one by one.
    pub rows: Option<&'a Rows>,
    pub order: u8,
    /// Whether each choice counts once, however often it was made.
    pub once: bool,
    /// Normal errors beside random tastes.
    pub errors: Option<UnitErrors<'a>>,
    /// The kernel, if it is not logit.
    pub beyond: Option<BeyondLogit<'a>>,
}
