//! The differences behind effects: a column moved at one alternative or for all, and predictions there.

use logsum_data::{ChoiceData, Level, Values};
use logsum_estimate::EvalError;

use super::breakdown::Breakdown;
use super::delta_method::Estimated;
use super::effects::{ChangedEffects, Effect, EffectValues};
use crate::model::Model;

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

/// Effect on the share, mean, diversion.
pub(super) const QUANTITIES: usize = 3;

/// How exact differences are to be.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Precision {
    /// As exact as they can be.
    Full,
    /// Exact enough for standard errors.
    Differences,
}

/// A change of a column at one alternative or for all.
pub(super) struct Experiment<'a> {
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
    pub fn new(
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
    pub fn moved_data(&self) -> Vec<ChoiceData> {
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

    /// The effect on the probability of every pair: NaN where nothing is changed in its case, and of elasticities where its
    /// probability is 0.
    pub fn of_pairs(&self, models: &[Model<'_>], theta: &[f64]) -> Result<Vec<f64>, EvalError> {
        let (levels, mut slopes) = self.slopes(models, theta, Precision::Full)?;
        for (case, width) in self.width.iter().enumerate() {
            for pair in self.data.pairs(case) {
                let value = match self.effect {
                    _ if width.is_infinite() => f64::NAN,
                    Effect::Marginal => slopes[pair] / width,
                    Effect::Elasticity => slopes[pair] / width / levels[pair],
                    Effect::Arc(part) => slopes[pair] / levels[pair] / (part / (1.0 + 0.5 * part)),
                };
                slopes[pair] = if value.is_finite() { value } else { f64::NAN };
            }
        }
        Ok(slopes)
    }

    /// The alternative whose attribute changes; `None` if it is that of several.
    pub fn whose(&self) -> Option<usize> {
        self.whose
    }

    /// All quantities of all alternatives of all groups.
    pub fn values(&self, models: &[Model<'_>], theta: &[f64], precision: Precision) -> Result<Vec<f64>, EvalError> {
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
    pub fn effects(&self, estimates: &[Estimated]) -> ChangedEffects {
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
