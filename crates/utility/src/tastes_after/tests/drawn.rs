use super::assert_near;
use crate::mixing::Shape;
use crate::tastes_after::drawn::numbers;
use crate::tastes_after::usual::{self, Usual};

/// Values of a distribution at evenly spaced probabilities.
fn even(n: usize, quantile: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..n).map(|i| quantile((i as f64 + 0.5) / n as f64)).collect()
}

#[test]
fn draws_of_a_normal_give_its_numbers_and_their_derivatives() {
    let n = 1 << 14;
    let (m, s) = (0.4, 0.9);
    let xi = even(n, logsum_draws::normal_quantile);
    let values: Vec<f64> = xi.iter().map(|xi| m + s * xi).collect();
    let (found, derivatives) = numbers(&values, &[vec![1.0; n], xi]);
    let at = |m: f64, s: f64| {
        usual::numbers(&[(
            1.0,
            Usual {
                shape: Shape::Normal,
                sign: 1.0,
                location: m,
                scale: s,
            },
        )])
    };
    let d = 1e-5;
    for (number, expected) in found.iter().zip(at(m, s)) {
        assert_near(*number, expected, 5e-4);
    }
    for (number, found) in derivatives[0].iter().enumerate() {
        // Densities by windows of a sixty-fourth on either side are good to a part in a hundred.
        assert_near(*found, (at(m + d, s)[number] - at(m - d, s)[number]) / (2.0 * d), 1e-2);
    }
    for (number, found) in derivatives[1].iter().enumerate() {
        assert_near(*found, (at(m, s + d)[number] - at(m, s - d)[number]) / (2.0 * d), 1e-2);
    }
}

#[test]
fn mass_at_zero_moves_by_what_is_beside_it() {
    // β = max(0, m + ξ) with ξ uniform on (−1, 1): P(β > 0) = (1 + m)/2.
    let n = 1 << 12;
    let m = 0.2;
    let xi = even(n, |p| 2.0 * p - 1.0);
    let values: Vec<f64> = xi.iter().map(|xi| f64::max(0.0, m + xi)).collect();
    let moving: Vec<f64> = values.iter().map(|value| f64::from(u8::from(*value > 0.0))).collect();
    let (found, derivatives) = numbers(&values, std::slice::from_ref(&moving));
    assert_near(found[2], 0.6, 1e-3);
    assert_near(derivatives[0][2], 0.5, 1e-2);
    // Quantiles at 5 and 25 % are 0 and stay there, those above move with m.
    assert_eq!(derivatives[0][3..], [0.0, 0.0, 1.0, 1.0, 1.0]);
    // The same upside down.
    let values: Vec<f64> = values.iter().map(|value| -value).collect();
    let moving: Vec<f64> = moving.iter().map(|value| -value).collect();
    let (found, derivatives) = numbers(&values, &[moving]);
    assert_eq!(found[2], 0.0);
    assert_eq!(derivatives[0][6..], [0.0, 0.0]);
}

#[test]
fn what_has_one_sign_has_no_share_to_move() {
    let n = 1000;
    let values = even(n, |p| 1.0 + p);
    let (found, derivatives) = numbers(&values, &[vec![1.0; n]]);
    assert_eq!(found[2], 1.0);
    assert_eq!(derivatives[0][2], 0.0);
}
