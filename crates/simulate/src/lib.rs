//! Random utility simulation.
