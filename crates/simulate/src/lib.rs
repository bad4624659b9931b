//! Random utility simulation: Gumbel noise gives softmax, other noises do not, and synthetic choices with known parameters
//! show whether estimation finds them again.

mod choices;
mod design;
mod noise;
mod recovery;
mod sampling;

pub use choices::{SimulationError, choices};
pub use design::{Design, DesignError};
pub use noise::Noise;
pub use recovery::{RecoveredParameter, Recovery, RecoveryError, RecoveryStudy};
pub use sampling::{Experiment, ExperimentError, Tally};
