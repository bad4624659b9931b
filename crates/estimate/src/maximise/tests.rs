mod bounds;
mod resuming;
mod stopping;

use ndarray::{Array2, array};
use proptest::prelude::*;

use super::*;
use crate::likelihood::EvalError;
use crate::test_models::{Banana, Logistic, Smooth, quadratic};

fn solve(likelihood: &dyn LogLikelihood, start: &[f64]) -> Maximum {
    maximise(likelihood, start, &Options::default(), None).unwrap()
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    for (a, b) in found.iter().zip(expected) {
        assert!(
            (a - b).abs() <= tolerance * b.abs().max(1.0),
            "{found:?} against {expected:?}"
        );
    }
}

/// Concave but curved: Σ aᵢ θᵢ − e^{θᵢ} − 50, maximum at ln a.
fn poisson(a: Vec<f64>) -> impl LogLikelihood {
    Smooth::new(a.len(), move |theta: &[f64]| {
        let value: f64 = theta.iter().zip(&a).map(|(t, a)| a * t - t.exp()).sum();
        let score = theta.iter().zip(&a).map(|(t, a)| a - t.exp()).collect();
        let hessian = Array2::from_diag(&theta.iter().map(|t| -t.exp()).collect::<ndarray::Array1<f64>>());
        Ok((value - 50.0, score, hessian))
    })
}

#[test]
fn a_quadratic_takes_one_step() {
    let likelihood = quadratic(array![[4.0, 1.0], [1.0, 3.0]], vec![1.0, -2.0]);
    let maximum = solve(&likelihood, &[10.0, 10.0]);
    let convergence = &maximum.convergence;
    assert!(convergence.converged, "{}", convergence.stopped);
    assert_eq!((convergence.iterations, convergence.evaluations), (1, 2));
    assert_close(&maximum.theta, &[1.0, -2.0], 1e-15);
    assert_eq!(maximum.evaluation.log_likelihood, -100.0);
    // (7 − √5) / 2 by hand.
    let smallest = convergence.smallest_hessian_eigenvalue.unwrap();
    assert!((smallest - (7.0 - 5f64.sqrt()) / 2.0).abs() < 1e-14);
    assert_eq!(convergence.at_bound, [None, None]);
    // −½ (81·4 + 2·9·12 + 144·3) − 100.
    assert_eq!(maximum.log_likelihood_start, -586.0);
}

#[test]
fn a_bent_ridge_is_followed_from_a_start_of_mixed_curvature() {
    for start in [[-1.2, 1.0], [0.0, 1.0], [-3.0, -4.0], [10.0, -10.0]] {
        let maximum = solve(&Banana::new(), &start);
        assert!(
            maximum.convergence.converged,
            "{start:?}: {}",
            maximum.convergence.stopped
        );
        assert_close(&maximum.theta, &[1.0, 1.0], 1e-10);
    }
}

#[test]
fn a_logit_from_zeros_takes_few_iterations() {
    let maximum = solve(&Logistic::simulated(2000, 5), &[0.0; 5]);
    let convergence = &maximum.convergence;
    assert!(convergence.converged);
    assert!(convergence.iterations <= 6, "{} iterations", convergence.iterations);
    assert!(convergence.criterion.unwrap() < 1e-24, "{:?}", convergence.criterion);
    assert_eq!(convergence.evaluations, convergence.iterations + 1);
    // Simulated with ½; four standard errors of about 0.09.
    assert!(
        maximum.theta.iter().all(|b| (b - 0.5).abs() < 0.36),
        "{:?}",
        maximum.theta
    );
}

