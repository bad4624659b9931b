//! Utility specification and choice models: what utility is, the logit model that follows from it, and its fit.
//!
//! Four types in a line: data ([`logsum_data::ChoiceData`]), [`Specification`], bound [`Model`], [`Fit`].

pub mod applied;
mod bootstrap;
pub mod comparison;
mod constants;
mod correction;
mod covariance;
pub mod doctor;
mod draws_report;
mod error;
mod error_report;
mod errors_after;
mod estimation;
mod facts;
mod fit;
mod formula;
mod generator;
mod inference;
mod mixing;
mod model;
mod model_file;
mod multi_start;
mod nest_report;
mod nests;
mod nests_after;
mod ordered;
mod probit;
mod profiles;
mod proportional_odds;
mod quality;
mod sampling;
mod scale;
mod scale_report;
mod shares;
mod simulated_estimation;
mod specification;
mod synthetic;
mod taste_report;
mod tastes_after;
mod term;
#[cfg(test)]
mod testing;
pub mod validation;

pub use bootstrap::{Bootstrap, BootstrapError, BootstrapOptions, BootstrapParameter, IntervalKind, Replicate};
pub use constants::{log_likelihood_constants, log_likelihood_null};
pub use correction::{Corrected, Correction, CorrectionError};
pub use draws_report::{DrawsReport, DrawsTried, SimulationError, StartsReport};
pub use error::{MixingError, NestError, OrderedError, ProbitError, ScaleError, SpecificationError, TasteError};
pub use error_report::{ErrorDerivatives, ErrorReport};
pub use estimation::{FitError, FitOptions};
pub use facts::Facts;
pub use fit::{
    AlternativeCode, Cluster, Convergence, Covariances, DataSummary, Elapsed, Estimate, FORMAT, Fit, FittedModel,
    SamplingReport,
};
pub use formula::{Formula, FormulaError};
pub use generator::{Generated, GeneratingFunction, Generator};
pub use inference::CovarianceKind;
pub use mixing::{
    DrawMethod, DrawNumber, DrawPlan, Mixing, RandomCoefficient, ScaleHeterogeneity, Shape, TasteDistribution, Varies,
    WillingnessToPaySpace, cholesky_name, is_draw, second_name,
};
pub use model::{BindError, Binder, Finding, Model, Prediction, Storage, exponentials};
pub use model_file::{ModelFile, ModelFileError, Problem};
pub use multi_start::{OptimaReport, Optimum};
pub use nest_report::{NestDescription, NestMember, NestReport};
pub use nests::{Member, Nest, Nests};
pub use ordered::{Ordered, OrderedDistribution};
pub use probit::{ErrorCovariance, PatternElement, Probabilities, Probit};
pub use profiles::{Profile, ProfileError};
pub use proportional_odds::{ProportionalCoefficient, ProportionalOdds, ProportionalOddsError};
pub use quality::{CalibrationBin, Confusion, PredictionMeasures, Quality, Scoring};
pub use sampling::{AlternativeSampling, SampleSize, SamplingError, SamplingMethod, fit_sampled};
pub use scale::Scale;
pub use scale_report::{ScaleReport, ScaleTest};
pub use shares::{GroupShares, Share, ShareInterval, ShareTotals, observed_shares};
pub use specification::{DeclaredParameter, Specification};
pub use synthetic::{Distribution, Per, Synthetic, SyntheticColumn};
pub use taste_report::{
    Derivatives, QUANTILES, Quantity, TasteCovariance, TasteDerivatives, TasteDescription, TasteReport,
};
pub use tastes_after::{Individuals, IndividualsError, WillingnessToPay};
pub use term::{Term, boxcox, column, parameter};
