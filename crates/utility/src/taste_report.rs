//! The distributions of random tastes that an estimation has found.

use serde::{Deserialize, Serialize};

/// Distributions of the coefficients, and covariances of those that are correlated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TasteReport {
    /// One for each random coefficient.
    pub coefficients: Vec<TasteDescription>,
    /// One for each group of the correlation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<TasteCovariance>,
}

/// A number with its standard error by the delta method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// The number.
    pub estimate: f64,
    /// Its standard error; `None` where the fit has no covariance, or the number does not depend on what was estimated.
    pub std_error: Option<f64>,
}

/// How a coefficient is distributed over decision makers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TasteDescription {
    /// Its name in the utilities.
    pub coefficient: String,
    /// Name of the distribution; "transform" for an expression of draws.
    pub distribution: String,
    /// Mean.
    pub mean: Quantity,
    /// Standard deviation.
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
