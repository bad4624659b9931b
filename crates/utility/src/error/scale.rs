//! What can be wrong with the scales of a specification.

/// A problem of a scale.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum ScaleError {
    #[error("two scales are called \"{name}\"; rename one")]
    Twice { name: String },
    #[error(
        "scale \"{name}\": \"{parameter}\" alone multiplies the utilities of all cases, and the scale of all is not \
         identified; say with \"when\" to which cases it belongs"
    )]
    OfAllCases { name: String, parameter: String },
    #[error(
        "scale \"{name}\": parameter \"{parameter}\" starts at {start}, {}; a scale is positive: start it at 1, where all \
         cases have the same scale",
        what_is_wrong(*start)
    )]
    Start {
        name: String,
        parameter: String,
        start: f64,
    },
}

fn what_is_wrong(start: f64) -> &'static str {
    if start == 0.0 {
        "where all utilities of its cases are 0"
    } else {
        "where its cases choose what is worst for them"
    }
}
