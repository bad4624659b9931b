//! What a fit says of the world: elasticities and marginal effects, willingness to pay, consumer surplus, scenarios,
//! calibration; and tests of what it takes for granted.
//!
//! All of it rests on what every family has, predictions at any parameters on any data, and on differences of them:
//!
//! - in an attribute, the cells of a column are moved and the model is bound again, so that derived columns and
//!   utilities that are not linear follow ([`effects`]);
//! - in the parameters, for standard errors by the delta method, with the covariance chosen on the fit ([`Estimated`]).
//!
//! Draws stay the same throughout. Averages over cases are by sample enumeration: cases count with their weights and the
//! number of their choices, and can be broken down by segment ([`Breakdown`]).

mod attribute;
mod breakdown;
mod calibration;
mod constants;
mod delta_method;
mod drawn_estimates;
mod effects;
mod experiment;
mod function;
mod hausman;
mod homogeneity;
mod iia;
mod priced;
mod ratio;
mod refit;
mod scenario;
mod score;
mod small_hsiao;
mod surplus;
#[cfg(test)]
mod tests;
mod units;
mod wald;
mod willingness;

pub use crate::error::CalibrationError;
pub use attribute::{AttributeProblem, AttributeUse, attribute_use, columns_used, users};
pub use breakdown::Breakdown;
pub use calibration::{CalibratedShare, CalibrationReport, Target, calibrate};
pub use delta_method::Estimated;
pub(crate) use delta_method::{Step, std_errors, steps, theta};
pub(crate) use drawn_estimates::drawn_estimates;
pub(crate) use effects::share_elasticities;
pub use effects::{CaseEffects, ChangedEffects, Effect, EffectValues, effects, effects_of_cases};
pub use experiment::STEP;
pub use function::{ParameterFunction, ParameterFunctionError};
pub use hausman::{HausmanMcFadden, hausman_mcfadden};
pub use homogeneity::{Homogeneity, HomogeneityError, RatioTest, SegmentFit, homogeneity};
pub use iia::{ComparedCoefficient, IiaError, alternatives_named};
pub use priced::{Willingness, willingness_to_pay};
pub use ratio::RatioInterval;
pub(crate) use ratio::quantile;
pub use refit::RefitError;
pub use scenario::{ScenarioShare, scenario_shares};
pub use score::{FreedParameter, ScoreStatistic, ScoreTest, ScoreTestError, score_test};
pub use small_hsiao::{Halves, SmallHsiao};
pub use surplus::{Surplus, surplus};
pub use units::{Multiplicand, multiplicand};
pub use wald::{RestrictionError, TestedRestriction, WaldTest, wald};
pub use willingness::{
    WillingnessEstimate, WillingnessKind, WillingnessProblem, WillingnessTable, willingness_estimates,
};
