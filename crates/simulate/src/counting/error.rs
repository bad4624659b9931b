//! What keeps arrangements from being counted.

use super::{MAX_LEVELS, MAX_OCCUPATIONS, MAX_TABLE};
use crate::boltzmann::BoltzmannError;

/// Why there is no count.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CountingError {
    /// Nobody to arrange.
    #[error("0 particles; give 1 or more")]
    NoParticles,
    /// More energies than the search goes down.
    #[error("{found} energies, limit {MAX_LEVELS}; use fewer levels")]
    TooManyLevels {
        /// How many.
        found: usize,
    },
    /// Energies that are not whole multiples of anything.
    #[error(
        "the energies have no common unit: none down to a thousandth of their smallest step, {step}, divides all \
         differences to within 1e-9; round them"
    )]
    NoUnit {
        /// The smallest difference from the lowest energy.
        step: f64,
    },
    /// A total energy that so many particles cannot have.
    #[error(
        "{n} particles cannot have a mean energy of {mean} exactly; the nearest they can have are {} and {}",
        mean_of(*.below, *.n), mean_of(*.above, *.n)
    )]
    Total {
        /// Number of particles.
        n: u64,
        /// The wanted energy per particle.
        mean: f64,
        /// The nearest total energy below.
        below: f64,
        /// The nearest total energy above.
        above: f64,
    },
    /// More entries than the table may have.
    #[error("{n} particles need a table of {entries} entries, limit {MAX_TABLE}; use fewer particles or a larger unit")]
    Table {
        /// Number of particles.
        n: u64,
        /// Particles times units of energy.
        entries: u128,
    },
    /// More occupations than can be listed.
    #[error("{found} occupations to list, limit {MAX_OCCUPATIONS}; use fewer particles or levels")]
    TooManyOccupations {
        /// How many.
        found: String,
    },
    /// More near-ties than the search can tell apart.
    #[error(
        "too many occupations of {n} particles are about equally numerous (over {limit} looked at); use fewer levels"
    )]
    Search {
        /// Number of particles.
        n: u64,
        /// Steps of the search.
        limit: u64,
    },
    /// Energies or a mean without a Boltzmann distribution.
    #[error(transparent)]
    Boltzmann(#[from] BoltzmannError),
}

fn mean_of(total: f64, n: u64) -> String {
    format!("{} (total {total})", total / n as f64)
}
