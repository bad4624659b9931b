//! Utility specification and choice models: what utility is, the logit model that follows from it, and its fit.
//!
//! Four types in a line: data ([`logsum_data::ChoiceData`]), [`Specification`], bound [`Model`], [`Fit`].

mod constants;
mod covariance;
mod error;
mod estimation;
mod facts;
mod fit;
mod formula;
mod inference;
mod model;
mod model_file;
mod sampling;
mod shares;
mod specification;
mod synthetic;
mod term;
#[cfg(test)]
mod testing;

pub use constants::{log_likelihood_constants, log_likelihood_null};
pub use error::SpecificationError;
pub use estimation::{FitError, FitOptions};
pub use facts::Facts;
pub use fit::{
    AlternativeCode, Cluster, Convergence, Covariances, DataSummary, Elapsed, Estimate, FORMAT, Fit, FittedModel,
    SamplingReport,
};
pub use formula::{Formula, FormulaError};
pub use inference::CovarianceKind;
pub use model::{BindError, Binder, Finding, Model, Prediction, Storage};
pub use model_file::{ModelFile, ModelFileError, Problem};
pub use sampling::{AlternativeSampling, SampleSize, SamplingError, SamplingMethod, fit_sampled};
pub use shares::{Share, observed_shares};
pub use specification::{DeclaredParameter, Specification};
pub use synthetic::{Distribution, Per, Synthetic, SyntheticColumn};
pub use term::{Term, boxcox, column, parameter};
