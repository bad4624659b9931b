//! Why shares cannot be calibrated.

use std::fmt;

use logsum_estimate::EvalError;

use super::SpecificationError;

/// Why shares cannot be calibrated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum CalibrationError {
    #[error(
        "the model has a parameter \"{name}\" of its own, the name of what calibration adds; rename it, and estimate again"
    )]
    NameTaken { name: String },
    #[error("no target is given; name an alternative and its share, such as train=0.25")]
    NoTarget,
    #[error("alternatives have no names, so they have no shares over cases to calibrate")]
    Unlabelled,
    #[error("the shares of an ordered model follow from its thresholds; calibrate a model of choices")]
    Ordered,
    #[error("no alternative \"{name}\"{}; there are {known}", near(suggestion))]
    NoAlternative {
        name: String,
        suggestion: Option<String>,
        known: String,
    },
    #[error("alternative \"{name}\" has two targets; keep one")]
    Twice { name: String },
    #[error(
        "the target of \"{name}\" is {share}, but a share that constants can meet lies between 0 and 1; to take an \
             alternative away, remove it in a scenario"
    )]
    NoShare { name: String, share: f64 },
    #[error("the targets of all alternatives sum to {}, but shares sum to 1", rounded(*sum))]
    Sum { sum: f64 },
    #[error(
        "the targets sum to {}, which leaves nothing to the other alternatives ({others}); shares sum to 1",
        rounded(*sum)
    )]
    NothingLeft { sum: f64, others: String },
    #[error(
        "the target of \"{name}\" is {target}, but it is available in {} of the cases (by weight) only",
        rounded(*available)
    )]
    Unavailable { name: String, target: f64, available: f64 },
    #[error("the base \"{name}\" has no target; the constants are relative to one of those that have")]
    BaseWithoutTarget { name: String },
    #[error(
        "the targets cannot be met: the share of \"{name}\" comes to {}, not {target}; can every choice set be served \
             by them?",
        rounded(*share)
    )]
    NotMet { name: String, target: f64, share: f64 },
    #[error(transparent)]
    Specification(#[from] SpecificationError),
    #[error(transparent)]
    Evaluation(#[from] EvalError),
}

fn near(suggestion: &Option<String>) -> impl fmt::Display {
    suggestion
        .as_ref()
        .map_or(String::new(), |name| format!("; did you mean \"{name}\"?"))
}

/// Without what rounding leaves behind the sixth decimal.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
