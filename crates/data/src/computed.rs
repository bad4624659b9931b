//! Columns computed from the columns of a table.

use logsum_expressions::{ColumnId, Expression, Graph};

use crate::columns::{Cells, Names, evaluate};
use crate::error::DataError;
use crate::table::Table;

impl Table {
    /// Values of an expression of the table's columns, one per row; NaN where a cell that it needs is missing or it has
    /// no value. `label` says in messages what the expression is for.
    ///
    /// # Errors
    /// Names that are no columns, and texts where numbers belong.
    pub fn evaluate(&self, label: &str, expression: &Expression) -> Result<Vec<f64>, DataError> {
        let mut graph = Graph::default();
        let names = Names::new(self.columns.iter().map(|column| (column.name.as_str(), &column.values)));
        let node = names
            .lower(label, expression, &mut graph)
            .map_err(DataError::from_list)?;
        Ok(evaluate(&graph, node, self.n_rows, &[], &|id: ColumnId| Cells {
            values: &self.columns[id.0 as usize].values,
            map: None,
        }))
    }
}
