//! Quadrature: Gauss–Legendre sums, adaptive Gauss–Kronrod, and integrals of log-concave functions in logarithms.

/// Nodes and weights of Gauss–Legendre rules on (−1, 1): the positive nodes of even rules.
pub(crate) const LEGENDRE_6: [(f64, f64); 3] = [
    (0.932_469_514_203_152, 0.171_324_492_379_170_36),
    (0.661_209_386_466_264_5, 0.360_761_573_048_138_6),
    (0.238_619_186_083_196_9, 0.467_913_934_572_691_04),
];
pub(crate) const LEGENDRE_12: [(f64, f64); 6] = [
    (0.981_560_634_246_719_2, 0.047_175_336_386_511_83),
    (0.904_117_256_370_474_9, 0.106_939_325_995_318_43),
    (0.769_902_674_194_304_7, 0.160_078_328_543_346_22),
    (0.587_317_954_286_617_5, 0.203_167_426_723_065_92),
    (0.367_831_498_998_180_2, 0.233_492_536_538_354_8),
    (0.125_233_408_511_468_9, 0.249_147_045_813_402_77),
];
pub(crate) const LEGENDRE_20: [(f64, f64); 10] = [
    (0.993_128_599_185_094_9, 0.017_614_007_139_152_118),
    (0.963_971_927_277_913_8, 0.040_601_429_800_386_94),
    (0.912_234_428_251_326, 0.062_672_048_334_109_07),
    (0.839_116_971_822_218_8, 0.083_276_741_576_704_75),
    (0.746_331_906_460_150_8, 0.101_930_119_817_240_43),
    (0.636_053_680_726_515, 0.118_194_531_961_518_41),
    (0.510_867_001_950_827_1, 0.131_688_638_449_176_64),
    (0.373_706_088_715_419_55, 0.142_096_109_318_382_04),
    (0.227_785_851_141_645_07, 0.149_172_986_472_603_74),
    (0.076_526_521_133_497_34, 0.152_753_387_130_725_84),
];

/// Positive nodes of the 21-point Kronrod rule, their weights, and those of the 10-point Gauss rule within.
const KRONROD: [(f64, f64, f64); 10] = [
    (0.995_657_163_025_808_1, 0.011_694_638_867_371_874, 0.0),
    (
        0.973_906_528_517_171_7,
        0.032_558_162_307_964_725,
        0.066_671_344_308_688_14,
    ),
    (0.930_157_491_355_708_2, 0.054_755_896_574_351_995, 0.0),
    (
        0.865_063_366_688_984_5,
        0.075_039_674_810_919_96,
        0.149_451_349_150_580_6,
    ),
    (0.780_817_726_586_416_9, 0.093_125_454_583_697_6, 0.0),
    (
        0.679_409_568_299_024_4,
        0.109_387_158_802_297_64,
        0.219_086_362_515_982_04,
    ),
    (0.562_757_134_668_604_7, 0.123_491_976_262_065_84, 0.0),
    (
        0.433_395_394_129_247_2,
        0.134_709_217_311_473_34,
        0.269_266_719_309_996_35,
    ),
    (0.294_392_862_701_460_2, 0.142_775_938_577_060_09, 0.0),
    (
        0.148_874_338_981_631_22,
        0.147_739_104_901_338_49,
        0.295_524_224_714_752_87,
    ),
];
const KRONROD_CENTRE: f64 = 0.149_445_554_002_916_9;

/// Rules applied in one integral, at most: more than any takes that can meet its tolerance.
const RULES: u32 = 200;
/// Logarithm of what a log-concave integrand has lost where it is cut off: 10⁻¹⁹ of its maximum.
const CUT: f64 = 44.0;
/// Steps in search of a maximum.
const STEPS: u32 = 100;

/// Integral of f over (0, `width`) by a Gauss–Legendre rule.
pub(crate) fn legendre(rule: &[(f64, f64)], width: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let half = 0.5 * width;
    let mut sum = 0.0;
    for (node, weight) in rule {
        sum += weight * (f(half * (1.0 - node)) + f(half * (1.0 + node)));
    }
    half * sum
}

/// An integral and an estimate of its absolute error.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Integral {
    pub value: f64,
    pub error: f64,
}

