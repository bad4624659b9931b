//! Draws from the distribution of the estimates, for intervals of whatever they imply.

use logsum_draws::{Seed, normal_quantile};
use logsum_estimate::Parameter;

use super::delta_method::theta;
use crate::fit::Fit;

/// A variance that is this part of what it was before others were known is none: the covariance has no full rank.
const NOTHING: f64 = 1e-12;

/// Parameters drawn from the normal distribution of the estimates, with the fit's chosen covariance; none without one.
///
/// ```text
/// θ_r = θ̂ + L ξ_r,   L L′ = C,   ξ_r standard normal
/// ```
///
/// Every draw has a stream of its own, so that more of them begin with the same ones. Fixed parameters stay where they are;
/// one that has bounds is drawn as if it had none, and put at the bound that it left.
///
/// # Source
/// Krinsky and Robb (1986), *On approximating the statistical properties of elasticities*.
pub(crate) fn drawn_estimates(fit: &Fit, parameters: &[Parameter], draws: usize, seed: u64) -> Vec<Vec<f64>> {
    let Some(covariance) = fit.chosen_covariance() else {
        return Vec::new();
    };
    let factor = factor(&covariance);
    let free: Vec<usize> = (0..parameters.len()).filter(|&k| !parameters[k].fixed).collect();
    let (theta, seed) = (theta(fit), Seed::new(seed));
    let draw = |number: u64| {
        let mut stream = seed.stream(number);
        let normal: Vec<f64> = free.iter().map(|_| normal_quantile(stream.open01())).collect();
        let mut drawn = theta.clone();
        for (row, &k) in factor.iter().zip(&free) {
            let step: f64 = row.iter().zip(&normal).map(|(l, of)| l * of).sum();
            drawn[k] = (theta[k] + step).clamp(parameters[k].lower, parameters[k].upper);
        }
        drawn
    };
    (0..draws as u64).map(draw).collect()
}

/// L with L L′ = C; rows and columns of what has no variance of its own are 0.
fn factor(covariance: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = covariance.len();
    let mut factor = vec![vec![0.0; n]; n];
    for column in 0..n {
        let known: f64 = factor[column][..column].iter().map(|l| l * l).sum();
        let left = covariance[column][column] - known;
        if left.is_nan() || left <= NOTHING * covariance[column][column] {
            continue;
        }
        let pivot = left.sqrt();
        factor[column][column] = pivot;
        for row in column + 1..n {
            let known: f64 = (0..column).map(|k| factor[row][k] * factor[column][k]).sum();
            factor[row][column] = (covariance[row][column] - known) / pivot;
        }
    }
    factor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_gives_the_covariance_back_whatever_its_rank() {
        let full = vec![vec![4.0, 2.0, -1.0], vec![2.0, 5.0, 0.5], vec![-1.0, 0.5, 3.0]];
        // The second is twice the first, the third has no variance.
        let poor = vec![vec![1.0, 2.0, 0.0], vec![2.0, 4.0, 0.0], vec![0.0, 0.0, 0.0]];
        for covariance in [full, poor] {
            let factor = factor(&covariance);
            for row in 0..3 {
                for column in 0..3 {
                    let product: f64 = (0..3).map(|k| factor[row][k] * factor[column][k]).sum();
                    assert!((product - covariance[row][column]).abs() < 1e-12, "{covariance:?}");
                }
            }
        }
    }
}
