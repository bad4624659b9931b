//! Where segments are kept: in memory as far as it is allowed, behind that on disk.

use std::cell::RefCell;
use std::io;
use std::path::{Path, PathBuf};

use logsum_estimate::EvalError;
use rayon::prelude::*;

use super::segment::Segment;
use super::spill::Spill;

/// How much memory the data of a model may take, and where the rest goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Bytes. A quarter is for segments on their way from the disk, of which there is one at least.
    pub memory: usize,
    /// Folder for what does not fit.
    pub folder: PathBuf,
}

/// The segments of a model, in order.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// The first ones.
    segments: Vec<Segment>,
    /// The others.
    spill: Option<Spill>,
    bytes: usize,
    /// Bytes of the largest segment on disk, and those that segments read at the same time may take.
    largest: usize,
    reading: usize,
}

/// Bytes for reading whatever the limit: a few segments of ordinary size.
const READING: usize = 16 << 20;

thread_local! {
    /// The bytes of a segment on their way from the disk.
    static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Store {
    /// Adds the next segment.
    pub fn push(&mut self, segment: Segment, storage: Option<&Storage>) -> io::Result<()> {
        let bytes = segment.bytes();
        let is_full = |storage: &&Storage| self.spill.is_some() || self.bytes + bytes > storage.memory / 4 * 3;
        match storage.filter(is_full) {
            None => {
                self.bytes += bytes;
                self.segments.push(segment);
                Ok(())
            }
            Some(storage) => {
                self.largest = self.largest.max(bytes);
                self.reading = READING + storage.memory / 4;
                self.spilled(&storage.folder)?.push(&segment)
            }
        }
    }

    fn spilled(&mut self, folder: &Path) -> io::Result<&mut Spill> {
        Ok(match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::new(folder)?),
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.segments.len() + self.spill.as_ref().map_or(0, Spill::len)
    }

    /// How many of them are on disk.
    pub fn on_disk(&self) -> usize {
        self.spill.as_ref().map_or(0, Spill::len)
    }

    /// Calls `work` for the segment at that place.
    pub fn visit<T>(&self, index: usize, work: impl FnOnce(&Segment) -> Result<T, EvalError>) -> Result<T, EvalError> {
        if let Some(segment) = self.segments.get(index) {
            return work(segment);
        }
        let spill = self.spill.as_ref().expect("what is not in memory is on disk");
        let segment = BYTES.with_borrow_mut(|bytes| spill.read(index - self.segments.len(), bytes))?;
        work(&segment)
    }

    /// Calls `work` for every `step`th segment, `at_a_time` of them in parallel, and `take` for what it gives, in order.
    /// Of several errors that of the first segment is told.
    pub fn each<S, T: Send>(
        &self,
        step: usize,
        at_a_time: usize,
        scratch: impl Fn() -> S + Sync + Send,
        work: impl Fn(&mut S, &Segment) -> Result<T, EvalError> + Sync + Send,
        mut take: impl FnMut(T),
    ) -> Result<(), EvalError> {
        let n = self.len().div_ceil(step);
        // A segment on its way is there twice, as bytes and as numbers.
        let at_a_time = match self.largest {
            0 => at_a_time,
            largest => at_a_time.min(self.reading / (2 * largest)).max(1),
        };
        for first in (0..n).step_by(at_a_time) {
            let batch = first..n.min(first + at_a_time);
            let results: Vec<Result<T, EvalError>> = batch
                .into_par_iter()
                .map_init(&scratch, |scratch, index| {
                    self.visit(step * index, |segment| work(scratch, segment))
                })
                .collect();
            for result in results {
                take(result?);
            }
        }
        Ok(())
    }
}
