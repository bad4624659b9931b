//! Fits: how they stop, where they start, what is held.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use logsum_estimate::{Options, Parameter};

use super::{assert_near, bind, bits_of, estimates, fit};
use crate::estimation::FitOptions;
use crate::specification::Specification;
use crate::testing::{WIDE, data, plain, specification, wide_schema, wide_table};

/// The specification of [`WIDE`] with one parameter declared otherwise.
fn with(parameter: Parameter) -> Specification {
    let mut specification = specification(WIDE.0, WIDE.1);
    let ours = specification
        .parameters
        .iter_mut()
        .find(|declared| declared.symbol == parameter.name);
    ours.expect("a parameter of the specification").parameter = parameter;
    specification
}

fn started_at(start: &[f64]) -> FitOptions {
    FitOptions {
        start: Some(start.to_vec()),
        ..FitOptions::default()
    }
}

#[test]
fn the_record_of_a_fit() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(
        wide_table(500, 31),
        &wide_schema().decision_maker("person"),
        &specification,
    );
    let model = bind(&specification, &data);
    let mut seen = Vec::new();
    let mut progress =
        |progress: &logsum_estimate::Progress<'_>| seen.push((progress.state.iterations, progress.log_likelihood));
    let fit = model.fit(&FitOptions::default(), Some(&mut progress)).unwrap();
    assert!(fit.converged);
    assert_eq!(fit.convergence.reason, "the Newton decrement fell below its tolerance");
    assert!(fit.convergence.criterion.unwrap() <= 1e-9 && fit.convergence.tolerance == 1e-9);
    assert!(fit.convergence.gradient_norm.unwrap() < 1e-6);
    assert!(
        (3..=9).contains(&fit.convergence.iterations),
        "{}",
        fit.convergence.iterations
    );
    assert!(fit.convergence.evaluations > fit.convergence.iterations);
    assert_eq!(seen.len(), fit.convergence.iterations + 1);
    assert_eq!(seen[0], (0, fit.log_likelihood_start.unwrap()));
    assert_eq!(seen.last().unwrap().1, fit.log_likelihood);
    assert!(seen.windows(2).all(|pair| pair[0].1 <= pair[1].1 + 1e-9));
    // Zero parameters are equal shares.
    assert_near(fit.log_likelihood_start.unwrap(), fit.log_likelihood_null, 1e-13, 0.0);
    assert_eq!((fit.n_cases, fit.n_alternatives, fit.n_parameters), (500, 3, 5));
    assert_eq!(fit.n_decision_makers, data.n_decision_makers());
    assert_eq!((fit.data.rows_read, fit.data.rows_used), (500, 500));
    assert_eq!(
        (fit.data.file.as_str(), fit.model.family.as_str()),
        ("choices.csv", "logit")
    );
    assert_eq!(fit.warnings, Vec::<String>::new());
    // The smallest eigenvalue of −H from the characteristic of a plain power iteration on its inverse.
    let covariance = fit.covariance.hessian.as_ref().unwrap();
    let mut vector = vec![1.0; 5];
    let mut largest = 0.0;
    for _ in 0..500 {
        let product: Vec<f64> = covariance
            .iter()
            .map(|row| row.iter().zip(&vector).map(|(a, b)| a * b).sum())
            .collect();
        largest = product.iter().map(|value: &f64| value * value).sum::<f64>().sqrt();
        vector = product.iter().map(|value| value / largest).collect();
    }
    assert_near(
        fit.convergence.smallest_hessian_eigenvalue.unwrap(),
        1.0 / largest,
        1e-8,
        0.0,
    );
    assert_near(
        fit.log_likelihood,
        plain(&specification, &data, &estimates(&fit)).log_likelihood,
        1e-13,
        0.0,
    );
}

#[test]
fn every_start_leads_to_the_one_maximum() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(500, 32), &wide_schema(), &specification);
    let model = bind(&specification, &data);
    let base = model.fit(&FitOptions::default(), None).unwrap();
    for start in [[1.0, -1.0, 2.0, 0.5, 3.0], [-4.0, 4.0, -3.0, -3.0, 0.0]] {
        let fit = model.fit(&started_at(&start), None).unwrap();
        assert!(fit.converged, "{}", fit.convergence.reason);
        assert_eq!(fit.warnings, Vec::<String>::new());
        for (found, expected) in estimates(&fit).iter().zip(estimates(&base)) {
            assert_near(*found, expected, 1e-10, 0.0);
        }
    }
    // From the estimates themselves there is nothing left to do.
    let again = model.fit(&started_at(&estimates(&base)), None).unwrap();
    assert!(again.converged && again.convergence.iterations <= 1);
    let error = model.fit(&started_at(&[0.0; 4]), None).unwrap_err().to_string();
    assert_eq!(
        error,
        "4 starting values for 5 parameters; give one for each, fixed ones included"
    );
}

