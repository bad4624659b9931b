//! Numbers side by side, for loops that become vector instructions.

/// Lanes that are computed side by side; blocks of draws are a multiple of them.
pub const NARROW: usize = 8;

/// Lanes of a full block of draws.
pub const WIDE: usize = 32;

/// `W` numbers side by side, where cache lines begin: a register of 64 bytes is then read in one go.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub struct Run<const W: usize>(
    /// The numbers.
    pub [f64; W],
);

impl<const W: usize> std::ops::Deref for Run<W> {
    type Target = [f64; W];

    #[inline(always)]
    fn deref(&self) -> &[f64; W] {
        &self.0
    }
}

impl<const W: usize> std::ops::DerefMut for Run<W> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f64; W] {
        &mut self.0
    }
}
