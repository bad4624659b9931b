//! What several tests share: a few names, a row for them, and random expressions.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::graph::{ColumnId, Graph, Node, NodeId, ParameterId};
use crate::interpret::{Fault, Row, Value};
use crate::lower::{Scope, Symbol};
use crate::{Expression, Program, Workspace, lower};

/// Number columns x, y, z; text columns env, mode; parameters b, c, lambda.
pub(crate) struct Names;

pub(crate) const NUMBERS: [&str; 3] = ["x", "y", "z"];
pub(crate) const TEXTS: [&str; 2] = ["env", "mode"];
pub(crate) const PARAMETERS: [&str; 3] = ["b", "c", "lambda"];
const FIRST_TEXT: u32 = 10;

fn place(names: &[&str], name: &str) -> Option<u32> {
    let place = names.iter().position(|known| *known == name)?;
    u32::try_from(place).ok()
}

impl Scope for Names {
    fn resolve(&self, name: &str) -> Option<Symbol> {
        if let Some(place) = place(&NUMBERS, name) {
            return Some(Symbol::Number(ColumnId(place)));
        }
        if let Some(place) = place(&TEXTS, name) {
            return Some(Symbol::Text(ColumnId(FIRST_TEXT + place)));
        }
        place(&PARAMETERS, name).map(|place| Symbol::Parameter(ParameterId(place)))
    }

    fn names(&self) -> Vec<String> {
        let all = NUMBERS.iter().chain(&TEXTS).chain(&PARAMETERS);
        all.map(|name| (*name).to_owned()).collect()
    }
}

/// The values of [`Names`] in one row.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub numbers: [f64; 3],
    pub texts: [Option<&'static str>; 2],
    pub parameters: [f64; 3],
}

impl Sample {
    pub fn numbers(numbers: [f64; 3], parameters: [f64; 3]) -> Self {
        Self {
            numbers,
            texts: [Some("a"), Some("b")],
            parameters,
        }
    }
}

impl Row for Sample {
    fn value(&self, name: &str) -> Result<Value<'_>, Fault> {
        let find = |names: &[&str]| place(names, name).map(|place| place as usize);
        Ok(if let Some(place) = find(&NUMBERS) {
            Value::Number(self.numbers[place])
        } else if let Some(place) = find(&TEXTS) {
            Value::Text(self.texts[place])
        } else {
            let place = find(&PARAMETERS).expect("a known name");
            Value::Number(self.parameters[place])
        })
    }
}

/// The node of an expression in [`Names`].
pub(crate) fn lowered(graph: &mut Graph, source: &str) -> NodeId {
    let expression = Expression::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    lower(&expression, &Names, graph).unwrap_or_else(|errors| panic!("{source}: {errors:?}"))
}

/// The values of a node in several rows, parameters being those of the first.
pub(crate) fn evaluate_rows(graph: &Graph, node: NodeId, rows: &[Sample]) -> Vec<f64> {
    let program = Program::new(graph, &[node], &|_| false);
    let text = |row: &Sample, column: ColumnId| row.texts[(column.0 - FIRST_TEXT) as usize];
    let inputs: Vec<Vec<f64>> = program
        .inputs()
        .iter()
        .map(|&input| {
            rows.iter()
                .map(|row| match graph.node(input) {
                    Node::Column(column) => row.numbers[column.0 as usize],
                    Node::TextCompare {
                        operator,
                        column,
                        text: literal,
                    } => operator.texts(text(row, column), Some(graph.text(literal))),
                    Node::TextCompareColumns { operator, left, right } => {
                        operator.texts(text(row, left), text(row, right))
                    }
                    other => panic!("{other:?} is no leaf"),
                })
                .collect()
        })
        .collect();
    let slices: Vec<&[f64]> = inputs.iter().map(Vec::as_slice).collect();
    let mut workspace = Workspace::new();
    program.run(&slices, &rows[0].parameters, rows.len(), &mut workspace);
    workspace.output(0).to_vec()
}

/// The value of a node in one row.
pub(crate) fn evaluate(graph: &Graph, node: NodeId, row: &Sample) -> f64 {
    evaluate_rows(graph, node, std::slice::from_ref(row))[0]
}

/// A seeded configuration that leaves no files behind.
pub(crate) fn config(cases: u32, seed: u64) -> Config {
    Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_global_rejects: 20 * cases,
        ..Config::default()
    }
}

fn choice(items: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(items).prop_map(str::to_owned)
}

/// Random expressions of columns alone: conditions for `if`.
fn condition() -> impl Strategy<Value = String> {
    let side = choice(&["x", "y", "z", "1", "0.5", "(x - y)", "x * z"]);
    let text = choice(&["env", "mode", "'a'", "'b'"]);
    let symbol = || choice(&["==", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        (side.clone(), symbol(), side.clone()).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
        (text.clone(), symbol(), text).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
        (side.clone(), side.clone(), side).prop_map(|(a, b, c)| format!("{a} in ({b}, {c})")),
        choice(&["env in ('a', 'c')", "mode not in ('b', env)", "x", "z"]),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), choice(&["and", "or"]), inner.clone()).prop_map(|(a, o, b)| format!("({a}) {o} ({b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

/// Random expressions of everything in the language.
pub(crate) fn any_expression() -> impl Strategy<Value = String> {
    let leaf = choice(&[
        "x", "y", "z", "b", "c", "lambda", "0", "1", "2", "0.5", "3", "-1", "1e200",
    ]);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            4 => (two.clone(), choice(&["+", "-", "*", "/", "^"]))
                .prop_map(|((a, b), o)| format!("({a} {o} {b})")),
            1 => (inner.clone(), choice(&["exp", "log", "sqrt", "abs", "-"]))
                .prop_map(|(a, f)| format!("{f}({a})")),
            1 => (two.clone(), choice(&["min", "max", "boxcox"]))
                .prop_map(|((a, b), f)| format!("{f}({a}, {b})")),
            1 => (condition(), two).prop_map(|(c, (a, b))| format!("if({c}, {a}, {b})")),
            1 => (inner, condition()).prop_map(|(a, c)| format!("{a} * ({c})")),
        ]
    })
}

/// Random expressions that are smooth and moderate at most places.
pub(crate) fn smooth_expression() -> impl Strategy<Value = String> {
    let leaf = choice(&["x", "y", "b", "c", "lambda", "2", "0.5", "1.5"]);
    leaf.prop_recursive(4, 24, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            3 => (two.clone(), choice(&["+", "-", "*"]))
                .prop_map(|((a, b), o)| format!("({a} {o} {b})")),
            1 => two.clone().prop_map(|(a, b)| format!("({a} / (1 + ({b})^2))")),
            1 => two.clone().prop_map(|(a, b)| format!("({a} / {b})")),
            1 => inner.clone().prop_map(|a| format!("exp({a} / 4)")),
            1 => inner.clone().prop_map(|a| format!("log(2 + abs({a}))")),
            1 => inner.clone().prop_map(|a| format!("sqrt(1 + ({a})^2)")),
            1 => two.clone().prop_map(|(a, b)| format!("abs({a})^({b})")),
            1 => (inner.clone(), choice(&["2", "3", "-1", "0.5", "1"]))
                .prop_map(|(a, n)| format!("({a})^{n}")),
            1 => (two.clone(), choice(&["min", "max"]))
                .prop_map(|((a, b), f)| format!("{f}({a}, {b})")),
            1 => two.clone().prop_map(|(a, b)| format!("boxcox(1 + ({a})^2, {b})")),
            1 => (condition(), two).prop_map(|(c, (a, b))| format!("if({c}, {a}, {b})")),
        ]
    })
}
