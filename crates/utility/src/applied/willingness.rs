//! Willingness to pay by a fit of any family: ratios of marginal utilities, in units of the data.

use logsum_data::{Schema, near_miss};
use serde::{Deserialize, Serialize};

use super::priced::{Priced, Slopes, priced};
use super::ratio::RatioInterval;
use super::units::{Multiplicand, multiplicand};
use crate::comparison::{Coefficient, coefficients};
use crate::fit::Fit;
use crate::specification::Specification;
use crate::taste_report::QUANTILES;

/// What a number of willingness to pay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WillingnessKind {
    /// The ratio of two coefficients that are the same for all.
    Ratio,
    /// A ratio of means of distributions, which is not the mean of the ratio; or the mean of a willingness to pay.
    Means,
    /// The median over a lognormal cost coefficient.
    Median,
}

/// Willingness to pay for a unit more of an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WillingnessEstimate {
    /// The coefficient.
    pub term: String,
    /// What it is.
    pub kind: WillingnessKind,
    /// Minus the ratio of the marginal utilities of attribute and cost. What is paid for a unit less is minus this.
    pub estimate: f64,
    /// By the delta method.
    pub std_error: Option<f64>,
    /// Lower end of the interval; `None` without a covariance, and where the interval is not bounded.
    pub conf_low: Option<f64>,
    /// Upper end of the interval.
    pub conf_high: Option<f64>,
    /// Columns of which a unit more is paid for; empty where the coefficient is multiplied by something else, a unit of
    /// which is then meant, or by nothing.
    pub per: Vec<String>,
}

/// Willingness to pay by the coefficients of a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct WillingnessTable {
    /// One for each coefficient.
    pub estimates: Vec<WillingnessEstimate>,
    /// Columns whose unit money is in; empty where that is the unit of what the cost coefficient is multiplied by.
    pub money: Vec<String>,
    /// The marginal utility of a unit of cost, negative if cost is a cost.
    pub cost: f64,
    /// The cost coefficient in standard errors; `None` without a covariance.
    pub cost_statistic: Option<f64>,
    /// Coefficients that are left out, and why.
    pub left_out: Vec<String>,
}

/// Why there is no willingness to pay.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum WillingnessProblem {
    #[error(
        "willingness to pay: no utility has the coefficient \"{name}\"{}; there are {known}",
        did_you_mean(suggestion)
    )]
    NoCoefficient {
        name: String,
        suggestion: Option<String>,
        known: String,
    },
    #[error("willingness to pay: \"{name}\" has none: utilities are not linear in it, or it is the cost itself")]
    NotPriced { name: String },
    #[error("willingness to pay for \"{name}\": {why}")]
    NotClean { name: String, why: String },
    #[error(
        "willingness to pay: utilities are not linear in \"{name}\", so that a unit of it is not worth the same everywhere"
    )]
    CostNotLinear { name: String },
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    let near = suggestion.as_ref();
    near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"))
}

