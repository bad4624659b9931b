//! The block kernel against the plain loop, for every shape of data.

use logsum_data::{ChoiceData, Layout, Schema};
use logsum_estimate::{LogLikelihood, Order};

use super::{assert_near, bind};
use crate::specification::Specification;
use crate::testing::{
    LONG, Random, WIDE, data, expression, long_table, plain, plain_value, specification, subset, wide_schema,
    wide_table,
};

/// Sums of a few hundred terms in another order differ by a few hundred roundings at the most.
const ROUNDING: f64 = 1e-12;

#[track_caller]
pub(super) fn assert_twins(specification: &Specification, data: &ChoiceData, seed: u64) {
    let model = bind(specification, data);
    let mut random = Random::new(seed);
    let theta: Vec<f64> = model.start().iter().map(|_| random.between(-1.5, 1.5)).collect();
    let twin = plain(specification, data, &theta);
    let evaluation = model.evaluate(&theta, Order::Hessian).unwrap();
    // What is summed sets the size of rounding, not the sum, which may vanish.
    let size = evaluation.magnitude.max(1.0);
    assert_near(evaluation.log_likelihood, twin.log_likelihood, ROUNDING, 0.0);
    assert_near(evaluation.magnitude, -twin.log_likelihood, ROUNDING, 0.0);
    for (k, &score) in evaluation.score.iter().enumerate() {
        assert_near(score, twin.score[k], ROUNDING, size);
        for l in 0..theta.len() {
            assert_near(evaluation.hessian[[k, l]], twin.hessian[k][l], ROUNDING, size);
            assert_eq!(evaluation.hessian[[k, l]], evaluation.hessian[[l, k]]);
        }
    }
    let mut seen = 0;
    model
        .visit_scores(&theta, &mut |case, score| {
            assert_eq!(case, seen, "cases are visited in ascending order");
            seen += 1;
            for (found, expected) in score.iter().zip(&twin.scores[case]) {
                assert_near(*found, *expected, ROUNDING, 10.0);
            }
        })
        .unwrap();
    assert_eq!(seen, data.n_cases());
    // Lower orders bring the same value and score, and no more.
    let value = model.evaluate(&theta, Order::Value).unwrap();
    assert_eq!(value.log_likelihood, evaluation.log_likelihood);
    assert_eq!((value.score.len(), value.hessian.len()), (0, 0));
    let score = model.evaluate(&theta, Order::Score).unwrap();
    assert_eq!((score.score, score.hessian.len()), (evaluation.score, 0));
}

/// Below, at and beyond the lanes of a register and of a visit, where padding begins and ends.
const SIZES: [usize; 12] = [1, 2, 7, 8, 9, 16, 63, 64, 65, 127, 130, 400];

#[test]
fn wide() {
    let specification = specification(WIDE.0, WIDE.1);
    for (seed, n_cases) in SIZES.into_iter().enumerate() {
        let data = data(wide_table(n_cases, seed as u64), &wide_schema(), &specification);
        assert_twins(&specification, &data, seed as u64);
    }
}

#[test]
fn one_choice_set_of_every_size() {
    let specification = specification(WIDE.0, WIDE.1);
    for (seed, n_cases) in SIZES.into_iter().enumerate() {
        let all = expression("av_b == 1 and av_c == 1");
        let table = wide_table(4 * n_cases + 8, seed as u64);
        let data = data(table, &wide_schema().filter(all), &specification);
        assert_twins(&specification, &data, seed as u64);
    }
}

#[test]
fn long_and_ragged() {
    let specification = specification(LONG.0, LONG.1);
    for (seed, n_cases) in SIZES.into_iter().enumerate() {
        let table = long_table(n_cases.max(20), seed as u64);
        let data = data(table, &Schema::long("case", "alt", "choice"), &specification);
        assert_twins(&specification, &data, seed as u64);
    }
}

