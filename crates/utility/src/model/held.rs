//! A first approach by logit: the parameters of another kernel wait.

use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Options, Order, Parameter, maximise};

use super::Model;
use super::scratch::At;

/// Newton decrement that will do before the held parameters are let go.
const TOLERANCE: f64 = 1e-2;

/// The log-likelihood of logit with the same utilities; the kernel's own parameters are fixed.
struct Held<'m, 'data> {
    model: &'m Model<'data>,
    parameters: Vec<Parameter>,
}

impl LogLikelihood for Held<'_, '_> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        self.model.watched()?;
        self.model.total(theta, order, At::Logit, 1)
    }

    fn n_units(&self) -> usize {
        0
    }

    fn visit_scores(&self, _: &[f64], _: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        Ok(())
    }
}

impl Model<'_> {
    /// Where to begin instead of `start` with a kernel beyond logit: the estimates of logit, the kernel's own parameters as
    /// they start; `None` where that does not help.
    pub(crate) fn approach_utilities(&self, start: &[f64], options: &Options) -> Option<Vec<f64>> {
        let own = self.kernel_parameters();
        let held = |k: usize| own.contains(&(k as u32));
        let waits = |(k, parameter): (usize, &Parameter)| held(k) && !parameter.fixed;
        let moves = |(k, parameter): (usize, &Parameter)| !held(k) && !parameter.fixed;
        let all = || self.parameters().iter().enumerate();
        if !all().any(waits) || !all().any(moves) {
            return None;
        }
        let parameters = all().map(|(k, parameter)| Parameter {
            fixed: parameter.fixed || held(k),
            start: start[k],
            ..parameter.clone()
        });
        let held = Held {
            model: self,
            parameters: parameters.collect(),
        };
        let options = Options {
            tolerance: TOLERANCE,
            ..options.clone()
        };
        let found = maximise(&held, start, &options, None).ok()?;
        found.convergence.converged.then_some(found.theta)
    }
}
