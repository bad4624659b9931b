//! Segments on disk, for data that do not fit in memory.
//!
//! The file has no name where the system allows that: whatever ends the program, nothing is left behind.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use logsum_estimate::EvalError;
use xxhash_rust::xxh3::xxh3_64;

use super::codec::Reader;
use super::segment::Segment;

/// Where a segment stands in the file, and what its bytes sum up to.
#[derive(Clone, Copy, Debug)]
struct Record {
    offset: u64,
    length: usize,
    checksum: u64,
}

/// A file of segments.
#[derive(Debug)]
pub(crate) struct Spill {
    file: File,
    folder: PathBuf,
    /// The name, where the system cannot do without one.
    path: Option<PathBuf>,
    records: Vec<Record>,
    end: u64,
    buffer: Vec<u8>,
}

impl Spill {
    /// An empty file in `folder`.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let name = |attempt: u32| folder.join(format!(".logsum-{}-{attempt}.cache", std::process::id()));
        let mut attempt = 0;
        let (file, path) = loop {
            let path = name(attempt);
            let opened = File::options().read(true).write(true).create_new(true).open(&path);
            match opened {
                Ok(file) => break (file, path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1000 => attempt += 1,
                Err(error) => return Err(error),
            }
        };
        // Open files may lose their names on some systems only.
        let path = match cfg!(unix) && std::fs::remove_file(&path).is_ok() {
            true => None,
            false => Some(path),
        };
        Ok(Spill {
            file,
            folder: folder.to_owned(),
            path,
            records: Vec::new(),
            end: 0,
            buffer: Vec::new(),
        })
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Adds the next segment.
    pub fn push(&mut self, segment: &Segment) -> io::Result<()> {
        self.buffer.clear();
        segment.encode(&mut self.buffer);
        self.file.write_all(&self.buffer)?;
        self.records.push(Record {
            offset: self.end,
            length: self.buffer.len(),
            checksum: xxh3_64(&self.buffer),
        });
        self.end += self.buffer.len() as u64;
        Ok(())
    }

    /// The segment at that place; `buffer` is scratch.
    ///
    /// # Errors
    /// A disk that fails, or gives back other bytes than were written.
    pub fn read(&self, index: usize, buffer: &mut Vec<u8>) -> Result<Segment, EvalError> {
        let record = self.records[index];
        buffer.resize(record.length, 0);
        let fail = |what: &str| {
            EvalError::Failed(format!(
                "the cache of the data in \"{}\" {what}; check the disk, or choose another folder with --cache",
                self.folder.display()
            ))
        };
        read_at(&self.file, buffer, record.offset).map_err(|error| fail(&format!("cannot be read ({error})")))?;
        if xxh3_64(buffer) != record.checksum {
            return Err(fail("has changed since it was written"));
        }
        Ok(Segment::decode(&mut Reader(buffer)))
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                buffer = &mut buffer[n..];
                offset += n as u64;
            }
        }
    }
    Ok(())
}
