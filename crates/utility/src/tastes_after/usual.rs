//! Usual distributions, known exactly.

use logsum_draws::{normal_cdf, normal_quantile};

use super::Numbers;
use crate::mixing::Shape;
use crate::taste_report::QUANTILES;

/// Steps that halve the interval of a quantile; from a hundred on nothing is left of it.
const HALVINGS: usize = 100;

/// Half of the interval over which normal densities are integrated; beyond it are 10⁻¹⁹ of them.
const FAR: f64 = 9.0;

/// A usual distribution with values of location and second estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Usual {
    pub shape: Shape,
    /// 1, or −1 for minus the distribution.
    pub sign: f64,
    pub location: f64,
    /// Its sign carries no meaning.
    pub scale: f64,
}

/// Mean, standard deviation, share above 0 and quantiles of a mixture of usual distributions with these weights.
pub(super) fn numbers(parts: &[(f64, Usual)]) -> Numbers {
    let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
    let average =
        |of: &dyn Fn(&Usual) -> f64| parts.iter().map(|(weight, part)| weight * of(part)).sum::<f64>() / total;
    let moments: Vec<(f64, f64)> = parts.iter().map(|(_, part)| part.moments()).collect();
    let weighted = parts
        .iter()
        .zip(&moments)
        .map(|((weight, _), moments)| (weight / total, moments));
    let mean: f64 = weighted.clone().map(|(weight, (mean, _))| weight * mean).sum();
    let spread = |(weight, (of_part, sd)): (f64, &(f64, f64))| weight * (sd * sd + (of_part - mean) * (of_part - mean));
    let sd = match moments.as_slice() {
        [(_, sd)] => *sd,
        _ => weighted.map(spread).sum::<f64>().sqrt(),
    };
    let mut numbers = [0.0; super::NUMBERS];
    numbers[0] = mean;
    numbers[1] = sd;
    numbers[2] = average(&Usual::share_positive);
    for (number, p) in numbers[3..].iter_mut().zip(QUANTILES) {
        *number = quantile(parts, p, &|x| average(&|part: &Usual| part.share_up_to(x)));
    }
    numbers
}

