//! What a maximisation may be told.

use serde::{Deserialize, Serialize};

use crate::error::EstimateError;

/// When to stop. One field a line; the default suits every model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Largest Newton decrement g′(−H)⁻¹g that counts as converged; twice the gain in ln L still to be had, in units of
    /// ln L, and so without a scale. Iterations go on below it, as long as they sharpen the estimates, down to `polish`.
    /// Default 1e-9.
    pub tolerance: f64,
    /// Newton decrement at which there is nothing left to sharpen. The default, 1e-24, leaves estimates about as exact as
    /// rounding lets them be; where evaluations are dear, 1e-12 (a millionth of a standard error) saves one or two.
    pub polish: f64,
    /// Largest number of iterations (accepted steps); 0 evaluates at the start and estimates nothing. Default 200.
    pub max_iterations: usize,
    /// Eigenvalues of −H, scaled to unit diagonal, below this share of the largest count as zero: the parameters are
    /// then not identified. Default 1e-12.
    pub identification_tolerance: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tolerance: 1e-9,
            polish: 1e-24,
            max_iterations: 200,
            identification_tolerance: 1e-12,
        }
    }
}

impl Options {
    /// Checks every field.
    ///
    /// # Errors
    /// [`EstimateError::Options`] with all that is wrong.
    pub fn validate(&self) -> Result<(), EstimateError> {
        let mut problems = Vec::new();
        if !(self.tolerance.is_finite() && self.tolerance > 0.0) {
            problems.push(format!(
                "tolerance: {:?} is not a positive number; 1e-9 is usual",
                self.tolerance
            ));
        }
        if !(self.polish.is_finite() && self.polish > 0.0) {
            problems.push(format!(
                "polish: {:?} is not a positive number; 1e-24 is usual",
                self.polish
            ));
        }
        if !(self.identification_tolerance > 0.0 && self.identification_tolerance < 1.0) {
            problems.push(format!(
                "identification_tolerance: {:?} is not between 0 and 1; 1e-12 is usual",
                self.identification_tolerance
            ));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(EstimateError::Options { problems })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_valid() {
        assert!(Options::default().validate().is_ok());
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let options = Options {
            tolerance: f64::NAN,
            identification_tolerance: 2.0,
            ..Options::default()
        };
        assert_eq!(
            options.validate().unwrap_err().to_string(),
            "options: tolerance: NaN is not a positive number; 1e-9 is usual; \
             identification_tolerance: 2.0 is not between 0 and 1; 1e-12 is usual"
        );
    }
}
