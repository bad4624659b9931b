//! Alternatives and their codes: which code of a column is which alternative.

use std::collections::{HashMap, HashSet};

use crate::draft::{NO_ALTERNATIVE, cell};
use crate::error::{DataError, Place, Places, Samples, name_list};
use crate::schema::{AlternativeSchema, Code};
use crate::table::{Column, MISSING_TEXT, Values};

/// The alternatives in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternatives {
    /// Names, in the order of the model file, else of the codes (numbers ascending, texts sorted).
    pub names: Vec<String>,
    /// Codes as written in the data; for alternatives that no column names, the position in the case.
    pub codes: Vec<String>,
    /// Whether alternatives have a meaning of their own, so that constants and own utilities make sense.
    pub labelled: bool,
}

impl Alternatives {
    /// Number of distinct alternatives.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Position of the alternative of that name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}

/// The codes that occur in several tables with the same column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Codes {
    known: HashSet<String>,
    /// Whether the column holds text.
    texts: bool,
}

impl Codes {
    /// Adds the codes of a table, as written; `texts` says whether the column holds text.
    pub fn add(&mut self, written: &[String], texts: bool) {
        self.texts |= texts;
        for code in written {
            if !self.known.contains(code) {
                self.known.insert(code.clone());
            }
        }
    }

    /// The codes in their order: numbers ascending, texts sorted.
    pub fn sorted(&self) -> Vec<String> {
        let mut sorted: Vec<String> = self.known.iter().cloned().collect();
        if self.texts {
            sorted.sort_unstable();
        } else {
            sorted.sort_by_cached_key(|code| order_of(code.parse().unwrap_or(f64::NAN)));
        }
        sorted
    }
}

/// A whole number that orders as the number does.
fn order_of(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// Positions of alternatives by number.
pub(crate) struct NumberCodes {
    /// By code, for codes that are small whole numbers as most are; [`NO_ALTERNATIVE`] where there is none.
    small: Vec<u32>,
    /// For all others.
    others: HashMap<u64, u32>,
}

/// Codes below are looked up without hashing.
const SMALL: f64 = 4096.0;

impl NumberCodes {
    fn small(code: f64) -> Option<usize> {
        ((0.0..SMALL).contains(&code) && code.fract() == 0.0).then_some(code as usize)
    }

    fn get(&self, code: f64) -> Option<u32> {
        match NumberCodes::small(code) {
            Some(small) => self.small.get(small).copied().filter(|&at| at != NO_ALTERNATIVE),
            None => self.others.get(&key(code)).copied(),
        }
    }
}

impl FromIterator<(f64, u32)> for NumberCodes {
    fn from_iter<I: IntoIterator<Item = (f64, u32)>>(codes: I) -> Self {
        let mut known = NumberCodes {
            small: Vec::new(),
            others: HashMap::new(),
        };
        for (code, at) in codes {
            if let Some(small) = NumberCodes::small(code) {
                if known.small.len() <= small {
                    known.small.resize(small + 1, NO_ALTERNATIVE);
                }
                known.small[small] = at;
            } else {
                known.others.insert(key(code), at);
            }
        }
        known
    }
}

/// What a cell of a code column says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Coded {
    /// The alternative at that position.
    Alternative(u32),
    /// A code that belongs to no alternative.
    Unknown,
    /// An empty cell.
    Missing,
}

/// Reads the cells of a code column.
pub(crate) enum Decoder<'a> {
    Number {
        cells: &'a [f64],
        positions: NumberCodes,
    },
    Text {
        cells: &'a [u32],
        positions: Vec<Option<u32>>,
    },
}

impl<'a> Decoder<'a> {
    /// For alternatives whose codes the schema lists.
    ///
    /// # Errors
    /// Codes that occur twice, and texts where the column holds numbers.
    pub fn listed(column: &'a Column, alternatives: &[AlternativeSchema]) -> Result<Self, Vec<DataError>> {
        let codes = codes(alternatives, Some(column))?;
        Ok(match &column.values {
            Values::Number(cells) => {
                let number = |code: &Code| match code {
                    Code::Number(number) => *number,
                    Code::Text(_) => unreachable!("texts were turned into numbers above"),
                };
                let positions = codes
                    .iter()
                    .enumerate()
                    .map(|(at, (code, _))| (number(code), at as u32))
                    .collect();
                Decoder::Number { cells, positions }
            }
            Values::Text(text) => {
                let mut positions = vec![None; text.dictionary.len()];
                for (at, (_, written)) in codes.iter().enumerate() {
                    if let Ok(word) = text.dictionary.binary_search(written) {
                        positions[word] = Some(at as u32);
                    }
                }
                Decoder::Text {
                    cells: &text.codes,
                    positions,
                }
            }
        })
    }

    /// For alternatives that are whatever codes occur in the rows that `kept` admits; with the codes as written.
    pub fn occurring(column: &'a Column, n_rows: usize, kept: impl Fn(usize) -> bool) -> (Self, Vec<String>) {
        match &column.values {
            Values::Number(cells) => {
                let mut numbers: Vec<f64> = Vec::new();
                let mut seen = HashSet::new();
                let present = cells[..n_rows]
                    .iter()
                    .enumerate()
                    .filter(|(row, cell)| kept(*row) && !cell.is_nan());
                numbers.extend(
                    present
                        .map(|(_, cell)| cell + 0.0)
                        .filter(|cell| seen.insert(key(*cell))),
                );
                numbers.sort_unstable_by(f64::total_cmp);
                let positions = numbers
                    .iter()
                    .enumerate()
                    .map(|(at, number)| (*number, at as u32))
                    .collect();
                let written = numbers.iter().map(f64::to_string).collect();
                (Decoder::Number { cells, positions }, written)
            }
            Values::Text(text) => {
                let mut occurs = vec![false; text.dictionary.len()];
                let present = |(row, code): &(usize, &u32)| kept(*row) && **code != MISSING_TEXT;
                for (_, &code) in text.codes[..n_rows].iter().enumerate().filter(present) {
                    occurs[code as usize] = true;
                }
                let mut written = Vec::new();
                let mut positions = vec![None; occurs.len()];
                for (word, _) in occurs.iter().enumerate().filter(|(_, occurs)| **occurs) {
                    positions[word] = Some(written.len() as u32);
                    written.push(text.dictionary[word].clone());
                }
                let decoder = Decoder::Text {
                    cells: &text.codes,
                    positions,
                };
                (decoder, written)
            }
        }
    }

