//! Random numbers for choice models, reproducible by seed and decision maker.
//!
//! A [`Seed`] splits into seeds for separate purposes and into [`Stream`]s, one per decision maker or block of work.
//! What a stream yields depends on the seed and its number alone: never on threads, chunks, or what was drawn
//! elsewhere.
//!
//! A [`PointSet`] is the draws of a simulated likelihood: plain or randomised quasi-random points, Latin hypercubes or
//! pseudo-random numbers, for each decision maker and dimension, as standard normal, uniform or triangular draws
//! ([`Variate`]). They are computed whenever they are asked for, whole or in parts. [`quadrature`] gives Gauss rules for
//! the same densities, and [`normal_quantile`] is the quantile function behind normal draws.

mod bulk;
mod cdf;
mod exponential;
mod fill;
mod lanes;
mod logarithm;
mod philox;
mod points;
mod quadrature;
mod quantile;
mod seed;
mod stable;
mod stream;

pub use cdf::normal_cdf;
pub use exponential::{FARTHEST, exp, multiply_add};
pub use lanes::{NARROW, Run, WIDE};
pub use logarithm::{ln, ln_each};
pub use points::{Maker, Method, PointSet, PointSetError, Variate};
pub use quadrature::{QuadratureError, Rule, quadrature};
pub use quantile::{normal_quantile, normal_quantile_each};
pub use seed::Seed;
pub use stable::{ln_positive_stable, positive_stable};
pub use stream::Stream;

#[cfg(test)]
mod tests;
