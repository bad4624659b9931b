//! A first approach on some of the data: far from the maximum, a part of them shows the way as well as all do.

use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Options, Order, Parameter, maximise};

use super::Model;
use super::scratch::At;

/// Segments from which on it pays.
const WORTHWHILE: usize = 32;

/// Segments that are enough to look at, unless that is less than one in [`RAREST`].
const ENOUGH: usize = 4;

/// One segment in so many is looked at, at least.
const RAREST: usize = 64;

/// Iterations after which a sample that still has not converged is not worth following: it may have no maximum.
const PATIENCE: usize = 10;

/// Newton decrement that will do: how far the estimates of the sample are from those of all is of the size K.
const TOLERANCE: f64 = 1e-2;

/// The log-likelihood of some of the segments, spread over all of the data.
struct Sample<'m, 'data> {
    model: &'m Model<'data>,
    /// One segment in so many.
    one_in: usize,
}

impl LogLikelihood for Sample<'_, '_> {
    fn parameters(&self) -> &[Parameter] {
        self.model.parameters()
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        self.model.watched()?;
        self.model.total(theta, order, At::Model, self.one_in)
    }

    fn n_units(&self) -> usize {
        0
    }

    fn visit_scores(&self, _: &[f64], _: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        Ok(())
    }
}

impl Model<'_> {
    /// Where to begin instead of `start`: the estimates from a sample of the data, where these are many and utilities
    /// linear, so that there is one maximum only; `None` where that does not help. From there a few steps lead to the
    /// maximum, the same as from anywhere. The iterations on the sample are not counted among those of the estimation.
    pub(crate) fn approach(&self, start: &[f64], options: &Options) -> Option<Vec<f64>> {
        if self.blocks.segments.len() < WORTHWHILE || !self.is_linear() {
            return None;
        }
        let options = Options {
            tolerance: TOLERANCE,
            max_iterations: PATIENCE,
            ..options.clone()
        };
        let sample = Sample {
            model: self,
            one_in: (self.blocks.segments.len() / ENOUGH).min(RAREST),
        };
        let found = maximise(&sample, start, &options, None).ok()?;
        found.convergence.converged.then_some(found.theta)
    }
}
