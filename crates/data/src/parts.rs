//! Choice data from a table that comes part by part, with the same result as from the whole of it.

mod learn;
mod seen;
mod totals;
mod units;

use crate::alternatives::Codes;
use crate::build::{Built, assemble, is_labelled};
use crate::choice_data::{ChoiceData, Uses};
use crate::counts::Counts;
use crate::draft::{Asked, Extent, present};
use crate::error::DataError;
use crate::fingerprint::Fingerprint;
use crate::schema::{Layout, Schema};
use crate::table::{Table, Values};
use learn::FirstPass;
use seen::{Seen, identifier};
use totals::Tally;
pub use totals::Totals;
use units::{Together, complete, together};

/// Builds choice data from consecutive parts of a table: each call gives the cases (whole decision makers, where the
/// schema names one) that are complete.
///
/// Taken together the data of the parts are those that [`ChoiceData::new`] makes of the whole table, case by case;
/// decision makers are numbered on from part to part. What can only be said of a part is its own: the rows behind pairs
/// count from the part's first row, a column that varies within cases nowhere in the part is one of cases there, and
/// unlabelled alternatives are numbered among those that occur in it. The rows of a case must lie together in the file,
/// and those of a decision maker, also where the filter removes them.
///
/// ```
/// use logsum_data::{Column, Parts, Schema, Source, Table, Uses, Values};
///
/// let part = |first_row, case: &[f64], alt: &[f64], choice: &[f64]| {
///     let column = |name: &str, cells: &[f64]| Column { name: name.to_owned(), values: Values::Number(cells.into()) };
///     Table {
///         source: Source { name: "trips.parquet".to_owned(), first_row },
///         n_rows: case.len(),
///         columns: vec![column("case", case), column("alt", alt), column("choice", choice)],
///         all_names: ["case", "alt", "choice"].map(str::to_owned).to_vec(),
///     }
/// };
/// let (schema, uses) = (Schema::long("case", "alt", "choice"), Uses::default());
/// let mut parts = Parts::new(&schema, &uses);
/// assert!(parts.first_pass().is_empty());
///
/// let added = parts.add(part(1, &[1.0, 1.0, 2.0], &[1.0, 2.0, 1.0], &[1.0, 0.0, 0.0]), false)?;
/// assert_eq!(added.data.map(|data| data.n_cases()), Some(1));
/// // Case 2 may go on: the next part begins with its row.
/// assert_eq!(added.keep, 1);
/// let added = parts.add(part(3, &[2.0, 2.0], &[1.0, 2.0], &[0.0, 1.0]), true)?;
/// assert_eq!(added.data.map(|data| data.n_cases()), Some(1));
/// assert_eq!(parts.finish()?.n_cases, 2);
/// # Ok::<(), logsum_data::PartsError>(())
/// ```
pub struct Parts<'a> {
    schema: &'a Schema,
    uses: &'a Uses<'a>,
    asked: Asked,
    first_pass: Option<FirstPass>,
    /// Identifiers of cases and of decision makers.
    seen: [Seen; 2],
    /// Name of each column and whether it holds text, once there is a table.
    kinds: Option<Vec<(String, bool)>>,
    file: String,
    counts: Counts,
    tally: Tally,
    fingerprint: Fingerprint,
}

/// What a part gave.
#[derive(Debug)]
pub struct Added {
    /// The cases that are complete; none if no case is, or none is kept.
    pub data: Option<ChoiceData>,
    /// Rows at the end of the table that belong to a case (or decision maker) that may go on: the next part must begin
    /// with them.
    pub keep: usize,
}

