//! Intervals from the profile of the log-likelihood: what a likelihood-ratio test does not reject.

use ndarray::Array2;

use crate::error::EstimateError;
use crate::inference::normal_quantile;
use crate::likelihood::{EvalError, Evaluation, LogLikelihood, Order, Parameter};
use crate::maximise::maximise;
use crate::options::Options;

/// The equation of an end holds to so much, in twice the log-likelihood.
const EXACT: f64 = 1e-8;

/// What looks like a better maximum than that of the fit, in ln L.
const BETTER: f64 = 1e-6;

/// Times the half-width of the Wald interval beyond which no end is looked for.
const FARTHEST: f64 = 4096.0;

/// Points at which the profile is evaluated for one end.
const MOST: usize = 100;

/// A maximum of which profiles are taken.
#[derive(Clone, Copy, Debug)]
pub struct ProfileOf<'a> {
    /// Estimates, length K.
    pub theta: &'a [f64],
    /// ln L there.
    pub log_likelihood: f64,
    /// A covariance of the parameters that are not fixed, for first guesses; zero rows of those at a bound.
    pub covariance: &'a Array2<f64>,
    /// Level of the intervals.
    pub level: f64,
}

/// One side of an interval.
#[derive(Clone, Debug, PartialEq)]
pub enum ProfileEnd {
    /// Where the likelihood ratio reaches the quantile.
    Found(f64),
    /// It does not reach it before this bound of the parameter.
    Bound(f64),
    /// It does not reach it within so far.
    Unbounded {
        /// The farthest value that was tried.
        reached: f64,
    },
    /// It could not be told.
    Lost {
        /// Why, and where.
        reason: String,
    },
}

/// What a point of the profile says.
enum Point {
    /// 2 (ln L̂ − ln L_p), its derivative in the parameter, and the maximum there.
    Ratio(f64, f64, Vec<f64>),
    /// No likelihood there.
    Outside,
    Lost(String),
}

/// The profile-likelihood interval of parameter `k`,
///
/// ```text
/// {θ_k : 2 (ln L(θ̂) − ln L_p(θ_k)) ≤ χ²₁(level)},   ln L_p(θ_k) = max over all other parameters of ln L
/// ```
///
/// its lower and its upper end. Each is found from the Wald interval by steps of Newton on the signed root of the ratio,
/// kept between points on either side of it; dln L_p/dθ_k is the score of θ_k at the restricted maximum. Every one of these
/// starts near the one before. At an end the equation holds to 1e-8.
///
/// # Errors
/// [`EstimateError`] of the first maximisation that cannot be made at all (an evaluation that failed for good, an
/// interruption). What one end alone cannot have is [`ProfileEnd::Lost`].
///
/// # Source
/// Venzon and Moolgavkar (1988), *A method for computing profile-likelihood-based confidence intervals*, Applied Statistics
/// 37(1).
///
/// # Panics
/// If `k` is fixed, or has no variance.
pub fn profile_interval(
    likelihood: &dyn LogLikelihood,
    of: &ProfileOf<'_>,
    k: usize,
    options: &Options,
) -> Result<[ProfileEnd; 2], EstimateError> {
    let parameters = likelihood.parameters();
    let free: Vec<usize> = (0..parameters.len()).filter(|&i| !parameters[i].fixed).collect();
    let row = free.iter().position(|&i| i == k).expect("the parameter is free");
    let variance = of.covariance[[row, row]];
    assert!(variance > 0.0, "the parameter has a variance");
    // Where the others go as this one moves, to first order.
    let mut direction = vec![0.0; parameters.len()];
    for (column, &i) in free.iter().enumerate() {
        direction[i] = of.covariance[[row, column]] / variance;
    }
    let mut held = parameters.to_vec();
    held[k].fixed = true;
    let search = Search {
        held: Held {
            inner: likelihood,
            parameters: held,
        },
        of,
        k,
        direction,
        half_width: normal_quantile((1.0 + of.level) / 2.0) * variance.sqrt(),
        // What is left of the decrement is left of ln L.
        options: Options {
            polish: 1e-12,
            ..options.clone()
        },
    };
    Ok([search.end(-1.0)?, search.end(1.0)?])
}

/// A search for the ends of one interval.
struct Search<'a> {
    held: Held<'a>,
    of: &'a ProfileOf<'a>,
    k: usize,
    direction: Vec<f64>,
    half_width: f64,
    options: Options,
}

