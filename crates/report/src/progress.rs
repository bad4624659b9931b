//! One line for each iteration.

use crate::number;

/// What an iteration reached, in fixed columns, so that the lines of a run can be read downwards.
///
/// `criterion`: the Newton decrement, where it was measured.
pub fn progress_line(iteration: usize, log_likelihood: f64, criterion: Option<f64>) -> String {
    let criterion = criterion.map_or(number::MISSING.to_string(), |criterion| {
        number::scientific(criterion, 2)
    });
    format!(
        "iteration {iteration:>4}   log-likelihood {:>16}   decrement {criterion:>9}",
        number::fixed(log_likelihood, 5)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_aligned() {
        assert_eq!(
            progress_line(0, -6964.662979, None),
            "iteration    0   log-likelihood      -6964.66298   decrement         -"
        );
        assert_eq!(
            progress_line(12, -5331.252007, Some(3.217e-13)),
            "iteration   12   log-likelihood      -5331.25201   decrement  3.22e-13"
        );
    }
}
