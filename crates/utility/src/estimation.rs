//! From a bound model to a fit: maximise, look at what came out, attach covariances and statistics.

use logsum_data::DataError;
use logsum_estimate::{
    Bound, Clustering, CovarianceError, EstimateError, EvalError, LogLikelihood, Maximum, Options, Order, Progress,
    State, Stopped, hessian_covariance, maximise, null_space, resume, select,
};

use crate::bootstrap::{BootstrapError, BootstrapOptions};
use crate::correction::{Correction, CorrectionError};
use crate::error::SpecificationError;
use crate::fit::{self, Covariances, DataSummary, Estimate, Fit, FittedModel};
use crate::inference::CovarianceKind;
use crate::model::{Finding, Model, SUSPICIOUS};
use crate::multi_start::OptimaReport;
use crate::nest_report::NestReport;
use crate::profiles::ProfileError;
use crate::sampling::SamplingError;
use crate::scale_report::ScaleReport;

/// How to fit a model.
#[derive(Clone, Debug, PartialEq)]
pub struct FitOptions {
    /// Of the optimiser.
    pub optimiser: Options,
    /// Starting values instead of the specification's, one per parameter.
    pub start: Option<Vec<f64>>,
    /// Go on from here with an estimation that was stopped; `start` is where that one began.
    pub resume: Option<State>,
    /// Kind of the standard errors in the table.
    pub covariance: CovarianceKind,
    /// Small-sample correction of a robust or clustered covariance.
    pub correction: Correction,
    /// Level of the intervals.
    pub confidence: f64,
    /// Estimations from so many points, of which the best is reported; of random tastes with few draws, the best being gone
    /// on with. The first is the usual one.
    pub starts: usize,
}

impl Default for FitOptions {
    fn default() -> Self {
        FitOptions {
            optimiser: Options::default(),
            start: None,
            resume: None,
            covariance: CovarianceKind::Hessian,
            correction: Correction::None,
            confidence: 0.95,
            starts: 1,
        }
    }
}

