use std::f64::consts::PI;

use proptest::prelude::*;

use super::*;

/// Limits, ρ₂₁, ρ₃₁, ρ₃₂ and ln P. Down to −7 from 30 digits, by integration over the first variable; beyond, by a fine
/// grid over two.
const LOGARITHMS: [([f64; 3], [f64; 3], f64); 19] = [
    ([0.3, 0.3005, 0.301], [0.999_999; 3], -0.481_687_258_801_666_2),
    ([0.3, 0.31, 0.2999], [0.999_999; 3], -0.481_790_200_349_668_3),
    ([-1.0, -0.999, -0.9995], [0.999_999; 3], -1.841_706_670_038_155_4),
    ([0.3, -0.7, 0.2], [0.2, 0.5, 0.4], -1.913_588_381_717_385_8),
    ([1.0, 0.5, -0.5], [-0.3, 0.4, -0.6], -2.127_215_005_017_914_6),
    ([-1.0, -0.5, 0.7], [0.9, 0.8, 0.85], -1.900_058_589_514_847_4),
    ([2.0, 1.5, 0.1], [0.5, 0.5, 0.5], -0.640_920_993_303_494_5),
    ([0.5, 0.2, -0.1], [0.99, 0.95, 0.97], -0.787_887_972_987_318_4),
    ([0.4, 0.3999, 0.1], [0.9999, 0.3, 0.3], -0.922_593_003_060_846_1),
    ([-2.0, -2.5, -1.5], [0.5, 0.3, 0.6], -6.956_121_780_078_201),
    ([-4.0, -3.0, -5.0], [0.5, 0.3, 0.6], -20.382_669_573_335_07),
    ([-6.0, -5.0, -4.0], [-0.2, 0.3, -0.1], -48.941_668_212_598_42),
    ([-15.0, -18.0, -20.0], [0.5, 0.6, 0.7], -228.313_674_818_542_86),
    ([-10.0, 3.0, -12.0], [0.4, -0.3, 0.2], -180.934_014_251_472_23),
    ([-30.0, -28.0, -31.0], [0.5, 0.5, 0.5], -675.220_692_498_999_8),
    ([-8.0, -7.0, -7.5], [-0.3, -0.4, -0.2], -226.767_901_769_810_63),
    ([-3.0, -2.9, 1.0], [0.99, 0.9, 0.88], -6.685_934_725_617_908),
    ([-100.0, -90.0, -105.0], [0.6, 0.4, 0.5], -7_615.763_733_628_785),
    ([-2.0, -2.0, -2.0], [-0.45, -0.4, -0.45], -55.434_418_860_102_56),
];

