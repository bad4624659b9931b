//! The draws behind a simulated likelihood, and how far they move what comes out.

use serde::{Deserialize, Serialize};

/// The draws of random tastes as they were used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawsReport {
    /// "halton", "scrambled_halton", "sobol", "mlhs", "random" or "quadrature".
    pub method: String,
    /// Draws per decision maker, reflections included; points of a quadrature.
    pub number: usize,
    /// Draws of each case for each of those, where coefficients vary from case to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_within: Option<usize>,
    /// Whether half of them are reflections of the others.
    #[serde(default)]
    pub antithetic: bool,
    /// Seed.
    pub seed: u64,
    /// Standard draws that a decision maker's coefficients are made of.
    pub dimensions: usize,
    /// How far the results would move with other draws of the kind; `None` where it was not measured, or there is
    /// nothing random.
    pub simulation_error: Option<SimulationError>,
    /// Numbers of draws that were tried, where the number is automatic.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<DrawsTried>,
    /// Points from which the estimation was begun, where there were several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<StartsReport>,
}

/// Standard deviations over independent randomisations of the draws.
///
/// ln L is evaluated with each set of draws at the estimates. The estimates that these draws would give are found by one
/// Newton step, θ̂ − H⁻¹g, and their ln L is higher by ½ g′(−H)⁻¹g.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimulationError {
    /// How many randomisations.
    pub replications: usize,
    /// Of ln L at the maximum.
    pub log_likelihood: f64,
    /// Of each estimate, in the order of the parameters; `None` for those that are fixed or at a bound.
    pub estimates: Vec<Option<f64>>,
    /// The largest of them as a part of the standard error (from the Hessian) of its estimate.
    pub largest_ratio: Option<f64>,
}

/// A number of draws that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawsTried {
    /// Draws per decision maker.
    pub number: usize,
    /// ln L at the estimates with so many.
    pub log_likelihood: f64,
    /// Simulation error as a part of the standard error, the largest of all estimates.
    pub largest_ratio: Option<f64>,
}

/// Estimations from several points, with few draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartsReport {
    /// How many.
    pub number: usize,
    /// Draws of each decision maker with which they were compared.
    pub draws: usize,
    /// ln L that each has led to, the best first; those that led nowhere are missing.
    pub log_likelihoods: Vec<f64>,
}
