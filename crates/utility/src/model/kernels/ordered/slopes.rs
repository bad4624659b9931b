//! ln P of a rank in its limits: values and derivatives.

use logsum_draws::ln;
use logsum_probit::{NormalTails, normal_tails};

use crate::model::exp::exp;

/// Lanes are taken eight by eight.
pub(super) const N: usize = 8;
pub(super) type Lanes = [f64; N];

pub(super) const ZERO: Lanes = [0.0; N];

/// F at a threshold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tails {
    /// τ − V.
    pub t: Lanes,
    /// ln F(t) and ln F(−t).
    pub ln_below: Lanes,
    pub ln_above: Lanes,
    /// F(t) and F(−t) of the logistic; density over F(t), over F(−t) of the normal.
    pub below: Lanes,
    pub above: Lanes,
}

/// ln P of a rank as a function of its limits b and a.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slopes {
    pub upper: Lanes,
    pub lower: Lanes,
    pub upper_upper: Lanes,
    pub upper_lower: Lanes,
    pub lower_lower: Lanes,
}

pub(super) const NO_TAILS: Tails = Tails {
    t: ZERO,
    ln_below: ZERO,
    ln_above: ZERO,
    below: ZERO,
    above: ZERO,
};

pub(super) const NO_SLOPES: Slopes = Slopes {
    upper: ZERO,
    lower: ZERO,
    upper_upper: ZERO,
    upper_lower: ZERO,
    lower_lower: ZERO,
};

/// ln(1 + e), e ≥ 0, with the digits of a small e.
#[inline(always)]
fn ln_1p(e: f64) -> f64 {
    let sum = 1.0 + e;
    ln(sum) - ((sum - 1.0) - e) / sum
}

/// ln(1 − exp(−d)) and 1/(exp d − 1), d > 0.
pub(super) fn gap(d: f64) -> (f64, f64) {
    let ln = match d < std::f64::consts::LN_2 {
        true => libm::log(-libm::expm1(-d)),
        false => libm::log1p(-libm::exp(-d)),
    };
    (ln, 1.0 / libm::expm1(d))
}

/// Limits of a normal variable's interval, reflected where it lies above 0.
#[derive(Clone, Copy)]
pub(super) struct Interval {
    pub reflected: bool,
    /// ln Φ(u), φ(u)/Φ(u).
    pub ln_upper: f64,
    pub hazard: f64,
    /// φ(l)/φ(u), and 1 − Φ(l)/Φ(u).
    pub densities: f64,
    pub rest: f64,
}

impl Interval {
    #[inline(always)]
    pub fn new(upper: &Tails, lower: &Tails, l: usize) -> Self {
        let (b, a) = (upper.t[l], lower.t[l]);
        let reflected = a + b > 0.0;
        let (ln_upper, hazard, below) = match reflected {
            false => (upper.ln_below[l], upper.below[l], lower.below[l]),
            true => (lower.ln_above[l], lower.above[l], upper.above[l]),
        };
        let densities = exp(-0.5 * (b - a) * (a + b).abs());
        Interval {
            reflected,
            ln_upper,
            hazard,
            densities,
            rest: 1.0 - densities * hazard / below,
        }
    }
}

#[inline(always)]
pub(super) fn logistic(tails: &mut Tails) {
    for l in 0..N {
        let t = tails.t[l];
        let e = exp(-t.abs());
        let (near, far) = (1.0 / (1.0 + e), e / (1.0 + e));
        let ln_near = -ln_1p(e);
        let ln_far = ln_near - t.abs();
        let up = t > 0.0;
        tails.below[l] = if up { near } else { far };
        tails.above[l] = if up { far } else { near };
        tails.ln_below[l] = if up { ln_near } else { ln_far };
        tails.ln_above[l] = if up { ln_far } else { ln_near };
    }
}

pub(super) fn normal(tails: &mut Tails) {
    for l in 0..N {
        let NormalTails {
            ln_below,
            ln_above,
            hazard_below,
            hazard_above,
        } = normal_tails(tails.t[l]);
        tails.ln_below[l] = ln_below;
        tails.ln_above[l] = ln_above;
        tails.below[l] = hazard_below;
        tails.above[l] = hazard_above;
    }
}

/// Derivatives of ln P of a rank; `one_in_gap`: 1/(exp(b − a) − 1).
#[inline(always)]
pub(super) fn logistic_slopes(upper: Option<&Tails>, lower: Option<&Tails>, one_in_gap: f64) -> Slopes {
    let mut slopes = NO_SLOPES;
    let of_gap = one_in_gap * (1.0 + one_in_gap);
    if let Some(upper) = upper {
        for l in 0..N {
            slopes.upper[l] = upper.above[l] + one_in_gap;
            slopes.upper_upper[l] = -upper.below[l] * upper.above[l] - of_gap;
        }
    }
    if let Some(lower) = lower {
        for l in 0..N {
            slopes.lower[l] = -lower.below[l] - one_in_gap;
            slopes.lower_lower[l] = -lower.below[l] * lower.above[l] - of_gap;
        }
    }
    slopes.upper_lower = [of_gap; N];
    slopes
}

#[inline(always)]
pub(super) fn normal_slopes(upper: Option<&Tails>, lower: Option<&Tails>) -> Slopes {
    let mut slopes = NO_SLOPES;
    for l in 0..N {
        // Densities at the limits, over P.
        let (of_upper, of_lower) = match (upper, lower) {
            (Some(upper), Some(lower)) => {
                let interval = Interval::new(upper, lower, l);
                let near = interval.hazard / interval.rest;
                let far = near * interval.densities;
                if interval.reflected { (far, near) } else { (near, far) }
            }
            (Some(upper), None) => (upper.below[l], 0.0),
            (None, Some(lower)) => (0.0, lower.above[l]),
            (None, None) => (0.0, 0.0),
        };
        let b = upper.map_or(0.0, |upper| upper.t[l]);
        let a = lower.map_or(0.0, |lower| lower.t[l]);
        slopes.upper[l] = of_upper;
        slopes.lower[l] = -of_lower;
        slopes.upper_upper[l] = -of_upper * (b + of_upper);
        slopes.lower_lower[l] = of_lower * (a - of_lower);
        slopes.upper_lower[l] = of_upper * of_lower;
    }
    slopes
}
