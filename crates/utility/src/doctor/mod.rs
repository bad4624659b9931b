//! What shows only near a fit: cases that the estimates rest on, parameters that the data barely tell apart, columns in
//! unfortunate units.

mod columns;
mod influence;
#[cfg(test)]
mod tests;
mod weak;

use logsum_estimate::{EvalError, LogLikelihood, Order};
use serde::Serialize;

pub use columns::{FewChoices, RareVariation, Scaling};
pub use influence::{Improbable, Influence};
pub use weak::{Correlated, WeakDirection};

use crate::fit::Fit;
use crate::model::Model;

/// A fit looked at closely.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// The decision makers without whom the estimates would change most, the first most of all; none where the fit has no
    /// covariance of the Hessian.
    pub influential: Vec<Influence>,
    /// K/N, the mean displacement of ln L by one of N decision makers of a model with K free parameters that is right.
    pub mean_displacement: f64,
    /// The decision makers whose choices the fit thinks least probable.
    pub improbable: Vec<Improbable>,
    /// √ of the largest over the smallest eigenvalue of minus the Hessian, scaled to unit diagonal; `None` where it is not
    /// positive definite.
    pub condition: Option<f64>,
    /// Combinations of parameters on which the data say little.
    pub weak: Vec<WeakDirection>,
    /// Pairs of estimates that are nearly a function of each other.
    pub correlated: Vec<Correlated>,
    /// Parameters of columns whose units make numbers hard to read and to compute with.
    pub scaling: Vec<Scaling>,
    /// Parameters about which few cases tell anything.
    pub rare: Vec<RareVariation>,
    /// Alternatives that are chosen seldom.
    pub few_choices: Vec<FewChoices>,
}

impl Model<'_> {
    /// Looks closely at a fit of this model: one evaluation of likelihood, scores and Hessian at its estimates.
    ///
    /// # Errors
    /// As an evaluation.
    pub fn diagnose(&self, fit: &Fit) -> Result<Diagnosis, EvalError> {
        let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
        let hessian = self.evaluate(&theta, Order::Hessian)?.hessian;
        let estimated: Vec<usize> = (0..theta.len())
            .filter(|&k| !fit.parameters[k].fixed && fit.parameters[k].at_bound.is_none())
            .collect();
        let names: Vec<&str> = estimated.iter().map(|&k| fit.parameters[k].term.as_str()).collect();
        let (condition, weak) = weak::directions(&hessian, &estimated, &names);
        let (influential, improbable) = influence::of(self, fit, &theta)?;
        Ok(Diagnosis {
            influential,
            mean_displacement: estimated.len() as f64 / self.decision_makers_of_units().n.max(1) as f64,
            improbable,
            condition,
            weak,
            correlated: weak::correlated(fit),
            scaling: columns::scaling(self, &theta)?,
            rare: columns::rare(self, &theta)?,
            few_choices: columns::few_choices(self),
        })
    }
}
