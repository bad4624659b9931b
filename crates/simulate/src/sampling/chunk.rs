//! Chunks of draws: each from a stream of its own, so that who works on it does not matter.

use std::collections::HashMap;
use std::ops::Range;

use logsum_draws::{Seed, Stream, ln};

use super::kernel::{BLOCK, Leaders, clocks_to_utilities, earliest, largest, moments, wins};
use super::source::Source;
use super::{Experiment, ORDERED, SAMPLE, Tally};
use crate::Noise;
use crate::constants::EULER;

/// Draws of a chunk: a whole number of blocks.
pub(super) const CHUNK: u64 = 8 * BLOCK as u64;
/// Branches of the seed: the race is a second experiment, not the first one again.
const NOISE: u64 = 1;
const RACE: u64 = 2;

/// An experiment made ready. Inside, utilities are (V_j − max V)/T: equal ones stay equal, and noise keeps its digits
/// however small T is.
pub(super) struct Plan<'a> {
    experiment: &'a Experiment,
    seed: Seed,
    /// Whether to compare clocks E_j exp(−V_j/T) instead of utilities V_j/T − ln E_j: the order is the same, and only
    /// the winner's second logarithm is taken.
    race: bool,
    largest: f64,
    utilities: Vec<f64>,
    /// exp(−utility): how much longer the clocks of a race run.
    paces: Vec<f64>,
    /// Roughly the mean of the largest utility; sums are taken about it, so that the variance keeps its digits.
    centre: f64,
}

/// What came of some chunks.
pub(super) struct Part {
    counts: Vec<u64>,
    /// Σ and Σ² of the largest utility about the centre.
    moments: [Sum; 2],
    sample: Vec<(u32, f64)>,
    /// By ordering, its places as digits to the base of the number of alternatives.
    orderings: HashMap<u64, u64>,
}

/// A sum and what rounding took from it (Neumaier 1974).
#[derive(Clone, Copy, Default)]
struct Sum {
    value: f64,
    lost: f64,
}

impl Sum {
    fn add(&mut self, term: f64) {
        let sum = self.value + term;
        self.lost += if self.value.abs() >= term.abs() {
            (self.value - sum) + term
        } else {
            (term - sum) + self.value
        };
        self.value = sum;
    }
}

/// Work space for a block of draws.
struct Work<'a> {
    source: Source<'a>,
    leaders: Box<Leaders>,
    next: Box<Leaders>,
    noise: Aligned,
    /// Utilities of all alternatives, where orderings are counted.
    rows: Vec<[f64; BLOCK]>,
    places: Vec<u32>,
}

#[repr(align(64))]
struct Aligned([f64; BLOCK]);

impl<'a> Plan<'a> {
    /// For an experiment that was checked.
    pub(super) fn new(experiment: &'a Experiment, seed: Seed) -> Self {
        let largest = experiment.utilities.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let utilities: Vec<f64> = experiment
            .utilities
            .iter()
            .map(|v| (v - largest) / experiment.temperature)
            .collect();
        Plan {
            experiment,
            seed: seed.split(if experiment.noise == Noise::ExponentialRace {
                RACE
            } else {
                NOISE
            }),
            race: matches!(experiment.noise, Noise::Gumbel | Noise::ExponentialRace),
            largest,
            paces: utilities.iter().map(|v| (-v).exp()).collect(),
            centre: EULER + utilities.iter().map(|v| v.exp()).sum::<f64>().ln(),
            utilities,
        }
    }

    /// Draws a range of chunks.
    pub(super) fn draw(&self, chunks: Range<u64>) -> Part {
        let mut part = Part::new(self);
        let mut work = Work {
            source: Source::new(&self.experiment.noise),
            leaders: Box::new(Leaders::new()),
            next: Box::new(Leaders::new()),
            noise: Aligned([0.0; BLOCK]),
            rows: Vec::new(),
            places: Vec::new(),
        };
        for chunk in chunks {
            let mut stream = self.seed.stream(chunk);
            let (first, end) = (
                chunk * CHUNK,
                self.experiment.draws.min((chunk + 1).saturating_mul(CHUNK)),
            );
            let mut sums = [0.0; 2];
            for first in (first..end).step_by(BLOCK) {
                let n = BLOCK.min((end - first) as usize);
                let ordered = self.experiment.top > 1 && first < ORDERED;
                self.draw_block(&mut stream, &mut work, ordered);
                self.count(&work, n, first < SAMPLE, &mut part, &mut sums);
                if ordered {
                    self.count_orderings(&mut work, n, &mut part);
                }
            }
            for (total, sum) in part.moments.iter_mut().zip(sums) {
                total.add(sum);
            }
        }
        part
    }

