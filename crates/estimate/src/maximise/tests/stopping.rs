//! Why it stops, and what is kept.

use std::sync::atomic::AtomicUsize;

use super::*;
use crate::test_models::Breaking;

#[test]
fn what_is_not_identified_is_not_converged() {
    // The second and third regressor are the same: only their sum matters.
    let mut logistic = Logistic::simulated(300, 3);
    for row in &mut logistic.x {
        row[2] = row[1];
    }
    let identified = Logistic::new(
        logistic.x.iter().map(|row| row[..2].to_vec()).collect(),
        logistic.y.clone(),
    );
    let best = solve(&identified, &[0.0; 2]);
    for unit in [1e-8, 1.0, 1e8] {
        let maximum = solve(&logistic.clone().with_unit(2, unit), &[0.0; 3]);
        let convergence = &maximum.convergence;
        assert!(!convergence.converged);
        let Stopped::NotIdentified {
            parameters,
            eigenvalue,
            tolerance,
        } = &convergence.stopped
        else {
            panic!("unit {unit:e}: {}", convergence.stopped)
        };
        assert_eq!(parameters, &["b1", "b2"]);
        assert!(eigenvalue.abs() < *tolerance);
        let (found, expected) = (maximum.evaluation.log_likelihood, best.evaluation.log_likelihood);
        assert!(
            (found - expected).abs() < 1e-9,
            "the maximum itself is found: {found} against {expected}"
        );
        assert!(convergence.iterations < 10, "{}", convergence.iterations);
    }
}

#[test]
fn a_parameter_without_effect_is_named() {
    let logistic = Logistic::simulated(300, 3).with_unit(1, 0.0);
    let maximum = solve(&logistic, &[0.0, 7.0, 0.0]);
    let Stopped::NotIdentified { parameters, .. } = &maximum.convergence.stopped else {
        panic!("{}", maximum.convergence.stopped)
    };
    assert_eq!(parameters, &["b1"]);
    // Eigenvectors are orthogonal to a rounding only.
    assert!((maximum.theta[1] - 7.0).abs() < 1e-12, "{}", maximum.theta[1]);
}

#[test]
fn a_ridge_that_never_ends_is_not_converged() {
    // ln L = θ − 100 has no maximum.
    let slope = Smooth::new(1, |theta: &[f64]| Ok((theta[0] - 100.0, array![1.0], array![[0.0]])));
    let options = Options {
        max_iterations: 20,
        ..Options::default()
    };
    let maximum = maximise(&slope, &[0.0], &options, None).unwrap();
    assert!(matches!(
        maximum.convergence.stopped,
        Stopped::MaxIterations { limit: 20, .. }
    ));
    assert_eq!(maximum.convergence.iterations, 20);
}

#[test]
fn an_interruption_keeps_the_best_point() {
    let banana = Banana::new();
    let breaking = |after| Breaking {
        inner: &banana,
        after,
        error: EvalError::Interrupted,
        n_evaluations: AtomicUsize::new(0),
    };
    let maximum = solve(&breaking(8), &[-1.2, 1.0]);
    assert!(!maximum.convergence.converged);
    assert!(
        matches!(maximum.convergence.stopped, Stopped::Interrupted { .. }),
        "{}",
        maximum.convergence.stopped
    );
    assert!(maximum.evaluation.log_likelihood > maximum.log_likelihood_start);
    let again = banana.evaluate(&maximum.theta, crate::Order::Hessian).unwrap();
    assert_eq!(again.log_likelihood, maximum.evaluation.log_likelihood);
    assert_eq!(again.hessian, maximum.evaluation.hessian);
    assert_eq!(
        maximise(&breaking(0), &[-1.2, 1.0], &Options::default(), None).unwrap_err(),
        EstimateError::InterruptedAtStart
    );
}

