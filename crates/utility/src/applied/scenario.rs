//! Predicted shares in a scenario beside those of today.

use logsum_data::ChoiceData;
use logsum_estimate::{EvalError, LogLikelihood};

use super::breakdown::Breakdown;
use super::delta_method::{Estimated, estimated, theta};
use crate::fit::Fit;
use crate::model::Model;
use crate::shares::Share;

/// The predicted share of an alternative, now and in a scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScenarioShare {
    /// Now.
    pub base: Share,
    /// In the scenario.
    pub scenario: Share,
    /// The scenario's less today's; its interval is that of the difference, which the same estimates make.
    pub change: Estimated,
}

/// Base, scenario, change.
const QUANTITIES: usize = 3;

/// Shares of the alternatives in the situations of `base` and of `scenario`, of each group of the breakdown and each
/// alternative, with standard errors by the delta method from the fit's chosen covariance.
///
/// # Errors
/// As [`Model::predict`].
///
/// # Panics
/// If the scenario has other cases or alternatives than `base`, or the breakdown is of others.
pub fn scenario_shares(
    fit: &Fit,
    (base, base_data): (&Model<'_>, &ChoiceData),
    (scenario, scenario_data): (&Model<'_>, &ChoiceData),
    breakdown: &Breakdown,
) -> Result<Vec<Vec<ScenarioShare>>, EvalError> {
    let n = base_data.alternatives().len();
    assert_eq!(
        (base_data.n_cases(), n),
        (scenario_data.n_cases(), scenario_data.alternatives().len()),
        "the same cases and alternatives"
    );
    let totals = breakdown.totals();
    let shares = |theta: &[f64]| -> Result<Vec<f64>, EvalError> {
        let now = base.predict(theta)?.probabilities;
        let then = scenario.predict(theta)?.probabilities;
        let now = breakdown.sums_by_alternative(base_data, |pair| now[pair]);
        let then = breakdown.sums_by_alternative(scenario_data, |pair| then[pair]);
        let mut values = Vec::with_capacity(QUANTITIES * n * totals.len());
        for (group, total) in totals.iter().enumerate() {
            for (now, then) in now[group].iter().zip(&then[group]) {
                values.extend([now / total, then / total, then / total - now / total]);
            }
        }
        Ok(values)
    };
    let at_estimates = shares(&theta(fit))?;
    let estimates = estimated(fit, base.parameters(), &at_estimates, &mut |theta| shares(theta))?;
    let share = |of: &Estimated| Share::new(of.estimate, of.std_error, fit.confidence);
    let of_alternative = |of: &[Estimated]| ScenarioShare {
        base: share(&of[0]),
        scenario: share(&of[1]),
        change: of[2],
    };
    let all: Vec<ScenarioShare> = estimates.chunks(QUANTITIES).map(of_alternative).collect();
    Ok(all.chunks(n).map(<[_]>::to_vec).collect())
}
