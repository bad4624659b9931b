//! From rows to cases: what wide and long tables have in common while they are being checked.

use std::mem::discriminant;

use logsum_expressions::{Expression, Fault, FaultKind, Graph, NodeId};

use crate::alternatives::Alternatives;
use crate::columns::{Cells, Names, TableRow, evaluate};
use crate::error::{DataError, Place, Places};
use crate::schema::{Missing, Schema};
use crate::table::{Table, Values};

/// Choice situations as lists of table rows, before the attributes are checked.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Pairs of case c are `start[c]..start[c + 1]`.
    pub start: Vec<usize>,
    /// Alternative of each (case, alternative) pair.
    pub alternative: Vec<u32>,
    /// Table row of each pair; in wide data that of its case.
    pub row: Vec<u32>,
    /// How often each pair was chosen; 0 or 1 unless outcomes are counts.
    pub chosen: Vec<f64>,
    /// Whether a cell is missing that the pair needs, where the schema allows to drop it.
    pub missing: Vec<bool>,
}

impl Draft {
    pub fn new() -> Self {
        Draft {
            start: vec![0],
            ..Draft::default()
        }
    }

    pub fn n_cases(&self) -> usize {
        self.start.len() - 1
    }

    /// Pairs of a case.
    pub fn pairs(&self, case: usize) -> std::ops::Range<usize> {
        self.start[case]..self.start[case + 1]
    }

    /// Adds a pair to the case that is being built.
    pub fn push(&mut self, alternative: u32, row: u32, chosen: f64, missing: bool) {
        self.alternative.push(alternative);
        self.row.push(row);
        self.chosen.push(chosen);
        self.missing.push(missing);
    }

    /// Ends the case that is being built.
    pub fn end_case(&mut self) {
        self.start.push(self.row.len());
    }

    /// Table row of the first pair of a case.
    pub fn first_row(&self, case: usize) -> usize {
        self.row[self.start[case]] as usize
    }

    /// The same cases in another order, or some of them; of these the pairs that `keep` admits.
    pub fn select(&self, cases: impl IntoIterator<Item = usize>, keep: impl Fn(usize) -> bool) -> Draft {
        let mut selected = Draft::new();
        for case in cases {
            for pair in self.pairs(case).filter(|&pair| keep(pair)) {
                selected.push(self.alternative[pair], self.row[pair], self.chosen[pair], self.missing[pair]);
            }
            selected.end_case();
        }
        selected
    }
}

/// What the steps of building choice data share.
pub(crate) struct Context<'a> {
    pub table: &'a Table,
    pub schema: &'a Schema,
    pub names: Names,
    pub graph: Graph,
    /// Parameters of utilities and the values at which utilities are tried on the data.
    pub probes: Vec<(String, f64)>,
    pub errors: Vec<DataError>,
    pub warnings: Vec<String>,
}

impl<'a> Context<'a> {
    pub fn file(&self) -> &'a str {
        &self.table.source.name
    }

    /// The place of a table row, with the case it belongs to where a column says so.
    pub fn place(&self, row: usize) -> Place {
        let case = match &self.schema.layout {
            crate::schema::Layout::Long { case, .. } => self.table.column(case).map(|column| cell(&column.values, row)),
            crate::schema::Layout::Wide { .. } => None,
        };
        Place {
            row: self.table.row_number(row),
            case,
        }
    }

    /// Values of an expression that was lowered to `node`, at the given table rows or at all of them.
    pub fn evaluate(&self, node: NodeId, rows: Option<&[u32]>) -> Vec<f64> {
        let n = rows.map_or(self.table.n_rows, <[u32]>::len);
        let parameters: Vec<f64> = self.probes.iter().map(|(_, value)| *value).collect();
        evaluate(&self.graph, node, n, &parameters, &|id| Cells {
            values: &self.table.columns[id.0 as usize].values,
            map: rows,
        })
    }

    /// Lowers an expression, or notes why it has no meaning.
    pub fn lower(&mut self, label: &str, expression: &Expression) -> Option<NodeId> {
        self.names
            .lower(label, expression, &mut self.graph)
            .map_err(|problems| self.errors.extend(problems))
            .ok()
    }

    /// Looks into the values of `expression` that are not finite: whether a missing cell alone is to blame.
    ///
    /// Everything else, and missing cells where they are errors, goes into `faults`.
    pub fn explain(&self, expression: &Expression, label: &str, row: usize, faults: &mut Faults) -> Verdict {
        let known = TableRow {
            table: self.table,
            derived: &self.schema.derived,
            parameters: &self.probes,
            row,
        };
        let Some(fault) = known.fault(expression) else {
            return Verdict::Sound;
        };
        if let FaultKind::Missing { .. } = &fault.kind
            && self.schema.missing != Missing::Error
        {
            return Verdict::Missing;
        }
        let data_alone = matches!(fault.kind, FaultKind::Missing { .. } | FaultKind::Infinite { .. });
        if !data_alone && self.involves_parameter(&fault) {
            return Verdict::Sound;
        }
        faults.add(self, label, fault, row);
        Verdict::Fault
    }

    /// Whether the failing part has parameters in it: then other values of them may be fine.
    fn involves_parameter(&self, fault: &Fault) -> bool {
        Expression::parse(&fault.source[fault.span.start..fault.span.end])
            .is_ok_and(|part| part.names().iter().any(|name| self.probes.iter().any(|(probe, _)| probe == name)))
    }
}

/// What a value that is not finite turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing that the data are to blame for.
    Sound,
    /// A missing cell that the schema allows to drop.
    Missing,
    /// A problem, noted.
    Fault,
}

/// Problems of cells, gathered by expression, kind and part; of each the first is described.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    found: Vec<(String, Fault, Places)>,
}

impl Faults {
    fn add(&mut self, context: &Context<'_>, label: &str, fault: Fault, row: usize) {
        let part = |fault: &Fault| fault.span.text(&fault.source).to_owned();
        let same = |(at, known, _): &(String, Fault, Places)| {
            at == label && discriminant(&known.kind) == discriminant(&fault.kind) && part(known) == part(&fault)
        };
        let position = self.found.iter().position(same).unwrap_or_else(|| {
            self.found.push((label.to_owned(), fault, Places::new(context.file())));
            self.found.len() - 1
        });
        self.found[position].2.add(|| context.place(row));
    }

    /// One error per expression, kind and part.
    pub fn into_errors(self) -> impl Iterator<Item = DataError> {
        self.found.into_iter().map(|(label, fault, places)| match fault.kind {
            FaultKind::Missing { column } => DataError::MissingCell { places, label, column },
            _ => DataError::NotFinite {
                places,
                label,
                fault: fault.to_string(),
            },
        })
    }
}

/// What a layout hands over: the situations and their alternatives.
pub(crate) struct Laid {
    pub draft: Draft,
    pub alternatives: Alternatives,
    /// Cases already dropped because their choice is missing.
    pub cases_dropped: usize,
}

/// A cell as written, for messages and labels.
pub(crate) fn cell(values: &Values, row: usize) -> String {
    match values {
        Values::Number(numbers) if numbers[row].is_nan() => "(missing)".to_owned(),
        Values::Number(numbers) => numbers[row].to_string(),
        Values::Text(text) => text.get(row).map_or_else(|| "(missing)".to_owned(), |text| format!("\"{text}\"")),
    }
}
