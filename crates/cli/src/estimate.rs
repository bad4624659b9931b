//! `logsum estimate`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use logsum_estimate::{LogLikelihood, Options, Parameter, Progress};
use logsum_report::Format;
use logsum_utility::{CovarianceKind, Fit, FitError, FitOptions, Model, ModelFile, Specification};

use crate::args::{CovarianceArgs, EstimateArgs};
use crate::checkpoint::Checkpoint;
use crate::destination;
use crate::failure::{BAD_INPUT, Failure, NOT_CONVERGED};
use crate::formula::load_formula;
use crate::load::load;
use crate::paths::relative;
use crate::progress::Bar;
use crate::{output, show};

/// Runs the command; the exit code tells whether the fit has converged.
pub fn run(args: &EstimateArgs) -> Result<u8, Failure> {
    let covariance = covariance(&args.covariance)?.unwrap_or_default();
    let extra: Vec<&str> = match &covariance {
        CovarianceKind::Clustered(column) => vec![column],
        _ => Vec::new(),
    };
    let loaded = match args.formula.formula {
        Some(_) => load_formula(&args.model, &args.formula, &extra)?,
        None => load(&args.model, args.data.as_deref(), &extra)?,
    };
    if let Some(path) = &args.output {
        destination::check_fit(path, &[&args.model, &loaded.path])?;
    }
    let interrupt = Arc::new(AtomicBool::new(false));
    let model = Model::bind(&loaded.model.specification, &loaded.data)
        .map_err(|error| Failure::all(error.each()))?
        .interrupted_by(interrupt.clone());
    let columns = loaded.model.attribute_columns();
    let fingerprint = loaded.data.fingerprint(&columns);

    let checkpoint_path = Checkpoint::path(args.output.as_deref(), &args.model);
    let start = match (&args.start, args.resume) {
        (Some(path), _) => Some(start_from(path, &loaded.model.specification, &model, args.form.quiet)?),
        (None, true) => Some(Checkpoint::resume(
            &checkpoint_path,
            &loaded.model.to_json(),
            &fingerprint,
        )?),
        (None, false) => None,
    };
    let mut optimiser = Options::default();
    optimiser.max_iterations = args.max_iterations.unwrap_or(optimiser.max_iterations);
    optimiser.tolerance = args.tolerance.unwrap_or(optimiser.tolerance);
    let options = FitOptions {
        optimiser,
        start,
        covariance,
        confidence: args.covariance.confidence.unwrap_or(0.95),
    };

    watch_for_interrupt(&interrupt);
    let bar = Bar::new(args.form.quiet);
    let mut progress = |progress: &Progress<'_>| bar.show(progress);
    let fit = model.fit(&options, Some(&mut progress));
    bar.finish();
    let interrupted = INTERRUPTED.load(Ordering::Relaxed);
    let mut fit = fit.map_err(failure)?;

    fit.title = loaded.model.title.clone();
    fit.model.specification = loaded.model.to_json();
    fit.data.fingerprint = fingerprint;
    fit.data.file = relative(
        &loaded.path,
        args.output.as_deref().and_then(Path::parent).unwrap_or(Path::new("")),
    );
    fit.elapsed_seconds.read = loaded.seconds;

    if interrupted && !fit.converged {
        Checkpoint::new(&fit, &loaded.model.to_json()).write(&checkpoint_path)?;
        output::note(&format!(
            "interrupted: the best point so far is kept in \"{}\"; the same command with --resume goes on from it",
            checkpoint_path.display()
        ));
    } else if args.resume && fit.converged {
        let _ = std::fs::remove_file(&checkpoint_path);
    }
    finish(args, &fit)
}

/// Writes the fit file, prints the report.
fn finish(args: &EstimateArgs, fit: &Fit) -> Result<u8, Failure> {
    show::print(fit, &args.form)?;
    if let Some(path) = &args.output {
        output::write_file(path, &logsum_report::fit(fit, Format::Json))?;
    }
    let evaluated_only = args.max_iterations == Some(0);
    if evaluated_only {
        if !args.form.quiet {
            output::note("nothing was estimated: likelihood, score and covariances at the starting values");
        }
        return Ok(0);
    }
    if !fit.converged && !args.form.quiet {
        output::note(&format!(
            "error: \"{}\" has not converged: {}",
            args.model.display(),
            fit.convergence.reason
        ));
    }
    Ok(if fit.converged { 0 } else { NOT_CONVERGED })
}

