//! Utilities far apart, probabilities of next to nothing, and what overflows.

use logsum_estimate::{LogLikelihood, Order};

use super::*;
use crate::testing::{changed, data, mixed, wide_table};

/// Differences of utilities from moderate to beyond what an exponential takes, at some draws or at all of them.
#[test]
fn utilities_of_hundreds_and_thousands() {
    for (mean, sd) in [
        (-2.0, 60.0),
        (-150.0, 90.0),
        (-200.0, 400.0),
        (800.0, 5.0),
        (-3000.0, 1.0),
        (1e5, 1e5),
    ] {
        for number in [7, 33, 70] {
            let specification =
                mixed_model(&[], [random("b_cost", Shape::Normal)]).draws(plan(DrawMethod::Halton, number));
            for schema in [wide_schema(), panel()] {
                let data = data(wide_table(30, 2), &schema, &specification);
                let theta = [0.3, -0.2, -0.6, mean, 0.3, sd];
                let found = evaluate_at(&specification, &data, &theta);
                let twin: f64 = mixed(&specification, &data, &theta).iter().sum();
                assert!(found.log_likelihood.is_finite());
                // Utilities have roundings of their own size, which is that of what is left in ln L or a few times as much.
                assert_near(found.log_likelihood, twin, 1e-12, mean.abs() + sd);
                assert!(found.score.iter().chain(&found.hessian).all(|value| value.is_finite()));
            }
        }
    }
}

/// On both sides of where the kernel gives up, by turns over the cases of one decision maker.
#[test]
fn one_case_far_away_among_others() {
    let specification = mixed_model(
        &[],
        [random("b_time", Shape::Normal), random("b_income", Shape::Normal)],
    )
    .draws(plan(DrawMethod::Mlhs, 70));
    let far = |row: usize, cell: f64| if row.is_multiple_of(3) { 500.0 * cell } else { cell };
    let table = changed(wide_table(40, 6), "time_b", far);
    let data = data(table, &panel(), &specification);
    let model = bind(&specification, &data);
    for seed in 0..3 {
        let theta = near_start(&specification, seed);
        let twin: f64 = mixed(&specification, &data, &theta).iter().sum();
        let found = model.evaluate(&theta, Order::Value).unwrap();
        assert_near(found.log_likelihood, twin, 1e-13, 0.0);
    }
    let theta = near_start(&specification, 1);
    // Far away ln L bends within a hundredth of what it bends in elsewhere.
    let found = model.evaluate(&theta, Order::Hessian).unwrap();
    let (score, hessian) = logsum_estimate::differences(&model, &theta, &vec![0.01; theta.len()]).unwrap();
    for k in 0..theta.len() {
        assert_near(score[k], found.score[k], 1e-7, found.magnitude);
        for l in 0..theta.len() {
            assert_near(hessian[[k, l]], found.hessian[[k, l]], 1e-6, found.magnitude);
        }
    }
}

/// A panel so long that the product of its probabilities is below the smallest float at every draw.
#[test]
fn products_that_underflow_keep_their_logarithm() {
    let specification = mixed_model(&[], [random("b_time", Shape::Normal)]).draws(plan(DrawMethod::Halton, 40));
    let table = changed(wide_table(3000, 6), "person", |_, _| 1.0);
    let data = data(table, &panel(), &specification);
    let theta = near_start(&specification, 1);
    let twin: f64 = mixed(&specification, &data, &theta).iter().sum();
    assert!(twin < -1000.0);
    assert_near(
        evaluate_at(&specification, &data, &theta).log_likelihood,
        twin,
        1e-13,
        0.0,
    );
}

#[test]
fn what_overflows_is_outside_and_named() {
    let outside = |specification: &Specification, theta: &[f64]| {
        let specification = specification.clone().draws(plan(DrawMethod::Halton, 40));
        let data = data(wide_table(20, 3), &panel(), &specification);
        let model = bind(&specification, &data);
        let found = model.evaluate(theta, Order::Hessian);
        found.map(|found| found.log_likelihood).unwrap_err().to_string()
    };
    let start = "the log-likelihood is not defined at this point: the utility of \"a\" is not a finite number at some draw \
                 at choices.csv, row 2";
    let lognormal = |symbol: &str| mixed_model(&[], [random(symbol, Shape::Lognormal)]);
    // A coefficient beyond the largest number, with attributes above 1 and below.
    assert_eq!(
        outside(&lognormal("b_time"), &[0.3, -0.2, 800.0, -0.5, 0.3, 0.6]),
        start
    );
    assert_eq!(
        outside(&lognormal("b_cost"), &[0.3, -0.2, -0.5, 720.0, 0.3, 0.6]),
        start
    );
    let moved = mixed_model(
        &[("g", 0.0)],
        [with(
            random("b_time", Shape::Lognormal),
            &[("mean_shift", "g * income")],
        )],
    );
    assert_eq!(outside(&moved, &[0.3, -0.2, 800.0, -0.5, 0.3, 0.0, 0.6]), start);
    let transform = mixed_model(&[("m", 0.0)], [transform("b_cost", "exp(m + draw)")]);
    assert_eq!(outside(&transform, &[0.3, -0.2, -0.5, 0.3, 800.0]), start);
    let rooted = mixed_model(
        &[("m", 0.0)],
        [crate::model::tests::mixture::transform("b_cost", "sqrt(m) * draw")],
    );
    assert_eq!(outside(&rooted, &[0.3, -0.2, -0.5, 0.3, -1.0]), start);
}

/// Coefficients so small that they vanish.
#[test]
fn what_underflows_is_zero() {
    let mixed = mixed_model(&[], [random("b_cost", Shape::Lognormal)]).draws(plan(DrawMethod::Halton, 40));
    let data = data(wide_table(20, 3), &panel(), &mixed);
    let logit = specification(&AWAY, WIDE.1);
    let expected = evaluate(&logit, &data, &[0.3, -0.2, -0.5, 0.0, 0.3]);
    for location in [-700.0, -800.0, -1e6] {
        let found = evaluate_at(&mixed, &data, &[0.3, -0.2, -0.5, location, 0.3, 0.6]);
        assert_near(found.log_likelihood, expected.log_likelihood, 1e-14, 0.0);
    }
}
