//! What keeps an experiment from being run.

use crate::noise::LEAST_DISSIMILARITY;

/// Why an experiment cannot be run. Positions of alternatives count from 0 in the fields, from 1 in the messages.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// Nothing to choose between.
    #[error("{found} {}; a choice needs at least 2 alternatives", if *found == 1 { "utility" } else { "utilities" })]
    FewUtilities {
        /// Number of utilities.
        found: usize,
    },
    /// More alternatives than can be numbered.
    #[error("{found} utilities; use at most {most}")]
    ManyUtilities {
        /// Number of utilities.
        found: usize,
        /// Most that can be numbered.
        most: usize,
    },
    /// Infinite or not a number.
    #[error("utility of alternative {} is {value}; give a finite number", .alternative + 1)]
    Utility {
        /// Its position.
        alternative: usize,
        /// Its value.
        value: f64,
    },
    /// Zero, negative, infinite or not a number.
    #[error("temperature {temperature}; give a positive finite number")]
    Temperature {
        /// Its value.
        temperature: f64,
    },
    /// No draws.
    #[error("0 draws; use at least 1 (a million or more is usual)")]
    NoDraws,
    /// A name that is no noise's.
    #[error(
        "noise \"{name}\" is not known; {}",
        match .suggestion {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "choose among gumbel, normal, logistic, exponential, uniform, laplace, student:DEGREES, \
                     gev-nested:DISSIMILARITY, correlated-normal:CORRELATION, exponential-race".to_owned(),
        }
    )]
    UnknownNoise {
        /// As written.
        name: String,
        /// The known name nearest to it, if any is near.
        suggestion: Option<String>,
    },
    /// A parameter that is missing or not a number.
    #[error("noise \"{name}\": \"{parameter}\" is not a number; after the colon give {meaning}")]
    Parameter {
        /// Name of the noise.
        name: String,
        /// As written; empty if missing.
        parameter: String,
        /// What it should be.
        meaning: &'static str,
    },
    /// A parameter for a noise that has none.
    #[error("noise \"{name}\" takes no parameter; leave out \":{parameter}\"")]
    SuperfluousParameter {
        /// Name of the noise.
        name: String,
        /// As written.
        parameter: String,
    },
    /// Student noise without a finite variance.
    #[error("student noise with {degrees} degrees of freedom; use more than 2, so that the variance is finite")]
    Degrees {
        /// Degrees of freedom.
        degrees: f64,
    },
    /// Dissimilarity above 1, or so small that the draws would lose what tells the members apart.
    #[error("nest dissimilarity {dissimilarity}; use at least {LEAST_DISSIMILARITY:e} and at most 1")]
    Dissimilarity {
        /// Its value.
        dissimilarity: f64,
    },
    /// A correlation that so many normal variables cannot have.
    #[error("correlation {correlation} among {n_members} alternatives; use at least {least} and less than 1")]
    Correlation {
        /// Its value.
        correlation: f64,
        /// Number of members.
        n_members: usize,
        /// Smallest equal correlation among so many.
        least: f64,
    },
    /// A member that is no alternative.
    #[error(
        "alternative {} is to share its noise, but there are only {n_alternatives}; name existing alternatives",
        .member + 1
    )]
    MemberOutOfRange {
        /// Its position.
        member: usize,
        /// Number of alternatives.
        n_alternatives: usize,
    },
    /// A member named twice.
    #[error("alternative {} is named twice among those that share their noise; name it once", .member + 1)]
    RepeatedMember {
        /// Its position.
        member: usize,
    },
    /// A nest or group of fewer than two.
    #[error("{n_members} alternatives share their noise; name at least 2")]
    FewMembers {
        /// Number of members.
        n_members: usize,
    },
    /// More places than alternatives.
    #[error("orderings of the top {top} of {n_alternatives} alternatives; use at most {n_alternatives}")]
    Top {
        /// Places asked for.
        top: usize,
        /// Number of alternatives.
        n_alternatives: usize,
    },
    /// More possible orderings than can be counted usefully.
    #[error(
        "the top {top} of {n_alternatives} alternatives can be ordered in more than {most} ways; count fewer places"
    )]
    ManyOrderings {
        /// Places asked for.
        top: usize,
        /// Number of alternatives.
        n_alternatives: usize,
        /// Most orderings that are counted.
        most: u64,
    },
}