/// Why choice data cannot be built from parts.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum PartsError {
    /// Problems of the data.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Rows of a case, or of a decision maker, do not lie together: such data must be read whole.
    #[error(
        "{file}, {}: the rows of {role} {identifier} do not lie together, as data that are read part by part must; sort the file by \"{column}\"",
        rows(*first, *second)
    )]
    Scattered {
        file: String,
        /// "case" or "decision maker".
        role: &'static str,
        column: String,
        /// As written.
        identifier: String,
        /// The row that begins the earlier rows, if it is still known.
        first: Option<usize>,
        /// The row that begins the later ones.
        second: usize,
    },
    /// A column holds numbers in one part and text in another: such data must be read whole.
    #[error(
        "{file}: column \"{column}\" holds {} before row {row} and {} from there on; give it one kind of cells, or read the file whole",
        kind(*texts),
        kind(!*texts)
    )]
    KindChanges {
        file: String,
        column: String,
        /// Whether the parts before hold text.
        texts: bool,
        /// First row of the part that differs.
        row: usize,
    },
}

fn rows(first: Option<usize>, second: usize) -> String {
    match first {
        Some(first) => format!("rows {first} and {second}"),
        None => format!("row {second} and rows before it"),
    }
}

fn kind(texts: bool) -> &'static str {
    if texts { "text" } else { "numbers" }
}

impl<'a> Parts<'a> {
    /// Reads parts as [`ChoiceData::new`] reads a table.
    pub fn new(schema: &'a Schema, uses: &'a Uses<'a>) -> Self {
        Parts::of(schema, uses, Asked::Choices)
    }

    /// Reads parts as [`ChoiceData::situations`] reads a table.
    pub fn situations(schema: &'a Schema, uses: &'a Uses<'a>) -> Self {
        Parts::of(schema, uses, Asked::Situations)
    }

    fn of(schema: &'a Schema, uses: &'a Uses<'a>, asked: Asked) -> Self {
        Parts {
            schema,
            uses,
            asked,
            first_pass: FirstPass::new(schema, uses, asked),
            seen: Default::default(),
            kinds: None,
            file: String::new(),
            counts: Counts::default(),
            tally: Tally::new(is_labelled(schema, uses)),
            fingerprint: Fingerprint::new(&[]),
        }
    }

    /// Columns that count for the fingerprint.
    pub fn fingerprint_of(mut self, columns: &[&str]) -> Self {
        self.fingerprint = Fingerprint::new(columns);
        self
    }

    /// The columns to read in a first pass over the data, if alternatives must be known before the first part: labelled
    /// long data whose alternatives the schema does not list. Empty otherwise.
    pub fn first_pass(&self) -> Vec<String> {
        self.first_pass.as_ref().map_or_else(Vec::new, FirstPass::columns)
    }

    /// A part of the first pass, which may be cut anywhere.
    ///
    /// # Errors
    /// Problems of names among the columns of the first pass; those of cells are found when the parts are added.
    pub fn learn(&mut self, table: &Table) -> Result<(), DataError> {
        match &mut self.first_pass {
            Some(first_pass) => first_pass.add(table),
            None => Ok(()),
        }
    }

    /// The next part: rows that follow those already taken, beginning with the rows that the last call left. `last`:
    /// none follow.
    ///
    /// # Errors
    /// [`PartsError::Data`] with every problem of this part as [`ChoiceData::new`] reports it, but for those that only
    /// the whole can have; [`PartsError::Scattered`] if a case or a decision maker is met again. Nothing can be added
    /// after an error.
    pub fn add(&mut self, mut table: Table, last: bool) -> Result<Added, PartsError> {
        self.same_kinds(&table)?;
        let together = together(&table, self.schema);
        let n_rows = table.n_rows;
        let used = if last { n_rows } else { complete(&together, n_rows) };
        for (seen, together) in self.seen.iter_mut().zip(&together) {
            if let Some(together) = together {
                not_seen(seen, together, &table, used, self.schema)?;
            }
        }
        drop(together);
        let texts = match &self.schema.layout {
            Layout::Long {
                alternative: Some(name),
                ..
            } => table
                .column(name)
                .is_some_and(|column| matches!(column.values, Values::Text(_))),
            _ => false,
        };
        // The columns stay as they are: steps look at the first rows only.
        table.n_rows = used;
        let codes: Option<&Codes> = self.first_pass.as_ref().map(FirstPass::codes);
        let Built {
            mut data,
            counts,
            alternatives,
        } = assemble(table, self.schema, self.uses, self.asked, Extent::Part(codes))?;
        self.counts.add(&counts);
        if let Some(alternatives) = alternatives {
            self.tally.alternatives(alternatives, texts);
        }
        if let Some(data) = &mut data {
            let before = self.tally.n_decision_makers() as u32;
            for maker in data.decision_maker.iter_mut().flatten() {
                *maker += before;
            }
            self.tally.add(data);
            self.fingerprint.add(data);
        }
        Ok(Added {
            data,
            keep: n_rows - used,
        })
    }

