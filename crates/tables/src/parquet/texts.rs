//! Values of pages as text, each different text kept once.

use polars_core::prelude::*;

use super::chunk::Decoder;
use super::numbers::{PLAIN, by_dictionary, look_up};
use crate::cells::is_missing;
use logsum_data::{MISSING_TEXT, TextColumn};

/// A value of a dictionary that no cell of the part has had so far.
const UNSEEN: u32 = MISSING_TEXT - 1;

/// Different texts, numbered in the order in which they come.
#[derive(Default)]
pub(super) struct Seen {
    codes: PlHashMap<Box<str>, u32>,
}

impl Seen {
    /// The code of a text.
    pub(super) fn code(&mut self, text: &str) -> PolarsResult<u32> {
        if let Some(&code) = self.codes.get(text) {
            return Ok(code);
        }
        let code = if is_missing(text) {
            // Kept like a text, so that the next of its kind is found at once.
            MISSING_TEXT
        } else {
            self.codes.len() as u32
        };
        if self.codes.len() >= UNSEEN as usize {
            polars_bail!(ComputeError: "more different texts than can be counted");
        }
        self.codes.insert(text.into(), code);
        Ok(code)
    }

    /// The texts by their codes; codes of missing cells have none.
    pub(super) fn texts(&self) -> Vec<Option<&str>> {
        let mut texts = vec![None; self.codes.len()];
        for (text, &code) in &self.codes {
            if code != MISSING_TEXT {
                texts[code as usize] = Some(&**text);
            }
        }
        texts
    }

    /// A column of cells with these codes.
    pub(super) fn column(self, codes: &[u32]) -> TextColumn {
        let mut rank_of = vec![MISSING_TEXT; self.codes.len()];
        let mut texts: Vec<(Box<str>, u32)> = self.codes.into_iter().collect();
        texts.retain(|&(_, code)| code != MISSING_TEXT);
        texts.sort_unstable();
        for (rank, &(_, code)) in texts.iter().enumerate() {
            rank_of[code as usize] = rank as u32;
        }
        TextColumn {
            codes: codes
                .iter()
                .map(|&code| rank_of.get(code as usize).copied().unwrap_or(MISSING_TEXT))
                .collect(),
            dictionary: texts.into_iter().map(|(text, _)| text.into_string()).collect(),
        }
    }
}

/// Decodes texts of one column.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) seen: Seen,
    dictionary: Vec<Box<str>>,
    /// The code that each value of the dictionary has in this part, or [`UNSEEN`].
    codes: Vec<u32>,
    /// How many values of the page were read, and where the next one begins.
    reached: (usize, usize),
}

impl Texts {
    /// Begins with a new part, which shares no codes with the one before.
    pub(super) fn take(&mut self) -> Seen {
        self.codes.fill(UNSEEN);
        std::mem::take(&mut self.seen)
    }
}

impl Decoder for Texts {
    type Cell = u32;

    const MISSING: u32 = MISSING_TEXT;

    fn knows(&self, encoding: i64) -> bool {
        encoding == PLAIN || by_dictionary(encoding)
    }

    fn has_dictionary(&self) -> bool {
        !self.dictionary.is_empty()
    }

    fn forget_dictionary(&mut self) {
        self.dictionary = Vec::new();
        self.codes = Vec::new();
    }

    fn set_dictionary(&mut self, values: &[u8], count: usize) -> PolarsResult<()> {
        self.dictionary.clear();
        let mut position = 0;
        for _ in 0..count {
            self.dictionary.push(next(values, &mut position)?.into());
        }
        self.codes.clear();
        self.codes.resize(count, UNSEEN);
        Ok(())
    }

    fn decode(&mut self, values: &[u8], encoding: i64, from: usize, out: &mut [u32]) -> PolarsResult<()> {
        if out.is_empty() {
            return Ok(());
        }
        if encoding != PLAIN {
            let length = self.dictionary.len();
            look_up(values, from, |place| ((place as usize) < length).then_some(place), out)?;
            for slot in out {
                // A value gets its code from the first cell that has it.
                let place = *slot as usize;
                if self.codes[place] == UNSEEN {
                    self.codes[place] = self.seen.code(&self.dictionary[place])?;
                }
                *slot = self.codes[place];
            }
            return Ok(());
        }
        if from == 0 {
            self.reached = (0, 0);
        }
        debug_assert_eq!(from, self.reached.0, "values are read in order");
        let mut position = self.reached.1;
        for slot in out.iter_mut() {
            *slot = self.seen.code(next(values, &mut position)?)?;
        }
        self.reached = (from + out.len(), position);
        Ok(())
    }

    fn convert(&mut self, cells: &Series, out: &mut [u32]) -> PolarsResult<()> {
        for (slot, cell) in out.iter_mut().zip(cells.str()?.iter()) {
            *slot = match cell {
                Some(text) => self.seen.code(text)?,
                None => MISSING_TEXT,
            };
        }
        Ok(())
    }
}

/// The text at `position`: its length, then its bytes.
fn next<'a>(values: &'a [u8], position: &mut usize) -> PolarsResult<&'a str> {
    let short = || polars_err!(ComputeError: "a page ends too early");
    let rest = values.get(*position..).ok_or_else(short)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let length = u32::from_le_bytes(*length) as usize;
    let text = rest.get(..length).ok_or_else(short)?;
    *position += 4 + length;
    std::str::from_utf8(text).map_err(|_| polars_err!(ComputeError: "text that is not UTF-8"))
}
