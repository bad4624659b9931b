//! Tests of the bound model: against a plain twin, against differences, against what it must not depend on.

mod bits;
mod closed_forms;
mod compression;
mod covariance;
mod derivatives;
mod fitting;
mod identification;
mod invariance;
mod joint;
mod kernel;
mod mixture;
mod nested;
mod ordered;
mod parts;
mod prediction;
mod probit;
mod rankings;
mod repeated;
mod sampling_rates;
mod separation;
mod shares;
mod tall;
mod twin;

use logsum_data::ChoiceData;
use logsum_estimate::{Evaluation, LogLikelihood, Order, differences};

use super::Model;
use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::specification::Specification;

fn bind<'a>(specification: &Specification, data: &'a ChoiceData) -> Model<'a> {
    Model::bind(specification, data).unwrap_or_else(|error| panic!("{error}"))
}

fn evaluate(specification: &Specification, data: &ChoiceData, theta: &[f64]) -> Evaluation {
    bind(specification, data)
        .evaluate(theta, Order::Hessian)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn fit(specification: &Specification, data: &ChoiceData) -> Fit {
    bind(specification, data)
        .fit(&FitOptions::default(), None)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn estimates(fit: &Fit) -> Vec<f64> {
    fit.parameters.iter().map(|parameter| parameter.estimate).collect()
}

fn bits_of(fit: &Fit) -> Vec<u64> {
    estimates(fit).iter().map(|estimate| estimate.to_bits()).collect()
}

/// Panics unless the two agree relative to the larger of them and `floor`.
#[track_caller]
fn assert_near(left: f64, right: f64, tolerance: f64, floor: f64) {
    let size = left.abs().max(right.abs()).max(floor);
    assert!(
        (left - right).abs() <= tolerance * size,
        "relative: {left:e} against {right:e}"
    );
}

/// Panics unless score and Hessian are those of differences, and the same whatever else is asked for.
#[track_caller]
fn assert_derivatives(name: &str, model: &Model<'_>, theta: &[f64]) {
    let whole = model
        .evaluate(theta, Order::Hessian)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let (score, hessian) = differences(model, theta, &vec![0.1; theta.len()]).unwrap();
    let size = whole.magnitude.max(1.0) + whole.hessian.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    for (k, (one, other)) in score.iter().zip(&whole.score).enumerate() {
        assert!((one - other).abs() < 1e-9 * size, "{name}: score of {k}: {one} {other}");
    }
    for ((k, j), one) in hessian.indexed_iter() {
        let other = whole.hessian[[k, j]];
        assert!((one - other).abs() < 1e-8 * size, "{name}: {k} {j}: {one} {other}");
    }
    for order in [Order::Value, Order::Score] {
        let part = model.evaluate(theta, order).unwrap();
        assert_near(part.log_likelihood, whole.log_likelihood, 1e-13, 1.0);
        for (one, other) in part.score.iter().zip(&whole.score) {
            assert!((one - other).abs() < 1e-12 * size, "{name}");
        }
    }
}
