//! Fits on samples of alternatives: what they hold, over how many samples, and when they stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use logsum_estimate::{LogLikelihood, Order, Parameter};

use super::{importance, stratified, uniform, zone_data, zone_specification};
use crate::constants::log_likelihood_null;
use crate::estimation::{FitError, FitOptions};
use crate::fit::Fit;
use crate::model::Model;
use crate::sampling::{AlternativeSampling, SamplingError, fit_sampled};

fn fitted(sampling: &AlternativeSampling, data: &logsum_data::ChoiceData) -> Fit {
    let fit = fit_sampled(
        &zone_specification(),
        data,
        sampling,
        &FitOptions::default(),
        &Arc::default(),
        None,
    );
    fit.unwrap_or_else(|error| panic!("{error}"))
}

fn replicated(sampling: AlternativeSampling, replications: usize) -> AlternativeSampling {
    AlternativeSampling {
        replications,
        ..sampling
    }
}

#[test]
fn the_first_sample_gives_the_fit() {
    let whole = zone_data(300, 30, 6);
    let sampling = importance(8, "exp(x / 2)");
    let fit = fitted(&sampling, &whole);
    let sampled = sampling.sample(&whole, 0).unwrap();
    let specification = zone_specification();
    let model = Model::bind(&specification, &sampled).unwrap();
    let expected = model.fit(&FitOptions::default(), None).unwrap();
    assert_eq!(fit.parameters, expected.parameters);
    assert_eq!(fit.covariance, expected.covariance);
    assert_eq!((fit.data.rows_used, fit.n_cases), (9000, 300));
    assert_eq!(fit.log_likelihood_constants, None);
    assert_eq!(fit.warnings, Vec::<String>::new());
    // Equal utilities on the sampled sets are all parameters at 0.
    let at_zero = model.evaluate(&[0.0; 3], Order::Value).unwrap().log_likelihood;
    assert!((fit.log_likelihood_null - at_zero).abs() < 1e-9);
    assert_eq!(fit.log_likelihood_null, log_likelihood_null(&sampled));
    assert!(
        (fit.log_likelihood_null + 300.0 * 8.0_f64.ln()).abs() > 1.0,
        "shares are not equal"
    );
    let report = fit.sampling.unwrap();
    assert_eq!(
        (report.method.as_str(), report.seed, report.replications),
        ("importance", 1, 1)
    );
    assert_eq!((report.estimates_sd, report.log_likelihood_sd), (vec![None; 3], None));
}

#[test]
fn further_samples_tell_how_far_they_move_the_estimates() {
    let whole = zone_data(300, 30, 6);
    let mut specification = zone_specification();
    specification.parameters[1].parameter = Parameter::new("b_y", -0.6);
    specification.parameters[1].parameter.fixed = true;
    let sampling = replicated(uniform(8), 4);
    let fit = fit_sampled(
        &specification,
        &whole,
        &sampling,
        &FitOptions::default(),
        &Arc::default(),
        None,
    )
    .unwrap();
    let report = fit.sampling.clone().unwrap();
    let one = |replication: u64| {
        let sampled = sampling.sample(&whole, replication).unwrap();
        let model = Model::bind(&specification, &sampled).unwrap();
        let fit = model.fit(&FitOptions::default(), None).unwrap();
        (fit.log_likelihood, fit.parameters[0].estimate)
    };
    let (values, estimates): (Vec<f64>, Vec<f64>) = (0..4).map(one).unzip();
    let sd = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / 4.0;
        (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 3.0).sqrt()
    };
    assert_eq!(report.replications, 4);
    assert!((report.estimates_sd[0].unwrap() - sd(&estimates)).abs() < 1e-6);
    assert!((report.log_likelihood_sd.unwrap() - sd(&values)).abs() < 1e-6);
    assert_eq!(report.estimates_sd[1], None);

    // A sample that takes nearly all moves them less, one that takes all not at all.
    let larger = fitted(&replicated(uniform(25), 4), &whole).sampling.unwrap();
    assert!(larger.estimates_sd[0].unwrap() < 0.5 * sd(&estimates));
    let all = fitted(&replicated(uniform(30), 2), &whole).sampling.unwrap();
    assert!(all.estimates_sd[0].unwrap() < 1e-9);

    let text = serde_json::to_string(&fit).unwrap();
    assert_eq!(serde_json::from_str::<Fit>(&text).unwrap(), fit);
    assert!(text.contains("\"number\":8"), "a number is a number");
    let strata = fitted(&stratified("kind", &[("core", 2), ("rest", 3)]), &whole);
    let text = serde_json::to_string(&strata).unwrap();
    assert!(text.contains("\"number\":{\"core\":2,\"rest\":3}"));
    assert_eq!(serde_json::from_str::<Fit>(&text).unwrap(), strata);
}

#[test]
fn an_interrupt_between_samples_keeps_the_fit() {
    let whole = zone_data(300, 30, 6);
    let interrupt = Arc::new(AtomicBool::new(false));
    let mut starts = 0;
    let mut watch = |progress: &logsum_estimate::Progress<'_>| {
        starts += u32::from(progress.state.iterations == 0);
        if starts == 3 {
            interrupt.store(true, Ordering::Relaxed);
        }
    };
    let fit = fit_sampled(
        &zone_specification(),
        &whole,
        &replicated(uniform(8), 5),
        &FitOptions::default(),
        &interrupt,
        Some(&mut watch),
    )
    .unwrap();
    assert!(fit.converged);
    assert_eq!(fit.sampling.unwrap().replications, 2);
    assert_eq!(
        fit.warnings,
        ["interrupted after 2 of 5 samples of alternatives: standard deviations over samples are of those"]
    );
}

#[test]
fn a_fit_that_did_not_converge_is_not_repeated() {
    let whole = zone_data(300, 30, 6);
    let mut options = FitOptions::default();
    options.optimiser.max_iterations = 0;
    let fit = fit_sampled(
        &zone_specification(),
        &whole,
        &replicated(uniform(8), 5),
        &options,
        &Arc::default(),
        None,
    )
    .unwrap();
    assert!(!fit.converged);
    let report = fit.sampling.unwrap();
    assert_eq!((report.replications, report.log_likelihood_sd), (1, None));
}

#[test]
fn what_cannot_be_sampled_is_not_fitted() {
    let error = fit_sampled(
        &zone_specification(),
        &zone_data(30, 10, 6),
        &uniform(0),
        &FitOptions::default(),
        &Arc::default(),
        None,
    );
    assert_eq!(
        error.unwrap_err(),
        FitError::Sampling(SamplingError::TooFew { number: 0, least: 2 })
    );
}
