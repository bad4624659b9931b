//! Groups of cases with one choice set: columns per slot with a lane per case.

use std::ops::Range;

use super::aligned::Aligned;
use super::choice_set::{ChoiceSet, LANES, MOST_LANES};
use super::codec::{Reader, put_numbers, put_positions, put_size};

const ONES: [f64; MOST_LANES] = [1.0; MOST_LANES];

/// Cases of one segment that share a choice set.
#[derive(Debug)]
pub(crate) struct Wide {
    pub set: usize,
    /// Cases, counted from the segment's first, in order of their lanes.
    pub cases: Vec<u32>,
    /// Cases before each lane, and all; empty where each has its own.
    pub(super) starts: Vec<u32>,
    /// Σ w y over the cases of a lane, per slot and lane; empty where each has its own.
    pub(super) totals: Vec<f64>,
    /// Lanes of one visit after another, in each the stored columns one after another.
    pub(super) columns: Aligned,
    /// Chosen slot per case; empty where outcomes are counts.
    pub chosen: Vec<u32>,
    /// Counts per slot and case; empty where one alternative is chosen.
    pub counts: Vec<f64>,
    pub weights: Vec<f64>,
}

/// Some lanes of a group, so many that they fill vectors: where the group has fewer, its last one fills the rest at
/// weight 0.
pub(crate) struct View<'a> {
    pub lanes: usize,
    /// Stored columns, one after another.
    pub columns: &'a [f64],
    /// Chosen slot per lane; empty where outcomes are counts.
    pub chosen: &'a [u32],
    pub weights: &'a [f64],
    counts: &'a [f64],
    /// From the counts of a slot to those of the next.
    stride: usize,
}

impl<'a> View<'a> {
    pub fn column(&self, index: usize) -> &'a [f64] {
        &self.columns[index * self.lanes..][..self.lanes]
    }

    pub fn counts(&self, slot: usize) -> &'a [f64] {
        &self.counts[slot * self.stride..][..self.lanes]
    }
}

/// Room for lanes that do not fill vectors by themselves.
#[derive(Default)]
pub(crate) struct Padded {
    columns: Aligned,
    chosen: Vec<u32>,
    counts: Vec<f64>,
    weights: Vec<f64>,
}

/// Room for the outcomes or weights of lanes whose cases count several times, or not at all.
#[derive(Default)]
pub(crate) struct Reweighted {
    weights: Vec<f64>,
    counts: Vec<f64>,
}

impl Wide {
    /// A group of `cases` whose columns are still to be filled.
    pub fn new(
        set: usize,
        n_columns: usize,
        cases: Vec<u32>,
        (chosen, counts): (Vec<u32>, Vec<f64>),
        weights: Vec<f64>,
    ) -> Self {
        Wide {
            set,
            starts: Vec::new(),
            totals: Vec::new(),
            columns: Aligned::zeros(n_columns * cases.len()),
            chosen,
            counts,
            weights,
            cases,
        }
    }

    pub fn n_lanes(&self) -> usize {
        self.starts.len().checked_sub(1).unwrap_or(self.cases.len())
    }

    /// Whether cases share lanes.
    pub fn is_compressed(&self) -> bool {
        !self.starts.is_empty()
    }

    /// Positions of the cases of a lane.
    pub fn of_lane(&self, lane: usize) -> Range<usize> {
        match self.is_compressed() {
            true => self.starts[lane] as usize..self.starts[lane + 1] as usize,
            false => lane..lane + 1,
        }
    }

    /// w (y_s − n P_s) of a case that shares its lane.
    pub fn residual(&self, slot: usize, at: usize, choices: f64, probability: f64) -> f64 {
        let y = match self.chosen.get(at) {
            Some(&chosen) => f64::from(u8::from(chosen as usize == slot)),
            None => self.counts[slot * self.cases.len() + at],
        };
        self.weights[at] * (y - choices * probability)
    }

    /// How many choices a case made.
    pub fn choices(&self, at: usize) -> f64 {
        match self.counts.is_empty() {
            true => 1.0,
            false => self
                .counts
                .chunks_exact(self.cases.len())
                .map(|counts| counts[at])
                .sum(),
        }
    }

    /// Fills a column; `value` gives it for a case.
    pub fn store(&mut self, set: &ChoiceSet, column: usize, value: impl Fn(u32) -> f64) {
        let n_columns = set.columns.len();
        for from in (0..self.n_lanes()).step_by(set.visit) {
            let lanes = set.visit.min(self.n_lanes() - from);
            let start = from * n_columns + column * lanes;
            for (lane, &case) in self.columns[start..start + lanes].iter_mut().zip(&self.cases[from..]) {
                *lane = value(case);
            }
        }
    }

    /// The stored columns of the visit that follows the one from there.
    pub fn after(&self, set: &ChoiceSet, from: usize) -> &[f64] {
        let n = set.columns.len();
        let start = (from + set.visit).min(self.n_lanes());
        let end = (start + set.visit).min(self.n_lanes());
        &self.columns[start * n..end * n]
    }

