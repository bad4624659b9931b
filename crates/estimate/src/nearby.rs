//! A maximum near a point that is known to be near: few evaluations, and one Hessian.

use ndarray::Axis;

use crate::iterate::Space;
use crate::likelihood::{EvalError, LogLikelihood, Order};
use crate::options::Options;
use crate::symmetric::{Definiteness, Symmetric};

/// Steps after which a nearby maximum was none.
const MOST: usize = 8;

/// A step must leave at most so much of the Newton decrement.
const CONTRACTION: f64 = 0.25;

/// Maximises ln L from a point that is a fraction of a standard error from the maximum: Newton steps with one Hessian, that
/// of the start, the later ones with scores alone.
///
/// ```text
/// θ_{i+1} = θ_i + (−H(θ_0))⁻¹ g(θ_i)
/// ```
///
/// It ends when the decrement g′(−H(θ_0))⁻¹g that is left, foretold from how it has fallen, is within `options.tolerance`.
/// `None` where that is not how it goes: no likelihood, −H not positive definite, a step that contracts too little, or a
/// bound on the way. Then [`maximise`](crate::maximise) is to be asked. Fixed parameters stay at `start`.
///
/// # Errors
/// [`EvalError::Interrupted`] and [`EvalError::Failed`] of the likelihood.
pub fn maximise_nearby(
    likelihood: &dyn LogLikelihood,
    start: &[f64],
    options: &Options,
) -> Result<Option<Vec<f64>>, EvalError> {
    let space = Space::new(likelihood.parameters());
    let free = &space.moving;
    let inside = |theta: &[f64]| {
        let value = |&k: &usize| theta[k].is_finite() && theta[k] > space.lower[k] && theta[k] < space.upper[k];
        free.iter().all(value)
    };
    if !inside(start) {
        return Ok(None);
    }
    let defined = |theta: &[f64], order: Order| match likelihood.evaluate(theta, order) {
        Ok(evaluation) => Ok(Some(evaluation)),
        Err(EvalError::Outside { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    let Some(evaluation) = defined(start, Order::Hessian)? else {
        return Ok(None);
    };
    let information = -evaluation.hessian.select(Axis(0), free).select(Axis(1), free);
    if information.iter().any(|value| !value.is_finite()) {
        return Ok(None);
    }
    let information = Symmetric::new(&information, options.identification_tolerance);
    if information.definiteness() != Definiteness::Definite {
        return Ok(None);
    }
    let mut theta = start.to_vec();
    let mut score = evaluation.score;
    let mut before: Option<f64> = None;
    for _ in 0..MOST {
        let slope = score.select(Axis(0), free);
        let Some(step) = information.solve(slope.view()) else {
            return Ok(None);
        };
        let decrement = slope.dot(&step);
        let ratio = before.map(|before| if before > 0.0 { decrement / before } else { 0.0 });
        if !decrement.is_finite() || ratio.is_some_and(|ratio| ratio > CONTRACTION) {
            return Ok(None);
        }
        for (&k, step) in free.iter().zip(&step) {
            theta[k] += step;
        }
        if !inside(&theta) {
            return Ok(None);
        }
        // What is left after this step, if it contracts as the one before has.
        if decrement * ratio.unwrap_or(1.0) <= options.tolerance {
            return Ok(Some(theta));
        }
        before = Some(decrement);
        let Some(evaluation) = defined(&theta, Order::Score)? else {
            return Ok(None);
        };
        score = evaluation.score;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maximise;
    use crate::test_models::Logistic;

    #[test]
    fn it_is_the_maximum_that_newton_finds() {
        let logistic = Logistic::simulated(400, 3);
        let maximum = maximise(&logistic, &[0.0; 3], &Options::default(), None).unwrap();
        let near: Vec<f64> = maximum.theta.iter().map(|value| value + 0.05).collect();
        let found = maximise_nearby(&logistic, &near, &Options::default()).unwrap().unwrap();
        for (found, expected) in found.iter().zip(&maximum.theta) {
            // Absolute: a decrement of 1e-9 is a thirty-thousandth of a standard error, which is about 0.1 here.
            assert!((found - expected).abs() < 1e-5, "{found} against {expected}");
        }
    }

    #[test]
    fn far_away_it_gives_up() {
        let logistic = Logistic::simulated(400, 3);
        let far = maximise_nearby(&logistic, &[20.0, -20.0, 20.0], &Options::default()).unwrap();
        assert_eq!(far, None);
    }

    #[test]
    fn at_a_bound_it_gives_up() {
        let mut logistic = Logistic::simulated(400, 3);
        let maximum = maximise(&logistic, &[0.0; 3], &Options::default(), None).unwrap();
        logistic.parameters[1].upper = maximum.theta[1] - 0.01;
        let mut start = maximum.theta;
        start[1] -= 0.02;
        assert_eq!(maximise_nearby(&logistic, &start, &Options::default()).unwrap(), None);
    }
}
