//! What can be wrong with choice data, each with its place.

use std::fmt;

/// Places shown in a message before "and N more".
const SHOWN: usize = 3;

/// Rows of a file at which one kind of problem occurs: all counted, the first few kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Places(Box<Record>);

/// Boxed, so that errors stay small.
#[derive(Clone, Debug, PartialEq)]
struct Record {
    file: String,
    first: Vec<Place>,
    total: usize,
}

/// One place.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Row number as the file's reader shows it.
    pub row: usize,
    /// Identifier of the case, where a column identifies cases.
    pub case: Option<String>,
}

impl Places {
    /// No place yet.
    pub fn new(file: &str) -> Self {
        Places(Box::new(Record {
            file: file.to_owned(),
            first: Vec::new(),
            total: 0,
        }))
    }

    /// Counts a place; `place` is asked for only while it will be shown.
    pub fn add(&mut self, place: impl FnOnce() -> Place) {
        if self.0.first.len() < SHOWN {
            self.0.first.push(place());
        }
        self.0.total += 1;
    }

    /// File name.
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// The first few places.
    pub fn first(&self) -> &[Place] {
        &self.0.first
    }

    /// How many there are in all.
    pub fn total(&self) -> usize {
        self.0.total
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.total == 0
    }
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Record { file, first, total } = &*self.0;
        let rows = if *total == 1 { "row" } else { "rows" };
        write!(f, "{file}, {rows} ")?;
        for (position, place) in first.iter().enumerate() {
            let separator = if position > 0 { ", " } else { "" };
            write!(f, "{separator}{}", place.row)?;
            if let Some(case) = &place.case {
                write!(f, " (case {case})")?;
            }
        }
        match total - first.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// The distinct values found at some places: all counted, the first few kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// The first few as written, in the order of the file.
    pub first: Vec<String>,
    /// How many distinct ones there are.
    pub distinct: usize,
}

