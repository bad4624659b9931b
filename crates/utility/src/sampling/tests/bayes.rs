//! The corrections against Bayes' theorem, every sample of a small choice set enumerated, and the protocols against
//! the probabilities of the samples.

use std::collections::BTreeMap;

use logsum_draws::{Seed, Stream};

use crate::sampling::protocols::{self, Drawn, importance_correction, stratified_correction};
use crate::testing::Random;

/// Samples, each as its slots with multiplicities, and how probable each is had `chosen` been chosen.
type Samples = BTreeMap<Vec<(usize, u32)>, f64>;

/// All ways to take `number` of `items`.
fn subsets(items: &[usize], number: usize) -> Vec<Vec<usize>> {
    let masks = 0..1_u32 << items.len();
    let of_size = masks.filter(|mask| mask.count_ones() as usize == number);
    let taken = |mask: u32| {
        let inside = |at: &usize| mask >> at & 1 == 1;
        (0..items.len()).filter(inside).map(|at| items[at]).collect()
    };
    of_size.map(taken).collect()
}

fn once(mut slots: Vec<usize>) -> Vec<(usize, u32)> {
    slots.sort_unstable();
    slots.into_iter().map(|slot| (slot, 1)).collect()
}

fn uniform_samples(size: usize, chosen: usize, number: usize) -> Samples {
    let others: Vec<usize> = (0..size).filter(|&slot| slot != chosen).collect();
    let all = subsets(&others, number - 1);
    let probability = 1.0 / all.len() as f64;
    let with_chosen = |slots: Vec<usize>| (once([slots, vec![chosen]].concat()), probability);
    all.into_iter().map(with_chosen).collect()
}

fn importance_samples(weights: &[f64], chosen: usize, draws: u32) -> Samples {
    let total: f64 = weights.iter().sum();
    let mut samples = Samples::new();
    for sequence in 0..weights.len().pow(draws) {
        let mut times = vec![0; weights.len()];
        times[chosen] = 1;
        let mut probability = 1.0;
        for draw in 0..draws {
            let slot = sequence / weights.len().pow(draw) % weights.len();
            times[slot] += 1;
            probability *= weights[slot] / total;
        }
        let sample = times.into_iter().enumerate().filter(|(_, times)| *times > 0).collect();
        *samples.entry(sample).or_default() += probability;
    }
    samples.retain(|_, probability| *probability > 0.0);
    samples
}

fn stratified_samples(strata: &[u32], chosen: usize, number: &impl Fn(u32) -> usize) -> Samples {
    let mut samples: Vec<(Vec<usize>, f64)> = vec![(Vec::new(), 1.0)];
    for stratum in 0..=*strata.iter().max().unwrap() {
        let members: Vec<usize> = (0..strata.len()).filter(|&slot| strata[slot] == stratum).collect();
        let mut ways = subsets(&members, number(stratum).min(members.len()));
        if strata[chosen] == stratum {
            ways.retain(|way| way.contains(&chosen));
        }
        let probability = 1.0 / ways.len() as f64;
        let longer = |(slots, before): &(Vec<usize>, f64)| -> Vec<(Vec<usize>, f64)> {
            let one = |way: &Vec<usize>| ([slots.clone(), way.clone()].concat(), before * probability);
            ways.iter().map(one).collect()
        };
        samples = samples.iter().flat_map(longer).collect();
    }
    samples.into_iter().map(|(slots, p)| (once(slots), p)).collect()
}

/// P(j | D) by Bayes' theorem against the corrected logit, for every sample of `samples(chosen)` and random utilities.
#[track_caller]
fn assert_bayes(size: usize, samples: impl Fn(usize) -> Samples, correction: impl Fn(usize, u32) -> f64) {
    let mut random = Random::new(7);
    let by_chosen: Vec<Samples> = (0..size).map(samples).collect();
    for samples in &by_chosen {
        assert!(
            (samples.values().sum::<f64>() - 1.0).abs() < 1e-12,
            "probabilities of samples sum to 1"
        );
    }
    for _ in 0..20 {
        let utilities: Vec<f64> = (0..size).map(|_| 2.0 * random.normal()).collect();
        let weight: Vec<f64> = utilities.iter().map(|utility| utility.exp()).collect();
        for sample in by_chosen.iter().flat_map(Samples::keys) {
            let joint = |slot: usize| weight[slot] * by_chosen[slot].get(sample).copied().unwrap_or(0.0);
            let total: f64 = (0..size).map(joint).sum();
            let corrected = |&(slot, times): &(usize, u32)| (utilities[slot] + correction(slot, times)).exp();
            let logit: f64 = sample.iter().map(corrected).sum();
            for alternative in sample {
                let (bayes, found) = (joint(alternative.0) / total, corrected(alternative) / logit);
                assert!(
                    (bayes - found).abs() < 1e-12,
                    "{sample:?}: {bayes} by Bayes, {found} corrected"
                );
            }
        }
    }
}

