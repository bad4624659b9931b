//! A specification bound to data: the log-likelihood of a logit model.

mod aligned;
mod arrangement;
mod bind;
mod blocks;
mod choice_set;
mod codec;
mod compress;
mod contributions;
mod corrections;
mod diagnose;
mod draw;
mod evaluate;
mod exp;
mod explain;
mod folds;
pub(crate) mod functions;
mod held;
mod kernels;
mod lanes;
mod logit;
mod mixture;
mod normal_errors;
mod ordered;
mod pieces;
mod plan;
mod predict;
mod repeated;
mod sample;
mod score_products;
mod scratch;
mod segment;
mod separation;
mod simulated;
mod slots;
mod spill;
mod stages;
mod store;
mod tall;
mod tall_evaluate;
mod tall_products;
mod tall_scratch;
mod tall_set;
mod terms;
#[cfg(test)]
mod tests;
mod tiles;
mod tiling;
mod wide;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use logsum_data::{ChoiceData, DataError, Grouping, Totals};
use logsum_estimate::{EvalError, Evaluation, LogLikelihood, Order, Parameter};
use ndarray::{Array1, Array2};

use crate::error::SpecificationError;
use crate::facts::Facts;
use crate::mixing::Mixing;
use crate::specification::Specification;
use blocks::Blocks;
use corrections::Corrections;
use evaluate::Undefined;
use kernels::{Kernel, SharedAt};
use lanes::Compensated;
use plan::{Source, UtilityPlan};
use scratch::{At, Partial, Scratch};
use segment::Segment;
use stages::RankedCases;

pub use bind::{BindError, Binder};
pub use diagnose::Finding;
pub(crate) use diagnose::SUSPICIOUS;
pub use mixture::exponentials;
pub(crate) use mixture::{DrawSet, Law, LawForm, Mixture, Profiles, Wanted};
pub use predict::Prediction;
pub(crate) use repeated::Units;
pub(crate) use simulated::{Middle, Simulated};
pub use store::Storage;

/// Bytes of partial sums that may wait for their turn.
const WAITING: usize = 4 << 20;

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
/// Of rankings ([`ChoiceData::rankings`]) the likelihood is the product over their stages: the best of all, the best of
/// those that are left, and so on. Where the worst is known besides the r best, it is the last to be taken, from what
/// they have left:
///
/// ```text
/// L_n = Π_{s=1..r} exp V_{j_s} / Σ_{k ∈ C_s} exp V_k  ·  exp(−V_w) / Σ_{k ∈ C_{r+1}} exp(−V_k),   C_{s+1} = C_s \ {j_s}
/// ```
///
/// Predicted is the best of all. A ranking is one case, and its score that of all stages together.
///
/// Nests ([`Nests`](crate::Nests)), ordered alternatives ([`Ordered`](crate::Ordered)), normal errors
/// ([`Probit`](crate::Probit)) and random tastes ([`Mixing`]) put other probabilities in the place of these.
///
/// # Source
/// McFadden (1974), *Conditional logit analysis of qualitative choice behavior*; Train (2009), ch. 3; of the sampling
/// rates Manski and Lerman (1977), *The estimation of choice probabilities from choice based samples*; of rankings Beggs,
/// Cardell and Hausman (1981), *Assessing the potential demand for electric cars*, and of the worst Marley and Louviere
/// (2005), *Some probabilistic models of best, worst, and best-worst choices*.
#[derive(Debug)]
pub struct Model<'data> {
    specification: Specification,
    /// Random tastes; without them it is a logit. With them what else is here is the logit in the middle of tastes.
    mixture: Option<mixture::Mixture>,
    /// The outer product of scores at the last point where a mixture was evaluated with derivatives.
    products: Mutex<Option<simulated::Products>>,
    facts: Facts,
    /// Where outcomes are rankings, the cases behind the choices of the likelihood, which are their stages.
    ranked: Option<RankedCases>,
    /// The data themselves; none if they came part by part.
    data: Option<&'data ChoiceData>,
    /// Cases by the values of columns, where data that were not kept are to be clustered on them.
    groups: Vec<Groups>,
    parameters: Vec<Parameter>,
    blocks: Blocks,
    /// Plan of each alternative.
    plan_of: Vec<usize>,
    /// The kernel if it is not logit.
    kernel: Option<Kernel>,
    /// What the likelihood of a sample adds to the utilities.
    corrections: Option<Corrections>,
    /// Columns that stand with each parameter, for messages.
    term_columns: Vec<Vec<String>>,
    interrupt: Arc<AtomicBool>,
    watch: Option<Watch>,
}

