//! A specification bound to data: the log-likelihood of a logit model.

mod aligned;
mod blocks;
mod corrections;
mod diagnose;
mod draw;
mod evaluate;
mod exp;
mod explain;
mod folds;
mod lanes;
mod logit;
mod plan;
mod predict;
mod scratch;
mod separation;
mod terms;
#[cfg(test)]
mod tests;
mod tiles;
mod tiling;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use logsum_data::ChoiceData;
use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Order, Parameter};
use logsum_expressions::Graph;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::error::SpecificationError;
use crate::specification::Specification;
use blocks::{Blocks, Segment};
use corrections::Corrections;
use evaluate::Undefined;
use lanes::Compensated;
use plan::UtilityPlan;
use scratch::{At, Partial, Scratch};

pub use diagnose::Finding;
pub(crate) use diagnose::SUSPICIOUS;
pub use predict::Prediction;

/// Segments whose partial sums are held at once; a multiple of any sensible number of threads.
const BATCH: usize = 64;

/// A logit model bound to choice data.
///
/// ```text
/// ln L(θ) = Σ_n w_n Σ_j y_nj ln P_nj,   P_nj = exp V_nj / Σ_{k ∈ C_n} exp V_nk
/// ```
///
/// with analytic score and Hessian. In a choice-based sample, with sampling rates R_j in the data's schema, and on
/// sampled choice sets ([`ChoiceData::correction`]) the likelihood is that of the sample:
///
/// ```text
/// P_nj = exp(V_nj + c_nj) / Σ_{k ∈ C_n} exp(V_nk + c_nk),   c_nj = ln R_j + ln π_n(C_n | j)
/// ```
///
/// What the model predicts and draws is without c_nj: it belongs to the population that was sampled.
///
/// # Source
/// McFadden (1974), *Conditional logit analysis of qualitative choice behavior*; Train (2009), ch. 3; of the sampling
/// rates Manski and Lerman (1977), *The estimation of choice probabilities from choice based samples*.
#[derive(Debug)]
pub struct Model<'data> {
    data: &'data ChoiceData,
    parameters: Vec<Parameter>,
    blocks: Blocks,
    /// Plan of each alternative.
    plan_of: Vec<usize>,
    /// What the likelihood of a sample adds to the utilities.
    corrections: Option<Corrections>,
    /// Columns that stand with each parameter, for messages.
    term_columns: Vec<Vec<String>>,
    interrupt: Arc<AtomicBool>,
}

impl<'data> Model<'data> {
    /// Binds a specification to data that were checked for it: names become columns, shapes are settled.
    ///
    /// # Errors
    /// Problems of the specification alone; those of names and cells were reported when the data were built.
    pub fn bind(specification: &Specification, data: &'data ChoiceData) -> Result<Self, SpecificationError> {
        specification.validate()?;
        let mut graph = Graph::default();
        let names = data.names(&specification.symbols(), &mut graph);
        let mut lower = |expression| {
            names
                .lower("utility", expression, &mut graph)
                .map_err(|problems| SpecificationError::Unchecked(logsum_data::DataError::from_list(problems)))
        };
        let all = specification.all.as_ref().map(&mut lower).transpose()?;
        let own = specification
            .own
            .iter()
            .map(|(name, expression)| Ok((name.as_str(), lower(expression)?)))
            .collect::<Result<Vec<_>, SpecificationError>>()?;
        let all = all.unwrap_or_else(|| graph.constant(0.0));

        let mut plan_of = vec![0; data.alternatives().len()];
        let mut utilities = vec![all];
        for (name, node) in own {
            let Some(position) = data.alternatives().position(name) else {
                return Err(SpecificationError::NoAlternative { name: name.to_owned() });
            };
            plan_of[position] = utilities.len();
            utilities.push(graph.add(all, node));
        }
        let corrections = Corrections::new(data)?;
        if let Some(corrections) = &corrections {
            utilities = corrections.add(&mut graph, &utilities, &mut plan_of);
        }
        let plans: Vec<UtilityPlan> = utilities
            .iter()
            .map(|&utility| UtilityPlan::new(&mut graph, data, utility))
            .collect();
        let term_columns = explain::term_columns(&graph, data, &plans, specification.parameters.len());
        let blocks = Blocks::new(data, &graph, plans, &plan_of);
        Ok(Model {
            data,
            parameters: specification
                .parameters
                .iter()
                .map(|declared| declared.parameter.clone())
                .collect(),
            blocks,
            plan_of,
            corrections,
            term_columns,
            interrupt: Arc::default(),
        })
    }

    /// Whenever the flag is set, evaluations stop at the next segment with [`EvalError::Interrupted`].
    pub fn interrupted_by(mut self, flag: Arc<AtomicBool>) -> Self {
        self.interrupt = flag;
        self
    }

