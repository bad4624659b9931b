//! Exact compression: cases of a group that stand before the same choice share a lane.

use std::collections::HashMap;

use super::aligned::Aligned;
use super::choice_set::{ChoiceSet, LANES};
use super::wide::Wide;

/// Cases that are looked at first: where hardly any of them are alike, the others are left alone.
const SAMPLE: usize = 256;

/// Whether so few lanes for so many cases are worth the trouble: they save a quarter.
fn pays(n_lanes: usize, n: usize) -> bool {
    4 * n_lanes.next_multiple_of(LANES) <= 3 * n.next_multiple_of(LANES)
}

impl Wide {
    /// Whether it would pay to give cases that are alike one lane if there were `times` as many cases, as far as the
    /// first ones tell: of S situations, each as frequent as the others, m cases leave m²/2S to be met again, and n
    /// cases meet S (1 − exp(−n/S)).
    pub fn repeats(&self, set: &ChoiceSet, times: usize) -> bool {
        let (m, n) = (self.cases.len().min(SAMPLE), self.cases.len() * times);
        let again = m - self.lanes_alike(set, m).1;
        if again == 0 {
            return false;
        }
        let (m, n) = (m as f64, n as f64);
        let situations = m * m / (2.0 * again as f64);
        situations * (1.0 - (-n / situations).exp()) <= 0.75 * n
    }

    /// Gives cases whose stored columns are the same bit for bit one lane, if that saves a quarter of them.
    pub fn compress(&mut self, set: &ChoiceSet) {
        let n = self.cases.len();
        if !self.repeats(set, 1) {
            return;
        }
        let (lane_of, n_lanes) = self.lanes_alike(set, n);
        if !pays(n_lanes, n) {
            return;
        }
        let mut starts = vec![0; n_lanes + 1];
        lane_of.iter().for_each(|&lane| starts[lane as usize + 1] += 1);
        for lane in 0..n_lanes {
            starts[lane + 1] += starts[lane];
        }
        // Cases in order of their lanes, those of one lane as they were.
        let mut next = starts.clone();
        let mut order = vec![0; n];
        for (at, &lane) in lane_of.iter().enumerate() {
            order[next[lane as usize] as usize] = at;
            next[lane as usize] += 1;
        }
        let n_columns = set.columns.len();
        let mut columns = Aligned::zeros(n_columns * n_lanes);
        for lane in 0..n_lanes {
            let from = Lane::new(set, n, order[starts[lane] as usize]);
            let to = Lane::new(set, n_lanes, lane);
            for column in 0..n_columns {
                columns[to.place(column)] = self.columns[from.place(column)];
            }
        }
        let n_slots = set.slots.len();
        let mut totals = vec![0.0; n_slots * n_lanes];
        for (at, &lane) in lane_of.iter().enumerate() {
            let lane = lane as usize;
            match self.chosen.get(at) {
                Some(&chosen) => totals[chosen as usize * n_lanes + lane] += self.weights[at],
                None => {
                    for slot in 0..n_slots {
                        totals[slot * n_lanes + lane] += self.weights[at] * self.counts[slot * n + at];
                    }
                }
            }
        }
        self.cases = order.iter().map(|&at| self.cases[at]).collect();
        self.weights = order.iter().map(|&at| self.weights[at]).collect();
        if !self.chosen.is_empty() {
            self.chosen = order.iter().map(|&at| self.chosen[at]).collect();
        }
        self.counts = self
            .counts
            .chunks_exact(n)
            .flat_map(|counts| order.iter().map(|&at| counts[at]))
            .collect();
        self.columns = columns;
        self.starts = starts;
        self.totals = totals;
    }

    /// Of the first `n` cases, the lane of each if those that are alike share one, and how many that makes.
    fn lanes_alike(&self, set: &ChoiceSet, n: usize) -> (Vec<u32>, usize) {
        let n_columns = set.columns.len();
        let mut hashes = vec![0_u64; n];
        for (at, hash) in hashes.iter_mut().enumerate() {
            let lane = Lane::new(set, self.cases.len(), at);
            for column in 0..n_columns {
                *hash = mix(*hash ^ self.columns[lane.place(column)].to_bits());
            }
        }
        let alike = |first: usize, second: usize| {
            let (first, second) = [first, second].map(|at| Lane::new(set, self.cases.len(), at)).into();
            (0..n_columns).all(|column| {
                let bits = |lane: &Lane| self.columns[lane.place(column)].to_bits();
                bits(&first) == bits(&second)
            })
        };
        let mut lane_of = Vec::with_capacity(n);
        let mut first_of: Vec<usize> = Vec::new();
        let mut known: HashMap<u64, Vec<u32>> = HashMap::new();
        for (at, hash) in hashes.into_iter().enumerate() {
            let lanes = known.entry(hash).or_default();
            let lane = lanes.iter().copied().find(|&lane| alike(first_of[lane as usize], at));
            lane_of.push(lane.unwrap_or_else(|| {
                let lane = first_of.len() as u32;
                first_of.push(at);
                lanes.push(lane);
                lane
            }));
        }
        (lane_of, first_of.len())
    }
}

/// Where the columns of a lane stand.
struct Lane {
    /// In the first column.
    first: usize,
    /// From a column to the next.
    stride: usize,
}

impl Lane {
    fn new(set: &ChoiceSet, n_lanes: usize, lane: usize) -> Self {
        let from = lane / set.visit * set.visit;
        Lane {
            first: from * set.columns.len() + lane - from,
            stride: set.visit.min(n_lanes - from),
        }
    }

    fn place(&self, column: usize) -> usize {
        self.first + column * self.stride
    }
}

/// Bits that depend on all bits (the finaliser of MurmurHash3).
fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let bits = (bits ^ (bits >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    bits ^ (bits >> 33)
}
