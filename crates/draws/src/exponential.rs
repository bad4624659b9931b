//! The exponential, written so that loops over it become vector instructions.

/// a·b + c, rounded once where the processor does that, else twice.
#[inline(always)]
pub fn multiply_add<const FUSED: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// Adding it leaves a float's nearest integer in the lowest bits: 1.5·2⁵².
const TO_INTEGER: f64 = 6_755_399_441_055_744.0;

/// ln 2 in two parts, the upper with so few bits that its products with exponents are exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3FE6_2E42_FEE0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3DEA_39EF_3579_3C76);

/// Beyond ± this the result is that at ± this: e⁻⁷⁰⁸ is nothing beside 1, and a sum in which e⁷⁰⁸ stands is told from
/// others by its size.
pub const FARTHEST: f64 = 708.0;

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

/// eˣ for |x| ≤ 708, that of ±708 beyond, NaN at NaN; in fewer instructions than one for the whole range.
///
/// ```text
/// x = k ln 2 + r,  k an integer, |r| ≤ ½ ln 2:   eˣ = 2ᵏ (1 + r + r² q(r))
/// ```
#[inline(always)]
pub fn exp<const FUSED: bool>(x: f64) -> f64 {
    // Both comparisons let a NaN through.
    let x = if x < -FARTHEST { -FARTHEST } else { x };
    let x = if x > FARTHEST { FARTHEST } else { x };
    let shifted = multiply_add::<FUSED>(x, std::f64::consts::LOG2_E, TO_INTEGER);
    let k = shifted - TO_INTEGER;
    let r = multiply_add::<FUSED>(-k, LN_2_LOW, multiply_add::<FUSED>(-k, LN_2_HIGH, x));
    let (z, c) = (r * r, &SERIES);
    let w = z * z;
    let ma = multiply_add::<FUSED>;
    let low = ma(z, ma(r, c[3], c[2]), ma(r, c[1], c[0]));
    let middle = ma(z, ma(r, c[7], c[6]), ma(r, c[5], c[4]));
    let high = ma(z, c[10], ma(r, c[9], c[8]));
    let power = 1.0 + ma(z, ma(w, ma(w, high, middle), low), r);
    // k + 1023 lies between 2 and 2045: the exponent of a normal number.
    let biased = shifted.to_bits().wrapping_sub(TO_INTEGER.to_bits()).wrapping_add(1023);
    power * f64::from_bits(biased << 52)
}
