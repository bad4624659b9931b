use proptest::prelude::*;

use super::*;
use crate::graph::Graph;
use crate::testing::{Sample, any_expression, config, evaluate_rows, lowered};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// x = 2, y = 0, z missing; env = a, mode missing; b = 0.5, c = -1, lambda = 0.
fn row() -> Sample {
    Sample {
        numbers: [2.0, 0.0, NAN],
        texts: [Some("a"), None],
        parameters: [0.5, -1.0, 0.0],
    }
}

fn value(source: &str, row: &Sample) -> Result<f64, Fault> {
    interpret(&Expression::parse(source).unwrap(), row)
}

#[test]
fn values() {
    let cases = [
        ("1 + 2 * 3", 7.0),
        ("-x^2", -4.0),
        ("2^-1", 0.5),
        ("2^3^2", 512.0),
        ("7 - 4 - 2", 1.0),
        ("16 / 4 / 2", 2.0),
        ("x / 100 * b", 0.01),
        ("1 + 1 == 2", 1.0),
        ("not y == 0", 0.0),
        ("not y + 1", 0.0),
        ("1 or 0 and 0", 1.0),
        ("x in (1, 2)", 1.0),
        ("x not in (1, 3)", 1.0),
        ("x in (z, 2)", 1.0),
        ("env == 'a'", 1.0),
        ("env in ('b', 'c')", 0.0),
        ("env in (mode, 'a')", 1.0),
        ("'a' < 'b'", 1.0),
        ("env != 'it''s'", 1.0),
        ("abs(c) + sqrt(4) + min(3, 1, 2) + max(1, 5, 3)", 9.0),
        ("boxcox(1, lambda)", 0.0),
        ("boxcox(x, 1)", 1.0),
        ("boxcox(y, 2)", -0.5),
        ("log(exp(1))", 1.0),
        ("if(x > 1, 10, 20)", 10.0),
        // What is not needed is not at fault.
        ("if(x > 1, 10, 1 / y)", 10.0),
        ("if(y, z, 3)", 3.0),
        ("y and z", 0.0),
        ("z and y", 0.0),
        ("y and 1 / y", 0.0),
        ("x or z", 1.0),
        ("z or x", 1.0),
        ("mode == 'a' or 1", 1.0),
        ("1 / y > 0 or 1", 1.0),
        ("1 / exp(1000)", 0.0),
        ("exp(1000) > 1", 1.0),
    ];
    for (source, expected) in cases {
        let value = value(source, &row()).unwrap_or_else(|fault| panic!("{source}: {fault}"));
        assert_eq!(value, expected, "{source}");
    }
}

#[test]
fn every_fault() {
    let cases = [
        ("x + z", "column \"z\" is missing"),
        ("0 * z", "column \"z\" is missing"),
        ("z ^ 0", "column \"z\" is missing"),
        ("1 ^ z", "column \"z\" is missing"),
        ("z == 1", "column \"z\" is missing"),
        ("mode == 'a'", "column \"mode\" is missing"),
        ("'a' == mode", "column \"mode\" is missing"),
        ("mode in ('a', 'b')", "column \"mode\" is missing"),
        ("x in (1, z)", "column \"z\" is missing"),
        ("max(1, z)", "column \"z\" is missing"),
        ("min(1, 2, z)", "column \"z\" is missing"),
        ("not z", "column \"z\" is missing"),
        ("if(z, 1, 2)", "column \"z\" is missing"),
        ("z and x", "column \"z\" is missing"),
        ("x and z", "column \"z\" is missing"),
        ("z or y", "column \"z\" is missing"),
        ("1 / y and z", "division by zero in \"1 / y\""),
        ("2 * (x /\n y) + z", "division by zero in \"(x / y)\""),
        ("1 + log(y)", "logarithm of 0 in \"log(y)\""),
        ("log(x - 4.5)", "logarithm of -2.5 in \"log(x - 4.5)\""),
        ("sqrt(c)", "square root of -1 in \"sqrt(c)\""),
        ("y ^ c", "0 to the power -1 in \"y ^ c\""),
        ("c ^ b", "-1 to the power 0.5 in \"c ^ b\""),
        (
            "boxcox(c, b)",
            "Box-Cox transform of -1 with lambda 0.5 in \"boxcox(c, b)\"",
        ),
        (
            "boxcox(y, lambda)",
            "Box-Cox transform of 0 with lambda 0 in \"boxcox(y, lambda)\"",
        ),
        ("1 - exp(1000)", "overflow in \"exp(1000)\""),
        ("1e200 * 1e200 / 1e300", "overflow in \"1e200 * 1e200\""),
        // The cause is the operand that spoils the result, not a harmless one before it.
        ("1 / exp(1000) + exp(2000)", "overflow in \"exp(2000)\""),
        ("exp(1000) - exp(1000) + log(y)", "overflow in \"exp(1000)\""),
        ("exp(1000) + z", "column \"z\" is missing"),
        ("log(-exp(1000))", "overflow in \"exp(1000)\""),
        // What lowering forbids, for those who skip it.
        ("x + env", "text where a number is needed in \"env\""),
        ("x == 'a'", "text where a number is needed in \"x == 'a'\""),
    ];
    for (source, expected) in cases {
        match value(source, &row()) {
            Ok(value) => panic!("{source} is {value}"),
            Err(fault) => assert_eq!(fault.to_string(), expected, "{source}"),
        }
    }
    let infinite = Sample::numbers([INF, -INF, 1.0], [0.0; 3]);
    let fault = value("1 + x", &infinite).unwrap_err();
    assert_eq!(fault.to_string(), "column \"x\" is inf");
    let fault = value("-y", &infinite).unwrap_err();
    assert_eq!(fault.to_string(), "column \"y\" is -inf");
    assert_eq!(value("1 / x", &infinite), Ok(0.0));
}