/// Willingness to pay for a unit more of what each coefficient of the utilities stands with, or those in `only`:
///
/// ```text
/// −(∂V/∂x_k) / (∂V/∂cost) = −β_k f_k / (β_cost f_cost)
/// ```
///
/// where f is what a unit of the column counts in the utilities, 1/100 for `b * TIME / 100`: then it is cost columns per
/// attribute column, whatever the scaling. Where a coefficient is not multiplied by columns linearly, its f is 1.
///
/// Intervals are as `interval` says. Of random coefficients the ratio of their means. A cost coefficient that is lognormal
/// leaves the median of a ratio whose other coefficient is the same for all, −β_k / median(β_cost), and no number for one
/// that varies too. A coefficient in a product with other parameters is left out.
///
/// # Errors
/// A cost coefficient, or one in `only`, that no utility has or that has no willingness to pay.
///
/// # Source
/// Fieller (1954), *Some problems in interval estimation*; Krinsky and Robb (1986), *On approximating the statistical
/// properties of elasticities*; Daly, Hess and Train (2012), *Assuring finite moments for willingness to pay*.
pub fn willingness_estimates(
    fit: &Fit,
    (specification, schema): (&Specification, &Schema),
    cost: &str,
    only: &[String],
    interval: RatioInterval,
) -> Result<WillingnessTable, WillingnessProblem> {
    let all = coefficients(fit, specification, schema);
    let find = |name: &str| {
        let terms = || all.iter().map(|known| known.term.as_str());
        all.iter()
            .find(|known| known.term == name)
            .ok_or_else(|| WillingnessProblem::NoCoefficient {
                name: name.to_owned(),
                suggestion: near_miss(name, terms()),
                known: logsum_data::name_list(terms()),
            })
    };
    let cost = find(cost)?;
    let of_cost = multiplicand(specification, schema, &cost.term);
    if of_cost.is_none() {
        return Err(WillingnessProblem::CostNotLinear {
            name: cost.term.clone(),
        });
    }
    let asked: Vec<&Coefficient> = only.iter().map(|name| find(name)).collect::<Result<_, _>>()?;
    let able: Vec<&Coefficient> = priced(fit, &all, cost).collect();
    if let Some(none) = asked.iter().find(|of| !able.iter().any(|able| able.term == of.term)) {
        return Err(WillingnessProblem::NotPriced {
            name: none.term.clone(),
        });
    }
    let (money, unit_of_cost) = match of_cost {
        Some(Multiplicand::Columns { names, factor }) => (names, Some(factor)),
        _ => (Vec::new(), None),
    };
    let median = lognormal_median(fit, cost);
    let mut estimates = Vec::new();
    let mut left_out = Vec::new();
    for of in if only.is_empty() { able } else { asked } {
        let mut refuse = |why: String| {
            let problem = WillingnessProblem::NotClean {
                name: of.term.clone(),
                why,
            };
            if only.is_empty() {
                left_out.push(problem);
                return Ok(());
            }
            Err(problem)
        };
        let multiplied = multiplicand(specification, schema, &of.term);
        if multiplied == Some(Multiplicand::Parameters) && !of.is_money {
            refuse(
                "it stands beside other parameters in a product, so that its ratio to the cost coefficient is not what is paid; a \
                 factor of the cost coefficient is a willingness to pay as it stands"
                    .to_owned(),
            )?;
            continue;
        }
        let mut ratio = Priced::of(of, cost);
        let kind = match &median {
            _ if of.is_money => match of.is_mean {
                true => WillingnessKind::Means,
                false => WillingnessKind::Ratio,
            },
            Some(_) if of.is_mean => {
                refuse(format!(
                    "both it and \"{}\", which is lognormal, vary, and the ratio of their means is not what people pay; \"logsum \
                     individuals --cost {}\" describes the ratio itself, or estimate it in willingness-to-pay space",
                    cost.term, cost.term
                ))?;
                continue;
            }
            Some((value, slopes)) => {
                (ratio.bottom, ratio.of_bottom) = (*value, slopes.clone());
                WillingnessKind::Median
            }
            None if of.is_mean || cost.is_mean => WillingnessKind::Means,
            None => WillingnessKind::Ratio,
        };
        let (per, unit) = match multiplied {
            Some(Multiplicand::Columns { names, factor }) if unit_of_cost.is_some() => (names, factor),
            _ => (Vec::new(), 1.0),
        };
        let unit = unit / unit_of_cost.unwrap_or(1.0);
        let known = ratio.ratio(fit);
        let std_error = known.map(|known| (unit * known.std_error()).abs());
        let ends = known.and_then(|known| known.interval(interval, fit.confidence));
        let ends = ends.map(|ends| ends.map(|end| -unit * end));
        estimates.push(WillingnessEstimate {
            term: of.term.clone(),
            kind,
            estimate: -unit * ratio.top / ratio.bottom,
            std_error,
            conf_low: ends.map(|[one, other]| one.min(other)),
            conf_high: ends.map(|[one, other]| one.max(other)),
            per,
        });
    }
    if estimates.is_empty()
        && let Some(first) = left_out.first()
    {
        return Err(first.clone());
    }
    let of_cost_alone = Priced::of(cost, cost).ratio(fit);
    Ok(WillingnessTable {
        estimates,
        money,
        cost: cost.estimate * unit_of_cost.unwrap_or(1.0),
        cost_statistic: of_cost_alone
            .map(|known| cost.estimate / known.covariance[2].sqrt())
            .filter(|statistic| statistic.is_finite()),
        left_out: left_out.iter().map(ToString::to_string).collect(),
    })
}

/// The median of a lognormal coefficient with its derivatives; `None` if it is not lognormal.
fn lognormal_median(fit: &Fit, cost: &Coefficient) -> Option<(f64, Slopes)> {
    let tastes = fit.tastes.as_ref()?;
    let taste_of = |taste: &crate::TasteDescription| taste.coefficient == cost.term;
    let at = tastes.coefficients.iter().position(taste_of)?;
    let taste = &tastes.coefficients[at];
    if taste.distribution != "lognormal" {
        return None;
    }
    let half = QUANTILES.iter().position(|p| *p == 0.5)?;
    let derivatives = tastes.derivatives.coefficients.get(at)?;
    // Behind mean, standard deviation and share above 0.
    let row = derivatives.rows.get(3 + half)?.clone();
    Some((
        taste.quantiles.get(half)?.estimate,
        (derivatives.parameters.clone(), row),
    ))
}
