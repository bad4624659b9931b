//! Buffers of a visit, and what their contents add to score and Hessian.

use logsum_estimate::Order;
use logsum_expressions::Workspace;

use super::aligned::Aligned;
use super::choice_set::{ChoiceSet, LANES, Operand};
use super::folds::{Shares, fold, fold_and_scale, fold_lanes};
use super::kernels::{KernelLanes, SharedAt};
use super::lanes::{dot, fetch, reduce, subtract};
use super::logit::Kernel;
use super::tall_scratch::TallScratch;
use super::tiles::{Steps, Tile, products};
use super::tiling::{Bundle, TILE, meet};
use super::wide::{Padded, Reweighted};

/// Partial sums over the cases of a segment.
#[derive(Clone, Debug)]
pub(crate) struct Partial {
    pub value: f64,
    pub magnitude: f64,
    pub score: Vec<f64>,
    /// Lower triangle, row-major K × K.
    pub hessian: Vec<f64>,
}

impl Partial {
    pub fn new(n_parameters: usize, order: Order) -> Self {
        let score = if order >= Order::Score { n_parameters } else { 0 };
        let hessian = if order >= Order::Hessian {
            n_parameters * n_parameters
        } else {
            0
        };
        Partial {
            value: 0.0,
            magnitude: 0.0,
            score: vec![0.0; score],
            hessian: vec![0.0; hessian],
        }
    }
}

/// At which probabilities a visit stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum At {
    /// Those of the model.
    #[default]
    Model,
    /// Those of logit with the same utilities.
    Logit,
    /// Equal shares; the curvature of the utilities themselves is left out.
    EqualShares,
}

/// Buffers of one thread.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(super) utilities: Vec<f64>,
    /// dV_s/dθ_k for every slot and every parameter of its utility, one run of lanes after another. Behind them room for two runs per parameter: means, and those with the other sign.
    pub(super) derivatives: Aligned,
    /// For each run of `second_values`, ∂²V_s/∂θ_k∂θ_l: slot and positions.
    pub(super) seconds: Vec<(usize, usize, usize)>,
    pub(super) second_values: Vec<f64>,
    roots: Aligned,
    score: Vec<[f64; LANES]>,
    steps: (Vec<[u32; TILE]>, Vec<[u32; TILE]>),
    pub(super) constants: Vec<Vec<f64>>,
    pub(super) kernel: Kernel,
    pub(super) program: Workspace,
    pub(super) padded: Padded,
    pub(super) reweighted: Reweighted,
    /// How often each case of the segment counts; empty where it is once.
    pub(super) times: Vec<f64>,
    pub(super) tall: TallScratch,
    pub(super) at: At,
    /// What a kernel beyond logit is at; without it utilities are looked at, and the kernel is logit.
    pub(super) kernel_at: SharedAt,
    pub(super) beyond: KernelLanes,
    /// w y of slots.
    pub(super) outcomes: Vec<f64>,
}

impl Scratch {
    /// Buffers for visits at those probabilities, with that kernel.
    pub fn at(at: At, kernel_at: SharedAt) -> Self {
        Scratch {
            at,
            kernel_at,
            ..Scratch::default()
        }
    }

    /// Runs behind those of the derivatives: a mean for each parameter, as many as fill whole tiles.
    pub(super) fn n_means(set: &ChoiceSet) -> usize {
        set.parameters.len().next_multiple_of(TILE)
    }

    /// Writes the derivatives that are stored columns or constants beside those that come from programs, all of them
    /// measured from the first slot.
    pub(super) fn write_derivatives(&mut self, set: &ChoiceSet, columns: &[f64], lanes: usize) {
        for (index, run) in set.tiling.runs.iter().enumerate() {
            let (before, derivatives) = self.derivatives.split_at_mut(index * lanes);
            let derivatives = &mut derivatives[..lanes];
            match run.factor {
                None => {}
                Some(Operand::Constant(number)) => derivatives.fill(number),
                Some(Operand::Column(column)) => derivatives.copy_from_slice(&columns[column * lanes..][..lanes]),
            }
            if let (1.., Some(first)) = (run.slot, run.first) {
                subtract(derivatives, &before[first as usize * lanes..][..lanes]);
            }
        }
        for (index, run) in set.tiling.runs.iter().enumerate() {
            if run.is_zero() {
                self.derivatives[index * lanes..(index + 1) * lanes].fill(0.0);
            }
        }
    }

    /// Σ_lanes Σ_s residual_s · dV_s/dθ_k.
    pub(super) fn add_score(&mut self, set: &ChoiceSet, columns: &[f64], lanes: usize, score: &mut [f64]) {
        self.score.resize(set.parameters.len(), [0.0; LANES]);
        fold(
            &set.tiling,
            lanes / LANES,
            blocks(columns),
            blocks(&self.derivatives),
            blocks(&self.kernel.residuals),
            &mut self.score,
        );
        self.take_score(set, score);
    }

    /// Σ_s residual_s · dV_s/dθ_k of each lane: a run of lanes for each parameter of the set.
    pub(super) fn scores_of_lanes(&mut self, set: &ChoiceSet, columns: &[f64], lanes: usize) -> &[f64] {
        self.roots.resize(set.parameters.len() * lanes);
        fold_lanes(
            &set.tiling,
            lanes / LANES,
            blocks(columns),
            blocks(&self.derivatives),
            blocks(&self.kernel.residuals),
            blocks_mut(&mut self.roots),
        );
        &self.roots
    }

    fn take_score(&self, set: &ChoiceSet, score: &mut [f64]) {
        for (&parameter, sums) in set.parameters.iter().zip(&self.score) {
            score[parameter as usize] += reduce(*sums);
        }
    }

