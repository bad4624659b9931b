use proptest::prelude::*;

use super::*;
use crate::graph::ColumnId;
use crate::testing::{Sample, any_expression, config, evaluate, lowered};

/// offset; b: …; c: …; lambda: …; rest, each part as the node of its source.
fn check(source: &str, offset: &str, terms: &[(&str, &str)], rest: Option<&str>) {
    let mut graph = Graph::new();
    let node = lowered(&mut graph, source);
    let form = graph.linear_form(node);
    let mut part = |source: &str| lowered(&mut graph, source);
    let expected = LinearForm {
        offset: part(offset),
        terms: terms
            .iter()
            .map(|(parameter, coefficient)| {
                let parameter = match *parameter {
                    "b" => ParameterId(0),
                    "c" => ParameterId(1),
                    _ => ParameterId(2),
                };
                (parameter, part(coefficient))
            })
            .collect(),
        rest: rest.map(part),
    };
    assert_eq!(form, expected, "{source}");
}

#[test]
fn linear_expressions() {
    check("b", "0", &[("b", "1")], None);
    check("3 * x + 1", "3 * x + 1", &[], None);
    check("b + c * x / 100", "0", &[("b", "1"), ("c", "x / 100")], None);
    check("b * (x + y / 0.12)", "0", &[("b", "x + y / 0.12")], None);
    check(
        "(b * x + c * y) / 100",
        "0",
        &[("b", "x / 100"), ("c", "y / 100")],
        None,
    );
    check(
        "if(z, b * x, c * x)",
        "0",
        &[("b", "if(z, x, 0)"), ("c", "if(z, 0, x)")],
        None,
    );
    check("x - (b - y) * 2", "x - -y * 2", &[("b", "-2")], None);
    check("-(b * x) - -c", "0", &[("b", "-x"), ("c", "1")], None);
    check("b * x + b * y", "0", &[("b", "x + y")], None);
    check("b * x - b * x", "0", &[], None);
    check("0 * b + x", "x", &[], None);
    check(
        "if(x > 0, b * log(x), 0) * y + 1",
        "1",
        &[("b", "y * if(x > 0, log(x), 0)")],
        None,
    );
    check(
        "if(x, if(y, b, 2 * c), c)",
        "0",
        &[("b", "if(x, if(y, 1, 0), 0)"), ("c", "if(x, if(y, 0, 2), 1)")],
        None,
    );
}

#[test]
fn expressions_with_a_rest() {
    check("b * c * x", "0", &[], Some("b * c * x"));
    check("exp(b) * x", "0", &[], Some("exp(b) * x"));
    check("b / c", "0", &[], Some("b / c"));
    check("x / b", "0", &[], Some("x / b"));
    check("b ^ 2", "0", &[], Some("b ^ 2"));
    check("abs(b)", "0", &[], Some("abs(b)"));
    check("boxcox(x, lambda) * b", "0", &[], Some("boxcox(x, lambda) * b"));
    check(
        "c + b * boxcox(x, lambda)",
        "0",
        &[("c", "1")],
        Some("b * boxcox(x, lambda)"),
    );
    check("(c + exp(b) + x) * y", "x * y", &[("c", "y")], Some("exp(b) * y"));
    check(
        "if(z, exp(b) + c, x)",
        "if(z, 0, x)",
        &[("c", "if(z, 1, 0)")],
        Some("if(z, exp(b), 0)"),
    );
    check("b + exp(b)", "0", &[("b", "1")], Some("exp(b)"));
}

#[test]
fn a_long_sum_is_split_in_good_time() {
    let mut graph = Graph::new();
    let mut sum = graph.constant(1.0);
    let x = graph.column(ColumnId(0));
    for parameter in 0..5000 {
        let parameter = graph.parameter(ParameterId(parameter));
        let term = graph.multiply(parameter, x);
        sum = graph.add(sum, term);
    }
    let form = graph.linear_form(sum);
    assert_eq!(form.terms.len(), 5000);
    assert!(form.terms.iter().all(|&(_, coefficient)| coefficient == x));
    assert_eq!(graph.as_constant(form.offset), Some(1.0));
    assert_eq!(form.rest, None);
}

proptest! {
    #![proptest_config(config(3000, 4))]

    #[test]
    fn the_parts_add_up(
        source in any_expression().prop_map(|source| source.replace("1e200", "7")),
        numbers in prop::array::uniform3(-2.0..2.0_f64),
        parameters in prop::array::uniform3(-2.0..2.0_f64),
    ) {
        let row = Sample::numbers(numbers, parameters);
        let mut graph = Graph::new();
        let node = lowered(&mut graph, &source);
        let value = evaluate(&graph, node, &row);
        let form = graph.linear_form(node);

        let mut parts = vec![evaluate(&graph, form.offset, &row)];
        for &(parameter, coefficient) in &form.terms {
            prop_assert!(graph.is_parameter_free(coefficient));
            prop_assert!(graph.as_constant(coefficient) != Some(0.0));
            let beta = row.parameters[parameter.0 as usize];
            parts.push(beta * evaluate(&graph, coefficient, &row));
        }
        prop_assert!(graph.is_parameter_free(form.offset));
        prop_assert!(form.terms.is_sorted_by(|a, b| a.0 < b.0));
        if let Some(rest) = form.rest {
            parts.push(evaluate(&graph, rest, &row));
        }
        // Rounding errors stay below 1e3² ε times some dozens of operations where nothing is large
        // that cancels or is multiplied; a part that is lost or wrong is far larger.
        let parts_of_it = graph.below([node], |id| graph.node(id).operation().is_some());
        let moderate = |id| evaluate(&graph, id, &row).abs() < 1e3;
        prop_assume!(parts_of_it.into_iter().all(moderate));
        let sum: f64 = parts.iter().sum();
        prop_assert!(
            (sum - value).abs() <= 1e-8,
            "{source} at {row:?}: {value}, parts {parts:?}"
        );
    }
}
