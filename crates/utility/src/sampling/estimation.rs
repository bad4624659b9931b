//! Estimation on samples of alternatives: the fit of the first sample, and how far others move it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use logsum_data::ChoiceData;
use logsum_estimate::{EstimateError, LogLikelihood, Progress, Stopped, maximise};

use super::AlternativeSampling;
use crate::estimation::{FitError, FitOptions};
use crate::fit::{Fit, SamplingReport};
use crate::model::Model;
use crate::specification::Specification;

type Watcher<'a> = dyn FnMut(&Progress<'_>) + 'a;

/// Maximum likelihood on samples of the alternatives of `data`, which are whole.
///
/// The first sample gives the fit: estimates, covariances, log-likelihoods. Its standard errors are valid as they are:
/// the corrected likelihood is the likelihood of the choices given the sampled sets, and has the information that is
/// left in them. With more than one replication the model is estimated on further, independent samples from the
/// estimates on, and [`Fit::sampling`] holds the standard deviations over all samples of every estimate and of ln L:
/// how much another sample would move them, given the same choices. It goes to 0 as the samples grow to the whole choice
/// sets.
///
/// `log_likelihood_null` is that of equal utilities on the sampled sets, the correction included;
/// `log_likelihood_constants` is not computed. Counts of rows and alternatives are those of the whole data. Predictions
/// belong to whole choice sets: bind the specification to `data` for them.
///
/// `progress` is called once an iteration of each estimation; `interrupt`, once set, stops them.
///
/// # Errors
/// As [`AlternativeSampling::sample`], [`Model::bind`] and [`Model::fit`]. Further samples on which the estimation does
/// not converge are a warning.
pub fn fit_sampled(
    specification: &Specification,
    data: &ChoiceData,
    sampling: &AlternativeSampling,
    options: &FitOptions,
    interrupt: &Arc<AtomicBool>,
    mut progress: Option<&mut dyn FnMut(&Progress<'_>)>,
) -> Result<Fit, FitError> {
    let started = std::time::Instant::now();
    let sampled = sampling.sample(data, 0)?;
    let model = Model::bind(specification, &sampled)?.interrupted_by(interrupt.clone());
    let mut fit = model.fit_beside(options, again(&mut progress), false)?;
    fit.data.rows_used = data.rows_used();
    if !data.alternatives().labelled {
        fit.n_alternatives = data.largest_choice_set();
    }

    let estimates: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
    let mut samples = vec![(fit.log_likelihood, estimates.clone())];
    let mut wanting = 0;
    let further = if fit.converged { sampling.replications } else { 1 };
    for replication in 1..further {
        let sampled = sampling.sample(data, replication as u64)?;
        let model = Model::bind(specification, &sampled)?.interrupted_by(interrupt.clone());
        let maximum = match maximise(&model, &estimates, &options.optimiser, again(&mut progress)) {
            Err(EstimateError::InterruptedAtStart) => None,
            maximum => Some(maximum?),
        };
        match maximum {
            Some(maximum) if maximum.convergence.converged => {
                samples.push((maximum.evaluation.log_likelihood, maximum.theta));
            }
            Some(maximum) if !matches!(maximum.convergence.stopped, Stopped::Interrupted { .. }) => wanting += 1,
            _ => {
                fit.warnings.push(format!(
                    "interrupted after {} of {} samples of alternatives: standard deviations over samples are of those",
                    replication, sampling.replications
                ));
                break;
            }
        }
    }
    if wanting > 0 {
        fit.warnings.push(format!(
            "the estimation did not converge on {wanting} of {further} samples of alternatives, which do not count in the \
             standard deviations over samples; take more alternatives"
        ));
    }
    let of = |k: usize| samples.iter().map(|(_, theta)| theta[k]).collect();
    let parameters = model.parameters().iter().enumerate();
    fit.sampling = Some(SamplingReport {
        method: sampling.method.name().to_owned(),
        number: sampling.number.clone(),
        seed: sampling.seed,
        replications: samples.len(),
        estimates_sd: parameters
            .map(|(k, parameter)| {
                if parameter.fixed {
                    None
                } else {
                    standard_deviation(of(k))
                }
            })
            .collect(),
        log_likelihood_sd: standard_deviation(samples.iter().map(|(log_likelihood, _)| *log_likelihood).collect()),
    });
    fit.elapsed_seconds.estimate = started.elapsed().as_secs_f64();
    Ok(fit)
}

/// Lends the watcher for one estimation.
fn again<'a>(progress: &'a mut Option<&mut Watcher<'_>>) -> Option<&'a mut Watcher<'a>> {
    match progress {
        Some(progress) => Some(&mut **progress),
        None => None,
    }
}

/// With one less than their number below; `None` for fewer than two.
fn standard_deviation(values: Vec<f64>) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt())
}