#[test]
fn estimates_are_as_exact_as_rounding_allows() {
    // 1e-12 standard errors is what the solver polishes to; none here is larger than 1.
    // Grouped data with a closed form: P = heads / n in each of two groups.
    let mut x = vec![vec![1.0, 0.0]; 10];
    x.extend(vec![vec![0.0, 1.0]; 1000]);
    let mut y = vec![0.0; 1010];
    y[..7].fill(1.0);
    y[10..13].fill(1.0);
    let maximum = solve(&Logistic::new(x, y), &[0.0, 0.0]);
    assert_close(&maximum.theta, &[(7.0f64 / 3.0).ln(), (3.0f64 / 997.0).ln()], 1e-12);

    // A loose tolerance decides what counts as converged, not how exact the estimates are.
    let options = Options {
        tolerance: 1e-2,
        ..Options::default()
    };
    let maximum = maximise(&poisson(vec![2.0, 5.0]), &[0.0, 0.0], &options, None).unwrap();
    assert_close(&maximum.theta, &[2f64.ln(), 5f64.ln()], 1e-12);
}

#[test]
fn shuffled_rows_give_the_same_estimates() {
    let logistic = Logistic::simulated(5000, 4);
    let order: Vec<usize> = (0..5000).map(|unit| unit * 1237 % 5000).collect();
    let one = solve(&logistic, &[0.0; 4]);
    let other = solve(&logistic.reordered(&order), &[0.0; 4]);
    // What is promised is 1e-10 relative; rounding of sums allows more.
    for (a, b) in one.theta.iter().zip(&other.theta) {
        assert!((a / b - 1.0).abs() < 1e-12, "{a} against {b}");
    }
}

#[test]
fn units_change_nothing() {
    let start = [0.1, -0.3, 0.2];
    let plain = solve(&Logistic::simulated(1000, 3), &start);
    for unit in [1e-8, 1e8] {
        let rescaled = Logistic::simulated(1000, 3).with_unit(1, unit);
        let maximum = solve(&rescaled, &[start[0], start[1] / unit, start[2]]);
        assert!(maximum.convergence.converged);
        assert_eq!(maximum.convergence.iterations, plain.convergence.iterations);
        let back = [maximum.theta[0], maximum.theta[1] * unit, maximum.theta[2]];
        assert_close(&back, &plain.theta, 1e-12);
    }
    // The same far from the optimum, where the region limits steps.
    let bananas = |unit: f64| {
        Smooth::new(2, move |theta: &[f64]| {
            let scaled = [theta[0] * unit, theta[1]];
            let e = Banana::new().evaluate(&scaled, crate::Order::Hessian)?;
            let s = array![unit, 1.0];
            let hessian = Array2::from_shape_fn((2, 2), |(i, j)| e.hessian[[i, j]] * s[i] * s[j]);
            Ok((e.log_likelihood, e.score * &s, hessian))
        })
    };
    let plain = solve(&bananas(1.0), &[-1.2, 1.0]);
    for unit in [1e-8, 1e8] {
        let maximum = solve(&bananas(unit), &[-1.2 / unit, 1.0]);
        assert_eq!(maximum.convergence.iterations, plain.convergence.iterations);
        assert!((maximum.theta[0] * unit - 1.0).abs() < 1e-9);
    }
}

#[test]
fn the_same_bits_when_repeated() {
    let logistic = Logistic::simulated(500, 4);
    let one = solve(&logistic, &[0.0; 4]);
    let other = solve(&logistic, &[0.0; 4]);
    assert_eq!(one.theta, other.theta);
    assert_eq!(one.convergence, other.convergence);
    assert_eq!(one.evaluation.hessian, other.evaluation.hessian);
}

