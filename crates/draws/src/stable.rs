//! Positive stable draws: the shared part of nested extreme value noise.

use std::f64::consts::PI;

use crate::Stream;
use crate::logarithm::ln;

/// One draw S of the positive stable distribution of index α in (0, 1]:
///
/// ```text
/// E exp(−t S) = exp(−t^α),  t ≥ 0
/// ```
///
/// α = 1 gives the constant 1; an α outside (0, 1] gives NaN. The mean is infinite for α < 1, and for α below about
/// 0.05 draws beyond the range of floats come as 0 or ∞: see [`ln_positive_stable`].
///
/// # Source
/// Kanter (1975), *Stable densities under change of scale and total variation inequalities*;
/// Chambers, Mallows, Stuck (1976), *A method for simulating stable random variables*.
pub fn positive_stable(stream: &mut Stream, alpha: f64) -> f64 {
    ln_positive_stable(stream, alpha).exp()
}

/// Logarithm of [`positive_stable`]. Two numbers of the stream each.
///
/// It is of the size of 1/α: finite for α down to about 10⁻³⁰⁶, below which terms overflow and infinities and NaN come.
/// Rounding leaves it 10⁻¹⁶/α or so apart from its neighbours, so that what is added to it, such as a Gumbel draw, is
/// lost in part below about α = 10⁻¹⁰ and altogether below 10⁻¹⁶.
///
/// ```text
/// ln S = ln sin(αφ) − (1/α) ln sin φ + ((1 − α)/α) (ln sin((1 − α)φ) − ln E),   φ = πU,  E standard exponential
/// ```
pub fn ln_positive_stable(stream: &mut Stream, alpha: f64) -> f64 {
    let angle = PI * stream.open01();
    let exponential = -ln(stream.open01());
    if !(alpha > 0.0 && alpha <= 1.0) {
        return f64::NAN;
    }
    if alpha == 1.0 {
        return 0.0;
    }
    let rest = 1.0 - alpha;
    let ln_sin = |angle: f64| angle.sin().ln();
    ln_sin(alpha * angle) - ln_sin(angle) / alpha + rest / alpha * (ln_sin(rest * angle) - exponential.ln())
}
