//! Ordered logit and probit over lanes: probabilities, and what an outcome gives to the derivatives.
//!
//! The alternatives are the ranks of a scale, r = 1, ..., J. Of the index V, which is the utility of all of them, and
//! thresholds τ_1 < ... < τ_{J−1}, with τ_0 = −∞ and τ_J = ∞:
//!
//! ```text
//! P_r = F(b) − F(a),   b = τ_r − V,   a = τ_{r−1} − V
//! ```
//!
//! with F the logistic or the normal distribution function. ln P comes without a difference of numbers near 1 or near 0:
//!
//! ```text
//! logistic:  ln P = ln F(b) + ln F(−a) + ln(1 − exp(a − b))
//! normal:    ln P = ln Φ(u) + ln(1 − Φ(l)/Φ(u)),   (l, u) = (a, b) where a + b ≤ 0, else (−b, −a)
//! ```
//!
//! # Source
//! McKelvey and Zavoina (1975), *A statistical model for the analysis of ordinal level dependent variables*; McCullagh
//! (1980), *Regression models for ordinal data*.

mod lanes;
mod slopes;

pub(crate) use lanes::OrderedLanes;

use logsum_draws::{Stream, normal_quantile};

use crate::model::functions::Values;
use crate::ordered::{Ordered, OrderedDistribution, threshold_name};
use crate::specification::Specification;

/// The thresholds of a specification.
#[derive(Debug)]
pub(crate) struct OrderedKernel {
    distribution: OrderedDistribution,
    /// Parameter of each threshold, in the order of the alternatives.
    pub thresholds: Vec<u32>,
    /// The same, ascending.
    pub parameters: Vec<u32>,
}

impl OrderedKernel {
    /// Of a completed specification, for so many alternatives.
    pub fn new(specification: &Specification, ordered: &Ordered, n_alternatives: usize) -> Self {
        let place = |k: usize| {
            let name = threshold_name(k);
            let mut parameters = specification.parameters.iter();
            let place = parameters.position(|declared| declared.symbol == name);
            place.expect("thresholds were declared when the alternatives were known") as u32
        };
        let thresholds: Vec<u32> = (1..n_alternatives).map(place).collect();
        let mut parameters = thresholds.clone();
        parameters.sort_unstable();
        OrderedKernel {
            distribution: ordered.distribution,
            thresholds,
            parameters,
        }
    }

    /// With these thresholds, whatever their parameters are.
    fn with(&self, thresholds: Vec<f64>) -> Values {
        let (n, p) = (self.thresholds.len(), self.parameters.len());
        let first = |k: &u32| self.thresholds.iter().map(|of| f64::from(u8::from(of == k))).collect();
        Values {
            value: thresholds,
            first: self.parameters.iter().map(first).collect(),
            second: vec![vec![0.0; n]; p * (p + 1) / 2],
        }
    }

    /// The thresholds at `theta`.
    ///
    /// # Errors
    /// If they are not in order.
    pub fn at(&self, theta: &[f64]) -> Result<Values, String> {
        let thresholds: Vec<f64> = self.thresholds.iter().map(|&k| theta[k as usize]).collect();
        if let Some(at) = thresholds.iter().position(|threshold| !threshold.is_finite()) {
            return Err(format!("\"{}\" is not a finite number", threshold_name(at + 1)));
        }
        if let Some(at) = thresholds.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(format!(
                "thresholds are not in order: \"{}\" is {}, \"{}\" {}",
                threshold_name(at + 1),
                thresholds[at],
                threshold_name(at + 2),
                thresholds[at + 1]
            ));
        }
        Ok(self.with(thresholds))
    }

    /// The thresholds at which an index of 0 makes all alternatives equally likely.
    pub fn at_equal_shares(&self) -> Values {
        self.with(self.distribution.equal_shares(self.thresholds.len() + 1))
    }

    /// For a choice set of these alternatives.
    pub fn of_set(&self, alternatives: &[u32]) -> Ranks {
        let mut slots: Vec<usize> = (0..alternatives.len()).collect();
        slots.sort_by_key(|&slot| alternatives[slot]);
        Ranks {
            distribution: self.distribution,
            slots,
        }
    }
}

/// The alternatives of a choice set from the lowest to the highest.
#[derive(Debug)]
pub(crate) struct Ranks {
    distribution: OrderedDistribution,
    /// Slot of each rank.
    slots: Vec<usize>,
}

impl Ranks {
    /// Slot of each rank.
    pub fn order(&self) -> &[usize] {
        &self.slots
    }

    /// Thresholds: functions on which probabilities depend.
    pub fn functions(&self) -> std::ops::Range<usize> {
        0..self.slots.len() - 1
    }
}

/// One random outcome: the slot of the rank into which V + ε falls.
pub(super) fn choose_rank(ranks: &Ranks, thresholds: &[f64], utilities: &[f64], stream: &mut Stream) -> usize {
    let noise = match ranks.distribution {
        // The difference of two Gumbel variables is logistic.
        OrderedDistribution::Logit => stream.gumbel() - stream.gumbel(),
        OrderedDistribution::Probit => normal_quantile(stream.open01()),
    };
    let position = utilities[ranks.slots[0]] + noise;
    ranks.slots[thresholds.iter().filter(|threshold| position > **threshold).count()]
}
