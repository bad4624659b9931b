//! Columns computed from the columns of a table.

use logsum_expressions::{ColumnId, Expression, Graph};

use crate::columns::{Cells, Names, evaluate};
use crate::error::DataError;
use crate::schema::Derived;
use crate::table::Table;

impl Table {
    /// Values of an expression of the table's columns, one per row; NaN where a cell that it needs is missing or it has
    /// no value. `label` says in messages what the expression is for.
    ///
    /// # Errors
    /// Names that are no columns, and texts where numbers belong.
    pub fn evaluate(&self, label: &str, expression: &Expression) -> Result<Vec<f64>, DataError> {
        self.evaluate_with(&[], label, expression)
    }

    /// The same where the expression may use derived columns too.
    pub(crate) fn evaluate_with(
        &self,
        derived: &[Derived],
        label: &str,
        expression: &Expression,
    ) -> Result<Vec<f64>, DataError> {
        let mut graph = Graph::default();
        let mut names = Names::new(self.columns.iter().map(|column| (column.name.as_str(), &column.values)))
            .suggesting(&self.all_names);
        let mut errors = Vec::new();
        names.derive(derived, &mut graph, &mut errors);
        let node = match names.lower(label, expression, &mut graph) {
            Ok(node) if errors.is_empty() => node,
            Ok(_) => return Err(DataError::from_list(errors)),
            Err(problems) => return Err(DataError::from_list(errors.into_iter().chain(problems).collect())),
        };
        Ok(evaluate(&graph, node, self.n_rows, &[], &|id: ColumnId| Cells {
            values: &self.columns[id.0 as usize].values,
            map: None,
        }))
    }
}
