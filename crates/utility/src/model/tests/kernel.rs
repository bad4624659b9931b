//! The kernel by itself: probabilities, and what they do at the edge of floating-point numbers.

use super::assert_near;
use crate::model::logit::{Block, Kernel};
use crate::testing::Random;

const NONE: fn(usize) -> &'static [f64] = |_| &[];

fn evaluate(utilities: &[f64], lanes: usize, chosen: &[u32], weights: &[f64]) -> Kernel {
    let mut kernel = Kernel::default();
    let block = Block {
        lanes,
        utilities,
        chosen,
        weights,
    };
    kernel.evaluate(&block, NONE);
    kernel
}

#[test]
fn two_alternatives_by_hand() {
    // Lane 0: V = (ln 3, 0), so P = (3/4, 1/4). Lane 1: equal.
    let kernel = evaluate(&[3.0_f64.ln(), 5.0, 0.0, 5.0], 2, &[0, 1], &[1.0, 2.0]);
    let expect = |found: &[f64], expected: &[f64]| {
        found
            .iter()
            .zip(expected)
            .for_each(|(found, expected)| assert_near(*found, *expected, 1e-15, 1.0));
    };
    expect(&kernel.probabilities, &[0.75, 0.5, 0.25, 0.5]);
    expect(&kernel.contributions, &[0.75_f64.ln(), 2.0 * 0.5_f64.ln()]);
    expect(&kernel.residuals, &[0.25, -1.0, -0.25, 1.0]);
    expect(&kernel.curvature, &[1.0, 2.0]);
}

#[test]
fn counts_by_hand() {
    // P = (3/4, 1/4), chosen 2 and 3 times, at weight 2: residuals 2 (2 − 15/4), 2 (3 − 5/4).
    let mut kernel = Kernel::default();
    let block = Block {
        lanes: 1,
        utilities: &[3.0_f64.ln(), 0.0],
        chosen: &[],
        weights: &[2.0],
    };
    kernel.evaluate(&block, |slot| [&[2.0], &[3.0]][slot]);
    assert_near(
        kernel.contributions[0],
        2.0 * (2.0 * 0.75_f64.ln() + 3.0 * 0.25_f64.ln()),
        1e-15,
        0.0,
    );
    assert_near(kernel.residuals[0], -3.5, 1e-15, 0.0);
    assert_near(kernel.residuals[1], 3.5, 1e-15, 0.0);
    assert_near(kernel.curvature[0], 10.0, 1e-15, 0.0);
}

#[test]
fn probabilities_sum_to_one_and_ignore_a_common_constant() {
    let mut random = Random::new(1);
    for slots in [2, 3, 7] {
        let utilities: Vec<f64> = (0..slots * 8).map(|_| random.between(-30.0, 30.0)).collect();
        let chosen: Vec<u32> = (0..8).map(|_| random.below(slots) as u32).collect();
        let kernel = evaluate(&utilities, 8, &chosen, &[1.0; 8]);
        for lane in 0..8 {
            let total: f64 = (0..slots).map(|slot| kernel.probabilities[slot * 8 + lane]).sum();
            assert_near(total, 1.0, 1e-15, 0.0);
        }
        let moved: Vec<f64> = utilities.iter().map(|utility| utility + 64.0).collect();
        let moved = evaluate(&moved, 8, &chosen, &[1.0; 8]);
        for (found, expected) in moved.contributions.iter().zip(&kernel.contributions) {
            // Utilities of 100 are rounded at 1.4e-14.
            assert_near(*found, *expected, 1e-13, 1.0);
        }
    }
}

#[test]
fn utilities_of_800_either_way() {
    let kernel = evaluate(&[800.0, 800.0, -800.0, -800.0], 2, &[0, 1], &[1.0, 1.0]);
    assert_eq!(
        kernel.contributions,
        [0.0, -1600.0],
        "the logarithm of a probability that underflows is kept"
    );
    assert_eq!(kernel.probabilities, [1.0, 1.0, 0.0, 0.0]);
    assert_eq!(kernel.residuals, [0.0, -1.0, 0.0, 1.0]);
    let kernel = evaluate(&[-800.0, -800.0, -800.0, -800.0], 2, &[0, 1], &[1.0, 1.0]);
    assert_eq!(kernel.contributions, [-(2.0_f64.ln()); 2]);
}

#[test]
fn a_kernel_is_used_again_for_blocks_of_other_shapes() {
    let mut kernel = Kernel::default();
    for (slots, lanes) in [(3, 64), (2, 8), (5, 16), (2, 64)] {
        let mut random = Random::new(slots as u64);
        let utilities: Vec<f64> = (0..slots * lanes).map(|_| random.normal()).collect();
        let chosen = vec![1; lanes];
        let weights = vec![1.5; lanes];
        let block = Block {
            lanes,
            utilities: &utilities,
            chosen: &chosen,
            weights: &weights,
        };
        kernel.evaluate(&block, NONE);
        let fresh = evaluate(&utilities, lanes, &chosen, &weights);
        assert_eq!(kernel.contributions[..lanes], fresh.contributions);
        assert_eq!(kernel.residuals[..slots * lanes], fresh.residuals);
        assert_eq!(kernel.probabilities, fresh.probabilities);
    }
}
