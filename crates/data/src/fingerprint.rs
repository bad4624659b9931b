//! A fingerprint of the data that a model used, to recognise them again.

use xxhash_rust::xxh3::Xxh3;

use crate::choice_data::{ChoiceData, Outcome};
use crate::table::{MISSING_TEXT, Values};

impl ChoiceData {
    /// Hash of choice sets, outcomes, weights, decision makers and of the named columns, as 16 hexadecimal digits.
    ///
    /// It does not depend on the format of the file, on the order of its columns, or on columns that are not named,
    /// so that a column read in addition (to cluster on) leaves it as it is.
    pub fn fingerprint(&self, columns: &[&str]) -> String {
        let mut hash = Xxh3::new();
        // Every part begins with its length, so that what ends one cannot be taken for the start of the next.
        size(&mut hash, self.alternatives.names.len());
        for name in &self.alternatives.names {
            text(&mut hash, name);
        }
        size(&mut hash, self.start.len());
        for &start in &self.start {
            size(&mut hash, start);
        }
        positions(&mut hash, &self.alternative);
        match &self.outcome {
            Outcome::Chosen(chosen) => {
                hash.update(b"chosen");
                positions(&mut hash, chosen);
            }
            Outcome::Counts(counts) => {
                hash.update(b"counts");
                numbers(&mut hash, counts);
            }
            Outcome::None => hash.update(b"none"),
        }
        numbers(&mut hash, self.weights.as_deref().unwrap_or_default());
        positions(&mut hash, self.decision_maker.as_deref().unwrap_or_default());
        let mut used: Vec<_> = self
            .columns
            .iter()
            .filter(|column| columns.contains(&column.name.as_str()))
            .collect();
        used.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for column in used {
            text(&mut hash, &column.name);
            match &column.values {
                Values::Number(cells) => {
                    hash.update(b"number");
                    numbers(&mut hash, cells);
                }
                Values::Text(cells) => {
                    hash.update(b"text");
                    size(&mut hash, cells.codes.len());
                    for &code in cells.codes.iter() {
                        hash.update(&[u8::from(code == MISSING_TEXT)]);
                        if code != MISSING_TEXT {
                            text(&mut hash, &cells.dictionary[code as usize]);
                        }
                    }
                }
            }
        }
        format!("{:016x}", hash.digest())
    }
}

fn size(hash: &mut Xxh3, size: usize) {
    hash.update(&(size as u64).to_le_bytes());
}

fn text(hash: &mut Xxh3, text: &str) {
    size(hash, text.len());
    hash.update(text.as_bytes());
}

fn positions(hash: &mut Xxh3, positions: &[u32]) {
    size(hash, positions.len());
    for position in positions {
        hash.update(&position.to_le_bytes());
    }
}

fn numbers(hash: &mut Xxh3, numbers: &[f64]) {
    size(hash, numbers.len());
    for number in numbers {
        // One bit pattern for every missing cell, and one for zero.
        let bits = if number.is_nan() {
            f64::NAN.to_bits()
        } else {
            (number + 0.0).to_bits()
        };
        hash.update(&bits.to_le_bytes());
    }
}
