//! Storage: segments of decision makers, in them groups of cases.

use super::codec::{Reader, put_places, put_size};
use super::wide::Wide;

/// Decision makers that stand together.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    pub groups: Vec<Wide>,
    /// First case and one past the last.
    pub cases: std::ops::Range<usize>,
    /// Number of the row in which each case begins, as the file's reader shows it.
    pub rows: Vec<u64>,
}

impl Segment {
    /// Bytes it takes in memory, near enough.
    pub fn bytes(&self) -> usize {
        self.groups.iter().map(Wide::bytes).sum::<usize>() + 8 * self.rows.len()
    }

    /// Its contents as bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_size(out, self.cases.start);
        put_size(out, self.cases.end);
        put_places(out, &self.rows);
        put_size(out, self.groups.len());
        self.groups.iter().for_each(|group| group.encode(out));
    }

    /// The segment that was encoded.
    pub fn decode(input: &mut Reader<'_>) -> Self {
        let cases = input.size()..input.size();
        let rows = input.places();
        let n_groups = input.size();
        Segment {
            groups: (0..n_groups).map(|_| Wide::decode(input)).collect(),
            cases,
            rows,
        }
    }
}
