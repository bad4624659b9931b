//! Φ and φ over lanes, written so that loops over them become vector instructions.

use logsum_draws::{exp, ln, multiply_add, normal_quantile};
use multiversion::multiversion;
use multiversion::target::target_cfg_f;

/// 1/√(2π).
pub(crate) const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;

/// √(2π).
pub(crate) const ROOT_2_PI: f64 = 2.506_628_274_631_000_7;

/// Beyond it 1 − Φ is nothing beside the smallest normal number.
const FARTHEST: f64 = 37.5;

/// Coefficients from degree 0 of (x + 5) Φ(−x)/exp(−x²/2) in s = 24/19 − (215/19)/(x + 5), which takes [0, 38] to [−1, 1]:
/// a Chebyshev expansion of degree 21, written in powers. What is left out is below 5·10⁻¹⁸.
const MILLS: [f64; 22] = [
    0.853_784_669_899_734_7,
    -0.702_020_118_695_460_5,
    0.483_579_815_269_231_5,
    -0.276_271_162_983_672_66,
    0.127_821_054_227_645_17,
    -0.045_486_836_698_934_83,
    0.010_886_455_839_231_79,
    -0.000_832_594_062_702_642_2,
    -0.000_517_035_106_646_189_1,
    0.000_187_965_718_638_097_82,
    4.907_573_539_236_643e-6,
    -1.729_759_104_852_110_7e-5,
    1.731_585_112_381_691_7e-6,
    1.535_655_515_423_013_8e-6,
    -2.759_812_908_781_317_4e-7,
    -1.548_672_372_304_252_5e-7,
    3.210_826_578_552_425_4e-8,
    1.798_893_394_389_747e-8,
    -3.058_934_485_340_89e-9,
    -2.083_683_608_821_311_6e-9,
    1.863_704_566_580_488_8e-10,
    1.619_120_218_572_708_7e-10,
];

/// Φ(t) and exp(−t²/2), for t of any size: beyond ±37.5 they are those of ±37.5.
///
/// ```text
/// x = |t|:   Φ(−x) = exp(−x²/2) p(s)/(x + 5),   s = 24/19 − (215/19)/(x + 5)
/// ```
///
/// The largest relative error of Φ seen against 60 digits is 1.5·10⁻¹⁵, in either tail.
#[inline(always)]
pub(crate) fn cdf_and_kernel<const FUSED: bool>(t: f64) -> (f64, f64) {
    let x = t.abs();
    let x = if x > FARTHEST { FARTHEST } else { x };
    let r = 1.0 / (x + 5.0);
    let s = multiply_add::<FUSED>(-215.0 / 19.0, r, 24.0 / 19.0);
    // Even and odd powers apart: two short chains instead of a long one.
    let z = s * s;
    let mut even = MILLS[20];
    let mut odd = MILLS[21];
    let mut at = 20;
    while at > 0 {
        at -= 2;
        even = multiply_add::<FUSED>(even, z, MILLS[at]);
        odd = multiply_add::<FUSED>(odd, z, MILLS[at + 1]);
    }
    let ratio = multiply_add::<FUSED>(odd, s, even) * r;
    let e = gauss::<FUSED>(x);
    let tail = e * ratio;
    (if t < 0.0 { tail } else { 1.0 - tail }, e)
}

/// Numbers that are transformed together.
const BLOCK: usize = 128;

/// −ln 4u(1 − u) up to which one polynomial gives Φ⁻¹(u): u between 0.00048 and 0.99952.
const CENTRE: f64 = 6.25;

