//! The plain Halton sequence.

use multiversion::multiversion;

use super::LARGEST;
use super::primes::largest_power;

/// Entries of the table of a base's low digits, at most (but for bases above).
const TABLE: u64 = 1024;

/// One dimension: van der Corput's sequence in a prime base b.
///
/// ```text
/// element e = Σ cⱼ bʲ  ↦  φ(e) = Σ cⱼ b⁻ʲ⁻¹
/// ```
///
/// The digits are taken several at a time: e is written in base B = bᵏ, of about a thousand, so that the values of B
/// elements in a row are a table of the lowest digit plus one number for the others.
#[derive(Debug)]
pub(super) struct Base {
    /// B.
    power: u64,
    /// Reversed digits of each number below B, as a whole number.
    reversed: Vec<u64>,
    /// The same divided by B: φ of each number below B.
    low: Vec<f64>,
}

impl Base {
    pub(super) fn new(base: u64) -> Self {
        let (power, exponent) = largest_power(base, TABLE);
        let mut reversed = vec![0];
        // A digit further left in the number is one further right in its reverse.
        for place in 0..exponent {
            let step = base.pow(exponent - 1 - place);
            for digit in 1..base {
                let numbers = base.pow(place) as usize;
                reversed.extend_from_within(..numbers);
                let added = reversed.len() - numbers;
                reversed[added..].iter_mut().for_each(|r| *r += digit * step);
            }
        }
        let low = reversed.iter().map(|r| *r as f64 / power as f64).collect();
        Base { power, reversed, low }
    }

    /// Elements `first`, `first` + `step`, …, each plus `shift` modulo 1.
    pub(super) fn fill(&self, first: u64, step: u64, shift: f64, values: &mut [f64]) {
        if step == 1 {
            self.fill_run(first, shift, values);
            return;
        }
        let (mut digit, mut others) = (first % self.power, first / self.power);
        let (digits, carried) = (step % self.power, step / self.power);
        let mut high = self.high(others);
        for value in values {
            let mut sum = [self.low[digit as usize] + high];
            shifted_plain(shift, &mut sum);
            [*value] = sum;
            digit += digits;
            let carry = carried + u64::from(digit >= self.power);
            digit -= if digit >= self.power { self.power } else { 0 };
            if carry > 0 {
                others += carry;
                high = self.high(others);
            }
        }
    }

    /// Elements in a row.
    fn fill_run(&self, first: u64, shift: f64, mut values: &mut [f64]) {
        let (mut digit, mut others) = ((first % self.power) as usize, first / self.power);
        while !values.is_empty() {
            let low = &self.low[digit..];
            let run;
            (run, values) = values.split_at_mut(low.len().min(values.len()));
            sum(low, self.high(others), shift, run);
            digit = 0;
            others += 1;
        }
    }

    /// φ(others)/B: one rounding, as long as numerator and denominator are below 2⁵³.
    #[inline]
    fn high(&self, mut others: u64) -> f64 {
        let (mut numerator, mut denominator) = (0_u128, u128::from(self.power));
        while others > 0 {
            let digit = others % self.power;
            others /= self.power;
            numerator = numerator * u128::from(self.power) + u128::from(self.reversed[digit as usize]);
            denominator *= u128::from(self.power);
        }
        numerator as f64 / denominator as f64
    }
}

/// Into the open interval, modulo 1.
#[inline(always)]
fn shifted_plain(shift: f64, values: &mut [f64]) {
    for value in values {
        let sum = *value + shift;
        let sum = if sum >= 1.0 { sum - 1.0 } else { sum };
        *value = sum.clamp(f64::EPSILON / 2.0, LARGEST);
    }
}

#[inline(always)]
fn sum_plain(low: &[f64], high: f64, shift: f64, values: &mut [f64]) {
    for (value, low) in values.iter_mut().zip(low) {
        *value = low + high;
    }
    if shift > 0.0 {
        shifted_plain(shift, values);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn sum(low: &[f64], high: f64, shift: f64, values: &mut [f64]) {
    sum_plain(low, high, shift, values);
}

#[cfg(test)]
mod tests {
    use multiversion::multiversion;

    use super::super::hash::Words;
    use super::super::primes::primes;
    use super::*;
    use crate::Seed;

    #[multiversion(targets("x86_64+avx2"))]
    fn sum_avx2(low: &[f64], high: f64, shift: f64, values: &mut [f64]) {
        sum_plain(low, high, shift, values);
    }

    /// Exact but for the last division; `element` below 2⁵³/b.
    fn radical_inverse(mut element: u64, base: u64) -> f64 {
        let (mut numerator, mut denominator) = (0, 1_u64);
        while element > 0 {
            numerator = numerator * base + element % base;
            denominator *= base;
            element /= base;
        }
        numerator as f64 / denominator as f64
    }

    #[test]
    fn first_elements_by_hand() {
        let mut values = [0.0; 8];
        Base::new(2).fill(1, 1, 0.0, &mut values);
        assert_eq!(values, [0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875, 0.0625]);
        Base::new(3).fill(1, 1, 0.0, &mut values);
        let thirds = [1.0 / 3.0, 2.0 / 3.0];
        let ninths = [1.0, 4.0, 7.0, 2.0, 5.0, 8.0].map(|x| x / 9.0);
        assert_eq!(values[..2], thirds);
        assert_eq!(values[2..], ninths);
    }

    #[test]
    fn elements_anywhere_within_two_ulps() {
        let words = Words::new(Seed::new(1));
        for base in [2, 3, 13, 29, 101, 1031] {
            let line = Base::new(base);
            for i in 0..2000 {
                // Of all sizes up to 2⁴².
                let first = words.get(2 * i) >> (22 + words.below(2 * i + 1, 42));
                for (step, n) in [(1, 40), (2, 5), (409, 5), (1024, 3), (5000, 3)] {
                    let mut values = vec![0.0; n];
                    line.fill(first, step, 0.0, &mut values);
                    for (r, value) in values.iter().enumerate() {
                        let element = first + r as u64 * step;
                        let expected = radical_inverse(element, base).max(f64::EPSILON / 2.0);
                        let value = value.max(f64::EPSILON / 2.0);
                        let ulps = value.to_bits().abs_diff(expected.to_bits());
                        assert!(ulps <= 2, "element {element} in base {base}: {value}, not {expected}");
                    }
                }
            }
        }
    }

    /// Element 0 and the last that an integer can number are numbers of the open interval too.
    #[test]
    fn shifts_stay_inside() {
        for base in primes(20) {
            let line = Base::new(base);
            for shift in [f64::EPSILON / 2.0, 0.3, LARGEST] {
                for first in [0, u64::MAX - 1999] {
                    let mut values = [0.0; 2000];
                    line.fill(first, 1, shift, &mut values);
                    let mut plain = [0.0; 2000];
                    line.fill(first, 1, 0.0, &mut plain);
                    for (value, plain) in values.iter().zip(plain) {
                        assert!(*value > 0.0 && *value < 1.0);
                        assert!((value - (plain + shift).fract()).abs() < 1e-15 || shift == LARGEST);
                    }
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let base = Base::new(7);
        for n in [0, 1, 7, 9, 343] {
            for shift in [0.0, 0.77] {
                let values = [sum_plain, sum_avx2, sum].map(|sum| {
                    let mut values = vec![0.0; n];
                    sum(&base.low, 0.00123, shift, &mut values);
                    values
                });
                assert_eq!(values[0], values[1]);
                assert_eq!(values[0], values[2]);
            }
        }
    }
}
