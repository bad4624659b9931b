use logsum_estimate::Parameter;

use super::*;
use crate::error::SpecificationError;
use crate::model::Model;
use crate::term::{column, parameter};
use crate::testing::{WIDE, data, expression, specification, wide_schema, wide_table};

fn message(specification: &Specification) -> String {
    specification
        .validate()
        .expect_err("it should not be valid")
        .to_string()
}

#[test]
fn every_problem_of_a_specification() {
    let utility = || parameter("b") * column("x");
    assert_eq!(
        message(&Specification::new().parameter("b", 0.0)),
        "no utility is given; write [utility] with an expression for each alternative, or \"all\""
    );
    assert_eq!(
        message(&Specification::new().utility_of_all(column("x"))),
        "no parameter is declared; there is nothing to estimate"
    );
    let base = Specification::new().parameter("b", 0.0).utility_of_all(utility());
    assert_eq!(base.validate(), Ok(()));
    assert_eq!(
        message(&base.clone().parameter("b", 1.0)),
        "parameter \"b\" is declared twice; remove one"
    );
    assert_eq!(
        message(&base.clone().utility("car", 0.0).utility("car", utility())),
        "alternative \"car\" has two utilities; join them"
    );
    assert_eq!(
        message(&base.clone().parameter("zzz", 0.0)),
        "parameter \"zzz\" is declared but no utility uses it; use it or remove it"
    );
    assert_eq!(
        message(&base.clone().parameter("b_tme", 0.0).utility("car", parameter("b_time"))),
        "parameter \"b_tme\" is declared but no utility uses it (did you mean \"b_time\" in a utility?); use it or \
         remove it"
    );
    // Utilities without any name leave every parameter unused.
    assert_eq!(
        message(&Specification::new().parameter("b", 0.0).utility_of_all(1.0)),
        "parameter \"b\" is declared but no utility uses it; use it or remove it"
    );
    let declared = |parameter: Parameter| Specification::new().declare(parameter).utility_of_all(utility());
    assert_eq!(
        message(&declared(Parameter::new("b", f64::NAN))),
        "parameter \"b\": the start value NaN is not a finite number"
    );
    let bounds = |start: f64, lower: f64, upper: f64| Parameter {
        lower,
        upper,
        ..Parameter::new("b", start)
    };
    assert_eq!(
        message(&declared(bounds(2.0, -1.0, 1.5))),
        "parameter \"b\": the start value 2 lies outside its bounds [-1, 1.5]"
    );
    assert_eq!(
        message(&declared(bounds(0.0, 1.0, -1.0))),
        "parameter \"b\": the lower bound 1 is not below the upper bound -1"
    );
    assert_eq!(
        message(&declared(bounds(0.0, f64::NAN, 1.0))),
        "parameter \"b\": the lower bound NaN is not below the upper bound 1"
    );
    assert_eq!(declared(bounds(1.5, -1.0, 1.5)).validate(), Ok(()));
}

#[test]
fn independent_problems_together() {
    let specification = Specification::new()
        .parameter("a", f64::INFINITY)
        .parameter("b", 0.0)
        .utility_of_all(parameter("a") * column("x"));
    let error = specification.validate().unwrap_err();
    assert_eq!(error.each().len(), 2);
    assert_eq!(
        error.to_string(),
        "parameter \"a\": the start value inf is not a finite number\n\
         parameter \"b\" is declared but no utility uses it; use it or remove it"
    );
    assert_eq!(error.each()[1].each(), &error.each()[1..]);
}

#[test]
fn a_specification_that_the_data_were_not_checked_for() {
    let checked = specification(WIDE.0, WIDE.1);
    let data = data(wide_table(20, 1), &wide_schema(), &checked);
    let bind = |specification: &Specification| Model::bind(specification, &data).expect_err("it should not bind");
    assert_eq!(
        bind(&Specification::new().parameter("b", 0.0).utility("d", parameter("b"))),
        SpecificationError::NoAlternative { name: "d".to_owned() }
    );
    let error = bind(
        &Specification::new()
            .parameter("b", 0.0)
            .utility("a", parameter("b") * column("tme_a")),
    );
    assert!(matches!(error, SpecificationError::Unchecked(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("tme_a") && text.contains("time_a"), "{text}");
    assert_eq!(bind(&Specification::new()).each().len(), 2);
}

#[test]
fn names_that_are_needed() {
    let specification = Specification::new()
        .parameter("b", 0.0)
        .utility_of_all(parameter("b") * column("x") + column("travel time"))
        .utility("car", column("x") / column("y"));
    assert_eq!(specification.symbols(), ["b"]);
    assert_eq!(specification.column_names(), ["x", "travel time", "y"]);
    let uses = specification.utilities();
    let labels: Vec<_> = uses.iter().map(|one| (one.label.as_str(), one.alternative)).collect();
    assert_eq!(labels, [("utility \"all\"", None), ("utility of \"car\"", Some("car"))]);
    assert_eq!(uses[1].expression, &expression("x / y"));
}
