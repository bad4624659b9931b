//! From rows to cases: what wide and long tables have in common while they are being checked.

use std::collections::HashMap;

use logsum_expressions::{Expression, FaultKind, Graph, NodeId};

use crate::alternatives::{Alternatives, Codes};
use crate::columns::{Cells, TableRow, evaluate};
use crate::error::{DataError, Place, Places};
use crate::faults::{Faults, Verdict, of_data};
use crate::schema::{Layout, Missing, Schema};
use crate::table::{Table, Values};

/// Alternative of a pair that is sure to be dropped, and the choice of a case whose choice could not be read.
pub(crate) const NO_ALTERNATIVE: u32 = u32::MAX;

/// What the data are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To learn from choices.
    Choices,
    /// To predict them: outcomes are not looked at.
    Situations,
}

impl Asked {
    /// Fewest alternatives of a choice set.
    pub fn fewest(self) -> usize {
        match self {
            Asked::Choices => 2,
            Asked::Situations => 1,
        }
    }
}

/// How much of the data a table holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent<'a> {
    /// All of them.
    Whole,
    /// A part, which need not have anything in it; with the codes of alternatives that occur in the whole of the data,
    /// where they matter.
    Part(Option<&'a Codes>),
}

/// What becomes of a row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowState {
    /// It is used.
    Kept,
    /// The filter removes it.
    Out,
    /// A cell is missing that says what the row is, and the schema allows to drop.
    Missing,
    /// It cannot be read, which has been reported.
    Faulty,
}

/// Choice situations as lists of table rows, before the attributes are checked.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Pairs of case c are `start[c]..start[c + 1]`.
    pub start: Vec<usize>,
    /// Table row that stands for each case in messages, also where it has no pairs.
    pub first_row: Vec<u32>,
    /// Whether a problem already reported took alternatives out of each case, so that its size says nothing.
    pub unsure: Vec<bool>,
    /// Alternative of each (case, alternative) pair.
    pub alternative: Vec<u32>,
    /// Table row of each pair; in wide data that of its case.
    pub row: Vec<u32>,
    /// How often each pair was chosen; 0 or 1 unless outcomes are counts. Of rankings the rank, 0 where there is none.
    pub chosen: Vec<f64>,
    /// Whether a cell is missing that the pair needs, where the schema allows to drop it.
    pub missing: Vec<bool>,
    /// Weight in the row of each pair; none if the schema has no weights.
    pub weight: Option<Vec<f64>>,
}

impl Draft {
    /// No cases yet, with room for so many, and for so many pairs.
    pub fn of(n_cases: usize, n_pairs: usize) -> Self {
        let mut start = Vec::with_capacity(n_cases + 1);
        start.push(0);
        Draft {
            start,
            first_row: Vec::with_capacity(n_cases),
            unsure: Vec::with_capacity(n_cases),
            alternative: Vec::with_capacity(n_pairs),
            row: Vec::with_capacity(n_pairs),
            chosen: Vec::with_capacity(n_pairs),
            missing: Vec::with_capacity(n_pairs),
            weight: None,
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
    pub fn end_case(&mut self, first_row: u32, unsure: bool) {
        self.start.push(self.row.len());
        self.first_row.push(first_row);
        self.unsure.push(unsure);
    }

    /// The same cases in another order, or some of them; of these the pairs that `keep` admits.
    pub fn select(&self, cases: impl IntoIterator<Item = usize>, keep: impl Fn(usize) -> bool) -> Draft {
        let mut selected = Draft::of(0, 0);
        let mut weight = Vec::new();
        for case in cases {
            for pair in self.pairs(case).filter(|&pair| keep(pair)) {
                selected.push(
                    self.alternative[pair],
                    self.row[pair],
                    self.chosen[pair],
                    self.missing[pair],
                );
                weight.extend(self.weight.as_ref().map(|weight| weight[pair]));
            }
            selected.end_case(self.first_row[case], self.unsure[case]);
        }
        selected.weight = self.weight.as_ref().map(|_| weight);
        selected
    }
}

/// The members of each of several groups, in order: of alternatives, their pairs.
pub(crate) struct Groups {
    start: Vec<usize>,
    members: Vec<u32>,
}

impl Groups {
    /// Sorts the positions of `group` by group in one pass; groups of `n` or more are left out.
    pub fn new(group: &[u32], n: usize) -> Self {
        let mut start = vec![0; n + 1];
        for &group in group.iter().filter(|group| (**group as usize) < n) {
            start[group as usize + 1] += 1;
        }
        for at in 0..n {
            start[at + 1] += start[at];
        }
        let mut next = start.clone();
        let mut members = vec![0; start[n]];
        for (position, &group) in group.iter().enumerate().filter(|(_, group)| (**group as usize) < n) {
            members[next[group as usize]] = position as u32;
            next[group as usize] += 1;
        }
        Groups { start, members }
    }

    /// Positions of the members of a group, ascending.
    pub fn of(&self, group: usize) -> &[u32] {
        &self.members[self.start[group]..self.start[group + 1]]
    }
}

/// What the expressions of schema and model mean, in their order.
pub(crate) struct Nodes {
    pub filter: Option<NodeId>,
    pub weight: Option<NodeId>,
    /// One per alternative of the schema; `None` if it is always available.
    pub available: Vec<Option<NodeId>>,
    pub utilities: Vec<NodeId>,
    /// Counts of alternatives in the order of the schema's; none where outcomes are not asked for.
    pub counts: Vec<NodeId>,
}

/// The parameters of utilities and the values at which utilities are tried on the data.
pub(crate) struct Probes {
    positions: HashMap<String, usize>,
    values: Vec<f64>,
}

impl Probes {
    /// Any values will do that make no expression of parameters vanish by accident.
    pub fn new(parameters: &[String]) -> Self {
        let value = |position: usize| 0.5 + (position as f64 * 0.618_033_988_749_895).fract();
        Probes {
            positions: parameters.iter().cloned().zip(0..).collect(),
            values: (0..parameters.len()).map(value).collect(),
        }
    }

    /// The values, in the order of the parameters.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Value of a parameter; `None` if the name is none of one.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.positions.get(name).map(|&position| self.values[position])
    }
}

/// What the steps of building choice data share.
pub(crate) struct Context<'a> {
    pub table: &'a Table,
    pub schema: &'a Schema,
    pub asked: Asked,
    pub extent: Extent<'a>,
    pub graph: Graph,
    pub nodes: Nodes,
    pub probes: Probes,
    pub faults: Faults,
    pub errors: Vec<DataError>,
}

