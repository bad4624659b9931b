//! Probabilities against formulas and numbers of high precision.

use logsum_estimate::{LogLikelihood, Order};
use logsum_probit::ln_normal_cdf;

use super::*;
use crate::testing::situations;

/// One case with index `v` and three alternatives.
fn ln_probabilities(distribution: OrderedDistribution, v: f64, thresholds: [f64; 2]) -> Vec<f64> {
    let specification = ordered(distribution, "b_x * x");
    let schema = Schema::wide("rating")
        .alternative("a", 1)
        .alternative("b", 2)
        .alternative("c", 3);
    (1..=3)
        .map(|rating| {
            let table = table(vec![numbers("rating", [f64::from(rating)]), numbers("x", [v])]);
            let data = data(table, &schema, &specification);
            let model = bind(&specification, &data);
            let value = model
                .evaluate(&[1.0, thresholds[0], thresholds[1]], Order::Hessian)
                .unwrap();
            assert!(
                value.score.iter().chain(&value.hessian).all(|value| value.is_finite()),
                "{v}"
            );
            value.log_likelihood
        })
        .collect()
}

/// Index, thresholds, and ln P of the middle alternative of logit and probit, from 400 digits.
const MIDDLE: [(f64, [f64; 2], [f64; 2]); 14] = [
    (0.0, [-0.5, 0.75], [-1.198_527_555_382_417_7, -0.766_072_540_804_100_5]),
    (0.0, NARROW, [-8.321_700_433_143_468, -7.858_284_032_280_353]),
    (0.25, [-0.5, 0.75], [-1.198_527_555_382_417_7, -0.766_072_540_804_100_5]),
    (0.25, NARROW, [-8.321_639_477_340_923, -7.858_161_961_977_554]),
    (-3.0, [-0.5, 0.75], [-2.939_714_763_752_385_7, -5.095_989_275_049_847]),
    (-3.0, NARROW, [-10.142_917_123_493_01, -12.734_748_488_483_79]),
    (5.0, [-0.5, 0.75], [-4.605_821_465_289_487, -11.448_117_960_093_102]),
    (5.0, NARROW, [-11.821_203_076_658_25, -19.730_841_682_484_378]),
    (-12.0, [-0.5, 0.75], [-11.837_592_597_445_898, -69.493_709_365_417_43]),
    (-12.0, NARROW, [-19.056_970_886_287_813, -81.364_137_565_566_52]),
    (30.0, [-0.5, 0.75], [-29.587_579_565_087_666, -432.077_233_532_734_5]),
    (30.0, NARROW, [-36.805_983_484_613_236, -454.093_600_131_433_5]),
    (40.0, [-0.5, 0.75], [-39.587_579_565_087_41, -774.870_788_040_974]),
    (800.0, [-0.5, 0.75], [-799.587_579_565_087_4, -319_407.883_863_886_6]),
];

const NARROW: [f64; 2] = [0.125, 0.125_976_562_5];

#[test]
fn the_middle_keeps_its_digits() {
    for (v, thresholds, expected) in MIDDLE {
        for (distribution, expected) in BOTH.into_iter().zip(expected) {
            let found = ln_probabilities(distribution, v, thresholds)[1];
            // An interval of 1e-3 loses three digits of 1 − Φ(l)/Φ(u) in the probit.
            let tolerance = if thresholds == NARROW { 1e-12 } else { 4e-15 };
            assert_near(found, expected, tolerance, 1.0);
        }
    }
}

#[test]
fn probabilities_sum_to_one_however_far_out() {
    for distribution in BOTH {
        for v in [-800.0, -40.0, -7.0, -0.3, 0.0, 1.7, 25.0, 800.0] {
            let ln_p = ln_probabilities(distribution, v, [-1.0, 0.4]);
            assert!(
                ln_p.iter().all(|value| value.is_finite() && *value <= 0.0),
                "{v}: {ln_p:?}"
            );
            assert_near(ln_p.iter().map(|value| value.exp()).sum(), 1.0, 1e-15, 1.0);
        }
        // The ends are F itself.
        let tail = |t: f64| match distribution {
            OrderedDistribution::Logit => -(-t).exp().ln_1p(),
            OrderedDistribution::Probit => ln_normal_cdf(t),
        };
        for v in [-20.0, -1.0, 0.0, 2.5, 20.0] {
            let ln_p = ln_probabilities(distribution, v, [-1.0, 0.4]);
            for (found, expected) in [(ln_p[0], tail(-1.0 - v)), (ln_p[2], tail(v - 0.4))] {
                // In the far tail the density loses digits with the square of the distance.
                assert!((found / expected - 1.0).abs() < 2e-13, "{v}: {found} {expected}");
            }
        }
    }
}

/// An ordered logit of two alternatives is a logit whose constant is minus the threshold; its probit has Φ.
#[test]
fn two_alternatives() {
    let schema = Schema::wide("above").alternative("low", 0).alternative("high", 1);
    let mut columns = columns(300);
    let above = crate::testing::changed(ratings(300), "rating", |_, rating| f64::from(u8::from(rating > 2.0)));
    columns.push(numbers(
        "above",
        match &above.columns[0].values {
            logsum_data::Values::Number(cells) => cells.to_vec(),
            logsum_data::Values::Text(_) => panic!("numbers"),
        },
    ));
    let table = table(columns);
    let of_ordered = ordered(OrderedDistribution::Logit, "b_x * x + b_z * z");
    let of_logit = specification(
        &[("b_x", 0.0), ("b_z", 0.0), ("asc", 0.0)],
        &[("high", "asc + b_x * x + b_z * z")],
    );
    let (one, other) = (
        data(table.clone(), &schema, &of_ordered),
        data(table.clone(), &schema, &of_logit),
    );
    let (one, other) = (fit(&of_ordered, &one), fit(&of_logit, &other));
    assert_eq!(one.model.family, "ordered logit");
    assert!(one.converged && one.proportional_odds.is_none());
    assert_near(one.log_likelihood, other.log_likelihood, 1e-13, 1.0);
    for (k, sign) in [1.0, 1.0, -1.0].into_iter().enumerate() {
        let (one, other) = (&one.parameters[k], &other.parameters[k]);
        assert_near(one.estimate, sign * other.estimate, 1e-10, 1.0);
        assert_near(one.std_error.unwrap(), other.std_error.unwrap(), 1e-10, 1.0);
    }
    let specification = ordered(OrderedDistribution::Probit, "b_x * x");
    let data = situations(table, &schema, &specification);
    let model = bind(&specification, &data);
    let predicted = model.predict(&[0.7, -0.2]).unwrap();
    for (case, x) in (0..data.n_cases()).map(|case| (case, ((case * 7919) % 101) as f64 / 50.0 - 1.0)) {
        let expected = ln_normal_cdf(0.7 * x + 0.2).exp();
        assert_near(predicted.probabilities[2 * case + 1], expected, 1e-14, 1.0);
        assert_near(predicted.logsums[case], 0.7 * x, 1e-14, 1.0);
    }
}
