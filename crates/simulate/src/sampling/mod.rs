//! Experiments with random utilities: draw the noise, add it, see which alternative is best.

mod chunk;
mod error;
mod kernel;
mod source;

use logsum_draws::Seed;
use rayon::prelude::*;

pub use error::ExperimentError;

use crate::Noise;
use chunk::{CHUNK, Part, Plan};

/// Most alternatives of an experiment.
const MOST_ALTERNATIVES: usize = 1 << 16;
/// Most orderings told apart.
const MOST_ORDERINGS: u64 = 1 << 20;
/// Draws whose winner and largest utility are kept, and those whose orderings are counted: whole numbers of chunks.
const SAMPLE: u64 = 1 << 20;
const ORDERED: u64 = 1 << 22;
/// Chunks that one task works through, and tasks between two reports of progress.
const CHUNKS_OF_TASK: u64 = 16;
const TASKS_OF_BATCH: u64 = 64;

/// A choice made over and over with fresh noise.
///
/// ```text
/// U_j = V_j + T·ε_j;   the alternative with the largest U_j is chosen
/// ```
///
/// With Gumbel noise the chances are the softmax of V/T, whatever the alternatives:
///
/// ```
/// use logsum_simulate::{Experiment, Noise};
///
/// let tally = Experiment {
///     utilities: vec![1.0, 0.0],
///     temperature: 1.0,
///     noise: Noise::Gumbel,
///     draws: 100_000,
///     seed: 1,
///     top: 0,
/// }
/// .run()?;
/// let share = tally.counts[0] as f64 / tally.draws as f64;
/// let probability = 1.0 / (1.0 + (-1.0_f64).exp());
/// assert!((share - probability).abs() < 0.006); // four standard errors
/// # Ok::<(), logsum_simulate::ExperimentError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Systematic utilities V_j, finite.
    pub utilities: Vec<f64>,
    /// Scale T of the noise, positive.
    pub temperature: f64,
    /// Distribution of ε.
    pub noise: Noise,
    /// Number of choices.
    pub draws: u64,
    /// What the noise is drawn from: the same seed gives the same tally, on any number of threads, and the first draws
    /// are the same however many follow.
    pub seed: u64,
    /// Orderings of the `top` largest are counted; 0 or 1: none.
    pub top: usize,
}

/// What came of an [`Experiment`].
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// Number of choices.
    pub draws: u64,
    /// How often each alternative had the largest utility.
    pub counts: Vec<u64>,
    /// Mean of the largest utility over all draws.
    pub maximum_mean: f64,
    /// Sample variance of the largest utility over all draws (divisor n − 1); NaN for a single draw.
    pub maximum_variance: f64,
    /// Winner and largest utility of the first draws, at most 2²⁰.
    pub sample: Vec<(u32, f64)>,
    /// Orderings of the `top` largest, best first, with how often each came, the most frequent first; those that
    /// never came are left out.
    pub orderings: Vec<(Vec<u32>, u64)>,
    /// Draws whose orderings were counted: the first, at most 2²²; 0 if none was asked for.
    pub ordering_draws: u64,
}

impl Experiment {
    /// Whether the experiment can be run.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), ExperimentError> {
        let found = self.utilities.len();
        if found < 2 {
            return Err(ExperimentError::FewUtilities { found });
        }
        if found > MOST_ALTERNATIVES {
            return Err(ExperimentError::ManyUtilities {
                found,
                most: MOST_ALTERNATIVES,
            });
        }
        if let Some((alternative, &value)) = self.utilities.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(ExperimentError::Utility { alternative, value });
        }
        if !(self.temperature > 0.0 && self.temperature.is_finite()) {
            return Err(ExperimentError::Temperature {
                temperature: self.temperature,
            });
        }
        if self.draws == 0 {
            return Err(ExperimentError::NoDraws);
        }
        self.noise.check(found)?;
        if self.top > found {
            return Err(ExperimentError::Top {
                top: self.top,
                n_alternatives: found,
            });
        }
        let orderings = (0..self.top).try_fold(1_u64, |ways, place| {
            Some(ways * (found - place) as u64).filter(|&ways| ways <= MOST_ORDERINGS)
        });
        if self.top > 1 && orderings.is_none() {
            return Err(ExperimentError::ManyOrderings {
                top: self.top,
                n_alternatives: found,
                most: MOST_ORDERINGS,
            });
        }
        Ok(())
    }

    /// Draws and counts, on all threads of the pool.
    ///
    /// # Errors
    /// As [`Experiment::check`].
    pub fn run(&self) -> Result<Tally, ExperimentError> {
        self.run_with(&|_| ())
    }

    /// As [`Experiment::run`]; `progress` is told now and then how many draws have been made so far.
    ///
    /// # Errors
    /// As [`Experiment::check`].
    pub fn run_with(&self, progress: &(dyn Fn(u64) + Sync)) -> Result<Tally, ExperimentError> {
        self.check()?;
        let plan = Plan::new(self, Seed::new(self.seed));
        let chunks = self.draws.div_ceil(CHUNK);
        let tasks = chunks.div_ceil(CHUNKS_OF_TASK);
        let mut total = Part::new(&plan);
        for first in (0..tasks).step_by(TASKS_OF_BATCH as usize) {
            let end = tasks.min(first + TASKS_OF_BATCH);
            let parts: Vec<Part> = (first..end)
                .into_par_iter()
                .map(|task| {
                    let start = task * CHUNKS_OF_TASK;
                    plan.draw(start..chunks.min(start + CHUNKS_OF_TASK))
                })
                .collect();
            parts.into_iter().for_each(|part| total.append(part));
            progress(self.draws.min(end.saturating_mul(CHUNKS_OF_TASK * CHUNK)));
        }
        Ok(plan.tally(total))
    }
}

#[cfg(test)]
mod tests;
