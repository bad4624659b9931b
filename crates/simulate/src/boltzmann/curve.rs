//! Mean energy, entropy and heat capacity along the temperature.

use serde::Serialize;

use super::{BoltzmannError, Levels};

/// One temperature of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurvePoint {
    /// T.
    pub temperature: f64,
    /// ⟨E⟩.
    pub mean_energy: f64,
    /// S, in nats.
    pub entropy: f64,
    /// C = d⟨E⟩/dT.
    pub heat_capacity: f64,
    /// F = ⟨E⟩ − T S.
    pub free_energy: f64,
}

impl Levels {
    /// The curve at `n` temperatures, evenly spaced in ln T.
    ///
    /// From a tenth of the step out of the lowest level, where that step is all but frozen out (but not below 10⁻⁴ of
    /// the spread), to twenty times the spread, where all states are about equally probable. Mean energy rises with
    /// temperature all the way (its slope is a variance), so either determines the other.
    ///
    /// # Errors
    /// [`BoltzmannError::CurvePoints`] for fewer than two points.
    pub fn curve(&self, n: usize) -> Result<Vec<CurvePoint>, BoltzmannError> {
        if n < 2 {
            return Err(BoltzmannError::CurvePoints { found: n });
        }
        // Equal energies have no scale: their curve is flat, whatever the temperatures.
        let spread = match self.highest - self.lowest {
            0.0 => 1.0,
            spread => spread,
        };
        let gaps = self.energies.iter().map(|energy| energy - self.lowest);
        let step = gaps.filter(|gap| *gap > 0.0).fold(spread, f64::min);
        let (from, to) = ((0.1 * step).max(1e-4 * spread), 20.0 * spread);
        let point = |i: usize| {
            let share = i as f64 / (n - 1) as f64;
            let state = self.distribution(from * (to / from).powf(share), None);
            CurvePoint {
                temperature: state.temperature,
                mean_energy: state.mean_energy,
                entropy: state.entropy,
                heat_capacity: state.heat_capacity,
                free_energy: state.free_energy,
            }
        };
        Ok((0..n).map(point).collect())
    }
}

/// The curve of levels with one state each: see [`Levels::curve`].
///
/// # Errors
/// Energies that [`Levels::new`] refuses, and what [`Levels::curve`] refuses.
pub fn energy_curve(energies: &[f64], n: usize) -> Result<Vec<CurvePoint>, BoltzmannError> {
    Levels::new(energies)?.curve(n)
}
