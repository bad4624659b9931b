//! Alternatives and their codes: which code of a column is which alternative.

use std::collections::HashMap;

use crate::error::{DataError, name_list};
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
    Number { cells: &'a [f64], positions: HashMap<u64, u32> },
    Text { cells: &'a [u32], positions: Vec<Option<u32>>, words: &'a [String] },
}

impl<'a> Decoder<'a> {
    /// For alternatives whose codes the schema lists.
    ///
    /// # Errors
    /// Codes that occur twice, and texts where the column holds numbers.
    pub fn listed(column: &'a Column, alternatives: &[AlternativeSchema]) -> Result<Self, Vec<DataError>> {
        let mut errors = Vec::new();
        let mut taken: HashMap<String, &str> = HashMap::new();
        let mut codes = Vec::new();
        for alternative in alternatives {
            let code = match (&column.values, &alternative.code) {
                (Values::Number(_), Code::Text(text)) => text.trim().parse().map(Code::Number),
                (_, code) => Ok(code.clone()),
            };
            let Ok(code) = code else {
                errors.push(DataError::CodeType {
                    alternative: alternative.name.clone(),
                    code: alternative.code.to_string(),
                    column: column.name.clone(),
                });
                continue;
            };
            let written = match &code {
                Code::Number(number) => number.to_string(),
                Code::Text(text) => text.clone(),
            };
            if let Some(first) = taken.insert(written.clone(), &alternative.name) {
                errors.push(DataError::SameCode {
                    first: first.to_owned(),
                    second: alternative.name.clone(),
                    code: alternative.code.to_string(),
                });
            }
            codes.push((code, written));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(match &column.values {
            Values::Number(cells) => {
                let number = |code: &Code| match code {
                    Code::Number(number) => key(*number),
                    Code::Text(_) => unreachable!("texts were turned into numbers above"),
                };
                let positions = codes.iter().enumerate().map(|(at, (code, _))| (number(code), at as u32)).collect();
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
                    words: &text.dictionary,
                }
            }
        })
    }

    /// For alternatives that are whatever codes occur in the rows that `keep` admits; with the codes as written.
    pub fn occurring(column: &'a Column, keep: &[bool]) -> (Self, Vec<String>) {
        match &column.values {
            Values::Number(cells) => {
                let kept = cells.iter().zip(keep).filter(|(cell, keep)| **keep && !cell.is_nan());
                let mut numbers: Vec<f64> = Vec::new();
                let mut seen = std::collections::HashSet::new();
                numbers.extend(kept.map(|(cell, _)| *cell).filter(|cell| seen.insert(key(*cell))));
                numbers.sort_unstable_by(f64::total_cmp);
                let positions = numbers.iter().enumerate().map(|(at, number)| (key(*number), at as u32)).collect();
                let written = numbers.iter().map(|number| (number + 0.0).to_string()).collect();
                (Decoder::Number { cells, positions }, written)
            }
            Values::Text(text) => {
                let mut occurs = vec![false; text.dictionary.len()];
                for (&code, _) in text.codes.iter().zip(keep).filter(|(code, keep)| **keep && **code != MISSING_TEXT) {
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
                    words: &text.dictionary,
                };
                (decoder, written)
            }
        }
    }

    /// What the cell of `row` says.
    pub fn decode(&self, row: usize) -> Coded {
        let position = match self {
            Decoder::Number { cells, .. } if cells[row].is_nan() => return Coded::Missing,
            Decoder::Number { cells, positions } => positions.get(&key(cells[row])).copied(),
            Decoder::Text { cells, .. } if cells[row] == MISSING_TEXT => return Coded::Missing,
            Decoder::Text { cells, positions, .. } => positions[cells[row] as usize],
        };
        position.map_or(Coded::Unknown, Coded::Alternative)
    }

    /// The cell of `row` as written.
    pub fn written(&self, row: usize) -> String {
        match self {
            Decoder::Number { cells, .. } => cells[row].to_string(),
            Decoder::Text { cells, words, .. } => format!("\"{}\"", words[cells[row] as usize]),
        }
    }
}

/// Bits that identify a number: one key for 0 and −0.
pub(crate) fn key(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

/// "car" (code 1), ... for messages.
pub(crate) fn listing(alternatives: &[AlternativeSchema]) -> String {
    if alternatives.len() > 8 {
        return name_list(alternatives.iter().map(|alternative| alternative.name.as_str()));
    }
    let one = |alternative: &AlternativeSchema| format!("{} = {}", alternative.name, alternative.code);
    alternatives.iter().map(one).collect::<Vec<_>>().join(", ")
}
