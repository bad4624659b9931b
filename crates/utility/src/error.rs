//! What can be wrong with a specification before any data are read.

mod calibration;
mod mixing;
mod nests;
mod ordered;
mod probit;
mod scale;
mod tastes;

use logsum_data::DataError;

pub use calibration::CalibrationError;
pub use mixing::MixingError;
pub use nests::NestError;
pub use ordered::OrderedError;
pub use probit::ProbitError;
pub use scale::ScaleError;
pub use tastes::TasteError;

/// A problem of the specification.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum SpecificationError {
    #[error("no utility is given; write [utility] with an expression for each alternative, or \"all\"")]
    NoUtility,
    #[error("no parameter is declared; there is nothing to estimate")]
    NoParameter,
    #[error("parameter \"{name}\" is declared twice; remove one")]
    ParameterTwice { name: String },
    #[error("alternative \"{name}\" has two utilities; join them")]
    UtilityTwice { name: String },
    #[error(
        "parameter \"{name}\" is declared but no utility uses it{}; use it or remove it",
        crate::error::suggest(suggestion)
    )]
    Unused { name: String, suggestion: Option<String> },
    #[error("parameter \"{name}\": the start value {start} is not a finite number")]
    StartNotFinite { name: String, start: f64 },
    #[error("parameter \"{name}\": the start value {start} lies outside its bounds [{lower}, {upper}]")]
    StartOutsideBounds {
        name: String,
        start: f64,
        lower: f64,
        upper: f64,
    },
    #[error("parameter \"{name}\": the lower bound {lower} is not below the upper bound {upper}")]
    BoundsCrossed { name: String, lower: f64, upper: f64 },
    #[error("no alternative \"{name}\" in the data")]
    NoAlternative { name: String },
    #[error(
        "alternative \"{alternative}\": the sampling rate {rate} is not a positive number; it is the share of those who \
         chose the alternative that were sampled"
    )]
    SamplingRate { alternative: String, rate: f64 },
    #[error(
        "rankings: sampling rates and sampled choice sets belong to single choices, and their correction does not hold for \
         the stages of a ranking; remove sampling_rate and [sampling], or [ranking]"
    )]
    RankingOfSample,
    #[error(
        "{file}, row {row}: {tied} alternatives share a rank; ties = \"exact\" sums over all orders of at most {most}, and its \
         time doubles with each: write ties = \"efron\" in [ranking]"
    )]
    TooManyTied {
        file: String,
        row: usize,
        tied: usize,
        most: usize,
    },
    #[error(
        "rankings: \"{name}\" varies from case to case, which is not available for rankings yet; let it vary between \
         decision makers"
    )]
    RankingOfCases { name: String },
    #[error(transparent)]
    Mixing(MixingError),
    #[error(transparent)]
    Nests(#[from] NestError),
    #[error(transparent)]
    Ordered(#[from] OrderedError),
    #[error(transparent)]
    Probit(#[from] ProbitError),
    #[error(transparent)]
    Scale(#[from] ScaleError),
    #[error(transparent)]
    Tastes(#[from] TasteError),
    #[error("{0}")]
    Unchecked(DataError),
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<SpecificationError>),
}

impl SpecificationError {
    /// One error from a list that is not empty.
    pub fn from_list(mut errors: Vec<SpecificationError>) -> Self {
        match errors.len() {
            1 => errors.remove(0),
            _ => SpecificationError::Several(errors),
        }
    }

    /// The independent problems, one by one.
    pub fn each(&self) -> &[SpecificationError] {
        match self {
            SpecificationError::Several(errors) => errors,
            one => std::slice::from_ref(one),
        }
    }
}

pub(crate) fn suggest(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map_or_else(String::new, |name| format!(" (did you mean \"{name}\" in a utility?)"))
}
