//! How far the results of a simulated likelihood can be trusted: randomness of the draws, directions without information.

use logsum_estimate::{LogLikelihood, Maximum, NULL_SPACE_TOLERANCE, Order, hessian_covariance, null_space, select};
use ndarray::Array1;

use crate::draws_report::SimulationError;
use crate::estimation::FitError;
use crate::fit::Fit;
use crate::mixing::{DrawMethod, Shape};
use crate::model::{DrawSet, Mixture, Model};

/// Simulation error, as a part of the standard error, from which on there is a warning.
const NOISY: f64 = 0.25;

/// Eigenvalue of −H, scaled to unit diagonal, below which the data say next to nothing.
const FAINT: f64 = 1e-6;

/// Standard error of the location of a logarithm from which on it says nothing.
const FAR: f64 = 3.0;

impl Model<'_> {
    /// How far other draws of the kind would move the results; none where draws are not random.
    pub(super) fn simulation_error(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        maximum: &Maximum,
        replications: usize,
    ) -> Result<Option<SimulationError>, FitError> {
        let inside = self.inside(maximum);
        let Ok(covariance) = hessian_covariance(&maximum.evaluation.hessian, &inside) else {
            return Ok(None);
        };
        let mut values = Vec::new();
        let mut steps = Vec::new();
        for replication in 0..replications {
            let Some(other) = draws.randomised(replication as u64) else {
                return Ok(None);
            };
            let evaluation = self.simulated(mixture, &other, &maximum.theta, Order::Score)?;
            let score: Vec<f64> = evaluation
                .score
                .iter()
                .zip(&inside)
                .filter(|(_, inside)| **inside)
                .map(|(score, _)| *score)
                .collect();
            let score = Array1::from(score);
            let step = covariance.dot(&score);
            // With other draws the maximum is elsewhere, and higher than here by half the Newton decrement.
            values.push(evaluation.log_likelihood + 0.5 * score.dot(&step));
            steps.push(step);
        }
        let deviations: Vec<f64> = (0..covariance.nrows())
            .map(|at| deviation(&steps.iter().map(|step| step[at]).collect::<Vec<f64>>()))
            .collect();
        let ratios = deviations
            .iter()
            .zip(covariance.diag())
            .map(|(sd, variance)| sd / variance.sqrt());
        let largest_ratio = ratios.fold(None, |most: Option<f64>, ratio| {
            Some(most.map_or(ratio, |most| most.max(ratio)))
        });
        let mut deviations = deviations.into_iter();
        Ok(Some(SimulationError {
            replications,
            log_likelihood: deviation(&values),
            estimates: inside
                .iter()
                .map(|inside| if *inside { deviations.next() } else { None })
                .collect(),
            largest_ratio,
        }))
    }

    /// Warnings of coefficients with one sign that seem to have the other.
    pub(super) fn far_locations(&self, fit: &Fit) -> Vec<String> {
        let Some(mixing) = self.mixing() else {
            return Vec::new();
        };
        let symbols = self.symbols();
        let free: Vec<usize> = (0..symbols.len()).filter(|&k| !fit.parameters[k].fixed).collect();
        let std_error = |k: usize| {
            let at = free.iter().position(|&known| known == k)?;
            Some(fit.covariance.hessian.as_ref()?[at][at].sqrt())
        };
        let far = mixing.random.iter().filter_map(|random| {
            let k = symbols.iter().position(|known| *known == random.symbol)?;
            let std_error = std_error(k).filter(|std_error| *std_error > FAR)?;
            (random.shape() == Some(Shape::Lognormal)).then(|| {
                format!(
                    "\"{}\" is lognormal, and its location {:.4} has a standard error of {std_error:.3}: the data seem to pull the \
                     coefficient to 0, or to the other sign (sign = -1 turns a lognormal round)",
                    random.symbol, fit.parameters[k].estimate
                )
            })
        });
        far.collect()
    }

    /// Directions in which ln L does not curve, with the parameters in them.
    pub(super) fn flat_directions(&self, maximum: &Maximum) -> Vec<(Vec<usize>, String)> {
        let inside = self.inside(maximum);
        let places: Vec<usize> = (0..inside.len()).filter(|&k| inside[k]).collect();
        let names: Vec<&str> = places.iter().map(|&k| self.parameters()[k].name.as_str()).collect();
        null_space(&-select(&maximum.evaluation.hessian, &inside), NULL_SPACE_TOLERANCE)
            .iter()
            .map(|vector| {
                let parameters: Vec<usize> = vector.parameters().iter().map(|&at| places[at]).collect();
                let message = match parameters[..] {
                    [_] => format!(
                        "{} is not identified: ln L does not change with it; fix it, or remove it",
                        vector.describe(&names)
                    ),
                    _ => format!(
                        "parameters are not jointly identified: ln L does not change along {}; fix one of them",
                        vector.describe(&names)
                    ),
                };
                (parameters, message)
            })
            .collect()
    }

    /// Warnings of directions in which ln L hardly curves.
    pub(super) fn faint_directions(&self, maximum: &Maximum) -> Vec<String> {
        let inside = self.inside(maximum);
        let free = self.parameters().iter().zip(&inside).filter(|(_, inside)| **inside);
        let names: Vec<&str> = free.map(|(parameter, _)| parameter.name.as_str()).collect();
        null_space(&-select(&maximum.evaluation.hessian, &inside), FAINT)
            .iter()
            .map(|vector| {
                format!(
                    "the data say next to nothing about {}: its estimate and standard error are not to be trusted; more draws \
                     may tell whether it is identified at all",
                    vector.describe(&names)
                )
            })
            .collect()
    }
}

/// With one less than their number below.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// What to say where draws are too few.
pub(super) fn few_draws(mixture: &Mixture, number: usize, automatic: bool, fit: &Fit) -> Vec<String> {
    let mut warnings = Vec::new();
    let error = fit.draws.as_ref().and_then(|draws| draws.simulation_error.as_ref());
    if let Some(ratio) = error
        .and_then(|error| error.largest_ratio)
        .filter(|ratio| *ratio > NOISY)
    {
        let (draws, are) = if number == 1 { ("draw", "is") } else { ("draws", "are") };
        let advice = match automatic {
            true => "that is as far as an automatic number goes; name a larger one, or another method".to_owned(),
            false => "take more (--draws auto finds how many)".to_owned(),
        };
        warnings.push(format!(
            "other draws would move an estimate by {ratio:.2} of its standard error: {number} {draws} {are} too few, {advice}"
        ));
    }
    const PRIMES: [usize; 16] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53];
    let n = mixture.n_dimensions();
    if number == 0 || !mixture.is_simulated() {
        return warnings;
    }
    if mixture.plan.method == DrawMethod::Halton && n >= 2 {
        let (last, before) = (PRIMES[(n - 1).min(15)], PRIMES[(n - 2).min(14)]);
        if number < last * before {
            warnings.push(format!(
                "{number} Halton draws are few for {n} random dimensions: the sequences of the primes {before} and {last} fill \
                 their square only after {} draws; take more, or another method (scrambled_halton, sobol, mlhs)",
                last * before
            ));
        }
    }
    warnings
}
