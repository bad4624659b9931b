//! What a mixture predicts: averages over tastes, and persons with tastes of their own.

use std::sync::atomic::{AtomicBool, Ordering};

use logsum_draws::Stream;
use rayon::prelude::*;

use super::arithmetic::{NARROW, WIDE};
use super::evaluate::{Scratch, Stopped};
use super::kernel::VALUE;
use super::plain::{At, NotFinite, PlainLanes};
use super::probit::{CaseBlocks, ErrorLanes, Foreseen, NormalErrors, Point, Refused, UnitDraws, root};
use super::tastes::{IndexKernel, TasteLanes};
use super::{DrawSet, Mixture};
use crate::model::{kernels, logit};
use logsum_probit::ghk::{Lanes as Orthants, Recursion};

/// Averages over the draws, pair by pair and case by case.
#[derive(Debug, Default)]
pub(crate) struct Averages {
    pub utilities: Vec<f64>,
    pub probabilities: Vec<f64>,
    pub logsums: Vec<f64>,
}

/// Decision makers whose averages are computed by one thread before another may take over.
const GROUP: usize = 8;

impl Mixture {
    /// Averages of all cases, whatever was chosen; without what a likelihood of sampled choice sets adds.
    pub fn averages(&self, draws: &DrawSet, theta: &[f64], interrupt: &AtomicBool) -> Result<Averages, Stopped> {
        draws.between.prepare(self.makers_of_draws());
        let point = self.at(theta, VALUE)?;
        let makers: Vec<usize> = (0..self.makers.len()).collect();
        let parts: Result<Vec<Averages>, Stopped> = makers
            .par_chunks(GROUP)
            .map_init(Scratch::default, |scratch, makers| {
                if interrupt.load(Ordering::Relaxed) {
                    return Err(Stopped::Interrupted);
                }
                let mut averages = Averages::default();
                for &maker in makers {
                    self.averages_of(draws, maker, &point, scratch, &mut averages)?;
                }
                Ok(averages)
            })
            .collect();
        let mut all = Averages::default();
        for part in parts? {
            all.utilities.extend(part.utilities);
            all.probabilities.extend(part.probabilities);
            all.logsums.extend(part.logsums);
        }
        Ok(all)
    }

    /// Appends the averages of a decision maker's cases.
    fn averages_of(
        &self,
        draws: &DrawSet,
        maker: usize,
        point: &Point<'_>,
        scratch: &mut Scratch,
        averages: &mut Averages,
    ) -> Result<(), Stopped> {
        let cases = self.cases.makers[maker].cases.clone();
        let (first_pair, first_case) = (averages.probabilities.len(), averages.logsums.len());
        let n_pairs: usize = cases.clone().map(|case| self.cases.slots_of(case).len()).sum();
        averages.utilities.resize(first_pair + n_pairs, 0.0);
        averages.probabilities.resize(first_pair + n_pairs, 0.0);
        averages.logsums.resize(first_case + cases.len(), 0.0);
        if let Some(errors) = self.errors.as_ref().filter(|_| !self.is_random()) {
            return self.foresee(draws, errors, cases, point, scratch, averages);
        }
        if let (Some(normal), Some(points)) = (&self.errors, &draws.errors) {
            scratch.errors.number = draws.between.number();
            scratch.errors.of_case.resize_with(cases.len(), Vec::new);
            for (case, out) in cases.clone().zip(&mut scratch.errors.of_case) {
                points.of_case(normal.makers[case as usize], scratch.errors.number, out);
            }
        }
        scratch.ahead.clear();
        let of_maker = draws.between.of(maker, self.makers[maker]);
        let (full, rest) = draws.between.blocks();
        let mut out = (
            &mut averages.utilities[first_pair..],
            &mut averages.probabilities[first_pair..],
            &mut averages.logsums[first_case..],
        );
        for block in 0..full {
            let points = of_maker.wide(block, &mut scratch.ahead);
            let (tastes, plain) = (&mut scratch.wide.tastes, &mut scratch.wide.plain);
            let (errors, of_unit) = (&mut scratch.wide.errors, &scratch.errors);
            let block = (block * WIDE, points);
            self.average_block(draws, maker, point, block, (tastes, plain, errors, of_unit), &mut out)?;
        }
        for block in 0..rest {
            let points = of_maker.narrow(block, &mut scratch.ahead);
            let (tastes, plain) = (&mut scratch.narrow.tastes, &mut scratch.narrow.plain);
            let first = full * WIDE + block * NARROW;
            let (errors, of_unit) = (&mut scratch.narrow.errors, &scratch.errors);
            self.average_block(
                draws,
                maker,
                point,
                (first, points),
                (tastes, plain, errors, of_unit),
                &mut out,
            )?;
        }
        if self.errors.is_some() {
            let (_, mut probabilities, logsums) = out;
            for (case, logsum) in cases.zip(logsums) {
                let of_case = probabilities.split_off_mut(..self.cases.slots_of(case).len());
                let of_case = of_case.expect("all slots were averaged");
                let sum: f64 = of_case.iter().sum();
                of_case.iter_mut().for_each(|probability| *probability /= sum);
                *logsum /= sum;
            }
        }
        Ok(())
    }

