//! `logsum estimate`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use logsum_data::ChoiceData;
use logsum_estimate::{LogLikelihood, Options, Parameter, Progress};
use logsum_report::Format;
use logsum_utility::{
    BootstrapOptions, CovarianceKind, Fit, FitError, FitOptions, Model, ModelFile, Specification, fit_sampled,
};

use crate::args::EstimateArgs;
use crate::asked::Asked;
use crate::bootstrap::{self, Resampling};
use crate::checkpoint::{Checkpoint, Keeper};
use crate::destination;
use crate::failure::{BAD_INPUT, Failure, NOT_CONVERGED};
use crate::formula::load_formula;
use crate::ingest::{self, Bound, Limits, Whole};
use crate::load::{data_of, load_model};
use crate::paths::relative;
use crate::progress::{self, Bar};
use crate::validate::Plan;
use crate::{output, show};

/// Runs the command; the exit code tells whether the fit has converged.
pub fn run(args: &EstimateArgs) -> Result<u8, Failure> {
    let splits = args.validation.is_asked();
    if args.max_iterations == Some(0) && splits {
        return Err(Failure::bad_input(
            "--holdout and --folds validate estimates, and with --max-iterations 0 nothing is estimated",
        ));
    }
    let asked = Asked::of(&args.covariance)?.resampling(&args.bootstrap, args.draws.seed, "--seed", true)?;
    let clusters = asked.columns();
    let source = source(args, asked.is_bootstrap() || splits)?;
    if let (Some(output), Source::File(_, data)) = (&args.output, &source) {
        destination::check_fit(output, &[&args.model, data])?;
    }
    let limits = Limits::of(&args.storage);
    let mut whole = match source {
        Source::Formula => load_formula(&args.model, &args.formula, &clusters)?,
        Source::File(file, path) if splits => ingest::whole(*file, path, &clusters, &limits, Whole::HeldOut)?,
        Source::File(file, path) => match ingest::in_parts(&file, &path, &clusters, &limits, args.form.quiet)? {
            Ok(bound) => return estimate(args, (&file, &path), bound, (None, Plan::Nobody), &asked),
            Err(why) => ingest::whole(*file, path, &clusters, &limits, why)?,
        },
    };
    if let Some(output) = &args.output {
        destination::check_fit(output, &[&args.model, &whole.path])?;
    }
    // By all of them the data are known again, whoever is held out.
    let fingerprint = whole.data.fingerprint(&whole.model.attribute_columns());
    let (plan, others) = Plan::of(&args.validation, args.draws.seed, &whole.data)?;
    if let Some(others) = others {
        whole.data = others;
    }
    let used = whole.model.estimation_data(&whole.data).map_err(Failure::bad_input)?;
    let mut bound = Bound::of(&whole, &used)?;
    bound.fingerprint = plan.fingerprint(fingerprint);
    let file = (&whole.model, whole.path.as_path());
    estimate(args, file, bound, (Some(&whole.data), plan), &asked)
}

/// Where model and data come from.
enum Source {
    Formula,
    File(Box<ModelFile>, PathBuf),
}

fn source(args: &EstimateArgs, seeds_more: bool) -> Result<Source, Failure> {
    if args.formula.formula.is_some() {
        if args.draws.draws.is_some() || (args.draws.seed.is_some() && !seeds_more) {
            return Err(Failure::bad_input(
                "--draws and --seed belong to models with random tastes, which a model file describes",
            ));
        }
        return Ok(Source::Formula);
    }
    let mut file = load_model(&args.model)?;
    args.draws.apply(&mut file, seeds_more)?;
    let path = args.data.clone().unwrap_or_else(|| data_of(&file, &args.model));
    Ok(Source::File(Box::new(file), path))
}

