//! One resample: from the estimates of all data to its own.

use logsum_estimate::{
    Clustering, EstimateError, EvalError, LogLikelihood, Options, Stopped, expand, hessian_covariance, maximise,
    maximise_nearby, select,
};
use ndarray::{Array1, Array2};

use super::resample::multiplicities;
use super::{BootstrapError, BootstrapOptions, Replicate};
use crate::estimation::FitError;
use crate::fit::Fit;
use crate::model::{Model, Units};

/// Newton decrement that will do in a resample: a thirty-thousandth of a standard error.
const TOLERANCE: f64 = 1e-9;

/// The same where coefficients have kinks, at which scores jump.
const KINKED: f64 = 1e-6;

/// Iterations after which a resample has no maximum: all data had one, and it starts there.
const PATIENCE: usize = 50;

/// Part of the information of all data below which a resample says nothing.
const FADED: f64 = 1e-4;

/// What all resamples share.
pub(super) struct Sample<'m, 'data> {
    pub units: Units<'m, 'data>,
    pub groups: Clustering,
    theta: Vec<f64>,
    /// Whether each parameter is not fixed by the model, and whether it is estimated: not at a bound either.
    pub free: Vec<bool>,
    estimated: Vec<bool>,
    /// Influence of each group on the parameters that are not fixed, one group after another: (−H)⁻¹ s_g.
    pub influence: Vec<f64>,
    /// −H at the estimates, over those that are estimated.
    information: Array2<f64>,
    seed: u64,
}

impl<'m, 'data> Sample<'m, 'data> {
    /// Of a converged fit.
    pub fn new(model: &'m Model<'data>, fit: &Fit, options: &BootstrapOptions) -> Result<Self, FitError> {
        if options.replications < 2 {
            return Err(BootstrapError::Replications(options.replications).into());
        }
        if !fit.converged {
            return Err(BootstrapError::NotConverged.into());
        }
        let units = model.units_of(fit)?;
        let groups = match &options.cluster {
            Some(column) => model.clustering(column)?,
            None => model.decision_makers_of_units(),
        };
        if groups.n < 2 {
            return Err(BootstrapError::Groups { n: groups.n }.into());
        }
        let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
        let free: Vec<bool> = fit.parameters.iter().map(|parameter| !parameter.fixed).collect();
        let estimated: Vec<bool> = units.parameters().iter().map(|parameter| !parameter.fixed).collect();
        let rows = fit.covariance.hessian.as_ref().ok_or(BootstrapError::NoHessian)?;
        let bread = Array2::from_shape_fn((rows.len(), rows.len()), |(i, j)| rows[i][j]);
        let all = vec![true; free.len()];
        let bread_of_estimated = select(&expand(&bread, &free, &all), &estimated);
        let information = hessian_covariance(&-&bread_of_estimated, &vec![true; bread_of_estimated.nrows()]);
        let information = information.map_err(|_| BootstrapError::NoHessian)?;

        let k = theta.len();
        let mut scores = vec![0.0; groups.n * k];
        units.visit_scores(&theta, &mut |unit, score| {
            let group = groups.of_unit[unit] as usize;
            for (sum, part) in scores[group * k..(group + 1) * k].iter_mut().zip(score) {
                *sum += part;
            }
        })?;
        let mut influence = Vec::with_capacity(groups.n * bread.nrows());
        for score in scores.chunks_exact(k) {
            let score: Array1<f64> = score
                .iter()
                .zip(&free)
                .filter(|(_, free)| **free)
                .map(|(s, _)| *s)
                .collect();
            influence.extend(bread.dot(&score));
        }
        Ok(Sample {
            units,
            groups,
            theta,
            free,
            estimated,
            influence,
            information,
            seed: options.seed,
        })
    }

    /// Estimates with resample `number` in place of the data.
    ///
    /// It starts one step from the estimates θ̂ of all data, at θ̂ + Σ_g times_g (−H)⁻¹ s_g, which needs no evaluation; from
    /// there it takes a Hessian and a score or two. Where it takes more it starts again at θ̂, with all precautions.
    pub fn replicate(&self, number: usize) -> Result<Replicate, EvalError> {
        let times = multiplicities(self.seed, number, self.groups.n);
        let mut start = self.theta.clone();
        let width = self.free.iter().filter(|free| **free).count();
        let mut step = vec![0.0; width];
        for (influence, &times) in self.influence.chunks_exact(width.max(1)).zip(&times) {
            if times > 0 {
                for (sum, part) in step.iter_mut().zip(influence) {
                    *sum += f64::from(times) * part;
                }
            }
        }
        let moving = (0..start.len()).filter(|&k| self.free[k]).zip(&step);
        for (k, step) in moving.filter(|(k, _)| self.estimated[*k]) {
            start[k] += step;
        }
        let of_units = self
            .groups
            .of_unit
            .iter()
            .map(|&group| f64::from(times[group as usize]));
        let repeated = self.units.repeated(of_units.collect());
        let tolerance = if self.units.has_kinks() { KINKED } else { TOLERANCE };
        let options = Options {
            tolerance,
            polish: tolerance,
            max_iterations: PATIENCE,
            ..Options::default()
        };
        if let Some(theta) = maximise_nearby(&repeated, &start, &options)? {
            return Ok(self.estimates(&theta));
        }
        let maximum = match maximise(&repeated, &self.theta, &options, None) {
            Ok(maximum) => maximum,
            Err(EstimateError::InterruptedAtStart) => return Err(EvalError::Interrupted),
            Err(EstimateError::Failed { reason, .. } | EstimateError::FailedAtStart { reason }) => {
                return Err(EvalError::Failed(reason));
            }
            Err(_) => return Ok(Replicate::NotConverged),
        };
        match &maximum.convergence.stopped {
            Stopped::Interrupted { .. } => return Err(EvalError::Interrupted),
            Stopped::NotIdentified { .. } => return Ok(Replicate::NotIdentified),
            _ if !maximum.convergence.converged => return Ok(Replicate::NotConverged),
            _ => {}
        }
        // On the way to infinity the decrement becomes small too. What rests on a bound needs no information.
        let inside: Vec<bool> = (0..self.theta.len())
            .map(|k| self.estimated[k] && maximum.convergence.at_bound[k].is_none())
            .collect();
        let all = vec![true; self.theta.len()];
        let least = FADED * select(&expand(&self.information, &self.estimated, &all), &inside);
        let excess = select(&maximum.evaluation.hessian, &inside) + least;
        if hessian_covariance(&excess, &vec![true; excess.nrows()]).is_err() {
            return Ok(Replicate::NotIdentified);
        }
        Ok(self.estimates(&maximum.theta))
    }

    /// Signs that carry no meaning, as those of standard deviations, are what they are in the estimates of all data.
    fn estimates(&self, theta: &[f64]) -> Replicate {
        let specification = self.units.specification();
        let mut theta = theta.to_vec();
        specification.align_signs(&mut theta);
        // Numbers that are 0 show their turn too.
        let probe = self
            .theta
            .iter()
            .map(|value| if *value == 0.0 { f64::MIN_POSITIVE } else { *value });
        let probe: Vec<f64> = probe.collect();
        let mut turned = probe.clone();
        specification.align_signs(&mut turned);
        for ((value, before), after) in theta.iter_mut().zip(&probe).zip(&turned) {
            if before != after {
                *value = -*value;
            }
        }
        let free = theta.iter().zip(&self.free).filter(|(_, free)| **free);
        Replicate::Estimates(free.map(|(value, _)| *value).collect())
    }
}
