//! What tests of independence of irrelevant alternatives share: which models have the property, and which choices are left.

use logsum_data::{ChoiceData, near_miss};
use logsum_estimate::EvalError;

use super::refit::{Refit, RefitError, refit};
use crate::fit::Fit;
use crate::model::Model;

/// Why independence of irrelevant alternatives cannot be tested.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum IiaError {
    #[error(
        "independence of irrelevant alternatives is a property of the logit, which a {family} does not have, so that there is \
         nothing to test; test the logit with the same utilities"
    )]
    Family { family: String },
    #[error("outcomes are rankings: test the logit of the first choices")]
    Rankings,
    #[error("outcomes are shares, of which {test} does not hold; take {instead}")]
    Shares { test: &'static str, instead: &'static str },
    #[error("no alternative \"{name}\"{}; there are {known}", suggestion.as_ref().map_or(String::new(), |near| format!("; did you mean \"{near}\"?")))]
    NoAlternative {
        name: String,
        suggestion: Option<String>,
        known: String,
    },
    #[error("no column names the alternatives, so that none can be removed from all choice sets")]
    Unlabelled,
    #[error("without {names} fewer than two alternatives are left to choose from; remove fewer")]
    TooFew { names: String },
    #[error("{what}: {error}")]
    Estimation { what: String, error: Box<RefitError> },
    #[error("the fit has no {kind} covariance; choose another with --covariance")]
    NoCovariance { kind: String },
    #[error("{names}: removing changes no estimate, as where nobody can choose what is removed")]
    NothingChanges { names: String },
    #[error(transparent)]
    Evaluation(#[from] EvalError),
}

/// A coefficient on all choice sets and on what is left of them.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ComparedCoefficient {
    /// The parameter.
    pub term: String,
    /// Its estimate from all choices.
    pub all: f64,
    /// Its estimate from the choices among the others.
    pub others: f64,
    /// The second less the first.
    pub difference: f64,
    /// Standard error of the difference; `None` where its variance is not positive.
    pub std_error: Option<f64>,
}

/// A logit with named alternatives, which has the property that is tested.
///
/// # Errors
/// Other models, rankings, alternatives that have no names.
pub(super) fn testable<'data>(model: &Model<'data>, fit: &Fit) -> Result<&'data ChoiceData, IiaError> {
    let specification = model.specification();
    let other = specification.mixing.is_some()
        || specification.probit.is_some()
        || specification.nests.is_some()
        || specification.generator.is_some()
        || specification.ordered.is_some();
    if other {
        return Err(IiaError::Family {
            family: fit.model.family.clone(),
        });
    }
    let data = model.whole()?;
    if data.rankings().is_some() {
        return Err(IiaError::Rankings);
    }
    let named = match &data.schema().layout {
        logsum_data::Layout::Wide { .. } => true,
        logsum_data::Layout::Long { alternative, .. } => alternative.is_some(),
    };
    match named {
        true => Ok(data),
        false => Err(IiaError::Unlabelled),
    }
}

/// Positions of alternatives by their names.
///
/// # Errors
/// Names that no alternative has, and so many that fewer than two are left.
pub fn alternatives_named(data: &ChoiceData, names: &[String]) -> Result<Vec<usize>, IiaError> {
    let known = || data.alternatives().names.iter().map(String::as_str);
    let mut positions = Vec::new();
    for name in names {
        let position = known().position(|other| other == name);
        let position = position.ok_or_else(|| IiaError::NoAlternative {
            name: name.clone(),
            suggestion: near_miss(name, known()),
            known: logsum_data::name_list(known()),
        })?;
        if !positions.contains(&position) {
            positions.push(position);
        }
    }
    if known().count() < positions.len() + 2 {
        return Err(IiaError::TooFew {
            names: quoted(data, &positions),
        });
    }
    Ok(positions)
}

/// Names of alternatives in quotes.
pub(super) fn quoted(data: &ChoiceData, positions: &[usize]) -> String {
    let names = &data.alternatives().names;
    let quoted: Vec<String> = positions.iter().map(|&at| format!("\"{}\"", names[at])).collect();
    quoted.join(", ")
}

/// The choices among the others, and the estimates from them.
pub(super) struct Rest {
    pub data: ChoiceData,
    /// Which cases of the data they are.
    pub cases: Vec<usize>,
    pub refit: Refit,
    /// Parameters that are not compared, and why, in a sentence for each reason.
    pub left_out: Vec<String>,
}

/// Estimates the model on the choices among the alternatives that are not removed, from `theta` on.
pub(super) fn without(
    model: &Model<'_>,
    fit: &Fit,
    data: &ChoiceData,
    removed: &[usize],
    theta: &[f64],
) -> Result<Rest, IiaError> {
    let what = || format!("without {}", quoted(data, removed));
    let failed = |error: RefitError| IiaError::Estimation {
        what: what(),
        error: Box::new(error),
    };
    let Some((rest, cases)) = data.choices_without(removed) else {
        return Err(IiaError::Rankings);
    };
    let at_bound = at_bound(fit);
    let refit = refit(model.specification(), &rest, theta, &at_bound).map_err(failed)?;
    let names = |parameters: &[usize]| {
        let names: Vec<String> = parameters
            .iter()
            .map(|&k| format!("\"{}\"", fit.parameters[k].term))
            .collect();
        names.join(", ")
    };
    let mut left_out = Vec::new();
    let (alone, joint): (Vec<_>, Vec<_>) = refit
        .directions
        .iter()
        .partition(|(vector, _)| vector.components.len() == 1);
    let alone: Vec<usize> = alone.iter().map(|(_, k)| *k).collect();
    if !alone.is_empty() {
        left_out.push(format!(
            "Left out, as the choices among the others say nothing of them: {}.",
            names(&alone)
        ));
    }
    for (vector, k) in joint {
        left_out.push(format!(
            "Of {} only differences are identified there, so that the others are compared relative to {}.",
            names(&vector.parameters()),
            names(&[*k])
        ));
    }
    let bounded: Vec<usize> = (0..fit.parameters.len())
        .filter(|&k| at_bound.contains(&k) || refit.fit.parameters[k].at_bound.is_some())
        .collect();
    if !bounded.is_empty() {
        left_out.push(format!("Left out, as they stand at a bound: {}.", names(&bounded)));
    }
    Ok(Rest {
        data: rest,
        cases,
        refit,
        left_out,
    })
}

/// Parameters at a bound, which count as fixed.
pub(super) fn at_bound(fit: &Fit) -> Vec<usize> {
    let bounded = |k: &usize| fit.parameters[*k].at_bound.is_some();
    (0..fit.parameters.len()).filter(bounded).collect()
}
