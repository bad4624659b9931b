//! How far each decision maker has moved the coefficients of a fit.

use logsum_estimate::{EvalError, LogLikelihood};

use super::coefficients::{Coefficient, rows};
use crate::fit::Fit;
use crate::model::Model;

/// The influence of decision makers on coefficients b(θ̂), a row for each of `n`, a column for each coefficient:
///
/// ```text
/// a_n = D (−H)⁻¹ s_n,   D = ∂b/∂θ′
/// ```
///
/// with scores s_n at the estimates. The influences of two models on one sample have the joint (sandwich) covariance of
/// both estimators in their products: Cov(b₁, b₂) = Σ_n a₁ₙ a₂ₙ′.
///
/// `who` says which of the `n` rows belongs to each decision maker of the model's data. `None` where the fit has no
/// covariance of the Hessian, where some of its parameters have no unique finite estimate, or where derivatives of
/// coefficients are not known.
///
/// # Errors
/// As [`LogLikelihood::visit_scores`].
///
/// # Panics
/// If `who` is not as long as there are decision makers.
pub fn influences(
    model: &Model<'_>,
    fit: &Fit,
    coefficients: &[Coefficient],
    who: &[u32],
    n: usize,
) -> Result<Option<Vec<Vec<f64>>>, EvalError> {
    assert_eq!(
        who.len(),
        model.facts().n_decision_makers,
        "one for each decision maker"
    );
    let Some(slopes) = slopes(fit, coefficients) else {
        return Ok(None);
    };
    let theta: Vec<f64> = fit.parameters.iter().map(|estimate| estimate.estimate).collect();
    let makers = match &model.facts().decision_makers {
        // Units of the likelihood are cases or decision makers, as the family has it.
        Some(makers) if model.n_units() != who.len() => Some(makers.as_slice()),
        _ => None,
    };
    let mut influences = vec![vec![0.0; coefficients.len()]; n];
    model.visit_scores(&theta, &mut |unit, score| {
        let maker = makers.map_or(unit, |makers| makers[unit] as usize);
        let row = &mut influences[who[maker] as usize];
        for (sum, slope) in row.iter_mut().zip(&slopes) {
            *sum += slope.iter().zip(score).map(|(slope, score)| slope * score).sum::<f64>();
        }
    })?;
    Ok(Some(influences))
}

/// D (−H)⁻¹ over all parameters, zeros in the columns of those that are fixed: a row for each coefficient.
fn slopes(fit: &Fit, coefficients: &[Coefficient]) -> Option<Vec<Vec<f64>>> {
    let bread = fit.covariance.hessian.as_ref()?;
    let (rows, n) = rows(fit);
    let hidden = |(estimate, row): (&crate::fit::Estimate, &Option<usize>)| {
        row.is_some_and(|row| bread[row][row] == 0.0) && estimate.at_bound.is_none()
    };
    if fit.parameters.iter().zip(&rows).any(hidden) {
        return None;
    }
    coefficients
        .iter()
        .map(|coefficient| {
            let gradient = coefficient.gradient(&rows, n)?;
            let along = |row: usize| -> f64 { gradient.iter().zip(&bread[row]).map(|(g, c)| g * c).sum() };
            Some(rows.iter().map(|row| row.map_or(0.0, along)).collect())
        })
        .collect()
}

/// Products of influences summed over decision makers: the covariance of what they are influences on.
pub(super) fn covariance(influences: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let m = influences.first().map_or(0, Vec::len);
    let mut sums = vec![vec![0.0; m]; m];
    for row in influences {
        for (a, sums) in row.iter().zip(&mut sums) {
            for (b, sum) in row.iter().zip(sums) {
                *sum += a * b;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::super::coefficients::coefficients;
    use super::super::testing::{fitted, logit, mixed, panel};
    use super::*;
    use crate::CovarianceKind;

    #[test]
    fn their_products_are_the_robust_covariance() {
        for (specification, data) in [logit(), panel(), mixed()] {
            let mut fit = fitted(&specification, &data);
            fit.choose_covariance(&CovarianceKind::Robust).unwrap();
            let model = Model::bind(&specification, &data).unwrap();
            let all = coefficients(&fit, model.specification(), data.schema());
            let who: Vec<u32> = (0..data.n_decision_makers() as u32).collect();
            let influences = influences(&model, &fit, &all, &who, who.len()).unwrap().unwrap();
            let covariance = covariance(&influences);
            // Those that are parameters have the standard error of the sandwich, and no decision maker moves the sum.
            for (k, coefficient) in all.iter().enumerate().filter(|(_, coefficient)| !coefficient.is_mean) {
                let expected = fit.parameters[coefficient.parameters[0]].std_error.unwrap();
                let found = covariance[k][k].sqrt();
                assert!((found / expected - 1.0).abs() < 1e-6, "{found} {expected}");
                let sum: f64 = influences.iter().map(|row| row[k]).sum();
                assert!(sum.abs() < 1e-3 * expected, "{sum} {expected}");
            }
        }
    }

    #[test]
    fn without_a_hessian_there_are_none() {
        let (specification, data) = logit();
        let mut fit = fitted(&specification, &data);
        let model = Model::bind(&specification, &data).unwrap();
        let all = coefficients(&fit, &specification, data.schema());
        let who: Vec<u32> = (0..data.n_decision_makers() as u32).collect();
        let none = |fit: &Fit| influences(&model, fit, &all, &who, who.len()).unwrap().is_none();
        assert!(!none(&fit));
        let hessian = fit.covariance.hessian.as_mut().unwrap();
        hessian[1][1] = 0.0;
        assert!(none(&fit));
        fit.covariance.hessian = None;
        assert!(none(&fit));
    }
}
