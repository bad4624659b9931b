//! Cross-validation: every decision maker is held out once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use logsum_data::ChoiceData;
use logsum_estimate::{EstimateError, EvalError, Options};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{SampleScore, ValidationError, folds, score};
use crate::estimation::{FitError, FitOptions};
use crate::fit::Fit;
use crate::mixing::DrawNumber;
use crate::model::Model;
use crate::sampling::AlternativeSampling;
use crate::specification::Specification;

/// Cases up to which folds are estimated at the same time: an estimation on more keeps all threads busy by itself, and
/// its data should not be in memory once for each thread.
const MANY: usize = 100_000;

/// How to cross-validate.
#[derive(Clone, Debug)]
pub struct FoldOptions {
    /// Number of folds.
    pub number: usize,
    /// Seed of the split.
    pub seed: u64,
    /// Of the optimiser.
    pub optimiser: Options,
    /// Once set, everything stops.
    pub interrupt: Arc<AtomicBool>,
}

/// Estimations without one part of the decision makers after the other, each held against that part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossValidation {
    /// Number of folds.
    pub number: usize,
    /// Seed of the split.
    pub seed: u64,
    /// The fit of all decision makers, held against them.
    pub in_sample: SampleScore,
    /// One for each part.
    pub folds: Vec<Fold>,
    /// Over the folds that count.
    pub means: FoldMeans,
    /// Folds that do not count, as they have no estimates.
    pub left_out: usize,
}

/// An estimation without the decision makers of a fold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fold {
    /// From 1.
    pub fold: usize,
    /// Decision makers in it.
    pub n_decision_makers: usize,
    /// Their choice situations.
    pub n_cases: usize,
    /// Whether the estimation on the others has converged.
    pub converged: bool,
    /// Why it counts for nothing: parameters that are not identified without it, an estimation that has not converged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// ln L by case of those that the estimation was on.
    pub estimation_log_likelihood_per_case: Option<f64>,
    /// The fold held against these estimates; `None` if it does not count.
    pub held_out: Option<SampleScore>,
}

/// A mean over folds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldMean {
    /// The plain mean: folds have as many decision makers as others, or one more.
    pub mean: f64,
    /// Standard deviation over folds by the root of their number; `None` for one. It takes folds for independent, which
    /// they are not quite: their estimations share most of the data (Bengio and Grandvalet 2004).
    pub std_error: Option<f64>,
}

/// Means over the folds that count; `None` where none do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "what they are means of is documented where it is")]
pub struct FoldMeans {
    pub estimation_log_likelihood_per_case: Option<FoldMean>,
    pub log_likelihood_per_case: Option<FoldMean>,
    pub hit_rate: Option<FoldMean>,
    pub expected_hit_rate: Option<FoldMean>,
    /// `None` too if anything was chosen that had no probability.
    pub log_score: Option<FoldMean>,
    pub brier_score: Option<FoldMean>,
}

/// Cross-validates a specification whose estimates on all of `data` are those of `fit`, where every estimation begins.
///
/// Random tastes take the number of draws that `fit` came to, and their simulation error is not measured again; sampled
/// choice sets are those of the first sample, and what is held out is predicted on whole ones. A fold whose estimation has
/// not converged, or does not identify a parameter, is said and counted, and left out of the means. `done` is called
/// after each. The numbers do not depend on threads.
///
/// # Source
/// Stone (1974), *Cross-validatory choice and assessment of statistical predictions*; of the standard errors Bengio and
/// Grandvalet (2004), *No unbiased estimator of the variance of k-fold cross-validation*.
///
/// # Errors
/// Fewer than two folds or fewer decision makers than folds; as [`Model::fit`] for what stops every estimation.
pub fn cross_validate(
    specification: &Specification,
    data: &ChoiceData,
    sampling: Option<&AlternativeSampling>,
    fit: &Fit,
    options: &FoldOptions,
    done: &(dyn Fn() + Sync),
) -> Result<CrossValidation, ValidationError> {
    let of_case = folds(data, options.number, options.seed)?;
    let specification = frugal(specification, fit);
    let theta: Vec<f64> = fit.parameters.iter().map(|estimate| estimate.estimate).collect();
    let in_sample = score(&specification, data, &theta)?;
    let one = |fold: usize| {
        let without: Vec<bool> = of_case.iter().map(|of| *of as usize != fold).collect();
        let within: Vec<bool> = without.iter().map(|without| !without).collect();
        let sides = (data.select(&without), data.select(&within));
        let fold = validated(&specification, &sides, sampling, (fold + 1, fit), options);
        done();
        fold
    };
    let folds: Result<Vec<Fold>, ValidationError> = match data.n_cases() <= MANY {
        true => (0..options.number).into_par_iter().map(one).collect(),
        false => (0..options.number).map(one).collect(),
    };
    let folds = folds?;
    Ok(CrossValidation {
        number: options.number,
        seed: options.seed,
        in_sample,
        means: means(&folds),
        left_out: folds.iter().filter(|fold| fold.held_out.is_none()).count(),
        folds,
    })
}

