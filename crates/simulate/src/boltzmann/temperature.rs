//! From a wanted mean energy to the temperature.

use super::{Boltzmann, BoltzmannError, Levels, softmax};

/// The search ends where the wanted mean, counted from the end of the energies on its side, is met to this share, or β
/// moves by less than this share of itself: a few units in the last place.
const TOLERANCE: f64 = 8.0 * f64::EPSILON;

impl Levels {
    /// The distribution whose mean energy is the wanted one.
    ///
    /// ```text
    /// −d ln Z/dβ = ⟨E⟩ = mean
    /// ```
    ///
    /// ⟨E⟩ falls strictly in β, so there is one solution: β > 0 below the plain average over states, β = 0 (infinite
    /// temperature) at it, β < 0 (negative temperature) above it. Newton's method, kept in a bracket by bisection.
    ///
    /// # Errors
    /// [`BoltzmannError::Unreachable`] at or beyond the extreme energies, [`BoltzmannError::AllEqual`] and
    /// [`BoltzmannError::Undetermined`] if there is but one energy, [`BoltzmannError::Mean`] if not finite.
    pub fn with_mean_energy(&self, mean: f64) -> Result<Boltzmann, BoltzmannError> {
        let (lowest, highest) = (self.lowest, self.highest);
        if !mean.is_finite() {
            return Err(BoltzmannError::Mean { value: mean });
        }
        if lowest == highest {
            let energy = lowest;
            return Err(if mean == energy {
                BoltzmannError::Undetermined { energy }
            } else {
                BoltzmannError::AllEqual { mean, energy }
            });
        }
        if mean <= lowest || mean >= highest {
            return Err(BoltzmannError::Unreachable { mean, lowest, highest });
        }
        let average = self.distribution(f64::INFINITY, None).mean_energy;
        // Decimal energies and their mean are rounded to this already.
        if (mean - average).abs() <= 8.0 * f64::EPSILON * lowest.abs().max(highest.abs()) {
            return Ok(self.distribution(f64::INFINITY, Some(0)));
        }
        // Energies count from the end on the side of the wanted mean, in units of their spread.
        let (end, spread) = if mean < average {
            (lowest, highest - lowest)
        } else {
            (highest, lowest - highest)
        };
        let gaps: Vec<f64> = self.energies.iter().map(|energy| (energy - end) / spread).collect();
        let (beta, iterations) = inverse_temperature(&gaps, &self.ln_degeneracies(), (mean - end) / spread);
        Ok(self.distribution(spread / beta, Some(iterations)))
    }
}

/// β > 0 at which gaps in [0, 1] have the wanted mean, less than their plain one; and the evaluations it took.
///
/// Solved for the logarithm of the mean, nearly straight in β where the mean is small, whereas Newton's method on the
/// mean itself would need as many steps as the logarithm has units.
fn inverse_temperature(gaps: &[f64], ln_degeneracies: &[f64], wanted: f64) -> (f64, usize) {
    let moments = |beta: f64| {
        let exponents: Vec<f64> = gaps
            .iter()
            .zip(ln_degeneracies)
            .map(|(gap, g)| g - beta * gap)
            .collect();
        let (_, p) = softmax(&exponents);
        let mean: f64 = p.iter().zip(gaps).map(|(p, gap)| p * gap).sum();
        let variance: f64 = p.iter().zip(gaps).map(|(p, gap)| p * (gap - mean).powi(2)).sum();
        (mean, variance)
    };
    let (mean, variance) = moments(0.0);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut beta = (mean - wanted) / variance;
    let mut previous = f64::INFINITY;
    for iterations in 2.. {
        let (mean, variance) = moments(beta);
        let excess = mean.ln() - wanted.ln();
        let newton = beta + excess * mean / variance;
        if excess.abs() <= TOLERANCE || (newton - beta).abs() <= TOLERANCE * beta {
            return (beta, iterations);
        }
        *(if excess > 0.0 { &mut low } else { &mut high }) = beta;
        let step = (newton - beta).abs();
        let next = if high.is_infinite() {
            // No bracket yet: at least double, for Newton's steps may be short.
            if newton.is_finite() {
                newton.max(2.0 * beta)
            } else {
                2.0 * beta
            }
        } else if low < newton && newton < high && step <= 0.5 * previous {
            previous = step;
            newton
        } else {
            // Steps that do not halve are replaced by halves of the bracket: one or the other must end.
            previous = high - low;
            low + 0.5 * (high - low)
        };
        if (next - beta).abs() <= TOLERANCE * beta {
            return (next, iterations);
        }
        beta = next;
    }
    unreachable!("steps or brackets halve until they are below the spacing of doubles")
}
