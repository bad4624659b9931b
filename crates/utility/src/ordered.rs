//! Ordered alternatives, before any data: one utility, and thresholds between the alternatives.

mod complete;
mod validate;

use logsum_draws::normal_quantile;

use crate::specification::Specification;

pub(crate) use complete::threshold_name;
pub(crate) use validate::{problems, problems_of_alternatives, threshold_number};

/// What makes a model one of ordered alternatives, as ratings are: the table `[ordered]` of a model file.
///
/// All alternatives have one utility V, and the one is chosen into whose interval V + ε falls:
///
/// ```text
/// y = j  if  τ_{j−1} < V + ε ≤ τ_j,   τ_0 = −∞,  τ_J = ∞
/// P_j = F(τ_j − V) − F(τ_{j−1} − V)
/// ```
///
/// with the alternatives in their order, F the distribution function of ε, and thresholds τ_1 < ... < τ_{J−1} that are
/// parameters `threshold_1`, ..., `threshold_{J-1}`. A constant in V would move all of them, and is not identified unless
/// one of them is fixed.
///
/// There is no choice of the best of several, hence no expected maximum: where other models have their logsum, an ordered
/// one has V.
///
/// # Source
/// McKelvey and Zavoina (1975), *A statistical model for the analysis of ordinal level dependent variables*; McCullagh
/// (1980), *Regression models for ordinal data*.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ordered {
    /// Distribution of ε.
    pub distribution: OrderedDistribution,
    /// Names of the alternatives in order; empty where only the data know them.
    pub alternatives: Vec<String>,
}

/// Distribution of what is not seen of the index of an ordered model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderedDistribution {
    /// Logistic, variance π²/3: ordered logit, the proportional-odds model.
    #[default]
    Logit,
    /// Standard normal: ordered probit.
    Probit,
}

impl OrderedDistribution {
    /// Names and values.
    pub const NAMES: [(&str, OrderedDistribution); 2] = [
        ("logit", OrderedDistribution::Logit),
        ("probit", OrderedDistribution::Probit),
    ];

    /// Its name in a model file.
    pub fn name(self) -> &'static str {
        let known = Self::NAMES.into_iter().find(|(_, value)| *value == self);
        known.map_or("", |(name, _)| name)
    }

    /// F⁻¹(p).
    pub(crate) fn quantile(self, p: f64) -> f64 {
        match self {
            OrderedDistribution::Logit => libm::log(p / (1.0 - p)),
            OrderedDistribution::Probit => normal_quantile(p),
        }
    }

    /// Thresholds that make so many alternatives equally likely where V = 0.
    pub(crate) fn equal_shares(self, n_alternatives: usize) -> Vec<f64> {
        let share = |k: usize| k as f64 / n_alternatives as f64;
        (1..n_alternatives).map(|k| self.quantile(share(k))).collect()
    }

    /// Thresholds at which alternatives have these shares where V = 0; none if a share is 0.
    pub(crate) fn at_shares(self, shares: &[f64]) -> Option<Vec<f64>> {
        if !shares.iter().all(|share| *share > 0.0) {
            return None;
        }
        let total: f64 = shares.iter().sum();
        let mut below = 0.0;
        let thresholds = shares[..shares.len().saturating_sub(1)].iter().map(|share| {
            below += share / total;
            self.quantile(below)
        });
        let thresholds: Vec<f64> = thresholds.collect();
        let in_order = thresholds.windows(2).all(|pair| pair[0] < pair[1]);
        (in_order && thresholds.iter().all(|threshold| threshold.is_finite())).then_some(thresholds)
    }
}

impl Ordered {
    /// Of that distribution.
    pub fn new(distribution: OrderedDistribution) -> Self {
        Ordered {
            distribution,
            alternatives: Vec::new(),
        }
    }

    /// The family, as a fit is called.
    pub(crate) fn family(&self, is_mixed: bool) -> &'static str {
        match (self.distribution, is_mixed) {
            (OrderedDistribution::Logit, false) => "ordered logit",
            (OrderedDistribution::Probit, false) => "ordered probit",
            (OrderedDistribution::Logit, true) => "mixed ordered logit",
            (OrderedDistribution::Probit, true) => "mixed ordered probit",
        }
    }
}

impl Specification {
    /// Makes it a model of ordered alternatives.
    pub fn ordered(mut self, ordered: Ordered) -> Self {
        self.ordered = Some(ordered);
        self
    }
}
