//! Storage: segments of decision makers, in them groups of cases with one choice set, columns with a lane per case.

use super::aligned::Aligned;
use super::choice_set::ChoiceSet;
use super::codec::{Reader, put_numbers, put_places, put_positions, put_size};

/// Cases of one segment that share a choice set.
#[derive(Debug)]
pub(crate) struct Group {
    pub set: usize,
    /// Cases, counted from the segment's first.
    pub cases: Vec<u32>,
    /// Lanes: the number of cases, rounded up to a multiple of [`LANES`](super::choice_set::LANES); the last case fills
    /// the rest at weight 0.
    pub stride: usize,
    /// Lanes of one visit after another, in each the stored columns one after another.
    columns: Aligned,
    /// Chosen slot per lane; empty where outcomes are counts.
    pub chosen: Vec<u32>,
    /// Counts per slot and lane; empty where one alternative is chosen.
    pub counts: Vec<f64>,
    pub weights: Vec<f64>,
}

impl Group {
    /// A group of `cases` whose columns are still to be filled, lane after lane as in `lanes`.
    pub fn new(
        set: usize,
        n_columns: usize,
        cases: Vec<u32>,
        stride: usize,
        outcome: (Vec<u32>, Vec<f64>),
        mut weights: Vec<f64>,
    ) -> Self {
        weights.resize(stride, 0.0);
        Group {
            set,
            stride,
            columns: Aligned::zeros(n_columns * stride),
            chosen: outcome.0,
            counts: outcome.1,
            weights,
            cases,
        }
    }

    /// Fills a column; `value` gives it for a case.
    pub fn store(&mut self, set: &ChoiceSet, column: usize, value: impl Fn(u32) -> f64) {
        let n_columns = set.columns.len();
        let last = *self.cases.last().expect("a group has cases");
        for from in (0..self.stride).step_by(set.visit) {
            let lanes = set.visit.min(self.stride - from);
            let start = from * n_columns + column * lanes;
            for (at, lane) in self.columns[start..start + lanes].iter_mut().enumerate() {
                *lane = value(*self.cases.get(from + at).unwrap_or(&last));
            }
        }
    }

    fn n_columns(&self) -> usize {
        self.columns.len() / self.stride
    }

    /// The stored columns of a visit, one after another.
    pub fn columns(&self, from: usize, lanes: usize) -> &[f64] {
        &self.columns[from * self.n_columns()..(from + lanes) * self.n_columns()]
    }

    /// Bytes it takes in memory, near enough.
    pub fn bytes(&self) -> usize {
        8 * (self.columns.len() + self.counts.len() + self.weights.len()) + 4 * (self.cases.len() + self.chosen.len())
    }

    fn encode(&self, out: &mut Vec<u8>) {
        put_size(out, self.set);
        put_size(out, self.stride);
        put_positions(out, &self.cases);
        put_numbers(out, &self.columns);
        put_positions(out, &self.chosen);
        put_numbers(out, &self.counts);
        put_numbers(out, &self.weights);
    }

    fn decode(input: &mut Reader<'_>) -> Self {
        Group {
            set: input.size(),
            stride: input.size(),
            cases: input.positions(),
            columns: input.numbers_into(Aligned::zeros),
            chosen: input.positions(),
            counts: input.numbers(),
            weights: input.numbers(),
        }
    }

    /// Whether a case counts: not at weight 0, nor with counts of 0 alone.
    pub fn counts_at_all(&self, lane: usize) -> bool {
        let chosen =
            || self.counts.is_empty() || self.counts.chunks_exact(self.stride).any(|counts| counts[lane] > 0.0);
        self.weights[lane] > 0.0 && chosen()
    }

    /// Whether a slot was chosen at all in a lane.
    pub fn is_chosen(&self, slot: usize, lane: usize) -> bool {
        match self.counts.is_empty() {
            true => self.chosen[lane] as usize == slot,
            false => self.counts[slot * self.stride + lane] > 0.0,
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