    /// Appends what is predicted of cases where only errors are random.
    fn foresee(
        &self,
        draws: &DrawSet,
        errors: &NormalErrors,
        cases: std::ops::Range<u32>,
        point: &Point<'_>,
        scratch: &mut Scratch,
        averages: &mut Averages,
    ) -> Result<(), Stopped> {
        let factors = point.factors.as_ref().expect("errors have covariances");
        let n_pairs: usize = cases.clone().map(|case| self.cases.slots_of(case).len()).sum();
        let mut pair = averages.probabilities.len() - n_pairs;
        let first_case = averages.logsums.len() - cases.len();
        for (position, case) in cases.enumerate() {
            let place = case as usize;
            scratch.ahead.clear();
            let mut blocks = CaseBlocks {
                points: &draws.between,
                of_case: draws.between.of(place, errors.makers[place]),
                ahead: &mut scratch.ahead,
            };
            let end = pair + self.cases.slots_of(case).len();
            let out = (
                &mut averages.utilities[pair..end],
                &mut averages.probabilities[pair..end],
            );
            let known = (&factors.covariance, &mut scratch.foreseen);
            let best = errors
                .foresee(
                    (&self.cases, case),
                    known,
                    &point.fixed,
                    &mut blocks,
                    &mut scratch.choice,
                    out,
                )
                .map_err(|refused| match refused {
                    Refused::NotFinite(not_finite) => Stopped::NotFinite(not_finite),
                    Refused::NotPositive(not_positive) => Stopped::NotPositive(not_positive),
                })?;
            averages.logsums[first_case + position] = best;
            pair = end;
        }
        Ok(())
    }

    fn average_block<const W: usize>(
        &self,
        draws: &DrawSet,
        maker: usize,
        point: &Point<'_>,
        (first, points): (usize, &[[f64; W]]),
        (tastes, plain, errors, of_unit): (&mut TasteLanes<W>, &mut PlainLanes<W>, &mut ErrorLanes<W>, &UnitDraws),
        (utilities, probabilities, logsums): &mut (&mut [f64], &mut [f64], &mut [f64]),
    ) -> Result<(), Stopped>
    where
        TasteLanes<W>: IndexKernel<W>,
        Orthants<W>: Recursion<W>,
    {
        let (theta, fixed) = (point.theta, point.fixed.as_slice());
        let mut foreseen = Foreseen::default();
        let weights = draws.between.ln_weights::<W>(first).map(f64::exp);
        let cases = self.cases.makers[maker].cases.clone();
        let characteristics = self.cases.characteristics(cases.start);
        self.tastes
            .evaluate(false, theta, points, characteristics, VALUE, tastes);
        let mut pair = 0;
        let mut all = points.to_vec();
        for (position, case) in cases.clone().enumerate() {
            let n_slots = self.cases.slots_of(case).len();
            let inner = draws.within.as_ref().map_or(1, |within| within.number);
            let numbers = draws.within.as_ref().map(|within| {
                let who = within.maker(self.makers[maker].key, case, cases.start);
                within.numbers::<W>(who, first, draws.total_between)
            });
            for draw in 0..inner {
                if let (Some(within), Some(numbers)) = (&draws.within, &numbers) {
                    all.truncate(points.len());
                    within.lanes(numbers, draw, &mut all);
                    let characteristics = self.cases.characteristics(case);
                    self.tastes.evaluate(true, theta, &all, characteristics, VALUE, tastes);
                }
                let at = At {
                    beta: &tastes.beta,
                    fixed,
                };
                plain.utilities(&self.cases, case, at, false, VALUE);
                let of_case = match (&self.errors, &point.factors) {
                    (Some(normal), Some(factors)) => {
                        of_unit.block(position, first, &mut errors.uniforms);
                        let alternatives = &self.cases.alternatives[self.cases.slots_of(case)];
                        let known = (&factors.covariance, &mut foreseen);
                        let (utilities, out) = (&plain.utilities, &mut plain.probabilities);
                        normal
                            .foresee_lanes(alternatives, known, utilities, errors, out)
                            .map_err(Stopped::NotPositive)?
                    }
                    _ => match self.beyond_logit(point) {
                        None => plain.softmax(case),
                        Some(beyond) => plain.beyond_logit(beyond, case),
                    }
                    .map_err(Stopped::NotFinite)?,
                };
                let share = 1.0 / inner as f64;
                let mean = |values: &[f64; W]| -> f64 {
                    // Lanes without a draw have no weight.
                    values
                        .iter()
                        .zip(&weights)
                        .map(|(value, weight)| weight * value)
                        .sum::<f64>()
                        * share
                };
                logsums[position] += mean(&of_case);
                for slot in 0..n_slots {
                    utilities[pair + slot] += mean(&plain.utilities[slot]);
                    probabilities[pair + slot] += mean(&plain.probabilities[slot]);
                }
            }
            pair += n_slots;
        }
        Ok(())
    }

