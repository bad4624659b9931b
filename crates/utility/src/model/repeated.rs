//! The likelihood of a resample: the same data, their units counted several times or not at all.

use logsum_estimate::{Clustering, EvalError, Evaluation, LogLikelihood, Order, Parameter};
use ndarray::Array1;

use super::mixture::order_of;
use super::scratch::At;
use super::simulated::symmetric;
use super::{DrawSet, Model};
use crate::error::SpecificationError;
use crate::fit::Fit;
use crate::specification::Specification;

/// A likelihood of `model` in which unit n of it ([`LogLikelihood::n_units`]) counts `times[n]` times:
///
/// ```text
/// ln L(θ) = Σ_n times_n ln L_n(θ)
/// ```
///
/// It is that of data in which the unit stands so often; nothing is read or bound again, and draws stay with their decision
/// makers.
#[derive(Debug)]
pub(crate) struct Repeated<'m, 'data> {
    units: &'m Units<'m, 'data>,
    times: Vec<f64>,
}

/// A model at the draws of a fit, with parameters of its own.
#[derive(Debug)]
pub(crate) struct Units<'m, 'data> {
    pub model: &'m Model<'data>,
    /// Those that an automatic number has come to; none where the model's own are the ones.
    draws: Option<DrawSet>,
    parameters: Vec<Parameter>,
}

impl<'data> Model<'data> {
    /// This model as `fit` was estimated: at its draws, with parameters at a bound held there.
    ///
    /// # Errors
    /// Draws that cannot be had.
    pub(crate) fn units_of<'m>(&'m self, fit: &Fit) -> Result<Units<'m, 'data>, SpecificationError> {
        let number = match (&self.mixture, &fit.draws) {
            (Some(mixture), Some(report)) if report.number != mixture.draws.between.number() => {
                Some(report.number / if report.antithetic { 2 } else { 1 })
            }
            _ => None,
        };
        let draws = match (&self.mixture, number) {
            (Some(mixture), Some(number)) => Some(mixture.draws_of(number)?),
            _ => None,
        };
        let held = |(parameter, estimate): (&Parameter, &crate::fit::Estimate)| Parameter {
            fixed: parameter.fixed || estimate.at_bound.is_some(),
            ..parameter.clone()
        };
        Ok(Units {
            model: self,
            draws,
            parameters: self.parameters.iter().zip(&fit.parameters).map(held).collect(),
        })
    }

    /// Decision makers, as units of the likelihood belong to them: cases where there is no panel.
    pub(crate) fn decision_makers_of_units(&self) -> Clustering {
        match (&self.mixture, &self.facts.decision_makers) {
            (None, Some(makers)) => Clustering {
                of_unit: makers.clone(),
                n: self.facts.n_decision_makers,
            },
            _ => Clustering {
                of_unit: (0..self.n_units() as u32).collect(),
                n: self.n_units(),
            },
        }
    }
}

impl<'m, 'data> Units<'m, 'data> {
    /// What is estimated.
    pub fn specification(&self) -> &Specification {
        &self.model.specification
    }

    /// With every unit so many times.
    pub fn repeated(&'m self, times: Vec<f64>) -> Repeated<'m, 'data> {
        Repeated { units: self, times }
    }

    /// Whether scores jump, so that a Newton decrement cannot become as small as elsewhere.
    pub fn has_kinks(&self) -> bool {
        self.model
            .mixture
            .as_ref()
            .is_some_and(|mixture| mixture.tastes.any_kinks())
    }

    fn draws(&self) -> Option<&DrawSet> {
        let own = || self.model.mixture.as_ref().map(|mixture| &mixture.draws);
        self.draws.as_ref().or_else(own)
    }

    fn evaluate_repeated(&self, theta: &[f64], order: Order, times: Option<&[f64]>) -> Result<Evaluation, EvalError> {
        let model = self.model;
        model.watched()?;
        let (Some(mixture), Some(draws)) = (&model.mixture, self.draws()) else {
            return model.total_repeated(theta, order, At::Model, 1, times);
        };
        model.require_outcomes()?;
        // Where coefficients have kinks the outer product of scores stands for the Hessian, as in their estimation.
        let kinked = order >= Order::Hessian && mixture.tastes.any_kinks();
        let asked = if kinked { Order::Score } else { order };
        let totals = mixture
            .total(draws, theta, order_of(asked), times, model.interrupt())
            .map_err(|stopped| model.stopped(mixture, stopped))?;
        let k = theta.len();
        Ok(Evaluation {
            log_likelihood: totals.value.total(),
            magnitude: totals.magnitude.total(),
            score: totals.score.iter().map(|sum| sum.total()).collect::<Array1<f64>>(),
            hessian: match kinked {
                true => -symmetric(k, &totals.products),
                false => symmetric(k, &totals.hessian),
            },
        })
    }
}

impl LogLikelihood for Units<'_, '_> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        self.evaluate_repeated(theta, order, None)
    }

    fn n_units(&self) -> usize {
        self.model.n_units()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        let model = self.model;
        match (&model.mixture, self.draws()) {
            (Some(mixture), Some(draws)) => mixture
                .scores(draws, theta, model.interrupt(), visit)
                .map_err(|stopped| model.stopped(mixture, stopped)),
            _ => model.visit_scores(theta, visit),
        }
    }
}

impl LogLikelihood for Repeated<'_, '_> {
    fn parameters(&self) -> &[Parameter] {
        &self.units.parameters
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        self.units.evaluate_repeated(theta, order, Some(&self.times))
    }

    fn n_units(&self) -> usize {
        self.units.n_units()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        let mut repeated = vec![0.0; theta.len()];
        self.units.visit_scores(theta, &mut |unit, score| {
            for (repeated, score) in repeated.iter_mut().zip(score) {
                *repeated = self.times[unit] * score;
            }
            visit(unit, &repeated);
        })
    }
}
