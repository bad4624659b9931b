//! How fast drawn frequencies come to the probabilities: as the inverse square root of the number of draws.

use logsum_draws::Seed;
use logsum_estimate::two_sided_p_value;
use rand::Rng;
use serde::Serialize;

use crate::exact::softmax;
use crate::{Experiment, ExperimentError};

/// Numbers of draws to compare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvergenceOptions {
    /// Smallest number of draws.
    pub from: u64,
    /// Largest number of draws.
    pub to: u64,
    /// Numbers per factor of ten, equally far apart in logarithm.
    pub per_decade: u32,
    /// Independent samples of each size.
    pub replications: u32,
}

impl Default for ConvergenceOptions {
    fn default() -> Self {
        ConvergenceOptions {
            from: 100,
            to: 1_000_000,
            per_decade: 4,
            replications: 16,
        }
    }
}

/// Error of the frequencies against softmax, by number of draws.
///
/// ```text
/// error²   = mean over samples of (1/J) Σ_j (p̂_j − p_j)²
/// expected = √(Σ_j p_j (1 − p_j) / (J R))
/// ```
///
/// Every sample of every size has draws of its own (not longer and longer parts of one sequence, whose errors would
/// follow each other), so the points are independent and the slope's standard error means what it says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Convergence {
    /// By number of draws, ascending.
    pub points: Vec<ConvergencePoint>,
    /// Independent samples behind each point.
    pub replications: u32,
    /// Slope of ln error over ln draws, by least squares; absent with fewer than two points of positive error.
    pub slope: Option<f64>,
    /// Standard error that the slope has if the errors are the binomial ones.
    pub slope_std_error: Option<f64>,
}

/// One number of draws.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ConvergencePoint {
    /// R.
    pub draws: u64,
    /// Root mean square error over alternatives and samples.
    pub rms_error: f64,
    /// What it is on average (in squares) if the probabilities are right.
    pub expected: f64,
}

/// Why there is no convergence to show.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvergenceError {
    /// An experiment that cannot be run.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// Sizes that cannot be followed.
    #[error("numbers of draws from {from} to {to}: use a positive number and a larger one, 100 and 1000000, say")]
    Range {
        /// Smallest.
        from: u64,
        /// Largest.
        to: u64,
    },
    /// No points, or no samples.
    #[error("{per_decade} numbers of draws per factor of ten, {replications} samples of each; use at least 1 of both")]
    Nothing {
        /// Numbers per factor of ten.
        per_decade: u32,
        /// Samples of each.
        replications: u32,
    },
}

impl Convergence {
    /// Whether the slope tells at this level that the error does not fall as 1/√R, a slope of −½; not where there is none.
    pub fn rejects_rate(&self, level: f64) -> bool {
        match (self.slope, self.slope_std_error) {
            (Some(slope), Some(error)) => two_sided_p_value((slope + 0.5) / error) < level,
            _ => false,
        }
    }

    /// Runs the experiment with each number of draws, several times; its own `draws` and `top` are not used.
    ///
    /// # Errors
    /// Options that give nothing to run, and what [`Experiment::check`] finds.
    pub fn measure(experiment: &Experiment, options: &ConvergenceOptions) -> Result<Convergence, ConvergenceError> {
        let ConvergenceOptions {
            from,
            to,
            per_decade,
            replications,
        } = *options;
        if from == 0 || to <= from {
            return Err(ConvergenceError::Range { from, to });
        }
        if per_decade == 0 || replications == 0 {
            return Err(ConvergenceError::Nothing {
                per_decade,
                replications,
            });
        }
        let p = softmax(&experiment.utilities, experiment.temperature);
        let alternatives = p.len() as f64;
        let spread = p.iter().map(|p| p * (1.0 - p)).sum::<f64>();

        let mut seeds = Seed::new(experiment.seed).split(0).stream(0);
        let mut points = Vec::new();
        for draws in sizes(from, to, per_decade) {
            let mut squares = 0.0;
            for _ in 0..replications {
                let tally = Experiment {
                    draws,
                    seed: seeds.next_u64(),
                    top: 0,
                    ..experiment.clone()
                }
                .run()?;
                let errors = tally.counts.iter().zip(&p);
                let errors = errors.map(|(&count, p)| (count as f64 / draws as f64 - p).powi(2));
                squares += errors.sum::<f64>() / alternatives;
            }
            points.push(ConvergencePoint {
                draws,
                rms_error: (squares / f64::from(replications)).sqrt(),
                expected: (spread / (alternatives * draws as f64)).sqrt(),
            });
        }
        let fitted = slope(&points, &p, replications);
        Ok(Convergence {
            points,
            replications,
            slope: fitted.map(|(slope, _)| slope),
            slope_std_error: fitted.map(|(_, std_error)| std_error),
        })
    }
}

/// Equally far apart in logarithm, both ends included, none twice.
fn sizes(from: u64, to: u64, per_decade: u32) -> Vec<u64> {
    let steps = ((to as f64 / from as f64).log10() * f64::from(per_decade))
        .round()
        .max(1.0);
    let ratio = (to as f64 / from as f64).ln();
    let size = |step: u32| (from as f64 * (ratio * f64::from(step) / steps).exp()).round() as u64;
    let mut sizes: Vec<u64> = (0..=steps as u32).map(|step| size(step).clamp(from, to)).collect();
    sizes.dedup();
    sizes
}

