//! Simulated probabilities against the integrals that they approximate.

use logsum_estimate::Order;

use super::*;
use crate::testing::{data, numbers, table};

/// Two alternatives, a normal constant on the second, one attribute.
fn logit_of_two(method: DrawMethod, number: usize) -> (Specification, ChoiceData) {
    let model = specification(&[("asc", 0.4), ("b", -0.8)], &[("one", "b * x"), ("two", "asc")]);
    let model = model.random(random("asc", Shape::Normal)).draws(plan(method, number));
    let mut random = Random::new(7);
    let n = 60;
    let columns = vec![
        numbers("choice", (0..n).map(|_| random.below(2) as f64)),
        numbers("x", (0..n).map(|_| random.between(-2.0, 2.0))),
    ];
    let schema = Schema::wide("choice").alternative("one", 0).alternative("two", 1);
    let data = data(table(columns), &schema, &model);
    (model, data)
}

const THETA: [f64; 3] = [0.5, -0.7, 1.3];

/// ∫ Λ(±(m + s ξ − v)) φ(ξ) dξ by the trapezoidal rule, whose error for functions that are analytic in a strip shrinks
/// exponentially: here e^(−2π · (π/1.3) / 0.05), nothing.
fn exact(data: &ChoiceData) -> f64 {
    let logsum_data::Outcome::Chosen(chosen) = data.outcome() else {
        panic!("choices");
    };
    let x = data.columns().iter().find(|column| column.name == "x").unwrap();
    let logsum_data::Values::Number(x) = &x.values else {
        panic!("numbers");
    };
    let of_case = |case: usize| {
        let step = 0.05;
        let at = |i: i32| {
            let xi = step * f64::from(i);
            let v = THETA[0] + THETA[2] * xi - THETA[1] * x[case];
            let turn = if chosen[case] == 1 { -v } else { v };
            (-0.5 * xi * xi).exp() / (1.0 + turn.exp())
        };
        let sum: f64 = (-240..=240).map(at).sum();
        (step * sum / std::f64::consts::TAU.sqrt()).ln()
    };
    (0..data.n_cases()).map(of_case).sum()
}

#[test]
fn gauss_and_hermite_are_exact() {
    // Nodes that miss poles at a distance of π/1.3 have errors like e^(−2π √n / 1.3): 1e-16 with 60.
    for (number, tolerance) in [(12, 1e-5), (60, 1e-12), (200, 1e-12)] {
        let (model, data) = logit_of_two(DrawMethod::Quadrature, number);
        let found = evaluate_at(&model, &data, &THETA).log_likelihood;
        assert_near(found, exact(&data), tolerance, 0.0);
    }
}

#[test]
fn draws_come_as_close_as_their_replications_say() {
    for (name, method) in DrawMethod::NAMES {
        if method == DrawMethod::Quadrature {
            continue;
        }
        let (model, data) = logit_of_two(method, 1024);
        let found = evaluate_at(&model, &data, &THETA).log_likelihood;
        let bound = bind(&model, &data);
        let mixture = bound.mixture().unwrap();
        let values: Vec<f64> = (0..30)
            .map(|replication| {
                let other = mixture.draws.randomised(replication).unwrap();
                let evaluation = bound.simulated(mixture, &other, &THETA, Order::Value).unwrap();
                evaluation.log_likelihood
            })
            .collect();
        let mean = values.iter().sum::<f64>() / 30.0;
        let sd = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 29.0).sqrt();
        let exact = exact(&data);
        // The logarithm's bias is some thousandth of it with so many draws.
        assert!(
            (found - exact).abs() < 4.5 * sd,
            "{name}: {found} against {exact}, sd {sd}"
        );
        assert!(
            (mean - exact).abs() < 4.5 * sd / 30f64.sqrt() + sd * sd,
            "{name}: {mean} against {exact}, sd {sd}"
        );
        // None is worse than independent draws, whose sd is about 0.09.
        assert!(sd < 0.15, "{name}: {sd}");
    }
}

/// A coefficient that varies from case to case, in a panel where nothing varies between decision makers, is that of a
/// cross-section.
#[test]
fn averages_within_cases_are_those_of_cross_sections() {
    for (name, method) in DrawMethod::NAMES {
        if method == DrawMethod::Quadrature {
            continue;
        }
        let (mut model, cases) = logit_of_two(method, 16);
        let mixing = model.mixing.as_mut().unwrap();
        mixing.random = vec![from_case_to_case(random("asc", Shape::Normal))];
        mixing.draws.number_within = 256;
        let model = model.parameter("c", 0.0).utility("two", expression("asc"));
        let mut model = model;
        model.own = vec![
            ("one".to_owned(), expression("b * x")),
            ("two".to_owned(), expression("asc + c * 0.001 * x")),
        ];
        let model = model.random(random("c", Shape::Normal));
        let x = cases.columns().iter().find(|column| column.name == "x").unwrap();
        let logsum_data::Values::Number(x) = &x.values else {
            panic!("numbers");
        };
        let logsum_data::Outcome::Chosen(chosen) = cases.outcome() else {
            panic!("choices");
        };
        let columns = vec![
            numbers("choice", chosen.iter().map(|&chosen| f64::from(chosen))),
            numbers("x", x.iter().copied()),
            numbers("person", (0..60).map(|case| f64::from(case / 6))),
        ];
        let schema = Schema::wide("choice").alternative("one", 0).alternative("two", 1);
        let schema = schema.decision_maker("person");
        let panel = data(table(columns), &schema, &model);
        let mut theta = near_start(&model, 0);
        for (name, value) in [
            ("asc", THETA[0]),
            ("b", THETA[1]),
            ("sd_asc", THETA[2]),
            ("c", 0.0),
            ("sd_c", 0.0),
        ] {
            theta[place(&model, name)] = value;
        }
        let found = evaluate_at(&model, &panel, &theta).log_likelihood;
        // 4096 draws behind every probability, 60 of them: independent ones leave an sd of about 0.05.
        let expected = exact(&cases);
        assert!((found - expected).abs() < 0.15, "{name}: {found} against {expected}");
    }
}
