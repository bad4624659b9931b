//! Parquet files, one or several with the same columns.

mod check;
mod convert;
mod part;
mod schema;

use logsum_data::Column;

use crate::cells::Asked;
use crate::error::TableError;
use crate::file::Input;
use crate::names::select;
use crate::read::{Columns, Content, Want};
use convert::{Piece, values};
use part::Part;
use schema::{Stored, stored};

/// Parquet rows have no header above them.
const FIRST_ROW: usize = 1;

/// Names of all columns, of the first file.
pub(crate) fn names(input: &Input) -> Result<Vec<String>, TableError> {
    Ok(Part::open(&input.files[0])?.names())
}

/// The columns asked for, of all files.
pub(crate) fn read(input: &Input, columns: Columns<'_>) -> Result<Content, TableError> {
    let parts = parts(input)?;
    let names = parts[0].names();
    let mut selected = select(&input.name, &names, columns).map_err(TableError::all)?;
    if columns == Columns::All {
        selected.retain(|&(position, _)| stored(parts[0].field(&names[position])).is_ok());
    }
    let stored = stored_types(&parts, &names, &selected)?;

    let mut frames = Vec::with_capacity(parts.len());
    for (part, stored) in parts.iter().zip(&stored) {
        frames.push(part.read(stored)?.into_iter());
    }
    let n_rows = parts.iter().map(Part::n_rows).sum();
    let mut read = Vec::with_capacity(selected.len());
    let mut problems = Vec::new();
    for (slot, &(position, want)) in selected.iter().enumerate() {
        // Taken out of the frames, so that a column is held twice only while it is converted.
        let pieces: Vec<Piece> = frames
            .iter_mut()
            .zip(&stored)
            .map(|(frame, stored)| Piece {
                cells: frame.next().expect("a column for each that was asked for"),
                kind: stored[slot].kind,
            })
            .collect();
        let asked = Asked {
            file: &input.name,
            column: &names[position],
            want,
            first_row: FIRST_ROW,
            decimal_comma: false,
        };
        match values(&pieces, n_rows, asked) {
            Ok(values) => read.push(Column {
                name: names[position].clone(),
                values,
            }),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(TableError::all(problems));
    }
    Ok(Content {
        first_row: FIRST_ROW,
        n_rows,
        columns: read,
        names,
    })
}

/// Opens all files and demands the same columns of them, in any order.
fn parts(input: &Input) -> Result<Vec<Part>, TableError> {
    let mut parts: Vec<Part> = Vec::with_capacity(input.files.len());
    let mut problems = Vec::new();
    for path in &input.files {
        match Part::open(path) {
            Ok(part) => parts.push(part),
            Err(problem) => problems.push(problem),
        }
    }
    if let Some((first, others)) = parts.split_first() {
        let first_names = first.names();
        for part in others {
            let names = part.names();
            let differ = |column: &String, extra| TableError::OtherColumns {
                file: part.file.clone(),
                first: first.file.clone(),
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
        Ok(parts)
    } else {
        Err(TableError::all(problems))
    }
}

/// How each file stores the selected columns; numbers in one and text in another do not go together.
fn stored_types(parts: &[Part], names: &[String], selected: &[(usize, Want)]) -> Result<Vec<Vec<Stored>>, TableError> {
    let mut problems = Vec::new();
    let mut all = vec![Vec::with_capacity(selected.len()); parts.len()];
    for &(position, _) in selected {
        let column = &names[position];
        let mut first_kind = None;
        for (part, all) in parts.iter().zip(&mut all) {
            let stored = match stored(part.field(column)) {
                Ok(stored) => stored,
                Err(kind) => {
                    problems.push(TableError::UnsupportedType {
                        file: part.file.clone(),
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
                    file: part.file.clone(),
                    first: parts[0].file.clone(),
                    column: column.clone(),
                    kind: kind.to_owned(),
                    first_kind: first_kind.to_owned(),
                });
            }
            all.push(stored);
        }
    }
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(TableError::all(problems))
    }
}
