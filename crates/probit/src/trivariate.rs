//! The trivariate normal distribution function.

use std::f64::consts::{FRAC_1_PI, FRAC_PI_2};

use logsum_draws::normal_cdf;

use crate::bivariate::{bivariate_normal_cdf, conditional_spread, ln_bivariate_normal_cdf, ln_bivariate_with_slopes};
use crate::normal::{ln_normal_cdf, ln_normal_density};
use crate::quadrature::{Integral, adaptive, ln_log_concave};

/// 1/2π.
const INVERSE_TAU: f64 = 0.5 * FRAC_1_PI;
/// A limit beyond this is one at infinity: the tail is no number.
const CERTAIN: f64 = 40.0;
/// Absolute precision asked of the integrals over correlations.
const ABSOLUTE: f64 = 1e-15;
/// Rounding in sums of a few probabilities.
const ROUNDING: f64 = 2e-15;
/// Probability below which the absolute precision is not enough for its logarithm.
const SMALL: f64 = 1e-5;
/// Relative precision asked of the logarithmic form, whose integrand is itself precise to this.
const RELATIVE: f64 = 1e-12;

/// Trivariate standard normal distribution function, P(z₁ ≤ b₁, z₂ ≤ b₂, z₃ ≤ b₃).
///
/// ```text
/// Φ(b₁) Φ₂(b₂, b₃; ρ₃₂)
///     + Σ_{j = 2, 3} 1/2π ∫₀¹ α_j exp(−(b₁² + b_j² − 2 b₁ b_j sin α_j t)/(2 cos² α_j t)) Φ(u_j(t)) dt
/// ```
///
/// with α_j = asin ρ_j1 and u_j(t) the standardised limit of the third variable where the first is at b₁, the j-th at
/// b_j and their correlations with the first are sin α_j t. Variables change places so that ρ₃₂ is the largest.
///
/// `rho`: ρ₂₁, ρ₃₁, ρ₃₂, which must make a positive semidefinite matrix. Absolute error below
/// 3 · 10⁻¹⁵. Infinite limits are exact, and so are correlations of ±1.
///
/// # Source
/// Genz (2004), *Numerical computation of rectangular bivariate and trivariate normal and t probabilities*, Statistics
/// and Computing 14, §3; Plackett (1954), *A reduction formula for normal multivariate integrals*.
pub fn trivariate_normal_cdf(limits: [f64; 3], rho: [f64; 3]) -> f64 {
    integrated(limits, rho).value
}

/// ln P(z₁ ≤ b₁, z₂ ≤ b₂, z₃ ≤ b₃) of standard normal variables, with the digits of small probabilities.
///
/// Below P = 10⁻⁵, where [`trivariate_normal_cdf`] has lost some,
///
/// ```text
/// P = ∫_{−∞}^{b₁} φ(x) P(z₂ ≤ b₂, z₃ ≤ b₃ | z₁ = x) dx
/// ```
///
/// is integrated around the maximum of its log-concave integrand and relative to it, with relative errors of ln P below
/// 10⁻¹⁴; at 10⁻⁵, the sum gives ln P to 10⁻¹⁰. Takes a hundred times as long as the sum. `rho`: as there.
pub fn ln_trivariate_normal_cdf(limits: [f64; 3], rho: [f64; 3]) -> f64 {
    ln_with_error(limits, rho).0
}

/// ln P and an estimate of its absolute error.
pub(crate) fn ln_with_error(limits: [f64; 3], rho: [f64; 3]) -> (f64, f64) {
    let Integral { value, error } = integrated(limits, rho);
    let low = limits.into_iter().fold(f64::INFINITY, f64::min);
    if value >= SMALL || value.is_nan() || ln_normal_cdf(low) == f64::NEG_INFINITY {
        return (libm::log(value), error / value);
    }
    let known = |ln_probability: f64| (ln_probability, ROUNDING * (1.0 + ln_probability.abs()));
    if let Some((limits, rho)) = degenerate(limits, rho, f64::INFINITY) {
        return known(ln_bivariate_normal_cdf(limits[0], limits[1], rho));
    }
    let ([b1, b2, b3], [r21, r31, r32]) = last_two_closest(limits, rho);
    if r32 == -1.0 {
        // −b₃ ≤ z₂ ≤ b₂; ln of what is below 0 is ln 0.
        let [upper, lower] = [b2, -b3].map(|limit| ln_bivariate_normal_cdf(b1, limit, r21));
        return known(upper + libm::log1p(-libm::exp(lower - upper).min(1.0)));
    }
    let (spread_2, spread_3) = (conditional_spread(r21), conditional_spread(r31));
    let turn = 1.0_f64.copysign(r21 * r31);
    let rest = turn * partial(1.0 - r21.abs(), 1.0 - r31.abs(), 1.0 - turn * r32) / (spread_2 * spread_3);
    let rest = rest.clamp(-1.0, 1.0);
    let ln_f = |x: f64| {
        let (ln_rest, slopes) = ln_bivariate_with_slopes((b2 - r21 * x) / spread_2, (b3 - r31 * x) / spread_3, rest);
        let slope = -x - slopes[0] * r21 / spread_2 - slopes[1] * r31 / spread_3;
        (ln_normal_density(x) + ln_rest, slope)
    };
    let (ln_probability, error) = ln_log_concave(ln_f, b1, RELATIVE);
    (ln_probability, error + known(ln_probability).1)
}

