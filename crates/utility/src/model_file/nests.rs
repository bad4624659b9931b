//! The table [nests].

use logsum_expressions::Expression;
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Section, kind};
use crate::nests::{Member, Nest, Nests, pair_name};

/// What other packages call the dissimilarity, or its inverse.
const OTHER_NAMES: [&str; 5] = ["lambda", "scale", "mu", "parameter", "coefficient"];

/// Reads the table; `alternatives` are those of the model file, where it names them.
pub(super) fn read(section: Section<'_, '_, '_>, alternatives: &[&str]) -> Nests {
    let reader = section.reader;
    let mut nests = Nests::default();
    for (name, span, value) in section.entries() {
        let Some(table) = value.get_ref().as_table() else {
            let message = format!(
                "nest \"{name}\" is a table, as in {name} = {{ members = [\"a\", \"b\"], dissimilarity = \"lambda\" }}, not {}",
                kind(value)
            );
            reader.problem(value.span(), message);
            continue;
        };
        let nest = Section::new(reader, format!("nest \"{name}\""), span, table);
        match nest.take("pairs_of") {
            Some(pairs_of) => nests.nests.extend(read_pairs(nest, pairs_of, alternatives)),
            None => nests.nests.extend(read_nest(nest, name)),
        }
    }
    nests
}

fn read_nest(section: Section<'_, '_, '_>, name: &str) -> Option<Nest> {
    let reader = section.reader;
    let members = section.require("members", "members = [\"train\", \"bus\"]");
    let members = members.and_then(|value| read_members(&section, value));
    // What another name was given to is not missing.
    let renamed = section.names().any(|name| OTHER_NAMES.contains(&name));
    let dissimilarity = match renamed {
        true => section.take("dissimilarity"),
        false => section.require("dissimilarity", "dissimilarity = \"lambda\", a declared parameter"),
    };
    let dissimilarity = dissimilarity.and_then(|value| reader.expression_of("dissimilarity", value));
    let normalised = section.bool("normalised").unwrap_or(true);
    section.finish(|key| match key {
        name if OTHER_NAMES.contains(&name) => Some(
            "a nest's parameter is its dissimilarity, dissimilarity = \"lambda\": 1 is logit, less is alike (its inverse is the \
             scale mu)"
                .to_owned(),
        ),
        "nests" | "alternatives" => Some("what is in a nest, alternatives or nests, is listed in members".to_owned()),
        "normalized" => Some("the key is spelt \"normalised\"".to_owned()),
        _ => None,
    });
    Some(Nest {
        name: name.to_owned(),
        members: members?,
        dissimilarity: dissimilarity?,
        normalised,
    })
}

/// A list of names, or a table of allocations.
fn read_members(section: &Section<'_, '_, '_>, value: &Spanned<DeValue<'_>>) -> Option<Vec<Member>> {
    let reader = section.reader;
    match value.get_ref() {
        DeValue::Array(list) => {
            let one = |value: &Spanned<DeValue<'_>>| {
                let name = reader.text_of("a member", value)?;
                Some(Member { name, allocation: None })
            };
            let members: Vec<Option<Member>> = list.iter().map(one).collect();
            members.into_iter().collect()
        }
        DeValue::Table(table) => {
            let mut members = Some(Vec::new());
            for (name, value) in table {
                let name = name.get_ref().to_string();
                let allocation = reader.expression_of(&format!("the allocation of \"{name}\""), value);
                match (allocation, &mut members) {
                    (Some(allocation), Some(members)) => members.push(Member {
                        name,
                        allocation: Some(allocation),
                    }),
                    _ => members = None,
                }
            }
            members
        }
        _ => {
            let message = format!(
                "{}: members are a list of names, or a table of allocations as in {{ train = 0.5, bus = 1.0 }}, not {}",
                section.name,
                kind(value)
            );
            reader.problem(value.span(), message);
            None
        }
    }
}

