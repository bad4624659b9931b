//! A projected trust-region Newton method, as a solver for argmin's executor.
//!
//! argmin's problems answer for cost, gradient and Hessian separately; here one evaluation brings all three. A step is
//! the Newton step where −H is positive definite and the step short enough, else the minimiser of the model in a ball
//! and the bounds. The ball is measured in parameters times the square root of their curvature, the largest seen so
//! far, so that the path does not depend on the units of the data.
//!
//! # Source
//! Conn, Gould and Toint (2000), *Trust-Region Methods*, SIAM, chapters 6, 12 and 17 (rounding errors).

use argmin::core::{Error, IterState, KV, Problem, Solver, TerminationReason, TerminationStatus};
use argmin::kv;
use ndarray::{Array1, Axis};

use crate::iterate::{Iterate, Space};
use crate::likelihood::{EvalError, Evaluation, LogLikelihood, Order};
use crate::maximise::{Progress, State};
use crate::options::Options;
use crate::subproblem::Subproblem;
use crate::symmetric::Definiteness;
use crate::trust_region::norm;

/// Rounding error in ln L, as a multiple of the sum of absolute contributions.
const NOISE: f64 = 8.0 * f64::EPSILON;

/// What argmin carries from iteration to iteration: θ, −ln L and its gradient.
pub(crate) type Iteration = IterState<Vec<f64>, Array1<f64>, (), (), (), f64>;

/// The log-likelihood as argmin's problem.
pub(crate) struct Objective<'a>(pub(crate) &'a dyn LogLikelihood);

/// Why the solver itself stopped. An error from a solver would lose argmin's state, so none is ever returned.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ended {
    /// Stationary, as exact as it gets.
    Polished,
    /// Stationary, but −H is not positive definite.
    Flat,
    /// No step raises ln L.
    NoProgress,
    Interrupted,
    Failed(String),
    /// The starting values have no likelihood.
    StartOutside(String),
}

/// The solver with its memory.
pub(crate) struct Newton<'a> {
    options: Options,
    space: Space,
    progress: Option<&'a mut dyn FnMut(&Progress)>,
    /// The best point so far; none before the first evaluation.
    pub(crate) current: Option<Iterate>,
    /// ln L at the start.
    pub(crate) log_likelihood_start: f64,
    pub(crate) evaluations: u64,
    /// Accepted steps.
    pub(crate) iterations: u64,
    pub(crate) ended: Option<Ended>,
    /// √curvature for every parameter, falling no faster than by [`FORGET`] an iteration; 0 if none was seen yet.
    steepest: Vec<f64>,
    radius: f64,
    /// Goes on from here rather than from a start.
    resumed: Option<State>,
}

/// What became of one trial step.
enum Trial {
    Accepted(Box<Iterate>),
    Rejected,
    Ended(Ended),
}

/// How much of an earlier curvature an iteration remembers: with all of it, one steep start would shorten every later
/// step; with none, a point where ln L is flat in a parameter would allow a leap.
const FORGET: f64 = 0.3;

impl<'a> Newton<'a> {
    pub(crate) fn new(options: Options, space: Space, progress: Option<&'a mut dyn FnMut(&Progress)>) -> Newton<'a> {
        Newton {
            options,
            steepest: vec![0.0; space.lower.len()],
            space,
            progress,
            current: None,
            log_likelihood_start: f64::NAN,
            evaluations: 0,
            iterations: 0,
            ended: None,
            radius: f64::INFINITY,
            resumed: None,
        }
    }

    /// Goes on from where another maximisation stood.
    pub(crate) fn resume(mut self, state: &State) -> Newton<'a> {
        self.resumed = Some(state.clone());
        self
    }

    /// Where it stands now, at the point just taken.
    fn state(&self, theta: &[f64]) -> State {
        State {
            theta: theta.to_vec(),
            log_likelihood_start: self.log_likelihood_start,
            iterations: self.iterations,
            evaluations: self.evaluations,
            steepest: self.steepest.clone(),
            stage: 0,
            radius: Some(self.radius).filter(|radius| radius.is_finite()),
            polished: self.ended == Some(Ended::Polished),
        }
    }

