//! The tables of mixed logit: [random], [correlation], [willingness_to_pay_space], [scale_heterogeneity] and [draws].

mod coefficient;
mod draws;
mod json;

use logsum_expressions::Expression;
use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Reader, Section, kind};
use crate::mixing::{DrawPlan, Mixing, ScaleHeterogeneity, WillingnessToPaySpace};

pub(super) use json::to_json;

/// Reads the tables of mixed logit, if there are any; of `broken` texts no table is said to be missing.
pub(super) fn read(root: &Section<'_, '_, '_>, broken: bool) -> Option<Mixing> {
    let reader = root.reader;
    let is_there = |name: &str| root.names().any(|known| known == name);
    let random = root.section("random").map(|section| {
        if section.names().next().is_none() && !broken {
            let message = "[random] is empty; name a coefficient in it, such as b_time = { distribution = \"normal\" }, or \
                           remove it";
            reader.problem(section.span.clone(), message);
        }
        let coefficients = section.entries();
        let coefficients = coefficients.filter_map(|(name, span, value)| coefficient::read(reader, name, span, value));
        coefficients.collect()
    });
    let is_mixed = is_there("random") || is_there("scale_heterogeneity");
    // Tables that say nothing where nothing is random.
    let accompanying = |name: &'static str| {
        let section = root.section(name)?;
        if !is_mixed && !broken {
            let message =
                format!("[{name}] is for random coefficients, and there is no [random]; add it, or remove [{name}]");
            // Probit simulates too.
            if name != "draws" || !is_there("probit") {
                reader.problem(section.span.clone(), message);
            }
        }
        Some(section)
    };
    let correlation = accompanying("correlation").and_then(read_correlation);
    let willingness_to_pay = accompanying("willingness_to_pay_space").map(read_willingness_to_pay_space);
    let scale = root.section("scale_heterogeneity").map(read_scale_heterogeneity);
    let draws = accompanying("draws").map(draws::read);
    if !is_mixed && !is_there("probit") {
        return None;
    }
    Some(Mixing {
        random: random.unwrap_or_default(),
        correlation: correlation.unwrap_or_default(),
        willingness_to_pay: willingness_to_pay.flatten(),
        scale: scale.flatten(),
        draws: draws.flatten().unwrap_or_else(DrawPlan::default),
    })
}

fn read_correlation(section: Section<'_, '_, '_>) -> Option<Vec<Vec<String>>> {
    const EXAMPLE: &str = "groups = [[\"b_time\", \"b_cost\"]]";
    let reader = section.reader;
    let groups = section.require("groups", EXAMPLE).and_then(|value| {
        let groups = value.get_ref().as_array().filter(|groups| !groups.is_empty());
        let Some(groups) = groups else {
            let found = match value.get_ref() {
                DeValue::Array(_) => "an empty list",
                _ => kind(value),
            };
            let message = format!("groups is a list of groups such as {EXAMPLE}, not {found}");
            reader.problem(value.span(), message);
            return None;
        };
        let one = |group: &Spanned<DeValue<'_>>| match group.get_ref() {
            DeValue::Array(_) => names(reader, "a group", group),
            _ => {
                let message = format!(
                    "a group is a list of coefficients, as in {EXAMPLE} with its two brackets, not {}",
                    kind(group)
                );
                reader.problem(group.span(), message);
                None
            }
        };
        groups.iter().map(one).collect()
    });
    section.finish(|_| None);
    groups
}

fn read_willingness_to_pay_space(section: Section<'_, '_, '_>) -> Option<WillingnessToPaySpace> {
    let reader = section.reader;
    let cost = section.require("cost", "cost = \"b_cost\"");
    let cost = cost.and_then(|value| reader.text_of("cost", value));
    let coefficients = section.require("coefficients", "coefficients = [\"b_time\"]");
    let coefficients = coefficients.and_then(|value| names(reader, "coefficients", value));
    section.finish(|_| None);
    Some(WillingnessToPaySpace {
        cost: cost?,
        coefficients: coefficients?,
    })
}

fn read_scale_heterogeneity(section: Section<'_, '_, '_>) -> Option<ScaleHeterogeneity> {
    let reader = section.reader;
    let tau = section.require("tau", "tau = \"tau\", a declared parameter");
    let tau = tau.and_then(|value| reader.expression_of("tau", value));
    let gamma = match section.take("gamma") {
        Some(value) => reader.expression_of("gamma", value),
        None => Some(Expression::number(0.0)),
    };
    let coefficients = match section.take("coefficients") {
        Some(value) => names(reader, "coefficients", value).filter(|names| {
            if names.is_empty() {
                let message = "coefficients is empty; name those that are scaled, or leave it out to scale all";
                reader.problem(value.span(), message);
            }
            !names.is_empty()
        }),
        None => Some(Vec::new()),
    };
    section.finish(|_| None);
    Some(ScaleHeterogeneity {
        tau: tau?,
        gamma: gamma?,
        coefficients: coefficients?,
    })
}

/// A list of names.
fn names(reader: &Reader<'_>, what: &str, value: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
    let list = value.get_ref().as_array();
    let names = list.map(|items| {
        let name = |item: &Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
        items.iter().map(name).collect::<Option<Vec<String>>>()
    });
    match names {
        Some(Some(names)) => Some(names),
        Some(None) => {
            reader.problem(value.span(), format!("{what} lists names in quotes, and nothing else"));
            None
        }
        None => {
            let message = format!("{what} is a list of names such as [\"b_time\"], not {}", kind(value));
            reader.problem(value.span(), message);
            None
        }
    }
}
