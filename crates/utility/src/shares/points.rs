//! Where shares are looked at for their intervals: beside the estimates, or at draws of them.

use logsum_estimate::Parameter;

use super::Share;
use crate::applied::{Step, drawn_estimates, quantile, std_errors, steps, theta};
use crate::fit::Fit;

/// How the interval of a share is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareInterval {
    /// Linear in the estimates, on the scale of ln odds so that it stays between 0 and 1.
    Delta,
    /// Quantiles of the shares at draws from the distribution of the estimates (Krinsky and Robb 1986).
    Simulated {
        /// Number of draws.
        draws: usize,
        /// Their seed.
        seed: u64,
    },
    /// Quantiles of the shares at the estimates of the resamples of the fit's bootstrap.
    Bootstrap,
}

/// The parameters at which shares are wanted besides the estimates.
#[derive(Clone, Debug)]
pub(super) enum Points {
    /// Both ends of a step along each parameter.
    Steps(Vec<Option<Step>>),
    Draws(Vec<Vec<f64>>),
}

impl Points {
    pub fn new(fit: &Fit, parameters: &[Parameter], interval: ShareInterval) -> Self {
        match interval {
            ShareInterval::Bootstrap => Points::Draws(resampled(fit)),
            _ if fit.chosen_covariance().is_none() => Points::Draws(Vec::new()),
            ShareInterval::Delta => Points::Steps(steps(fit, parameters)),
            ShareInterval::Simulated { draws, seed } => Points::Draws(drawn_estimates(fit, parameters, draws, seed)),
        }
    }

    /// The estimates, then the others.
    pub fn all(&self, fit: &Fit) -> Vec<Vec<f64>> {
        let mut all = vec![theta(fit)];
        match self {
            Points::Steps(steps) => {
                for step in steps.iter().flatten() {
                    all.extend([step.high.clone(), step.low.clone()]);
                }
            }
            Points::Draws(draws) => all.extend_from_slice(draws),
        }
        all
    }

    /// Shares with their intervals from the shares at all points, in that order; `None` at draws that led nowhere.
    pub fn shares(&self, fit: &Fit, at: &[Option<Vec<f64>>]) -> Vec<Share> {
        let Some((Some(estimates), others)) = at.split_first() else {
            return Vec::new();
        };
        let n = estimates.len();
        match self {
            Points::Steps(steps) => {
                let mut ends = others.iter().flatten();
                let row = |step: &Option<Step>| match step {
                    None => vec![0.0; n],
                    Some(step) => {
                        let (upper, lower) = (ends.next(), ends.next());
                        step.slopes(upper.expect("both ends were looked at"), lower.expect("both ends"))
                    }
                };
                let jacobian: Vec<Vec<f64>> = steps.iter().map(row).collect();
                let errors = std_errors(fit, &jacobian, n);
                let share = |(share, error): (&f64, Option<f64>)| Share::new(*share, error, fit.confidence);
                estimates.iter().zip(errors).map(share).collect()
            }
            Points::Draws(_) => {
                let share = |(j, &share): (usize, &f64)| {
                    let drawn = others.iter().flatten().map(|shares| shares[j]);
                    simulated(share, drawn.collect(), fit.confidence)
                };
                estimates.iter().enumerate().map(share).collect()
            }
        }
    }
}

/// The estimates of the resamples; none without a bootstrap.
fn resampled(fit: &Fit) -> Vec<Vec<f64>> {
    let free: Vec<usize> = (0..fit.parameters.len())
        .filter(|&k| !fit.parameters[k].fixed)
        .collect();
    let at = |estimates: &Vec<f64>| {
        let mut theta = theta(fit);
        free.iter()
            .zip(estimates)
            .for_each(|(&k, estimate)| theta[k] = *estimate);
        theta
    };
    let bootstrap = fit.bootstrap.iter().flat_map(|bootstrap| &bootstrap.estimates);
    bootstrap.map(at).collect()
}

/// A share with the standard deviation and the quantiles of its draws.
fn simulated(share: f64, mut drawn: Vec<f64>, confidence: f64) -> Share {
    let n = drawn.len() as f64;
    let mean = drawn.iter().sum::<f64>() / n;
    let squares: f64 = drawn.iter().map(|of| (of - mean) * (of - mean)).sum();
    drawn.sort_by(f64::total_cmp);
    let tail = 0.5 * (1.0 - confidence);
    Share {
        share,
        std_error: (drawn.len() > 1).then(|| (squares / (n - 1.0)).sqrt()),
        conf_low: quantile(&drawn, tail),
        conf_high: quantile(&drawn, 1.0 - tail),
    }
}
