//! Ranges of expressions from those of columns: where one is finite, no row need be evaluated to know that its value is.

use std::collections::HashMap;

use logsum_expressions::{Graph, Node, NodeId};
use rayon::prelude::*;

use crate::table::{Column, Values};

/// Smallest and largest value.
type Range = (f64, f64);

/// Values beyond are taken for infinite: a margin for operations whose results are rounded.
const LARGE: f64 = 1e300;

/// Ranges of the nodes of a graph over the rows of a table.
pub(crate) struct Ranges<'a> {
    graph: &'a Graph,
    parameters: &'a [f64],
    columns: HashMap<u32, Option<Range>>,
    known: HashMap<NodeId, Option<Range>>,
}

impl<'a> Ranges<'a> {
    /// Looks through the number columns of which `nodes` are made.
    pub fn new(
        graph: &'a Graph,
        nodes: &[NodeId],
        parameters: &'a [f64],
        columns: &'a [Column],
        n_rows: usize,
    ) -> Ranges<'a> {
        let mut used: Vec<u32> = nodes
            .iter()
            .flat_map(|&node| graph.columns_of(node))
            .map(|id| id.0)
            .collect();
        used.sort_unstable();
        used.dedup();
        let range = |&id: &u32| match &columns[id as usize].values {
            Values::Number(cells) => (id, range(&cells[..n_rows])),
            Values::Text(_) => (id, None),
        };
        Ranges {
            graph,
            parameters,
            columns: used.par_iter().map(range).collect(),
            known: HashMap::new(),
        }
    }

    /// Whether a node is sure to be finite in every row.
    pub fn is_finite(&mut self, node: NodeId) -> bool {
        // Operands stand before what is made of them, so that no expression is too deep to be followed.
        let mut pending = vec![node];
        while let Some(&next) = pending.last() {
            if self.known.contains_key(&next) {
                pending.pop();
                continue;
            }
            let unknown: Vec<NodeId> = self
                .graph
                .node(next)
                .operands()
                .filter(|operand| !self.known.contains_key(operand))
                .collect();
            if unknown.is_empty() {
                let range = self.of(next).filter(|(low, high)| *low >= -LARGE && *high <= LARGE);
                self.known.insert(next, range);
                pending.pop();
            } else {
                pending.extend(unknown);
            }
        }
        self.known[&node].is_some()
    }

    /// Range of a node whose operands are known; `None` if it may have no finite value, or that is not looked into.
    fn of(&self, node: NodeId) -> Option<Range> {
        let known = |node: NodeId| self.known[&node];
        match self.graph.node(node) {
            Node::Constant(value) => Some((value.value(), value.value())),
            Node::Parameter(id) => Some((self.parameters[id.0 as usize], self.parameters[id.0 as usize])),
            Node::Column(id) => self.columns[&id.0],
            Node::Negate(a) => known(a).map(|(low, high)| (-high, -low)),
            Node::Abs(a) => known(a).map(|(low, high)| (0.0, low.abs().max(high.abs()))),
            // A little above 0, for what is rounded.
            Node::Log(a) => known(a)
                .filter(|(low, _)| *low > 1e-290)
                .map(|(low, high)| (low.ln() - 1.0, high.ln() + 1.0)),
            Node::Sqrt(a) => known(a)
                .filter(|(low, _)| *low >= 0.0)
                .map(|(_, high)| (0.0, high.sqrt() + 1.0)),
            Node::Exp(a) => known(a)
                .filter(|(_, high)| *high < 600.0)
                .map(|(_, high)| (0.0, 2.0 * high.exp())),
            Node::Add(a, b) => Some((known(a)?.0 + known(b)?.0, known(a)?.1 + known(b)?.1)),
            Node::Subtract(a, b) => Some((known(a)?.0 - known(b)?.1, known(a)?.1 - known(b)?.0)),
            Node::Multiply(a, b) => Some(products(known(a)?, known(b)?)),
            Node::Divide(a, b) => {
                let (a, (low, high)) = (known(a)?, known(b)?);
                // Rounded division rises or falls with each of the two while the divisor keeps its sign.
                let corners = [a.0 / low, a.0 / high, a.1 / low, a.1 / high];
                (low > 1e-290 || high < -1e-290).then(|| hull(corners))
            }
            Node::Power(a, b) => {
                let ((low, high), (exponent, same)) = (known(a)?, known(b)?);
                let sound = exponent == same && exponent >= 0.0 && (low >= 0.0 || exponent.fract() == 0.0);
                let bound = low.abs().max(high.abs()).max(1.0).powf(exponent) * 2.0;
                sound.then_some((-bound, bound))
            }
            Node::Min(a, b) | Node::Max(a, b) | Node::If(_, a, b) if self.has_condition(node) => {
                Some((known(a)?.0.min(known(b)?.0), known(a)?.1.max(known(b)?.1)))
            }
            Node::Not(a) => known(a).map(|_| (0.0, 1.0)),
            Node::Compare(_, a, b) | Node::And(a, b) | Node::Or(a, b) => known(a).and(known(b)).map(|_| (0.0, 1.0)),
            _ => None,
        }
    }

    /// Whether the condition of a node has a value, if it has a condition.
    fn has_condition(&self, node: NodeId) -> bool {
        match self.graph.node(node) {
            Node::If(condition, ..) => self.known[&condition].is_some(),
            _ => true,
        }
    }
}

