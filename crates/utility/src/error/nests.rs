//! What can be wrong with nests.

/// A problem of `[nests]`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum NestError {
    #[error("[nests]: nest \"{nest}\" bears the name of an alternative; rename it")]
    NamedAsAlternative { nest: String },
    #[error("[nests]: two nests are called \"{nest}\"; rename one")]
    NamedTwice { nest: String },
    #[error("[nests]: nest \"{nest}\" has no members; name alternatives or nests, or remove it")]
    Empty { nest: String },
    #[error(
        "[nests]: \"{member}\", a member of \"{nest}\", is neither an alternative nor a nest{}",
        near(suggestion)
    )]
    NoMember {
        nest: String,
        member: String,
        suggestion: Option<String>,
    },
    #[error("[nests]: \"{member}\" stands twice in nest \"{nest}\"; keep one")]
    MemberTwice { nest: String, member: String },
    #[error(
        "[nests]: \"{member}\" is in nests \"{}\" and \"{}\"; keep it in one of them, or give allocations that add up to 1, \
         as in members = {{ {member} = 0.5 }}",
        nests.0, nests.1
    )]
    TwoNests { member: String, nests: (String, String) },
    #[error("[nests]: nest \"{member}\" is in nests \"{}\" and \"{}\"; only alternatives can be shared", nests.0, nests.1)]
    NestInTwo { member: String, nests: (String, String) },
    #[error("[nests]: an allocation of nest \"{member}\" in \"{nest}\"; only alternatives can be allocated in parts")]
    AllocatedNest { nest: String, member: String },
    #[error("[nests]: {} contain each other in a circle; a nest cannot be in itself", logsum_data::name_list(nests.iter().map(String::as_str)))]
    Circle { nests: Vec<String> },
    #[error(
        "[nests] {what}: \"{name}\" is no declared parameter{}; it depends on parameters only",
        near(suggestion)
    )]
    NoParameter {
        what: String,
        name: String,
        suggestion: Option<String>,
    },
    #[error("[nests] {what}: \"{name}\" is a random coefficient, and nests are the same for everybody")]
    Random { what: String, name: String },
    #[error("[nests] {what}: \"{expression}\": {reason}")]
    Expression {
        what: String,
        expression: String,
        reason: String,
    },
    #[error("[nests] {what} starts at {value}; a dissimilarity is positive, 1 is logit")]
    Dissimilarity { what: String, value: f64 },
    #[error("[nests] {what} is {value}; an allocation lies between 0 and 1")]
    Allocation { what: String, value: f64 },
    #[error(
        "[nests]: the allocations of \"{member}\" add up to {sum}{}, not to 1; {}",
        if *at_start { "" } else { " at other values of the parameters" },
        if *at_start { "change one of them" } else { "write one of them as 1 less the others, as in \"1 - alpha\"" }
    )]
    Sum { member: String, sum: f64, at_start: bool },
    #[error(
        "[nests] needs alternatives with names, and these data have none; name the column with `alternative` in [data]"
    )]
    Unlabelled,
    #[error("[nests] does not go with [probit], whose errors have a covariance of their own; remove one of the two")]
    WithProbit,
    #[error(
        "[nests] does not go with rankings: only in logit is a ranking a choice of the best, then of the best of the rest; \
         remove [ranking] to estimate first choices, or [nests]"
    )]
    WithRanking,
    #[error(
        "[nests] does not go with sampling rates or sampled choice sets, whose correction holds for logit alone; remove one of \
         the two"
    )]
    Sampled,
}

fn near(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map_or_else(String::new, |name| format!(" (did you mean \"{name}\"?)"))
}
