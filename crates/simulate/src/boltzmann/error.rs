//! What keeps energies, temperature and mean energy from a distribution.

/// Why there is no Boltzmann distribution. Positions count from 1.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BoltzmannError {
    /// Fewer than two energies.
    #[error("{}; give two energies or more", match .found { 0 => "no energies", _ => "a single energy" })]
    TooFew {
        /// Number of energies.
        found: usize,
    },
    /// An energy that is NaN or infinite.
    #[error("energy {position} is {value}; energies are finite numbers")]
    Energy {
        /// Which one.
        position: usize,
        /// Its value.
        value: f64,
    },
    /// Energies too far apart for a double to hold their difference.
    #[error("the energies spread from {lowest:e} to {highest:e}, too far for double precision; choose a larger unit")]
    Spread {
        /// The lowest.
        lowest: f64,
        /// The highest.
        highest: f64,
    },
    /// Another number of degeneracies than of energies.
    #[error("{found} degeneracies for {expected} energies; give one for each")]
    DegeneracyLength {
        /// Number of energies.
        expected: usize,
        /// Number of degeneracies.
        found: usize,
    },
    /// A degeneracy that is not a positive number.
    #[error("degeneracy {position} is {value}; the number of states of a level is positive and finite")]
    Degeneracy {
        /// Which one.
        position: usize,
        /// Its value.
        value: f64,
    },
    /// A temperature that is not positive.
    #[error(
        "temperature {value} is not positive; a negative temperature arises from a wanted mean energy above the plain \
         average, so give the mean energy instead"
    )]
    Temperature {
        /// The temperature.
        value: f64,
    },
    /// A wanted mean energy that is NaN or infinite.
    #[error("the wanted mean energy is {value}; it is a finite number")]
    Mean {
        /// The mean.
        value: f64,
    },
    /// A wanted mean energy at or beyond the extreme energies.
    #[error(
        "mean energy {mean} cannot be reached: it lies strictly between {lowest} and {highest}, the ends being reached \
         only as T → 0 from above (lowest) or from below (highest)"
    )]
    Unreachable {
        /// The wanted mean.
        mean: f64,
        /// The lowest energy.
        lowest: f64,
        /// The highest energy.
        highest: f64,
    },
    /// All energies equal, and another mean wanted.
    #[error(
        "mean energy {mean} cannot be reached: every energy is {energy}, so the mean is {energy} at any temperature"
    )]
    AllEqual {
        /// The wanted mean.
        mean: f64,
        /// The one energy.
        energy: f64,
    },
    /// All energies equal, so that the mean says nothing about the temperature.
    #[error("every energy is {energy}, so the mean is {energy} at any temperature; give the temperature instead")]
    Undetermined {
        /// The one energy.
        energy: f64,
    },
    /// A curve of fewer than two points.
    #[error("a curve of {found} points; use at least 2")]
    CurvePoints {
        /// Number of points.
        found: usize,
    },
}
