//! What a change of an attribute does to choice probabilities: elasticities, marginal effects, diversion.

use logsum_data::{ChoiceData, Level, Values};
use logsum_estimate::{EvalError, LogLikelihood};

use super::attribute::users;
use super::breakdown::Breakdown;
use super::delta_method::{Estimated, estimated, theta};
use crate::error::SpecificationError;
use crate::fit::Fit;
use crate::model::Model;
use crate::specification::Specification;

/// Step of the differences in an attribute, relative to its cells.
///
/// The five-point rule
///
/// ```text
/// f′ ≈ (8 (f(h) − f(−h)) − (f(2h) − f(−2h))) / 12h
/// ```
///
/// (central differences at h and 2h with Richardson's extrapolation) is off by h⁴ f⁽⁵⁾ / 30 and by rounding of ε / h: both
/// about 10⁻¹² for utilities that change by some units when the attribute doubles. Standard errors take the central
/// difference at 2h, off by (2h)² f‴ / 6, about 10⁻⁷.
pub const STEP: f64 = 2e-4;

/// Cells that are smaller than this part of the root mean square of their column move as if they were that large.
const SMALLEST: f64 = 1e-3;

/// How an attribute changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// By a small percentage: elasticities ∂ ln P_j / ∂ ln x_k.
    Elasticity,
    /// By a small amount: marginal effects ∂P_j / ∂x_k.
    Marginal,
    /// By this part of itself, 0.1 for ten percent more: arc elasticities by the midpoint formula,
    ///
    /// ```text
    /// (S′ − S) / ((S′ + S) / 2)  ÷  (x′ − x) / ((x′ + x) / 2)
    /// ```
    Arc(f64),
}

/// What comes of a change of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedEffects {
    /// Position of the alternative whose attribute changes; `None` if it is that of several.
    pub changed: Option<usize>,
    /// Of each group of the breakdown, of each alternative.
    pub groups: Vec<Vec<EffectValues>>,
}

/// What comes of it for the probability of one alternative. Numbers that have no value are NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectValues {
    /// The effect on the predicted share S_j = Σ s_n P_nj / Σ s_n. Of elasticities these are those of the cases, weighted
    /// by their probabilities; of marginal effects, their average over cases.
    ///
    /// ```text
    /// Σ s_n P_nj E_njk / Σ s_n P_nj   or   Σ s_n ∂P_nj/∂x_nk / Σ s_n
    /// ```
    pub share: Estimated,
    /// The mean elasticity over the cases that have both alternatives, weighted by what these count alone.
    pub mean: Estimated,
    /// Diversion ratio: of what the changed alternative k loses, the part that j gains, −(∂S_j/∂x_k) / (∂S_k/∂x_k).
    pub diversion: Estimated,
}

/// Effects of a change of a column on predicted probabilities, with standard errors by the delta method from the fit's
/// chosen covariance, by sample enumeration.
///
/// In long data the column is changed at one alternative after the other, or at that in `of` alone; where a cell belongs to
/// the whole case (wide data, and characteristics in long data) it is changed for whichever alternatives use it. Columns
/// derived from it follow; choice sets stay as they are.
///
/// # Errors
/// As [`Model::predict`].
///
/// # Panics
/// If the data have no such column of numbers (see [`attribute_use`](super::attribute_use)), or the breakdown is of others.
pub fn effects(
    specification: &Specification,
    data: &ChoiceData,
    fit: &Fit,
    (attribute, of): (&str, Option<usize>),
    effect: Effect,
    breakdown: &Breakdown,
) -> Result<Vec<ChangedEffects>, EvalError> {
    let mut found = Vec::new();
    for changed in changes(data, attribute)
        .into_iter()
        .filter(|changed| of.is_none() || *changed == of)
    {
        let whose = changed.or_else(|| match users(specification, data, attribute)?.as_slice() {
            [only] => Some(*only),
            _ => None,
        });
        let experiment = Experiment::new(data, (attribute, changed, whose), effect, breakdown);
        let moved = experiment.moved_data();
        let models = bound(specification, &moved)?;
        let at = theta(fit);
        let values = experiment.values(&models, &at, Precision::Full)?;
        let estimates = estimated(fit, models[0].parameters(), &values, &mut |theta| {
            experiment.values(&models, theta, Precision::Differences)
        })?;
        found.push(experiment.effects(&estimates));
    }
    Ok(found)
}

/// The alternative whose cells are changed (`None` if all are), and the elasticity of every share; NaN where there is none.
pub(crate) type ShareElasticities = (Option<usize>, Vec<f64>);

