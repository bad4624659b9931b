//! Names and cells for expressions: what a name means, and its values over many rows or at one.

use std::collections::HashMap;
use std::ops::Range;

use logsum_expressions::{
    ColumnId, Expression, Fault, Graph, Node, NodeId, ParameterId, Program, Row, Scope, Symbol, Value, Workspace,
    interpret, lower,
};
use rayon::prelude::*;

use crate::draft::Probes;
use crate::error::DataError;
use crate::schema::{Derived, derived_label};
use crate::table::{MISSING_TEXT, Table, TextColumn, Values};

/// Rows evaluated at a time: a register of the compiled program then takes 8 kB.
const CHUNK: usize = 1024;

/// What the names in expressions mean: columns in the order of [`ColumnId`], derived columns, parameters.
#[derive(Clone, Debug, Default)]
pub struct Names {
    known: HashMap<String, Symbol>,
    /// The known names in order: columns, derived columns, parameters.
    order: Vec<String>,
    /// Names that could be meant, of columns that were not read.
    others: Vec<String>,
}

impl Names {
    /// Names of columns, each with its cells, which say whether it holds text.
    pub fn new<'a>(columns: impl IntoIterator<Item = (&'a str, &'a Values)>) -> Self {
        let mut names = Names::default();
        for (position, (name, values)) in columns.into_iter().enumerate() {
            let id = ColumnId(position as u32);
            names.add(
                name,
                if matches!(values, Values::Text(_)) {
                    Symbol::Text(id)
                } else {
                    Symbol::Number(id)
                },
            );
        }
        names
    }

    /// Makes a name known; of two meanings the first stays.
    fn add(&mut self, name: &str, symbol: Symbol) {
        if !self.known.contains_key(name) {
            self.known.insert(name.to_owned(), symbol);
            self.order.push(name.to_owned());
        }
    }

    /// Suggests these names too where an unknown one looks like them.
    pub fn suggesting(mut self, names: &[String]) -> Self {
        self.others = names.to_vec();
        self
    }

    /// Lowers derived columns in order, so that later expressions may use them; every failure is pushed to `errors`.
    pub fn derive(&mut self, derived: &[Derived], graph: &mut Graph, errors: &mut Vec<DataError>) {
        for Derived { name, expression } in derived {
            let label = derived_label(name);
            match self.lower(&label, expression, graph) {
                Ok(node) => self.add(name, Symbol::Node(node)),
                Err(problems) => {
                    errors.extend(problems);
                    // Known all the same, so that its users are not reported too.
                    self.add(name, Symbol::Node(graph.constant(f64::NAN)));
                }
            }
        }
    }

    /// Lets expressions refer to parameters, numbered in this order.
    pub fn with_parameters(&self, parameters: &[String]) -> Self {
        let mut names = self.clone();
        for (position, parameter) in parameters.iter().enumerate() {
            names.add(parameter, Symbol::Parameter(ParameterId(position as u32)));
        }
        names
    }

    /// Lets a name stand for a node of the graph, whatever it meant before.
    pub fn meaning(mut self, name: &str, node: NodeId) -> Self {
        if self.known.insert(name.to_owned(), Symbol::Node(node)).is_none() {
            self.order.push(name.to_owned());
        }
        self
    }

    /// The meaning of an expression in `graph`.
    ///
    /// # Errors
    /// Every name and type problem of the expression, labelled.
    pub fn lower(&self, label: &str, expression: &Expression, graph: &mut Graph) -> Result<NodeId, Vec<DataError>> {
        lower(expression, self, graph).map_err(|problems| {
            let describe = |problem: &logsum_expressions::LowerError| {
                let (line, column) = logsum_expressions::position(expression.source(), problem.span().start);
                let line = if line > 1 {
                    format!("line {line}, ")
                } else {
                    String::new()
                };
                DataError::Expression {
                    label: format!("{label}, {line}column {column}"),
                    message: self.explain(problem),
                    caret: logsum_expressions::snippet(expression.source(), problem.span()),
                }
            };
            problems.iter().map(describe).collect()
        })
    }
}

impl Names {
    /// The message of a problem; of a name that looks like none, what it could be.
    fn explain(&self, problem: &logsum_expressions::LowerError) -> String {
        let message = problem.to_string();
        match problem {
            logsum_expressions::LowerError::UnknownName { suggestion: None, .. }
                if !self.known.values().any(|symbol| matches!(symbol, Symbol::Parameter(_))) =>
            {
                format!("{message}: there is no such column")
            }
            logsum_expressions::LowerError::UnknownName { suggestion: None, .. } => {
                format!("{message}: neither a column of the file nor a declared parameter")
            }
            _ => message,
        }
    }
}

impl Scope for Names {
    fn resolve(&self, name: &str) -> Option<Symbol> {
        self.known.get(name).copied()
    }

    fn names(&self) -> Vec<String> {
        self.order.iter().chain(&self.others).cloned().collect()
    }
}

/// Cells of a column as seen from other rows: `None` if row i is cell i, else cell `map[i]`.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a> {
    pub values: &'a Values,
    pub map: Option<&'a [u32]>,
}

