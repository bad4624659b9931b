//! Parameter recovery: what is simulated is found again, with the uncertainty that is reported.

use logsum_simulate::{Design, Recovery, RecoveryError, RecoveryStudy};
use logsum_utility::{CovarianceKind, ModelFile};

const MODEL: &str = r#"
[data]
file = "none.csv"
layout = "wide"
choice = "mode"
[alternatives]
bus = 1
car = 2
[parameters]
asc_car = 0.4
b_time = -0.8
b_fixed = { start = 1, fixed = true }
[utility]
bus = "b_time * t_bus"
car = "asc_car + b_time * t_car + b_fixed * 0.1 * t_bus"
[simulate]
t_bus = { distribution = "normal", mean = 2, sd = 1 }
t_car = { distribution = "normal", mean = 2, sd = 1 }
"#;

fn study(
    text: &str,
    replications: usize,
    confidence: f64,
    change: impl Fn(&mut Vec<f64>),
) -> Result<Recovery, RecoveryError> {
    let model = ModelFile::parse(text, "model").unwrap_or_else(|error| panic!("{error}"));
    let design = Design::new(&model, None, 400, None).unwrap();
    let mut truth: Vec<f64> = model
        .specification
        .parameters
        .iter()
        .map(|declared| declared.parameter.start)
        .collect();
    change(&mut truth);
    RecoveryStudy {
        specification: &model.specification,
        design: &design,
        truth: &truth,
        replications,
        confidence,
        covariance: CovarianceKind::Hessian,
        seed: 11,
    }
    .run(&|| {})
}

/// Coverage within four of its own Monte Carlo errors (a false alarm in 16,000), for every parameter.
fn coverage_is_right(recovery: &Recovery) -> bool {
    recovery.parameters.iter().all(|parameter| {
        let gap = parameter.coverage.unwrap() - recovery.confidence;
        gap.abs() <= 4.0 * parameter.coverage_std_error.unwrap()
    })
}

#[test]
fn estimates_centre_on_the_truth_and_intervals_hold_it_as_often_as_they_say() {
    let recovery = study(MODEL, 500, 0.95, |_| {}).unwrap();
    assert_eq!(
        (recovery.replications, recovery.converged, recovery.n_cases),
        (500, 500, 400)
    );
    let terms: Vec<&str> = recovery
        .parameters
        .iter()
        .map(|parameter| parameter.term.as_str())
        .collect();
    assert_eq!(terms, ["asc_car", "b_time"], "the fixed one is not estimated");
    assert!(coverage_is_right(&recovery), "{recovery:?}");
    for parameter in &recovery.parameters {
        let (empirical, reported) = (
            parameter.empirical_std_error.unwrap(),
            parameter.mean_std_error.unwrap(),
        );
        // The standard deviation of 500 estimates is known to 1/√1000 of itself; four of that.
        assert!((empirical / reported - 1.0).abs() < 0.13, "{parameter:?}");
        // Maximum likelihood has a bias of order 1/N: half a standard error at most here, and hardly beyond its Monte
        // Carlo error.
        assert!(
            parameter.bias.abs() < 4.0 * parameter.bias_std_error.unwrap() + reported * reported,
            "{parameter:?}"
        );
        assert!((parameter.rmse.powi(2) - parameter.bias.powi(2) - empirical.powi(2) * 499.0 / 500.0).abs() < 1e-12);
    }
}

#[test]
fn errors_that_are_too_small_are_found_out() {
    // Every case counts twice, as if there were more of them than there are.
    let doubled = MODEL.replace("choice = \"mode\"", "choice = \"mode\"\nweight = 2");
    let recovery = study(&doubled, 500, 0.95, |_| {}).unwrap();
    assert!(!coverage_is_right(&recovery), "{recovery:?}");
}

#[test]
fn another_level_has_its_own_coverage() {
    let recovery = study(MODEL, 500, 0.5, |_| {}).unwrap();
    assert!(coverage_is_right(&recovery), "{recovery:?}");
}

#[test]
fn the_result_does_not_depend_on_threads() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        pool.install(|| study(MODEL, 20, 0.95, |_| {}).unwrap())
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn what_does_not_converge_is_counted_with_its_reason() {
    // Utilities so far apart that hardly anybody takes the bus: in some replications nobody does.
    let recovery = study(MODEL, 60, 0.95, |truth| truth[0] = 7.5).unwrap();
    let failed: usize = recovery.failures.values().sum();
    assert!(failed > 0 && recovery.converged > 0, "{recovery:?}");
    assert_eq!(failed + recovery.converged, 60);
    let reason = recovery.failures.keys().next().unwrap();
    assert!(reason.contains("asc_car"), "{reason}");
    assert_eq!(recovery.parameters[0].estimates.len(), recovery.converged);
}

#[test]
fn what_cannot_be_studied_is_named() {
    let message = |result: Result<Recovery, RecoveryError>| result.unwrap_err().to_string();
    assert_eq!(
        message(study(MODEL, 0, 0.95, |_| {})),
        "0 replications; use at least 2 (200 is usual)"
    );
    assert_eq!(
        message(study(MODEL, 2, 1.0, |_| {})),
        "confidence level 1; it lies between 0 and 1, such as 0.95"
    );
    let fixed = MODEL
        .replace("asc_car = 0.4", "asc_car = { start = 0.4, fixed = true }")
        .replace("b_time = -0.8", "b_time = { start = 1, fixed = true }");
    assert_eq!(
        message(study(&fixed, 2, 0.95, |_| {})),
        "all parameters are fixed; there is nothing to recover"
    );
    assert_eq!(
        message(study(MODEL, 2, 0.95, |truth| truth.truncate(1))),
        "1 true value, but the model has 3 parameters"
    );
}
