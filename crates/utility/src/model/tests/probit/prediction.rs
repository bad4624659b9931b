//! Probabilities, expected maxima and drawn choices.

use logsum_draws::Seed;

use super::*;
use crate::testing::changed;

#[test]
fn probabilities_sum_to_one_and_are_the_slopes_of_the_expected_maximum() {
    for random_tastes in [false, true] {
        let mut model = wide(of(ErrorCovariance::Full), 4096);
        if random_tastes {
            model = model.random(random("b_time", Shape::Normal));
        }
        let table = wide_table(40, 5);
        let predict = |by: f64| {
            // A higher utility of c, in all cases.
            let table = changed(table.clone(), "cost_c", |_, cost| cost + by);
            let data = data(table, &wide_schema(), &model);
            let bound = bind(&model, &data);
            let theta = bound.start();
            (bound.predict(&theta).unwrap(), theta[3], data)
        };
        let h = 1e-4;
        let (here, b_cost, data) = predict(0.0);
        let (up, down) = (predict(h).0, predict(-h).0);
        for case in 0..data.n_cases() {
            let pairs = data.pairs(case);
            let sum: f64 = here.probabilities[pairs.clone()].iter().sum();
            assert!((sum - 1.0).abs() < 1e-12);
            let of_c = pairs.clone().find(|&pair| data.pair_alternatives()[pair] == 2);
            let expected = of_c.map_or(0.0, |pair| b_cost * here.probabilities[pair]);
            let slope = (up.logsums[case] - down.logsums[case]) / (2.0 * h);
            // Simulated probabilities of one case are not exactly the slopes of their expected maximum.
            assert!((slope - expected).abs() < 3e-3, "{case}: {slope} {expected}");
        }
    }
}

#[test]
fn the_expected_maximum_of_two_is_clarks() {
    // E max(V_1 + ε_1, V_2 + ε_2) = V_1 Φ(d) + V_2 Φ(−d) + φ(d), with d = V_1 − V_2 and a difference of variance 1.
    let model = wide(of(ErrorCovariance::Full), 64);
    let data = wide_data(&model, 60, 5);
    let bound = bind(&model, &data);
    let mut theta = bound.start();
    theta.truncate(AWAY.len());
    theta.extend([0.5, 0.75_f64.sqrt()]);
    let (utilities, prediction) = (bound.utilities(&theta).unwrap(), bound.predict(&theta).unwrap());
    let mut seen = 0;
    for case in 0..data.n_cases() {
        let pairs = data.pairs(case);
        if pairs.len() != 2 {
            continue;
        }
        seen += 1;
        let (one, two) = (utilities[pairs.start], utilities[pairs.start + 1]);
        let d: f64 = one - two;
        let density = (-0.5 * d * d).exp() / std::f64::consts::TAU.sqrt();
        let expected = one * logsum_draws::normal_cdf(d) + two * logsum_draws::normal_cdf(-d) + density;
        assert_near(prediction.logsums[case], expected, 1e-12, 1.0);
    }
    assert!(seen > 10);
}

#[test]
fn choices_are_drawn_as_often_as_predicted() {
    for covariance in [
        ErrorCovariance::Full,
        ErrorCovariance::Independent,
        ErrorCovariance::Factors(1),
    ] {
        let model = long(of(covariance), 512);
        let data = long_data(&model, 3000, 5);
        let bound = bind(&model, &data);
        let mut theta = bound.start();
        theta[AWAY.len()..].iter_mut().for_each(|value| *value *= 1.3);
        let expected = bound.predict(&theta).unwrap().probabilities;
        let logsum_data::Outcome::Chosen(chosen) = bound.draw_outcome(&theta, Seed::new(4)).unwrap() else {
            panic!("choices");
        };
        for alternative in 0..5 {
            let (mut seen, mut mean, mut variance) = (0.0, 0.0, 0.0);
            for (case, &chosen) in chosen.iter().enumerate() {
                for (slot, pair) in data.pairs(case).enumerate() {
                    if data.pair_alternatives()[pair] == alternative {
                        seen += f64::from(u8::from(chosen as usize == slot));
                        mean += expected[pair];
                        variance += expected[pair] * (1.0 - expected[pair]);
                    }
                }
            }
            // Four standard deviations of the count.
            assert!(
                (seen - mean).abs() < 4.0 * f64::sqrt(variance),
                "{alternative}: {seen} {mean}"
            );
        }
    }
}
