//! Multivariate normal orthant probabilities and their derivatives: exact in up to three dimensions, simulated, approximate.

pub mod ghk;
mod lanes;

mod approximate;
mod bivariate;
mod exact;
mod normal;
mod orthant;
mod quadrature;
mod simulated;
mod trivariate;

pub use approximate::approximate;
pub use bivariate::{bivariate_normal_cdf, ln_bivariate_normal_cdf};
pub use exact::exact;
pub use lanes::{normal_cdf_each, normal_quantile_each};
pub use normal::{NormalTails, ln_normal_cdf, ln_normal_density, normal_hazard, normal_tails};
pub use orthant::{Orthant, OrthantError};
pub use simulated::{SimulatedError, Simulation, simulated};
pub use trivariate::{ln_trivariate_normal_cdf, trivariate_normal_cdf};
