//! The bytes of a file, read piece by piece.
//!
//! Files are not mapped into memory: a mapped file that is cut off meanwhile ends the program, and
//! its pages would count as memory of the program.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::TableError;
use crate::file;

/// How a file was when it was first looked at.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    path: PathBuf,
    /// Its name without folder.
    pub(super) file: String,
    pub(super) length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// Opens a file and notes how it is.
    pub(super) fn take(path: &Path) -> Result<(Stamp, File), TableError> {
        let handle = file::open(path)?;
        let metadata = handle.metadata().map_err(|error| file::refused(path, &error))?;
        let stamp = Stamp {
            path: path.to_owned(),
            file: file::name_of(path),
            length: metadata.len(),
            modified: metadata.modified().ok(),
        };
        Ok((stamp, handle))
    }

    /// Opens the file again, if it still is as it was.
    pub(super) fn open(&self) -> Result<Bytes, TableError> {
        let handle = file::open(&self.path)?;
        self.compare(handle.metadata())?;
        Ok(Bytes::new(handle))
    }

    /// An error if the file is no longer as it was.
    pub(super) fn check(&self) -> Result<(), TableError> {
        self.compare(std::fs::metadata(&self.path))
    }

    fn compare(&self, metadata: io::Result<Metadata>) -> Result<(), TableError> {
        let metadata = metadata.map_err(|error| file::refused(&self.path, &error))?;
        if metadata.len() == self.length && metadata.modified().ok() == self.modified {
            Ok(())
        } else {
            Err(TableError::Changed {
                file: self.file.clone(),
            })
        }
    }
}

/// An open file that several threads may read.
#[derive(Debug)]
pub(super) struct Bytes {
    #[cfg(unix)]
    handle: File,
    #[cfg(not(unix))]
    handle: std::sync::Mutex<File>,
}

impl Bytes {
    #[cfg(unix)]
    pub(super) fn new(handle: File) -> Bytes {
        Bytes { handle }
    }

    /// Fills `buffer` with the bytes from `position` on.
    #[cfg(unix)]
    pub(super) fn read(&self, position: u64, buffer: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.handle, buffer, position)
    }

    #[cfg(not(unix))]
    pub(super) fn new(handle: File) -> Bytes {
        Bytes {
            handle: std::sync::Mutex::new(handle),
        }
    }

    /// Fills `buffer` with the bytes from `position` on.
    #[cfg(not(unix))]
    pub(super) fn read(&self, position: u64, buffer: &mut [u8]) -> io::Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        let mut handle = self.handle.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        handle.seek(SeekFrom::Start(position))?;
        handle.read_exact(buffer)
    }
}
