//! Validation: how good a specification is on decision makers whose choices it was not estimated on.
//!
//! Decision makers are split, never their cases: choices of one person are alike, and a person who is on both sides makes
//! any model look good. The split depends on a seed and on who decides (the identifier, or the row of the file where
//! there is none): not on the order of the file, on threads, or on the model, so that models of the same data are held
//! against the same choices.

mod error;
mod folds;
mod score;
mod split;
#[cfg(test)]
mod tests;

pub use error::ValidationError;
pub use folds::{CrossValidation, Fold, FoldMean, FoldMeans, FoldOptions, cross_validate};
pub use score::{SampleScore, score};
pub use split::{folds, held_out};

use serde::{Deserialize, Serialize};

/// Seed of the split where none is given.
pub const SEED: u64 = 1;

/// How a fit was validated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "a fit has one")]
pub enum Validation {
    /// The fit is of some decision makers, and the others were held out.
    Holdout(Holdout),
    /// The fit is of all decision makers; beside it are estimations without one part of them after the other.
    Folds(CrossValidation),
}

/// Decision makers who were held out of an estimation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holdout {
    /// The part of the decision makers that was held out.
    pub fraction: f64,
    /// Seed of the split.
    pub seed: u64,
    /// Those whose choices were estimated on.
    pub estimation: SampleScore,
    /// The others.
    pub held_out: SampleScore,
}

/// The fingerprint of an estimation on data without the decision makers who are held out, from that of all: fits are of
/// the same choices if they have the same.
pub fn fingerprint_without(all: &str, fraction: f64, seed: u64) -> String {
    format!("{all} without {fraction} (seed {seed})")
}
