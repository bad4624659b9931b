//! The file of predictions: written part by part beside its place, and moved there when all of it is right.

use std::path::{Path, PathBuf};

use logsum_data::Table;
use logsum_tables::{ReadOptions, Writer};

use crate::destination;
use crate::failure::Failure;

/// A file that is removed again unless it is finished.
pub struct Sink {
    path: PathBuf,
    temporary: PathBuf,
    writer: Option<Writer>,
}

impl Sink {
    /// For a file at `path`; nothing is made yet.
    pub fn new(path: &Path) -> Self {
        Sink {
            path: path.to_owned(),
            temporary: destination::partial(path),
            writer: None,
        }
    }

    /// Whether a table has the columns of those before.
    pub fn takes(&self, table: &Table) -> bool {
        self.writer.as_ref().is_none_or(|writer| writer.takes(table))
    }

    pub fn append(&mut self, table: &Table) -> Result<(), Failure> {
        let written = match &mut self.writer {
            Some(writer) => writer.append(table),
            None => Writer::create(&self.temporary, table, &ReadOptions::default()).and_then(|mut writer| {
                let appended = writer.append(table);
                self.writer = Some(writer);
                appended
            }),
        };
        written.map_err(|error| self.failed(&error.to_string()))
    }

    /// Ends the file and puts it in its place.
    pub fn finish(mut self) -> Result<(), Failure> {
        let Some(writer) = self.writer.take() else {
            return Ok(());
        };
        let ended = writer.finish().map_err(|error| error.to_string());
        let moved =
            ended.and_then(|()| std::fs::rename(&self.temporary, &self.path).map_err(|error| error.to_string()));
        moved.map_err(|cause| self.failed(&cause))
    }

    fn failed(&self, cause: &str) -> Failure {
        Failure::bad_input(format!(
            "\"{}\" cannot be written ({cause}); check the folder and the disk",
            self.path.display()
        ))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // Closed first: an open file cannot be removed everywhere. Of a finished one nothing is left under this name.
        self.writer = None;
        let _ = std::fs::remove_file(&self.temporary);
    }
}
