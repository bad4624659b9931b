//! The table `[ranking]`, and the columns that hold the ranks.

use std::ops::Range;

use logsum_data::{RankingSchema, Ties};
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Reader, Section};

/// What the table says.
pub(super) struct Ranks {
    /// Its place.
    pub span: Range<usize>,
    /// What it says, but for the columns.
    pub schema: RankingSchema,
}

pub(super) fn read(section: Section<'_, '_, '_>) -> Ranks {
    let best_worst = section.bool("best_worst");
    let max_diff = section.bool("max_diff").unwrap_or(false);
    let span = section.span.clone();
    if max_diff && best_worst == Some(false) {
        let message = "max_diff = true takes the best and the worst as one choice of a pair; remove best_worst = false";
        section.reader.problem(span.clone(), message);
    }
    let best_worst = best_worst.unwrap_or(false) || max_diff;
    let ties = section
        .take("ties")
        .and_then(|value| ties(section.reader, value, best_worst));
    section.finish(|name| match name {
        "choice" => Some("\"choice\" belongs to [data], also where it names the columns of a ranking".to_owned()),
        _ => None,
    });
    let schema = RankingSchema {
        further: Vec::new(),
        best_worst,
        max_diff,
        ties,
    };
    Ranks { span, schema }
}

/// How the ranks of alternatives stand in wide data.
pub(super) const TABLE: &str = "choice = { train = \"rank_train\", car = \"rank_car\" }, the column (or an expression) with the rank of each alternative";

/// How alternatives that share a rank are taken.
fn ties(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>, best_worst: bool) -> Option<Ties> {
    let ties = match reader.text_of("ties", value)?.as_str() {
        "efron" => Ties::Efron,
        "exact" => Ties::Exact,
        other => {
            let message = format!(
                "ties is \"efron\" (an approximation) or \"exact\" (the sum over all orders of those that share a rank), not \
                 \"{other}\"; without it no two alternatives may share a rank"
            );
            reader.problem(value.span(), message);
            return None;
        }
    };
    if best_worst {
        let message = "the best and the worst are one each and cannot tie; remove ties, or best_worst and max_diff";
        reader.problem(value.span(), message);
        return None;
    }
    Some(ties)
}

/// The table as JSON.
pub(super) fn to_json(ranking: &RankingSchema) -> Value {
    let mut table = serde_json::Map::new();
    if ranking.best_worst {
        table.insert("best_worst".to_owned(), json!(true));
    }
    if ranking.max_diff {
        table.insert("max_diff".to_owned(), json!(true));
    }
    if let Some(ties) = ranking.ties {
        let ties = match ties {
            Ties::Efron => "efron",
            Ties::Exact => "exact",
        };
        table.insert("ties".to_owned(), json!(ties));
    }
    Value::Object(table)
}

/// The columns of outcomes of wide data: that of the choice, or those of a ranking, the best first.
pub(super) fn columns(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>, ranks: Option<&Ranks>) -> Option<Vec<String>> {
    let problem = |message: &str| {
        reader.problem(value.span(), message);
        None
    };
    match (value.get_ref().as_array(), ranks) {
        (None, None) => reader.text_of("choice", value).map(|choice| vec![choice]),
        (None, Some(_)) => problem(
            "of a ranking in wide data choice lists the columns with the codes of the ranked alternatives, the best first, \
             such as [\"best\", \"second\", \"third\"], or names the rank of each alternative: { train = \"rank_train\" }",
        ),
        (Some(_), None) => {
            problem("a list of choices is a ranking: add the table [ranking], or name the column of the best alone")
        }
        (Some(list), Some(ranks)) if ranks.schema.max_diff && list.len() > 2 => problem(
            "max_diff = true takes the best and the worst as one choice of a pair: choice lists their two columns; remove \
             max_diff to take one after another",
        ),
        (Some(list), Some(_)) => {
            let names: Vec<Option<String>> = list.iter().map(|name| reader.text_of("choice", name)).collect();
            let names: Vec<String> = names.into_iter().collect::<Option<_>>()?;
            let twice = (1..names.len()).find(|&at| names[..at].contains(&names[at]));
            if let Some(at) = twice {
                let message = format!(
                    "column \"{}\" stands twice in choice; each holds another rank",
                    names[at]
                );
                return problem(&message);
            }
            if names.len() < 2 {
                return problem(
                    "a ranking in wide data has at least two columns; with the best alone it is a choice: write choice = \
                     \"best\" and remove [ranking]",
                );
            }
            Some(names)
        }
    }
}

/// The column of outcomes of long data.
pub(super) fn column(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Option<String> {
    if value.get_ref().is_array() {
        reader.problem(
            value.span(),
            "choice is one column in long data; of a ranking ([ranking]) it is 1 for the best, 2 for the second, ...",
        );
        return None;
    }
    reader.text_of("choice", value)
}
