//! From starting values to a maximum.

use argmin::core::Executor;
use serde::{Deserialize, Serialize};

use crate::convergence::{Convergence, Stopped};
use crate::error::{EstimateError, StartProblem};
use crate::iterate::{Iterate, Space};
use crate::likelihood::{Evaluation, LogLikelihood, Parameter};
use crate::newton::{Ended, Newton, Objective};
use crate::options::Options;
use crate::symmetric::{Definiteness, smallest_eigenvalue};
use crate::trust_region::norm;

/// Where a maximisation stands, after the start and after every iteration.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// ln L here.
    pub log_likelihood: f64,
    /// Newton decrement here; none where −H is not positive semi-definite.
    pub criterion: Option<f64>,
    /// The point, and what is needed to go on from it.
    pub state: &'a State,
}

/// All that a maximisation carries from one iteration to the next: [`resume`] goes on from it as if it had never
/// stopped, to the same bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The point, length K.
    pub theta: Vec<f64>,
    /// ln L at the starting values.
    pub log_likelihood_start: f64,
    /// Accepted steps so far; 0 at the start.
    pub iterations: u64,
    /// Evaluations so far.
    pub evaluations: u64,
    /// Which of several maximisations this is, where the caller makes one after another and says so; 0 else.
    #[serde(default)]
    pub stage: usize,
    /// √curvature of every parameter as the steps have met it.
    pub(crate) steepest: Vec<f64>,
    /// Of the trust region; none if it is unlimited.
    pub(crate) radius: Option<f64>,
    /// Stationary, as exact as it gets.
    pub(crate) polished: bool,
}

/// The best point found, converged or not: `convergence` says which.
#[derive(Clone, Debug)]
pub struct Maximum {
    /// Estimates, length K, fixed parameters included.
    pub theta: Vec<f64>,
    /// ln L with score and Hessian at `theta`.
    pub evaluation: Evaluation,
    /// ln L at the starting values.
    pub log_likelihood_start: f64,
    /// Why it stopped, and how good the point is.
    pub convergence: Convergence,
}

/// Maximises ln L from `start` (length K; fixed parameters stay there) by a projected trust-region Newton method.
///
/// Converged means: the Newton decrement `g′(−H)⁻¹g` over the parameters that are neither fixed nor held at a bound is
/// within the tolerance, and −H over them is positive definite. Below the tolerance further Newton steps are taken as
/// long as they sharpen the estimates, so these are as exact as rounding lets them be. Nothing depends on the units of
/// the parameters, and the same input gives the same bits.
///
/// `progress` is called after the start and after every iteration.
///
/// # Errors
/// [`EstimateError`]: options or starting values that cannot be used, no likelihood at the start, an evaluation that
/// failed for good. Not converging is not an error; nor is an interruption once the start was evaluated.
pub fn maximise(
    likelihood: &dyn LogLikelihood,
    start: &[f64],
    options: &Options,
    progress: Option<&mut dyn FnMut(&Progress)>,
) -> Result<Maximum, EstimateError> {
    run(likelihood, start, None, options, progress)
}

/// Goes on with a maximisation from `state`, as it was handed to `progress`, under the same options: the result is that
/// of one that never stopped.
///
/// # Errors
/// As [`maximise`].
pub fn resume(
    likelihood: &dyn LogLikelihood,
    state: &State,
    options: &Options,
    progress: Option<&mut dyn FnMut(&Progress)>,
) -> Result<Maximum, EstimateError> {
    run(likelihood, &state.theta, Some(state), options, progress)
}

