//! The log-likelihood of a model with random tastes.

use std::sync::atomic::AtomicBool;

use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Order, Parameter};
use ndarray::{Array1, Array2};

use super::Model;
use super::lanes::Compensated;
use super::mixture::{DrawSet, Mixture, Stopped, order_of};

/// The outer product of scores at some parameters.
#[derive(Debug)]
pub(crate) struct Products {
    theta: Vec<f64>,
    /// Draws of each decision maker.
    number: usize,
    products: Array2<f64>,
}

/// A triangle as a symmetric matrix.
fn symmetric(k: usize, triangle: &[Compensated]) -> Array2<f64> {
    if triangle.is_empty() {
        return Array2::zeros((0, 0));
    }
    Array2::from_shape_fn((k, k), |(row, column)| {
        let (row, column) = (row.max(column), row.min(column));
        triangle[row * (row + 1) / 2 + column].total()
    })
}

impl Model<'_> {
    /// The random tastes of the model.
    pub(crate) fn mixture(&self) -> Option<&Mixture> {
        self.mixture.as_ref()
    }

    /// ln L and its derivatives at these draws.
    pub(crate) fn simulated(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        theta: &[f64],
        order: Order,
    ) -> Result<Evaluation, EvalError> {
        self.simulated_unless(mixture, draws, theta, order, &self.interrupt)
    }

    fn simulated_unless(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        theta: &[f64],
        order: Order,
        interrupt: &AtomicBool,
    ) -> Result<Evaluation, EvalError> {
        self.require_outcomes()?;
        let k = theta.len();
        let totals = mixture
            .total(draws, theta, order_of(order), interrupt)
            .map_err(|stopped| self.stopped(mixture, stopped))?;
        if order >= Order::Score && !draws.randomised {
            let newest = Products {
                theta: theta.to_vec(),
                number: draws.between.number(),
                products: symmetric(k, &totals.products),
            };
            *self.products.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(newest);
        }
        Ok(Evaluation {
            log_likelihood: totals.value.total(),
            magnitude: totals.magnitude.total(),
            score: totals.score.iter().map(|sum| sum.total()).collect::<Array1<f64>>(),
            hessian: symmetric(k, &totals.hessian),
        })
    }

    /// The outer product of the scores of decision makers; that of the last evaluation, if it was at these parameters.
    pub(crate) fn simulated_products(
        &self,
        mixture: &Mixture,
        draws: &DrawSet,
        theta: &[f64],
    ) -> Result<Array2<f64>, EvalError> {
        let known = || {
            let products = self.products.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let same = |known: &&Products| known.theta == theta && known.number == draws.between.number();
            products.as_ref().filter(same).map(|known| known.products.clone())
        };
        if let Some(products) = known() {
            return Ok(products);
        }
        // What was reached before an interruption is to be reported in full.
        self.simulated_unless(mixture, draws, theta, Order::Score, &AtomicBool::new(false))?;
        Ok(known().expect("an evaluation with a score has left its products"))
    }

    /// Hands over the score of every decision maker.
    pub(super) fn simulated_scores(
        &self,
        mixture: &Mixture,
        theta: &[f64],
        visit: &mut dyn FnMut(usize, &[f64]),
    ) -> Result<(), EvalError> {
        mixture
            .scores(&mixture.draws, theta, &self.interrupt, visit)
            .map_err(|stopped| self.stopped(mixture, stopped))
    }

    pub(crate) fn stopped(&self, mixture: &Mixture, stopped: Stopped) -> EvalError {
        let alternatives = &self.facts.alternatives;
        mixture.error(stopped, &self.facts.source.name, |alternative| {
            alternatives
                .labelled
                .then(|| alternatives.names.get(alternative as usize).cloned())
                .flatten()
        })
    }
}

/// A model with random tastes at draws of its own.
pub(crate) struct Simulated<'m, 'data> {
    pub model: &'m Model<'data>,
    pub mixture: &'m Mixture,
    pub draws: &'m DrawSet,
}

impl LogLikelihood for Simulated<'_, '_> {
    fn parameters(&self) -> &[Parameter] {
        self.model.parameters()
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        self.model.watched()?;
        self.model.simulated(self.mixture, self.draws, theta, order)
    }

    fn n_units(&self) -> usize {
        self.model.n_units()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        self.mixture
            .scores(self.draws, theta, &self.model.interrupt, visit)
            .map_err(|stopped| self.model.stopped(self.mixture, stopped))
    }
}

/// The logit in the middle of tastes, all draws at 0, in the parameters that it has.
pub(crate) struct Middle<'m, 'data> {
    model: &'m Model<'data>,
    parameters: Vec<Parameter>,
}

impl<'m, 'data> Middle<'m, 'data> {
    pub fn new(model: &'m Model<'data>) -> Self {
        let mut in_use = vec![false; model.parameters.len()];
        for k in model.blocks.plans.iter().flat_map(|plan| plan.parameters()) {
            in_use[k as usize] = true;
        }
        let held = |(parameter, in_use): (&Parameter, bool)| Parameter {
            fixed: parameter.fixed || !in_use,
            ..parameter.clone()
        };
        Middle {
            model,
            parameters: model.parameters.iter().zip(in_use).map(held).collect(),
        }
    }
}

impl LogLikelihood for Middle<'_, '_> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        self.model.watched()?;
        self.model.total(theta, order, super::At::Model, 1)
    }

    fn n_units(&self) -> usize {
        0
    }

    fn visit_scores(&self, _: &[f64], _: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        Ok(())
    }
}
