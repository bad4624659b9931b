use std::f64::consts::PI;

use proptest::prelude::*;

use super::*;
use crate::quadrature::adaptive;

/// a, b, ρ and ln P, from 45 digits.
const LOGARITHMS: [(f64, f64, f64, f64); 28] = [
    (-3.0, -2.5, -0.4, -17.562_078_996_793_97),
    (-2.0, -3.2, -0.6, -22.567_721_231_834_943),
    (0.3, -0.7, 0.2, -1.755_092_203_356_857),
    (0.3, -0.7, -0.6, -2.655_641_951_104_736_4),
    (1.1, 0.4, 0.8, -0.442_632_203_176_421_9),
    (-1.1, 0.4, 0.95, -1.997_559_028_298_505),
    (0.5, 0.5, 0.999999, -0.369_233_719_587_667_8),
    (0.5, -0.5000001, -0.999999, -8.524_147_341_711_089),
    (-0.2, -0.21, 0.9999, -0.876_940_379_214_034_6),
    (2.5, -2.4, -0.97, -5.784_812_913_756_149_5),
    (-3.0, -3.0, 0.5, -9.410_137_804_227_984),
    (-6.0, -5.0, -0.5, -67.182_338_084_859_45),
    (-5.0, -5.5, 0.9, -18.313_235_693_372_665),
    (-8.0, -8.0, -0.9, -649.773_942_997_428_7),
    (-20.0, -20.0, 0.5, -273.552_303_647_334_8),
    (-20.0, -25.0, -0.3, -736.751_957_437_365),
    (-37.0, -37.0, 0.0, -1_378.061_171_153_781_3),
    (-37.0, -36.0, 0.95, -694.487_001_738_365_8),
    (-100.0, -100.0, 0.3, -7_702.784_341_456_096),
    (-100.0, -50.0, -0.7, -19_130.187_804_669_68),
    (-100.0, -99.0, 0.999999, -5_005.524_208_694_205),
    (-3.0, -3.001, 0.999999, -6.611_666_611_641_064_5),
    (-2.0, 1.9, -0.999999, -2_518.818_102_155_496_5),
    (-10.0, 10.5, -0.9, -53.232_118_076_000_81),
    (-4.0, 2.0, -0.95, -31.345_569_104_598_37),
    (-30.0, 5.0, 0.4, -454.321_243_956_343_2),
    (-1.0, -1.0, -0.999999, -1_000_022.907_688_987_9),
    (-12.0, 3.0, -0.99, -2_065.364_857_431_658),
];

#[test]
fn logarithms_of_high_precision() {
    for (a, b, rho, expected) in LOGARITHMS {
        let ln_probability = ln_bivariate_normal_cdf(a, b, rho);
        // Ten units in the last place; where |ρ| = 0.999999, 1 − ρ² itself is rounded to 10⁻¹⁰ of it.
        assert!(
            (ln_probability / expected - 1.0).abs() < 2e-15,
            "{a} {b} {rho}: {ln_probability}"
        );
        let probability = bivariate_normal_cdf(a, b, rho);
        assert!(
            (probability - libm::exp(expected)).abs() < 3e-16,
            "{a} {b} {rho}: {probability}"
        );
        assert_eq!(ln_bivariate_normal_cdf(b, a, rho), ln_probability);
    }
}

/// ¼ + asin(ρ)/2π at zero limits.
#[test]
fn quadrants() {
    for i in -1000..=1000 {
        let rho = f64::from(i) / 1000.0;
        let probability = bivariate_normal_cdf(0.0, 0.0, rho);
        assert!(
            (probability - 0.25 - rho.asin() / (2.0 * PI)).abs() < 2e-16,
            "{rho}: {probability}"
        );
    }
}

#[test]
fn ends() {
    for x in [-50.0, -7.0, -1.0, 0.0, 0.3, 2.0, 50.0] {
        for rho in [-1.0, -0.99, 0.0, 0.5, 1.0] {
            assert_eq!(bivariate_normal_cdf(x, f64::INFINITY, rho), normal_cdf(x));
            assert_eq!(bivariate_normal_cdf(f64::NEG_INFINITY, x, rho), 0.0);
            assert_eq!(ln_bivariate_normal_cdf(x, f64::NEG_INFINITY, rho), f64::NEG_INFINITY);
            let ln_probability = ln_bivariate_normal_cdf(f64::INFINITY, x, rho);
            assert!(
                (ln_probability - ln_normal_cdf(x)).abs() <= 1e-15 * (1.0 + x * x),
                "{x}: {ln_probability}"
            );
        }
        for y in [-45.0, -1.0, 0.0, 0.3, 6.0] {
            assert_eq!(bivariate_normal_cdf(x, y, 1.0), normal_cdf(x.min(y)));
            let between = (normal_cdf(x) - normal_cdf(-y)).max(0.0);
            assert!((bivariate_normal_cdf(x, y, -1.0) - between).abs() < 2e-16);
        }
    }
    // Φ(−41) − Φ(−42): neither is a number.
    let expected = ln_normal_cdf(-41.0) + libm::log1p(-libm::exp(ln_normal_cdf(-42.0) - ln_normal_cdf(-41.0)));
    assert_eq!(ln_bivariate_normal_cdf(42.0, -41.0, -1.0), expected);
    assert_eq!(ln_bivariate_normal_cdf(-41.0, 40.5, -1.0), f64::NEG_INFINITY);
    for [a, b, rho] in [
        [f64::NAN, 0.0, 0.5],
        [0.0, f64::NAN, 0.5],
        [0.0, 0.0, 1.1],
        [0.0, 0.0, f64::NAN],
    ] {
        assert!(bivariate_normal_cdf(a, b, rho).is_nan() && ln_bivariate_normal_cdf(a, b, rho).is_nan());
    }
}

