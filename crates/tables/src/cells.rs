//! From cells to columns.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use logsum_data::{MISSING_TEXT, TextColumn, Values};

use crate::error::{Offender, TableError};
use crate::read::Want;
use crate::text::{other_decimal_mark, shortened};

/// Beyond it, neighbouring whole numbers share a 64-bit float.
pub(crate) const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Offending cells that a message shows.
const SHOWN: usize = 3;

/// What a cell of a text file is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    Missing,
    Number(f64),
    /// A whole number in digits, beyond [`LARGEST_WHOLE`].
    Large,
    Text,
}

impl Cell {
    pub(crate) fn of(cell: &str, decimal_comma: bool) -> Cell {
        let cell = cell.trim();
        if is_missing(cell) {
            return Cell::Missing;
        }
        let parsed = if decimal_comma {
            // With a decimal comma a point groups thousands or is a mistake: never a decimal mark.
            if cell.contains('.') {
                return Cell::Text;
            }
            cell.replacen(',', ".", 1).parse::<f64>()
        } else {
            cell.parse::<f64>()
        };
        match parsed {
            Ok(value) if value.is_nan() => Cell::Missing,
            Ok(value) if value.abs() >= LARGEST_WHOLE && is_large_whole(cell) => Cell::Large,
            Ok(value) => Cell::Number(value),
            Err(_) if cell.eq_ignore_ascii_case("true") => Cell::Number(1.0),
            Err(_) if cell.eq_ignore_ascii_case("false") => Cell::Number(0.0),
            Err(_) => Cell::Text,
        }
    }
}

/// Whether a cell stands for nothing.
pub(crate) fn is_missing(cell: &str) -> bool {
    matches!(cell.trim(), "" | "NA" | "NaN" | "nan" | "NULL" | "null")
}

/// Whether digits, with or without a sign, make a number beyond ±2⁵³.
fn is_large_whole(cell: &str) -> bool {
    let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell).trim_start_matches('0');
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() > 16 || digits.len() == 16 && digits > "9007199254740992")
}

/// Where a column comes from and what is asked of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) file: &'a str,
    pub(crate) column: &'a str,
    pub(crate) want: Want,
    pub(crate) first_row: usize,
    pub(crate) decimal_comma: bool,
}

/// A column from its cells, of which `None` is missing: numbers if all of them are, else text.
pub(crate) fn column<'c, I>(cells: impl Fn() -> I, asked: Asked<'_>) -> Result<Values, TableError>
where
    I: Iterator<Item = Option<&'c str>>,
{
    let mut numbers = Vec::with_capacity(cells().size_hint().0);
    for cell in cells() {
        match cell.map_or(Cell::Missing, |cell| Cell::of(cell, asked.decimal_comma)) {
            Cell::Missing => numbers.push(f64::NAN),
            Cell::Number(value) => numbers.push(value),
            Cell::Large | Cell::Text => {
                drop(numbers);
                return match asked.want {
                    Want::Any => Ok(Values::Text(dictionary(cells()))),
                    Want::Number => Err(offence(cells(), asked)),
                };
            }
        }
    }
    Ok(Values::Number(numbers.into()))
}

/// Why a column is not one of numbers.
fn offence<'c>(cells: impl Iterator<Item = Option<&'c str>>, asked: Asked<'_>) -> TableError {
    let mut offences = Offences::default();
    for (row, cell) in cells.enumerate() {
        let Some(cell) = cell else { continue };
        offences.add(asked, row, cell, Cell::of(cell, asked.decimal_comma));
    }
    offences.error(asked).expect("a cell is no number")
}

/// The cells of a column that are no numbers, gathered one by one.
#[derive(Default)]
pub(crate) struct Offences {
    texts: Vec<Offender>,
    large: Option<Offender>,
    n_texts: usize,
    n_larges: usize,
    n_numbers: usize,
    distinct: HashSet<String>,
    examples: Vec<String>,
    /// Whether some text is not a number with the other decimal mark.
    plain_text: bool,
}

impl Offences {
    /// Looks at the next cell, of which `kind` is known.
    pub(crate) fn add(&mut self, asked: Asked<'_>, row: usize, cell: &str, kind: Cell) {
        let offender = || Offender {
            row: asked.first_row + row,
            value: shortened(cell),
        };
        match kind {
            Cell::Missing => {}
            Cell::Number(_) => self.n_numbers += 1,
            Cell::Large => {
                self.n_larges += 1;
                self.large.get_or_insert_with(offender);
            }
            Cell::Text => {
                self.n_texts += 1;
                if self.texts.len() < SHOWN {
                    self.texts.push(offender());
                }
                if !self.distinct.contains(cell) {
                    self.distinct.insert(cell.to_owned());
                    if self.examples.len() < SHOWN {
                        self.examples.push(shortened(cell));
                    }
                    self.plain_text |= other_decimal_mark(cell, asked.decimal_comma).is_none();
                }
            }
        }
    }