/// Coefficients from degree 0 of Φ⁻¹(u)/(2u − 1) in s = w/3.125 − 1 with w = −ln 4u(1 − u): a Chebyshev expansion of degree
/// 24, written in powers. What is left out is below 10⁻¹⁶ of it.
const QUANTILE: [f64; 25] = [
    2.338_620_710_026_593,
    1.061_359_245_941_059_2,
    -0.083_329_093_528_002_18,
    -0.031_967_516_158_619_286,
    0.025_184_826_807_117_817,
    -0.005_851_046_104_325_073,
    -0.001_798_444_453_875_996_2,
    0.001_742_997_806_472_656_5,
    -0.000_373_909_105_101_271_7,
    -0.000_165_305_781_493_907_92,
    0.000_132_041_394_231_691_76,
    -2.125_239_684_647_160_7e-5,
    -1.592_011_849_101_435_7e-5,
    1.008_343_656_683_964_3e-5,
    -9.672_440_946_803_279e-7,
    -1.498_128_655_406_68e-6,
    7.633_776_907_238_985e-7,
    -1.437_955_595_020_864_2e-8,
    -1.400_784_516_764_829e-7,
    5.535_609_619_759_047e-8,
    7.127_065_688_015_976e-9,
    -1.210_281_714_470_144_6e-8,
    2.045_101_375_411_776_2e-9,
    1.086_256_090_301_889_2e-9,
    -3.601_458_602_357_009e-10,
];

/// Replaces lanes u in (0, 1) by Φ⁻¹(u).
///
/// ```text
/// Φ⁻¹(u) = (2u − 1) q(w),   w = −ln 4u(1 − u)
/// ```
///
/// without a branch where w ≤ 6.25, beyond it [`normal_quantile`]. The largest error seen against 50 digits is 9·10⁻¹⁶ of the
/// result.
///
/// # Source
/// The variable is Giles' (2012), *Approximating the erfinv function*.
#[inline(always)]
pub(crate) fn quantile_lanes<const W: usize, const FUSED: bool>(u: &mut [f64; W]) {
    let mut w = [0.0; W];
    for l in 0..W {
        let product = 4.0 * u[l] * (1.0 - u[l]);
        // A number that is not normal has no logarithm here, and is far out.
        w[l] = -ln(if product > f64::MIN_POSITIVE {
            product
        } else {
            f64::MIN_POSITIVE
        });
    }
    let mut all = [0.0; W];
    for l in 0..W {
        let s = multiply_add::<FUSED>(w[l], 1.0 / 3.125, -1.0);
        let z = s * s;
        let (mut even, mut odd) = (QUANTILE[24], QUANTILE[23]);
        let mut at = 23;
        while at > 1 {
            even = multiply_add::<FUSED>(even, z, QUANTILE[at - 1]);
            odd = multiply_add::<FUSED>(odd, z, QUANTILE[at - 2]);
            at -= 2;
        }
        even = multiply_add::<FUSED>(even, z, QUANTILE[0]);
        all[l] = (2.0 * u[l] - 1.0) * multiply_add::<FUSED>(odd, s, even);
    }
    // Counted apart: a largest number would be found one by one.
    let n_far: u64 = w.iter().map(|w| u64::from(*w > CENTRE)).sum();
    if n_far > 0 {
        for l in 0..W {
            if w[l] > CENTRE {
                all[l] = normal_quantile(u[l]);
            }
        }
    }
    *u = all;
}

/// Replaces numbers u in (0, 1) by Φ⁻¹(u), several at a time. A simulated probability takes one for each draw and variable
/// but the last.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub fn normal_quantile_each(values: &mut [f64]) {
    let (blocks, rest) = values.as_chunks_mut::<BLOCK>();
    for block in blocks {
        if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
            quantile_lanes::<BLOCK, true>(block);
        } else {
            quantile_lanes::<BLOCK, false>(block);
        }
    }
    for u in rest {
        *u = normal_quantile(*u);
    }
}

/// Replaces numbers t by Φ(t), several at a time; beyond ±37.5 by those of ±37.5. A simulated probability takes one for
/// each draw and variable.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub fn normal_cdf_each(values: &mut [f64]) {
    if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
        values.iter_mut().for_each(|t| *t = cdf_and_kernel::<true>(*t).0);
    } else {
        values.iter_mut().for_each(|t| *t = cdf_and_kernel::<false>(*t).0);
    }
}

