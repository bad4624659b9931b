use std::f64::consts::PI;

use super::assert_near;
use crate::mixing::Shape;
use crate::taste_report::QUANTILES;
use crate::tastes_after::usual::{Usual, numbers};

fn usual(shape: Shape, sign: f64, location: f64, scale: f64) -> Usual {
    Usual {
        shape,
        sign,
        location,
        scale,
    }
}

const SB: Shape = Shape::JohnsonSb { low: -1.0, high: 3.0 };

#[test]
fn moments_that_are_known() {
    let of = |shape, sign, m, s| {
        let [mean, sd, positive, ..] = numbers(&[(1.0, usual(shape, sign, m, s))]);
        [mean, sd, positive]
    };
    let half_normal = (1.0 - 2.0 / PI).sqrt();
    let cases = [
        (of(Shape::Normal, 1.0, 0.0, -2.0), [0.0, 2.0, 0.5]),
        (of(Shape::Uniform, 1.0, 1.0, 3.0), [1.0, 3.0f64.sqrt(), 2.0 / 3.0]),
        (of(Shape::Uniform, 1.0, 5.0, 3.0), [5.0, 3.0f64.sqrt(), 1.0]),
        (
            of(Shape::Triangular, 1.0, -1.0, 2.0),
            [-1.0, (4.0f64 / 6.0).sqrt(), 0.125],
        ),
        (
            of(Shape::Lognormal, -1.0, 0.0, 1.0),
            [-0.5f64.exp(), 0.5f64.exp() * 1.0f64.exp_m1().sqrt(), 0.0],
        ),
        // m = 0: the half-normal distribution.
        (
            of(Shape::TruncatedNormal, 1.0, 0.0, 2.0),
            [2.0 * (2.0 / PI).sqrt(), 2.0 * half_normal, 1.0],
        ),
        (
            of(Shape::TruncatedNormal, -1.0, 0.0, 2.0),
            [-2.0 * (2.0 / PI).sqrt(), 2.0 * half_normal, 0.0],
        ),
        (
            of(Shape::CensoredNormal, 1.0, 0.0, 1.0),
            [1.0 / (2.0 * PI).sqrt(), (0.5 - 0.5 / PI).sqrt(), 0.5],
        ),
        // Symmetric about the middle of the interval.
        (of(SB, 1.0, 0.0, 0.0), [1.0, 0.0, 1.0]),
        (of(Shape::TruncatedNormal, 1.0, -2.0, 0.0), [0.0, 0.0, 0.0]),
        (of(Shape::Normal, 1.0, 0.7, 0.0), [0.7, 0.0, 1.0]),
    ];
    for (found, expected) in cases {
        for (found, expected) in found.into_iter().zip(expected) {
            assert_near(found, expected, 1e-14);
        }
    }
    assert_near(numbers(&[(1.0, usual(SB, 1.0, 0.0, 7.0))])[0], 1.0, 1e-14);
}

/// Integrals over the quantile function, by midpoints: ∫ Q dp, ∫ Q² dp, and where it changes its sign.
fn integrals(law: Usual) -> [f64; 3] {
    let n = 400_000;
    let quantile = |i: usize| law.quantile((i as f64 + 0.5) / n as f64);
    let mean = (0..n).map(quantile).sum::<f64>() / n as f64;
    let square = (0..n).map(|i| (quantile(i) - mean).powi(2)).sum::<f64>() / n as f64;
    let positive = (0..n).filter(|i| quantile(*i) > 0.0).count() as f64 / n as f64;
    [mean, square.sqrt(), positive]
}

#[test]
fn moments_are_integrals_of_quantiles() {
    for (shape, sign, m, s) in [
        (Shape::Normal, 1.0, 0.3, 1.2),
        (Shape::Lognormal, 1.0, -0.5, 0.6),
        (Shape::Lognormal, -1.0, 0.2, -0.4),
        (Shape::TruncatedNormal, 1.0, 0.5, 1.2),
        (Shape::TruncatedNormal, 1.0, -3.0, 1.1),
        (Shape::TruncatedNormal, 1.0, -5.0, 0.8),
        (Shape::TruncatedNormal, -1.0, 3.0, 1.0),
        (Shape::CensoredNormal, 1.0, 0.5, 1.2),
        (Shape::CensoredNormal, 1.0, -1.0, 0.9),
        (Shape::CensoredNormal, -1.0, 0.4, 1.5),
        (SB, 1.0, 0.4, 0.5),
        (SB, 1.0, -1.0, 6.0),
        (Shape::Uniform, 1.0, 0.3, 0.9),
        (Shape::Triangular, 1.0, 0.3, 0.9),
    ] {
        let law = usual(shape, sign, m, s);
        let [mean, sd, positive, ..] = numbers(&[(1.0, law)]);
        let expected = integrals(law);
        // The sum leaves out what is beyond the outermost midpoints, where a lognormal has a hundred-thousandth of its
        // variance and more.
        for (found, expected) in [mean, sd, positive].into_iter().zip(expected) {
            assert_near(found, expected, 1e-4);
        }
        for p in [1e-4, 0.05, 0.3, 0.5, 0.8, 0.999] {
            let quantile = law.quantile(p);
            let found = law.share_up_to(quantile);
            match shape {
                Shape::CensoredNormal if quantile == 0.0 => assert!(found >= p),
                _ => assert_near(found, p, 1e-12),
            }
        }
    }
}

#[test]
fn far_from_the_mass_a_truncated_normal_is_exponential() {
    // Both formulas where they meet.
    let at = |a: f64| numbers(&[(1.0, usual(Shape::TruncatedNormal, 1.0, a, 1.0))]);
    let (left, right) = (at(-5.0 - 1e-12), at(-5.0 + 1e-12));
    for (left, right) in left[..2].iter().zip(&right) {
        assert_near(*left, *right, 1e-11);
    }
    // Mean and standard deviation 1/x − 2/x³ and 1/x − 3/x³ at x = 100, up to orders of x⁻⁵.
    let far = at(-30.0);
    let x = 30.0f64;
    assert_near(far[0] * x, 1.0 - 2.0 / (x * x) + 10.0 / x.powi(4), 1e-6);
}

#[test]
fn a_mixture_has_the_moments_and_quantiles_of_its_parts() {
    let parts = [
        (1.0, usual(Shape::Normal, 1.0, -2.0, 0.5)),
        (3.0, usual(Shape::Normal, 1.0, 2.0, 1.0)),
    ];
    let found = numbers(&parts);
    assert_near(found[0], 1.0, 1e-15);
    // E σ² + var μ.
    assert_near(
        found[1],
        (0.25 * 0.25 + 0.75 + 0.25 * 9.0 + 0.75 * 1.0f64).sqrt(),
        1e-15,
    );
    for (quantile, p) in found[3..].iter().zip(QUANTILES) {
        let share = 0.25 * parts[0].1.share_up_to(*quantile) + 0.75 * parts[1].1.share_up_to(*quantile);
        assert_near(share, p, 1e-14);
    }
    // Half at 0 and below it nothing.
    let parts = [
        (1.0, usual(Shape::CensoredNormal, 1.0, -1.0, 1e-3)),
        (1.0, usual(Shape::CensoredNormal, 1.0, 1.0, 1e-3)),
    ];
    let found = numbers(&parts);
    assert_eq!(found[2..6], [0.5, 0.0, 0.0, 0.0]);
    let parts = parts.map(|(weight, part)| (weight, Usual { sign: -1.0, ..part }));
    assert_eq!(numbers(&parts)[2], 0.0);
    assert_eq!(numbers(&parts)[6..], [0.0, 0.0]);
}