    /// What is wrong with the column, if anything.
    pub(crate) fn error(self, asked: Asked<'_>) -> Option<TableError> {
        let (file, column) = (asked.file.to_owned(), asked.column.to_owned());
        if self.n_texts == 0 {
            return self.large.map(|first| TableError::TooLarge {
                file,
                column,
                first,
                more: self.n_larges - 1,
            });
        }
        if self.n_numbers + self.n_larges == 0 && self.plain_text {
            return Some(TableError::TextColumn {
                file,
                column,
                examples: self.examples,
                distinct: self.distinct.len(),
            });
        }
        Some(TableError::NotNumber {
            file,
            column,
            first: self.texts,
            count: self.n_texts,
            decimal_comma: asked.decimal_comma,
        })
    }
}

/// A column of text, each different text kept once.
pub(crate) fn dictionary<'c>(cells: impl Iterator<Item = Option<&'c str>>) -> TextColumn {
    // Codes in order of appearance first, so that only the different texts have to be sorted.
    let mut seen: HashMap<&str, u32> = HashMap::new();
    let mut texts: Vec<&str> = Vec::new();
    let mut codes: Vec<u32> = Vec::with_capacity(cells.size_hint().0);
    for cell in cells {
        let code = match cell {
            Some(text) if !is_missing(text) => *seen.entry(text).or_insert_with(|| {
                texts.push(text);
                u32::try_from(texts.len() - 1).expect("polars counts rows in 32 bits")
            }),
            _ => MISSING_TEXT,
        };
        codes.push(code);
    }
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    order.sort_unstable_by_key(|&code| texts[code as usize]);
    let mut sorted_code = vec![0; texts.len()];
    for (rank, &code) in order.iter().enumerate() {
        sorted_code[code as usize] = rank as u32;
    }
    TextColumn {
        codes: codes
            .into_iter()
            .map(|code| match code {
                MISSING_TEXT => MISSING_TEXT,
                code => sorted_code[code as usize],
            })
            .collect(),
        dictionary: order.into_iter().map(|code| texts[code as usize].to_owned()).collect(),
    }
}

/// Room for a column, to be filled through [`Arc::get_mut`] without a further copy.
pub(crate) fn room(n_rows: usize) -> Arc<[f64]> {
    std::iter::repeat_n(f64::NAN, n_rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells() {
        use Cell::*;
        let cases = [
            ("", Missing),
            ("  ", Missing),
            ("NA", Missing),
            (" NA ", Missing),
            ("NaN", Missing),
            ("nan", Missing),
            ("-NaN", Missing),
            ("NULL", Missing),
            ("null", Missing),
            ("N/A", Text),
            ("na", Text),
            ("12", Number(12.0)),
            (" 12 ", Number(12.0)),
            ("\u{a0}12", Number(12.0)),
            ("+7", Number(7.0)),
            ("007", Number(7.0)),
            (".5", Number(0.5)),
            ("5.", Number(5.0)),
            ("1e-3", Number(0.001)),
            ("1E5", Number(100_000.0)),
            ("inf", Number(f64::INFINITY)),
            ("-Inf", Number(f64::NEG_INFINITY)),
            ("TRUE", Number(1.0)),
            ("False", Number(0.0)),
            ("T", Text),
            ("1,5", Text),
            ("1 000", Text),
            ("0x10", Text),
            ("9007199254740992", Number(LARGEST_WHOLE)),
            ("-9007199254740992", Number(-LARGEST_WHOLE)),
            ("9007199254740993", Large),
            ("-9007199254740993", Large),
            ("0009007199254740993", Large),
            ("12345678901234567890", Large),
            ("12345678901234567890.0", Number(12345678901234567890.0)),
            ("1e20", Number(1e20)),
        ];
        for (cell, expected) in cases {
            assert_eq!(Cell::of(cell, false), expected, "{cell:?}");
        }
        let with_comma = [
            ("12,5", Number(12.5)),
            ("12", Number(12.0)),
            ("-,5", Number(-0.5)),
            ("1e-3", Number(0.001)),
            ("12.5", Text),
            ("1.234,5", Text),
            ("1,2,3", Text),
        ];
        for (cell, expected) in with_comma {
            assert_eq!(Cell::of(cell, true), expected, "{cell:?}");
        }
    }

    #[test]
    fn dictionary_agrees_with_the_plain_construction() {
        let cells = [Some("b"), None, Some("a"), Some("b"), Some("NA"), Some(" a")];
        let plain = TextColumn::new(cells.map(|cell| cell.filter(|&cell| cell != "NA")));
        assert_eq!(dictionary(cells.into_iter()), plain);
        assert_eq!(plain.dictionary[..], [" a", "a", "b"].map(String::from));
    }
}
