//! Estimation: recovery, and where it starts.

use logsum_draws::Seed;
use logsum_estimate::LogLikelihood;

use super::*;
use crate::estimation::FitOptions;
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape};

#[track_caller]
fn assert_recovered(specification: &Specification, schema: &Schema, n: usize, truth: &[f64]) {
    let data = data(ratings(n), schema, specification);
    let outcome = bind(specification, &data).draw_outcome(truth, Seed::new(3)).unwrap();
    let drawn = data.with_outcome(outcome);
    let fit = fit(specification, &drawn);
    assert!(fit.converged, "{}", fit.convergence.reason);
    assert_eq!(fit.parameters.len(), truth.len());
    for (found, truth) in fit.parameters.iter().zip(truth) {
        let error = found.std_error.expect("identified");
        // Four standard errors: 1 in 16,000; the seed is fixed.
        let near = (found.estimate - truth).abs() < 4.0 * error;
        assert!(near, "{}: {} ± {error}, {truth}", found.term, found.estimate);
    }
}

#[test]
fn estimates_of_drawn_ratings_are_near_the_truth() {
    for distribution in BOTH {
        let truth = [0.8, -0.5, 0.3, -1.1, 0.1, 1.3];
        assert_recovered(&linear(distribution), &schema(), 8_000, &truth);
    }
}

#[test]
fn random_coefficients_are_recovered() {
    for distribution in BOTH {
        let specification = ordered(distribution, "b_x * x + b_z * z")
            .random(RandomCoefficient::new("b_x", Shape::Normal))
            .draws(DrawPlan {
                number: DrawNumber::Number(128),
                method: DrawMethod::Sobol,
                ..DrawPlan::default()
            });
        let schema = schema().decision_maker("person");
        let bound = data(ratings(40), &schema, &specification);
        let names = bind(&specification, &bound).symbols();
        let truth = names.iter().map(|name| match name.as_str() {
            "b_x" => 0.8,
            "b_z" => -0.5,
            "sd_b_x" => 0.9,
            "threshold_1" => -1.2,
            "threshold_2" => 0.0,
            "threshold_3" => 1.2,
            other => panic!("{other}"),
        });
        assert_recovered(&specification, &schema, 6_000, &truth.collect::<Vec<f64>>());
    }
}

/// Where thresholds start, of which nothing is said, and of which something is.
#[test]
fn thresholds_start_at_the_shares() {
    let specification = linear(OrderedDistribution::Logit);
    let data = rated(300, &specification);
    let model = bind(&specification, &data);
    let options = FitOptions::default();
    let fit = model.fit(&options, None).unwrap();
    // At the observed shares.
    assert_near(
        fit.log_likelihood_start.unwrap(),
        fit.log_likelihood_constants.unwrap(),
        1e-13,
        1.0,
    );
    assert!(fit.convergence.iterations <= 5, "{}", fit.convergence.iterations);
    // At equal shares, if only the start is to be seen.
    let mut options = FitOptions::default();
    options.optimiser.max_iterations = 0;
    let start = model.fit(&options, None).unwrap();
    assert_near(start.log_likelihood, fit.log_likelihood_null, 1e-13, 1.0);
    let own = linear(OrderedDistribution::Logit).parameter("threshold_2", 0.5);
    let own = bind(&own, &data);
    let by_name: Vec<(String, f64)> = own.symbols().into_iter().zip(own.start()).collect();
    let start = |name: &str| by_name.iter().find(|(known, _)| known == name).unwrap().1;
    assert_near(start("threshold_1"), 0.5 - 3_f64.ln(), 1e-15, 1.0);
    assert_near(start("threshold_3"), 0.5 + 3_f64.ln(), 1e-15, 1.0);
    assert_eq!(own.estimation_start(), own.start());
}

/// Out of order is outside the domain: a step there is shortened, and a start is refused with the reason.
#[test]
fn thresholds_out_of_order() {
    let specification = linear(OrderedDistribution::Probit);
    let data = rated(60, &specification);
    let model = bind(&specification, &data);
    let error = model.evaluate(&[0.0, 0.0, 0.0, 0.5, 0.4, 1.0], logsum_estimate::Order::Value);
    let message = error.unwrap_err().to_string();
    assert!(
        message.contains("thresholds are not in order: \"threshold_1\" is 0.5, \"threshold_2\" 0.4"),
        "{message}"
    );
    // A start from which a full Newton step crosses thresholds.
    let options = FitOptions {
        start: Some(vec![6.0, 6.0, -6.0, -9.0, -8.99, 9.0]),
        ..FitOptions::default()
    };
    let fit = model.fit(&options, None).unwrap();
    assert!(fit.converged, "{}", fit.convergence.reason);
    let usual = super::fit(&specification, &data);
    assert_near(fit.log_likelihood, usual.log_likelihood, 1e-9, 1.0);
}

/// A constant is identified if a threshold is fixed, and takes its place.
#[test]
fn a_constant_in_place_of_a_threshold() {
    let usual = linear(OrderedDistribution::Logit);
    let data = rated(300, &usual);
    let usual = fit(&usual, &data);
    let mut threshold = logsum_estimate::Parameter::new("threshold_1", 0.0);
    threshold.fixed = true;
    let other = ordered(OrderedDistribution::Logit, "asc + b_x * x + b_z * z + b_g * g").declare(threshold);
    let other = fit(&other, &data);
    assert!(other.converged, "{:?}", other.warnings);
    assert_near(usual.log_likelihood, other.log_likelihood, 1e-12, 1.0);
    let of = |fit: &crate::fit::Fit, name: &str| fit.parameters.iter().find(|one| one.term == name).unwrap().estimate;
    assert_near(of(&other, "asc"), -of(&usual, "threshold_1"), 1e-7, 1.0);
    assert_near(of(&other, "b_x"), of(&usual, "b_x"), 1e-7, 1.0);
    // The test compares the same coefficients.
    let (one, other) = (usual.proportional_odds.unwrap(), other.proportional_odds.unwrap());
    assert_near(one.statistic, other.statistic, 1e-6, 1.0);
    assert_eq!(one.degrees_of_freedom, other.degrees_of_freedom);
}
