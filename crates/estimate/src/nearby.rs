//! A maximum near a point that is known to be near: few evaluations, and mostly one Hessian.

use ndarray::{Array1, Axis};

use crate::iterate::Space;
use crate::likelihood::{EvalError, LogLikelihood, Order};
use crate::options::Options;
use crate::symmetric::{Definiteness, Symmetric};

/// Steps after which a nearby maximum was none.
const MOST: usize = 8;

/// A step must leave at most so much of the Newton decrement, or the Hessian is taken anew.
const CONTRACTION: f64 = 0.25;

/// How often that may be.
const ANEW: usize = 3;

/// Maximises ln L from a point that is a fraction of a standard error from the maximum: Newton steps with the Hessian of the
/// start, the later ones with scores alone as long as they contract.
///
/// ```text
/// θ_{i+1} = θ_i + (−H(θ_0))⁻¹ g(θ_i)
/// ```
///
/// It ends when the decrement g′(−H(θ_0))⁻¹g that is left, foretold from how it has fallen, is within `options.tolerance`.
/// `None` where that is not how it goes: no likelihood, −H not positive definite, steps that do not contract, or a bound
/// on the way. Then [`maximise`](crate::maximise) is to be asked. Fixed parameters stay at `start`.
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
    let informed = |theta: &[f64]| -> Result<Option<(Symmetric, Array1<f64>)>, EvalError> {
        let Some(evaluation) = defined(theta, Order::Hessian)? else {
            return Ok(None);
        };
        let information = -evaluation.hessian.select(Axis(0), free).select(Axis(1), free);
        if information.iter().any(|value| !value.is_finite()) {
            return Ok(None);
        }
        let information = Symmetric::new(&information, options.identification_tolerance);
        let definite = information.definiteness() == Definiteness::Definite;
        Ok(definite.then_some((information, evaluation.score)))
    };
    let Some((mut information, mut score)) = informed(start)? else {
        return Ok(None);
    };
    let mut theta = start.to_vec();
    let mut before: Option<f64> = None;
    let mut anew = 0;
    for _ in 0..MOST {
        let slope = score.select(Axis(0), free);
        let Some(mut step) = information.solve(slope.view()) else {
            return Ok(None);
        };
        let mut decrement = slope.dot(&step);
        let mut ratio = before.map(|before| if before > 0.0 { decrement / before } else { 0.0 });
        if let Some(slow) = ratio.filter(|ratio| *ratio > CONTRACTION) {
            anew += 1;
            if slow >= 1.0 || anew > ANEW {
                return Ok(None);
            }
            let Some((here, _)) = informed(&theta)? else {
                return Ok(None);
            };
            information = here;
            let Some(other) = information.solve(slope.view()) else {
                return Ok(None);
            };
            step = other;
            decrement = slope.dot(&step);
            ratio = None;
        }
        if !decrement.is_finite() {
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
