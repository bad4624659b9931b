//! Columns in unfortunate units, and parameters on which little in the data depends.

use logsum_estimate::{EvalError, LogLikelihood};
use serde::Serialize;

use crate::model::Model;

/// Spreads of what a parameter multiplies that read well.
const READABLE: std::ops::RangeInclusive<f64> = 0.01..=100.0;

/// Part of the cases in which something must vary to tell much.
const RARE: f64 = 0.01;

/// Choices of an alternative below which they are few.
const FEW: f64 = 10.0;

/// A parameter of columns in unfortunate units.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scaling {
    /// The parameter.
    pub parameter: String,
    /// Columns in what it multiplies.
    pub columns: Vec<String>,
    /// Standard deviation of what it multiplies, within cases.
    pub spread: f64,
    /// A power of ten to divide the columns by, which multiplies the estimate.
    pub divide_by: f64,
}

/// A parameter about which few cases tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RareVariation {
    /// The parameter.
    pub parameter: String,
    /// Cases in which what it multiplies differs between alternatives.
    pub cases: usize,
    /// Cases that count.
    pub of: usize,
}

/// An alternative that is chosen seldom.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FewChoices {
    /// The alternative.
    pub alternative: String,
    /// How often it is chosen (of rankings, as the best).
    pub chosen: f64,
    /// Parameters that stand in its utility alone.
    pub parameters: Vec<String>,
}

/// Parameters that are looked at: free, in utilities, with columns.
fn with_columns(model: &Model<'_>) -> Vec<usize> {
    let parameters = model.parameters().iter().enumerate();
    parameters
        .filter(|(k, parameter)| !parameter.fixed && !model.columns_with(*k).is_empty())
        .map(|(k, _)| k)
        .collect()
}

/// Parameters of columns that vary by very much or very little.
pub(super) fn scaling(model: &Model<'_>, theta: &[f64]) -> Result<Vec<Scaling>, EvalError> {
    let spreads = model.spreads(theta)?;
    let of = |k: usize| {
        let spread = spreads[k];
        (spread > 0.0 && !READABLE.contains(&spread)).then(|| Scaling {
            parameter: model.parameters()[k].name.clone(),
            columns: model.columns_with(k).to_vec(),
            spread,
            divide_by: 10_f64.powi(spread.log10().round() as i32),
        })
    };
    Ok(with_columns(model).into_iter().filter_map(of).collect())
}

/// Parameters of what differs between alternatives in few cases only.
pub(super) fn rare(model: &Model<'_>, theta: &[f64]) -> Result<Vec<RareVariation>, EvalError> {
    let (varies, of) = model.variation(theta)?;
    let rare = |k: usize| {
        let cases = varies[k];
        (cases > 0 && (cases as f64) < RARE * of as f64).then(|| RareVariation {
            parameter: model.parameters()[k].name.clone(),
            cases,
            of,
        })
    };
    Ok(with_columns(model).into_iter().filter_map(rare).collect())
}

/// Alternatives chosen seldom, but at all, that have parameters of their own.
pub(super) fn few_choices(model: &Model<'_>) -> Vec<FewChoices> {
    let facts = model.facts();
    if !facts.alternatives.labelled || facts.shares || model.specification().ordered.is_some() {
        return Vec::new();
    }
    let names = facts.alternatives.names.iter().enumerate();
    let few = names.filter(|(at, _)| facts.times_chosen[*at] > 0.0 && facts.times_chosen[*at] < FEW);
    few.filter_map(|(at, name)| {
        let own = |k: &usize| !model.parameters()[*k].fixed && model.users(*k) == [at];
        let parameters: Vec<String> = (0..model.parameters().len())
            .filter(own)
            .map(|k| model.parameters()[k].name.clone())
            .collect();
        (!parameters.is_empty()).then(|| FewChoices {
            alternative: name.clone(),
            chosen: facts.times_chosen[at],
            parameters,
        })
    })
    .collect()
}
