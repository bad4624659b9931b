//! What the optimiser and the covariances ask of a log-likelihood.

use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

/// A parameter to estimate, or to hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Name in tables and messages.
    pub name: String,
    /// Starting value; the value itself if `fixed`.
    pub start: f64,
    /// Held at `start`.
    pub fixed: bool,
    /// Smallest admissible value, −∞ if there is none.
    pub lower: f64,
    /// Largest admissible value, +∞ if there is none.
    pub upper: f64,
}

impl Parameter {
    /// A free, unbounded parameter.
    pub fn new(name: impl Into<String>, start: f64) -> Self {
        Parameter {
            name: name.into(),
            start,
            fixed: false,
            lower: f64::NEG_INFINITY,
            upper: f64::INFINITY,
        }
    }
}

/// Which derivatives an evaluation must bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// ln L alone.
    Value,
    /// ln L and the score.
    Score,
    /// ln L, the score and the Hessian.
    Hessian,
}

/// ln L at one point with the derivatives that were asked for, over all K parameters, fixed ones included.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// ln L: negative, to be maximised.
    pub log_likelihood: f64,
    /// Σ |contribution|, the scale of the rounding error in `log_likelihood`.
    pub magnitude: f64,
    /// ∂ ln L / ∂θ, length K; empty for [`Order::Value`].
    pub score: Array1<f64>,
    /// ∂² ln L / ∂θ∂θ′, K × K, symmetric; empty (0 × 0) below [`Order::Hessian`].
    pub hessian: Array2<f64>,
}

/// Why there is no value at a point.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// The point lies outside the domain (a logarithm of a negative number, say): a shorter step may be inside.
    #[error("the log-likelihood is not defined at this point: {reason}")]
    Outside {
        /// What happened and at which case.
        reason: String,
    },
    /// The user asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// No step can help (a file that vanished, say).
    #[error("{0}")]
    Failed(String),
}

/// A log-likelihood as a function of its parameters: a sum of contributions of independent units.
pub trait LogLikelihood: Sync {
    /// The parameters, in the order of every vector and matrix here.
    fn parameters(&self) -> &[Parameter];

    /// ln L and its derivatives at `theta` (length K) in one pass.
    ///
    /// # Errors
    /// [`EvalError`]; a NaN is never returned as a value.
    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError>;

    /// Number of units, the finest parts of ln L that are independent of each other.
    fn n_units(&self) -> usize;

    /// Calls `visit(unit, score)` for every unit in ascending order; `score` has length K and the sum of all is the score.
    ///
    /// # Errors
    /// As [`LogLikelihood::evaluate`].
    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError>;
}
