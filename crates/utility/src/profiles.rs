//! Profile-likelihood intervals of a fit.

use logsum_data::near_miss;
use logsum_estimate::{LogLikelihood, Options, ProfileEnd, ProfileOf, profile_interval};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::estimation::FitError;
use crate::fit::Fit;
use crate::model::Model;

/// Newton decrement that will do where coefficients have kinks.
const KINKED: f64 = 1e-6;

/// The profile-likelihood interval of one parameter.
///
/// ```text
/// {θ_k : 2 (ln L(θ̂) − ln L_p(θ_k)) ≤ χ²₁(level)}
/// ```
///
/// What a likelihood-ratio test does not reject. Unlike that of Wald it need not be symmetric, and it does not depend on how a
/// parameter is written. Weights that are no counts, and misspecification, make a likelihood ratio another thing than χ².
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Name of the parameter.
    pub term: String,
    /// Level of the interval.
    pub confidence: f64,
    /// Lower end; `None` where there is none, or it could not be found.
    pub conf_low: Option<f64>,
    /// Upper end, likewise.
    pub conf_high: Option<f64>,
    /// "found", "bound" (of the parameter, before the likelihood ratio is reached), "unbounded" or "lost".
    pub low: String,
    /// The same of the upper end.
    pub high: String,
    /// What is to be said of ends that were not found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Why a parameter has no profile.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// No such name.
    #[error("no parameter \"{term}\" to profile{}", suggestion.as_ref().map_or(String::new(), |near| format!("; did you mean \"{near}\"?")))]
    NoParameter {
        /// The name.
        term: String,
        /// One that is like it.
        suggestion: Option<String>,
    },
    /// Held.
    #[error("\"{term}\" is fixed at {value}: there is nothing to profile")]
    Fixed {
        /// The name.
        term: String,
        /// Its value.
        value: f64,
    },
    /// At a bound, or without a standard error.
    #[error("\"{term}\" {why}: it has no standard error to profile from")]
    NoVariance {
        /// The name.
        term: String,
        /// What is the matter with it.
        why: &'static str,
    },
    /// The estimates are no maximum.
    #[error("no profile: the fit has not converged, so that its log-likelihood is not the highest; estimate it first")]
    NotConverged,
    /// No first guess.
    #[error("no profile: it needs the covariance of the Hessian, which the fit does not have")]
    NoHessian,
}

impl Model<'_> {
    /// Adds profile-likelihood intervals of these parameters, at the fit's level, to a converged fit of this model.
    ///
    /// # Errors
    /// [`ProfileError`]; an evaluation that failed, or was interrupted.
    pub fn add_profiles(&self, fit: &mut Fit, terms: &[String]) -> Result<(), FitError> {
        if !(fit.confidence > 0.0 && fit.confidence < 1.0) {
            return Err(FitError::Confidence(fit.confidence));
        }
        let places = terms
            .iter()
            .map(|term| self.place_to_profile(fit, term))
            .collect::<Result<Vec<_>, _>>()?;
        if !fit.converged {
            return Err(ProfileError::NotConverged.into());
        }
        let units = self.units_of(fit)?;
        let rows = fit.covariance.hessian.as_ref().ok_or(ProfileError::NoHessian)?;
        let free: Vec<usize> = (0..fit.parameters.len())
            .filter(|&k| !fit.parameters[k].fixed)
            .collect();
        // What stands at a bound is held there, as in every covariance.
        let moving: Vec<usize> = (0..free.len())
            .filter(|&row| !units.parameters()[free[row]].fixed)
            .collect();
        let covariance = Array2::from_shape_fn((moving.len(), moving.len()), |(i, j)| rows[moving[i]][moving[j]]);
        let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
        let of = ProfileOf {
            theta: &theta,
            log_likelihood: fit.log_likelihood,
            covariance: &covariance,
            level: fit.confidence,
        };
        let mut options = Options::default();
        if units.has_kinks() {
            options.tolerance = KINKED;
        }
        let mut profiles = Vec::new();
        for (term, &k) in terms.iter().zip(&places) {
            let ends = profile_interval(&units, &of, k, &options)?;
            profiles.push(described(term, fit.confidence, &ends));
        }
        fit.profiles = profiles;
        Ok(())
    }

    fn place_to_profile(&self, fit: &Fit, term: &str) -> Result<usize, ProfileError> {
        let by_term = || fit.parameters.iter().position(|parameter| parameter.term == term);
        let by_symbol = || self.symbols().iter().position(|symbol| symbol == term);
        let Some(k) = by_term().or_else(by_symbol) else {
            let names = fit.parameters.iter().map(|parameter| parameter.term.as_str());
            return Err(ProfileError::NoParameter {
                term: term.to_owned(),
                suggestion: near_miss(term, names),
            });
        };
        let parameter = &fit.parameters[k];
        let term = parameter.term.clone();
        if parameter.fixed {
            let value = parameter.estimate;
            return Err(ProfileError::Fixed { term, value });
        }
        if parameter.at_bound.is_some() {
            let why = "stands at a bound";
            return Err(ProfileError::NoVariance { term, why });
        }
        let row = fit.parameters[..k].iter().filter(|parameter| !parameter.fixed).count();
        let variance = fit.covariance.hessian.as_ref().map_or(f64::NAN, |rows| rows[row][row]);
        if variance > 0.0 || variance.is_nan() {
            return Ok(k);
        }
        let why = "has no unique finite estimate";
        Err(ProfileError::NoVariance { term, why })
    }
}

fn described(term: &str, confidence: f64, ends: &[ProfileEnd; 2]) -> Profile {
    let of = |end: &ProfileEnd, side: &str| match end {
        ProfileEnd::Found(value) => (Some(*value), "found", None),
        ProfileEnd::Bound(value) => {
            let note = format!(
                "the {side} end of \"{term}\" is its bound {value}: the likelihood ratio is not reached before"
            );
            (Some(*value), "bound", Some(note))
        }
        ProfileEnd::Unbounded { reached } => {
            let note = format!(
                "\"{term}\" has no {side} end: as far as {reached} the likelihood ratio stays below its quantile"
            );
            (None, "unbounded", Some(note))
        }
        ProfileEnd::Lost { reason } => {
            let note = format!("the {side} end of \"{term}\" could not be found: {reason}");
            (None, "lost", Some(note))
        }
    };
    let ((conf_low, low, below), (conf_high, high, above)) = (of(&ends[0], "lower"), of(&ends[1], "upper"));
    Profile {
        term: term.to_owned(),
        confidence,
        conf_low,
        conf_high,
        low: low.to_owned(),
        high: high.to_owned(),
        notes: below.into_iter().chain(above).collect(),
    }
}
