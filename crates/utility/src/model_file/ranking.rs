//! The table `[ranking]`, and the columns that hold the ranks.

use std::ops::Range;

use logsum_data::RankingSchema;
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Reader, Section};

/// What the table says.
pub(super) struct Ranks {
    /// Its place.
    pub span: Range<usize>,
    /// Whether the last is the worst.
    pub best_worst: bool,
}

pub(super) fn read(section: Section<'_, '_, '_>) -> Ranks {
    let best_worst = section.bool("best_worst").unwrap_or(false);
    let span = section.span.clone();
    section.finish(|name| match name {
        "choice" => Some("\"choice\" belongs to [data], also where it names the columns of a ranking".to_owned()),
        _ => None,
    });
    Ranks { span, best_worst }
}

/// The table as JSON.
pub(super) fn to_json(ranking: &RankingSchema) -> Value {
    if ranking.best_worst {
        json!({ "best_worst": true })
    } else {
        json!({})
    }
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
             such as [\"best\", \"second\", \"third\"]",
        ),
        (Some(_), None) => {
            problem("a list of choices is a ranking: add the table [ranking], or name the column of the best alone")
        }
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
