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

/// The same of an estimation in stages, with what each works on in front: `64 draws`.
///
/// Short enough to leave room for the time left on a line of 80 columns.
pub fn staged_progress_line(work: &str, iteration: usize, log_likelihood: f64, criterion: Option<f64>) -> String {
    let criterion = criterion.map_or(number::MISSING.to_string(), |criterion| {
        number::scientific(criterion, 1)
    });
    format!(
        "{work:>11}  iteration {iteration:>2}  ln L {:>10}  decrement {criterion:>7}",
        number::fixed(log_likelihood, 3)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_stages_leave_room() {
        let line = staged_progress_line("64 draws", 3, -3952.48751, Some(2.418e-5));
        assert_eq!(line, "   64 draws  iteration  3  ln L  -3952.488  decrement  2.4e-5");
        let line = staged_progress_line("1,024 draws", 12, -12345.678, None);
        assert_eq!(line, "1,024 draws  iteration 12  ln L -12345.678  decrement       -");
        // A spinner stands in front.
        assert!(2 + line.len() + "  about 12 s left".len() <= crate::WIDTH);
    }

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
