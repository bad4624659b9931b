//! Models side by side, be they nested or not, of one family or of several.
//!
//! What compares them is what every family has: coefficients of utilities, scores and contributions of decision makers,
//! predicted probabilities. Utilities of different families are on different scales ([`compare_scales`]); ratios of
//! coefficients ([`willingness_to_pay`](crate::applied::willingness_to_pay)), elasticities ([`elasticities`]) and shares are not. [`vuong`] tests which of two
//! models is nearer to the truth, and [`ben_akiva_swait`] bounds the probability that the better fit is the wrong one.

mod ben_akiva_swait;
mod coefficients;
mod elasticities;
mod influence;
mod nesting;
mod restriction;
mod sample;
mod scale;
mod symbols;
#[cfg(test)]
pub(crate) mod testing;
mod vuong;

pub use ben_akiva_swait::{BenAkivaSwait, ben_akiva_swait};
pub use coefficients::{Coefficient, coefficients};
pub(crate) use coefficients::{gradient, rows};
pub use elasticities::{Elasticities, ElasticityRow, elasticities};
pub use influence::influences;
pub use nesting::{Nesting, Restriction, nesting};
pub use restriction::{no_restriction, outside_span};
pub use sample::{JointSample, SampleDifference};
pub use scale::{ScaleComparison, ScaledTerm, compare_scales};
pub(crate) use symbols::Symbols;
pub use vuong::{Vuong, VuongTest, vuong};