/// The covariance that was asked for.
pub fn covariance(args: &CovarianceArgs) -> Result<Option<CovarianceKind>, Failure> {
    if let Some(confidence) = args.confidence
        && !(confidence > 0.0 && confidence < 1.0)
    {
        return Err(Failure::bad_input(FitError::Confidence(confidence)));
    }
    let kind: Option<CovarianceKind> = args
        .covariance
        .as_deref()
        .map(|name| name.parse().map_err(|error: String| Failure::bad_input(error)))
        .transpose()?;
    match (kind, &args.cluster) {
        (None | Some(CovarianceKind::Clustered(_)), Some(column)) => {
            Ok(Some(CovarianceKind::Clustered(column.clone())))
        }
        (Some(CovarianceKind::Clustered(_)), None) => Err(Failure::bad_input(
            "--covariance clustered needs --cluster COLUMN, the column whose values are the clusters",
        )),
        (Some(kind), Some(_)) => Err(Failure::bad_input(format!(
            "--cluster belongs to --covariance clustered, not {kind}"
        ))),
        (kind, None) => Ok(kind),
    }
}

/// Starting values from an earlier fit; parameters that it does not have keep their own.
fn start_from(path: &Path, specification: &Specification, model: &Model<'_>, quiet: bool) -> Result<Vec<f64>, Failure> {
    let earlier = show::read(path)?;
    // A term may bear a label that the other model does not give it: then the name in the model file tells.
    let symbols: Vec<String> = ModelFile::from_json(&earlier.model.specification)
        .map(|file| file.specification.symbols())
        .unwrap_or_default();
    let found = |parameter: &Parameter, symbol: &str| {
        let by_term = earlier
            .parameters
            .iter()
            .find(|estimate| estimate.term == parameter.name);
        let by_symbol = || {
            symbols
                .iter()
                .position(|known| known == symbol)
                .and_then(|at| earlier.parameters.get(at))
        };
        by_term.or_else(by_symbol)
    };
    let mut start = model.start();
    let mut kept = Vec::new();
    for ((parameter, declared), value) in model.parameters().iter().zip(&specification.parameters).zip(&mut start) {
        match found(parameter, &declared.symbol) {
            Some(_) if parameter.fixed => {}
            Some(estimate) => *value = estimate.estimate.clamp(parameter.lower, parameter.upper),
            None => kept.push(parameter.name.as_str()),
        }
    }
    if kept.len() == model.parameters().len() {
        return Err(Failure::bad_input(format!(
            "--start \"{}\" has none of this model's parameters",
            path.display()
        )));
    }
    if !kept.is_empty() {
        let names = logsum_data::name_list(kept.iter().copied());
        output::warnings(
            &[format!(
                "--start has no estimate of {names}, which start as the model says"
            )],
            quiet,
        );
    }
    Ok(start)
}

fn failure(error: FitError) -> Failure {
    let code = match &error {
        FitError::Evaluation(logsum_estimate::EvalError::Interrupted)
        | FitError::Estimate(logsum_estimate::EstimateError::InterruptedAtStart) => NOT_CONVERGED,
        _ => BAD_INPUT,
    };
    let problems = match error {
        FitError::Data(error) => error.each().iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    };
    Failure { problems, code }
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Ctrl-C asks the estimation to stop at the next opportunity; a second one ends the program.
fn watch_for_interrupt(flag: &Arc<AtomicBool>) {
    let flag = flag.clone();
    let handler = move || {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        flag.store(true, Ordering::Relaxed);
    };
    if ctrlc::set_handler(handler).is_err() {
        output::note("warning: Ctrl-C cannot be watched for, and would end the program without a report");
    }
}
