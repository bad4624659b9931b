use logsum_data::{ChoiceData, Schema};

use super::*;
use crate::estimation::FitOptions;
use crate::fit::Fit;
use crate::model::Model;
use crate::testing::{data, long_table, specification};

fn alternatives() -> Vec<String> {
    ["air", "train", "bus", "car"].map(str::to_owned).to_vec()
}

fn formula(text: &str) -> Formula {
    Formula::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Names of the parameters of a formula over air, train, bus and car.
fn names(text: &str, base: Option<&str>) -> Vec<String> {
    let specification = formula(text)
        .specification(&alternatives(), base)
        .unwrap_or_else(|error| panic!("{error}"));
    specification.validate().unwrap_or_else(|error| panic!("{error}"));
    specification
        .parameters
        .iter()
        .map(|declared| declared.parameter.name.clone())
        .collect()
}

fn error(text: &str) -> String {
    Formula::parse(text).expect_err("it should not parse").to_string()
}

#[test]
fn names_and_their_order() {
    assert_eq!(
        names("wait + gcost | income | 0", Some("car")),
        [
            "(constant):air",
            "(constant):train",
            "(constant):bus",
            "wait",
            "gcost",
            "income:air",
            "income:train",
            "income:bus"
        ]
    );
    assert_eq!(names("wait | 0", None), ["wait"]);
    assert_eq!(names("wait | -1", None), ["wait"]);
    assert_eq!(
        names("wait | income - 1", None),
        ["wait", "income:train", "income:bus", "income:car"]
    );
    assert_eq!(names("wait | -1 + income", None), names("wait | 0 + income", None));
    assert_eq!(names("wait | 1 + income", None), names("wait | income", None));
    // The base is the first alternative unless another is named, and has attributes of its own in part 3.
    assert_eq!(
        names("0 | 0 | wait", Some("bus")),
        ["wait:air", "wait:train", "wait:bus", "wait:car"]
    );
}

#[test]
fn parts_that_are_missing_or_empty() {
    let constants = ["(constant):train", "(constant):bus", "(constant):car"];
    for text in ["", " ", "|", "||", "0", "0 | 1", "0 | 1 | 0", "-1 | | -1"] {
        assert_eq!(names(text, None), constants, "{text}");
    }
    assert_eq!(names("| 0 | wait", None).len(), 4);
    assert_eq!(names("wait", None)[3], "wait");
}

#[test]
fn transformed_terms_and_names_in_backticks() {
    let parsed = formula("log(`travel time`) + gcost / 100 | income^2 - 1 | if(wait > 0, wait, 0)");
    assert_eq!(parsed.columns(), ["travel time", "gcost", "income", "wait"]);
    let specification = parsed
        .specification(&["a b".to_owned(), "car".to_owned()], Some("car"))
        .unwrap();
    let names: Vec<&str> = specification
        .parameters
        .iter()
        .map(|declared| declared.parameter.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "log(travel time)",
            "gcost / 100",
            "income^2:a b",
            "if(wait > 0, wait, 0):a b",
            "if(wait > 0, wait, 0):car"
        ]
    );
    assert_eq!(specification.column_names(), ["travel time", "gcost", "income", "wait"]);
    assert!(specification.validate().is_ok());
}

#[test]
fn every_error() {
    let cases = [
        (
            "a | b | c | d",
            "the formula has 4 parts; write at most three: generic | characteristics | specific",
        ),
        (
            "wait + | income",
            "formula, part 1: expected a number, a name or '(' but found the end of the expression\n  wait + \n         ^",
        ),
        (
            "wait - gcost",
            "formula, part 1: \"gcost\" is subtracted; terms are joined by +, and only constants can be taken away (-1)",
        ),
        ("wait + 1", "formula, part 1: constants (\"1\") belong to part 2"),
        ("wait | 0 | 1", "formula, part 3: constants (\"1\") belong to part 2"),
        (
            "wait | income + 2",
            "formula, part 2: 2 is no term; write 0 or -1 to leave constants out, 1 to have them",
        ),
        ("wait + gcost | wait", "formula: \"wait\" stands twice; remove one"),
        (
            "0 | 0 | 0",
            "the formula has no terms and no constants; there is nothing to estimate",
        ),
        (
            " | -1",
            "the formula has no terms and no constants; there is nothing to estimate",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(error(text), message, "{text}");
    }
    let unknown = formula("wait")
        .specification(&alternatives(), Some("trian"))
        .unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "no alternative \"trian\" to be the base (did you mean \"train\"?); there are \"air\", \"train\", \"bus\", \"car\""
    );
    let reserved = formula("wait")
        .specification(&["all".to_owned(), "car".to_owned()], None)
        .unwrap_err();
    assert_eq!(
        reserved.to_string(),
        "\"all\" stands for every alternative in a model; rename the alternative"
    );
}

fn fit(specification: &Specification, data: &ChoiceData) -> Fit {
    let model = Model::bind(specification, data).unwrap_or_else(|error| panic!("{error}"));
    model
        .fit(&FitOptions::default(), None)
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_formula_is_the_model_written_out() {
    let written = specification(
        &[
            ("c1", 0.0),
            ("c2", 0.0),
            ("c4", 0.0),
            ("c5", 0.0),
            ("bx", 0.0),
            ("z1", 0.0),
            ("z2", 0.0),
            ("z4", 0.0),
            ("z5", 0.0),
            ("y1", 0.0),
            ("y2", 0.0),
            ("y3", 0.0),
            ("y4", 0.0),
            ("y5", 0.0),
        ],
        &[
            ("all", "bx * x"),
            ("1", "c1 + z1 * z + y1 * log(y)"),
            ("2", "c2 + z2 * z + y2 * log(y)"),
            ("3", "y3 * log(y)"),
            ("4", "c4 + z4 * z + y4 * log(y)"),
            ("5", "c5 + z5 * z + y5 * log(y)"),
        ],
    );
    let alternatives: Vec<String> = (1..=5).map(|code| code.to_string()).collect();
    let short = formula("x | z | log(y)")
        .specification(&alternatives, Some("3"))
        .unwrap();
    let schema = Schema::long("case", "alt", "choice");
    let left = fit(&written, &data(long_table(1500, 71), &schema, &written));
    let right = fit(&short, &data(long_table(1500, 71), &schema, &short));
    assert!(left.converged && right.converged);
    assert_eq!(left.log_likelihood.to_bits(), right.log_likelihood.to_bits());
    for (left, right) in left.parameters.iter().zip(&right.parameters) {
        assert_eq!(
            (left.estimate, left.std_error),
            (right.estimate, right.std_error),
            "{} {}",
            left.term,
            right.term
        );
    }
    assert_eq!(right.parameters[5].term, "z:1");
    // Parameters may bear a column's name in tables, as it is not the name in expressions.
    assert_eq!(right.parameters[4].term, "x");
}
