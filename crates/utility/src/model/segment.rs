//! Storage: segments of decision makers, in them groups of cases.

use super::codec::{Reader, put_places, put_size};
use super::tall::Tall;
use super::wide::Wide;

/// Cases that are evaluated together.
#[derive(Debug)]
pub(crate) enum Group {
    /// Many that share a choice set: lanes are cases.
    Wide(Wide),
    /// Few or one of each choice set: lanes are the slots of one case after another.
    Tall(Tall),
}

impl Group {
    /// Cases, counted from the segment's first.
    #[cfg(test)]
    pub fn cases(&self) -> &[u32] {
        match self {
            Group::Wide(group) => &group.cases,
            Group::Tall(group) => &group.cases,
        }
    }

    /// Bytes it takes in memory, near enough.
    fn bytes(&self) -> usize {
        match self {
            Group::Wide(group) => group.bytes(),
            Group::Tall(group) => group.bytes(),
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Group::Wide(group) => {
                put_size(out, 0);
                group.encode(out);
            }
            Group::Tall(group) => {
                put_size(out, 1);
                group.encode(out);
            }
        }
    }

    fn decode(input: &mut Reader<'_>) -> Self {
        match input.size() {
            0 => Group::Wide(Wide::decode(input)),
            _ => Group::Tall(Tall::decode(input)),
        }
    }
}

/// Decision makers that stand together.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    pub groups: Vec<Group>,
    /// First case and one past the last.
    pub cases: std::ops::Range<usize>,
    /// Number of the row in which each case begins, as the file's reader shows it.
    pub rows: Vec<u64>,
}

impl Segment {
    /// Bytes it takes in memory, near enough.
    pub fn bytes(&self) -> usize {
        self.groups.iter().map(Group::bytes).sum::<usize>() + 8 * self.rows.len()
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
            groups: (0..n_groups).map(|_| Group::decode(input)).collect(),
            cases,
            rows,
        }
    }
}
