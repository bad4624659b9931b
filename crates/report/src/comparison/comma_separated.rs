//! A comparison as rows of numbers.

use logsum_utility::comparison::VuongTest;

use super::{ComparedModel, ComparisonReport};
use crate::csv;

/// The numbers of a row.
#[derive(Default)]
struct Numbers {
    estimate: Option<f64>,
    std_error: Option<f64>,
    p_value: Option<f64>,
}

impl Numbers {
    fn of(estimate: f64) -> Self {
        Numbers {
            estimate: Some(estimate),
            ..Numbers::default()
        }
    }
}

pub(super) fn write(report: &ComparisonReport) -> String {
    let mut text = csv::record([
        "part",
        "model",
        "against",
        "term",
        "alternative",
        "quantity",
        "estimate",
        "std_error",
        "p_value",
    ]);
    let mut row = |names: [&str; 6], numbers: Numbers| {
        let numbers = [numbers.estimate, numbers.std_error, numbers.p_value].map(csv::number);
        text.push_str(&csv::record(names.map(str::to_string).into_iter().chain(numbers)));
    };
    let name = |at: usize| report.models[at].name.as_str();
    for model in &report.models {
        for estimate in &model.parameters {
            let quantity = match &estimate.at_bound {
                _ if estimate.fixed => "fixed",
                Some(_) => "at_bound",
                None => "",
            };
            let numbers = Numbers {
                estimate: Some(estimate.estimate),
                std_error: estimate.std_error,
                p_value: estimate.p_value,
            };
            row(["estimate", &model.name, "", &estimate.term, "", quantity], numbers);
        }
        for (quantity, value) in facts(model) {
            let numbers = Numbers {
                estimate: value,
                ..Numbers::default()
            };
            row(["fit", &model.name, "", "", "", quantity], numbers);
        }
    }
    for pair in &report.pairs {
        let (first, second) = (name(pair.first), name(pair.second));
        if let Some(scale) = &pair.scale {
            let numbers = Numbers {
                estimate: Some(scale.ratio),
                std_error: scale.std_error,
                p_value: None,
            };
            row(["scale", second, first, "", "", "ratio"], numbers);
            for term in &scale.terms {
                row(
                    ["scale", second, first, &term.term, "", "scaled"],
                    Numbers::of(term.second_scaled),
                );
                let numbers = Numbers {
                    estimate: Some(term.difference),
                    std_error: term.std_error,
                    p_value: None,
                };
                row(["scale", second, first, &term.term, "", "difference"], numbers);
            }
        }
        if let Some(vuong) = &pair.vuong {
            let tests: [(&str, VuongTest); 3] = [
                ("log_likelihood", vuong.uncorrected),
                ("aic", vuong.aic),
                ("bic", vuong.bic),
            ];
            for (quantity, test) in tests {
                let numbers = Numbers {
                    estimate: test.statistic,
                    std_error: None,
                    p_value: test.p_value,
                };
                row(["vuong", first, second, "", "", quantity], numbers);
            }
        }
        if let Some(test) = &pair.ben_akiva_swait {
            let names = [first, second];
            let numbers = Numbers {
                estimate: test.statistic,
                std_error: None,
                p_value: test.p_bound,
            };
            let (better, other) = (names[test.better], names[1 - test.better]);
            row(
                ["ben_akiva_swait", better, other, "", "", "rho_squared_adjusted"],
                numbers,
            );
        }
    }
    if let Some(willingness) = &report.willingness_to_pay {
        for (model, found) in report.models.iter().zip(&willingness.models) {
            for of in found.iter().flatten() {
                let numbers = Numbers {
                    estimate: Some(of.estimate),
                    std_error: of.std_error,
                    p_value: None,
                };
                row(
                    ["willingness_to_pay", &model.name, "", &of.term, "", &willingness.cost],
                    numbers,
                );
            }
        }
    }
    for of in &report.elasticities {
        for (model, found) in report.models.iter().zip(&of.models) {
            for changed in found.iter().flat_map(|found| &found.rows) {
                // The alternative whose cells are changed; nothing where all are.
                let whose = changed.changed.map_or("", |at| of.alternatives[at].as_str());
                for (alternative, value) in of.alternatives.iter().zip(&changed.values) {
                    let numbers = Numbers {
                        estimate: *value,
                        ..Numbers::default()
                    };
                    let names = ["elasticity", &model.name, "", &of.attribute, alternative, whose];
                    row(names, numbers);
                }
            }
        }
    }
    if let Some(shares) = &report.shares {
        for (j, alternative) in shares.alternatives.iter().enumerate() {
            row(
                ["share", "", "", "", alternative, "observed"],
                Numbers::of(shares.observed[j]),
            );
            for (model, values) in report.models.iter().zip(&shares.models) {
                let names = ["share", &model.name, "", "", alternative, "predicted"];
                row(names, Numbers::of(values[j]));
            }
        }
    }
    text
}

fn facts(model: &ComparedModel) -> [(&'static str, Option<f64>); 13] {
    [
        ("n_cases", Some(model.n_cases as f64)),
        ("n_decision_makers", Some(model.n_decision_makers as f64)),
        ("n_parameters", Some(model.n_parameters as f64)),
        ("log_likelihood", Some(model.log_likelihood)),
        ("simulation_error", model.simulation_error),
        ("rho_squared", model.rho_squared),
        ("rho_squared_adjusted", model.rho_squared_adjusted),
        ("aic", Some(model.aic)),
        ("bic", Some(model.bic)),
        ("aic_difference", model.aic_difference),
        ("bic_difference", model.bic_difference),
        ("converged", Some(f64::from(u8::from(model.converged)))),
        ("draws", model.draws.map(|draws| draws as f64)),
    ]
}