/// Something that can go wrong meanwhile.
struct Watch(Box<dyn Fn() -> Result<(), String> + Send + Sync>);

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

/// Cases by the values of a column.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    pub column: String,
    /// Group of each case.
    pub of_case: Vec<u32>,
    pub n: usize,
}

impl<'data> Model<'data> {
    /// Binds a specification to data that were checked for it: names become columns, shapes are settled.
    ///
    /// # Errors
    /// Problems of the specification alone; those of names and cells were reported when the data were built.
    pub fn bind(specification: &Specification, data: &'data ChoiceData) -> Result<Self, SpecificationError> {
        Model::bind_behind(specification, data, (0, 0))
    }

    /// The same with data that are a part of a file, behind so many decision makers and cases of it: what is simulated
    /// takes the draws that it would take in the whole.
    ///
    /// # Errors
    /// As [`Model::bind`].
    pub fn bind_behind(
        specification: &Specification,
        data: &'data ChoiceData,
        (decision_makers, cases): (usize, usize),
    ) -> Result<Self, SpecificationError> {
        let bound = || {
            let mut binder = Binder::new(specification).behind(decision_makers, cases);
            binder.lend(data)?;
            binder.finish()
        };
        match bound() {
            Ok(mut model) => {
                model.data = Some(data);
                Ok(model)
            }
            Err(BindError::Specification(error)) => Err(error),
            Err(error) => unreachable!("all of it stays in memory: {error}"),
        }
    }

    /// Calls `watch` before every evaluation, which then fails with the reason that it gives, if any: that the file from
    /// which the data came has changed, say.
    pub fn watched_by(mut self, watch: impl Fn() -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.watch = Some(Watch(Box::new(watch)));
        self
    }

    /// What is known of data that came part by part only when the last part was there.
    pub fn totalling(mut self, totals: &Totals) -> Self {
        self.facts.rows_read = totals.rows_read;
        self.facts.warnings.clone_from(&totals.warnings);
        self.facts.alternatives.clone_from(&totals.alternatives);
        self
    }

    /// Lets scores be summed within the values of a column, whose parts were numbered as those of the data came. May be called
    /// for several columns.
    pub fn grouped_by(mut self, column: &str, grouping: Grouping) -> Self {
        let (of_case, n) = grouping.finish();
        self.groups.push(Groups {
            column: column.to_owned(),
            of_case,
            n,
        });
        self
    }

    /// Segments of the data that are on disk, and all of them.
    pub fn segments_on_disk(&self) -> (usize, usize) {
        (self.blocks.segments.on_disk(), self.blocks.segments.len())
    }

    /// Whenever the flag is set, evaluations stop at the next segment with [`EvalError::Interrupted`].
    pub fn interrupted_by(mut self, flag: Arc<AtomicBool>) -> Self {
        self.interrupt = flag;
        self
    }

    /// Random tastes as they were specified.
    pub(crate) fn mixing(&self) -> Option<&Mixing> {
        self.specification.mixing.as_ref()
    }

    /// What it says, second estimates included.
    pub(crate) fn specification(&self) -> &Specification {
        &self.specification
    }

    /// Set when evaluations are to stop.
    pub(crate) fn interrupt(&self) -> &AtomicBool {
        &self.interrupt
    }

    /// Identifiers of the parameters in expressions.
    pub(crate) fn symbols(&self) -> Vec<String> {
        self.specification.symbols()
    }

