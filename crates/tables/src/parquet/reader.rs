//! Rows of a Parquet table in order, some at a time.

use logsum_data::{Column as TableColumn, Source, Table, Values};
use polars_core::prelude::PolarsResult;
use rayon::prelude::*;

use super::column::{Column, Span, Target};
use super::file::ParquetFile;
use super::source::Bytes;
use super::{FIRST_ROW, decide, select_columns};
use crate::cells::Asked;
use crate::error::TableError;
use crate::file::Input;
use crate::read::{Columns, named};

/// The columns asked for, of all files, and how far they were read.
pub(crate) struct Reader {
    /// Name of the file or the pattern.
    name: String,
    /// Names of all columns that have one.
    pub(crate) names: Vec<String>,
    files: Vec<ParquetFile>,
    /// The row groups of all files: the file, the group in it, its rows.
    groups: Vec<(usize, usize, usize)>,
    columns: Vec<Column>,
    pub(crate) n_rows: usize,
    /// Rows handed out so far.
    reached: usize,
    /// The row group that comes next, and how many of its rows were handed out.
    place: (usize, usize),
    /// The file that was read last, kept open.
    open: Option<(usize, Bytes)>,
    /// The columns of the part handed out last.
    previous: Option<Vec<Values>>,
    /// Rows of that part.
    n_previous: usize,
    /// What went wrong.
    broken: Option<TableError>,
}

impl Reader {
    /// Opens the files and decides what each column is.
    pub(crate) fn open(input: &Input, columns: Columns<'_>) -> Result<Reader, TableError> {
        let (files, selected) = select_columns(input, columns)?;
        let names = files[0].names();
        let decided: Vec<Result<Column, TableError>> = selected
            .into_par_iter()
            .with_max_len(1)
            .map(|(position, want, stored)| {
                let name = &names[position];
                let asked = Asked {
                    file: &input.name,
                    column: name,
                    want,
                    first_row: FIRST_ROW,
                    decimal_comma: false,
                };
                let shape = decide::shape(&files, &stored, asked)?;
                Ok(Column::new(name.clone(), shape, stored))
            })
            .collect();
        let mut columns = Vec::with_capacity(decided.len());
        let mut problems = Vec::new();
        for decided in decided {
            match decided {
                Ok(column) => columns.push(column),
                Err(
                    problem @ (TableError::NotNumber { .. }
                    | TableError::TextColumn { .. }
                    | TableError::TooLarge { .. }),
                ) => problems.push(problem),
                // A file that is damaged or gone: what its other columns hold does not matter.
                Err(problem) => return Err(problem),
            }
        }
        if !problems.is_empty() {
            return Err(TableError::all(problems));
        }
        let mut groups = Vec::new();
        for (file, content) in files.iter().enumerate() {
            groups.extend(
                content
                    .groups()
                    .enumerate()
                    .map(|(group, n_rows)| (file, group, n_rows)),
            );
        }
        Ok(Reader {
            name: input.name.clone(),
            names: named(names),
            n_rows: groups.iter().map(|&(_, _, n_rows)| n_rows).sum(),
            files,
            groups,
            columns,
            reached: 0,
            place: (0, 0),
            open: None,
            previous: None,
            n_previous: 0,
            broken: None,
        })
    }

    pub(crate) fn bytes_per_row(&self) -> usize {
        self.columns.iter().map(Column::width).sum()
    }

    /// Whether all rows were handed out.
    pub(crate) fn is_at_end(&self) -> bool {
        self.broken.is_none() && self.n_left() == 0
    }

    /// Rows not yet handed out.
    fn n_left(&self) -> usize {
        self.n_rows - self.reached
    }

    pub(crate) fn rewind(&mut self) {
        self.reached = 0;
        self.place = (0, 0);
        self.open = None;
        self.previous = None;
        self.n_previous = 0;
        self.broken = None;
    }

    pub(crate) fn check_unchanged(&self) -> Result<(), TableError> {
        self.files.iter().try_for_each(|file| file.stamp.check())
    }

    /// Whether the pages of all columns hold as many cells as there are rows. A damaged footer may
    /// else ask for memory without bound.
    pub(crate) fn check_pages(&self) -> Result<(), TableError> {
        for file in &self.files {
            let bytes = file.stamp.open()?;
            let checked: Vec<Result<(), TableError>> = self
                .columns
                .par_iter()
                .map(|column| file.check(&bytes, &column.name))
                .collect();
            checked.into_iter().collect::<Result<(), TableError>>()?;
        }
        Ok(())
    }