    /// The lanes of a visit. Where cases share lanes, their outcomes are counts of weight 1 that were weighted before.
    pub fn view<'a>(&'a self, set: &ChoiceSet, from: usize, padded: &'a mut Padded) -> View<'a> {
        let n_lanes = self.n_lanes();
        let own = set.visit.min(n_lanes - from);
        let n_columns = set.columns.len();
        let columns = &self.columns[from * n_columns..(from + own) * n_columns];
        let (chosen, counts, weights): (&[u32], &[f64], &[f64]) = match self.is_compressed() {
            true => (&[], &self.totals, &ONES[..own]),
            false => (&self.chosen, &self.counts, &self.weights[from..from + own]),
        };
        let chosen = chosen.get(from..from + own).unwrap_or(&[]);
        if own.is_multiple_of(LANES) {
            return View {
                lanes: own,
                columns,
                chosen,
                weights,
                counts: counts.get(from..).unwrap_or(&[]),
                stride: n_lanes,
            };
        }
        let lanes = own.next_multiple_of(LANES);
        padded.columns.resize(n_columns * lanes);
        spread(columns, own, lanes, &mut padded.columns);
        let n_slots = counts.len() / n_lanes;
        padded.counts.resize(n_slots * lanes, 0.0);
        for slot in 0..n_slots {
            let counts = &counts[slot * n_lanes + from..][..own];
            spread(counts, own, lanes, &mut padded.counts[slot * lanes..][..lanes]);
        }
        padded.chosen.clear();
        if let Some(&last) = chosen.last() {
            padded.chosen.extend_from_slice(chosen);
            padded.chosen.resize(lanes, last);
        }
        padded.weights.clear();
        padded.weights.extend_from_slice(weights);
        padded.weights.resize(lanes, 0.0);
        View {
            lanes,
            columns: &padded.columns,
            chosen: &padded.chosen,
            weights: &padded.weights,
            counts: &padded.counts,
            stride: lanes,
        }
    }

    /// The lanes of a visit, `view`, with every case of the segment so many `times`.
    pub fn repeated<'a>(&'a self, view: View<'a>, from: usize, times: &[f64], room: &'a mut Reweighted) -> View<'a> {
        let lanes = view.lanes;
        let own = lanes.min(self.n_lanes() - from);
        if !self.is_compressed() {
            room.weights.clear();
            let cases = self.cases[from..from + own].iter();
            let repeated = view
                .weights
                .iter()
                .zip(cases)
                .map(|(weight, &case)| weight * times[case as usize]);
            room.weights.extend(repeated);
            room.weights.resize(lanes, 0.0);
            return View {
                weights: &room.weights,
                ..view
            };
        }
        // What a lane stands for changes: outcomes are summed again.
        let n_slots = self.totals.len() / self.n_lanes();
        room.counts.clear();
        room.counts.resize(n_slots * lanes, 0.0);
        for lane in 0..own {
            for at in self.of_lane(from + lane) {
                let weight = self.weights[at] * times[self.cases[at] as usize];
                if weight == 0.0 {
                    continue;
                }
                match self.chosen.get(at) {
                    Some(&chosen) => room.counts[chosen as usize * lanes + lane] += weight,
                    None => {
                        for (slot, counts) in self.counts.chunks_exact(self.cases.len()).enumerate() {
                            room.counts[slot * lanes + lane] += weight * counts[at];
                        }
                    }
                }
            }
        }
        View {
            counts: &room.counts,
            stride: lanes,
            ..view
        }
    }

    /// The first case of a lane; beyond the last lane that of the last.
    pub fn case(&self, lane: usize) -> u32 {
        self.cases[self.of_lane(lane.min(self.n_lanes() - 1)).start]
    }

    /// Bytes it takes in memory, near enough.
    pub fn bytes(&self) -> usize {
        8 * (self.columns.len() + self.totals.len() + self.counts.len() + self.weights.len())
            + 4 * (self.cases.len() + self.starts.len() + self.chosen.len())
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        put_size(out, self.set);
        put_positions(out, &self.cases);
        put_positions(out, &self.starts);
        put_numbers(out, &self.totals);
        put_numbers(out, &self.columns);
        put_positions(out, &self.chosen);
        put_numbers(out, &self.counts);
        put_numbers(out, &self.weights);
    }

    pub fn decode(input: &mut Reader<'_>) -> Self {
        Wide {
            set: input.size(),
            cases: input.positions(),
            starts: input.positions(),
            totals: input.numbers(),
            columns: input.numbers_into(Aligned::zeros),
            chosen: input.positions(),
            counts: input.numbers(),
            weights: input.numbers(),
        }
    }

    /// Whether a case counts: not at weight 0, nor with counts of 0 alone.
    pub fn counts_at_all(&self, at: usize) -> bool {
        let chosen = || {
            self.counts.is_empty()
                || self
                    .counts
                    .chunks_exact(self.cases.len())
                    .any(|counts| counts[at] > 0.0)
        };
        self.weights[at] > 0.0 && chosen()
    }

    /// Whether a slot is the worst of a pair of the best and the worst in a case.
    pub fn is_worst(&self, slot: usize, at: usize) -> bool {
        !self.counts.is_empty() && self.counts[slot * self.cases.len() + at] < 0.0
    }

    /// Whether a slot was chosen at all in a case.
    pub fn is_chosen(&self, slot: usize, at: usize) -> bool {
        match self.counts.is_empty() {
            true => self.chosen[at] as usize == slot,
            false => self.counts[slot * self.cases.len() + at] > 0.0,
        }
    }
}

/// Runs of `own` lanes to runs of `lanes`, the last of each repeated.
fn spread(from: &[f64], own: usize, lanes: usize, to: &mut [f64]) {
    for (from, to) in from.chunks_exact(own).zip(to.chunks_exact_mut(lanes)) {
        let (copy, rest) = to.split_at_mut(own);
        copy.copy_from_slice(from);
        rest.fill(from[own - 1]);
    }
}
