//! Parameter recovery: simulate with known parameters, estimate, repeat, and compare.

use std::collections::BTreeMap;

use logsum_draws::Seed;
use logsum_estimate::normal_quantile;
use logsum_utility::{CovarianceKind, Fit, FitOptions, Model, Specification};
use rayon::prelude::*;
use serde::Serialize;

use crate::choices::{SimulationError, choices};
use crate::design::Design;

/// A study of parameter recovery.
#[derive(Clone, Debug)]
pub struct RecoveryStudy<'a> {
    /// The model.
    pub specification: &'a Specification,
    /// Where situations come from; every replication draws its own.
    pub design: &'a Design<'a>,
    /// True values, one per parameter.
    pub truth: &'a [f64],
    /// How often to simulate and estimate.
    pub replications: usize,
    /// Level of the intervals whose coverage is counted.
    pub confidence: f64,
    /// Covariance behind the standard errors.
    pub covariance: CovarianceKind,
    /// Seed; replication r uses its branch r.
    pub seed: u64,
}

/// What a study found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recovery {
    /// Replications made.
    pub replications: usize,
    /// Those whose estimation converged; the others are left out of every number below.
    pub converged: usize,
    /// Why the others did not, with how many.
    pub failures: BTreeMap<String, usize>,
    /// Cases of a replication.
    pub n_cases: usize,
    /// Level of the intervals.
    pub confidence: f64,
    /// Covariance behind the standard errors: `hessian`, `opg`, `robust` or `clustered`.
    pub covariance_kind: String,
    /// Seed.
    pub seed: u64,
    /// The free parameters.
    pub parameters: Vec<RecoveredParameter>,
}

/// How well a parameter was recovered over R replications that converged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RecoveredParameter {
    /// Its name.
    pub term: String,
    /// True value θ.
    pub truth: f64,
    /// Mean of the estimates.
    pub mean: f64,
    /// Mean of the estimates − θ.
    pub bias: f64,
    /// Monte Carlo error of the bias: empirical standard error / √R. `null` with fewer than two replications, as is
    /// whatever needs it.
    pub bias_std_error: Option<f64>,
    /// √ mean (estimate − θ)².
    pub rmse: f64,
    /// Standard deviation of the estimates (divisor R − 1).
    pub empirical_std_error: Option<f64>,
    /// Mean of the standard errors that the estimations report.
    pub mean_std_error: Option<f64>,
    /// Replications with a standard error; without one where the parameter rests on a bound.
    pub with_std_error: usize,
    /// Share of them whose interval holds θ.
    pub coverage: Option<f64>,
    /// Monte Carlo error of the coverage if the level is right: √(c (1 − c) / R).
    pub coverage_std_error: Option<f64>,
    /// Estimates of the replications that converged, in their order.
    #[serde(skip)]
    pub estimates: Vec<f64>,
}

/// Why there is no study.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// Nothing to do.
    #[error("0 replications; use at least 2 (200 is usual)")]
    NoReplications,
    /// A level outside (0, 1).
    #[error("confidence level {0}; it lies between 0 and 1, such as 0.95")]
    Confidence(f64),
    /// Every parameter is fixed.
    #[error("all parameters are fixed; there is nothing to recover")]
    NothingFree,
    /// Too few or too many true values.
    #[error("{given} true value{}, but the model has {needed} parameters", if *given == 1 { "" } else { "s" })]
    Truth {
        /// Values given.
        given: usize,
        /// Parameters of the model, fixed ones included.
        needed: usize,
    },
    /// A replication's data could not be made.
    #[error("replication {replication}: {source}")]
    Simulation {
        /// Which, from 1.
        replication: usize,
        /// Why.
        source: SimulationError,
    },
}

/// One replication: its estimates and standard errors, or why there are none.
type Outcome = Result<Vec<(f64, Option<f64>)>, String>;

