//! The most numerous occupation, without looking at all of them.
//!
//! ln W = ln n! − Σ ln n_j! is to be greatest under two linear constraints. For any α and β,
//!
//! ```text
//! Σ_j ln n_j! = Σ_j φ_j(n_j) + constant      φ_j(k) = ln k! + (α + β E_j) k − min_k [ln k! + (α + β E_j) k] ≥ 0
//! ```
//!
//! on every occupation that meets them, so the most numerous one has the least Σ φ. If any occupation has Σ φ ≤ s, the
//! best is among those with every φ_j(n_j) ≤ s: a few values a level, if α and β are chosen well. The search doubles s
//! until it finds one, and then has seen all that could be better. α and β matter for its speed, not for its result.

use std::cmp::Ordering;

use super::CountingError;
use super::arrangements::{binomial, ln_factorial};
use super::compare::compare;

/// Steps of the search: a second or so.
pub(super) const MAX_STEPS: u64 = 50_000_000;
/// Sums of ln k! closer than this are compared in whole numbers.
const NEAR: f64 = 1e-6;

/// Any energy will do: as even as can be. And the number of ways to choose the levels with one more.
pub(super) fn even(n_levels: usize, n: u64) -> (Vec<u64>, Option<u128>) {
    let j = n_levels as u64;
    let numbers = (0..j).map(|level| n / j + u64::from(level < n % j)).collect();
    (numbers, binomial(j, n % j))
}

/// The most numerous occupation and the number of those as numerous.
pub(super) fn search(levels: &[u64], n: u64, total: u64) -> Result<(Vec<u64>, u64), CountingError> {
    let costs = centre(levels, n, total);
    let mut search = Search {
        levels,
        windows: Vec::new(),
        slack: 0.0,
        reach: Vec::new(),
        best: None,
        steps: 0,
    };
    let mut slack = 1e-4;
    while search.best.is_none() {
        search.windows = costs.iter().map(|cost| window(*cost, n, slack)).collect();
        search.slack = slack;
        search.reach = search.reach();
        if !search.descend(&mut Vec::new(), n, total, 0.0) {
            return Err(CountingError::Search { n, limit: MAX_STEPS });
        }
        slack *= 2.0;
    }
    let best = search.best.expect("the search ends with one");
    Ok((best.numbers, best.ties))
}

/// Values of n_j and their φ_j, in rising order, up to a slack.
fn window(cost: f64, n: u64, slack: f64) -> Vec<(u64, f64)> {
    let height = |k: u64| ln_factorial(k) + cost * k as f64;
    // k + 1 is no better than k as soon as ln(k + 1) ≥ −cost.
    let lowest = ((-cost).exp().floor() as u64).min(n);
    let base = height(lowest);
    let phi = |k: u64| (k, height(k) - base);
    let within = |(_, phi): &(u64, f64)| *phi <= slack + NEAR;
    let mut values: Vec<(u64, f64)> = (0..lowest).rev().map(phi).take_while(within).collect();
    values.reverse();
    values.extend((lowest..=n).map(phi).take_while(within));
    values
}

struct Best {
    numbers: Vec<u64>,
    phi: f64,
    ties: u64,
}

struct Search<'a> {
    levels: &'a [u64],
    windows: Vec<Vec<(u64, f64)>>,
    slack: f64,
    /// Fewest and most particles and energy that levels from j on can take.
    reach: Vec<[u64; 4]>,
    best: Option<Best>,
    steps: u64,
}

impl Search<'_> {
    fn reach(&self) -> Vec<[u64; 4]> {
        let mut reach = vec![[0; 4]];
        for (window, level) in self.windows.iter().zip(self.levels).rev() {
            let [fewest, most, low, high] = reach[reach.len() - 1];
            let (first, last) = (window[0].0, window[window.len() - 1].0);
            reach.push([fewest + first, most + last, low + first * level, high + last * level]);
        }
        reach.reverse();
        reach
    }

    /// Looks at all ways to go on from the first levels; false if that takes too long.
    fn descend(&mut self, numbers: &mut Vec<u64>, n: u64, total: u64, phi: f64) -> bool {
        self.steps += 1;
        let j = numbers.len();
        let [fewest, most, low, high] = self.reach[j];
        let limit = self.best.as_ref().map_or(self.slack, |best| best.phi) + NEAR;
        if n < fewest || most < n || total < low || high < total || phi > limit {
            return true;
        }
        if j == self.levels.len() {
            self.compare(numbers, phi);
            return true;
        }
        for i in 0..self.windows[j].len() {
            let (number, more) = self.windows[j][i];
            let energy = number * self.levels[j];
            if number > n || energy > total {
                break;
            }
            numbers.push(number);
            let go_on = self.descend(numbers, n - number, total - energy, phi + more);
            numbers.pop();
            if !go_on {
                return false;
            }
        }
        self.steps <= MAX_STEPS
    }

    fn compare(&mut self, numbers: &[u64], phi: f64) {
        let order = match &self.best {
            None => Ordering::Greater,
            Some(best) if (phi - best.phi).abs() > NEAR => best.phi.total_cmp(&phi),
            Some(best) => compare(numbers, &best.numbers),
        };
        let ties = match (order, &self.best) {
            (Ordering::Less, _) => return,
            (Ordering::Equal, Some(best)) => best.ties + 1,
            _ => 1,
        };
        // Levels are gone through in rising order: of equals the last has most on the first level where they differ.
        self.best = Some(Best {
            numbers: numbers.to_vec(),
            phi,
            ties,
        });
    }
}

/// α + β E_j from the smooth version of the problem, where n_j + ½ = exp(−α − β E_j) as long as n_j > 0.
fn centre(levels: &[u64], n: u64, total: u64) -> Vec<f64> {
    let n = n as f64;
    let highest = levels.iter().copied().max().unwrap_or(0) as f64;
    let exponents = |beta: f64| -> Vec<f64> {
        let reference = if beta >= 0.0 { 0.0 } else { highest };
        levels.iter().map(|level| -beta * (*level as f64 - reference)).collect()
    };
    let number = |alpha: f64, exponent: f64| ((exponent - alpha).exp() - 0.5).max(0.0);
    // Σ n_j = n: at the first end no level is occupied, at the other the likeliest alone holds n.
    let alpha = |exponents: &[f64]| {
        bisect(-(n + 0.5).ln(), -0.5f64.ln(), |alpha| {
            exponents.iter().map(|x| number(alpha, *x)).sum::<f64>() > n
        })
    };
    let energy = |beta: f64| -> f64 {
        let exponents = exponents(beta);
        let alpha = alpha(&exponents);
        let parts = exponents
            .iter()
            .zip(levels)
            .map(|(x, level)| number(alpha, *x) * *level as f64);
        parts.sum()
    };
    let mut bound = 1.0 / highest.max(1.0);
    while bound < 1e3 && !(energy(bound) < total as f64 && (total as f64) < energy(-bound)) {
        bound *= 2.0;
    }
    let beta = bisect(-bound, bound, |beta| energy(beta) > total as f64);
    let exponents = exponents(beta);
    let alpha = alpha(&exponents);
    exponents.into_iter().map(|x| alpha - x).collect()
}

/// Where a condition that holds on the left ceases to hold.
fn bisect(mut left: f64, mut right: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = 0.5 * (left + right);
        *(if holds(middle) { &mut left } else { &mut right }) = middle;
    }
    0.5 * (left + right)
}
