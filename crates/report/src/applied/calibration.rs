//! Constants that make predicted shares meet targets.

use logsum_utility::applied::CalibratedShare;
use serde::Serialize;

use super::Subject;
use crate::number::{MISSING, in_plain_column, percent};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// Shares before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalibrationReport {
    /// Of which fit and cases.
    #[serde(flatten)]
    pub subject: Subject,
    /// The fit file that was written.
    pub output: String,
    /// Every alternative.
    pub shares: Vec<CalibratedShare>,
}

impl CalibrationReport {
    /// In a format. CSV has the columns `alternative, target, before, after, constant, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        super::write(&[self.page()], format, style, self, || self.comma_separated())
    }

    fn page(&self) -> Page {
        let mut page = self.subject.page("Calibration");
        self.subject.cases(&mut page);
        page.fact("Fit file", self.output.clone());
        let heads = ["Target", "Before", "After", "Constant added"].map(|head| (head.to_owned(), Align::Right));
        let mut table = Table::new([vec![("Alternative".to_owned(), Align::Left)], heads.to_vec()].concat());
        let share = |value: Option<f64>| value.map_or(MISSING.to_owned(), |value| percent(value, 1.0));
        for row in &self.shares {
            let [target, before, after] = [row.target, Some(row.before), Some(row.after)].map(share);
            let constant = in_plain_column(Some(row.constant), 4);
            table.row(vec![row.alternative.clone(), target, before, after, constant]);
        }
        page.table("", table);
        page.note(
            "Predicted shares. The constants are held: what is predicted with the calibrated fit has the uncertainty of the \
             other estimates, given these.",
        );
        page
    }

    fn comma_separated(&self) -> String {
        let mut text = csv::record(["alternative", "target", "before", "after", "constant", "converged"]);
        for row in &self.shares {
            text.push_str(&csv::record([
                row.alternative.clone(),
                csv::number(row.target),
                csv::number(Some(row.before)),
                csv::number(Some(row.after)),
                csv::number(Some(row.constant)),
                self.subject.converged.to_string(),
            ]));
        }
        text
    }
}