/// Elasticities of the shares of all cases alone, at any parameters.
pub(crate) fn share_elasticities(
    specification: &Specification,
    data: &ChoiceData,
    theta: &[f64],
    attribute: &str,
) -> Result<Vec<ShareElasticities>, EvalError> {
    let breakdown = Breakdown::new(data, None);
    let of_change = |changed| {
        let experiment = Experiment::new(data, (attribute, changed, changed), Effect::Elasticity, &breakdown);
        let moved = experiment.moved_data();
        let values = experiment.values(&bound(specification, &moved)?, theta, Precision::Full)?;
        let shares = values.chunks(QUANTITIES).map(|of_alternative| of_alternative[0]);
        Ok((changed, shares.collect()))
    };
    changes(data, attribute).into_iter().map(of_change).collect()
}

/// The alternatives at which a column is changed; `None` for all at once.
fn changes(data: &ChoiceData, attribute: &str) -> Vec<Option<usize>> {
    let column = data.columns().iter().find(|column| column.name == attribute);
    match column.is_some_and(|column| column.level == Level::Pair) {
        true => (0..data.alternatives().len()).map(Some).collect(),
        false => vec![None],
    }
}

fn bound<'a>(specification: &Specification, data: &'a [ChoiceData]) -> Result<Vec<Model<'a>>, EvalError> {
    let bind = |data| Model::bind(specification, data);
    let failed = |error: SpecificationError| EvalError::Failed(error.to_string());
    data.iter().map(|data| bind(data).map_err(failed)).collect()
}

/// Effect on the share, mean, diversion.
const QUANTITIES: usize = 3;

/// How exact differences are to be.
#[derive(Clone, Copy, PartialEq)]
enum Precision {
    /// As exact as they can be.
    Full,
    /// Exact enough for standard errors.
    Differences,
}

/// A change of a column at one alternative or for all.
struct Experiment<'a> {
    data: &'a ChoiceData,
    column: &'a str,
    changed: Option<usize>,
    /// The alternative that it is an attribute of; `None` if of several.
    whose: Option<usize>,
    effect: Effect,
    breakdown: &'a Breakdown,
    /// Least size of a cell's step, in steps.
    smallest: f64,
    /// What the difference of a case's probabilities is divided by, besides the step; infinite where nothing is changed.
    width: Vec<f64>,
}

