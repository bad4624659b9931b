//! The linear part of a utility.
//!
//! Plain code compiled for several instruction sets, as in [`super::tiles`].

use multiversion::multiversion;

use super::choice_set::Operand;

/// V += Σ θ_k x_k over the terms of a slot: parameter, its position in the set, and what it multiplies.
#[inline(always)]
fn add_terms_plain(terms: &[(u32, usize, Operand)], theta: &[f64], columns: &[f64], utility: &mut [f64]) {
    let lanes = utility.len();
    for &(parameter, _, operand) in terms {
        let value = theta[parameter as usize];
        match operand {
            Operand::Constant(number) => utility.iter_mut().for_each(|utility| *utility += value * number),
            Operand::Column(index) => {
                for (utility, x) in utility.iter_mut().zip(&columns[index * lanes..][..lanes]) {
                    *utility += value * x;
                }
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn add_terms(terms: &[(u32, usize, Operand)], theta: &[f64], columns: &[f64], utility: &mut [f64]) {
    add_terms_plain(terms, theta, columns, utility);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[multiversion(targets("x86_64+avx2"))]
    fn add_terms_avx2(terms: &[(u32, usize, Operand)], theta: &[f64], columns: &[f64], utility: &mut [f64]) {
        add_terms_plain(terms, theta, columns, utility);
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let terms = [
            (3, 0, Operand::Column(1)),
            (0, 1, Operand::Column(0)),
            (1, 2, Operand::Constant(0.3)),
        ];
        let theta = [0.1, -0.7, 1.3, 0.9];
        let mut random = Random::new(10);
        for lanes in [8, 24, 64] {
            let mut numbers = |n: usize| -> Vec<f64> { (0..n * lanes).map(|_| random.normal()).collect() };
            let (columns, offset) = (numbers(2), numbers(1));
            let utility = |lane: usize| {
                let sum = offset[lane] + theta[3] * columns[lanes + lane];
                sum + theta[0] * columns[lane] + theta[1] * 0.3
            };
            let expected: Vec<f64> = (0..lanes).map(utility).collect();
            for loops in [add_terms_plain, add_terms_avx2, add_terms] {
                let mut found = offset.clone();
                loops(&terms, &theta, &columns, &mut found);
                assert_eq!(found, expected, "{lanes} lanes");
            }
        }
    }
}
