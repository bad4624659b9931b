//! Analytic derivatives against differences.

use crate::likelihood::{EvalError, Evaluation, LogLikelihood, Order};
use ndarray::{Array1, Array2};

/// The largest disagreement between analytic derivatives and differences.
///
/// Relative to what the derivatives are made of, so that it depends on no units and means something where the score is
/// zero: with ℓᵢ the length over which ln L changes noticeably in parameter i (see [`step_lengths`]) and m the sum of
/// absolute contributions to ln L, an error in the score is relative to the larger of its element and √m / ℓᵢ, an error
/// in the Hessian to the larger of its element and 1 / (ℓᵢ ℓⱼ). Correct derivatives of a smooth function come below 1e-7,
/// mostly far below; a wrong term stands out.
#[derive(Clone, Debug, PartialEq)]
pub struct DerivativeCheck {
    /// Largest relative error in the score.
    pub score_error: f64,
    /// Index of the parameter with it.
    pub score_worst: usize,
    /// Largest relative error in the Hessian.
    pub hessian_error: f64,
    /// Row and column of the element with it.
    pub hessian_worst: (usize, usize),
}

/// Compares score and Hessian at `theta` with central differences of ln L and of the score, over all K parameters, fixed
/// ones included. Evaluates 4 K + 1 times, up to 7.4e-4 ℓᵢ away, bounds notwithstanding.
///
/// # Errors
/// [`EvalError`] of any of the evaluations.
pub fn check_derivatives(likelihood: &dyn LogLikelihood, theta: &[f64]) -> Result<DerivativeCheck, EvalError> {
    let here = likelihood.evaluate(theta, Order::Hessian)?;
    let lengths = step_lengths(&here);
    let (score, hessian) = differences(likelihood, theta, &lengths)?;
    let typical = here.magnitude.max(1.0).sqrt();
    let mut check = DerivativeCheck {
        score_error: 0.0,
        score_worst: 0,
        hessian_error: 0.0,
        hessian_worst: (0, 0),
    };
    for i in 0..theta.len() {
        let size = here.score[i].abs().max(typical / lengths[i]);
        let error = (score[i] - here.score[i]).abs() / size;
        if error > check.score_error || error.is_nan() {
            (check.score_error, check.score_worst) = (error, i);
        }
        for j in 0..theta.len() {
            let size = here.hessian[[i, j]].abs().max(1.0 / lengths[i] / lengths[j]);
            let error = (hessian[[i, j]] - here.hessian[[i, j]]).abs() / size;
            if error > check.hessian_error || error.is_nan() {
                (check.hessian_error, check.hessian_worst) = (error, (i, j));
            }
        }
    }
    Ok(check)
}

/// The length ℓᵢ over which ln L changes noticeably in each parameter: `min(√(m / |Hᵢᵢ|), m / |gᵢ|)` with m the sum of
/// absolute contributions (at least 1); 1 where both derivatives vanish. Scales as the parameter does.
pub fn step_lengths(evaluation: &Evaluation) -> Vec<f64> {
    let m = evaluation.magnitude.max(1.0);
    (0..evaluation.score.len())
        .map(|i| {
            let length = (m / evaluation.hessian[[i, i]].abs())
                .sqrt()
                .min(m / evaluation.score[i].abs());
            if length.is_finite() { length } else { 1.0 }
        })
        .collect()
}

/// Score and Hessian at `theta` by differences.
///
/// ```text
/// D(h) = (f(θ + h e) − f(θ − h e)) / 2h,   f′ ≈ (4 D(h/2) − D(h)) / 3,   hᵢ = ε^{1/5} ℓᵢ
/// ```
///
/// Richardson's extrapolation leaves an error of h⁴, and the step balances it against rounding: about ε^{4/5} = 3e-13 of
/// ln L per ℓᵢ. Row j of the Hessian comes from the score differenced in parameter j; it is not made symmetric.
///
/// # Errors
/// [`EvalError`] of any of the evaluations.
pub fn differences(
    likelihood: &dyn LogLikelihood,
    theta: &[f64],
    lengths: &[f64],
) -> Result<(Array1<f64>, Array2<f64>), EvalError> {
    let n = theta.len();
    let mut score = Array1::zeros(n);
    let mut hessian = Array2::zeros((n, n));
    for j in 0..n {
        let step = f64::EPSILON.powf(0.2) * lengths[j];
        let (wide_value, wide_score) = central(likelihood, theta, j, step)?;
        let (narrow_value, narrow_score) = central(likelihood, theta, j, step / 2.0)?;
        score[j] = (4.0 * narrow_value - wide_value) / 3.0;
        hessian.row_mut(j).assign(&((4.0 * narrow_score - wide_score) / 3.0));
    }
    Ok((score, hessian))
}

fn central(
    likelihood: &dyn LogLikelihood,
    theta: &[f64],
    j: usize,
    step: f64,
) -> Result<(f64, Array1<f64>), EvalError> {
    let at = |value: f64| {
        let mut moved = theta.to_vec();
        moved[j] = value;
        likelihood.evaluate(&moved, Order::Score)
    };
    let (high, low) = (theta[j] + step, theta[j] - step);
    let (above, below) = (at(high)?, at(low)?);
    // What was really stepped, after rounding.
    let width = high - low;
    Ok((
        (above.log_likelihood - below.log_likelihood) / width,
        (above.score - below.score) / width,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_models::{Banana, Logistic, Spoiled};

    #[test]
    fn correct_derivatives_pass_in_any_units() {
        for unit in [1e-8, 1.0, 1e8] {
            let logistic = Logistic::simulated(200, 3).with_unit(1, unit);
            let check = check_derivatives(&logistic, &[0.3, -0.2 / unit, 0.5]).unwrap();
            // ε^{4/5} = 3e-13, times √m ≈ 12 and a margin for sums.
            assert!(check.score_error < 1e-10, "{check:?}");
            assert!(check.hessian_error < 1e-10, "{check:?}");
        }
        let check = check_derivatives(&Banana::new(), &[-1.2, 1.0]).unwrap();
        assert!(check.score_error < 1e-10 && check.hessian_error < 1e-10, "{check:?}");
    }

    #[test]
    fn a_wrong_term_stands_out() {
        let logistic = Logistic::simulated(200, 3);
        let spoiled = Spoiled {
            inner: &logistic,
            score_factor: 1.001,
            hessian_factor: 1.0,
        };
        let check = check_derivatives(&spoiled, &[0.3, -0.2, 0.5]).unwrap();
        assert!(check.score_error > 1e-5, "{check:?}");
        let spoiled = Spoiled {
            inner: &logistic,
            score_factor: 1.0,
            hessian_factor: 1.001,
        };
        let check = check_derivatives(&spoiled, &[0.3, -0.2, 0.5]).unwrap();
        assert!(check.hessian_error > 1e-5 && check.score_error < 1e-10, "{check:?}");
    }
}
