//! What can be wrong with the errors of a probit.

/// A problem of `[probit]`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum ProbitError {
    #[error(
        "[probit]: the base \"{base}\" is no alternative{}; there are {}",
        near(suggestion), logsum_data::name_list(alternatives.iter().map(String::as_str))
    )]
    Base {
        base: String,
        alternatives: Vec<String>,
        suggestion: Option<String>,
    },
    #[error("[probit]: factors = 0; take 1 or more, or covariance = \"independent\"")]
    NoFactors,
    #[error(
        "[probit]: covariance = \"{covariance}\" of two alternatives: only the variance of their difference can be seen, and \
         it is the scale; take covariance = \"independent\""
    )]
    TwoAlternatives { covariance: &'static str },
    #[error(
        "[probit]: the covariance of the errors has {parameters} free parameters, but only {most} are identified: differences \
         of {alternatives} alternatives have no more variances and covariances, up to their scale"
    )]
    TooManyParameters {
        parameters: usize,
        alternatives: usize,
        most: usize,
    },
    #[error(
        "[probit]: no utility uses a column: the shares of {alternatives} alternatives identify constants, and nothing of the \
         covariance; add attributes, or take covariance = \"independent\""
    )]
    ConstantsOnly { alternatives: usize },
    #[error("[probit]: covariance = \"pattern\" needs elements, such as [probit.pattern] with bus.train = \"rho\"")]
    EmptyPattern,
    #[error("[probit.pattern]: \"{name}\" is no alternative{}", near(suggestion))]
    PatternAlternative { name: String, suggestion: Option<String> },
    #[error("[probit.pattern]: the covariance of \"{row}\" and \"{column}\" stands twice; keep one")]
    PatternTwice { row: String, column: String },
    #[error(
        "[probit.pattern] {element}: \"{name}\" is no declared parameter{}; a covariance depends on parameters only",
        near(suggestion)
    )]
    PatternParameter {
        name: String,
        element: String,
        suggestion: Option<String>,
    },
    #[error("[probit.pattern]: \"{expression}\": {reason}")]
    PatternExpression { expression: String, reason: String },
    #[error(
        "[random]: varies = \"case\" beside [probit]: normal errors of a case have a covariance already; let coefficients vary \
         between decision makers"
    )]
    VariesByCase,
    #[error(
        "[probit]: probabilities = \"{probabilities}\" beside random coefficients, which are simulated; take probabilities = \
         \"ghk\""
    )]
    RandomNotSimulated { probabilities: &'static str },
    #[error(
        "[probit]: covariance = \"{covariance}\" needs alternatives with names, and these data have none; take covariance = \
         \"independent\", or name the column with `alternative` in [data]"
    )]
    Unlabelled { covariance: &'static str },
    #[error(
        "row {row}: {count} choices; beside random tastes every choice of a probit is simulated by itself, which takes whole \
         counts"
    )]
    PartOfAChoice { row: usize, count: f64 },
    #[error(
        "[draws]: method = \"quadrature\" beside [random] and [probit]: normal errors of more than two alternatives are \
         simulated, and a rule for tastes alone would hide how noisily; take method = \"sobol\""
    )]
    RuleBesideErrors,
    #[error(
        "[probit]: the covariance is not positive definite, and nothing in it is free: the difference between the errors of \
         \"{}\" and \"{}\" has no variance of its own; change the elements of the covariance",
        alternatives.0, alternatives.1
    )]
    Singular { alternatives: (String, String) },
    #[error("[probit]: two elements of the covariance would share the parameter \"{name}\"; rename an alternative")]
    SharedName { name: String },
    #[error(
        "[probit]: \"{name}\" belongs to the covariance of the errors, and {elsewhere} has a parameter of that name; rename \
         the coefficient or the alternative"
    )]
    NameElsewhere { name: String, elsewhere: &'static str },
    #[error(
        "row {row}: more than one alternative stands between the best and the worst, which is no probability of a single \
         normal orthant; rank all but one, or estimate a logit"
    )]
    BetweenBestAndWorst { row: usize },
    #[error(
        "[probit]: alternatives that share a rank, and pairs of the best and the worst (max_diff), are outcomes of logit; \
         remove them from [ranking], or estimate a logit"
    )]
    SeveralAtOnce,
    #[error(
        "[probit]: probabilities = \"exact\" is for up to 4 alternatives, and a case has {alternatives}; take \"ghk\" or \
         \"approximate\""
    )]
    TooManyForExact { alternatives: usize },
    #[error(
        "[probit]: a likelihood of a choice-based or sampled set corrects logit probabilities only; remove the sampling rates, \
         or estimate a logit"
    )]
    Sampled,
}

fn near(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map_or_else(String::new, |name| format!(" (did you mean \"{name}\"?)"))
}
