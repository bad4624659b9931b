//! Sums over the slots of a visit: the score, and what the products of the Hessian are made from.
//!
//! Plain code compiled for several instruction sets, as in [`super::tiles`].

use multiversion::multiversion;

use super::blocks::LANES;
use super::tiling::Bundle;

type Lanes = [f64; LANES];

/// What the kernel says of the lanes of a visit, slot after slot.
pub(crate) struct Shares<'a> {
    pub probabilities: &'a [Lanes],
    pub residuals: &'a [Lanes],
    /// Of the lanes alone, without slots.
    pub curvature: &'a [Lanes],
}

/// Σ_s residual_s · dV_s/dθ_k per logical lane, for each position.
#[inline(always)]
fn fold_plain(bundles: &[Bundle], blocks: usize, derivatives: &[Lanes], residuals: &[Lanes], score: &mut [Lanes]) {
    for bundle in bundles {
        for (row, &position) in bundle.positions.iter().enumerate() {
            let mut sums = [0.0; LANES];
            for (&slot, runs) in bundle.slots.iter().zip(&bundle.runs) {
                let residuals = &residuals[slot as usize * blocks..][..blocks];
                let derivatives = &derivatives[runs[row] as usize * blocks..][..blocks];
                for (residual, derivative) in residuals.iter().zip(derivatives) {
                    for l in 0..LANES {
                        sums[l] += residual[l] * derivative[l];
                    }
                }
            }
            score[position as usize] = sums;
        }
    }
}

/// The same; the derivatives become √(w n P_s) dV_s/dθ_k, and the runs behind them √(w n) Σ_s P_s dV_s/dθ_k,
/// then the same with the other sign.
#[inline(always)]
fn fold_and_scale_plain(
    bundles: &[Bundle],
    blocks: usize,
    (n_runs, n_means): (usize, usize),
    panel: &mut [Lanes],
    shares: &Shares<'_>,
    roots: &mut [Lanes],
    score: &mut [Lanes],
) {
    let (derivatives, means) = panel.split_at_mut(n_runs * blocks);
    let (means, minus_means) = means.split_at_mut(n_means * blocks);
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
    for bundle in bundles {
        for (row, &position) in bundle.positions.iter().enumerate() {
            let mut sums = [0.0; LANES];
            let mean = &mut means[position as usize * blocks..][..blocks];
            for (&slot, runs) in bundle.slots.iter().zip(&bundle.runs) {
                let of_slot = slot as usize * blocks;
                let residuals = &shares.residuals[of_slot..][..blocks];
                let probabilities = &shares.probabilities[of_slot..][..blocks];
                let roots = &roots[of_slot..][..blocks];
                let derivatives = &mut derivatives[runs[row] as usize * blocks..][..blocks];
                for block in 0..blocks {
                    // All is read before anything is written: compilers cannot know that these do not overlap.
                    let (derivative, mut sum) = (derivatives[block], mean[block]);
                    let (residual, probability, root) = (residuals[block], probabilities[block], roots[block]);
                    let mut scaled = [0.0; LANES];
                    for l in 0..LANES {
                        sums[l] += residual[l] * derivative[l];
                        sum[l] += probability[l] * derivative[l];
                        scaled[l] = root[l] * derivative[l];
                    }
                    mean[block] = sum;
                    derivatives[block] = scaled;
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
pub(crate) fn fold(bundles: &[Bundle], blocks: usize, derivatives: &[Lanes], residuals: &[Lanes], score: &mut [Lanes]) {
    fold_plain(bundles, blocks, derivatives, residuals, score);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn fold_and_scale(
    bundles: &[Bundle],
    blocks: usize,
    counts: (usize, usize),
    panel: &mut [Lanes],
    shares: &Shares<'_>,
    roots: &mut [Lanes],
    score: &mut [Lanes],
) {
    fold_and_scale_plain(bundles, blocks, counts, panel, shares, roots, score);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tiling::{Run, Tiling};
    use crate::testing::Random;

    #[multiversion(targets("x86_64+avx2"))]
    fn fold_avx2(bundles: &[Bundle], blocks: usize, derivatives: &[Lanes], residuals: &[Lanes], score: &mut [Lanes]) {
        fold_plain(bundles, blocks, derivatives, residuals, score);
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn fold_and_scale_avx2(
        bundles: &[Bundle],
        blocks: usize,
        counts: (usize, usize),
        panel: &mut [Lanes],
        shares: &Shares<'_>,
        roots: &mut [Lanes],
        score: &mut [Lanes],
    ) {
        fold_and_scale_plain(bundles, blocks, counts, panel, shares, roots, score);
    }

    /// Five parameters in three slots and a sixth in one: sums as they are defined, and the same bits from all.
    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let runs: Vec<Run> = (0..3)
            .flat_map(|slot| (0..if slot == 1 { 6 } else { 5 }).map(move |position| Run { slot, position }))
            .collect();
        let bundles = Tiling::new(6, &runs, |_, _| false).bundles;
        let (n, n_means) = (runs.len(), 8);
        let mut random = Random::new(9);
        for blocks in [1, 3, 8] {
            let mut numbers = |n: usize| -> Vec<Lanes> {
                (0..n * blocks)
                    .map(|_| std::array::from_fn(|_| random.between(0.01, 1.0)))
                    .collect()
            };
            let (derivatives, probabilities, residuals, curvature) = (numbers(n), numbers(3), numbers(3), numbers(1));
            let shares = Shares {
                probabilities: &probabilities,
                residuals: &residuals,
                curvature: &curvature,
            };
            let mut expected_panel = derivatives.clone();
            expected_panel.resize((n + 2 * n_means) * blocks, [0.0; LANES]);
            let mut expected_score = vec![[0.0; LANES]; 6];
            for (index, run) in runs.iter().enumerate() {
                for (block, l) in (0..blocks).flat_map(|block| (0..LANES).map(move |l| (block, l))) {
                    let at = run.slot as usize * blocks + block;
                    let derivative = derivatives[index * blocks + block][l];
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
                loops(&bundles, blocks, &derivatives, &residuals, &mut score);
                assert_eq!(score, expected_score, "{blocks} blocks");
            }
            for loops in [fold_and_scale_plain, fold_and_scale_avx2, fold_and_scale] {
                let mut panel = derivatives.clone();
                panel.resize(expected_panel.len(), [f64::NAN; LANES]);
                let mut roots = vec![[f64::NAN; LANES]; 4 * blocks];
                let mut score = vec![[f64::NAN; LANES]; 6];
                loops(
                    &bundles,
                    blocks,
                    (n, n_means),
                    &mut panel,
                    &shares,
                    &mut roots,
                    &mut score,
                );
                assert_eq!(score, expected_score, "{blocks} blocks");
                assert_eq!(panel, expected_panel, "{blocks} blocks");
            }
        }
    }
}
