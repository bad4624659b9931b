//! The covariance of normal errors that an estimation has found.

use serde::{Deserialize, Serialize};

use crate::taste_report::Quantity;

/// Covariance of the errors of a probit, as far as it is identified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// "full", "diagonal", "independent", "factors" or "pattern".
    pub covariance: String,
    /// The alternative against which differences are taken.
    pub base: String,
    /// The others, in order.
    pub alternatives: Vec<String>,
    /// Covariance of the differences ε_j − ε_base, a lower triangle row by row.
    pub differences: Vec<Vec<Quantity>>,
    /// Their correlations; 1 on the diagonal.
    pub correlation: Vec<Vec<Quantity>>,
    /// Covariance of the errors themselves, the base first; empty where only that of differences is identified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Vec<Quantity>>,
    /// From which the standard errors are made, so that another covariance can be chosen without the data.
    pub derivatives: ErrorDerivatives,
}

/// Derivatives of what an [`ErrorReport`] says in the parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorDerivatives {
    /// Positions of the parameters of the covariance.
    pub parameters: Vec<usize>,
    /// Of each element of the triangle of differences, one row after another.
    pub differences: Vec<Vec<f64>>,
    /// Of each element of that of the errors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Vec<f64>>,
}
