//! Orders of variables in which a simulated probability varies less.

use super::factor::pair;
use crate::normal::{ln_normal_cdf, normal_hazard};

/// The order in which each variable is the least likely of those left to stay below its limit, given that those before do:
/// draws then come from densities that are truncated as little as can be behind them.
///
/// ```text
/// next = argmin_k Φ(t_k),   t_k = (b_k − Σ_j L_kj E η_j)/L_kk,   E η_j = −φ(t_j)/Φ(t_j)
/// ```
///
/// # Source
/// Gibson, Glasbey and Elston (1994), *Monte Carlo evaluation of multivariate normal integrals and sensitivity to variate
/// ordering*; Genz and Bretz (2009), section 4.1.3.
pub fn order(limits: &[f64], covariance: &[f64]) -> Vec<usize> {
    let n = limits.len();
    let mut order: Vec<usize> = (0..n).collect();
    // Rows of the factor in the order so far; means of the draws of its columns.
    let mut factor = vec![vec![0.0; n]; n];
    let mut means = vec![0.0; n];
    for place in 0..n {
        let standardised = |k: usize| {
            let before: f64 = factor[k][..place].iter().map(|l| l * l).sum();
            let left = (covariance[pair(k, k)] - before).max(f64::MIN_POSITIVE).sqrt();
            let shift: f64 = factor[k][..place].iter().zip(&means).map(|(l, mean)| l * mean).sum();
            ((limits[k] - shift) / left, left)
        };
        let best = (place..n)
            .min_by(|&a, &b| {
                ln_normal_cdf(standardised(order[a]).0).total_cmp(&ln_normal_cdf(standardised(order[b]).0))
            })
            .expect("some are left");
        let (t, left) = standardised(order[best]);
        order.swap(place, best);
        let chosen = order[place];
        means[place] = -normal_hazard(t);
        let row = factor[chosen].clone();
        for &other in &order[place..] {
            let products: f64 = factor[other][..place].iter().zip(&row).map(|(a, b)| a * b).sum();
            let element = covariance[pair(chosen.max(other), chosen.min(other))];
            factor[other][place] = if other == chosen {
                left
            } else {
                (element - products) / left
            };
        }
    }
    order
}
