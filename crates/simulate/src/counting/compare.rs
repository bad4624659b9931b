//! Which of two occupations has more arrangements, exactly.

use std::cmp::Ordering;

use super::arrangements::ln_factorial;

/// Compares numbers of arrangements of two occupations of as many particles on as many levels.
///
/// Rounding decides nothing, so that this is a total order: logarithms are believed only where they differ by more than
/// their errors, products are of whole numbers.
pub(super) fn compare(a: &[u64], b: &[u64]) -> Ordering {
    if let Some([a, b]) = short_products(a, b) {
        return b.cmp(&a);
    }
    let (ln_a, ln_b) = (ln_product(a), ln_product(b));
    // Each logarithm and each sum rounds by at most a few 10⁻¹⁶ of the total.
    if (ln_a - ln_b).abs() > 1e-15 * (a.len() + 4) as f64 * ln_a.max(ln_b) {
        return ln_b.total_cmp(&ln_a);
    }
    let [a, b] = long_products(a, b);
    b.cmp(&a)
}

/// What remains of Π a_j! and Π b_j! when common factors of the same level are gone, if 128 bits hold it.
fn short_products(a: &[u64], b: &[u64]) -> Option<[u128; 2]> {
    let mut products = [1u128; 2];
    for (&a, &b) in a.iter().zip(b) {
        let (side, factors) = if a > b { (0, b + 1..=a) } else { (1, a + 1..=b) };
        for factor in factors {
            products[side] = products[side].checked_mul(u128::from(factor))?;
        }
    }
    Some(products)
}

/// ln Π n_j!.
fn ln_product(numbers: &[u64]) -> f64 {
    numbers.iter().map(|number| ln_factorial(*number)).sum()
}

/// What remains of Π a_j! and Π b_j! when all common factors are gone: those of the j-th largest numbers of both sides.
/// Nothing remains of permutations.
fn long_products(a: &[u64], b: &[u64]) -> [Product; 2] {
    let sorted = |numbers: &[u64]| {
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable();
        numbers
    };
    let mut products = [Product::one(), Product::one()];
    for (a, b) in sorted(a).into_iter().zip(sorted(b)) {
        let (side, factors) = if a > b { (0, b + 1..=a) } else { (1, a + 1..=b) };
        factors.for_each(|factor| products[side].multiply(factor));
    }
    products
}

/// A whole number of any size: digits to the base 2⁶⁴, the lowest first, the highest not 0.
#[derive(PartialEq, Eq)]
struct Product(Vec<u64>);

impl Product {
    fn one() -> Product {
        Product(vec![1])
    }

    /// By a positive number.
    fn multiply(&mut self, factor: u64) {
        let mut carry = 0;
        for digit in &mut self.0 {
            let product = u128::from(*digit) * u128::from(factor) + carry;
            *digit = product as u64;
            carry = product >> 64;
        }
        if carry > 0 {
            self.0.push(carry as u64);
        }
    }
}

impl Ord for Product {
    fn cmp(&self, other: &Product) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Product {
    fn partial_cmp(&self, other: &Product) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