/// Estimates a model that is bound to its data, and reports; `whole` are the data if they were read at once, of which those
/// whom the plan holds out are no part.
fn estimate(
    args: &EstimateArgs,
    (file, path): (&ModelFile, &Path),
    bound: Bound<'_>,
    (whole, plan): (Option<&ChoiceData>, Plan),
    asked: &Asked,
) -> Result<u8, Failure> {
    let interrupt = Arc::new(AtomicBool::new(false));
    let model = bound.model.interrupted_by(interrupt.clone());
    if let Some(CovarianceKind::Bootstrap(BootstrapOptions {
        cluster: Some(column), ..
    })) = &asked.kind
    {
        model.check_clusters(std::slice::from_ref(column)).map_err(failure)?;
    }
    let specification = file.to_json();
    let checkpoint_path = Checkpoint::path(args.output.as_deref(), &args.model);
    let resamples = bootstrap::checkpoint(args.output.as_deref(), &args.model);
    // Where the bootstrap was interrupted the estimation was not: it is made again, to the same bits.
    let of_bootstrap = asked.is_bootstrap() && resamples.exists() && !checkpoint_path.exists();
    let resumed = match args.resume && !of_bootstrap {
        true => Some(Checkpoint::resume(
            &checkpoint_path,
            &specification,
            &bound.fingerprint,
        )?),
        false => None,
    };
    let start = match (&args.start, &resumed) {
        (Some(path), _) => start_from(path, &file.specification, &model, args.form.quiet)?,
        (None, Some(checkpoint)) => checkpoint.start.clone(),
        (None, None) => model.start(),
    };
    let mut optimiser = Options::default();
    optimiser.max_iterations = args.max_iterations.unwrap_or(optimiser.max_iterations);
    optimiser.tolerance = args.tolerance.unwrap_or(optimiser.tolerance);
    let options = FitOptions {
        optimiser,
        // Where nobody says where to start, the model may know a better place.
        start: (args.start.is_some() || resumed.is_some()).then(|| start.clone()),
        resume: resumed.map(|checkpoint| checkpoint.state),
        // A bootstrap follows the estimation.
        covariance: match &asked.kind {
            Some(CovarianceKind::Bootstrap(_)) | None => CovarianceKind::usual(&file.schema),
            Some(kind) => kind.clone(),
        },
        correction: asked.correction.unwrap_or_default(),
        confidence: args.covariance.confidence.unwrap_or(0.95),
        starts: usize::from(args.starts),
    };
    let always = model.segments_on_disk().0 > 0;
    let keeper = Keeper::new(
        checkpoint_path,
        specification.clone(),
        bound.fingerprint.clone(),
        start,
        always,
    );

    watch_for_interrupt(&interrupt);
    let bar = Bar::new(args.form.quiet, progress::Plan::of(file));
    // What follows the first estimation, on other samples of alternatives, is not gone on with.
    let mut estimations = u32::from(options.resume.is_some());
    let mut stage = None;
    let mut progress = |progress: &Progress<'_>| {
        bar.show(progress);
        // A stage with more draws belongs to the same estimation.
        let begins = progress.state.iterations == 0 && stage.is_none_or(|stage| progress.state.stage <= stage);
        stage = Some(progress.state.stage);
        estimations += u32::from(begins);
        if estimations <= 1 {
            keeper.keep(progress.log_likelihood, progress.state);
        }
    };
    let fit = match (&file.sampling, whole) {
        (Some(sampling), Some(data)) => fit_sampled(
            &file.specification,
            data,
            sampling,
            &options,
            &interrupt,
            Some(&mut progress),
        ),
        _ => model.fit(&options, Some(&mut progress)),
    };
    bar.finish();
    let mut fit = fit.map_err(|error| {
        let mut failure = failure(error);
        // The newest point, unless the disk is full: then the one that is there.
        let _ = keeper.write();
        if let Some(path) = keeper.left() {
            // Nothing is wrong with the data of whoever pressed Ctrl-C.
            let first = match failure.code {
                NOT_CONVERGED => "",
                _ => "once the data are as they were, ",
            };
            failure.problems.push(format!(
                "the point reached before is kept in \"{}\"; {first}the same command with --resume goes on from it",
                path.display()
            ));
        }
        failure
    })?;

    if let Some(data) = whole {
        let how = (&options.optimiser, &interrupt);
        plan.carry_out(file, data, &mut fit, how, args.form.quiet)?;
    }
    fit.title = file.title.clone();
    fit.model.specification = specification;
    fit.data.fingerprint = bound.fingerprint;
    fit.data.file = relative(
        path,
        args.output.as_deref().and_then(Path::parent).unwrap_or(Path::new("")),
    );
    fit.elapsed_seconds.read = bound.seconds;

    if INTERRUPTED.load(Ordering::Relaxed) && !fit.converged {
        output::note(&format!(
            "interrupted: the best point so far is kept in \"{}\"; the same command with --resume goes on from it",
            keeper.write()?.display()
        ));
    }
    let mut complete = true;
    if let Some(CovarianceKind::Bootstrap(resampling)) = &asked.kind {
        if fit.converged {
            let how = Resampling {
                options: resampling,
                checkpoint: &resamples,
                resume: args.resume && of_bootstrap,
                optional: true,
                quiet: args.form.quiet,
            };
            let started = std::time::Instant::now();
            complete = bootstrap::run(&model, &mut fit, &how)?;
            fit.elapsed_seconds.estimate += started.elapsed().as_secs_f64();
        } else if args.max_iterations != Some(0) {
            fit.warnings.push(
                "no bootstrap: the estimation has not converged, and resamples would start from no maximum".to_owned(),
            );
        }
        fit.choose_covariance(&CovarianceKind::Bootstrap(resampling.clone()))
            .map_err(Failure::bad_input)?;
    }
    let code = finish(args, &fit)?;
    if fit.converged {
        keeper.discard(args.resume);
    }
    Ok(if complete { code } else { NOT_CONVERGED })
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

pub static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Ctrl-C asks the estimation to stop at the next opportunity; a second one ends the program.
pub fn watch_for_interrupt(flag: &Arc<AtomicBool>) {
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
