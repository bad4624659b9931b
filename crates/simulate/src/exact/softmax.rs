//! The softmax and its log-partition function.

/// `(V_j − max V) / T`: the difference first, so that large utilities keep their digits.
pub(super) fn scaled(utilities: &[f64], temperature: f64) -> Vec<f64> {
    let largest = utilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    utilities.iter().map(|v| (v - largest) / temperature).collect()
}

/// Choice probabilities of the logit model, the Boltzmann distribution of energies −V.
///
/// ```text
/// P_j = exp(V_j/T) / Σ_k exp(V_k/T)
/// ```
///
/// Length J. Probabilities below 1e-308 lose digits and then are 0.
pub fn softmax(utilities: &[f64], temperature: f64) -> Vec<f64> {
    let weights: Vec<f64> = scaled(utilities, temperature).into_iter().map(f64::exp).collect();
    let sum = weights.iter().sum::<f64>();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// Logsum at temperature T: the location of the largest utility's Gumbel law; its mean is T γ more.
///
/// ```text
/// T ln Σ_k exp(V_k/T)
/// ```
///
/// In the units of V. −∞ if there are no alternatives.
pub fn logsum(utilities: &[f64], temperature: f64) -> f64 {
    let largest = utilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    let sum = scaled(utilities, temperature).into_iter().map(f64::exp).sum::<f64>();
    largest + temperature * sum.ln()
}
