use logsum_utility::applied::{Estimated, TestedRestriction, WaldTest, WillingnessEstimate, WillingnessKind};

use super::*;

fn subject() -> Subject {
    Subject {
        title: "Trips".to_owned(),
        file: "trips.csv".to_owned(),
        estimation_data: true,
        converged: true,
        n_cases: 1200,
        total_weight: None,
        covariance_kind: Some("robust".to_owned()),
        confidence: 0.9,
    }
}

fn estimated(estimate: f64) -> Estimated {
    Estimated {
        estimate,
        std_error: Some(0.25),
        conf_low: Some(estimate - 0.5),
        conf_high: Some(estimate + 0.5),
    }
}

fn effects(n: usize) -> EffectsReport {
    let mut rows = Vec::new();
    for changed in 0..n {
        for j in 0..n {
            let row = |quantity: &str, value: Estimated| EffectRow {
                attribute: "price".to_owned(),
                changed: Some(format!("m{changed}")),
                segment: None,
                alternative: format!("m{j}"),
                quantity: quantity.to_owned(),
                value,
            };
            rows.push(row("elasticity", estimated(if j == changed { -1.5 } else { 0.75 })));
            if j != changed {
                rows.push(row("diversion_ratio", estimated(0.5)));
            }
        }
    }
    EffectsReport {
        subject: subject(),
        effect: "elasticity".to_owned(),
        arc: None,
        by: None,
        effects: rows,
    }
}

#[test]
fn effects_stand_by_changed_alternative() {
    let text = effects(3).write(Format::Text, Style::Plain);
    let expected = "\
Elasticities in price: Trips

Data              trips.csv (the data of the estimation)
Cases             1,200
Intervals         90%, delta method, robust covariance

Changed  Share of  Elasticity  Std. err.    90% interval    Diversion
─────────────────────────────────────────────────────────────────────
m0       m0 (own)     -1.5000     0.2500  -2.0000  -1.0000
         m1            0.7500     0.2500   0.2500   1.2500     0.5000
         m2            0.7500     0.2500   0.2500   1.2500     0.5000
─────────────────────────────────────────────────────────────────────
m1       m0            0.7500     0.2500   0.2500   1.2500     0.5000
";
    assert!(text.starts_with(expected), "{text}");
    let csv = csv::parse(&effects(3).write(Format::Csv, Style::Plain));
    assert_eq!(csv.len(), 1 + 9 + 6);
    assert_eq!(
        csv[2],
        [
            "price",
            "m0",
            "",
            "m1",
            "elasticity",
            "0.75",
            "0.25",
            "0.25",
            "1.25",
            "true"
        ]
    );
}

#[test]
fn texts_of_many_alternatives_are_short_and_say_so() {
    let report = effects(30);
    let text = report.write(Format::Text, Style::Plain);
    assert!(text.contains("m19 (own)") && !text.contains("m20"), "{text}");
    assert!(text.lines().count() < 80, "{text}");
    assert!(text.contains("The first 20 of 30 alternatives;"), "{text}");
    assert!(report.write(Format::Markdown, Style::Plain).contains("m29 (own)"));
}

#[test]
fn numbers_without_a_value_are_dashes_and_null() {
    let none = Estimated {
        estimate: f64::NAN,
        std_error: None,
        conf_low: None,
        conf_high: None,
    };
    let row = ScenarioRow {
        segment: None,
        alternative: "car".to_owned(),
        base: Estimated { estimate: 0.0, ..none },
        scenario: estimated(0.5),
        change: Estimated {
            estimate: 0.5,
            std_error: Some(0.0),
            conf_low: Some(-1e-9),
            conf_high: Some(0.5),
        },
    };
    let mut report = ScenarioReport {
        subject: subject(),
        set: vec!["price = 2 * price".to_owned()],
        remove: vec!["bus".to_owned()],
        by: None,
        shares: vec![row],
    };
    report.subject.converged = false;
    let text = report.write(Format::Text, Style::Plain);
    assert!(text.contains("\ncar          0.0%          -  -     50.0%"), "{text}");
    assert!(text.contains("+50.0    0.0  +50.0"), "{text}");
    for part in [
        "NOT CONVERGED",
        "Set               price = 2 * price",
        "Remove            bus",
    ] {
        assert!(text.contains(part), "{text}");
    }
    for format in [Format::Markdown, Format::Latex] {
        // Lines of notes break anywhere.
        let words = report.write(format, Style::Plain).replace('\n', " ");
        assert!(words.contains("NOT CONVERGED"), "{words}");
    }
    assert!(
        report
            .write(Format::Csv, Style::Plain)
            .lines()
            .skip(1)
            .all(|line| line.ends_with("false"))
    );
    let mut effects = effects(2);
    effects.effects[0].value = none;
    let json: serde_json::Value = serde_json::from_str(&effects.write(Format::Json, Style::Plain)).unwrap();
    assert!(json["effects"][0]["estimate"].is_null());
    assert_eq!(json["effects"][1]["estimate"], 0.75);
    let text = effects.write(Format::Text, Style::Plain);
    let own = text.lines().find(|line| line.contains("m0 (own)")).unwrap();
    assert_eq!(own.split_whitespace().nth(3), Some("-"), "{text}");
}

#[test]
fn willingness_says_what_it_is_and_latex_has_glyphs_for_it() {
    let of = |term: &str, kind, per: &[&str], conf_low| WillingnessEstimate {
        term: term.to_owned(),
        kind,
        estimate: -1.25,
        std_error: Some(0.5),
        conf_low,
        conf_high: conf_low.map(|low: f64| low + 2.0),
        per: per.iter().map(|name| (*name).to_owned()).collect(),
    };
    let report = WillingnessReport {
        title: "Trips".to_owned(),
        converged: true,
        cost: "b_cost".to_owned(),
        marginal_utility_of_cost: -0.01,
        cost_statistic: Some(-1.5),
        money: vec!["fare".to_owned()],
        method: "fieller".to_owned(),
        draws: None,
        seed: None,
        covariance_kind: Some("hessian".to_owned()),
        confidence: 0.95,
        willingness_to_pay: vec![
            of("b_time", WillingnessKind::Median, &["time_a", "time_b"], None),
            of("b_wait", WillingnessKind::Means, &["wait"], Some(-2.5)),
        ],
        left_out: vec!["why".to_owned()],
    };
    let text = report.write(Format::Text, Style::Plain);
    for part in [
        "Cost              b_cost: -0.01 utils for a unit of fare (z = -1.50)",
        "Intervals         95%, Fieller's method, hessian covariance",
        "median  time_a and 1 more",
        "means   wait",
        "No interval: what the data do not contradict",
        "Left out: why.",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let wald = WaldReport {
        title: String::new(),
        converged: true,
        covariance_kind: "hessian".to_owned(),
        confidence: 0.95,
        test: WaldTest {
            restrictions: vec![TestedRestriction {
                restriction: "b_a = 0".to_owned(),
                difference: estimated(1.0),
            }],
            statistic: 16.0,
            degrees: 1,
            p_value: 6.3e-5,
        },
    };
    for latex in [
        report.write(Format::Latex, Style::Plain),
        wald.write(Format::Latex, Style::Plain),
    ] {
        assert!(latex.is_ascii(), "{latex}");
    }
}
