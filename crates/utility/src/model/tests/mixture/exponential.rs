//! The kernel's exponential against the standard library's.

use crate::model::mixture::arithmetic::{FARTHEST, exp};
use crate::testing::Random;

/// How many floats lie between two positive ones.
fn ulps(one: f64, other: f64) -> u64 {
    one.to_bits().abs_diff(other.to_bits())
}

/// Numbers over all of the range: evenly, at every scale, and around where the range is halved and rounded.
fn arguments() -> impl Iterator<Item = f64> {
    let mut random = Random::new(1);
    let mut numbers: Vec<f64> = (0..400_000).map(|_| random.between(-FARTHEST, FARTHEST)).collect();
    numbers.extend((0..200_000).map(|_| {
        let size = 2f64.powf(random.between(-1074.0, 9.46));
        if random.uniform() < 0.5 { -size } else { size }
    }));
    for k in -2043..=2043 {
        // Multiples of ½ ln 2: odd ones are where the integer part changes.
        let x = 0.5 * f64::from(k) * std::f64::consts::LN_2;
        numbers.extend([x, x.next_up(), x.next_down(), x + 1e-9, x - 1e-9]);
    }
    numbers.extend([0.0, -0.0, FARTHEST, -FARTHEST, 1.0, -1.0, f64::MIN_POSITIVE]);
    numbers.into_iter().filter(|x| x.abs() <= FARTHEST)
}

fn farthest<const FUSED: bool>() -> (u64, f64) {
    let of = |x: f64| (ulps(exp::<FUSED>(x), x.exp()), x);
    arguments()
        .map(of)
        .fold((0, 0.0), |most, next| if next.0 > most.0 { next } else { most })
}

#[test]
fn it_is_the_standard_librarys_or_the_float_beside_it() {
    for (most, x) in [farthest::<true>(), farthest::<false>()] {
        assert!(most <= 1, "{most} ulps at {x:e}");
    }
}

#[test]
fn beyond_its_range_it_stays_where_it_is() {
    fn check<const FUSED: bool>() {
        for x in [708.0f64.next_up(), 709.0, 1e10, f64::MAX, f64::INFINITY] {
            assert_eq!(exp::<FUSED>(x), exp::<FUSED>(FARTHEST));
            assert_eq!(exp::<FUSED>(-x), exp::<FUSED>(-FARTHEST));
        }
        assert!(exp::<FUSED>(FARTHEST).is_finite() && exp::<FUSED>(-FARTHEST).is_normal());
        assert!(exp::<FUSED>(f64::NAN).is_nan() && exp::<FUSED>(-f64::NAN).is_nan());
        assert_eq!(exp::<FUSED>(0.0), 1.0);
        assert_eq!(exp::<FUSED>(-0.0), 1.0);
    }
    check::<true>();
    check::<false>();
}

/// Adjacent arguments far enough apart for their exponentials to differ stay in order.
#[test]
fn it_rises() {
    fn check<const FUSED: bool>() {
        let mut all: Vec<f64> = arguments().collect();
        all.sort_by(f64::total_cmp);
        for pair in all.windows(2) {
            // 1 ulp of error on either side.
            let (one, other) = (exp::<FUSED>(pair[0]), exp::<FUSED>(pair[1]));
            assert!(one <= other || ulps(one, other) <= 2, "{pair:?}");
        }
    }
    check::<true>();
    check::<false>();
}
