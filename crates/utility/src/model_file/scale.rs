//! The table `[scale]`.

use logsum_data::near_miss;
use logsum_expressions::Expression;
use serde_json::{Map, Value, json};
use toml::de::DeTable;

use super::reader::{Section, kind};
use crate::scale::Scale;
use crate::specification::Specification;
use crate::term::{self, Term};

/// The keys of an entry, as a message gives them.
const EXAMPLE: &str = "{ when = \"SP == 1\", parameter = \"mu_sp\" } or { expression = \"exp(g_age * age)\" }";

/// Reads the table; `coefficients` are the names that stand for coefficients in utilities.
pub(super) fn read(section: &Section<'_, '_, '_>, coefficients: &[&str]) -> Vec<Scale> {
    let reader = section.reader;
    let mut scales = Vec::new();
    for (name, span, value) in section.entries() {
        let Some(table) = value.get_ref().as_table() else {
            let message = format!("scale \"{name}\" is a table such as {EXAMPLE}, not {}", kind(value));
            reader.problem(value.span(), message);
            continue;
        };
        let entry = Section::new(reader, format!("scale \"{name}\""), span, table);
        scales.extend(read_entry(entry, name, table, coefficients));
    }
    scales
}

fn read_entry(entry: Section<'_, '_, '_>, name: &str, table: &DeTable<'_>, coefficients: &[&str]) -> Option<Scale> {
    let reader = entry.reader;
    let restricted = table.contains_key("when");
    let when = entry.take("when");
    let when = when.and_then(|value| reader.expression_of(&format!("scale \"{name}\", when"), value));
    let expression = entry.take("expression");
    let parameter = entry.take("parameter");
    let factor = match (parameter, expression) {
        (Some(value), None) => reader.text_of("parameter", value).and_then(|parameter| {
            if coefficients.contains(&parameter.as_str()) {
                return Some(term::parameter(&parameter));
            }
            let near = near_miss(&parameter, coefficients.iter().copied());
            let hint = match (near, Expression::parse(&parameter)) {
                (Some(near), _) => format!("; did you mean \"{near}\"?"),
                (None, Ok(expression)) if expression.names() != [parameter.as_str()] => {
                    "; what is computed is given as \"expression\"".to_owned()
                }
                (None, _) => String::new(),
            };
            let message = format!("scale \"{name}\": \"{parameter}\" is not declared in [parameters]{hint}");
            reader.problem(value.span(), message);
            None
        }),
        (None, Some(value)) => reader
            .expression_of(&format!("scale \"{name}\""), value)
            .map(Term::from),
        (Some(_), Some(value)) => {
            let message = format!("scale \"{name}\" has a parameter and an expression; keep one");
            reader.problem(value.span(), message);
            None
        }
        (None, None) => {
            entry.missing(
                "parameter",
                format!("scale \"{name}\" needs a parameter or an expression, as in {EXAMPLE}"),
            );
            None
        }
    };
    entry.finish(|_| None);
    let scale = Scale::new(name, factor?);
    match (when, restricted) {
        (Some(when), _) => Some(scale.when(when)),
        (None, false) => Some(scale),
        (None, true) => None,
    }
}

/// The table as JSON of the same structure.
pub(super) fn to_json(specification: &Specification) -> Map<String, Value> {
    let coefficients = specification.coefficients();
    let one = |scale: &Scale| {
        let mut entry = Map::new();
        if let Some(when) = scale.condition() {
            entry.insert("when".to_owned(), json!(when.source()));
        }
        match scale
            .factor()
            .only_name()
            .filter(|only| coefficients.iter().any(|known| known == only))
        {
            Some(parameter) => entry.insert("parameter".to_owned(), json!(parameter)),
            None => entry.insert("expression".to_owned(), json!(scale.factor().source())),
        };
        (scale.name().to_owned(), Value::Object(entry))
    };
    specification.scales.iter().map(one).collect()
}

/// The parameters that are a scale by themselves: their natural start is 1.
pub(super) fn parameters(scales: &[Scale]) -> impl Iterator<Item = &str> {
    scales.iter().filter_map(|scale| scale.factor().only_name())
}
