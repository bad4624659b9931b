//! Energies as whole multiples of a unit, counted from the lowest.

use super::CountingError;

/// A unit is at least this part of the smallest step.
const MOST_PARTS: u32 = 1000;
/// Distance from a whole number, relative to it, that is rounding.
const TOLERANCE: f64 = 1e-9;

pub(super) struct Units {
    /// E_j above the lowest, in units.
    pub(super) levels: Vec<u64>,
    pub(super) unit: f64,
    lowest: f64,
}

impl Units {
    /// The largest unit that fits; energies are finite and not all equal.
    pub(super) fn new(energies: &[f64]) -> Result<Units, CountingError> {
        let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
        let gaps: Vec<f64> = energies.iter().map(|energy| energy - lowest).collect();
        let highest = gaps.iter().copied().fold(0.0, f64::max);
        let step = gaps.iter().copied().filter(|gap| *gap > 0.0).fold(highest, f64::min);
        let whole = |parts: f64| -> Option<Vec<u64>> {
            let multiples = gaps.iter().map(|gap| gap / step * parts);
            multiples
                .map(|m| ((m - m.round()).abs() <= TOLERANCE * m.round() && m < 1e15).then_some(m.round() as u64))
                .collect()
        };
        let Some(levels) = (1..=MOST_PARTS).find_map(|parts| whole(f64::from(parts))) else {
            return Err(CountingError::NoUnit { step });
        };
        // From the longest difference, which rounding touches least.
        let unit = highest / levels.iter().copied().max().unwrap_or(1) as f64;
        Ok(Units { levels, unit, lowest })
    }

    /// The highest level.
    pub(super) fn highest(&self) -> u64 {
        self.levels.iter().copied().max().unwrap_or(0)
    }

    /// n times the mean, in units above n times the lowest energy, if n particles can have it.
    pub(super) fn total(&self, n: u64, mean: f64) -> Result<u64, CountingError> {
        let wanted = n as f64 * ((mean - self.lowest) / self.unit);
        let reachable = self.reachable(n);
        let nearest = wanted.round();
        if (wanted - nearest).abs() <= TOLERANCE * nearest.max(1.0) && reachable.get(nearest as usize) == Some(&true) {
            return Ok(nearest as u64);
        }
        // The mean lies strictly between the energies: all particles on the lowest or the highest level enclose it.
        let at = |total: usize| n as f64 * self.lowest + total as f64 * self.unit;
        let below = (0..=wanted.floor() as usize)
            .rev()
            .find(|total| reachable.get(*total) == Some(&true));
        let above = (wanted.ceil() as usize..reachable.len()).find(|total| reachable[*total]);
        Err(CountingError::Total {
            n,
            mean,
            below: at(below.unwrap_or(0)),
            above: at(above.unwrap_or(reachable.len() - 1)),
        })
    }

    /// Which totals n particles can have: those whose fewest particles off the lowest level are at most n.
    fn reachable(&self, n: u64) -> Vec<bool> {
        let mut fewest = vec![0; (n * self.highest() + 1) as usize];
        for total in 1..fewest.len() {
            let last = self.levels.iter().map(|level| *level as usize);
            let before = last
                .filter(|level| 0 < *level && *level <= total)
                .map(|level| fewest[total - level]);
            fewest[total] = before.min().map_or(u64::MAX, |fewest: u64| fewest.saturating_add(1));
        }
        fewest.into_iter().map(|fewest| fewest <= n).collect()
    }
}
