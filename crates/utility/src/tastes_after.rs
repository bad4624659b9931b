//! What a fit says of the distributions of tastes.

use crate::fit::Fit;
use crate::model::Model;
use crate::taste_report::TasteReport;

impl Model<'_> {
    /// The distributions of the random coefficients at the estimates of a fit.
    pub(crate) fn describe_tastes(&self, _fit: &Fit) -> TasteReport {
        TasteReport::default()
    }
}
