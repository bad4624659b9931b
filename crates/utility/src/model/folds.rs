//! Sums over the slots of a visit: the score, and what the products of the Hessian are made from.
//!
//! Plain code compiled for several instruction sets, as in [`super::tiles`].

use multiversion::multiversion;

use super::choice_set::{LANES, MOST_LANES, Operand};
use super::tiling::{Run, Tiling};

type Lanes = [f64; LANES];

/// Blocks of lanes in a visit at most.
const MOST: usize = MOST_LANES / LANES;

const ZEROS: [Lanes; MOST] = [[0.0; LANES]; MOST];

/// What the kernel says of the lanes of a visit, slot after slot.
pub(crate) struct Shares<'a> {
    pub probabilities: &'a [Lanes],
    pub residuals: &'a [Lanes],
    /// Of the lanes alone, without slots.
    pub curvature: &'a [Lanes],
}

/// Where the derivatives of runs stand: stored columns of the visit, and those that come from programs.
struct Derivatives<'a> {
    runs: &'a [Run],
    blocks: usize,
    columns: &'a [Lanes],
}

/// Copies for a run and for the one it is measured from.
struct Copies {
    own: [Lanes; MOST],
    first: [Lanes; MOST],
}

impl Derivatives<'_> {
    /// Derivatives of a run as they come, in a stored column or a copy.
    #[inline(always)]
    fn of<'b>(&'b self, run: u32, computed: &[Lanes], copy: &'b mut [Lanes; MOST]) -> &'b [Lanes] {
        let blocks = self.blocks;
        match self.runs[run as usize].factor {
            Some(Operand::Column(column)) => return &self.columns[column * blocks..][..blocks],
            Some(Operand::Constant(number)) => copy[..blocks].as_flattened_mut().fill(number),
            None => copy[..blocks].copy_from_slice(&computed[run as usize * blocks..][..blocks]),
        }
        &copy[..blocks]
    }

    /// The same, and what they are measured from.
    #[inline(always)]
    fn with_first<'b>(&'b self, run: u32, computed: &[Lanes], copies: &'b mut Copies) -> (&'b [Lanes], &'b [Lanes]) {
        let own = self.of(run, computed, &mut copies.own);
        let first = match self.runs[run as usize].first {
            Some(first) => self.of(first, computed, &mut copies.first),
            None => &ZEROS[..self.blocks],
        };
        (own, first)
    }
}

/// Σ_s residual_s · dV_s/dθ_k per logical lane, for each position.
#[inline(always)]
fn fold_plain(
    tiling: &Tiling,
    blocks: usize,
    columns: &[Lanes],
    computed: &[Lanes],
    residuals: &[Lanes],
    score: &mut [Lanes],
) {
    let derivatives = Derivatives {
        runs: &tiling.runs,
        blocks,
        columns,
    };
    let mut copies = Copies {
        own: ZEROS,
        first: ZEROS,
    };
    for bundle in &tiling.bundles {
        for (row, &position) in bundle.positions.iter().enumerate() {
            let mut sums = [0.0; LANES];
            for (&slot, runs) in bundle.slots.iter().zip(&bundle.runs) {
                let residuals = &residuals[slot as usize * blocks..][..blocks];
                let (own, first) = derivatives.with_first(runs[row], computed, &mut copies);
                for ((residual, own), first) in residuals.iter().zip(own).zip(first) {
                    for l in 0..LANES {
                        sums[l] += residual[l] * (own[l] - first[l]);
                    }
                }
            }
            score[position as usize] = sums;
        }
    }
}

/// The same for each lane: the scores of cases, for each position a run of `blocks` blocks of lanes.
#[inline(always)]
fn fold_lanes_plain(
    tiling: &Tiling,
    blocks: usize,
    columns: &[Lanes],
    computed: &[Lanes],
    residuals: &[Lanes],
    scores: &mut [Lanes],
) {
    let derivatives = Derivatives {
        runs: &tiling.runs,
        blocks,
        columns,
    };
    let mut copies = Copies {
        own: ZEROS,
        first: ZEROS,
    };
    scores.as_flattened_mut().fill(0.0);
    for bundle in &tiling.bundles {
        for (row, &position) in bundle.positions.iter().enumerate() {
            let scores = &mut scores[position as usize * blocks..][..blocks];
            for (&slot, runs) in bundle.slots.iter().zip(&bundle.runs) {
                let residuals = &residuals[slot as usize * blocks..][..blocks];
                let (own, first) = derivatives.with_first(runs[row], computed, &mut copies);
                for (((score, residual), own), first) in scores.iter_mut().zip(residuals).zip(own).zip(first) {
                    for l in 0..LANES {
                        score[l] += residual[l] * (own[l] - first[l]);
                    }
                }
            }
        }
    }
}

