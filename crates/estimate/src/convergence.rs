//! Why a maximisation stopped, as data.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A side on which a parameter is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// At its smallest admissible value.
    Lower,
    /// At its largest admissible value.
    Upper,
}

/// Why the maximisation stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// The Newton decrement is within the tolerance and −H is positive definite.
    Converged {
        /// The decrement.
        criterion: f64,
        /// What it had to reach.
        tolerance: f64,
    },
    /// Every parameter is fixed: evaluated once.
    NoFreeParameters,
    /// No iteration was allowed: evaluated once, at the starting values.
    NothingEstimated,
    /// As many iterations as allowed.
    MaxIterations {
        /// How many were allowed.
        limit: usize,
        /// The decrement; none where −H is not positive semi-definite.
        criterion: Option<f64>,
        /// What it had to reach.
        tolerance: f64,
    },
    /// The user asked to stop.
    Interrupted {
        /// The decrement at the best point; none where −H is not positive semi-definite.
        criterion: Option<f64>,
        /// What it had to reach.
        tolerance: f64,
    },
    /// The score vanishes, but ln L is flat in some combination of parameters.
    NotIdentified {
        /// Names of the parameters in it.
        parameters: Vec<String>,
        /// Smallest eigenvalue of −H scaled to unit diagonal.
        eigenvalue: f64,
        /// Share of the largest eigenvalue below which one counts as zero.
        tolerance: f64,
    },
    /// The score vanishes, but ln L curves upwards in some direction: a saddle point.
    NotMaximum {
        /// Names of the parameters in that direction.
        parameters: Vec<String>,
        /// Smallest eigenvalue of −H scaled to unit diagonal.
        eigenvalue: f64,
    },
    /// No step, however short, raises ln L measurably.
    TrustRegionTooSmall {
        /// The decrement; none where −H is not positive semi-definite.
        criterion: Option<f64>,
        /// What it had to reach.
        tolerance: f64,
    },
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decrement = |criterion: &Option<f64>, tolerance: &f64| match criterion {
            Some(criterion) => format!("Newton decrement {criterion:.1e}, tolerance {tolerance:.0e}"),
            None => {
                format!("the log-likelihood is not concave here, so no Newton decrement; tolerance {tolerance:.0e}")
            }
        };
        match self {
            Stopped::Converged { criterion, tolerance } => {
                write!(
                    f,
                    "converged: Newton decrement {criterion:.1e} ≤ tolerance {tolerance:.0e}"
                )
            }
            Stopped::NoFreeParameters => write!(f, "nothing to estimate: every parameter is fixed"),
            Stopped::NothingEstimated => write!(f, "nothing was estimated: evaluated at the starting values"),
            Stopped::MaxIterations {
                limit,
                criterion,
                tolerance,
            } => write!(
                f,
                "not converged: stopped after {limit} iterations, as many as allowed ({})",
                decrement(criterion, tolerance)
            ),
            Stopped::Interrupted { criterion, tolerance } => write!(
                f,
                "not converged: interrupted, best point so far ({})",
                decrement(criterion, tolerance)
            ),
            Stopped::NotIdentified {
                parameters,
                eigenvalue,
                tolerance,
            } => write!(
                f,
                "not converged: {} {} not identified, the log-likelihood is flat in {} (smallest eigenvalue of the \
                 scaled Hessian {eigenvalue:.1e}, tolerance {tolerance:.0e}); fix one",
                names(parameters),
                if parameters.len() == 1 { "is" } else { "are" },
                if parameters.len() == 1 {
                    "it"
                } else {
                    "a combination of them"
                },
            ),
            Stopped::NotMaximum { parameters, eigenvalue } => write!(
                f,
                "not converged: at a saddle point, the log-likelihood curves upwards in {} (smallest eigenvalue of the \
                 scaled Hessian {eigenvalue:.1e}); start elsewhere",
                names(parameters),
            ),
            Stopped::TrustRegionTooSmall { criterion, tolerance } => write!(
                f,
                "not converged: no step raises the log-likelihood any more ({})",
                decrement(criterion, tolerance)
            ),
        }
    }
}

fn names(parameters: &[String]) -> String {
    let quoted: Vec<String> = parameters.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// The record of a maximisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Why it stopped.
    pub stopped: Stopped,
    /// Whether the point is a maximum by the tolerance; true with no free parameter, false with nothing estimated.
    pub converged: bool,
    /// Newton decrement g′(−H)⁻¹g over the parameters that are neither fixed nor held at a bound; none where −H is not
    /// positive semi-definite. Flat directions are left out of it where the score vanishes in them.
    pub criterion: Option<f64>,
    /// What `criterion` had to reach.
    pub tolerance: f64,
    /// Accepted steps.
    pub iterations: u64,
    /// Evaluations of ln L with both derivatives, steps not accepted included.
    pub evaluations: u64,
    /// Euclidean norm of the score over the same parameters as `criterion`, in the user's units.
    pub gradient_norm: f64,
    /// Smallest eigenvalue of −H over the same parameters, in the user's units; none if there are none.
    pub smallest_hessian_eigenvalue: Option<f64>,
    /// Which parameters are held at a bound, length K.
    pub at_bound: Vec<Option<Bound>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_reads_as_a_sentence() {
        let both = || vec!["asc_bus".to_string(), "asc_car".to_string()];
        let cases = [
            (
                Stopped::Converged {
                    criterion: 1.23e-12,
                    tolerance: 1e-9,
                },
                "converged: Newton decrement 1.2e-12 ≤ tolerance 1e-9",
            ),
            (
                Stopped::NoFreeParameters,
                "nothing to estimate: every parameter is fixed",
            ),
            (
                Stopped::NothingEstimated,
                "nothing was estimated: evaluated at the starting values",
            ),
            (
                Stopped::MaxIterations {
                    limit: 3,
                    criterion: Some(0.5),
                    tolerance: 1e-9,
                },
                "not converged: stopped after 3 iterations, as many as allowed (Newton decrement 5.0e-1, tolerance 1e-9)",
            ),
            (
                Stopped::Interrupted {
                    criterion: None,
                    tolerance: 1e-9,
                },
                "not converged: interrupted, best point so far (the log-likelihood is not concave here, so no Newton \
                 decrement; tolerance 1e-9)",
            ),
            (
                Stopped::NotIdentified {
                    parameters: both(),
                    eigenvalue: 3e-17,
                    tolerance: 1e-12,
                },
                "not converged: \"asc_bus\", \"asc_car\" are not identified, the log-likelihood is flat in a combination \
                 of them (smallest eigenvalue of the scaled Hessian 3.0e-17, tolerance 1e-12); fix one",
            ),
            (
                Stopped::NotMaximum {
                    parameters: both(),
                    eigenvalue: -0.5,
                },
                "not converged: at a saddle point, the log-likelihood curves upwards in \"asc_bus\", \"asc_car\" \
                 (smallest eigenvalue of the scaled Hessian -5.0e-1); start elsewhere",
            ),
            (
                Stopped::TrustRegionTooSmall {
                    criterion: Some(1e-3),
                    tolerance: 1e-9,
                },
                "not converged: no step raises the log-likelihood any more (Newton decrement 1.0e-3, tolerance 1e-9)",
            ),
        ];
        for (stopped, text) in cases {
            assert_eq!(stopped.to_string(), text);
        }
    }
}
