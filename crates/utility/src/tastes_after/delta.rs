//! Standard errors by the delta method.

use crate::fit::Estimate;

/// Estimates with their covariance over those that are not fixed.
pub(crate) struct Delta<'a> {
    estimates: &'a [Estimate],
    covariance: Option<&'a [Vec<f64>]>,
    /// Row of each parameter in the covariance.
    row: Vec<Option<usize>>,
}

impl<'a> Delta<'a> {
    pub fn new(estimates: &'a [Estimate], covariance: Option<&'a Vec<Vec<f64>>>) -> Self {
        let mut rows = 0..;
        Delta {
            estimates,
            covariance: covariance.map(Vec::as_slice),
            row: estimates
                .iter()
                .map(|estimate| if estimate.fixed { None } else { rows.next() })
                .collect(),
        }
    }

    /// The estimate at that position, if there is one.
    pub fn estimate(&self, position: usize) -> Option<f64> {
        self.estimates.get(position).map(|estimate| estimate.estimate)
    }

    /// Whether a parameter was estimated.
    pub fn is_free(&self, position: usize) -> bool {
        self.row.get(position).is_some_and(Option::is_some)
    }

    /// The standard error of a number with these derivatives in the parameters at these positions:
    ///
    /// ```text
    /// se² = g′Cg
    /// ```
    ///
    /// `None` without a covariance, and where what the number depends on has no variance.
    pub fn std_error(&self, positions: &[usize], derivatives: &[f64]) -> Option<f64> {
        let covariance = self.covariance?;
        let along: Vec<(usize, f64)> = positions
            .iter()
            .zip(derivatives)
            .filter_map(|(&position, &derivative)| Some(((*self.row.get(position)?)?, derivative)))
            .collect();
        let mut variance = 0.0;
        for &(row, a) in &along {
            for &(column, b) in &along {
                variance += a * b * covariance.get(row)?.get(column)?;
            }
        }
        (variance > 0.0 && variance.is_finite()).then(|| variance.sqrt())
    }
}
