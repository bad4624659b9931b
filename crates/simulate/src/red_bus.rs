//! The red bus and the blue bus: what a second bus of another colour takes from the car.

use logsum_draws::Seed;
use logsum_estimate::two_sided_p_value;
use rand::Rng;
use serde::Serialize;

use crate::exact::probabilities;
use crate::{Experiment, ExperimentError, Noise};

/// The thought experiment and how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RedBusOptions {
    /// Utility of the car.
    pub car: f64,
    /// Utility of a bus, of either colour.
    pub bus: f64,
    /// T.
    pub temperature: f64,
    /// Dissimilarity λ of the buses in the nest.
    pub dissimilarity: f64,
    /// Correlation ρ of the buses' normal noise.
    pub correlation: f64,
    /// Draws before and after, each.
    pub draws: u64,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for RedBusOptions {
    fn default() -> Self {
        RedBusOptions {
            car: 0.0,
            bus: 0.0,
            temperature: 1.0,
            dissimilarity: 0.05,
            correlation: 0.99,
            draws: 1_000_000,
            seed: 1,
        }
    }
}

/// Shares before and after the second bus, under three noises.
///
/// Car and red bus share the travellers. Then some of the buses are painted blue. Independent Gumbel noise takes the
/// blue bus for something new that draws from car and red bus in proportion: the ratio of their probabilities stays as
/// it was (independence of irrelevant alternatives, IIA). Where the buses share what is not seen, in a nest or by
/// correlated normal noise, the blue bus takes from the red one:
///
/// ```text
/// V equal      P(car), P(red), P(blue)
/// softmax      1/3  1/3  1/3
/// λ → 0, ρ → 1 1/2  1/4  1/4
/// ```
///
/// # Source
/// Debreu (1960), review of Luce's *Individual Choice Behavior*; McFadden (1974); Train (2009), §3.3.2.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RedBus {
    /// Gumbel, nested, correlated normal.
    pub scenarios: Vec<RedBusScenario>,
}

/// Shares before and after under one noise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RedBusScenario {
    /// The noise, as its user names it.
    pub noise: String,
    /// Car, red bus.
    pub before: Vec<BusShare>,
    /// Car, red bus, blue bus.
    pub after: Vec<BusShare>,
    /// P(car) / P(red bus) before.
    pub ratio_before: Ratio,
    /// P(car) / P(red bus) after.
    pub ratio_after: Ratio,
    /// (ln ratio after − ln ratio before) over its standard error, of the draws: IIA says 0.
    pub z: f64,
    /// Two-sided p-value of that.
    pub p_value: f64,
}

/// One alternative.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BusShare {
    /// `car`, `red bus` or `blue bus`.
    pub alternative: &'static str,
    /// Probability under the noise.
    pub exact: f64,
    /// Share of the draws.
    pub drawn: f64,
    /// Standard error of that share, √(p (1 − p) / R) with the exact p.
    pub std_error: f64,
}

/// A ratio of two probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// Of the exact probabilities.
    pub exact: f64,
    /// Of the numbers drawn.
    pub drawn: f64,
    /// Standard error of the latter by the delta method, ratio √(1/n₁ + 1/n₂).
    pub std_error: f64,
}

impl RedBus {
    /// Draws and computes the shares before and after, under the three noises.
    ///
    /// # Errors
    /// What [`Experiment::check`] finds.
    pub fn run(options: &RedBusOptions) -> Result<RedBus, ExperimentError> {
        let buses = vec![1, 2];
        // Before, with one bus, there is nothing to share: the same law of one alternative alone.
        let noises = [
            (Noise::Gumbel, Noise::Gumbel),
            (
                Noise::Gumbel,
                Noise::GevNested {
                    dissimilarity: options.dissimilarity,
                    members: buses.clone(),
                },
            ),
            (
                Noise::Normal,
                Noise::CorrelatedNormal {
                    correlation: options.correlation,
                    members: buses,
                },
            ),
        ];
        // Before and after are drawn apart: the standard error of the change takes them for independent.
        let mut runs = 0..;
        let mut shares = |noise: Noise, utilities: Vec<f64>| {
            let run = runs.next().expect("numbers without end");
            shares(options, noise, utilities, seed_of(options.seed, run))
        };
        let scenarios = noises.map(|(alone, noise)| {
            let name = noise.to_string();
            let (before, ratio_before, variance_before) = shares(alone, vec![options.car, options.bus])?;
            let (after, ratio_after, variance_after) = shares(noise, vec![options.car, options.bus, options.bus])?;
            let change = ratio_after.drawn.ln() - ratio_before.drawn.ln();
            let z = change / (variance_before + variance_after).sqrt();
            Ok(RedBusScenario {
                noise: name,
                before,
                after,
                ratio_before,
                ratio_after,
                z,
                p_value: two_sided_p_value(z),
            })
        });
        let scenarios = scenarios.into_iter().collect::<Result<_, _>>()?;
        Ok(RedBus { scenarios })
    }
}

/// Seed of one of the runs; those of other runs, and of runs under other seeds, are unrelated.
fn seed_of(seed: u64, run: u64) -> u64 {
    Seed::new(seed).split(run).stream(0).next_u64()
}

