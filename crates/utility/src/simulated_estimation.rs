//! Estimation of a model with random tastes: from the logit, over few draws, to all of them.

use logsum_draws::{Seed, normal_quantile};
use logsum_estimate::{
    EvalError, Maximum, Options, Order, Progress, State, Stopped, hessian_covariance, maximise, null_space, resume,
    select,
};

use crate::draws_report::{DrawsReport, DrawsTried, SimulationError, StartsReport};
use crate::estimation::{FitError, FitOptions};
use crate::fit::Fit;
use crate::mixing::{DrawMethod, DrawNumber, SECOND_START, TasteDistribution, cholesky_name, second_name};
use crate::model::{DrawSet, Middle, Mixture, Model, Simulated};

type Watcher<'a> = dyn FnMut(&Progress<'_>) + 'a;

/// Every stage has so many times the draws of the one before.
const FACTOR: usize = 4;

/// Draws of a stage are a multiple of this, and twice as many at least.
const MULTIPLE: usize = 32;

/// Stages before the one with all draws.
const STAGES: usize = 2;

/// Newton decrement that ends a stage with few draws: from there on it only learns their noise.
const COARSE: f64 = 1e-3;

/// Newton decrement at which nothing is left to sharpen: a millionth of a standard error.
const POLISH: f64 = 1e-12;

/// Most draws of a decision maker that an automatic number comes to.
const MOST: usize = 1 << 16;

/// Iterations of the logit whose estimates are the start. More mean that it has none: a lognormal coefficient with the
/// wrong sign, say.
const PATIENCE: usize = 25;

/// Branch of the seed that starting points are drawn from.
const STARTS: u64 = 3;

/// Simulation error, as a part of the standard error, from which on there is a warning.
const NOISY: f64 = 0.25;

