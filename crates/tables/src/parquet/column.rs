//! One column through all row groups of all files.

use std::sync::Arc;

use logsum_data::{MISSING_TEXT, Values};
use polars_core::prelude::*;

use super::chunk::{Chunk, Decoder};
use super::file::ParquetFile;
use super::numbers::{Cell, Numbers};
use super::schema::{Kind, Stored};
use super::source::Bytes;
use super::texts::{Seen, Texts};
use crate::cells::{self, room};
use crate::write::number;

/// What a column is read as, in all files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Number,
    /// Text that is numbers throughout.
    Parsed,
    Text,
    /// Integers, some of them too large for a float.
    Digits,
}

/// Some rows of one row group of one file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) file: usize,
    pub(super) group: usize,
    /// First of these rows in the group.
    pub(super) from: usize,
    pub(super) count: usize,
}

/// A column and how far it was read.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) shape: Shape,
    /// How each file stores it.
    pub(super) stored: Vec<Stored>,
    chunk: Option<Chunk>,
    numbers: Numbers<f64>,
    wholes: Numbers<i128>,
    texts: Texts,
}

/// Where the cells of a part go.
pub(super) enum Target {
    Number(Arc<[f64]>),
    Text(Vec<u32>),
}

impl Column {
    pub(super) fn new(name: String, shape: Shape, stored: Vec<Stored>) -> Column {
        Column {
            name,
            shape,
            stored,
            chunk: None,
            numbers: Numbers::new(),
            wholes: Numbers::new(),
            texts: Texts::default(),
        }
    }

    /// Bytes of a cell in a table.
    pub(super) fn width(&self) -> usize {
        match self.shape {
            Shape::Number | Shape::Parsed => size_of::<f64>(),
            Shape::Text | Shape::Digits => size_of::<u32>(),
        }
    }

    /// Room for a part of `n_rows` rows, of which the first are the last `keep` of the part before.
    pub(super) fn target(&mut self, previous: Option<Values>, keep: usize, n_rows: usize) -> PolarsResult<Target> {
        self.texts.take();
        if matches!(self.shape, Shape::Number | Shape::Parsed) {
            let mut cells = room(n_rows);
            if let Some(Values::Number(previous)) = previous {
                let slots = Arc::get_mut(&mut cells).expect("just made");
                slots[..keep].copy_from_slice(&previous[previous.len() - keep..]);
            }
            return Ok(Target::Number(cells));
        }
        let mut codes = vec![MISSING_TEXT; n_rows];
        if let Some(Values::Text(previous)) = previous {
            let kept = &previous.codes[previous.codes.len() - keep..];
            for (slot, &code) in codes.iter_mut().zip(kept) {
                if code != MISSING_TEXT {
                    *slot = self.texts.seen.code(&previous.dictionary[code as usize])?;
                }
            }
        }
        Ok(Target::Text(codes))
    }

    /// Reads rows into a part, behind its first `start`.
    pub(super) fn read(
        &mut self,
        file: &ParquetFile,
        bytes: &Bytes,
        span: Span,
        target: &mut Target,
        start: usize,
    ) -> PolarsResult<()> {
        let end = start + span.count;
        match target {
            Target::Number(cells) => {
                let slots = &mut Arc::get_mut(cells).expect("not yet handed out")[start..end];
                if self.shape == Shape::Parsed {
                    self.parse(file, bytes, span, slots)
                } else {
                    self.floats(file, bytes, span, slots)
                }
            }
            Target::Text(codes) => {
                let slots = &mut codes[start..end];
                match self.shape {
                    Shape::Digits => self.digits(file, bytes, span, slots),
                    _ => self.codes(file, bytes, span, slots),
                }
            }
        }
    }

    /// The column of a part that is complete.
    pub(super) fn finish(&mut self, target: Target) -> Values {
        match target {
            Target::Number(cells) => Values::Number(cells),
            Target::Text(codes) => Values::Text(self.texts.take().column(&codes)),
        }
    }

