//! Where an estimation with random tastes begins.

use logsum_draws::{Seed, normal_quantile};
use logsum_estimate::{EstimateError, LogLikelihood, Maximum, Options, Parameter, maximise};

use super::COARSE;
use crate::draws_report::StartsReport;
use crate::estimation::{FitError, FitOptions};
use crate::mixing::{SECOND_START, TasteDistribution, cholesky_name, second_name};
use crate::model::{DrawSet, Middle, Mixture, Model, Simulated};

/// Iterations of the logit whose estimates are the start. More mean that it has none: a lognormal coefficient with the
/// wrong sign, say.
const PATIENCE: usize = 25;

/// Branch of the seed that starting points are drawn from.
const STARTS: u64 = 3;

impl Model<'_> {
    /// Whether the starting values say nothing: those of all parameters of the logit are 0.
    pub(super) fn starts_anywhere(&self, start: &[f64]) -> bool {
        let middle = Middle::new(self);
        let mut free = middle
            .parameters()
            .iter()
            .zip(start)
            .filter(|(parameter, _)| !parameter.fixed);
        free.all(|(_, start)| *start == 0.0)
    }

    /// The estimates of the logit in the middle of tastes, and second estimates to match.
    pub(super) fn logit_estimates(&self, start: &[f64], optimiser: &Options) -> Vec<f64> {
        let middle = Middle::new(self);
        let options = Options {
            max_iterations: PATIENCE.min(optimiser.max_iterations),
            tolerance: 1e-4,
            polish: 1e-4,
            ..optimiser.clone()
        };
        let Ok(maximum) = maximise(&middle, start, &options, None) else {
            return start.to_vec();
        };
        let mut theta = maximum.theta.clone();
        if !maximum.convergence.converged {
            // What is on its way to infinity is no place to start.
            for (value, start) in theta.iter_mut().zip(start) {
                if (*value - start).abs() > 0.3 * PATIENCE as f64 {
                    *value = *start;
                }
            }
        }
        self.scale_to_errors(&mut theta);
        self.match_seconds(&mut theta, &maximum);
        theta
    }

    /// Turns logit coefficients into those of normal errors: differences of Gumbel errors have variance π²/3.
    fn scale_to_errors(&self, theta: &mut [f64]) {
        let Some(variance) = self.first_difference(theta).filter(|variance| *variance > 0.0) else {
            return;
        };
        let scale = (3.0 * variance).sqrt() / std::f64::consts::PI;
        for (k, is_linear) in self.linear_parameters().into_iter().enumerate() {
            let parameter = &self.parameters()[k];
            if is_linear && !parameter.fixed {
                theta[k] = (scale * theta[k]).clamp(parameter.lower, parameter.upper);
            }
        }
    }

    /// Second estimates that nobody has chosen a start for: half the size of the mean, or what the logit leaves in doubt
    /// of it if that is more.
    fn match_seconds(&self, theta: &mut [f64], logit: &Maximum) {
        let Some(mixing) = self.mixing() else { return };
        let parameters = self.parameters();
        let symbols = self.symbols();
        let at = |symbol: &str| symbols.iter().position(|known| known == symbol);
        for random in &mixing.random {
            let TasteDistribution::Named {
                shape,
                start: None,
                second: None,
                ..
            } = &random.distribution
            else {
                continue;
            };
            let name = match mixing.group_of(&random.symbol) {
                Some(_) => cholesky_name(&random.symbol, &random.symbol),
                None => second_name(&random.symbol, *shape),
            };
            let (Some(k), Some(second)) = (at(&random.symbol), at(&name)) else {
                continue;
            };
            if parameters[second].fixed || (theta[second] != SECOND_START && theta[second] != 0.0) {
                continue;
            }
            let curvature = logit.evaluation.hessian[[k, k]].abs();
            let doubt = if curvature > 0.0 { 1.0 / curvature.sqrt() } else { 0.0 };
            let size = match shape.is_of_the_logarithm() {
                true => 0.5,
                false => (0.5 * theta[k].abs()).max(2.0 * doubt),
            };
            if size > 0.0 && size.is_finite() {
                theta[second] = size.clamp(parameters[second].lower, parameters[second].upper);
            }
        }
    }

    /// Moves second estimates that start at 0, where by symmetry the score hardly tells which way to go.
    pub(super) fn leave_saddles(&self, theta: &mut [f64]) {
        let Some(mixing) = self.mixing() else { return };
        let symbols = self.symbols();
        let seconds = mixing.random.iter().filter_map(|random| {
            Some(match mixing.group_of(&random.symbol) {
                Some(_) => cholesky_name(&random.symbol, &random.symbol),
                None => second_name(&random.symbol, random.shape()?),
            })
        });
        let tau = mixing.scale.iter().map(|scale| scale.tau.source().to_owned());
        for name in seconds.chain(tau) {
            let Some(k) = symbols.iter().position(|known| *known == name) else {
                continue;
            };
            let parameter = &self.parameters()[k];
            if theta[k] == 0.0 && !parameter.fixed {
                theta[k] = SECOND_START.clamp(parameter.lower, parameter.upper);
            }
        }
    }

    /// The best of several points after an estimation with few draws, with what each has led to.
    pub(super) fn best_start(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        theta: &[f64],
        options: &FitOptions,
    ) -> Result<(Vec<f64>, StartsReport), FitError> {
        let simulated = Simulated {
            model: self,
            mixture,
            draws,
        };
        let coarse = Options {
            tolerance: COARSE,
            polish: COARSE,
            max_iterations: 50,
            ..options.optimiser.clone()
        };
        let mut found: Vec<(f64, Vec<f64>)> = Vec::new();
        let seed = Seed::new(mixture.plan.seed).split(STARTS);
        for number in 0..options.starts {
            let mut stream = seed.stream(number as u64);
            let moved = |(value, parameter): (&f64, &Parameter)| {
                let draw = normal_quantile(stream.open01());
                if number == 0 || parameter.fixed {
                    return *value;
                }
                // As far as the size of the coefficient, its sign left to the data.
                (value + draw * value.abs().max(SECOND_START)).clamp(parameter.lower, parameter.upper)
            };
            let begin: Vec<f64> = theta.iter().zip(self.parameters()).map(moved).collect();
            match maximise(&simulated, &begin, &coarse, None) {
                Ok(maximum) => found.push((maximum.evaluation.log_likelihood, maximum.theta)),
                Err(EstimateError::InterruptedAtStart) => break,
                Err(_) => {}
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let report = StartsReport {
            number: options.starts,
            draws: draws.between.number(),
            log_likelihoods: found.iter().map(|(value, _)| *value).collect(),
        };
        let best = found
            .into_iter()
            .next()
            .map_or_else(|| theta.to_vec(), |(_, theta)| theta);
        Ok((best, report))
    }
}
