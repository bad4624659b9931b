//! Columns of numbers of a text file whose shape is known, each cell parsed into its place.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::parse::Source;
use super::record::{RawCell, content, end_of_quotes};
use super::scan::Piece;
use crate::cells::{Cell, room};

/// Columns (positions in rising order) as numbers; `None` for a column that holds something else.
pub(super) fn numbers(source: &Source<'_>, positions: &[usize], decimal_comma: bool) -> Vec<Option<Arc<[f64]>>> {
    if positions.is_empty() {
        return Vec::new();
    }
    let mut columns: Vec<Arc<[f64]>> = positions
        .par_iter()
        .with_max_len(1)
        .map(|_| room(source.body.n_rows))
        .collect();
    let numeric: Vec<AtomicBool> = positions.iter().map(|_| AtomicBool::new(true)).collect();
    let mut slot_of = vec![None; source.n_columns];
    for (slot, &position) in positions.iter().enumerate() {
        slot_of[position] = Some(slot);
    }
    let parser = Parser {
        source,
        slot_of: &slot_of,
        numeric: &numeric,
        mark: if decimal_comma { b',' } else { b'.' },
    };
    let mut rests: Vec<&mut [f64]> = columns
        .iter_mut()
        .map(|column| Arc::get_mut(column).expect("just made"))
        .collect();
    let mut work = Vec::with_capacity(source.body.pieces.len());
    for piece in &source.body.pieces {
        let slots: Vec<&mut [f64]> = rests
            .iter_mut()
            .map(|rest| rest.split_off_mut(..piece.n_rows).expect("as many rows as counted"))
            .collect();
        work.push((piece, slots));
    }
    work.into_par_iter()
        .with_max_len(1)
        .for_each(|(piece, slots)| parser.rows(piece, slots));
    columns
        .into_iter()
        .zip(numeric)
        .map(|(column, numeric)| numeric.into_inner().then_some(column))
        .collect()
}

struct Parser<'a> {
    source: &'a Source<'a>,
    /// Which of the columns asked for stands at a position.
    slot_of: &'a [Option<usize>],
    /// Columns that hold nothing but numbers so far.
    numeric: &'a [AtomicBool],
    mark: u8,
}

impl Parser<'_> {
    /// Parses the rows of a piece.
    fn rows(&self, piece: &Piece, mut slots: Vec<&mut [f64]>) {
        let bytes = &self.source.bytes[..piece.end];
        let mut position = piece.start;
        for row in 0..piece.n_rows {
            position = self.row(bytes, position, &mut slots, row);
        }
    }

    /// Parses the row that begins at `position`; gives where the next one begins.
    #[inline]
    fn row(&self, bytes: &[u8], mut position: usize, slots: &mut [&mut [f64]], row: usize) -> usize {
        let separator = self.source.separator;
        for slot in self.slot_of {
            let quoted = self.source.body.quoting && bytes.get(position) == Some(&b'"');
            if !quoted
                && let Some(slot) = *slot
                && let Some((value, end)) = plain(bytes, position, separator, self.mark)
            {
                slots[slot][row] = value;
                position = (end + 1).min(bytes.len());
                continue;
            }
            let close = if quoted {
                end_of_quotes(bytes, position).unwrap_or(bytes.len())
            } else {
                position
            };
            let stop = bytes[close..]
                .iter()
                .position(|&byte| byte == separator || byte == b'\n')
                .map_or(bytes.len(), |step| close + step);
            if let Some(slot) = *slot
                && self.numeric[slot].load(Ordering::Relaxed)
            {
                let range = if quoted {
                    position + 1..close - 1
                } else {
                    position..stop
                };
                match self.cell(RawCell { range, quoted }) {
                    Some(value) => slots[slot][row] = value,
                    None => self.numeric[slot].store(false, Ordering::Relaxed),
                }
            }
            position = (stop + 1).min(bytes.len());
        }
        position
    }

    /// A cell of any look; `None` if it is no number.
    fn cell(&self, cell: RawCell) -> Option<f64> {
        let text = if cell.quoted {
            Cow::Owned(content(self.source.bytes, &cell))
        } else {
            Cow::Borrowed(&self.source.bytes[cell.range])
        };
        match Cell::of(std::str::from_utf8(&text).ok()?, self.mark == b',') {
            Cell::Missing => Some(f64::NAN),
            Cell::Number(value) => Some(value),
            Cell::Large | Cell::Text => None,
        }
    }
}

/// Powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// A number of digits with or without a decimal mark, and where its cell ends.
///
/// If the digits make a whole number that a float holds, that and the power of ten are exact, so their
/// quotient is rounded once, as it has to be. Others are left to the standard library.
#[inline]
fn plain(bytes: &[u8], start: usize, separator: u8, mark: u8) -> Option<(f64, usize)> {
    let at = |position: usize| bytes.get(position).copied().unwrap_or(b'\n');
    let negative = at(start) == b'-';
    let first = start + usize::from(negative);
    let (whole, mut position) = digits(bytes, first, 0);
    let mut number = whole;
    let mut n_digits = position - first;
    let mut n_decimals = 0;
    if at(position) == mark && mark != separator {
        let decimals = position + 1;
        (number, position) = digits(bytes, decimals, whole);
        n_decimals = position - decimals;
        n_digits += n_decimals;
    }
    let next = at(position);
    let ends = next == separator || next == b'\n' || next == b'\r' && at(position + 1) == b'\n';
    if !ends || n_digits == 0 {
        return None;
    }
    let end = if next == b'\r' { position + 1 } else { position };
    // Nineteen digits fit 64 bits.
    if n_digits <= 19 && number <= 1 << 53 {
        let value = number as f64 / POWERS[n_decimals];
        return Some((if negative { -value } else { value }, end));
    }
    // Whole numbers may be too large to be numbers at all.
    if n_decimals == 0 || mark != b'.' {
        return None;
    }
    let text = std::str::from_utf8(bytes.get(start..position)?).ok()?;
    Some((text.parse().ok()?, end))
}

/// Appends the digits from `position` on to `number`; gives where they end. More than nineteen
/// digits overflow.
#[inline]
fn digits(bytes: &[u8], mut position: usize, mut number: u64) -> (u64, usize) {
    while let Some(eight) = bytes.get(position..).and_then(<[u8]>::first_chunk::<8>)
        && let Some(value) = eight_digits(u64::from_le_bytes(*eight))
    {
        number = number.wrapping_mul(100_000_000).wrapping_add(value);
        position += 8;
    }
    while let Some(digit @ 0..=9) = bytes.get(position).map(|byte| byte.wrapping_sub(b'0')) {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        position += 1;
    }
    (number, position)
}

/// The number that eight digits make, the first in the lowest byte; `None` if one is no digit.
#[inline]
fn eight_digits(eight: u64) -> Option<u64> {
    let values = eight.wrapping_sub(0x3030_3030_3030_3030);
    // A byte above 9 shows in its upper half, by itself or once 6 is added.
    if (values | values.wrapping_add(0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 != 0 {
        return None;
    }
    // Neighbours are joined: digits to pairs, pairs to fours, fours to eight.
    let pairs = (values.wrapping_mul(10) + (values >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000) + (fours >> 32)) & 0xFFFF_FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_are_what_the_standard_library_reads() {
        let cells = [
            "0",
            "-0",
            "7",
            "-12",
            "007",
            "12.5",
            "-.5",
            "5.",
            "0.1",
            "-123.456",
            "9007199254740992",
            "900719925474.0992",
            "0.000000000000000001",
            "0.3",
            "1.7976931348623",
            "0.12345678901234567",
            "-12345678.123456789012345678901",
            "1234567890123456789.5",
        ];
        for cell in cells {
            let expected = cell.parse::<f64>().unwrap().to_bits();
            for rest in ["", ",1", "\n", "\r\n2"] {
                let bytes = format!("x,{cell}{rest}");
                let (value, end) = plain(bytes.as_bytes(), 2, b',', b'.').expect(cell);
                assert_eq!(value.to_bits(), expected, "{cell}");
                let length = cell.len() + usize::from(rest.starts_with('\r'));
                assert_eq!(end, 2 + length, "{cell:?}");
            }
        }
        let others = [
            "",
            "-",
            ".",
            "-.",
            "+1",
            " 1",
            "1 ",
            "1e3",
            "1.2.3",
            "--1",
            "inf",
            "9007199254740993",
            "12345678901234567890",
            "1234567:",
            "1234567/8",
            "1\r2",
        ];
        for cell in others {
            assert_eq!(plain(cell.as_bytes(), 0, b',', b'.'), None, "{cell:?}");
        }
        for number in (0..100_000_000_u64).step_by(7_654_321) {
            let text = format!("{number:08}");
            let eight: [u8; 8] = text.as_bytes().try_into().unwrap();
            assert_eq!(eight_digits(u64::from_le_bytes(eight)), Some(number));
            for place in 0..8 {
                for other in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
                    let mut eight = eight;
                    eight[place] = other;
                    assert_eq!(eight_digits(u64::from_le_bytes(eight)), None, "{eight:?}");
                }
            }
        }
        assert_eq!(plain(b"1,5;2", 0, b';', b','), Some((1.5, 3)));
        assert_eq!(plain(b"1.5;2", 0, b';', b','), None);
    }
}
