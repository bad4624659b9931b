//! Weights and counts against decision makers that are there several times.

use super::*;
use crate::testing::{changed, data, long_table, subset, wide_table};

#[test]
fn a_weight_of_two_and_somebody_twice() {
    // One case each: copies have draws of their own, unless all have the same.
    let specification = mixed_model(&[], [random("b_time", Shape::Normal), random("b_cost", Shape::Uniform)])
        .draws(plan(DrawMethod::Quadrature, 6));
    let table = wide_table(20, 3);
    let twice = subset(&table, &(0..20).chain(0..20).collect::<Vec<usize>>());
    let theta = near_start(&specification, 1);
    let weighted = data(table, &wide_schema().weight(expression("2")), &specification);
    let copied = data(twice, &wide_schema(), &specification);
    assert_same(
        &evaluate_at(&specification, &weighted, &theta),
        &evaluate_at(&specification, &copied, &theta),
        1e-13,
        "weights",
    );
}

#[test]
fn weights_multiply_what_a_decision_maker_adds() {
    let specification = mixed_model(&[], [random("b_time", Shape::Normal)]).draws(plan(DrawMethod::Mlhs, 30));
    let table = wide_table(30, 3);
    let theta = near_start(&specification, 1);
    let plain = data(table.clone(), &panel(), &specification);
    let plain = evaluate_at(&specification, &plain, &theta);
    let weighted = data(table, &panel().weight(expression("3")), &specification);
    let weighted = evaluate_at(&specification, &weighted, &theta);
    assert_near(weighted.log_likelihood, 3.0 * plain.log_likelihood, 1e-14, 0.0);
    assert_near(weighted.hessian[[2, 2]], 3.0 * plain.hessian[[2, 2]], 1e-12, 0.0);
}

#[test]
fn counts_without_names_are_of_people_who_chose_once() {
    let specification = specification(&[("b_x", 0.6), ("b_y", -0.4)], &[("all", "b_x * x + b_y * y")])
        .random(random("b_x", Shape::Normal))
        .draws(plan(DrawMethod::Quadrature, 9));
    let table = long_table(12, 3);
    let counts = data(table.clone(), &counted(), &specification);
    let logsum_data::Outcome::Counts(of_pairs) = counts.outcome() else {
        panic!("counts");
    };
    let theta = near_start(&specification, 1);
    // Probability of each alternative of each case.
    let mut expected = 0.0;
    for case in 0..counts.n_cases() {
        for (place, pair) in counts.pairs(case).enumerate() {
            let chosen = counts.pairs(case).start + place;
            let once = changed(table.clone(), "choice", |row, _| f64::from(u8::from(row == chosen)));
            let rows: Vec<usize> = counts.pairs(case).collect();
            let schema = logsum_data::Schema::long("case", "alt", "choice");
            let alone = data(subset(&once, &rows), &schema, &specification);
            expected += of_pairs[pair] * evaluate_at(&specification, &alone, &theta).log_likelihood;
        }
    }
    assert_near(
        evaluate_at(&specification, &counts, &theta).log_likelihood,
        expected,
        1e-13,
        0.0,
    );
}
