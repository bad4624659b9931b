use proptest::prelude::*;

use super::*;
use crate::testing::{Sample, config, evaluate, lowered, smooth_expression};

const B: With = With::Parameter(ParameterId(0));
const LAMBDA: With = With::Parameter(ParameterId(2));
const X: With = With::Column(ColumnId(0));

#[test]
fn derivatives_are_simplified() {
    let cases = [
        ("b * x", B, "x"),
        ("b * x", X, "b"),
        ("b * x + c * y - 3", B, "x"),
        ("c * y", B, "0"),
        ("x^2", X, "2 * x"),
        ("exp(b * x)", B, "x * exp(b * x)"),
        ("log(x)", X, "1 / x"),
        ("-b / x", B, "-1 / x"),
        ("(b * x + c) / 100", B, "x / 100"),
        ("if(x > 0, b * x, c)", B, "if(x > 0, x, 0)"),
        ("if(x > 0, b, b + c)", B, "1"),
        ("b * (x > 0)", X, "0"),
        ("boxcox(x, lambda)", X, "x ^ (lambda - 1)"),
        ("env == 'a'", X, "0"),
    ];
    for (source, with, expected) in cases {
        let mut graph = Graph::new();
        let node = lowered(&mut graph, source);
        let derivative = graph.derivative(node, with);
        let expected = lowered(&mut graph, expected);
        assert_eq!(graph.node(derivative), graph.node(expected), "{source} by {with:?}");
    }
}

/// Values at x = (first column), lambda = (third parameter), by hand.
#[test]
fn derivatives_at_the_edges() {
    let nan = f64::NAN;
    let cases = [
        // Whole powers have their derivatives at 0 and below.
        ("x^2", X, 0.0, 0.0, 0.0),
        ("x^2", X, -3.0, 0.0, -6.0),
        ("x^3", X, -2.0, 0.0, 12.0),
        ("x^1", X, 0.0, 0.0, 1.0),
        ("x^-1", X, -2.0, 0.0, -0.25),
        // x^λ at x = 0 is 0 for every λ > 0, and so is its derivative in λ.
        ("x^lambda", LAMBDA, 0.0, 2.0, 0.0),
        ("x^lambda", LAMBDA, 0.0, -1.0, nan),
        ("x^lambda", X, 0.0, 0.5, nan),
        // −1/λ at x = 0.
        ("boxcox(x, lambda)", LAMBDA, 0.0, 2.0, 0.25),
        ("boxcox(x, lambda)", LAMBDA, 1.0, 0.0, 0.0),
        ("boxcox(x, lambda)", X, 2.0, 0.0, 0.5),
        ("boxcox(x, lambda)", X, 0.0, 2.0, 0.0),
        ("abs(x)", X, -2.0, 0.0, -1.0),
        ("abs(x)", X, 2.0, 0.0, 1.0),
        ("min(x, 1)", X, 2.0, 0.0, 0.0),
        ("max(x, 1)", X, 2.0, 0.0, 1.0),
        // The branch not taken has no derivative there, and none is asked for.
        ("if(x > 0, log(x), 7 * x)", X, -1.0, 0.0, 7.0),
        ("if(x > 0, sqrt(x), 0)", X, 4.0, 0.0, 0.25),
    ];
    for (source, with, x, lambda, expected) in cases {
        let mut graph = Graph::new();
        let node = lowered(&mut graph, source);
        let derivative = graph.derivative(node, with);
        let row = Sample::numbers([x, 0.0, 0.0], [0.0, 0.0, lambda]);
        let value = evaluate(&graph, derivative, &row);
        let same = value == expected || (value.is_nan() && expected.is_nan());
        assert!(same, "{source} at x = {x}, λ = {lambda}: {value}");
    }
}

#[test]
fn mixed_boxcox_derivatives_agree_in_either_order() {
    let mut graph = Graph::new();
    let node = lowered(&mut graph, "boxcox(x, lambda)");
    let by_x = graph.derivative(node, X);
    let first = graph.derivative(by_x, LAMBDA);
    let by_lambda = graph.derivative(node, LAMBDA);
    let second = graph.derivative(by_lambda, X);
    for (x, lambda) in [(2.0, 0.5), (0.3, -1.2), (7.0, 0.0), (0.0, 3.0)] {
        let row = Sample::numbers([x, 0.0, 0.0], [0.0, 0.0, lambda]);
        let (a, b) = (evaluate(&graph, first, &row), evaluate(&graph, second, &row));
        // Both are x^(λ−1) ln x, multiplied in another order.
        assert!((a - b).abs() <= 1e-15 * a.abs(), "{x} {lambda}: {a}, {b}");
    }
}

