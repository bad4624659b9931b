//! The kernel of linear utilities against the path that takes any, over all models that have both.

use logsum_data::ChoiceData;

use super::models::{self, Case};
use super::*;

/// The same utilities as far as values go, in a form that is not linear.
fn roundabout(specification: &Specification) -> Specification {
    let mut other = specification.clone();
    let around = |utility: &logsum_expressions::Expression| expression(&format!("max(-1e9, {})", utility.source()));
    other.all = other.all.as_ref().map(around);
    for (_, utility) in &mut other.own {
        *utility = around(utility);
    }
    other
}

#[test]
fn linear_utilities_that_do_not_look_it() {
    let linear = [
        tastes::shapes(),
        tastes::expressions(),
        tastes::groups_and_spaces(),
        models::draws(),
        models::within(),
    ];
    for Case {
        name,
        specification,
        data,
    } in linear.into_iter().flatten().chain(models::long())
    {
        let theta = near_start(&specification, 3);
        let around = evaluate_at(&roundabout(&specification), &data, &theta);
        // Sums of a few hundred terms of either sign, derivatives up to ten times as large as ln L.
        assert_same(&evaluate_at(&specification, &data, &theta), &around, 1e-12, &name);
    }
}

/// A choice that was made twice goes the other way than a case that is there twice.
#[test]
fn a_count_of_two_and_a_case_twice() {
    use crate::testing::{data, numbers, table};
    let specification = specification(&[("b_x", 0.6), ("b_y", -0.4)], &[("all", "b_x * x + b_y * y")])
        .random(random("b_x", Shape::Normal))
        .random(random("b_y", Shape::Uniform))
        .draws(plan(DrawMethod::Mlhs, 45));
    // Both cases of a person, and both again.
    let bound = |times: usize, count: f64| -> ChoiceData {
        let rows = 6 * times;
        let columns = vec![
            numbers("case", (0..rows).map(|row| (row / 3) as f64)),
            numbers("alt", (0..rows).map(|row| (row % 3 + 1) as f64)),
            numbers("count", [count, 0.0, 0.0, 0.0, count, 0.0].repeat(times)),
            numbers("x", [0.3, 1.1, -0.4, 0.9, -1.2, 0.2].repeat(times)),
            numbers("y", [1.5, 0.2, 0.7, 2.5, 1.0, 0.1].repeat(times)),
            numbers("person", vec![1.0; rows]),
        ];
        data(table(columns), &counted().decision_maker("person"), &specification)
    };
    let (twice, counted) = (bound(2, 1.0), bound(1, 2.0));
    let theta = near_start(&specification, 1);
    assert_same(
        &evaluate_at(&specification, &twice, &theta),
        &evaluate_at(&specification, &counted, &theta),
        1e-13,
        "counts",
    );
}

/// Sampling rates are ln R in the utilities, on both paths.
#[test]
fn sampling_rates_are_constants() {
    use crate::testing::{data, wide_table};
    let table = wide_table(30, 4);
    let model = || mixed_model(&[], [random("asc_b", Shape::Normal), random("b_time", Shape::Normal)]);
    let specification = model().draws(plan(DrawMethod::Sobol, 50));
    let mut shifted = specification.clone();
    for (name, utility) in &mut shifted.own {
        let rate = if name == "a" { "log(0.2)" } else { "log(1.5)" };
        if name != "b" {
            *utility = expression(&format!("{} + {rate}", utility.source()));
        }
    }
    let theta = near_start(&specification, 2);
    let plain = data(table.clone(), &panel(), &shifted);
    let rated = panel().sampling_rate("a", 0.2).sampling_rate("c", 1.5);
    let rated = data(table, &rated, &specification);
    let expected = evaluate_at(&shifted, &plain, &theta);
    assert_same(&evaluate_at(&specification, &rated, &theta), &expected, 1e-13, "kernel");
    assert_same(
        &evaluate_at(&roundabout(&specification), &rated, &theta),
        &expected,
        1e-12,
        "any utility",
    );
}
