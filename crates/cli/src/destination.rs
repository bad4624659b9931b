//! Where `-o` writes: checked before any work is done, written whole or not at all, and never over what is dear to the user.

use std::path::{Path, PathBuf};

use logsum_data::{Source, Table};
use logsum_tables::{ReadOptions, TableError};

use crate::failure::Failure;

/// A table that is to be written, and what it may replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// Predictions replace other predictions.
    Predictions,
    /// Individual tastes replace other individual tastes.
    Individuals,
    /// Effects of cases replace other effects of cases.
    Effects,
    /// Synthetic choices look like any data: they replace a file only if told so.
    Choices {
        /// Whether the user has said so.
        overwrite: bool,
    },
}

/// Makes sure that a fit can be written to `path` and replaces nothing but another fit.
pub fn check_fit(path: &Path, inputs: &[&Path]) -> Result<(), Failure> {
    let overwrites = "the fit would overwrite what it is estimated from; choose another name";
    if is_something(path, inputs, overwrites)? {
        // A fit is written as an object; of a file that is anything else the content would be lost.
        let head = std::fs::read(path).unwrap_or_default();
        if !head.starts_with(b"{") {
            return fail(path, "this file exists and is no fit; choose another name or remove it");
        }
    }
    let trial = partial(path);
    let written = std::fs::write(&trial, b"");
    let _ = std::fs::remove_file(&trial);
    written.or_else(|error| fail(path, &format!("the folder cannot be written to ({error})")))
}

/// Makes sure that a table can be written to `path`.
pub fn check_table(path: &Path, inputs: &[&Path], product: Product) -> Result<(), Failure> {
    let what = match product {
        Product::Predictions => "the predictions would overwrite what they are made from; choose another name",
        Product::Individuals => "the individual tastes would overwrite what they are made from; choose another name",
        Product::Effects => "the effects would overwrite what they are made from; choose another name",
        Product::Choices { .. } => "the choices would overwrite what they are made from; choose another name",
    };
    if is_something(path, inputs, what)? {
        match product {
            Product::Predictions if !is_prediction(path) => {
                return fail(
                    path,
                    "this file exists and holds no predictions; choose another name or remove it",
                );
            }
            Product::Individuals if !is_individuals(path) => {
                return fail(
                    path,
                    "this file exists and holds no individual tastes; choose another name or remove it",
                );
            }
            Product::Effects if !is_effects(path) => {
                return fail(
                    path,
                    "this file exists and holds no effects of cases; choose another name or remove it",
                );
            }
            Product::Choices { overwrite: false } => {
                return fail(
                    path,
                    "this file exists; choose another name, or replace it with --overwrite",
                );
            }
            _ => {}
        }
    }
    // An empty table tells a wrong ending and a folder that cannot be written to.
    let empty = Table {
        source: Source {
            name: String::new(),
            first_row: 2,
        },
        n_rows: 0,
        columns: Vec::new(),
        all_names: Vec::new(),
    };
    let trial = partial(path);
    let written = logsum_tables::write(&trial, &empty);
    let _ = std::fs::remove_file(&trial);
    match written {
        Ok(()) => Ok(()),
        Err(TableError::UnknownFormat { .. }) => fail(
            path,
            "the ending tells the format: .csv, .tsv or .parquet (what is printed has --format)",
        ),
        Err(error) => fail(path, &error.to_string()),
    }
}

/// Writes a table beside its place and moves it there; text so that it is read back with `form`.
pub fn write_table(path: &Path, table: &Table, form: &ReadOptions) -> Result<(), Failure> {
    let temporary = partial(path);
    let written = logsum_tables::write_as(&temporary, table, form)
        .map_err(|error| error.to_string())
        .and_then(|()| std::fs::rename(&temporary, path).map_err(|error| error.to_string()));
    written.map_err(|cause| {
        let _ = std::fs::remove_file(&temporary);
        Failure::bad_input(format!(
            "\"{}\" cannot be written ({cause}); check the folder and the disk",
            path.display()
        ))
    })
}

fn fail<T>(path: &Path, reason: &str) -> Result<T, Failure> {
    Err(Failure::bad_input(format!("-o \"{}\": {reason}", path.display())))
}

/// Whether a file with content is there; not in a folder that is none, and not one of the inputs.
fn is_something(path: &Path, inputs: &[&Path], overwrites: &str) -> Result<bool, Failure> {
    let folder = folder(path);
    if !folder.is_dir() {
        return fail(
            path,
            &format!("there is no folder \"{}\"; make it first", folder.display()),
        );
    }
    if path.is_dir() {
        return fail(path, "this is a folder; name a file in it");
    }
    let Ok(existing) = path.canonicalize() else {
        return Ok(false);
    };
    let same = |input: &&Path| input.canonicalize().is_ok_and(|input| input == existing);
    if inputs.iter().any(same) {
        return fail(path, overwrites);
    }
    Ok(existing.metadata().is_ok_and(|found| found.len() > 0))
}

/// Whether a file ends with the columns that predictions end with.
fn is_prediction(path: &Path) -> bool {
    has_names(path, |names| {
        names.ends_with(&["logsum".to_owned(), "energy".to_owned()])
    })
}

/// Whether a file begins and ends with the columns of individual tastes.
fn is_individuals(path: &Path) -> bool {
    let begin = ["decision_maker".to_owned(), "n_choices".to_owned()];
    has_names(path, |names| {
        names.starts_with(&begin) && names.ends_with(&["log_likelihood".to_owned()])
    })
}

/// Whether a file ends with the columns that effects of cases end with.
fn is_effects(path: &Path) -> bool {
    has_names(path, |names| {
        let effects = ["elasticity", "arc_elasticity", "marginal_effect"];
        let [.., probability, effect] = names else { return false };
        probability == "probability" && effects.contains(&effect.as_str())
    })
}

fn has_names(path: &Path, are_those: impl FnOnce(&[String]) -> bool) -> bool {
    logsum_tables::column_names(path, &ReadOptions::default()).is_ok_and(|header| are_those(&header.names))
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// A name beside `path` with the same ending.
pub fn partial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder(path).join(format!(".{}-{name}", std::process::id()))
}