impl RecoveryStudy<'_> {
    /// Runs the study in parallel; `progress` is called after each replication.
    ///
    /// The result is the same on any number of threads.
    ///
    /// # Errors
    /// [`RecoveryError`]. An estimation that does not converge is counted, not an error.
    pub fn run(&self, progress: &(dyn Fn() + Sync)) -> Result<Recovery, RecoveryError> {
        if self.replications == 0 {
            return Err(RecoveryError::NoReplications);
        }
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            return Err(RecoveryError::Confidence(self.confidence));
        }
        let (given, needed) = (self.truth.len(), self.specification.parameters.len());
        if given != needed {
            return Err(RecoveryError::Truth { given, needed });
        }
        let free: Vec<usize> = (0..needed)
            .filter(|&at| !self.specification.parameters[at].parameter.fixed)
            .collect();
        if free.is_empty() {
            return Err(RecoveryError::NothingFree);
        }
        let outcomes: Vec<(Outcome, usize)> = (0..self.replications)
            .into_par_iter()
            .map(|replication| {
                let outcome = self.replicate(replication, &free);
                progress();
                outcome
            })
            // Collected, so that of several errors the first replication's is told on any number of threads.
            .collect::<Vec<_>>()
            .into_iter()
            .collect::<Result<_, _>>()?;

        let mut failures = BTreeMap::new();
        let mut found: Vec<&Vec<(f64, Option<f64>)>> = Vec::new();
        for (outcome, _) in &outcomes {
            match outcome {
                Ok(estimates) => found.push(estimates),
                Err(reason) => *failures.entry(reason.clone()).or_insert(0) += 1,
            }
        }
        let quantile = normal_quantile(0.5 + self.confidence / 2.0);
        let parameters = free
            .iter()
            .enumerate()
            .filter(|_| !found.is_empty())
            .map(|(position, &at)| {
                let pairs: Vec<(f64, Option<f64>)> = found.iter().map(|estimates| estimates[position]).collect();
                let term = self.specification.parameters[at].parameter.name.clone();
                summarise(term, self.truth[at], &pairs, quantile, self.confidence)
            })
            .collect();
        Ok(Recovery {
            replications: self.replications,
            converged: found.len(),
            failures,
            n_cases: outcomes.iter().map(|(_, cases)| *cases).max().unwrap_or(0),
            confidence: self.confidence,
            covariance_kind: self.covariance.name().to_owned(),
            seed: self.seed,
            parameters,
        })
    }

    fn replicate(&self, replication: usize, free: &[usize]) -> Result<(Outcome, usize), RecoveryError> {
        let seed = Seed::new(self.seed).split(replication as u64);
        let broken = |source: SimulationError| RecoveryError::Simulation {
            replication: replication + 1,
            source,
        };
        let data = choices(self.specification, self.design, self.truth, seed).map_err(broken)?;
        let model = Model::bind(self.specification, &data).map_err(|error| broken(error.into()))?;
        let options = FitOptions {
            covariance: self.covariance.clone(),
            ..FitOptions::default()
        };
        let outcome = match model.fit(&options, None) {
            Ok(mut fit) if fit.converged => {
                self.align(&mut fit);
                Ok(free.iter().map(|&at| estimate(&fit, at)).collect())
            }
            Ok(fit) => Err(reason(fit)),
            Err(error) => Err(error.to_string()),
        };
        Ok((outcome, data.n_cases()))
    }

    /// Gives standard deviations of tastes the sign of the truth, where that is the usual one: theirs has no meaning.
    fn align(&self, fit: &mut Fit) {
        let mut truth = self.truth.to_vec();
        self.specification.align_signs(&mut truth);
        if truth != self.truth {
            return;
        }
        let mut theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
        self.specification.align_signs(&mut theta);
        for (parameter, estimate) in fit.parameters.iter_mut().zip(theta) {
            parameter.estimate = estimate;
        }
    }
}

fn estimate(fit: &Fit, at: usize) -> (f64, Option<f64>) {
    (fit.parameters[at].estimate, fit.parameters[at].std_error)
}

/// Why a fit has not converged: what was found of its parameters, which stands last among the warnings, or the optimiser's
/// reason.
fn reason(mut fit: Fit) -> String {
    let found = fit.convergence.reason.contains("see the warnings");
    match fit.warnings.pop() {
        // What follows differs from sample to sample.
        Some(finding) if found => finding.split(": ").next().unwrap_or_default().to_owned(),
        _ => fit.convergence.reason,
    }
}

fn summarise(
    term: String,
    truth: f64,
    pairs: &[(f64, Option<f64>)],
    quantile: f64,
    confidence: f64,
) -> RecoveredParameter {
    let n = pairs.len() as f64;
    let mean = pairs.iter().map(|(estimate, _)| estimate).sum::<f64>() / n;
    let squares: f64 = pairs.iter().map(|(estimate, _)| (estimate - mean).powi(2)).sum();
    let empirical = (pairs.len() > 1).then(|| (squares / (n - 1.0)).sqrt());
    let with: Vec<(f64, f64)> = pairs
        .iter()
        .filter_map(|&(estimate, error)| Some((estimate, error?)))
        .collect();
    let known = with.len() as f64;
    let covered = with
        .iter()
        .filter(|(estimate, error)| (estimate - truth).abs() <= quantile * error)
        .count();
    let share = |total: f64| (!with.is_empty()).then(|| total / known);
    RecoveredParameter {
        term,
        truth,
        mean,
        bias: mean - truth,
        bias_std_error: empirical.map(|deviation| deviation / n.sqrt()),
        rmse: (pairs
            .iter()
            .map(|(estimate, _)| (estimate - truth).powi(2))
            .sum::<f64>()
            / n)
            .sqrt(),
        empirical_std_error: empirical,
        mean_std_error: share(with.iter().map(|(_, error)| error).sum()),
        with_std_error: with.len(),
        coverage: share(covered as f64),
        coverage_std_error: share(1.0).map(|_| (confidence * (1.0 - confidence) / known).sqrt()),
        estimates: pairs.iter().map(|(estimate, _)| *estimate).collect(),
    }
}