    /// Winner and largest utility of a block of draws; utilities of all alternatives as well if it is to be ordered.
    fn draw_block(&self, stream: &mut Stream, work: &mut Work, ordered: bool) {
        let Work {
            source,
            leaders,
            next,
            noise: Aligned(noise),
            rows,
            ..
        } = work;
        if ordered {
            rows.resize(self.utilities.len(), [0.0; BLOCK]);
        }
        leaders.clear();
        source.begin_block(stream);
        for (j, &utility) in self.utilities.iter().enumerate() {
            if self.race {
                stream.fill_exponential(noise);
                earliest(leaders, next, j as u64, self.paces[j], noise);
            } else {
                source.fill(stream, j, noise);
                largest(leaders, next, j as u64, utility, noise);
            }
            std::mem::swap(leaders, next);
            if ordered {
                rows[j] = if self.race {
                    noise.map(|e| utility - ln(e))
                } else {
                    noise.map(|e| utility + e)
                };
            }
        }
        if self.race {
            clocks_to_utilities(leaders);
        }
    }

    fn count(&self, work: &Work, n: usize, keep: bool, part: &mut Part, sums: &mut [f64; 2]) {
        let (keys, winners) = (&work.leaders.key[..n], &work.leaders.winner[..n]);
        for (j, count) in part.counts.iter_mut().enumerate() {
            *count += wins(winners, j as u64);
        }
        let block = moments(keys, self.centre);
        sums[0] += block[0];
        sums[1] += block[1];
        if keep {
            let scaled = keys.iter().map(|key| self.largest + self.experiment.temperature * key);
            part.sample.extend(winners.iter().map(|&j| j as u32).zip(scaled));
        }
    }

    fn count_orderings(&self, work: &mut Work, n: usize, part: &mut Part) {
        let (top, base) = (self.experiment.top, self.utilities.len() as u64);
        let (rows, places) = (&work.rows, &mut work.places);
        for i in 0..n {
            // The best so far, in order; alternatives are few, so that insertion is quick.
            places.clear();
            for (j, row) in rows.iter().enumerate() {
                let place = places.partition_point(|&k| rows[k as usize][i] >= row[i]);
                if place < top {
                    places.truncate(top - 1);
                    places.insert(place, j as u32);
                }
            }
            let code = places.iter().fold(0, |code, &j| code * base + u64::from(j));
            *part.orderings.entry(code).or_default() += 1;
        }
    }

    /// Sums up, in the order of chunks.
    pub(super) fn tally(&self, part: Part) -> Tally {
        let Experiment {
            draws,
            temperature,
            top,
            ..
        } = *self.experiment;
        let n = draws as f64;
        let [sum, square] = part.moments.map(|total| total.value + total.lost);
        // Rounding may leave less than nothing where all draws are equal.
        let variance = ((square - sum * (sum / n)) / (n - 1.0)).max(0.0);
        let base = self.utilities.len() as u64;
        let mut orderings: Vec<(Vec<u32>, u64)> = part
            .orderings
            .into_iter()
            .map(|(mut code, count)| {
                let mut places = vec![0; top];
                for place in places.iter_mut().rev() {
                    *place = (code % base) as u32;
                    code /= base;
                }
                (places, count)
            })
            .collect();
        orderings.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
        Tally {
            draws,
            counts: part.counts,
            maximum_mean: self.largest + temperature * (self.centre + sum / n),
            maximum_variance: if draws > 1 {
                temperature * temperature * variance
            } else {
                f64::NAN
            },
            sample: part.sample,
            orderings,
            ordering_draws: if top > 1 { draws.min(ORDERED) } else { 0 },
        }
    }
}

impl Part {
    pub(super) fn new(plan: &Plan) -> Self {
        Part {
            counts: vec![0; plan.utilities.len()],
            moments: [Sum::default(); 2],
            sample: Vec::new(),
            orderings: HashMap::new(),
        }
    }

    /// Adds the part that follows.
    pub(super) fn append(&mut self, next: Part) {
        for (count, more) in self.counts.iter_mut().zip(next.counts) {
            *count += more;
        }
        for (total, more) in self.moments.iter_mut().zip(next.moments) {
            total.add(more.value);
            total.lost += more.lost;
        }
        self.sample.extend(next.sample);
        for (ordering, more) in next.orderings {
            *self.orderings.entry(ordering).or_default() += more;
        }
    }
}
