//! The test of proportional odds: whether one coefficient serves all thresholds of an ordered logit.

mod binary;

use logsum_data::Outcome;
use logsum_estimate::{CovarianceError, EvalError, chi_squared_tail, hessian_covariance};
use ndarray::{Array1, Array2, s};
use serde::{Deserialize, Serialize};

use crate::fit::Fit;
use crate::model::Model;
use crate::ordered::OrderedDistribution;
use binary::{Binary, Fitted};

/// Most cells of the index's columns for which a report has the test: beyond, it is left to be asked for.
const MOST_CELLS: usize = 4_000_000;

/// Brant's Wald test of proportional odds.
///
/// An ordered logit says that the J − 1 binary logits of y > m have the same coefficients but for their constants. Each is
/// estimated by itself, and the coefficients β_m are compared by
///
/// ```text
/// χ² = (D β)′ (D Var(β) D′)⁻¹ (D β),   D β = (β_1 − β_2, ..., β_1 − β_{J−1})
/// Cov(β_m, β_l) = (X′W_mm X)⁻¹ X′W_ml X (X′W_ll X)⁻¹,   w_ml = π_l (1 − π_m),  m ≤ l
/// ```
///
/// with π_m the fitted probability of y > m and X with a constant. There are (J − 2)K degrees of freedom for K coefficients,
/// J − 2 for one of them. Weights and counts are taken for numbers of independent cases, and repeated choices of a decision
/// maker for independent ones.
///
/// # Source
/// Brant (1990), *Assessing proportionality in the proportional odds model for ordinal logistic regression*, Biometrics 46.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProportionalOdds {
    /// χ² of all coefficients together.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
    /// Probability of a larger one if odds are proportional.
    pub p_value: f64,
    /// Coefficient by coefficient.
    pub coefficients: Vec<ProportionalCoefficient>,
}

/// The test of one coefficient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProportionalCoefficient {
    /// Name of the parameter.
    pub term: String,
    /// Its estimate in each binary logit, from the lowest threshold to the highest.
    pub estimates: Vec<f64>,
    /// χ² of their differences.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
    /// Probability of a larger one if odds are proportional.
    pub p_value: f64,
}

/// Why there is no test of proportional odds.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum ProportionalOddsError {
    #[error("{reason}")]
    NotApplicable { reason: &'static str },
    #[error(
        "the binary logit of what lies above \"{alternative}\" has no finite estimates: there the cases are separated, or too few"
    )]
    Separated { alternative: String },
    #[error("the binary logits leave the differences of some coefficients without a covariance: {cause}")]
    Singular { cause: CovarianceError },
    #[error(transparent)]
    Evaluation(#[from] EvalError),
}

impl Model<'_> {
    /// The test of proportional odds of an ordered logit with estimates `fit`.
    ///
    /// # Errors
    /// Models that are no ordered logits of three alternatives or more with a utility that is linear in the parameters;
    /// binary logits without finite estimates.
    pub fn proportional_odds(&self, fit: &Fit) -> Result<ProportionalOdds, ProportionalOddsError> {
        let none = |reason| Err(ProportionalOddsError::NotApplicable { reason });
        let logit = |ordered: &crate::ordered::Ordered| ordered.distribution == OrderedDistribution::Logit;
        if self.mixture().is_some() || !self.specification().ordered.as_ref().is_some_and(logit) {
            return none("it belongs to an ordered logit");
        }
        if self.facts().alternatives.len() < 3 {
            return none("of two alternatives there is one threshold, and nothing to compare");
        }
        if !self.is_linear() {
            return none("the utility is not linear in the parameters");
        }
        let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
        let free = |k: &usize| !fit.parameters[*k].fixed && fit.parameters[*k].at_bound.is_none();
        let free: Vec<usize> = (0..theta.len()).filter(free).collect();
        let index = self.index_columns(&theta, &free)?;
        if index.parameters.is_empty() {
            return none("the utility has no coefficient to compare");
        }
        let (shares, totals) = self.above_thresholds()?;
        let mut fitted = Vec::new();
        for (m, above) in shares.into_iter().enumerate() {
            let binary = Binary::new(&index, &above, &totals);
            let found = binary.fit().ok_or_else(|| ProportionalOddsError::Separated {
                alternative: self.facts().alternatives.names[m].clone(),
            })?;
            fitted.push(found);
        }
        let names: Vec<String> = (index.parameters.iter())
            .map(|&k| fit.parameters[k].term.clone())
            .collect();
        compare(&index, &totals, &fitted, names)
    }

    /// Adds the test to a fit, where it costs little beside it, or says why not.
    pub(crate) fn test_proportional_odds(&self, fit: &mut Fit) {
        let few = fit.n_cases.saturating_mul(fit.n_parameters) <= MOST_CELLS;
        if !fit.converged || self.data().is_none() || !few {
            return;
        }
        match self.proportional_odds(fit) {
            Ok(test) => fit.proportional_odds = Some(test),
            Err(ProportionalOddsError::NotApplicable { .. }) => {}
            Err(error) => fit.warnings.push(format!("proportional odds were not tested: {error}")),
        }
    }

    /// How much of each case, by weight and count, lies above each threshold, and how much there is.
    fn above_thresholds(&self) -> Result<(Vec<Vec<f64>>, Vec<f64>), EvalError> {
        let data = self.whole()?;
        let (n, n_alternatives) = (data.n_cases(), data.alternatives().len());
        let mut above = vec![vec![0.0; n]; n_alternatives - 1];
        let mut totals = vec![0.0; n];
        for case in 0..n {
            let weight = data.weights().map_or(1.0, |weights| weights[case]);
            for (position, pair) in data.pairs(case).enumerate() {
                let times = match data.outcome() {
                    Outcome::Chosen(chosen) => f64::from(u8::from(chosen[case] as usize == position)),
                    Outcome::Counts(counts) => counts[pair],
                    Outcome::None => 0.0,
                };
                let rank = data.pair_alternatives()[pair] as usize;
                totals[case] += weight * times;
                above[..rank].iter_mut().for_each(|above| above[case] += weight * times);
            }
        }
        Ok((above, totals))
    }
}

