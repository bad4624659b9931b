//! How good predictions are where it is known what was chosen: hit rates, scores, confusion, calibration.
//!
//! Cases count as they do in shares: with their weight w_n times the choices y_nj made in them, so that a case with
//! counts is as many choices, one with observed shares is one choice cut up, and of a ranking the best is the choice. All
//! of it is a sum over cases, taken in their order: data may come part by part ([`Scoring`]) and give the same digits.

mod calibration;
mod confusion;
mod measures;
#[cfg(test)]
mod tests;

pub use calibration::CalibrationBin;
pub use confusion::Confusion;
pub use measures::PredictionMeasures;

use logsum_data::{Alternatives, ChoiceData, Outcome};

use crate::model::Prediction;
use calibration::Calibration;
use measures::Sums;

/// Probabilities of a case that differ by this part are the same: what differs is rounding.
const SAME: f64 = 1e-12;

/// Predictions held against choices.
#[derive(Clone, Debug, PartialEq)]
pub struct Quality {
    /// Rates and scores.
    pub measures: PredictionMeasures,
    /// Observed against predicted alternatives; `None` where alternatives are unlabelled, or too many for a table.
    pub confusion: Option<Confusion>,
    /// Predicted against observed frequencies, by rising probability.
    pub calibration: Vec<CalibrationBin>,
}

/// Takes cases with their predictions, in parts or at once.
#[derive(Clone, Debug)]
pub struct Scoring {
    sums: Sums,
    confusion: Option<Confusion>,
    calibration: Calibration,
}

impl Scoring {
    /// Of no cases yet.
    pub fn new(alternatives: &Alternatives) -> Self {
        Scoring {
            sums: Sums::default(),
            confusion: Confusion::new(alternatives),
            calibration: Calibration::default(),
        }
    }

    /// Adds the cases of `data` whose choices are known, with what was predicted of them.
    ///
    /// # Panics
    /// If the prediction is of other data.
    pub fn add(&mut self, data: &ChoiceData, prediction: &Prediction) {
        assert_eq!(
            prediction.probabilities.len(),
            data.n_pairs(),
            "a prediction of these data"
        );
        let mut chosen = Vec::new();
        for case in 0..data.n_cases() {
            let pairs = data.pairs(case);
            chosen.clear();
            match data.outcome() {
                Outcome::None => return,
                Outcome::Chosen(of) => {
                    chosen.resize(pairs.len(), 0.0);
                    chosen[of[case] as usize] = 1.0;
                }
                Outcome::Counts(counts) => chosen.extend_from_slice(&counts[pairs.clone()]),
            }
            let weight = data.weights().map_or(1.0, |weights| weights[case]);
            chosen.iter_mut().for_each(|of| *of *= weight);
            let case = Scored::new(&chosen, &prediction.probabilities[pairs.clone()]);
            self.sums.add(&case);
            self.calibration.add(&case);
            if let Some(confusion) = &mut self.confusion {
                confusion.add(&case, &data.pair_alternatives()[pairs]);
            }
        }
    }

    /// What all cases come to; `None` if no choices are known, or none have a weight.
    pub fn finish(self) -> Option<Quality> {
        Some(Quality {
            measures: self.sums.finish()?,
            confusion: self.confusion,
            calibration: self.calibration.finish(),
        })
    }
}

/// A case: w y_j and P_j of its alternatives.
struct Scored<'a> {
    chosen: &'a [f64],
    probabilities: &'a [f64],
    /// w Σ_j y_j.
    size: f64,
    /// The highest probability, less what is rounding.
    highest: f64,
    /// How many alternatives have it.
    n_highest: usize,
}

impl<'a> Scored<'a> {
    fn new(chosen: &'a [f64], probabilities: &'a [f64]) -> Self {
        let highest = probabilities.iter().copied().fold(0.0, f64::max) * (1.0 - SAME);
        Scored {
            chosen,
            probabilities,
            size: chosen.iter().sum(),
            highest,
            n_highest: probabilities.iter().filter(|of| **of >= highest).count(),
        }
    }

    /// h_j: 1 for the alternative of the highest probability; alternatives that tie have equal parts of it.
    fn predicted(&self, j: usize) -> f64 {
        if self.probabilities[j] >= self.highest {
            1.0 / self.n_highest as f64
        } else {
            0.0
        }
    }
}