impl Search<'_> {
    /// The end on one side, which `sign` tells.
    fn end(&self, sign: f64) -> Result<ProfileEnd, EstimateError> {
        let parameter = &self.held.parameters[self.k];
        let estimate = self.of.theta[self.k];
        let root = normal_quantile((1.0 + self.of.level) / 2.0);
        let bound = if sign < 0.0 { parameter.lower } else { parameter.upper };
        let room = ((bound - estimate) * sign).max(0.0);
        // Distances: the quantile is not reached at `low`, and it is, or there is no likelihood, at `high`.
        let (mut low, mut high) = (0.0, None::<f64>);
        let mut from = (0.0, self.of.theta.to_vec());
        let mut distance = self.half_width.min(room);
        for _ in 0..MOST {
            let next = match self.at(sign, distance, &from)? {
                Point::Lost(reason) => return Ok(ProfileEnd::Lost { reason }),
                Point::Outside => {
                    high = Some(distance);
                    None
                }
                Point::Ratio(ratio, slope, theta) => {
                    if (ratio - root * root).abs() <= EXACT {
                        return Ok(ProfileEnd::Found(estimate + sign * distance));
                    }
                    from = (distance, theta);
                    if ratio < root * root {
                        low = distance;
                    } else {
                        high = Some(distance);
                    }
                    if high.is_none() && distance >= room {
                        return Ok(ProfileEnd::Bound(bound));
                    }
                    // Newton on the root of the ratio, which is nearly linear: r′ = ratio′ / 2r.
                    let r = ratio.max(0.0).sqrt();
                    let next = distance + (root - r) * 2.0 * r / (sign * slope);
                    next.is_finite().then_some(next)
                }
            };
            if high.is_none() && low >= FARTHEST * self.half_width {
                return Ok(ProfileEnd::Unbounded {
                    reached: estimate + sign * low,
                });
            }
            distance = match (next, high) {
                (Some(next), Some(high)) if next > low && next < high => next,
                (_, Some(high)) => {
                    if high - low <= 4.0 * f64::EPSILON * (estimate.abs() + high) {
                        let reason = format!(
                            "the profile jumps near {}, or the log-likelihood is not defined beyond",
                            estimate + sign * low
                        );
                        return Ok(ProfileEnd::Lost { reason });
                    }
                    low + (high - low) / 2.0
                }
                // Farther out, but not too far at once.
                (Some(next), None) if next > low => next.min(4.0 * low),
                (_, None) => 2.0 * low,
            }
            .min(room);
        }
        let reason = format!("no end in {MOST} steps; the nearest was {}", estimate + sign * distance);
        Ok(ProfileEnd::Lost { reason })
    }

    /// The profile at that distance; `from` is a distance with its restricted maximum.
    fn at(&self, sign: f64, distance: f64, from: &(f64, Vec<f64>)) -> Result<Point, EstimateError> {
        let value = self.of.theta[self.k] + sign * distance;
        let moved = sign * (distance - from.0);
        let mut start = from.1.clone();
        for ((start, slope), parameter) in start.iter_mut().zip(&self.direction).zip(&self.held.parameters) {
            if !parameter.fixed {
                *start = (*start + moved * slope).clamp(parameter.lower, parameter.upper);
            }
        }
        start[self.k] = value;
        let mut found = maximise(&self.held, &start, &self.options, None);
        if matches!(found, Err(EstimateError::StartOutside { .. })) {
            // The others may have left the domain, not this one.
            start.clone_from(&from.1);
            start[self.k] = value;
            found = maximise(&self.held, &start, &self.options, None);
        }
        let maximum = match found {
            Ok(maximum) => maximum,
            Err(EstimateError::StartOutside { .. }) => return Ok(Point::Outside),
            Err(error) => return Err(error),
        };
        if !maximum.convergence.converged {
            if matches!(maximum.convergence.stopped, crate::Stopped::Interrupted { .. }) {
                return Err(EstimateError::InterruptedAtStart);
            }
            return Ok(Point::Lost(format!(
                "the other parameters did not converge at {value}: {}",
                maximum.convergence.stopped
            )));
        }
        let gain = maximum.evaluation.log_likelihood - self.of.log_likelihood;
        if gain > BETTER {
            return Ok(Point::Lost(format!(
                "the log-likelihood is higher by {gain:.3e} at {value}: the estimates are not the maximum; estimate again \
                 from there"
            )));
        }
        let slope = -2.0 * maximum.evaluation.score[self.k];
        Ok(Point::Ratio(-2.0 * gain, slope, maximum.theta))
    }
}

/// A log-likelihood with other parameters held.
struct Held<'a> {
    inner: &'a dyn LogLikelihood,
    parameters: Vec<Parameter>,
}

