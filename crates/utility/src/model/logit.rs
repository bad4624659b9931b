//! The logit kernel: utilities of a block to probabilities, ln P(outcome) and its derivative in utility.

use logsum_draws::Stream;

/// Lanes of a block that share a choice set: utilities in, probabilities and residuals out. Slot-major: slot s of
/// lane i stands at `s * lanes + i`.
pub(crate) struct Block<'a> {
    pub lanes: usize,
    pub utilities: &'a [f64],
    /// Chosen slot per lane, or empty.
    pub chosen: &'a [u32],
    /// Weight per lane.
    pub weights: &'a [f64],
}

/// What the kernel makes of a block.
#[derive(Debug, Default)]
pub(crate) struct Kernel {
    /// P_s.
    pub probabilities: Vec<f64>,
    /// w (y_s − n P_s), the derivative of w·ln P(outcome) in V_s, where n is the number of choices (1, or the counts'
    /// sum).
    pub residuals: Vec<f64>,
    /// w n, the factor of −(diag P − P P′), the second derivative of w·ln P(outcome) in V.
    pub curvature: Vec<f64>,
    /// w · ln P(outcome) per lane.
    pub contributions: Vec<f64>,
    /// Expected maximum utility per lane, up to a constant: ln Σ_s exp V_s.
    pub logsums: Vec<f64>,
}

impl Kernel {
    /// Probabilities by softmax,
    ///
    /// ```text
    /// P_s = exp(V_s − m) / Σ_t exp(V_t − m),   m = max_t V_t
    /// ```
    ///
    /// and ln P(outcome) = Σ_s y_s (V_s − m − ln Σ_t exp(V_t − m)), which keeps the logarithm of probabilities that
    /// underflow. `count(slot)` gives the counts of a slot where outcomes are counts.
    pub fn evaluate<'c>(&mut self, block: &Block<'_>, count: impl Fn(usize) -> &'c [f64]) {
        let lanes = block.lanes;
        let n_slots = block.utilities.len() / lanes;
        self.probabilities.clear();
        self.probabilities.extend_from_slice(block.utilities);
        self.residuals.resize(block.utilities.len(), 0.0);
        self.curvature.resize(lanes, 0.0);
        self.contributions.resize(lanes, 0.0);
        self.logsums.resize(lanes, 0.0);

        let largest = &mut self.curvature[..lanes];
        largest.copy_from_slice(&block.utilities[..lanes]);
        for slot in block.utilities.chunks_exact(lanes).skip(1) {
            for (largest, utility) in largest.iter_mut().zip(slot) {
                *largest = largest.max(*utility);
            }
        }
        let total = &mut self.contributions[..lanes];
        total.fill(0.0);
        for slot in self.probabilities.chunks_exact_mut(lanes) {
            for ((value, largest), total) in slot.iter_mut().zip(largest.iter()).zip(total.iter_mut()) {
                *value = (*value - largest).exp();
                *total += *value;
            }
        }
        for slot in self.probabilities.chunks_exact_mut(lanes) {
            for (value, total) in slot.iter_mut().zip(total.iter()) {
                *value /= total;
            }
        }
        // From here `total` turns from Σ exp(V − m) into the contribution, and `largest` into the curvature.
        if block.chosen.is_empty() {
            for (total, largest) in total.iter_mut().zip(largest.iter()) {
                *total = largest + total.ln();
            }
            self.logsums[..lanes].copy_from_slice(total);
            let logsum = total;
            let choices = largest;
            choices.fill(0.0);
            for lane in 0..lanes {
                let mut contribution = 0.0;
                for slot in 0..n_slots {
                    let y = count(slot)[lane];
                    choices[lane] += y;
                    if y > 0.0 {
                        contribution += y * (block.utilities[slot * lanes + lane] - logsum[lane]);
                    }
                }
                logsum[lane] = block.weights[lane] * contribution;
            }
            for slot in 0..n_slots {
                let (counts, range) = (count(slot), slot * lanes..(slot + 1) * lanes);
                let (residuals, probabilities) = (&mut self.residuals[range.clone()], &self.probabilities[range]);
                for (lane, (residual, probability)) in residuals.iter_mut().zip(probabilities).enumerate() {
                    *residual = block.weights[lane] * (counts[lane] - choices[lane] * probability);
                }
            }
            for (choices, weight) in choices.iter_mut().zip(block.weights) {
                *choices *= weight;
            }
        } else {
            for lane in 0..lanes {
                let chosen = block.utilities[block.chosen[lane] as usize * lanes + lane];
                let ln_total = total[lane].ln();
                self.logsums[lane] = largest[lane] + ln_total;
                total[lane] = block.weights[lane] * (chosen - largest[lane] - ln_total);
            }
            largest.copy_from_slice(block.weights);
            for (slot, (residuals, probabilities)) in self
                .residuals
                .chunks_exact_mut(lanes)
                .zip(self.probabilities.chunks_exact(lanes))
                .enumerate()
            {
                for lane in 0..lanes {
                    let y = f64::from(u8::from(block.chosen[lane] as usize == slot));
                    residuals[lane] = block.weights[lane] * (y - probabilities[lane]);
                }
            }
        }
    }
}

/// One random outcome of a case: the alternative (a position in `utilities`) for which V_j + ε_j is largest, with
/// standard Gumbel noise ε_j = −ln E_j, where E_j is exponential.
pub(crate) fn choose(utilities: &[f64], stream: &mut Stream) -> usize {
    let mut best = (f64::NEG_INFINITY, 0);
    for (position, utility) in utilities.iter().enumerate() {
        let total = utility + stream.gumbel();
        if total > best.0 {
            best = (total, position);
        }
    }
    best.1
}
