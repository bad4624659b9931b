//! Random utility simulation: synthetic choices with known parameters, and whether estimation finds them again.

mod choices;
mod design;
mod recovery;

pub use choices::{SimulationError, choices};
pub use design::{Design, DesignError};
pub use recovery::{RecoveredParameter, Recovery, RecoveryError, RecoveryStudy};