#[test]
fn a_fault_knows_its_place() {
    let fault = value("x + log(y)", &row()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::LogOf(0.0));
    assert_eq!(fault.span.text(&fault.source), "log(y)");
    assert_eq!(
        crate::caret(&fault.source, fault.span),
        "line 1, column 5\n  x + log(y)\n      ^^^^^^"
    );
}

#[test]
fn long_chains_are_evaluated() {
    let chain = |term: &str, operator: &str| vec![term; 200_000].join(operator);
    assert_eq!(value(&chain("x", " + "), &row()), Ok(400_000.0));
    assert_eq!(value(&chain("x", " and "), &row()), Ok(1.0));
    assert_eq!(value(&chain("y", " or "), &row()), Ok(0.0));
    let fault = value(&chain("z", " * "), &row()).unwrap_err();
    assert_eq!(fault.to_string(), "column \"z\" is missing");
}

#[test]
fn the_deepest_expressions_are_evaluated() {
    let nested = |open: &str, close: &str, most: usize| format!("{}x{}", open.repeat(most), close.repeat(most));
    let cases = [
        (nested("if(x > 1, ", ", 1 / y)", 198), 2.0),
        (nested("if(", ", 1, 0)", 199), 1.0),
        (nested("1 + (", ")", 99), 101.0),
        (nested("min(7, ", ")", 199), 2.0),
        (nested("(", " > 1)", 198), 0.0),
        (nested("-", "", 198), 2.0),
        (nested("not ", "", 198), 1.0),
        (nested("1 ^ ", "", 198), 1.0),
        (nested("2 in (", ")", 99), 0.0),
    ];
    for (source, expected) in cases {
        let expression = Expression::parse(&source).unwrap();
        let copy = expression.clone();
        assert!(!format!("{:?}", copy.ast()).is_empty());
        drop(expression);
        assert_eq!(interpret(&copy, &row()), Ok(expected), "{source}");
        let mut graph = Graph::new();
        let node = lowered(&mut graph, &source);
        assert_eq!(evaluate_rows(&graph, node, &[row()]), [expected], "{source}");
    }
}

struct Derived;

impl Row for Derived {
    fn value(&self, _: &str) -> Result<Value<'_>, Fault> {
        let cost = Expression::parse("100 / y").unwrap();
        interpret(&cost, &row()).map(Value::Number)
    }
}

#[test]
fn a_derived_column_brings_its_own_fault() {
    let fault = interpret(&Expression::parse("2 * cost").unwrap(), &Derived).unwrap_err();
    assert_eq!(fault.to_string(), "division by zero in \"100 / y\"");
    assert_eq!(fault.source, "100 / y");
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => prop::sample::select(&[0.0, 1.0, -1.0, 2.0, 0.5, -2.5, 3.0, 1e-3, 40.0][..]),
        2 => -3.0..3.0_f64,
        1 => Just(NAN),
        1 => prop::sample::select(&[INF, -INF, 1e300][..]),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    let text = || prop::sample::select(&[Some("a"), Some("b"), Some("c"), None][..]);
    (
        prop::array::uniform3(number()),
        prop::array::uniform2(text()),
        prop::array::uniform3(number()),
    )
        .prop_map(|(numbers, texts, parameters)| Sample {
            numbers,
            texts,
            parameters,
        })
}

proptest! {
    #![proptest_config(config(5000, 2))]

    /// The same number to the last bit, or none on either side.
    #[test]
    fn the_program_is_its_twin(
        source in any_expression(),
        mut rows in prop::collection::vec(sample(), 1..4),
    ) {
        let parameters = rows[0].parameters;
        for row in &mut rows {
            row.parameters = parameters;
        }
        let mut graph = Graph::new();
        let node = lowered(&mut graph, &source);
        let compiled = evaluate_rows(&graph, node, &rows);
        for (compiled, row) in compiled.iter().zip(&rows) {
            match value(&source, row) {
                Ok(value) => prop_assert_eq!(value, *compiled, "{} {:?}", source, row),
                Err(fault) => prop_assert!(
                    !compiled.is_finite(),
                    "{} {:?}: {}, but {}", source, row, compiled, fault
                ),
            }
        }
    }
}
