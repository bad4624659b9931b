//! Counts and shares in `[data]`: how often, or by which part of those who chose, each alternative was chosen.

use std::ops::Range;

use logsum_data::{AlternativeCount, WideChoice, near_miss};
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::ranking::Ranks;
use super::reader::{Reader, Section};

/// What `choice` says of every alternative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    Counts,
    Shares,
}

impl Tally {
    /// The key that says so.
    fn key(self) -> &'static str {
        match self {
            Tally::Counts => "counts",
            Tally::Shares => "shares",
        }
    }

    /// What `choice` is in wide data.
    pub fn example(self) -> String {
        let (what, column) = match self {
            Tally::Counts => ("count", "n"),
            Tally::Shares => ("share", "share"),
        };
        format!(
            "choice = {{ train = \"{column}_train\", car = \"{column}_car\" }}, the column (or an expression) with the {what} \
             of each alternative"
        )
    }
}

/// What `counts` and `shares` say; none if choices are single ones.
pub(super) fn tally(data: &Section<'_, '_, '_>, ranks: Option<&Ranks>) -> Option<Tally> {
    let reader = data.reader;
    let read = |key: &'static str| {
        let value = data.take(key)?;
        if ranks.is_some() {
            reader.problem(
                value.span(),
                format!("\"{key}\" does not go with [ranking]: choice holds either {key} or ranks; remove one of them"),
            );
            return None;
        }
        reader.bool_of(key, value).filter(|flag| *flag).map(|_| value.span())
    };
    match (read("counts"), read("shares")) {
        (Some(_), Some(span)) => {
            reader.problem(
                span,
                "choice holds either counts or shares; keep one of counts = true and shares = true",
            );
            Some(Tally::Shares)
        }
        (Some(_), None) => Some(Tally::Counts),
        (None, Some(_)) => Some(Tally::Shares),
        (None, None) => None,
    }
}

/// Whether `[data]` is to hold counts or shares, also where something is wrong with it.
pub(super) fn are_meant(root: &Section<'_, '_, '_>) -> bool {
    let data = root.take("data").and_then(|data| data.get_ref().as_table());
    data.is_some_and(|data| {
        let table = data.get("choice").is_some_and(|choice| choice.get_ref().is_table());
        table || data.contains_key("counts") || data.contains_key("shares")
    })
}

/// The counts, shares or ranks of alternatives in wide data; `Some(None)` where the choice is a code or lists columns of
/// codes.
pub(super) fn of_alternatives(
    reader: &Reader<'_>,
    value: &Spanned<DeValue<'_>>,
    tally: Option<Tally>,
    ranks: Option<&Ranks>,
) -> Option<Option<WideChoice>> {
    let problem = |message: String| {
        reader.problem(value.span(), message);
        None
    };
    let (table, tally) = match (value.get_ref().as_table(), tally) {
        (None, None) => return Some(None),
        (Some(table), None) if ranks.is_some() => (table, None),
        (None, Some(tally)) => {
            return problem(format!(
                "with {} = true wide data need {}",
                tally.key(),
                tally.example()
            ));
        }
        (Some(_), None) => {
            return problem(
                "choice is a table where alternatives are counted: add counts = true or shares = true, or, if they are \
                 ranked, [ranking]; or name the column with the code of the chosen alternative"
                    .to_owned(),
            );
        }
        (Some(table), Some(tally)) => (table, Some(tally)),
    };
    if table.is_empty() {
        let example = tally.map_or(super::ranking::TABLE.to_owned(), Tally::example);
        return problem(format!("choice names no alternative; write {example}"));
    }
    let mut counts = Some(Vec::new());
    for (name, value) in table {
        let what = match tally {
            Some(Tally::Counts) => "count",
            Some(Tally::Shares) => "share",
            None => "rank",
        };
        let expression = reader.expression_of(&format!("{what} of \"{}\"", name.get_ref()), value);
        counts = counts.zip(expression).map(|(mut counts, expression)| {
            counts.push(AlternativeCount {
                alternative: name.get_ref().to_string(),
                expression,
            });
            counts
        });
    }
    Some(Some(WideChoice::Counts(counts?)))
}

/// The places of the names of alternatives in a table of counts.
pub(super) fn places(value: &Spanned<DeValue<'_>>) -> Vec<(String, Range<usize>)> {
    let table = value.get_ref().as_table().into_iter().flatten();
    table
        .map(|(name, _)| (name.get_ref().to_string(), name.span()))
        .collect()
}

/// Reports counts of alternatives that `[alternatives]` does not name.
pub(super) fn check_names(reader: &Reader<'_>, counted: &[(String, Range<usize>)], alternatives: &[&str]) {
    if alternatives.is_empty() {
        return;
    }
    for (name, span) in counted
        .iter()
        .filter(|(name, _)| !alternatives.contains(&name.as_str()))
    {
        let near = near_miss(name, alternatives.iter().copied());
        let near = near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"));
        let message = format!("choice names \"{name}\", which is not in [alternatives]{near}");
        reader.problem(span.clone(), message);
    }
}

/// The table as JSON of the same structure.
pub(super) fn to_json(counts: &[AlternativeCount]) -> Value {
    let one = |count: &AlternativeCount| (count.alternative.clone(), json!(count.expression.source()));
    Value::Object(counts.iter().map(one).collect::<Map<String, Value>>())
}