    /// After the last part: what all of them are together.
    ///
    /// # Errors
    /// That there are no rows, that nothing is left of them, that no case has a weight.
    pub fn finish(self) -> Result<Totals, PartsError> {
        if let Some(error) = self.counts.problem(&self.file, self.schema) {
            return Err(error.into());
        }
        Ok(self
            .tally
            .into_totals(self.file, &self.counts, self.fingerprint.finish()))
    }

    /// Remembers the kinds of the columns of the first table, and compares later ones.
    fn same_kinds(&mut self, table: &Table) -> Result<(), PartsError> {
        let texts = |values: &Values| matches!(values, Values::Text(_));
        let Some(kinds) = &self.kinds else {
            let kinds = table
                .columns
                .iter()
                .map(|column| (column.name.clone(), texts(&column.values)));
            self.kinds = Some(kinds.collect());
            self.file.clone_from(&table.source.name);
            return Ok(());
        };
        // A part without rows has no kinds to speak of.
        if table.n_rows == 0 {
            return Ok(());
        }
        for (column, before) in kinds {
            let here = table.column(column).map(|column| texts(&column.values));
            if here.is_some_and(|here| here != *before) {
                return Err(PartsError::KindChanges {
                    file: self.file.clone(),
                    column: column.clone(),
                    texts: *before,
                    row: table.row_number(0),
                });
            }
        }
        Ok(())
    }
}

/// Makes sure that none of the identifiers of the first `used` rows has occurred before, and remembers them.
fn not_seen(
    seen: &mut Seen,
    together: &Together<'_>,
    table: &Table,
    used: usize,
    schema: &Schema,
) -> Result<(), PartsError> {
    let values = &together.column.values;
    let runs = together.runs.iter().take_while(|run| (run.start as usize) < used);
    let mut here: Vec<(u64, u32)> = runs
        .filter_map(|run| Some((identifier(values, run.named as usize)?, run.start)))
        .collect();
    let again = here
        .iter()
        .find(|(identifier, _)| seen.contains(*identifier))
        .map(|&(_, row)| (None, row));
    let within = if here.is_sorted_by(|a, b| a.0 < b.0) {
        None
    } else {
        here.sort_unstable();
        let twice = here.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        twice.map(|pair| (Some(pair[0].1), pair[1].1)).min_by_key(|pair| pair.1)
    };
    if let Some((first, second)) = again.into_iter().chain(within).min_by_key(|(_, second)| *second) {
        let of_cases = matches!(&schema.layout, Layout::Long { case, .. } if *case == together.column.name);
        return Err(PartsError::Scattered {
            file: table.source.name.clone(),
            role: if of_cases { "case" } else { "decision maker" },
            column: together.column.name.clone(),
            identifier: together
                .runs
                .iter()
                .find(|run| run.start == second)
                .and_then(|run| present(values, run.named as usize))
                .unwrap_or_default(),
            first: first.map(|row| table.row_number(row as usize)),
            second: table.row_number(second as usize),
        });
    }
    seen.add(here.into_iter().map(|(identifier, _)| identifier));
    Ok(())
}
