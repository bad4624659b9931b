//! Averages over cases, of all of them and by segment.

use logsum_data::{ChoiceData, Segments};

use crate::shares::case_size;

/// How cases are averaged: what each counts, and the groups that averages are taken over. Group 0 is all cases; those of
/// the segments follow.
#[derive(Clone, Debug)]
pub struct Breakdown {
    sizes: Vec<f64>,
    segments: Option<Segments>,
}

impl Breakdown {
    /// Cases of `data` count with their weights and the number of their choices (1 where outcomes are not known).
    ///
    /// # Panics
    /// If the segments are of other cases.
    pub fn new(data: &ChoiceData, segments: Option<Segments>) -> Self {
        if let Some(segments) = &segments {
            assert_eq!(segments.of_case.len(), data.n_cases(), "segments of these cases");
        }
        Breakdown {
            sizes: (0..data.n_cases()).map(|case| case_size(data, case)).collect(),
            segments,
        }
    }

    /// Number of groups, 1 if there are no segments.
    pub fn n_groups(&self) -> usize {
        1 + self.segments.as_ref().map_or(0, |segments| segments.names.len())
    }

    /// Names of the groups but the first: the values of the segments' column.
    pub fn names(&self) -> &[String] {
        self.segments.as_ref().map_or(&[], |segments| &segments.names)
    }

    /// What a case counts.
    pub fn size(&self, case: usize) -> f64 {
        self.sizes[case]
    }

    /// Number of cases in each group.
    pub fn n_cases(&self) -> Vec<usize> {
        let mut counts = vec![0; self.n_groups()];
        for case in 0..self.sizes.len() {
            self.groups(case).for_each(|group| counts[group] += 1);
        }
        counts
    }

    /// What all cases of each group count together.
    pub fn totals(&self) -> Vec<f64> {
        self.sums(|_| 1.0)
    }

    /// Groups to which a case belongs.
    pub(super) fn groups(&self, case: usize) -> impl Iterator<Item = usize> + use<> {
        let segment = self
            .segments
            .as_ref()
            .map(|segments| segments.of_case[case] as usize + 1);
        std::iter::once(0).chain(segment)
    }

    /// Σ s_n v_n of each group.
    pub(super) fn sums(&self, value: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; self.n_groups()];
        for case in 0..self.sizes.len() {
            let part = self.sizes[case] * value(case);
            self.groups(case).for_each(|group| sums[group] += part);
        }
        sums
    }

    /// Σ s_n v_nj over the pairs of each alternative j, group by group.
    pub(super) fn sums_by_alternative(&self, data: &ChoiceData, value: impl Fn(usize) -> f64) -> Vec<Vec<f64>> {
        let n = data.alternatives().len();
        let mut sums = vec![vec![0.0; n]; self.n_groups()];
        for case in 0..self.sizes.len() {
            for pair in data.pairs(case) {
                let part = self.sizes[case] * value(pair);
                let alternative = data.pair_alternatives()[pair] as usize;
                self.groups(case).for_each(|group| sums[group][alternative] += part);
            }
        }
        sums
    }

    /// The value that half of the weight of each group lies below; NaN in an empty one.
    pub(super) fn medians(&self, value: &[f64]) -> Vec<f64> {
        let mut order: Vec<usize> = (0..value.len()).collect();
        order.sort_by(|&a, &b| value[a].total_cmp(&value[b]));
        let halves: Vec<f64> = self.totals().iter().map(|total| 0.5 * total).collect();
        let mut medians = vec![f64::NAN; self.n_groups()];
        let (mut below, mut reached) = (vec![0.0; self.n_groups()], vec![0; self.n_groups()]);
        for case in order {
            for group in self.groups(case) {
                let half = halves[group];
                match reached[group] {
                    // Where the half falls between two values, their middle.
                    1 => medians[group] = 0.5 * (medians[group] + value[case]),
                    0 => {
                        below[group] += self.sizes[case];
                        if below[group] >= half {
                            medians[group] = value[case];
                        }
                    }
                    _ => continue,
                }
                if below[group] >= half {
                    reached[group] += if below[group] > half { 2 } else { 1 };
                }
            }
        }
        medians
    }
}
