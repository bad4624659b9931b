//! The table [simulate]: distributions of synthetic attributes.

use std::ops::Range;

use logsum_data::{Code, Layout, name_list, near_miss};
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Reader, Section, kind, number};
use crate::synthetic::{Distribution, Per, Synthetic, SyntheticColumn};

const DISTRIBUTIONS: [&str; 6] = ["normal", "lognormal", "uniform", "triangular", "bernoulli", "values"];

/// Reads the table for data of that layout.
pub(super) fn read(section: Section<'_, '_, '_>, layout: Option<&Layout>) -> Synthetic {
    let reader = section.reader;
    let rows_per_case = section.take("rows_per_case").and_then(|value| {
        let rows = number(value).filter(|rows| *rows >= 2.0 && rows.fract() == 0.0 && *rows <= 1e6);
        if rows.is_none() {
            reader.problem(
                value.span(),
                "rows_per_case is a whole number from 2, the alternatives of each case",
            );
        } else if matches!(layout, Some(Layout::Wide { .. })) {
            reader.problem(
                value.span(),
                "rows_per_case belongs to long data; in wide data a row is a case",
            );
        }
        rows.map(|rows| rows as usize)
    });
    let columns = section
        .entries()
        .filter(|(name, ..)| *name != "rows_per_case")
        .filter_map(|(name, span, value)| column(reader, name, span, value, layout))
        .collect();
    Synthetic { rows_per_case, columns }
}

fn column(
    reader: &Reader<'_>,
    name: &str,
    span: Range<usize>,
    value: &Spanned<DeValue<'_>>,
    layout: Option<&Layout>,
) -> Option<SyntheticColumn> {
    let usual = match layout {
        Some(Layout::Wide { .. }) => Per::Case,
        _ => Per::Alternative,
    };
    let label = format!("simulated column \"{name}\"");
    let DeValue::Table(table) = value.get_ref() else {
        if matches!(value.get_ref(), DeValue::Array(_)) {
            let message = format!(
                "{label} is a table such as {{ distribution = \"normal\", mean = 0, sd = 1 }}, a number or an expression, not {}",
                kind(value)
            );
            reader.problem(value.span(), message);
            return None;
        }
        let expression = reader.expression_of(&label, value)?;
        return Some(SyntheticColumn {
            name: name.to_owned(),
            per: usual,
            values: Distribution::Expression(expression),
        });
    };
    let entry = Section::new(reader, label, span, table);
    let per = entry.take("per").map_or(Some(usual), |value| {
        let text = reader.text_of("per", value)?;
        let per = match text.as_str() {
            "alternative" => Per::Alternative,
            "case" => Per::Case,
            "decision_maker" => Per::DecisionMaker,
            _ => {
                let message = format!("per is \"alternative\", \"case\" or \"decision_maker\", not \"{text}\"");
                reader.problem(value.span(), message);
                return None;
            }
        };
        if per == Per::Alternative && usual == Per::Case {
            reader.problem(
                value.span(),
                "a column of wide data has one value per case; \"alternative\" is for long data",
            );
            return None;
        }
        Some(per)
    });
    if let Some(expression) = entry.expression("expression") {
        entry.finish(|_| None);
        return Some(SyntheticColumn {
            name: name.to_owned(),
            per: per?,
            values: Distribution::Expression(expression),
        });
    }
    let distribution = entry
        .require("distribution", "distribution = \"normal\"")
        .and_then(|value| Some((value, reader.text_of("distribution", value)?)));
    let Some((at, kind)) = distribution else {
        // Which keys belong here depends on the distribution.
        for key in [
            "mean",
            "sd",
            "low",
            "mode",
            "high",
            "probability",
            "values",
            "probabilities",
        ] {
            entry.take(key);
        }
        entry.finish(|_| None);
        return None;
    };
    let values = match kind.as_str() {
        "normal" | "lognormal" => spread(&entry, &kind),
        "uniform" | "triangular" => between(&entry, &kind),
        "bernoulli" => probability(&entry),
        "values" => listed(&entry),
        other => {
            let near = near_miss(other, DISTRIBUTIONS);
            let near = near.map_or(String::new(), |known| format!("; did you mean \"{known}\"?"));
            let message = format!(
                "no distribution \"{other}\"; there are {}{near}",
                name_list(DISTRIBUTIONS)
            );
            reader.problem(at.span(), message);
            entry.abandon();
            return None;
        }
    };
    entry.finish(|_| None);
    Some(SyntheticColumn {
        name: name.to_owned(),
        per: per?,
        values: values?,
    })
}

/// A number that must be there and be finite.
fn finite(entry: &Section<'_, '_, '_>, key: &'static str) -> Option<f64> {
    let value = entry.require(key, &format!("{key} = 1.0"))?;
    let found = entry.reader.number_of(key, value)?;
    if !found.is_finite() {
        entry
            .reader
            .problem(value.span(), format!("{key} is {found}; it must be a finite number"));
        return None;
    }
    Some(found)
}

fn spread(entry: &Section<'_, '_, '_>, kind: &str) -> Option<Distribution> {
    let (mean, sd) = (finite(entry, "mean"), finite(entry, "sd"));
    let (mean, sd) = (mean?, sd?);
    if sd <= 0.0 {
        let place = entry.take("sd").map_or(entry.span.clone(), Spanned::span);
        entry
            .reader
            .problem(place, format!("sd is {sd}; a standard deviation is positive"));
        return None;
    }
    Some(match kind {
        "normal" => Distribution::Normal { mean, sd },
        _ => Distribution::Lognormal { mean, sd },
    })
}

