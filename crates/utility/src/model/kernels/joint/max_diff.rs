//! The probability of a pair of the best and the worst.

use super::Outcome;

/// At some utilities.
///
/// ```text
/// P(b, w) = e^{V_b − V_w} / Σ_{k ≠ l} e^{V_k − V_l}
/// ```
///
/// with the sum over the ordered pairs of J alternatives, A B − J for A = Σ e^V and B = Σ e^{−V}. Nothing cancels: the sum is
/// at least half of A B.
///
/// # Source
/// Marley and Louviere (2005), *Some probabilistic models of best, worst, and best–worst choices*: maxdiff.
#[derive(Clone, Debug, Default)]
pub(super) struct MaxDiff {
    /// Part of each slot as the best of all pairs, e^{V_k} B over the sum, and as the worst, e^{−V_k} A over it. A pair of a
    /// slot with itself stands in both, and leaves their difference.
    best: Vec<f64>,
    worst: Vec<f64>,
    /// A B over the sum.
    product: f64,
    /// ln of the sum.
    ln_sum: f64,
}

impl MaxDiff {
    pub fn new(utilities: &[f64]) -> Self {
        let largest = utilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let smallest = utilities.iter().copied().fold(f64::INFINITY, f64::min);
        let up: Vec<f64> = utilities.iter().map(|v| (v - largest).exp()).collect();
        let down: Vec<f64> = utilities.iter().map(|v| (smallest - v).exp()).collect();
        let (a, b): (f64, f64) = (up.iter().sum(), down.iter().sum());
        let sum = a * b - utilities.len() as f64 * (smallest - largest).exp();
        MaxDiff {
            best: up.iter().map(|up| up * b / sum).collect(),
            worst: down.iter().map(|down| down * a / sum).collect(),
            product: a * b / sum,
            ln_sum: largest - smallest + sum.ln(),
        }
    }

    /// ln P, and its derivatives.
    pub fn value(&self, outcome: &Outcome, utilities: &[f64], slopes: &mut [f64]) -> f64 {
        for (slope, (best, worst)) in slopes.iter_mut().zip(self.best.iter().zip(&self.worst)) {
            *slope = worst - best;
        }
        let mut value = -self.ln_sum;
        for &slot in &outcome.best {
            slopes[slot] += 1.0;
            value += utilities[slot];
        }
        if let Some(slot) = outcome.worst {
            slopes[slot] -= 1.0;
            value -= utilities[slot];
        }
        value
    }

    /// The changes of the derivatives along a direction.
    pub fn along(&self, direction: &[f64], changes: &mut [f64]) {
        let along = |parts: &[f64]| parts.iter().zip(direction).map(|(part, d)| part * d).sum::<f64>();
        // Of ln A, ln B and the logarithm of the sum.
        let of_a = along(&self.best) / self.product;
        let of_b = -along(&self.worst) / self.product;
        let of_sum = along(&self.best) - along(&self.worst);
        for (slot, change) in changes.iter_mut().enumerate() {
            let of_best = self.best[slot] * (direction[slot] + of_b - of_sum);
            let of_worst = self.worst[slot] * (of_a - direction[slot] - of_sum);
            *change = of_worst - of_best;
        }
    }
}
