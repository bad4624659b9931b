use super::*;
use crate::graph::Graph;
use crate::testing::{Names, Sample, evaluate};

fn errors(source: &str) -> Vec<String> {
    let expression = Expression::parse(source).unwrap();
    match lower(&expression, &Names, &mut Graph::new()) {
        Ok(node) => panic!("{source} was lowered to {node:?}"),
        Err(errors) => errors
            .iter()
            .map(|error| format!("{}: {error}", error.span().text(source)))
            .collect(),
    }
}

#[test]
fn every_error() {
    let cases: [(&str, &[&str]); 22] = [
        (
            "lamda * x",
            &["lamda: unknown name \"lamda\"; did you mean \"lambda\"?"],
        ),
        ("X + 1", &["X: unknown name \"X\"; did you mean \"x\"?"]),
        ("income", &["income: unknown name \"income\""]),
        ("`travel\ntime`", &["`travel\ntime`: unknown name \"travel time\""]),
        ("2 * env", &["env: env is text, and a number is needed here"]),
        ("exp('a')", &["'a': 'a' is text, and a number is needed here"]),
        ("if(env, 1, 2)", &["env: env is text, and a number is needed here"]),
        ("not env", &["env: env is text, and a number is needed here"]),
        (
            "x == 'a'",
            &["x == 'a': text compares with text only: x is a number, and 'a' is text"],
        ),
        (
            "env < 1 + x",
            &["env < 1 + x: text compares with text only: 1 + x is a number, and env is text"],
        ),
        (
            "env in ('a', 1)",
            &["1: text compares with text only: 1 is a number, and env is text"],
        ),
        (
            "b > 0",
            &["b: parameter \"b\" stands in a comparison; comparisons and conditions take columns only"],
        ),
        (
            "x * (0 == log(x + b))",
            &["b: parameter \"b\" stands in a comparison; comparisons and conditions take columns only"],
        ),
        (
            "b in (1, 2)",
            &["b: parameter \"b\" stands in 'in'; comparisons and conditions take columns only"],
        ),
        (
            "x in (1, c)",
            &["c: parameter \"c\" stands in 'in'; comparisons and conditions take columns only"],
        ),
        (
            "b and x and c",
            &[
                "b: parameter \"b\" stands in 'and'; comparisons and conditions take columns only",
                "c: parameter \"c\" stands in 'and'; comparisons and conditions take columns only",
            ],
        ),
        (
            "x or b",
            &["b: parameter \"b\" stands in 'or'; comparisons and conditions take columns only"],
        ),
        (
            "not b",
            &["b: parameter \"b\" stands in 'not'; comparisons and conditions take columns only"],
        ),
        (
            "if(1 + b, x, c)",
            &["b: parameter \"b\" stands in the condition of 'if'; comparisons and conditions take columns only"],
        ),
        ("'a'", &["'a': the expression is the text 'a', and a number is needed"]),
        ("env", &["env: the expression is the text env, and a number is needed"]),
        // All of them, in source order; what is unknown is reported once and taints nothing.
        (
            "zz == 'a' and zz + env > b or if(lamda, lamda, 2 * 'a')",
            &[
                "zz: unknown name \"zz\"",
                "env: env is text, and a number is needed here",
                "b: parameter \"b\" stands in a comparison; comparisons and conditions take columns only",
                "lamda: unknown name \"lamda\"; did you mean \"lambda\"?",
                "'a': 'a' is text, and a number is needed here",
            ],
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(errors(source), expected, "{source}");
    }
}

struct WithDerived(NodeId, NodeId);

impl Scope for WithDerived {
    fn resolve(&self, name: &str) -> Option<Symbol> {
        match name {
            "cost" => Some(Symbol::Node(self.0)),
            "taste" => Some(Symbol::Node(self.1)),
            _ => Names.resolve(name),
        }
    }

    fn names(&self) -> Vec<String> {
        Names.names()
    }
}

#[test]
fn derived_columns_are_inlined() {
    let mut graph = Graph::new();
    let parse = |source| Expression::parse(source).unwrap();
    let cost = lower(&parse("x * (env == 'a')"), &Names, &mut graph).unwrap();
    let taste = lower(&parse("b + 1"), &Names, &mut graph).unwrap();
    let scope = WithDerived(cost, taste);

    let inlined = lower(&parse("taste * cost"), &scope, &mut graph).unwrap();
    let whole = lower(&parse("(b + 1) * (x * (env == 'a'))"), &Names, &mut graph).unwrap();
    assert_eq!(inlined, whole);
    let row = Sample::numbers([3.0, 0.0, 0.0], [0.5, 0.0, 0.0]);
    assert_eq!(evaluate(&graph, inlined, &row), 4.5);

    assert!(lower(&parse("cost > 1"), &scope, &mut graph).is_ok());
    let error = &lower(&parse("taste > 1"), &scope, &mut graph).unwrap_err()[0];
    assert_eq!(
        error.to_string(),
        "parameter \"taste\" stands in a comparison; comparisons and conditions take columns only"
    );
}

#[test]
fn nested_memberships_are_lowered_once() {
    // 2^90 nodes if the left side were lowered again for each member.
    let source = format!("{}x{}", "(".repeat(90), " in (1, 2))".repeat(90));
    let mut graph = Graph::new();
    lower(&Expression::parse(&source).unwrap(), &Names, &mut graph).unwrap();
    assert!(graph.len() < 400);
}

#[test]
fn many_errors_are_gathered() {
    let names: Vec<String> = (0..5000).map(|k| format!("column_{k}")).collect();
    assert_eq!(errors(&names.join(" + ")).len(), 5000);
}
