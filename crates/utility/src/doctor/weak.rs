//! Parameters that the data barely tell apart.

use logsum_estimate::scaled_spectrum;
use ndarray::{Array2, Axis};
use serde::Serialize;

use crate::fit::Fit;

/// Condition index from which a direction counts as weak.
///
/// # Source
/// Belsley, Kuh and Welsch (1980), *Regression diagnostics*: 30 and more are strong.
pub const WEAK: f64 = 30.0;

/// Loading of a parameter, of a direction of length 1, that is worth naming.
const LOADING: f64 = 0.2;

/// Correlation of estimates from which they are listed, and how many are.
const CORRELATED: f64 = 0.95;
const LISTED: usize = 10;

/// A combination of parameters on which the data say little.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeakDirection {
    /// √(λ_max/λ) of minus the Hessian, scaled to unit diagonal.
    pub condition_index: f64,
    /// Parameters with a loading worth naming, largest first: moved together in these proportions (of what one unit of each
    /// by itself changes) they hardly change the likelihood.
    pub loadings: Vec<(String, f64)>,
}

/// Two estimates that move together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Correlated {
    /// One of them.
    pub first: String,
    /// The other.
    pub second: String,
    /// Correlation of the estimates, by the covariance of the Hessian.
    pub correlation: f64,
}

/// The condition of minus the Hessian over the estimated parameters, and directions in which it is small.
pub(super) fn directions(
    hessian: &Array2<f64>,
    estimated: &[usize],
    names: &[&str],
) -> (Option<f64>, Vec<WeakDirection>) {
    let information = -hessian.select(Axis(0), estimated).select(Axis(1), estimated);
    if estimated.is_empty() || information.iter().any(|value| !value.is_finite()) {
        return (None, Vec::new());
    }
    let (values, vectors) = scaled_spectrum(&information);
    let (smallest, largest) = (values[0], values[values.len() - 1]);
    if smallest <= 0.0 {
        return (None, Vec::new());
    }
    let mut weak = Vec::new();
    for (value, vector) in values.iter().zip(vectors.columns()) {
        let condition_index = (largest / value).sqrt();
        if condition_index < WEAK {
            break;
        }
        let mut loadings: Vec<(String, f64)> = names
            .iter()
            .zip(vector)
            .filter(|(_, loading)| loading.abs() >= LOADING)
            .map(|(name, loading)| ((*name).to_owned(), *loading))
            .collect();
        loadings.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        weak.push(WeakDirection {
            condition_index,
            loadings,
        });
    }
    (Some((largest / smallest).sqrt()), weak)
}

/// Pairs of estimates that are nearly a function of each other, the closest first.
pub(super) fn correlated(fit: &Fit) -> Vec<Correlated> {
    let Some(covariance) = &fit.covariance.hessian else {
        return Vec::new();
    };
    let free = fit.parameters.iter().filter(|parameter| !parameter.fixed);
    let names: Vec<&str> = free.map(|parameter| parameter.term.as_str()).collect();
    let mut pairs = Vec::new();
    for (i, row) in covariance.iter().enumerate() {
        for (j, value) in row[..i].iter().enumerate() {
            let correlation = value / (row[i] * covariance[j][j]).sqrt();
            if correlation.abs() >= CORRELATED {
                pairs.push(Correlated {
                    first: names[j].to_owned(),
                    second: names[i].to_owned(),
                    correlation,
                });
            }
        }
    }
    pairs.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
    pairs.truncate(LISTED);
    pairs
}
