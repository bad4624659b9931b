//! What can be wrong with random coefficients before any data are read.

use crate::mixing::Shape;

/// A problem of what makes a logit a mixed logit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum MixingError {
    #[error(
        "nothing is random: name a coefficient in [random], or remove [correlation], [willingness_to_pay_space] and [draws]"
    )]
    NothingRandom,
    #[error("random coefficient \"{symbol}\" is listed twice; remove one")]
    RandomTwice { symbol: String },
    #[error(
        "random coefficient \"{symbol}\" is not declared{}",
        or_else(suggestion, "; declare it in [parameters] with the start of its location")
    )]
    NotDeclared { symbol: String, suggestion: Option<String> },
    #[error(
        "random coefficient \"{symbol}\": no utility uses it{}; use it or remove it",
        crate::error::suggest(suggestion)
    )]
    NotUsed { symbol: String, suggestion: Option<String> },
    #[error(
        "random coefficient \"{symbol}\": its parameter is fixed at {value}; free it, or fix it at 0 for an error component"
    )]
    FixedLocation { symbol: String, value: f64 },
    #[error("random coefficient \"{symbol}\": its sign is {sign}; it is 1 or -1")]
    Sign { symbol: String, sign: f64 },
    #[error(
        "random coefficient \"{symbol}\" is {}, which has no sign; only lognormal, truncated_normal and censored_normal \
         coefficients have one",
        .shape.name()
    )]
    NoSign { symbol: String, shape: Shape },
    #[error(
        "random coefficient \"{symbol}\": its range is [{low}, {high}]; it needs two finite numbers, the lower one first"
    )]
    Range { symbol: String, low: f64, high: f64 },
    #[error("\"{name}\" starts at {start}, which is not a finite number")]
    SecondStart { name: String, start: f64 },
    #[error(
        "random coefficient \"{symbol}\" is truncated_normal: {what}; take censored_normal or lognormal, or leave that out"
    )]
    Truncated { symbol: String, what: String },
    #[error(
        "random coefficient \"{symbol}\": its {} is tied to \"{tie}\", which leaves nothing to start; remove one of the two",
        second_of(shape)
    )]
    TiedAndStarted { symbol: String, shape: Shape, tie: String },
    #[error(
        "parameter \"{name}\" is declared, but the {} of \"{symbol}\" is tied to \"{tie}\"; remove one of the two",
        second_of(shape)
    )]
    TiedAndDeclared {
        name: String,
        symbol: String,
        shape: Shape,
        tie: String,
    },
    #[error(
        "parameter \"{name}\" is declared, but \"{symbol}\" is in a correlation group, where {} takes its place; declare \
         that instead",
        logsum_data::name_list(row.iter().map(String::as_str))
    )]
    ReplacedByGroup {
        name: String,
        symbol: String,
        row: Vec<String>,
    },
    #[error(
        "parameter \"{name}\" is declared, but \"{symbol}\" is {}, whose second estimate is \"{second}\"; rename it",
        .shape.name()
    )]
    OtherSecond {
        name: String,
        symbol: String,
        shape: Shape,
        second: String,
    },
    #[error(
        "parameter \"{name}\" is declared, but no utility and no random coefficient uses it{}; use it or remove it",
        parenthesis(suggestion)
    )]
    Unused { name: String, suggestion: Option<String> },
    #[error("{place} uses \"{name}\", a standard draw, which may stand only in the transform of a random coefficient")]
    DrawOutOfPlace { place: String, name: String },
    #[error("parameter \"{name}\" bears the name of a standard draw; give it another name")]
    DrawDeclared { name: String },
    #[error(
        "random coefficient \"{symbol}\": its transform has no draw in it, so that nothing is random; use \"draw\" in it, \
         or write it into the utility"
    )]
    NoDraw { symbol: String },
    #[error(
        "\"{draw}\" is shared by \"{first}\" and \"{second}\", of which one varies between decision makers and the other \
         from case to case; use draws of different numbers"
    )]
    SharedDraw {
        draw: String,
        first: String,
        second: String,
    },
    #[error(
        "{place} uses \"{name}\", a random coefficient that is no parameter; declare it in [parameters], or write its \
         transform out"
    )]
    TransformUsed { place: String, name: String },
    #[error(
        "correlation: \"{member}\" is not a random coefficient{}",
        or_else(suggestion, "; add it to [random]")
    )]
    MemberNotRandom { member: String, suggestion: Option<String> },
    #[error(
        "correlation: \"{member}\" is {}, which has no normal part to correlate; only normal, lognormal, censored_normal and \
         johnson_sb coefficients can be correlated",
        .shape.map_or("a transform", Shape::name)
    )]
    NoNormalPart { member: String, shape: Option<Shape> },
    #[error("correlation: \"{member}\" stands twice in its group; remove one")]
    MemberTwice { member: String },
    #[error("correlation: \"{member}\" is in two groups; join them, or keep it in one")]
    TwoGroups { member: String },
    #[error("correlation: a group has no members; remove it")]
    EmptyGroup,
    #[error("correlation: \"{member}\" is alone in its group; name another coefficient with it, or remove the group")]
    GroupOfOne { member: String },
    #[error(
        "correlation: \"{within}\" varies from case to case and \"{between}\" between decision makers; those of one group \
         vary alike"
    )]
    GroupVaries { within: String, between: String },
    #[error(
        "correlation: the sd of \"{member}\" is tied to \"{tie}\", and in a group it is no estimate; remove the tie, or the \
         coefficient from its group"
    )]
    MemberTied { member: String, tie: String },
    #[error(
        "{table}: \"{name}\" is no coefficient of the utilities{}",
        or_else(suggestion, "; name one that a utility uses")
    )]
    NoCoefficient {
        table: &'static str,
        name: String,
        suggestion: Option<String>,
    },
    #[error("{table}: coefficient \"{name}\" is listed twice; remove one")]
    CoefficientTwice { table: &'static str, name: String },
    #[error("willingness_to_pay_space: coefficients is empty; name those that are willingness to pay")]
    NoWillingnessToPay,
    #[error(
        "willingness_to_pay_space: \"{name}\" is both the cost and one of the coefficients; remove it from the latter"
    )]
    CostOfItself { name: String },
    #[error(
        "scale_heterogeneity: {what} uses \"{name}\", which is no declared parameter{}",
        or_else(suggestion, "; declare it in [parameters]")
    )]
    ScaleName {
        what: &'static str,
        name: String,
        suggestion: Option<String>,
    },
    #[error("draws: 0 per decision maker; use at least 1 (500 or more is usual for a first run)")]
    NoDraws,
    #[error("draws: number_within is 0, but \"{symbol}\" varies from case to case; use at least 1")]
    NoDrawsWithin { symbol: String },
    #[error(
        "draws: quadrature over {dimensions} dimensions takes number ^ {dimensions} points; use another method, such as \
         halton, for more than {most}"
    )]
    QuadratureDimensions { dimensions: usize, most: usize },
    #[error("draws: the nodes of a quadrature mirror each other already; remove antithetic or choose another method")]
    QuadratureAntithetic,
    #[error(
        "draws: quadrature is for coefficients of decision makers, and \"{symbol}\" varies from case to case; use another method, such as halton"
    )]
    QuadratureWithin { symbol: String },
    #[error("draws: drop is 0, but the first element of a Halton sequence is 0, which has no quantile; use at least 1")]
    NothingDropped,
    #[error("draws: leap is 0; it is 1 where every element is taken, 2 for every other, and so on")]
    Leap,
    #[error(
        "draws: tolerance is {tolerance}; it is a positive number, the simulation error as a part of the standard error"
    )]
    Tolerance { tolerance: f64 },
}

/// What the second estimate of a shape is called in [random].
fn second_of(shape: &Shape) -> &'static str {
    if shape.has_spread() { "spread" } else { "sd" }
}

fn parenthesis(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map_or_else(String::new, |name| format!(" (did you mean \"{name}\"?)"))
}

/// What was meant, or what to do where nothing is near.
fn or_else(suggestion: &Option<String>, advice: &str) -> String {
    suggestion
        .as_ref()
        .map_or_else(|| advice.to_owned(), |name| format!("; did you mean \"{name}\"?"))
}