    fn evaluate(&mut self, problem: &mut Problem<Objective>, theta: &[f64]) -> Result<Evaluation, EvalError> {
        self.evaluations += 1;
        let evaluation = problem
            .problem("evaluation_count", |objective| {
                Ok(objective.0.evaluate(theta, Order::Hessian))
            })
            .expect("the closure always returns Ok")?;
        let n = theta.len();
        assert_eq!(evaluation.score.len(), n, "an evaluation brings a score of length K");
        assert_eq!(evaluation.hessian.dim(), (n, n), "an evaluation brings a K × K Hessian");
        let finite = evaluation.log_likelihood.is_finite()
            && evaluation.score.iter().all(|element| element.is_finite())
            && evaluation.hessian.iter().all(|element| element.is_finite());
        if finite {
            Ok(evaluation)
        } else {
            Err(EvalError::Outside {
                reason: "the log-likelihood or a derivative of it is not finite".into(),
            })
        }
    }

    fn learn_curvature(&mut self, iterate: &Iterate) {
        for i in 0..self.steepest.len() {
            let curvature = iterate.evaluation.hessian[[i, i]].abs().sqrt();
            self.steepest[i] = curvature.max(FORGET * self.steepest[i]);
        }
    }

    /// What a parameter is multiplied by where lengths are measured. Without any curvature the score serves: per √|ln L|
    /// it has the same unit.
    fn scale(&self, iterate: &Iterate) -> Array1<f64> {
        let typical = iterate.evaluation.magnitude.max(1.0).sqrt();
        let one = |&i: &usize| {
            if self.steepest[i] > 0.0 {
                return self.steepest[i];
            }
            let score = iterate.evaluation.score[i].abs() / typical;
            if score > 0.0 { score } else { 1.0 }
        };
        iterate.free.iter().map(one).collect()
    }

    /// The next point to try and the rise in ln L that the model promises, with the step's length and whether the
    /// region limits it.
    fn propose(&self, iterate: &Iterate) -> (Vec<f64>, f64, f64, bool) {
        let scale = self.scale(iterate);
        if let Some(newton) = iterate.analysis.solve(iterate.score.view()) {
            let length = norm(&(&newton * &scale));
            let mut theta = iterate.theta.clone();
            let mut inside = length <= self.radius;
            for (k, &i) in iterate.free.iter().enumerate() {
                theta[i] += newton[k];
                inside &= self.space.lower[i] <= theta[i] && theta[i] <= self.space.upper[i];
            }
            if inside {
                return (theta, 0.5 * iterate.decrement, length, false);
            }
        }
        let at = |bounds: &[f64]| -> Array1<f64> {
            let theta = &iterate.theta;
            iterate
                .free
                .iter()
                .zip(&scale)
                .map(|(&i, d)| (bounds[i] - theta[i]) * d)
                .collect()
        };
        let mut matrix = iterate.information.clone();
        for (mut row, d) in matrix.axis_iter_mut(Axis(0)).zip(&scale) {
            row /= *d;
        }
        for (mut column, d) in matrix.axis_iter_mut(Axis(1)).zip(&scale) {
            column /= *d;
        }
        let found = Subproblem {
            gradient: -&iterate.score / &scale,
            matrix,
            low: at(&self.space.lower),
            high: at(&self.space.upper),
            radius: self.radius,
            flat: self.options.identification_tolerance,
        }
        .solve();
        let mut theta = iterate.theta.clone();
        for (k, &i) in iterate.free.iter().enumerate() {
            theta[i] = match found.held[k] {
                Some(crate::Bound::Lower) => self.space.lower[i],
                Some(crate::Bound::Upper) => self.space.upper[i],
                None => (theta[i] + found.step[k] / scale[k]).clamp(self.space.lower[i], self.space.upper[i]),
            };
        }
        (theta, found.predicted, norm(&found.step), found.on_boundary)
    }

