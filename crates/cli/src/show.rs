//! `logsum show`: a fit again, its covariance chosen after the fact.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use logsum_data::{ChoiceData, Table};
use logsum_estimate::{EstimateError, EvalError, LogLikelihood};
use logsum_report::Format;
use logsum_utility::validation::{Validation, fingerprint_without, held_out};
use logsum_utility::{
    BootstrapOptions, Correction, CovarianceKind, DrawNumber, FORMAT, Fit, FitError, Model, ModelFile,
};

use crate::args::{CovarianceArgs, OutputArgs, ShowArgs, StorageArgs};
use crate::asked::Asked;
use crate::bootstrap::{self, Resampling};
use crate::estimate::watch_for_interrupt;
use crate::failure::{Failure, NOT_CONVERGED};
use crate::ingest::{self, Limits};
use crate::load::{Extra, Loaded};
use crate::progress::Waiting;
use crate::{load, output};

/// Runs the command; a fit that has not converged is shown with the exit code that says so.
pub fn run(args: &ShowArgs) -> Result<u8, Failure> {
    let again = Again {
        data: args.data.as_deref(),
        remedy: OTHER_FILE,
        storage: &args.storage,
        quiet: args.form.quiet,
    };
    let mut fit = read(&args.fit)?;
    let mut asked = Asked::of(&args.covariance)?;
    // Other intervals from the resamples that stand there.
    if asked.kind.is_none() && args.bootstrap.interval.is_some() && fit.covariance_kind == "bootstrap" {
        asked.kind = Some(CovarianceKind::Bootstrap(BootstrapOptions::default()));
    }
    let asked = asked.resampling(&args.bootstrap, args.seed, "--seed", false)?;
    if args.resume && !asked.is_bootstrap() {
        return Err(Failure::bad_input(
            "--resume belongs to --covariance bootstrap: give that with it",
        ));
    }
    let mut complete = true;
    match &asked.kind {
        Some(CovarianceKind::Bootstrap(options)) => {
            if let Some(confidence) = args.covariance.confidence {
                fit.confidence = confidence;
            }
            match stored(&fit, options, &asked) {
                true => {
                    if let (Some(bootstrap), true) = (&mut fit.bootstrap, args.bootstrap.interval.is_some()) {
                        bootstrap.interval = options.interval;
                    }
                }
                false => complete = resampled(&mut fit, args, options, &again)?,
            }
            fit.choose_covariance(&CovarianceKind::Bootstrap(options.clone()))
                .map_err(Failure::bad_input)?;
        }
        _ => infer(&mut fit, &args.fit, &args.covariance, &asked, &again)?,
    }
    if !args.profile.is_empty() {
        with_model(&fit.clone(), &args.fit, &[], &again, |model| {
            let interrupt = Arc::new(AtomicBool::new(false));
            watch_for_interrupt(&interrupt);
            let _waiting = Waiting::new(args.form.quiet, "profiles".to_owned());
            model
                .interrupted_by(interrupt)
                .add_profiles(&mut fit, &args.profile)
                .map_err(not_profiled)
        })?;
    }
    print(&fit, &args.form)?;
    Ok(if fit.converged && complete { 0 } else { NOT_CONVERGED })
}

fn not_profiled(error: FitError) -> Failure {
    match error {
        FitError::Estimate(EstimateError::InterruptedAtStart) | FitError::Evaluation(EvalError::Interrupted) => {
            Failure {
                problems: vec!["interrupted before the profiles were complete".to_owned()],
                code: NOT_CONVERGED,
            }
        }
        error => Failure::bad_input(error),
    }
}

/// Whether a fit has the bootstrap that is asked for.
fn stored(fit: &Fit, options: &BootstrapOptions, asked: &Asked) -> bool {
    let same = |known: &logsum_utility::Bootstrap| {
        let finished = known.estimates.len() + known.failed == known.replications;
        let said =
            (known.replications, known.seed, &known.cluster) == (options.replications, options.seed, &options.cluster);
        !asked.resamples || (finished && said)
    };
    fit.covariance.bootstrap.is_some() && fit.bootstrap.as_ref().is_some_and(same)
}

