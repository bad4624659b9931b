//! From the columns of polars to those of a table.

use std::sync::Arc;

use logsum_data::Values;
use polars_core::prelude::*;

use super::schema::Kind;
use crate::cells::{self, Asked, LARGEST_WHOLE, dictionary, room};
use crate::error::{Offender, TableError};
use crate::read::Want;
use crate::write::number;

/// The rows of a column that one file holds.
pub(super) struct Piece {
    pub(super) cells: Series,
    pub(super) kind: Kind,
}

/// A column from its pieces.
pub(super) fn values(pieces: &[Piece], n_rows: usize, asked: Asked<'_>) -> Result<Values, TableError> {
    if pieces.iter().any(|piece| piece.kind == Kind::Text) {
        let texts: Vec<&StringChunked> = pieces
            .iter()
            .map(|piece| piece.cells.str().expect("text was asked for"))
            .collect();
        let cells = || texts.iter().flat_map(|texts| texts.iter());
        return match asked.want {
            // The file says that it is text, even if all of it looks like numbers.
            Want::Any => Ok(Values::Text(dictionary(cells()))),
            Want::Number => cells::column(cells, asked),
        };
    }
    let mut values = room(n_rows);
    let slots = Arc::get_mut(&mut values).expect("just made");
    let mut start = 0;
    let mut large = false;
    for piece in pieces {
        let end = start + piece.cells.len();
        large |= fill(piece, &mut slots[start..end]);
        start = end;
    }
    if !large {
        return Ok(Values::Number(values));
    }
    match asked.want {
        Want::Any => {
            let texts = digits(pieces);
            Ok(Values::Text(dictionary(texts.iter().map(|text| text.as_deref()))))
        }
        Want::Number => Err(too_large(pieces, asked)),
    }
}

/// Writes numbers into their slots, which hold NaN; says whether a whole number lost digits.
fn fill(piece: &Piece, slots: &mut [f64]) -> bool {
    let scale = match piece.kind {
        Kind::Number { scale } => scale,
        Kind::Truth | Kind::Text => 0,
    };
    let mut large = false;
    match piece.cells.dtype() {
        DataType::Boolean => {
            let cells = piece.cells.bool().expect("type was matched");
            for (cell, slot) in cells.iter().zip(slots) {
                if let Some(truth) = cell {
                    *slot = f64::from(u8::from(truth));
                }
            }
        }
        DataType::Float64 => {
            copy(piece.cells.f64().expect("type was matched"), slots, |cell| cell);
        }
        DataType::Float32 => {
            copy(piece.cells.f32().expect("type was matched"), slots, f64::from);
        }
        _ => {
            for (cell, slot) in integers(&piece.cells).zip(slots) {
                if let Some(cell) = cell {
                    large |= scale == 0 && is_large(cell);
                    *slot = scaled(cell, scale);
                }
            }
        }
    }
    large
}

fn copy<T: PolarsNumericType>(cells: &ChunkedArray<T>, slots: &mut [f64], widen: impl Fn(T::Native) -> f64) {
    let mut slots = slots.iter_mut();
    for chunk in cells.downcast_iter() {
        // The chunk comes first: a zip asks its left side first and must not eat a slot at the end.
        for (cell, slot) in chunk.iter().zip(slots.by_ref()) {
            if let Some(&cell) = cell {
                let value = widen(cell);
                // One NaN for all: its sign and payload mean nothing.
                *slot = if value.is_nan() { f64::NAN } else { value };
            }
        }
    }
}

/// Cells of any integer type.
fn integers(cells: &Series) -> Box<dyn Iterator<Item = Option<i128>> + '_> {
    fn wide<T: PolarsNumericType>(cells: PolarsResult<&ChunkedArray<T>>) -> Box<dyn Iterator<Item = Option<i128>> + '_>
    where
        T::Native: Into<i128>,
    {
        let cells = cells.expect("type was matched");
        Box::new(cells.iter().map(|cell| cell.map(Into::into)))
    }
    match cells.dtype() {
        DataType::Int32 => wide(cells.i32()),
        DataType::Int64 => wide(cells.i64()),
        DataType::UInt32 => wide(cells.u32()),
        DataType::UInt64 => wide(cells.u64()),
        other => unreachable!("{other:?} is not asked of polars"),
    }
}

fn is_large(whole: i128) -> bool {
    whole.unsigned_abs() > LARGEST_WHOLE as u128
}

/// whole / 10^scale, correctly rounded.
fn scaled(whole: i128, scale: u32) -> f64 {
    // Up to 10^22 powers of ten are exact, and the quotient of two exact floats is rounded once.
    if !is_large(whole) && scale <= 22 {
        return whole as f64 / 10f64.powi(scale as i32);
    }
    format!("{whole}e-{scale}")
        .parse()
        .expect("an integer and an exponent make a number")
}

/// Cells as text, for identifiers too large for a float.
fn digits(pieces: &[Piece]) -> Vec<Option<String>> {
    let mut texts = Vec::new();
    for piece in pieces {
        let whole = matches!(piece.kind, Kind::Number { scale: 0 }) && piece.cells.dtype().is_integer();
        if whole {
            texts.extend(integers(&piece.cells).map(|cell| cell.map(|cell| cell.to_string())));
        } else {
            // A file that stores the same column as floats or truth values.
            let mut values = vec![f64::NAN; piece.cells.len()];
            fill(piece, &mut values);
            texts.extend(values.into_iter().map(|value| (!value.is_nan()).then(|| number(value))));
        }
    }
    texts
}

fn too_large(pieces: &[Piece], asked: Asked<'_>) -> TableError {
    let texts = digits(pieces);
    let mut larges = texts.iter().enumerate().filter(|(_, text)| {
        let whole = text.as_deref().and_then(|text| text.parse::<i128>().ok());
        whole.is_some_and(is_large)
    });
    let (row, value) = larges.next().expect("a large number was met");
    TableError::TooLarge {
        file: asked.file.to_owned(),
        column: asked.column.to_owned(),
        first: Offender {
            row: asked.first_row + row,
            value: value.clone().expect("a large number was met"),
        },
        more: larges.count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_once() {
        let cases = [
            (1, 1, 0.1),
            (-12345, 2, -123.45),
            (3, 0, 3.0),
            (9_007_199_254_740_993, 3, 9_007_199_254_740.993),
            (i128::from(i64::MAX), 18, 9.223_372_036_854_776),
            (1, 30, 1e-30),
        ];
        for (whole, scale, expected) in cases {
            assert_eq!(scaled(whole, scale), expected, "{whole}e-{scale}");
        }
    }
}
