//! What can be wrong with a sample of alternatives.

use logsum_data::{DataError, Places};

/// Why alternatives cannot be sampled.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum SamplingError {
    #[error("[sampling]: the data have no outcomes; only choice sets of which the choice is known can be sampled")]
    NoOutcomes,
    #[error(
        "[sampling]: the data count choices; a sample of alternatives belongs to one choice, and its correction does not \
         hold for several from one sample: give every choice a case of its own, or remove [sampling]"
    )]
    Counts,
    #[error(
        "[sampling]: the outcomes are rankings; a sample of alternatives belongs to one choice, and its correction does not \
         hold for the stages of a ranking: remove [sampling], or [ranking]"
    )]
    Rankings,
    #[error(
        "[sampling]: the method \"{method}\" needs a column that differs between alternatives, and in wide data a row is a \
         case; use method = \"uniform\", or long data"
    )]
    Wide { method: &'static str },
    #[error(
        "[sampling]: number is {number}; at least {least} {} needed, the chosen one among them",
        if *least == 1 { "alternative of each stratum is" } else { "alternatives of each case are" }
    )]
    TooFew { number: usize, least: usize },
    #[error("[sampling]: number is a table of strata, which belongs to method = \"stratified\"")]
    NumberByStratum,
    #[error("[sampling]: replications is 0; at least one sample is needed")]
    NoReplication,
    #[error("{0}")]
    Expression(DataError),
    #[error(
        "[sampling]: the weight is {value}{} at {places}; a weight is a finite number, 0 or larger: mend the columns that it \
         is made of",
        of(alternative)
    )]
    Weight {
        places: Places,
        value: String,
        alternative: String,
    },
    #[error(
        "[sampling]: the weight of the chosen alternative{} is 0 at {places}; what is never drawn must never be chosen: \
         give every alternative that may be a positive weight",
        named(alternative)
    )]
    ChosenWeight { places: Places, alternative: String },
    #[error(
        "[sampling]: no column \"{column}\" for the strata{}",
        suggestion.as_ref().map_or(String::new(), |name| format!("; did you mean \"{name}\"?"))
    )]
    NoStrata { column: String, suggestion: Option<String> },
    #[error(
        "[sampling]: the column of strata \"{column}\" is empty{} at {places}; mend it",
        of(alternative)
    )]
    MissingStratum {
        places: Places,
        column: String,
        alternative: String,
    },
    #[error(
        "[sampling]: \"{value}\" in the column of strata \"{column}\" has no number{} at {places}; number has {known}: add it",
        of(alternative)
    )]
    UnknownStratum {
        places: Places,
        column: String,
        value: String,
        known: String,
        alternative: String,
    },
    #[error(
        "[sampling]: number has a stratum \"{stratum}\", which does not occur in the column \"{column}\" (it has {known}); \
         mend its name or remove it"
    )]
    NoSuchStratum {
        stratum: String,
        column: String,
        known: String,
    },
    #[error(
        "[sampling]: the sample holds nothing but the chosen alternative at {places}: there is nothing to compare it with; \
         give more alternatives a positive weight, or take more of them"
    )]
    Alone { places: Places },
}

/// Names an alternative that has a name.
fn of(alternative: &str) -> String {
    if alternative.is_empty() {
        String::new()
    } else {
        format!(" for alternative \"{alternative}\"")
    }
}

fn named(alternative: &str) -> String {
    if alternative.is_empty() {
        String::new()
    } else {
        format!(" (\"{alternative}\")")
    }
}
