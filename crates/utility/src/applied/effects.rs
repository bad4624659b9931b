//! What a change of an attribute does to choice probabilities: elasticities, marginal effects, diversion.

use logsum_data::{ChoiceData, Level};
use logsum_estimate::{EvalError, LogLikelihood};

use super::attribute::users;
use super::breakdown::Breakdown;
use super::delta_method::{Estimated, estimated, theta};
use super::experiment::{Experiment, Precision, QUANTITIES};
use crate::error::SpecificationError;
use crate::fit::Fit;
use crate::model::Model;
use crate::specification::Specification;

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

/// What comes of a change of an attribute, case by case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseEffects {
    /// Position of the alternative whose attribute changes; `None` if it is that of several.
    pub changed: Option<usize>,
    /// Effect on the probability of each pair, in the order of the data; NaN where there is none.
    pub values: Vec<f64>,
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
    for (changed, whose) in asked(specification, data, (attribute, of)) {
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

/// Effects of a change of a column on the probability of every pair of the data, in their order, of each change that is asked
/// for as in [`effects`], with the alternative whose attribute it is. NaN where nothing is changed in the case.
///
/// # Errors
/// As [`effects`].
///
/// # Panics
/// As [`effects`].
pub fn effects_of_cases(
    specification: &Specification,
    data: &ChoiceData,
    fit: &Fit,
    (attribute, of): (&str, Option<usize>),
    effect: Effect,
) -> Result<Vec<CaseEffects>, EvalError> {
    let breakdown = Breakdown::new(data, None);
    let of_change = |(changed, whose)| {
        let experiment = Experiment::new(data, (attribute, changed, whose), effect, &breakdown);
        let moved = experiment.moved_data();
        let values = experiment.of_pairs(&bound(specification, &moved)?, &theta(fit))?;
        Ok(CaseEffects {
            changed: experiment.whose(),
            values,
        })
    };
    asked(specification, data, (attribute, of)).map(of_change).collect()
}

/// Where a column is changed (`None` if everywhere), and whose attribute it is there.
fn asked<'a>(
    specification: &'a Specification,
    data: &'a ChoiceData,
    (attribute, of): (&'a str, Option<usize>),
) -> impl Iterator<Item = (Option<usize>, Option<usize>)> + 'a {
    let changes = changes(data, attribute).into_iter();
    let wanted = changes.filter(move |changed| of.is_none() || *changed == of);
    wanted.map(move |changed| {
        let only = || match users(specification, data, attribute)?.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        (changed, changed.or_else(only))
    })
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
