//! Random utility simulation.

mod noise;
mod sampling;

pub use noise::Noise;
pub use sampling::{Experiment, ExperimentError, Tally};
