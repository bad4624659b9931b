//! The standard normal distribution, with tails that keep their digits.

use logsum_draws::normal_cdf;

/// ln √(2π).
pub(crate) const LN_ROOT_TAU: f64 = 0.918_938_533_204_672_8;

/// Where the middle of the Chebyshev variable (t − 5)/(t + 5) lies.
const MIDDLE: f64 = 5.0;
/// Coefficients of (1 + t) m(t) in powers of (t − 5)/(t + 5), five to a row: a Chebyshev series computed with 40
/// digits, which ends below 10⁻¹⁷, and whose powers are harmless, as the sizes of these numbers sum to 1.7.
const MILLS: [[f64; 5]; 5] = [
    [
        1.156_848_628_291_894_6,
        -0.229_487_538_252_113_15,
        0.077_781_598_868_735_54,
        0.025_072_179_301_638_8,
        -0.066_177_600_778_993_4,
    ],
    [
        0.061_505_045_840_186_5,
        -0.038_026_592_187_762_366,
        0.016_348_231_281_029_38,
        -0.004_201_290_310_663_574,
        1.953_063_837_079_078_6e-5,
    ],
    [
        0.000_457_043_818_200_079_54,
        -0.000_134_374_278_557_113_5,
        -2.480_545_844_721_45e-5,
        2.270_961_270_923_768e-5,
        -1.772_343_818_560_155_6e-7,
    ],
    [
        -3.277_287_633_208_865e-6,
        3.219_713_160_904_218_5e-7,
        4.919_962_331_478_34e-7,
        -6.738_323_465_177_047e-8,
        -7.758_520_236_786_343e-8,
    ],
    [
        1.008_289_564_626_018_8e-8,
        1.103_207_115_157_433_6e-8,
        -1.084_692_528_886_079_5e-9,
        -9.564_832_934_712_551e-10,
        6.288_377_855_498_677e-11,
    ],
];

/// ln φ(x), the logarithm of the standard normal density.
pub fn ln_normal_density(x: f64) -> f64 {
    -0.5 * x * x - LN_ROOT_TAU
}

/// Mills ratio of the upper tail, Φ(−t)/φ(t), for t ≥ 0.
///
/// Polynomial of degree 24 in (t − 5)/(t + 5) over 1 + t; the largest relative error seen is 4 · 10⁻¹⁶.
fn mills(t: f64) -> f64 {
    // As ∞/∞ is none.
    let y = if t < 1e20 { (t - MIDDLE) / (t + MIDDLE) } else { 1.0 };
    let horner = |coefficients: &[f64; 5], y: f64| coefficients.iter().rev().fold(0.0, |sum, c| sum * y + c);
    // Five short chains instead of a long one.
    let rows = MILLS.map(|row| horner(&row, y));
    let square = y * y;
    horner(&rows, square * square * y) / (1.0 + t)
}

/// ln Φ(x), the logarithm of the standard normal distribution function.
///
/// ```text
/// x > 0:  ln(1 − Φ(−x))
/// x ≤ 0:  ln φ(x) + ln m(−x),   m(t) = Φ(−t)/φ(t)
/// ```
///
/// Relative error below 10⁻¹⁵ at any distance below 0, as for ln Φ(−10⁴) = −50 000 010.13; above 5, where it is that of
/// a small tail, below 2 · 10⁻¹⁶ x².
pub fn ln_normal_cdf(x: f64) -> f64 {
    if x > 0.0 {
        libm::log1p(-normal_cdf(-x))
    } else {
        ln_normal_density(x) + libm::log(mills(-x))
    }
}

/// [`ln_normal_cdf`] and [`normal_hazard`] of the same number, for little more than one of them.
pub(crate) fn ln_cdf_and_hazard(x: f64) -> (f64, f64) {
    if x > 0.0 {
        (ln_normal_cdf(x), normal_hazard(x))
    } else {
        let mills = mills(-x);
        (ln_normal_density(x) + libm::log(mills), 1.0 / mills)
    }
}

/// Both tails of the standard normal distribution at a number: see [`normal_tails`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalTails {
    /// ln Φ(x).
    pub ln_below: f64,
    /// ln Φ(−x).
    pub ln_above: f64,
    /// φ(x)/Φ(x).
    pub hazard_below: f64,
    /// φ(x)/Φ(−x).
    pub hazard_above: f64,
}

/// [`ln_normal_cdf`] and [`normal_hazard`] of x and of −x, for little more than one of them.
pub fn normal_tails(x: f64) -> NormalTails {
    let mills = mills(x.abs());
    let ln_density = ln_normal_density(x);
    let density = libm::exp(ln_density);
    let tail = density * mills;
    let (ln_tail, hazard_of_tail) = (ln_density + libm::log(mills), 1.0 / mills);
    let (ln_rest, hazard_of_rest) = (libm::log1p(-tail), density / (1.0 - tail));
    match x > 0.0 {
        true => NormalTails {
            ln_below: ln_rest,
            ln_above: ln_tail,
            hazard_below: hazard_of_rest,
            hazard_above: hazard_of_tail,
        },
        false => NormalTails {
            ln_below: ln_tail,
            ln_above: ln_rest,
            hazard_below: hazard_of_tail,
            hazard_above: hazard_of_rest,
        },
    }
}

