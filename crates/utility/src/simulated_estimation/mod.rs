//! Estimation of a model with random tastes: from the logit, over few draws, to all of them.

mod starts;
mod trust;

use logsum_estimate::{EstimateError, EvalError, Maximum, Options, Order, Progress, State, Stopped, maximise, resume};

use crate::draws_report::{DrawsReport, DrawsTried, SimulationError};
use crate::estimation::{FitError, FitOptions};
use crate::fit::Fit;
use crate::mixing::{DrawMethod, DrawNumber};
use crate::model::{DrawSet, Mixture, Model, Simulated};
use trust::few_draws;

type Watcher<'a> = dyn FnMut(&Progress<'_>) + 'a;

/// Every stage has so many times the draws of the one before.
const FACTOR: usize = 4;

/// Draws of a stage are a multiple of this, and twice as many at least.
const MULTIPLE: usize = 32;

/// Stages before the one with all draws.
const STAGES: usize = 2;

/// Newton decrement that ends a stage with few draws: from there on it only learns their noise.
const COARSE: f64 = 1e-3;

/// Newton decrement at which nothing is left to sharpen: a millionth of a standard error.
const POLISH: f64 = 1e-12;

/// Newton decrement that will do where coefficients have kinks: a thousandth of a standard error.
const KINKED: f64 = 1e-6;

/// Most draws of a decision maker that an automatic number comes to.
const MOST: usize = 1 << 16;