/// As [`fold`]; √(w n P_s) dV_s/dθ_k goes to the runs of `panel`, and to the runs behind them √(w n) Σ_s P_s dV_s/dθ_k,
/// then that with the other sign.
#[inline(always)]
fn fold_and_scale_plain(
    tiling: &Tiling,
    blocks: usize,
    columns: &[Lanes],
    panel: &mut [Lanes],
    shares: &Shares<'_>,
    roots: &mut [Lanes],
    score: &mut [Lanes],
) {
    let (panel, means) = panel.split_at_mut(tiling.runs.len() * blocks);
    let (means, minus_means) = means.split_at_mut(means.len() / 2);
    means.as_flattened_mut().fill(0.0);
    let (root_of_curvature, roots) = roots.split_at_mut(blocks);
    for (root, curvature) in root_of_curvature.iter_mut().zip(shares.curvature) {
        for l in 0..LANES {
            root[l] = curvature[l].sqrt();
        }
    }
    for (roots, probabilities) in roots
        .chunks_exact_mut(blocks)
        .zip(shares.probabilities.chunks_exact(blocks))
    {
        for ((root, probability), curvature) in roots.iter_mut().zip(probabilities).zip(shares.curvature) {
            for l in 0..LANES {
                root[l] = (probability[l] * curvature[l]).sqrt();
            }
        }
    }
    let derivatives = Derivatives {
        runs: &tiling.runs,
        blocks,
        columns,
    };
    let mut copies = Copies {
        own: ZEROS,
        first: ZEROS,
    };
    for bundle in &tiling.bundles {
        for (row, &position) in bundle.positions.iter().enumerate() {
            let mut sums = [0.0; LANES];
            let mean = &mut means[position as usize * blocks..][..blocks];
            for (&slot, runs) in bundle.slots.iter().zip(&bundle.runs) {
                let of_slot = slot as usize * blocks;
                let residuals = &shares.residuals[of_slot..][..blocks];
                let probabilities = &shares.probabilities[of_slot..][..blocks];
                let roots = &roots[of_slot..][..blocks];
                let (own, first) = derivatives.with_first(runs[row], panel, &mut copies);
                let (own, first) = (&own[..blocks], &first[..blocks]);
                let panel = &mut panel[runs[row] as usize * blocks..][..blocks];
                for block in 0..blocks {
                    // All is read before anything is written: compilers cannot know that these do not overlap.
                    let (own, first, mut sum) = (own[block], first[block], mean[block]);
                    let (residual, probability, root) = (residuals[block], probabilities[block], roots[block]);
                    let mut scaled = [0.0; LANES];
                    for l in 0..LANES {
                        let derivative = own[l] - first[l];
                        sums[l] += residual[l] * derivative;
                        sum[l] += probability[l] * derivative;
                        scaled[l] = root[l] * derivative;
                    }
                    mean[block] = sum;
                    panel[block] = scaled;
                }
            }
            for (mean, root) in mean.iter_mut().zip(&*root_of_curvature) {
                for l in 0..LANES {
                    mean[l] *= root[l];
                }
            }
            score[position as usize] = sums;
        }
    }
    for (minus, mean) in minus_means.as_flattened_mut().iter_mut().zip(means.as_flattened()) {
        *minus = -mean;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn fold(
    tiling: &Tiling,
    blocks: usize,
    columns: &[Lanes],
    computed: &[Lanes],
    residuals: &[Lanes],
    score: &mut [Lanes],
) {
    fold_plain(tiling, blocks, columns, computed, residuals, score);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn fold_lanes(
    tiling: &Tiling,
    blocks: usize,
    columns: &[Lanes],
    computed: &[Lanes],
    residuals: &[Lanes],
    scores: &mut [Lanes],
) {
    fold_lanes_plain(tiling, blocks, columns, computed, residuals, scores);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn fold_and_scale(
    tiling: &Tiling,
    blocks: usize,
    columns: &[Lanes],
    panel: &mut [Lanes],
    shares: &Shares<'_>,
    roots: &mut [Lanes],
    score: &mut [Lanes],
) {
    fold_and_scale_plain(tiling, blocks, columns, panel, shares, roots, score);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[multiversion(targets("x86_64+avx2"))]
    fn fold_avx2(
        tiling: &Tiling,
        blocks: usize,
        columns: &[Lanes],
        computed: &[Lanes],
        residuals: &[Lanes],
        score: &mut [Lanes],
    ) {
        fold_plain(tiling, blocks, columns, computed, residuals, score);
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn fold_lanes_avx2(
        tiling: &Tiling,
        blocks: usize,
        columns: &[Lanes],
        computed: &[Lanes],
        residuals: &[Lanes],
        scores: &mut [Lanes],
    ) {
        fold_lanes_plain(tiling, blocks, columns, computed, residuals, scores);
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn fold_and_scale_avx2(
        tiling: &Tiling,
        blocks: usize,
        columns: &[Lanes],
        panel: &mut [Lanes],
        shares: &Shares<'_>,
        roots: &mut [Lanes],
        score: &mut [Lanes],
    ) {
        fold_and_scale_plain(tiling, blocks, columns, panel, shares, roots, score);
    }

    /// Three slots. Parameters 0 to 4 are in all of them, from columns, constants and programs; 5 is in one.
    fn tiling() -> Tiling {
        let factor = |slot: u32, position: u32| match (position, slot) {
            (0, _) | (1, 0) | (2, 1) => Some(Operand::Column((slot + 2 * position) as usize % 5)),
            (3, _) | (1, 2) => Some(Operand::Constant(0.7 - f64::from(slot))),
            _ => None,
        };
        let own = |slot: u32| (0..if slot == 1 { 6 } else { 5 }).map(move |position| (slot, position));
        let run = |(slot, position)| Run {
            slot,
            position,
            factor: factor(slot, position),
            first: Some(position).filter(|&position| position < 5),
        };
        Tiling::new(6, (0..3).flat_map(own).map(run).collect())
    }

    /// Sums as they are defined, and the same bits from all.
    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let tiling = tiling();
        let (n, n_means) = (tiling.runs.len(), 8);
        let mut random = Random::new(9);
        for blocks in [1, 3, MOST] {
            let mut numbers = |n: usize| -> Vec<Lanes> {
                (0..n * blocks)
                    .map(|_| std::array::from_fn(|_| random.between(0.01, 1.0)))
                    .collect()
            };
            let (columns, computed) = (numbers(5), numbers(n));
            let (probabilities, residuals, curvature) = (numbers(3), numbers(3), numbers(1));
            let shares = Shares {
                probabilities: &probabilities,
                residuals: &residuals,
                curvature: &curvature,
            };
            let raw = |run: usize, block: usize, l: usize| match tiling.runs[run].factor {
                Some(Operand::Column(column)) => columns[column * blocks + block][l],
                Some(Operand::Constant(number)) => number,
                None => computed[run * blocks + block][l],
            };
            let mut expected_panel = computed.clone();
            expected_panel.resize((n + 2 * n_means) * blocks, [0.0; LANES]);
            let mut expected_score = vec![[0.0; LANES]; 6];
            for (index, run) in tiling.runs.iter().enumerate().filter(|(_, run)| !run.is_zero()) {
                for (block, l) in (0..blocks).flat_map(|block| (0..LANES).map(move |l| (block, l))) {
                    let at = run.slot as usize * blocks + block;
                    let first = run.first.map_or(0.0, |first| raw(first as usize, block, l));
                    let derivative = raw(index, block, l) - first;
                    expected_score[run.position as usize][l] += residuals[at][l] * derivative;
                    let mean = &mut expected_panel[(n + run.position as usize) * blocks + block][l];
                    *mean += probabilities[at][l] * derivative;
                    expected_panel[index * blocks + block][l] =
                        (probabilities[at][l] * curvature[block][l]).sqrt() * derivative;
                }
            }
            for run in 0..n_means * blocks {
                for l in 0..LANES {
                    let mean = expected_panel[n * blocks + run][l] * curvature[run % blocks][l].sqrt();
                    expected_panel[n * blocks + run][l] = mean;
                    expected_panel[(n + n_means) * blocks + run][l] = -mean;
                }
            }
            for loops in [fold_plain, fold_avx2, fold] {
                let mut score = vec![[f64::NAN; LANES]; 6];
                loops(&tiling, blocks, &columns, &computed, &residuals, &mut score);
                assert_eq!(score, expected_score, "{blocks} blocks");
            }
            let mut of_lanes = vec![[f64::NAN; LANES]; 6 * blocks];
            fold_lanes_plain(&tiling, blocks, &columns, &computed, &residuals, &mut of_lanes);
            for (position, expected) in expected_score.iter().enumerate() {
                for l in 0..LANES {
                    let sum: f64 = (0..blocks).map(|block| of_lanes[position * blocks + block][l]).sum();
                    assert!(
                        (sum - expected[l]).abs() <= 1e-14 * 3.0 * blocks as f64,
                        "{blocks} blocks"
                    );
                }
            }
            for loops in [fold_lanes_avx2, fold_lanes] {
                let mut found = vec![[f64::NAN; LANES]; 6 * blocks];
                loops(&tiling, blocks, &columns, &computed, &residuals, &mut found);
                assert_eq!(found, of_lanes, "{blocks} blocks");
            }
            for loops in [fold_and_scale_plain, fold_and_scale_avx2, fold_and_scale] {
                let mut panel = computed.clone();
                panel.resize(expected_panel.len(), [f64::NAN; LANES]);
                let mut roots = vec![[f64::NAN; LANES]; 4 * blocks];
                let mut score = vec![[f64::NAN; LANES]; 6];
                loops(&tiling, blocks, &columns, &mut panel, &shares, &mut roots, &mut score);
                assert_eq!(score, expected_score, "{blocks} blocks");
                assert_eq!(panel, expected_panel, "{blocks} blocks");
            }
        }
    }
}
