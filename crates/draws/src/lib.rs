//! Random numbers for choice models, reproducible by seed and decision maker.
//!
//! A [`Seed`] splits into seeds for separate purposes and into [`Stream`]s, one per decision maker or block of work.
//! What a stream yields depends on the seed and its number alone: never on threads, chunks, or what was drawn
//! elsewhere.

mod bulk;
mod fill;
mod logarithm;
mod philox;
mod seed;
mod stable;
mod stream;

pub use logarithm::{ln, ln_each};
pub use seed::Seed;
pub use stable::{ln_positive_stable, positive_stable};
pub use stream::Stream;

#[cfg(test)]
mod tests;