#[test]
fn unlabelled_alternatives_of_any_number() {
    let specification = specification(&[("b_x", 0.0), ("b_y", 0.0)], &[("all", "b_x * x + b_y * y * z")]);
    let schema = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: None,
        choice: "choice".to_owned(),
        counts: false,
    });
    let data = data(long_table(150, 3), &schema, &specification);
    assert!(!data.alternatives().labelled);
    assert_twins(&specification, &data, 3);
}

#[test]
fn weights_and_panels() {
    let specification = specification(WIDE.0, WIDE.1);
    for (seed, n_cases) in SIZES.into_iter().enumerate() {
        let schema = wide_schema().weight(expression("w")).decision_maker("person");
        let data = data(wide_table(n_cases, seed as u64), &schema, &specification);
        assert_twins(&specification, &data, seed as u64);
    }
}

#[test]
fn counts_with_and_without_weights() {
    let specification = specification(LONG.0, LONG.1);
    for (seed, n_cases) in SIZES.into_iter().enumerate() {
        let layout = Layout::Long {
            case: "case".to_owned(),
            alternative: Some("alt".to_owned()),
            choice: "count".to_owned(),
            counts: true,
        };
        let table = long_table(n_cases.max(20), seed as u64);
        assert_twins(
            &specification,
            &data(table.clone(), &Schema::of(layout.clone()), &specification),
            seed as u64,
        );
        let weighted = Schema::of(layout).weight(expression("w"));
        assert_twins(&specification, &data(table, &weighted, &specification), seed as u64);
    }
}

#[test]
fn offsets_and_derived_columns() {
    let specification = specification(
        &[("b", 0.0), ("asc", 0.0)],
        &[
            ("a", "0.5 * time_a - b * costly_a"),
            ("b", "asc + 1.5"),
            ("c", "2 * asc + b * log(time_c) / 3 - asc"),
        ],
    );
    let schema = wide_schema()
        .derive("rich", expression("income > 0.5"))
        .derive("costly_a", expression("if(rich, cost_a ^ 2, cost_a)"));
    assert_twins(&specification, &data(wide_table(100, 5), &schema, &specification), 5);
}

#[test]
fn utilities_that_are_not_linear() {
    let specification = specification(
        &[("asc", 0.3), ("b", -0.7), ("vtt", 0.6), ("lambda", 0.4)],
        &[
            ("a", "b * (cost_a + vtt * boxcox(time_a / 10, lambda))"),
            ("b", "asc + b * (cost_b + vtt * boxcox(time_b / 10, lambda))"),
            ("c", "b * cost_c / (1 + vtt ^ 2)"),
        ],
    );
    let table = wide_table(70, 8);
    let all = data(table.clone(), &wide_schema().weight(expression("w")), &specification);
    let model = bind(&specification, &all);
    let theta = model.start();
    let evaluation = model.evaluate(&theta, Order::Score).unwrap();
    assert_near(
        evaluation.log_likelihood,
        plain_value(&specification, &all, &theta),
        ROUNDING,
        0.0,
    );
    // A case's score is that of the data with this case alone.
    model
        .visit_scores(&theta, &mut |case, score| {
            let one = data(
                subset(&table, &[case]),
                &wide_schema().weight(expression("w")),
                &specification,
            );
            let alone = bind(&specification, &one).evaluate(&theta, Order::Score).unwrap().score;
            assert_eq!(score, alone.as_slice().unwrap(), "case {case}");
        })
        .unwrap();
}

#[test]
fn a_thousand_alternatives_of_one_kind_are_one_choice_set() {
    // Which alternatives a case offers makes no difference to the arithmetic where all have the same utility.
    let specification = specification(&[("b_x", 0.0), ("b_y", 0.0)], &[("all", "b_x * x"), ("5", "b_y * y")]);
    let data = data(
        long_table(300, 4),
        &Schema::long("case", "alt", "choice"),
        &specification,
    );
    let model = bind(&specification, &data);
    // Two to five slots, alternative 5 the last of them or not there; all five cannot miss it.
    assert_eq!(model.blocks.sets.len(), 7);
    assert_twins(&specification, &data, 4);
}
