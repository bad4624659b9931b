//! Random utility simulation.

pub mod boltzmann;
pub mod counting;
pub mod maximum_entropy;
