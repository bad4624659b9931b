//! Willingness to pay by a fit of any family.

use logsum_estimate::Inference;
use serde::{Deserialize, Serialize};

use super::coefficients::{Coefficient, rows};
use crate::fit::Fit;

/// Willingness to pay for one unit of what a coefficient stands with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Willingness {
    /// The coefficient.
    pub term: String,
    /// −β / β_cost; a coefficient in willingness-to-pay space as it stands.
    pub estimate: f64,
    /// By the delta method from the chosen covariance.
    pub std_error: Option<f64>,
    /// Lower end of the interval.
    pub conf_low: Option<f64>,
    /// Upper end of the interval.
    pub conf_high: Option<f64>,
    /// Whether it is made of means of distributions, or is one.
    pub of_means: bool,
}

/// Willingness to pay for every coefficient of the utilities but `cost`,
///
/// ```text
/// −β_k / β_cost,   se² = g′Cg
/// ```
///
/// with standard errors from the fit's chosen covariance C. Of random coefficients it is the ratio of means, which is not
/// the mean of the ratio. Coefficients in which utilities are not linear have none, and those that are 0 because they were
/// held there (error components) neither.
///
/// `None` if no coefficient is called `cost`.
pub fn willingness_to_pay(fit: &Fit, coefficients: &[Coefficient], cost: &str) -> Option<Vec<Willingness>> {
    let cost = coefficients.iter().find(|coefficient| coefficient.term == cost)?;
    let (rows, n) = rows(fit);
    let of_cost = cost.gradient(&rows, n);
    let all = coefficients.iter().filter(|of| of.term != cost.term);
    let all = all.filter(|of| of.is_money || of.scales || (of.estimate != 0.0 && fit_holds(fit, &of.term)));
    let willingness = |of: &Coefficient| {
        let own = of.gradient(&rows, n);
        let estimate = match of.is_money {
            true => of.estimate,
            false => -of.estimate / cost.estimate,
        };
        let gradient = match (of.is_money, &of_cost) {
            (true, _) => own,
            (false, Some(of_cost)) => own.map(|own| {
                let parts = own.iter().zip(of_cost);
                parts
                    .map(|(own, of_cost)| -(own + estimate * of_cost) / cost.estimate)
                    .collect()
            }),
            (false, None) => None,
        };
        let inference = gradient
            .zip(fit.chosen_covariance())
            .map(|(gradient, covariance)| {
                let along = |row: &Vec<f64>| -> f64 { row.iter().zip(&gradient).map(|(c, g)| c * g).sum() };
                gradient
                    .iter()
                    .zip(covariance)
                    .map(|(g, row)| g * along(row))
                    .sum::<f64>()
            })
            .and_then(|variance| Inference::new(estimate, variance.sqrt(), fit.confidence));
        Willingness {
            term: of.term.clone(),
            estimate,
            std_error: inference.map(|inference| inference.std_error),
            conf_low: inference.map(|inference| inference.conf_low),
            conf_high: inference.map(|inference| inference.conf_high),
            of_means: of.is_mean || (!of.is_money && cost.is_mean),
        }
    };
    Some(all.map(willingness).collect())
}

/// Whether a parameter was held at a value.
fn fit_holds(fit: &Fit, term: &str) -> bool {
    fit.parameters
        .iter()
        .any(|estimate| estimate.term == term && estimate.fixed)
}

#[cfg(test)]
mod tests {
    use super::super::coefficients::coefficients;
    use super::super::testing::{fitted, logit};
    use super::*;
    use crate::CovarianceKind;

    #[test]
    fn ratios_and_their_errors_by_hand() {
        let (specification, data) = logit();
        let mut fit = fitted(&specification, &data);
        let all = coefficients(&fit, &specification, data.schema());
        for kind in [CovarianceKind::Hessian, CovarianceKind::Robust] {
            fit.choose_covariance(&kind).unwrap();
            let found = willingness_to_pay(&fit, &all, "b_cost").unwrap();
            let terms: Vec<&str> = found.iter().map(|of| of.term.as_str()).collect();
            assert_eq!(terms, ["asc_b", "asc_c", "b_time", "b_income"]);
            let (time, cost) = (fit.parameters[2].estimate, fit.parameters[3].estimate);
            let covariance = fit.chosen_covariance().unwrap();
            let (a, b) = (-1.0 / cost, time / (cost * cost));
            let variance = a * a * covariance[2][2] + 2.0 * a * b * covariance[2][3] + b * b * covariance[3][3];
            assert!((found[2].estimate + time / cost).abs() < 1e-15);
            assert!((found[2].std_error.unwrap() / variance.sqrt() - 1.0).abs() < 1e-12);
            assert!(!found[2].of_means);
        }
        assert!(willingness_to_pay(&fit, &all, "b_costs").is_none());
    }
}
