//! Nests that an estimation has found.

use serde::{Deserialize, Serialize};

use crate::taste_report::Quantity;

/// The nests of a nested or cross-nested logit with their dissimilarities.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NestReport {
    /// In the order of the specification.
    pub nests: Vec<NestDescription>,
    /// Positions of the parameters of dissimilarities and allocations, in which the derivatives are.
    pub parameters: Vec<usize>,
}

/// A nest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NestDescription {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub members: Vec<NestMember>,
    /// Whether utilities are divided by the dissimilarity.
    pub normalised: bool,
    /// λ.
    pub dissimilarity: Quantity,
    /// μ = 1/λ.
    pub scale: Quantity,
    /// (λ − 1)/se, the test against logit; `None` without a standard error.
    pub statistic: Option<f64>,
    /// Its two-sided p-value.
    pub p_value: Option<f64>,
    /// 1 − λ², the correlation of the utilities of two alternatives that have this nest in common and none within it; `None`
    /// where there are none such, and where λ or an allocation leaves it without meaning.
    pub correlation: Option<Quantity>,
    /// Derivatives of λ in the parameters of the report.
    pub derivatives: Vec<f64>,
}

/// A member of a nest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NestMember {
    /// An alternative, or a nest.
    pub name: String,
    /// How much of it belongs to the nest, if not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation: Option<Quantity>,
    /// Derivatives of the allocation in the parameters of the report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derivatives: Vec<f64>,
}
