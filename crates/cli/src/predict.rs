//! `logsum predict`: what a fit says of the cases it was estimated on, or of others.

pub mod new_data;
pub mod rows;

use std::path::Path;

use logsum_data::ChoiceData;
use logsum_report::{Format, PredictedAlternative, PredictionReport};
use logsum_tables::ReadOptions;
use logsum_utility::{Fit, Prediction, Share, observed_shares};

use crate::args::PredictArgs;
use crate::destination::{self, Product};
use crate::failure::{Failure, NOT_CONVERGED};
use crate::load::Loaded;
use crate::{load, output, show};

/// What to do where the data of the estimation are not found.
pub const OTHER_DATA: &str = "name a file to predict as DATA";

/// Runs the command; predictions from a fit that has not converged come with the exit code that says so.
pub fn run(args: &PredictArgs) -> Result<u8, Failure> {
    let fit = show::read(&args.fit)?;
    let (mut loaded, mut warnings) = match &args.cases.data {
        Some(data) => {
            let new = new_data::load((&fit, &args.fit), &args.cases, data, &[])?;
            (new.loaded, new.warnings)
        }
        None => {
            let loaded = show::load_again(&fit, &args.fit, None, &[], OTHER_DATA)?;
            (loaded, Vec::new())
        }
    };
    if loaded.data.rankings().is_some() {
        // Predicted is the best of all.
        loaded.data = loaded.data.first_choices();
    }
    if let Some(path) = &args.output {
        destination::check_table(path, &[&args.fit, &loaded.path], Product::Predictions)?;
    }
    let model = show::bind_again(&fit, &args.fit, &loaded.model, &loaded.data)?;
    let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
    let prediction = model.predict(&theta).map_err(Failure::bad_input)?;
    let shares = if loaded.data.alternatives().labelled {
        model.share_estimates(&fit).map_err(Failure::bad_input)?
    } else {
        Vec::new()
    };
    warnings.extend(load::choice_based(
        &loaded.model,
        "predicted are the probabilities in the population, for cases as they were sampled; observed are the choices as \
         sampled",
    ));
    if !fit.converged {
        warnings.insert(
            0,
            format!(
                "\"{}\" has not converged: {}; these are predictions at its best point",
                args.fit.display(),
                fit.convergence.reason
            ),
        );
    }
    output::warnings(&warnings, args.form.quiet);
    if let Some(path) = &args.output {
        destination::write_table(path, &rows::table(&loaded.data, &prediction), &ReadOptions::default())?;
    }
    print(
        &report(&fit, &loaded, args.cases.data.as_deref(), &prediction, &shares),
        args,
    )?;
    Ok(if fit.converged { 0 } else { NOT_CONVERGED })
}

fn print(report: &PredictionReport, args: &PredictArgs) -> Result<(), Failure> {
    output::result(&match args.form.format {
        Format::Text => logsum_report::prediction_text(report, output::style()),
        other => logsum_report::prediction(report, other),
    })
}

fn report(
    fit: &Fit,
    loaded: &Loaded,
    new: Option<&Path>,
    prediction: &Prediction,
    shares: &[Share],
) -> PredictionReport {
    let data: &ChoiceData = &loaded.data;
    let observed = observed_shares(data);
    let available = data.times_available();
    let alternative = |(at, share): (usize, &Share)| PredictedAlternative {
        name: data.alternatives().names[at].clone(),
        available: available[at],
        predicted_share: share.share,
        std_error: share.std_error,
        conf_low: share.conf_low,
        conf_high: share.conf_high,
        observed_share: observed.as_ref().map(|observed| observed[at]),
    };
    PredictionReport {
        title: fit.title.clone(),
        file: loaded.data.source().name.clone(),
        estimation_data: new.is_none(),
        converged: fit.converged,
        rows_read: data.rows_read(),
        rows_used: data.rows_used(),
        n_cases: data.n_cases(),
        total_weight: data.weights().map(|weights| weights.iter().sum()),
        mean_logsum: prediction.mean_logsum(data),
        covariance_kind: fit.covariance_kind.clone(),
        confidence: fit.confidence,
        alternatives: shares.iter().enumerate().map(alternative).collect(),
    }
}
