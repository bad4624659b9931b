//! Parquet files, one or several with the same columns.

mod check;
mod chunk;
mod column;
mod convert;
mod decide;
mod file;
mod head;
mod numbers;
mod pages;
mod reader;
mod runs;
mod schema;
mod source;
mod texts;

use logsum_data::Table;

use crate::error::TableError;
use crate::file::Input;
use crate::names::select;
use crate::read::{Columns, Want};
use file::ParquetFile;
pub(crate) use reader::Reader;
use schema::{Stored, stored};

/// Parquet rows have no header above them.
const FIRST_ROW: usize = 1;

/// Names of all columns, of the first file.
pub(crate) fn names(input: &Input) -> Result<Vec<String>, TableError> {
    Ok(ParquetFile::open(&input.files[0])?.names())
}

/// The columns asked for, of all files.
pub(crate) fn read(input: &Input, columns: Columns<'_>) -> Result<Table, TableError> {
    let mut reader = Reader::open(input, columns)?;
    reader.check_pages()?;
    reader.part(0, reader.n_rows)
}

/// A column that was asked for: its position, what is wanted of it, how each file stores it.
type Selected = (usize, Want, Vec<Stored>);

/// Opens the files and looks for the columns asked for.
fn select_columns(input: &Input, columns: Columns<'_>) -> Result<(Vec<ParquetFile>, Vec<Selected>), TableError> {
    let files = files(input)?;
    let names = files[0].names();
    let mut selected = select(&input.name, &names, columns).map_err(TableError::all)?;
    if columns == Columns::All {
        selected.retain(|&(position, _)| stored(files[0].field(&names[position])).is_ok());
    }
    let stored = stored_types(&files, &names, &selected)?;
    let selected = selected.into_iter().zip(stored);
    let selected = selected
        .map(|((position, want), stored)| (position, want, stored))
        .collect();
    Ok((files, selected))
}

/// Opens all files and demands the same columns of them, in any order.
fn files(input: &Input) -> Result<Vec<ParquetFile>, TableError> {
    let mut files: Vec<ParquetFile> = Vec::with_capacity(input.files.len());
    let mut problems = Vec::new();
    for path in &input.files {
        match ParquetFile::open(path) {
            Ok(file) => files.push(file),
            Err(problem) => problems.push(problem),
        }
    }
    if let Some((first, others)) = files.split_first() {
        let first_names = first.names();
        for file in others {
            let names = file.names();
            let differ = |column: &String, extra| TableError::OtherColumns {
                file: file.name().to_owned(),
                first: first.name().to_owned(),
                column: column.clone(),
                extra,
            };
            let lacks = first_names.iter().filter(|name| !names.contains(name));
            problems.extend(lacks.map(|name| differ(name, false)));
            let extra = names.iter().filter(|name| !first_names.contains(name));
            problems.extend(extra.map(|name| differ(name, true)));
        }
    }
    if problems.is_empty() {
        Ok(files)
    } else {
        Err(TableError::all(problems))
    }
}

/// How each file stores each of the selected columns; numbers in one and text in another do not go
/// together.
fn stored_types(
    files: &[ParquetFile],
    names: &[String],
    selected: &[(usize, Want)],
) -> Result<Vec<Vec<Stored>>, TableError> {
    let mut problems = Vec::new();
    let mut all = Vec::with_capacity(selected.len());
    for &(position, _) in selected {
        let column = &names[position];
        let mut first_kind = None;
        let mut of_files = Vec::with_capacity(files.len());
        for file in files {
            let stored = match stored(file.field(column)) {
                Ok(stored) => stored,
                Err(kind) => {
                    problems.push(TableError::UnsupportedType {
                        file: file.name().to_owned(),
                        column: column.clone(),
                        kind: kind.to_owned(),
                    });
                    continue;
                }
            };
            let kind = stored.kind.name();
            let first_kind = *first_kind.get_or_insert(kind);
            if kind != first_kind {
                problems.push(TableError::OtherType {
                    file: file.name().to_owned(),
                    first: files[0].name().to_owned(),
                    column: column.clone(),
                    kind: kind.to_owned(),
                    first_kind: first_kind.to_owned(),
                });
            }
            of_files.push(stored);
        }
        all.push(of_files);
    }
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(TableError::all(problems))
    }
}
