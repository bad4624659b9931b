//! The Halton sequence with its digits permuted at random.

use multiversion::multiversion;

use super::LARGEST;
use super::hash::Words;
use super::primes::largest_power;

/// Entries of the table of low digits, at most (but for bases above).
const TABLE: u64 = 1024;

/// One dimension's base b, and how its digits are cut.
///
/// ```text
/// element e = Σ cⱼ bʲ  ↦  Σ πⱼ(cⱼ) b⁻ʲ⁻¹,  j = 0, 1, …, as far as b⁻ʲ⁻¹ is above 2⁻⁵³
/// ```
///
/// with an independent random permutation πⱼ of the digits for each place j, decision maker and dimension. Zeros beyond
/// the leading digit are permuted too, which makes each point uniform on (0, 1).
///
/// # Source
/// Owen (2017), *A randomized Halton algorithm in R*.
#[derive(Debug)]
pub(super) struct Base {
    base: u64,
    /// bᵏ for the k places of the table.
    power: u64,
    low_places: u32,
    /// Places that some element has a digit other than 0 in.
    places: u32,
    /// Places altogether.
    all_places: u32,
    /// Number of elements.
    number: u64,
}

/// What a decision maker's permutations give, in buffers that serve again.
#[derive(Debug, Default)]
pub(super) struct Permuted {
    /// Reversed permuted low digits, as whole numbers below bᵏ.
    low: Vec<f64>,
    /// Permuted digits of the other places, b of each.
    digits: Vec<u32>,
    /// What the places beyond every element's digits add, in units of the last place of `digits`.
    beyond: f64,
}

impl Base {
    /// For elements 0 to `number`.
    pub(super) fn new(base: u64, number: u64) -> Self {
        let places = 1 + (number - 1).checked_ilog(base).unwrap_or(0);
        let (_, most) = largest_power(base, TABLE);
        let low_places = most.min(places);
        let (_, all_places) = largest_power(base, 1 << 53);
        Base {
            base,
            power: base.pow(low_places),
            low_places,
            places,
            all_places,
            number,
        }
    }

    /// Draws the permutations, as far as they are used.
    pub(super) fn permute(&self, words: Words, permuted: &mut Permuted) {
        let Permuted { low, digits, beyond } = permuted;
        digits.clear();
        low.clear();
        low.push(0.0);
        let mut entries = 1;
        for place in 0..self.places {
            let begin = digits.len();
            digits.extend(0..self.base as u32);
            let permutation = &mut digits[begin..];
            let used = (self.number - 1) / self.base.pow(place) + 1;
            let first_word = u64::from(place) * self.base;
            for i in 0..used.min(self.base - 1) {
                let other = i + words.below(first_word + i, self.base - i);
                permutation.swap(i as usize, other as usize);
            }
            if place < self.low_places {
                let step = self.base.pow(self.low_places - 1 - place) as f64;
                let used = used.min(self.base) as usize;
                low.resize(entries * used, 0.0);
                // Backwards, since the first stretch is what the others are made from.
                for digit in (0..used).rev() {
                    let added = f64::from(permutation[digit]) * step;
                    let (first, rest) = low.split_at_mut(entries * digit.max(1));
                    if digit > 0 {
                        sum(&first[..entries], added, &mut rest[..entries]);
                    } else {
                        first[..entries].iter_mut().for_each(|x| *x += added);
                    }
                }
                entries *= used;
                digits.clear();
            }
        }
        // The permuted zeros; half a unit below the last of them.
        *beyond = (self.places..self.all_places).rev().fold(0.5, |sum, place| {
            let digit = words.below(u64::from(place) * self.base, self.base);
            (sum + digit as f64) / self.base as f64
        });
    }

    /// Elements from `first` in a row.
    pub(super) fn fill(&self, permuted: &Permuted, first: u64, mut values: &mut [f64]) {
        let (mut digit, mut others) = ((first % self.power) as usize, first / self.power);
        while !values.is_empty() {
            let low = &permuted.low[digit..];
            let run;
            (run, values) = values.split_at_mut(low.len().min(values.len()));
            scaled_sum(low, self.high(permuted, others), 1.0 / self.power as f64, run);
            digit = 0;
            others += 1;
        }
    }