/// The same problem with variables in each other order.
fn orders(b: [f64; 3], r: [f64; 3]) -> Vec<([f64; 3], [f64; 3])> {
    let place = |i: usize, j: usize| [0, 0, 1, 2][i + j];
    [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        .into_iter()
        .map(|[i, j, k]| ([b[i], b[j], b[k]], [r[place(i, j)], r[place(i, k)], r[place(j, k)]]))
        .collect()
}

#[test]
fn logarithms_of_high_precision() {
    for (limits, rho, expected) in LOGARITHMS {
        for (limits, rho) in orders(limits, rho) {
            let (ln_probability, error) = ln_with_error(limits, rho);
            let actual = (ln_probability - expected).abs();
            // Absolute rounding of P in the first form, relative precision of the second.
            let slack = if expected > -11.0 {
                3e-15 * libm::exp(-expected)
            } else {
                -4e-15 * expected
            };
            assert!(actual < slack, "{limits:?} {rho:?}: {ln_probability}");
            // The expected values are themselves rounded.
            assert!(
                actual <= error - 4e-16 * expected,
                "{limits:?} {rho:?}: {actual} {error}"
            );
            let probability = trivariate_normal_cdf(limits, rho);
            assert!(
                (probability - libm::exp(expected)).abs() < 3e-15,
                "{limits:?} {rho:?}: {probability}"
            );
        }
    }
}

/// ⅛ + Σ asin(ρ)/4π at zero limits, up to and on the edge of positive definiteness.
#[test]
fn octants() {
    for rho in [
        [0.0, 0.0, 0.0],
        [0.5, 0.5, 0.5],
        [0.2, -0.5, 0.3],
        [-0.499, -0.5, -0.5],
        [-0.5, -0.5, -0.5],
        [0.999_999, 0.999_998, 0.999_998],
        [-0.999_999, 0.3, -0.3],
        [0.6, 0.8, 0.0],
        [0.0, 0.0, -1.0],
        [1.0, 0.4, 0.4],
    ] {
        for (_, rho) in orders([0.0; 3], rho) {
            let expected = 0.125 + rho.iter().map(|r| r.asin()).sum::<f64>() / (4.0 * PI);
            let probability = trivariate_normal_cdf([0.0; 3], rho);
            assert!((probability - expected).abs() < 1e-15, "{rho:?}: {probability}");
        }
    }
}

#[test]
fn ends() {
    let rho = [0.3, -0.2, 0.5];
    assert_eq!(
        ln_trivariate_normal_cdf([0.2, f64::INFINITY, -20.0], rho),
        ln_bivariate_normal_cdf(0.2, -20.0, -0.2)
    );
    assert_eq!(trivariate_normal_cdf([0.2, f64::NEG_INFINITY, 1.0], rho), 0.0);
    assert_eq!(
        ln_trivariate_normal_cdf([0.2, f64::NEG_INFINITY, 1.0], rho),
        f64::NEG_INFINITY
    );
    assert!(trivariate_normal_cdf([0.2, f64::NAN, 1.0], rho).is_nan());
    assert!(ln_trivariate_normal_cdf([0.2, 0.0, 1.0], [0.3, 1.2, 0.5]).is_nan());
    // Far from certain, where z₁ ≤ −60 has z₂ about 59.
    let expected = ln_bivariate_normal_cdf(-60.0, 50.0, -0.99) + ln_normal_cdf(0.5);
    let ln_probability = ln_trivariate_normal_cdf([-60.0, 50.0, 0.5], [-0.99, 0.0, 0.0]);
    assert!(
        (ln_probability / expected - 1.0).abs() < 1e-14,
        "{ln_probability} {expected}"
    );
    // −7 ≤ z₁ ≤ −6.
    let expected = ln_bivariate_normal_cdf(-6.0, 0.2, 0.6);
    let expected = expected + libm::log1p(-libm::exp(ln_bivariate_normal_cdf(-7.0, 0.2, 0.6) - expected));
    let ln_probability = ln_trivariate_normal_cdf([-6.0, 7.0, 0.2], [-1.0, 0.6, -0.6]);
    assert!(
        (ln_probability / expected - 1.0).abs() < 1e-14,
        "{ln_probability} {expected}"
    );
    // z₂ = z₁; z₂ = −z₁.
    for b3 in [-0.3, 0.8] {
        let same = trivariate_normal_cdf([0.4, -0.1, b3], [1.0, 0.6, 0.6]);
        assert_eq!(same, bivariate_normal_cdf(-0.1, b3, 0.6));
        let opposite = trivariate_normal_cdf([0.4, -0.1, b3], [-1.0, 0.6, -0.6]);
        let between = bivariate_normal_cdf(0.4, b3, 0.6) - bivariate_normal_cdf(0.1, b3, 0.6);
        assert!((opposite - between).abs() < 1e-15, "{opposite} {between}");
    }
}

/// Correlations of three directions in space, none of them nearly in one plane.
fn correlations() -> impl Strategy<Value = [f64; 3]> {
    (-0.97..0.97, -0.97..0.97, -0.97..0.97).prop_map(|(r21, r31, partial): (f64, f64, f64)| {
        let r32 = r21 * r31 + partial * ((1.0 - r21 * r21) * (1.0 - r31 * r31)).sqrt();
        [r21, r31, r32]
    })
}

proptest! {
    #[test]
    fn order_of_variables_is_free(b1 in -4.0..4.0, b2 in -4.0..4.0, b3 in -4.0..4.0, rho in correlations()) {
        let expected = trivariate_normal_cdf([b1, b2, b3], rho);
        for (limits, rho) in orders([b1, b2, b3], rho) {
            prop_assert!((trivariate_normal_cdf(limits, rho) - expected).abs() < 3e-15);
        }
    }

    /// P(z₃ ≤ b₃) + P(z₃ > b₃) with the others below their limits.
    #[test]
    fn halves_add_up(b1 in -4.0..4.0, b2 in -4.0..4.0, b3 in -4.0..4.0, rho in correlations()) {
        let [r21, r31, r32] = rho;
        let sum = trivariate_normal_cdf([b1, b2, b3], rho) + trivariate_normal_cdf([b1, b2, -b3], [r21, -r31, -r32]);
        prop_assert!((sum - bivariate_normal_cdf(b1, b2, r21)).abs() < 3e-15);
    }

    #[test]
    fn independent_variables_multiply(b1 in -9.0..4.0, b2 in -4.0..4.0, b3 in -9.0..4.0, rho in -0.99..0.99) {
        let expected = ln_normal_cdf(b1) + ln_bivariate_normal_cdf(b2, b3, rho);
        let slack = 1e-10;
        prop_assert!((ln_trivariate_normal_cdf([b1, b2, b3], [0.0, 0.0, rho]) - expected).abs() < slack);
        prop_assert!((ln_trivariate_normal_cdf([b2, b1, b3], [0.0, rho, 0.0]) - expected).abs() < slack);
    }

    /// Bounds by pairs, and increasing in the limits.
    #[test]
    fn bounds_and_order(b1 in -6.0..4.0, b2 in -6.0..4.0, b3 in -6.0..4.0, rho in correlations(), step in 0.0..0.5) {
        let ln_p = ln_trivariate_normal_cdf;
        let p = ln_p([b1, b2, b3], rho);
        let pairs = [(b1, b2, rho[0]), (b1, b3, rho[1]), (b2, b3, rho[2])];
        for (a, b, r) in pairs {
            prop_assert!(p <= ln_bivariate_normal_cdf(a, b, r) + 1e-9);
        }
        prop_assert!(ln_p([b1 + step, b2, b3], rho) >= p - 1e-9);
        prop_assert!(ln_p([b1, b2 + step, b3], rho) >= p - 1e-9);
        prop_assert!(ln_p([b1, b2, b3 + step], rho) >= p - 1e-9);
    }
}
