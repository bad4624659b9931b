//! Identification: which parameters the data cannot tell apart, or send to infinity.

use logsum_estimate::{EvalError, LogLikelihood, NullVector, null_space};
use ndarray::Array2;

use super::ordered::Compared;
use super::plan::{Source, UtilityPlan};
use super::scratch::Scratch;
use super::{Model, separation};

/// Eigenvalue of a Gram matrix, scaled to unit diagonal, below which a direction is looked at.
pub(crate) const SUSPICIOUS: f64 = logsum_estimate::NULL_SPACE_TOLERANCE;

/// Length of the differences along a direction, relative to that of its parts, that counts as zero. Rounding of
/// columns stored as decimals leaves about 1e-16 times the ratio of a column's size to its spread.
const ZERO: f64 = 1e-7;

/// Something that keeps parameters from having a unique finite estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Parameters involved, as numbered in the model.
    pub parameters: Vec<usize>,
    /// What is wrong, naming parameters and columns, and what to do.
    pub message: String,
    /// Those of them that must stand still for the others to be determined.
    pub(crate) held: Vec<usize>,
}

/// Parameters and derivatives of each case; `None` for those that do not count.
pub(crate) type CaseSlopes = Vec<Option<(Vec<u32>, Vec<f64>)>>;

/// Slots of one case as the diagnosis sees them.
pub(super) struct CaseView<'a> {
    pub case: usize,
    /// Slots that were chosen at all.
    pub chosen: &'a [usize],
    /// The worst of a pair of the best and the worst.
    pub worst: Option<usize>,
    /// Parameters that the columns of `gradients` belong to.
    pub parameters: &'a [u32],
    /// dV_s/dθ, slot by slot.
    pub gradients: &'a [f64],
    pub n_slots: usize,
    /// Slot of each rank, where alternatives are ordered.
    pub order: Option<&'a [usize]>,
}

impl CaseView<'_> {
    pub fn gradient(&self, slot: usize) -> &[f64] {
        let width = self.parameters.len();
        &self.gradients[slot * width..(slot + 1) * width]
    }
}

