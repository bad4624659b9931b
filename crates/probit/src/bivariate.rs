//! The bivariate normal distribution function.

use std::f64::consts::{FRAC_1_PI, PI};

use logsum_draws::normal_cdf;

use crate::normal::{ln_cdf_and_hazard, ln_normal_cdf, ln_normal_density};
use crate::quadrature::{LEGENDRE_6, LEGENDRE_12, LEGENDRE_20, legendre, ln_log_concave};

/// 1/2π.
const INVERSE_TAU: f64 = 0.5 * FRAC_1_PI;
/// Correlation from which the integral over correlations starts at 1 instead of 0.
const NEAR_ONE: f64 = 0.925;
/// A limit beyond this is one at infinity: the tail is no number.
const CERTAIN: f64 = 40.0;
/// Probability below which the absolute precision of the sum is not enough for its logarithm.
const SMALL: f64 = 1e-3;
/// Relative precision asked of the logarithmic form.
const RELATIVE: f64 = 1e-13;

/// Bivariate standard normal distribution function, P(z₁ ≤ a, z₂ ≤ b) at correlation ρ.
///
/// ```text
/// |ρ| < 0.925:  Φ(a) Φ(b) + 1/2π ∫₀^{asin ρ} exp(−(a² + b² − 2ab sin θ)/(2 cos² θ)) dθ
/// else:         the value at ρ = ±1, less the same integral from ρ to ±1 in x = √(1 − r²), of which the expansion
///               exp(−(a − b)²/2x²) e^{−ab/2} (1 + c x² + c d x⁴) is integrated exactly
/// ```
///
/// by Gauss–Legendre sums of 6, 12 or 20 points. Absolute error below 10⁻¹⁵. Infinite limits and ρ = ±1 are exact;
/// NaN beyond |ρ| = 1. [`ln_bivariate_normal_cdf`] keeps the digits of small probabilities.
///
/// # Source
/// Genz (2004), *Numerical computation of rectangular bivariate and trivariate normal and t probabilities*, Statistics
/// and Computing 14, §2; Drezner and Wesolowsky (1990), *On the computation of the bivariate normal integral*.
pub fn bivariate_normal_cdf(a: f64, b: f64, rho: f64) -> f64 {
    if a.is_nan() || b.is_nan() || !(-1.0..=1.0).contains(&rho) {
        return f64::NAN;
    }
    let (low, high) = (a.min(b), a.max(b));
    if low < -CERTAIN {
        return 0.0;
    }
    if high > CERTAIN {
        return normal_cdf(low);
    }
    let probability = if rho.abs() < NEAR_ONE {
        from_independence(a, b, rho)
    } else if rho > 0.0 {
        normal_cdf(a.min(b)) - below_one(a, b, (1.0 - rho) * (1.0 + rho))
    } else {
        at_minus_one(a, b) + below_one(a, -b, (1.0 - rho) * (1.0 + rho))
    };
    probability.clamp(0.0, 1.0)
}

/// ln P(z₁ ≤ a, z₂ ≤ b) of standard normal variables with correlation ρ, with the digits of small probabilities.
///
/// Below P = 10⁻³, where [`bivariate_normal_cdf`] has lost some,
///
/// ```text
/// P = ∫_{−∞}^{a} φ(x) Φ((b − ρx)/√(1 − ρ²)) dx,   a ≤ b
/// ```
///
/// is integrated around the maximum of its log-concave integrand and relative to it. Relative error of ln P there below
/// 2 · 10⁻¹⁵, at any distance: ln P = −10⁶ is no limit. At ρ = ±1, exact.
pub fn ln_bivariate_normal_cdf(a: f64, b: f64, rho: f64) -> f64 {
    let probability = bivariate_normal_cdf(a, b, rho);
    let (low, high) = (a.min(b), a.max(b));
    let ln_low = ln_normal_cdf(low);
    if probability >= SMALL || probability.is_nan() {
        libm::log(probability)
    } else if high == f64::INFINITY || ln_low == f64::NEG_INFINITY || rho == 1.0 {
        ln_low
    } else if rho == -1.0 {
        // Φ(low) − Φ(−high); ln of what is below 0 is ln 0.
        ln_low + libm::log1p(-libm::exp(ln_normal_cdf(-high) - ln_low).min(1.0))
    } else {
        ln_by_conditioning(low, high, rho)
    }
}

