//! Buffers of a visit, and what their contents add to score and Hessian.

use logsum_estimate::Order;
use logsum_expressions::Workspace;

use super::blocks::ChoiceSet;
use super::lanes::{add_product, dot, set_product, subtract};
use super::logit::Kernel;

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
    /// Equal shares; the curvature of the utilities themselves is left out.
    EqualShares,
}

/// Buffers of one thread.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(super) utilities: Vec<f64>,
    /// dV_s/dθ_k for every slot and every parameter of its utility, one run of lanes after another; less dV_0/dθ_k if all
    /// slots have the parameter.
    pub(super) derivatives: Vec<f64>,
    /// For each run: slot and position of the parameter in the choice set.
    pub(super) runs: Vec<(usize, usize)>,
    /// For each run of `second_values`, ∂²V_s/∂θ_k∂θ_l: slot and positions.
    pub(super) seconds: Vec<(usize, usize, usize)>,
    pub(super) second_values: Vec<f64>,
    pub(super) means: Vec<f64>,
    pub(super) product: Vec<f64>,
    pub(super) constants: Vec<Vec<f64>>,
    pub(super) kernel: Kernel,
    pub(super) program: Workspace,
    pub(super) at: At,
}

impl Scratch {
    /// Buffers for visits at those probabilities.
    pub fn at(at: At) -> Self {
        Scratch {
            at,
            ..Scratch::default()
        }
    }

    /// Measures derivatives from the first slot, where all slots have the parameter.
    ///
    /// Nothing depends on the level: residuals sum to zero, and the Hessian is a covariance. But a level that is large
    /// against the differences would drown them in rounding, and a column that is the same everywhere would leave noise
    /// in the Hessian where there is nothing.
    pub(super) fn subtract_first_slot(&mut self, set: &ChoiceSet, lanes: usize) {
        let n_first = self.runs.iter().take_while(|(slot, _)| *slot == 0).count();
        let (first, others) = self.derivatives.split_at_mut(n_first * lanes);
        for (derivatives, &(_, position)) in others.chunks_exact_mut(lanes).zip(&self.runs[n_first..]) {
            if let Some(run) = set.shared[position] {
                subtract(derivatives, &first[run * lanes..(run + 1) * lanes]);
            }
        }
        for (derivatives, &(_, position)) in first.chunks_exact_mut(lanes).zip(&self.runs) {
            if set.shared[position].is_some() {
                derivatives.fill(0.0);
            }
        }
    }

    /// Σ_lanes Σ_s residual_s · dV_s/dθ_k.
    pub(super) fn add_score(&self, set: &ChoiceSet, lanes: usize, score: &mut [f64]) {
        for (run, &(slot, position)) in self.runs.iter().enumerate() {
            if set.is_zero(slot, position) {
                continue;
            }
            let residuals = &self.kernel.residuals[slot * lanes..(slot + 1) * lanes];
            let derivatives = &self.derivatives[run * lanes..(run + 1) * lanes];
            score[set.parameters[position] as usize] += dot(residuals, derivatives);
        }
    }

    /// Of the Hessian's lower triangle, with d_s = dV_s/dθ and d̄ = Σ_s P_s d_s:
    ///
    /// ```text
    /// −Σ_lanes w n [Σ_s P_s d_s d_s′ − d̄ d̄′] + Σ_lanes Σ_s residual_s ∂²V_s/∂θ∂θ′
    /// ```
    ///
    /// Only parameters that meet in a slot are multiplied in the first sum.
    pub(super) fn add_hessian(&mut self, set: &ChoiceSet, lanes: usize, n_parameters: usize, hessian: &mut [f64]) {
        let n_means = set.parameters.len();
        self.means.clear();
        self.means.resize(n_means * lanes, 0.0);
        self.product.resize(2 * lanes, 0.0);
        let (weighted, product) = self.product.split_at_mut(lanes);
        let product = &mut product[..lanes];
        let curvature = &self.kernel.curvature[..lanes];
        let mut begin = 0;
        while begin < self.runs.len() {
            let slot = self.runs[begin].0;
            let end = begin
                + self.runs[begin..]
                    .iter()
                    .take_while(|(other, _)| *other == slot)
                    .count();
            let probabilities = &self.kernel.probabilities[slot * lanes..(slot + 1) * lanes];
            set_product(weighted, probabilities, curvature);
            for first in begin..end {
                let derivatives = &self.derivatives[first * lanes..(first + 1) * lanes];
                let position = self.runs[first].1;
                if set.is_zero(slot, position) {
                    continue;
                }
                add_product(
                    &mut self.means[position * lanes..(position + 1) * lanes],
                    probabilities,
                    derivatives,
                );
                set_product(product, weighted, derivatives);
                for second in (begin..=first).filter(|&second| !set.is_zero(slot, self.runs[second].1)) {
                    let other = &self.derivatives[second * lanes..(second + 1) * lanes];
                    let (row, column) = ordered(set, position, self.runs[second].1);
                    hessian[row * n_parameters + column] -= dot(product, other);
                }
            }
            begin = end;
        }
        for first in 0..n_means {
            set_product(product, &self.means[first * lanes..(first + 1) * lanes], curvature);
            for second in 0..=first {
                let (row, column) = ordered(set, first, second);
                hessian[row * n_parameters + column] += dot(product, &self.means[second * lanes..(second + 1) * lanes]);
            }
        }
        for (at, &(slot, first, second)) in self.seconds.iter().enumerate() {
            let residuals = &self.kernel.residuals[slot * lanes..(slot + 1) * lanes];
            let (row, column) = ordered(set, first, second);
            hessian[row * n_parameters + column] += dot(residuals, &self.second_values[at * lanes..(at + 1) * lanes]);
        }
    }
}

/// The element of the lower triangle in which two parameters of a choice set meet.
fn ordered(set: &ChoiceSet, first: usize, second: usize) -> (usize, usize) {
    let (first, second) = (set.parameters[first] as usize, set.parameters[second] as usize);
    (first.max(second), first.min(second))
}
