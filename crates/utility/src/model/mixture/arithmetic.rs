//! Arithmetic over lanes of draws: multiply-adds and exponentials that become vector instructions.

pub(crate) use logsum_draws::{FARTHEST, NARROW, Run, WIDE, exp, multiply_add};
use multiversion::multiversion;
use multiversion::target::target_cfg_f;

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
