//! Kernels beyond logit: what turns utilities into choice probabilities where alternatives are alike.

mod draw;
mod lanes;
mod nested;
mod network;
mod visit;

pub(crate) use draw::choose;
pub(crate) use lanes::NestLanes;
pub(crate) use nested::{NestedAt, NestedKernel};
pub(crate) use network::Network;
pub(crate) use visit::{SetNetwork, SharedAt};
