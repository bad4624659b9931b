//! A table read part by part, for tables that do not fit into memory.

use std::path::Path;

use logsum_data::Table;

use crate::error::TableError;
use crate::file::{Format, Input};
use crate::parquet::Reader;
use crate::read::Columns;

/// A Parquet table (one file, or several by a glob) read in order, part by part.
///
/// The parts together are what [`read`](crate::read()) gives: what each column is, is decided on all rows
/// when the table is opened. For that the footers are read, and the cells of columns of which the
/// footers do not tell: integers without statistics, and text where numbers are wanted.
///
/// Of the files no more is held than the pages that the part touches, so memory grows with the
/// length of a part and not with that of the table. Files are read as they are needed; they must
/// not change meanwhile.
pub struct Parts {
    reader: Reader,
}

impl Parts {
    /// Opens a table; `None` if it is text, which has no parts.
    ///
    /// # Errors
    /// As [`read`](crate::read()), also those of cells.
    pub fn open(path: &Path, columns: Columns<'_>) -> Result<Option<Parts>, TableError> {
        let input = Input::find(path)?;
        match input.format {
            Format::Text(_) => Ok(None),
            Format::Parquet => Ok(Some(Parts {
                reader: Reader::open(&input, columns)?,
            })),
        }
    }

    /// Number of rows of the table.
    pub fn n_rows(&self) -> usize {
        self.reader.n_rows
    }

    /// Names of all columns, also those that are not read, as in [`Table::all_names`].
    pub fn names(&self) -> &[String] {
        &self.reader.names
    }

    /// Bytes that one row takes in a part: 8 for a number, 4 for a text, the texts themselves not
    /// counted.
    pub fn bytes_per_row(&self) -> usize {
        self.reader.bytes_per_row()
    }

    /// The next part: the last `keep` rows of the part before (fewer if it has fewer), then `rows`
    /// new ones (at least one), fewer at the end of the table; `None` if no new rows are left.
    ///
    /// Rows bear the numbers that they have in the whole table. Texts have a dictionary for each
    /// part.
    ///
    /// # Errors
    /// [`TableError`] if a file is damaged, has changed or is gone. Every later call gives the same
    /// error, until [`Parts::rewind`].
    pub fn next(&mut self, keep: usize, rows: usize) -> Result<Option<Table>, TableError> {
        if self.reader.is_at_end() {
            return Ok(None);
        }
        self.reader.part(keep, rows.max(1)).map(Some)
    }

    /// Starts again at the first row.
    pub fn rewind(&mut self) {
        self.reader.rewind();
    }

    /// Looks whether the files are as they were when the table was opened.
    ///
    /// # Errors
    /// [`TableError`] naming the first file that is not: its length or the time of its last change
    /// differs, or it is gone.
    pub fn check_unchanged(&self) -> Result<(), TableError> {
        self.reader.check_unchanged()
    }
}
