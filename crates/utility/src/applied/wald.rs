//! Wald tests of restrictions on the parameters, linear or not.

use logsum_estimate::{chi_squared_tail, opg_covariance};
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

use super::delta_method::{Estimated, theta};
use super::function::{ParameterFunction, ParameterFunctionError, sides};
use crate::fit::Fit;

/// A test of one or several restrictions r(θ) = 0 together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaldTest {
    /// The restrictions.
    pub restrictions: Vec<TestedRestriction>,
    /// W, χ² with `degrees` of freedom if they hold.
    pub statistic: f64,
    /// Number of restrictions.
    pub degrees: usize,
    /// Probability of a W at least as large if they hold.
    pub p_value: f64,
}

/// A restriction and how far the estimates are from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestedRestriction {
    /// As written.
    pub restriction: String,
    /// r(θ̂): left side less right side.
    #[serde(flatten)]
    pub difference: Estimated,
}

/// Why restrictions cannot be tested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum RestrictionError {
    #[error("restriction \"{text}\": write an equation, such as \"b_time = 2 * b_cost\" or \"b_time = 0\"")]
    NoEquation { text: String },
    #[error("restriction \"{text}\": {error}")]
    Function {
        text: String,
        error: ParameterFunctionError,
    },
    #[error("restriction \"{text}\": it has no value at the estimates")]
    NoValue { text: String },
    #[error(
        "restriction \"{text}\": none of its parameters has a variance: they are held, at a bound or not identified"
    )]
    NoVariance { text: String },
    #[error("the restrictions are not independent: one of them follows from the others")]
    Dependent,
    #[error("the fit has no {kind} covariance; choose another with --covariance")]
    NoCovariance { kind: String },
}

/// Tests that all restrictions hold, each an equation between expressions of the parameters:
///
/// ```text
/// W = r′ (R C R′)⁻¹ r,   R = ∂r/∂θ′
/// ```
///
/// with the fit's chosen covariance C and exact derivatives. W is χ² with as many degrees of freedom as there are
/// restrictions. Unlike that of a likelihood-ratio test it depends on how a restriction that is not linear is written.
///
/// # Errors
/// What is no equation, names that are no parameters, restrictions that follow from each other or that concern parameters
/// without variance.
///
/// # Source
/// Wald (1943), *Tests of statistical hypotheses concerning several parameters when the number of observations is large*.
pub fn wald(fit: &Fit, restrictions: &[String]) -> Result<WaldTest, RestrictionError> {
    let covariance = fit.chosen_covariance().ok_or_else(|| RestrictionError::NoCovariance {
        kind: fit.covariance_kind.clone(),
    })?;
    let at = theta(fit);
    let free: Vec<usize> = (0..at.len()).filter(|&k| !fit.parameters[k].fixed).collect();
    let mut values = Vec::new();
    let mut gradients: Vec<Array1<f64>> = Vec::new();
    let matrix = Array2::from_shape_fn((free.len(), free.len()), |(i, j)| covariance[i][j]);
    for text in restrictions {
        let (left, right) = sides(text).ok_or_else(|| RestrictionError::NoEquation { text: text.clone() })?;
        let difference = format!("({left}) - ({right})");
        let function = match ParameterFunction::parse(&difference, fit) {
            Ok(function) => function,
            // Of a side that is no expression the whole says less.
            Err(_) => {
                let side = |side: &str| ParameterFunction::parse(side, fit).err();
                let error = [left, right]
                    .into_iter()
                    .filter_map(side)
                    .find(|error| !matches!(error, ParameterFunctionError::Constant { .. }));
                let error = error.unwrap_or(ParameterFunctionError::Constant {
                    text: text.trim().to_owned(),
                });
                return Err(RestrictionError::Function {
                    text: text.clone(),
                    error,
                });
            }
        };
        let gradient = function.gradient(&at);
        let gradient: Array1<f64> = free.iter().map(|&k| gradient[k]).collect();
        let value = function.value(&at);
        if !value.is_finite() || gradient.iter().any(|slope| !slope.is_finite()) {
            return Err(RestrictionError::NoValue { text: text.clone() });
        }
        let variance = gradient.dot(&matrix.dot(&gradient));
        if variance <= 0.0 {
            return Err(RestrictionError::NoVariance { text: text.clone() });
        }
        values.push(TestedRestriction {
            restriction: text.trim().to_owned(),
            difference: Estimated::new(value, Some(variance.sqrt()), fit.confidence),
        });
        gradients.push(gradient);
    }
    let n = values.len();
    let spread = Array2::from_shape_fn((n, n), |(i, j)| gradients[i].dot(&matrix.dot(&gradients[j])));
    // An inverse is an inverse: this one is scaled, and refuses what is singular.
    let inverse = opg_covariance(&spread, &vec![true; n]).map_err(|_| RestrictionError::Dependent)?;
    let r: Array1<f64> = values.iter().map(|of| of.difference.estimate).collect();
    let statistic = r.dot(&inverse.dot(&r));
    Ok(WaldTest {
        restrictions: values,
        statistic,
        degrees: n,
        p_value: chi_squared_tail(statistic, n),
    })
}