/// Values of `node` over `n` rows, whose cells `cells` looks up by column.
pub(crate) fn evaluate<'a>(
    graph: &Graph,
    node: NodeId,
    n: usize,
    parameters: &[f64],
    cells: &(dyn Fn(ColumnId) -> Cells<'a> + Sync),
) -> Vec<f64> {
    let program = Program::new(graph, &[node], &|_| false);
    let mut result = vec![0.0; n];
    result.par_chunks_mut(CHUNK).enumerate().for_each_init(
        || (Workspace::default(), vec![Vec::new(); program.inputs().len()]),
        |(workspace, buffers), (chunk, out)| {
            let rows = chunk * CHUNK..chunk * CHUNK + out.len();
            for (&leaf, buffer) in program.inputs().iter().zip(buffers.iter_mut()) {
                fill(graph, leaf, rows.clone(), cells, buffer);
            }
            let inputs: Vec<&[f64]> = buffers.iter().map(Vec::as_slice).collect();
            program.run(&inputs, parameters, out.len(), workspace);
            out.copy_from_slice(workspace.output(0));
        },
    );
    result
}

/// Values of a parameter-free `node` over some rows, on the calling thread.
pub(crate) fn evaluate_rows<'a>(
    graph: &Graph,
    node: NodeId,
    rows: Range<usize>,
    cells: &(dyn Fn(ColumnId) -> Cells<'a> + Sync),
) -> Vec<f64> {
    let program = Program::new(graph, &[node], &|_| false);
    let mut workspace = Workspace::default();
    let mut buffers = vec![Vec::new(); program.inputs().len()];
    let mut result = Vec::with_capacity(rows.len());
    for start in rows.clone().step_by(CHUNK) {
        let chunk = start..rows.end.min(start + CHUNK);
        for (&leaf, buffer) in program.inputs().iter().zip(buffers.iter_mut()) {
            fill(graph, leaf, chunk.clone(), cells, buffer);
        }
        let inputs: Vec<&[f64]> = buffers.iter().map(Vec::as_slice).collect();
        program.run(&inputs, &[], chunk.len(), &mut workspace);
        result.extend_from_slice(workspace.output(0));
    }
    result
}

/// Cells of a leaf of a program over a range of rows.
fn fill<'a>(
    graph: &Graph,
    leaf: NodeId,
    rows: Range<usize>,
    cells: &(dyn Fn(ColumnId) -> Cells<'a> + Sync),
    out: &mut Vec<f64>,
) {
    out.clear();
    match graph.node(leaf) {
        Node::Column(id) => {
            let Cells { values, map } = cells(id);
            let Values::Number(numbers) = values else {
                unreachable!("lowering admits text columns in comparisons only")
            };
            match map {
                None => out.extend_from_slice(&numbers[rows]),
                Some(map) => out.extend(map[rows].iter().map(|&row| numbers[row as usize])),
            }
        }
        Node::TextCompare { operator, column, text } => {
            let (codes, dictionary, map) = text_cells(cells(column));
            let sought = graph.text(text);
            // Codes are ranks: a text that does not occur stands between two of them.
            let below = dictionary.partition_point(|word| word.as_str() < sought);
            let exact = dictionary.get(below).is_some_and(|word| word == sought);
            let rank = if exact { below as f64 } else { below as f64 - 0.5 };
            out.extend(rows.map(|row| match codes[map.map_or(row, |map| map[row] as usize)] {
                MISSING_TEXT => f64::NAN,
                code => operator.numbers(f64::from(code), rank),
            }));
        }
        Node::TextCompareColumns { operator, left, right } => {
            let (left, right) = (cells(left), cells(right));
            let word = |cells: &Cells<'a>, row: usize| {
                let (codes, dictionary, map) = text_cells(*cells);
                match codes[map.map_or(row, |map| map[row] as usize)] {
                    MISSING_TEXT => None,
                    code => Some(dictionary[code as usize].as_str()),
                }
            };
            out.extend(rows.map(|row| operator.texts(word(&left, row), word(&right, row))));
        }
        _ => unreachable!("only columns and text comparisons are leaves"),
    }
}

fn text_cells(cells: Cells<'_>) -> (&[u32], &[String], Option<&[u32]>) {
    let Values::Text(TextColumn { codes, dictionary }) = cells.values else {
        unreachable!("lowering admits number columns in number comparisons only")
    };
    (codes, dictionary, cells.map)
}

/// One row of a table as the interpreter sees it, to say why a value is not a number.
pub(crate) struct TableRow<'a> {
    pub table: &'a Table,
    pub derived: &'a [Derived],
    pub parameters: &'a Probes,
    pub row: usize,
}

impl TableRow<'_> {
    /// Why `expression` has no finite value here; `None` if it has one.
    pub fn fault(&self, expression: &Expression) -> Option<Fault> {
        interpret(expression, self).err()
    }
}

impl Row for TableRow<'_> {
    fn value(&self, name: &str) -> Result<Value<'_>, Fault> {
        if let Some(column) = self.table.column(name) {
            return Ok(match &column.values {
                Values::Number(numbers) => Value::Number(numbers[self.row]),
                Values::Text(text) => Value::Text(text.get(self.row)),
            });
        }
        if let Some(derived) = self.derived.iter().find(|derived| derived.name == name) {
            return interpret(&derived.expression, self).map(Value::Number);
        }
        let parameter = self.parameters.get(name);
        Ok(Value::Number(
            parameter.expect("names were resolved before rows are interpreted"),
        ))
    }
}
