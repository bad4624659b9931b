//! The exponential function, written so that loops over it become vector instructions.

/// Adding it leaves a float's nearest integer in the lowest bits: 1.5·2⁵².
const TO_INTEGER: f64 = 6_755_399_441_055_744.0;

/// ln 2 in two parts, the upper with so few bits that its products with exponents are exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);

/// Beyond these the result is 0 or infinite whatever the argument.
const LOWEST: f64 = -746.0;
const HIGHEST: f64 = 710.0;

/// Minimax coefficients of (eʳ − 1 − r)/r² in r, for |r| up to ½ ln 2; relative to eʳ, the error stays below 2⁻⁶³.
const SERIES: [f64; 11] = [
    0.5,
    0.166_666_666_666_666_82,
    0.041_666_666_666_666_095,
    0.008_333_333_333_317_035,
    0.001_388_888_888_911_552,
    0.000_198_412_698_963_823_12,
    2.480_158_692_683_132_3e-5,
    2.755_723_486_334_352_7e-6,
    2.755_758_168_746_22e-7,
    2.511_203_637_080_970_8e-8,
    2.082_667_493_872_703_7e-9,
];

/// eˣ of any float.
///
/// The error of a normal result is below 1.1 units in the last place by its roundings (the largest seen against extended
/// precision, over 400 000 arguments, is 0.94); subnormal results are rounded
/// once more, with an error of up to one unit of the smallest subnormal. Exact at 0; 0 from −745.14 down and at −∞,
/// infinite above 709.79 and at ∞, NaN at NaN.
///
/// ```text
/// x = k ln 2 + r,  k an integer, |r| ≤ ½ ln 2:   eˣ = 2ᵏ (1 + r + r² q(r))
/// ```
///
/// Only additions and products, each rounded once, so that every instruction set gives the same bits.
///
/// # Source
/// The reduction in two parts is that of Cody and Waite (1980), *Software manual for the elementary functions*.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    // Both comparisons let a NaN through.
    let x = if x < LOWEST { LOWEST } else { x };
    let x = if x > HIGHEST { HIGHEST } else { x };
    let shifted = x * std::f64::consts::LOG2_E + TO_INTEGER;
    let k = shifted - TO_INTEGER;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;

    let (z, c) = (r * r, &SERIES);
    let w = z * z;
    // Pairs of powers first: short chains instead of a long one.
    let low = (c[0] + r * c[1]) + z * (c[2] + r * c[3]);
    let middle = (c[4] + r * c[5]) + z * (c[6] + r * c[7]);
    let high = (c[8] + r * c[9]) + z * c[10];
    let power = 1.0 + (r + z * (low + w * (middle + w * high)));

    // 2ᵏ in two factors, as it may be beyond the normal numbers while the result is not.
    let twice_biased = shifted.to_bits().wrapping_sub(TO_INTEGER.to_bits()).wrapping_add(2046);
    let half = twice_biased >> 1;
    let rest = twice_biased.wrapping_sub(half);
    power * f64::from_bits(half << 52) * f64::from_bits(rest << 52)
}

#[cfg(test)]
mod tests {
    use multiversion::multiversion;

    use super::exp;
    use crate::testing::Random;

    /// Distance in units in the last place of positive numbers.
    fn ulps(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    /// The library's exponential is within a unit of the truth too, so the two are neighbours or the same.
    fn farthest(exponential: impl Fn(f64) -> f64) -> u64 {
        let mut random = Random::new(3);
        let mut worst = 0;
        for _ in 0..200_000 {
            for (low, high) in [
                (-745.2, -708.0),
                (-708.0, 709.78),
                (-40.0, 0.0),
                (-1.0, 1.0),
                (-1e-8, 1e-8),
            ] {
                let x = random.between(low, high);
                worst = worst.max(ulps(exponential(x), x.exp()));
            }
        }
        worst
    }

    #[test]
    fn exponentials_within_a_unit_of_the_library() {
        assert!(farthest(exp) <= 1, "{} ulps", farthest(exp));
        // ln 2 in one part loses 2⁻⁵⁴ of each multiple.
        let coarse = |x: f64| {
            let k = (x * std::f64::consts::LOG2_E).round();
            exp(x - k * std::f64::consts::LN_2) * (0.5 * k).exp2() * (0.5 * k).exp2()
        };
        assert!(farthest(coarse) > 5, "{} ulps", farthest(coarse));
    }

    #[test]
    fn exponentials_at_the_edges() {
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-0.0), 1.0);
        for x in [f64::NEG_INFINITY, f64::MIN, -1e6, -746.0, -745.14] {
            assert_eq!(exp(x).to_bits(), 0, "{x}");
        }
        for x in [f64::INFINITY, f64::MAX, 1e6, 710.0, 709.79] {
            assert_eq!(exp(x), f64::INFINITY, "{x}");
        }
        assert!(exp(f64::NAN).is_nan());
        assert_eq!(exp(-745.1), f64::from_bits(1));
        assert!(exp(709.78).is_finite());
        for x in [1e-300, -1e-300, f64::MIN_POSITIVE, f64::EPSILON / 4.0] {
            assert_eq!(exp(x), 1.0);
        }
    }

    /// Halfway between two multiples of ln 2, where the argument left is largest, and around each multiple.
    #[test]
    fn exponentials_where_the_multiple_of_ln_2_changes() {
        for k in -1021..1023 {
            for part in [-0.5, 0.0, 0.5] {
                let x = (f64::from(k) + part) * std::f64::consts::LN_2;
                for x in [x.next_down(), x, x.next_up()] {
                    assert!(ulps(exp(x), x.exp()) <= 1, "{x}");
                }
            }
        }
    }

    #[inline(always)]
    fn plain(values: &mut [f64]) {
        values.iter_mut().for_each(|value| *value = exp(*value));
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn avx2(values: &mut [f64]) {
        plain(values);
    }

    #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
    fn dispatched(values: &mut [f64]) {
        plain(values);
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let mut random = Random::new(4);
        let mut arguments: Vec<f64> = (0..4003).map(|_| random.between(-760.0, 715.0)).collect();
        arguments.extend([f64::NEG_INFINITY, f64::INFINITY, 0.0, -0.0, f64::NAN, f64::MIN, 1e-310]);
        let expected: Vec<u64> = arguments.iter().map(|&x| exp(x).to_bits()).collect();
        for loops in [plain, avx2, dispatched] {
            let mut values = arguments.clone();
            loops(&mut values);
            for ((value, expected), x) in values.iter().zip(&expected).zip(&arguments) {
                assert!(value.to_bits() == *expected || x.is_nan() && value.is_nan(), "{x}");
            }
        }
    }
}
