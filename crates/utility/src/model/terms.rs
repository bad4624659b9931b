//! The linear part of a utility, and derivatives measured from the first slot.
//!
//! Plain code compiled for several instruction sets, as in [`super::tiles`].

use multiversion::multiversion;

use super::blocks::Operand;

/// V += Σ θ_k x_k over the terms of a slot; x_k goes to a run of `derivatives` each, unless that is empty. From the run
/// of the first slot that `shared` names for a position, if one, only the difference is written.
#[inline(always)]
fn add_terms_plain(
    terms: &[(u32, usize, Operand)],
    theta: &[f64],
    columns: &[f64],
    utility: &mut [f64],
    shared: &[Option<usize>],
    first: &[f64],
    derivatives: &mut [f64],
) {
    let lanes = utility.len();
    let mut runs = derivatives.chunks_exact_mut(lanes);
    for &(parameter, position, operand) in terms {
        let value = theta[parameter as usize];
        let first = match (first.is_empty(), shared[position]) {
            (false, Some(run)) => Some(&first[run * lanes..][..lanes]),
            _ => None,
        };
        let column = match operand {
            Operand::Constant(number) => {
                utility.iter_mut().for_each(|utility| *utility += value * number);
                if let Some(derivative) = runs.next() {
                    match first {
                        None => derivative.fill(number),
                        Some(first) => derivative
                            .iter_mut()
                            .zip(first)
                            .for_each(|(derivative, first)| *derivative = number - first),
                    }
                }
                continue;
            }
            Operand::Column(index) => &columns[index * lanes..][..lanes],
        };
        match (runs.next(), first) {
            (None, _) => {
                for (utility, x) in utility.iter_mut().zip(column) {
                    *utility += value * x;
                }
            }
            (Some(derivative), None) => {
                for ((utility, x), derivative) in utility.iter_mut().zip(column).zip(derivative) {
                    *utility += value * x;
                    *derivative = *x;
                }
            }
            (Some(derivative), Some(first)) => {
                for (((utility, x), derivative), first) in utility.iter_mut().zip(column).zip(derivative).zip(first) {
                    *utility += value * x;
                    *derivative = x - first;
                }
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn add_terms(
    terms: &[(u32, usize, Operand)],
    theta: &[f64],
    columns: &[f64],
    utility: &mut [f64],
    shared: &[Option<usize>],
    first: &[f64],
    derivatives: &mut [f64],
) {
    add_terms_plain(terms, theta, columns, utility, shared, first, derivatives);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[multiversion(targets("x86_64+avx2"))]
    fn add_terms_avx2(
        terms: &[(u32, usize, Operand)],
        theta: &[f64],
        columns: &[f64],
        utility: &mut [f64],
        shared: &[Option<usize>],
        first: &[f64],
        derivatives: &mut [f64],
    ) {
        add_terms_plain(terms, theta, columns, utility, shared, first, derivatives);
    }

    /// A column and a constant, each once with and once without a run to be measured from.
    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let terms = [
            (3, 0, Operand::Column(1)),
            (0, 1, Operand::Column(0)),
            (1, 2, Operand::Constant(0.3)),
            (2, 3, Operand::Constant(-1.7)),
        ];
        let shared = [None, Some(1), None, Some(0)];
        let theta = [0.1, -0.7, 1.3, 0.9];
        let mut random = Random::new(10);
        for lanes in [8, 24, 64] {
            let mut numbers = |n: usize| -> Vec<f64> { (0..n * lanes).map(|_| random.normal()).collect() };
            let (columns, first, offset) = (numbers(2), numbers(2), numbers(1));
            let x = |term: usize, lane: usize| match terms[term].2 {
                Operand::Constant(number) => number,
                Operand::Column(index) => columns[index * lanes + lane],
            };
            let utility: Vec<f64> = (0..lanes)
                .map(|lane| {
                    (0..4).fold(offset[lane], |sum, term| {
                        sum + theta[terms[term].0 as usize] * x(term, lane)
                    })
                })
                .collect();
            let raw: Vec<f64> = (0..4 * lanes).map(|at| x(at / lanes, at % lanes)).collect();
            let mut differences = raw.clone();
            for lane in 0..lanes {
                differences[lanes + lane] -= first[lanes + lane];
                differences[3 * lanes + lane] -= first[lane];
            }
            for loops in [add_terms_plain, add_terms_avx2, add_terms] {
                for (first, expected) in [(&first[..], &differences[..]), (&[], &raw), (&first, &[])] {
                    let (mut found, mut derivatives) = (offset.clone(), vec![f64::NAN; expected.len()]);
                    loops(&terms, &theta, &columns, &mut found, &shared, first, &mut derivatives);
                    assert_eq!(found, utility, "{lanes} lanes");
                    assert_eq!(derivatives, expected, "{lanes} lanes");
                }
            }
        }
    }
}