impl<'a> Experiment<'a> {
    fn new(
        data: &'a ChoiceData,
        (column, changed, whose): (&'a str, Option<usize>, Option<usize>),
        effect: Effect,
        breakdown: &'a Breakdown,
    ) -> Self {
        let cells = cells(data, column, whose);
        let present = cells.iter().flatten();
        let square: f64 = present.clone().map(|cell| cell * cell).sum();
        let root = (square / present.count().max(1) as f64).sqrt();
        let smallest = if root > 0.0 { SMALLEST * root } else { 1.0 };
        let width = |cell: &Option<f64>| match (cell, effect) {
            (None, _) => f64::INFINITY,
            (Some(cell), Effect::Marginal) => cell.abs().max(smallest),
            (Some(_), _) => 1.0,
        };
        Experiment {
            data,
            column,
            changed,
            whose,
            effect,
            breakdown,
            smallest,
            width: cells.iter().map(width).collect(),
        }
    }

    /// The data at the points of the differences: two steps up and down, one step up and down; of an arc, its ends.
    fn moved_data(&self) -> Vec<ChoiceData> {
        let (effect, smallest) = (self.effect, self.smallest);
        let at = |steps: f64| {
            let step = STEP * steps;
            let moved = self.data.with_cells(self.column, self.changed, |cell| match effect {
                Effect::Elasticity => cell * (1.0 + step),
                Effect::Marginal => cell + step * cell.abs().max(smallest),
                Effect::Arc(part) => cell * (1.0 + steps * part),
            });
            moved.expect("a column of numbers")
        };
        let steps: &[f64] = match self.effect {
            Effect::Arc(_) => &[1.0, 0.0],
            _ => &[2.0, -2.0, 1.0, -1.0],
        };
        steps.iter().map(|steps| at(*steps)).collect()
    }

    /// Probabilities and their slopes at these parameters; of an arc its middle and the difference of its ends.
    fn slopes(
        &self,
        models: &[Model<'_>],
        theta: &[f64],
        precision: Precision,
    ) -> Result<(Vec<f64>, Vec<f64>), EvalError> {
        let probabilities = |at: usize| Ok::<_, EvalError>(models[at].predict(theta)?.probabilities);
        let (up, down) = (probabilities(0)?, probabilities(1)?);
        let ends = || up.iter().zip(&down);
        let middles = || ends().map(|(up, down)| 0.5 * (up + down)).collect();
        if let Effect::Arc(_) = self.effect {
            return Ok((middles(), ends().map(|(up, down)| up - down).collect()));
        }
        if precision == Precision::Differences {
            return Ok((middles(), ends().map(|(up, down)| (up - down) / (4.0 * STEP)).collect()));
        }
        let (near_up, near_down) = (probabilities(2)?, probabilities(3)?);
        let all = || ends().zip(near_up.iter().zip(&near_down));
        let slope = |((up, down), (near_up, near_down)): ((&f64, &f64), (&f64, &f64))| {
            (8.0 * (near_up - near_down) - (up - down)) / (12.0 * STEP)
        };
        let level = |((up, down), (near_up, near_down)): ((&f64, &f64), (&f64, &f64))| {
            (4.0 * (near_up + near_down) - (up + down)) / 6.0
        };
        Ok((all().map(level).collect(), all().map(slope).collect()))
    }

    /// All quantities of all alternatives of all groups.
    fn values(&self, models: &[Model<'_>], theta: &[f64], precision: Precision) -> Result<Vec<f64>, EvalError> {
        let (data, breakdown) = (self.data, self.breakdown);
        let (levels, mut slopes) = self.slopes(models, theta, precision)?;
        for (case, width) in self.width.iter().enumerate() {
            data.pairs(case).for_each(|pair| slopes[pair] /= width);
        }
        let changes = breakdown.sums_by_alternative(data, |pair| slopes[pair]);
        let shares = breakdown.sums_by_alternative(data, |pair| levels[pair]);
        let (means, counted) = match self.effect {
            Effect::Elasticity => self.means(&levels, &slopes),
            Effect::Marginal | Effect::Arc(_) => (Vec::new(), Vec::new()),
        };
        let totals = breakdown.totals();
        let mut values = Vec::new();
        for group in 0..breakdown.n_groups() {
            for j in 0..data.alternatives().len() {
                let (change, share) = (changes[group][j], shares[group][j]);
                let ratio = |top: f64, bottom: f64| if bottom == 0.0 { f64::NAN } else { top / bottom };
                values.push(match self.effect {
                    Effect::Elasticity => ratio(change, share),
                    Effect::Marginal if share == 0.0 => f64::NAN,
                    Effect::Marginal => ratio(change, totals[group]),
                    Effect::Arc(part) => ratio(change, share) / (part / (1.0 + 0.5 * part)),
                });
                values.push(match self.effect {
                    Effect::Elasticity => ratio(means[group][j], counted[group][j]),
                    _ => f64::NAN,
                });
                values.push(match self.whose {
                    Some(k) if k != j => ratio(change, -changes[group][k]),
                    _ => f64::NAN,
                });
            }
        }
        Ok(values)
    }

    /// Sums of elasticities over the cases in which something is changed, and of what these count.
    fn means(&self, levels: &[f64], slopes: &[f64]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let (data, breakdown) = (self.data, self.breakdown);
        let mut inside = vec![false; data.n_pairs()];
        for (case, width) in self.width.iter().enumerate().filter(|(_, width)| width.is_finite()) {
            debug_assert!(*width > 0.0);
            data.pairs(case).for_each(|pair| inside[pair] = true);
        }
        let elasticity = |pair: usize| if inside[pair] { slopes[pair] / levels[pair] } else { 0.0 };
        (
            breakdown.sums_by_alternative(data, elasticity),
            breakdown.sums_by_alternative(data, |pair| f64::from(u8::from(inside[pair]))),
        )
    }
}

impl Experiment<'_> {
    /// The quantities, which stand group by group and alternative by alternative, in their places.
    fn effects(&self, estimates: &[Estimated]) -> ChangedEffects {
        let values = |of: &[Estimated]| EffectValues {
            share: of[0],
            mean: of[1],
            diversion: of[2],
        };
        let alternatives: Vec<EffectValues> = estimates.chunks(QUANTITIES).map(values).collect();
        ChangedEffects {
            changed: self.whose,
            groups: alternatives
                .chunks(self.data.alternatives().len())
                .map(<[_]>::to_vec)
                .collect(),
        }
    }
}

/// The cell of a column that belongs to each case, at an alternative; `None` where the case does not have that.
fn cells(data: &ChoiceData, column: &str, whose: Option<usize>) -> Vec<Option<f64>> {
    let known = data.columns().iter().find(|known| known.name == column);
    let known = known.expect("a column of the data");
    let Values::Number(cells) = &known.values else {
        panic!("a column of numbers");
    };
    let of_case = |case: usize| {
        let mut pairs = data.pairs(case);
        let pair = match whose {
            Some(whose) => pairs.find(|&pair| data.pair_alternatives()[pair] as usize == whose)?,
            None => pairs.start,
        };
        Some(match known.level {
            Level::Case => cells[case],
            Level::Pair => cells[pair],
        })
    };
    (0..data.n_cases()).map(of_case).collect()
}
