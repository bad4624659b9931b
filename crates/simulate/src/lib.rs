//! Random utility simulation.

mod convergence;
pub mod exact;
mod gumbel_max;
mod noise;
mod red_bus;
mod sampling;
pub mod statistics;

pub use convergence::{Convergence, ConvergenceError, ConvergenceOptions, ConvergencePoint};
pub use gumbel_max::{
    AlternativeShare, Differences, EULER, GumbelMax, LEVEL, LevelError, Maximum, OrderingShare, OrderingShares,
    gumbel_differences,
};
pub use noise::Noise;
pub use red_bus::{BusShare, Ratio, RedBus, RedBusOptions, RedBusScenario};
pub use sampling::{Experiment, ExperimentError, Tally};
