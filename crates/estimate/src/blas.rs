//! The number of threads of the linear-algebra back end.

// LAPACK symbols are resolved at link time: the crate that carries the link flags must be named somewhere.
#[cfg(any(feature = "openblas-system", feature = "openblas-static"))]
use openblas_src as _;

/// Sets OpenBLAS to one thread, once per process; does nothing with another back end.
///
/// Matrices here are K × K: a second pool of threads costs more than it gives, and would fight with the evaluator's
/// threads over the cores. One thread also keeps the order of every sum the same.
pub(crate) fn use_one_thread() {
    #[cfg(any(feature = "openblas-system", feature = "openblas-static"))]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(openblas::set_one_thread);
    }
}

#[cfg(any(feature = "openblas-system", feature = "openblas-static"))]
#[allow(unsafe_code)]
mod openblas {
    use std::ffi::c_int;

    unsafe extern "C" {
        fn openblas_set_num_threads(n_threads: c_int);
    }

    pub(super) fn set_one_thread() {
        // SAFETY: the function is part of OpenBLAS's C interface with this signature, takes any positive number, and is
        // called before this crate's first factorisation, under a `Once`.
        unsafe { openblas_set_num_threads(1) }
    }
}
