//! Market shares: what the probabilities of all cases come to.

use logsum_data::{ChoiceData, Outcome};
use logsum_estimate::{EvalError, LogLikelihood, normal_quantile};

use crate::applied::theta;
use crate::fit::Fit;
use crate::model::{Model, Prediction};

mod points;
mod totals;

pub use points::ShareInterval;
pub use totals::{GroupShares, ShareTotals};

/// The share of an alternative as a model predicts it, with the uncertainty of the estimates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share, 0 to 1.
    pub share: f64,
    /// Standard error by the delta method; `None` where the fit has no covariance.
    pub std_error: Option<f64>,
    /// Lower end of the interval.
    pub conf_low: Option<f64>,
    /// Upper end of the interval.
    pub conf_high: Option<f64>,
}

impl Share {
    pub(crate) fn new(share: f64, std_error: Option<f64>, confidence: f64) -> Self {
        // On the scale of ln odds an interval stays between 0 and 1.
        let interval = std_error.filter(|_| share > 0.0 && share < 1.0).map(|std_error| {
            let odds = (share / (1.0 - share)).ln();
            let half_width = -normal_quantile(0.5 * (1.0 - confidence)) * std_error / (share * (1.0 - share));
            [odds - half_width, odds + half_width].map(|odds| 1.0 / (1.0 + (-odds).exp()))
        });
        Share {
            share,
            std_error,
            conf_low: interval.map(|ends| ends[0]),
            conf_high: interval.map(|ends| ends[1]),
        }
    }
}

/// How much a case counts: its weight times the choices made in it, 1 where they are not known.
pub(crate) fn case_size(data: &ChoiceData, case: usize) -> f64 {
    let choices = if data.has_outcomes() { data.choices(case) } else { 1.0 };
    data.weights().map_or(1.0, |weights| weights[case]) * choices
}

impl Prediction {
    /// Predicted share of each alternative of `data`, in their order.
    ///
    /// ```text
    /// S_j = Σ_n w_n y_n P_nj / Σ_n w_n y_n
    /// ```
    ///
    /// with the weights of the model and y_n the number of choices of a case (1 where outcomes are not known).
    ///
    /// # Panics
    /// If the prediction is of other data.
    pub fn shares(&self, data: &ChoiceData) -> Vec<f64> {
        assert_eq!(self.probabilities.len(), data.n_pairs(), "a prediction of these data");
        let mut shares = vec![0.0; data.alternatives().len()];
        let mut total = 0.0;
        for case in 0..data.n_cases() {
            let size = case_size(data, case);
            total += size;
            for pair in data.pairs(case) {
                shares[data.pair_alternatives()[pair] as usize] += size * self.probabilities[pair];
            }
        }
        shares.iter_mut().for_each(|share| *share /= total);
        shares
    }

    /// Mean logsum over cases, which count as they do in the shares.
    ///
    /// # Panics
    /// If the prediction is of other data.
    pub fn mean_logsum(&self, data: &ChoiceData) -> f64 {
        assert_eq!(self.logsums.len(), data.n_cases(), "a prediction of these data");
        let (mut sum, mut total) = (0.0, 0.0);
        for (case, logsum) in self.logsums.iter().enumerate() {
            let size = case_size(data, case);
            sum += size * logsum;
            total += size;
        }
        sum / total
    }
}

/// Observed share of each alternative, weighted as the predicted ones; `None` where outcomes are not known.
pub fn observed_shares(data: &ChoiceData) -> Option<Vec<f64>> {
    let weight = |case: usize| data.weights().map_or(1.0, |weights| weights[case]);
    let mut shares = vec![0.0; data.alternatives().len()];
    for case in 0..data.n_cases() {
        for (position, pair) in data.pairs(case).enumerate() {
            let chosen = match data.outcome() {
                Outcome::Chosen(chosen) => f64::from(u8::from(chosen[case] as usize == position)),
                Outcome::Counts(counts) => counts[pair],
                Outcome::None => return None,
            };
            shares[data.pair_alternatives()[pair] as usize] += weight(case) * chosen;
        }
    }
    let total: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= total);
    Some(shares)
}

impl Model<'_> {
    /// Predicted shares at the estimates of a fit of this model, on whatever data it is bound to, with standard errors
    /// by the delta method from the fit's chosen covariance:
    ///
    /// ```text
    /// se(S_j)² = (∂S_j/∂θ)′ C (∂S_j/∂θ)
    /// ```
    ///
    /// The derivatives are central differences. They say how uncertain the estimates leave the share, given the cases:
    /// not how far the choices of so many cases scatter around it. [`ShareTotals`] gives more: segments, simulated
    /// intervals, and cases that come part by part.
    ///
    /// # Errors
    /// As [`Model::predict`].
    pub fn share_estimates(&self, fit: &Fit) -> Result<Vec<Share>, EvalError> {
        let data = self.whole()?;
        let mut totals = ShareTotals::new(fit, self.parameters(), data.alternatives(), ShareInterval::Delta);
        totals.add_shares(self, data, &self.predict(&theta(fit))?, None)?;
        let all = totals.finish(fit)?.into_iter().next();
        Ok(all.map_or_else(Vec::new, |all| all.shares))
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_totals;
