//! Reading a table, whatever its format.

use std::path::Path;

use logsum_data::{Source, Table};

use crate::error::TableError;
use crate::file::{Format, Input};
use crate::{csv, parquet};

/// How a text file is written. Parquet files need no options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Byte between cells. Unless given: a comma in `.csv` (a semicolon if the decimal mark is the
    /// comma), a tab in `.tsv` and `.tab`; in `.txt` and `.dat` a tab if the header has one, else
    /// as in `.csv`.
    pub separator: Option<u8>,
    /// Whether numbers are written 12,5 rather than 12.5.
    pub decimal_comma: bool,
}

/// What is needed of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Numbers; text in it is an error.
    Number,
    /// Numbers or text, as they come.
    Any,
}

/// Which columns to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns<'a> {
    /// Every column that has a name and, in Parquet, holds numbers, truth values or text.
    All,
    /// These; the order and repeats do not matter.
    Named(&'a [(&'a str, Want)]),
}

/// The names of a table's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Name of the file, without its folder.
    pub file: String,
    /// Names in the order of the file. Columns without a name are left out.
    pub names: Vec<String>,
}

/// Names of the columns of a table, without reading its rows.
///
/// # Errors
/// [`TableError`] if there is no such file, or if it has no header that can be read.
pub fn column_names(path: &Path, options: &ReadOptions) -> Result<Header, TableError> {
    let input = Input::find(path)?;
    let names = match input.format {
        Format::Text(kind) => csv::names(&input, kind, options)?,
        Format::Parquet => parquet::names(&input)?,
    };
    Ok(Header {
        file: input.name,
        names: named(names),
    })
}

/// Reads columns of a CSV, TSV or Parquet file, or of several Parquet files named by a glob
/// (`*`, `?`, `[...]`; read in the order of their names).
///
/// The ending decides the format, in any capitals: `.csv`, `.tsv`, `.tab`, `.txt`, `.dat`;
/// `.parquet`, `.pq`. A file with a header and no rows gives a table of no rows.
///
/// # Errors
/// [`TableError`]: all problems of the file that do not hinder each other, together. First those
/// of the file and its columns' names, then those of its rows, then those of the cells of columns
/// wanted as numbers.
pub fn read(path: &Path, columns: Columns<'_>, options: &ReadOptions) -> Result<Table, TableError> {
    let input = Input::find(path)?;
    let content = match input.format {
        Format::Text(kind) => csv::read(&input, kind, columns, options)?,
        Format::Parquet => return parquet::read(&input, columns),
    };
    Ok(Table {
        source: Source {
            name: input.name,
            first_row: content.first_row,
        },
        n_rows: content.n_rows,
        columns: content.columns,
        all_names: named(content.names),
    })
}

/// What the reader of text brings home.
pub(crate) struct Content {
    pub(crate) first_row: usize,
    pub(crate) n_rows: usize,
    pub(crate) columns: Vec<logsum_data::Column>,
    pub(crate) names: Vec<String>,
}

/// Without those of columns that have none.
pub(crate) fn named(names: Vec<String>) -> Vec<String> {
    names.into_iter().filter(|name| !name.is_empty()).collect()
}
