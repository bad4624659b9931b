//! The table [probit].

use logsum_data::{name_list, near_miss};
use serde_json::{Map, Value, json};

use super::reader::{Section, kind};
use crate::probit::{ErrorCovariance, PatternElement, Probabilities, Probit};

/// Reads the table, if there is one; `alternatives` are those of the model file.
pub(super) fn read(root: &Section<'_, '_, '_>, alternatives: &[&str]) -> Option<Probit> {
    let section = root.section("probit")?;
    let reader = section.reader;
    let factors = section.whole("factors", 0);
    let pattern = section.section("pattern").map(read_pattern);
    let named = section.take("covariance").map(|value| {
        let text = reader.text_of("covariance", value)?;
        if !ErrorCovariance::NAMES.contains(&text.as_str()) {
            let near = near_miss(&text, ErrorCovariance::NAMES)
                .map_or(String::new(), |name| format!("; did you mean \"{name}\"?"));
            let message = format!(
                "no covariance \"{text}\" of errors; there are {}{near}",
                name_list(ErrorCovariance::NAMES)
            );
            reader.problem(value.span(), message);
            return None;
        }
        Some((text, value.span()))
    });
    let covariance = match (named, factors, pattern) {
        (Some(None), ..) | (_, None, _) | (_, _, Some(None)) => None,
        (Some(Some((name, span))), Some(factors), pattern) => {
            let pattern = pattern.flatten();
            if factors.is_some() && name != "factors" {
                reader.problem(
                    span.clone(),
                    format!("factors are for covariance = \"factors\", not \"{name}\"; remove one of the two"),
                );
            }
            if pattern.is_some() && name != "pattern" {
                let message =
                    format!("[probit.pattern] is for covariance = \"pattern\", not \"{name}\"; remove one of the two");
                reader.problem(span, message);
            }
            Some(match name.as_str() {
                "full" => ErrorCovariance::Full,
                "diagonal" => ErrorCovariance::Diagonal,
                "independent" => ErrorCovariance::Independent,
                "factors" => ErrorCovariance::Factors(factors.unwrap_or(1) as usize),
                _ => ErrorCovariance::Pattern(pattern.unwrap_or_default()),
            })
        }
        (None, Some(Some(factors)), None) => Some(ErrorCovariance::Factors(factors as usize)),
        (None, Some(None), Some(Some(pattern))) => Some(ErrorCovariance::Pattern(pattern)),
        (None, Some(Some(_)), Some(Some(_))) => {
            reader.problem(
                section.span.clone(),
                "[probit] has factors and a pattern; remove one of the two",
            );
            None
        }
        (None, Some(None), None) => Some(ErrorCovariance::Full),
    };
    let base = section.take("base").map(|value| reader.text_of("base", value));
    let probabilities = match section.take("probabilities") {
        None => Some(Probabilities::default()),
        Some(value) => reader.text_of("probabilities", value).and_then(|text| {
            let known = Probabilities::NAMES.into_iter().find(|(name, _)| *name == text);
            if known.is_none() {
                let names = Probabilities::NAMES.map(|(name, _)| name);
                let message = format!(
                    "no way \"{text}\" to compute probabilities; there are {}",
                    name_list(names)
                );
                reader.problem(value.span(), message);
            }
            known.map(|(_, probabilities)| probabilities)
        }),
    };
    section.finish(|key| match key {
        "draws" | "number" | "seed" | "method" => Some("draws are set in [draws]".to_owned()),
        "correlation" | "errors" => Some("the covariance of the errors is \"covariance\"".to_owned()),
        _ => None,
    });
    Some(Probit {
        covariance: covariance?,
        base: match base {
            None => None,
            Some(base) => Some(base?),
        },
        probabilities: probabilities?,
        alternatives: alternatives.iter().map(|&name| name.to_owned()).collect(),
    })
}

/// Elements by their two alternatives: `bus.train = "rho"`.
fn read_pattern(section: Section<'_, '_, '_>) -> Option<Vec<PatternElement>> {
    let reader = section.reader;
    let mut elements = Some(Vec::new());
    for (row, span, value) in section.entries() {
        let Some(columns) = value.get_ref().as_table() else {
            let message = format!(
                "\"{row}\" needs a second alternative, as in {row}.{row} = \"variance\" or {row}.other = \"covariance\", not {}",
                kind(value)
            );
            reader.problem(span, message);
            elements = None;
            continue;
        };
        for (column, value) in columns {
            let column = column.get_ref().to_string();
            let expression = reader.expression_of(&format!("{row}.{column}"), value);
            match (expression, &mut elements) {
                (Some(value), Some(elements)) => elements.push(PatternElement {
                    row: row.to_owned(),
                    column,
                    value,
                }),
                _ => elements = None,
            }
        }
    }
    elements
}

/// The table as JSON of the same structure.
pub(super) fn to_json(probit: &Probit) -> Map<String, Value> {
    let mut table = Map::new();
    table.insert("covariance".to_owned(), json!(probit.covariance.name()));
    match &probit.covariance {
        ErrorCovariance::Factors(factors) => {
            table.insert("factors".to_owned(), json!(factors));
        }
        ErrorCovariance::Pattern(elements) => {
            let mut rows: Map<String, Value> = Map::new();
            for element in elements {
                let row = rows.entry(element.row.clone()).or_insert_with(|| json!({}));
                row[&element.column] = json!(element.value.source());
            }
            table.insert("pattern".to_owned(), Value::Object(rows));
        }
        _ => {}
    }
    if let Some(base) = &probit.base {
        table.insert("base".to_owned(), json!(base));
    }
    if probit.probabilities != Probabilities::default() {
        table.insert("probabilities".to_owned(), json!(probit.probabilities.name()));
    }
    table
}
