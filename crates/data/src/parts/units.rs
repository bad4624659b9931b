//! Where rows may be cut: between cases, and between decision makers where the schema names them.

use crate::schema::{Layout, Schema};
use crate::table::{Column, Table, Values};

/// Rows that follow each other and bear the same identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// First of them.
    pub start: u32,
    /// The row whose cell names them.
    pub named: u32,
}

/// The runs of a column that must lie together.
pub(crate) struct Together<'a> {
    pub column: &'a Column,
    pub runs: Vec<Run>,
}

/// The columns whose rows must lie together, each with its runs: of cases, of decision makers.
///
/// Columns that the table has not are left out.
pub(crate) fn together<'a>(table: &'a Table, schema: &Schema) -> [Option<Together<'a>>; 2] {
    let n = table.n_rows;
    let cases = match &schema.layout {
        Layout::Wide { .. } => None,
        Layout::Long { case, .. } => table.column(case).map(|column| Together {
            column,
            runs: runs(&column.values, n, None),
        }),
    };
    let name = schema.decision_maker.as_ref();
    let makers = name.and_then(|name| table.column(name)).map(|column| Together {
        column,
        runs: match &cases {
            Some(cases) => {
                let named = named(&column.values, n, &cases.runs);
                runs(&column.values, n, named.as_deref())
            }
            None => runs(&column.values, n, None),
        },
    });
    [cases, makers]
}

/// Rows before the last place at which rows may be cut; all but the last case or decision maker, which may go on.
pub(crate) fn complete(together: &[Option<Together<'_>>; 2], n_rows: usize) -> usize {
    match together {
        [None, None] => n_rows,
        [Some(one), None] | [None, Some(one)] => one.runs.last().map_or(0, |run| run.start as usize),
        [Some(cases), Some(makers)] => {
            let starts: Vec<u32> = cases.runs.iter().map(|run| run.start).collect();
            // Rows that are still to come may name the decision maker of the last case: that of the case before it.
            let values = &makers.column.values;
            let open = |run: &&Run| Some(&run.start) == starts.last() && values.identity(run.named as usize).is_none();
            let both = |run: &&Run| starts.binary_search(&run.start).is_ok();
            let last = makers.runs.iter().rev().filter(both).find(|run| !open(run));
            last.map_or(0, |run| run.start as usize)
        }
    }
}

/// Runs of equal cells, each row named by its own cell or by that of `named`.
fn runs(values: &Values, n: usize, named: Option<&[u32]>) -> Vec<Run> {
    let name = |row: usize| named.map_or(row, |named| named[row] as usize);
    let mut runs = Vec::new();
    let mut last = None;
    for row in 0..n {
        let named = name(row);
        let identity = values.identity(named);
        if row == 0 || identity != last {
            runs.push(Run {
                start: row as u32,
                named: named as u32,
            });
            last = identity;
        }
    }
    runs
}

/// The row that names the decision maker of each row: a missing cell is that of the row above in the same case, else of
/// the first below that has one. `None` if no cell is missing.
fn named(values: &Values, n: usize, cases: &[Run]) -> Option<Vec<u32>> {
    if (0..n).all(|row| values.identity(row).is_some()) {
        return None;
    }
    let mut named: Vec<u32> = (0..n as u32).collect();
    let ends = cases.iter().skip(1).map(|run| run.start as usize).chain([n]);
    for (start, end) in cases.iter().map(|run| run.start as usize).zip(ends) {
        let Some(first) = (start..end).find(|&row| values.identity(row).is_some()) else {
            continue;
        };
        let mut last = first;
        for (row, named) in (start..end).zip(&mut named[start..end]) {
            if values.identity(row).is_some() {
                last = row;
            }
            *named = last as u32;
        }
    }
    Some(named)
}
