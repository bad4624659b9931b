//! Nested logit with one nest and the other alternatives by themselves.

/// ```text
/// I = λ ln Σ_{m in nest} exp(v_m/λ)        P(nest) = e^I / (e^I + Σ_others e^v)        P(m | nest) = exp(v_m/λ) / Σ
/// exp(v/λ)
/// ```
///
/// `v`: utilities over the temperature, the largest 0.
pub(super) fn probabilities(v: &[f64], dissimilarity: f64, members: &[usize]) -> Vec<f64> {
    let inside: Vec<bool> = (0..v.len()).map(|j| members.contains(&j)).collect();
    let nest = || v.iter().zip(&inside).filter(|(_, inside)| **inside).map(|(v, _)| *v);
    let best = nest().fold(f64::NEG_INFINITY, f64::max);
    // Differences of 0 stay 0 in the limit λ = 0.
    let weight = |v: f64| {
        if v == best {
            1.0
        } else {
            ((v - best) / dissimilarity).exp()
        }
    };
    let sum = nest().map(weight).sum::<f64>();
    // Twice the same number where the nest is empty: `best` is −∞ then, and its weight 0.
    let value = if best == f64::NEG_INFINITY {
        best
    } else {
        best + dissimilarity * sum.ln()
    };

    let others = v.iter().zip(&inside).filter(|(_, inside)| !**inside).map(|(v, _)| *v);
    let top = others.clone().fold(value, f64::max);
    let total = (value - top).exp() + others.map(|v| (v - top).exp()).sum::<f64>();
    v.iter()
        .zip(&inside)
        .map(|(&v, &inside)| match inside {
            true => (value - top).exp() / total * weight(v) / sum,
            false => (v - top).exp() / total,
        })
        .collect()
}
