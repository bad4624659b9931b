//! What the simulation crate found: recovery studies, experiments with noise, Boltzmann distributions.

mod recovery;

pub use recovery::{recovery, recovery_picture};
