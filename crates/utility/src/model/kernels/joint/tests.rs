//! Probabilities against sums over all orders and pairs, derivatives against differences, and utilities far apart.

use logsum_data::{Joint, Ties};

use super::{JointLanes, JointSet};
use crate::testing::orders;

const JOINTS: [Joint; 3] = [Joint::Ties(Ties::Efron), Joint::Ties(Ties::Exact), Joint::MaxDiff];

/// Values and derivatives of one lane (of eight that are alike), and their changes along a direction.
fn lane(joint: Joint, utilities: &[f64], outcome: &[f64], direction: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
    let n_slots = utilities.len();
    let set = JointSet { joint, n_slots };
    let spread = |values: &[f64]| values.iter().flat_map(|value| [*value; 8]).collect::<Vec<_>>();
    let first = |values: &[f64]| values.iter().step_by(8).copied().collect::<Vec<_>>();
    let mut lanes = JointLanes::default();
    lanes.forward(&set, &spread(utilities), (&mut Vec::new(), &mut Vec::new()));
    let (mut values, mut slopes, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    lanes.backward(&set, &spread(outcome), (&mut values, &mut slopes));
    lanes.along(&set, &spread(direction), &mut changes);
    (values[0], first(&slopes), first(&changes))
}

fn value(joint: Joint, utilities: &[f64], outcome: &[f64]) -> f64 {
    lane(joint, utilities, outcome, &vec![0.0; utilities.len()]).0
}

/// The probability that slots are taken one after another in this order.
fn in_order(utilities: &[f64], order: &[usize]) -> f64 {
    let mut left: Vec<usize> = (0..utilities.len()).collect();
    let mut product = 1.0;
    for &slot in order {
        product *= utilities[slot].exp() / left.iter().map(|&k| utilities[k].exp()).sum::<f64>();
        left.retain(|&k| k != slot);
    }
    product
}

const UTILITIES: [f64; 6] = [0.3, -1.2, 2.1, 0.0, 0.9, -0.4];
const OUTCOMES: [[f64; 6]; 4] = [
    [1.0, 0.0, 1.0, 0.0, 1.0, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
    [1.0, 1.0, 0.0, 1.0, 1.0, 1.0],
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0],
];

#[test]
fn exact_ties_sum_over_all_orders() {
    for outcome in &OUTCOMES {
        let tied: Vec<usize> = (0..6).filter(|&slot| outcome[slot] > 0.0).collect();
        let sum: f64 = orders(&tied).iter().map(|order| in_order(&UTILITIES, order)).sum();
        let ln_p = value(Joint::Ties(Ties::Exact), &UTILITIES, outcome);
        assert!((ln_p - sum.ln()).abs() < 1e-13, "{ln_p} {}", sum.ln());
    }
}

#[test]
fn efron_by_its_formula_and_near_the_mean_over_the_orders() {
    for outcome in &OUTCOMES {
        let tied: Vec<usize> = (0..6).filter(|&slot| outcome[slot] > 0.0).collect();
        let m = tied.len();
        let all: f64 = UTILITIES.iter().map(|v| v.exp()).sum();
        let of_tied: f64 = tied.iter().map(|&slot| UTILITIES[slot].exp()).sum();
        let total = |l: usize| (all - l as f64 / m as f64 * of_tied).ln();
        let by_hand = tied.iter().map(|&slot| UTILITIES[slot]).sum::<f64>() - (0..m).map(total).sum::<f64>();
        let ln_p = value(Joint::Ties(Ties::Efron), &UTILITIES, outcome);
        assert!((ln_p - by_hand).abs() < 1e-13, "{ln_p} {by_hand}");
        // If those that are tied are alike, as good as the sum over orders divided by their number.
        let alike: Vec<f64> = (0..6)
            .map(|slot| if outcome[slot] > 0.0 { 0.4 } else { UTILITIES[slot] })
            .collect();
        let n_orders: f64 = (1..=m).map(|l| (l as f64).ln()).sum();
        let exact = value(Joint::Ties(Ties::Exact), &alike, outcome) - n_orders;
        let efron = value(Joint::Ties(Ties::Efron), &alike, outcome);
        assert!((exact - efron).abs() < 1e-13, "{exact} {efron}");
    }
}

#[test]
fn pairs_by_their_formula_and_their_probabilities_sum_to_one() {
    let mut sum = 0.0;
    let ratio = |best: usize, worst: usize| (UTILITIES[best] - UTILITIES[worst]).exp();
    let pairs = || {
        (0..6).flat_map(|best| {
            (0..6)
                .filter(move |worst| *worst != best)
                .map(move |worst| (best, worst))
        })
    };
    let all: f64 = pairs().map(|(best, worst)| ratio(best, worst)).sum();
    for (best, worst) in pairs() {
        let mut outcome = [0.0; 6];
        (outcome[best], outcome[worst]) = (1.0, -1.0);
        let p = value(Joint::MaxDiff, &UTILITIES, &outcome).exp();
        assert!((p - ratio(best, worst) / all).abs() < 1e-15);
        sum += p;
    }
    assert!((sum - 1.0).abs() < 1e-14, "{sum}");
}

#[test]
fn the_probabilities_of_all_sets_of_two_sum_to_one() {
    let mut sum = 0.0;
    for a in 0..6 {
        for b in 0..a {
            let mut outcome = [0.0; 6];
            (outcome[a], outcome[b]) = (1.0, 1.0);
            sum += value(Joint::Ties(Ties::Exact), &UTILITIES, &outcome).exp();
        }
    }
    assert!((sum - 1.0).abs() < 1e-14, "{sum}");
}

#[test]
fn one_alone_is_softmax() {
    let logsum = UTILITIES.iter().map(|v| v.exp()).sum::<f64>().ln();
    for ties in [Ties::Efron, Ties::Exact] {
        let ln_p = value(Joint::Ties(ties), &UTILITIES, &OUTCOMES[1]);
        assert!((ln_p - (UTILITIES[1] - logsum)).abs() < 1e-14);
    }
}

#[test]
fn weights_multiply_and_what_takes_all_is_certain() {
    for ties in [Ties::Efron, Ties::Exact] {
        let joint = Joint::Ties(ties);
        let twice = OUTCOMES[0].map(|y| 2.5 * y);
        let direction = [0.1, 0.2, -0.3, 0.4, 0.5, 0.6];
        let once = lane(joint, &UTILITIES, &OUTCOMES[0], &direction);
        let weighted = lane(joint, &UTILITIES, &twice, &direction);
        assert!((weighted.0 - 2.5 * once.0).abs() < 1e-13);
        for (weighted, once) in weighted.1.iter().chain(&weighted.2).zip(once.1.iter().chain(&once.2)) {
            assert!((weighted - 2.5 * once).abs() < 1e-13);
        }
        assert_eq!(
            lane(joint, &UTILITIES, &[1.0; 6], &direction),
            (0.0, vec![0.0; 6], vec![0.0; 6])
        );
    }
}

/// Differences of order h² with h = 1e-5: 1e-10 of third derivatives of size 1, and rounding of 1e-16/h.
#[test]
fn derivatives_are_those_of_differences() {
    let pair = [0.0, -1.0, 0.0, 1.0, 0.0, 0.0];
    let direction = [0.7, -0.2, 0.4, 1.1, -0.9, 0.3];
    let h = 1e-5;
    for joint in JOINTS {
        let outcomes = if joint == Joint::MaxDiff {
            vec![pair]
        } else {
            OUTCOMES.to_vec()
        };
        for outcome in outcomes {
            let at = |slot: Option<usize>, step: f64| {
                let moved: Vec<f64> = (0..6)
                    .map(|k| match slot {
                        Some(slot) => UTILITIES[k] + if k == slot { step } else { 0.0 },
                        None => UTILITIES[k] + step * direction[k],
                    })
                    .collect();
                lane(joint, &moved, &outcome, &direction)
            };
            let (_, slopes, changes) = at(None, 0.0);
            for k in 0..6 {
                let slope = (at(Some(k), h).0 - at(Some(k), -h).0) / (2.0 * h);
                assert!((slopes[k] - slope).abs() < 1e-9, "{joint:?} {k}: {} {slope}", slopes[k]);
                let change = (at(None, h).1[k] - at(None, -h).1[k]) / (2.0 * h);
                assert!(
                    (changes[k] - change).abs() < 1e-9,
                    "{joint:?} {k}: {} {change}",
                    changes[k]
                );
            }
        }
    }
}

#[test]
fn utilities_far_apart_lose_nothing() {
    let outcome = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    // The tied are 900 below the others: each is taken with e^-900, and ln P is twice that and ln 2 for the orders.
    let below = [
        -900.0,
        -900.0,
        0.0,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
    ];
    let exact = value(Joint::Ties(Ties::Exact), &below, &outcome);
    assert!((exact - (2.0_f64.ln() - 1800.0)).abs() < 1e-12, "{exact}");
    let efron = value(Joint::Ties(Ties::Efron), &below, &outcome);
    assert!((efron + 1800.0).abs() < 1e-12, "{efron}");
    let above = [900.0, 0.0, -900.0, -900.0, -900.0, -900.0];
    let (exact, slopes, changes) = lane(Joint::Ties(Ties::Exact), &above, &outcome, &[1.0; 6]);
    assert!(exact.abs() < 1e-12 && slopes.iter().chain(&changes).all(|value| value.abs() < 1e-12));
    let pair = [1.0, 0.0, -1.0, 0.0, 0.0, 0.0];
    let far = value(Joint::MaxDiff, &above, &pair);
    // Four others are as bad.
    assert!((far + 4.0_f64.ln()).abs() < 1e-12, "{far}");
}