/// Adds a bootstrap to a fit; whether it is complete.
fn resampled(fit: &mut Fit, args: &ShowArgs, options: &BootstrapOptions, again: &Again<'_>) -> Result<bool, Failure> {
    let columns: Vec<&str> = options.cluster.as_deref().into_iter().collect();
    let checkpoint = bootstrap::checkpoint(Some(&args.fit), &args.fit);
    let how = Resampling {
        options,
        checkpoint: &checkpoint,
        resume: args.resume,
        optional: false,
        quiet: args.form.quiet,
    };
    with_model(&fit.clone(), &args.fit, &columns, again, |model| {
        let interrupt = Arc::new(AtomicBool::new(false));
        watch_for_interrupt(&interrupt);
        bootstrap::run(&model.interrupted_by(interrupt), fit, &how)
    })
}

/// What to do where a command takes another place of the data.
pub const OTHER_FILE: &str = "give the right file with --data";

/// How data are read again where a covariance needs them.
#[derive(Clone, Copy)]
pub struct Again<'a> {
    /// The file, if it is not where the fit says.
    pub data: Option<&'a Path>,
    /// What to do if they are not those of the estimation.
    pub remedy: &'static str,
    pub storage: &'a StorageArgs,
    pub quiet: bool,
}

/// Reads a fit, and makes its standard errors from the covariance that was asked for.
pub fn inferred(path: &Path, asked: &CovarianceArgs, again: &Again<'_>) -> Result<Fit, Failure> {
    let mut fit = read(path)?;
    infer(&mut fit, path, asked, &Asked::of(asked)?, again)?;
    Ok(fit)
}

/// Makes the standard errors of a fit from the covariance that was asked for; a bootstrap is that of the fit.
fn infer(fit: &mut Fit, path: &Path, args: &CovarianceArgs, asked: &Asked, again: &Again<'_>) -> Result<(), Failure> {
    if let Some(confidence) = args.confidence {
        fit.confidence = confidence;
    }
    let correction = asked.correction.unwrap_or_default();
    let kind = match (&asked.kind, fit.covariance_kind.as_str()) {
        (Some(kind), _) => kind.clone(),
        (None, stored) => stored.parse().map_err(|error: String| Failure::bad_input(error))?,
    };
    match &asked.kind {
        Some(CovarianceKind::Clustered(columns)) => cluster(fit, path, columns, correction, again)?,
        Some(CovarianceKind::Robust) => fit.correct_robust(correction).map_err(Failure::bad_input)?,
        Some(CovarianceKind::Bootstrap(options)) => {
            let resampled = fit.bootstrap.as_ref().map(|bootstrap| &bootstrap.cluster);
            if fit.covariance.bootstrap.is_none() {
                return Err(Failure::bad_input(format!(
                    "\"{}\" has no bootstrapped covariance; estimate with --covariance bootstrap, or keep what \"logsum show {} \
                     --covariance bootstrap --format json\" prints",
                    path.display(),
                    path.display()
                )));
            }
            if options.cluster.is_some() && resampled != Some(&options.cluster) {
                return Err(Failure::bad_input(format!(
                    "the bootstrap of \"{}\" has not resampled the groups of that column; leave --cluster out to take it as it is",
                    path.display()
                )));
            }
        }
        _ => {}
    }
    fit.choose_covariance(&kind).map_err(Failure::bad_input)
}

/// Prints a fit; warnings that the form does not hold go to standard error.
pub fn print(fit: &Fit, form: &OutputArgs) -> Result<(), Failure> {
    let text = match form.format {
        Format::Text => logsum_report::fit_text(fit, output::style()),
        other => logsum_report::fit(fit, other),
    };
    // The text report lists them too, which is enough for somebody who sees both streams.
    if form.format != Format::Text || !output::is_watched() {
        output::warnings(&fit.warnings, form.quiet);
    }
    output::result(&text)
}

/// Reads a fit file.
pub fn read(path: &Path) -> Result<Fit, Failure> {
    let text = output::read_file(path, "fit file")?;
    let fit: Fit = serde_json::from_str(&text).map_err(|error| {
        Failure::bad_input(format!(
            "\"{}\" is not a fit file ({error}); \"logsum estimate MODEL -o FIT.json\" writes one",
            path.display()
        ))
    })?;
    if fit.format != FORMAT {
        return Err(Failure::bad_input(format!(
            "\"{}\" has the format {}, and this version of logsum reads {FORMAT}; estimate again",
            path.display(),
            fit.format
        )));
    }
    if let Some(problem) = contradiction(&fit) {
        return Err(Failure::bad_input(format!(
            "\"{}\" is damaged: {problem}; estimate again",
            path.display()
        )));
    }
    Ok(fit)
}

