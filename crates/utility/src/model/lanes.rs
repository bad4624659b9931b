//! Arithmetic over lanes: eight logical partial sums, reduced in one order on every machine.

use super::choice_set::LANES;

/// Σ a.
pub(crate) fn sum(a: &[f64]) -> f64 {
    let mut partial = [0.0; LANES];
    for a in a.chunks_exact(LANES) {
        for lane in 0..LANES {
            partial[lane] += a[lane];
        }
    }
    reduce(partial)
}

/// Σ a·b.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut partial = [0.0; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            partial[lane] += a[lane] * b[lane];
        }
    }
    reduce(partial)
}

/// y −= x, lane by lane.
pub(crate) fn subtract(y: &mut [f64], x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y -= x;
    }
}

/// Asks for numbers that will be needed soon to be brought near the processor, where it can be told so.
#[allow(unsafe_code, reason = "a hint that reads and writes nothing has no safe name")]
#[inline]
pub(crate) fn fetch(numbers: &[f64]) {
    #[cfg(target_arch = "x86_64")]
    for line in numbers.chunks(LANES) {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: every x86_64 processor has the instruction, and the address is that of a live slice.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = numbers;
}

/// The sum of eight logical lanes.
pub(crate) fn reduce(p: [f64; LANES]) -> f64 {
    ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7]))
}

/// A sum that carries its rounding error along (Neumaier 1974), so that the order of segments hardly matters.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    pub fn add(&mut self, value: f64) {
        let total = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() {
            (self.sum - total) + value
        } else {
            (value - total) + self.sum
        };
        self.sum = total;
    }

    pub fn total(self) -> f64 {
        self.sum + self.lost
    }
}
