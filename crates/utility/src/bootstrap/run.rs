//! All resamples, several at a time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use logsum_estimate::EvalError;

use super::replicate::Sample;
use super::{BootstrapError, BootstrapOptions, Replicate};
use crate::estimation::FitError;
use crate::fit::Fit;
use crate::model::Model;

/// Called with the number of a resample and what came out, in the order in which they finish.
pub(crate) type Watcher<'a> = dyn FnMut(usize, &Replicate) + 'a;

impl Model<'_> {
    /// Adds the bootstrapped covariance to a converged fit of this model, with intervals.
    ///
    /// Decision makers (cases, groups of a column) are drawn with replacement, as many as there are; each resample weighs the
    /// likelihood of the bound data by how often they were drawn, and is estimated from the estimates θ̂ of all data.
    ///
    /// ```text
    /// V = Σ_r (θ*_r − θ̄*)(θ*_r − θ̄*)′ / (R − 1)
    /// ```
    ///
    /// over the R resamples that have estimates. Draws of random tastes stay with their decision makers. `known` are outcomes
    /// of earlier runs by number of the resample, which are not estimated again; `each` sees every new one. An interruption
    /// keeps what is done, and a warning says how much that is. Results do not depend on threads.
    ///
    /// # Errors
    /// [`BootstrapError`], and problems of the column to resample by.
    ///
    /// # Source
    /// Efron and Tibshirani (1993), *An Introduction to the Bootstrap*, ch. 6.
    pub fn add_bootstrap(
        &self,
        fit: &mut Fit,
        options: &BootstrapOptions,
        known: &[(usize, Replicate)],
        each: Option<&mut Watcher<'_>>,
    ) -> Result<(), FitError> {
        let sample = Sample::new(self, fit, options)?;
        let mut done: Vec<Option<Replicate>> = vec![None; options.replications];
        for (number, replicate) in known {
            if let Some(place) = done.get_mut(*number) {
                *place = Some(replicate.clone());
            }
        }
        self.run(&sample, &mut done, each)?;
        fit.attach_bootstrap(options, &sample, &done)
    }

    fn run(
        &self,
        sample: &Sample<'_, '_>,
        done: &mut [Option<Replicate>],
        mut each: Option<&mut Watcher<'_>>,
    ) -> Result<(), FitError> {
        let numbers: Vec<usize> = (0..done.len()).filter(|&number| done[number].is_none()).collect();
        let next = AtomicUsize::new(0);
        let stopped = AtomicBool::new(false);
        let workers = rayon::current_num_threads().min(numbers.len());
        let mut failure = None;
        let (send, receive) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..workers {
                let (send, numbers, next, stopped) = (send.clone(), &numbers, &next, &stopped);
                scope.spawn(move || {
                    // Whoever waits for a part of one resample would else begin another one meanwhile, and so on.
                    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build();
                    let work = || {
                        while let Some(&number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                            if stopped.load(Ordering::Relaxed) || self.interrupt().load(Ordering::Relaxed) {
                                return;
                            }
                            let outcome = sample.replicate(number);
                            if outcome.is_err() {
                                stopped.store(true, Ordering::Relaxed);
                            }
                            if send.send((number, outcome)).is_err() {
                                return;
                            }
                        }
                    };
                    match alone {
                        Ok(alone) => alone.install(work),
                        Err(_) => work(),
                    }
                });
            }
            drop(send);
            for (number, outcome) in receive {
                match outcome {
                    Ok(replicate) => {
                        if let Some(each) = &mut each {
                            each(number, &replicate);
                        }
                        done[number] = Some(replicate);
                    }
                    Err(EvalError::Interrupted) => {}
                    Err(error) => failure = Some(error),
                }
            }
        });
        match failure {
            Some(error) => Err(error.into()),
            None if done.iter().all(Option::is_none) => Err(EvalError::Interrupted.into()),
            None => Ok(()),
        }
    }
}

/// Counts of what came out.
pub(super) fn enough(done: &[Option<Replicate>]) -> Result<(usize, usize), BootstrapError> {
    let finished = done.iter().flatten();
    let failed = finished
        .clone()
        .filter(|replicate| !matches!(replicate, Replicate::Estimates(_)));
    let failed = failed.count();
    let not_identified = finished
        .clone()
        .filter(|replicate| **replicate == Replicate::NotIdentified);
    let not_identified = not_identified.count();
    let n = finished.count();
    if n < failed + 2 {
        return Err(BootstrapError::Failed {
            done: n,
            failed,
            not_identified,
        });
    }
    Ok((failed, not_identified))
}
