use logsum_utility::Estimate;
use logsum_utility::applied::Willingness;
use logsum_utility::comparison::{
    Elasticities, ElasticityRow, Nesting, Restriction, ScaleComparison, ScaledTerm, vuong,
};

use super::*;
use crate::csv;

fn estimate(term: &str, estimate: f64, std_error: Option<f64>) -> Estimate {
    Estimate {
        term: term.to_string(),
        estimate,
        std_error,
        statistic: None,
        p_value: None,
        conf_low: None,
        conf_high: None,
        fixed: std_error.is_none(),
        at_bound: None,
    }
}

fn model(name: &str, log_likelihood: f64, parameters: Vec<Estimate>) -> ComparedModel {
    let k = parameters.iter().filter(|estimate| !estimate.fixed).count();
    ComparedModel {
        name: name.to_string(),
        file: format!("{name}.json"),
        title: "Trips".to_string(),
        family: "logit".to_string(),
        n_cases: 1000,
        n_decision_makers: 250,
        n_parameters: k,
        log_likelihood,
        simulation_error: None,
        rho_squared: Some(0.25),
        rho_squared_adjusted: Some(0.24),
        aic: 2.0 * k as f64 - 2.0 * log_likelihood,
        bic: k as f64 * 1000_f64.ln() - 2.0 * log_likelihood,
        aic_difference: Some(2.0 * (-500.0 - log_likelihood)),
        bic_difference: None,
        converged: true,
        seconds: 0.0123,
        draws_method: None,
        draws: None,
        covariance_kind: "hessian".to_string(),
        parameters,
    }
}

fn report() -> ComparisonReport {
    let first = vec![estimate("asc_bus", 0.0, None), estimate("b_time", -0.5, Some(0.05))];
    let second = vec![
        estimate("b_time", -1.0, Some(0.125)),
        estimate("sd_b_time", 0.25, Some(0.5)),
    ];
    let mut mixed = model("mixed", -500.0, second);
    mixed.family = "mixed logit".to_string();
    (mixed.draws_method, mixed.draws) = (Some("halton".to_string()), Some(1000));
    mixed.simulation_error = Some(0.75);
    let willingness = |estimate: f64, of_means: bool| Willingness {
        term: "b_time".to_string(),
        estimate,
        std_error: Some(0.5),
        conf_low: None,
        conf_high: None,
        of_means,
    };
    let row = |changed: Option<usize>, values: [f64; 2]| ElasticityRow {
        changed,
        values: values.map(Some).to_vec(),
    };
    let alternatives = || vec!["car".to_string(), "bus".to_string()];
    let elasticities = |times: f64| Elasticities {
        attribute: "time".to_string(),
        rows: vec![
            row(Some(0), [-0.5 * times, 0.25 * times]),
            row(Some(1), [0.125 * times, -times]),
        ],
    };
    ComparisonReport {
        stars: false,
        models: vec![model("logit", -504.0, first), mixed],
        pairs: vec![ComparedPair {
            first: 0,
            second: 1,
            left_out: None,
            scale: Some(ScaleComparison {
                ratio: 1.5,
                std_error: Some(0.25),
                terms: vec![
                    ScaledTerm {
                        term: "b_time".to_string(),
                        first: -0.5,
                        second: -1.0,
                        second_scaled: -0.66666667,
                        difference: -0.16666667,
                        std_error: Some(0.2),
                    },
                    ScaledTerm {
                        term: "b_cost".to_string(),
                        first: -1.0,
                        second: -1.5,
                        second_scaled: -1.0,
                        difference: -1e-9,
                        std_error: None,
                    },
                ],
            }),
            scale_problem: None,
            ben_akiva_swait: None,
            vuong: Some(vuong(
                &[-1.0, -1.0, -3.0, -2.0],
                &[-2.0, -4.0, -2.0, -3.0],
                (1, 2),
                1000,
            )),
            nesting: None,
        }],
        willingness_to_pay: Some(ComparedWillingness {
            cost: "b_cost".to_string(),
            models: vec![
                Some(vec![willingness(-2.0, false)]),
                Some(vec![willingness(-1.25, true)]),
            ],
        }),
        elasticities: vec![ComparedElasticities {
            attribute: "time".to_string(),
            alternatives: alternatives(),
            models: vec![Some(elasticities(1.0)), Some(elasticities(2.0))],
        }],
        shares: Some(ComparedShares {
            alternatives: alternatives(),
            observed: vec![0.75, 0.25],
            models: vec![vec![0.7, 0.3], vec![0.74, 0.26]],
        }),
        notes: vec!["A note.".to_string()],
    }
}

