//! The tables of mixed logit as JSON of the same structure.

use logsum_expressions::Expression;
use serde_json::{Map, Value, json};

use crate::mixing::{DrawNumber, DrawPlan, Mixing, RandomCoefficient, Shape, TasteDistribution, Varies};

type Table = Map<String, Value>;

/// The tables by name.
pub(in crate::model_file) fn to_json(mixing: &Mixing) -> Vec<(&'static str, Table)> {
    let random = mixing.random.iter();
    let random = random.map(|random| (random.symbol.clone(), Value::Object(coefficient(random))));
    let mut tables = vec![("random", random.collect())];
    if !mixing.correlation.is_empty() {
        tables.push(("correlation", table([("groups", json!(mixing.correlation))])));
    }
    if let Some(space) = &mixing.willingness_to_pay {
        let entries = [("cost", json!(space.cost)), ("coefficients", json!(space.coefficients))];
        tables.push(("willingness_to_pay_space", table(entries)));
    }
    if let Some(scale) = &mixing.scale {
        let mut entries = table([("tau", source(&scale.tau)), ("gamma", source(&scale.gamma))]);
        if !scale.coefficients.is_empty() {
            entries.insert("coefficients".to_owned(), json!(scale.coefficients));
        }
        tables.push(("scale_heterogeneity", entries));
    }
    tables.push(("draws", draws(&mixing.draws)));
    tables
}

fn coefficient(random: &RandomCoefficient) -> Table {
    let mut entry = Table::new();
    let mut set = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    match &random.distribution {
        TasteDistribution::Transform(transform) => {
            set("transform", source(transform));
        }
        TasteDistribution::Named {
            shape,
            sign,
            start,
            second,
            mean_shift,
            ln_sd_shift,
        } => {
            set("distribution", json!(shape.name()));
            if *sign != 1.0 {
                set("sign", json!(sign));
            }
            if let Shape::JohnsonSb { low, high } = shape {
                set("range", json!([low, high]));
            }
            let (start_key, second_key, ln_key) = if shape.has_spread() {
                ("start_spread", "spread", "ln_spread_shift")
            } else {
                ("start_sd", "sd", "ln_sd_shift")
            };
            if let Some(start) = start {
                set(start_key, json!(start));
            }
            let expressions = [(second_key, second), ("mean_shift", mean_shift), (ln_key, ln_sd_shift)];
            for (key, expression) in expressions {
                if let Some(expression) = expression {
                    set(key, source(expression));
                }
            }
        }
    }
    if random.varies == Varies::Case {
        set("varies", json!("case"));
    }
    entry
}

fn draws(plan: &DrawPlan) -> Table {
    let number = match plan.number {
        DrawNumber::Number(number) => json!(number),
        DrawNumber::Auto => json!("auto"),
    };
    table([
        ("number", number),
        ("method", json!(plan.method.name())),
        ("antithetic", json!(plan.antithetic)),
        ("seed", json!(plan.seed)),
        ("drop", json!(plan.drop)),
        ("leap", json!(plan.leap)),
        ("number_within", json!(plan.number_within)),
        ("replications", json!(plan.replications)),
        ("tolerance", json!(plan.tolerance)),
    ])
}

fn source(expression: &Expression) -> Value {
    json!(expression.source())
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Table {
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}
