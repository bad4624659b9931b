//! Random utility simulation.

pub mod boltzmann;
