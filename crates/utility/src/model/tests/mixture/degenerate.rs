//! Models that are something simpler.

use logsum_estimate::{LogLikelihood, Order};

use super::*;
use crate::testing::{changed, data, long_table, mixed, wide_table};

/// A mixture with all second estimates at 0 is the logit, and its Hessian in the means is the logit's.
#[test]
fn no_spread_is_the_logit() {
    let normal = |symbol: &str| random(symbol, Shape::Normal);
    let models = [
        vec![normal("b_time"), normal("b_cost")],
        vec![random("b_time", Shape::Uniform), random("b_income", Shape::Triangular)],
        vec![
            random("b_income", Shape::CensoredNormal),
            random("asc_b", Shape::CensoredNormal),
        ],
        vec![random("asc_b", Shape::TruncatedNormal)],
        vec![from_case_to_case(normal("b_time")), normal("asc_b")],
    ];
    let logit = specification(&AWAY, WIDE.1);
    for (turn, coefficients) in models.into_iter().enumerate() {
        let mixed = mixed_model(&[], coefficients).draws(DrawPlan {
            number_within: 3,
            ..plan(DrawMethod::Halton, 37)
        });
        for schema in [wide_schema(), panel(), panel().weight(expression("income + 2"))] {
            let data = data(wide_table(41, turn as u64), &schema, &mixed);
            let mut theta = vec![0.25, -0.3, -0.7, -0.4, 0.35];
            let expected = evaluate(&logit, &data, &theta);
            theta.resize(mixed.clone().completed().parameters.len(), 0.0);
            let found = evaluate_at(&mixed, &data, &theta);
            let size = expected.magnitude;
            assert_near(found.log_likelihood, expected.log_likelihood, 1e-13, 0.0);
            for k in 0..5 {
                assert_near(found.score[k], expected.score[k], 1e-12, size);
                for l in 0..5 {
                    assert_near(found.hessian[[k, l]], expected.hessian[[k, l]], 1e-12, size);
                }
            }
        }
    }
}

/// The same where a coefficient is a curve of its location.
#[test]
fn no_spread_of_curved_coefficients() {
    let logit = specification(&AWAY, WIDE.1);
    let minus = with(random("b_cost", Shape::Lognormal), &[("sign", "-1")]);
    let interval = random("b_time", Shape::JohnsonSb { low: -2.0, high: 0.5 });
    let mixed = mixed_model(&[], [minus, interval]).draws(plan(DrawMethod::Halton, 37));
    let data = data(wide_table(41, 3), &panel(), &mixed);
    let mut theta = vec![0.25, -0.3, 0.2, -0.9, 0.35];
    let beta = [0.25, -0.3, -2.0 + 2.5 / (1.0 + (-0.2f64).exp()), -(-0.9f64).exp(), 0.35];
    let expected = evaluate(&logit, &data, &beta);
    theta.resize(7, 0.0);
    let found = evaluate_at(&mixed, &data, &theta);
    assert_near(found.log_likelihood, expected.log_likelihood, 1e-13, 0.0);
    assert_near(found.score[3], expected.score[3] * beta[3], 1e-12, expected.magnitude);
    let share = 1.0 / (1.0 + (-0.2f64).exp());
    let slope = 2.5 * share * (1.0 - share);
    assert_near(found.score[2], expected.score[2] * slope, 1e-12, expected.magnitude);
    assert_near(
        found.hessian[[2, 3]],
        expected.hessian[[2, 3]] * slope * beta[3],
        1e-12,
        expected.magnitude,
    );
    let curved = expected.hessian[[3, 3]] * beta[3] * beta[3] + expected.score[3] * beta[3];
    assert_near(found.hessian[[3, 3]], curved, 1e-12, expected.magnitude);
}

#[test]
fn signs_of_second_estimates_mean_nothing_with_draws_that_mirror_each_other() {
    let specification = mixed_model(
        &[],
        [
            random("b_time", Shape::Normal),
            random("b_income", Shape::TruncatedNormal),
        ],
    );
    let specification = specification.draws(plan(DrawMethod::Quadrature, 8));
    let data = data(wide_table(41, 3), &panel(), &specification);
    let theta = near_start(&specification, 1);
    let mut other = theta.clone();
    other[5..].iter_mut().for_each(|second| *second = -*second);
    let (one, other) = (
        evaluate_at(&specification, &data, &theta),
        evaluate_at(&specification, &data, &other),
    );
    assert_near(one.log_likelihood, other.log_likelihood, 1e-13, 0.0);
    assert_near(one.score[5], -other.score[5], 1e-12, one.magnitude);
    assert_near(one.score[6], -other.score[6], 1e-12, one.magnitude);
}

#[test]
fn somebody_with_one_case_is_a_cross_section() {
    let specification = mixed_model(&[], [random("b_time", Shape::Normal)]).draws(plan(DrawMethod::Halton, 37));
    let table = changed(wide_table(30, 3), "person", |row, _| row as f64);
    let theta = near_start(&specification, 1);
    let [one, other] = [wide_schema(), panel()].map(|schema| {
        let data = data(table.clone(), &schema, &specification);
        evaluate_at(&specification, &data, &theta)
    });
    assert_eq!((one.log_likelihood, one.hessian), (other.log_likelihood, other.hessian));
}

/// Adding the same to all utilities of a case changes nothing, random or not.
#[test]
fn what_all_alternatives_share() {
    let base = specification(&[("b_x", 0.6), ("b_y", -0.4)], &[("all", "b_x * x + b_y * y")]);
    let base = base
        .random(random("b_x", Shape::Normal))
        .draws(plan(DrawMethod::Mlhs, 33));
    let mut shared = base.clone();
    shared.all = Some(expression("b_x * x + b_y * y + b_x * z + 3 * z"));
    let schema = logsum_data::Schema::long("case", "alt", "choice").decision_maker("person");
    let theta = near_start(&base, 1);
    let one = data(long_table(40, 2), &schema, &base);
    let other = data(long_table(40, 2), &schema, &shared);
    assert_same(
        &evaluate_at(&base, &one, &theta),
        &evaluate_at(&shared, &other, &theta),
        1e-13,
        "shared",
    );
}

#[test]
fn one_draw_is_the_logit_at_its_tastes() {
    let specification = mixed_model(
        &[],
        [transform("b_time", "m + 0 * draw"), random("asc_b", Shape::Normal)],
    );
    let mut specification = specification.parameter("m", -0.6);
    specification = specification.draws(plan(DrawMethod::Halton, 1));
    let data = data(wide_table(10, 1), &panel(), &specification);
    let model = bind(&specification, &data);
    let theta = near_start(&specification, 1);
    let twin: f64 = mixed(&specification, &data, &theta).iter().sum();
    assert_near(
        model.evaluate(&theta, Order::Value).unwrap().log_likelihood,
        twin,
        1e-13,
        0.0,
    );
}