#[test]
fn a_comparison_as_text() {
    let text = comparison_text(&report(), Style::Plain);
    let head =
        "2 models side by side\n\nlogit             Trips (logit.json)\nmixed             Trips (mixed.json)\n\n";
    assert!(text.starts_with(head), "{text}");
    // Numbers line by line, whatever the gaps.
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "asc_bus 0.0000 (fixed)",
        "b_time -0.5000 (0.0500) -1.0000 (0.1250)",
        "sd_b_time 0.2500 (0.5000)",
        "Family logit mixed logit",
        "Free parameters 1 2",
        "simulation error - ± 0.75",
        "AIC 1010.000 1004.000",
        "above lowest 8.000 0.000",
        "Draws - 1,000 Halton",
        "Ratio of scales 1.5 (standard error 0.25)",
        "b_cost -1.000 -1.500 -1.000 0.000 -",
        "ln L difference 4.000 over 4 decision makers",
        "Log-likelihood 1.414 0.1573 neither",
        "b_time -2.000 (0.500) -1.250 (0.500)",
        "car car (own) -0.5000 -1.0000",
        "bus 0.2500 0.5000",
        "bus 25.0% 30.0% 26.0%",
        "A note.",
    ] {
        let found = text.lines().any(|known| squeezed(known) == line);
        assert!(found, "{line} is not in:\n{text}");
    }
    assert!(
        text.contains("The simulation error of 2 ln L, 1.5, is not small beside the difference of 8"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= crate::WIDTH), "{text}");
}

#[test]
fn more_models_have_their_errors_below() {
    let mut report = report();
    for name in ["third", "fourth"] {
        let mut another = report.models[0].clone();
        another.name = name.to_string();
        report.models.push(another);
        report.elasticities[0].models.push(None);
        report.shares.as_mut().unwrap().models.push(vec![0.5, 0.5]);
        report.willingness_to_pay.as_mut().unwrap().models.push(None);
    }
    let text = comparison_text(&report, Style::Plain);
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("b_time")).unwrap();
    assert_eq!(lines[at + 1].split_whitespace().next(), Some("(0.0500)"));
    assert!(text.contains("No utility of third depends on time."), "{text}");
    assert!(text.contains("fourth has no coefficient b_cost."), "{text}");
    assert!(lines.iter().all(|line| line.chars().count() <= crate::WIDTH), "{text}");
}

#[test]
fn what_is_known_of_two_models_is_said() {
    let said = |change: &dyn Fn(&mut ComparedPair)| {
        let mut report = report();
        change(&mut report.pairs[0]);
        let text = comparison_text(&report, Style::Plain);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let clear = [-1.0, -1.1, -0.9, -1.05];
    let worse = [-2.0, -2.0, -2.0, -2.0];
    let better = said(&|pair| pair.vuong = Some(vuong(&worse, &clear, (2, 2), 1000)));
    assert!(
        better.contains("mixed is preferred, with and without corrections"),
        "{better}"
    );
    let depends = said(&|pair| pair.vuong = Some(vuong(&clear, &worse, (5, 2), 1000)));
    let verdict = "The verdict depends on the correction for the number of parameters: logit without one, logit with that of \
                   the AIC, mixed with that of the BIC.";
    assert!(depends.contains(verdict), "{depends}");
    let same = said(&|pair| pair.vuong = Some(vuong(&clear, &clear, (1, 2), 1000)));
    assert!(
        same.contains("Both models give every decision maker the same likelihood"),
        "{same}"
    );
    let nested = said(&|pair| {
        let zero = |term: &str| Restriction {
            term: term.to_string(),
            value: 0.0,
        };
        pair.nesting = Some(ComparedNesting {
            inner: 0,
            outer: 1,
            nesting: Nesting {
                restrictions: vec![zero("sd_a"), zero("sd_b")],
                on_boundary: true,
            },
            likelihood_ratio: 8.0,
        });
    });
    assert!(
        nested.contains("The models are nested: logit is mixed with sd_a, sd_b = 0."),
        "{nested}"
    );
    assert!(nested.contains("with 2 degrees of freedom (too cautious"), "{nested}");
    assert!(!nested.contains("Neither is preferred"), "{nested}");
    let out = said(&|pair| {
        *pair = ComparedPair {
            left_out: Some("They differ.".to_string()),
            scale: None,
            scale_problem: None,
            vuong: None,
            ben_akiva_swait: None,
            nesting: None,
            ..pair.clone()
        };
    });
    assert!(out.contains("mixed against logit They differ."), "{out}");
}

#[test]
fn every_format() {
    let mut report = report();
    report.models[1].converged = false;
    for format in Format::ALL {
        let text = comparison(&report, format);
        assert!(text.contains("time") && !text.contains("NaN"), "{format}:\n{text}");
        let told = format == Format::Json || format == Format::Csv || text.contains("NOT CONVERGED");
        assert!(told, "{format}:\n{text}");
    }
    let rows = csv::parse(&comparison(&report, Format::Csv));
    assert!(rows.iter().all(|row| row.len() == 9));
    let has = |names: [&str; 7]| rows.iter().any(|row| row[..7] == names);
    for names in [
        ["estimate", "logit", "", "b_time", "", "", "-0.5"],
        ["estimate", "logit", "", "asc_bus", "", "fixed", "0.0"],
        ["fit", "mixed", "", "", "", "converged", "0.0"],
        ["scale", "mixed", "logit", "", "", "ratio", "1.5"],
        ["willingness_to_pay", "mixed", "", "b_time", "", "b_cost", "-1.25"],
        ["elasticity", "mixed", "", "time", "bus", "car", "0.5"],
        ["share", "", "", "", "car", "observed", "0.75"],
    ] {
        assert!(has(names), "{names:?} is not in {rows:?}");
    }
}