/// Why there is no fit.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// From the optimiser.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
    /// From an evaluation after it.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    /// From the covariance.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
    /// From the column to cluster on.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Data read without outcomes.
    #[error(
        "the data have no outcomes: nothing can be estimated from them, only predicted; read them with their choices"
    )]
    NoOutcomes,
    /// From sampling alternatives.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// From binding the model to sampled data.
    #[error(transparent)]
    Specification(#[from] SpecificationError),
    /// From the bootstrap.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// From a profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// From a small-sample correction.
    #[error(transparent)]
    Correction(#[from] CorrectionError),
    /// Too many intersections.
    #[error("{0} columns to cluster on; {1} at most, as their intersections double with each")]
    ColumnsOfClusters(usize, usize),
    /// A confidence level outside (0, 1).
    #[error("confidence level {0}; it lies between 0 and 1, such as 0.95")]
    Confidence(f64),
}

/// Ratio of the information at the estimates to that at equal shares, in the direction where it has fallen most, below
/// which separation is looked for: probabilities of 0 and 1 hold no information.
const FADED: f64 = 1e-4;

/// Iterations within which no parameter gets far on its way to infinity: each adds about 1 to a utility. Those of a
/// first approach on a sample do not count: it ends at a criterion of 1e-2, and from there to 1e-9 separation takes
/// another sixteen.
const FEW: u64 = 12;

impl Model<'_> {
    /// Maximum likelihood with everything that a report shows.
    ///
    /// `progress` is called once an iteration.
    ///
    /// # Errors
    /// A start that cannot be used, an evaluation that failed. A model that is not identified, or has no finite
    /// estimates, gives a fit that says so and has not converged.
    pub fn fit(&self, options: &FitOptions, progress: Option<&mut dyn FnMut(&Progress<'_>)>) -> Result<Fit, FitError> {
        let mut fit = self.fit_beside(options, progress, true)?;
        if let CovarianceKind::Bootstrap(resampling) = &options.covariance
            && fit.converged
        {
            self.add_bootstrap(&mut fit, resampling, &[], None)?;
            fit.choose_covariance(&options.covariance)?;
        }
        Ok(fit)
    }

    /// The same, with what a report compares it to (ln L of constants alone, the test of proportional odds) if `constants` is
    /// true.
    pub(crate) fn fit_beside(
        &self,
        options: &FitOptions,
        progress: Option<&mut dyn FnMut(&Progress<'_>)>,
        constants: bool,
    ) -> Result<Fit, FitError> {
        if !(options.confidence > 0.0 && options.confidence < 1.0) {
            return Err(FitError::Confidence(options.confidence));
        }
        if !self.facts().has_outcomes {
            return Err(FitError::NoOutcomes);
        }
        let started = std::time::Instant::now();
        // Before anything is estimated.
        let clusters = match &options.covariance {
            CovarianceKind::Clustered(columns) => Some((columns, self.clusterings(columns)?)),
            CovarianceKind::Bootstrap(BootstrapOptions {
                cluster: Some(column), ..
            }) => {
                self.clustering(column)?;
                None
            }
            _ => None,
        };
        let start = options
            .start
            .clone()
            .unwrap_or_else(|| match options.optimiser.max_iterations {
                0 => self.start(),
                _ => self.estimation_start(),
            });
        if let Some(mixture) = self.mixture() {
            let mut fit = self.fit_mixture(mixture, &start, options, progress, constants)?;
            fit.confidence = options.confidence;
            self.infer(&mut fit, options, clusters)?;
            fit.elapsed_seconds.estimate = started.elapsed().as_secs_f64();
            return Ok(fit);
        }
        let (maximum, optima) = self.maximum(&start, options, progress)?;
        let mut fit = self.summarise(&maximum, constants);
        fit.optima = optima;

        let findings = self.findings(&start, &maximum)?;
        let troubled: Vec<usize> = findings
            .iter()
            .flat_map(|finding| finding.parameters.iter().copied())
            .collect();
        if !findings.is_empty() {
            fit.converged = false;
            fit.convergence.reason = "some parameters have no unique finite estimate (see the warnings)".to_owned();
            let held: Vec<usize> = findings
                .iter()
                .flat_map(|finding| finding.held.iter().copied())
                .collect();
            self.attach_covariances(&mut fit, &maximum, &held, &troubled)?;
            fit.warnings.extend(findings.into_iter().map(|finding| finding.message));
        } else {
            self.attach_covariances(&mut fit, &maximum, &[], &[])?;
            // Where utilities are linear the search for separation is exact; where they are not, this is all there is.
            if fit.converged && !self.is_linear() && self.information_faded(&maximum)? {
                fit.warnings.push(
                    "at these estimates the data say almost nothing about some of the parameters (less than a \
                     ten-thousandth of what they would say at equal shares): one of them may be on its way to infinity; \
                     look for estimates and standard errors of extreme size, and try other starts or a bound"
                        .to_owned(),
                );
            }
        }
        self.attach_nests(&mut fit);
        if constants {
            self.test_proportional_odds(&mut fit);
        }
        fit.confidence = options.confidence;
        self.infer(&mut fit, options, clusters)?;
        fit.elapsed_seconds.estimate = started.elapsed().as_secs_f64();
        Ok(fit)
    }

    /// Standard errors of the kind that was asked for, but those of a bootstrap, which is yet to be made.
    fn infer(
        &self,
        fit: &mut Fit,
        options: &FitOptions,
        clusters: Option<(&Vec<String>, Vec<Clustering>)>,
    ) -> Result<(), FitError> {
        if let Some((columns, clusterings)) = clusters {
            self.cluster(fit, columns, &clusterings, options.correction)?;
        }
        if options.covariance == CovarianceKind::Robust {
            fit.correct_robust(options.correction)?;
        }
        fit.choose_covariance(&options.covariance)
    }

    /// The nests, and what is to be said of them.
    pub(crate) fn attach_nests(&self, fit: &mut Fit) {
        fit.nests = self.describe_nests(fit);
        fit.warnings.extend(fit.nests.iter().flat_map(NestReport::doubts));
    }

    /// From `start`, or from where an earlier estimation stood.
    fn maximum(
        &self,
        start: &[f64],
        options: &FitOptions,
        progress: Option<&mut dyn FnMut(&Progress<'_>)>,
    ) -> Result<(Maximum, Option<OptimaReport>), FitError> {
        let optimiser = &options.optimiser;
        let mut optima = None;
        let mut nearer = match &options.resume {
            // Where nothing is to be estimated, everything is to be seen at the start.
            None if optimiser.max_iterations > 0 => {
                let nearer = self.approach(start, optimiser);
                nearer.or_else(|| self.approach_utilities(start, optimiser))
            }
            _ => None,
        };
        if let Some(state) = &options.resume {
            return Ok((resume(self, state, optimiser, progress)?, None));
        }
        if options.starts > 1 && optimiser.max_iterations > 0 {
            let usual = nearer.as_deref().unwrap_or(start);
            let (best, report) = self.optima_around(usual, options.starts, optimiser);
            nearer = Some(best);
            optima = Some(report);
        }
        let Some(nearer) = nearer else {
            return Ok((maximise(self, start, optimiser, progress)?, None));
        };
        // Before anything else: what is found later must not be lost for its sake.
        let log_likelihood_start = match self.is_equal_utilities(start) {
            true => self.facts().log_likelihood_null,
            false => self.log_likelihood_at(start)?,
        };
        let mut progress = progress;
        let mut from_the_start = |here: &Progress<'_>| {
            if let Some(progress) = progress.as_mut() {
                let mut state = here.state.clone();
                state.log_likelihood_start = log_likelihood_start;
                progress(&Progress { state: &state, ..*here });
            }
        };
        let mut maximum = maximise(self, &nearer, optimiser, Some(&mut from_the_start))?;
        maximum.log_likelihood_start = log_likelihood_start;
        Ok((maximum, optima))
    }

    /// ln L at the starting values.
    fn log_likelihood_at(&self, start: &[f64]) -> Result<f64, EstimateError> {
        match self.evaluate(start, Order::Value) {
            Ok(evaluation) => Ok(evaluation.log_likelihood),
            Err(EvalError::Outside { reason }) => Err(EstimateError::StartOutside { reason }),
            Err(EvalError::Interrupted) => Err(EstimateError::InterruptedAtStart),
            Err(error) => Err(EstimateError::FailedAtStart {
                reason: error.to_string(),
            }),
        }
    }

    /// What stands in the way of unique finite estimates, where the optimiser or the information gives reason to look.
    fn findings(&self, start: &[f64], maximum: &Maximum) -> Result<Vec<Finding>, FitError> {
        let stopped = &maximum.convergence.stopped;
        if matches!(
            stopped,
            Stopped::NothingEstimated | Stopped::NoFreeParameters | Stopped::Interrupted { .. }
        ) {
            return Ok(Vec::new());
        }
        let empty = self.empty_ranks();
        if !empty.is_empty() {
            return Ok(empty);
        }
        let ended = matches!(
            stopped,
            Stopped::NotIdentified { .. } | Stopped::NotMaximum { .. } | Stopped::TrustRegionTooSmall { .. }
        );
        // A logit takes a handful of iterations; on the way to infinity they are many, unless it started far out or
        // weights make the criterion small.
        let worth_a_look =
            maximum.convergence.iterations > FEW || start.iter().any(|value| *value != 0.0) || self.facts().weighted;
        // By a loose tolerance it has converged before it is far out.
        let loose = maximum.convergence.tolerance > Options::default().tolerance;
        let suspect =
            ended || loose || self.is_nearly_flat(maximum) || (worth_a_look && self.information_faded(maximum)?);
        // A parameter that rests on a bound can hide that nothing but the bound determines the others.
        let on_bound = maximum.convergence.at_bound.iter().any(Option::is_some);
        if suspect || on_bound || !self.has_linear_utilities() {
            let findings = self.not_identified(&maximum.theta)?;
            if !findings.is_empty() {
                return Ok(findings);
            }
        }
        if suspect {
            Ok(self.separated_at(&maximum.theta)?)
        } else {
            Ok(Vec::new())
        }
    }

    /// Whether parameters that are estimated have a direction in which ln L hardly curves, as collinear columns leave
    /// where rounding hides that it does not curve at all.
    fn is_nearly_flat(&self, maximum: &Maximum) -> bool {
        let inside = self.inside(maximum);
        !null_space(&-select(&maximum.evaluation.hessian, &inside), SUSPICIOUS).is_empty()
    }

    /// Whether the data say much less at the estimates than they could about some combination of parameters u:
    /// u′(−H)u < [`FADED`] u′Gu, with G the information at equal shares. So it is if −H − `FADED`·G is not positive
    /// definite, and a covariance from it cannot be had.
    fn information_faded(&self, maximum: &Maximum) -> Result<bool, FitError> {
        let most = self.information_at_equal_shares(&maximum.theta)?;
        let excess = &maximum.evaluation.hessian + FADED * most;
        Ok(hessian_covariance(&excess, &self.inside(maximum)).is_err())
    }

    /// Parameters that are neither fixed nor at a bound.
    pub(crate) fn inside(&self, maximum: &Maximum) -> Vec<bool> {
        let at_bound = &maximum.convergence.at_bound;
        self.parameters()
            .iter()
            .zip(at_bound)
            .map(|(parameter, bound)| !parameter.fixed && bound.is_none())
            .collect()
    }

    /// Counts, log-likelihoods, convergence and estimates; no covariances yet.
    pub(crate) fn summarise(&self, maximum: &Maximum, constants: bool) -> Fit {
        let data = self.facts();
        let convergence = &maximum.convergence;
        let log_likelihood = maximum.evaluation.log_likelihood;
        let null = data.log_likelihood_null;
        let k = self.parameters().iter().filter(|parameter| !parameter.fixed).count();
        let mut warnings = data.warnings.clone();
        let estimates: Vec<Estimate> = self
            .parameters()
            .iter()
            .zip(&maximum.theta)
            .zip(&convergence.at_bound)
            .map(|((parameter, &estimate), bound)| Estimate {
                term: parameter.name.clone(),
                estimate,
                std_error: None,
                statistic: None,
                p_value: None,
                conf_low: None,
                conf_high: None,
                fixed: parameter.fixed,
                at_bound: bound.map(|bound| if bound == Bound::Lower { "lower" } else { "upper" }.to_owned()),
            })
            .collect();
        for estimate in &estimates {
            if let Some(bound) = &estimate.at_bound {
                warnings.push(format!(
                    "\"{}\" stands at its {bound} bound {}: it counts as fixed in the criterion and in every covariance",
                    estimate.term, estimate.estimate
                ));
            }
        }
        if data.shares {
            warnings.push(
                "outcomes are shares: the log-likelihood is a quasi-likelihood, so that AIC, BIC and likelihood ratios rank \
                 nothing by themselves, and only the robust and clustered standard errors hold"
                    .to_owned(),
            );
        }
        let scales = self.describe_scales(&maximum.theta);
        warnings.extend(self.scale_problems());
        warnings.extend(scales.iter().filter_map(ScaleReport::warning));
        let of_ranking = match (data.best_worst, data.joint) {
            (Some(true), _) => Some("that tell the worst"),
            (Some(false), Some(_)) => Some("with ties"),
            _ => None,
        };
        if let Some(which) = of_ranking.filter(|_| constants && data.alternatives.labelled) {
            warnings.push(format!(
                "the log-likelihood with constants only is not computed for rankings {which}"
            ));
        }
        let wanted = constants && data.counted.is_wanted();
        let constants = if wanted { data.counted.log_likelihood() } else { None };
        if wanted && constants.is_none() {
            let why = match data.counted.too_many {
                true => "there are too many different choice sets",
                false => "its estimation did not converge",
            };
            warnings.push(format!(
                "the log-likelihood with constants only could not be computed: {why}"
            ));
        }
        let ratio = |value: f64| (null != 0.0).then(|| 1.0 - value / null);
        Fit {
            format: fit::FORMAT,
            logsum_version: env!("CARGO_PKG_VERSION").to_owned(),
            title: String::new(),
            model: FittedModel {
                family: match (data.best_worst, self.mixture().is_some()) {
                    _ if self.specification().probit.is_some() => self.probit_family(),
                    (_, is_mixed) if let Some(ordered) = &self.specification().ordered => ordered.family(is_mixed),
                    (_, is_mixed) if self.specification().nests.is_some() => self.nested_family(is_mixed),
                    (_, false) if self.specification().generator.is_some() => "generalised extreme value",
                    (_, true) if self.specification().generator.is_some() => "mixed generalised extreme value",
                    (None, false) => "logit",
                    (None, true) => "mixed logit",
                    (Some(false), false) => "rank-ordered logit",
                    (Some(false), true) => "rank-ordered mixed logit",
                    (Some(true), false) if data.joint.is_some() => "max-diff logit",
                    (Some(true), true) if data.joint.is_some() => "max-diff mixed logit",
                    (Some(true), false) => "best-worst logit",
                    (Some(true), true) => "best-worst mixed logit",
                }
                .to_owned(),
                specification: serde_json::Value::Null,
            },
            data: DataSummary {
                file: data.source.name.clone(),
                fingerprint: String::new(),
                rows_read: data.rows_read,
                rows_used: data.rows_used,
                alternatives: if data.alternatives.labelled {
                    let named = data.alternatives.names.iter().zip(&data.alternatives.codes);
                    let one = |(name, code): (&String, &String)| fit::AlternativeCode {
                        name: name.clone(),
                        code: code.clone(),
                    };
                    named.map(one).collect()
                } else {
                    Vec::new()
                },
            },
            n_decision_makers: data.n_decision_makers,
            n_cases: data.n_cases,
            n_alternatives: data.n_alternatives(),
            n_parameters: k,
            quasi_likelihood: data.shares,
            log_likelihood_start: Some(maximum.log_likelihood_start),
            log_likelihood,
            log_likelihood_null: null,
            log_likelihood_constants: constants,
            rho_squared: ratio(log_likelihood),
            rho_squared_adjusted: ratio(log_likelihood - k as f64),
            aic: 2.0 * k as f64 - 2.0 * log_likelihood,
            bic: k as f64 * (data.n_cases as f64).ln() - 2.0 * log_likelihood,
            converged: convergence.converged,
            convergence: fit::Convergence {
                reason: reason(&convergence.stopped),
                criterion: convergence.criterion,
                tolerance: convergence.tolerance,
                iterations: convergence.iterations as usize,
                evaluations: convergence.evaluations as usize,
                gradient_norm: Some(convergence.gradient_norm),
                smallest_hessian_eigenvalue: convergence.smallest_hessian_eigenvalue,
            },
            covariance_kind: CovarianceKind::Hessian.name().to_owned(),
            cluster: None,
            correction: None,
            confidence: 0.95,
            parameters: estimates,
            covariance: Covariances::default(),
            bootstrap: None,
            profiles: Vec::new(),
            sampling: None,
            draws: None,
            tastes: None,
            scales,
            errors: None,
            nests: None,
            optima: None,
            calibration: None,
            proportional_odds: None,
            validation: None,
            warnings,
            elapsed_seconds: fit::Elapsed::default(),
        }
    }
}

/// Why the optimiser stopped; the measured value and its tolerance stand beside it in the fit.
fn reason(stopped: &Stopped) -> String {
    match stopped {
        Stopped::Converged { .. } => "the Newton decrement fell below its tolerance".to_owned(),
        other => other.to_string().trim_start_matches("not converged: ").to_owned(),
    }
}