/// exp(−x²/2), with what the rounding of the square leaves out.
#[inline(always)]
pub(crate) fn gauss<const FUSED: bool>(x: f64) -> f64 {
    let (square, rest) = if FUSED {
        let square = x * x;
        (square, x.mul_add(x, -square))
    } else {
        // The upper half of the digits: its square is exact.
        let upper = f64::from_bits(x.to_bits() & 0xFFFF_FFFF_F800_0000);
        (upper * upper, (x - upper) * (x + upper))
    };
    let y = 0.5 * rest;
    exp::<FUSED>(-0.5 * square) * multiply_add::<FUSED>(y, multiply_add::<FUSED>(0.5, y, -1.0), 1.0)
}

#[cfg(test)]
mod tests {
    use logsum_draws::normal_cdf;

    use super::*;

    #[test]
    fn it_is_the_distribution_function_in_both_tails() {
        // The library's own error function is good to a unit in the last place; its argument −t/√2, rounded twice, costs
        // t² ε of the tail.
        for at in -3700..=900 {
            let t = f64::from(at) / 100.0 + 0.001;
            let expected = normal_cdf(t);
            for (p, e) in [cdf_and_kernel::<true>(t), cdf_and_kernel::<false>(t)] {
                let slack = 2e-15 + 2.5e-16 * t * t;
                assert!((p / expected - 1.0).abs() < slack, "{t}: {p} for {expected}");
                let kernel = (-0.5 * t * t).exp();
                assert!((e / kernel - 1.0).abs() < slack, "{t}");
            }
        }
    }

    /// From 60 digits.
    const TAILS: [(f64, f64); 6] = [
        (-0.5, 0.308_537_538_725_986_9),
        (-2.0, 0.022_750_131_948_179_21),
        (-8.0, 6.220_960_574_271_786e-16),
        (-20.0, 2.753_624_118_606_233_7e-89),
        (-30.0, 4.906_713_927_148_187e-198),
        (-37.0, 5.725_571_222_524_576e-300),
    ];

    #[test]
    fn tails_to_the_last_digits() {
        for (t, expected) in TAILS {
            for (p, _) in [cdf_and_kernel::<true>(t), cdf_and_kernel::<false>(t)] {
                assert!((p / expected - 1.0).abs() < 2e-15, "{t}: {p:e}, not {expected:e}");
            }
        }
    }

    #[test]
    fn quantiles_are_those_of_the_library() {
        // In the last digits of either: the library's are good to some 5 units in the last place.
        for at in 1..200_000 {
            let u = f64::from(at) / 200_000.0;
            let expected = normal_quantile(u);
            let mut fused = [u; 8];
            let mut plain = [u; 8];
            quantile_lanes::<8, true>(&mut fused);
            quantile_lanes::<8, false>(&mut plain);
            for found in [fused[3], plain[3]] {
                assert!(
                    (found - expected).abs() <= 2e-15 * expected.abs(),
                    "{u}: {found} {expected}"
                );
            }
        }
        let mut far = [
            1e-300,
            1e-20,
            1e-5,
            0.5,
            1.0 - 1e-9,
            1.0 - f64::EPSILON / 2.0,
            5e-324,
            1e-310,
        ];
        let expected = far.map(normal_quantile);
        quantile_lanes::<8, true>(&mut far);
        for (found, expected) in far.iter().zip(expected) {
            assert!((found - expected).abs() <= 2e-15 * expected.abs(), "{found} {expected}");
        }
    }

    #[test]
    fn far_out_it_stays_put() {
        for t in [38.0, 1e3, 1e300, f64::INFINITY] {
            assert_eq!(cdf_and_kernel::<true>(t).0, 1.0);
            assert!(cdf_and_kernel::<true>(-t).0 > 0.0);
        }
    }
}