    /// For alternatives that are the codes that occur in other rows too; with the codes as written.
    pub fn known(column: &'a Column, codes: &Codes) -> (Self, Vec<String>) {
        let written = codes.sorted();
        let decoder = match &column.values {
            Values::Number(cells) => Decoder::Number {
                cells,
                positions: written
                    .iter()
                    .zip(0..)
                    .filter_map(|(code, at)| Some((code.parse().ok()?, at)))
                    .collect(),
            },
            Values::Text(text) => {
                let mut positions = vec![None; text.dictionary.len()];
                for (code, at) in written.iter().zip(0..) {
                    if let Ok(word) = text.dictionary.binary_search(code) {
                        positions[word] = Some(at);
                    }
                }
                Decoder::Text {
                    cells: &text.codes,
                    positions,
                }
            }
        };
        (decoder, written)
    }

    /// What the cell of `row` says.
    pub fn decode(&self, row: usize) -> Coded {
        let position = match self {
            Decoder::Number { cells, .. } if cells[row].is_nan() => return Coded::Missing,
            Decoder::Number { cells, positions } => positions.get(cells[row]),
            Decoder::Text { cells, .. } if cells[row] == MISSING_TEXT => return Coded::Missing,
            Decoder::Text { cells, positions } => positions[cells[row] as usize],
        };
        position.map_or(Coded::Unknown, Coded::Alternative)
    }
}

/// The codes of alternatives and how they are written, as the column holds them; without one as they stand.
///
/// # Errors
/// Names and codes that occur twice, and texts where the column holds numbers.
pub(crate) fn codes(
    alternatives: &[AlternativeSchema],
    column: Option<&Column>,
) -> Result<Vec<(Code, String)>, Vec<DataError>> {
    let mut errors = Vec::new();
    let mut taken: HashMap<String, &str> = HashMap::new();
    let mut named: HashSet<&str> = HashSet::new();
    let mut codes = Vec::new();
    for alternative in alternatives {
        if !named.insert(&alternative.name) {
            errors.push(DataError::SameName {
                name: alternative.name.clone(),
            });
        }
        let code = match resolve(alternative, column) {
            Ok(code) => code,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let written = code.written();
        if let Some(first) = taken.insert(written.clone(), &alternative.name) {
            errors.push(DataError::SameCode {
                first: first.to_owned(),
                second: alternative.name.clone(),
                code: alternative.code.to_string(),
            });
        }
        codes.push((code, written));
    }
    if errors.is_empty() { Ok(codes) } else { Err(errors) }
}

/// Bits that identify a number: one key for 0 and −0.
pub(crate) fn key(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// The code of an alternative as a column of numbers or of text holds it.
fn resolve(alternative: &AlternativeSchema, column: Option<&Column>) -> Result<Code, DataError> {
    let of_numbers = column.filter(|column| matches!(column.values, Values::Number(_)));
    match (&alternative.code, of_numbers) {
        (Code::Number(number), _) if !number.is_finite() => Err(DataError::CodeNotFinite {
            alternative: alternative.name.clone(),
            code: number.to_string(),
        }),
        (Code::Number(number), _) => Ok(Code::Number(number + 0.0)),
        (Code::Text(text), Some(column)) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Code::Number(number + 0.0)),
            _ => Err(DataError::CodeType {
                alternative: alternative.name.clone(),
                code: alternative.code.to_string(),
                column: column.name.clone(),
            }),
        },
        (Code::Text(_), None) => Ok(alternative.code.clone()),
    }
}

/// Gathers the codes of a column that belong to no alternative.
pub(crate) struct UnknownCodes {
    seen: HashSet<Option<u64>>,
    codes: Samples,
    places: Places,
}

impl UnknownCodes {
    pub fn new(file: &str) -> Self {
        UnknownCodes {
            seen: HashSet::new(),
            codes: Samples::default(),
            places: Places::new(file),
        }
    }

    pub fn add(&mut self, values: &Values, row: usize, place: impl FnOnce() -> Place) {
        if self.seen.insert(values.identity(row)) {
            self.codes.add(|| cell(values, row));
        }
        self.places.add(place);
    }

    pub fn into_error(self, column: &str, alternatives: &[AlternativeSchema]) -> Option<DataError> {
        (!self.places.is_empty()).then(|| DataError::UnknownCode {
            places: self.places,
            column: column.to_owned(),
            codes: self.codes,
            known: listing(alternatives),
        })
    }
}

/// car = 1, ... for messages.
fn listing(alternatives: &[AlternativeSchema]) -> String {
    if alternatives.len() > 8 {
        return name_list(alternatives.iter().map(|alternative| alternative.name.as_str()));
    }
    let one = |alternative: &AlternativeSchema| format!("{} = {}", alternative.name, alternative.code);
    alternatives.iter().map(one).collect::<Vec<_>>().join(", ")
}
