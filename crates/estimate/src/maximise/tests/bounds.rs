//! Fixed parameters and bounds.

use proptest::prelude::*;

use super::*;
use crate::convergence::Bound;

#[test]
fn fixed_parameters_stay() {
    let mut likelihood = quadratic(array![[4.0, 1.0], [1.0, 3.0]], vec![1.0, -2.0]);
    likelihood.parameters[0].fixed = true;
    let maximum = solve(&likelihood, &[2.0, 0.0]);
    // By hand: (θ₀ − 1) + 3 (θ₁ + 2) = 0 at θ₀ = 2.
    assert_eq!(maximum.theta[0], 2.0);
    assert_close(&maximum.theta[1..], &[-2.0 - 1.0 / 3.0], 1e-15);
    assert!(maximum.convergence.converged);
    assert!((maximum.convergence.smallest_hessian_eigenvalue.unwrap() - 3.0).abs() < 1e-14);
    assert_eq!(maximum.convergence.at_bound, [None, None]);
}

#[test]
fn a_bound_in_the_way_holds_its_parameter() {
    let mut likelihood = quadratic(array![[4.0, 1.0], [1.0, 3.0]], vec![1.0, -2.0]);
    likelihood.parameters[0].upper = 0.5;
    let maximum = solve(&likelihood, &[-3.0, 4.0]);
    assert_eq!(maximum.theta[0], 0.5);
    assert_close(&maximum.theta[1..], &[-2.0 + 0.5 / 3.0], 1e-15);
    let convergence = &maximum.convergence;
    assert!(convergence.converged, "{}", convergence.stopped);
    assert_eq!(convergence.at_bound, [Some(Bound::Upper), None]);
    assert!(convergence.criterion.unwrap() < 1e-20);
    assert!(
        convergence.gradient_norm < 1e-10,
        "the score of the held parameter does not count"
    );
}

#[test]
fn a_bound_elsewhere_changes_nothing() {
    let mut likelihood = quadratic(array![[4.0, 1.0], [1.0, 3.0]], vec![1.0, -2.0]);
    likelihood.parameters[0].upper = 1.5;
    likelihood.parameters[1].lower = -2.5;
    let maximum = solve(&likelihood, &[1.5, -2.5]);
    assert_close(&maximum.theta, &[1.0, -2.0], 1e-15);
    assert_eq!(maximum.convergence.at_bound, [None, None]);
}

#[test]
fn a_bound_can_be_left_again() {
    // y ≥ ½ holds while x² < ½; further right the ridge rises above it.
    let mut banana = Banana::new();
    banana.parameters_mut()[1].lower = 0.5;
    let maximum = solve(&banana, &[0.2, 0.5]);
    assert!(maximum.convergence.converged, "{}", maximum.convergence.stopped);
    assert_close(&maximum.theta, &[1.0, 1.0], 1e-10);
    assert_eq!(maximum.convergence.at_bound, [None, None]);

    // Started on the wrong bound of both, ends on one of them.
    let mut likelihood = quadratic(array![[2.0, -1.9], [-1.9, 2.0]], vec![3.0, 3.0]);
    for parameter in &mut likelihood.parameters {
        (parameter.lower, parameter.upper) = (0.0, 2.0);
    }
    likelihood.parameters[1].upper = 10.0;
    let maximum = solve(&likelihood, &[0.0, 0.0]);
    assert_eq!(maximum.convergence.at_bound, [Some(Bound::Upper), None]);
    // By hand: 2 (θ₁ − 3) = 1.9 (2 − 3).
    assert_close(&maximum.theta, &[2.0, 2.05], 1e-15);
}

