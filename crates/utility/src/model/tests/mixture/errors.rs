//! What random tastes say of data that they cannot be had with.

use super::*;
use crate::model::Model;
use crate::testing::{LONG, changed, data, long_table, wide_table};

#[track_caller]
fn refused(specification: &Specification, data: &ChoiceData) -> String {
    Model::bind(specification, data).expect_err("it is refused").to_string()
}

#[test]
fn characteristics_that_vary() {
    let moved = |shift: &str| with(random("b_time", Shape::Normal), &[("mean_shift", shift)]);
    let specification = mixed_model(&[("g", 0.0)], [moved("g * region")]);
    let table = changed(wide_table(6, 2), "person", |row, _| [1.0, 2.0, 2.0, 2.0, 3.0, 3.0][row]);
    let table = changed(table, "region", |row, _| [1.0, 4.0, 4.0, 5.5, 2.0, 2.0][row]);
    let message = "\"b_time\": \"region\" is 4 in row 3 and 5.5 in row 5 of choices.csv, which are of one decision maker; a \
                   distribution of tastes may depend on what stays the same in all cases of a decision maker";
    let panel_data = data(table.clone(), &panel(), &specification);
    assert_eq!(refused(&specification, &panel_data), message);
    // In a cross-section everybody has one case.
    bind(&specification, &data(table.clone(), &wide_schema(), &specification));
    // What varies from case to case may depend on it, what does not may not.
    let within = mixed_model(&[("g", 0.0)], [from_case_to_case(moved("g * region"))]);
    bind(&within, &data(table.clone(), &panel(), &within));
    let beside = mixed_model(
        &[("g", 0.0)],
        [moved("g * region"), from_case_to_case(random("b_cost", Shape::Normal))],
    );
    assert_eq!(refused(&beside, &data(table, &panel(), &beside)), message);
}

#[test]
fn characteristics_of_alternatives() {
    let specification = specification(&[("g", 0.0)], &[]);
    let mut declared = LONG.0.iter().fold(specification, |specification, (name, start)| {
        specification.parameter(*name, *start)
    });
    declared.all = Some(expression("b_x * x + b_y * y"));
    declared.own = vec![
        ("2".to_owned(), expression("asc_2")),
        ("3".to_owned(), expression("asc_3 + b_z3 * z")),
    ];
    let specification = declared.random(with(random("b_x", Shape::Normal), &[("mean_shift", "g * y")]));
    let data = data(long_table(6, 2), &Schema::long("case", "alt", "choice"), &specification);
    assert_eq!(
        refused(&specification, &data),
        "\"b_x\": \"y\" differs between the alternatives of a case; a distribution of tastes may depend on characteristics \
         of the decision maker only"
    );
}

#[test]
fn weights_that_vary() {
    let specification = mixed_model(&[], [random("b_time", Shape::Normal)]);
    let table = changed(wide_table(6, 2), "person", |row, _| [1.0, 2.0, 2.0, 2.0, 3.0, 3.0][row]);
    let table = changed(table, "w", |row, _| [1.0, 2.0, 2.0, 0.5, 2.0, 2.0][row]);
    let data = data(table, &panel().weight(expression("w")), &specification);
    assert_eq!(
        refused(&specification, &data),
        "choices.csv: the weight is 2 in row 3 and 0.5 in row 5, which are of one decision maker; where tastes are random a \
         decision maker's choices are weighted together: give all of them one weight"
    );
}

#[test]
fn more_dimensions_than_sobol_has() {
    let sum: Vec<String> = (1..=1300).map(|number| format!("draw_{number}")).collect();
    let model = mixed_model(
        &[("m", 0.0)],
        [transform("b_time", &format!("m * ({})", sum.join(" + ")))],
    );
    let model = model.draws(plan(DrawMethod::Sobol, 8));
    let data = data(wide_table(6, 2), &panel(), &model);
    let message = refused(&model, &data);
    let start = "[draws]: Sobol draws: 1300 dimensions, but there are direction numbers for ";
    assert!(
        message.starts_with(start) && message.ends_with("; use MLHS or random draws"),
        "{message}"
    );
}

#[test]
fn more_points_than_a_product_rule_may_have() {
    let model = mixed_model(
        &[],
        [
            random("b_time", Shape::Normal),
            random("b_cost", Shape::Normal),
            random("asc_b", Shape::Normal),
        ],
    );
    let model = model.draws(plan(DrawMethod::Quadrature, 600));
    let data = data(wide_table(6, 2), &panel(), &model);
    assert_eq!(
        refused(&model, &data),
        "[draws]: quadrature: 600 nodes per dimension in each of 3 dimensions make more than 134217728 points; use fewer nodes, or draws"
            .replace("nodes per dimension in each", "nodes in each")
    );
}
