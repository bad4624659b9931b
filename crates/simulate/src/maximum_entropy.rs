//! Maximum entropy under given averages, found numerically: by an optimiser that has never heard of softmax.
//!
//! ```text
//! max −Σ_j p_j ln p_j    subject to    Σ_j p_j = 1,    Σ_j p_j f_ij = target_i    (i = 1..m)
//! ```
//!
//! Only the slope −ln p − 1 and the curvature 1/p of −p ln p appear here, so that whatever exponential comes out is the
//! solution's, not the method's. With energies for f the solution is the Boltzmann distribution, and the multiplier of
//! the energy is 1/T: the entropy gained per unit of energy allowed.
//!
//! # Source
//! Jaynes (1957), *Information theory and statistical mechanics*.

mod error;
mod newton;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use error::MaximumEntropyError;

use crate::boltzmann::Boltzmann;
use newton::{ENTROPY, Problem};

/// The distribution of maximum entropy under given averages.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MaximumEntropy {
    /// p_j, length J.
    pub probabilities: Vec<f64>,
    /// −Σ p_j ln p_j, in nats.
    pub entropy: f64,
    /// ∂S/∂target_i, length m; 0 for a quantity that the others determine.
    pub multipliers: Vec<f64>,
    /// Newton steps.
    pub iterations: usize,
    /// Largest distance of an average from its target, in units of the spread of its quantity.
    pub residual: f64,
}

/// Maximum entropy at a mean energy, beside the closed form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgainstBoltzmann {
    /// What the optimiser found.
    pub maximum: MaximumEntropy,
    /// ∂S/∂⟨E⟩ read off the optimiser: 1/T.
    pub beta: f64,
    /// Softmax of −E/T at the temperature of that mean energy.
    pub boltzmann: Boltzmann,
    /// Largest |p_j − q_j| between the two.
    pub largest_difference: f64,
}

/// Maximises entropy under the averages of m quantities over J outcomes.
///
/// `constraints`: m rows of length J, f_ij; `targets`: length m. Newton's method on p itself, damped so that every p_j
/// stays positive; it ends when the entropy left to gain is below 10⁻²⁴ and no probability changes by more than
/// 10⁻⁹ of itself.
///
/// ```
/// use logsum_simulate::maximum_entropy::maximise_entropy;
///
/// // A die that shows 4.5 on average (Jaynes).
/// let faces = (1..=6).map(f64::from).collect();
/// let die = maximise_entropy(&[faces], &[4.5])?;
/// assert!((die.probabilities[5] - 0.34749).abs() < 1e-5);
/// # Ok::<(), logsum_simulate::maximum_entropy::MaximumEntropyError>(())
/// ```
///
/// # Errors
/// Rows and targets that do not fit together or are not finite, a target that its quantity cannot have as an average
/// with every probability positive, or targets that exclude each other.
pub fn maximise_entropy(constraints: &[Vec<f64>], targets: &[f64]) -> Result<MaximumEntropy, MaximumEntropyError> {
    let problem = Problem::new(constraints, targets)?;
    let solution = problem.maximise(&ENTROPY)?;
    let residual = problem
        .averages(&solution.p)
        .into_iter()
        .fold(0.0, |most: f64, a| most.max(a.abs()));
    Ok(MaximumEntropy {
        entropy: solution.p.iter().map(|p| (ENTROPY.value)(*p)).sum(),
        multipliers: problem.multipliers(&solution.lambda),
        probabilities: solution.p,
        iterations: solution.iterations,
        residual,
    })
}

/// Maximises entropy at a mean energy and compares with the Boltzmann distribution of that mean energy.
///
/// # Errors
/// What [`Boltzmann::with_mean_energy`] and [`maximise_entropy`] refuse.
pub fn against_boltzmann(energies: &[f64], mean: f64) -> Result<AgainstBoltzmann, MaximumEntropyError> {
    let boltzmann = Boltzmann::with_mean_energy(energies, mean)?;
    let maximum = maximise_entropy(&[energies.to_vec()], &[mean])?;
    let pairs = maximum.probabilities.iter().zip(&boltzmann.probabilities);
    Ok(AgainstBoltzmann {
        largest_difference: pairs.map(|(p, q)| (p - q).abs()).fold(0.0, f64::max),
        beta: maximum.multipliers[0],
        maximum,
        boltzmann,
    })
}
