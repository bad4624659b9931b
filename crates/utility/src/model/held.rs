//! First approaches to the maximum with a kernel beyond logit: by logit, and with some parameters held.

use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Options, Order, Parameter, maximise};

use super::Model;
use super::scratch::At;

/// Newton decrement that will do before more parameters are let go.
const TOLERANCE: f64 = 1e-2;

/// The log-likelihood with more fixed parameters, of the model or of logit with the same utilities.
struct Held<'m, 'data> {
    model: &'m Model<'data>,
    at: At,
    parameters: Vec<Parameter>,
}

impl LogLikelihood for Held<'_, '_> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        self.model.watched()?;
        self.model.total(theta, order, self.at, 1)
    }

    fn n_units(&self) -> usize {
        0
    }

    fn visit_scores(&self, _: &[f64], _: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        Ok(())
    }
}

impl Model<'_> {
    /// Where to begin instead of `start` with a kernel beyond logit: the estimates of logit; where alternatives are allocated
    /// to nests, from there the estimates with the allocations as they start and dissimilarities up to 1, as those of logit
    /// are far from them and lead astray. `None` where that does not help.
    pub(crate) fn approach_utilities(&self, start: &[f64], options: &Options) -> Option<Vec<f64>> {
        let logit = self.approach_with(At::Logit, self.kernel_parameters(), start, options);
        let allocations = self
            .nested_kernel()
            .map_or(Vec::new(), |kernel| kernel.of_allocations());
        let begin = logit.as_deref().unwrap_or(start);
        let nested = match self.kernel_parameters().len() > allocations.len() {
            true => self.approach_with(At::Model, &allocations, begin, options),
            false => None,
        };
        nested.or(logit)
    }

    /// The maximum with some parameters held, near enough; `None` where none is held or none left.
    fn approach_with(&self, at: At, held: &[u32], start: &[f64], options: &Options) -> Option<Vec<f64>> {
        let is_held = |k: usize| held.contains(&(k as u32));
        let all = || {
            self.parameters()
                .iter()
                .enumerate()
                .filter(|(_, parameter)| !parameter.fixed)
        };
        if !all().any(|(k, _)| is_held(k)) || all().all(|(k, _)| is_held(k)) {
            return None;
        }
        let dissimilarities = match at {
            At::Model => self.nested_kernel().map_or(&[][..], |kernel| &kernel.dissimilarities),
            _ => &[],
        };
        let upper = |k: usize, upper: f64| match dissimilarities.contains(&(k as u32)) && start[k] <= 1.0 {
            true => upper.min(1.0),
            false => upper,
        };
        let parameters = self.parameters().iter().enumerate().map(|(k, parameter)| Parameter {
            fixed: parameter.fixed || is_held(k),
            start: start[k],
            upper: upper(k, parameter.upper),
            ..parameter.clone()
        });
        let likelihood = Held {
            model: self,
            at,
            parameters: parameters.collect(),
        };
        let options = Options {
            tolerance: TOLERANCE,
            ..options.clone()
        };
        let found = maximise(&likelihood, start, &options, None).ok()?;
        found.convergence.converged.then_some(found.theta)
    }
}
