//! Modified Latin hypercube sampling.

use std::array::from_fn;

use multiversion::multiversion;

use super::hash::Words;

/// Rounds of the permutation: each changes both digits.
const ROUNDS: usize = 4;
/// Permutations of up to so many are drawn whole: where digits are small, few rounds leave traces.
const SMALL: usize = 64;
const LOW: u64 = 0xFFFF_FFFF;
const TWO_52: f64 = (1_u64 << 52) as f64;
/// Added to a number of either sign, this rounds it to a whole one, found in the low bits.
const ROUNDING: f64 = 1.5 * TWO_52;

/// Sizes of the strata and of the permutation's digits.
///
/// ```text
/// uᵣ = (π(r) + shift)/R,  r = 0 … R − 1
/// ```
///
/// with a random permutation π and a random shift for each decision maker and dimension. The permutation is computed
/// for each r by itself: r = l·b + m, with ab just above R, and l and m are turned in their ranges in turn by hashes of
/// each other. The few results not below R go round again. Permutations of up to 64 are drawn whole.
///
/// # Source
/// Hess, Train, Polak (2006), *On the use of a modified latin hypercube sampling (MLHS) method in the estimation of a
/// mixed logit model for vehicle choice*; Black, Rogaway (2002), *Ciphers with arbitrary finite domains*.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strata {
    number: u64,
    a: u64,
    b: u64,
}

/// A decision maker's permutation and shift.
#[derive(Debug)]
pub(super) struct Order {
    keys: [[u64; 2]; ROUNDS],
    /// The permutation itself, if small.
    small: [u8; SMALL],
    shift: f64,
}

impl Strata {
    /// `number`: at most 2³².
    pub(super) fn new(number: u64) -> Self {
        let b = number.isqrt();
        Strata {
            number,
            a: number.div_ceil(b),
            b,
        }
    }

    pub(super) fn order(self, words: Words) -> Order {
        // As many bits as leave π(r) + shift exact.
        let bits = 52 - self.number.ilog2() - 1;
        let shift = (words.get(0) >> (64 - bits)) as f64 + 0.5;
        let mut small = from_fn(|i| i as u8);
        if self.number <= SMALL as u64 {
            for i in 0..self.number - 1 {
                let other = i + words.below(9 + i, self.number - i);
                small.swap(i as usize, other as usize);
            }
        }
        let key = |i| words.get(i);
        Order {
            keys: [[key(1), key(2)], [key(3), key(4)], [key(5), key(6)], [key(7), key(8)]],
            small,
            shift: shift * (-f64::from(bits)).exp2(),
        }
    }

    /// Draws `first` and those after it.
    pub(super) fn fill(self, order: &Order, first: u64, values: &mut [f64]) {
        if self.number <= SMALL as u64 {
            for (value, place) in values.iter_mut().zip(&order.small[first as usize..]) {
                *value = f64::from(*place);
            }
        } else {
            permute(self, order, first, values);
            for value in &mut *values {
                // A rest of about one in √R.
                while *value >= self.number as f64 {
                    [*value] = self.permuted(order, [*value]);
                }
            }
        }
        stratify(self, order, values);
    }

    /// Numbers below ab to others, one to one, step by step in turn: the chains of products fill each other's waits.
    #[inline(always)]
    fn permuted<const N: usize>(self, order: &Order, numbers: [f64; N]) -> [f64; N] {
        let b = self.b as f64;
        // The sum rounds to a whole number, and never from the middle.
        let left = numbers.map(|number| ((number + 0.5) * (1.0 / b) - 0.5) + ROUNDING);
        let mut m: [u64; N] = from_fn(|i| (numbers[i] - (left[i] - ROUNDING) * b + TWO_52).to_bits() & LOW);
        let mut l = left.map(|left| left.to_bits() & LOW);
        for [first, second] in order.keys {
            let turns = m.map(|m| hash(m, first, self.a));
            l = from_fn(|i| turned(l[i], turns[i], self.a));
            let turns = l.map(|l| hash(l, second, self.b));
            m = from_fn(|i| turned(m[i], turns[i], self.b));
        }
        let [l, m] = [l, m].map(|x| x.map(|x| f64::from_bits(TWO_52.to_bits() | x) - TWO_52));
        from_fn(|i| l[i] * b + m[i])
    }
}

/// x + turn modulo n.
#[inline(always)]
fn turned(x: u64, turn: u64, n: u64) -> u64 {
    let sum = x + turn;
    if sum >= n { sum - n } else { sum }
}

/// Below `n`, from a number of 32 bits.
#[inline(always)]
fn hash(x: u64, key: u64, n: u64) -> u64 {
    let x = ((x ^ key) & LOW).wrapping_mul(0xD251_1F53) ^ (key >> 32);
    let x = ((x ^ (x >> 32)) & LOW).wrapping_mul(0xCD9E_8D57);
    let x = (x ^ (x >> 32)) & LOW;
    (x * (n & LOW)) >> 32
}

