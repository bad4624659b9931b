//! Numbers of arrangements: of one occupation, and of all with a given total energy.

use serde::Serialize;

use super::digits;
use crate::boltzmann::softmax;

/// A number of arrangements.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Arrangements {
    /// Exactly (digits as text in JSON, whose readers round), as long as 128 bits hold it.
    #[serde(serialize_with = "digits")]
    pub exact: Option<u128>,
    /// Its natural logarithm.
    pub ln: f64,
}

impl Arrangements {
    fn new(exact: Option<u128>, ln: f64) -> Arrangements {
        Arrangements {
            exact,
            ln: exact.map_or(ln, |exact| (exact as f64).ln()),
        }
    }

    /// This number as a share of another.
    pub(super) fn share_of(&self, all: &Arrangements) -> f64 {
        match (self.exact, all.exact) {
            (Some(some), Some(all)) => some as f64 / all as f64,
            _ => (self.ln - all.ln).exp(),
        }
    }
}

/// W = n!/Π n_j!.
pub(super) fn arrangements(numbers: &[u64]) -> Arrangements {
    let n: u64 = numbers.iter().sum();
    let ln = ln_factorial(n) - numbers.iter().map(|number| ln_factorial(*number)).sum::<f64>();
    // Level by level: which of the particles so far are the ones on this level.
    let (mut exact, mut placed) = (Some(1u128), 0);
    for &number in numbers {
        placed += number;
        exact = exact
            .zip(binomial(placed, number))
            .and_then(|(exact, ways)| exact.checked_mul(ways));
    }
    Arrangements::new(exact, ln)
}

/// ln k!.
pub(super) fn ln_factorial(k: u64) -> f64 {
    libm::lgamma(k as f64 + 1.0)
}

/// Ways to choose k of n, if 128 bits hold them.
pub(super) fn binomial(n: u64, k: u64) -> Option<u128> {
    let mut ways = 1u128;
    for i in 1..=u128::from(k.min(n - k)) {
        // ways·(n − k + i)/i is whole; dividing first keeps the product within reach.
        let factor = u128::from(n) - u128::from(k.min(n - k)) + i;
        let common = gcd(ways, i);
        ways = (ways / common).checked_mul(factor / (i / common))?;
    }
    Some(ways)
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// All arrangements with a given total.
pub(super) struct All {
    pub(super) number: Arrangements,
    /// Mean of n_j over them.
    pub(super) average: Vec<f64>,
}

/// Counts the sequences of n levels with a given total, one particle after the other.
///
/// ```text
/// c_n(total) = Σ_j c_{n−1}(total − level_j)        mean of n_j = n c_{n−1}(total − level_j) / c_n(total)
/// ```
///
/// the second because any one particle is on level j in that share of the arrangements. In logarithms each step is a
/// logsum.
pub(super) fn arrangements_of_all(levels: &[u64], n: u64, total: u64) -> All {
    // The particle after these on each level: what is left to them, if anything.
    let before = |row: &[f64], total: u64| -> Vec<f64> {
        let left = levels.iter().map(|level| total.checked_sub(*level));
        left.map(|left| left.map_or(f64::NEG_INFINITY, |left| row[left as usize]))
            .collect()
    };
    let mut row = vec![f64::NEG_INFINITY; total as usize + 1];
    row[0] = 0.0;
    for _ in 1..n {
        row = (0..=total).map(|total| logsum(&before(&row, total))).collect();
    }
    let last = before(&row, total);
    let (ln, shares) = softmax(&last);
    // 2^128 is exp(88.7): beyond, there is no need to try.
    let exact = if ln < 89.0 {
        exact_arrangements_of_all(levels, n, total)
    } else {
        None
    };
    All {
        number: Arrangements::new(exact, ln),
        average: shares.into_iter().map(|share| n as f64 * share).collect(),
    }
}

fn exact_arrangements_of_all(levels: &[u64], n: u64, total: u64) -> Option<u128> {
    // Absent beyond 128 bits. What overflows either does not lead to the total or makes that overflow too.
    let mut row = vec![Some(0u128); total as usize + 1];
    row[0] = Some(1);
    for _ in 0..n {
        let next = |total: u64| {
            let left = levels.iter().filter_map(|level| total.checked_sub(*level));
            left.map(|left| row[left as usize])
                .try_fold(0u128, |sum, ways| sum.checked_add(ways?))
        };
        row = (0..=total).map(next).collect();
    }
    row[total as usize]
}

fn logsum(exponents: &[f64]) -> f64 {
    let top = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + exponents.iter().map(|x| (x - top).exp()).sum::<f64>().ln()
}

/// Number of occupations of n particles with a given total, if 128 bits hold it.
pub(super) fn n_occupations(levels: &[u64], n: u64, total: u64) -> Option<u128> {
    if total == 0 {
        // Only the levels at 0 count: stars and bars.
        let ground = levels.iter().filter(|level| **level == 0).count() as u64;
        return binomial(n + ground - 1, ground - 1);
    }
    let columns = total as usize + 1;
    let mut ways = vec![0u128; (n as usize + 1) * columns];
    ways[0] = 1;
    for &level in levels {
        // In rising order, one more particle on this level than what was counted already.
        for particles in 1..=n as usize {
            for total in level as usize..columns {
                let more = ways[(particles - 1) * columns + total - level as usize];
                let here = &mut ways[particles * columns + total];
                *here = here.saturating_add(more);
            }
        }
    }
    // Saturated, and so would be all that it leads to.
    ways.pop().filter(|ways| *ways < u128::MAX)
}
