//! Everything that is evaluated.

use super::choice_set::ChoiceSet;
use super::plan::UtilityPlan;
use super::store::Store;
use super::tall_set::TallSet;

/// Plans, choice sets, and the data in their order of use.
#[derive(Debug)]
pub(crate) struct Blocks {
    pub plans: Vec<UtilityPlan>,
    pub sets: Vec<ChoiceSet>,
    pub tall_sets: Vec<TallSet>,
    pub segments: Store,
}
