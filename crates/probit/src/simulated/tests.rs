use logsum_draws::normal_cdf;

use super::*;
use crate::{exact, ln_normal_cdf};

/// Covariance of one factor, Λ Λ′ + diag ψ, packed.
fn one_factor(loadings: &[f64], own: &[f64]) -> Vec<f64> {
    let triangle = (0..own.len()).flat_map(|k| (0..=k).map(move |j| (k, j)));
    triangle
        .map(|(k, j)| loadings[k] * loadings[j] + if k == j { own[k] } else { 0.0 })
        .collect()
}

/// ∫ φ(x) Π_k Φ((b_k − λ_k x)/√ψ_k) dx by the trapezoidal rule, exact to the last digits for analytic functions.
fn integral(limits: &[f64], loadings: &[f64], own: &[f64]) -> f64 {
    let step = 0.01;
    let at = |i: i32| {
        let x = step * f64::from(i);
        let each = (0..own.len()).map(|k| normal_cdf((limits[k] - loadings[k] * x) / own[k].sqrt()));
        (-0.5 * x * x).exp() * each.product::<f64>()
    };
    step * (-1000..=1000).map(at).sum::<f64>() / std::f64::consts::TAU.sqrt()
}

/// Numbers without a pattern.
fn some(n: usize, seed: u64, low: f64, high: f64) -> Vec<f64> {
    let mut stream = Seed::new(seed).stream(0);
    (0..n).map(|_| low + (high - low) * stream.open01()).collect()
}

#[test]
fn one_factor_in_up_to_twenty_dimensions() {
    let (mut outside, mut all) = (0, 0);
    for n in [2, 3, 4, 6, 8, 10, 12, 15, 20] {
        for seed in 0..6 {
            let loadings = some(n, 10 * seed + n as u64, -1.2, 1.2);
            let own = some(n, 10 * seed + 100 + n as u64, 0.3, 1.5);
            let limits = some(n, 10 * seed + 200 + n as u64, -0.5, 2.5);
            let expected = integral(&limits, &loadings, &own);
            for reordered in [true, false] {
                let how = Simulation {
                    reordered,
                    seed,
                    ..Simulation::default()
                };
                let found = simulated(&limits, &one_factor(&loadings, &own), &how).unwrap();
                // Of eight randomisations, t with 7 degrees of freedom: beyond 5 once in 600.
                let off = (found.probability() - expected).abs() / found.error;
                assert!(
                    off < 12.0,
                    "{n} {seed}: {} {expected} {}",
                    found.probability(),
                    found.error
                );
                outside += usize::from(off > 2.365);
                all += 1;
                assert!(found.error < 3e-3 * expected, "{n}: {} of {expected}", found.error);
            }
        }
    }
    // One in twenty is expected outside of its 95% interval.
    assert!(outside * 100 < all * 15, "{outside} of {all}");
}

#[test]
fn the_order_makes_errors_smaller() {
    let (mut with, mut without) = (0.0, 0.0);
    for seed in 0..20 {
        let n = 8;
        let (loadings, own) = (some(n, seed, 0.2, 2.0), some(n, seed + 50, 0.2, 1.0));
        let limits = some(n, seed + 99, -1.0, 2.0);
        let error = |reordered: bool| {
            let how = Simulation {
                reordered,
                seed,
                ..Simulation::default()
            };
            let found = simulated(&limits, &one_factor(&loadings, &own), &how).unwrap();
            (found.error / found.probability()).ln()
        };
        with += error(true);
        without += error(false);
    }
    // In the geometric mean.
    assert!((with - without) / 20.0 < -0.3, "{with} {without}");
}

#[test]
fn exchangeable_variables_have_one_chance_in_n_plus_one() {
    for n in 2..=20 {
        let covariance = one_factor(&vec![0.5_f64.sqrt(); n], &vec![0.5; n]);
        let found = simulated(&vec![0.0; n], &covariance, &Simulation::default()).unwrap();
        let expected = 1.0 / (n + 1) as f64;
        let off = (found.probability() - expected).abs();
        assert!(
            off < 6.0 * found.error + 1e-15 && found.error < 2e-3 * expected,
            "{n}: {off} {}",
            found.error
        );
    }
}

