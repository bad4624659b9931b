//! The quantile function of the standard normal distribution.

use multiversion::multiversion;

use crate::logarithm::ln;

/// Central part: |u − ½| up to this.
const CENTRE: f64 = 0.425;
/// Tail probability e⁻²⁵, below which the third approximation is needed: one number in 36 billion.
const FAR: f64 = 1.388_794_386_496_402_1e-11;
/// Numbers transformed while they are still in the innermost cache.
const BLOCK: usize = 256;

/// Standard normal quantile Φ⁻¹(u), for u in (0, 1).
///
/// ```text
/// |u − ½| ≤ 0.425:  (u − ½) (a − r A(r)/B(r)),  r = 0.425² − (u − ½)²
/// else:             ±(c + r C(r)/D(r)),         r = √(−ln min(u, 1 − u)) − 1.6
/// beyond ±6.66:     ±E(r)/F(r),                 r = √(−ln min(u, 1 − u)) − 5
/// ```
///
/// with polynomials of degree 6 and 7: Wichura's ratios, whose constant terms are taken out here, which halves what
/// rounding does to them. The largest errors seen against 50 digits, over 275,000 arguments, are 3.1, 4.2 and 6.3 units
/// in the last place in the three ranges. Φ⁻¹(1 − u) = −Φ⁻¹(u) bit for bit wherever 1 − u is exact.
///
/// Φ⁻¹(0) = −∞, Φ⁻¹(1) = ∞, and NaN beyond.
///
/// # Source
/// Wichura (1988), *Algorithm AS 241: the percentage points of the normal distribution* (PPND16).
#[inline]
pub fn normal_quantile(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= CENTRE {
        return central(q);
    }
    let p = tail_probability(u);
    let x = if p >= FAR { near_tail(p) } else { far_tail(p) };
    x.copysign(q)
}

/// [`normal_quantile`] of each, in place: the same bits, several at a time.
pub fn normal_quantile_each(values: &mut [f64]) {
    quantile(values);
}

#[inline(always)]
fn tail_probability(u: f64) -> f64 {
    if u < 0.5 { u } else { 1.0 - u }
}

/// Σ cₖ rᵏ.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f64; N], r: f64) -> f64 {
    let rest = coefficients[..N - 1].iter().rev();
    rest.fold(coefficients[N - 1], |sum, c| sum * r + c)
}

#[inline(always)]
fn central(q: f64) -> f64 {
    let r = 0.180_625 - q * q;
    q * (A_0 - r * (polynomial(&A, r) / polynomial(&B, r)))
}

#[inline(always)]
fn near_tail(p: f64) -> f64 {
    let r = (-ln(p)).sqrt() - 1.6;
    C_0 + r * (polynomial(&C, r) / polynomial(&D, r))
}

#[cold]
fn far_tail(p: f64) -> f64 {
    if p == 0.0 {
        return f64::INFINITY;
    }
    // Subnormal numbers, and NaN from what is below 0, are for the library.
    let r = (-libm::log(p)).sqrt() - 5.0;
    polynomial(&E, r) / polynomial(&F, r)
}

/// Coefficients from degree 0. A and C are differences of Wichura's: a ratio A*/B becomes A₀ − r (A₀B − A*)/(rB).
const A_0: f64 = 3.387_132_872_796_366_5;
const C_0: f64 = 1.423_437_110_749_683_5;
const A: [f64; 7] = [
    10.179_205_485_111_813,
    356.002_752_528_360_93,
    4_539.164_900_965_687,
    25_931.986_104_094_325,
    65_875.295_097_939_55,
    63_878.655_117_260_85,
    15_193.753_039_787_394,
];
const B: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const C: [f64; 7] = [
    1.707_748_689_319_851,
    3.383_268_842_279_259,
    2.666_007_902_362_504_7,
    1.059_641_556_155_897,
    0.220_146_379_156_888_6,
    0.021_944_379_640_634_19,
    0.000_774_543_518_601_695_3,
];
const D: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    0.000_547_593_808_499_534_5,
    1.050_750_071_644_416_9e-9,
];
const E: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const F: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    0.000_786_869_131_145_613_3,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_7e-15,
];

#[inline(always)]
fn quantile_plain(values: &mut [f64]) {
    for block in values.chunks_mut(BLOCK) {
        quantile_block::<BLOCK>(block);
    }
}

