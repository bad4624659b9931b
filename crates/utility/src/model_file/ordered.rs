//! The table [ordered].

use logsum_data::{name_list, near_miss};
use serde_json::{Map, Value, json};

use super::reader::Section;
use crate::ordered::{Ordered, OrderedDistribution};

/// Reads the table; `alternatives` are those of the model file, where it names them.
pub(super) fn read(section: Section<'_, '_, '_>, alternatives: &[&str]) -> Option<Ordered> {
    let reader = section.reader;
    let distribution = match section.take("distribution") {
        None => Some(OrderedDistribution::default()),
        Some(value) => reader.text_of("distribution", value).and_then(|text| {
            let known = OrderedDistribution::NAMES.into_iter().find(|(name, _)| *name == text);
            if known.is_none() {
                let names = OrderedDistribution::NAMES.map(|(name, _)| name);
                let near = match text.as_str() {
                    "logistic" => Some("logit"),
                    "normal" | "gaussian" => Some("probit"),
                    _ => near_miss(&text, names).map(|name| names[usize::from(name != names[0])]),
                };
                let near = near.map_or(String::new(), |name| format!("; did you mean \"{name}\"?"));
                let message = format!(
                    "no distribution \"{text}\" in [ordered]; there are {}{near}",
                    name_list(names)
                );
                reader.problem(value.span(), message);
            }
            known.map(|(_, distribution)| distribution)
        }),
    };
    section.finish(|key| match key {
        "thresholds" | "cutpoints" | "cuts" | "kappa" => Some(
            "thresholds are parameters threshold_1, threshold_2, ... that the model adds by itself; declare them in [parameters] \
             to set a start or bounds, or to fix one"
                .to_owned(),
        ),
        "alternatives" | "order" | "levels" => {
            Some("the order is that of [alternatives], from the lowest to the highest".to_owned())
        }
        "link" | "method" => Some("the key is \"distribution\", \"logit\" or \"probit\"".to_owned()),
        _ => None,
    });
    Some(Ordered {
        distribution: distribution?,
        alternatives: alternatives.iter().map(|&name| name.to_owned()).collect(),
    })
}

/// The table as JSON of the same structure.
pub(super) fn to_json(ordered: &Ordered) -> Map<String, Value> {
    let mut table = Map::new();
    table.insert("distribution".to_owned(), json!(ordered.distribution.name()));
    table
}
