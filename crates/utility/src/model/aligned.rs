//! Numbers that start at a cache line, so that no vector of eight lies in two.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line.
const LINE: usize = 64;
/// Numbers that may have to be left out to reach the start of one.
const SLACK: usize = LINE / size_of::<f64>() - 1;

/// A buffer of numbers that starts at a cache line.
#[derive(Debug, Default)]
pub(crate) struct Aligned {
    storage: Vec<f64>,
    start: usize,
    len: usize,
}

impl Aligned {
    /// Zeros.
    pub fn zeros(len: usize) -> Self {
        let mut buffer = Aligned::default();
        buffer.resize(len);
        buffer
    }

    /// Makes room for `len` numbers; what they are is not settled.
    pub fn resize(&mut self, len: usize) {
        if self.storage.len() < len + SLACK {
            self.storage.resize(len + SLACK, 0.0);
            self.start = self.storage.as_ptr().align_offset(LINE).min(SLACK);
        }
        self.len = len;
    }
}

impl Deref for Aligned {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.storage[self.start..self.start + self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.storage[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::{Aligned, LINE};

    #[test]
    fn buffers_start_at_cache_lines_and_keep_what_is_written() {
        let mut buffer = Aligned::default();
        assert!(buffer.is_empty());
        for len in [1, 8, 100, 3, 5000, 20_000, 7] {
            buffer.resize(len);
            assert_eq!(buffer.len(), len);
            assert_eq!(buffer.as_ptr() as usize % LINE, 0, "{len}");
            buffer.fill(len as f64);
            assert!(buffer.iter().all(|&value| value == len as f64));
        }
        assert_eq!(*Aligned::zeros(3), [0.0; 3]);
    }
}
