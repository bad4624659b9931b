//! What is wrong with ordered models is said in one line.

use super::*;
use crate::error::SpecificationError;
use crate::mixing::{RandomCoefficient, Shape};
use crate::nests::Nest;
use crate::probit::{ErrorCovariance, Probit};
use crate::testing::texts;

#[track_caller]
fn assert_says(specification: &Specification, data: &ChoiceData, expected: &str) {
    let error = Model::bind(specification, data).expect_err("something is wrong");
    let found: Vec<String> = error.each().iter().map(SpecificationError::to_string).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(expected), "{found:?}");
}

#[test]
fn specifications() {
    let logit = || linear(OrderedDistribution::Logit);
    let data = rated(20, &logit());
    let of = |more: &dyn Fn(Specification) -> Specification, expected: &str| {
        assert_says(&more(logit()), &data, expected);
    };
    of(
        &|specification| specification.utility("good", crate::term::Term::from(expression("b_x * x"))),
        "[ordered]: alternative \"good\" has a utility of its own; ordered alternatives share one",
    );
    of(
        &|specification| specification.nest(Nest::new("n", ["bad", "fair"], expression("1"))),
        "[ordered] does not go with [nests]",
    );
    of(
        &|specification| specification.probit(Probit::new(ErrorCovariance::Independent)),
        "for an ordered probit write distribution = \"probit\" in [ordered]",
    );
    of(
        &|specification| {
            specification
                .parameter("threshold_1", 0.5)
                .parameter("threshold_2", 0.5)
        },
        "\"threshold_1\" starts at 0.5, which is not below \"threshold_2\" at 0.5",
    );
    of(
        &|specification| specification.parameter("threshold_4", 2.0),
        "[ordered]: \"threshold_4\" is declared, but between 4 alternatives there are 3 thresholds",
    );
    assert_says(
        &ordered(OrderedDistribution::Logit, "b_x * x + threshold_1 * z").parameter("threshold_1", 0.0),
        &data,
        "threshold \"threshold_1\" stands in a utility",
    );
    let random = logit().random(RandomCoefficient::new("threshold_1", Shape::Normal));
    let error = Model::bind(&random, &data).expect_err("something is wrong").to_string();
    assert!(
        error.contains("threshold \"threshold_1\" is a random coefficient"),
        "{error}"
    );
}

#[test]
fn choice_sets() {
    let specification = ordered(OrderedDistribution::Logit, "b_x * x");
    let lacking = Schema::wide("rating")
        .alternative("bad", 1)
        .alternative_if("fair", 2, expression("x > -2"))
        .alternative("good", 3)
        .alternative_if("excellent", 4, expression("w < 4 or rating == 4"));
    let data = data(ratings(20), &lacking, &specification);
    assert_says(
        &specification,
        &data,
        "[ordered]: alternative \"excellent\" is not available at choices.csv, row",
    );
}

/// Long data: the order must be known, and the utility that of the case.
#[test]
fn long_data() {
    let long = |order: [f64; 3]| {
        let rows = || (0..12).map(|row| row as f64);
        table(vec![
            numbers("case", rows().map(|row| (row / 3.0).floor())),
            numbers("alt", (0..12).map(|row| order[row % 3])),
            numbers("choice", (0..12).map(|row| f64::from(u8::from(row % 3 == row / 3 % 3)))),
            numbers("x", rows().map(|row| (row / 3.0).floor())),
            numbers("price", rows()),
        ])
    };
    let specification = ordered(OrderedDistribution::Logit, "b_x * x");
    let schema = Schema::long("case", "alt", "choice");
    let sorted = data(long([1.0, 2.0, 3.0]), &schema, &specification);
    assert_eq!(
        bind(&specification, &sorted).symbols(),
        ["b_x", "threshold_1", "threshold_2"]
    );
    // In whatever order the rows are, numbers tell; texts do not.
    let unsorted = data(long([2.0, 3.0, 1.0]), &schema, &specification);
    assert_eq!(
        bind(&specification, &unsorted).facts().alternatives.names,
        ["1", "2", "3"]
    );
    let mut named = long([1.0, 2.0, 3.0]);
    let names: Vec<&str> = (0..12).map(|row| ["low", "middle", "high"][row % 3]).collect();
    named.columns[1] = texts("alt", &names);
    let named_data = data(named.clone(), &schema, &specification);
    assert_says(&specification, &named_data, "which alternative follows which?");
    let in_order = ["low", "middle", "high"]
        .into_iter()
        .fold(schema.clone(), |schema, name| schema.alternative(name, name));
    let in_order = data(named, &in_order, &specification);
    assert_eq!(
        bind(&specification, &in_order).facts().alternatives.names,
        ["low", "middle", "high"]
    );
    let varies = crate::testing::specification(&[("b_x", 0.0)], &[("all", "b_x * price")])
        .ordered(Ordered::new(OrderedDistribution::Logit));
    let data = data(long([1.0, 2.0, 3.0]), &schema, &varies);
    assert_says(
        &varies,
        &data,
        "column \"price\" varies between the alternatives of a case; an ordered model has one utility for all",
    );
}
