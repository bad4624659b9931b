use proptest::prelude::*;

use super::*;
use crate::{bivariate_normal_cdf, trivariate_normal_cdf};

/// Derivatives against central differences of ln P, to a share of their size.
fn assert_derivatives(limits: &[f64], covariance: &[f64], step: f64, share: f64) {
    let orthant = exact(limits, covariance).unwrap();
    let ln_p = |limits: &[f64], covariance: &[f64]| exact(limits, covariance).unwrap().ln_probability;
    let moved = |values: &[f64], k: usize, by: f64| {
        let mut values = values.to_vec();
        values[k] += by;
        values
    };
    for (k, slope) in orthant.limits.iter().enumerate() {
        let numerical =
            (ln_p(&moved(limits, k, step), covariance) - ln_p(&moved(limits, k, -step), covariance)) / (2.0 * step);
        assert!(
            (slope - numerical).abs() < share * (1.0 + slope.abs()),
            "b{k} {limits:?}: {slope} {numerical}"
        );
    }
    for (k, slope) in orthant.covariance.iter().enumerate() {
        let numerical =
            (ln_p(limits, &moved(covariance, k, step)) - ln_p(limits, &moved(covariance, k, -step))) / (2.0 * step);
        assert!(
            (slope - numerical).abs() < share * (1.0 + slope.abs()),
            "s{k} {limits:?}: {slope} {numerical}"
        );
    }
}

#[test]
fn derivatives_are_those_of_ln_probability() {
    let covariance = [2.0, 0.7, 1.5, -0.4, 0.3, 0.8];
    for limits in [[0.5, -0.3, 0.2], [-2.0, 1.5, -1.0], [3.0, 2.0, 2.5]] {
        for n in 1..=3 {
            assert_derivatives(&limits[..n], &covariance[..n * (n + 1) / 2], 1e-4, 1e-7);
        }
    }
    // Tails, where third derivatives are larger.
    for limits in [[-8.0, -6.0, -5.0], [-40.0, -30.0, -20.0], [-40.0, 1.0, -60.0]] {
        for n in 1..=3 {
            assert_derivatives(&limits[..n], &covariance[..n * (n + 1) / 2], 1e-4, 3e-5);
        }
    }
}

/// 1/(n + 1) at zero limits and correlations ½, of any variances: each of n + 1 alternatives is as good.
#[test]
fn equal_shares() {
    for n in 0..=3_u8 {
        let scale = [1.0, 3.0, 0.2];
        let covariance: Vec<f64> = (0..usize::from(n))
            .flat_map(|i| (0..=i).map(move |j| scale[i] * scale[j] * if i == j { 1.0 } else { 0.5 }))
            .collect();
        let orthant = exact(&vec![0.0; usize::from(n)], &covariance).unwrap();
        let expected = 1.0 / f64::from(n + 1);
        assert!(
            (orthant.probability() - expected).abs() < 3e-16,
            "{n}: {}",
            orthant.probability()
        );
        assert!(orthant.error < 1e-14);
    }
}

#[test]
fn variances_are_taken_out() {
    let two = exact(&[0.6, -1.0], &[4.0, -1.2, 9.0]).unwrap();
    assert!((two.probability() - bivariate_normal_cdf(0.3, -1.0 / 3.0, -0.2)).abs() < 1e-16);
    let three = exact(&[0.6, -1.0, 0.2], &[4.0, -1.2, 9.0, 0.5, 0.3, 1.0]).unwrap();
    let expected = trivariate_normal_cdf([0.3, -1.0 / 3.0, 0.2], [-0.2, 0.25, 0.1]);
    assert!((three.probability() - expected).abs() < 1e-16);
}

/// Far out, ∂ ln P/∂b = −S⁻¹b for limits that all bind.
#[test]
fn far_tail() {
    let orthant = exact(&[-1e4, -1e4, -1e4], &[1.0, 0.5, 1.0, 0.5, 0.5, 1.0]).unwrap();
    // −½ b′S⁻¹b = −¾ · 10⁸, and the logarithm of the rest.
    assert!(
        (orthant.ln_probability + 0.75e8).abs() < 40.0,
        "{}",
        orthant.ln_probability
    );
    for slope in orthant.limits {
        assert!((slope / 5e3 - 1.0).abs() < 1e-6, "{slope}");
    }
    assert_eq!((orthant.error, libm::exp(orthant.ln_probability)), (0.0, 0.0));
}

proptest! {
    /// Of covariances A A′ + ½ I. The step is in the middle between curvature and rounding of ln P.
    #[test]
    fn derivatives_anywhere(
        limits in prop::array::uniform3(-2.0..2.0),
        loadings in prop::array::uniform3(prop::array::uniform2(-1.0..1.0)),
    ) {
        let mut covariance: Vec<f64> = Vec::new();
        for (i, a) in loadings.iter().enumerate() {
            for (j, b) in loadings[..=i].iter().enumerate() {
                let product: f64 = a.iter().zip(b).map(|(x, y): (&f64, &f64)| x * y).sum();
                covariance.push(product + if i == j { 0.5 } else { 0.0 });
            }
        }
        assert_derivatives(&limits, &covariance, 2e-4, 1e-5);
    }
}

#[test]
fn published_values() {
    // Genz (1992), Numerical computation of multivariate normal probabilities: the example in three dimensions.
    let covariance = [1.0, 0.6, 1.0, 1.0 / 3.0, 11.0 / 15.0, 1.0];
    let found = exact(&[1.0, 4.0, 2.0], &covariance).unwrap().probability();
    assert!((found - 0.827_984_897_456_834).abs() < 1e-14, "{found}");
    // GAUSS, manual of cdfMvn.
    let found = exact(&[-0.5, 1.0], &[1.0, 0.26, 1.0]).unwrap().probability();
    assert!((found - 0.280_25).abs() < 5e-6, "{found}");
}
