//! The sweeps over lanes.

use multiversion::multiversion;

use super::Ranks;
use super::slopes::{
    Interval, Lanes, N, NO_SLOPES, NO_TAILS, Slopes, Tails, ZERO, gap, logistic, logistic_slopes, normal, normal_slopes,
};
use crate::ordered::OrderedDistribution;

/// Buffers. Runs of lanes: of thresholds, of ranks, of slots.
#[derive(Debug, Default)]
pub(crate) struct OrderedLanes {
    tails: Vec<Tails>,
    slopes: Vec<Slopes>,
    /// y of ranks.
    outcomes: Vec<Lanes>,
    pub index: Vec<Lanes>,
    pub ln_p: Vec<Lanes>,
    pub value: Vec<Lanes>,
    pub of_utilities: Vec<Lanes>,
    pub of_thresholds: Vec<Lanes>,
    pub changes_of_utilities: Vec<Lanes>,
    pub changes_of_thresholds: Vec<Lanes>,
}

impl OrderedLanes {
    /// Probabilities at `utilities`, slot after slot so many runs of eight lanes; the index is the first rank's.
    pub fn forward(&mut self, ranks: &Ranks, thresholds: &[f64], utilities: &[f64]) {
        forward(ranks, thresholds, utilities.as_chunks().0, self);
    }

    /// Σ_j y_j ln P_j with its derivatives, all of those in utilities at the first rank's, after
    /// [`OrderedLanes::forward`]. `outcomes`: y.
    pub fn backward(&mut self, ranks: &Ranks, thresholds: &[f64], outcomes: &[f64]) {
        backward(ranks, thresholds, outcomes.as_chunks().0, self);
    }

    /// How those derivatives change along a direction of the utilities and of the thresholds.
    pub fn along(&mut self, ranks: &Ranks, of_utilities: &[f64], of_thresholds: &[f64]) {
        along(ranks, of_utilities.as_chunks().0, of_thresholds, self);
    }
}

fn resize(buffer: &mut Vec<Lanes>, len: usize) {
    buffer.clear();
    buffer.resize(len, ZERO);
}

#[inline(always)]
fn forward_plain(ranks: &Ranks, thresholds: &[f64], utilities: &[Lanes], lanes: &mut OrderedLanes) {
    let n = ranks.slots.len();
    let b = utilities.len() / n;
    let index = &utilities[ranks.slots[0] * b..][..b];
    lanes.index.clear();
    lanes.index.extend_from_slice(index);
    lanes.tails.resize((n - 1) * b, NO_TAILS);
    lanes.ln_p.resize(n * b, ZERO);
    for (at, threshold) in thresholds.iter().enumerate() {
        for (tails, index) in lanes.tails[at * b..][..b].iter_mut().zip(index) {
            tails.t = index.map(|v| threshold - v);
            match ranks.distribution {
                OrderedDistribution::Logit => logistic(tails),
                OrderedDistribution::Probit => normal(tails),
            }
        }
    }
    for (rank, &slot) in ranks.slots.iter().enumerate() {
        let ln_gap = match (rank.checked_sub(1), ranks.distribution) {
            (Some(below), OrderedDistribution::Logit) if rank < n - 1 => gap(thresholds[rank] - thresholds[below]).0,
            _ => 0.0,
        };
        for k in 0..b {
            let ln_p = &mut lanes.ln_p[slot * b + k];
            let upper = (rank < n - 1).then(|| &lanes.tails[rank * b + k]);
            let lower = (rank > 0).then(|| &lanes.tails[(rank - 1) * b + k]);
            match (upper, lower) {
                (Some(upper), None) => *ln_p = upper.ln_below,
                (None, Some(lower)) => *ln_p = lower.ln_above,
                (Some(upper), Some(lower)) => match ranks.distribution {
                    OrderedDistribution::Logit => {
                        *ln_p = std::array::from_fn(|l| upper.ln_below[l] + lower.ln_above[l] + ln_gap);
                    }
                    OrderedDistribution::Probit => {
                        *ln_p = std::array::from_fn(|l| {
                            let interval = Interval::new(upper, lower, l);
                            interval.ln_upper + libm::log(interval.rest)
                        });
                    }
                },
                (None, None) => *ln_p = ZERO,
            }
        }
    }
}