/// Least squares in logarithms, and the standard error by the variance of a sum of squared multinomial errors.
///
/// ```text
/// Var ln error ≈ ½ tr Σ² / (tr Σ)² / samples        Σ = diag(p) − p p′
/// ```
fn slope(points: &[ConvergencePoint], p: &[f64], replications: u32) -> Option<(f64, f64)> {
    let logs: Vec<(f64, f64)> = points
        .iter()
        .filter(|point| point.rms_error > 0.0)
        .map(|point| ((point.draws as f64).ln(), point.rms_error.ln()))
        .collect();
    let n = logs.len() as f64;
    let mean = logs
        .iter()
        .fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x / n, sum.1 + y / n));
    let (mut xx, mut xy) = (0.0, 0.0);
    for (x, y) in &logs {
        xx += (x - mean.0).powi(2);
        xy += (x - mean.0) * (y - mean.1);
    }
    let power = |k: i32| p.iter().map(|p| p.powi(k)).sum::<f64>();
    let trace = p.iter().map(|p| p * (1.0 - p)).sum::<f64>();
    let trace_of_square = power(2) - 2.0 * power(3) + power(2).powi(2);
    let variance = 0.5 * trace_of_square / (trace * trace) / f64::from(replications);
    (logs.len() >= 2 && xx > 0.0).then(|| (xy / xx, (variance / xx).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::{Convergence, ConvergenceError, ConvergenceOptions, sizes};
    use crate::{Experiment, Noise};

    fn experiment(noise: Noise) -> Experiment {
        Experiment {
            utilities: vec![1.0, 0.5, 0.0, -1.0],
            temperature: 1.0,
            noise,
            draws: 1,
            seed: 5,
            top: 0,
        }
    }

    fn options() -> ConvergenceOptions {
        ConvergenceOptions {
            to: 100_000,
            ..ConvergenceOptions::default()
        }
    }

    /// Within five standard errors of −½; exponential noise comes to rest at the distance of its own probabilities.
    #[test]
    fn the_error_falls_as_the_square_root() {
        let found = Convergence::measure(&experiment(Noise::Gumbel), &options()).unwrap();
        let (slope, error) = (found.slope.unwrap(), found.slope_std_error.unwrap());
        assert!(error < 0.03, "{error}");
        assert!((slope + 0.5).abs() < 5.0 * error, "{slope} ± {error}");
        // Four degrees of freedom or so in each of 16 samples: ln error is within 0.1 or so.
        for point in &found.points {
            assert!((point.rms_error / point.expected).ln().abs() < 0.5, "{point:?}");
        }
        let found = Convergence::measure(&experiment(Noise::Exponential), &options()).unwrap();
        assert!((found.slope.unwrap() + 0.5).abs() > 5.0 * error, "{:?}", found.slope);
    }

    /// The slope's standard error is its standard deviation over repetitions: 40 of them, within 5 √(1/80).
    #[test]
    fn the_standard_error_is_honest() {
        let options = ConvergenceOptions {
            to: 3_000,
            ..ConvergenceOptions::default()
        };
        let mut squares = 0.0;
        for seed in 0..40 {
            let run = Experiment {
                seed,
                ..experiment(Noise::Gumbel)
            };
            let found = Convergence::measure(&run, &options).unwrap();
            squares += ((found.slope.unwrap() + 0.5) / found.slope_std_error.unwrap()).powi(2) / 40.0;
        }
        assert!(
            (squares.sqrt() - 1.0).abs() < 5.0 * (1.0_f64 / 80.0).sqrt(),
            "{squares}"
        );
    }

    #[test]
    fn a_certain_choice_has_no_slope() {
        let certain = Experiment {
            utilities: vec![1e4, 0.0],
            ..experiment(Noise::Gumbel)
        };
        let found = Convergence::measure(&certain, &options()).unwrap();
        assert_eq!((found.slope, found.points[0].rms_error), (None, 0.0));
    }

    #[test]
    fn sizes_by_hand() {
        assert_eq!(sizes(100, 1000, 2), [100, 316, 1000]);
        assert_eq!(sizes(100, 10_000, 1), [100, 1000, 10_000]);
        assert_eq!(sizes(1, 3, 10), [1, 2, 3]);
        assert_eq!(sizes(10, 11, 1), [10, 11]);
    }

    #[test]
    fn errors_say_what_to_do() {
        let message = |options: ConvergenceOptions| {
            let found = Convergence::measure(&experiment(Noise::Gumbel), &options);
            found.expect_err("options that cannot be followed").to_string()
        };
        assert_eq!(
            message(ConvergenceOptions { from: 0, ..options() }),
            "numbers of draws from 0 to 100000: use a positive number and a larger one, 100 and 1000000, say"
        );
        assert_eq!(
            message(ConvergenceOptions {
                replications: 0,
                ..options()
            }),
            "4 numbers of draws per factor of ten, 0 samples of each; use at least 1 of both"
        );
        let empty = Experiment {
            utilities: vec![],
            ..experiment(Noise::Gumbel)
        };
        let found = Convergence::measure(&empty, &options());
        assert!(matches!(found, Err(ConvergenceError::Experiment(_))));
    }
}
