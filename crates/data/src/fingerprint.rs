//! A fingerprint of the data that a model used, to recognise them again.

use rayon::prelude::*;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome};
use crate::schema::Layout;
use crate::table::{MISSING_TEXT, Values};

/// Values hashed at a time.
const BUFFER: usize = 1024;

/// Hash of choice sets, outcomes, weights, decision makers and of some columns, from one part of the data after the
/// other.
///
/// It is that of the whole, wherever the data are cut: every ingredient has a hash of its own, and its cells are taken
/// at the level of the rows of the file.
#[derive(Clone)]
pub struct Fingerprint {
    /// Names of the labelled alternatives, once there are data.
    names: Option<Vec<String>>,
    sizes: Ingredient,
    alternatives: Ingredient,
    outcome: Ingredient,
    weights: Ingredient,
    decision_makers: Ingredient,
    /// In the order of their names.
    columns: Vec<(String, Ingredient)>,
}

impl Fingerprint {
    /// Of no data yet; the named columns will count.
    pub fn new(columns: &[&str]) -> Self {
        let mut names: Vec<&str> = columns.to_vec();
        names.sort_unstable();
        names.dedup();
        Fingerprint {
            names: None,
            sizes: Ingredient::default(),
            alternatives: Ingredient::default(),
            outcome: Ingredient::default(),
            weights: Ingredient::default(),
            decision_makers: Ingredient::default(),
            columns: names
                .into_iter()
                .map(|name| (name.to_owned(), Ingredient::default()))
                .collect(),
        }
    }

    /// Adds the next part of the data.
    pub fn add(&mut self, data: &ChoiceData) {
        if self.names.is_none() {
            self.names = Some(if data.alternatives.labelled {
                data.alternatives.names.clone()
            } else {
                Vec::new()
            });
        }
        let Fingerprint {
            sizes,
            alternatives,
            outcome,
            weights,
            decision_makers,
            columns,
            ..
        } = self;
        let mut steps: Vec<Box<dyn FnOnce() + Send + '_>> = vec![
            Box::new(|| sizes.take(data.n_cases(), |case| (data.start[case + 1] - data.start[case]) as u64)),
            Box::new(|| {
                let hashes = hashes(&data.alternatives.names);
                alternatives.take(data.n_pairs(), |pair| hashes[data.alternative[pair] as usize]);
            }),
            Box::new(|| match (&data.rankings, &data.outcome) {
                (Some(rankings), _) => {
                    outcome.kind = if rankings.is_best_worst() {
                        "best-worst"
                    } else {
                        "ranked"
                    };
                    let values = rankings.values();
                    outcome.take(values.len(), |at| u64::from(values[at]));
                }
                (None, Outcome::Chosen(chosen)) => {
                    outcome.kind = "chosen";
                    outcome.take(chosen.len(), |case| u64::from(chosen[case]));
                }
                (None, Outcome::Counts(counts)) => {
                    outcome.kind = "counts";
                    outcome.take(counts.len(), |pair| canonical(counts[pair]));
                }
                (None, Outcome::None) => outcome.kind = "none",
            }),
            Box::new(|| {
                if let Some(cells) = &data.weights {
                    weights.take(cells.len(), |case| canonical(cells[case]));
                }
            }),
            Box::new(|| {
                if let Some(makers) = &data.decision_maker {
                    decision_makers.take(makers.len(), |case| u64::from(makers[case]));
                }
            }),
        ];
        for (name, ingredient) in columns {
            if let Some(column) = data.column(name) {
                steps.push(Box::new(|| ingredient.column(data, column)));
            }
        }
        steps.into_par_iter().for_each(|step| step());
    }

    /// The fingerprint: 16 hexadecimal digits.
    pub fn finish(&self) -> String {
        let mut hash = Xxh3::new();
        // Every part begins with its length, so that what ends one cannot be taken for the start of the next.
        let names = self.names.as_deref().unwrap_or_default();
        size(&mut hash, names.len());
        for name in names {
            text(&mut hash, name);
        }
        let parts = [
            &self.sizes,
            &self.alternatives,
            &self.outcome,
            &self.weights,
            &self.decision_makers,
        ];
        for ingredient in parts {
            ingredient.add_to(&mut hash);
        }
        for (name, ingredient) in self.columns.iter().filter(|(_, ingredient)| ingredient.n > 0) {
            text(&mut hash, name);
            ingredient.add_to(&mut hash);
        }
        format!("{:016x}", hash.digest())
    }
}

