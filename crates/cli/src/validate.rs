//! Validation of an estimation: decision makers held out once, or in folds.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;
use logsum_data::ChoiceData;
use logsum_estimate::{EstimateError, EvalError, Options};
use logsum_utility::validation::{
    CrossValidation, FoldOptions, Holdout, SEED, Validation, ValidationError, cross_validate, fingerprint_without,
    folds, held_out, score,
};
use logsum_utility::{Fit, FitError, ModelFile};

use crate::failure::Failure;
use crate::load::choice_based;
use crate::progress::Counter;

/// Whom to hold out.
#[derive(Debug, Default, Args)]
pub struct ValidationArgs {
    /// Hold out this part of the decision makers, such as 0.2: the fit is of the others, also in the file, and the report
    /// says how well it predicts those who were held out. Other commands take the decision makers of the estimation from
    /// the same data; predict --held-out takes the others
    #[arg(
        long,
        value_name = "FRACTION",
        conflicts_with = "folds",
        allow_negative_numbers = true
    )]
    pub holdout: Option<f64>,
    /// Cross-validate: estimate without one of K parts of the decision makers after the other, and predict it. The fit is of
    /// all of them, and holds the cross-validation beside it
    #[arg(long, value_name = "K", allow_negative_numbers = true)]
    pub folds: Option<usize>,
}

impl ValidationArgs {
    /// Whether anybody is held out.
    pub fn is_asked(&self) -> bool {
        self.holdout.is_some() || self.folds.is_some()
    }
}

/// Who is held out of data that were read at once.
pub enum Plan {
    Nobody,
    /// A part of the decision makers.
    Some {
        fraction: f64,
        seed: u64,
        held_out: Box<ChoiceData>,
    },
    /// All of them, one part after the other.
    Folds {
        number: usize,
        seed: u64,
    },
}

impl Plan {
    /// The plan, and the data to estimate on if these are not all.
    pub fn of(
        args: &ValidationArgs,
        seed: Option<u64>,
        data: &ChoiceData,
    ) -> Result<(Plan, Option<ChoiceData>), Failure> {
        let seed = seed.unwrap_or(SEED);
        if let Some(fraction) = args.holdout {
            let out = held_out(data, fraction, seed).map_err(Failure::bad_input)?;
            let others: Vec<bool> = out.iter().map(|out| !out).collect();
            let plan = Plan::Some {
                fraction,
                seed,
                held_out: Box::new(data.select(&out)),
            };
            return Ok((plan, Some(data.select(&others))));
        }
        let Some(number) = args.folds else {
            return Ok((Plan::Nobody, None));
        };
        // What is wrong with it is told before anything is estimated.
        folds(data, number, seed).map_err(Failure::bad_input)?;
        Ok((Plan::Folds { number, seed }, None))
    }

    /// The fingerprint of the estimation, from that of all data.
    pub fn fingerprint(&self, all: String) -> String {
        match self {
            Plan::Some { fraction, seed, .. } => fingerprint_without(&all, *fraction, *seed),
            Plan::Nobody | Plan::Folds { .. } => all,
        }
    }

    /// Looks at those who were held out, and writes it into the fit; `data` are those that it was estimated on.
    pub fn carry_out(
        &self,
        file: &ModelFile,
        data: &ChoiceData,
        fit: &mut Fit,
        (optimiser, interrupt): (&Options, &Arc<AtomicBool>),
        quiet: bool,
    ) -> Result<(), Failure> {
        if !matches!(self, Plan::Nobody) {
            let what = "measures hold probabilities in the population against choices as they were sampled";
            fit.warnings.extend(choice_based(file, what));
        }
        match self {
            Plan::Nobody => {}
            Plan::Some {
                fraction,
                seed,
                held_out,
            } => {
                let theta: Vec<f64> = fit.parameters.iter().map(|estimate| estimate.estimate).collect();
                let on = |data: &ChoiceData| score(&file.specification, data, &theta).map_err(Failure::bad_input);
                fit.validation = Some(Validation::Holdout(Holdout {
                    fraction: *fraction,
                    seed: *seed,
                    estimation: on(data)?,
                    held_out: on(held_out)?,
                }));
            }
            Plan::Folds { .. } if !fit.converged => {
                fit.warnings
                    .push("the cross-validation was left out: it begins at estimates, and there are none".to_owned());
            }
            Plan::Folds { number, seed } => {
                let options = FoldOptions {
                    number: *number,
                    seed: *seed,
                    optimiser: optimiser.clone(),
                    interrupt: interrupt.clone(),
                };
                let counter = Counter::new(*number as u64, "folds", quiet);
                let done = || counter.add_one();
                let found = cross_validate(&file.specification, data, file.sampling.as_ref(), fit, &options, &done);
                counter.finish();
                match found {
                    Ok(found) => {
                        fit.warnings.extend(left_out(&found));
                        fit.validation = Some(Validation::Folds(found));
                    }
                    Err(error) if is_interruption(&error) => fit
                        .warnings
                        .push("the cross-validation was left out: it was interrupted".to_owned()),
                    Err(error) => return Err(Failure::bad_input(error)),
                }
            }
        }
        Ok(())
    }
}

fn is_interruption(error: &ValidationError) -> bool {
    matches!(
        error,
        ValidationError::Evaluation(EvalError::Interrupted)
            | ValidationError::Fit(FitError::Evaluation(EvalError::Interrupted))
            | ValidationError::Fit(FitError::Estimate(EstimateError::InterruptedAtStart))
    )
}

/// Folds that count for nothing.
fn left_out(found: &CrossValidation) -> Option<String> {
    let first = found.folds.iter().find(|fold| fold.held_out.is_none())?;
    let why = first.problem.as_deref().unwrap_or("it has no estimates");
    let why = why.split(';').next().unwrap_or(why);
    Some(format!(
        "{} of {} folds count for nothing in the cross-validation; fold {}: {why}",
        found.left_out, found.number, first.fold
    ))
}