    /// What the places beyond the table add, in units of the table's last.
    fn high(&self, permuted: &Permuted, mut others: u64) -> f64 {
        let (mut numerator, mut denominator) = (0, 1);
        for permutation in permuted.digits.chunks_exact(self.base as usize) {
            let digit = permutation[(others % self.base) as usize];
            others /= self.base;
            numerator = numerator * self.base + u64::from(digit);
            denominator *= self.base;
        }
        (numerator as f64 + permuted.beyond) / denominator as f64
    }
}

#[inline(always)]
fn sum_plain(low: &[f64], added: f64, sums: &mut [f64]) {
    for (sum, low) in sums.iter_mut().zip(low) {
        *sum = low + added;
    }
}

#[inline(always)]
fn scaled_sum_plain(low: &[f64], high: f64, scale: f64, values: &mut [f64]) {
    for (value, low) in values.iter_mut().zip(low) {
        *value = ((low + high) * scale).min(LARGEST);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn sum(low: &[f64], added: f64, sums: &mut [f64]) {
    sum_plain(low, added, sums);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn scaled_sum(low: &[f64], high: f64, scale: f64, values: &mut [f64]) {
    scaled_sum_plain(low, high, scale, values);
}

#[cfg(test)]
mod tests {
    use multiversion::multiversion;

    use super::super::primes::primes;
    use super::*;
    use crate::Seed;

    #[multiversion(targets("x86_64+avx2"))]
    fn scaled_sum_avx2(low: &[f64], high: f64, scale: f64, values: &mut [f64]) {
        scaled_sum_plain(low, high, scale, values);
    }

    fn filled(base: u64, number: u64, words: Words) -> Vec<f64> {
        let line = Base::new(base, number);
        let mut permuted = Permuted::default();
        line.permute(words, &mut permuted);
        let mut values = vec![0.0; number as usize];
        line.fill(&permuted, 0, &mut values);
        values
    }

    /// Digit by digit, with whole permutations.
    fn plain(base: u64, element: u64, words: Words) -> f64 {
        let (_, all_places) = largest_power(base, 1 << 53);
        let mut rest = element;
        let digits: Vec<u64> = (0..u64::from(all_places))
            .map(|place| {
                let mut permutation: Vec<u64> = (0..base).collect();
                for i in 0..base - 1 {
                    let other = i + words.below(place * base + i, base - i);
                    permutation.swap(i as usize, other as usize);
                }
                let digit = permutation[(rest % base) as usize];
                rest /= base;
                digit
            })
            .collect();
        digits
            .iter()
            .rev()
            .fold(0.5, |sum, digit| (sum + *digit as f64) / base as f64)
    }

    #[test]
    fn as_digit_by_digit() {
        for (i, base) in [2, 3, 5, 13, 31, 101, 541, 1031].into_iter().enumerate() {
            for number in [1, 2, 3, 100, 1000, 3000] {
                let words = Words::new(Seed::new(9).split(i as u64));
                for (element, value) in filled(base, number, words).into_iter().enumerate() {
                    let expected = plain(base, element as u64, words);
                    assert!((value - expected).abs() < 3e-16, "element {element} in base {base}");
                }
            }
        }
    }

    #[test]
    fn every_box_has_one_point() {
        for (i, base) in primes(12).into_iter().enumerate() {
            for exponent in 1..4 {
                let boxes = base.pow(exponent);
                let words = Words::new(Seed::new(4).split(i as u64));
                let mut hit = vec![0; boxes as usize];
                for value in filled(base, boxes, words) {
                    hit[(value * boxes as f64) as usize] += 1;
                }
                assert!(hit.iter().all(|n| *n == 1), "base {base}, {boxes} boxes");
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let low: Vec<f64> = (0..100).map(f64::from).collect();
        for n in [0, 1, 7, 9, 100] {
            let values = [scaled_sum_plain, scaled_sum_avx2, scaled_sum].map(|sum| {
                let mut values = vec![0.0; n];
                sum(&low, 0.123, 1.0 / 343.0, &mut values);
                values
            });
            assert_eq!(values[0], values[1]);
            assert_eq!(values[0], values[2]);
        }
    }
}