#[test]
fn many_bounds_against_a_direct_search() {
    // Four correlated parameters, all faces of the box tried by hand: the best feasible stationary point is the maximum.
    let matrix = array![
        [3.0, 1.2, -0.7, 0.4],
        [1.2, 2.0, 0.5, -0.9],
        [-0.7, 0.5, 4.0, 1.1],
        [0.4, -0.9, 1.1, 2.5]
    ];
    let centre = vec![2.0, -1.5, 0.3, 1.8];
    let mut likelihood = quadratic(matrix.clone(), centre.clone());
    for parameter in &mut likelihood.parameters {
        (parameter.lower, parameter.upper) = (-1.0, 1.0);
    }
    let maximum = solve(&likelihood, &[0.0; 4]);
    assert!(maximum.convergence.converged);
    let mut best = (f64::NEG_INFINITY, vec![]);
    for face in 0..81usize {
        let state: Vec<usize> = (0..4).map(|i| face / 3usize.pow(i as u32) % 3).collect();
        let mut theta: Vec<f64> = state.iter().map(|s| [0.0, -1.0, 1.0][*s]).collect();
        // Gauss-Seidel on the free ones: slow and sure for a definite matrix.
        for _ in 0..2000 {
            for i in (0..4).filter(|&i| state[i] == 0) {
                let rest: f64 = (0..4)
                    .filter(|&j| j != i)
                    .map(|j| matrix[[i, j]] * (theta[j] - centre[j]))
                    .sum();
                theta[i] = centre[i] - rest / matrix[[i, i]];
            }
        }
        if theta.iter().all(|t| t.abs() <= 1.0) {
            let value = likelihood.evaluate(&theta, crate::Order::Value).unwrap().log_likelihood;
            if value > best.0 {
                best = (value, theta);
            }
        }
    }
    assert_close(&maximum.theta, &best.1, 1e-13);
}

#[test]
fn a_maximum_that_lies_on_its_bound_is_reported_there() {
    let mut likelihood = quadratic(array![[4.0]], vec![1.0]);
    likelihood.parameters[0].lower = 1.0;
    let maximum = solve(&likelihood, &[3.0]);
    assert!(maximum.convergence.converged);
    assert_eq!(maximum.theta, [1.0]);
    assert_eq!(maximum.convergence.at_bound, [Some(Bound::Lower)]);
    assert_eq!(maximum.convergence.smallest_hessian_eigenvalue, None);
}

#[test]
fn with_nothing_free_the_point_is_evaluated() {
    let mut logistic = Logistic::simulated(100, 2);
    logistic
        .parameters
        .iter_mut()
        .for_each(|parameter| parameter.fixed = true);
    let maximum = solve(&logistic, &[0.1, 0.2]);
    assert_eq!(maximum.convergence.stopped, Stopped::NoFreeParameters);
    assert!(maximum.convergence.converged);
    assert_eq!(maximum.theta, [0.1, 0.2]);
    assert_eq!(maximum.convergence.smallest_hessian_eigenvalue, None);
}

proptest! {
    #[test]
    fn at_a_maximum_within_bounds_the_score_points_outwards_or_vanishes(
        bounds in prop::collection::vec((-1.5..0.4f64, 0.0..1.5f64), 4),
        shares in prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), 0.0..1.0f64], 4),
        exponents in prop::collection::vec(-6..=6i32, 4),
        n_units in 60..300usize,
    ) {
        let mut logistic = Logistic::simulated(n_units, 4);
        let mut start = Vec::new();
        for (k, (&(low, width), &exponent)) in bounds.iter().zip(&exponents).enumerate() {
            let unit = 10f64.powi(exponent);
            logistic = logistic.with_unit(k, unit);
            (logistic.parameters[k].lower, logistic.parameters[k].upper) = (low / unit, (low + width) / unit);
            let value = (low + shares[k] * width) / unit;
            start.push(value.clamp(logistic.parameters[k].lower, logistic.parameters[k].upper));
        }
        let maximum = solve(&logistic, &start);
        let convergence = &maximum.convergence;
        prop_assert!(convergence.converged, "{}", convergence.stopped);
        prop_assert!(convergence.iterations <= 20, "{}", convergence.iterations);
        for (k, parameter) in logistic.parameters.iter().enumerate() {
            let (theta, score) = (maximum.theta[k], maximum.evaluation.score[k]);
            prop_assert!(parameter.lower <= theta && theta <= parameter.upper);
            match convergence.at_bound[k] {
                Some(Bound::Lower) => prop_assert!(theta == parameter.lower && score <= 0.0),
                Some(Bound::Upper) => prop_assert!(theta == parameter.upper && score >= 0.0),
                // Per standard deviation of the score, whose square is the curvature.
                None => prop_assert!(score.abs() < 1e-9 * (-maximum.evaluation.hessian[[k, k]]).sqrt()),
            }
        }
    }
}