#[test]
fn a_fixed_parameter_stays_and_has_no_row() {
    let specification = with(Parameter {
        fixed: true,
        ..Parameter::new("b_cost", -0.25)
    });
    let data = data(wide_table(400, 33), &wide_schema(), &specification);
    let fit = fit(&specification, &data);
    assert!(fit.converged);
    let cost = &fit.parameters[3];
    assert!(cost.fixed && cost.estimate == -0.25 && cost.std_error.is_none() && cost.at_bound.is_none());
    assert_eq!(fit.n_parameters, 4);
    assert_eq!(fit.covariance.hessian.as_ref().unwrap().len(), 4);
    // The score vanishes in the others alone.
    let twin = plain(&specification, &data, &estimates(&fit));
    for (k, score) in twin.score.iter().enumerate() {
        assert_eq!(score.abs() < 1e-7, k != 3, "{k}: {score}");
    }
    // Standard errors go to the right rows.
    let hessian = fit.covariance.hessian.as_ref().unwrap();
    assert_eq!(fit.parameters[4].std_error.unwrap(), hessian[3][3].sqrt());
}

#[test]
fn everything_fixed_is_evaluated_once() {
    let mut specification = specification(WIDE.0, WIDE.1);
    specification
        .parameters
        .iter_mut()
        .for_each(|declared| declared.parameter.fixed = true);
    let data = data(wide_table(50, 34), &wide_schema(), &specification);
    let fit = fit(&specification, &data);
    assert!(fit.converged);
    assert_eq!(fit.convergence.reason, "nothing to estimate: every parameter is fixed");
    assert_near(fit.log_likelihood, fit.log_likelihood_null, 1e-13, 0.0);
    assert_eq!(fit.n_parameters, 0);
    assert_eq!(fit.covariance.hessian, Some(Vec::new()));
    assert_eq!(fit.convergence.smallest_hessian_eigenvalue, None);
}

#[test]
fn a_parameter_at_its_bound_counts_as_fixed() {
    let bounded = with(Parameter {
        lower: -0.2,
        upper: 1.0,
        ..Parameter::new("b_cost", 0.0)
    });
    let fixed = with(Parameter {
        fixed: true,
        ..Parameter::new("b_cost", -0.2)
    });
    let data = data(wide_table(400, 35), &wide_schema(), &bounded);
    let (found, expected) = (fit(&bounded, &data), fit(&fixed, &data));
    assert!(found.converged);
    assert_eq!(found.parameters[3].at_bound.as_deref(), Some("lower"));
    assert_eq!(found.parameters[3].estimate, -0.2);
    assert_eq!(
        found.warnings,
        ["\"b_cost\" stands at its lower bound -0.2: it counts as fixed in the criterion and in every covariance"]
    );
    for (found, expected) in found.parameters.iter().zip(&expected.parameters) {
        assert_near(found.estimate, expected.estimate, 1e-9, 0.0);
        assert_eq!(found.std_error.is_some(), expected.std_error.is_some());
        assert_near(
            found.std_error.unwrap_or(0.0),
            expected.std_error.unwrap_or(0.0),
            1e-9,
            0.0,
        );
    }
    for matrix in [
        &found.covariance.hessian,
        &found.covariance.opg,
        &found.covariance.robust,
    ] {
        let matrix = matrix.as_ref().unwrap();
        assert_eq!(matrix.len(), 5);
        assert_eq!(matrix[3], [0.0; 5]);
        assert!(
            matrix
                .iter()
                .enumerate()
                .all(|(k, row)| row[3] == 0.0 && (row[k] > 0.0) == (k != 3))
        );
    }
    // A bound that does not bind changes nothing.
    let loose = with(Parameter {
        lower: -10.0,
        upper: 10.0,
        ..Parameter::new("b_cost", 0.0)
    });
    let (loose, free) = (fit(&loose, &data), fit(&specification(WIDE.0, WIDE.1), &data));
    assert_eq!(loose.warnings, Vec::<String>::new());
    assert_eq!(bits_of(&loose), bits_of(&free));
}

#[test]
fn no_iterations_evaluate_at_the_start() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(300, 36), &wide_schema(), &specification);
    let options = FitOptions {
        optimiser: Options {
            max_iterations: 0,
            ..Options::default()
        },
        ..started_at(&[0.1, 0.2, -0.3, -0.4, 0.5])
    };
    let fit = bind(&specification, &data).fit(&options, None).unwrap();
    assert!(!fit.converged);
    assert_eq!(
        fit.convergence.reason,
        "nothing was estimated: evaluated at the starting values"
    );
    assert_eq!(estimates(&fit), [0.1, 0.2, -0.3, -0.4, 0.5]);
    let twin = plain(&specification, &data, &estimates(&fit));
    assert_near(fit.log_likelihood, twin.log_likelihood, 1e-13, 0.0);
    assert!(
        fit.parameters
            .iter()
            .all(|parameter| parameter.std_error.is_some_and(|error| error > 0.0))
    );
    assert_eq!(fit.warnings, Vec::<String>::new());
}