impl ChoiceData {
    /// Hash of choice sets, outcomes, weights, decision makers and of the named columns, as 16 hexadecimal digits.
    ///
    /// It does not depend on the format of the file, on the order of its columns, or on columns that are not named,
    /// so that a column read in addition (to cluster on) leaves it as it is.
    pub fn fingerprint(&self, columns: &[&str]) -> String {
        let mut fingerprint = Fingerprint::new(columns);
        fingerprint.add(self);
        fingerprint.finish()
    }
}

/// Values of one kind, hashed as they come.
#[derive(Clone)]
struct Ingredient {
    kind: &'static str,
    n: u64,
    hash: Xxh3,
}

impl Default for Ingredient {
    fn default() -> Self {
        Ingredient {
            kind: "",
            n: 0,
            hash: Xxh3::new(),
        }
    }
}

impl Ingredient {
    /// Hashes `n` values, a buffer at a time: hashing them one by one would take several times as long.
    fn take(&mut self, n: usize, value: impl Fn(usize) -> u64) {
        let mut buffer = [0; 8 * BUFFER];
        for begin in (0..n).step_by(BUFFER) {
            let here = BUFFER.min(n - begin);
            for (at, bytes) in buffer[..8 * here].chunks_exact_mut(8).enumerate() {
                bytes.copy_from_slice(&value(begin + at).to_le_bytes());
            }
            self.hash.update(&buffer[..8 * here]);
        }
        self.n += n as u64;
    }

    /// The cells of a column, one per row of the file that is used.
    fn column(&mut self, data: &ChoiceData, column: &DataColumn) {
        let long = matches!(data.schema.layout, Layout::Long { .. });
        let of_pair = (long && column.level == Level::Case).then_some(data.case_of_pair.as_slice());
        let n = if long { data.n_pairs() } else { data.n_cases() };
        match &column.values {
            Values::Number(cells) => {
                self.kind = "number";
                match of_pair {
                    Some(cases) => self.take(n, |row| canonical(cells[cases[row] as usize])),
                    None => {
                        let cells = &cells[..n];
                        self.take(n, |row| canonical(cells[row]));
                    }
                }
            }
            Values::Text(cells) => {
                self.kind = "text";
                let hashes = hashes(&cells.dictionary);
                let hash = |code: u32| match code {
                    MISSING_TEXT => 0,
                    code => hashes[code as usize],
                };
                match of_pair {
                    Some(cases) => self.take(n, |row| hash(cells.codes[cases[row] as usize])),
                    None => self.take(n, |row| hash(cells.codes[row])),
                }
            }
        }
    }

    fn add_to(&self, hash: &mut Xxh3) {
        text(hash, self.kind);
        hash.update(&self.n.to_le_bytes());
        hash.update(&self.hash.digest().to_le_bytes());
    }
}

/// Hash of each text, so that cells are told apart by what they say and not by their codes.
fn hashes(texts: &[String]) -> Vec<u64> {
    texts.par_iter().map(|text| xxh3_64(text.as_bytes())).collect()
}

/// Bits of a number: one pattern for every missing cell, and one for zero.
fn canonical(number: f64) -> u64 {
    if number.is_nan() {
        f64::NAN.to_bits()
    } else {
        (number + 0.0).to_bits()
    }
}

fn size(hash: &mut Xxh3, size: usize) {
    hash.update(&(size as u64).to_le_bytes());
}

fn text(hash: &mut Xxh3, text: &str) {
    size(hash, text.len());
    hash.update(text.as_bytes());
}
