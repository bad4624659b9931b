//! Estimation from several starting points: which optima there are, and how often each is reached.

use logsum_draws::{Seed, Stream, normal_quantile};
use logsum_estimate::{LogLikelihood, Maximum, Options, Order, Stopped, maximise};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::Model;

/// Seed of the starting points.
const SEED: u64 = 1;

/// Distance of a starting point from the usual one: so many times the size of a coefficient, or this if it is larger.
const LEAST: f64 = 0.5;

/// Points that are drawn until the log-likelihood is defined at one.
const TRIES: usize = 50;

/// ln L, relative to its size, within which two optima are one.
const SAME: f64 = 1e-7;

/// Optima that estimations from several points have led to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OptimaReport {
    /// Points.
    pub starts: usize,
    /// The best first, which is the one that is reported.
    pub optima: Vec<Optimum>,
    /// Points that led nowhere.
    pub lost: usize,
}

/// A point at which an estimation has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Optimum {
    /// ln L there.
    pub log_likelihood: f64,
    /// How many estimations ended there.
    pub reached: usize,
    /// Whether a criterion of convergence was met.
    pub converged: bool,
    /// The estimates, in the order of the parameters.
    pub estimates: Vec<f64>,
}

impl Model<'_> {
    /// Estimates from `n` points, the first of them `usual`, the others around it. Gives the best point, and the report.
    ///
    /// Results do not depend on threads: points come from a seed, each from a stream of its own.
    pub(crate) fn optima_around(&self, usual: &[f64], n: usize, options: &Options) -> (Vec<f64>, OptimaReport) {
        let found: Vec<Option<Maximum>> = (0..n)
            .into_par_iter()
            .map(|number| {
                let start = match number {
                    0 => usual.to_vec(),
                    _ => self.point_around(usual, &mut Seed::new(SEED).stream(number as u64))?,
                };
                maximise(self, &start, options, None).ok()
            })
            .collect();
        let mut report = OptimaReport {
            starts: n,
            ..OptimaReport::default()
        };
        for maximum in found {
            let ended = |maximum: &Maximum| !matches!(maximum.convergence.stopped, Stopped::Interrupted { .. });
            match maximum.filter(ended) {
                Some(maximum) => report.add(&maximum),
                None => report.lost += 1,
            }
        }
        let order = |a: &Optimum, b: &Optimum| {
            let by_value = b.log_likelihood.total_cmp(&a.log_likelihood);
            b.converged.cmp(&a.converged).then(by_value)
        };
        report.optima.sort_by(order);
        let best = report.optima.first();
        (
            best.map_or_else(|| usual.to_vec(), |best| best.estimates.clone()),
            report,
        )
    }

    /// A point at which the log-likelihood is defined, if one is found.
    fn point_around(&self, usual: &[f64], stream: &mut Stream) -> Option<Vec<f64>> {
        (0..TRIES).find_map(|_| {
            let moved = usual.iter().zip(self.parameters()).map(|(value, parameter)| {
                let (uniform, normal) = (stream.open01(), normal_quantile(stream.open01()));
                if parameter.fixed {
                    return *value;
                }
                if parameter.lower.is_finite() && parameter.upper.is_finite() {
                    return parameter.lower + uniform * (parameter.upper - parameter.lower);
                }
                (value + normal * value.abs().max(LEAST)).clamp(parameter.lower, parameter.upper)
            });
            let point: Vec<f64> = moved.collect();
            self.evaluate(&point, Order::Value).ok().map(|_| point)
        })
    }
}

impl OptimaReport {
    fn add(&mut self, maximum: &Maximum) {
        let log_likelihood = maximum.evaluation.log_likelihood;
        let converged = maximum.convergence.converged;
        let near = |optimum: &&mut Optimum| {
            optimum.converged == converged
                && (optimum.log_likelihood - log_likelihood).abs() <= SAME * log_likelihood.abs().max(1.0)
        };
        match self.optima.iter_mut().find(near) {
            Some(known) => known.reached += 1,
            None => self.optima.push(Optimum {
                log_likelihood,
                reached: 1,
                converged,
                estimates: maximum.theta.clone(),
            }),
        }
    }
}