    /// A decision maker who may be given tastes.
    ///
    /// # Errors
    /// Dissimilarities that are not positive.
    pub fn person(&self, maker: usize, theta: &[f64]) -> Result<Person<'_>, Stopped> {
        Ok(Person {
            mixture: self,
            maker,
            draws: vec![[0.0; NARROW]; self.dimensions.variates.len()],
            tastes: TasteLanes::default(),
            plain: PlainLanes::default(),
            utilities: Vec::new(),
            root: match &self.errors {
                Some(errors) => root(&errors.structure.at(theta).value),
                None => Vec::new(),
            },
            functions: match &self.kernel {
                Some(cases) => cases.kernel.at(theta).map_err(Stopped::Outside)?.functions.value,
                None => Vec::new(),
            },
        })
    }
}

/// A decision maker with tastes; all lanes are the same.
pub(crate) struct Person<'a> {
    mixture: &'a Mixture,
    maker: usize,
    draws: Vec<[f64; NARROW]>,
    tastes: TasteLanes<NARROW>,
    plain: PlainLanes<NARROW>,
    utilities: Vec<f64>,
    /// Of the covariance of normal errors.
    root: Vec<f64>,
    /// Of the kernel.
    functions: Vec<f64>,
}

impl Person<'_> {
    /// Draws the tastes that are the same in all cases.
    pub fn draw_tastes(&mut self, theta: &[f64], stream: &mut Stream) {
        let dimensions = &self.mixture.dimensions;
        for (lanes, variate) in self
            .draws
            .iter_mut()
            .zip(&dimensions.variates)
            .take(dimensions.n_between)
        {
            *lanes = [variate.value(stream.open01()); NARROW];
        }
        let first = self.mixture.cases.makers[self.maker].cases.start;
        let characteristics = self.mixture.cases.characteristics(first);
        self.mixture
            .tastes
            .evaluate(false, theta, &self.draws, characteristics, VALUE, &mut self.tastes);
    }

    /// Looks at one of the decision maker's cases; tastes that vary from case to case are drawn.
    ///
    /// # Errors
    /// A utility that is not a finite number.
    pub fn see(&mut self, position: usize, theta: &[f64], stream: &mut Stream) -> Result<(), NotFinite> {
        let (mixture, dimensions) = (self.mixture, &self.mixture.dimensions);
        let case = mixture.cases.makers[self.maker].cases.start + position as u32;
        if mixture.tastes.any_within() {
            for (lanes, variate) in self
                .draws
                .iter_mut()
                .zip(&dimensions.variates)
                .skip(dimensions.n_between)
            {
                *lanes = [variate.value(stream.open01()); NARROW];
            }
            let characteristics = mixture.cases.characteristics(case);
            mixture
                .tastes
                .evaluate(true, theta, &self.draws, characteristics, VALUE, &mut self.tastes);
        }
        let fixed = mixture.fixed(theta);
        let at = At {
            beta: &self.tastes.beta,
            fixed: &fixed,
        };
        self.plain.utilities(&mixture.cases, case, at, false, VALUE);
        if mixture.errors.is_none() {
            self.plain.softmax(case)?;
        }
        self.utilities.clear();
        self.utilities.extend(self.plain.utilities.iter().map(|lanes| lanes[0]));
        Ok(())
    }

    /// Draws the errors of the case that was seen last, and takes the best slot.
    pub fn choose(&self, position: usize, noise: &mut Stream) -> usize {
        let mixture = self.mixture;
        let case = mixture.cases.makers[self.maker].cases.start + position as u32;
        if let Some(cases) = &mixture.kernel {
            return kernels::choose(cases.set(case), &self.functions, &self.utilities, noise);
        }
        let Some(errors) = &mixture.errors else {
            return logit::choose(&self.utilities, noise);
        };
        let alternatives = &mixture.cases.alternatives[mixture.cases.slots_of(case)];
        errors.choose(&self.root, alternatives, &self.utilities, noise)
    }
}
