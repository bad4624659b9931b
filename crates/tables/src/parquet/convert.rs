//! From the columns of polars, which decodes the rarer encodings, to cells.

use polars_core::prelude::*;

use super::numbers::Cell;
use crate::cells::LARGEST_WHOLE;

/// Writes numbers or truth values into their slots.
pub(super) fn converted<C: Cell>(cells: &Series, scale: u32, large: &mut bool, out: &mut [C]) {
    match cells.dtype() {
        DataType::Boolean => {
            let cells = cells.bool().expect("type was matched");
            copy(cells.iter(), out, |truth| C::of_whole(i128::from(truth), 0, large));
        }
        DataType::Float64 => copy(cells.f64().expect("type was matched").iter(), out, C::of_float),
        DataType::Float32 => {
            let cells = cells.f32().expect("type was matched");
            copy(cells.iter(), out, |cell| C::of_float(f64::from(cell)));
        }
        _ => copy(integers(cells), out, |cell| C::of_whole(cell, scale, large)),
    }
}

fn copy<T, C: Cell>(cells: impl Iterator<Item = Option<T>>, out: &mut [C], mut convert: impl FnMut(T) -> C) {
    for (cell, slot) in cells.zip(out) {
        *slot = cell.map_or(C::MISSING, &mut convert);
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

pub(super) fn is_large(whole: i128) -> bool {
    whole.unsigned_abs() > LARGEST_WHOLE as u128
}

/// whole / 10^scale, correctly rounded.
pub(super) fn scaled(whole: i128, scale: u32) -> f64 {
    // Up to 10^22 powers of ten are exact, and the quotient of two exact floats is rounded once.
    if !is_large(whole) && scale <= 22 {
        return whole as f64 / 10f64.powi(scale as i32);
    }
    format!("{whole}e-{scale}")
        .parse()
        .expect("an integer and an exponent make a number")
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
