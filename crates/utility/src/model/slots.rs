//! Loops over the slots of one case: eight logical lanes, the same bits on every instruction set.
//!
//! Plain code compiled for several instruction sets, as in [`super::tiles`].

use logsum_draws::ln;
use multiversion::multiversion;

use super::choice_set::LANES;
use super::exp::exp;
use super::lanes::reduce;

type Lanes = [f64; LANES];

/// P_s, and of the case: the largest utility m, and ln Σ exp(V − m). Slots that are none have V = −∞.
#[inline(always)]
fn softmax_plain(utilities: &[f64], probabilities: &mut [f64]) -> (f64, f64) {
    let utilities: &[Lanes] = utilities.as_chunks().0;
    let probabilities: &mut [Lanes] = probabilities.as_chunks_mut().0;
    let mut largest = [f64::NEG_INFINITY; LANES];
    for utility in utilities {
        for l in 0..LANES {
            largest[l] = largest[l].max(utility[l]);
        }
    }
    let largest = largest.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let mut total = [0.0; LANES];
    for (value, utility) in probabilities.iter_mut().zip(utilities) {
        for l in 0..LANES {
            value[l] = exp(utility[l] - largest);
            total[l] += value[l];
        }
    }
    let total = reduce(total);
    for value in probabilities {
        for value in value {
            *value /= total;
        }
    }
    // A sum of exponentials from 1 to the number of slots, or not a number.
    (largest, if total >= 1.0 { ln(total) } else { f64::NAN })
}

/// Σ_s P_s (x_s − x_1).
#[inline(always)]
fn mean_plain(column: &[f64], probabilities: &[f64]) -> f64 {
    let first = column[0];
    let mut sums = [[0.0; LANES]; 2];
    let (pairs, rest) = column.as_chunks::<{ 2 * LANES }>();
    let (pairs_of_probabilities, rest_of_probabilities) = probabilities.as_chunks::<{ 2 * LANES }>();
    for (x, p) in pairs.iter().zip(pairs_of_probabilities) {
        for l in 0..LANES {
            sums[0][l] += p[l] * (x[l] - first);
            sums[1][l] += p[LANES + l] * (x[LANES + l] - first);
        }
    }
    for (l, (x, p)) in rest.iter().zip(rest_of_probabilities).enumerate() {
        sums[0][l] += p * (x - first);
    }
    reduce(std::array::from_fn(|l| sums[0][l] + sums[1][l]))
}

/// √(c P_s).
#[inline(always)]
fn roots_plain(probabilities: &[f64], curvature: f64, roots: &mut [f64]) {
    for (root, probability) in roots.iter_mut().zip(probabilities) {
        *root = (probability * curvature).sqrt();
    }
}

/// r_s ((x_s − x_1) − x̄).
#[inline(always)]
fn centre_plain(column: &[f64], first: f64, mean: f64, roots: &[f64], centred: &mut [f64]) {
    for ((centred, x), root) in centred.iter_mut().zip(column).zip(roots) {
        *centred = root * ((x - first) - mean);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn softmax(utilities: &[f64], probabilities: &mut [f64]) -> (f64, f64) {
    softmax_plain(utilities, probabilities)
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn mean(column: &[f64], probabilities: &[f64]) -> f64 {
    mean_plain(column, probabilities)
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn roots(probabilities: &[f64], curvature: f64, roots: &mut [f64]) {
    roots_plain(probabilities, curvature, roots);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn centre(column: &[f64], first: f64, mean: f64, roots: &[f64], centred: &mut [f64]) {
    centre_plain(column, first, mean, roots, centred);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    #[multiversion(targets("x86_64+avx2"))]
    fn softmax_avx2(utilities: &[f64], probabilities: &mut [f64]) -> (f64, f64) {
        softmax_plain(utilities, probabilities)
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn mean_avx2(column: &[f64], probabilities: &[f64]) -> f64 {
        mean_plain(column, probabilities)
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn centre_avx2(column: &[f64], first: f64, mean: f64, roots: &[f64], centred: &mut [f64]) {
        centre_plain(column, first, mean, roots, centred);
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        type Softmax = fn(&[f64], &mut [f64]) -> (f64, f64);
        type Mean = fn(&[f64], &[f64]) -> f64;
        type Centre = fn(&[f64], f64, f64, &[f64], &mut [f64]);
        let mut random = Random::new(12);
        for lanes in [8, 16, 24, 136] {
            let mut numbers = || -> Vec<f64> { (0..lanes).map(|_| random.between(-30.0, 30.0)).collect() };
            let (mut utilities, column) = (numbers(), numbers());
            utilities[lanes - 3..].fill(f64::NEG_INFINITY);
            let run = |softmax: Softmax, mean: Mean, centre: Centre| {
                let mut p = vec![0.0; lanes];
                let (largest, ln_total) = softmax(&utilities, &mut p);
                let mean = mean(&column, &p);
                let mut centred = vec![0.0; lanes];
                centre(&column, column[0], mean, &p, &mut centred);
                (p, largest, ln_total, mean, centred)
            };
            let plain = run(softmax_plain, mean_plain, centre_plain);
            assert_eq!(run(softmax_avx2, mean_avx2, centre_avx2), plain);
            assert_eq!(run(softmax, mean, centre), plain);
            let (p, largest, ln_total, mean, centred) = plain;
            assert_eq!(p[lanes - 3..], [0.0; 3]);
            assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-14);
            let expected: f64 = p.iter().zip(&column).map(|(p, x)| p * x).sum();
            assert!((mean + column[0] - expected).abs() < 1e-12);
            assert!(centred.iter().sum::<f64>().abs() < 1e-12);
            let total: f64 = utilities.iter().map(|utility| utility.exp()).sum();
            assert!((largest + ln_total - total.ln()).abs() < 1e-12);
        }
    }
}