    /// The score as [`Scratch::add_score`], and of the Hessian's lower triangle, with d_s = dV_s/dθ and d̄ = Σ_s P_s d_s:
    ///
    /// ```text
    /// −Σ_lanes w n [Σ_s P_s d_s d_s′ − d̄ d̄′] + Σ_lanes Σ_s residual_s ∂²V_s/∂θ∂θ′
    /// ```
    ///
    /// Meanwhile `next`, the columns of the visit that follows, are brought near.
    ///
    /// Only parameters that meet in a slot are multiplied in the first sum. The derivatives are scaled by √(w n P_s), so
    /// that each pair of parameters takes one product per slot and case.
    pub(super) fn add_score_and_hessian(
        &mut self,
        set: &ChoiceSet,
        (columns, next): (&[f64], &[f64]),
        lanes: usize,
        n_parameters: usize,
        score: &mut [f64],
        hessian: &mut [f64],
    ) {
        self.score.resize(set.parameters.len(), [0.0; LANES]);
        self.roots.resize((set.slots.len() + 1) * lanes);
        fold_and_scale(
            &set.tiling,
            lanes / LANES,
            blocks(columns),
            blocks_mut(&mut self.derivatives),
            &Shares {
                probabilities: blocks(&self.kernel.probabilities),
                residuals: blocks(&self.kernel.residuals),
                curvature: blocks(&self.kernel.curvature[..lanes]),
            },
            blocks_mut(&mut self.roots),
            &mut self.score,
        );
        self.take_score(set, score);
        self.add_products(set, lanes, next, |row, column, sum| {
            let (row, column) = ordered(set, row, column);
            hessian[row * n_parameters + column] -= sum;
        });
        self.add_seconds(set, lanes, n_parameters, hessian);
    }

    /// Σ_lanes Σ_s residual_s ∂²V_s/∂θ∂θ′, to the lower triangle.
    pub(super) fn add_seconds(&self, set: &ChoiceSet, lanes: usize, n_parameters: usize, hessian: &mut [f64]) {
        for (at, &(slot, first, second)) in self.seconds.iter().enumerate() {
            let residuals = &self.kernel.residuals[slot * lanes..(slot + 1) * lanes];
            let (row, column) = ordered(set, first, second);
            hessian[row * n_parameters + column] += dot(residuals, &self.second_values[at * lanes..(at + 1) * lanes]);
        }
    }

    /// Products of scaled derivatives less those of scaled means: `add(position, position, sum)`, each pair once.
    fn add_products(&mut self, set: &ChoiceSet, lanes: usize, next: &[f64], mut add: impl FnMut(usize, usize, f64)) {
        let panel = blocks(&self.derivatives);
        let mut tile: Tile = [[[0.0; LANES]; TILE]; TILE];
        // A little of what comes next with each tile, so that the memory is busy while the processor is.
        let n_bundles = set.tiling.bundles.len();
        let n_tiles = (n_bundles * (n_bundles + 1) / 2).max(1);
        let mut next = next.chunks(next.len().div_ceil(n_tiles).next_multiple_of(LANES).max(LANES));
        let mut tile_of = |rows: &[u32], columns: &[u32], steps: Steps<'_>| {
            next.next().into_iter().for_each(fetch);
            products(panel, lanes / LANES, rows.len(), steps, &mut tile);
            for (i, &row) in rows.iter().enumerate() {
                // A parameter meets itself and those before it, not those before it once more.
                let n = if rows == columns { i + 1 } else { columns.len() };
                for (j, &column) in columns[..n].iter().enumerate() {
                    add(row as usize, column as usize, reduce(tile[i][j]));
                }
            }
        };
        let means = set.tiling.runs.len() as u32;
        let minus_means = means + Self::n_means(set) as u32;
        let at = |bundle: &Bundle, run: u32| {
            std::array::from_fn(|row| run + bundle.positions.get(row).unwrap_or(&bundle.positions[0]))
        };
        let bundles = &set.tiling.bundles;
        for (last, first) in bundles.iter().enumerate() {
            for second in &bundles[..=last] {
                let (rows, columns) = if first.positions.len() <= second.positions.len() {
                    (first, second)
                } else {
                    (second, first)
                };
                meet(rows, columns, &mut self.steps);
                if set.tiling.uniform {
                    self.steps.0.push(at(rows, minus_means));
                    self.steps.1.push(at(columns, means));
                }
                if !self.steps.0.is_empty() {
                    tile_of(&rows.positions, &columns.positions, (&self.steps.0, &self.steps.1));
                }
            }
        }
        if set.tiling.uniform {
            return;
        }
        // All parameters of a choice set meet in the means, whatever their slots.
        let positions: Vec<u32> = (0..set.parameters.len() as u32).collect();
        let runs = |from: u32, run: u32| [std::array::from_fn(|row| run + from + row as u32)];
        for (last, rows) in positions.chunks(TILE).enumerate() {
            for columns in positions.chunks(TILE).take(last + 1) {
                let steps: (&[_], &[_]) = (&runs(rows[0], minus_means), &runs(columns[0], means));
                tile_of(rows, columns, steps);
            }
        }
    }
}

/// The element of the lower triangle in which two parameters of a choice set meet.
fn ordered(set: &ChoiceSet, first: usize, second: usize) -> (usize, usize) {
    let (first, second) = (set.parameters[first] as usize, set.parameters[second] as usize);
    (first.max(second), first.min(second))
}

/// Lanes eight by eight.
fn blocks(lanes: &[f64]) -> &[[f64; LANES]] {
    lanes.as_chunks().0
}

fn blocks_mut(lanes: &mut [f64]) -> &mut [[f64; LANES]] {
    lanes.as_chunks_mut().0
}
