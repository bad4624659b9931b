//! Columns of a text file whose shape is known: a guess what they are, and text by polars.

use std::io::Cursor;
use std::sync::Arc;

use polars_core::prelude::*;
use polars_io::SerReader;
use polars_io::csv::read::{CsvEncoding, CsvParseOptions, CsvReadOptions};

use super::record::{content, record};
use super::scan::Body;
use crate::cells::Cell;
use crate::error::TableError;
use crate::guard::guarded;

/// Rows looked at to guess what a column is. A wrong guess costs time, no more.
const SAMPLE: usize = 50;

/// A text file whose shape is known.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) bytes: &'a [u8],
    /// Where the line under the header begins.
    pub(super) start: usize,
    pub(super) separator: u8,
    pub(super) n_columns: usize,
    pub(super) body: Body,
}

impl Source<'_> {
    /// Which columns hold text, as far as the first rows tell.
    pub(super) fn guess_text(&self, decimal_comma: bool) -> Vec<bool> {
        let mut guesses = vec![false; self.n_columns];
        let mut position = self.start;
        for _ in 0..self.body.n_rows.min(SAMPLE) {
            let mut column = 0;
            let next = record(self.bytes, position, self.separator, |cell| {
                let text = content(self.bytes, &cell);
                let text = std::str::from_utf8(&text).ok();
                let kind = text.map_or(Cell::Text, |text| Cell::of(text, decimal_comma));
                guesses[column] |= matches!(kind, Cell::Large | Cell::Text);
                column += 1;
            });
            position = next.expect("the scan found the quotation marks in order");
        }
        guesses
    }

    /// Reads columns (positions in rising order) as text, the cells as written.
    pub(super) fn texts(&self, positions: &[usize]) -> Result<Vec<StringChunked>, TableError> {
        if positions.is_empty() {
            return Ok(Vec::new());
        }
        let frame = guarded(self.file, || {
            let frame = CsvReadOptions::default()
                .with_has_header(false)
                .with_skip_rows(1)
                .with_schema(Some(self.schema()))
                .with_projection(Some(Arc::new(positions.to_vec())))
                .with_parse_options(self.options())
                .into_reader_with_file_handle(Cursor::new(self.lines()))
                .finish()?;
            // A guard against the two readers of one file disagreeing about its rows.
            if frame.height() != self.body.n_rows {
                polars_bail!(ComputeError: "{} rows found, {} counted", frame.height(), self.body.n_rows);
            }
            Ok(frame)
        })?;
        let columns = frame.into_columns().into_iter();
        let texts = columns.map(|column| column.str().expect("the schema knows text only").clone());
        Ok(texts.collect())
    }

    /// From the line break that ends the header: polars takes some texts at the very start of its
    /// input for compressed data or a byte order mark, so it is given a blank line to skip first.
    fn lines(&self) -> &[u8] {
        &self.bytes[self.start - 1..self.body.end]
    }

    fn schema(&self) -> SchemaRef {
        let fields = 0..self.n_columns;
        Arc::new(
            fields
                .map(|position| Field::new(position.to_string().into(), DataType::String))
                .collect(),
        )
    }

    fn options(&self) -> CsvParseOptions {
        CsvParseOptions::default()
            .with_separator(self.separator)
            .with_quote_char(self.body.quoting.then_some(b'"'))
            .with_encoding(if self.body.all_utf8 {
                CsvEncoding::Utf8
            } else {
                CsvEncoding::LossyUtf8
            })
    }
}
