//! `logsum predict`: what a fit says of the cases it was estimated on, or of others.

pub mod args;
mod forecast;
pub mod new_data;
mod parts;
mod report;
pub mod rows;
mod sink;

use std::path::Path;

use logsum_report::{Format, calibration_picture};
use logsum_tables::Want;
use logsum_utility::validation::Validation;
use logsum_utility::{Fit, ModelFile, ShareInterval};

use crate::destination::{self, Product};
use crate::failure::{Failure, NOT_CONVERGED};
use crate::ingest::{self, Limits, Whole};
use crate::load::{self, Extra};
use crate::output;
use crate::show::{self, Again, Side};
use crate::simulate::{check_picture, write_picture};
use args::{Intervals, PredictArgs};
use forecast::{Asked, Cases, Forecast, Refused};
use parts::{Read, Source};

/// What to do where the data of the estimation are not found.
pub const OTHER_DATA: &str = "name a file to predict as DATA";

/// Draws of simulated intervals where nothing is said: their ends are then known to a fifteenth of the interval.
const DRAWS: u32 = 1_000;

/// Runs the command; predictions from a fit that has not converged come with the exit code that says so.
pub fn run(args: &PredictArgs) -> Result<u8, Failure> {
    let interval = interval(args)?;
    check_picture(args.picture.as_deref())?;
    let again = Again {
        data: None,
        remedy: OTHER_DATA,
        storage: &args.storage,
        quiet: args.form.quiet,
    };
    let fit = show::inferred(&args.fit, &args.covariance, &again)?;
    if interval == ShareInterval::Bootstrap && fit.bootstrap.is_none() {
        return Err(Failure::bad_input(format!(
            "--intervals bootstrap: \"{}\" has no bootstrap; estimate with --covariance bootstrap and -o",
            args.fit.display()
        )));
    }
    let holdout = matches!(fit.validation, Some(Validation::Holdout(_)));
    if args.held_out && !holdout {
        return Err(Failure::bad_input(format!(
            "--held-out: \"{}\" was estimated on all decision makers; estimate --holdout holds some out",
            args.fit.display()
        )));
    }
    let (model, path, mut warnings) = match &args.cases.data {
        Some(path) => {
            let (model, warnings) = new_data::prepared((&fit, &args.fit), &args.cases, path)?;
            (model, path.clone(), warnings)
        }
        None => {
            let path = show::data_of(&fit, &args.fit, None);
            (show::model_of(&fit, &args.fit)?, path, Vec::new())
        }
    };
    if let Some(path_of_output) = &args.output {
        destination::check_table(path_of_output, &[&args.fit, &path], Product::Predictions)?;
    }
    let asked = Asked {
        fit: &fit,
        path: &args.fit,
        by: args.by.as_deref(),
        interval,
        output: args.output.as_deref(),
    };
    let read = read(args, asked, (&model, &path), holdout && args.cases.data.is_none())?;
    warnings.extend(read.warnings.iter().cloned());
    warn(args, &fit, &model, &read, warnings);
    let report = report::report(args, &fit, &read);
    let bins = read
        .found
        .quality
        .as_ref()
        .map(|quality| quality.calibration.as_slice());
    if let Some(picture) = &args.picture {
        let Some(bins) = bins else {
            return Err(Failure::bad_input(
                "--picture: predictions are held against choices, and these are not known",
            ));
        };
        let title = format!("Calibration: {}", report.title);
        write_picture(Some(picture), || {
            calibration_picture(bins, title.trim_end_matches(": "))
        })?;
    }
    if let Some(sink) = read.found.sink {
        sink.finish()?;
    }
    output::result(&match args.form.format {
        Format::Text => logsum_report::prediction_text(&report, output::style()),
        other => logsum_report::prediction(&report, other),
    })?;
    Ok(if fit.converged { 0 } else { NOT_CONVERGED })
}

fn interval(args: &PredictArgs) -> Result<ShareInterval, Failure> {
    match args.intervals {
        Intervals::Delta | Intervals::Bootstrap if args.draws.is_some() || args.seed.is_some() => {
            Err(Failure::bad_input("--draws and --seed belong to --intervals simulated"))
        }
        Intervals::Bootstrap => Ok(ShareInterval::Bootstrap),
        Intervals::Delta => Ok(ShareInterval::Delta),
        Intervals::Simulated => Ok(ShareInterval::Simulated {
            draws: args.draws.unwrap_or(DRAWS) as usize,
            seed: args.seed.unwrap_or(1),
        }),
    }
}

/// Predicts part by part where the file allows it, else at once.
fn read(
    args: &PredictArgs,
    asked: Asked<'_>,
    (model, path): (&ModelFile, &Path),
    some_held_out: bool,
) -> Result<Read, Failure> {
    let (fit, limits) = (asked.fit, Limits::of(&args.storage));
    let extra: Vec<Extra<'_>> = args.by.iter().map(|column| by(column)).collect();
    let is_new = args.cases.data.is_some();
    let source = Source {
        model,
        path,
        extra: &extra,
        is_new,
        limits: &limits,
        quiet: args.form.quiet,
    };
    let why = match some_held_out {
        true => Whole::HeldOut,
        false => match parts::predict(source, asked)? {
            Ok(read) => {
                if !is_new {
                    show::is_the_same(fit, &args.fit, &read.fingerprint, path, OTHER_DATA)?;
                }
                return Ok(read);
            }
            Err(why) => why,
        },
    };
    if matches!(why, Whole::Scattered(_) | Whole::Faulty(_)) || limits.told {
        ingest::has_room(model, path, &[], &limits, why)?;
    }
    let (loaded, warnings) = match &args.cases.data {
        Some(data) => {
            let new = new_data::load((fit, &args.fit), &args.cases, data, &extra)?;
            // What was to be said of the model is known.
            let known = new_data::prepared((fit, &args.fit), &args.cases, data)?.1.len();
            (new.loaded, new.warnings[known..].to_vec())
        }
        None => {
            let side = if args.held_out { Side::HeldOut } else { Side::Estimation };
            (
                show::load_side_again(fit, &args.fit, &extra, OTHER_DATA, side)?,
                Vec::new(),
            )
        }
    };
    let mut forecast = Forecast::new(asked);
    match forecast.add(&loaded.model, &loaded.data) {
        Ok(()) => {}
        Err(Refused::Failed(failure)) => return Err(failure),
        Err(Refused::OtherColumns) => unreachable!("a file that has nothing yet takes any columns"),
    }
    Ok(Read {
        found: forecast.finish()?,
        cases: Cases::of(&loaded.data),
        warnings,
        fingerprint: String::new(),
    })
}

/// The column of segments.
fn by(column: &str) -> Extra<'_> {
    Extra {
        column,
        purpose: "to break results down by",
        want: Want::Any,
    }
}

/// Says what must be known before the numbers are believed.
fn warn(args: &PredictArgs, fit: &Fit, model: &ModelFile, read: &Read, mut warnings: Vec<String>) {
    warnings.extend(load::choice_based(
        model,
        "predicted are the probabilities in the population, for cases as they were sampled; observed are the choices as \
         sampled",
    ));
    let (lost, all) = read.found.lost_draws;
    if lost > 0 {
        warnings.push(format!(
            "{lost} of {all} draws of the estimates are no parameters of this model (a nest's dissimilarity below 0, say), and \
             are left out of the intervals"
        ));
    }
    if args.measures && read.found.quality.is_none() {
        warnings.push("--measures: predictions are held against choices, and these are not known".to_owned());
    }
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
}