#[test]
fn outside_the_domain_the_step_is_shortened() {
    // A logarithmic barrier: ln L = 3 ln θ − θ − 10 for θ > 0, maximum at 3; Newton from 20 overshoots below zero.
    let barrier = Smooth::new(1, |theta: &[f64]| {
        if theta[0] <= 0.0 {
            return Err(EvalError::Outside {
                reason: format!("logarithm of {}", theta[0]),
            });
        }
        let t = theta[0];
        Ok((3.0 * t.ln() - t - 10.0, array![3.0 / t - 1.0], array![[-3.0 / (t * t)]]))
    });
    for start in [1e-6, 0.5, 20.0, 1e4] {
        let maximum = solve(&barrier, &[start]);
        assert!(
            maximum.convergence.converged,
            "{start}: {}",
            maximum.convergence.stopped
        );
        assert_close(&maximum.theta, &[3.0], 1e-12);
    }
    assert_eq!(
        maximise(&barrier, &[-1.0], &Options::default(), None)
            .unwrap_err()
            .to_string(),
        "the log-likelihood is not defined at the starting values: logarithm of -1; start elsewhere"
    );
}

#[test]
fn a_saddle_at_the_start_is_left() {
    // ln L = −(x² − 1)² − y² − 5: a minimum in x at 0, maxima at ±1; the side is fixed.
    let double = Smooth::new(2, |theta: &[f64]| {
        let (x, y) = (theta[0], theta[1]);
        let well = x * x - 1.0;
        Ok((
            -well * well - y * y - 5.0,
            array![-4.0 * x * well, -2.0 * y],
            array![[4.0 - 12.0 * x * x, 0.0], [0.0, -2.0]],
        ))
    });
    let maximum = solve(&double, &[0.0, 0.0]);
    assert!(maximum.convergence.converged, "{}", maximum.convergence.stopped);
    assert_close(&maximum.theta, &[1.0, 0.0], 1e-12);
}

#[test]
fn progress_comes_after_the_start_and_every_iteration() {
    let mut seen = Vec::new();
    let mut record = |progress: &Progress| {
        seen.push((
            progress.state.iterations,
            progress.log_likelihood,
            progress.state.theta.clone(),
        ));
    };
    let maximum = maximise(
        &poisson(vec![2.0, 5.0]),
        &[0.0, 0.0],
        &Options::default(),
        Some(&mut record),
    )
    .unwrap();
    let iterations: Vec<u64> = seen.iter().map(|(iteration, ..)| *iteration).collect();
    assert_eq!(iterations, (0..=maximum.convergence.iterations).collect::<Vec<_>>());
    assert_eq!(seen[0].1, maximum.log_likelihood_start);
    assert_eq!(seen.last().unwrap().2, maximum.theta);
    // Up to the last steps, whose gain drowns in rounding.
    assert!(seen.windows(2).all(|pair| pair[1].1 >= pair[0].1 - 1e-12));
}

#[test]
fn in_a_large_sample_the_score_decides_at_the_end() {
    // A constant of 1e9 with contributions to match: the gain of the last steps is far below the rounding of ln L.
    let likelihood = Smooth::new(1, |theta: &[f64]| {
        let t = theta[0];
        Ok((5.0 * t - t.exp() - 1e9, array![5.0 - t.exp()], array![[-t.exp()]]))
    });
    let maximum = solve(&likelihood, &[0.0]);
    assert!(maximum.convergence.converged, "{}", maximum.convergence.stopped);
    assert_close(&maximum.theta, &[5f64.ln()], 1e-12);
}

#[test]
fn an_optimum_given_as_the_start_is_recognised() {
    let maximum = solve(&poisson(vec![1.0, 1.0]), &[0.0, 0.0]);
    assert!(maximum.convergence.converged);
    assert_eq!(
        (maximum.convergence.iterations, maximum.convergence.evaluations),
        (0, 1)
    );
}

proptest! {
    #[test]
    fn from_far_starts_the_same_maximum_is_reached(start in prop::collection::vec(-30.0..30.0f64, 3)) {
        let logistic = Logistic::simulated(300, 3);
        let near = solve(&logistic, &[0.0; 3]);
        let far = solve(&logistic, &start);
        prop_assert!(far.convergence.converged, "{}", far.convergence.stopped);
        assert_close(&far.theta, &near.theta, 1e-10);
        prop_assert!(far.convergence.evaluations < 60, "{}", far.convergence.evaluations);
    }
}
