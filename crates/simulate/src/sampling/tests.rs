//! Shares against the formulas they should follow, seeded, at a level of 1 in 1000; wrong formulas are rejected at less
//! than 1 in a million.

use std::sync::Mutex;

use logsum_draws::Seed;
use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

use super::chunk::CHUNK;
use super::kernel::BLOCK;
use super::*;

mod messages;
mod noises;

const LEVEL: f64 = 1e-3;
const REJECTED: f64 = 1e-6;
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

fn experiment(utilities: &[f64], noise: Noise) -> Experiment {
    Experiment {
        utilities: utilities.to_vec(),
        temperature: 1.0,
        noise,
        draws: 200_000,
        seed: 7,
        top: 0,
    }
}

fn softmax(utilities: &[f64], temperature: f64) -> Vec<f64> {
    let largest = utilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = utilities.iter().map(|v| ((v - largest) / temperature).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

/// p-value of Pearson's χ² of counts.
fn pearson(counts: &[u64], probabilities: &[f64]) -> f64 {
    let n = counts.iter().sum::<u64>() as f64;
    let statistic: f64 = counts
        .iter()
        .zip(probabilities)
        .map(|(&count, p)| (count as f64 - n * p).powi(2) / (n * p))
        .sum();
    ChiSquared::new((counts.len() - 1) as f64)
        .expect("degrees")
        .sf(statistic)
}

fn two_sided(z: f64) -> f64 {
    2.0 * Normal::standard().sf(z.abs())
}

#[test]
fn gumbel_noise_and_the_race_choose_by_softmax() {
    let utilities = [1.0, 0.5, 0.0, -0.5, -1.0];
    for temperature in [0.5, 1.0, 3.0] {
        let p = softmax(&utilities, temperature);
        for noise in [Noise::Gumbel, Noise::ExponentialRace] {
            let tally = Experiment {
                temperature,
                ..experiment(&utilities, noise.clone())
            }
            .run()
            .expect("runs");
            assert_eq!(tally.counts.iter().sum::<u64>(), tally.draws);
            assert!(pearson(&tally.counts, &p) > LEVEL, "{noise} at {temperature}");
            let wrong = softmax(&utilities, temperature * 1.1);
            assert!(pearson(&tally.counts, &wrong) < REJECTED, "{noise} at {temperature}");
        }
    }
}

#[test]
fn other_noise_does_not_choose_by_softmax() {
    let utilities = [1.0, 0.5, 0.0, -0.5, -1.0];
    let p = softmax(&utilities, 1.0);
    for noise in [Noise::Normal, Noise::Exponential, Noise::Uniform, Noise::Laplace] {
        let tally = experiment(&utilities, noise.clone()).run().expect("runs");
        assert!(pearson(&tally.counts, &p) < REJECTED, "{noise}");
    }
}

#[test]
fn the_largest_utility_is_gumbel_about_the_logsum() {
    for (utilities, temperature) in [
        (vec![1.0, 0.5, 0.0], 1.0),
        (vec![1e4, 1e4 + 1e-6, -1e4], 1e-6),
        (vec![1e4, -1e4, 0.0], 1e6),
        (vec![-3.0, -3.0], 2.5),
    ] {
        for noise in [Noise::Gumbel, Noise::ExponentialRace] {
            let experiment = Experiment {
                temperature,
                ..experiment(&utilities, noise)
            };
            let tally = experiment.run().expect("runs");
            let n = tally.draws as f64;
            let largest = utilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let logsum = |t: f64| t * utilities.iter().map(|v| ((v - largest) / t).exp()).sum::<f64>().ln();
            let variance = temperature.powi(2) * std::f64::consts::PI.powi(2) / 6.0;
            let z = |mean: f64| ((tally.maximum_mean - largest) - mean) / (variance / n).sqrt();
            let mean = logsum(temperature) + EULER_GAMMA * temperature;
            // Adding the largest utility leaves the mean digits of 1e-12, far below its standard error of 1e-9.
            assert!(two_sided(z(mean)) > LEVEL, "{utilities:?} at {temperature}");
            assert!(two_sided(z(logsum(temperature) + 0.55 * temperature)) < REJECTED);
            // The fourth central moment of the Gumbel is 3π⁴/20 = (27/5) σ⁴.
            let z = |variance: f64| (tally.maximum_variance / variance - 1.0) / ((5.4 - 1.0) / n).sqrt();
            assert!(two_sided(z(variance)) > LEVEL, "{utilities:?} at {temperature}");
            assert!(two_sided(z(1.05 * variance)) < REJECTED);
        }
    }
}

/// One number after another, two logarithms each, the utilities compared as they are.
#[test]
fn first_draws_by_hand() {
    let utilities = [0.3, -0.2, 0.9, 0.0];
    let (temperature, draws) = (0.7, CHUNK as usize + 700);
    for (noise, branch) in [(Noise::Gumbel, 1), (Noise::ExponentialRace, 2)] {
        let mut expected = Vec::new();
        for chunk in 0..2 {
            let mut stream = Seed::new(7).split(branch).stream(chunk);
            for _ in 0..CHUNK as usize / BLOCK {
                let rows: Vec<Vec<f64>> = utilities
                    .iter()
                    .map(|v| {
                        let gumbels = (0..BLOCK).map(|_| -(-stream.open01().ln()).ln());
                        gumbels.map(|g| v + temperature * g).collect()
                    })
                    .collect();
                expected.extend((0..BLOCK).map(|i| {
                    let best = (0..4).max_by(|&a, &b| rows[a][i].total_cmp(&rows[b][i])).expect("four");
                    (best as u32, rows[best][i])
                }));
            }
        }
        let tally = Experiment {
            temperature,
            draws: draws as u64,
            ..experiment(&utilities, noise)
        }
        .run()
        .expect("runs");
        assert_eq!(tally.sample.len(), draws);
        for (found, expected) in tally.sample.iter().zip(&expected) {
            assert_eq!(found.0, expected.0);
            // A handful of roundings of numbers below 30.
            assert!((found.1 - expected.1).abs() < 1e-13, "{found:?} {expected:?}");
        }
        let maxima: Vec<f64> = tally.sample.iter().map(|(_, u)| *u).collect();
        let mean = maxima.iter().sum::<f64>() / draws as f64;
        let variance = maxima.iter().map(|u| (u - mean).powi(2)).sum::<f64>() / (draws - 1) as f64;
        assert!((tally.maximum_mean - mean).abs() < 1e-12);
        assert!((tally.maximum_variance - variance).abs() < 1e-12);
        for j in 0..4 {
            let wins = tally.sample.iter().filter(|(winner, _)| *winner == j).count();
            assert_eq!(tally.counts[j as usize], wins as u64);
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_tally() {
    for noise in [
        "gumbel",
        "exponential-race",
        "student:4",
        "gev-nested:0.4",
        "correlated-normal:0.5",
    ] {
        let experiment = Experiment {
            draws: 300_001,
            top: 2,
            ..experiment(&[0.1, 0.0, -0.1], Noise::parse(noise, 3, None).expect("a noise"))
        };
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("pool");
            pool.install(|| experiment.run().expect("runs"))
        };
        let tally = on(1);
        for threads in [2, 5] {
            assert_eq!(on(threads), tally, "{noise} on {threads}");
        }
        let other = Experiment { seed: 8, ..experiment }.run().expect("runs");
        assert_ne!(other.sample, tally.sample, "{noise}");
    }
}

/// However many follow, and whether or not orderings are counted.
#[test]
fn first_draws_are_the_same_in_longer_experiments() {
    for noise in ["gumbel", "normal", "gev-nested:0.4"] {
        let noise = Noise::parse(noise, 3, None).expect("a noise");
        let short = Experiment {
            draws: 1000,
            ..experiment(&[0.1, 0.0, -0.1], noise)
        };
        let long = Experiment {
            draws: 9000,
            top: 3,
            ..short.clone()
        };
        let (short, long) = (short.run().expect("runs"), long.run().expect("runs"));
        assert_eq!(short.sample, long.sample[..1000]);
    }
}

#[test]
fn equal_utilities_split_evenly_at_any_temperature() {
    for value in [-1e4, 0.0, 1e4] {
        for temperature in [1e-6, 1.0, 1e6] {
            for noise in ["gumbel", "exponential-race", "normal", "correlated-normal:0.9999"] {
                let tally = Experiment {
                    temperature,
                    ..experiment(&[value; 2], Noise::parse(noise, 2, None).expect("a noise"))
                }
                .run()
                .expect("runs");
                assert!(
                    pearson(&tally.counts, &[0.5; 2]) > LEVEL,
                    "{noise} {value} {temperature}"
                );
            }
        }
    }
}

#[test]
fn alternatives_far_below_never_win_and_break_nothing() {
    for noise in [
        "gumbel",
        "exponential-race",
        "normal",
        "logistic",
        "exponential",
        "uniform",
        "laplace",
        "gev-nested:0.01",
        "correlated-normal:0.9",
    ] {
        for temperature in [1e-300, 1e-6, 1.0] {
            let tally = Experiment {
                temperature,
                draws: 5000,
                top: 2,
                ..experiment(&[-1e4, 1e4, -1e4 + 1.0], Noise::parse(noise, 3, None).expect("a noise"))
            }
            .run()
            .expect("runs");
            assert_eq!(tally.counts, [0, 5000, 0], "{noise} {temperature}");
            assert!(tally.sample.iter().all(|(_, u)| u.is_finite()), "{noise} {temperature}");
            assert!(
                (tally.maximum_mean - 1e4).abs() < temperature.max(1e-9),
                "{noise} {temperature}"
            );
            assert!(tally.orderings.iter().all(|(places, _)| places[0] == 1));
            if temperature < 1.0 {
                assert_eq!(tally.orderings, [(vec![1, 2], 5000)], "{noise} {temperature}");
            }
        }
    }
}

#[test]
fn orderings_follow_the_ranking_formula() {
    let utilities = [1.0, 0.2, -0.4, 0.5];
    let p = softmax(&utilities, 1.0);
    for noise in [Noise::Gumbel, Noise::ExponentialRace] {
        for top in [2, 4] {
            let tally = Experiment {
                top,
                ..experiment(&utilities, noise.clone())
            }
            .run()
            .expect("runs");
            assert_eq!(tally.ordering_draws, tally.draws);
            assert_eq!(tally.orderings.iter().map(|(_, n)| n).sum::<u64>(), tally.draws);
            assert!(tally.orderings.is_sorted_by(|(_, a), (_, b)| a >= b));
            let counts: Vec<u64> = tally.orderings.iter().map(|(_, n)| *n).collect();
            // Each place is a choice among those left.
            let probability = |places: &[u32]| {
                let mut left = 1.0;
                places.iter().fold(1.0, |product, &j| {
                    let chance = p[j as usize] / left;
                    left -= p[j as usize];
                    product * chance
                })
            };
            let expected: Vec<f64> = tally.orderings.iter().map(|(places, _)| probability(places)).collect();
            assert!(
                (expected.iter().sum::<f64>() - 1.0).abs() < 1e-12,
                "an ordering never came"
            );
            assert!(pearson(&counts, &expected) > LEVEL, "{noise}");
            let backwards = |places: &[u32]| probability(&places.iter().rev().copied().collect::<Vec<_>>());
            let wrong: Vec<f64> = tally.orderings.iter().map(|(places, _)| backwards(places)).collect();
            assert!(pearson(&counts, &wrong) < REJECTED, "{noise}");
            let firsts = |j: u32| {
                let of_j = tally.orderings.iter().filter(|(places, _)| places[0] == j);
                of_j.map(|(_, n)| n).sum::<u64>()
            };
            assert_eq!((0..4).map(firsts).collect::<Vec<_>>(), tally.counts);
        }
    }
}

/// Second and third places beyond the range of exp are still in the order of their utilities.
#[test]
fn orderings_beyond_the_range_of_exponentials() {
    let tally = Experiment {
        top: 3,
        ..experiment(&[-1500.0, 0.0, -1501.0], Noise::ExponentialRace)
    }
    .run()
    .expect("runs");
    let p = softmax(&[0.0, -1.0], 1.0);
    let counts: Vec<u64> = tally.orderings.iter().map(|(_, n)| *n).collect();
    assert_eq!(tally.orderings[0].0, [1, 0, 2]);
    assert!(pearson(&counts, &p) > LEVEL);
}

#[test]
fn only_the_first_draws_are_kept() {
    let draws = ORDERED + CHUNK;
    let tally = Experiment {
        draws,
        top: 2,
        ..experiment(&[0.0, 0.0], Noise::Gumbel)
    }
    .run()
    .expect("runs");
    assert_eq!(tally.counts.iter().sum::<u64>(), draws);
    assert_eq!(tally.sample.len() as u64, SAMPLE);
    assert_eq!(tally.ordering_draws, ORDERED);
    assert_eq!(tally.orderings.iter().map(|(_, n)| n).sum::<u64>(), ORDERED);
}

#[test]
fn a_single_draw_has_no_variance() {
    let tally = Experiment {
        draws: 1,
        ..experiment(&[0.0, 1.0], Noise::Gumbel)
    }
    .run()
    .expect("runs");
    assert!(tally.maximum_variance.is_nan());
    assert!((tally.maximum_mean - tally.sample[0].1).abs() < 1e-15);
    assert_eq!(tally.ordering_draws, 0);
    assert!(tally.orderings.is_empty());
}

#[test]
fn progress_rises_to_the_number_of_draws() {
    let seen = Mutex::new(Vec::new());
    let experiment = Experiment {
        draws: 10_000_000,
        ..experiment(&[0.0, 1.0], Noise::Gumbel)
    };
    experiment
        .run_with(&|draws| seen.lock().expect("unharmed").push(draws))
        .expect("runs");
    let seen = seen.into_inner().expect("unharmed");
    assert!(seen.len() > 1 && seen.is_sorted());
    assert_eq!(seen.last(), Some(&10_000_000));
}
