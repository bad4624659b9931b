//! What can be wrong with ordered alternatives.

/// A problem of `[ordered]`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum OrderedError {
    #[error(
        "[ordered]: alternative \"{name}\" has a utility of its own; ordered alternatives share one, written as \"all\", and \
         differ by their thresholds"
    )]
    OwnUtility { name: String },
    #[error("[ordered] has one alternative; it needs two or more, from the lowest to the highest")]
    OneAlternative,
    #[error(
        "[ordered]: threshold \"{name}\" stands in a utility; thresholds are parameters that the model adds by itself: rename \
         the one in the utility"
    )]
    InUtility { name: String },
    #[error(
        "[ordered]: \"{name}\" is declared, but between {n_alternatives} alternatives there are {} thresholds, the first of \
         them \"threshold_1\"; remove it",
        n_alternatives - 1
    )]
    NoSuchThreshold { name: String, n_alternatives: usize },
    #[error("[ordered]: threshold \"{name}\" is a random coefficient, and thresholds are the same for everybody")]
    Random { name: String },
    #[error(
        "[ordered]: \"{}\" starts at {}, which is not below \"{}\" at {}; thresholds rise from one alternative to the next",
        names.0, starts.0, names.1, starts.1
    )]
    StartsOutOfOrder {
        names: (String, String),
        starts: (f64, f64),
    },
    #[error(
        "[ordered]: column \"{column}\" varies between the alternatives of a case; an ordered model has one utility for all of \
         them, from what describes the case"
    )]
    Varies { column: String },
    #[error(
        "[ordered]: alternative \"{alternative}\" is not available at {file}, row {row}; ordered alternatives are available in \
         every case: remove \"available\", or leave such cases out with a filter"
    )]
    Unavailable {
        alternative: String,
        file: String,
        row: usize,
    },
    #[error(
        "[ordered]: which alternative follows which? The data have them as {}; list them in [alternatives] from the lowest to \
         the highest",
        logsum_data::name_list(codes.iter().map(String::as_str))
    )]
    NoOrder { codes: Vec<String> },
    #[error(
        "[ordered] needs alternatives with names, and these data have none; name the column with `alternative` in [data]"
    )]
    Unlabelled,
    #[error(
        "[ordered] does not go with [nests]: ordered alternatives are not chosen as the best of several; remove one of the two"
    )]
    WithNests,
    #[error(
        "[ordered] does not go with [probit], which is the multinomial one; for an ordered probit write distribution = \
         \"probit\" in [ordered], and remove [probit]"
    )]
    WithProbit,
    #[error(
        "[ordered] does not go with rankings: each case has one outcome on the scale; remove [ranking] or [ordered]"
    )]
    WithRanking,
    #[error(
        "[ordered] does not go with sampling rates or sampled choice sets, whose correction holds for logit alone; remove one of \
         the two"
    )]
    Sampled,
}
