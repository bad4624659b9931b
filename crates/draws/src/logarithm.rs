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

/// Natural logarithm of a positive, normal, finite number, within one unit in the last place.
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