/// A covariance matrix that does not fit the parameters, as in a file that was edited.
fn contradiction(fit: &Fit) -> Option<String> {
    let free = fit.parameters.iter().filter(|parameter| !parameter.fixed).count();
    let kinds = [
        ("hessian", &fit.covariance.hessian),
        ("opg", &fit.covariance.opg),
        ("robust", &fit.covariance.robust),
        ("clustered", &fit.covariance.clustered),
        ("bootstrap", &fit.covariance.bootstrap),
    ];
    let square = |rows: &Vec<Vec<f64>>| rows.len() == free && rows.iter().all(|row| row.len() == free);
    let not_square = kinds
        .into_iter()
        .find(|(_, matrix)| matrix.as_ref().is_some_and(|rows| !square(rows)));
    if let Some((kind, _)) = not_square {
        return Some(format!(
            "the covariance \"{kind}\" is not {free} × {free}, a row for each parameter that is not fixed"
        ));
    }
    let bootstrap = fit.bootstrap.as_ref()?;
    let sound = bootstrap.parameters.len() == free && bootstrap.estimates.iter().all(|row| row.len() == free);
    (!sound)
        .then(|| format!("its bootstrap does not have {free} numbers in each resample, one for each free parameter"))
}

/// Reads the data again, makes sure they are the same, and sums the scores by cluster.
fn cluster(
    fit: &mut Fit,
    path: &Path,
    columns: &[String],
    correction: Correction,
    again: &Again<'_>,
) -> Result<(), Failure> {
    let wanted: Vec<&str> = columns.iter().map(String::as_str).collect();
    with_model(&fit.clone(), path, &wanted, again, |model| {
        model
            .add_clustered_by(fit, columns, correction)
            .map_err(Failure::bad_input)
    })
}

