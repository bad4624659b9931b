//! Whether what is predicted with some probability happens as often.

use serde::{Deserialize, Serialize};

use super::Scored;

/// Groups that the probabilities are put in.
const GROUPS: usize = 10;

/// Each octave of probabilities is kept in so many slots: within one they differ by a tenth of a percent at most.
const PER_OCTAVE: u32 = 10;

/// Octaves that are told apart; what is less likely is as good as impossible.
const OCTAVES: u64 = 40;

/// Alternatives of cases whose predicted probabilities are near each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// The lowest probability in it.
    pub low: f64,
    /// The highest.
    pub high: f64,
    /// Alternatives of cases in it.
    pub n: usize,
    /// What these count: Σ w_n Σ_k y_nk over them.
    pub weight: f64,
    /// Mean predicted probability.
    pub predicted: f64,
    /// How often they were chosen: Σ w_n y_nj over them, by `weight`.
    pub observed: f64,
}

/// Sums over the alternatives of all cases by their probability, finer than the groups that are reported.
///
/// Groups are tenths (deciles) of all alternatives of all cases, by rising probability and by weight, with cuts between
/// slots: probabilities within 0.1 % of each other are in one group, and a group may be left out where that makes it
/// empty. What is said of a group is exact. So any number of cases takes the same memory, and their order is of no matter
/// to what is in a group.
///
/// # Source
/// Hosmer and Lemeshow (1980), *Goodness of fit tests for the multiple logistic regression model*, whose groups these are;
/// Dawid (1982), *The well-calibrated Bayesian*.
#[derive(Clone, Debug)]
pub(super) struct Calibration {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    low: f64,
    high: f64,
    n: usize,
    weight: f64,
    predicted: f64,
    observed: f64,
}

impl Slot {
    const EMPTY: Slot = Slot {
        low: f64::INFINITY,
        high: 0.0,
        n: 0,
        weight: 0.0,
        predicted: 0.0,
        observed: 0.0,
    };

    fn add(&mut self, of: &Slot) {
        self.low = self.low.min(of.low);
        self.high = self.high.max(of.high);
        self.n += of.n;
        self.weight += of.weight;
        self.predicted += of.predicted;
        self.observed += of.observed;
    }
}

impl Default for Calibration {
    fn default() -> Self {
        Calibration {
            slots: vec![Slot::EMPTY; slot(1.0) + 1],
        }
    }
}

/// Rises with the probability: its exponent and the first digits behind it, 0 below what is told apart.
fn slot(probability: f64) -> usize {
    let place = |of: f64| of.to_bits() >> (f64::MANTISSA_DIGITS - 1 - PER_OCTAVE);
    let first = place(1.0) - (OCTAVES << PER_OCTAVE);
    // Rounding may leave a probability above 1.
    place(probability.min(1.0)).saturating_sub(first) as usize
}

impl Calibration {
    pub fn add(&mut self, case: &Scored<'_>) {
        for (&chosen, &probability) in case.chosen.iter().zip(case.probabilities) {
            self.slots[slot(probability)].add(&Slot {
                low: probability,
                high: probability,
                n: 1,
                weight: case.size,
                predicted: case.size * probability,
                observed: chosen,
            });
        }
    }

    pub fn finish(self) -> Vec<CalibrationBin> {
        let total: f64 = self.slots.iter().map(|slot| slot.weight).sum();
        let mut groups = [Slot::EMPTY; GROUPS];
        let mut before = 0.0;
        for slot in self.slots.iter().filter(|slot| slot.weight > 0.0) {
            // Where the middle of the slot falls.
            let group = GROUPS as f64 * (before + 0.5 * slot.weight) / total;
            groups[(group as usize).min(GROUPS - 1)].add(slot);
            before += slot.weight;
        }
        let bin = |slot: &Slot| CalibrationBin {
            low: slot.low,
            high: slot.high,
            n: slot.n,
            weight: slot.weight,
            predicted: slot.predicted / slot.weight,
            observed: slot.observed / slot.weight,
        };
        groups.iter().filter(|group| group.weight > 0.0).map(bin).collect()
    }
}
