//! The Boltzmann distribution: softmax with energy = −utility, and the temperature as the scale of the noise.
//!
//! ```text
//! p_j = g_j exp(−E_j / T) / Z      Z = Σ_j g_j exp(−E_j / T)      ln Z = logsum(−E / T)      F = −T ln Z
//! ```
//!
//! Energies and temperature share a unit (Boltzmann's constant is 1), entropies are in nats.

mod curve;
mod error;
mod temperature;
#[cfg(test)]
mod tests;

use serde::{Serialize, Serializer};

pub use curve::{CurvePoint, energy_curve};
pub use error::BoltzmannError;

/// Energy levels, checked once, and how many states share each.
///
/// ```
/// use logsum_simulate::boltzmann::Levels;
///
/// let levels = Levels::new(&[0.0, 1.0, 2.5])?.with_degeneracies(&[1.0, 3.0, 5.0])?;
/// let warm = levels.at_temperature(0.8)?;
/// let again = levels.with_mean_energy(warm.mean_energy)?;
/// assert!((again.temperature - 0.8).abs() < 1e-12);
/// # Ok::<(), logsum_simulate::boltzmann::BoltzmannError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    energies: Vec<f64>,
    /// Present if not all 1.
    degeneracies: Option<Vec<f64>>,
    lowest: f64,
    highest: f64,
}

/// Softmax of −E/T and what statistical mechanics reads off it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Boltzmann {
    /// E_j, length J.
    pub energies: Vec<f64>,
    /// g_j, length J: states that share the energy; absent if one each.
    pub degeneracies: Option<Vec<f64>>,
    /// T: negative where the populations are inverted, infinite (null in JSON) where energies do not matter.
    #[serde(serialize_with = "finite_or_null")]
    pub temperature: f64,
    /// β = 1/T.
    #[serde(serialize_with = "finite_or_null")]
    pub beta: f64,
    /// p_j, length J.
    pub probabilities: Vec<f64>,
    /// ln Z, the logsum of −E/T.
    #[serde(serialize_with = "finite_or_null")]
    pub ln_partition: f64,
    /// Z where a double can hold it.
    pub partition: Option<f64>,
    /// F = −T ln Z; without limit (null in JSON) at infinite temperature.
    #[serde(serialize_with = "finite_or_null")]
    pub free_energy: f64,
    /// ⟨E⟩ = Σ p_j E_j = −d ln Z/dβ.
    pub mean_energy: f64,
    /// S = −Σ p_j ln(p_j / g_j) = −dF/dT, in nats.
    pub entropy: f64,
    /// C = Var(E)/T² = d⟨E⟩/dT.
    pub heat_capacity: f64,
    /// Steps of the search for the temperature; absent if the temperature was given.
    pub iterations: Option<usize>,
}

impl Levels {
    /// Levels with one state each.
    ///
    /// # Errors
    /// Fewer than two energies, one that is not finite, or a spread that overflows.
    pub fn new(energies: &[f64]) -> Result<Levels, BoltzmannError> {
        if energies.len() < 2 {
            return Err(BoltzmannError::TooFew { found: energies.len() });
        }
        if let Some(position) = energies.iter().position(|energy| !energy.is_finite()) {
            return Err(BoltzmannError::Energy {
                position: position + 1,
                value: energies[position],
            });
        }
        let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = energies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !(highest - lowest).is_finite() {
            return Err(BoltzmannError::Spread { lowest, highest });
        }
        Ok(Levels {
            energies: energies.to_vec(),
            degeneracies: None,
            lowest,
            highest,
        })
    }

    /// The same levels, g_j states sharing the energy of each: positive numbers, not necessarily whole.
    ///
    /// # Errors
    /// Another number of degeneracies than energies, or one that is not positive and finite.
    pub fn with_degeneracies(self, degeneracies: &[f64]) -> Result<Levels, BoltzmannError> {
        if degeneracies.len() != self.energies.len() {
            return Err(BoltzmannError::DegeneracyLength {
                expected: self.energies.len(),
                found: degeneracies.len(),
            });
        }
        if let Some(position) = degeneracies.iter().position(|g| !(*g > 0.0 && g.is_finite())) {
            return Err(BoltzmannError::Degeneracy {
                position: position + 1,
                value: degeneracies[position],
            });
        }
        Ok(Levels {
            degeneracies: Some(degeneracies.to_vec()),
            ..self
        })
    }

