//! Random utility simulation: Gumbel noise gives softmax, other noises do not; Boltzmann's and Jaynes's arguments give
//! it too; and synthetic choices with known parameters show whether estimation finds them again.

mod auc;
pub mod boltzmann;
mod choices;
mod constants;
mod convergence;
pub mod counting;
mod design;
pub mod exact;
mod gumbel_max;
pub mod maximum_entropy;
mod noise;
mod recovery;
mod red_bus;
mod sampling;
pub mod statistics;

pub use auc::{Auc, AucError, Clustered, auc, clustered_auc};
pub use choices::{SimulationError, choices};
pub use constants::EULER;
pub use convergence::{Convergence, ConvergenceError, ConvergenceOptions, ConvergencePoint};
pub use design::{Design, DesignError};
pub use gumbel_max::{
    AlternativeShare, Differences, GumbelMax, LEVEL, LevelError, Maximum, OrderingShare, OrderingShares,
    gumbel_differences,
};
pub use noise::Noise;
pub use recovery::{RecoveredParameter, Recovery, RecoveryError, RecoveryStudy};
pub use red_bus::{BusShare, Ratio, RedBus, RedBusOptions, RedBusScenario};
pub use sampling::{Experiment, ExperimentError, Tally};
