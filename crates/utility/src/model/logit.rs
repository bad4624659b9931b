//! The logit kernel: utilities of a block to probabilities, ln P(outcome) and its derivative in utility.

use logsum_draws::{Stream, ln};
use multiversion::multiversion;

use super::exp::exp;

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
        self.probabilities.resize(block.utilities.len(), 0.0);
        self.residuals.resize(block.utilities.len(), 0.0);
        self.curvature.resize(lanes, 0.0);
        self.contributions.resize(lanes, 0.0);
        self.logsums.resize(lanes, 0.0);

        let largest = &mut self.curvature[..lanes];
        let total = &mut self.contributions[..lanes];
        softmax(
            block.utilities,
            &mut self.probabilities,
            largest,
            total,
            &mut self.logsums[..lanes],
        );
        // From here `total` turns from ln Σ exp(V − m) into the contribution, and `largest` into the curvature.
        if block.chosen.is_empty() {
            let logsum = total;
            logsum.copy_from_slice(&self.logsums[..lanes]);
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
                total[lane] = block.weights[lane] * (chosen - largest[lane] - total[lane]);
            }
            largest.copy_from_slice(block.weights);
            residuals(block.chosen, block.weights, &self.probabilities, &mut self.residuals);
        }
    }
}

/// Probabilities, and per lane: the largest utility m, ln Σ exp(V − m), and the logsum.
#[inline(always)]
fn softmax_plain(
    utilities: &[f64],
    probabilities: &mut [f64],
    largest: &mut [f64],
    ln_total: &mut [f64],
    logsums: &mut [f64],
) {
    let lanes = largest.len();
    largest.copy_from_slice(&utilities[..lanes]);
    for slot in utilities.chunks_exact(lanes).skip(1) {
        for (largest, utility) in largest.iter_mut().zip(slot) {
            *largest = largest.max(*utility);
        }
    }
    let total = &mut *ln_total;
    total.fill(0.0);
    for (slot, utilities) in probabilities.chunks_exact_mut(lanes).zip(utilities.chunks_exact(lanes)) {
        for (((value, utility), largest), total) in slot.iter_mut().zip(utilities).zip(&*largest).zip(&mut *total) {
            *value = exp(*utility - largest);
            *total += *value;
        }
    }
    for slot in probabilities.chunks_exact_mut(lanes) {
        for (value, total) in slot.iter_mut().zip(&*total) {
            *value /= total;
        }
    }
    for ((total, largest), logsum) in ln_total.iter_mut().zip(&*largest).zip(logsums) {
        // A sum of exponentials from 1 to the number of slots, or not a number.
        *total = if *total >= 1.0 { ln(*total) } else { f64::NAN };
        *logsum = largest + *total;
    }
}

/// w (y_s − P_s) where one alternative is chosen.
#[inline(always)]
fn residuals_plain(chosen: &[u32], weights: &[f64], probabilities: &[f64], residuals: &mut [f64]) {
    let lanes = chosen.len();
    for (slot, (residuals, probabilities)) in residuals
        .chunks_exact_mut(lanes)
        .zip(probabilities.chunks_exact(lanes))
        .enumerate()
    {
        for (((residual, probability), chosen), weight) in
            residuals.iter_mut().zip(probabilities).zip(chosen).zip(weights)
        {
            let y = if *chosen == slot as u32 { 1.0 } else { 0.0 };
            *residual = weight * (y - probability);
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn softmax(
    utilities: &[f64],
    probabilities: &mut [f64],
    largest: &mut [f64],
    ln_total: &mut [f64],
    logsums: &mut [f64],
) {
    softmax_plain(utilities, probabilities, largest, ln_total, logsums);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn residuals(chosen: &[u32], weights: &[f64], probabilities: &[f64], residuals: &mut [f64]) {
    residuals_plain(chosen, weights, probabilities, residuals);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[multiversion(targets("x86_64+avx2"))]
    fn softmax_avx2(
        utilities: &[f64],
        probabilities: &mut [f64],
        largest: &mut [f64],
        ln_total: &mut [f64],
        logsums: &mut [f64],
    ) {
        softmax_plain(utilities, probabilities, largest, ln_total, logsums);
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn residuals_avx2(chosen: &[u32], weights: &[f64], probabilities: &[f64], residuals: &mut [f64]) {
        residuals_plain(chosen, weights, probabilities, residuals);
    }

    type Softmax = fn(&[f64], &mut [f64], &mut [f64], &mut [f64], &mut [f64]);
    type Residuals = fn(&[u32], &[f64], &[f64], &mut [f64]);

    /// Undefined utilities among them, which must stay so.
    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let mut random = Random::new(11);
        for lanes in [1, 8, 13, 64] {
            let mut utilities: Vec<f64> = (0..4 * lanes).map(|_| random.between(-300.0, 300.0)).collect();
            if lanes == 64 {
                utilities[3] = f64::NAN;
                utilities[64 + 4] = f64::INFINITY;
                utilities[5] = f64::NEG_INFINITY;
            }
            let chosen: Vec<u32> = (0..lanes).map(|_| random.below(4) as u32).collect();
            let weights: Vec<f64> = (0..lanes).map(|_| random.uniform()).collect();
            let bits = |values: &[f64]| -> Vec<u64> {
                let bits = |value: &f64| if value.is_nan() { u64::MAX } else { value.to_bits() };
                values.iter().map(bits).collect()
            };
            let run = |softmax: Softmax, residuals: Residuals| {
                let (mut p, mut r) = (vec![0.0; 4 * lanes], vec![0.0; 4 * lanes]);
                let (mut m, mut t, mut s) = (vec![0.0; lanes], vec![0.0; lanes], vec![0.0; lanes]);
                softmax(&utilities, &mut p, &mut m, &mut t, &mut s);
                residuals(&chosen, &weights, &p, &mut r);
                if lanes == 64 {
                    assert!(t[3].is_nan() && t[4].is_nan(), "not repaired");
                    assert_eq!(p[5], 0.0, "a utility of −∞ is one of probability 0");
                    assert!(t[5].is_finite());
                }
                [p, r, m, t, s].map(|values| bits(&values))
            };
            let plain = run(softmax_plain, residuals_plain);
            assert!(run(softmax_avx2, residuals_avx2) == plain, "{lanes} lanes");
            assert!(run(softmax, residuals) == plain, "{lanes} lanes");
        }
    }
}
