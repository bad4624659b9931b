//! Standard errors of whatever a model predicts, by the delta method.

use logsum_estimate::{EvalError, Parameter, normal_quantile};
use serde::{Deserialize, Serialize};

use crate::fit::Fit;

/// A number that the estimates imply, with what their uncertainty leaves of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimated {
    /// The number at the estimates; NaN (`null` in JSON) where it has no value.
    pub estimate: f64,
    /// By the delta method; `None` where the fit has no covariance or the number no derivatives.
    pub std_error: Option<f64>,
    /// Lower end of the interval.
    pub conf_low: Option<f64>,
    /// Upper end of the interval.
    pub conf_high: Option<f64>,
}

impl Estimated {
    /// With the interval `estimate ± Φ⁻¹((1 + confidence) / 2) · std_error`.
    pub(crate) fn new(estimate: f64, std_error: Option<f64>, confidence: f64) -> Self {
        let std_error = std_error.filter(|_| estimate.is_finite());
        let half_width = std_error.map(|std_error| -normal_quantile(0.5 * (1.0 - confidence)) * std_error);
        Estimated {
            estimate,
            std_error,
            conf_low: half_width.map(|half_width| estimate - half_width),
            conf_high: half_width.map(|half_width| estimate + half_width),
        }
    }

    /// A multiple of it.
    pub(crate) fn times(self, factor: f64) -> Self {
        let ends = [self.conf_low, self.conf_high].map(|end| end.map(|end| factor * end));
        let [low, high] = if factor < 0.0 { [ends[1], ends[0]] } else { ends };
        Estimated {
            estimate: factor * self.estimate,
            std_error: self.std_error.map(|error| factor.abs() * error),
            conf_low: low,
            conf_high: high,
        }
    }

    /// Whether it has a value.
    pub fn has_value(&self) -> bool {
        self.estimate.is_finite()
    }
}

/// Numbers at any parameters.
pub(crate) type At<'a> = &'a mut dyn FnMut(&[f64]) -> Result<Vec<f64>, EvalError>;

/// The estimates of a fit.
pub(crate) fn theta(fit: &Fit) -> Vec<f64> {
    fit.parameters.iter().map(|parameter| parameter.estimate).collect()
}

/// Parameters on both sides of the estimates, along one parameter.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub high: Vec<f64>,
    pub low: Vec<f64>,
    /// How far they are apart.
    pub width: f64,
}

impl Step {
    /// ∂q/∂θ_k from q at both ends.
    pub fn slopes(&self, upper: &[f64], lower: &[f64]) -> Vec<f64> {
        upper.iter().zip(lower).map(|(u, l)| (u - l) / self.width).collect()
    }
}

/// The steps of the differences in each parameter that is not fixed; none for one without a standard error: it has no
/// variance, and a step might leave the domain.
///
/// The step is ε^(1/3), which balances curvature and rounding, of the larger of estimate and standard error: numbers that
/// are smooth on the scale of standard errors keep ten digits of their derivatives. At a bound the difference is one-sided.
pub(crate) fn steps(fit: &Fit, parameters: &[Parameter]) -> Vec<Option<Step>> {
    let theta = theta(fit);
    let step = |(k, parameter): (usize, &Parameter)| {
        let std_error = fit.parameters[k].std_error?;
        let step = f64::EPSILON.cbrt() * std_error.max(theta[k].abs());
        let (above, below) = (theta[k] + step, theta[k] - step);
        let (high, low) = match (above <= parameter.upper, below >= parameter.lower) {
            (true, true) => (above, below),
            (true, false) => (above, theta[k]),
            (false, _) => (theta[k], below),
        };
        let moved = |value: f64| {
            let mut moved = theta.clone();
            moved[k] = value;
            moved
        };
        Some(Step {
            high: moved(high),
            low: moved(low),
            width: high - low,
        })
    };
    let free = parameters.iter().enumerate().filter(|(_, parameter)| !parameter.fixed);
    free.map(step).collect()
}

/// ∂q/∂θ_k of numbers q at the estimates, a row for each parameter k that is not fixed, by central differences with the
/// [`steps`]. Parameters without a standard error have zeros.
pub(crate) fn jacobian(fit: &Fit, parameters: &[Parameter], n: usize, at: At<'_>) -> Result<Vec<Vec<f64>>, EvalError> {
    let mut row = |step: Option<Step>| match step {
        None => Ok(vec![0.0; n]),
        Some(step) => {
            let (upper, lower) = (at(&step.high)?, at(&step.low)?);
            Ok(step.slopes(&upper, &lower))
        }
    };
    steps(fit, parameters).into_iter().map(&mut row).collect()
}

/// Standard errors of `n` numbers with these derivatives, from the fit's chosen covariance C; `None` without it.
///
/// ```text
/// se² = (∂q/∂θ)′ C (∂q/∂θ)
/// ```
pub(crate) fn std_errors(fit: &Fit, jacobian: &[Vec<f64>], n: usize) -> Vec<Option<f64>> {
    let Some(covariance) = fit.chosen_covariance() else {
        return vec![None; n];
    };
    let error = |j: usize| {
        let along = |(k, row): (usize, &Vec<f64>)| -> f64 {
            jacobian[k][j] * row.iter().enumerate().map(|(l, c)| c * jacobian[l][j]).sum::<f64>()
        };
        let variance: f64 = covariance.iter().enumerate().map(along).sum();
        variance.is_finite().then(|| variance.max(0.0).sqrt())
    };
    (0..n).map(error).collect()
}

/// Numbers with their standard errors; `at` gives them at any parameters, and need be no more exact than its differences
/// should be.
pub(crate) fn estimated(
    fit: &Fit,
    parameters: &[Parameter],
    values: &[f64],
    at: At<'_>,
) -> Result<Vec<Estimated>, EvalError> {
    let n = values.len();
    let errors = match fit.chosen_covariance() {
        Some(_) => std_errors(fit, &jacobian(fit, parameters, n, at)?, n),
        None => vec![None; n],
    };
    let with_error = |(value, error): (&f64, Option<f64>)| Estimated::new(*value, error, fit.confidence);
    Ok(values.iter().zip(errors).map(with_error).collect())
}
