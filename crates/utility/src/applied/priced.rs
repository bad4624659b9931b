//! Coefficients over a cost coefficient, as plain ratios with delta-method errors.

use serde::{Deserialize, Serialize};

use super::delta_method::Estimated;
use super::ratio::Ratio;
use crate::comparison::{Coefficient, gradient, rows};
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
    let willingness = |of: &Coefficient| {
        let ratio = Priced::of(of, cost);
        let (estimate, std_error) = match ratio.ratio(fit) {
            Some(known) => (-known.value(), Some(known.std_error()).filter(|error| *error > 0.0)),
            None => (-ratio.top / ratio.bottom, None),
        };
        let known = Estimated::new(estimate, std_error, fit.confidence);
        Willingness {
            term: of.term.clone(),
            estimate,
            std_error: known.std_error,
            conf_low: known.conf_low,
            conf_high: known.conf_high,
            of_means: of.is_mean || (!of.is_money && cost.is_mean),
        }
    };
    Some(priced(fit, coefficients, cost).map(willingness).collect())
}

/// The coefficients that have a willingness to pay.
pub(super) fn priced<'a>(
    fit: &'a Fit,
    coefficients: &'a [Coefficient],
    cost: &'a Coefficient,
) -> impl Iterator<Item = &'a Coefficient> {
    let others = coefficients.iter().filter(|of| of.term != cost.term);
    others.filter(|of| of.is_money || of.scales || (of.estimate != 0.0 && fit_holds(fit, &of.term)))
}

/// A coefficient over the cost coefficient, which willingness to pay is minus the ratio of; of money, over −1.
pub(super) struct Priced {
    pub top: f64,
    pub bottom: f64,
    pub of_top: Slopes,
    pub of_bottom: Slopes,
}

/// Positions of parameters and derivatives in them.
pub(super) type Slopes = (Vec<usize>, Vec<f64>);

impl Priced {
    pub fn of(of: &Coefficient, cost: &Coefficient) -> Self {
        let slopes = |of: &Coefficient| (of.parameters.clone(), of.derivatives.clone());
        let (bottom, of_bottom) = match of.is_money {
            true => (-1.0, (Vec::new(), Vec::new())),
            false => (cost.estimate, slopes(cost)),
        };
        Priced {
            top: of.estimate,
            bottom,
            of_top: slopes(of),
            of_bottom,
        }
    }

    /// With the covariance of both; `None` where it is not known.
    pub fn ratio(&self, fit: &Fit) -> Option<Ratio> {
        let covariance = fit.chosen_covariance()?;
        let (rows, n) = rows(fit);
        let gradient = |(parameters, derivatives): &Slopes| gradient(parameters, derivatives, &rows, n);
        let (top, bottom) = (gradient(&self.of_top)?, gradient(&self.of_bottom)?);
        let product = |one: &[f64], other: &[f64]| -> f64 {
            let along = |row: &Vec<f64>| -> f64 { row.iter().zip(other).map(|(c, g)| c * g).sum() };
            one.iter().zip(covariance.iter()).map(|(g, row)| g * along(row)).sum()
        };
        Some(Ratio {
            top: self.top,
            bottom: self.bottom,
            covariance: [product(&top, &top), product(&top, &bottom), product(&bottom, &bottom)],
        })
    }
}

/// Whether a parameter was held at a value.
fn fit_holds(fit: &Fit, term: &str) -> bool {
    fit.parameters
        .iter()
        .any(|estimate| estimate.term == term && estimate.fixed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CovarianceKind;
    use crate::comparison::coefficients;
    use crate::comparison::testing::{fitted, logit};

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
