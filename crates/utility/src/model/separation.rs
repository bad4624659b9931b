//! Separation: a direction in the parameters along which the likelihood rises for ever.

use logsum_estimate::EvalError;
use logsum_data::Outcome;
use microlp::{ComparisonOp, OptimizationDirection, Problem};

use super::Model;
use super::diagnose::CaseView;

/// Rows added to the linear programme in one round.
const ROWS_PER_ROUND: usize = 200;
/// Rounds before the search is given up without a verdict.
const ROUNDS: usize = 60;
/// A difference of utility along a direction of unit size that counts as zero: ten times the tolerance of the solver.
const ZERO: f64 = 1e-6;

/// A direction and what it does to the choices, as verified on the data.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Certificate {
    /// Parameters that move and how far.
    pub direction: Vec<(usize, f64)>,
    /// Cases in which the chosen alternative gains on another one.
    pub strict_cases: usize,
    /// Cases.
    pub n_cases: usize,
}

/// Looks for a direction u with u′(d_chosen − d_s) ≥ 0 for every case and slot s, and > 0 for some.
///
/// The linear programme maximises the sum of these over the box |u_k| ≤ 1 with differences scaled to unit size. Of its
/// many rows only those are taken in that a previous solution violates.
pub(super) fn find(model: &Model<'_>) -> Result<Option<Certificate>, EvalError> {
    let theta = model.start();
    let free: Vec<usize> = (0..theta.len()).filter(|&k| !model.parameters[k].fixed).collect();
    let gram = model.gram(&theta)?;
    let n_cases = model.data.n_cases() as f64;
    let scale: Vec<f64> = (0..theta.len()).map(|k| (gram[[k, k]] / n_cases).sqrt()).collect();
    let movable: Vec<usize> = free.into_iter().filter(|&k| scale[k] > 0.0).collect();
    if movable.is_empty() {
        return Ok(None);
    }
    let position = |k: u32| movable.binary_search(&(k as usize)).ok();

    // A parameter with a bound goes to that bound, not to infinity.
    let way = |&k: &usize| {
        let parameter = &model.parameters[k];
        (if parameter.lower.is_finite() { 0.0 } else { -1.0 }, if parameter.upper.is_finite() { 0.0 } else { 1.0 })
    };
    let ways: Vec<(f64, f64)> = movable.iter().map(way).collect();
    let mut objective = vec![0.0; movable.len()];
    model.each_case(&theta, |case| {
        each_row(model, case, |row| {
            for (&k, value) in case.parameters.iter().zip(row) {
                if let Some(at) = position(k) {
                    objective[at] += value / scale[k as usize] / n_cases;
                }
            }
        });
    })?;
    let mut rows: Vec<Vec<(usize, f64)>> = Vec::new();
    for _ in 0..ROUNDS {
        let Some(solution) = solve(&objective, &ways, &rows) else { return Ok(None) };
        let gain: f64 = objective.iter().zip(&solution).map(|(c, u)| c * u).sum();
        if gain <= ZERO {
            return Ok(None);
        }
        let largest = solution.iter().fold(0.0_f64, |largest, u| largest.max(u.abs()));
        // Components that are zero but for the solver's tolerance.
        let clean = |u: f64| if u.abs() < 1e-5 * largest { 0.0 } else { u / largest };
        let direction: Vec<f64> = solution.iter().map(|&u| clean(u)).collect();

        let mut violated: Vec<(f64, Vec<(usize, f64)>)> = Vec::new();
        let mut strict_cases = 0;
        model.each_case(&theta, |case| {
            let mut strict = false;
            each_row(model, case, |row| {
                let scaled: Vec<(usize, f64)> = case
                    .parameters
                    .iter()
                    .zip(row)
                    .filter_map(|(&k, value)| Some((position(k)?, value / scale[k as usize])))
                    .filter(|(_, value)| *value != 0.0)
                    .collect();
                let along: f64 = scaled.iter().map(|&(at, value)| value * direction[at]).sum();
                let size = scaled.iter().fold(1.0_f64, |size, (_, value)| size.max(value.abs()));
                strict |= along > ZERO * size;
                if along < -ZERO * size {
                    violated.push((along / size, scaled));
                }
            });
            strict_cases += usize::from(strict);
        })?;
        if violated.is_empty() {
            let moving = movable.iter().zip(&direction).filter(|(_, u)| **u != 0.0);
            return Ok((strict_cases > 0).then(|| Certificate {
                direction: moving.map(|(&k, u)| (k, u / scale[k])).collect(),
                strict_cases,
                n_cases: model.data.n_cases(),
            }));
        }
        violated.sort_by(|a, b| a.0.total_cmp(&b.0));
        rows.extend(violated.into_iter().take(ROWS_PER_ROUND).map(|(_, row)| row));
    }
    Ok(None)
}

/// Differences d_chosen − d_s of a case; with counts, of every alternative chosen at all.
fn each_row(model: &Model<'_>, case: &CaseView<'_>, mut see: impl FnMut(&[f64])) {
    let mut row = vec![0.0; case.parameters.len()];
    let mut compare = |chosen: usize| {
        for slot in (0..case.n_slots).filter(|&slot| slot != chosen) {
            for (at, value) in row.iter_mut().enumerate() {
                *value = case.gradient(chosen)[at] - case.gradient(slot)[at];
            }
            see(&row);
        }
    };
    match model.data.outcome() {
        Outcome::Chosen(chosen) => compare(chosen[case.case] as usize),
        Outcome::Counts(counts) => {
            let pairs = model.data.pairs(case.case);
            (0..case.n_slots).filter(|slot| counts[pairs.start + slot] > 0.0).for_each(compare);
        }
    }
}

/// The vertex of the box that maximises the objective under the rows; `None` if the solver fails.
fn solve(objective: &[f64], ways: &[(f64, f64)], rows: &[Vec<(usize, f64)>]) -> Option<Vec<f64>> {
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let variables: Vec<_> = objective.iter().zip(ways).map(|(&c, &way)| problem.add_var(c, way)).collect();
    for row in rows {
        let row: Vec<_> = row.iter().map(|&(at, value)| (variables[at], value)).collect();
        problem.add_constraint(row.as_slice(), ComparisonOp::Ge, 0.0);
    }
    let solution = problem.solve().ok()?.into_solution().ok()?;
    Some(variables.iter().map(|&variable| solution.var_value(variable)).collect())
}
