//! Normal errors, before any data: how those of the alternatives vary together, and how probabilities are computed.

mod complete;
mod validate;

use logsum_expressions::Expression;

pub(crate) use complete::{deviation_name, loading_name};
pub(crate) use validate::{is_of_errors, problems};

/// What makes a logit a probit: the table `[probit]` of a model file.
///
/// ```text
/// U_j = V_j + ε_j,   ε ~ N(0, Σ)
/// ```
///
/// Only differences of utilities are seen, and only up to a scale. Whatever the covariance, but for a pattern of one's own,
/// the variance of the difference ε_first − ε_base is 1: coefficients of all of them are on one scale. A choice set that
/// lacks some alternatives has the part of Σ that belongs to those it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Probit {
    /// How the errors vary together.
    pub covariance: ErrorCovariance,
    /// The alternative against which differences are taken; the first one if none is named.
    pub base: Option<String>,
    /// How probabilities are computed.
    pub probabilities: Probabilities,
    /// Names of the alternatives in order; empty where only the data know them.
    pub alternatives: Vec<String>,
}

/// Covariance Σ of the errors.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ErrorCovariance {
    /// Any: Σ = L L′ of the differences against the base, whose own error is 0. L_11 = 1; the other elements are
    /// parameters chol_ROW_COLUMN.
    #[default]
    Full,
    /// Independent errors with standard deviations of their own, relative to that of the first alternative:
    /// parameters sd_ALTERNATIVE. Σ_jj = sd_j² / (1 + sd_base²).
    Diagonal,
    /// Independent errors with the same variance, ½.
    Independent,
    /// So many common factors, and independent errors with the same variance: Σ ∝ Λ Λ′ + ½ I with parameters
    /// loading_ALTERNATIVE (loading_ALTERNATIVE_FACTOR if there are several); those of the base are 0.
    Factors(usize),
    /// Elements as expressions of declared parameters, taken as they are. Variances that are not given are 1,
    /// covariances 0.
    Pattern(Vec<PatternElement>),
}

/// An element of a covariance: a variance where both alternatives are the same.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternElement {
    /// One alternative.
    pub row: String,
    /// The other.
    pub column: String,
    /// The variance or covariance.
    pub value: Expression,
}

/// How the probabilities of normal orthants are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Probabilities {
    /// Simulated by GHK.
    #[default]
    Ghk,
    /// Exact, for choice sets of up to four alternatives.
    Exact,
    /// An analytic approximation, by conditioning on two differences at a time, for large choice sets.
    Approximate,
}

impl Default for Probit {
    fn default() -> Self {
        Probit::new(ErrorCovariance::Full)
    }
}

impl Probit {
    /// With that covariance, differences against the first alternative, simulated.
    pub fn new(covariance: ErrorCovariance) -> Self {
        Probit {
            covariance,
            base: None,
            probabilities: Probabilities::default(),
            alternatives: Vec::new(),
        }
    }

    /// Takes differences against another alternative.
    pub fn base(mut self, base: impl Into<String>) -> Self {
        self.base = Some(base.into());
        self
    }

    /// Whether the errors of alternatives differ.
    pub(crate) fn tells_alternatives(&self) -> bool {
        self.covariance != ErrorCovariance::Independent
    }

    /// Place of the base among the alternatives.
    pub(crate) fn base_place(&self) -> usize {
        let base = self.base.as_ref();
        base.and_then(|base| self.alternatives.iter().position(|name| name == base))
            .unwrap_or(0)
    }

    /// Places of the other alternatives, in order: the first of them has a difference of variance 1.
    pub(crate) fn others(&self) -> Vec<usize> {
        let base = self.base_place();
        (0..self.alternatives.len()).filter(|&place| place != base).collect()
    }

    /// Elements of a pattern with labels for messages.
    pub(crate) fn expressions(&self) -> Vec<(String, &Expression)> {
        let ErrorCovariance::Pattern(elements) = &self.covariance else {
            return Vec::new();
        };
        let label = |element: &PatternElement| match element.row == element.column {
            true => format!("[probit.pattern] variance of \"{}\"", element.row),
            false => format!(
                "[probit.pattern] covariance of \"{}\" and \"{}\"",
                element.row, element.column
            ),
        };
        elements
            .iter()
            .map(|element| (label(element), &element.value))
            .collect()
    }
}

impl ErrorCovariance {
    /// Its name in a model file.
    pub fn name(&self) -> &'static str {
        match self {
            ErrorCovariance::Full => "full",
            ErrorCovariance::Diagonal => "diagonal",
            ErrorCovariance::Independent => "independent",
            ErrorCovariance::Factors(_) => "factors",
            ErrorCovariance::Pattern(_) => "pattern",
        }
    }

    /// Names of all of them.
    pub const NAMES: [&str; 5] = ["full", "diagonal", "independent", "factors", "pattern"];
}

impl Probabilities {
    /// Names and values.
    pub const NAMES: [(&str, Probabilities); 3] = [
        ("ghk", Probabilities::Ghk),
        ("exact", Probabilities::Exact),
        ("approximate", Probabilities::Approximate),
    ];

    /// Its name in a model file.
    pub fn name(self) -> &'static str {
        let known = Self::NAMES.into_iter().find(|(_, value)| *value == self);
        known.map_or("", |(name, _)| name)
    }
}