impl Samples {
    /// Counts a value that has not been seen before; it is asked for only while it will be shown.
    pub fn add(&mut self, value: impl FnOnce() -> String) {
        if self.first.len() < SHOWN {
            self.first.push(value());
        }
        self.distinct += 1;
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first.join(", "))?;
        match self.distinct - self.first.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// A problem of the data or of how the model reads them.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum DataError {
    #[error("{file} has a header but no rows; nothing can be estimated")]
    NoRows { file: String },
    #[error("no column \"{column}\" in {file}, which {role} names{}", suggest(suggestion))]
    NoColumn {
        file: String,
        column: String,
        role: String,
        suggestion: Option<String>,
    },
    #[error("{label}: {message}\n{caret}")]
    Expression {
        label: String,
        message: String,
        caret: String,
    },
    #[error("derived column \"{name}\" bears the name of a column of {file}; choose another")]
    DerivedShadows { name: String, file: String },
    #[error("derived column \"{name}\" is defined twice; rename one")]
    DerivedTwice { name: String },
    #[error("parameter \"{name}\" bears the name of a column of {file}; rename the parameter")]
    ParameterShadows { name: String, file: String },
    #[error("parameter \"{name}\" bears the name of a derived column; rename one of them")]
    ParameterShadowsDerived { name: String },
    #[error("filter \"{filter}\" keeps none of the {rows} rows of {file}; loosen it")]
    NothingLeft { file: String, filter: String, rows: usize },
    #[error("no case of {file} is left after missing cells were dropped; look at the columns that are missing")]
    AllDropped { file: String },
    #[error("no case of {file} is left: the filter \"{filter}\" removes the chosen row of {}; loosen it", every_case(*cases))]
    NoChoiceLeft { file: String, filter: String, cases: usize },
    #[error("wide data need [alternatives] with the code of each alternative in column \"{choice}\"")]
    NoAlternatives { choice: String },
    #[error("wide data need [alternatives] with those that [data] choice counts")]
    NoAlternativesCounted,
    #[error("two alternatives are called \"{name}\"; rename one")]
    SameName { name: String },
    #[error("alternatives \"{first}\" and \"{second}\" have the same code {code}; give each its own")]
    SameCode {
        first: String,
        second: String,
        code: String,
    },
    #[error(
        "alternative \"{alternative}\" has the text {code} as its code, but column \"{column}\" holds numbers; write the number"
    )]
    CodeType {
        alternative: String,
        code: String,
        column: String,
    },
    #[error("alternative \"{alternative}\" has the code {code}; a code is a finite number or a text")]
    CodeNotFinite { alternative: String, code: String },
    #[error("{label}: no alternative \"{name}\" (there are {known}){}", suggest(suggestion))]
    NoAlternative {
        label: String,
        name: String,
        suggestion: Option<String>,
        known: String,
    },
    #[error(
        "{places}: column \"{column}\" has {} not among the alternatives ({known}); add {} to [alternatives] or filter such rows out",
        codes_which(codes),
        pronoun(codes)
    )]
    UnknownCode {
        places: Places,
        column: String,
        codes: Samples,
        known: String,
    },
    #[error("{places}: no value in column \"{column}\", but {role} is needed in every row; fill it in{} filter such rows out", missing_hint(*droppable))]
    MissingIdentifier {
        places: Places,
        column: String,
        role: &'static str,
        droppable: bool,
    },
    #[error(
        "{places}: no value in column \"{column}\", needed by {label}; fill it in, or set missing = \"drop_case\" or \"drop_alternative\" in [data]"
    )]
    MissingCell {
        places: Places,
        label: String,
        column: String,
    },
    #[error(
        "{places}: no finite value for {label}: {fault}; correct the data, filter such rows out, or guard it with if(...)"
    )]
    NotFinite {
        places: Places,
        label: String,
        fault: String,
    },
    #[error(
        "{places}: column \"{column}\" holds {values}, but a choice is 0 or 1 (true or false); if it says how often each alternative was chosen, set counts = true in [data]"
    )]
    NotAChoice {
        places: Places,
        column: String,
        values: Samples,
    },
    #[error("{places}: {what} {values}, but {expected}; correct the data or filter such rows out")]
    NotACount {
        places: Places,
        what: String,
        values: Samples,
        expected: &'static str,
    },
    #[error("{places}: the shares {} to {sum}, but those of a case sum to 1; {}", sum_up(places), shares_hint(*filtered))]
    SharesSum { places: Places, sum: f64, filtered: bool },
    #[error("[data] choice has two counts of \"{name}\"; add them up")]
    CountedTwice { name: String },
    #[error("column \"{column}\" of {file} holds text (such as {example}), but {expected}")]
    TextColumn {
        file: String,
        column: String,
        expected: &'static str,
        example: String,
    },
    #[error("{places}: no alternative is chosen; every case needs {needed}: correct the data or filter such cases out")]
    NoChoice { places: Places, needed: String },
    #[error(
        "{places}: more than one alternative is chosen; a case has one choice: check that \"{case}\" identifies cases, or set counts = true in [data]"
    )]
    SeveralChoices { places: Places, case: String },
    #[error(
        "{places}: the {what} alternative \"{alternative}\" is unavailable (\"{available}\" is 0); correct the data or drop such cases with filter"
    )]
    ChosenUnavailable {
        places: Places,
        what: &'static str,
        alternative: String,
        available: String,
    },
    #[error(
        "{places}: column \"{column}\" holds {values}, but a rank is a whole number, 1 for the best, and 0 or empty for what comes after all that are ranked; correct the data or filter such cases out"
    )]
    NotARank {
        places: Places,
        column: String,
        values: Samples,
    },
    #[error(
        "{places}: {} stands twice in its case ({column}); a rank belongs to one alternative, and those that are last together have none: correct the data or filter such cases out{advice}",
        a_rank(places, *rank)
    )]
    RankTwice {
        places: Places,
        rank: u32,
        column: String,
        advice: &'static str,
    },
    #[error(
        "{places}: {} stands in its case without the one before it ({column}); ranks are 1, 2, ... without a gap: correct the data or filter such cases out",
        a_rank(places, *rank)
    )]
    RankGap { places: Places, rank: u32, column: String },
    #[error(
        "{places}: column \"{column}\" ranks an alternative, but no value stands in column \"{empty}\" before it; ranks may be empty only from some rank on: correct the data or filter such cases out"
    )]
    RankSkipped {
        places: Places,
        column: String,
        empty: String,
    },
    #[error(
        "{places}: {} is ranked twice, in the columns \"{first}\" and \"{second}\"; it has one rank: correct the data or filter such cases out",
        an_alternative(places, alternative)
    )]
    RankedTwice {
        places: Places,
        alternative: String,
        first: String,
        second: String,
    },
    #[error(
        "{places}: only one alternative is ranked, but with best_worst = true a case has a best and a worst one; correct the data or filter such cases out"
    )]
    NoWorst { places: Places },
    #[error(
        "{places}: more than the best and the worst are ranked, which max_diff = true takes as one choice of a pair; rank no others, or remove max_diff to take one after another"
    )]
    MoreThanBestAndWorst { places: Places },
    #[error("[ranking]: {0}")]
    RankingSchema(&'static str),
    #[error(
        "choice cannot hold both counts (or shares) and ranks; remove counts = true (or shares = true), or [ranking]"
    )]
    CountsAndRanks,
    #[error("{places}: the choice set has {size}; a choice needs at least two alternatives: filter such cases out")]
    TooFewAlternatives { places: Places, size: &'static str },
    #[error(
        "{places}: no alternative is available; there is nothing to predict: correct the data or filter such cases out"
    )]
    NothingAvailable { places: Places },
    #[error(
        "{places}: {} in its case; a case has each alternative once: check the columns \"{case}\" and \"{column}\"",
        stands_twice(places, alternative)
    )]
    DuplicateAlternative {
        places: Places,
        alternative: String,
        case: String,
        column: String,
    },
    #[error("{places}: weight {value} is negative; weights are 0 or more: correct the data or filter such cases out")]
    NegativeWeight { places: Places, value: f64 },
    #[error("every weight (\"{weight}\") is 0 in {file}; at least one case must count")]
    ZeroWeights { file: String, weight: String },
    #[error(
        "{places}: the weight changes within a case (from {first} to {second}); a case has one weight: correct the data"
    )]
    WeightVaries { places: Places, first: f64, second: f64 },
    #[error(
        "{places}: {label} changes within a case (column \"{column}\", {change}); it is the same for all \
         alternatives of a case: use columns that do not change, or correct the data"
    )]
    CaseValueVaries {
        places: Places,
        label: String,
        column: String,
        change: String,
    },
    #[error(
        "{places}: the decision maker changes within a case (column \"{column}\", from {first} to {second}); a case has one decision maker: check \"{case}\""
    )]
    DecisionMakerVaries {
        places: Places,
        column: String,
        first: String,
        second: String,
        case: String,
    },
    #[error(
        "{places}: column \"{column}\" changes within a case; scores can only be clustered on a column that is constant within cases"
    )]
    ClusterVaries { places: Places, column: String },
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<DataError>),
}