impl LogLikelihood for Held<'_> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        self.inner.evaluate(theta, order)
    }

    fn n_units(&self) -> usize {
        self.inner.n_units()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        self.inner.visit_scores(theta, visit)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, array};

    use super::*;
    use crate::test_models::{Logistic, Smooth, quadratic};
    use crate::{hessian_covariance, maximise};

    const QUANTILE: f64 = 3.841_458_820_694_124;

    fn interval(likelihood: &dyn LogLikelihood, start: &[f64], k: usize) -> [ProfileEnd; 2] {
        let maximum = maximise(likelihood, start, &Options::default(), None).unwrap();
        let free: Vec<bool> = likelihood
            .parameters()
            .iter()
            .map(|parameter| !parameter.fixed)
            .collect();
        let covariance = hessian_covariance(&maximum.evaluation.hessian, &free).unwrap();
        let of = ProfileOf {
            theta: &maximum.theta,
            log_likelihood: maximum.evaluation.log_likelihood,
            covariance: &covariance,
            level: 0.95,
        };
        profile_interval(likelihood, &of, k, &Options::default()).unwrap()
    }

    #[test]
    fn of_a_quadratic_it_is_the_wald_interval() {
        let matrix = array![[4.0, 1.0], [1.0, 2.0]];
        let [low, high] = interval(&quadratic(matrix, vec![1.0, 2.0]), &[0.0, 0.0], 0);
        // The variance is 2/7.
        let half = (QUANTILE * 2.0 / 7.0).sqrt();
        let (ProfileEnd::Found(low), ProfileEnd::Found(high)) = (low, high) else {
            panic!("no ends")
        };
        assert!((low - 1.0 + half).abs() < 1e-7 && (high - 1.0 - half).abs() < 1e-7);
    }

    #[test]
    fn the_ends_satisfy_their_equation() {
        let logistic = Logistic::simulated(60, 3);
        let top = maximise(&logistic, &[0.0; 3], &Options::default(), None).unwrap();
        for k in 0..3 {
            for end in interval(&logistic, &[0.0; 3], k) {
                let ProfileEnd::Found(end) = end else { panic!("{end:?}") };
                let mut held = Logistic::simulated(60, 3);
                held.parameters[k].fixed = true;
                let mut start = [0.0; 3];
                start[k] = end;
                let restricted = maximise(&held, &start, &Options::default(), None).unwrap();
                let ratio = 2.0 * (top.evaluation.log_likelihood - restricted.evaluation.log_likelihood);
                assert!((ratio - QUANTILE).abs() < 1e-7, "absolute: {ratio}");
            }
        }
    }

    #[test]
    fn bounds_end_it() {
        let mut logistic = Logistic::simulated(60, 3);
        let top = maximise(&logistic, &[0.0; 3], &Options::default(), None).unwrap();
        logistic.parameters[1].upper = top.theta[1] + 0.01;
        let [low, high] = interval(&logistic, &[0.0; 3], 1);
        assert!(matches!(low, ProfileEnd::Found(_)));
        assert_eq!(high, ProfileEnd::Bound(logistic.parameters[1].upper));
    }

    /// ln L = −1.5 (θ² / (1 + θ²)): it never falls by more than 1.5.
    #[test]
    fn a_side_without_end_says_so() {
        let flat = Smooth::new(1, |theta: &[f64]| {
            let x = theta[0];
            let s = 1.0 + x * x;
            Ok((
                -1.5 * x * x / s - 10.0,
                Array1::from(vec![-3.0 * x / (s * s)]),
                array![[-3.0 * (1.0 - 3.0 * x * x) / (s * s * s)]],
            ))
        });
        for end in interval(&flat, &[0.1], 0) {
            assert!(matches!(end, ProfileEnd::Unbounded { .. }), "{end:?}");
        }
    }

    /// ln θ − θ is not defined below 0, and falls there without limit.
    #[test]
    fn a_domain_does_not_stop_it() {
        let gamma = Smooth::new(1, |theta: &[f64]| {
            let x = theta[0];
            if x <= 0.0 {
                return Err(EvalError::Outside {
                    reason: "not positive".to_owned(),
                });
            }
            Ok((x.ln() - x, Array1::from(vec![1.0 / x - 1.0]), array![[-1.0 / (x * x)]]))
        });
        let [low, high] = interval(&gamma, &[0.5], 0);
        for end in [low, high] {
            let ProfileEnd::Found(end) = end else { panic!("{end:?}") };
            let ratio: f64 = 2.0 * (-1.0 - end.ln() + end);
            assert!((ratio - QUANTILE).abs() < 1e-7);
        }
    }
}