    /// Tries one step and adapts the radius.
    fn attempt(&mut self, problem: &mut Problem<Objective>, current: &Iterate) -> Trial {
        let (theta, predicted, length, on_boundary) = self.propose(current);
        if theta == current.theta || predicted.is_nan() || predicted <= 0.0 {
            return Trial::Ended(Ended::NoProgress);
        }
        let polishing = current.is_converged(self.options.tolerance);
        let evaluation = match self.evaluate(problem, &theta) {
            Ok(evaluation) => evaluation,
            Err(EvalError::Interrupted) => return Trial::Ended(Ended::Interrupted),
            Err(EvalError::Failed(reason)) => return Trial::Ended(Ended::Failed(reason)),
            Err(EvalError::Outside { .. }) => {
                self.radius = 0.25 * length;
                return if polishing {
                    Trial::Ended(Ended::Polished)
                } else {
                    Trial::Rejected
                };
            }
        };
        let trial = Iterate::new(&self.space, theta, evaluation, self.options.identification_tolerance);
        let gain = trial.evaluation.log_likelihood - current.evaluation.log_likelihood;
        let noise = NOISE * trial.evaluation.magnitude.max(current.evaluation.magnitude);

        if polishing || predicted <= noise {
            // The gain drowns in rounding: the score, which is near zero and therefore exact, decides.
            let sound = if polishing {
                trial.is_converged(self.options.tolerance)
            } else {
                trial.definiteness() != Definiteness::Indefinite || current.definiteness() == Definiteness::Indefinite
            };
            // A sum over many units may be further off than the noise says; a real loss is still seen.
            if sound && trial.decrement < current.decrement && gain >= -(100.0 * noise + predicted) {
                if on_boundary || self.radius.is_infinite() {
                    self.radius = 4.0 * length;
                }
                return Trial::Accepted(Box::new(trial));
            }
            self.radius = 0.25 * length;
            return if polishing {
                Trial::Ended(Ended::Polished)
            } else {
                Trial::Rejected
            };
        }
        let ratio = (gain + noise) / (predicted + noise);
        if ratio < 0.25 {
            // Where the parabola through both values and the slope at the start has its top.
            let slope = current
                .evaluation
                .score
                .iter()
                .zip(trial.theta.iter().zip(&current.theta));
            let slope: f64 = slope.map(|(score, (new, old))| score * (new - old)).sum();
            let top = if slope > gain {
                0.5 * slope / (slope - gain)
            } else {
                0.5
            };
            self.radius = top.clamp(0.0625, 0.5) * length;
        } else if ratio > 0.75 && on_boundary {
            self.radius = self.radius.max(4.0 * length);
        } else if self.radius.is_infinite() {
            // From here on the radius must be a number: the next Hessian may be indefinite.
            self.radius = 4.0 * length;
        }
        if ratio > 1e-4 {
            Trial::Accepted(Box::new(trial))
        } else {
            Trial::Rejected
        }
    }

    /// The radius below which steps are lost in the rounding of θ, or what they gain in that of ln L.
    fn smallest_radius(&self, iterate: &Iterate) -> f64 {
        let scale = self.scale(iterate);
        let theta: Array1<f64> = iterate.free.iter().map(|&i| iterate.theta[i]).collect();
        let lost = f64::EPSILON * norm(&(&theta * &scale));
        // Curvature is at most about 1 in these lengths.
        let gain = 1e-3 * NOISE * iterate.evaluation.magnitude;
        let drowned = (gain / norm(&(&iterate.score / &scale))).min((2.0 * gain).sqrt());
        lost.max(drowned)
    }

    fn report(&mut self) {
        let (Some(current), true) = (&self.current, self.progress.is_some()) else {
            return;
        };
        let state = self.state(&current.theta);
        if let Some(progress) = self.progress.as_mut() {
            progress(&Progress {
                log_likelihood: current.evaluation.log_likelihood,
                criterion: current.criterion(),
                state: &state,
            });
        }
    }

    fn publish(&self, state: Iteration) -> (Iteration, Option<KV>) {
        let current = self
            .current
            .as_ref()
            .expect("a point is published after it was evaluated");
        let state = state
            .param(current.theta.clone())
            .cost(-current.evaluation.log_likelihood)
            .gradient(-&current.evaluation.score);
        (
            state,
            Some(kv!("decrement" => current.decrement; "radius" => self.radius;)),
        )
    }
}

