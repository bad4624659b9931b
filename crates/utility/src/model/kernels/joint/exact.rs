//! The probability that some alternatives come before the others, in whatever order.

use super::{Outcome, logsum};

/// At some utilities.
///
/// With T_A = Σ_{k ∉ D} e^{V_k} + Σ_{j ∈ A} e^{V_j}, what is left when A are those of the m alternatives D that are still to
/// come,
///
/// ```text
/// P = Σ_{orders of D} Π_l e^{V_{j_l}} / T_{j_l, ..., j_m} = exp(Σ_{j ∈ D} V_j) g(D)
/// g(A) = Σ_{j ∈ A} g(A \ {j}) / T_A,   g(∅) = 1
/// ```
///
/// over the 2^m subsets, not the m! orders; in logarithms, as g of few small alternatives among large ones has any size. A
/// set A is passed through with probability ρ(A), given D, and j is taken from it with π_j(A) = g(A \ {j}) / (T_A g(A)).
///
/// # Source
/// Kalbfleisch and Prentice (1973), *Marginal likelihoods based on Cox's regression and life model*; of rankings Allison
/// and Christakis (1994), *Logit models for sets of ranked items*.
#[derive(Clone, Debug, Default)]
pub(super) struct Exact {
    /// Utilities of D.
    tied: Vec<f64>,
    /// ln Σ e^V of the others, and their parts of it.
    ln_rest: f64,
    parts: Vec<f64>,
    /// Of each subset, bit by bit of D: ln T, ln g, ρ, and π of each of D.
    ln_totals: Vec<f64>,
    ln_g: Vec<f64>,
    passed: Vec<f64>,
    taken: Vec<f64>,
    /// Changes along a direction.
    changes: Changes,
}

#[derive(Clone, Debug, Default)]
struct Changes {
    ln_totals: Vec<f64>,
    ln_g: Vec<f64>,
    passed: Vec<f64>,
}

/// Members of a subset.
fn members(subset: usize) -> impl Iterator<Item = usize> {
    let mut left = subset;
    std::iter::from_fn(move || {
        let member = (left != 0).then(|| left.trailing_zeros() as usize)?;
        left &= left - 1;
        Some(member)
    })
}

/// ln(e^a + e^b).
fn ln_add(a: f64, b: f64) -> f64 {
    let (less, more) = (a.min(b), a.max(b));
    if more == f64::NEG_INFINITY {
        return more;
    }
    more + (less - more).exp().ln_1p()
}

impl Exact {
    pub fn new(outcome: &Outcome, utilities: &[f64]) -> Self {
        let tied: Vec<f64> = outcome.best.iter().map(|&slot| utilities[slot]).collect();
        let m = tied.len();
        let n = 1 << m;
        let ln_rest = logsum(outcome.rest.iter().map(|&slot| utilities[slot]));
        let of_rest = outcome.rest.iter();
        let parts = of_rest.map(|&slot| (utilities[slot] - ln_rest).exp()).collect();
        let (mut ln_totals, mut ln_g) = (vec![ln_rest; n], vec![0.0; n]);
        let mut taken = vec![0.0; n * m];
        for subset in 1..n {
            let first = subset.trailing_zeros() as usize;
            ln_totals[subset] = ln_add(ln_totals[subset & (subset - 1)], tied[first]);
            let of_members = || members(subset).map(|j| ln_g[subset & !(1 << j)]);
            let ln_sum = logsum(of_members().collect::<Vec<_>>().into_iter());
            for j in members(subset) {
                taken[subset * m + j] = (ln_g[subset & !(1 << j)] - ln_sum).exp();
            }
            ln_g[subset] = ln_sum - ln_totals[subset];
        }
        let mut passed = vec![0.0; n];
        passed[n - 1] = 1.0;
        for subset in (1..n).rev() {
            for j in members(subset) {
                passed[subset & !(1 << j)] += passed[subset] * taken[subset * m + j];
            }
        }
        Exact {
            tied,
            ln_rest,
            parts,
            ln_totals,
            ln_g,
            passed,
            taken,
            changes: Changes::default(),
        }
    }

    /// ln P, and its derivatives: ∂ ln P/∂V_k = [k ∈ D] − Σ_A ρ(A) e^{V_k}/T_A over the A that k is left with.
    pub fn value(&self, outcome: &Outcome, utilities: &[f64], slopes: &mut [f64]) -> f64 {
        let mut of_rest = 0.0;
        for &slot in &outcome.best {
            slopes[slot] = 1.0;
        }
        for subset in 1..self.passed.len() {
            let (passed, ln_total) = (self.passed[subset], self.ln_totals[subset]);
            of_rest += passed * (self.ln_rest - ln_total).exp();
            for j in members(subset) {
                slopes[outcome.best[j]] -= passed * (self.tied[j] - ln_total).exp();
            }
        }
        for (&slot, part) in outcome.rest.iter().zip(&self.parts) {
            slopes[slot] = -part * of_rest;
        }
        let above: f64 = outcome.best.iter().map(|&slot| utilities[slot]).sum();
        above + self.ln_g[self.ln_g.len() - 1]
    }

    /// The changes of the derivatives along a direction.
    pub fn along(&mut self, outcome: &Outcome, direction: &[f64], slopes: &mut [f64]) {
        let (m, n) = (self.tied.len(), self.passed.len());
        let of_rest = outcome.rest.iter().zip(&self.parts);
        let change_of_rest: f64 = of_rest.map(|(&slot, part)| part * direction[slot]).sum();
        let changes = &mut self.changes;
        for buffer in [&mut changes.ln_totals, &mut changes.ln_g, &mut changes.passed] {
            buffer.clear();
            buffer.resize(n, 0.0);
        }
        for subset in 1..n {
            let ln_total = self.ln_totals[subset];
            let mut change = (self.ln_rest - ln_total).exp() * change_of_rest;
            let mut of_g = 0.0;
            for j in members(subset) {
                change += (self.tied[j] - ln_total).exp() * direction[outcome.best[j]];
                of_g += self.taken[subset * m + j] * changes.ln_g[subset & !(1 << j)];
            }
            changes.ln_totals[subset] = change;
            changes.ln_g[subset] = of_g - change;
        }
        for subset in (1..n).rev() {
            let of_sum = changes.ln_g[subset] + changes.ln_totals[subset];
            for j in members(subset) {
                let without = subset & !(1 << j);
                let taken = self.taken[subset * m + j];
                let change = taken * (changes.ln_g[without] - of_sum);
                changes.passed[without] += changes.passed[subset] * taken + self.passed[subset] * change;
            }
        }
        // Of Σ_A ρ(A) T_rest/T_A, by which the others fall.
        let (mut sum, mut change_of_sum) = (0.0, 0.0);
        for subset in 1..n {
            let (passed, change_of_passed) = (self.passed[subset], changes.passed[subset]);
            let (ln_total, change_of_total) = (self.ln_totals[subset], changes.ln_totals[subset]);
            let share = (self.ln_rest - ln_total).exp();
            sum += passed * share;
            change_of_sum += share * (change_of_passed + passed * (change_of_rest - change_of_total));
            for j in members(subset) {
                let slot = outcome.best[j];
                let share = (self.tied[j] - ln_total).exp();
                slopes[slot] -= share * (change_of_passed + passed * (direction[slot] - change_of_total));
            }
        }
        for (&slot, part) in outcome.rest.iter().zip(&self.parts) {
            slopes[slot] = -part * (change_of_sum + sum * (direction[slot] - change_of_rest));
        }
    }
}