fn integrated(limits: [f64; 3], rho: [f64; 3]) -> Integral {
    if limits.iter().any(|limit| limit.is_nan()) || rho.iter().any(|r| !(-1.0..=1.0).contains(r)) {
        return Integral {
            value: f64::NAN,
            error: f64::NAN,
        };
    }
    if limits.iter().any(|limit| *limit < -CERTAIN) {
        return Integral::default();
    }
    if let Some((limits, rho)) = degenerate(limits, rho, CERTAIN) {
        return Integral {
            value: bivariate_normal_cdf(limits[0], limits[1], rho),
            error: ROUNDING,
        };
    }
    let ([b1, b2, b3], [r21, r31, r32]) = last_two_closest(limits, rho);
    // With the other variables turned to correlate positively with the first, correlations near ±1 are near 1.
    let turns = [r21, r31].map(|r| 1.0_f64.copysign(r));
    let complements = [r21, r31].map(|r| 2.0 * libm::asin((0.5 * (1.0 - r.abs())).sqrt()));
    let angles = complements.map(|angle| FRAC_PI_2 - angle);
    let last = 1.0 - turns[0] * turns[1] * r32;
    let mut f = |t: f64| {
        // 1 − sin, without taking the difference.
        let [gap_2, gap_3] = [0, 1].map(|k| {
            let sine = libm::sin(0.5 * (complements[k] + angles[k] * (1.0 - t)));
            2.0 * sine * sine
        });
        let [b2, b3] = [turns[0] * b2, turns[1] * b3];
        turns[0] * angles[0] * edge([b1, b2, b3], [gap_2, gap_3, last], turns[1])
            + turns[1] * angles[1] * edge([b1, b3, b2], [gap_3, gap_2, last], turns[0])
    };
    let mut sum = Integral {
        value: normal_cdf(b1) * bivariate_normal_cdf(b2, b3, r32),
        error: ROUNDING,
    };
    // Towards correlations of ±1 the integrand may change within the rest of the right angle: ever shorter pieces.
    let steepest = angles[0].max(angles[1]);
    let (mut from, mut left) = (0.0, FRAC_PI_2);
    while from < 1.0 {
        left *= 0.25;
        let to = if steepest > FRAC_PI_2 - left {
            (FRAC_PI_2 - left) / steepest
        } else {
            1.0
        };
        let part = adaptive(&mut f, from, to, ABSOLUTE / INVERSE_TAU);
        sum.value += INVERSE_TAU * part.value;
        sum.error += INVERSE_TAU * part.error;
        from = to;
    }
    sum.value = sum.value.clamp(0.0, 1.0);
    sum
}

/// exp(−(b₁² + b_j² − 2 b₁ b_j s)/(2(1 − s²))) Φ(u), the density at b₁ and b_j (times 2π cos) and the rest given these.
///
/// `gaps`: 1 − ρ of j and 1, k and 1, k and j; a determinant in these takes no difference of numbers near 1.
/// `turn`: −1 if variable k is turned, and stays above its limit.
fn edge([b1, bj, bk]: [f64; 3], gaps: [f64; 3], turn: f64) -> f64 {
    let [gap_j, gap_k, gap_kj] = gaps;
    let square = gap_j * (2.0 - gap_j);
    let ahead = b1 - bj + gap_j * bj;
    let exponent = -0.5 * (bj * bj + ahead * ahead / square);
    // The tail below is 0.
    if exponent < -750.0 {
        return 0.0;
    }
    let (on_1, on_j) = (partial(gap_kj, gap_j, gap_k), partial(gap_k, gap_j, gap_kj));
    let products = gap_j * gap_k + gap_k * gap_kj + gap_kj * gap_j - gap_j * gap_k * gap_kj;
    let determinant = 2.0 * products - gap_j * gap_j - gap_k * gap_k - gap_kj * gap_kj;
    let spread = (square * determinant.max(0.0)).sqrt().max(f64::MIN_POSITIVE);
    libm::exp(exponent) * normal_cdf(turn * (square * bk - on_1 * b1 - on_j * bj) / spread)
}

/// ρ₃ − ρ₁ρ₂ from 1 − ρ₁, 1 − ρ₂ and 1 − ρ₃.
fn partial(gap_1: f64, gap_2: f64, gap_3: f64) -> f64 {
    gap_1 + gap_2 - gap_1 * gap_2 - gap_3
}

/// The bivariate problem that is left where a limit is at infinity, or from `certain` on, or a correlation is 1.
fn degenerate(limits: [f64; 3], rho: [f64; 3], certain: f64) -> Option<([f64; 2], f64)> {
    // The variable to leave out, and the pairs of others: positions in `rho` of the pairs with variable k.
    let [b1, b2, b3] = limits;
    let [r21, r31, r32] = rho;
    let without = [([b2, b3], r32), ([b1, b3], r31), ([b1, b2], r21)];
    if let Some(k) = limits.iter().position(|limit| *limit >= certain) {
        return Some(without[k]);
    }
    for (r, i, j) in [(r21, 0, 1), (r31, 0, 2), (r32, 1, 2)] {
        if r == 1.0 {
            return Some(without[if limits[i] < limits[j] { j } else { i }]);
        }
    }
    None
}

/// Variables in an order that puts the correlation of largest size last.
fn last_two_closest([b1, b2, b3]: [f64; 3], [r21, r31, r32]: [f64; 3]) -> ([f64; 3], [f64; 3]) {
    if r21.abs() > r31.abs().max(r32.abs()) {
        ([b3, b1, b2], [r31, r32, r21])
    } else if r31.abs() > r32.abs() {
        ([b2, b1, b3], [r21, r32, r31])
    } else {
        ([b1, b2, b3], [r21, r31, r32])
    }
}

#[cfg(test)]
mod tests;
