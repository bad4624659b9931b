//! Maximum likelihood: from a log-likelihood and starting values to estimates, a record of how they came about, and
//! their covariance.
//!
//! This crate knows θ only, never what an alternative is. Whoever implements [`LogLikelihood`] gets:
//!
//! - [`maximise`]: a projected trust-region Newton method with fixed parameters, bounds, and a stopping rule without a
//!   scale; [`resume`] goes on with one that was stopped. The result holds the best point and a [`Convergence`], which says why it stopped with measured value and
//!   tolerance;
//! - covariances, chosen after the fit: [`hessian_covariance`], [`opg_covariance`] and [`sandwich`], the last two from
//!   an [`outer_product`] of scores summed within groups, or within groups of several kinds ([`multiway_outer_product`]);
//! - intervals from resamples ([`percentile_interval`], [`bca_interval`], with [`maximise_nearby`] for each of them) and
//!   from profiles ([`profile_interval`]);
//! - [`Inference`]: statistic, p-value and confidence interval of an estimate;
//! - [`null_space`]: the combinations of parameters on which the data are silent, in readable form;
//! - [`check_derivatives`]: analytic derivatives against differences.
//!
//! | Symbol | Meaning |
//! |---|---|
//! | θ, K | parameters, their number, fixed ones included |
//! | ln L | log-likelihood: negative, maximised, a sum over independent units |
//! | g, H | score ∂ ln L / ∂θ and Hessian ∂² ln L / ∂θ∂θ′ |
//! | g′(−H)⁻¹g | Newton decrement: twice the gain in ln L that a Newton step promises |
//! | B | outer product of scores, Σ s s′ |
//!
//! # Example
//!
//! A coin that fell heads up 7 times out of 10, by its log-odds.
//!
//! ```
//! use logsum_estimate::{EvalError, Evaluation, Inference, LogLikelihood, Options, Order, Parameter};
//! use ndarray::array;
//!
//! struct Coin(Vec<Parameter>);
//!
//! impl LogLikelihood for Coin {
//!     fn parameters(&self) -> &[Parameter] {
//!         &self.0
//!     }
//!
//!     fn evaluate(&self, theta: &[f64], _order: Order) -> Result<Evaluation, EvalError> {
//!         let p = 1.0 / (1.0 + (-theta[0]).exp());
//!         let value = 7.0 * p.ln() + 3.0 * (1.0 - p).ln();
//!         Ok(Evaluation {
//!             log_likelihood: value,
//!             magnitude: value.abs(),
//!             score: array![7.0 - 10.0 * p],
//!             hessian: array![[-10.0 * p * (1.0 - p)]],
//!         })
//!     }
//!
//!     fn n_units(&self) -> usize {
//!         10
//!     }
//!
//!     fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
//!         let p = 1.0 / (1.0 + (-theta[0]).exp());
//!         for unit in 0..10 {
//!             visit(unit, &[if unit < 7 { 1.0 - p } else { -p }]);
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let coin = Coin(vec![Parameter::new("log_odds", 0.0)]);
//! let maximum = logsum_estimate::maximise(&coin, &[0.0], &Options::default(), None)?;
//! assert!(maximum.convergence.converged);
//! assert!((maximum.theta[0] - (7.0f64 / 3.0).ln()).abs() < 1e-14);
//!
//! let covariance = logsum_estimate::hessian_covariance(&maximum.evaluation.hessian, &[true])?;
//! let row = Inference::new(maximum.theta[0], covariance[[0, 0]].sqrt(), 0.95).expect("a positive standard error");
//! assert!(row.p_value > 0.2, "seven heads in ten throws are no evidence against a fair coin");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod blas;
mod convergence;
mod covariance;
mod error;
mod finite_difference;
mod identification;
mod inference;
mod iterate;
mod likelihood;
mod maximise;
mod multiway;
mod nearby;
mod newton;
mod options;
mod outer_product;
mod profile;
mod quadratic_form;
mod resampling;
mod subproblem;
mod symmetric;
#[cfg(test)]
mod test_models;
mod trust_region;

pub use convergence::{Bound, Convergence, Stopped};
pub use covariance::{expand, hessian_covariance, opg_covariance, sandwich, select};
pub use error::{CovarianceError, EstimateError, StartProblem};
pub use finite_difference::{DerivativeCheck, check_derivatives, differences, step_lengths};
pub use identification::{NULL_SPACE_TOLERANCE, NullVector, null_space, scaled_spectrum};
pub use inference::{Inference, chi_squared_tail, normal_quantile, two_sided_p_value};
pub use likelihood::{EvalError, Evaluation, LogLikelihood, Order, Parameter};
pub use maximise::{Maximum, Progress, State, maximise, resume};
pub use multiway::{Clustering, multiway_outer_product, positive_part};
pub use nearby::maximise_nearby;
pub use options::Options;
pub use outer_product::outer_product;
pub use profile::{ProfileEnd, ProfileOf, profile_interval};
pub use quadratic_form::{QuadraticForm, quadratic_form};
pub use resampling::{acceleration, bca_interval, bias_correction, percentile_interval, sample_quantile};