impl Model<'_> {
    /// The fit of a model with random tastes.
    pub(crate) fn fit_mixture(
        &self,
        mixture: &Mixture,
        start: &[f64],
        options: &FitOptions,
        mut progress: Option<&mut Watcher<'_>>,
        constants: bool,
    ) -> Result<Fit, FitError> {
        let evaluate_only = options.optimiser.max_iterations == 0;
        let plan = &mixture.plan;
        let automatic = plan.number == DrawNumber::Auto && !evaluate_only;
        let mut theta = start.to_vec();
        let mut starts = None;
        let resumed = options.resume.as_ref();
        if !evaluate_only && resumed.is_none() && options.start.is_none() && self.starts_anywhere(start) {
            theta = self.from_the_logit(start, &options.optimiser);
        }
        if !evaluate_only && resumed.is_none() {
            self.leave_saddles(&mut theta);
        }
        let mut path = Vec::new();
        let mut grown: Option<DrawSet> = None;
        // As asked for, without reflections.
        let reflections = if plan.antithetic { 2 } else { 1 };
        let mut number = mixture.draws.between.number() / reflections;
        let reached = resumed.map_or(0, |state| state.stage / reflections);
        if automatic && reached > number {
            // A number that was reached before the interruption.
            number = reached;
            grown = Some(mixture.draws_of(number)?);
        }
        let (maximum, error) = loop {
            let draws = grown.as_ref().unwrap_or(&mixture.draws);
            let stages = match evaluate_only || !path.is_empty() {
                true => Vec::new(),
                false => stages(mixture, draws.between.number()),
            };
            if options.starts > 1 && path.is_empty() && resumed.is_none() && !evaluate_only {
                let few = stages.first().copied().unwrap_or(draws.between.number());
                let (best, report) = self.best_start(mixture, &draws.first(few), &theta, options)?;
                theta = best;
                starts = Some(report);
            }
            let resumed = resumed.filter(|_| path.is_empty());
            let maximum = self.through(
                mixture,
                draws,
                &stages,
                (&theta, start),
                (options, resumed),
                &mut progress,
            )?;
            theta.clone_from(&maximum.theta);
            let measured = maximum.convergence.converged || evaluate_only;
            let error = match measured && plan.replications > 1 {
                true => self.simulation_error(mixture, draws, &maximum, plan.replications)?,
                false => None,
            };
            if !automatic {
                break (maximum, error);
            }
            let largest_ratio = error.as_ref().and_then(|error| error.largest_ratio);
            path.push(DrawsTried {
                number: draws.between.number(),
                log_likelihood: maximum.evaluation.log_likelihood,
                largest_ratio,
            });
            let small = largest_ratio.is_none_or(|ratio| ratio <= plan.tolerance);
            if small || !maximum.convergence.converged || 2 * number > MOST {
                break (maximum, error);
            }
            number *= 2;
            grown = Some(mixture.draws_of(number)?);
        };
        let draws = grown.as_ref().unwrap_or(&mixture.draws);

        let mut fit = self.summarise(&maximum, constants);
        let findings = self.flat_directions(&maximum);
        let troubled: Vec<usize> = findings.iter().flat_map(|(parameters, _)| parameters.clone()).collect();
        let mut held: Vec<usize> = Vec::new();
        for (parameters, _) in &findings {
            // One for each direction.
            held.extend(parameters.iter().find(|k| !held.contains(k)));
        }
        if !evaluate_only && !findings.is_empty() {
            fit.converged = false;
            fit.convergence.reason = "some parameters have no unique estimate (see the warnings)".to_owned();
            fit.warnings.extend(findings.into_iter().map(|(_, message)| message));
        } else if !evaluate_only {
            fit.warnings.extend(self.faint_directions(&maximum));
        }
        let meat = self.simulated_products(mixture, draws, &maximum.theta)?;
        self.attach_covariances_of(&mut fit, &maximum, &meat, &held, &troubled);
        fit.draws = Some(DrawsReport {
            method: plan.method.name().to_owned(),
            number: draws.between.number(),
            number_within: draws.within.as_ref().map(|within| within.number),
            antithetic: plan.antithetic,
            seed: plan.seed,
            dimensions: mixture.n_dimensions(),
            simulation_error: error,
            path,
            starts,
        });
        fit.warnings.extend(few_draws(mixture, draws.between.number(), &fit));
        fit.tastes = Some(self.describe_tastes(&fit));
        Ok(fit)
    }

    /// Maximises over the first of the draws, stage by stage, and then over all of them.
    fn through(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        stages: &[usize],
        (theta, start): (&[f64], &[f64]),
        (options, resumed): (&FitOptions, Option<&State>),
        progress: &mut Option<&mut Watcher<'_>>,
    ) -> Result<Maximum, FitError> {
        let all = draws.between.number();
        let mut theta = theta.to_vec();
        let reached = resumed.map_or(0, |state| state.stage);
        let mut log_likelihood_start = resumed.map(|state| state.log_likelihood_start);
        let mut resumed = resumed;
        for &number in stages.iter().filter(|number| **number >= reached && **number < all) {
            let some = draws.first(number);
            let simulated = Simulated {
                model: self,
                mixture,
                draws: &some,
            };
            let coarse = Options {
                tolerance: COARSE.max(options.optimiser.tolerance),
                polish: COARSE.max(options.optimiser.tolerance),
                ..options.optimiser.clone()
            };
            let from = resumed.take().filter(|state| state.stage == number);
            let maximum = staged(
                &simulated,
                from,
                &theta,
                &coarse,
                number,
                log_likelihood_start,
                progress,
            )?;
            if matches!(maximum.convergence.stopped, Stopped::Interrupted { .. }) {
                return Ok(maximum);
            }
            if log_likelihood_start.is_none() {
                log_likelihood_start = self.log_likelihood_at_start(mixture, draws, start)?;
            }
            theta = maximum.theta;
            self.turn_signs(&mut theta);
        }
        let simulated = Simulated {
            model: self,
            mixture,
            draws,
        };
        let fine = Options {
            polish: POLISH,
            ..options.optimiser.clone()
        };
        let from = resumed.filter(|state| state.stage == all);
        let mut maximum = staged(&simulated, from, &theta, &fine, all, log_likelihood_start, progress)?;
        if let Some(value) = log_likelihood_start {
            maximum.log_likelihood_start = value;
        }
        Ok(maximum)
    }

    /// ln L at the model's own starting values; none where it is not defined there.
    fn log_likelihood_at_start(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        start: &[f64],
    ) -> Result<Option<f64>, FitError> {
        match self.simulated(mixture, draws, start, Order::Value) {
            Ok(evaluation) => Ok(Some(evaluation.log_likelihood)),
            Err(EvalError::Outside { .. } | EvalError::Interrupted) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the starting values say nothing: those of all parameters of the logit are 0.
    fn starts_anywhere(&self, start: &[f64]) -> bool {
        let middle = Middle::new(self);
        use logsum_estimate::LogLikelihood;
        let mut free = middle
            .parameters()
            .iter()
            .zip(start)
            .filter(|(parameter, _)| !parameter.fixed);
        free.all(|(_, start)| *start == 0.0)
    }

    /// The estimates of the logit in the middle of tastes, and second estimates to match.
    fn from_the_logit(&self, start: &[f64], optimiser: &Options) -> Vec<f64> {
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
        self.match_seconds(&mut theta, &maximum);
        theta
    }

    /// Second estimates that nobody has chosen a start for: half the size of the mean, or what the logit leaves in doubt
    /// of it if that is more.
    fn match_seconds(&self, theta: &mut [f64], logit: &Maximum) {
        use logsum_estimate::LogLikelihood;
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
    fn leave_saddles(&self, theta: &mut [f64]) {
        use logsum_estimate::LogLikelihood;
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

    /// Makes standard deviations positive, and the diagonals of Cholesky factors: the distributions are the same, only
    /// draws tell them apart.
    fn turn_signs(&self, theta: &mut [f64]) {
        use logsum_estimate::LogLikelihood;
        let Some(mixing) = self.mixing() else { return };
        let symbols = self.symbols();
        let free = |k: &usize| {
            let parameter = &self.parameters()[*k];
            !parameter.fixed && parameter.lower == f64::NEG_INFINITY && parameter.upper == f64::INFINITY
        };
        // What stands elsewhere too is not turned round by itself.
        let elsewhere: Vec<&str> = mixing
            .expressions()
            .into_iter()
            .flat_map(|(_, expression)| expression.names())
            .collect();
        let at = |symbol: String| {
            let place = symbols.iter().position(|known| *known == symbol).filter(free);
            place.filter(|_| !elsewhere.contains(&symbol.as_str()))
        };
        for random in &mixing.random {
            let Some(shape) = random.shape() else { continue };
            let column = match mixing.group_of(&random.symbol) {
                None => vec![at(second_name(&random.symbol, shape))],
                Some(group) => {
                    let rows = group.iter().skip_while(|member| **member != random.symbol);
                    rows.map(|row| at(cholesky_name(row, &random.symbol))).collect()
                }
            };
            // All of a column, the diagonal first, or none of it.
            let column: Option<Vec<usize>> = column.into_iter().collect();
            if let Some(column) = column.filter(|column| theta[column[0]] < 0.0) {
                column.into_iter().for_each(|k| theta[k] = -theta[k]);
            }
        }
    }

    /// The best of several points after an estimation with few draws, with what each has led to.
    fn best_start(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        theta: &[f64],
        options: &FitOptions,
    ) -> Result<(Vec<f64>, StartsReport), FitError> {
        use logsum_estimate::LogLikelihood;
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
            let moved = |(value, parameter): (&f64, &logsum_estimate::Parameter)| {
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
                Err(logsum_estimate::EstimateError::InterruptedAtStart) => break,
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

    /// How far other draws of the kind would move the results; none where draws are not random.
    fn simulation_error(
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
            let evaluation = match self.simulated(mixture, &other, &maximum.theta, Order::Score) {
                Ok(evaluation) => evaluation,
                Err(EvalError::Interrupted) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            let score: Vec<f64> = evaluation
                .score
                .iter()
                .zip(&inside)
                .filter(|(_, inside)| **inside)
                .map(|(score, _)| *score)
                .collect();
            values.push(evaluation.log_likelihood);
            steps.push(covariance.dot(&ndarray::Array1::from(score)));
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

    /// Directions in which ln L does not curve, with the parameters in them.
    fn flat_directions(&self, maximum: &Maximum) -> Vec<(Vec<usize>, String)> {
        use logsum_estimate::{LogLikelihood, NULL_SPACE_TOLERANCE};
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
}

/// Eigenvalue of −H, scaled to unit diagonal, below which the data say next to nothing.
const FAINT: f64 = 1e-6;

impl Model<'_> {
    /// Warnings of directions in which ln L hardly curves.
    fn faint_directions(&self, maximum: &Maximum) -> Vec<String> {
        use logsum_estimate::LogLikelihood;
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

/// One maximisation of several: its states carry the number of draws, and ln L at the very start if it is known.
fn staged(
    simulated: &Simulated<'_, '_>,
    from: Option<&State>,
    theta: &[f64],
    options: &Options,
    stage: usize,
    log_likelihood_start: Option<f64>,
    progress: &mut Option<&mut Watcher<'_>>,
) -> Result<Maximum, FitError> {
    let mut watch = |here: &Progress<'_>| {
        if let Some(progress) = progress.as_mut() {
            let mut state = here.state.clone();
            state.stage = stage;
            if let Some(value) = log_likelihood_start {
                state.log_likelihood_start = value;
            }
            progress(&Progress { state: &state, ..*here });
        }
    };
    Ok(match from {
        Some(state) => resume(simulated, state, options, Some(&mut watch))?,
        None => maximise(simulated, theta, options, Some(&mut watch))?,
    })
}

/// Numbers of draws before all of them, rising.
fn stages(mixture: &Mixture, all: usize) -> Vec<usize> {
    if mixture.plan.method == DrawMethod::Quadrature {
        return Vec::new();
    }
    let mut stages = Vec::new();
    let mut number = all;
    while stages.len() < STAGES {
        number = number / FACTOR / MULTIPLE * MULTIPLE;
        if number < 2 * MULTIPLE {
            break;
        }
        stages.insert(0, number);
    }
    stages
}

/// With one less than their number below.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// What to say where draws are too few.
fn few_draws(mixture: &Mixture, number: usize, fit: &Fit) -> Vec<String> {
    let mut warnings = Vec::new();
    let error = fit.draws.as_ref().and_then(|draws| draws.simulation_error.as_ref());
    if let Some(ratio) = error
        .and_then(|error| error.largest_ratio)
        .filter(|ratio| *ratio > NOISY)
    {
        warnings.push(format!(
            "other draws would move an estimate by {ratio:.2} of its standard error: {number} draws are too few, take more \
             (--draws auto finds how many)"
        ));
    }
    const PRIMES: [usize; 16] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53];
    let n = mixture.n_dimensions();
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