    /// The data it is bound to; none if they came part by part.
    pub fn data(&self) -> Option<&'data ChoiceData> {
        self.data
    }

    /// What is known of the data.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Starting values of the specification.
    pub fn start(&self) -> Vec<f64> {
        self.parameters.iter().map(|parameter| parameter.start).collect()
    }

    /// Whether every utility is linear in the parameters, tastes are the same, and the kernel is logit or that of an ordered
    /// model: then ln L is concave.
    pub fn is_linear(&self) -> bool {
        self.kernel.as_ref().is_none_or(Kernel::is_concave) && self.has_linear_utilities()
    }

    /// Whether every utility is linear in the parameters, and tastes are the same.
    pub fn has_linear_utilities(&self) -> bool {
        self.mixture.is_none() && self.blocks.plans.iter().all(|plan| plan.rest.is_none())
    }

    /// The kernel at `theta`, if it is not logit.
    fn kernel_at(&self, theta: &[f64]) -> Result<SharedAt, EvalError> {
        let at = self.kernel.as_ref().map(|kernel| kernel.at(theta)).transpose();
        at.map(|at| at.map(Arc::new))
            .map_err(|reason| EvalError::Outside { reason })
    }

    /// The kernel if it has nests.
    pub(crate) fn nested_kernel(&self) -> Option<&kernels::NestedKernel> {
        match &self.kernel {
            Some(Kernel::Nested(nested)) => Some(nested),
            _ => None,
        }
    }

    /// Parameters of the kernel itself, ascending.
    pub(crate) fn kernel_parameters(&self) -> &[u32] {
        self.kernel.as_ref().map_or(&[], Kernel::parameters)
    }

    /// What the watch says.
    fn watched(&self) -> Result<(), EvalError> {
        match &self.watch {
            Some(Watch(watch)) => watch().map_err(EvalError::Failed),
            None => Ok(()),
        }
    }

    /// Whether all utilities are 0 there, as far as the specification tells without the data.
    pub(crate) fn is_equal_utilities(&self, theta: &[f64]) -> bool {
        let zero = |plan: &UtilityPlan| plan.rest.is_none() && plan.offset == Source::Constant(0.0);
        theta.iter().all(|value| *value == 0.0) && self.corrections.is_none() && self.blocks.plans.iter().all(zero)
    }

    fn outside(&self, segment: &Segment, undefined: &Undefined) -> EvalError {
        let case = undefined.case as usize;
        let at = self.case_of(segment.cases.start + case);
        let identifier = self.data.and_then(|data| data.place(at).case);
        let identifier = identifier.map_or(String::new(), |case| format!(" (case {case})"));
        let alternative = undefined.slot.and_then(|(slot, plan)| match self.data {
            Some(data) if self.ranked.is_none() => Some(data.pair_alternatives()[data.pairs(at).start + slot] as usize),
            _ => self.only_alternative(plan),
        });
        let utility = match alternative {
            Some(alternative) if self.facts.alternatives.labelled => {
                format!("the utility of \"{}\"", self.facts.alternatives.names[alternative])
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
                self.facts.source.name, segment.rows[case]
            ),
        }
    }

    /// The alternative whose utility has that plan, if it is one.
    fn only_alternative(&self, plan: usize) -> Option<usize> {
        let mut users = (0..self.plan_of.len()).filter(|&alternative| self.plan_of[alternative] == plan);
        users.next().filter(|_| users.next().is_none())
    }

    /// The cases by the values of a column.
    pub(crate) fn groups(&self, column: &str) -> Result<Groups, DataError> {
        if let Some(groups) = self.groups.iter().find(|groups| groups.column == column) {
            return Ok(groups.clone());
        }
        let Some(data) = self.data else {
            return Err(DataError::NoColumn {
                file: self.facts.source.name.clone(),
                column: column.to_owned(),
                role: "the cluster".to_owned(),
                suggestion: None,
            });
        };
        let (of_case, n) = data.group_by(column)?;
        Ok(Groups {
            column: column.to_owned(),
            of_case,
            n,
        })
    }

    /// The group of every unit of the likelihood.
    ///
    /// # Errors
    /// Groups that cut a decision maker's cases, where these are one unit.
    pub(crate) fn groups_of_units(&self, groups: &Groups) -> Result<Vec<u32>, EvalError> {
        let (Some(_), Some(makers)) = (&self.mixture, &self.facts.decision_makers) else {
            return Ok(groups.of_case.clone());
        };
        let mut of_units: Vec<u32> = Vec::new();
        for (&maker, &group) in makers.iter().zip(&groups.of_case) {
            match of_units.get(maker as usize) {
                None => of_units.push(group),
                Some(known) if *known == group => {}
                Some(_) => {
                    return Err(EvalError::Failed(format!(
                        "column \"{}\" changes within a decision maker, whose choices are one unit where tastes are random; \
                         cluster on what is the same in all of them",
                        groups.column
                    )));
                }
            }
        }
        Ok(of_units)
    }

    /// The data, for what needs every case again.
    pub(crate) fn whole(&self) -> Result<&'data ChoiceData, EvalError> {
        self.data.ok_or_else(|| {
            EvalError::Failed("the data came part by part and were not kept: bind them whole to predict".to_owned())
        })
    }

    /// Information in the data if all alternatives of a case were equally likely, K × K, up to second derivatives of
    /// the utilities: as much as they can hold.
    pub(crate) fn information_at_equal_shares(&self, theta: &[f64]) -> Result<Array2<f64>, EvalError> {
        Ok(-self.total(theta, Order::Hessian, At::EqualShares, 1)?.hessian)
    }

    fn segment(
        &self,
        segment: &Segment,
        theta: &[f64],
        order: Order,
        times: Option<&[f64]>,
        scratch: &mut Scratch,
    ) -> Result<Partial, EvalError> {
        if scratch.at != At::EqualShares && self.interrupt.load(Ordering::Relaxed) {
            return Err(EvalError::Interrupted);
        }
        scratch.times.clear();
        if let Some(times) = times {
            scratch
                .times
                .extend(segment.cases.clone().map(|choice| times[self.case_of(choice)]));
        }
        let mut partial = Partial::new(theta.len(), order);
        for group in &segment.groups {
            self.blocks
                .accumulate(group, theta, order, scratch, &mut partial)
                .map_err(|undefined| self.outside(segment, &undefined))?;
        }
        Ok(partial)
    }

    /// Segments of which partial sums of so many numbers are held.
    fn at_a_time(&self, numbers: usize) -> usize {
        let threads = rayon::current_num_threads();
        (WAITING / (8 * (numbers + 1))).clamp(2 * threads, 16 * threads)
    }

    /// Sums over every `step`th segment, in their order whatever the threads.
    fn total(&self, theta: &[f64], order: Order, at: At, step: usize) -> Result<Evaluation, EvalError> {
        self.total_repeated(theta, order, at, step, None)
    }

    /// The same with every case so many times, if `times` says how many.
    fn total_repeated(
        &self,
        theta: &[f64],
        order: Order,
        at: At,
        step: usize,
        times: Option<&[f64]>,
    ) -> Result<Evaluation, EvalError> {
        self.require_outcomes()?;
        let k = theta.len();
        let mut value = Compensated::default();
        let mut magnitude = Compensated::default();
        let mut score = vec![Compensated::default(); if order >= Order::Score { k } else { 0 }];
        let mut hessian = vec![Compensated::default(); if order >= Order::Hessian { k * k } else { 0 }];
        let kernel_at = match at {
            At::Model => self.kernel_at(theta)?,
            At::Logit => None,
            At::EqualShares => self.kernel.as_ref().and_then(Kernel::at_equal_shares),
        };
        self.blocks.segments.each(
            step,
            self.at_a_time(hessian.len() + score.len()),
            || Scratch::at(at, kernel_at.clone()),
            |scratch, segment| self.segment(segment, theta, order, times, scratch),
            |partial| {
                let add = |(sum, part): (&mut Compensated, &f64)| sum.add(*part);
                value.add(partial.value);
                magnitude.add(partial.magnitude);
                score.iter_mut().zip(&partial.score).for_each(add);
                hessian.iter_mut().zip(&partial.hessian).for_each(add);
            },
        )?;
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
        self.watched()?;
        match &self.mixture {
            Some(mixture) => self.simulated(mixture, &mixture.draws, theta, order),
            None => self.total(theta, order, At::Model, 1),
        }
    }

    /// Cases; decision makers where tastes are random.
    fn n_units(&self) -> usize {
        match &self.mixture {
            Some(_) => self.facts.n_decision_makers,
            None => self.facts.n_cases,
        }
    }

    fn visit_scores(&self, theta: &[f64], visit: &mut dyn FnMut(usize, &[f64])) -> Result<(), EvalError> {
        self.require_outcomes()?;
        if let Some(mixture) = &self.mixture {
            return self.simulated_scores(mixture, theta, visit);
        }
        let k = theta.len();
        let kernel_at = self.kernel_at(theta)?;
        // The scores of a segment of long panels are many: no more are held than there are threads. Scores do not
        // depend on it, as no sum goes beyond a case.
        self.blocks.segments.each(
            1,
            rayon::current_num_threads(),
            || Scratch::at(At::Model, kernel_at.clone()),
            |scratch, segment| {
                let cases = self.cases_of(&segment.cases);
                let mut scores = vec![0.0; cases.len() * k];
                for group in &segment.groups {
                    self.blocks
                        .scores(group, theta, scratch, |case, parameter, score| {
                            let case = self.case_of(segment.cases.start + case as usize) - cases.start;
                            scores[case * k + parameter] += score;
                        })
                        .map_err(|undefined| self.outside(segment, &undefined))?;
                }
                Ok((cases, scores))
            },
            |(cases, scores)| {
                for (case, score) in cases.zip(scores.chunks_exact(k)) {
                    visit(case, score);
                }
            },
        )
    }
}
