//! Where predictions are written: whole or not at all, and never over anything but predictions.

use std::path::{Path, PathBuf};

use logsum_data::{Source, Table};
use logsum_tables::{ReadOptions, TableError};

use crate::failure::Failure;

/// Makes sure, before any work is done, that predictions can be written to `path`.
pub fn check(path: &Path, inputs: &[&Path]) -> Result<(), Failure> {
    let fail = |reason: String| Err(Failure::bad_input(format!("-o \"{}\": {reason}", path.display())));
    let folder = folder(path);
    if !folder.is_dir() {
        return fail(format!("there is no folder \"{}\"; make it first", folder.display()));
    }
    if path.is_dir() {
        return fail("this is a folder; name a file in it".to_owned());
    }
    if let Ok(existing) = path.canonicalize() {
        let same = |input: &&Path| input.canonicalize().is_ok_and(|input| input == existing);
        if inputs.iter().any(same) {
            return fail("the predictions would overwrite what they are made from; choose another name".to_owned());
        }
        if existing.metadata().is_ok_and(|found| found.len() > 0) && !is_prediction(path) {
            return fail("this file exists and holds no predictions; choose another name or remove it".to_owned());
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
        Err(TableError::UnknownFormat { .. }) => {
            fail("the ending tells the format: .csv, .tsv or .parquet (what is printed has --format)".to_owned())
        }
        Err(error) => fail(error.to_string()),
    }
}

/// Writes a table beside its place and moves it there.
pub fn write(path: &Path, table: &Table) -> Result<(), Failure> {
    let temporary = partial(path);
    let written = logsum_tables::write(&temporary, table)
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

/// Whether a file ends with the columns that predictions end with.
fn is_prediction(path: &Path) -> bool {
    logsum_tables::column_names(path, &ReadOptions::default())
        .is_ok_and(|header| header.names.ends_with(&["logsum".to_owned(), "energy".to_owned()]))
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// A name beside `path` with the same ending.
fn partial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder(path).join(format!(".{}-{name}", std::process::id()))
}