/// A utility that is linear in its parameters, case by case.
#[derive(Debug)]
pub(crate) struct IndexColumns {
    /// Parameters whose columns vary over the cases.
    pub parameters: Vec<usize>,
    /// What each of them multiplies, before it a column of ones.
    pub columns: Vec<Vec<f64>>,
    /// The utility without them.
    pub offset: Vec<f64>,
}

fn compare(
    index: &IndexColumns,
    totals: &[f64],
    fitted: &[Fitted],
    names: Vec<String>,
) -> Result<ProportionalOdds, ProportionalOddsError> {
    let (k, n) = (names.len(), fitted.len());
    let mut covariance = Array2::zeros((k * n, k * n));
    for m in 0..n {
        for l in m..n {
            let (low, high) = (&fitted[m].probabilities, &fitted[l].probabilities);
            let weights = totals.iter().zip(low).zip(high);
            let weights: Vec<f64> = weights.map(|((total, low), high)| total * high * (1.0 - low)).collect();
            let between = fitted[m]
                .covariance
                .dot(&binary::products(&index.columns, &weights))
                .dot(&fitted[l].covariance);
            for row in 0..k {
                for column in 0..k {
                    let value = between[[row + 1, column + 1]];
                    covariance[[m * k + row, l * k + column]] = value;
                    covariance[[l * k + column, m * k + row]] = value;
                }
            }
        }
    }
    let estimate = |m: usize, of: usize| fitted[m].estimates[of + 1];
    // Differences of the first and each other, coefficient by coefficient within.
    let rows = k * (n - 1);
    let difference = |row: usize| estimate(0, row % k) - estimate(1 + row / k, row % k);
    let differences = Array1::from_shape_fn(rows, difference);
    let of_differences = Array2::from_shape_fn((rows, rows), |(i, j)| {
        let at = |row: usize| (row % k, k + row);
        let ((first_i, other_i), (first_j, other_j)) = (at(i), at(j));
        covariance[[first_i, first_j]] - covariance[[first_i, other_j]] - covariance[[other_i, first_j]]
            + covariance[[other_i, other_j]]
    });
    let wald = |differences: &Array1<f64>, covariance: &Array2<f64>| {
        let estimated = vec![true; differences.len()];
        let inverse = hessian_covariance(&-covariance, &estimated);
        let inverse = inverse.map_err(|cause| ProportionalOddsError::Singular { cause })?;
        Ok::<f64, ProportionalOddsError>(differences.dot(&inverse.dot(differences)))
    };
    let statistic = wald(&differences, &of_differences)?;
    let one = |(of, term): (usize, String)| {
        let place = s![of..; k];
        let block = of_differences.slice(s![of..; k, of..; k]).to_owned();
        let statistic = wald(&differences.slice(place).to_owned(), &block)?;
        Ok(ProportionalCoefficient {
            term,
            estimates: (0..n).map(|m| estimate(m, of)).collect(),
            statistic,
            degrees_of_freedom: n - 1,
            p_value: chi_squared_tail(statistic, n - 1),
        })
    };
    let coefficients = names.into_iter().enumerate().map(one);
    Ok(ProportionalOdds {
        statistic,
        degrees_of_freedom: rows,
        p_value: chi_squared_tail(statistic, rows),
        coefficients: coefficients.collect::<Result<_, ProportionalOddsError>>()?,
    })
}
