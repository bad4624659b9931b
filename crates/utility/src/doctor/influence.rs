//! Decision makers that the estimates rest on.

use logsum_estimate::{EvalError, LogLikelihood};
use serde::Serialize;

use crate::fit::Fit;
use crate::model::Model;

/// Decision makers that are listed.
const LISTED: usize = 5;

/// What the estimates would do without a decision maker, by one step of Newton's method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Influence {
    /// Row of the file in which the decision maker's first case begins, where rows are known.
    pub row: Option<usize>,
    /// Identifier of that case, where the data name cases.
    pub case: Option<String>,
    /// s′Vs with the score s of the decision maker and V minus the inverse Hessian: about twice what ln L of the others
    /// gains by estimates without this one.
    pub displacement: f64,
    /// The parameter that changes most for its standard error.
    pub parameter: String,
    /// By how many standard errors, −(Vs)_k/se_k.
    pub change: f64,
    /// What the decision maker adds to ln L.
    pub log_likelihood: f64,
}

/// A decision maker whose choices the fit thinks improbable.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Improbable {
    /// Row of the file in which the decision maker's first case begins, where rows are known.
    pub row: Option<usize>,
    /// Identifier of that case, where the data name cases.
    pub case: Option<String>,
    /// ln of the probability of all that was chosen, weights and counts included.
    pub log_likelihood: f64,
    /// Cases of the decision maker.
    pub n_cases: usize,
}

/// The most influential and the least probable decision makers.
///
/// # Source
/// Cook (1986), *Assessment of local influence*; Pregibon (1981), *Logistic regression diagnostics*.
pub(super) fn of(model: &Model<'_>, fit: &Fit, theta: &[f64]) -> Result<(Vec<Influence>, Vec<Improbable>), EvalError> {
    let contributions = model.contributions(theta)?;
    let first_cases = first_cases(model, contributions.len());
    let place = |maker: usize| -> (Option<usize>, Option<String>) {
        let Some(data) = model.data() else { return (None, None) };
        let place = data.place(first_cases[maker].0);
        (Some(place.row), place.case)
    };
    let mut least: Vec<usize> = (0..contributions.len()).collect();
    least.sort_by(|&a, &b| contributions[a].total_cmp(&contributions[b]));
    let improbable = |&maker: &usize| {
        let (row, case) = place(maker);
        Improbable {
            row,
            case,
            log_likelihood: contributions[maker],
            n_cases: first_cases[maker].1,
        }
    };
    let improbable = least.iter().take(LISTED).map(improbable).collect();
    let Some(covariance) = &fit.covariance.hessian else {
        return Ok((Vec::new(), improbable));
    };
    let free: Vec<usize> = (0..theta.len()).filter(|&k| !fit.parameters[k].fixed).collect();
    // The units of a likelihood are cases where tastes are the same.
    let makers = model.decision_makers_of_units();
    let mut scores = vec![0.0; makers.n * theta.len()];
    model.visit_scores(theta, &mut |unit, score| {
        let of_maker = &mut scores[makers.of_unit[unit] as usize * theta.len()..][..theta.len()];
        of_maker.iter_mut().zip(score).for_each(|(sum, part)| *sum += part);
    })?;
    // Displacement, the place among the free parameters of what changes most, and by how much; of each decision maker.
    let mut found: Vec<(usize, f64, usize, f64)> = Vec::with_capacity(makers.n);
    for (maker, score) in scores.chunks_exact(theta.len().max(1)).enumerate() {
        let mut displacement = 0.0;
        let mut most = (0, 0.0);
        for (i, row) in covariance.iter().enumerate() {
            let step: f64 = row.iter().zip(&free).map(|(value, &k)| value * score[k]).sum();
            displacement += step * score[free[i]];
            let change = if row[i] > 0.0 { -step / row[i].sqrt() } else { 0.0 };
            if change.abs() > f64::abs(most.1) {
                most = (i, change);
            }
        }
        found.push((maker, displacement, most.0, most.1));
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    let influence = |&(maker, displacement, parameter, change): &(usize, f64, usize, f64)| {
        let (row, case) = place(maker);
        Influence {
            row,
            case,
            displacement,
            parameter: fit.parameters[free[parameter]].term.clone(),
            change,
            log_likelihood: contributions[maker],
        }
    };
    let some = if free.is_empty() { 0 } else { LISTED };
    Ok((found.iter().take(some).map(influence).collect(), improbable))
}

/// The first case of each decision maker, and how many there are.
fn first_cases(model: &Model<'_>, n_makers: usize) -> Vec<(usize, usize)> {
    let Some(makers) = &model.facts().decision_makers else {
        return (0..n_makers).map(|case| (case, 1)).collect();
    };
    let mut first = vec![(0, 0); n_makers];
    for (case, &maker) in makers.iter().enumerate() {
        let known = &mut first[maker as usize];
        if known.1 == 0 {
            known.0 = case;
        }
        known.1 += 1;
    }
    first
}
