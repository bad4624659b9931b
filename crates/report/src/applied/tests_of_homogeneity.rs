//! Tests of equal tastes and equal scale between segments.

use logsum_utility::applied::{Homogeneity, RatioTest};
use serde::Serialize;

use super::subject::{caution, titled};
use super::verdict::{Verdict, comma_separated, table};
use crate::number::{count, fixed, in_plain_column};
use crate::page::Page;
use crate::{Align, Format, Style, Table};

/// Tests of homogeneity by a fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HomogeneityReport {
    /// Title of the fit.
    pub title: String,
    /// Whether the estimation had converged.
    pub converged: bool,
    /// The tests.
    pub tests: Vec<Verdict>,
    /// The models behind them.
    #[serde(flatten)]
    pub found: Homogeneity,
    /// What else a reader should know.
    pub remarks: Vec<String>,
}

impl HomogeneityReport {
    /// Puts the outcomes at a level into words.
    pub fn new((title, converged): (String, bool), found: Homogeneity, at: f64, remarks: Vec<String>) -> Self {
        let column = found.column.as_str();
        let of = |subject: &str, hypothesis: String, test: RatioTest, meaning: [&str; 2]| {
            let numbers = (test.statistic, test.degrees, test.p_value);
            Verdict::of((subject, hypothesis), numbers, at, meaning)
        };
        let mut tests = vec![of(
            "equal",
            format!("tastes and scale are the same in all segments of {column}"),
            found.equal,
            [
                "the segments differ, in tastes or in scale",
                "one model does for all segments",
            ],
        )];
        if let Some(test) = found.equal_up_to_scale {
            tests.push(of(
                "equal up to scale",
                format!("tastes are the same up to a scale of each segment of {column}"),
                test,
                ["the segments differ in tastes", "a scale accounts for what differs"],
            ));
        }
        if let Some(test) = found.equal_scale {
            tests.push(of(
                "equal scale",
                format!("the scale is the same in all segments of {column}, tastes being the same"),
                test,
                [
                    "the segments differ in scale, if their tastes are the same",
                    "no sign of different scales",
                ],
            ));
        }
        HomogeneityReport {
            title,
            converged,
            tests,
            found,
            remarks,
        }
    }

    /// In a format. CSV has a row for each test: `test, subject, hypothesis, statistic, degrees, p_value, outcome, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        super::write(&[self.page()], format, style, self, || {
            comma_separated("homogeneity", self.tests.iter(), self.converged)
        })
    }

    fn page(&self) -> Page {
        let found = &self.found;
        let mut page = Page::new(titled("Test of homogeneity", &self.title), caution(self.converged));
        page.fact(
            "Segments",
            format!("{} of {}", count(found.segments.len()), found.column),
        );
        page.fact(
            "ln L, all equal",
            format!(
                "{} with {} parameters",
                fixed(found.log_likelihood_pooled, 3),
                count(found.n_parameters_pooled)
            ),
        );
        if let Some(scaled) = found.log_likelihood_scaled {
            page.fact("ln L, scales differ", fixed(scaled, 3));
        }
        let apart: f64 = found.segments.iter().map(|segment| segment.log_likelihood).sum();
        let parameters: usize = found.segments.iter().map(|segment| segment.n_parameters).sum();
        page.fact(
            "ln L, each alone",
            format!("{} with {} parameters", fixed(apart, 3), count(parameters)),
        );
        page.table("", table("Tastes", self.tests.iter()));
        let mut segments = Table::new([
            ("Segment", Align::Left),
            ("Cases", Align::Right),
            ("ln L", Align::Decimal),
            ("Parameters", Align::Right),
            ("Scale", Align::Decimal),
            ("Std. err.", Align::Decimal),
        ])
        .at_most(crate::WIDTH);
        for segment in &found.segments {
            segments.row([
                segment.name.clone(),
                count(segment.n_cases),
                fixed(segment.log_likelihood, 3),
                count(segment.n_parameters),
                in_plain_column(segment.scale, 4),
                in_plain_column(segment.scale_std_error, 4),
            ]);
        }
        page.table(
            "Segments by themselves, and their scales relative to the first with equal tastes",
            segments,
        );
        for test in &self.tests {
            page.note(format!("Hypothesis: {}; {}.", test.hypothesis, test.outcome));
        }
        page.notes.extend(found.notes.iter().cloned());
        if let Some(why) = &found.no_scale {
            page.note(format!("Scales are not tested: {why}."));
        }
        page.notes.extend(self.remarks.iter().cloned());
        page
    }
}
