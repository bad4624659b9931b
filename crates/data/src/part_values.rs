//! Values of an expression over some of the cases.

use std::borrow::Cow;
use std::ops::Range;

use logsum_expressions::{Graph, Node, NodeId};

use crate::choice_data::{ChoiceData, Level};
use crate::columns::{Cells, evaluate_rows};
use crate::table::Values;

impl ChoiceData {
    /// Values of a parameter-free node over consecutive cases, one per case or per pair as `level` says, computed on
    /// the calling thread. Those of a plain column are not copied.
    ///
    /// # Panics
    /// If the node varies within cases and `level` is the case.
    pub fn evaluate_cases(&self, graph: &Graph, node: NodeId, level: Level, cases: Range<usize>) -> Cow<'_, [f64]> {
        assert!(
            level >= self.level(graph, node),
            "what varies within cases has no value per case"
        );
        let rows = match level {
            Level::Case => cases,
            Level::Pair => self.start[cases.start]..self.start[cases.end],
        };
        if let Node::Column(id) = graph.node(node) {
            let column = &self.columns[id.0 as usize];
            if let (Values::Number(cells), true) = (&column.values, column.level == level) {
                return Cow::Borrowed(&cells[rows]);
            }
        }
        Cow::Owned(evaluate_rows(graph, node, rows, &|id| {
            let column = &self.columns[id.0 as usize];
            Cells {
                values: &column.values,
                map: (column.level != level).then_some(self.case_of_pair.as_slice()),
            }
        }))
    }
}
