//! The fit: everything that a reader of an estimation needs, as it stands in the fit file.

use serde::{Deserialize, Serialize};

use crate::applied::CalibrationReport;
use crate::bootstrap::Bootstrap;
use crate::correction::Corrected;
use crate::draws_report::DrawsReport;
use crate::error_report::ErrorReport;
use crate::multi_start::OptimaReport;
use crate::nest_report::NestReport;
use crate::profiles::Profile;
use crate::proportional_odds::ProportionalOdds;
use crate::sampling::SampleSize;
use crate::scale_report::ScaleReport;
use crate::taste_report::TasteReport;
use crate::validation::Validation;

/// Version of the fit file's form.
pub const FORMAT: u32 = 1;

/// An estimated model, complete: what was estimated on which data, how it stopped, and the estimates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// [`FORMAT`].
    pub format: u32,
    /// Version of the program that wrote it.
    pub logsum_version: String,
    /// Title of the model file.
    pub title: String,
    /// What was estimated.
    pub model: FittedModel,
    /// On which data.
    pub data: DataSummary,
    /// Independent decision makers (panel units; cases where there is no panel).
    pub n_decision_makers: usize,
    /// Choice situations.
    pub n_cases: usize,
    /// Distinct alternatives; the largest choice set where they are unlabelled.
    pub n_alternatives: usize,
    /// Free parameters.
    pub n_parameters: usize,
    /// Whether outcomes are shares: then ln L stands for the quasi-likelihood Σ share · ln P.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quasi_likelihood: bool,
    /// ln L at the starting values.
    pub log_likelihood_start: Option<f64>,
    /// ln L at the estimates.
    pub log_likelihood: f64,
    /// Equal shares over the alternatives available to each case.
    pub log_likelihood_null: f64,
    /// The full set of constants; `None` where alternatives are unlabelled.
    pub log_likelihood_constants: Option<f64>,
    /// 1 − ln L / ln L(null).
    pub rho_squared: Option<f64>,
    /// 1 − (ln L − K) / ln L(null).
    pub rho_squared_adjusted: Option<f64>,
    /// 2K − 2 ln L.
    pub aic: f64,
    /// K ln(cases) − 2 ln L.
    pub bic: f64,
    /// Whether a convergence criterion was met.
    pub converged: bool,
    /// How it stopped.
    pub convergence: Convergence,
    /// Kind of the standard errors in `parameters`.
    pub covariance_kind: String,
    /// Column on which scores were summed, for `covariance_kind` "clustered".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Cluster>,
    /// Small-sample correction behind the standard errors. It is in `covariance.clustered`, which was made with it, and not in
    /// `covariance.robust`; `None` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Corrected>,
    /// Level of the intervals in `parameters`.
    pub confidence: f64,
    /// The estimates in the order of the model file.
    pub parameters: Vec<Estimate>,
    /// Covariance matrices over the parameters that are not fixed; those at a bound or not identified have zero rows.
    pub covariance: Covariances,
    /// The resamples behind `covariance.bootstrap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<Bootstrap>,
    /// Profile-likelihood intervals of the parameters for which they were asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<Profile>,
    /// How alternatives were sampled; `None` if choice sets were used whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<SamplingReport>,
    /// The draws of random tastes or of normal errors, and what their randomness does to the estimates; `None` where nothing
    /// is simulated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draws: Option<DrawsReport>,
    /// The distributions of random tastes; `None` where tastes are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tastes: Option<TasteReport>,
    /// The scales of the specification; none where all cases have the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scales: Vec<ScaleReport>,
    /// The covariance of normal errors; `None` where errors are those of logit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<ErrorReport>,
    /// Where estimations from several points ended; `None` where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optima: Option<OptimaReport>,
    /// The nests; `None` where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nests: Option<NestReport>,
    /// Whether one coefficient serves all thresholds of an ordered logit; `None` of other models, and where it was not tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proportional_odds: Option<ProportionalOdds>,
    /// The constants that were added so that predicted shares meet targets; `None` where none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationReport>,
    /// How the specification does on decision makers it was not estimated on; `None` where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Validation>,
    /// What a reader must know before trusting the numbers.
    pub warnings: Vec<String>,
    /// Wall-clock seconds.
    pub elapsed_seconds: Elapsed,
}

/// The model as it was estimated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedModel {
    /// Such as "logit", "mixed logit", "nested logit" or "ordered probit".
    pub family: String,
    /// The model file, as JSON of the same structure.
    pub specification: serde_json::Value,
}

