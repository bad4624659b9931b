//! Identifiers that have occurred, remembered in little space.

use xxhash_rust::xxh3::xxh3_64;

use crate::alternatives::key;
use crate::table::Values;

/// Marks identifiers that stand for the hash of a text, or of a number that is not whole.
const HASHED: u64 = 1 << 62;

/// Whole numbers up to this size are identifiers as they stand.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Identifier of a cell, below 2⁶³ and the same in every part of the data; `None` if the cell is missing.
///
/// Whole numbers keep their order and distances. Texts and other numbers are hashed to 62 bits: among n of them two
/// are taken for one with a probability of about n² / 10¹⁹.
pub(crate) fn identifier(values: &Values, row: usize) -> Option<u64> {
    match values {
        Values::Number(cells) => {
            let cell = cells[row];
            if cell.is_nan() {
                None
            } else if cell.abs() <= WHOLE && cell.fract() == 0.0 {
                Some((cell as i64 + WHOLE as i64) as u64)
            } else {
                Some(hashed(&key(cell).to_le_bytes()))
            }
        }
        Values::Text(text) => text.get(row).map(|text| hashed(text.as_bytes())),
    }
}

fn hashed(bytes: &[u8]) -> u64 {
    xxh3_64(bytes) >> 2 | HASHED
}

/// A set of identifiers that never shrinks.
///
/// 8 bytes each at most; consecutive whole numbers are one span of 16 bytes, however many they are.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Sorted lists, each at least twice as long as the next: so a new one is merged into few others.
    levels: Vec<Vec<u64>>,
}

/// Whether an entry ends the span that the entry before it begins.
const END: u64 = 1;

impl Seen {
    /// Whether an identifier has occurred.
    pub fn contains(&self, identifier: u64) -> bool {
        self.levels.iter().any(|level| {
            if level.last().is_none_or(|last| last >> 1 < identifier) {
                return false;
            }
            let at = level.partition_point(|entry| entry >> 1 < identifier);
            level[at] >> 1 == identifier || level[at] & END == END
        })
    }

    /// Adds identifiers that have not occurred, in ascending order.
    pub fn add(&mut self, ascending: impl Iterator<Item = u64>) {
        let mut ascending = ascending.peekable();
        let Some(&first) = ascending.peek() else { return };
        let follows = |level: &Vec<u64>| level.last().is_some_and(|last| last >> 1 < first);
        if !self.levels.last().is_some_and(follows) {
            self.levels.push(Vec::new());
        }
        let level = self.levels.last_mut().expect("there is one now");
        ascending.for_each(|identifier| push(level, identifier, identifier));
        while let [.., large, small] = self.levels.as_slice()
            && large.len() < 2 * small.len()
        {
            let merged = merge(large, small);
            self.levels.truncate(self.levels.len() - 2);
            self.levels.push(merged);
        }
    }
}

/// Adds a span that lies above all others.
fn push(level: &mut Vec<u64>, low: u64, high: u64) {
    match level.last_mut() {
        Some(last) if *last >> 1 == low - 1 && *last & END == END => *last = high << 1 | END,
        Some(last) if *last >> 1 == low - 1 => level.push(high << 1 | END),
        _ => {
            level.push(low << 1);
            if high > low {
                level.push(high << 1 | END);
            }
        }
    }
}

/// The spans of a level.
fn spans(level: &[u64]) -> impl Iterator<Item = (u64, u64)> {
    let one = |(at, entry): (usize, &u64)| {
        let end = level.get(at + 1).filter(|next| **next & END == END).unwrap_or(entry);
        (entry & END == 0).then_some((entry >> 1, end >> 1))
    };
    level.iter().enumerate().filter_map(one)
}

/// Both levels as one.
fn merge(one: &[u64], other: &[u64]) -> Vec<u64> {
    let mut merged = Vec::with_capacity(one.len() + other.len());
    let (mut ones, mut others) = (spans(one).peekable(), spans(other).peekable());
    loop {
        let next = match (ones.peek(), others.peek()) {
            (Some(a), Some(b)) if a < b => ones.next(),
            (_, Some(_)) => others.next(),
            _ => ones.next(),
        };
        let Some((low, high)) = next else { return merged };
        push(&mut merged, low, high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Identifiers in a scattered order, some of them neighbours, against a plain set.
    #[test]
    fn remembers_what_has_occurred_and_nothing_else() {
        let mut seen = Seen::default();
        let mut plain = std::collections::BTreeSet::new();
        let mut state = 1_u64;
        for round in 0..200 {
            let mut batch = std::collections::BTreeSet::new();
            for _ in 0..=round % 7 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let low = 1 + (state >> 33) % 2000;
                batch.extend((low..low + state % 5).filter(|identifier| !plain.contains(identifier)));
            }
            seen.add(batch.iter().copied());
            plain.extend(batch);
            for identifier in 1..2010 {
                assert_eq!(
                    seen.contains(identifier),
                    plain.contains(&identifier),
                    "{identifier} after {round}"
                );
            }
        }
        assert!(seen.levels.iter().map(Vec::len).sum::<usize>() <= plain.len());
    }

    #[test]
    fn ascending_whole_numbers_take_no_space() {
        let values = Values::Number((-500..100_000).map(f64::from).collect());
        let mut seen = Seen::default();
        for begin in (0..values.len()).step_by(500) {
            seen.add((begin..begin + 500).map(|row| identifier(&values, row).unwrap()));
        }
        assert_eq!(seen.levels.len(), 1);
        assert_eq!(seen.levels[0].len(), 2);
    }

    #[test]
    fn identifiers_tell_cells_apart() {
        let cells = [0.0, -0.0, 1.0, -1.0, 0.5, WHOLE, -WHOLE, 1e300, f64::INFINITY, f64::NAN];
        let values = Values::Number(cells.into_iter().collect());
        let mut known: Vec<u64> = (0..9).map(|row| identifier(&values, row).unwrap()).collect();
        assert_eq!(known[0], known[1]);
        assert!(known.iter().all(|identifier| *identifier < 1 << 63));
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), 8);
        assert_eq!(identifier(&values, 9), None);
    }
}
