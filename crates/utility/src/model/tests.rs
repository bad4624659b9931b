//! Tests of the bound model: against a plain twin, against differences, against what it must not depend on.

mod bits;
mod closed_forms;
mod compression;
mod covariance;
mod derivatives;
mod fitting;
mod identification;
mod invariance;
mod kernel;
mod mixture;
mod nested;
mod parts;
mod prediction;
mod probit;
mod rankings;
mod sampling_rates;
mod separation;
mod shares;
mod tall;
mod twin;

use logsum_data::ChoiceData;
use logsum_estimate::{Evaluation, LogLikelihood, Order};

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
