//! Arithmetic over lanes of draws: multiply-adds and exponentials that become vector instructions.

pub(crate) use logsum_draws::{FARTHEST, exp, multiply_add};
use multiversion::multiversion;
use multiversion::target::target_cfg_f;

/// Lanes that are computed side by side; blocks of draws are a multiple of them.
pub(crate) const NARROW: usize = 8;

/// Lanes of a full block of draws.
pub(crate) const WIDE: usize = 32;

/// `W` numbers side by side, where cache lines begin: a register of 64 bytes is then read in one go.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(crate) struct Run<const W: usize>(pub [f64; W]);

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

/// Replaces numbers between −708 and 708 by their exponentials: the kernel's own, alone. A simulated likelihood takes one
/// for each draw and alternative that was not chosen, and cannot be faster than that.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
pub fn exponentials(values: &mut [f64]) {
    if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
        values.iter_mut().for_each(|x| *x = exp::<true>(*x));
    } else {
        values.iter_mut().for_each(|x| *x = exp::<false>(*x));
    }
}