/// φ(x)/Φ(x), minus the mean of a standard normal variable that stays below x.
///
/// Relative error as of [`ln_normal_cdf`]; close to −x in the far lower tail.
pub fn normal_hazard(x: f64) -> f64 {
    if x > 0.0 {
        libm::exp(ln_normal_density(x)) / normal_cdf(x)
    } else {
        1.0 / mills(-x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x, ln Φ(x) and φ(x)/Φ(x), from 50 digits.
    const VALUES: [(f64, f64, f64); 17] = [
        (37.5, -4.605_353_009_581_955e-308, 1.728_233_732_284_105_4e-306),
        (8.0, -6.220_960_574_271_786e-16, 5.052_271_083_536_895e-15),
        (2.0, -0.023_012_909_328_963_486, 0.055_247_862_678_989_96),
        (0.5, -0.368_946_415_288_656_4, 0.509_160_433_837_033_5),
        (1e-10, -0.693_147_180_480_156_9, 0.797_884_560_739_203_4),
        (0.0, -std::f64::consts::LN_2, 0.797_884_560_802_865_4),
        (-1e-10, -0.693_147_180_639_733_8, 0.797_884_560_866_527_3),
        (-0.3, -0.962_102_818_168_850_7, 0.998_165_968_858_483_3),
        (-1.0, -1.841_021_645_009_263_6, 1.525_135_276_160_981),
        (-2.5, -5.081_648_277_278_69, 2.822_744_797_663_907_5),
        (-5.9, -20.125_799_580_203_175, 6.060_916_625_635_347),
        (-6.1, -21.357_498_419_215_556, 6.256_118_131_711_161),
        (-10.0, -53.231_285_150_512_47, 10.098_093_233_962_512),
        (-37.0, -689.030_585_576_890_6, 37.026_987_686_126_99),
        (-100.0, -5_005.524_208_694_205, 100.009_998_000_999_26),
        (-1e4, -50_000_010.129_278_91, 10_000.000_099_999_997),
        (-1e8, -5_000_000_000_000_019.0, 100_000_000.000_000_01),
    ];

    #[test]
    fn values_of_high_precision() {
        for (x, ln_cdf, hazard) in VALUES {
            // Four units in the last place; in the upper tail, e^{−x²/2} loses with x².
            let slack = if x > 5.0 { 2e-16 * x * x } else { 1e-15 };
            assert!(
                (ln_normal_cdf(x) / ln_cdf - 1.0).abs() < slack,
                "{x}: {}",
                ln_normal_cdf(x)
            );
            assert!(
                (normal_hazard(x) / hazard - 1.0).abs() < slack,
                "{x}: {}",
                normal_hazard(x)
            );
            assert_eq!(ln_cdf_and_hazard(x), (ln_normal_cdf(x), normal_hazard(x)));
        }
    }

    /// Against the library's erfc wherever that is a number; both lose digits with x², as x/√2 is rounded.
    #[test]
    fn distribution_function_everywhere() {
        for i in -3_700..=3_700 {
            let x = f64::from(i) * 0.01;
            let p = normal_cdf(x);
            assert!(
                (libm::exp(ln_normal_cdf(x)) / p - 1.0).abs() < 1e-15 * (4.0 + x * x),
                "{x}"
            );
        }
    }

    #[test]
    fn both_tails() {
        for i in -3_700..=3_700 {
            let x = f64::from(i) * 0.01;
            let tails = normal_tails(x);
            let near = |one: f64, other: f64| {
                assert!(
                    (one - other).abs() <= 1e-15 * (4.0 + x * x) * other.abs(),
                    "{x}: {one} {other}"
                );
            };
            near(tails.ln_below, ln_normal_cdf(x));
            near(tails.ln_above, ln_normal_cdf(-x));
            near(tails.hazard_below, normal_hazard(x));
            near(tails.hazard_above, normal_hazard(-x));
        }
    }

    #[test]
    fn ends() {
        assert_eq!(ln_normal_cdf(f64::INFINITY), 0.0);
        assert_eq!(ln_normal_cdf(f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(normal_hazard(f64::INFINITY), 0.0);
        assert_eq!(normal_hazard(f64::NEG_INFINITY), f64::INFINITY);
        assert!((normal_hazard(-1e100) / 1e100 - 1.0).abs() < 1e-15);
        assert!(ln_normal_cdf(f64::NAN).is_nan() && normal_hazard(f64::NAN).is_nan());
    }
}