#[inline(always)]
fn backward_plain(ranks: &Ranks, thresholds: &[f64], outcomes: &[Lanes], lanes: &mut OrderedLanes) {
    let n = ranks.slots.len();
    let b = outcomes.len() / n;
    lanes.slopes.resize(n * b, NO_SLOPES);
    resize(&mut lanes.outcomes, n * b);
    resize(&mut lanes.value, b);
    resize(&mut lanes.of_utilities, n * b);
    resize(&mut lanes.of_thresholds, (n - 1) * b);
    let first = ranks.slots[0] * b;
    for (rank, &slot) in ranks.slots.iter().enumerate() {
        let inside = rank > 0 && rank < n - 1;
        let one_in_gap = match inside {
            true => gap(thresholds[rank] - thresholds[rank - 1]).1,
            false => 0.0,
        };
        for k in 0..b {
            let y = outcomes[slot * b + k];
            lanes.outcomes[rank * b + k] = y;
            let upper = (rank < n - 1).then(|| &lanes.tails[rank * b + k]);
            let lower = (rank > 0).then(|| &lanes.tails[(rank - 1) * b + k]);
            let slopes = match ranks.distribution {
                OrderedDistribution::Logit => logistic_slopes(upper, lower, one_in_gap),
                OrderedDistribution::Probit => normal_slopes(upper, lower),
            };
            lanes.slopes[rank * b + k] = slopes;
            let ln_p = &lanes.ln_p[slot * b + k];
            // What nobody chose gives nothing, however unlikely.
            let weighed =
                |values: &Lanes| -> Lanes { std::array::from_fn(|l| if y[l] == 0.0 { 0.0 } else { y[l] * values[l] }) };
            let (value, of_upper, of_lower) = (weighed(ln_p), weighed(&slopes.upper), weighed(&slopes.lower));
            for l in 0..N {
                lanes.value[k][l] += value[l];
                lanes.of_utilities[first + k][l] -= of_upper[l] + of_lower[l];
            }
            if rank < n - 1 {
                add(&mut lanes.of_thresholds[rank * b + k], &of_upper);
            }
            if rank > 0 {
                add(&mut lanes.of_thresholds[(rank - 1) * b + k], &of_lower);
            }
        }
    }
}

#[inline(always)]
fn add(sum: &mut Lanes, more: &Lanes) {
    for l in 0..N {
        sum[l] += more[l];
    }
}

#[inline(always)]
fn along_plain(ranks: &Ranks, direction: &[Lanes], of_thresholds: &[f64], lanes: &mut OrderedLanes) {
    let n = ranks.slots.len();
    let b = direction.len() / n;
    resize(&mut lanes.changes_of_utilities, n * b);
    resize(&mut lanes.changes_of_thresholds, (n - 1) * b);
    let first = ranks.slots[0] * b;
    for rank in 0..n {
        let d_upper = of_thresholds.get(rank).copied().unwrap_or(0.0);
        let d_lower = rank.checked_sub(1).map_or(0.0, |below| of_thresholds[below]);
        for k in 0..b {
            let (y, slopes) = (lanes.outcomes[rank * b + k], &lanes.slopes[rank * b + k]);
            let d_index = &direction[first + k];
            let (mut of_upper, mut of_lower) = (ZERO, ZERO);
            for l in 0..N {
                let (d_b, d_a) = (d_upper - d_index[l], d_lower - d_index[l]);
                if y[l] != 0.0 {
                    of_upper[l] = y[l] * (slopes.upper_upper[l] * d_b + slopes.upper_lower[l] * d_a);
                    of_lower[l] = y[l] * (slopes.upper_lower[l] * d_b + slopes.lower_lower[l] * d_a);
                }
            }
            for l in 0..N {
                lanes.changes_of_utilities[first + k][l] -= of_upper[l] + of_lower[l];
            }
            if rank < n - 1 {
                add(&mut lanes.changes_of_thresholds[rank * b + k], &of_upper);
            }
            if rank > 0 {
                add(&mut lanes.changes_of_thresholds[(rank - 1) * b + k], &of_lower);
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn forward(ranks: &Ranks, thresholds: &[f64], utilities: &[Lanes], lanes: &mut OrderedLanes) {
    forward_plain(ranks, thresholds, utilities, lanes);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn backward(ranks: &Ranks, thresholds: &[f64], outcomes: &[Lanes], lanes: &mut OrderedLanes) {
    backward_plain(ranks, thresholds, outcomes, lanes);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn along(ranks: &Ranks, direction: &[Lanes], of_thresholds: &[f64], lanes: &mut OrderedLanes) {
    along_plain(ranks, direction, of_thresholds, lanes);
}