/// Integral of f over (`from`, `to`): Gauss–Kronrod with 21 points, halving where the error is above `tolerance`.
///
/// The error estimate is that of QUADPACK: (200 |K − G|/d)^1.5 d, with d the integral of |f − mean|.
pub(crate) fn adaptive(f: &mut impl FnMut(f64) -> f64, from: f64, to: f64, tolerance: f64) -> Integral {
    let mut left = RULES;
    halving(f, from, to, tolerance, &mut left)
}

fn halving(f: &mut impl FnMut(f64) -> f64, from: f64, to: f64, tolerance: f64, left: &mut u32) -> Integral {
    let whole = kronrod(f, from, to);
    *left = left.saturating_sub(1);
    if whole.error <= tolerance || *left == 0 || !whole.error.is_finite() {
        return whole;
    }
    let middle = 0.5 * (from + to);
    let lower = halving(f, from, middle, tolerance, left);
    let upper = halving(f, middle, to, tolerance, left);
    Integral {
        value: lower.value + upper.value,
        error: lower.error + upper.error,
    }
}

fn kronrod(f: &mut impl FnMut(f64) -> f64, from: f64, to: f64) -> Integral {
    let centre = 0.5 * (from + to);
    let half = 0.5 * (to - from);
    let at_centre = f(centre);
    let mut values = [(0.0, 0.0); KRONROD.len()];
    let mut sum = KRONROD_CENTRE * at_centre;
    let mut gauss = 0.0;
    for ((node, weight, inner), pair) in KRONROD.iter().zip(&mut values) {
        *pair = (f(centre - half * node), f(centre + half * node));
        sum += weight * (pair.0 + pair.1);
        gauss += inner * (pair.0 + pair.1);
    }
    let mean = 0.5 * sum;
    let mut deviation = KRONROD_CENTRE * (at_centre - mean).abs();
    for ((_, weight, _), pair) in KRONROD.iter().zip(&values) {
        deviation += weight * ((pair.0 - mean).abs() + (pair.1 - mean).abs());
    }
    deviation *= half.abs();
    let difference = (sum - gauss).abs() * half.abs();
    let error = if deviation > 0.0 {
        let share = 200.0 * difference / deviation;
        deviation * (share * share.sqrt()).min(1.0)
    } else {
        difference
    };
    Integral {
        value: half * sum,
        error,
    }
}

/// ln ∫ f over (−∞, `upper`), and an estimate of its absolute error.
///
/// `ln_f` gives ln f and its derivative. ln f must be concave with a second derivative of at most −1, as of a normal
/// density times a normal orthant probability whose limits are linear in x. However small the integral, and however
/// narrow the range that counts, the result keeps its digits: f is taken relative to its maximum, and
///
/// ```text
/// x ≤ m:  ln f(x) ≤ ln f(m) + f′/f (x − m) − ½ (x − m)²
/// ```
///
/// bounds the range.
pub(crate) fn ln_log_concave(mut ln_f: impl FnMut(f64) -> (f64, f64), upper: f64, relative: f64) -> (f64, f64) {
    let (top, ln_top, slope) = maximum(&mut ln_f, upper);
    // Rounding of logarithms of this size; finer differences are noise.
    let tolerance = relative.max(16.0 * f64::EPSILON * ln_top.abs());
    let reach = |slope: f64| 2.0 * CUT / (slope + (slope * slope + 2.0 * CUT).sqrt());
    let lower = within(&mut ln_f, top, -reach(slope.max(0.0)), ln_top);
    let higher = within(&mut ln_f, top, reach((-slope).max(0.0)).min(upper - top), ln_top);
    let mut f = |x: f64| libm::exp(ln_f(x).0 - ln_top);
    let mut sum = Integral::default();
    let mut left = RULES;
    for side in [lower, higher].into_iter().filter(|side| *side != 0.0) {
        // ln f falls by no more than the cut over half of the range: the integral is at least about this.
        let scale = side.abs() * 0.5 / CUT;
        for (from, to) in [(0.0, 0.12), (0.12, 0.3), (0.3, 0.6), (0.6, 1.0)] {
            let part = halving(
                &mut |x| f(top + x * side),
                from,
                to,
                tolerance * scale / side.abs(),
                &mut left,
            );
            sum.value += part.value * side.abs();
            sum.error += part.error * side.abs();
        }
    }
    (
        ln_top + libm::log(sum.value),
        sum.error / sum.value + 2.0 * f64::EPSILON * ln_top.abs(),
    )
}