fn run(
    likelihood: &dyn LogLikelihood,
    start: &[f64],
    state: Option<&State>,
    options: &Options,
    progress: Option<&mut dyn FnMut(&Progress)>,
) -> Result<Maximum, EstimateError> {
    options.validate()?;
    let parameters = likelihood.parameters();
    check_start(parameters, start)?;
    let space = Space::new(parameters);
    if let Some(state) = state.filter(|state| state.steepest.len() != parameters.len()) {
        return Err(EstimateError::StartLength {
            expected: parameters.len(),
            found: state.steepest.len(),
        });
    }
    let done = state.map_or(0, |state| state.iterations);
    let max_iterations = if space.moving.is_empty() {
        0
    } else {
        (options.max_iterations as u64).saturating_sub(done)
    };
    let solver = Newton::new(options.clone(), space.clone(), progress);
    let solver = match state {
        Some(state) => solver.resume(state),
        None => solver,
    };
    let result = Executor::new(Objective(likelihood), solver)
        .configure(|state| state.param(start.to_vec()).max_iters(max_iterations))
        .ctrlc(false)
        .timer(false)
        .run()
        .map_err(|error| EstimateError::Optimiser {
            reason: error.to_string(),
        })?;

    let solver = result.solver;
    let Some(last) = solver.current else {
        return Err(match solver.ended {
            Some(Ended::StartOutside(reason)) => EstimateError::StartOutside { reason },
            Some(Ended::Failed(reason)) => EstimateError::FailedAtStart { reason },
            _ => EstimateError::InterruptedAtStart,
        });
    };
    if let Some(Ended::Failed(reason)) = solver.ended {
        return Err(EstimateError::Failed {
            reason,
            iterations: solver.iterations,
            log_likelihood: last.evaluation.log_likelihood,
            theta: last.theta,
        });
    }
    let last = last.settled(&space, options.tolerance, options.identification_tolerance);
    let stopped = reason(&last, solver.ended, parameters, &space, options);
    let convergence = Convergence {
        converged: matches!(stopped, Stopped::Converged { .. } | Stopped::NoFreeParameters),
        stopped,
        criterion: last.criterion(),
        tolerance: options.tolerance,
        iterations: solver.iterations,
        evaluations: solver.evaluations,
        gradient_norm: norm(&last.score),
        smallest_hessian_eigenvalue: smallest_eigenvalue(&last.information, &last.analysis),
        at_bound: last.held(&space),
    };
    Ok(Maximum {
        theta: last.theta,
        evaluation: last.evaluation,
        log_likelihood_start: solver.log_likelihood_start,
        convergence,
    })
}

fn reason(last: &Iterate, ended: Option<Ended>, parameters: &[Parameter], space: &Space, options: &Options) -> Stopped {
    let tolerance = options.tolerance;
    let criterion = last.criterion();
    let offenders = || {
        last.offenders()
            .into_iter()
            .map(|i| parameters[i].name.clone())
            .collect()
    };
    let eigenvalue = last.analysis.smallest_scaled_eigenvalue().unwrap_or(f64::NAN);
    if space.moving.is_empty() {
        return Stopped::NoFreeParameters;
    }
    if options.max_iterations == 0 {
        return Stopped::NothingEstimated;
    }
    if last.is_converged(tolerance) {
        return Stopped::Converged {
            criterion: last.decrement,
            tolerance,
        };
    }
    match (last.definiteness(), ended) {
        (_, Some(Ended::Interrupted)) => Stopped::Interrupted { criterion, tolerance },
        (Definiteness::Flat, _) if last.is_stationary(tolerance) => Stopped::NotIdentified {
            parameters: offenders(),
            eigenvalue,
            tolerance: options.identification_tolerance,
        },
        (_, None) => Stopped::MaxIterations {
            limit: options.max_iterations,
            criterion,
            tolerance,
        },
        (Definiteness::Indefinite, _) if last.is_stationary(tolerance) => Stopped::NotMaximum {
            parameters: offenders(),
            eigenvalue,
        },
        _ => Stopped::TrustRegionTooSmall { criterion, tolerance },
    }
}

fn check_start(parameters: &[Parameter], start: &[f64]) -> Result<(), EstimateError> {
    if start.len() != parameters.len() {
        return Err(EstimateError::StartLength {
            expected: parameters.len(),
            found: start.len(),
        });
    }
    let mut problems = Vec::new();
    for (parameter, &value) in parameters.iter().zip(start) {
        let (name, lower, upper) = (parameter.name.clone(), parameter.lower, parameter.upper);
        if !value.is_finite() {
            problems.push(StartProblem::NotFinite { name, value });
        } else if parameter.fixed {
            // Bounds restrain the search; a fixed parameter is not searched for.
        } else if lower.is_nan() || upper.is_nan() || lower > upper {
            problems.push(StartProblem::EmptyBounds { name, lower, upper });
        } else if value < lower || value > upper {
            problems.push(StartProblem::OutsideBounds {
                name,
                value,
                lower,
                upper,
            });
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(EstimateError::Start { problems })
    }
}

#[cfg(test)]
mod tests;
