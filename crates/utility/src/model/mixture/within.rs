//! Coefficients that vary from case to case: an average over their draws in each case, inside the one over the decision
//! maker's.

use logsum_draws::{Maker, PointSet, Seed};

use super::Mixture;
use super::average::{Average, AverageKernel};
use super::evaluate::{BlockScratch, UnitCase};
use super::kernel::{CURVATURE, GRADIENT, Kernel, Lanes, pair};
use super::plain::NotFinite;
use super::tastes::{IndexKernel, Source, TasteLanes, Tastes};

/// The draws of cases: for each of the decision maker's draws, `number` of each case in a row, so that they fill the space
/// by themselves.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    pub points: PointSet,
    pub number: usize,
}

/// Derivatives in the parameters, lane by lane.
#[derive(Debug, Default)]
pub(crate) struct WithinLanes<const W: usize> {
    draws: Vec<[f64; W]>,
    /// At one draw of a case.
    one: InParameters<W>,
    /// Averages over the draws of a case.
    case: InParameters<W>,
    /// Sums over cases.
    all: InParameters<W>,
}

#[derive(Debug, Default)]
struct InParameters<const W: usize> {
    score: Vec<[f64; W]>,
    /// Lower triangle.
    hessian: Vec<[f64; W]>,
}

impl<const W: usize> InParameters<W> {
    fn clear(&mut self, k: usize, order: u8) {
        self.score.clear();
        self.hessian.clear();
        if order >= GRADIENT {
            self.score.resize(k, [0.0; W]);
        }
        if order >= CURVATURE {
            self.hessian.resize(k * (k + 1) / 2, [0.0; W]);
        }
    }

    /// Turns derivatives in coefficients into derivatives in parameters.
    fn take(&mut self, tastes: &Tastes, lanes: &Lanes<W>, at: &TasteLanes<W>, draws: &[[f64; W]], order: u8) {
        self.clear(tastes.n_parameters, order);
        if order < GRADIENT {
            return;
        }
        let derivative = |coefficient: u32, source: Source, l: usize| {
            let slope = match tastes.curved.get(coefficient as usize) {
                Some(true) => at.slope[coefficient as usize][l],
                _ => 1.0,
            };
            slope
                * match source {
                    Source::One => 1.0,
                    Source::Draw(dimension) => draws[dimension as usize][l],
                    Source::Computed(place) => at.computed[place as usize][l],
                }
        };
        for entry in &tastes.entries {
            let gradient = &lanes.gradient[entry.coefficient as usize];
            let sums = &mut self.score[entry.parameter as usize];
            for l in 0..W {
                sums[l] += gradient[l] * derivative(entry.coefficient, entry.source, l);
            }
        }
        if order < CURVATURE {
            return;
        }
        for (i, one) in tastes.entries.iter().enumerate() {
            for (j, other) in tastes.entries[..=i].iter().enumerate() {
                let (c, d) = (one.coefficient, other.coefficient);
                let curvature = &lanes.curvature[pair(c.max(d), c.min(d))];
                let (k, m) = (one.parameter, other.parameter);
                let times = if k == m && i != j { 2.0 } else { 1.0 };
                let sums = &mut self.hessian[pair(k.max(m), k.min(m))];
                for l in 0..W {
                    sums[l] += times * curvature[l] * derivative(c, one.source, l) * derivative(d, other.source, l);
                }
                if c == d && tastes.curved.get(c as usize) == Some(&true) {
                    // Both are derivatives of one index.
                    let index = |source: Source, l: usize| match source {
                        Source::One => 1.0,
                        Source::Draw(dimension) => draws[dimension as usize][l],
                        Source::Computed(place) => at.computed[place as usize][l],
                    };
                    let (gradient, bend) = (&lanes.gradient[c as usize], &at.bend[c as usize]);
                    for l in 0..W {
                        sums[l] += times * gradient[l] * bend[l] * index(one.source, l) * index(other.source, l);
                    }
                }
            }
        }
        for second in &tastes.seconds {
            let (k, m) = second.parameters;
            let sums = &mut self.hessian[pair(k.max(m), k.min(m))];
            let gradient = &lanes.gradient[second.coefficient as usize];
            for l in 0..W {
                sums[l] += gradient[l] * at.computed[second.computed as usize][l];
            }
        }
    }
}

/// A block of a decision maker's draws with those of the cases.
pub(crate) struct Inner<'a> {
    pub mixture: &'a Mixture,
    pub within: &'a Within,
    /// Draws of a decision maker, in use or not.
    pub n_between: usize,
    pub case: &'a UnitCase<'a>,
    /// First draw of the block.
    pub first: usize,
}

