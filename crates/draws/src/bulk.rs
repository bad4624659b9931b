//! Many draws at a time from a stream.

use crate::Stream;
use crate::fill::{fill_open01, minus_ln, open01};
use crate::logarithm::ln;

/// Draws transformed while they are still in the innermost cache.
const BLOCK: usize = 512;

impl Stream {
    /// The next number of the open interval (0, 1), a multiple of 2⁻⁵³:
    ///
    /// ```text
    /// ((bits >> 12) + ½) · 2⁻⁵²
    /// ```
    ///
    /// Neither 0 nor 1 occurs, so its logarithm is finite and not 0; u and 1 − u are equally probable.
    #[inline]
    pub fn open01(&mut self) -> f64 {
        open01(self.word())
    }

    /// A standard Gumbel draw (mode 0, mean 0.5772…, variance π²/6): −ln(−ln U), from one [`Stream::open01`]. What
    /// [`Stream::fill_gumbel`] fills with, one at a time: the same bits on every platform.
    #[inline]
    pub fn gumbel(&mut self) -> f64 {
        -ln(-ln(self.open01()))
    }

    /// Fills with what as many calls of [`Stream::open01`] would yield, several at a time.
    pub fn fill_open01(&mut self, values: &mut [f64]) {
        // To the end of a block begun.
        let begun = (2 - self.used).min(values.len());
        let (begun, rest) = values.split_at_mut(begun);
        begun.fill_with(|| self.open01());
        let (pairs, odd) = rest.as_chunks_mut::<2>();
        fill_open01(self.key, self.id, self.next, pairs);
        self.next += pairs.len() as u64;
        if let [last] = odd {
            *last = self.open01();
        }
    }

    /// Fills with standard exponential draws: −ln U, from one [`Stream::open01`] each.
    pub fn fill_exponential(&mut self, values: &mut [f64]) {
        for block in values.chunks_mut(BLOCK) {
            self.fill_open01(block);
            minus_ln(block);
        }
    }

    /// Fills with standard Gumbel draws (mode 0, mean 0.5772…, variance π²/6): −ln(−ln U), from one
    /// [`Stream::open01`] each. They lie between −3.6 and 36.8.
    pub fn fill_gumbel(&mut self, values: &mut [f64]) {
        for block in values.chunks_mut(BLOCK) {
            self.fill_open01(block);
            minus_ln(block);
            minus_ln(block);
        }
    }
}