/// ln P with its derivatives with respect to both limits.
///
/// ```text
/// ∂P/∂a = φ(a) Φ((b − ρa)/√(1 − ρ²))
/// ```
pub(crate) fn ln_bivariate_with_slopes(a: f64, b: f64, rho: f64) -> (f64, [f64; 2]) {
    let ln_probability = ln_bivariate_normal_cdf(a, b, rho);
    let spread = conditional_spread(rho);
    let slope =
        |a: f64, b: f64| libm::exp(ln_normal_density(a) + ln_normal_cdf((b - rho * a) / spread) - ln_probability);
    (ln_probability, [slope(a, b), slope(b, a)])
}

/// √(1 − ρ²), kept above 0 for divisions.
pub(crate) fn conditional_spread(rho: f64) -> f64 {
    ((1.0 - rho) * (1.0 + rho)).sqrt().max(f64::MIN_POSITIVE)
}

fn from_independence(a: f64, b: f64, rho: f64) -> f64 {
    let rule: &[(f64, f64)] = match rho.abs() {
        r if r < 0.3 => &LEGENDRE_6,
        r if r < 0.75 => &LEGENDRE_12,
        _ => &LEGENDRE_20,
    };
    let squares = 0.5 * (a * a + b * b);
    let integral = legendre(rule, libm::asin(rho), |angle| {
        let sine = libm::sin(angle);
        libm::exp((a * b * sine - squares) / ((1.0 - sine) * (1.0 + sine)))
    });
    normal_cdf(a) * normal_cdf(b) + INVERSE_TAU * integral
}

/// max(0, Φ(a) − Φ(−b)), both terms taken in their smaller tail.
fn at_minus_one(a: f64, b: f64) -> f64 {
    let difference = if a > 0.0 && b > 0.0 {
        1.0 - normal_cdf(-a) - normal_cdf(-b)
    } else if a > b {
        normal_cdf(b) - normal_cdf(-a)
    } else {
        normal_cdf(a) - normal_cdf(-b)
    };
    difference.max(0.0)
}

/// 1/2π ∫_ρ^1 exp(−(a² + b² − 2abr)/(2(1 − r²))) (1 − r²)^−½ dr for ρ > 0 near 1, from 1 − ρ².
///
/// ```text
/// x = √(1 − r²):  ∫₀^w exp(−(a − b)²/2x²) exp(−ab/(1 + y))/y dx,   y = √(1 − x²),  w = √(1 − ρ²)
/// exp(−ab/(1 + y))/y = e^{−ab/2} (1 + c x² + c d x⁴ + …),   c = (4 − ab)/8,  d = (12 − ab)/16
/// ```
fn below_one(a: f64, b: f64, square: f64) -> f64 {
    if square == 0.0 {
        return 0.0;
    }
    let width = square.sqrt();
    let gap = (a - b) * (a - b);
    let product = a * b;
    let (c, d) = ((4.0 - product) / 8.0, (12.0 - product) / 16.0);
    // Both exponents at once: one alone may overflow.
    let weight = |x_squared: f64| libm::exp(-0.5 * (gap / x_squared + product));
    // ∫ x^2k exp(−gap/2x²) dx for k = 0, 1, 2.
    let edge = weight(square);
    let tail = if gap > 0.0 {
        let ln_tail = ln_normal_cdf(-gap.sqrt() / width) - 0.5 * product;
        (2.0 * PI * gap).sqrt() * libm::exp(ln_tail)
    } else {
        0.0
    };
    let zeroth = width * edge - tail;
    let second = (square * width * edge - gap * zeroth) / 3.0;
    let fourth = (square * square * width * edge - gap * second) / 5.0;
    let exact = zeroth + c * (second + d * fourth);
    let rest = legendre(&LEGENDRE_20, width, |x| {
        let x_squared = x * x;
        let weight = weight(x_squared);
        if weight == 0.0 {
            return 0.0;
        }
        let y = ((1.0 - x) * (1.0 + x)).sqrt();
        // exp(−ab/(1 + y)) over e^{−ab/2}.
        let ratio = libm::exp(-0.5 * product * x_squared / ((1.0 + y) * (1.0 + y))) / y;
        weight * (ratio - 1.0 - c * x_squared * (1.0 + d * x_squared))
    });
    INVERSE_TAU * (exact + rest)
}

/// ln of the integral over the variable with the smaller limit.
fn ln_by_conditioning(low: f64, high: f64, rho: f64) -> f64 {
    let spread = conditional_spread(rho);
    let ratio = rho / spread;
    let ln_f = |x: f64| {
        let limit = (high - rho * x) / spread;
        let (ln_rest, hazard) = ln_cdf_and_hazard(limit);
        (ln_normal_density(x) + ln_rest, -x - ratio * hazard)
    };
    ln_log_concave(ln_f, low, RELATIVE).0
}

#[cfg(test)]
mod tests;
