//! Random utility simulation.

pub mod exact;
mod noise;
pub mod statistics;

pub use noise::Noise;
