//! Why there is no validation.

use logsum_estimate::EvalError;

use crate::error::SpecificationError;
use crate::estimation::FitError;

/// Why a specification cannot be validated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum ValidationError {
    #[error("--holdout {0}; it is a part of the decision makers between 0 and 1, such as 0.2")]
    Fraction(f64),
    #[error(
        "--holdout {fraction} of {n_decision_makers} decision makers leaves nobody to {}; {}",
        if *held_out == 0 { "hold out" } else { "estimate on" },
        if *held_out == 0 { "hold out more" } else { "hold out fewer" }
    )]
    Empty {
        fraction: f64,
        n_decision_makers: usize,
        held_out: usize,
    },
    #[error("--folds {0}; there are 2 or more of them, and 5 or 10 are usual")]
    TooFew(usize),
    #[error(
        "--folds {folds}: there are {n_decision_makers} decision makers, and each fold needs one; take fewer folds"
    )]
    TooMany { folds: usize, n_decision_makers: usize },
    #[error("the choices that are held out have no weight: nothing can be measured on them; take another --seed")]
    NoWeight,
    #[error(transparent)]
    Fit(#[from] FitError),
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    #[error(transparent)]
    Specification(#[from] SpecificationError),
}