/// Where ln f is within 0.1 of its maximum over (−∞, `upper`), its value and derivative there.
fn maximum(ln_f: &mut impl FnMut(f64) -> (f64, f64), upper: f64) -> (f64, f64, f64) {
    let (value, slope) = ln_f(upper);
    let mut at = (upper, value, slope);
    if slope >= 0.0 {
        return at;
    }
    // A second derivative of at most −1 puts the maximum no further away than this.
    let (mut low, mut high) = ((upper + slope, f64::NAN), (upper, slope));
    for step in 0..STEPS {
        let secant = low.0 + (high.0 - low.0) * low.1 / (low.1 - high.1);
        // Halving takes turns, as either end may stay for long.
        let x = if step % 3 != 2 && secant > low.0 && secant < high.0 {
            secant
        } else {
            0.5 * (low.0 + high.0)
        };
        let (value, slope) = ln_f(x);
        at = (x, value, slope);
        let end = if slope >= 0.0 { &mut low } else { &mut high };
        *end = (x, slope);
        // By concavity ln f rises by no more than this from here to the maximum.
        if slope.abs() * (high.0 - low.0) < 0.1 {
            break;
        }
    }
    at
}

/// The distance, halved from `reach` while all of the outer half is beyond the cut.
fn within(ln_f: &mut impl FnMut(f64) -> (f64, f64), top: f64, mut reach: f64, ln_top: f64) -> f64 {
    while reach != 0.0 && ln_f(top + 0.5 * reach).0 < ln_top - CUT {
        reach *= 0.5;
    }
    reach
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal::{ln_normal_cdf, ln_normal_density};

    /// Rules with n points are exact for polynomials up to degree 2n − 1, and not beyond.
    #[test]
    fn rules_are_exact_to_their_degree() {
        for (rule, degree) in [(&LEGENDRE_6[..], 11), (&LEGENDRE_12, 23), (&LEGENDRE_20, 39)] {
            for power in 0..=degree {
                let exact = 2.0_f64.powi(power + 1) / f64::from(power + 1);
                let sum = legendre(rule, 2.0, |x| x.powi(power));
                assert!((sum / exact - 1.0).abs() < 2e-15, "{power}: {sum}");
            }
        }
        let sum = legendre(&LEGENDRE_6, 2.0, |x| (x - 1.0).powi(12));
        assert!((sum - 2.0 / 13.0).abs() > 1e-5);
        let sum = kronrod(&mut |x| (x - 0.5).powi(30), -0.5, 1.5);
        assert!((sum.value * 15.5 - 1.0).abs() < 1e-14, "{sum:?}");
    }

    #[test]
    fn halving_where_it_is_needed() {
        let mut calls = 0;
        let bend = 1.0 / 3.0;
        let integral = adaptive(
            &mut |x: f64| {
                calls += 1;
                (x - bend).abs()
            },
            0.0,
            1.0,
            1e-13,
        );
        let error = (integral.value - 5.0 / 18.0).abs();
        assert!(error < 1e-13 && integral.error >= error, "{integral:?}");
        // All about the bend: each halving adds two rules of 21 points.
        assert!(calls < 21 * 2 * 25, "{calls}");
    }

    /// Φ(c), and Φ(c) with a limit of its own, the integral of φ(x) 1{x ≤ c}, at any distance.
    #[test]
    fn integrals_of_normal_densities() {
        for upper in [-1e3, -50.0, -3.0, 0.0, 2.0, 30.0] {
            let (ln_integral, error) = ln_log_concave(|x| (ln_normal_density(x), -x), upper, 1e-13);
            let expected = ln_normal_cdf(upper);
            let actual = (ln_integral - expected).abs();
            assert!(actual <= 1e-14 + 4e-16 * expected.abs(), "{upper}: {ln_integral}");
            assert!(actual <= error + 1e-15, "{upper}: {actual} {error}");
        }
        // A density of standard deviation 10⁻⁵ far from the limit: N(x; 0, 1) N(x; −4, s²) = N(4; 0, 1 + s²) N(x; …).
        let precision = 1e10;
        let ln_f = |x: f64| {
            let from = x + 4.0;
            let ln_narrow = ln_normal_density(from * 1e5) + 5.0 * std::f64::consts::LN_10;
            (ln_normal_density(x) + ln_narrow, -x - from * precision)
        };
        let expected = ln_normal_density(4.0 / (1.0 + 1e-10_f64).sqrt()) - 0.5 * 1e-10;
        assert!((ln_log_concave(ln_f, 1.0, 1e-13).0 - expected).abs() < 1e-12);
    }
}