/// A nest for each two of some alternatives.
fn read_pairs(section: Section<'_, '_, '_>, pairs_of: &Spanned<DeValue<'_>>, alternatives: &[&str]) -> Vec<Nest> {
    let reader = section.reader;
    let names: Option<Vec<String>> = match pairs_of.get_ref() {
        DeValue::Array(list) => list.iter().map(|value| reader.text_of("a member", value)).collect(),
        DeValue::String(text) if *text == "all" => match alternatives {
            [] => {
                let message = "pairs_of = \"all\" needs the alternatives in [alternatives]; list them here instead";
                reader.problem(pairs_of.span(), message);
                None
            }
            _ => Some(alternatives.iter().map(|&name| name.to_owned()).collect()),
        },
        _ => {
            let message = format!("pairs_of is a list of alternatives, or \"all\", not {}", kind(pairs_of));
            reader.problem(pairs_of.span(), message);
            None
        }
    };
    if names.as_ref().is_some_and(|names| names.len() < 2) {
        reader.problem(pairs_of.span(), "pairs_of needs two alternatives or more");
    }
    let value = section.require("dissimilarity", "dissimilarity = \"lambda\", a declared parameter");
    let names = names.unwrap_or_default();
    let place = |at: usize| names.get(at).map_or("", String::as_str);
    let mut own: Vec<(String, Option<Expression>)> = Vec::new();
    let mut shared = None;
    let mut all_known = true;
    match value.map(|value| (value, value.get_ref().as_table())) {
        None => {}
        Some((_, Some(table))) => {
            for (name, value) in table {
                let name = name.get_ref().to_string();
                let known = (0..names.len()).any(|j| (0..j).any(|i| pair_name(place(i), place(j)) == name));
                if !known {
                    all_known = false;
                    let message =
                        format!("\"{name}\" is no pair; that of \"a\" and \"b\" is \"a_b\", in the order of pairs_of");
                    reader.problem(value.span(), message);
                }
                own.push((name, reader.expression_of("dissimilarity", value)));
            }
        }
        Some((value, None)) => shared = reader.expression_of("dissimilarity", value),
    }
    let mut lacking = Vec::new();
    let nests = Nests::pairs(&names, |i, j| {
        let name = pair_name(place(i), place(j));
        let own = own
            .iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, own)| own.clone());
        own.or_else(|| shared.clone()).unwrap_or_else(|| {
            lacking.push(name);
            Expression::number(1.0)
        })
    });
    if !lacking.is_empty() && !own.is_empty() && all_known {
        let message = format!(
            "{} has no dissimilarity for {}; give one, or a single one for all pairs",
            section.name,
            logsum_data::name_list(lacking.iter().map(String::as_str))
        );
        reader.problem(section.span.clone(), message);
    }
    section.finish(|key| match key {
        "members" => Some("a nest has members, or pairs_of, not both".to_owned()),
        _ => None,
    });
    nests.nests
}

/// The table as JSON of the same structure.
pub(super) fn to_json(nests: &Nests) -> Map<String, Value> {
    let one = |nest: &Nest| {
        let allocated = nest.members.iter().any(|member| member.allocation.is_some());
        let members = match allocated {
            false => nest.members.iter().map(|member| json!(member.name)).collect(),
            true => {
                let entry = |member: &Member| {
                    let allocation = member.allocation.as_ref().map_or(json!(1.0), expression);
                    (member.name.clone(), allocation)
                };
                Value::Object(nest.members.iter().map(entry).collect())
            }
        };
        let mut table = Map::new();
        table.insert("members".to_owned(), members);
        table.insert("dissimilarity".to_owned(), expression(&nest.dissimilarity));
        if !nest.normalised {
            table.insert("normalised".to_owned(), json!(false));
        }
        (nest.name.clone(), Value::Object(table))
    };
    nests.nests.iter().map(one).collect()
}

fn expression(expression: &Expression) -> Value {
    json!(expression.source())
}
