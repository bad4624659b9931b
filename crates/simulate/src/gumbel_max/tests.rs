use logsum_draws::Seed;

use super::{EULER, GumbelMax, LEVEL, gumbel_differences};
use crate::{Experiment, Noise, Tally};

/// P-values of true hypotheses are above this, of false ones below: seeded tests meet it by luck once in 10⁵ seeds.
const LUCK: f64 = 1e-5;

fn experiment(noise: Noise) -> Experiment {
    Experiment {
        utilities: vec![1.0, 0.4, 0.0, -1.5],
        temperature: 0.8,
        noise,
        draws: 400_000,
        seed: 3,
        top: 3,
    }
}

fn compare(experiment: &Experiment) -> (GumbelMax, Tally) {
    let tally = experiment.run().expect("the experiment is in order");
    (
        GumbelMax::compare(experiment, &tally, LEVEL).expect("the level is in order"),
        tally,
    )
}

/// P-values of everything that independent Gumbel noise promises.
fn promises(found: &GumbelMax) -> Vec<(&'static str, f64)> {
    let mean = libm::erfc(found.maximum.z.abs() / 2.0_f64.sqrt());
    let orderings = found.orderings.as_ref().expect("orderings were recorded");
    vec![
        ("pearson", found.softmax.pearson.p_value),
        ("g", found.softmax.g.p_value),
        ("mean of the largest", mean),
        ("law of the largest", found.maximum.kolmogorov.p_value),
        ("independence", found.maximum.independence.p_value),
        ("orderings, pearson", orderings.goodness.pearson.p_value),
        ("orderings, g", orderings.goodness.g.p_value),
    ]
}

#[test]
fn gumbel_noise_keeps_every_promise() {
    for noise in [Noise::Gumbel, Noise::ExponentialRace] {
        let (found, tally) = compare(&experiment(noise));
        for (promise, p_value) in promises(&found) {
            assert!(p_value > LUCK, "{}: {promise} p = {p_value:e}", found.noise);
        }
        assert!(!found.rejected);
        assert_eq!(found.under_noise.as_ref(), Some(&found.softmax));
        let distance = found.total_variation;
        assert!((distance.observed - distance.expected).abs() < 5.0 * distance.standard_deviation);
        assert!(found.alternatives.iter().all(|alternative| alternative.z.abs() < 5.0));
        // Variance of the sample variance: (κ − 1) σ⁴ / R, κ = 5.4 for the Gumbel law.
        let spread = found.maximum.expected_variance * (4.4 / tally.draws as f64).sqrt();
        assert!((found.maximum.variance - found.maximum.expected_variance).abs() < 5.0 * spread);

        // The same draws taken for those of a slightly higher temperature break every promise but independence,
        // which is of the draws alone.
        let warmer = Experiment {
            temperature: 0.82,
            ..experiment(Noise::Gumbel)
        };
        let found = GumbelMax::compare(&warmer, &tally, LEVEL).unwrap();
        assert!(found.rejected);
        for (promise, p_value) in promises(&found) {
            assert_eq!(p_value < LUCK, promise != "independence", "{promise} p = {p_value:e}");
        }
    }
}

#[test]
fn other_noise_breaks_them_and_keeps_its_own() {
    let members = vec![1, 2];
    for (noise, independent) in [
        (Noise::Normal, false),
        (Noise::Logistic, false),
        (Noise::Exponential, false),
        (Noise::Uniform, false),
        (Noise::Laplace, false),
        (Noise::Student { degrees: 4.0 }, false),
        (
            Noise::CorrelatedNormal {
                correlation: 0.6,
                members: members.clone(),
            },
            false,
        ),
        // Of generalised extreme value laws the largest is Gumbel at another place, whoever wins.
        (
            Noise::GevNested {
                dissimilarity: 0.6,
                members,
            },
            true,
        ),
    ] {
        let (found, _) = compare(&experiment(noise));
        assert!(found.rejected, "{}", found.noise);
        for (promise, p_value) in promises(&found) {
            let kept = independent && promise == "independence";
            assert_eq!(p_value > LUCK, kept, "{}: {promise} p = {p_value:e}", found.noise);
        }
        let own = found.under_noise.unwrap().g.p_value;
        assert!(own > LUCK, "{}: its own probabilities, p = {own:e}", found.noise);
    }
}