/// Shares, the ratio of the first two, and the variance of its logarithm.
fn shares(
    options: &RedBusOptions,
    noise: Noise,
    utilities: Vec<f64>,
    seed: u64,
) -> Result<(Vec<BusShare>, Ratio, f64), ExperimentError> {
    let experiment = Experiment {
        utilities,
        temperature: options.temperature,
        noise,
        draws: options.draws,
        seed,
        top: 0,
    };
    let counts = experiment.run()?.counts;
    let draws = options.draws as f64;
    let exact = probabilities(&experiment.noise, &experiment.utilities, options.temperature)
        .expect("a formula for one alternative beside the correlated ones");
    let alternatives = ["car", "red bus", "blue bus"].into_iter().zip(&exact).zip(&counts);
    let alternatives = alternatives.map(|((alternative, &exact), &count)| BusShare {
        alternative,
        exact,
        drawn: count as f64 / draws,
        std_error: (exact * (1.0 - exact) / draws).sqrt(),
    });
    let variance = 1.0 / counts[0] as f64 + 1.0 / counts[1] as f64;
    let drawn = counts[0] as f64 / counts[1] as f64;
    let ratio = Ratio {
        exact: exact[0] / exact[1],
        drawn,
        std_error: drawn * variance.sqrt(),
    };
    Ok((alternatives.collect(), ratio, variance))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{RedBus, RedBusOptions, seed_of};
    use crate::ExperimentError;

    fn exact(shares: &[super::BusShare]) -> Vec<f64> {
        shares.iter().map(|share| share.exact).collect()
    }

    fn close(found: &[f64], expected: &[f64], tolerance: f64) {
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() < tolerance, "{found:?} for {expected:?}");
        }
        assert_eq!(found.len(), expected.len());
    }

    #[test]
    fn the_blue_bus_takes_a_third_or_half_of_the_red_one() {
        let found = RedBus::run(&RedBusOptions {
            dissimilarity: 1e-3,
            correlation: 0.999_999,
            ..RedBusOptions::default()
        })
        .unwrap();
        for scenario in &found.scenarios {
            close(&exact(&scenario.before), &[0.5, 0.5], 1e-12);
            // Five standard errors.
            for share in scenario.before.iter().chain(&scenario.after) {
                assert!(
                    (share.drawn - share.exact).abs() < 5.0 * share.std_error,
                    "{scenario:?}"
                );
            }
        }
        close(&exact(&found.scenarios[0].after), &[1.0 / 3.0; 3], 1e-15);
        // P(nest) = 2^λ / (1 + 2^λ), within λ/4 of the limit; √(1 − ρ) = 1e-3 away from it.
        close(&exact(&found.scenarios[1].after), &[0.5, 0.25, 0.25], 1e-3 / 4.0);
        close(&exact(&found.scenarios[2].after), &[0.5, 0.25, 0.25], 1e-3);
    }

    /// IIA at five standard deviations, for utilities that differ; nest and correlation break it.
    #[test]
    fn irrelevant_alternatives_are_so_for_gumbel_noise_alone() {
        let found = RedBus::run(&RedBusOptions {
            car: 0.6,
            temperature: 0.7,
            dissimilarity: 0.9,
            correlation: 0.3,
            ..RedBusOptions::default()
        })
        .unwrap();
        let [gumbel, nested, normal] = &found.scenarios[..] else {
            panic!("three scenarios")
        };
        assert!(gumbel.z.abs() < 5.0, "{gumbel:?}");
        assert!((gumbel.ratio_after.exact / gumbel.ratio_before.exact - 1.0).abs() < 1e-12);
        assert!((gumbel.ratio_before.exact - (0.6_f64 / 0.7).exp()).abs() < 1e-12);
        for other in [nested, normal] {
            assert!(other.z > 5.0, "{other:?}");
            assert!(other.ratio_after.exact > 1.01 * other.ratio_before.exact);
            for ratio in [other.ratio_before, other.ratio_after] {
                assert!((ratio.drawn - ratio.exact).abs() < 5.0 * ratio.std_error, "{other:?}");
            }
        }
    }

    /// z of IIA under Gumbel noise has variance 1: the mean of 100 squares is within 5 √(2/100) of it.
    #[test]
    fn the_standard_error_of_the_change_is_honest() {
        let squares = (0..100).map(|seed| {
            let options = RedBusOptions {
                draws: 5_000,
                seed: 1000 * seed,
                ..RedBusOptions::default()
            };
            RedBus::run(&options).unwrap().scenarios[0].z.powi(2)
        });
        let mean = squares.sum::<f64>() / 100.0;
        assert!((mean - 1.0).abs() < 5.0 * 0.02_f64.sqrt(), "{mean}");
    }

    /// Runs of one law, in one experiment and in neighbouring ones: equal counts would be the same draws.
    #[test]
    fn neighbouring_seeds_share_no_sample() {
        let drawn = |seed| {
            let options = RedBusOptions {
                seed,
                ..RedBusOptions::default()
            };
            // Before, both are Gumbel noise.
            let scenarios = RedBus::run(&options).unwrap().scenarios;
            [0, 1].map(|scenario| scenarios[scenario].before[0].drawn.to_bits())
        };
        let counts: HashSet<u64> = (40..43).flat_map(drawn).collect();
        assert_eq!(counts.len(), 6);
        let seeds: HashSet<u64> = (0..1000).flat_map(|s| (0..6).map(move |run| seed_of(s, run))).collect();
        assert_eq!(seeds.len(), 6000);
    }

    /// Almost certain alternatives: no probability above 1, whose standard error would be none.
    #[test]
    fn certain_alternatives_have_standard_errors() {
        for car in [-60.0, 60.0] {
            let options = RedBusOptions {
                car,
                draws: 1000,
                ..RedBusOptions::default()
            };
            for scenario in RedBus::run(&options).unwrap().scenarios {
                for share in scenario.before.iter().chain(&scenario.after) {
                    assert!(share.exact <= 1.0 && share.std_error >= 0.0, "{share:?}");
                }
            }
        }
    }

    #[test]
    fn parameters_out_of_range() {
        let found = RedBus::run(&RedBusOptions {
            dissimilarity: 1.5,
            ..RedBusOptions::default()
        });
        assert_eq!(found, Err(ExperimentError::Dissimilarity { dissimilarity: 1.5 }));
    }
}
