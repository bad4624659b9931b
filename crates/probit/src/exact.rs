//! Orthant probabilities integrated to full precision, in up to three dimensions.

use crate::bivariate::ln_bivariate_normal_cdf;
use crate::normal::{ln_normal_cdf, ln_normal_density};
use crate::orthant::{MOST, Orthant, OrthantError, either, pair, solve};
use crate::trivariate;

/// Rounding of ln P in one and two dimensions.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// P(z₁ ≤ b₁, …, z_n ≤ b_n) for z ~ N(0, S) and n ≤ 3, with its derivatives, to full precision.
///
/// ```text
/// ∂P/∂b_k  = φ(b_k; s_kk) P(the others ≤ b | z_k = b_k)
/// ∂P/∂s_kl = φ₂(b_k, b_l; S) P(the others ≤ b | z_k = b_k, z_l = b_l)      k ≠ l
/// ∂P/∂s_kk = −(b_k ∂P/∂b_k + Σ_{l ≠ k} s_kl ∂P/∂s_kl)/(2 s_kk)
/// ```
///
/// the last because P does not depend on the units of z_k. All are formed in logarithms, so that they keep their digits
/// where P is too small for a number; how precise ln P is stands with [`ln_normal_cdf`](crate::ln_normal_cdf),
/// [`ln_bivariate_normal_cdf`] and [`ln_trivariate_normal_cdf`](crate::ln_trivariate_normal_cdf). Correlations within δ
/// of ±1 are themselves rounded by 10⁻¹⁶/δ of that, and ln P and its derivatives with them, by as much of ln P; where
/// this is more than 1, as for δ = 10⁻⁹ and ln P = −10⁹, derivatives may be infinite or NaN.
///
/// `limits`: b, length n, counting for the bound on n only where below +∞. A limit of −∞ gives P = 0.
/// `covariance`: S, packed lower triangle by rows, length n(n + 1)/2. No variables at all: P = 1.
///
/// # Errors
/// [`OrthantError`]: lengths that do not fit, a limit that is NaN, a covariance that is not positive definite, more
/// than three limits below +∞.
///
/// # Source
/// Plackett (1954), *A reduction formula for normal multivariate integrals*, Biometrika 41; Genz (2004).
pub fn exact(limits: &[f64], covariance: &[f64]) -> Result<Orthant, OrthantError> {
    solve(limits, covariance, integrate)
}

fn integrate(limits: &[f64], covariance: &[f64]) -> Result<Orthant, OrthantError> {
    let n = limits.len();
    if n > MOST {
        return Err(OrthantError::Dimensions { dimensions: n });
    }
    let (ln_probability, ln_error) = ln_orthant(limits, covariance);
    let mut slopes = vec![0.0; n];
    let mut by_covariance = vec![0.0; covariance.len()];
    for k in 0..n {
        let (ln_density, rest_limits, rest_covariance) = given(limits, covariance, k);
        let ln_rest = ln_orthant(&rest_limits, &rest_covariance).0;
        slopes[k] = libm::exp(ln_density + ln_rest - ln_probability);
        // Variables before k keep their places.
        for l in 0..k {
            let (ln_second, last_limits, last_covariance) = given(&rest_limits, &rest_covariance, l);
            let ln_last = ln_orthant(&last_limits, &last_covariance).0;
            by_covariance[pair(k, l)] = libm::exp(ln_density + ln_second + ln_last - ln_probability);
        }
    }
    for k in 0..n {
        let moved: f64 = (0..n)
            .filter(|l| *l != k)
            .map(|l| covariance[either(k, l)] * by_covariance[either(k, l)])
            .sum();
        by_covariance[pair(k, k)] = -(limits[k] * slopes[k] + moved) / (2.0 * covariance[pair(k, k)]);
    }
    Ok(Orthant {
        ln_probability,
        error: ln_error * libm::exp(ln_probability),
        limits: slopes,
        covariance: by_covariance,
    })
}

/// ln P and an estimate of its absolute error.
fn ln_orthant(limits: &[f64], covariance: &[f64]) -> (f64, f64) {
    let deviation = |k: usize| covariance[pair(k, k)].sqrt();
    let limit = |k: usize| limits[k] / deviation(k);
    let rho = |k: usize, l: usize| (covariance[pair(k, l)] / (deviation(k) * deviation(l))).clamp(-1.0, 1.0);
    let ln_probability = match limits.len() {
        0 => 0.0,
        1 => ln_normal_cdf(limit(0)),
        2 => ln_bivariate_normal_cdf(limit(0), limit(1), rho(1, 0)),
        _ => {
            let standardised = [limit(0), limit(1), limit(2)];
            return trivariate::ln_with_error(standardised, [rho(1, 0), rho(2, 0), rho(2, 1)]);
        }
    };
    let error = if limits.is_empty() {
        0.0
    } else {
        ROUNDING * (1.0 + ln_probability.abs())
    };
    (ln_probability, error)
}

/// ln of the density of variable k at its limit, and limits and covariance of the others given that it is there.
fn given(limits: &[f64], covariance: &[f64], k: usize) -> (f64, Vec<f64>, Vec<f64>) {
    let variance = covariance[pair(k, k)];
    let others: Vec<usize> = (0..limits.len()).filter(|l| *l != k).collect();
    let slope = |l: usize| covariance[either(l, k)] / variance;
    let rest_limits = others.iter().map(|l| limits[*l] - slope(*l) * limits[k]).collect();
    let mut rest_covariance = Vec::with_capacity(others.len() * (others.len() + 1) / 2);
    for (i, l) in others.iter().enumerate() {
        for m in &others[..=i] {
            let left = covariance[pair(*l, *m)] - slope(*l) * covariance[either(*m, k)];
            // What rounding leaves of a variance near 0.
            rest_covariance.push(if l == m { left.max(f64::MIN_POSITIVE) } else { left });
        }
    }
    let ln_density = ln_normal_density(limits[k] / variance.sqrt()) - 0.5 * libm::log(variance);
    (ln_density, rest_limits, rest_covariance)
}

#[cfg(test)]
mod tests;
