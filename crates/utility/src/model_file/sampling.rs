//! The table [sampling]: sampling of alternatives.

use std::collections::BTreeMap;

use logsum_data::{Layout, near_miss};
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Section, count, kind};
use crate::sampling::{AlternativeSampling, SampleSize, SamplingMethod};

const METHODS: [&str; 3] = ["uniform", "importance", "stratified"];

/// Reads the table for data of that layout.
pub(super) fn read(section: Section<'_, '_, '_>, layout: Option<&Layout>) -> Option<AlternativeSampling> {
    let reader = section.reader;
    let method = match section.take("method") {
        None => Some("uniform".to_owned()),
        Some(value) => reader.text_of("method", value).filter(|name| {
            let known = METHODS.contains(&name.as_str());
            if !known {
                let near = near_miss(name, METHODS);
                let near = near.map_or(String::new(), |known| format!("; did you mean \"{known}\"?"));
                let message = format!("method is \"uniform\", \"importance\" or \"stratified\", not \"{name}\"{near}");
                reader.problem(value.span(), message);
            }
            known
        }),
    };
    let seed = section.whole("seed", 0);
    let replications = section.whole("replications", 1);
    let size = section
        .require("number", "number = 50, alternatives of each case")
        .and_then(|value| sample_size(&section, value, method.as_deref()));
    let of_long = |key: &'static str, value: &Spanned<DeValue<'_>>| {
        let wide = matches!(layout, Some(Layout::Wide { .. }));
        if wide {
            let message = format!(
                "{key} needs a column that differs between alternatives, which long data have; in wide data a row is a \
                 case, and method is \"uniform\""
            );
            reader.problem(value.span(), message);
        }
        !wide
    };
    let rule = match method.as_deref() {
        Some("uniform") => Some(SamplingMethod::Uniform),
        Some("importance") => section
            .require("weight", "weight = \"employment\", an expression of columns")
            .filter(|value| of_long("weight", value))
            .and_then(|value| reader.expression_of("weight of [sampling]", value))
            .map(|weight| SamplingMethod::Importance { weight }),
        Some("stratified") => section
            .require("strata", "strata = \"zone_type\", the column that tells strata apart")
            .filter(|value| of_long("strata", value))
            .and_then(|value| reader.text_of("strata", value))
            .map(|strata| SamplingMethod::Stratified { strata }),
        _ => {
            section.take("weight");
            section.take("strata");
            None
        }
    };
    section.finish(|key| match key {
        "weight" => Some("\"weight\" belongs to method = \"importance\"".to_owned()),
        "strata" => Some("\"strata\" belongs to method = \"stratified\"".to_owned()),
        _ => None,
    });
    Some(AlternativeSampling {
        method: rule?,
        number: size?,
        seed: seed?.unwrap_or(1),
        replications: replications?.map_or(1, |number| number as usize),
    })
}

/// How many alternatives are taken: a number, or for strata a table of numbers.
fn sample_size(
    section: &Section<'_, '_, '_>,
    value: &Spanned<DeValue<'_>>,
    method: Option<&str>,
) -> Option<SampleSize> {
    let reader = section.reader;
    let stratified = method == Some("stratified");
    if let DeValue::Table(table) = value.get_ref() {
        if method.is_some() && !stratified {
            reader.problem(
                value.span(),
                "number is a table of strata only where method is \"stratified\"; give one number",
            );
            return None;
        }
        let mut numbers = BTreeMap::new();
        let mut sound = true;
        for (name, value) in table.iter() {
            match count(value).filter(|number| *number >= 1) {
                Some(number) => {
                    numbers.insert(name.get_ref().to_string(), number as usize);
                }
                None => {
                    sound = false;
                    let message = format!("the number of stratum \"{}\" is a whole number from 1", name.get_ref());
                    reader.problem(value.span(), message);
                }
            }
        }
        if numbers.is_empty() && sound {
            reader.problem(
                value.span(),
                "number names no stratum; give one number for all, or one for each",
            );
            return None;
        }
        return sound.then_some(SampleSize::Strata(numbers));
    }
    if !matches!(value.get_ref(), DeValue::Integer(_) | DeValue::Float(_)) {
        reader.problem(
            value.span(),
            format!(
                "number is a whole number such as 50, or of strata a table, not {}",
                kind(value)
            ),
        );
        return None;
    }
    let least = if stratified { 1 } else { 2 };
    let number = count(value).filter(|number| *number >= least);
    if number.is_none() {
        let what = if stratified { "of each stratum" } else { "of each case" };
        reader.problem(
            value.span(),
            format!("number is a whole number from {least}, the alternatives {what} with the chosen one among them"),
        );
    }
    number.map(|number| SampleSize::Same(number as usize))
}

/// The table as JSON of the same structure.
pub(super) fn to_json(sampling: &AlternativeSampling) -> Map<String, Value> {
    let mut table = Map::new();
    let mut set = |key: &str, value: Value| table.insert(key.to_owned(), value);
    set("method", json!(sampling.method.name()));
    set("number", json!(sampling.number));
    match &sampling.method {
        SamplingMethod::Uniform => None,
        SamplingMethod::Importance { weight } => set("weight", json!(weight.source())),
        SamplingMethod::Stratified { strata } => set("strata", json!(strata)),
    };
    set("seed", json!(sampling.seed));
    set("replications", json!(sampling.replications));
    table
}