/// The quantile of a mixture, which lies among those of its parts.
fn quantile(parts: &[(f64, Usual)], p: f64, cdf: &dyn Fn(f64) -> f64) -> f64 {
    let of_parts = parts.iter().map(|(_, part)| part.quantile(p));
    let mut low = of_parts.clone().fold(f64::INFINITY, f64::min);
    let mut high = of_parts.fold(f64::NEG_INFINITY, f64::max);
    if parts.len() == 1 || cdf(low) >= p {
        return low;
    }
    for _ in 0..HALVINGS {
        let middle = low + 0.5 * (high - low);
        if middle <= low || middle >= high {
            break;
        }
        if cdf(middle) >= p {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

impl Usual {
    fn scale(&self) -> f64 {
        self.scale.abs()
    }

    /// Mean and standard deviation.
    fn moments(&self) -> (f64, f64) {
        let (m, s) = (self.location, self.scale());
        let (mean, sd) = match self.shape {
            Shape::Normal => (m, s),
            Shape::Uniform => (m, s / 3.0f64.sqrt()),
            Shape::Triangular => (m, s / 6.0f64.sqrt()),
            Shape::Lognormal => {
                let mean = (m + 0.5 * s * s).exp();
                (mean, mean * (s * s).exp_m1().sqrt())
            }
            _ if s == 0.0 => (self.transform(m), 0.0),
            Shape::CensoredNormal => {
                let (mean, variance) = censored(m / s);
                (s * mean, s * variance.max(0.0).sqrt())
            }
            Shape::TruncatedNormal => {
                let (mean, variance) = truncated(m / s);
                (s * mean, s * variance.max(0.0).sqrt())
            }
            Shape::JohnsonSb { low, high } => {
                let (mean, sd) = logistic(m, s);
                (low + (high - low) * mean, (high - low) * sd)
            }
        };
        (self.sign * mean, sd)
    }

    /// From the index to the coefficient, but for the sign.
    fn transform(&self, index: f64) -> f64 {
        match self.shape {
            Shape::Normal | Shape::Uniform | Shape::Triangular => index,
            Shape::Lognormal => index.exp(),
            Shape::CensoredNormal | Shape::TruncatedNormal => index.max(0.0),
            Shape::JohnsonSb { low, high } => low + (high - low) / (1.0 + (-index).exp()),
        }
    }

    /// The largest index that gives at most y.
    fn index_of(&self, y: f64) -> f64 {
        match self.shape {
            Shape::Normal | Shape::Uniform | Shape::Triangular => y,
            Shape::Lognormal if y > 0.0 => y.ln(),
            Shape::CensoredNormal | Shape::TruncatedNormal if y >= 0.0 => y,
            Shape::JohnsonSb { low, high } if y > low => match y < high {
                true => ((y - low) / (high - y)).ln(),
                false => f64::INFINITY,
            },
            _ => f64::NEG_INFINITY,
        }
    }

    /// Share of indices above one.
    fn share_above_index(&self, index: f64) -> f64 {
        let (m, s) = (self.location, self.scale());
        if index.is_infinite() {
            return if index > 0.0 { 0.0 } else { 1.0 };
        }
        if s == 0.0 {
            return if self.transform(m) > self.transform(index) {
                1.0
            } else {
                0.0
            };
        }
        match self.shape {
            Shape::TruncatedNormal => normal_cdf((m - index) / s) / normal_cdf(m / s),
            Shape::Uniform => 0.5 * (1.0 + (m - index) / s).clamp(0.0, 2.0),
            Shape::Triangular => match ((m - index) / s).clamp(-1.0, 1.0) {
                x if x < 0.0 => 0.5 * (1.0 + x) * (1.0 + x),
                x => 1.0 - 0.5 * (1.0 - x) * (1.0 - x),
            },
            _ => normal_cdf((m - index) / s),
        }
    }

    /// P(β > 0).
    fn share_positive(&self) -> f64 {
        if self.sign < 0.0 {
            // Only what is positive can be turned round.
            return 0.0;
        }
        self.share_above_index(self.index_of(0.0))
    }

    /// P(β ≤ x).
    pub fn share_up_to(&self, x: f64) -> f64 {
        if self.sign > 0.0 {
            return 1.0 - self.share_above_index(self.index_of(x));
        }
        if x >= 0.0 {
            return 1.0;
        }
        // There is no mass but at 0.
        match self.scale() {
            0.0 => f64::from(u8::from(-self.transform(self.location) <= x)),
            _ => self.share_above_index(self.index_of(-x)),
        }
    }

    /// The quantile at p.
    pub fn quantile(&self, p: f64) -> f64 {
        let (m, s) = (self.location, self.scale());
        let p = if self.sign < 0.0 { 1.0 - p } else { p };
        if s == 0.0 {
            return self.sign * self.transform(m);
        }
        let index = match self.shape {
            // As m − s Φ⁻¹(...) with tails that are small where the coefficient is large.
            Shape::TruncatedNormal => m - s * normal_quantile((1.0 - p) * normal_cdf(m / s)),
            Shape::Uniform => m + s * (2.0 * p - 1.0),
            Shape::Triangular if p < 0.5 => m + s * ((2.0 * p).sqrt() - 1.0),
            Shape::Triangular => m + s * (1.0 - (2.0 * (1.0 - p)).sqrt()),
            _ => m + s * normal_quantile(p),
        };
        // A rounding of 0 is no quantile of what is positive.
        self.sign * self.transform(index) + 0.0
    }
}

fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
}

/// Mean and variance of max(0, a + ξ).
fn censored(a: f64) -> (f64, f64) {
    let (above, below, density) = (normal_cdf(a), normal_cdf(-a), density(a));
    let mean = a * above + density;
    let variance = if a > 0.0 {
        // What is cut off, taken from a + ξ.
        let more = density - a * below;
        1.0 + (a * a - 1.0) * below - a * density - more * more
    } else {
        (1.0 + a * a) * above + a * density - mean * mean
    };
    (mean, variance)
}

/// Mean and variance of a + ξ, given that it is positive: with the inverse Mills ratio λ = φ(a)/Φ(a)
///
/// ```text
/// a + λ,   1 − λ (λ + a)
/// ```
fn truncated(a: f64) -> (f64, f64) {
    if a > -5.0 {
        let ratio = density(a) / normal_cdf(a);
        return (a + ratio, 1.0 - ratio * (ratio + a));
    }
    // λ = x + 1/(x + 2/(x + 3/(x + ...))) for x = −a, without the differences of nearly equal numbers.
    let x = -a;
    let second = (2..200).rev().fold(0.0, |below, n| f64::from(n) / (x + below));
    let first = 1.0 / (x + second);
    (first, (second - first) / (x + second))
}

/// Mean and standard deviation of 1 / (1 + exp(−m − s ξ)), by the trapezoidal rule, whose error for functions like this
/// is below rounding once the step is small beside the distance of their poles.
fn logistic(m: f64, s: f64) -> (f64, f64) {
    let step = (0.5 / s.max(1.0)).max(1e-3);
    let n = (FAR / step).ceil() as i32;
    let nodes = (-n..=n).map(|at| f64::from(at) * step);
    let (mut total, mut first) = (0.0, 0.0);
    let points: Vec<(f64, f64)> = nodes.map(|x| (density(x), 1.0 / (1.0 + (-m - s * x).exp()))).collect();
    for (weight, value) in &points {
        total += weight;
        first += weight * value;
    }
    let mean = first / total;
    let variance = points
        .iter()
        .map(|(weight, value)| weight * (value - mean) * (value - mean))
        .sum::<f64>()
        / total;
    (mean, variance.sqrt())
}
