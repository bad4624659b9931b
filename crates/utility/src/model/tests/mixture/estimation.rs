//! Estimates of data drawn from known tastes.

use super::*;
use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::testing::{data, numbers, table};

/// Panels of people with normal tastes for x and lognormal ones for y: so many, choosing so often among three.
fn people(n: usize, times: usize, seed: u64) -> logsum_data::Table {
    let mut random = Random::new(seed);
    let names = ["person", "choice", "x1", "x2", "x3", "y1", "y2", "y3", "one"];
    let mut cells = vec![Vec::new(); names.len()];
    for person in 0..n {
        let b_x = 0.5 + 1.0 * random.normal();
        let b_y = -(-0.4 + 0.6 * random.normal()).exp();
        for _ in 0..times {
            let x: Vec<f64> = (0..3).map(|_| random.normal()).collect();
            let y: Vec<f64> = (0..3).map(|_| random.between(0.0, 3.0)).collect();
            let utilities: Vec<f64> = (0..3)
                .map(|j| b_x * x[j] + b_y * y[j] + if j == 2 { 0.7 } else { 0.0 })
                .collect();
            let choice = random.choose(&utilities) as f64;
            let row = [person as f64, choice, x[0], x[1], x[2], y[0], y[1], y[2], 1.0];
            cells.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
    }
    table(
        names
            .iter()
            .zip(cells)
            .map(|(name, cells)| numbers(name, cells))
            .collect(),
    )
}

fn schema() -> Schema {
    let schema = Schema::wide("choice").alternative("1", 0).alternative("2", 1);
    schema.alternative("3", 2).decision_maker("person")
}

fn model(draws: DrawPlan) -> Specification {
    let utilities = [
        ("1", "b_x * x1 + b_y * y1"),
        ("2", "b_x * x2 + b_y * y2"),
        ("3", "asc + b_x * x3 + b_y * y3"),
    ];
    let coefficient = |symbol: &str, shape| RandomCoefficient::new(symbol, shape);
    specification(&[("b_x", 0.0), ("b_y", 0.0), ("asc", 0.0)], &utilities)
        .random(coefficient("b_x", Shape::Normal))
        .random(with(coefficient("b_y", Shape::Lognormal), &[("sign", "-1")]))
        .draws(draws)
}

fn fitted(specification: &Specification, table: logsum_data::Table) -> Fit {
    let data = data(table, &schema(), specification);
    bind(specification, &data)
        .fit(&FitOptions::default(), None)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Estimates by name; those of standard deviations have no sign.
fn estimate(fit: &Fit, name: &str) -> (f64, f64) {
    let found = fit.parameters.iter().find(|parameter| parameter.term == name).unwrap();
    let value = if name.starts_with("sd_") {
        found.estimate.abs()
    } else {
        found.estimate
    };
    (value, found.std_error.unwrap())
}

const TRUTH: [(&str, f64); 5] = [
    ("b_x", 0.5),
    ("b_y", -0.4),
    ("asc", 0.7),
    ("sd_b_x", 1.0),
    ("sd_b_y", 0.6),
];

#[test]
fn what_was_drawn_is_recovered_whatever_the_draws() {
    let table = people(500, 8, 1);
    let exact = fitted(&model(plan(DrawMethod::Quadrature, 20)), table.clone());
    assert!(exact.converged, "{:?}", exact.convergence);
    assert_eq!(exact.draws.as_ref().unwrap().simulation_error, None);
    for (name, truth) in TRUTH {
        let (value, error) = estimate(&exact, name);
        assert!(
            (value - truth).abs() < 4.0 * error,
            "{name}: {value} ({error}) for {truth}"
        );
    }
    for (name, method) in DrawMethod::NAMES {
        if method == DrawMethod::Quadrature {
            continue;
        }
        let fit = fitted(&model(plan(method, 256)), table.clone());
        assert!(fit.converged, "{name}: {:?}", fit.convergence);
        let error = fit.draws.as_ref().unwrap().simulation_error.clone().unwrap();
        // An sd that was measured with 8 replications may be half of what it is, and the logarithm has a bias.
        let near = |difference: f64, sd: f64| difference.abs() < 8.0 * sd;
        let values = (fit.log_likelihood, exact.log_likelihood);
        assert!(
            near(values.0 - values.1, error.log_likelihood),
            "{name}: {values:?} {error:?}"
        );
        for (k, (parameter, _)) in TRUTH.iter().enumerate() {
            let values = (estimate(&fit, parameter).0, estimate(&exact, parameter).0);
            let sd = error.estimates[k].unwrap();
            assert!(near(values.0 - values.1, sd), "{name}: {parameter} {values:?} {sd}");
            assert!(
                sd > 0.0 && sd < 0.5 * estimate(&fit, parameter).1,
                "{name}: {parameter} {sd}"
            );
        }
    }
}

#[test]
fn what_is_in_all_utilities_has_no_distribution() {
    let utilities = [
        ("all", "c * one"),
        ("1", "b_x * x1"),
        ("2", "b_x * x2"),
        ("3", "asc + b_x * x3"),
    ];
    let specification = specification(&[("b_x", 0.0), ("asc", 0.0), ("c", 0.0)], &utilities)
        .random(RandomCoefficient::new("b_x", Shape::Normal))
        .random(RandomCoefficient::new("c", Shape::Normal))
        .draws(plan(DrawMethod::Mlhs, 100));
    let fit = fitted(&specification, people(150, 5, 2));
    assert!(!fit.converged);
    let warnings = fit.warnings.join("\n");
    assert!(
        warnings.contains("\"c\"") && warnings.contains("\"sd_c\""),
        "{warnings}"
    );
    assert!(warnings.contains("identified"), "{warnings}");
    // The others are estimated all the same.
    let (value, error) = estimate(&fit, "b_x");
    assert!(value.is_finite() && error > 0.0);
}

/// In a cross-section of two alternatives without attributes there is one share, and nothing tells the spread of a constant
/// from its mean.
#[test]
fn the_spread_of_a_lone_constant_is_not_known() {
    let specification = specification(&[("asc", 0.1)], &[("1", "0"), ("3", "asc")])
        .random(RandomCoefficient::new("asc", Shape::Normal))
        .draws(plan(DrawMethod::Quadrature, 15));
    let schema = Schema::wide("choice")
        .alternative("1", 0)
        .alternative("3", 2)
        .filter(expression("choice != 1"));
    let data = data(people(300, 1, 3), &schema, &specification);
    let fit = bind(&specification, &data).fit(&FitOptions::default(), None).unwrap();
    // ln L is flat along a curve, and along its tangent it bends by what is left of the score.
    let error = fit.parameters[1].std_error;
    assert!(
        !fit.converged || error.unwrap() > 100.0,
        "{error:?}, {:?}",
        fit.warnings
    );
}

#[test]
fn an_automatic_number_of_draws_is_doubled_until_its_error_is_small() {
    let automatic = DrawPlan {
        number: DrawNumber::Auto,
        tolerance: 0.05,
        ..plan(DrawMethod::Sobol, 1)
    };
    let fit = fitted(&model(automatic), people(150, 5, 4));
    let draws = fit.draws.as_ref().unwrap();
    assert!(fit.converged);
    let numbers: Vec<usize> = draws.path.iter().map(|tried| tried.number).collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == 2 * pair[0]), "{numbers:?}");
    assert_eq!(*numbers.last().unwrap(), draws.number);
    let (last, before) = draws.path.split_last().unwrap();
    assert!(last.largest_ratio.unwrap() <= 0.05);
    assert!(before.iter().all(|tried| tried.largest_ratio.unwrap() > 0.05));
}
