//! The distributions of random tastes that an estimation has found.

use serde::{Deserialize, Deserializer, Serialize};

/// Distributions of the coefficients, and covariances of those that are correlated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TasteReport {
    /// One for each random coefficient.
    pub coefficients: Vec<TasteDescription>,
    /// One for each group of the correlation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<TasteCovariance>,
    /// From which the standard errors are made, so that another covariance can be chosen without the data.
    #[serde(default, skip_serializing_if = "TasteDerivatives::is_empty")]
    pub derivatives: TasteDerivatives,
}

/// Derivatives of what a [`TasteReport`] says in the parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TasteDerivatives {
    /// One for each random coefficient.
    pub coefficients: Vec<Derivatives>,
    /// Positions, among the parameters, of the elements of each group's Cholesky factor L: its lower triangle row by row.
    pub cholesky: Vec<Vec<usize>>,
}

/// Derivatives of the numbers of a coefficient.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Derivatives {
    /// Positions of the parameters on which it depends.
    pub parameters: Vec<usize>,
    /// In these parameters: of mean, standard deviation, share above 0 and each quantile. Empty where they are not finite.
    pub rows: Vec<Vec<f64>>,
}

impl TasteDerivatives {
    fn is_empty(&self) -> bool {
        self.coefficients.is_empty() && self.cholesky.is_empty()
    }
}

/// A number with its standard error by the delta method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// The number; not finite where it has no value, such as the correlation with a coefficient that does not vary (`null`
    /// in the fit file).
    #[serde(deserialize_with = "number_or_null")]
    pub estimate: f64,
    /// Its standard error; `None` where the fit has no covariance, or the number does not depend on what was estimated.
    pub std_error: Option<f64>,
}

fn number_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

/// How a coefficient is distributed over decision makers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TasteDescription {
    /// Its name in the utilities. In willingness-to-pay space the distribution is that of the willingness to pay.
    pub coefficient: String,
    /// Name of the distribution; "transform" for an expression of draws.
    pub distribution: String,
    /// Mean.
    pub mean: Quantity,
    /// Standard deviation of the coefficient itself.
    pub sd: Quantity,
    /// Share of decision makers for whom it is above 0.
    pub share_positive: Quantity,
    /// Quantiles at 5, 25, 50, 75 and 95 %.
    pub quantiles: Vec<Quantity>,
}

/// Probabilities of the quantiles.
pub const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Covariance Σ = LL′ and correlation of the normal parts of a group, lower triangles row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TasteCovariance {
    /// Its members.
    pub coefficients: Vec<String>,
    /// Σ.
    pub covariance: Vec<Vec<Quantity>>,
    /// Correlations; 1 on the diagonal.
    pub correlation: Vec<Vec<Quantity>>,
}