impl<'a> Solver<Objective<'a>, Iteration> for Newton<'_> {
    fn name(&self) -> &str {
        "projected trust-region Newton"
    }

    fn init(
        &mut self,
        problem: &mut Problem<Objective<'a>>,
        mut published: Iteration,
    ) -> Result<(Iteration, Option<KV>), Error> {
        let theta = published
            .take_param()
            .expect("the executor is configured with starting values");
        match self.evaluate(problem, &theta) {
            Ok(evaluation) => {
                self.log_likelihood_start = evaluation.log_likelihood;
                let flat = self.options.identification_tolerance;
                let iterate = Iterate::new(&self.space, theta, evaluation, flat);
                if let Some(state) = self.resumed.take() {
                    self.log_likelihood_start = state.log_likelihood_start;
                    self.iterations = state.iterations;
                    self.evaluations = state.evaluations;
                    self.steepest = state.steepest;
                    self.radius = state.radius.unwrap_or(f64::INFINITY);
                    self.ended = state.polished.then_some(Ended::Polished);
                    self.current = Some(iterate);
                    return Ok(self.publish(published));
                }
                self.learn_curvature(&iterate);
                if iterate.definiteness() != Definiteness::Definite {
                    // With unit curvature everywhere the minimiser would be this far away.
                    self.radius = norm(&(&iterate.score / &self.scale(&iterate))).max(1.0);
                }
                self.current = Some(iterate);
                self.report();
                Ok(self.publish(published))
            }
            Err(error) => {
                self.ended = Some(match error {
                    EvalError::Outside { reason } => Ended::StartOutside(reason),
                    EvalError::Interrupted => Ended::Interrupted,
                    EvalError::Failed(reason) => Ended::Failed(reason),
                });
                Ok((published.param(theta), None))
            }
        }
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<Objective<'a>>,
        state: Iteration,
    ) -> Result<(Iteration, Option<KV>), Error> {
        let current = self.current.take().expect("init evaluated the start");
        let polishing = current.is_converged(self.options.tolerance);
        loop {
            match self.attempt(problem, &current) {
                Trial::Accepted(next) => {
                    // Newton's method squares the error; if it does not, the rest is rounding, or a maximum at infinity.
                    if polishing && next.decrement > 0.1 * current.decrement {
                        self.ended = Some(Ended::Polished);
                    }
                    self.learn_curvature(&next);
                    self.current = Some(*next);
                    self.iterations += 1;
                    self.report();
                    return Ok(self.publish(state));
                }
                Trial::Rejected if self.radius > self.smallest_radius(&current) => {}
                Trial::Rejected => break self.ended = Some(Ended::NoProgress),
                Trial::Ended(ended) => break self.ended = Some(ended),
            }
        }
        self.current = Some(current);
        Ok(self.publish(state))
    }

    fn terminate(&mut self, _state: &Iteration) -> TerminationStatus {
        if self.ended.is_none()
            && let Some(current) = &self.current
        {
            if current.is_converged(self.options.tolerance.min(self.options.polish)) {
                self.ended = Some(Ended::Polished);
            } else if current.definiteness() == Definiteness::Flat && current.is_stationary(self.options.tolerance) {
                self.ended = Some(Ended::Flat);
            }
        }
        match &self.ended {
            Some(ended) => TerminationStatus::Terminated(ended.reason()),
            None => TerminationStatus::NotTerminated,
        }
    }
}

impl Ended {
    fn reason(&self) -> TerminationReason {
        match self {
            Ended::Polished => TerminationReason::SolverConverged,
            Ended::Interrupted => TerminationReason::Interrupt,
            Ended::Flat => TerminationReason::SolverExit("not identified".into()),
            Ended::NoProgress => TerminationReason::SolverExit("no progress".into()),
            Ended::Failed(reason) | Ended::StartOutside(reason) => TerminationReason::SolverExit(reason.clone()),
        }
    }
}
