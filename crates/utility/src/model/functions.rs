//! Functions of the parameters alone, with their derivatives, as one program.

use logsum_expressions::{
    Expression, Graph, LowerError, NodeId, ParameterId, Program, Scope, Symbol, With, Workspace, lower,
};

use super::mixture::pair;
use crate::specification::Specification;

/// f(θ) of several functions f.
#[derive(Debug)]
pub(crate) struct Functions {
    /// How many there are.
    n: usize,
    /// Parameters in any of them, ascending.
    pub parameters: Vec<u32>,
    program: Program,
    /// Functions that are not 0 everywhere, then those of the first derivatives with the parameter's place, then those of
    /// second ones with two.
    values: Vec<usize>,
    firsts: Vec<(usize, usize)>,
    seconds: Vec<(usize, usize, usize)>,
}

/// Their values at some parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Values {
    pub value: Vec<f64>,
    /// In each parameter in use.
    pub first: Vec<Vec<f64>>,
    /// In each pair of them, a packed triangle.
    pub second: Vec<Vec<f64>>,
}

impl Functions {
    /// Of these nodes.
    pub fn new(graph: &mut Graph, nodes: &[NodeId]) -> Self {
        let mut parameters: Vec<u32> = nodes
            .iter()
            .flat_map(|&node| graph.parameters_of(node))
            .map(|ParameterId(k)| k)
            .collect();
        parameters.sort_unstable();
        parameters.dedup();
        let (mut values, mut firsts, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
        let (mut outputs, mut first_nodes, mut second_nodes) = (Vec::new(), Vec::new(), Vec::new());
        for (place, &node) in nodes.iter().enumerate() {
            if graph.as_constant(node) == Some(0.0) {
                continue;
            }
            values.push(place);
            outputs.push(node);
            for (row, &k) in parameters.iter().enumerate() {
                let first = graph.derivative(node, With::Parameter(ParameterId(k)));
                if graph.as_constant(first) == Some(0.0) {
                    continue;
                }
                firsts.push((place, row));
                first_nodes.push(first);
                for (column, &j) in parameters[..=row].iter().enumerate() {
                    let second = graph.derivative(first, With::Parameter(ParameterId(j)));
                    if graph.as_constant(second) != Some(0.0) {
                        seconds.push((place, row, column));
                        second_nodes.push(second);
                    }
                }
            }
        }
        outputs.extend(first_nodes);
        outputs.extend(second_nodes);
        Functions {
            n: nodes.len(),
            parameters,
            program: Program::new(graph, &outputs, &|_| false),
            values,
            firsts,
            seconds,
        }
    }

    /// Which function depends on which parameter.
    pub fn dependencies(&self) -> Vec<(usize, u32)> {
        let of = |&(function, row): &(usize, usize)| (function, self.parameters[row]);
        self.firsts.iter().map(of).collect()
    }

    /// Values and derivatives at `theta`.
    pub fn at(&self, theta: &[f64]) -> Values {
        let p = self.parameters.len();
        let mut workspace = Workspace::default();
        self.program.run(&[], theta, 1, &mut workspace);
        let mut outputs = (0..self.program.n_outputs()).map(|output| workspace.output(output)[0]);
        let mut all = Values {
            value: vec![0.0; self.n],
            first: vec![vec![0.0; self.n]; p],
            second: vec![vec![0.0; self.n]; p * (p + 1) / 2],
        };
        let mut next = || outputs.next().expect("an output for each function");
        for &place in &self.values {
            all.value[place] = next();
        }
        for &(place, row) in &self.firsts {
            all.first[row][place] = next();
        }
        for &(place, row, column) in &self.seconds {
            all.second[pair(row as u32, column as u32)][place] = next();
        }
        all
    }
}

/// Gives an expression in which parameters alone may stand its meaning.
///
/// # Errors
/// Why it has none, all reasons in one line.
pub(crate) fn lower_in_parameters(
    expression: &Expression,
    specification: &Specification,
    graph: &mut Graph,
) -> Result<NodeId, String> {
    struct Parameters<'a>(&'a Specification);
    impl Scope for Parameters<'_> {
        fn resolve(&self, name: &str) -> Option<Symbol> {
            let known = self.0.parameters.iter().position(|declared| declared.symbol == name)?;
            Some(Symbol::Parameter(ParameterId(known as u32)))
        }

        fn names(&self) -> Vec<String> {
            self.0.symbols()
        }
    }
    lower(expression, &Parameters(specification), graph).map_err(|errors| {
        let reasons: Vec<String> = errors.iter().map(LowerError::to_string).collect();
        reasons.join("; ")
    })
}
