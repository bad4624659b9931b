//! Writing a table, at once or part by part.

mod parquet_sink;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::TableError;
use crate::file::{Format, TextKind};
use crate::read::ReadOptions;
use logsum_data::{Column, Table, Values};
use parquet_sink::ParquetSink;

/// Rows of a group of a Parquet file, so that a file does not tell in which parts it was written.
const GROUP: usize = 1 << 17;

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
    let mut writer = Writer::create(path, table, options)?;
    writer.append(table)?;
    writer.finish()
}

/// Writes a table part by part: the file is that of all of them together, byte by byte, and memory that of a part and of
/// a group of rows.
pub struct Writer {
    path: PathBuf,
    /// Name of each column, and whether it holds text.
    columns: Vec<(String, bool)>,
    sink: Sink,
}

enum Sink {
    Text {
        out: BufWriter<File>,
        separator: u8,
        decimal_comma: bool,
    },
    Parquet(Box<ParquetSink>),
}

impl Writer {
    /// Begins a file of tables that have the columns of `like`, whose rows are not written yet; else as [`write_as`].
    ///
    /// # Errors
    /// As [`write()`].
    pub fn create(path: &Path, like: &Table, options: &ReadOptions) -> Result<Writer, TableError> {
        let format = Format::of(path)?;
        let text = |column: &Column| (column.name.clone(), matches!(column.values, Values::Text(_)));
        let columns: Vec<(String, bool)> = like.columns.iter().map(text).collect();
        let sink = match format {
            Format::Parquet => ParquetSink::create(path, &columns)
                .map(|sink| Sink::Parquet(Box::new(sink)))
                .map_err(|error| error.to_string()),
            Format::Text(kind) => {
                let usual = match kind {
                    TextKind::Comma if options.decimal_comma => b';',
                    TextKind::Comma => b',',
                    _ => b'\t',
                };
                let separator = options.separator.unwrap_or(usual);
                begin_text(path, &columns, separator)
                    .map(|out| Sink::Text {
                        out,
                        separator,
                        decimal_comma: options.decimal_comma,
                    })
                    .map_err(|error| error.to_string())
            }
        };
        Ok(Writer {
            path: path.to_owned(),
            columns,
            sink: sink.map_err(|cause| not_written(path, cause))?,
        })
    }

    /// Whether a table has the columns that this file has.
    pub fn takes(&self, table: &Table) -> bool {
        let text = |column: &Column| matches!(column.values, Values::Text(_));
        let here = table.columns.iter().map(|column| (column.name.as_str(), text(column)));
        here.eq(self.columns.iter().map(|(name, text)| (name.as_str(), *text)))
    }

    /// Appends the rows of a table.
    ///
    /// # Errors
    /// [`TableError::NotWritten`].
    ///
    /// # Panics
    /// If the table has other columns, or these do not all have its number of rows.
    pub fn append(&mut self, table: &Table) -> Result<(), TableError> {
        let lengths = table.columns.iter().map(|column| column.values.len());
        assert!(
            lengths.into_iter().all(|length| length == table.n_rows),
            "all columns of a table have its number of rows"
        );
        assert!(self.takes(table), "a file has the same columns throughout");
        let appended = match &mut self.sink {
            Sink::Text {
                out,
                separator,
                decimal_comma,
            } => rows(out, table, *separator, *decimal_comma).map_err(|error| error.to_string()),
            Sink::Parquet(sink) => sink.append(table).map_err(|error| error.to_string()),
        };
        appended.map_err(|cause| not_written(&self.path, cause))
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`TableError::NotWritten`].
    pub fn finish(self) -> Result<(), TableError> {
        let finished = match self.sink {
            Sink::Text { mut out, .. } => out.flush().map_err(|error| error.to_string()),
            Sink::Parquet(sink) => sink.finish(&self.columns).map_err(|error| error.to_string()),
        };
        finished.map_err(|cause| not_written(&self.path, cause))
    }
}

fn not_written(path: &Path, cause: String) -> TableError {
    TableError::NotWritten {
        path: path.to_owned(),
        cause,
    }
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

/// Makes a text file with its header.
fn begin_text(path: &Path, columns: &[(String, bool)], separator: u8) -> io::Result<BufWriter<File>> {
    let mut out = BufWriter::new(File::create(path)?);
    line(&mut out, separator, columns.iter().map(|(name, _)| name.as_str()))?;
    Ok(out)
}

fn rows(out: &mut impl Write, table: &Table, separator: u8, decimal_comma: bool) -> io::Result<()> {
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
                    cell(out, separator, &number(values[row]).replace('.', ","), false)?;
                }
                Values::Number(values) => out.write_all(number(values[row]).as_bytes())?,
                Values::Text(texts) => match texts.get(row) {
                    Some(text) => cell(out, separator, text, lone)?,
                    None if lone => out.write_all(b"\"\"")?,
                    None => {}
                },
            }
        }
        out.write_all(b"\n")?;
    }
    Ok(())
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
