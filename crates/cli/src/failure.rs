//! How a run can end badly: lines for standard error and an exit code.

/// Bad usage, bad model or bad data.
pub const BAD_INPUT: u8 = 2;
/// Estimated but not converged, or a check that failed.
pub const NOT_CONVERGED: u8 = 1;

/// What stopped the program.
#[derive(Debug)]
pub struct Failure {
    /// Independent problems; each may have further lines.
    pub problems: Vec<String>,
    /// Exit code.
    pub code: u8,
}

impl Failure {
    /// Bad usage, bad model or bad data.
    pub fn bad_input(problem: impl ToString) -> Self {
        Failure {
            problems: vec![problem.to_string()],
            code: BAD_INPUT,
        }
    }

    /// Several independent problems of the same kind.
    pub fn all<T: ToString>(problems: &[T]) -> Self {
        Failure {
            problems: problems.iter().map(ToString::to_string).collect(),
            code: BAD_INPUT,
        }
    }
}
