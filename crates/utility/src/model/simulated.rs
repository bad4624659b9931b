//! The log-likelihood of a model with random tastes.

use std::sync::atomic::AtomicBool;

use logsum_data::{ChoiceData, Outcome};
use logsum_draws::Seed;
use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Order, Parameter};
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::draw::cases_by_decision_maker;
use super::lanes::Compensated;
use super::mixture::{DrawSet, Mixture, Stopped, order_of};
use super::{Model, Prediction};

/// Branch of a seed from which tastes are drawn; noise comes from the seed itself.
const TASTES: u64 = 4;

/// The outer product of scores at some parameters.
#[derive(Debug)]
pub(crate) struct Products {
    theta: Vec<f64>,
    /// Draws of each decision maker.
    number: usize,
    products: Array2<f64>,
}

/// A triangle as a symmetric matrix.
pub(super) fn symmetric(k: usize, triangle: &[Compensated]) -> Array2<f64> {
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
            .total(draws, theta, order_of(order), None, interrupt)
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
        let name = |alternative: u32| {
            let known = alternatives.names.get(alternative as usize);
            known.filter(|_| alternatives.labelled).cloned()
        };
        mixture.error(stopped, name, |case, row| {
            let identifier = self.data.and_then(|data| data.place(self.case_of(case)).case);
            let identifier = identifier.map_or(String::new(), |case| format!(" (case {case})"));
            format!("{}, row {row}{identifier}", self.facts.source.name)
        })
    }
}

impl Model<'_> {
    /// Utilities, probabilities and logsums, averaged over tastes.
    pub(super) fn predicted_mixed(
        &self,
        mixture: &Mixture,
        theta: &[f64],
    ) -> Result<(Vec<f64>, Prediction), EvalError> {
        let averages = mixture
            .averages(&mixture.draws, theta, &self.interrupt)
            .map_err(|stopped| self.stopped(mixture, stopped))?;
        let prediction = Prediction {
            probabilities: averages.probabilities,
            logsums: averages.logsums,
        };
        Ok((averages.utilities, prediction))
    }

    /// Draws tastes, then outcomes.
    pub(super) fn draw_mixed(
        &self,
        mixture: &Mixture,
        data: &ChoiceData,
        theta: &[f64],
        seed: Seed,
    ) -> Result<Outcome, EvalError> {
        let counts = data.schema().has_counts();
        let known = matches!(data.outcome(), Outcome::Counts(_));
        let alone = counts && data.decision_makers().is_none();
        let tastes_of = seed.split(TASTES);
        let makers = cases_by_decision_maker(data);
        let draw = |maker: usize, cases: &std::ops::Range<usize>| -> Result<Vec<(u32, Vec<f64>)>, Stopped> {
            let mut noise = seed.stream(maker as u64);
            let mut stream = tastes_of.stream(maker as u64);
            let mut person = mixture.person(maker, theta)?;
            person.draw_tastes(theta, &mut stream);
            let mut outcomes = Vec::with_capacity(cases.len());
            for case in cases.clone() {
                let times = if known { data.choices(case).round() as u64 } else { 1 };
                let mut chosen = vec![0.0; if counts { data.pairs(case).len() } else { 0 }];
                let mut last = 0;
                let position = case - cases.start;
                person.see(position, theta, &mut stream).map_err(Stopped::NotFinite)?;
                for time in 0..times {
                    if alone && time > 0 {
                        person.draw_tastes(theta, &mut stream);
                        person.see(position, theta, &mut stream).map_err(Stopped::NotFinite)?;
                    }
                    last = person.choose(position, &mut noise);
                    if counts {
                        chosen[last] += 1.0;
                    }
                }
                outcomes.push((last as u32, chosen));
            }
            Ok(outcomes)
        };
        let drawn: Result<Vec<_>, Stopped> = makers
            .par_iter()
            .enumerate()
            .with_min_len(16)
            .map(|(maker, cases)| draw(maker, cases))
            .collect();
        let drawn = drawn
            .map_err(|stopped| self.stopped(mixture, stopped))?
            .into_iter()
            .flatten();
        Ok(if counts {
            Outcome::Counts(drawn.flat_map(|(_, counts)| counts).collect())
        } else {
            Outcome::Chosen(drawn.map(|(chosen, _)| chosen).collect())
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
        if order < Order::Hessian || !self.mixture.tastes.any_kinks() {
            return self.model.simulated(self.mixture, self.draws, theta, order);
        }
        // Between kinks the likelihood curves otherwise than on the whole: the outer product of scores stands for the
        // Hessian, which it is at the true parameters.
        let mut evaluation = self.model.simulated(self.mixture, self.draws, theta, Order::Score)?;
        evaluation.hessian = -self.model.simulated_products(self.mixture, self.draws, theta)?;
        Ok(evaluation)
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