/// The specification as it is estimated once more: without what a report alone needs.
fn frugal(specification: &Specification, fit: &Fit) -> Specification {
    let mut specification = specification.clone();
    if let Some(mixing) = &mut specification.mixing {
        mixing.draws.replications = 0;
        if let (DrawNumber::Auto, Some(draws)) = (mixing.draws.number, &fit.draws) {
            let reflections = if draws.antithetic { 2 } else { 1 };
            mixing.draws.number = DrawNumber::Number(draws.number / reflections);
        }
    }
    specification
}

/// Estimates on one side and looks at the other.
fn validated(
    specification: &Specification,
    (estimation, held_out): &(ChoiceData, ChoiceData),
    sampling: Option<&AlternativeSampling>,
    (number, of_all): (usize, &Fit),
    options: &FoldOptions,
) -> Result<Fold, ValidationError> {
    let mut fold = Fold {
        fold: number,
        n_decision_makers: held_out.n_decision_makers(),
        n_cases: held_out.n_cases(),
        converged: false,
        problem: None,
        estimation_log_likelihood_per_case: None,
        held_out: None,
    };
    let sampled = sampling.map(|sampling| sampling.sample(estimation, 0));
    let sampled = sampled.transpose().map_err(FitError::from)?;
    let choices = sampled.as_ref().unwrap_or(estimation);
    let model = Model::bind(specification, choices)?.interrupted_by(options.interrupt.clone());
    let fit_options = FitOptions {
        optimiser: options.optimiser.clone(),
        start: Some(of_all.parameters.iter().map(|estimate| estimate.estimate).collect()),
        ..FitOptions::default()
    };
    let fit = match model.fit_beside(&fit_options, None, false) {
        Ok(fit) => fit,
        Err(error @ FitError::Evaluation(EvalError::Interrupted)) => return Err(error.into()),
        Err(error @ FitError::Estimate(EstimateError::InterruptedAtStart)) => return Err(error.into()),
        Err(error) => {
            fold.problem = Some(error.to_string());
            return Ok(fold);
        }
    };
    fold.converged = fit.converged;
    if !fit.converged {
        let said = fit.warnings.iter().find(|warning| {
            ["identified", "no finite", "infinity"]
                .iter()
                .any(|what| warning.contains(what))
        });
        fold.problem = Some(said.unwrap_or(&fit.convergence.reason).clone());
        return Ok(fold);
    }
    let mut both = fit.parameters.iter().zip(&of_all.parameters);
    if let Some((held, _)) = both.find(|(here, all)| here.fixed && !all.fixed) {
        fold.problem = Some(format!("\"{}\" is not identified by the other folds", held.term));
        return Ok(fold);
    }
    let theta: Vec<f64> = fit.parameters.iter().map(|estimate| estimate.estimate).collect();
    fold.estimation_log_likelihood_per_case = Some(score(specification, estimation, &theta)?.log_likelihood_per_case);
    match score(specification, held_out, &theta) {
        Ok(score) => fold.held_out = Some(score),
        Err(ValidationError::NoWeight) => fold.problem = Some("its choices have no weight".to_owned()),
        Err(ValidationError::Evaluation(error @ EvalError::Outside { .. })) => fold.problem = Some(error.to_string()),
        Err(error) => return Err(error),
    }
    Ok(fold)
}

/// Means over the folds that count.
fn means(folds: &[Fold]) -> FoldMeans {
    let scored: Vec<(&Fold, &SampleScore)> = folds
        .iter()
        .filter_map(|fold| Some((fold, fold.held_out.as_ref()?)))
        .collect();
    let mean = |of: &dyn Fn(&Fold, &SampleScore) -> Option<f64>| -> Option<FoldMean> {
        let values: Option<Vec<f64>> = scored.iter().map(|(fold, score)| of(fold, score)).collect();
        let values = values.filter(|values| !values.is_empty())?;
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Some(FoldMean {
            mean,
            std_error: (values.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt()),
        })
    };
    FoldMeans {
        estimation_log_likelihood_per_case: mean(&|fold, _| fold.estimation_log_likelihood_per_case),
        log_likelihood_per_case: mean(&|_, score| Some(score.log_likelihood_per_case)),
        hit_rate: mean(&|_, score| Some(score.measures.hit_rate)),
        expected_hit_rate: mean(&|_, score| Some(score.measures.expected_hit_rate)),
        log_score: mean(&|_, score| score.measures.log_score),
        brier_score: mean(&|_, score| Some(score.measures.brier_score)),
    }
}
