//! A bootstrap from the shell: its progress, and the checkpoint that an interrupted one leaves.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use logsum_estimate::EvalError;
use logsum_utility::{BootstrapOptions, Fit, FitError, Model, Replicate};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::checkpoint::untitled;
use crate::failure::{Failure, NOT_CONVERGED};
use crate::output;
use crate::progress::Counter;

/// What is done is written not more often than this.
const SELDOM: Duration = Duration::from_secs(5);

/// How to resample, and where to keep what is done.
#[derive(Clone, Copy)]
pub struct Resampling<'a> {
    pub options: &'a BootstrapOptions,
    pub checkpoint: &'a Path,
    /// Whether to go on from it.
    pub resume: bool,
    /// Whether a fit is worth having without it: then a warning says why there is none.
    pub optional: bool,
    pub quiet: bool,
}

/// Resamples that were estimated, and of what.
#[derive(Serialize, Deserialize)]
struct Checkpoint {
    logsum_version: String,
    specification: Value,
    fingerprint: String,
    /// Of all data, as resamples start from them.
    estimates: Vec<f64>,
    seed: u64,
    cluster: Option<String>,
    replicates: Vec<(usize, Replicate)>,
    /// Parameters that are not fixed.
    #[serde(skip)]
    free: usize,
}

/// Beside a fit file, else named after the model in the current folder.
pub fn checkpoint(fit: Option<&Path>, model: &Path) -> PathBuf {
    match fit {
        Some(fit) => fit.with_extension("bootstrap.json"),
        None => PathBuf::from(model.file_stem().unwrap_or_default()).with_extension("bootstrap.json"),
    }
}

/// Adds the bootstrap to a fit; whether it is complete. What an interruption leaves is kept.
pub fn run(model: &Model<'_>, fit: &mut Fit, how: &Resampling<'_>) -> Result<bool, Failure> {
    let mut kept = Checkpoint::new(fit, how.options);
    if how.resume
        && let Err(failure) = kept.resume(how.checkpoint)
    {
        if !how.optional {
            return Err(failure);
        }
        // What was estimated is there all the same.
        fit.warnings.extend(
            failure
                .problems
                .iter()
                .map(|problem| format!("no bootstrap: {problem}")),
        );
        return Ok(false);
    }
    // More resamples may be asked for than before, and fewer.
    let known: Vec<(usize, Replicate)> = kept
        .replicates
        .iter()
        .filter(|(number, _)| *number < how.options.replications)
        .cloned()
        .collect();
    let counter = Counter::new(how.options.replications as u64, "replications", how.quiet);
    counter.set(known.len() as u64);
    let mut last = Instant::now();
    let mut written = how.resume;
    let mut trouble = None;
    let mut each = |number: usize, replicate: &Replicate| {
        counter.add_one();
        kept.replicates.push((number, replicate.clone()));
        if last.elapsed() >= SELDOM && trouble.is_none() {
            last = Instant::now();
            match kept.write(how.checkpoint) {
                Ok(()) => written = true,
                // The results do not depend on it.
                Err(failure) => trouble = Some(failure),
            }
        }
    };
    let outcome = model.add_bootstrap(fit, how.options, &known, Some(&mut each));
    counter.finish();
    for problem in trouble.iter().flat_map(|failure: &Failure| &failure.problems) {
        output::note(&format!("error: the checkpoint {problem}"));
    }
    let done = kept
        .replicates
        .iter()
        .filter(|(number, _)| *number < how.options.replications)
        .count();
    let complete = done == how.options.replications;
    if !complete && done > 0 {
        kept.write(how.checkpoint)?;
        output::note(&format!(
            "interrupted: {done} of {} replications are kept in \"{}\"; the same command with --resume goes on from there",
            how.options.replications,
            how.checkpoint.display()
        ));
    } else if written && outcome.is_ok() && kept.replicates.len() <= how.options.replications {
        let _ = std::fs::remove_file(how.checkpoint);
    }
    match outcome {
        Ok(()) => Ok(complete),
        Err(error) => {
            let interrupted = matches!(error, FitError::Evaluation(EvalError::Interrupted));
            let problem = match interrupted {
                true => "no bootstrap: it was interrupted before a resample was estimated".to_owned(),
                false => error.to_string(),
            };
            if how.optional {
                fit.warnings.push(problem);
                return Ok(false);
            }
            let mut failure = Failure::bad_input(problem);
            if interrupted {
                failure.code = NOT_CONVERGED;
            }
            Err(failure)
        }
    }
}

impl Checkpoint {
    fn new(fit: &Fit, options: &BootstrapOptions) -> Self {
        Checkpoint {
            logsum_version: env!("CARGO_PKG_VERSION").to_owned(),
            specification: fit.model.specification.clone(),
            fingerprint: fit.data.fingerprint.clone(),
            estimates: fit.parameters.iter().map(|parameter| parameter.estimate).collect(),
            seed: options.seed,
            cluster: options.cluster.clone(),
            replicates: Vec::new(),
            free: fit.parameters.iter().filter(|parameter| !parameter.fixed).count(),
        }
    }

    /// Takes over what an earlier run of the same has done.
    fn resume(&mut self, path: &Path) -> Result<(), Failure> {
        let refuse = |reason: &str| {
            Failure::bad_input(format!(
                "--resume: checkpoint \"{}\" {reason}; start anew without --resume",
                path.display()
            ))
        };
        let text = output::read_file(path, "checkpoint")?;
        let damaged = |error: serde_json::Error| refuse(&format!("is damaged ({error})"));
        let content: Value = serde_json::from_str(&text).map_err(damaged)?;
        match content["logsum_version"].as_str() {
            Some(version) if version != env!("CARGO_PKG_VERSION") => {
                return Err(refuse(&format!("is of version {version}")));
            }
            _ => {}
        }
        let earlier: Checkpoint = serde_json::from_value(content).map_err(damaged)?;
        let other = [
            (
                untitled(&earlier.specification) != untitled(&self.specification),
                "another model",
            ),
            (earlier.fingerprint != self.fingerprint, "other data"),
            (earlier.estimates != self.estimates, "other estimates"),
            (earlier.seed != self.seed, "another seed"),
            (earlier.cluster != self.cluster, "another column to resample by"),
        ];
        if let Some((_, what)) = other.into_iter().find(|(differs, _)| *differs) {
            return Err(refuse(&format!("is of {what}")));
        }
        let width = |replicate: &Replicate| match replicate {
            Replicate::Estimates(estimates) => estimates.len() == self.free,
            _ => true,
        };
        if !earlier.replicates.iter().all(|(_, replicate)| width(replicate)) {
            return Err(refuse("is damaged (a resample has not the parameters of the model)"));
        }
        self.replicates = earlier.replicates;
        Ok(())
    }

    fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string(self).expect("numbers and texts have a JSON form");
        output::write_file(path, &text)
    }
}