/// Where one form follows the other, they agree: below to the precision of the sum, above to that of logarithms.
#[test]
fn forms_meet() {
    for rho in [
        -0.999_999, -0.95, -0.93, -0.92, -0.5, 0.1, 0.31, 0.7, 0.92, 0.93, 0.999, 0.999_999,
    ] {
        for (a, b) in [
            (-1.0, -1.2),
            (-2.0, 0.1),
            (-2.5, -2.5),
            (-3.0, 3.1),
            (0.4, -0.3),
            (0.2, 1.0),
        ] {
            let probability = bivariate_normal_cdf(a, b, rho);
            if probability > 1e-8 {
                let ln_probability = ln_by_conditioning(f64::min(a, b), f64::max(a, b), rho);
                let slack = 1e-13 + 5e-16 / probability;
                assert!((libm::log(probability) - ln_probability).abs() < slack, "{a} {b} {rho}");
            }
        }
    }
}

#[test]
fn slopes_are_derivatives() {
    for (a, b, rho, _) in LOGARITHMS {
        let (_, slopes) = ln_bivariate_with_slopes(a, b, rho);
        // Curvature grows to 1/(1 − ρ²), and rounding of ln P with its size.
        let step = 1e-3 * ((1.0 - rho) * (1.0 + rho)).sqrt();
        let ln_p = |a, b| ln_bivariate_normal_cdf(a, b, rho);
        let numerical = [
            (ln_p(a + step, b) - ln_p(a - step, b)) / (2.0 * step),
            (ln_p(a, b + step) - ln_p(a, b - step)) / (2.0 * step),
        ];
        for (slope, numerical) in slopes.into_iter().zip(numerical) {
            let slack = 1e-5 * (slope.abs() + 1.0) + 1e-15 * ln_p(a, b).abs() / step;
            assert!((slope - numerical).abs() < slack, "{a} {b} {rho}: {slope} {numerical}");
        }
    }
}

proptest! {
    #[test]
    fn integral_over_one_variable(a in -4.0..4.0, b in -4.0..4.0, rho in -0.999..0.999) {
        let spread = conditional_spread(rho);
        let mut f = |x: f64| libm::exp(ln_normal_density(x)) * normal_cdf((b - rho * x) / spread);
        let middle = (a - 10.0) / 2.0;
        let integral = adaptive(&mut f, -10.0, middle, 1e-16).value + adaptive(&mut f, middle, a, 1e-16).value;
        prop_assert!((bivariate_normal_cdf(a, b, rho) - integral).abs() < 1e-15);
    }

    /// max(0, Φ(a) + Φ(b) − 1) ≤ P ≤ min(Φ(a), Φ(b)), increasing in a, b and ρ.
    #[test]
    fn bounds_and_order(a in -8.0..8.0, b in -8.0..8.0, rho in -1.0..1.0, step in 0.0..0.5) {
        let ln_p = ln_bivariate_normal_cdf;
        let p = libm::exp(ln_p(a, b, rho));
        prop_assert!(p <= normal_cdf(f64::min(a, b)) * (1.0 + 1e-12));
        prop_assert!(p >= normal_cdf(a) + normal_cdf(b) - 1.0 - 1e-15);
        let floor = ln_p(a, b, rho) - 1e-12;
        prop_assert!(ln_p(a + step, b, rho) >= floor);
        prop_assert!(ln_p(a, b + step, rho) >= floor);
        prop_assert!(ln_p(a, b, f64::min(rho + step, 1.0)) >= floor);
    }

    /// P(z₁ ≤ a, z₂ ≤ b) + P(z₁ ≤ a, z₂ > b) = Φ(a).
    #[test]
    fn halves_add_up(a in -6.0..6.0, b in -6.0..6.0, rho in -1.0..1.0) {
        let sum = bivariate_normal_cdf(a, b, rho) + bivariate_normal_cdf(a, -b, -rho);
        prop_assert!((sum - normal_cdf(a)).abs() < 1e-15);
    }
}
