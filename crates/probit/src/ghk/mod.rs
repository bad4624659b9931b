//! The GHK simulator: probabilities of normal orthants by a recursion of truncated draws.
//!
//! ```text
//! P(z ≤ b),  z ~ N(0, L L′):     P̂ = Σ_r ω_r Π_k Φ(t_kr)
//!
//! t_k = (b_k − Σ_{j<k} L_kj η_j)/L_kk,   η_k = Φ⁻¹(u_k Φ(t_k))
//! ```
//!
//! with uniform draws u and weights ω (1/R, or those of a Gauss rule). Lanes are draws. First derivatives of ln P̂ come from
//! the recursion run backwards, second ones from ∂t/∂x of every variable; both are exact for these draws.
//!
//! # Source
//! Geweke (1991), Hajivassiliou and McFadden (1998), Keane (1994); Train (2009), *Discrete Choice Methods with Simulation*,
//! section 5.6.

mod deep;
mod factor;
mod kernel;
mod reorder;
mod simulator;
#[cfg(test)]
mod tests;

pub use factor::{Factor, pair, row};
pub use kernel::{CURVATURE, GRADIENT, Lanes, Recursion, VALUE};
pub use reorder::order;
pub use simulator::{Blocks, Derivatives, Held, Simulator};