#[test]
fn few_dimensions_are_exact_ones_within_the_error() {
    let covariance = [1.3, 0.4, 0.9, -0.3, 0.5, 1.7];
    let limits = [0.4, -0.8, 1.1];
    let (found, expected) = (
        simulated(&limits, &covariance, &Simulation::default()).unwrap(),
        exact(&limits, &covariance).unwrap(),
    );
    assert!((found.probability() - expected.probability()).abs() < 6.0 * found.error);
    // Derivatives of ln P have errors of the size of that of ln P.
    let relative = found.error / found.probability();
    for (one, other) in found.limits.iter().zip(&expected.limits) {
        assert!((one - other).abs() < 50.0 * relative, "{one} {other}");
    }
    for (one, other) in found.covariance.iter().zip(&expected.covariance) {
        assert!((one - other).abs() < 50.0 * relative, "{one} {other}");
    }
}

#[test]
fn derivatives_against_differences() {
    let n = 6;
    let covariance = one_factor(&some(n, 1, -1.0, 1.0), &some(n, 2, 0.4, 1.2));
    let limits = some(n, 3, -1.0, 2.0);
    let how = Simulation::default();
    let at = |limits: &[f64], covariance: &[f64]| simulated(limits, covariance, &how).unwrap();
    let here = at(&limits, &covariance);
    let h = 1e-5;
    for k in 0..n {
        let moved = |by: f64| {
            let mut limits = limits.clone();
            limits[k] += by;
            at(&limits, &covariance).ln_probability
        };
        let difference = (moved(h) - moved(-h)) / (2.0 * h);
        // h² of a third derivative, and rounding over h.
        assert!(
            (difference - here.limits[k]).abs() < 1e-7,
            "{k}: {difference} {}",
            here.limits[k]
        );
    }
    for k in 0..covariance.len() {
        let moved = |by: f64| {
            let mut covariance = covariance.clone();
            covariance[k] += by;
            at(&limits, &covariance).ln_probability
        };
        let difference = (moved(h) - moved(-h)) / (2.0 * h);
        assert!(
            (difference - here.covariance[k]).abs() < 1e-7,
            "{k}: {difference} {}",
            here.covariance[k]
        );
    }
}

#[test]
fn infinite_limits() {
    let covariance = [1.0, 0.3, 2.0];
    let how = Simulation::default();
    let one = simulated(&[0.5, f64::INFINITY], &covariance, &how).unwrap();
    assert!((one.ln_probability - ln_normal_cdf(0.5)).abs() < 1e-14 && one.error == 0.0 && one.limits[1] == 0.0);
    assert_eq!(
        simulated(&[0.5, f64::NEG_INFINITY], &covariance, &how)
            .unwrap()
            .probability(),
        0.0
    );
    assert_eq!(simulated(&[], &[], &how).unwrap().probability(), 1.0);
}

#[test]
fn what_is_refused() {
    let how = Simulation::default();
    assert!(
        simulated(&[0.0, 0.0], &[1.0, 1.0, 1.0], &how)
            .unwrap_err()
            .to_string()
            .contains("variable 2")
    );
    let none = Simulation { number: 0, ..how };
    assert!(
        simulated(&[0.0], &[1.0], &none)
            .unwrap_err()
            .to_string()
            .contains("draws")
    );
    let once = Simulation { replications: 1, ..how };
    assert!(
        simulated(&[0.0], &[1.0], &once)
            .unwrap_err()
            .to_string()
            .contains("at least 2")
    );
}

#[test]
fn a_published_value_in_four_dimensions() {
    // Genz's own example of his program: 0.6057 with an error of 2e-4 in its last and longest run.
    let covariance = [4.0, 3.0, 5.0, 2.0, -1.0, 4.0, 1.0, 1.0, 2.0, 5.0];
    let found = simulated(&[1.0, 2.0, 3.0, 4.0], &covariance, &Simulation::default()).unwrap();
    assert!(
        (found.probability() - 0.605_7).abs() < 1.2e-3 && found.error < 4e-4,
        "{found:?}"
    );
}
