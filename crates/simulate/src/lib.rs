//! Random utility simulation.

pub mod boltzmann;
pub mod maximum_entropy;