/// Reads the data of a fit again with further columns, makes sure they are the same, and lends the model on them.
fn with_model<T>(
    fit: &Fit,
    path: &Path,
    columns: &[&str],
    again: &Again<'_>,
    work: impl FnOnce(Model<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let remedy = again.remedy;
    at_its_estimates(fit, path)?;
    let file = model_of(fit, path)?;
    let data = data_of(fit, path, again.data);
    let limits = Limits::of(again.storage);
    let whole = matches!(fit.validation, Some(Validation::Holdout(_)));
    if !whole && let Ok(bound) = ingest::in_parts(&file, &data, columns, &limits, again.quiet)? {
        is_the_same(fit, path, &bound.fingerprint, &data, remedy)?;
        has_the_parameters(fit, path, &bound.model)?;
        return work(bound.model);
    }
    let loaded = load_again(fit, path, again.data, &Extra::clusters(columns), remedy)?;
    let used = loaded.model.estimation_data(&loaded.data).map_err(Failure::bad_input)?;
    work(bind_again(fit, path, &loaded.model, &used)?)
}

/// Whether a fit is at the maximum of its likelihood, but for what its estimation says.
///
/// # Errors
/// It was calibrated.
pub fn at_its_estimates(fit: &Fit, path: &Path) -> Result<(), Failure> {
    match fit.calibration {
        Some(_) => Err(Failure::bad_input(format!(
            "\"{}\" is calibrated, and its likelihood is not at a maximum; take the fit as it was estimated",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// The model of a fit.
pub fn model_of(fit: &Fit, path: &Path) -> Result<ModelFile, Failure> {
    let mut model = ModelFile::from_json(&fit.model.specification)
        .map_err(|error| Failure::bad_input(format!("\"{}\": {error}", path.display())))?;
    // An automatic number of draws is the one that the estimation came to.
    if let (Some(mixing), Some(draws)) = (&mut model.specification.mixing, &fit.draws)
        && mixing.draws.number == DrawNumber::Auto
    {
        let reflections = if draws.antithetic { 2 } else { 1 };
        mixing.draws.number = DrawNumber::Number(draws.number / reflections);
    }
    Ok(model)
}

/// Reads the data of the estimation again, from `data` if they are elsewhere, and makes sure that they are the same;
/// `remedy` says what to do if not.
pub fn load_again(
    fit: &Fit,
    path: &Path,
    data: Option<&Path>,
    extra: &[Extra<'_>],
    remedy: &str,
) -> Result<Loaded, Failure> {
    load_again_with_table(fit, path, data, extra, remedy).map(|(loaded, _)| loaded)
}

/// The same with the table that the data come from.
pub fn load_again_with_table(
    fit: &Fit,
    path: &Path,
    data: Option<&Path>,
    extra: &[Extra<'_>],
    remedy: &str,
) -> Result<(Loaded, Table), Failure> {
    let (mut loaded, table) = load_all_again(fit, path, data, extra, remedy)?;
    take_side(fit, &mut loaded, Side::Estimation)?;
    Ok((loaded, table))
}

/// Which decision makers are meant where some were held out of an estimation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Estimation,
    HeldOut,
}

/// Reads the data of the estimation again, and takes a side of them.
pub fn load_side_again(
    fit: &Fit,
    path: &Path,
    extra: &[Extra<'_>],
    remedy: &str,
    side: Side,
) -> Result<Loaded, Failure> {
    let (mut loaded, _) = load_all_again(fit, path, None, extra, remedy)?;
    take_side(fit, &mut loaded, side)?;
    Ok(loaded)
}

/// The data of the estimation and what was held out of it.
fn load_all_again(
    fit: &Fit,
    path: &Path,
    data: Option<&Path>,
    extra: &[Extra<'_>],
    remedy: &str,
) -> Result<(Loaded, Table), Failure> {
    let (model, data) = (model_of(fit, path)?, data_of(fit, path, data));
    load::check_room(&model, &data)?;
    let (loaded, table) = load::load_with_table(model, data, extra)?;
    let columns = loaded.model.attribute_columns();
    is_the_same(fit, path, &loaded.data.fingerprint(&columns), &loaded.path, remedy)?;
    Ok((loaded, table))
}

/// Leaves one side of the data, if some decision makers were held out.
fn take_side(fit: &Fit, loaded: &mut Loaded, side: Side) -> Result<(), Failure> {
    if let Some(Validation::Holdout(holdout)) = &fit.validation {
        let out = held_out(&loaded.data, holdout.fraction, holdout.seed).map_err(Failure::bad_input)?;
        let keep: Vec<bool> = out.iter().map(|out| *out == (side == Side::HeldOut)).collect();
        loaded.data = loaded.data.select(&keep);
    }
    Ok(())
}

/// The data of a fit, or those in `data`.
pub fn data_of(fit: &Fit, path: &Path, data: Option<&Path>) -> PathBuf {
    match data {
        Some(data) => data.to_owned(),
        None => path.parent().unwrap_or(Path::new("")).join(&fit.data.file),
    }
}

/// Makes sure that data are those of the estimation.
pub fn is_the_same(fit: &Fit, path: &Path, fingerprint: &str, data: &Path, remedy: &str) -> Result<(), Failure> {
    let same = match &fit.validation {
        Some(Validation::Holdout(of)) => fingerprint_without(fingerprint, of.fraction, of.seed) == fit.data.fingerprint,
        _ => fingerprint == fit.data.fingerprint,
    };
    if same {
        return Ok(());
    }
    Err(Failure::bad_input(format!(
        "\"{}\" is not the data that \"{}\" was estimated on: cases, choices or columns differ; {remedy}, or estimate again",
        data.display(),
        path.display()
    )))
}

/// The model of a fit bound to data, with the parameters that the fit has.
pub fn bind_again<'data>(
    fit: &Fit,
    path: &Path,
    file: &ModelFile,
    data: &'data ChoiceData,
) -> Result<Model<'data>, Failure> {
    let model = Model::bind(&file.specification, data).map_err(|error| Failure::all(error.each()))?;
    has_the_parameters(fit, path, &model)?;
    Ok(model)
}

/// Makes sure that a model has the parameters of the fit.
pub fn has_the_parameters(fit: &Fit, path: &Path, model: &Model<'_>) -> Result<(), Failure> {
    let terms = fit.parameters.iter().map(|estimate| &estimate.term);
    if model.parameters().iter().map(|parameter| &parameter.name).eq(terms) {
        return Ok(());
    }
    Err(Failure::bad_input(format!(
        "\"{}\" is damaged: its parameters are not those of its specification; estimate again",
        path.display()
    )))
}
