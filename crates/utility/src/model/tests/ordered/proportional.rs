//! The test of proportional odds where it cannot be had, and where odds are not proportional.

use super::*;
use crate::testing::changed;

/// Who has g rates neither lowest nor highest: the ordered logit has an estimate, two of the binary ones have none.
#[test]
fn a_binary_logit_without_estimates() {
    let table = ratings(300);
    let own = match &table.columns[0].values {
        logsum_data::Values::Number(cells) => cells.clone(),
        logsum_data::Values::Text(_) => panic!("numbers"),
    };
    let middle = |rating: f64| rating == 2.0 || rating == 3.0;
    let table = changed(table, "g", move |row, _| {
        f64::from(u8::from(middle(own[row]) && row.is_multiple_of(2)))
    });
    let specification = linear(OrderedDistribution::Logit);
    let data = data(table, &schema(), &specification);
    let fit = fit(&specification, &data);
    assert!(fit.converged && fit.proportional_odds.is_none());
    assert_eq!(
        fit.warnings,
        [
            "proportional odds were not tested: the binary logit of what lies above \"bad\" has no finite estimates: there the \
             cases are separated, or too few"
        ]
    );
}

#[test]
fn models_without_the_test() {
    let said = |specification: &Specification| {
        let data = rated(100, specification);
        let found = fit(specification, &data);
        assert!(found.proportional_odds.is_none() && found.warnings.is_empty());
        bind(specification, &data)
            .proportional_odds(&found)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        said(&linear(OrderedDistribution::Probit)),
        "it belongs to an ordered logit"
    );
    assert_eq!(
        said(&ordered(OrderedDistribution::Logit, "b_x * x - exp(b_z) * z")),
        "the utility is not linear in the parameters"
    );
}

/// Drawn with a coefficient that turns its sign between thresholds: it is found out, and the other is not blamed.
#[test]
fn odds_that_are_not_proportional() {
    let noise: Vec<f64> = {
        let mut random = Random::new(11);
        (0..3_000).map(|_| random.uniform()).collect()
    };
    let z = |row: usize| ((row * 104_729) % 97) as f64 / 48.0 - 1.0;
    let table = changed(ratings(3_000), "rating", |row, _| {
        let v = (noise[row] / (1.0 - noise[row])).ln();
        let above = |threshold: f64, of_z: f64| v + of_z * z(row) > threshold;
        // Lowest or highest where z is large.
        match (above(-1.5, -1.0), above(1.5, 1.0)) {
            (false, _) => 1.0,
            (true, false) => 2.0,
            (true, true) => 4.0,
        }
    });
    let table = changed(table, "rating", |row, rating| {
        if rating == 2.0 && row % 2 == 1 { 3.0 } else { rating }
    });
    let specification = ordered(OrderedDistribution::Logit, "b_x * x + b_z * z");
    let data = data(table, &schema(), &specification);
    let test = fit(&specification, &data).proportional_odds.expect("a test");
    let (of_x, of_z) = (&test.coefficients[0], &test.coefficients[1]);
    assert!(
        of_x.p_value > 0.01 && of_z.p_value < 1e-12 && test.p_value < 1e-12,
        "{test:?}"
    );
    assert!(of_z.estimates[0] < -0.5 && of_z.estimates[2] > 0.5, "{test:?}");
}
