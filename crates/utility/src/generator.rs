//! Models from a generating function: give G and its derivatives, get a choice model.

use std::fmt::Debug;
use std::sync::Arc;

use crate::specification::Specification;

/// The generating function of a model of generalised extreme values: G(y), homogeneous of degree 1 in y = exp V, with
///
/// ```text
/// P_i = y_i G_i(y) / G(y),   G_i = ∂G/∂y_i,   logsum = ln G
/// ```
///
/// Utility maximisation needs G ≥ 0 that grows without bound in every y_i, and mixed derivatives whose signs alternate:
/// G_i ≥ 0, G_ij ≤ 0 for i ≠ j, and so on.
///
/// # Source
/// McFadden (1978), *Modelling the choice of residential location*.
pub trait GeneratingFunction: Debug + Send + Sync {
    /// Names of the parameters in G, in the order in which [`GeneratingFunction::evaluate`] takes them; the specification
    /// declares them.
    fn parameters(&self) -> Vec<String>;

    /// G with its derivatives for a choice set: `alternatives` are the places of its members among all alternatives, `y` their
    /// exp V (scaled so that the largest is 1), `own` the parameters of G. `out` has the right lengths and is to be filled.
    ///
    /// # Errors
    /// Why G is not defined there: the step of the estimation shrinks.
    fn evaluate(&self, alternatives: &[u32], y: &[f64], own: &[f64], out: &mut Generated) -> Result<(), String>;
}

/// G and its derivatives for a choice set of J alternatives and Q parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Generated {
    /// G.
    pub value: f64,
    /// G_i, length J.
    pub first: Vec<f64>,
    /// G_ij, J × J, row by row.
    pub second: Vec<f64>,
    /// ∂G/∂κ_q, length Q.
    pub of_parameters: Vec<f64>,
    /// ∂G_i/∂κ_q, Q × J, row by row.
    pub first_of_parameters: Vec<f64>,
}

/// A generating function that specifications share.
#[derive(Clone, Debug)]
pub struct Generator(pub Arc<dyn GeneratingFunction>);

impl PartialEq for Generator {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Specification {
    /// Takes probabilities from a generating function, in place of logit's. The score is analytic, the Hessian is made of
    /// central differences of it.
    pub fn generated_by(mut self, function: impl GeneratingFunction + 'static) -> Self {
        self.generator = Some(Generator(Arc::new(function)));
        self
    }
}
