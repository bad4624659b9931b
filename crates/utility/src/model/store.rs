//! Where segments are kept.

use logsum_estimate::EvalError;
use rayon::prelude::*;

use super::segment::Segment;

/// The segments of a model, in order.
#[derive(Debug, Default)]
pub(crate) struct Store {
    segments: Vec<Segment>,
}

impl Store {
    /// Adds the next segment.
    pub fn push(&mut self, segment: Segment) {
        self.segments.push(segment);
    }

    pub fn len(&self) -> usize {
        self.segments.len()
    }

    /// Calls `work` for the segment at that place.
    pub fn visit<T>(&self, index: usize, work: impl FnOnce(&Segment) -> Result<T, EvalError>) -> Result<T, EvalError> {
        work(&self.segments[index])
    }

    /// Calls `work` for every segment, `at_a_time` of them in parallel, and `take` for what it gives, in order. Of
    /// several errors that of the first segment is told.
    pub fn each<S, T: Send>(
        &self,
        at_a_time: usize,
        scratch: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, &Segment) -> Result<T, EvalError> + Sync,
        mut take: impl FnMut(T),
    ) -> Result<(), EvalError> {
        for first in (0..self.len()).step_by(at_a_time) {
            let batch = first..self.len().min(first + at_a_time);
            let results: Vec<Result<T, EvalError>> = batch
                .into_par_iter()
                .map_init(&scratch, |scratch, index| {
                    self.visit(index, |segment| work(scratch, segment))
                })
                .collect();
            for result in results {
                take(result?);
            }
        }
        Ok(())
    }
}