    /// The last `keep` rows of the part before, then the next `rows` rows.
    pub(crate) fn part(&mut self, keep: usize, rows: usize) -> Result<Table, TableError> {
        if let Some(problem) = &self.broken {
            return Err(problem.clone());
        }
        let part = self.try_part(keep.min(self.n_previous), rows.min(self.n_left()));
        if let Err(problem) = &part {
            self.rewind();
            self.broken = Some(problem.clone());
        }
        part
    }

    fn try_part(&mut self, keep: usize, rows: usize) -> Result<Table, TableError> {
        let n_rows = keep + rows;
        let mut targets = self.targets(keep, n_rows)?;
        let spans = self.spans(rows);
        let mut start = keep;
        for spans in spans.chunk_by(|one, next| one.file == next.file) {
            self.fill(spans, &mut targets, start)?;
            start += spans.iter().map(|span| span.count).sum::<usize>();
        }
        let values: Vec<Values> = self
            .columns
            .par_iter_mut()
            .zip(targets)
            .with_max_len(1)
            .map(|(column, target)| column.finish(target))
            .collect();
        let first_row = FIRST_ROW + self.reached - keep;
        self.reached += rows;
        self.n_previous = n_rows;
        if self.n_left() > 0 {
            self.previous = Some(values.clone());
        }
        let columns = self.columns.iter().zip(values);
        Ok(Table {
            source: Source {
                name: self.name.clone(),
                first_row,
            },
            n_rows,
            columns: columns
                .map(|(column, values)| TableColumn {
                    name: column.name.clone(),
                    values,
                })
                .collect(),
            all_names: self.names.clone(),
        })
    }

    /// Room for a part, the rows that are kept already in it.
    fn targets(&mut self, keep: usize, n_rows: usize) -> Result<Vec<Target>, TableError> {
        // Each column of the part before is let go as soon as its rows are copied.
        let previous: Vec<Option<Values>> = match self.previous.take().filter(|_| keep > 0) {
            Some(previous) => previous.into_iter().map(Some).collect(),
            None => self.columns.iter().map(|_| None).collect(),
        };
        let targets: Vec<PolarsResult<Target>> = self
            .columns
            .par_iter_mut()
            .zip(previous)
            .with_max_len(1)
            .map(|(column, previous)| column.target(previous, keep, n_rows))
            .collect();
        let targets: PolarsResult<Vec<Target>> = targets.into_iter().collect();
        crate::guard::guarded(&self.name, || targets)
    }

    /// The next rows, group by group.
    fn spans(&mut self, mut rows: usize) -> Vec<Span> {
        let mut spans = Vec::new();
        while let Some(&(file, group, n_rows)) = self.groups.get(self.place.0)
            && rows > 0
        {
            let from = self.place.1;
            let count = rows.min(n_rows - from);
            if count > 0 {
                spans.push(Span {
                    file,
                    group,
                    from,
                    count,
                });
            }
            rows -= count;
            self.place = if from + count == n_rows {
                (self.place.0 + 1, 0)
            } else {
                (self.place.0, from + count)
            };
        }
        spans
    }

    /// Reads rows of one file, all columns at the same time.
    fn fill(&mut self, spans: &[Span], targets: &mut [Target], start: usize) -> Result<(), TableError> {
        let position = spans[0].file;
        let file = &self.files[position];
        let bytes = match self.open.take() {
            Some((open, bytes)) if open == position => bytes,
            _ => file.stamp.open()?,
        };
        let read: Vec<Result<(), TableError>> = self
            .columns
            .par_iter_mut()
            .zip(targets)
            .with_max_len(1)
            .map(|(column, target)| {
                let name = column.name.clone();
                file.guarded(&name, || {
                    let mut start = start;
                    for &span in spans {
                        column.read(file, &bytes, span, target, start)?;
                        start += span.count;
                    }
                    Ok(())
                })
            })
            .collect();
        // A file that was written to meanwhile explains whatever else went wrong.
        file.stamp.check()?;
        self.open = Some((position, bytes));
        read.into_iter().collect()
    }
}
