//! Rates and scores of predictions.

use serde::{Deserialize, Serialize};

use super::Scored;

/// Rates and scores of predicted probabilities P_nj where y_nj is what was chosen, with w_n the weight of a case.
///
/// Means are over choices: with C = Σ_n w_n Σ_j y_nj. A choice set of one alternative is foreseen by any model and counts
/// as any other.
///
/// # Source
/// Brier (1950), *Verification of forecasts expressed in terms of probability*; Good (1952), *Rational decisions*; Gneiting
/// and Raftery (2007), *Strictly proper scoring rules, prediction, and estimation*: both scores are best in the mean for the
/// true probabilities, which the hit rate is not; Train (2009), *Discrete Choice Methods with Simulation*, section 3.8.1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictionMeasures {
    /// Cases whose choices are known.
    pub n_cases: usize,
    /// C, the choices with their weights; the number of cases where each is one choice that counts once.
    pub weight: f64,
    /// Share of the choices that fell on the alternative with the highest probability ("per cent correctly predicted").
    ///
    /// ```text
    /// Σ_n w_n Σ_j y_nj h_nj / C,   h_nj = 1/m if j is one of the m alternatives with the highest probability, else 0
    /// ```
    ///
    /// It says nothing of how sure the model is, and may fall as the model gets better (Train 2009, section 3.8.1).
    pub hit_rate: f64,
    /// Mean probability of what was chosen: the hit rate of one who draws from the predicted probabilities.
    ///
    /// ```text
    /// Σ_n w_n Σ_j y_nj P_nj / C
    /// ```
    pub expected_hit_rate: f64,
    /// Mean logarithmic score (Good 1952), 0 at best; `None` if something was chosen that had no probability: the score is
    /// then −∞.
    ///
    /// ```text
    /// Σ_n w_n Σ_j y_nj ln P_nj / C
    /// ```
    ///
    /// Of a logit it is the log-likelihood per choice. With random tastes the likelihood takes the choices of a decision
    /// maker together and is higher.
    pub log_score: Option<f64>,
    /// Mean quadratic score of all alternatives (Brier 1950), 0 at best and 2 at worst.
    ///
    /// ```text
    /// Σ_n w_n Σ_j y_nj Σ_k (P_nk − [k = j])² / C  =  1 − 2 · expected hit rate + Σ_n w_n (Σ_j y_nj) Σ_k P_nk² / C
    /// ```
    ///
    /// With two alternatives it is twice what many texts on binary outcomes call by this name.
    pub brier_score: f64,
    /// Cases in which several alternatives have the highest probability.
    pub ties: usize,
    /// Cases in which something was chosen that had no probability.
    pub impossible: usize,
}

/// The sums behind them.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    n_cases: usize,
    weight: f64,
    hits: f64,
    expected: f64,
    log_score: f64,
    squares: f64,
    ties: usize,
    impossible: usize,
}

impl Sums {
    pub fn add(&mut self, case: &Scored<'_>) {
        self.n_cases += 1;
        self.weight += case.size;
        self.ties += usize::from(case.n_highest > 1);
        let mut squares = 0.0;
        let mut impossible = false;
        for (j, (&chosen, &probability)) in case.chosen.iter().zip(case.probabilities).enumerate() {
            squares += probability * probability;
            if chosen > 0.0 {
                self.hits += chosen * case.predicted(j);
                self.expected += chosen * probability;
                self.log_score += chosen * probability.ln();
                impossible |= probability <= 0.0;
            }
        }
        self.squares += case.size * squares;
        self.impossible += usize::from(impossible);
    }

    pub fn finish(&self) -> Option<PredictionMeasures> {
        let mean = |sum: f64| sum / self.weight;
        (self.weight > 0.0).then(|| PredictionMeasures {
            n_cases: self.n_cases,
            weight: self.weight,
            hit_rate: mean(self.hits),
            expected_hit_rate: mean(self.expected),
            log_score: Some(mean(self.log_score)).filter(|score| score.is_finite()),
            // Rounding must not make a perfect forecast better than perfect.
            brier_score: (1.0 - 2.0 * mean(self.expected) + mean(self.squares)).max(0.0),
            ties: self.ties,
            impossible: self.impossible,
        })
    }
}
