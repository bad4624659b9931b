//! Finding and opening files.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use polars_io::mmap::ReaderBytes;

use crate::error::TableError;
use crate::glob;
use crate::guard::guarded;
use crate::names::nearest;

/// What a file's ending says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text(TextKind),
    Parquet,
}

/// Which separator is usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextKind {
    Comma,
    Tab,
    Either,
}

impl Format {
    pub(crate) fn of(path: &Path) -> Result<Format, TableError> {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().into_owned());
        match extension.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Ok(Format::Text(TextKind::Comma)),
            Some("tsv" | "tab") => Ok(Format::Text(TextKind::Tab)),
            Some("txt" | "dat") => Ok(Format::Text(TextKind::Either)),
            Some("parquet" | "pq") => Ok(Format::Parquet),
            _ => Err(TableError::UnknownFormat {
                file: name_of(path),
                extension,
            }),
        }
    }
}

/// The files of a table.
#[derive(Debug)]
pub(crate) struct Input {
    /// As the user knows it: the file, or the pattern.
    pub(crate) name: String,
    pub(crate) format: Format,
    /// One for text, one or more for Parquet.
    pub(crate) files: Vec<PathBuf>,
}

impl Input {
    /// Looks for the file, or the files of a pattern.
    pub(crate) fn find(path: &Path) -> Result<Input, TableError> {
        let name = name_of(path);
        let metadata = std::fs::metadata(path);
        // A file whose name happens to hold a bracket is a file.
        if metadata.is_err() && glob::is_pattern(path) {
            let format = Format::of(path)?;
            if format != Format::Parquet {
                return Err(TableError::PatternOfText { file: name });
            }
            let files = glob::expand(path).map_err(|error| refused(path, &error))?;
            if files.is_empty() {
                return Err(TableError::NoMatch {
                    pattern: path.to_owned(),
                });
            }
            return Ok(Input { name, format, files });
        }
        let metadata = metadata.map_err(|error| refused(path, &error))?;
        if metadata.is_dir() {
            return Err(TableError::IsFolder { path: path.to_owned() });
        }
        Ok(Input {
            name,
            format: Format::of(path)?,
            files: vec![path.to_owned()],
        })
    }
}

/// Last part of a path, for messages.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Opens a file that is not empty.
pub(crate) fn open(path: &Path) -> Result<File, TableError> {
    let file = File::open(path).map_err(|error| refused(path, &error))?;
    let length = file.metadata().map_err(|error| refused(path, &error))?.len();
    if length == 0 {
        return Err(TableError::Empty { file: name_of(path) });
    }
    Ok(file)
}

/// Maps a file into memory.
pub(crate) fn map<'a>(name: &str, file: &'a mut File) -> Result<ReaderBytes<'a>, TableError> {
    guarded(name, || Ok(ReaderBytes::from(file)))
}

/// Says why the system would not give a file.
pub(crate) fn refused(path: &Path, error: &io::Error) -> TableError {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => not_found(path),
        ErrorKind::PermissionDenied => TableError::Denied { path },
        _ => TableError::Refused {
            path,
            cause: error.to_string(),
        },
    }
}

fn not_found(path: PathBuf) -> TableError {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return TableError::NoFolder {
            folder: folder.to_owned(),
            path,
        };
    }
    let beside: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let mut beside: Vec<&str> = beside.iter().map(String::as_str).collect();
    // Listing order is the file system's; ties should not depend on it.
    beside.sort_unstable();
    TableError::NoFile {
        suggestion: nearest(&name_of(&path), beside).map(str::to_owned),
        path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_decide() {
        let cases = [
            ("a.csv", Format::Text(TextKind::Comma)),
            ("a.CSV", Format::Text(TextKind::Comma)),
            ("a.tsv", Format::Text(TextKind::Tab)),
            ("a.Tab", Format::Text(TextKind::Tab)),
            ("a.txt", Format::Text(TextKind::Either)),
            ("a.dat", Format::Text(TextKind::Either)),
            ("a.b.PARQUET", Format::Parquet),
            ("*.pq", Format::Parquet),
        ];
        for (name, format) in cases {
            assert_eq!(Format::of(Path::new(name)), Ok(format), "{name}");
        }
    }

    #[test]
    fn refusals() {
        let path = Path::new("data/survey.csv");
        let cases = [
            (
                ErrorKind::PermissionDenied,
                "\"data/survey.csv\" may not be opened (permission denied); get the right to read \
                 it, or copy it to a folder of yours",
            ),
            (
                ErrorKind::NotFound,
                "no file \"data/survey.csv\": there is no folder \"data\"; check the path",
            ),
        ];
        for (kind, message) in cases {
            assert_eq!(refused(path, &kind.into()).to_string(), message);
        }
        let error = io::Error::other("device on fire");
        assert_eq!(
            refused(path, &error).to_string(),
            "\"data/survey.csv\" cannot be read (device on fire); check the disk or copy the file"
        );
    }
}
