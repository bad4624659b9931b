use logsum_data::{ChoiceData, Layout, Schema};
use logsum_estimate::Order;

use super::*;
use crate::mixing::{DrawNumber, DrawPlan, RandomCoefficient, Shape};
use crate::specification::Specification;
use crate::testing::{
    LONG, WIDE, data, expression, long_table, mixed, plain_ln_probabilities, plain_utilities, specification,
    wide_schema, wide_table,
};

/// They add up to ln L; how many there are.
#[track_caller]
fn checked(specification: &Specification, data: &ChoiceData, theta: &[f64]) -> Vec<f64> {
    let model = Model::bind(specification, data).unwrap();
    let contributions = model.contributions(theta).unwrap();
    assert_eq!(contributions.len(), data.n_decision_makers());
    let whole = model.evaluate(theta, Order::Value).unwrap();
    let sum: f64 = contributions.iter().sum();
    assert!(
        (sum - whole.log_likelihood).abs() < 1e-12 * whole.magnitude.max(1.0),
        "{sum} {}",
        whole.log_likelihood
    );
    contributions
}

#[test]
fn they_add_up_to_the_likelihood_with_weights_counts_and_rates() {
    let theta = [0.3, -0.2, -0.6, -0.5, 0.3];
    let specification = specification(WIDE.0, WIDE.1);
    let rated = wide_schema().sampling_rate("b", 0.3).sampling_rate("a", 0.8);
    for schema in [
        wide_schema(),
        wide_schema().decision_maker("person"),
        wide_schema().decision_maker("person").weight(expression("income + 2")),
        rated,
    ] {
        let data = data(wide_table(300, 7), &schema, &specification);
        checked(&specification, &data, &theta);
    }
    let specification = crate::testing::specification(LONG.0, LONG.1);
    let counted = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "count".to_owned(),
        counts: true,
    });
    for schema in [
        counted.clone(),
        counted.decision_maker("person").weight(expression("z ^ 2")),
    ] {
        let data = data(long_table(90, 5), &schema, &specification);
        checked(&specification, &data, &[0.6, -0.4, 0.3, -0.2, 0.3]);
    }
}

#[test]
fn each_is_that_of_the_textbook() {
    let theta = [0.3, -0.2, -0.6, -0.5, 0.3];
    let base = specification(WIDE.0, WIDE.1);
    let plain = data(wide_table(40, 7), &wide_schema(), &base);
    let found = checked(&base, &plain, &theta);
    let expected = plain_ln_probabilities(&plain, &plain_utilities(&base, &plain, &theta));
    let Outcome::Chosen(chosen) = plain.outcome() else {
        panic!("choices")
    };
    for case in 0..plain.n_cases() {
        let pair = plain.pairs(case).start + chosen[case] as usize;
        assert!((found[case] - expected[pair]).abs() < 1e-12);
    }
    let draws = DrawPlan {
        number: DrawNumber::Number(33),
        ..DrawPlan::default()
    };
    let random = base
        .random(RandomCoefficient::new("b_time", Shape::Normal))
        .draws(draws);
    let schema = wide_schema().decision_maker("person").weight(expression("income + 2"));
    let panel = data(wide_table(40, 7), &schema, &random);
    let theta = [&theta[..], &[0.4]].concat();
    let found = checked(&random, &panel, &theta);
    for (found, expected) in found.iter().zip(mixed(&random, &panel, &theta)) {
        assert!((found - expected).abs() < 1e-11, "{found} {expected}");
    }
    let model = Model::bind(&random, &panel).unwrap();
    let message = model.contributions(&theta[..5]).unwrap_err().to_string();
    assert!(message.contains("5 values are given for 6 parameters"), "{message}");
}
