//! Cells of a text file whose shape is known, parsed by polars.

use std::io::Cursor;
use std::sync::Arc;

use polars_core::prelude::*;
use polars_io::SerReader;
use polars_io::csv::read::{CsvEncoding, CsvParseOptions, CsvReadOptions};

use super::record::{content, record};
use super::scan::Body;
use crate::cells::{LARGEST_WHOLE, room};
use crate::error::TableError;
use crate::guard::guarded;

/// Rows looked at to guess how polars should read a column. A wrong guess costs time, no more.
const SAMPLE: usize = 50;

/// How polars reads a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum As {
    Number,
    Text,
}

/// A column that polars has read.
pub(super) enum Parsed {
    /// Each cell is a number that a 64-bit float holds.
    Numbers(Arc<[f64]>),
    /// Read as numbers, but some cells are missing, text, truth values or too large.
    Undecided,
    /// The cells as written.
    Texts(StringChunked),
}

/// A text file whose shape is known.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) bytes: &'a [u8],
    /// Where the line under the header begins.
    pub(super) start: usize,
    pub(super) separator: u8,
    pub(super) n_columns: usize,
    pub(super) body: Body,
    /// Whether the columns that are not read hold UTF-8, too.
    pub(super) all_utf8: bool,
}

impl Source<'_> {
    /// How to read columns (positions in rising order), from the first rows.
    pub(super) fn guess(&self, positions: &[usize]) -> Vec<(usize, As)> {
        let mut guesses = vec![As::Number; self.n_columns];
        let mut position = self.start;
        for _ in 0..self.body.n_rows.min(SAMPLE) {
            let mut column = 0;
            let next = record(self.bytes, position, self.separator, |cell| {
                let text = content(self.bytes, &cell);
                let plain = std::str::from_utf8(&text).is_ok_and(|text| text.trim_start().parse::<f64>().is_ok());
                if !plain {
                    guesses[column] = As::Text;
                }
                column += 1;
            });
            position = next.expect("the scan found the quotation marks in order");
        }
        positions
            .iter()
            .map(|&position| (position, guesses[position]))
            .collect()
    }

    /// Reads columns (positions in rising order).
    pub(super) fn parse(&self, plan: &[(usize, As)]) -> Result<Vec<Parsed>, TableError> {
        if plan.is_empty() {
            return Ok(Vec::new());
        }
        if self.body.n_rows == 0 {
            return Ok(plan.iter().map(|_| Parsed::Numbers(room(0))).collect());
        }
        let frame = guarded(self.file, || {
            let frame = CsvReadOptions::default()
                .with_has_header(false)
                .with_skip_rows(1)
                .with_schema(Some(self.schema(plan)))
                .with_projection(Some(Arc::new(plan.iter().map(|&(position, _)| position).collect())))
                // What is no number becomes null and is looked at again as text.
                .with_ignore_errors(true)
                .with_parse_options(self.options())
                .into_reader_with_file_handle(Cursor::new(self.lines()))
                .finish()?;
            // A guard against the two readers of one file disagreeing about its rows.
            if frame.height() != self.body.n_rows {
                polars_bail!(ComputeError: "{} rows found, {} counted", frame.height(), self.body.n_rows);
            }
            Ok(frame)
        })?;
        Ok(frame.into_columns().into_iter().map(parsed).collect())
    }

    /// From the line break that ends the header: polars takes some texts at the very start of its
    /// input for compressed data or a byte order mark, so it is given a blank line to skip first.
    fn lines(&self) -> &[u8] {
        &self.bytes[self.start - 1..self.body.end]
    }

    fn schema(&self, plan: &[(usize, As)]) -> SchemaRef {
        let mut types = vec![DataType::Float64; self.n_columns];
        for &(position, kind) in plan {
            if kind == As::Text {
                types[position] = DataType::String;
            }
        }
        let fields = types.into_iter().enumerate();
        Arc::new(
            fields
                .map(|(position, kind)| Field::new(position.to_string().into(), kind))
                .collect(),
        )
    }

    fn options(&self) -> CsvParseOptions {
        CsvParseOptions::default()
            .with_separator(self.separator)
            .with_quote_char(self.body.quoting.then_some(b'"'))
            .with_encoding(if self.all_utf8 {
                CsvEncoding::Utf8
            } else {
                CsvEncoding::LossyUtf8
            })
    }
}

fn parsed(column: Column) -> Parsed {
    let series = column.take_materialized_series();
    if let Ok(texts) = series.str() {
        return Parsed::Texts(texts.clone());
    }
    let numbers = series.f64().expect("the schema knows numbers and text");
    if numbers.null_count() > 0 {
        return Parsed::Undecided;
    }
    let mut values = room(numbers.len());
    let mut rest = Arc::get_mut(&mut values).expect("just made");
    let mut large = false;
    for chunk in numbers.downcast_iter() {
        let (slots, behind) = rest.split_at_mut(chunk.len());
        for (slot, &value) in slots.iter_mut().zip(chunk.values().iter()) {
            // One NaN for all: its sign and payload mean nothing and would differ in comparisons.
            *slot = if value.is_nan() { f64::NAN } else { value };
            large |= value.abs() >= LARGEST_WHOLE;
        }
        rest = behind;
    }
    // A number this large may have been written in digits that a float cannot hold.
    if large {
        Parsed::Undecided
    } else {
        Parsed::Numbers(values)
    }
}
