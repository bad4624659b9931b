//! What each column is, decided on all its rows before the first of them is handed out.

use logsum_data::MISSING_TEXT;
use polars_core::prelude::*;

use super::column::{Column, Shape, Span, is_text};
use super::convert::is_large;
use super::file::ParquetFile;
use super::numbers::Cell as _;
use super::schema::{Form, Stored};
use super::source::Bytes;
use crate::cells::{Asked, Cell, Offences};
use crate::error::{Offender, TableError};
use crate::guard::guarded;
use crate::read::Want;

/// Rows looked at together.
const BLOCK: usize = 1 << 16;

/// What a column is to be read as. Cells are read only where the footers leave it open.
///
/// # Errors
/// Text, or integers that a float cannot hold, where numbers are wanted.
pub(super) fn shape(files: &[ParquetFile], stored: &[Stored], asked: Asked<'_>) -> Result<Shape, TableError> {
    let text = is_text(stored);
    match asked.want {
        Want::Any if text => Ok(Shape::Text),
        Want::Number if text => {
            let offences = texts(files, stored, asked)?;
            offences.error(asked).map_or(Ok(Shape::Parsed), Err)
        }
        want => match larges(files, stored, asked)? {
            None => Ok(Shape::Number),
            Some(_) if want == Want::Any => Ok(Shape::Digits),
            Some((first, count)) => Err(TableError::TooLarge {
                file: asked.file.to_owned(),
                column: asked.column.to_owned(),
                first,
                more: count - 1,
            }),
        },
    }
}

/// The cells of a column of text that are no numbers.
fn texts(files: &[ParquetFile], stored: &[Stored], asked: Asked<'_>) -> Result<Offences, TableError> {
    let mut offences = Offences::default();
    let mut codes = vec![MISSING_TEXT; BLOCK];
    let mut column = Column::new(asked.column.to_owned(), Shape::Text, stored.to_vec());
    blocks(
        files,
        &mut column,
        |_| false,
        |column, file, bytes, span, row| {
            let codes = &mut codes[..span.count];
            column.codes(file, bytes, span, codes)?;
            let seen = column.seen();
            let texts: Vec<Option<(&str, Cell)>> = seen
                .texts()
                .into_iter()
                .map(|text| text.map(|text| (text, Cell::of(text, asked.decimal_comma))))
                .collect();
            for (row, &code) in (row..).zip(codes.iter()) {
                if let Some(&Some((text, kind))) = texts.get(code as usize) {
                    offences.add(asked, row, text, kind);
                }
            }
            Ok(())
        },
    )?;
    Ok(offences)
}

/// The first integer that a float cannot hold, and how many there are.
fn larges(files: &[ParquetFile], stored: &[Stored], asked: Asked<'_>) -> Result<Option<(Offender, usize)>, TableError> {
    let mut first = None;
    let mut count = 0;
    let mut wholes = vec![i128::MISSING; BLOCK];
    let mut column = Column::new(asked.column.to_owned(), Shape::Digits, stored.to_vec());
    let small = |file: usize| {
        let stored = &stored[file];
        let long = stored.is_whole() && matches!(stored.form(), Form::Long | Form::UnsignedLong);
        !long || files[file].is_small(asked.column, stored)
    };
    blocks(files, &mut column, small, |column, file, bytes, span, row| {
        let wholes = &mut wholes[..span.count];
        column.wholes(file, bytes, span, wholes)?;
        for (row, &whole) in (row..).zip(wholes.iter()) {
            if whole != i128::MISSING && is_large(whole) {
                count += 1;
                first.get_or_insert_with(|| Offender {
                    row: asked.first_row + row,
                    value: whole.to_string(),
                });
            }
        }
        Ok(())
    })?;
    Ok(first.map(|first| (first, count)))
}

/// Visits a column block by block, except in the files that need not be read.
fn blocks(
    files: &[ParquetFile],
    column: &mut Column,
    skip: impl Fn(usize) -> bool,
    mut visit: impl FnMut(&mut Column, &ParquetFile, &Bytes, Span, usize) -> PolarsResult<()>,
) -> Result<(), TableError> {
    let mut row = 0;
    for (position, file) in files.iter().enumerate() {
        if guarded(file.name(), || Ok(skip(position)))? {
            row += file.groups().sum::<usize>();
            continue;
        }
        let bytes = file.stamp.open()?;
        for (group, n_rows) in file.groups().enumerate() {
            for from in (0..n_rows).step_by(BLOCK) {
                let span = Span {
                    file: position,
                    group,
                    from,
                    count: BLOCK.min(n_rows - from),
                };
                let name = column.name.clone();
                file.guarded(&name, || visit(column, file, &bytes, span, row))?;
                row += span.count;
            }
        }
        file.stamp.check()?;
    }
    Ok(())
}