impl Inner<'_> {
    /// Adds the block to the average over the decision maker's draws.
    pub fn block<const W: usize>(
        &self,
        points: &[[f64; W]],
        ln_weights: &[f64; W],
        scratch: &mut BlockScratch<W>,
        average: &mut Average,
    ) -> Result<(), NotFinite>
    where
        Lanes<W>: Kernel<W>,
        TasteLanes<W>: IndexKernel<W>,
        Average: AverageKernel<W>,
    {
        let values = self.ln_likelihoods(points, ln_weights, scratch)?;
        let all = &scratch.within.all;
        average.add_in_parameters(&values, &all.score, &all.hessian);
        Ok(())
    }

    /// ℓ of each draw; derivatives are left in `scratch`.
    pub fn ln_likelihoods<const W: usize>(
        &self,
        points: &[[f64; W]],
        ln_weights: &[f64; W],
        scratch: &mut BlockScratch<W>,
    ) -> Result<[f64; W], NotFinite>
    where
        Lanes<W>: Kernel<W>,
        TasteLanes<W>: IndexKernel<W>,
        Average: AverageKernel<W>,
    {
        let (mixture, case, order) = (self.mixture, self.case, self.case.order);
        let (tastes, k) = (&mixture.tastes, case.theta.len());
        let BlockScratch {
            lanes,
            tastes: at,
            plain,
            within,
            ..
        } = scratch;
        within.all.clear(k, order);
        within.draws.clear();
        within.draws.extend_from_slice(points);
        let mut values = *ln_weights;
        let even = [-(self.within.number as f64).ln(); W];
        for (position, choice) in mixture.choices(case.unit).iter().enumerate() {
            let key = mixture.makers[case.unit.maker as usize].key;
            let maker = self.within.maker(key, choice.case, mixture.first_case(case.unit));
            let mut largest = [f64::NEG_INFINITY; W];
            let mut sum = [0.0; W];
            within.case.clear(k, order);
            let numbers = self.within.numbers::<W>(maker, self.first, self.n_between);
            for draw in 0..self.within.number {
                within.draws.truncate(points.len());
                self.within.lanes(&numbers, draw, &mut within.draws);
                let characteristics = mixture.cases.characteristics(choice.case);
                tastes.evaluate(true, case.theta, &within.draws, characteristics, order, at);
                mixture.likelihoods(case, position..position + 1, at, lanes, plain)?;
                let ln_p = Average::ln_likelihoods(lanes, &even);
                within.one.take(tastes, lanes, at, &within.draws, order);
                for l in 0..W {
                    let higher = largest[l].max(ln_p[l]);
                    let (factor, weight) = ((largest[l] - higher).exp(), (ln_p[l] - higher).exp());
                    largest[l] = higher;
                    sum[l] = factor * sum[l] + weight;
                    for (score, one) in within.case.score.iter_mut().zip(&within.one.score) {
                        score[l] = factor * score[l] + weight * one[l];
                    }
                    if order >= CURVATURE {
                        for row in 0..k {
                            for column in 0..=row {
                                let place = pair(row as u32, column as u32);
                                let product = within.one.score[row][l] * within.one.score[column][l];
                                let second = &mut within.case.hessian[place][l];
                                *second = factor * *second + weight * (within.one.hessian[place][l] + product);
                            }
                        }
                    }
                }
            }
            // A choice that was made several times was made so at one and the same average probability.
            let times = choice.times;
            for l in 0..W {
                values[l] += times * (largest[l] + sum[l].ln());
                for (score, case) in within.case.score.iter_mut().zip(&mut within.all.score) {
                    score[l] /= sum[l];
                    case[l] += times * score[l];
                }
                if order >= CURVATURE {
                    for row in 0..k {
                        for column in 0..=row {
                            let place = pair(row as u32, column as u32);
                            let product = within.case.score[row][l] * within.case.score[column][l];
                            within.all.hessian[place][l] += times * (within.case.hessian[place][l] / sum[l] - product);
                        }
                    }
                }
            }
        }
        Ok(values)
    }
}

impl Within {
    /// Who the draws of a case are for; `first_case` is the decision maker's.
    pub fn maker(&self, key: u64, case: u32, first_case: u32) -> Maker {
        Maker {
            position: u64::from(case),
            key: case_key(key, case - first_case),
        }
    }

    /// All draws of a case that go with a block of the decision maker's from `first` on, of which there are `n_between`.
    pub fn numbers<const W: usize>(&self, maker: Maker, first: usize, n_between: usize) -> Vec<f64> {
        let end = n_between.min(first + W);
        let range = first * self.number..end * self.number;
        let mut numbers = vec![0.0; range.len() * self.points.n_dimensions()];
        self.points.fill(maker, range, &mut numbers);
        numbers
    }

    /// Appends the `draw`th of each of the decision maker's draws. Lanes without one have that of the last.
    pub fn lanes<const W: usize>(&self, numbers: &[f64], draw: usize, draws: &mut Vec<[f64; W]>) {
        let n = numbers.len() / self.points.n_dimensions() / self.number;
        for numbers in numbers.chunks(n * self.number) {
            draws.push(std::array::from_fn(|l| numbers[l.min(n - 1) * self.number + draw]));
        }
    }
}

/// A key for each case of a decision maker.
pub(super) fn case_key(maker: u64, position: u32) -> u64 {
    Seed::new(maker).split(u64::from(position)).stream(0).open01().to_bits()
}