impl DataError {
    /// One error from a list that is not empty.
    pub fn from_list(mut errors: Vec<DataError>) -> Self {
        match errors.len() {
            1 => errors.remove(0),
            _ => DataError::Several(errors),
        }
    }

    /// The independent problems, one by one.
    pub fn each(&self) -> &[DataError] {
        match self {
            DataError::Several(errors) => errors,
            one => std::slice::from_ref(one),
        }
    }
}

/// The name most like `name`, if one is near enough to be what was meant.
pub fn near_miss<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    logsum_expressions::suggest(name, known.into_iter().filter(|candidate| *candidate != name)).map(str::to_owned)
}

/// Names in quotes, the first few of them.
pub fn name_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const LISTED: usize = 8;
    let names: Vec<&str> = names.into_iter().collect();
    let mut text = names
        .iter()
        .take(LISTED)
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > LISTED {
        text += &format!(" and {} more", names.len() - LISTED);
    }
    text
}

fn suggest(suggestion: &Option<String>) -> String {
    suggestion
        .as_ref()
        .map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"))
}

fn missing_hint(droppable: bool) -> &'static str {
    if droppable {
        ", set missing = \"drop_case\" in [data], or"
    } else {
        " or"
    }
}

fn codes_which(codes: &Samples) -> String {
    if codes.distinct == 1 {
        format!("the code {codes}, which is")
    } else {
        format!("the codes {codes}, which are")
    }
}

fn pronoun(codes: &Samples) -> &'static str {
    if codes.distinct == 1 { "it" } else { "them" }
}

fn every_case(cases: usize) -> String {
    match cases {
        1 => "the only case".to_owned(),
        many => format!("all {many} cases"),
    }
}

fn sum_up(places: &Places) -> &'static str {
    if places.total() == 1 { "sum" } else { "sum (the first)" }
}

fn shares_hint(filtered: bool) -> &'static str {
    if filtered {
        "the filter removes alternatives of it: let it keep whole cases, or correct the data"
    } else {
        "correct the data, or set counts = true in place of shares if they say how often each alternative was chosen"
    }
}

fn a_rank(places: &Places, rank: u32) -> String {
    if places.total() == 1 {
        format!("rank {rank}")
    } else {
        format!("a rank (first {rank})")
    }
}

fn an_alternative(places: &Places, alternative: &str) -> String {
    if places.total() == 1 {
        format!("alternative \"{alternative}\"")
    } else {
        format!("an alternative (first \"{alternative}\")")
    }
}

fn stands_twice(places: &Places, alternative: &str) -> String {
    if places.total() == 1 {
        format!("alternative {alternative} stands twice")
    } else {
        format!("an alternative (first {alternative}) stands twice")
    }
}