#[inline(always)]
fn permute_plain(strata: Strata, order: &Order, first: u64, values: &mut [f64]) {
    let number = |i: usize| f64::from_bits(TWO_52.to_bits() | (first + i as u64)) - TWO_52;
    let half = values.len() / 2;
    let (near, far) = values.split_at_mut(half);
    let (far, odd) = far.split_at_mut(half);
    for (i, (near, far)) in near.iter_mut().zip(far).enumerate() {
        [*near, *far] = strata.permuted(order, [number(i), number(half + i)]);
    }
    for value in odd {
        [*value] = strata.permuted(order, [number(2 * half)]);
    }
}

#[inline(always)]
fn stratify_plain(strata: Strata, order: &Order, values: &mut [f64]) {
    for value in values {
        *value = (*value + order.shift) / strata.number as f64;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn permute(strata: Strata, order: &Order, first: u64, values: &mut [f64]) {
    permute_plain(strata, order, first, values);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn stratify(strata: Strata, order: &Order, values: &mut [f64]) {
    stratify_plain(strata, order, values);
}

#[cfg(test)]
mod tests {
    use multiversion::multiversion;
    use statrs::distribution::{ChiSquared, ContinuousCDF};

    use super::*;
    use crate::Seed;

    #[multiversion(targets("x86_64+avx2"))]
    fn permute_avx2(strata: Strata, order: &Order, first: u64, values: &mut [f64]) {
        permute_plain(strata, order, first, values);
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn stratify_avx2(strata: Strata, order: &Order, values: &mut [f64]) {
        stratify_plain(strata, order, values);
    }

    fn order(strata: Strata, seed: u64) -> Order {
        strata.order(Words::new(Seed::new(5).split(seed)))
    }

    #[test]
    fn one_point_in_each_stratum() {
        for number in (1..70).chain([100, 500, 1000, 1023, 1024, 1025, 99_999]) {
            let strata = Strata::new(number);
            let mut values = vec![0.0; number as usize];
            strata.fill(&order(strata, number), 0, &mut values);
            let mut hit = vec![0; number as usize];
            let shift = values[0] * number as f64 % 1.0;
            for value in values {
                let place = value * number as f64;
                hit[place as usize] += 1;
                assert!((place % 1.0 - shift).abs() < 1e-9, "one shift for all");
            }
            assert!(hit.iter().all(|n| *n == 1), "{number}");
        }
    }

    /// The largest number there may be, at its ends.
    #[test]
    fn large_numbers_stay_inside() {
        let number = u64::from(u32::MAX);
        let strata = Strata::new(number);
        for seed in 0..20 {
            for first in [0, number - 1000] {
                let mut values = [0.0; 1000];
                strata.fill(&order(strata, seed), first, &mut values);
                assert!(values.iter().all(|u| *u > 0.0 && *u < 1.0));
            }
        }
    }

    /// Where two draws go together: each ordered pair of strata equally often.
    #[test]
    fn pairs_of_draws_go_anywhere() {
        for number in [2_usize, 3, 5, 7, 12, 30, 65] {
            let strata = Strata::new(number as u64);
            let n = 100 * (number * (number - 1)) as u64;
            for (first, second) in [(0, 1), (0, number - 1), (number / 2, number - 1)] {
                if first == second {
                    continue;
                }
                let mut counts = vec![0.0; number * number];
                for seed in 0..n {
                    let order = order(strata, seed);
                    let place = |i: usize| {
                        let mut value = [0.0];
                        strata.fill(&order, i as u64, &mut value);
                        (value[0] * number as f64) as usize
                    };
                    counts[place(first) * number + place(second)] += 1.0;
                }
                let statistic: f64 = (0..number * number)
                    .filter(|pair| pair / number != pair % number)
                    .map(|pair| (counts[pair] - 100.0_f64).powi(2) / 100.0)
                    .sum();
                let degrees = (number * (number - 1) - 1) as f64;
                let p = ChiSquared::new(degrees).expect("degrees").sf(statistic);
                assert!(p > 1e-4, "draws {first} and {second} of {number}: {p}");
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let strata = Strata::new(1000);
        let order = order(strata, 1);
        for n in [0, 1, 7, 9, 100] {
            let values = [permute_plain, permute_avx2, permute].map(|permute| {
                let mut values = vec![0.0; n];
                permute(strata, &order, 333, &mut values);
                values
            });
            assert_eq!(values[0], values[1]);
            assert_eq!(values[0], values[2]);
            let values = [stratify_plain, stratify_avx2, stratify].map(|stratify| {
                let mut values = values[0].clone();
                stratify(strata, &order, &mut values);
                values
            });
            assert_eq!(values[0], values[1]);
            assert_eq!(values[0], values[2]);
        }
    }
}