/// Up to `N` numbers, 256 at most.
#[inline(always)]
fn quantile_block<const N: usize>(block: &mut [f64]) {
    const { assert!(N <= 256) };
    let mut places = [0_u8; N];
    let mut outside = [0.0; N];
    let mut quantiles = [0.0; N];
    // The seventh or so outside the centre, put together.
    let mut n = 0;
    for (place, u) in block.iter().enumerate() {
        places[n] = place as u8;
        outside[n] = *u;
        n += usize::from((u - 0.5).abs() > CENTRE);
    }
    for x in block.iter_mut() {
        *x = central(*x - 0.5);
    }
    for (x, u) in quantiles[..n].iter_mut().zip(&outside) {
        *x = near_tail(tail_probability(*u)).copysign(u - 0.5);
    }
    for ((place, x), u) in places[..n].iter().zip(&quantiles).zip(&outside) {
        let p = tail_probability(*u);
        block[usize::from(*place)] = if p >= FAR { *x } else { far_tail(p).copysign(u - 0.5) };
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn quantile(values: &mut [f64]) {
    quantile_plain(values);
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_1_SQRT_2;

    use rand::Rng;

    use super::*;
    use crate::Seed;

    /// On machines with AVX-512 the dispatched function never takes this way.
    #[multiversion(targets("x86_64+avx2"))]
    fn quantile_avx2(values: &mut [f64]) {
        quantile_plain(values);
    }

    /// Correctly rounded, from 50 digits.
    const QUANTILES: [(f64, f64); 37] = [
        (1.0e-300, -37.047_096_299_361_2),
        (1.0e-200, -30.205_594_179_579_64),
        (1.0e-100, -21.273_453_560_965_326),
        (1.0e-50, -14.933_337_534_788_489),
        (1.0e-20, -9.262_340_089_798_407),
        (1.0e-16, -8.222_082_216_130_435),
        (1.388_794_386_496_402_1e-11, -6.657_904_643_501_103),
        (1.0e-11, -6.706_023_155_495_136),
        (1.0e-8, -5.612_001_244_174_789),
        (1.0e-5, -4.264_890_793_922_825),
        (0.001, -3.090_232_306_167_813_6),
        (0.01, -2.326_347_874_040_841),
        (0.025, -1.959_963_984_540_054_3),
        (0.05, -1.644_853_626_951_472_6),
        (0.074_999_99, -1.439_531_541_582_168_1),
        (0.075, -1.439_531_470_938_456),
        (0.075_000_01, -1.439_531_400_294_751),
        (0.1, -1.281_551_565_544_600_4),
        (0.2, -0.841_621_233_572_914_2),
        (0.25, -0.674_489_750_196_081_7),
        (0.3, -0.524_400_512_708_040_8),
        (0.4, -0.253_347_103_135_799_7),
        (0.49, -0.025_068_908_258_711_057),
        (0.499_999_999_9, -2.506_628_482_030_354e-10),
        (0.500_000_000_1, 2.506_628_482_030_354e-10),
        (0.499_999_999_999_999_9, -2.782_916_424_671_767e-16),
        (0.6, 0.253_347_103_135_799_7),
        (0.75, 0.674_489_750_196_081_7),
        (0.9, 1.281_551_565_544_600_6),
        (0.925, 1.439_531_470_938_456_1),
        (0.925_000_1, 1.439_532_177_375_900_4),
        (0.975, 1.959_963_984_540_053_8),
        (0.999, 3.090_232_306_167_813),
        (0.999_999_999_9, 6.361_340_889_697_422),
        (0.999_999_999_999_999_9, 8.209_536_151_601_387),
        (5.0e-324, -38.467_405_617_144_344),
        (1.0e-310, -37.663_060_331_949_524),
    ];

    fn ulps(a: f64, b: f64) -> u64 {
        a.to_bits().abs_diff(b.to_bits())
    }

    #[test]
    fn quantiles_of_high_precision() {
        for (u, expected) in QUANTILES {
            let x = normal_quantile(u);
            assert!(ulps(x, expected) <= 7, "Φ⁻¹({u}) = {x}, not {expected}");
        }
    }

    #[test]
    fn symmetric_wherever_reflections_are_exact() {
        let mut stream = Seed::new(1).stream(0);
        for exponent in 1..50 {
            for _ in 0..200 {
                // Multiples of 2⁻⁵³, nearer and nearer to 0.
                let u = (stream.next_u64() >> 11 >> exponent) as f64 * (-53.0_f64).exp2();
                if u > 0.0 {
                    assert_eq!(normal_quantile(1.0 - u), -normal_quantile(u), "{u}");
                }
            }
        }
        assert_eq!(normal_quantile(0.5), 0.0);
    }

    /// Φ(Φ⁻¹(u)) = u, across the seams too.
    #[test]
    fn inverse_of_the_distribution_function() {
        let mut stream = Seed::new(2).stream(0);
        for _ in 0..20_000 {
            let u = stream.open01();
            for u in [u, u * 1e-3, u * 1e-9, u * 2.0 * FAR, 0.075 + u * 1e-6, 0.075 - u * 1e-6] {
                let back = 0.5 * libm::erfc(-normal_quantile(u) * FRAC_1_SQRT_2);
                assert!((back / u - 1.0).abs() < 2e-13, "{u}: {back}");
            }
        }
        let mut before = f64::NEG_INFINITY;
        for i in 1..100_000 {
            let x = normal_quantile(f64::from(i) / 100_000.0);
            assert!(x > before);
            before = x;
        }
    }

    #[test]
    fn ends_and_beyond() {
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        for u in [-1.0, -f64::MIN_POSITIVE, 1.0 + f64::EPSILON, f64::INFINITY, f64::NAN] {
            assert!(normal_quantile(u).is_nan(), "{u}");
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let mut stream = Seed::new(3).stream(0);
        for n in [0, 1, 7, 9, 255, 256, 257, 1000] {
            let mut values = vec![0.0; n];
            stream.fill_open01(&mut values);
            // Far tails and all that is not in (0, 1).
            for (value, u) in values.iter_mut().skip(3).step_by(5).zip([
                1e-12,
                1.0 - 1e-12,
                1e-300,
                f64::MIN_POSITIVE / 8.0,
                FAR,
                0.075,
                0.925,
                0.0,
                1.0,
                -1.0,
                2.0,
                f64::NAN,
            ]) {
                *value = u;
            }
            let bits = |values: &[f64]| {
                values
                    .iter()
                    .map(|x| if x.is_nan() { 0 } else { x.to_bits() })
                    .collect::<Vec<_>>()
            };
            let expected: Vec<f64> = values.iter().map(|u| normal_quantile(*u)).collect();
            for quantile in [quantile_plain, quantile_avx2, normal_quantile_each] {
                let mut each = values.clone();
                quantile(&mut each);
                assert_eq!(bits(&each), bits(&expected), "{n}");
            }
        }
    }
}
