//! The bootstrap: estimates of resamples of decision makers, their covariance, and intervals from them.

mod replicate;
mod resample;
mod run;
mod summary;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How to resample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootstrapOptions {
    /// Resamples.
    pub replications: usize,
    /// Of the resamples: each has a stream of its own, so that the others do not depend on it.
    pub seed: u64,
    /// Column whose groups are resampled; without it decision makers are, and cases where there is no panel.
    pub cluster: Option<String>,
    /// Where the ends of intervals come from.
    pub interval: IntervalKind,
}

impl Default for BootstrapOptions {
    fn default() -> Self {
        BootstrapOptions {
            replications: 500,
            seed: 1,
            cluster: None,
            interval: IntervalKind::Normal,
        }
    }
}

/// An interval from the estimates of resamples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IntervalKind {
    /// Estimate ± Φ⁻¹((1 + level)/2) bootstrapped standard errors: it goes with the statistic and the p-value beside it.
    #[default]
    Normal,
    /// Quantiles of the estimates of resamples.
    Percentile,
    /// Quantiles at levels corrected for the bias of the median and for an error that changes with the estimate.
    Bca,
}

impl IntervalKind {
    /// Name in fit files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            IntervalKind::Normal => "normal",
            IntervalKind::Percentile => "percentile",
            IntervalKind::Bca => "bca",
        }
    }
}

impl fmt::Display for IntervalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for IntervalKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "normal" => Ok(IntervalKind::Normal),
            "percentile" => Ok(IntervalKind::Percentile),
            "bca" => Ok(IntervalKind::Bca),
            other => Err(format!(
                "\"{other}\" is not a kind of interval; choose normal, percentile or bca"
            )),
        }
    }
}

/// What a resample has led to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replicate {
    /// The parameters that are not fixed.
    Estimates(Vec<f64>),
    /// No maximum was found.
    NotConverged,
    /// The resample says next to nothing about some combination of parameters.
    NotIdentified,
}

/// A bootstrap as it stands in a fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// Resamples that were asked for.
    pub replications: usize,
    /// Those without estimates, left out of everything.
    pub failed: usize,
    /// Of them those in which parameters were not identified; the others did not converge.
    pub not_identified: usize,
    /// Seed.
    pub seed: u64,
    /// Column whose groups were resampled; none where decision makers were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Groups or decision makers that were resampled.
    pub n_groups: usize,
    /// Which of the intervals stand beside the estimates.
    pub interval: IntervalKind,
    /// Of the parameters that are not fixed.
    pub parameters: Vec<BootstrapParameter>,
    /// A row for each resample that has estimates, in their order: the parameters that are not fixed.
    pub estimates: Vec<Vec<f64>>,
}

/// A parameter in the light of the resamples; what cannot be had is `None`, as for one at a bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BootstrapParameter {
    /// Its name.
    pub term: String,
    /// Mean over the resamples, less the estimate.
    pub bias: Option<f64>,
    /// z₀ of the BCa interval.
    pub bias_correction: Option<f64>,
    /// a of the BCa interval, from the infinitesimal jackknife: the influence (−H)⁻¹ s of what was resampled.
    pub acceleration: Option<f64>,
    /// Percentile interval at the level of the fit.
    pub percentile: Option<[f64; 2]>,
    /// BCa interval at that level.
    pub bca: Option<[f64; 2]>,
}

/// Why there is no bootstrap.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BootstrapError {
    /// A standard deviation needs two.
    #[error("{0} replications of a bootstrap; use at least 2 (500 or more are usual)")]
    Replications(usize),
    /// Nothing to draw from.
    #[error("{n} group to resample; a bootstrap needs several: resample decision makers, or another column")]
    Groups {
        /// How many there are.
        n: usize,
    },
    /// The estimates are no maximum.
    #[error("no bootstrap: the fit has not converged, and resamples would start from no maximum; estimate it first")]
    NotConverged,
    /// The first step from the estimates is not known.
    #[error("no bootstrap: it needs the covariance of the Hessian, which the fit does not have")]
    NoHessian,
    /// Hardly any estimates.
    #[error(
        "no bootstrap: of {done} replications {failed} failed ({not_identified} of them not identified in their resample), \
         and it takes 2 with estimates"
    )]
    Failed {
        /// Resamples that were estimated.
        done: usize,
        /// Without success.
        failed: usize,
        /// Of them not identified.
        not_identified: usize,
    },
}