const WEIGHTS: [f64; 4] = [0.5, 3.0, 1.2, 0.05];
const STRATA: [u32; 7] = [0, 1, 0, 1, 1, 0, 2];

fn number_of(stratum: u32) -> usize {
    [2, 1, 3][stratum as usize]
}

#[test]
fn uniform_samples_need_no_correction() {
    assert_bayes(6, |chosen| uniform_samples(6, chosen, 3), |_, _| 0.0);
}

#[test]
fn importance_samples_with_their_multiplicities() {
    assert_bayes(
        4,
        |chosen| importance_samples(&WEIGHTS, chosen, 3),
        |slot, times| importance_correction(times, WEIGHTS[slot]),
    );
}

#[test]
fn stratified_samples_with_the_rates_of_their_strata() {
    let correction = |slot: usize, _| {
        let available = STRATA.iter().filter(|stratum| **stratum == STRATA[slot]).count();
        stratified_correction(available, number_of(STRATA[slot]).min(available))
    };
    assert_bayes(7, |chosen| stratified_samples(&STRATA, chosen, &number_of), correction);
}

/// Draws are as frequent as their samples are probable, and bear the correction that belongs to the sample.
#[track_caller]
fn assert_drawn(samples: &Samples, draw: impl Fn(&mut Stream) -> Vec<Drawn>, correction: impl Fn(usize, u32) -> f64) {
    let expected: BTreeMap<Vec<(usize, u64)>, f64> = samples
        .iter()
        .map(|(sample, probability)| {
            let one = |&(slot, times): &(usize, u32)| (slot, correction(slot, times).to_bits());
            (sample.iter().map(one).collect(), *probability)
        })
        .collect();
    let n = 40_000;
    let mut counts: BTreeMap<Vec<(usize, u64)>, f64> = BTreeMap::new();
    for id in 0..n {
        let drawn = draw(&mut Seed::new(3).stream(id));
        let sample = drawn
            .iter()
            .map(|drawn| (drawn.slot, drawn.correction.to_bits()))
            .collect();
        *counts.entry(sample).or_default() += 1.0;
    }
    assert!(counts.keys().all(|sample| expected.contains_key(sample)), "{counts:?}");
    for (sample, probability) in expected {
        let mean = n as f64 * probability;
        let found = counts.get(&sample).copied().unwrap_or(0.0);
        let distance = (found - mean).abs() / (mean * (1.0 - probability)).sqrt().max(1.0);
        assert!(distance < 5.0, "{sample:?}: {found} times, {mean} expected");
    }
}

#[test]
fn samples_are_drawn_as_often_as_they_are_probable() {
    for chosen in [0, 3] {
        assert_drawn(
            &uniform_samples(6, chosen, 3),
            |stream| protocols::uniform(6, chosen, 3, stream),
            |_, _| 0.0,
        );
        let largest = 3.0;
        assert_drawn(
            &importance_samples(&WEIGHTS, chosen, 3),
            |stream| protocols::importance(&WEIGHTS, chosen, 3, stream),
            |slot, times| importance_correction(times, WEIGHTS[slot] / largest),
        );
        let available = |slot: usize| STRATA.iter().filter(|stratum| **stratum == STRATA[slot]).count();
        assert_drawn(
            &stratified_samples(&STRATA, chosen, &number_of),
            |stream| protocols::stratified(&STRATA, chosen, number_of, stream),
            |slot, _| stratified_correction(available(slot), number_of(STRATA[slot]).min(available(slot))),
        );
    }
}

#[test]
fn alternatives_of_weight_0_are_never_drawn() {
    let weights = [0.0, 1.0, 0.0, 1e-300, 2.0, 0.0];
    for id in 0..2000 {
        let drawn = protocols::importance(&weights, 4, 5, &mut Seed::new(1).stream(id));
        assert!(
            drawn
                .iter()
                .all(|drawn| weights[drawn.slot] > 0.0 && drawn.correction.is_finite())
        );
    }
    // Weights whose sum is no number any more.
    let drawn = protocols::importance(&[1e308; 5], 2, 3, &mut Seed::new(1).stream(0));
    assert!(drawn.iter().all(|drawn| drawn.correction.is_finite()), "{drawn:?}");
}
