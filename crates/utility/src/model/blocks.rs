//! Everything that is evaluated.

use super::choice_set::ChoiceSet;
use super::plan::UtilityPlan;
use super::store::Store;

/// Plans, choice sets and the data in their order of use.
#[derive(Debug)]
pub(crate) struct Blocks {
    pub plans: Vec<UtilityPlan>,
    pub sets: Vec<ChoiceSet>,
    pub segments: Store,
}