#[test]
fn a_failure_keeps_the_best_point() {
    let banana = Banana::new();
    let error = EvalError::Failed("cases.csv vanished".into());
    let breaking = |after| Breaking {
        inner: &banana,
        after,
        error: error.clone(),
        n_evaluations: AtomicUsize::new(0),
    };
    let failed = maximise(&breaking(8), &[-1.2, 1.0], &Options::default(), None).unwrap_err();
    let EstimateError::Failed {
        reason,
        iterations,
        log_likelihood,
        theta,
    } = &failed
    else {
        panic!("{failed}")
    };
    assert_eq!(reason, "cases.csv vanished");
    assert!(*iterations > 0 && theta.len() == 2 && *log_likelihood > -24.2);
    assert_eq!(
        failed.to_string(),
        format!("at iteration {iterations}, log-likelihood {log_likelihood}: cases.csv vanished")
    );
    assert_eq!(
        maximise(&breaking(0), &[-1.2, 1.0], &Options::default(), None).unwrap_err(),
        EstimateError::FailedAtStart {
            reason: "cases.csv vanished".into()
        }
    );
}

#[test]
fn no_iterations_estimate_nothing() {
    let options = Options {
        max_iterations: 0,
        ..Options::default()
    };
    let logistic = Logistic::simulated(100, 2);
    let maximum = maximise(&logistic, &[0.0, 0.0], &options, None).unwrap();
    assert_eq!(maximum.convergence.stopped, Stopped::NothingEstimated);
    assert!(!maximum.convergence.converged);
    assert_eq!(
        (maximum.convergence.iterations, maximum.convergence.evaluations),
        (0, 1)
    );
    assert_eq!(maximum.theta, [0.0, 0.0]);
    assert_eq!(maximum.evaluation.log_likelihood, maximum.log_likelihood_start);
    assert!(maximum.convergence.criterion.unwrap() > 0.0);
}

#[test]
fn too_few_iterations_are_told() {
    let options = Options {
        max_iterations: 3,
        ..Options::default()
    };
    let maximum = maximise(&Banana::new(), &[-1.2, 1.0], &options, None).unwrap();
    let Stopped::MaxIterations {
        limit: 3,
        criterion: Some(criterion),
        ..
    } = maximum.convergence.stopped
    else {
        panic!("{}", maximum.convergence.stopped)
    };
    assert!(criterion > 1e-9);
    assert_eq!(maximum.convergence.iterations, 3);
}

#[test]
fn a_maximum_at_infinity_stops_where_the_likelihood_no_longer_rises() {
    // Separated data: every Newton step adds about 1 to the coefficient, for ever; polishing must not go along.
    let x: Vec<Vec<f64>> = (0..20).map(|unit| vec![f64::from(unit) - 9.5]).collect();
    let y = x.iter().map(|row| f64::from(row[0] > 0.0)).collect();
    let maximum = solve(&Logistic::new(x, y), &[0.0]);
    assert!(
        maximum.convergence.iterations < 40,
        "{}",
        maximum.convergence.iterations
    );
    assert!(maximum.evaluation.log_likelihood > -1e-6);
}

#[test]
fn all_problems_of_the_start_are_reported_at_once() {
    let mut likelihood = quadratic(Array2::eye(4), vec![0.0; 4]);
    likelihood.parameters[0].lower = 1.0;
    (likelihood.parameters[2].lower, likelihood.parameters[2].upper) = (2.0, 1.0);
    likelihood.parameters[3].fixed = true;
    likelihood.parameters[3].upper = -1.0;
    let message = |start: &[f64]| {
        maximise(&likelihood, start, &Options::default(), None)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message(&[0.5, f64::NAN, 0.0, 0.0]),
        "starting values: \"b0\" starts at 0.5, outside its bounds [1, inf]; move the start or the bounds; \
         \"b1\" starts at NaN, which is not a finite number; \
         \"b2\" has the bounds [2, 1], which admit no value; the lower must not exceed the upper"
    );
    assert_eq!(
        message(&[0.0]),
        "1 starting values for 4 parameters; give one for each, fixed ones included"
    );
    let options = Options {
        tolerance: 0.0,
        ..Options::default()
    };
    assert!(matches!(
        maximise(&likelihood, &[0.0; 4], &options, None),
        Err(EstimateError::Options { .. })
    ));
}