    /// The data it is bound to.
    pub fn data(&self) -> &'data ChoiceData {
        self.data
    }

    /// Starting values of the specification.
    pub fn start(&self) -> Vec<f64> {
        self.parameters.iter().map(|parameter| parameter.start).collect()
    }

    /// Whether every utility is linear in the parameters.
    pub fn is_linear(&self) -> bool {
        self.blocks.plans.iter().all(|plan| plan.rest.is_none())
    }

    fn outside(&self, undefined: &Undefined) -> EvalError {
        let case = undefined.case as usize;
        let place = self.data.place(case);
        let identifier = place.case.map_or(String::new(), |case| format!(" (case {case})"));
        let alternatives = self.data.alternatives();
        let utility = match undefined.slot {
            Some(slot) if alternatives.labelled => {
                let alternative = self.data.pair_alternatives()[self.data.pairs(case).start + slot] as usize;
                format!("the utility of \"{}\"", alternatives.names[alternative])
            }
            _ => "a utility".to_owned(),
        };
        let what = if undefined.derivative {
            format!("a derivative of {utility}")
        } else {
            utility
        };
        EvalError::Outside {
            reason: format!(
                "{what} is not a finite number at {}, row {}{identifier}",
                self.data.source().name,
                place.row
            ),
        }
    }

    /// Information in the data if all alternatives of a case were equally likely, K × K, up to second derivatives of
    /// the utilities: as much as they can hold.
    pub(crate) fn information_at_equal_shares(&self, theta: &[f64]) -> Result<Array2<f64>, EvalError> {
        Ok(-self.total(theta, Order::Hessian, At::EqualShares)?.hessian)
    }

    fn segment(
        &self,
        segment: &Segment,
        theta: &[f64],
        order: Order,
        scratch: &mut Scratch,
    ) -> Result<Partial, EvalError> {
        if scratch.at == At::Model && self.interrupt.load(Ordering::Relaxed) {
            return Err(EvalError::Interrupted);
        }
        let mut partial = Partial::new(theta.len(), order);
        for group in &segment.groups {
            self.blocks
                .accumulate(group, theta, order, scratch, &mut partial)
                .map_err(|undefined| self.outside(&undefined))?;
        }
        Ok(partial)
    }

    /// Sums over segments, in their order whatever the threads.
    fn total(&self, theta: &[f64], order: Order, at: At) -> Result<Evaluation, EvalError> {
        self.require_outcomes()?;
        let k = theta.len();
        let mut value = Compensated::default();
        let mut magnitude = Compensated::default();
        let mut score = vec![Compensated::default(); if order >= Order::Score { k } else { 0 }];
        let mut hessian = vec![Compensated::default(); if order >= Order::Hessian { k * k } else { 0 }];
        for batch in self.blocks.segments.chunks(BATCH) {
            let partials: Vec<Result<Partial, EvalError>> = batch
                .par_iter()
                .map_init(
                    || Scratch::at(at),
                    |scratch, segment| self.segment(segment, theta, order, scratch),
                )
                .collect();
            for partial in partials {
                let partial = partial?;
                value.add(partial.value);
                magnitude.add(partial.magnitude);
                score
                    .iter_mut()
                    .zip(&partial.score)
                    .for_each(|(sum, part)| sum.add(*part));
                hessian
                    .iter_mut()
                    .zip(&partial.hessian)
                    .for_each(|(sum, part)| sum.add(*part));
            }
        }
        let size = if order >= Order::Hessian { k } else { 0 };
        let hessian = Array2::from_shape_fn((size, size), |(row, column)| {
            hessian[row.max(column) * k + row.min(column)].total()
        });
        Ok(Evaluation {
            log_likelihood: value.total(),
            magnitude: magnitude.total(),
            score: score.into_iter().map(Compensated::total).collect::<Array1<f64>>(),
            hessian,
        })
    }
}

impl LogLikelihood for Model<'_> {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn evaluate(&self, theta: &[f64], order: Order) -> Result<Evaluation, EvalError> {
        self.total(theta, order, At::Model)
    }

    fn n_units(&self) -> usize {
        self.data.n_cases()
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        self.require_outcomes()?;
        let k = theta.len();
        // The scores of a segment of long panels are many: no more are held than there are threads. Scores do not
        // depend on it, as no sum goes beyond a case.
        let batch = rayon::current_num_threads().clamp(1, BATCH);
        for batch in self.blocks.segments.chunks(batch) {
            let scores: Vec<Result<Vec<f64>, EvalError>> = batch
                .par_iter()
                .map_init(Scratch::default, |scratch, segment| {
                    let mut scores = vec![0.0; segment.cases.len() * k];
                    for group in &segment.groups {
                        self.blocks
                            .scores(group, theta, scratch, |case, parameter, score| {
                                scores[(case as usize - segment.cases.start) * k + parameter] += score;
                            })
                            .map_err(|undefined| self.outside(&undefined))?;
                    }
                    Ok(scores)
                })
                .collect();
            for (segment, scores) in batch.iter().zip(scores) {
                for (case, score) in segment.cases.clone().zip(scores?.chunks_exact(k)) {
                    visit(case, score);
                }
            }
        }
        Ok(())
    }
}
