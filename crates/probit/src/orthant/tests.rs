use super::*;
use crate::{approximate, exact};

type Front = fn(&[f64], &[f64]) -> Result<Orthant, OrthantError>;

const FRONTS: [Front; 2] = [exact, approximate];

#[test]
fn messages() {
    let identity = |n: usize| -> Vec<f64> {
        (0..n)
            .flat_map(|i| (0..=i).map(move |j| f64::from(u8::from(i == j))))
            .collect()
    };
    for front in FRONTS {
        let message = |limits: &[f64], covariance: &[f64]| front(limits, covariance).expect_err("a fault").to_string();
        assert_eq!(
            message(&[0.0; 3], &[1.0; 4]),
            "3 limits with 4 covariance elements; give the 6 of the lower triangle by rows"
        );
        assert_eq!(
            message(&[0.0, f64::NAN], &[1.0, 0.0, 1.0]),
            "limit 2 is not a number; give a finite limit, or an infinite one"
        );
        assert_eq!(
            message(&[0.0; 3], &[1.0, 0.5, 2.0, 2.0, 1.0, 3.0]),
            "the covariance is not positive definite: variable 3 has variance -1 given those before it"
        );
        // Singular, NaN, infinite, and behind an infinite limit.
        for bad in [[4.0, 2.0, 1.0], [1.0, f64::NAN, 1.0], [1.0, 0.0, f64::INFINITY]] {
            let error = front(&[0.0, f64::INFINITY], &bad).expect_err("a fault");
            assert!(
                matches!(error, OrthantError::NotPositiveDefinite { variable: 2, .. }),
                "{error}"
            );
        }
    }
    let error = exact(&[0.0; 4], &identity(4)).expect_err("a fault");
    assert_eq!(
        error.to_string(),
        "4 limits below infinity; at most 3 are integrated exactly, simulate or approximate more"
    );
    // One at infinity leaves three.
    let mut limits = [0.0; 4];
    limits[1] = f64::INFINITY;
    assert!((exact(&limits, &identity(4)).unwrap().probability() - 0.125).abs() < 1e-16);
}

#[test]
fn infinite_limits() {
    let covariance = [2.0, 0.3, 1.0, -0.4, 0.2, 1.5];
    for front in FRONTS {
        let none = front(&[], &[]).unwrap();
        assert_eq!((none.ln_probability, none.probability(), none.error), (0.0, 1.0, 0.0));
        let never = front(&[0.0, f64::NEG_INFINITY, f64::INFINITY], &covariance).unwrap();
        assert_eq!((never.ln_probability, never.probability()), (f64::NEG_INFINITY, 0.0));
        assert!(never.limits.iter().chain(&never.covariance).all(|slope| slope.is_nan()));
        let kept = front(&[0.5, f64::INFINITY, -0.2], &covariance).unwrap();
        let alone = front(&[0.5, -0.2], &[2.0, -0.4, 1.5]).unwrap();
        assert_eq!(kept.ln_probability, alone.ln_probability);
        assert_eq!(kept.limits, [alone.limits[0], 0.0, alone.limits[1]]);
        let [s11, s21, s22] = alone.covariance[..] else {
            unreachable!()
        };
        assert_eq!(kept.covariance, [s11, 0.0, 0.0, s21, 0.0, s22]);
        let all = front(&[f64::INFINITY; 3], &covariance).unwrap();
        assert_eq!((all.ln_probability, all.limits), (0.0, vec![0.0; 3]));
    }
}
