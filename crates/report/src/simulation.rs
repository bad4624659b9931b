//! What the simulation crate found: recovery studies, experiments with noise, Boltzmann distributions.

mod boltzmann;
mod choices;
mod convergence;
mod gumbel_max;
mod parts;
mod recovery;
mod red_bus;

pub use boltzmann::{BoltzmannPage, boltzmann, boltzmann_picture};
pub use choices::choices;
pub use convergence::{convergence, convergence_picture};
pub use gumbel_max::gumbel_max;
pub use recovery::{recovery, recovery_picture};
pub use red_bus::red_bus;
