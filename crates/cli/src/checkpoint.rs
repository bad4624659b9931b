//! The checkpoint of an estimation: where it stands, and of what, so that it can be gone on with.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use logsum_estimate::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::output;

/// Where an estimation stands, of which model on which data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    logsum_version: String,
    /// The model file as JSON: a changed model is not gone on with.
    specification: Value,
    /// Of the data.
    fingerprint: String,
    /// Where it began.
    pub start: Vec<f64>,
    log_likelihood: f64,
    /// Where it stands.
    pub state: State,
}

impl Checkpoint {
    /// Beside the fit file, else named after the model in the current folder.
    pub fn path(output: Option<&Path>, model: &Path) -> PathBuf {
        match output {
            Some(output) => output.with_extension("checkpoint.json"),
            None => PathBuf::from(model.file_stem().unwrap_or_default()).with_extension("checkpoint.json"),
        }
    }

    /// The point to go on from.
    pub fn resume(path: &Path, specification: &Value, fingerprint: &str) -> Result<Checkpoint, Failure> {
        let refuse = |reason: &str| Failure::bad_input(format!("--resume: checkpoint \"{}\" {reason}", path.display()));
        let text = output::read_file(path, "checkpoint")?;
        let damaged = |error: serde_json::Error| refuse(&format!("is damaged ({error}); start anew without --resume"));
        let content: Value = serde_json::from_str(&text).map_err(damaged)?;
        // Another version may have written something else.
        match content["logsum_version"].as_str() {
            Some(version) if version != env!("CARGO_PKG_VERSION") => {
                return Err(refuse(&format!("is of version {version}; start anew without --resume")));
            }
            _ => {}
        }
        let checkpoint: Checkpoint = serde_json::from_value(content).map_err(damaged)?;
        if untitled(&checkpoint.specification) != untitled(specification) {
            return Err(refuse(
                "is of another model; start anew without --resume, or restore the model file",
            ));
        }
        if checkpoint.fingerprint != fingerprint {
            return Err(refuse(
                "is of other data; start anew without --resume, or restore the data file",
            ));
        }
        Ok(checkpoint)
    }
}

/// All of a specification that the estimates depend on.
pub fn untitled(specification: &Value) -> Value {
    let mut specification = specification.clone();
    if let Some(table) = specification.as_object_mut() {
        table.shift_remove("title");
    }
    specification
}

/// An estimation that is short needs no checkpoint, and a long one not more often than this, unless each iteration is
/// to be kept.
const SELDOM: Duration = Duration::from_secs(5);

/// Keeps the checkpoint of an estimation that is going on.
pub struct Keeper {
    path: PathBuf,
    specification: Value,
    fingerprint: String,
    start: Vec<f64>,
    /// Whether every iteration is kept.
    always: bool,
    written: Cell<bool>,
    last: Cell<Instant>,
    /// The newest state, on disk or not.
    newest: RefCell<Option<Checkpoint>>,
    refused: Cell<bool>,
}

impl Keeper {
    /// Writes to `path` after every iteration if `always`, else now and then.
    pub fn new(path: PathBuf, specification: Value, fingerprint: String, start: Vec<f64>, always: bool) -> Self {
        Keeper {
            path,
            specification,
            fingerprint,
            start,
            always,
            written: Cell::new(false),
            last: Cell::new(Instant::now()),
            newest: RefCell::new(None),
            refused: Cell::new(false),
        }
    }

    /// Takes note of an iteration.
    pub fn keep(&self, log_likelihood: f64, state: &State) {
        *self.newest.borrow_mut() = Some(Checkpoint {
            logsum_version: env!("CARGO_PKG_VERSION").to_owned(),
            specification: self.specification.clone(),
            fingerprint: self.fingerprint.clone(),
            start: self.start.clone(),
            log_likelihood,
            state: state.clone(),
        });
        if self.always || self.last.get().elapsed() >= SELDOM {
            self.last.set(Instant::now());
            if let Err(failure) = self.write()
                && !self.refused.replace(true)
            {
                // The results do not depend on it: the estimation goes on.
                let kept = match self.written.get() {
                    true => "the one before it is intact",
                    false => "there is none to --resume from",
                };
                failure
                    .problems
                    .iter()
                    .for_each(|problem| output::note(&format!("error: the checkpoint {problem}; {kept}")));
            }
        }
    }

    /// Writes the newest state, if there is one.
    pub fn write(&self) -> Result<&Path, Failure> {
        if let Some(checkpoint) = &*self.newest.borrow() {
            let text = serde_json::to_string_pretty(checkpoint).expect("numbers and texts have a JSON form");
            output::write_file(&self.path, &text)?;
            self.written.set(true);
        }
        Ok(&self.path)
    }

    /// Removes what is not needed any more.
    pub fn discard(&self, resumed: bool) {
        if self.written.get() || resumed {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// Where it is, if it was written.
    pub fn left(&self) -> Option<&Path> {
        self.written.get().then_some(&*self.path)
    }
}