    /// The distribution at a positive temperature; infinity is one.
    ///
    /// # Errors
    /// [`BoltzmannError::Temperature`] if not positive.
    pub fn at_temperature(&self, temperature: f64) -> Result<Boltzmann, BoltzmannError> {
        if temperature.is_nan() || temperature <= 0.0 {
            return Err(BoltzmannError::Temperature { value: temperature });
        }
        Ok(self.distribution(temperature, None))
    }

    /// ln g_j.
    fn ln_degeneracies(&self) -> Vec<f64> {
        match &self.degeneracies {
            Some(degeneracies) => degeneracies.iter().map(|g| g.ln()).collect(),
            None => vec![0.0; self.energies.len()],
        }
    }

    /// The distribution at any temperature but 0.
    ///
    /// Energies count from the end that is the more probable, the lowest if T > 0, so that no exponential overflows and
    /// nothing cancels: F = E_ref − T ln Σ g exp(−(E − E_ref)/T).
    fn distribution(&self, temperature: f64, iterations: Option<usize>) -> Boltzmann {
        let reference = if temperature > 0.0 { self.lowest } else { self.highest };
        let reduced: Vec<f64> = self.energies.iter().map(|e| (e - reference) / temperature).collect();
        let exponents: Vec<f64> = self
            .ln_degeneracies()
            .iter()
            .zip(&reduced)
            .map(|(g, x)| g - x)
            .collect();
        let (logsum, probabilities) = softmax(&exponents);
        // A state beyond reach may have an infinite E/T: its probability is 0, and so is its share in every mean.
        let mean = |value: &dyn Fn(usize) -> f64| -> f64 {
            let reached = (0..probabilities.len()).filter(|&j| probabilities[j] > 0.0);
            reached.map(|j| probabilities[j] * value(j)).sum()
        };
        let mean_reduced = mean(&|j| reduced[j]);
        let mean_energy = reference + mean(&|j| self.energies[j] - reference);
        let ln_partition = logsum - reference / temperature;
        let partition = ln_partition.exp();
        Boltzmann {
            energies: self.energies.clone(),
            degeneracies: self.degeneracies.clone(),
            temperature,
            beta: 1.0 / temperature,
            ln_partition,
            partition: partition.is_normal().then_some(partition),
            free_energy: if temperature.is_infinite() && logsum == 0.0 {
                mean_energy
            } else {
                reference - temperature * logsum
            },
            mean_energy,
            entropy: mean_reduced + logsum,
            heat_capacity: mean(&|j| (reduced[j] - mean_reduced).powi(2)),
            iterations,
            probabilities,
        }
    }
}

impl Boltzmann {
    /// Softmax of −E/T at a positive temperature.
    ///
    /// # Errors
    /// Energies that [`Levels::new`] refuses, or a temperature that is not positive.
    pub fn at_temperature(energies: &[f64], temperature: f64) -> Result<Boltzmann, BoltzmannError> {
        Levels::new(energies)?.at_temperature(temperature)
    }

    /// The distribution whose mean energy is the wanted one: see [`Levels::with_mean_energy`].
    ///
    /// # Errors
    /// Energies that [`Levels::new`] refuses, or a mean that no temperature gives.
    pub fn with_mean_energy(energies: &[f64], mean: f64) -> Result<Boltzmann, BoltzmannError> {
        Levels::new(energies)?.with_mean_energy(mean)
    }

    /// What needs saying about the temperature: nothing where it is positive and finite.
    pub fn remark(&self) -> Option<&'static str> {
        if self.beta < 0.0 {
            Some(
                "the temperature is negative: the mean energy is above the plain average over states, so higher \
                 energies are the more probable (populations inverted)",
            )
        } else if self.beta == 0.0 {
            Some("the temperature is infinite: the mean energy is the plain average, all states are equally probable")
        } else {
            None
        }
    }
}

/// Logsum and softmax, relative to the largest exponent; exact in its tail where one exponent dominates.
pub(crate) fn softmax(exponents: &[f64]) -> (f64, Vec<f64>) {
    let top = (0..exponents.len()).fold(0, |top, j| if exponents[j] > exponents[top] { j } else { top });
    let mut weights: Vec<f64> = exponents.iter().map(|x| (x - exponents[top]).exp()).collect();
    let others: f64 = (0..weights.len()).filter(|&j| j != top).map(|j| weights[j]).sum();
    for weight in &mut weights {
        *weight /= 1.0 + others;
    }
    (exponents[top] + others.ln_1p(), weights)
}

/// JSON has no infinity.
pub(crate) fn finite_or_null<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        serializer.serialize_f64(*value)
    } else {
        serializer.serialize_none()
    }
}
