//! Shares in a scenario beside those of today.

use logsum_utility::Share;
use logsum_utility::applied::Estimated;
use serde::Serialize;

use super::{LISTED, Subject};
use crate::number::{MISSING, level, percent};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// Base against scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScenarioReport {
    /// Of which fit and cases.
    #[serde(flatten)]
    pub subject: Subject,
    /// The changes of columns as written.
    pub set: Vec<String>,
    /// The alternatives that are gone.
    pub remove: Vec<String>,
    /// Column of the segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// One for each segment and alternative.
    pub shares: Vec<ScenarioRow>,
}

/// Shares of an alternative, between 0 and 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScenarioRow {
    /// The value of the segment's column; `None` for all cases.
    pub segment: Option<String>,
    /// The alternative.
    pub alternative: String,
    /// Today.
    pub base: Estimated,
    /// In the scenario.
    pub scenario: Estimated,
    /// Scenario less base.
    pub change: Estimated,
}

impl ScenarioRow {
    /// A share with its interval.
    pub fn share(share: &Share) -> Estimated {
        Estimated {
            estimate: share.share,
            std_error: share.std_error,
            conf_low: share.conf_low,
            conf_high: share.conf_high,
        }
    }
}

impl ScenarioReport {
    /// In a format. CSV has the columns `segment, alternative, quantity (base, scenario or change), estimate, std_error,
    /// conf_low, conf_high, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        super::write(&self.pages(format), format, style, self, || self.comma_separated())
    }

    fn pages(&self, format: Format) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        for rows in self.shares.chunk_by(|one, other| one.segment == other.segment) {
            let what = match (&self.by, &rows[0].segment) {
                (Some(by), Some(value)) => format!("Scenario, {by} = {value}"),
                _ => "Scenario".to_owned(),
            };
            let mut page = self.subject.page(&what);
            if pages.is_empty() {
                self.subject.facts(&mut page);
                for change in &self.set {
                    page.fact("Set", change.clone());
                }
                for alternative in &self.remove {
                    page.fact("Remove", alternative.clone());
                }
            }
            let shown = if format == Format::Text {
                rows.len().min(LISTED)
            } else {
                rows.len()
            };
            page.table("", self.table(&rows[..shown]));
            if shown < rows.len() {
                let n = rows.len();
                page.note(format!(
                    "The first {LISTED} of {n} alternatives; all of them are in the other formats."
                ));
            }
            pages.push(page);
        }
        if let Some(last) = pages.last_mut() {
            last.note("Predicted shares; the change in percentage points, its interval that of the difference.");
        }
        pages
    }

    fn table(&self, rows: &[ScenarioRow]) -> Table {
        let interval = || format!("{} interval", level(self.subject.confidence));
        let mut heads = vec![("Alternative".to_owned(), Align::Left)];
        for head in ["Base", "Scenario", "Change"] {
            heads.push((head.to_owned(), Align::Right));
            heads.push((interval(), Align::Right));
            heads.push((String::new(), Align::Right));
        }
        let mut table = Table::new(heads)
            .span_header(2, 2)
            .span_header(5, 2)
            .span_header(8, 2)
            .at_most(crate::WIDTH);
        let share = |value: Option<f64>| value.map_or(MISSING.to_owned(), |value| percent(value, 1.0));
        let points = |value: Option<f64>| match value {
            // Half a tenth of a point is nothing to a reader.
            Some(value) if value.abs() < 5e-4 => "0.0".to_owned(),
            Some(value) if value.is_finite() => format!("{:+.1}", 100.0 * value),
            _ => MISSING.to_owned(),
        };
        for row in rows {
            let mut cells = vec![row.alternative.clone()];
            for of in [&row.base, &row.scenario] {
                cells.extend([Some(of.estimate), of.conf_low, of.conf_high].map(share));
            }
            cells.extend([Some(row.change.estimate), row.change.conf_low, row.change.conf_high].map(points));
            table.row(cells);
        }
        table
    }

    fn comma_separated(&self) -> String {
        let mut text = csv::record([
            "segment",
            "alternative",
            "quantity",
            "estimate",
            "std_error",
            "conf_low",
            "conf_high",
            "converged",
        ]);
        for row in &self.shares {
            for (quantity, value) in [
                ("base", &row.base),
                ("scenario", &row.scenario),
                ("change", &row.change),
            ] {
                let names = [
                    row.segment.clone().unwrap_or_default(),
                    row.alternative.clone(),
                    quantity.to_owned(),
                ];
                let converged = [self.subject.converged.to_string()];
                let cells = names.into_iter().chain(super::csv_numbers(value)).chain(converged);
                text.push_str(&csv::record(cells));
            }
        }
        text
    }
}
