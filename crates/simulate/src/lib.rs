//! Random utility simulation.

mod auc;

pub use auc::{Auc, AucError, Clustered, auc, clustered_auc};