/// The data as they were used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSummary {
    /// File name as the model gave it.
    pub file: String,
    /// Hash of the data used (outcomes, choice sets, columns), to recognise them again.
    pub fingerprint: String,
    /// Rows of the file.
    pub rows_read: usize,
    /// Rows that stand behind the cases used.
    pub rows_used: usize,
    /// The alternatives and their codes, in order; empty where they are unlabelled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<AlternativeCode>,
}

/// An alternative as the data name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlternativeCode {
    /// Name in utilities and tables.
    pub name: String,
    /// Code in the data, as written.
    pub code: String,
}

/// How the optimiser stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// In words.
    pub reason: String,
    /// The Newton decrement g′H⁻¹g over free parameters.
    pub criterion: Option<f64>,
    /// What the criterion had to fall below.
    pub tolerance: f64,
    /// Steps taken.
    pub iterations: usize,
    /// Evaluations of the log-likelihood.
    pub evaluations: usize,
    /// Euclidean norm of the score over the parameters that are neither fixed nor at a bound.
    pub gradient_norm: Option<f64>,
    /// Of minus the Hessian, over free parameters; `None` if there are none.
    pub smallest_hessian_eigenvalue: Option<f64>,
}

/// One row of the coefficient table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Name of the parameter.
    pub term: String,
    /// Its estimate, or the value at which it is held.
    pub estimate: f64,
    /// By `covariance_kind`.
    pub std_error: Option<f64>,
    /// estimate / std_error.
    pub statistic: Option<f64>,
    /// Two-sided, standard normal.
    pub p_value: Option<f64>,
    /// Lower end of the interval.
    pub conf_low: Option<f64>,
    /// Upper end of the interval.
    pub conf_high: Option<f64>,
    /// Held at its value.
    pub fixed: bool,
    /// "lower" or "upper" if it stands at that bound.
    pub at_bound: Option<String>,
}

/// Covariance matrices by kind, rows and columns in the order of the free parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Covariances {
    /// Minus the inverse Hessian.
    pub hessian: Option<Vec<Vec<f64>>>,
    /// Inverse of the outer product of scores summed within decision makers.
    pub opg: Option<Vec<Vec<f64>>>,
    /// The sandwich H⁻¹BH⁻¹ with the same outer product B.
    pub robust: Option<Vec<Vec<f64>>>,
    /// The sandwich with scores summed within the clusters of `Fit::cluster`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clustered: Option<Vec<Vec<f64>>>,
    /// Of the estimates of the resamples of `Fit::bootstrap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<Vec<Vec<f64>>>,
}

/// The clusters of a clustered covariance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Column that names them.
    pub column: String,
    /// How many there are.
    pub n_clusters: usize,
    /// Further columns, where scores are summed within clusters of several kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Cluster>,
}

impl Cluster {
    /// All columns, the first one first, with their numbers of clusters.
    pub fn each(&self) -> impl Iterator<Item = (&str, usize)> {
        std::iter::once(self)
            .chain(&self.others)
            .map(|cluster| (cluster.column.as_str(), cluster.n_clusters))
    }
}

/// How alternatives were sampled, and how much the estimates depend on the sample.
///
/// The standard errors of the fit already hold for the one sample that it is from: given the sampled sets, the corrected
/// likelihood is that of a logit, and what sampling costs in precision is in its Hessian. The standard deviations over
/// samples say something else: how far another sample of alternatives of the same cases would move the estimates. Small
/// beside the standard errors, they say that more alternatives would gain little.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SamplingReport {
    /// "uniform", "importance" or "stratified".
    pub method: String,
    /// Alternatives taken, of each case or of each stratum.
    pub number: SampleSize,
    /// Seed of the samples.
    pub seed: u64,
    /// Independent samples on which the model was estimated, that of the estimates included.
    pub replications: usize,
    /// Standard deviation of each estimate over the samples, in the order of the parameters; `None` for those that are
    /// fixed, and for all of them where fewer than two samples gave estimates.
    pub estimates_sd: Vec<Option<f64>>,
    /// The same of ln L.
    pub log_likelihood_sd: Option<f64>,
}

/// Wall-clock seconds of the parts of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Elapsed {
    /// Reading the file and checking the data.
    pub read: f64,
    /// Estimation with covariances.
    pub estimate: f64,
}
