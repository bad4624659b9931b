//! The fit that is applied, and to which cases.

use serde::Serialize;

use crate::number::{count, level, significant};
use crate::page::Page;

/// A fit and the cases that it is applied to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Subject {
    /// Title of the fit.
    pub title: String,
    /// File whose cases these are.
    pub file: String,
    /// Whether they are the data of the estimation.
    pub estimation_data: bool,
    /// Whether the estimation had converged.
    pub converged: bool,
    /// Choice situations.
    pub n_cases: usize,
    /// Sum of the case weights, where there are weights.
    pub total_weight: Option<f64>,
    /// Kind of the covariance behind the intervals; `None` where the fit has none.
    pub covariance_kind: Option<String>,
    /// Level of the intervals.
    pub confidence: f64,
}

impl Subject {
    /// A page about it.
    pub(super) fn page(&self, what: &str) -> Page {
        Page::new(titled(what, &self.title), caution(self.converged))
    }

    pub(super) fn facts(&self, page: &mut Page) {
        self.cases(page);
        page.fact(
            "Intervals",
            intervals(self.confidence, "delta method", self.covariance_kind.as_deref()),
        );
    }

    /// Data and cases alone.
    pub(super) fn cases(&self, page: &mut Page) {
        let whose = if self.estimation_data {
            " (the data of the estimation)"
        } else {
            ""
        };
        page.fact("Data", format!("{}{whose}", self.file));
        page.fact("Cases", count(self.n_cases));
        if let Some(weight) = self.total_weight {
            page.fact("Total weight", significant(weight, 8));
        }
    }
}

/// Of what a page is.
pub(super) fn titled(what: &str, title: &str) -> String {
    match title.trim() {
        "" => what.to_owned(),
        title => format!("{what}: {title}"),
    }
}

/// What must be said of a fit that has not converged.
pub(super) fn caution(converged: bool) -> &'static str {
    match converged {
        true => "",
        false => "NOT CONVERGED: these are numbers at the best point that the estimation found.",
    }
}

/// What intervals are made of.
pub(super) fn intervals(confidence: f64, how: &str, covariance: Option<&str>) -> String {
    match covariance {
        Some(kind) => format!("{}, {how}, {kind} covariance", level(confidence)),
        None => "none: the fit has no such covariance".to_owned(),
    }
}