#[test]
fn too_few_iterations_are_told_without_false_findings() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(300, 37), &wide_schema(), &specification);
    let options = FitOptions {
        optimiser: Options {
            max_iterations: 2,
            ..Options::default()
        },
        ..FitOptions::default()
    };
    let fit = bind(&specification, &data).fit(&options, None).unwrap();
    assert!(!fit.converged);
    assert!(
        fit.convergence.reason.starts_with("stopped after 2 iterations"),
        "{}",
        fit.convergence.reason
    );
    assert_eq!(fit.warnings, Vec::<String>::new());
}

#[test]
fn a_confidence_level_that_is_none() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(50, 38), &wide_schema(), &specification);
    for confidence in [0.0, 1.0, 95.0, f64::NAN] {
        let options = FitOptions {
            confidence,
            ..FitOptions::default()
        };
        let error = bind(&specification, &data).fit(&options, None).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("confidence level {confidence}; it lies between 0 and 1, such as 0.95")
        );
    }
    let options = FitOptions {
        confidence: 0.9,
        ..FitOptions::default()
    };
    let fit = bind(&specification, &data).fit(&options, None).unwrap();
    let row = &fit.parameters[0];
    assert_near(
        row.conf_high.unwrap() - row.estimate,
        1.6448536269514722 * row.std_error.unwrap(),
        1e-12,
        0.0,
    );
}

#[test]
fn an_interruption_keeps_the_best_point() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(300, 39), &wide_schema(), &specification);
    let flag = Arc::new(AtomicBool::new(false));
    let model = bind(&specification, &data).interrupted_by(flag.clone());
    let mut stop =
        |progress: &logsum_estimate::Progress<'_>| flag.store(progress.state.iterations == 2, Ordering::Relaxed);
    let fit = model.fit(&FitOptions::default(), Some(&mut stop)).unwrap();
    assert!(!fit.converged && fit.convergence.iterations == 2);
    assert!(
        fit.convergence.reason.starts_with("interrupted"),
        "{}",
        fit.convergence.reason
    );
    assert!(fit.log_likelihood > fit.log_likelihood_start.unwrap());
    assert!(fit.parameters.iter().all(|parameter| parameter.std_error.is_some()));
    // Set before the start, there is nothing to keep.
    flag.store(true, Ordering::Relaxed);
    let error = model.fit(&FitOptions::default(), None).unwrap_err().to_string();
    assert_eq!(error, "interrupted before the starting values were evaluated");
}

#[test]
fn fits_survive_json() {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(200, 40), &wide_schema(), &specification);
    let fit = fit(&specification, &data);
    let text = serde_json::to_string(&fit).unwrap();
    assert!(text.starts_with("{\"format\":1,\"logsum_version\":\""));
    assert_eq!(serde_json::from_str::<crate::Fit>(&text).unwrap(), fit);
}

/// Enough data that a sample of them is looked at first.
fn many() -> (Specification, logsum_data::ChoiceData) {
    let specification = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(34 * 1024, 31), &wide_schema(), &specification);
    (specification, data)
}

#[test]
fn a_first_approach_changes_neither_the_maximum_nor_where_it_began() {
    let (specification, data) = many();
    let model = bind(&specification, &data);
    let start = model.start();
    let nearer = model.approach(&start, &Options::default()).expect("a sample will do");
    assert_ne!(nearer, start);
    let fit = model.fit(&FitOptions::default(), None).unwrap();
    let straight = logsum_estimate::maximise(&model, &start, &Options::default(), None).unwrap();
    for (estimate, expected) in estimates(&fit).iter().zip(&straight.theta) {
        assert_near(*estimate, *expected, 1e-11, 1e-2);
    }
    let began = fit.log_likelihood_start.unwrap();
    assert_near(began, straight.log_likelihood_start, 1e-12, 0.0);
    let mut starts = Vec::new();
    let mut record = |progress: &logsum_estimate::Progress<'_>| starts.push(progress.state.log_likelihood_start);
    model.fit(&FitOptions::default(), Some(&mut record)).unwrap();
    assert!(starts.iter().all(|start| *start == began), "{starts:?}");
    let nothing = FitOptions {
        optimiser: Options {
            max_iterations: 0,
            ..Options::default()
        },
        ..FitOptions::default()
    };
    assert_eq!(estimates(&model.fit(&nothing, None).unwrap()), start);
}

/// Whenever the flag is raised, what was reached is not lost.
#[test]
fn an_interruption_after_a_first_approach_keeps_the_best_point() {
    let (specification, data) = many();
    let whole = bind(&specification, &data).fit(&FitOptions::default(), None).unwrap();
    for iteration in 0..=whole.convergence.iterations as u64 {
        let flag = Arc::new(AtomicBool::new(false));
        let model = bind(&specification, &data).interrupted_by(flag.clone());
        let mut stop = |progress: &logsum_estimate::Progress<'_>| {
            flag.store(progress.state.iterations == iteration, Ordering::Relaxed);
        };
        let start = model.start();
        let options = FitOptions {
            start: Some(start),
            ..FitOptions::default()
        };
        match model.fit(&options, Some(&mut stop)) {
            Ok(fit) => assert_eq!(fit.log_likelihood_start, whole.log_likelihood_start),
            Err(error) => panic!("lost at iteration {iteration}: {error}"),
        }
    }
}