#[test]
fn a_long_sum_has_derivatives() {
    let mut graph = Graph::new();
    let terms: Vec<String> = (0..5000).map(|k| format!("b * x ^ 2 / {}", k + 1)).collect();
    let node = lowered(&mut graph, &terms.join(" + "));
    let slope = graph.derivative(node, B);
    let mixed = graph.derivative(slope, X);
    let row = Sample::numbers([3.0, 0.0, 0.0], [0.5, 0.0, 0.0]);
    let harmonic: f64 = (1..=5000).map(|k| 1.0 / f64::from(k)).sum();
    // 5,000 roundings, each of half a unit in the last place at most.
    let tolerance = 5000.0 * f64::EPSILON;
    let near = |value: f64, expected: f64| (value / expected - 1.0).abs() < tolerance;
    assert!(near(evaluate(&graph, node, &row), 4.5 * harmonic));
    assert!(near(evaluate(&graph, slope, &row), 9.0 * harmonic));
    assert!(near(evaluate(&graph, mixed, &row), 6.0 * harmonic));
}

#[test]
fn derivatives_are_remembered() {
    let mut graph = Graph::new();
    // 2^60 products if shared parts were differentiated again and again.
    let mut node = lowered(&mut graph, "b + x");
    for _ in 0..60 {
        let square = graph.multiply(node, node);
        node = graph.log(square);
    }
    let before = graph.len();
    let first = graph.derivative(node, B);
    let after = graph.len();
    assert!(after - before < 1000, "{} new nodes", after - before);
    assert_eq!(graph.derivative(node, B), first);
    assert_eq!(graph.len(), after);
}

/// A variable of a sample: the number columns, then the parameters.
fn shifted(row: &Sample, with: With, by: f64) -> Sample {
    let mut row = row.clone();
    match with {
        With::Column(column) => row.numbers[column.0 as usize] += by,
        With::Parameter(parameter) => row.parameters[parameter.0 as usize] += by,
    }
    row
}

/// Five-point central difference, and a bound of its error: that from its change when the step is
/// halved, and that from rounding. None near a kink or a pole, where it does not settle.
fn difference(graph: &Graph, node: NodeId, with: With, row: &Sample) -> Option<(f64, f64)> {
    let at = |by: f64| evaluate(graph, node, &shifted(row, with, by));
    let stencil = |h: f64| (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
    let h = 2e-3;
    let (coarse, fine) = (stencil(h), stencil(h / 2.0));
    let sizes = [0.0, h, -h, 2.0 * h, -2.0 * h].map(|by| at(by).abs());
    let size: f64 = sizes.into_iter().sum();
    // The expressions have some dozens of operations, and what they add up may cancel.
    let error = (coarse - fine).abs() + 1000.0 * f64::EPSILON * (1.0 + size) / h;
    let settled = error.is_finite() && error < 1e-4 * (1.0 + fine.abs()) && size < 1e6;
    settled.then_some((fine, error))
}

fn variable() -> impl Strategy<Value = With> {
    prop_oneof![
        (0..2_u32).prop_map(|column| With::Column(ColumnId(column))),
        (0..3_u32).prop_map(|parameter| With::Parameter(ParameterId(parameter))),
    ]
}

proptest! {
    #![proptest_config(config(2000, 3))]

    #[test]
    fn first_and_second_derivatives_are_those_of_finite_differences(
        source in smooth_expression(),
        numbers in prop::array::uniform3(-2.0..2.0_f64),
        parameters in prop::array::uniform3(-2.0..2.0_f64),
        first in variable(),
        second in variable(),
    ) {
        let row = Sample::numbers(numbers, parameters);
        let mut graph = Graph::new();
        let node = lowered(&mut graph, &source);
        let slope = graph.derivative(node, first);
        let curvature = graph.derivative(slope, second);

        let expected = difference(&graph, node, first, &row);
        prop_assume!(expected.is_some());
        let (expected, error) = expected.unwrap();
        let value = evaluate(&graph, slope, &row);
        prop_assert!(
            (value - expected).abs() <= error,
            "{source} at {row:?} by {first:?}: {value}, differences {expected} ± {error}"
        );

        let expected = difference(&graph, slope, second, &row);
        prop_assume!(expected.is_some());
        let (expected, error) = expected.unwrap();
        let value = evaluate(&graph, curvature, &row);
        prop_assert!(
            (value - expected).abs() <= error,
            "{source} at {row:?} by {first:?}, {second:?}: {value}, differences {expected} ± {error}"
        );
    }
}