impl<'a> Context<'a> {
    pub fn file(&self) -> &'a str {
        &self.table.source.name
    }

    /// No places of this file yet.
    pub fn places(&self) -> Places {
        Places::new(self.file())
    }

    /// Whether missing cells are dropped rather than reported.
    pub fn drops_missing(&self) -> bool {
        self.schema.missing != Missing::Error
    }

    /// Whether no problem has been found.
    pub fn is_sound(&self) -> bool {
        self.errors.is_empty() && self.faults.is_empty()
    }

    /// All problems found.
    pub fn into_error(self) -> DataError {
        DataError::from_list(self.errors.into_iter().chain(self.faults.into_errors()).collect())
    }

    /// The place of a table row, with the case it belongs to where a column says so.
    pub fn place(&self, row: usize) -> Place {
        let case = match &self.schema.layout {
            Layout::Long { case, .. } => self.table.column(case).and_then(|column| present(&column.values, row)),
            Layout::Wide { .. } => None,
        };
        Place {
            row: self.table.row_number(row),
            case,
        }
    }

    /// Values of a node at the given table rows, or at all of them.
    pub fn evaluate(&self, node: NodeId, rows: Option<&[u32]>) -> Vec<f64> {
        let n = rows.map_or(self.table.n_rows, <[u32]>::len);
        evaluate(&self.graph, node, n, &self.probes.values, &|id| Cells {
            values: &self.table.columns[id.0 as usize].values,
            map: rows,
        })
    }

    /// Why the value of `expression` in a row is not finite, and whether that is a problem.
    pub fn explain(&self, expression: &Expression, row: usize) -> Verdict {
        let known = TableRow {
            table: self.table,
            derived: &self.schema.derived,
            parameters: &self.probes,
            row,
        };
        match known.fault(expression) {
            None => Verdict::Sound,
            Some(fault) if matches!(fault.kind, FaultKind::Missing { .. }) && self.drops_missing() => Verdict::Missing,
            Some(fault) if of_data(&fault, &self.probes) => Verdict::Fault(fault),
            Some(_) => Verdict::Sound,
        }
    }

    /// Explains a value that is not finite and notes what is wrong, if anything is.
    pub fn examine(&mut self, label: &str, expression: &Expression, row: usize) -> Verdict {
        let verdict = self.explain(expression, row);
        if let Verdict::Fault(fault) = &verdict {
            let mut faults = std::mem::take(&mut self.faults);
            faults.add(label, fault, row, self.file(), || self.place(row));
            self.faults = faults;
        }
        verdict
    }
}

/// What a layout hands over: the situations and their alternatives.
pub(crate) struct Laid {
    pub draft: Draft,
    pub alternatives: Alternatives,
    /// Cases already dropped because of missing cells.
    pub cases_dropped: usize,
    /// Cases whose chosen row the filter removed.
    pub cases_lost: usize,
}

/// A cell as written, for messages; `None` if it is missing.
pub(crate) fn present(values: &Values, row: usize) -> Option<String> {
    match values {
        Values::Number(numbers) => (!numbers[row].is_nan()).then(|| numbers[row].to_string()),
        Values::Text(text) => text.get(row).map(|text| format!("\"{text}\"")),
    }
}

/// A cell as written, for messages.
pub(crate) fn cell(values: &Values, row: usize) -> String {
    present(values, row).unwrap_or_else(|| "(missing)".to_owned())
}