fn products(a: Range, b: Range) -> Range {
    hull([a.0 * b.0, a.0 * b.1, a.1 * b.0, a.1 * b.1])
}

fn hull(corners: [f64; 4]) -> Range {
    (
        corners.into_iter().fold(f64::INFINITY, f64::min),
        corners.into_iter().fold(f64::NEG_INFINITY, f64::max),
    )
}

/// Range of the cells of a column; `None` if one is missing or infinite.
fn range(cells: &[f64]) -> Option<Range> {
    /// Cells compared side by side, in vector registers.
    const LANES: usize = 8;
    const BLOCK: usize = 8192;
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    for block in cells.chunks(BLOCK) {
        let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        // A cell times 0 is 0 unless it is missing or infinite, and then the sum is no number.
        let mut sum = [0.0; LANES];
        let mut take = |at: usize, cell: f64| {
            low[at] = if cell < low[at] { cell } else { low[at] };
            high[at] = if cell > high[at] { cell } else { high[at] };
            sum[at] += cell * 0.0;
        };
        let chunks = block.chunks_exact(LANES);
        for (at, &cell) in chunks.remainder().iter().enumerate() {
            take(at, cell);
        }
        for chunk in chunks {
            for (at, &cell) in chunk.iter().enumerate() {
                take(at, cell);
            }
        }
        if sum.iter().any(|sum| sum.is_nan()) {
            return None;
        }
        range.0 = low.into_iter().fold(range.0, f64::min);
        range.1 = high.into_iter().fold(range.1, f64::max);
    }
    Some(range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::{Cells, Names, evaluate};
    use logsum_expressions::Expression;

    fn number(name: &str, cells: &[f64]) -> Column {
        Column {
            name: name.to_owned(),
            values: Values::Number(cells.into()),
        }
    }

    /// Whether the range says that the expression is finite, and whether it is in every row.
    fn said_and_true(source: &str) -> (bool, bool) {
        let columns = [
            number("x", &[1.0, 2.0, 0.5, 3.0, 4.0, 0.25, 1.0, 2.0, 9.0]),
            number("y", &[-1.0, 0.0, 1.0, 2.0, -3.0, 0.0, 0.0, 5.0, 0.0]),
            number("u", &[3.0, 5.0, 9.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]),
            number("v", &[3.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            number("large", &[1e200; 9]),
            number("gap", &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, f64::NAN]),
            number("infinite", &[0.0, f64::INFINITY, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        ];
        let mut graph = Graph::default();
        let names = Names::new(columns.iter().map(|column| (column.name.as_str(), &column.values)));
        let names = names.with_parameters(&["b".to_owned()]);
        let expression = Expression::parse(source).unwrap();
        let node = names.lower("expression", &expression, &mut graph).unwrap();
        let said = Ranges::new(&graph, &[node], &[0.7], &columns, 9).is_finite(node);
        let values = evaluate(&graph, node, 9, &[0.7], &|id| Cells {
            values: &columns[id.0 as usize].values,
            map: None,
        });
        (said, values.iter().all(|value| value.is_finite()))
    }

    #[test]
    fn what_is_sure_to_be_finite_is() {
        for source in [
            "b * x + y - 3 * x * y",
            "log(x) + exp(-y) / x",
            "sqrt(x) * abs(y)",
            "min(x, y) + max(x, b)",
            "x > 1 and y < 2 or not x",
            "if(y > 0, x, -x)",
            "y^2 + x^1.5",
            "y / (x + 1)",
            "large * x",
        ] {
            assert_eq!(said_and_true(source), (true, true), "{source}");
        }
        for source in [
            "log(y)",
            "x / y",
            "sqrt(y)",
            "large * large",
            "large * large - large * large",
            "exp(large)",
            "gap",
            "b * gap",
            "infinite + x",
            "x / (infinite + 1) + gap",
            "y^1.5",
            "y^(-1)",
            "large^2",
            "if(gap, x, y)",
            // 3 / 10 is the next number below 3 times 0.1.
            "sqrt(u / 10 - v * 0.1)",
        ] {
            assert_eq!(said_and_true(source), (false, false), "{source}");
        }
        // Not looked into, so evaluated.
        assert_eq!(said_and_true("if(y == 0, 0, x / y)"), (false, true));
    }

    #[test]
    fn a_cell_that_is_missing_is_found_wherever_it_stands() {
        for n in [1, 7, 8, 9, 8191, 8192, 8193, 20_000] {
            let mut cells: Vec<f64> = (0..n).map(|at| f64::from(at % 17 - 8)).collect();
            let expected = cells
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), cell| {
                    (cell.min(low), cell.max(high))
                });
            assert_eq!(range(&cells), Some(expected));
            for at in [0, n / 2, n - 1] {
                for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    let was = std::mem::replace(&mut cells[at as usize], odd);
                    assert_eq!(range(&cells), None, "{odd} at {at} of {n}");
                    cells[at as usize] = was;
                }
            }
        }
    }
}