impl Model<'_> {
    /// Looks for parameters that are not identified by the data: collinear columns, columns that never vary within
    /// a choice set, constants for all alternatives.
    ///
    /// Utilities that are not linear are taken at `theta`, where their derivatives stand for columns. The kernel's own
    /// parameters are not looked at, but for the thresholds of an ordered model: with these the utility is to be
    /// compared.
    ///
    /// # Errors
    /// As an evaluation at `theta`.
    pub fn not_identified(&self, theta: &[f64]) -> Result<Vec<Finding>, EvalError> {
        let vectors = self.null_vectors(theta)?;
        if let Some(kernel) = self.ordered_kernel() {
            return Ok(self.explain_null_of_ordered(kernel, &vectors));
        }
        let held = representatives(&vectors);
        let explain = |(vector, held): (&NullVector, usize)| self.explain_null(vector, held);
        Ok(vectors.iter().zip(held).map(explain).collect())
    }

    /// The directions in which nothing changes at `theta`, each with the parameter that stands still so that the others are
    /// determined: it is in no other direction.
    pub(crate) fn null_directions(&self, theta: &[f64]) -> Result<Vec<(NullVector, usize)>, EvalError> {
        let vectors = self.null_vectors(theta)?;
        let held = representatives(&vectors);
        Ok(vectors.into_iter().zip(held).collect())
    }

    fn null_vectors(&self, theta: &[f64]) -> Result<Vec<NullVector>, EvalError> {
        let unseen = match self.ordered_kernel() {
            Some(_) => &[],
            None => self.kernel_parameters(),
        };
        let free: Vec<usize> = (0..self.parameters.len())
            .filter(|&k| !self.parameters[k].fixed && !unseen.contains(&(k as u32)))
            .collect();
        let gram = self.gram(theta)?;
        let of_free = Array2::from_shape_fn((free.len(), free.len()), |(i, j)| gram[[free[i], free[j]]]);
        let mut vectors = Vec::new();
        for vector in null_space(&of_free, SUSPICIOUS) {
            let components: Vec<(usize, f64)> = vector.components.iter().map(|&(i, value)| (free[i], value)).collect();
            let vector = NullVector { components };
            if self.is_null(theta, &vector, &gram)? {
                vectors.push(vector);
            }
        }
        Ok(vectors)
    }

    /// Parameters, and derivatives of utilities in them at `theta` slot by slot, of every case that counts, in the order of
    /// the data.
    pub(crate) fn case_slopes(&self, theta: &[f64]) -> Result<CaseSlopes, EvalError> {
        let mut slopes = vec![None; self.facts.n_cases];
        self.each_case(theta, |case| {
            slopes[case.case] = Some((case.parameters.to_vec(), case.gradients.to_vec()));
        })?;
        Ok(slopes)
    }

    /// Whether utilities are sums of parameters times columns, and nothing else.
    pub(crate) fn has_pure_columns(&self) -> bool {
        let pure = |plan: &UtilityPlan| plan.rest.is_none() && plan.offset == Source::Constant(0.0);
        self.mixture.is_none() && self.blocks.plans.iter().all(pure)
    }

    /// Looks for separation: directions in which no choice becomes less likely and some become ever more likely, so
    /// that the maximum lies at infinity. Empty if there are none. Parameters in which a utility is not linear stand
    /// still: a direction in the others separates whatever their values.
    ///
    /// # Errors
    /// As an evaluation at the starting values.
    ///
    /// # Source
    /// Albert and Anderson (1984), *Biometrika* 71; the linear programme of Konis (2007).
    pub fn separated(&self) -> Result<Vec<Finding>, EvalError> {
        self.separated_at(&self.start())
    }

    /// The same, evaluated at `theta`, on which the answer does not depend.
    pub(crate) fn separated_at(&self, theta: &[f64]) -> Result<Vec<Finding>, EvalError> {
        let empty = self.empty_ranks();
        if !empty.is_empty() {
            return Ok(empty);
        }
        Ok(self.explain_separation(&separation::find(self, theta)?))
    }

    /// Calls `see` for every case in turn that counts: not those of weight 0, or with counts of 0 alone.
    pub(super) fn each_case(&self, theta: &[f64], mut see: impl FnMut(&CaseView<'_>)) -> Result<(), EvalError> {
        self.require_outcomes()?;
        let mut scratch = Scratch::default();
        let mut compared = Compared::default();
        for index in 0..self.blocks.segments.len() {
            self.blocks.segments.visit(index, |segment| {
                for group in &segment.groups {
                    self.blocks
                        .situations(group, theta, &mut scratch, |view| {
                            let case = CaseView {
                                case: segment.cases.start + view.case,
                                ..*view
                            };
                            match (self.ordered_kernel(), view.order) {
                                (Some(kernel), Some(order)) => compared.see(kernel, order, &case, &mut see),
                                _ => see(&case),
                            }
                        })
                        .map_err(|undefined| self.outside(segment, &undefined))?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Σ over cases and slots of (d_s − d̄)(d_s − d̄)′, with d̄ the mean over the slots of the case.
    pub(super) fn gram(&self, theta: &[f64]) -> Result<Array2<f64>, EvalError> {
        let k = self.parameters.len();
        let mut gram = Array2::zeros((k, k));
        let mut mean = Vec::new();
        let mut centred = Vec::new();
        self.each_case(theta, |case| {
            let width = case.parameters.len();
            mean.clear();
            mean.resize(width, 0.0);
            for slot in 0..case.n_slots {
                mean.iter_mut()
                    .zip(case.gradient(slot))
                    .for_each(|(mean, value)| *mean += value / case.n_slots as f64);
            }
            for slot in 0..case.n_slots {
                centred.clear();
                centred.extend(case.gradient(slot).iter().zip(&mean).map(|(value, mean)| value - mean));
                for row in 0..width {
                    for column in 0..=row {
                        let (i, j) = (case.parameters[row] as usize, case.parameters[column] as usize);
                        gram[[i, j]] += centred[row] * centred[column];
                    }
                }
            }
        })?;
        for row in 0..k {
            for column in 0..row {
                gram[[column, row]] = gram[[row, column]];
            }
        }
        Ok(gram)
    }

    /// Standard deviation of dV/dθ_k within cases, of every parameter.
    pub(crate) fn spreads(&self, theta: &[f64]) -> Result<Vec<f64>, EvalError> {
        let mut n = 0;
        self.each_case(theta, |case| n += case.n_slots)?;
        let gram = self.gram(theta)?;
        Ok(gram
            .diag()
            .iter()
            .map(|square| (square / n.max(1) as f64).sqrt())
            .collect())
    }

    /// In how many cases dV/dθ_k differs between alternatives, of every parameter, and how many cases there are.
    pub(crate) fn variation(&self, theta: &[f64]) -> Result<(Vec<usize>, usize), EvalError> {
        let mut varies = vec![0; self.parameters.len()];
        let mut n = 0;
        self.each_case(theta, |case| {
            n += 1;
            let first = case.gradient(0);
            for (place, &k) in case.parameters.iter().enumerate() {
                let differs = |slot: usize| case.gradient(slot)[place] != first[place];
                varies[k as usize] += usize::from((1..case.n_slots).any(differs));
            }
        })?;
        Ok((varies, n))
    }

    /// Whether the differences along a direction vanish on the data themselves, where nothing was squared.
    fn is_null(&self, theta: &[f64], vector: &NullVector, gram: &Array2<f64>) -> Result<bool, EvalError> {
        let scale: f64 = vector
            .components
            .iter()
            .map(|&(k, value)| value * value * gram[[k, k]])
            .sum();
        let mut direction = vec![0.0; self.parameters.len()];
        for &(k, value) in &vector.components {
            direction[k] = value;
        }
        let mut length = 0.0;
        self.each_case(theta, |case| {
            let along = |slot: usize| -> f64 {
                let gradient = case.gradient(slot).iter().zip(case.parameters);
                gradient.map(|(value, &k)| value * direction[k as usize]).sum()
            };
            let mean = (0..case.n_slots).map(along).sum::<f64>() / case.n_slots as f64;
            length += (0..case.n_slots).map(|slot| (along(slot) - mean).powi(2)).sum::<f64>();
        })?;
        Ok(length <= ZERO * ZERO * scale)
    }

    /// Of situations alone there is no likelihood.
    pub(crate) fn require_outcomes(&self) -> Result<(), EvalError> {
        if self.facts.has_outcomes {
            return Ok(());
        }
        Err(EvalError::Failed(
            "the data have no outcomes: they have no likelihood, only predictions; read them with their choices"
                .to_owned(),
        ))
    }

    /// Contributions are finite at `theta`: for messages before an estimation.
    ///
    /// # Errors
    /// As an evaluation.
    pub fn is_defined(&self, theta: &[f64]) -> Result<(), EvalError> {
        self.evaluate(theta, logsum_estimate::Order::Value).map(|_| ())
    }
}

/// A parameter of each vector such that the vectors cannot be told apart without all of these: the last that stands in
/// no other, which a reduced basis always has.
pub(super) fn representatives(vectors: &[NullVector]) -> Vec<usize> {
    let mut users = std::collections::HashMap::new();
    for k in vectors.iter().flat_map(NullVector::parameters) {
        *users.entry(k).or_insert(0) += 1;
    }
    let alone = |vector: &NullVector| {
        let parameters = vector.parameters();
        let own = parameters.iter().rev().find(|k| users[k] == 1);
        *own.or(parameters.last()).expect("a null vector has a component")
    };
    vectors.iter().map(alone).collect()
}
