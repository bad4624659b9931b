//! Which alternatives are taken for which.

use logsum_data::Alternatives;
use serde::{Deserialize, Serialize};

use super::Scored;

/// Alternatives of the largest table: it grows with their square, and who reads it must find a cell.
const MOST: usize = 50;

/// Choices by what was chosen (rows) and what was predicted (columns), with their weights. Rows sum to the choices of an
/// alternative, and all cells of a table to all choices.
///
/// # Source
/// McFadden (1979), *Quantitative methods for analyzing travel behaviour of individuals*, whose prediction-success table is
/// `by_sum`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// Names of rows and columns.
    pub alternatives: Vec<String>,
    /// Predicted is the alternative of the highest probability; where several have it, each has an equal part of the case.
    ///
    /// ```text
    /// Σ_n w_n y_nj h_nk
    /// ```
    pub by_highest: Vec<Vec<f64>>,
    /// Every alternative is predicted with its probability. Sums of columns are predicted numbers of choices: those
    /// observed, if the model has all constants.
    ///
    /// ```text
    /// Σ_n w_n y_nj P_nk
    /// ```
    pub by_sum: Vec<Vec<f64>>,
}

impl Confusion {
    /// Empty; `None` where alternatives are unlabelled or too many.
    pub(super) fn new(alternatives: &Alternatives) -> Option<Self> {
        let n = alternatives.len();
        (alternatives.labelled && n <= MOST).then(|| Confusion {
            alternatives: alternatives.names.clone(),
            by_highest: vec![vec![0.0; n]; n],
            by_sum: vec![vec![0.0; n]; n],
        })
    }

    pub(super) fn add(&mut self, case: &Scored<'_>, alternatives: &[u32]) {
        for (&chosen, &row) in case
            .chosen
            .iter()
            .zip(alternatives)
            .filter(|(chosen, _)| **chosen > 0.0)
        {
            for (k, &column) in alternatives.iter().enumerate() {
                let (row, column) = (row as usize, column as usize);
                self.by_highest[row][column] += chosen * case.predicted(k);
                self.by_sum[row][column] += chosen * case.probabilities[k];
            }
        }
    }
}
