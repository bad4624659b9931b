//! What keeps averages from a distribution of maximum entropy.

use crate::boltzmann::BoltzmannError;

/// Why there is no distribution of maximum entropy. Constraints and outcomes count from 1.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MaximumEntropyError {
    /// No constraint, so the number of outcomes is unknown.
    #[error("no constraints; give the values of at least one quantity and its average")]
    NoConstraints,
    /// Another number of targets than of constraints.
    #[error("{found} targets for {expected} constraints; give one for each")]
    TargetLength {
        /// Number of constraints.
        expected: usize,
        /// Number of targets.
        found: usize,
    },
    /// Fewer than two outcomes.
    #[error("constraint 1 has {found} values; there is one for each of two outcomes or more")]
    TooFew {
        /// Number of outcomes.
        found: usize,
    },
    /// Rows of different lengths.
    #[error("constraint {constraint} has {found} values, constraint 1 has {expected}; there is one for each outcome")]
    Length {
        /// Which one.
        constraint: usize,
        /// Number of values of the first.
        expected: usize,
        /// Number of its values.
        found: usize,
    },
    /// A value that is NaN, infinite, or too large for differences.
    #[error("constraint {constraint}, outcome {outcome}: {value} is not a number that can be computed with")]
    Value {
        /// Which constraint.
        constraint: usize,
        /// Which outcome.
        outcome: usize,
        /// The value.
        value: f64,
    },
    /// A target that no distribution with positive probabilities has.
    #[error("constraint {constraint}: average {target} cannot be reached: {}", reach(*.lowest, *.highest))]
    Target {
        /// Which constraint.
        constraint: usize,
        /// The target.
        target: f64,
        /// Lowest value of the quantity.
        lowest: f64,
        /// Highest value.
        highest: f64,
    },
    /// Targets that exclude each other.
    #[error(
        "no distribution with every probability positive was found that meets all {constraints} targets, each of which \
         can be met alone; change a target or leave a constraint out"
    )]
    Together {
        /// Number of constraints.
        constraints: usize,
    },
    /// Still rising after many steps.
    #[error("the entropy still rises by {rise:e} after {iterations} steps; move the targets away from the extremes")]
    NotConverged {
        /// Steps taken.
        iterations: usize,
        /// Rise that the next one promises, in nats.
        rise: f64,
    },
    /// The closed form to compare with does not exist.
    #[error(transparent)]
    Boltzmann(#[from] BoltzmannError),
}

fn reach(lowest: f64, highest: f64) -> String {
    if lowest == highest {
        format!("the quantity is {lowest} for every outcome")
    } else {
        format!("it lies strictly between {lowest} and {highest}")
    }
}