impl Model<'_> {
    /// The fit of a model with random tastes.
    pub(crate) fn fit_mixture(
        &self,
        mixture: &Mixture,
        start: &[f64],
        options: &FitOptions,
        mut progress: Option<&mut Watcher<'_>>,
        constants: bool,
    ) -> Result<Fit, FitError> {
        let evaluate_only = options.optimiser.max_iterations == 0;
        let plan = &mixture.plan;
        let simulated = mixture.is_simulated();
        let automatic = plan.number == DrawNumber::Auto && !evaluate_only && simulated;
        let mut theta = start.to_vec();
        let mut starts = None;
        let resumed = options.resume.as_ref();
        if !evaluate_only && resumed.is_none() && options.start.is_none() && self.starts_anywhere(start) {
            theta = self.logit_estimates(start, &options.optimiser);
        }
        if !evaluate_only && resumed.is_none() {
            self.leave_saddles(&mut theta);
        }
        let mut path = Vec::new();
        let mut grown: Option<DrawSet> = None;
        // As asked for, without reflections.
        let reflections = if plan.antithetic { 2 } else { 1 };
        let mut number = mixture.draws.between.number() / reflections;
        let reached = resumed.map_or(0, |state| state.stage / reflections);
        if automatic && reached > number {
            // A number that was reached before the interruption.
            number = reached;
            grown = Some(mixture.draws_of(number)?);
        }
        let mut interrupted = false;
        let mut first_value: Option<f64> = None;
        let mut before: Option<(Maximum, Option<SimulationError>, usize)> = None;
        let (mut maximum, error, reached) = loop {
            let draws = grown.as_ref().unwrap_or(&mixture.draws);
            let stages = match evaluate_only || !path.is_empty() {
                true => Vec::new(),
                false => stages(mixture, draws.between.number()),
            };
            if options.starts > 1 && path.is_empty() && resumed.is_none() && !evaluate_only {
                let few = stages.first().copied().unwrap_or(draws.between.number());
                let (best, report) = self.best_start(mixture, &draws.first(few), &theta, options)?;
                theta = best;
                starts = Some(report);
            }
            let resumed = resumed.filter(|_| path.is_empty());
            let found = self.through(
                mixture,
                draws,
                &stages,
                (&theta, start),
                (options, resumed),
                &mut progress,
            );
            let (mut maximum, reached) = match (found, before.take()) {
                (Err(FitError::Estimate(EstimateError::InterruptedAtStart)), Some(before)) => {
                    interrupted = true;
                    break before;
                }
                (found, _) => found?,
            };
            // The first number of draws tells where all began.
            let log_likelihood_start = *first_value.get_or_insert(maximum.log_likelihood_start);
            maximum.log_likelihood_start = log_likelihood_start;
            theta.clone_from(&maximum.theta);
            let measured = maximum.convergence.converged || evaluate_only;
            let error = match measured && plan.replications > 1 && simulated {
                true => self.simulation_error(mixture, draws, &maximum, plan.replications),
                false => Ok(None),
            };
            let error = match error {
                Err(FitError::Evaluation(EvalError::Interrupted)) => {
                    interrupted = true;
                    None
                }
                error => error?,
            };
            if !automatic {
                break (maximum, error, reached);
            }
            let largest_ratio = error.as_ref().and_then(|error| error.largest_ratio);
            path.push(DrawsTried {
                number: draws.between.number(),
                log_likelihood: maximum.evaluation.log_likelihood,
                largest_ratio,
            });
            let small = largest_ratio.is_none_or(|ratio| ratio <= plan.tolerance);
            if interrupted || small || !maximum.convergence.converged || 2 * number > MOST {
                break (maximum, error, reached);
            }
            before = Some((maximum, error, reached));
            number *= 2;
            grown = Some(mixture.draws_of(number)?);
        };
        if interrupted && automatic {
            maximum.convergence.converged = false;
            maximum.convergence.stopped = Stopped::Interrupted {
                criterion: maximum.convergence.criterion,
                tolerance: options.optimiser.tolerance,
            };
        }
        let draws = grown.as_ref().unwrap_or(&mixture.draws);
        // Of an estimation that was interrupted on its way to all of them.
        let fewer = (reached < draws.between.number()).then(|| draws.first(reached));
        let draws = fewer.as_ref().unwrap_or(draws);

        let mut fit = self.summarise(&maximum, constants);
        // Only at a stationary point does a lack of curvature mean a lack of information.
        let stationary = matches!(
            maximum.convergence.stopped,
            Stopped::Converged { .. } | Stopped::NotIdentified { .. }
        );
        let findings = if stationary {
            self.flat_directions(&maximum)
        } else {
            Vec::new()
        };
        let troubled: Vec<usize> = findings.iter().flat_map(|(parameters, _)| parameters.clone()).collect();
        let mut held: Vec<usize> = Vec::new();
        for (parameters, _) in &findings {
            // One for each direction.
            held.extend(parameters.iter().find(|k| !held.contains(k)));
        }
        if !evaluate_only && !findings.is_empty() {
            fit.converged = false;
            fit.convergence.reason = "some parameters have no unique estimate (see the warnings)".to_owned();
            fit.warnings.extend(findings.into_iter().map(|(_, message)| message));
        } else if stationary {
            fit.warnings.extend(self.faint_directions(&maximum));
        }
        if mixture.tastes.any_kinks() {
            let message = "a censored coefficient has a kink at 0, where a simulated likelihood has no second derivative: the \
                           outer product of scores stands for the Hessian, so that all standard errors are those of opg";
            fit.warnings.push(message.to_owned());
        }
        if interrupted && !automatic {
            let message =
                "interrupted while the simulation error was measured: the estimates are complete, that is missing";
            fit.warnings.push(message.to_owned());
        }
        let meat = self.simulated_products(mixture, draws, &maximum.theta)?;
        self.attach_covariances_of(&mut fit, &maximum, &meat, &held, &troubled);
        fit.draws = simulated.then(|| DrawsReport {
            method: plan.method.name().to_owned(),
            number: draws.between.number(),
            number_within: draws.within.as_ref().map(|within| within.number),
            antithetic: plan.antithetic,
            seed: plan.seed,
            dimensions: mixture.n_dimensions(),
            simulation_error: error,
            path,
            starts,
        });
        fit.warnings
            .extend(few_draws(mixture, draws.between.number(), automatic, &fit));
        fit.warnings.extend(self.far_locations(&fit));
        fit.tastes = mixture.is_random().then(|| self.describe_tastes(&fit));
        fit.errors = self.describe_errors(mixture, &fit);
        self.attach_nests(&mut fit);
        if !evaluate_only && let Some(errors) = &fit.errors {
            let warnings = errors.boundary();
            fit.warnings.extend(warnings);
        }
        Ok(fit)
    }

    /// Maximises over the first of the draws, stage by stage, and then over all of them. With the maximum comes the number
    /// of draws that it belongs to: fewer than all if it was interrupted.
    fn through(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        stages: &[usize],
        (theta, start): (&[f64], &[f64]),
        (options, resumed): (&FitOptions, Option<&State>),
        progress: &mut Option<&mut Watcher<'_>>,
    ) -> Result<(Maximum, usize), FitError> {
        let all = draws.between.number();
        let mut theta = theta.to_vec();
        let first = resumed.map_or(0, |state| state.stage);
        // Before anything else, so that every state carries it.
        let log_likelihood_start = match resumed {
            Some(state) => Some(state.log_likelihood_start),
            None if theta == start => None,
            None => self.log_likelihood_at_start(mixture, draws, start)?,
        };
        let few = stages.iter().copied().filter(|&number| number >= first && number < all);
        let mut last: Option<(Maximum, usize)> = None;
        for number in few.chain([all]) {
            let some = draws.first(number);
            let simulated = Simulated {
                model: self,
                mixture,
                draws: if number == all { draws } else { &some },
            };
            let optimiser = if number == all {
                Options {
                    // The score jumps at kinks.
                    tolerance: match mixture.tastes.any_kinks() {
                        true => KINKED.max(options.optimiser.tolerance),
                        false => options.optimiser.tolerance,
                    },
                    polish: POLISH,
                    ..options.optimiser.clone()
                }
            } else {
                Options {
                    tolerance: COARSE.max(options.optimiser.tolerance),
                    polish: COARSE,
                    ..options.optimiser.clone()
                }
            };
            let from = resumed.filter(|state| state.stage == number);
            let found = staged(
                &simulated,
                from,
                &theta,
                &optimiser,
                (number, log_likelihood_start),
                progress,
            );
            let mut maximum = match (found, last.take()) {
                (Err(FitError::Estimate(EstimateError::InterruptedAtStart)), Some((mut before, number))) => {
                    before.convergence.converged = false;
                    before.convergence.stopped = Stopped::Interrupted {
                        criterion: before.convergence.criterion,
                        tolerance: options.optimiser.tolerance,
                    };
                    return Ok((before, number));
                }
                (found, _) => found?,
            };
            if let Some(value) = log_likelihood_start {
                maximum.log_likelihood_start = value;
            }
            if matches!(maximum.convergence.stopped, Stopped::Interrupted { .. }) {
                return Ok((maximum, number));
            }
            theta.clone_from(&maximum.theta);
            self.specification().align_signs(&mut theta);
            last = Some((maximum, number));
        }
        Ok(last.expect("the last stage has all draws"))
    }

    /// ln L at the model's own starting values; none where it is not defined there.
    fn log_likelihood_at_start(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        start: &[f64],
    ) -> Result<Option<f64>, FitError> {
        match self.simulated(mixture, draws, start, Order::Value) {
            Ok(evaluation) => Ok(Some(evaluation.log_likelihood)),
            Err(EvalError::Outside { .. } | EvalError::Interrupted) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// One maximisation of several: its states carry the number of draws, and ln L at the very start if it is known.
fn staged(
    simulated: &Simulated<'_, '_>,
    from: Option<&State>,
    theta: &[f64],
    options: &Options,
    (stage, log_likelihood_start): (usize, Option<f64>),
    progress: &mut Option<&mut Watcher<'_>>,
) -> Result<Maximum, FitError> {
    let mut watch = |here: &Progress<'_>| {
        if let Some(progress) = progress.as_mut() {
            let mut state = here.state.clone();
            state.stage = stage;
            if let Some(value) = log_likelihood_start {
                state.log_likelihood_start = value;
            }
            progress(&Progress { state: &state, ..*here });
        }
    };
    Ok(match from {
        Some(state) => resume(simulated, state, options, Some(&mut watch))?,
        None => maximise(simulated, theta, options, Some(&mut watch))?,
    })
}

/// Numbers of draws before all of them, rising.
fn stages(mixture: &Mixture, all: usize) -> Vec<usize> {
    if mixture.plan.method == DrawMethod::Quadrature || !mixture.is_simulated() {
        return Vec::new();
    }
    let mut stages = Vec::new();
    let mut number = all;
    while stages.len() < STAGES {
        number = number / FACTOR / MULTIPLE * MULTIPLE;
        if number < 2 * MULTIPLE {
            break;
        }
        stages.insert(0, number);
    }
    stages
}
