//! Efron's approximation of the probability that some alternatives come before the others.

use super::Outcome;

/// At some utilities.
///
/// Of the m alternatives D of all C the l-th is taken as if each of D were still there with a part 1 − l/m of itself:
///
/// ```text
/// ln P = Σ_{j ∈ D} V_j − Σ_{l=0}^{m−1} ln (Σ_{k ∈ C} e^{V_k} − (l/m) Σ_{j ∈ D} e^{V_j})
/// ```
///
/// As usual the number m! of their orders is left out: it is the mean over the orders that is approximated.
///
/// # Source
/// Efron (1977), *The efficiency of Cox's likelihood function for censored data*.
#[derive(Clone, Debug, Default)]
pub(super) struct Efron {
    /// e^V of slots over that of the largest.
    shares: Vec<f64>,
    /// T_l, the sums in the logarithms, over the same.
    totals: Vec<f64>,
    largest: f64,
}

/// 1 − l/m of each of them.
fn parts(m: usize) -> impl Iterator<Item = f64> {
    (0..m).map(move |l| 1.0 - l as f64 / m as f64)
}

impl Efron {
    pub fn new(outcome: &Outcome, utilities: &[f64]) -> Self {
        let largest = utilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares: Vec<f64> = utilities.iter().map(|v| (v - largest).exp()).collect();
        let sum = |slots: &[usize]| slots.iter().map(|&slot| shares[slot]).sum::<f64>();
        let (tied, rest) = (sum(&outcome.best), sum(&outcome.rest));
        let totals = parts(outcome.best.len()).map(|part| rest + part * tied).collect();
        Efron {
            totals,
            largest,
            shares,
        }
    }

    /// Σ_l 1/T_l and Σ_l (1 − l/m)/T_l.
    fn sums(&self) -> (f64, f64) {
        let all = self.totals.iter().map(|total| total.recip()).sum();
        let parts = parts(self.totals.len()).zip(&self.totals);
        (all, parts.map(|(part, total)| part / total).sum())
    }

    /// ln P, and its derivatives.
    pub fn value(&self, outcome: &Outcome, utilities: &[f64], slopes: &mut [f64]) -> f64 {
        let (of_rest, of_tied) = self.sums();
        for &slot in &outcome.rest {
            slopes[slot] = -self.shares[slot] * of_rest;
        }
        for &slot in &outcome.best {
            slopes[slot] = 1.0 - self.shares[slot] * of_tied;
        }
        let above: f64 = outcome.best.iter().map(|&slot| utilities[slot] - self.largest).sum();
        above - self.totals.iter().map(|total| total.ln()).sum::<f64>()
    }

    /// The changes of the derivatives along a direction.
    pub fn along(&self, outcome: &Outcome, direction: &[f64], changes: &mut [f64]) {
        let along = |slots: &[usize]| {
            slots
                .iter()
                .map(|&slot| self.shares[slot] * direction[slot])
                .sum::<f64>()
        };
        let (tied, rest) = (along(&outcome.best), along(&outcome.rest));
        let (of_rest, of_tied) = self.sums();
        // −Σ_l T_l′/T_l², and the same with 1 − l/m.
        let (mut change_of_rest, mut change_of_tied) = (0.0, 0.0);
        for (part, total) in parts(self.totals.len()).zip(&self.totals) {
            let change = (rest + part * tied) / (total * total);
            change_of_rest -= change;
            change_of_tied -= part * change;
        }
        for &slot in &outcome.rest {
            changes[slot] = -self.shares[slot] * (direction[slot] * of_rest + change_of_rest);
        }
        for &slot in &outcome.best {
            changes[slot] = -self.shares[slot] * (direction[slot] * of_tied + change_of_tied);
        }
    }
}
