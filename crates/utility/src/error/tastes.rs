//! What can be wrong with random tastes once they meet data.

/// A problem of random tastes on their data.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum TasteError {
    #[error("[draws]: {reason}")]
    Draws { reason: String },
    #[error(
        "{}: {columns} differs between the alternatives of a case; a distribution of tastes may depend on characteristics of \
         the decision maker only",
        quoted(coefficients)
    )]
    OfAlternative { coefficients: Vec<String>, columns: String },
    #[error(
        "{}: {columns} is {} in row {} and {} in row {} of {file}, which are of one decision maker; a distribution of \
         tastes may depend on what stays the same in all cases of a decision maker",
        quoted(coefficients), values.0, rows.0, values.1, rows.1
    )]
    Varies {
        coefficients: Vec<String>,
        columns: String,
        file: String,
        rows: (usize, usize),
        values: (f64, f64),
    },
    #[error(
        "{file}: the weight is {} in row {} and {} in row {}, which are of one decision maker; where tastes are random a \
         decision maker's choices are weighted together: give all of them one weight",
        weights.0, rows.0, weights.1, rows.1
    )]
    WeightVaries {
        file: String,
        rows: (usize, usize),
        weights: (f64, f64),
    },
}

fn quoted(names: &[String]) -> String {
    logsum_data::name_list(names.iter().map(String::as_str))
}