    /// Cells of a column of numbers.
    fn floats(&mut self, file: &ParquetFile, bytes: &Bytes, span: Span, slots: &mut [f64]) -> PolarsResult<()> {
        self.enter(file, span)?;
        let stored = &self.stored[span.file];
        self.numbers.set_form(stored.form(), stored.scale());
        let chunk = self.chunk.as_mut().expect("entered");
        chunk.read(bytes, stored, &mut self.numbers, slots)?;
        if self.numbers.large {
            polars_bail!(ComputeError: "it holds larger numbers than its statistics say");
        }
        Ok(())
    }

    /// Cells of a column of integers, as they are.
    pub(super) fn wholes(
        &mut self,
        file: &ParquetFile,
        bytes: &Bytes,
        span: Span,
        slots: &mut [i128],
    ) -> PolarsResult<()> {
        self.enter(file, span)?;
        let stored = &self.stored[span.file];
        self.wholes.set_form(stored.form(), stored.scale());
        let chunk = self.chunk.as_mut().expect("entered");
        chunk.read(bytes, stored, &mut self.wholes, slots)
    }

    /// Cells of a column of text, as codes of the texts that [`Column::seen`] gives.
    pub(super) fn codes(
        &mut self,
        file: &ParquetFile,
        bytes: &Bytes,
        span: Span,
        slots: &mut [u32],
    ) -> PolarsResult<()> {
        self.enter(file, span)?;
        let chunk = self.chunk.as_mut().expect("entered");
        chunk.read(bytes, &self.stored[span.file], &mut self.texts, slots)
    }

    /// The texts so far, which are forgotten.
    pub(super) fn seen(&mut self) -> Seen {
        self.texts.take()
    }

    fn parse(&mut self, file: &ParquetFile, bytes: &Bytes, span: Span, slots: &mut [f64]) -> PolarsResult<()> {
        let mut codes = vec![MISSING_TEXT; span.count];
        self.codes(file, bytes, span, &mut codes)?;
        let seen = self.seen();
        let numbers: Vec<f64> = seen
            .texts()
            .into_iter()
            .map(
                |text| match text.map_or(cells::Cell::Missing, |text| cells::Cell::of(text, false)) {
                    cells::Cell::Number(value) => Ok(value),
                    cells::Cell::Missing => Ok(f64::NAN),
                    cells::Cell::Large | cells::Cell::Text => {
                        polars_bail!(ComputeError: "its text has changed while it was read")
                    }
                },
            )
            .collect::<PolarsResult<_>>()?;
        for (slot, code) in slots.iter_mut().zip(codes) {
            *slot = numbers.get(code as usize).copied().unwrap_or(f64::NAN);
        }
        Ok(())
    }

    fn digits(&mut self, file: &ParquetFile, bytes: &Bytes, span: Span, slots: &mut [u32]) -> PolarsResult<()> {
        if self.stored[span.file].is_whole() {
            let mut wholes = vec![i128::MISSING; span.count];
            self.wholes(file, bytes, span, &mut wholes)?;
            for (slot, whole) in slots.iter_mut().zip(wholes) {
                if whole != i128::MISSING {
                    *slot = self.texts.seen.code(&whole.to_string())?;
                }
            }
            return Ok(());
        }
        // A file that stores the same column as floats or truth values.
        let mut values = vec![f64::NAN; span.count];
        self.floats(file, bytes, span, &mut values)?;
        for (slot, value) in slots.iter_mut().zip(values) {
            if !value.is_nan() {
                *slot = self.texts.seen.code(&number(value))?;
            }
        }
        Ok(())
    }

    /// Makes ready for rows of a row group; the first of them come first.
    fn enter(&mut self, file: &ParquetFile, span: Span) -> PolarsResult<()> {
        if span.from == 0 {
            self.chunk = None;
            self.numbers.forget_dictionary();
            self.wholes.forget_dictionary();
            self.texts.forget_dictionary();
            self.chunk = Some(Chunk::new(file.pages(span.group, &self.name)?));
        }
        Ok(())
    }
}

/// Whether a column of this kind is text in the file.
pub(super) fn is_text(stored: &[Stored]) -> bool {
    stored.iter().any(|stored| stored.kind == Kind::Text)
}