fn between(entry: &Section<'_, '_, '_>, kind: &str) -> Option<Distribution> {
    let (low, high) = (finite(entry, "low"), finite(entry, "high"));
    let mode = (kind == "triangular").then(|| finite(entry, "mode"));
    let (low, high) = (low?, high?);
    let mode = match mode {
        Some(mode) => Some(mode?),
        None => None,
    };
    if low >= high || mode.is_some_and(|mode| mode < low || mode > high) {
        let place = entry.take("low").map_or(entry.span.clone(), Spanned::span);
        let message = match mode {
            Some(mode) => format!("low {low}, mode {mode}, high {high}: they must ascend, low below high"),
            None => format!("low {low} is not below high {high}"),
        };
        entry.reader.problem(place, message);
        return None;
    }
    if !(high - low).is_finite() {
        let place = entry.take("low").map_or(entry.span.clone(), Spanned::span);
        let message = format!("from {low} to {high} is farther than numbers reach; choose nearer ends");
        entry.reader.problem(place, message);
        return None;
    }
    Some(match mode {
        None => Distribution::Uniform { low, high },
        Some(mode) => Distribution::Triangular { low, mode, high },
    })
}

fn probability(entry: &Section<'_, '_, '_>) -> Option<Distribution> {
    let probability = finite(entry, "probability")?;
    if !(0.0..=1.0).contains(&probability) {
        let place = entry.take("probability").map_or(entry.span.clone(), Spanned::span);
        entry
            .reader
            .problem(place, format!("probability is {probability}; it lies between 0 and 1"));
        return None;
    }
    Some(Distribution::Bernoulli { probability })
}

/// Numbers or texts with their probabilities, equal ones if none are given.
fn listed(entry: &Section<'_, '_, '_>) -> Option<Distribution> {
    let reader = entry.reader;
    let value = entry.require("values", "values = [1, 2, 3]");
    let weights = entry.take("probabilities");
    let value = value?;
    let DeValue::Array(items) = value.get_ref() else {
        reader.problem(
            value.span(),
            format!("values is a list such as [1, 2, 3], not {}", kind(value)),
        );
        return None;
    };
    let code = |item: &Spanned<DeValue<'_>>| {
        number(item)
            .filter(|number| number.is_finite())
            .map(Code::Number)
            .or_else(|| item.get_ref().as_str().map(|text| Code::Text(text.to_owned())))
    };
    let values: Vec<Code> = items.iter().filter_map(code).collect();
    let texts = values.iter().filter(|value| matches!(value, Code::Text(_))).count();
    if values.is_empty() || values.len() < items.len() || (texts > 0 && texts < values.len()) {
        reader.problem(
            value.span(),
            "values are finite numbers, or texts, at least one of them and all of one kind",
        );
        return None;
    }
    let probabilities = match weights {
        None => vec![1.0 / values.len() as f64; values.len()],
        Some(weights) => {
            let numbers: Option<Vec<f64>> = weights
                .get_ref()
                .as_array()
                .and_then(|items| items.iter().map(number).collect());
            let sound = |list: &Vec<f64>| {
                let inside = list.iter().all(|probability| (0.0..=1.0).contains(probability));
                // Decimals such as 0.1 do not sum to exactly 1.
                list.len() == values.len() && inside && (list.iter().sum::<f64>() - 1.0).abs() < 1e-9
            };
            match numbers.filter(sound) {
                Some(numbers) => numbers,
                None => {
                    let message = format!(
                        "probabilities are numbers from 0 to 1 that sum to 1, one for each of the {} values",
                        values.len()
                    );
                    reader.problem(weights.span(), message);
                    return None;
                }
            }
        }
    };
    Some(Distribution::Values { values, probabilities })
}

/// The table as JSON of the same structure.
pub(super) fn to_json(synthetic: &Synthetic) -> Map<String, Value> {
    let rows = synthetic
        .rows_per_case
        .map(|rows| ("rows_per_case".to_owned(), json!(rows)));
    let columns = synthetic.columns.iter().map(|column| {
        let mut entry = match &column.values {
            // As a table, for the writer of TOML puts bare values before tables, and the order has a meaning.
            Distribution::Expression(expression) => {
                let entry = json!({ "expression": expression.source(), "per": column.per.name() });
                return (column.name.clone(), entry);
            }
            Distribution::Normal { mean, sd } | Distribution::Lognormal { mean, sd } => {
                json!({ "mean": mean, "sd": sd })
            }
            Distribution::Uniform { low, high } => json!({ "low": low, "high": high }),
            Distribution::Triangular { low, mode, high } => json!({ "low": low, "mode": mode, "high": high }),
            Distribution::Bernoulli { probability } => json!({ "probability": probability }),
            Distribution::Values { values, probabilities } => {
                let code = |value: &Code| match value {
                    Code::Number(number) => json!(number),
                    Code::Text(text) => json!(text),
                };
                json!({ "values": values.iter().map(code).collect::<Vec<_>>(), "probabilities": probabilities })
            }
        };
        entry["distribution"] = json!(column.values.name());
        entry["per"] = json!(column.per.name());
        (column.name.clone(), entry)
    });
    rows.into_iter().chain(columns).collect()
}
