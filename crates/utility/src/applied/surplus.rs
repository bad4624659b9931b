//! What a change is worth to those who choose: the logsum, in money.

use logsum_estimate::{EvalError, LogLikelihood};

use super::breakdown::Breakdown;
use super::delta_method::{Estimated, estimated, theta};
use super::function::ParameterFunction;
use crate::fit::Fit;
use crate::model::Model;

/// The change in consumer surplus of a group of cases. Money is in the unit that the marginal utility is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surplus {
    /// Mean over cases, which count with their weights.
    pub mean: Estimated,
    /// Sum over cases.
    pub total: Estimated,
    /// Median over cases.
    pub median: f64,
    /// What the cases count together.
    pub weight: f64,
}

/// The change in consumer surplus from the situations of `base` to those of `scenario`, of each group of the breakdown,
/// with standard errors by the delta method from the fit's chosen covariance:
///
/// ```text
/// ΔCS_n = (ln Σ_j exp V′_nj − ln Σ_j exp V_nj) / μ
/// ```
///
/// (of other families with their expected maximum utility in place of the logsum). `money`, μ, is the marginal utility of
/// money: minus a cost coefficient. It must not depend on what is chosen or on how much money there is: then the
/// change is what is to be paid to be as well off as before, be it by compensating or equivalent variation.
///
/// # Errors
/// As [`Model::predict`].
///
/// # Panics
/// If `scenario` has other cases than `base`, or the breakdown is of others.
///
/// # Source
/// Small and Rosen (1981), *Applied welfare economics with discrete choice models*; Train (2009), §3.5.
pub fn surplus(
    fit: &Fit,
    (base, scenario): (&Model<'_>, &Model<'_>),
    money: &ParameterFunction,
    breakdown: &Breakdown,
) -> Result<Vec<Surplus>, EvalError> {
    let totals = breakdown.totals();
    let changes = |theta: &[f64]| -> Result<Vec<f64>, EvalError> {
        let (now, then) = (base.predict(theta)?.logsums, scenario.predict(theta)?.logsums);
        assert_eq!(now.len(), then.len(), "the same cases");
        let money = money.value(theta);
        // Nothing is exactly nothing, whatever money is worth.
        Ok(now.iter().zip(&then).map(|(now, then)| (then - now) / money).collect())
    };
    let means = |of_cases: &[f64]| -> Vec<f64> {
        let sums = breakdown.sums(|case| of_cases[case]);
        sums.iter().zip(&totals).map(|(sum, total)| sum / total).collect()
    };
    let of_cases = changes(&theta(fit))?;
    let at_estimates = means(&of_cases);
    let estimates = estimated(fit, base.parameters(), &at_estimates, &mut |theta| {
        Ok(means(&changes(theta)?))
    })?;
    let of_group = |((mean, &weight), median): ((Estimated, &f64), f64)| Surplus {
        mean,
        total: mean.times(weight),
        median,
        weight,
    };
    let medians = breakdown.medians(&of_cases);
    Ok(estimates.into_iter().zip(&totals).zip(medians).map(of_group).collect())
}
