//! The checkpoint that an interrupted estimation leaves: where it was, and of what.

use std::path::{Path, PathBuf};

use logsum_utility::Fit;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::output;

/// Where an estimation stopped.
#[derive(Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    logsum_version: String,
    /// The model file as JSON: a changed model is not gone on with.
    specification: Value,
    /// Of the data.
    fingerprint: String,
    log_likelihood: f64,
    theta: Vec<f64>,
}

impl Checkpoint {
    /// Beside the fit file, else named after the model in the current folder.
    pub fn path(output: Option<&Path>, model: &Path) -> PathBuf {
        match output {
            Some(output) => output.with_extension("checkpoint.json"),
            None => PathBuf::from(model.file_stem().unwrap_or_default()).with_extension("checkpoint.json"),
        }
    }

    /// Where the fit stopped.
    pub fn new(fit: &Fit, specification: &Value) -> Self {
        Checkpoint {
            logsum_version: fit.logsum_version.clone(),
            specification: specification.clone(),
            fingerprint: fit.data.fingerprint.clone(),
            log_likelihood: fit.log_likelihood,
            theta: fit.parameters.iter().map(|parameter| parameter.estimate).collect(),
        }
    }

    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).expect("numbers and texts have a JSON form");
        output::write_file(path, &text)
    }

    /// The point to go on from.
    pub fn resume(path: &Path, specification: &Value, fingerprint: &str) -> Result<Vec<f64>, Failure> {
        let refuse = |reason: &str| Failure::bad_input(format!("--resume: checkpoint \"{}\" {reason}", path.display()));
        let text = output::read_file(path, "checkpoint")?;
        let checkpoint: Checkpoint = serde_json::from_str(&text)
            .map_err(|error| refuse(&format!("is damaged ({error}); start anew without --resume")))?;
        if checkpoint.logsum_version != env!("CARGO_PKG_VERSION") {
            return Err(refuse(&format!(
                "is of version {}; start anew without --resume",
                checkpoint.logsum_version
            )));
        }
        if checkpoint.specification != *specification {
            return Err(refuse(
                "is of another model; start anew without --resume, or restore the model file",
            ));
        }
        if checkpoint.fingerprint != fingerprint {
            return Err(refuse(
                "is of other data; start anew without --resume, or restore the data file",
            ));
        }
        Ok(checkpoint.theta)
    }
}
