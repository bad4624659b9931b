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
        for name in &self.alternatives.names {
            text(&mut hash, name);
        }
        for &start in &self.start {
            hash.update(&(start as u64).to_le_bytes());
        }
        for alternative in &self.alternative {
            hash.update(&alternative.to_le_bytes());
        }
        match &self.outcome {
            Outcome::Chosen(chosen) => chosen.iter().for_each(|chosen| hash.update(&chosen.to_le_bytes())),
            Outcome::Counts(counts) => numbers(&mut hash, counts),
        }
        numbers(&mut hash, self.weights.as_deref().unwrap_or_default());
        for maker in self.decision_maker.iter().flatten() {
            hash.update(&maker.to_le_bytes());
        }
        let mut used: Vec<_> = self.columns.iter().filter(|column| columns.contains(&column.name.as_str())).collect();
        used.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for column in used {
            text(&mut hash, &column.name);
            match &column.values {
                Values::Number(cells) => numbers(&mut hash, cells),
                Values::Text(cells) => {
                    for &code in cells.codes.iter() {
                        text(&mut hash, if code == MISSING_TEXT { "" } else { &cells.dictionary[code as usize] });
                    }
                }
            }
        }
        format!("{:016x}", hash.digest())
    }
}

fn text(hash: &mut Xxh3, text: &str) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

fn numbers(hash: &mut Xxh3, numbers: &[f64]) {
    for number in numbers {
        // One bit pattern for every missing cell, and one for zero.
        let bits = if number.is_nan() { f64::NAN.to_bits() } else { (number + 0.0).to_bits() };
        hash.update(&bits.to_le_bytes());
    }
}
