//! Writing a table.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use logsum_data::{Column, Table, Values};
use polars_core::prelude::{
    Column as Series, DataFrame, Float64Chunked, IntoColumn, NewChunkedArray, PlSmallStr, PolarsResult, StringChunked,
};
use polars_io::parquet::write::ParquetWriter;

use crate::error::TableError;
use crate::file::{Format, TextKind};
use crate::read::ReadOptions;

/// Writes a table as CSV, TSV (`.tsv`, `.tab`, `.txt`, `.dat`) or Parquet, as the ending of the
/// path says. An existing file is replaced.
///
/// Numbers are written with as few digits as give the same 64-bit float back. A missing cell is
/// empty in text and null in Parquet.
///
/// # Errors
/// [`TableError::UnknownFormat`] for other endings, [`TableError::NotWritten`] if the file cannot
/// be made.
///
/// # Panics
/// If the columns of the table do not all have its number of rows.
pub fn write(path: &Path, table: &Table) -> Result<(), TableError> {
    write_as(path, table, &ReadOptions::default())
}

/// As [`write()`], so that the text is read back with `options`: their separator and their decimal mark.
///
/// # Errors
/// As [`write()`].
///
/// # Panics
/// As [`write()`].
pub fn write_as(path: &Path, table: &Table, options: &ReadOptions) -> Result<(), TableError> {
    let lengths = table.columns.iter().map(|column| column.values.len());
    assert!(
        lengths.into_iter().all(|length| length == table.n_rows),
        "all columns of a table have its number of rows"
    );
    let format = Format::of(path)?;
    let written = match format {
        Format::Parquet => parquet(path, table).map_err(|error| error.to_string()),
        Format::Text(kind) => {
            let usual = match kind {
                TextKind::Comma if options.decimal_comma => b';',
                TextKind::Comma => b',',
                _ => b'\t',
            };
            let separator = options.separator.unwrap_or(usual);
            text(path, table, separator, options.decimal_comma).map_err(|error| error.to_string())
        }
    };
    written.map_err(|cause| TableError::NotWritten {
        path: path.to_owned(),
        cause,
    })
}

/// A number with as few digits as give the same float back; nothing for NaN.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if value.is_nan() {
        String::new()
    } else if value == 0.0 || (1e-5..1e15).contains(&size) || value.is_infinite() {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

fn text(path: &Path, table: &Table, separator: u8, decimal_comma: bool) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let names = table.columns.iter().map(|column| column.name.as_str());
    line(&mut out, separator, names)?;
    // A blank line would be taken for the end of the file.
    let lone = table.columns.len() == 1;
    for row in 0..table.n_rows {
        for (position, column) in table.columns.iter().enumerate() {
            if position > 0 {
                out.write_all(&[separator])?;
            }
            match &column.values {
                Values::Number(values) if values[row].is_nan() && lone => out.write_all(b"\"\"")?,
                Values::Number(values) if decimal_comma => {
                    cell(&mut out, separator, &number(values[row]).replace('.', ","), false)?;
                }
                Values::Number(values) => out.write_all(number(values[row]).as_bytes())?,
                Values::Text(texts) => match texts.get(row) {
                    Some(text) => cell(&mut out, separator, text, lone)?,
                    None if lone => out.write_all(b"\"\"")?,
                    None => {}
                },
            }
        }
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn line<'a>(out: &mut impl Write, separator: u8, cells: impl ExactSizeIterator<Item = &'a str>) -> io::Result<()> {
    let lone = cells.len() == 1;
    for (position, text) in cells.enumerate() {
        if position > 0 {
            out.write_all(&[separator])?;
        }
        cell(out, separator, text, lone)?;
    }
    out.write_all(b"\n")
}

fn cell(out: &mut impl Write, separator: u8, text: &str, lone: bool) -> io::Result<()> {
    let special = |byte: u8| byte == separator || matches!(byte, b'"' | b'\n' | b'\r');
    if text.bytes().any(special) || lone && text.trim().is_empty() {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

fn parquet(path: &Path, table: &Table) -> PolarsResult<()> {
    let columns = table.columns.iter().map(series).collect();
    let mut frame = DataFrame::new(table.n_rows, columns)?;
    let mut out = BufWriter::new(File::create(path)?);
    ParquetWriter::new(&mut out).finish(&mut frame)?;
    // A writer that is only dropped keeps silent about a full disk.
    out.flush()?;
    Ok(())
}

fn series(column: &Column) -> Series {
    let name = PlSmallStr::from_str(&column.name);
    match &column.values {
        Values::Number(values) => {
            let cells = values.iter().map(|&value| (!value.is_nan()).then_some(value));
            Float64Chunked::from_iter_options(name, cells).into_column()
        }
        Values::Text(texts) => {
            let cells = (0..texts.codes.len()).map(|row| texts.get(row));
            StringChunked::from_iter_options(name, cells).into_column()
        }
    }
}