/// Draws of one noise against the exact probabilities of its neighbour in shape.
#[test]
fn probabilities_of_another_noise_are_told_apart() {
    let nest = |dissimilarity| Noise::GevNested {
        dissimilarity,
        members: vec![1, 2],
    };
    let correlated = |correlation| Noise::CorrelatedNormal {
        correlation,
        members: vec![1, 2],
    };
    for (drawn, taken_for) in [
        (Noise::Normal, Noise::Logistic),
        (Noise::Logistic, Noise::Laplace),
        (Noise::Laplace, Noise::Student { degrees: 3.0 }),
        (Noise::Student { degrees: 5.0 }, Noise::Student { degrees: 7.0 }),
        (Noise::Uniform, Noise::Normal),
        (Noise::Exponential, Noise::Gumbel),
        (nest(0.6), nest(0.62)),
        (correlated(0.6), correlated(0.62)),
        (correlated(-0.2), correlated(-0.25)),
    ] {
        let run = Experiment {
            // One alternative beside the correlated ones.
            utilities: vec![1.0, 0.4, 0.0],
            draws: 4_000_000,
            ..experiment(drawn)
        };
        let (own, tally) = compare(&run);
        let own = own.under_noise.unwrap().g.p_value;
        assert!(own > LUCK, "{}: p = {own:e}", run.noise);
        let other = Experiment {
            noise: taken_for,
            ..run.clone()
        };
        let found = GumbelMax::compare(&other, &tally, LEVEL).unwrap();
        let p_value = found.under_noise.unwrap().g.p_value;
        assert!(
            p_value < LUCK,
            "{} taken for {}: p = {p_value:e}",
            run.noise,
            found.noise
        );
    }
}

#[test]
fn numbers_of_an_alternative_by_hand() {
    let experiment = Experiment {
        utilities: vec![0.0, 3.0_f64.ln()],
        temperature: 1.0,
        noise: Noise::Gumbel,
        draws: 100,
        seed: 1,
        top: 2,
    };
    let tally = Tally {
        draws: 100,
        counts: vec![30, 70],
        maximum_mean: 2.0,
        maximum_variance: 1.5,
        sample: Vec::new(),
        orderings: vec![(vec![1, 0], 80), (vec![0, 1], 20)],
        ordering_draws: 100,
    };
    let found = GumbelMax::compare(&experiment, &tally, LEVEL).unwrap();
    let first = &found.alternatives[0];
    assert!((first.softmax - 0.25).abs() < 1e-15);
    assert!((first.difference - 0.05).abs() < 1e-15);
    assert!((first.std_error - (0.25 * 0.75 / 100.0_f64).sqrt()).abs() < 1e-15);
    assert!((first.z - 5.0 / 18.75_f64.sqrt()).abs() < 1e-12);
    assert!((found.softmax.pearson.statistic - 25.0 / 18.75).abs() < 1e-12);
    assert!((found.total_variation.observed - 0.05).abs() < 1e-15);
    assert!((found.maximum.logsum - 4.0_f64.ln()).abs() < 1e-15);
    assert!((found.maximum.expected - 4.0_f64.ln() - EULER).abs() < 1e-15);
    assert_eq!(found.maximum.kolmogorov.p_value, 1.0);
    let orderings = found.orderings.unwrap();
    assert_eq!((orderings.top, orderings.frequent[0].ordering.clone()), (2, vec![1, 0]));
    assert!((orderings.frequent[0].probability - 0.75).abs() < 1e-15);
    assert!((orderings.goodness.pearson.statistic - 25.0 / 18.75).abs() < 1e-12);
}

/// 30 · 29 · 28 orderings, each expected four times in 100,000 draws, are pooled by twos.
#[test]
fn many_orderings() {
    let many = Experiment {
        utilities: vec![0.0; 30],
        draws: 100_000,
        ..experiment(Noise::Gumbel)
    };
    let orderings = compare(&many).0.orderings.unwrap();
    assert_eq!(orderings.goodness.g.degrees, 30 * 29 * 28 / 2 - 1);
    assert!(orderings.goodness.pearson.p_value > LUCK);
}

#[test]
fn an_impossible_ordering_is_rejected() {
    let (_, mut tally) = compare(&experiment(Noise::Gumbel));
    tally.orderings.push((vec![0, 0, 1], 1));
    let found = GumbelMax::compare(&experiment(Noise::Gumbel), &tally, LEVEL).unwrap();
    assert_eq!(found.orderings.unwrap().goodness.g.p_value, 0.0);
}

#[test]
fn extreme_utilities_and_temperatures() {
    for temperature in [1e-6, 1e6] {
        let extreme = Experiment {
            utilities: vec![1e4, 1e4 - 1e-6, 0.0, -1e4],
            temperature,
            draws: 100_000,
            ..experiment(Noise::Gumbel)
        };
        let (found, _) = compare(&extreme);
        for (promise, p_value) in promises(&found) {
            assert!(p_value > LUCK, "T {temperature}: {promise} p = {p_value:e}");
        }
    }
}

#[test]
fn a_difference_of_gumbels_is_logistic_and_not_normal() {
    let found = gumbel_differences(Seed::new(8), 100_000);
    assert!(found.logistic.p_value > LUCK, "{found:?}");
    assert!(found.normal.p_value < LUCK, "{found:?}");
}

#[test]
fn a_level_that_is_none() {
    let (_, tally) = compare(&experiment(Noise::Gumbel));
    for level in [0.0, 1.0, -0.1, f64::NAN] {
        assert!(GumbelMax::compare(&experiment(Noise::Gumbel), &tally, level).is_err());
    }
    let found = GumbelMax::compare(&experiment(Noise::Gumbel), &tally, 5.0);
    assert_eq!(
        found.expect_err("not a level").to_string(),
        "level of the test: 5 is not between 0 and 1; use 0.001 or 0.05, say"
    );
}
