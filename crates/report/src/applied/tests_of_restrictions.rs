//! Wald and likelihood-ratio tests.

use logsum_utility::applied::WaldTest;
use serde::Serialize;

use super::subject::{caution, titled};
use super::verdict::outcome;
use super::{DIGITS, cells, csv_numbers};
use crate::number::{count, decimals, fixed, in_plain_column, level, p_value};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// Level at which a likelihood ratio rejects.
const LEVEL: f64 = 0.05;

const HYPOTHESIS: &str = "what the first model restricts is so";

/// A report in JSON, with what it says in words.
#[derive(Serialize)]
struct Said<'a, T> {
    #[serde(flatten)]
    report: &'a T,
    hypothesis: String,
    outcome: String,
}

/// A Wald test by a fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaldReport {
    /// Title of the fit.
    pub title: String,
    /// Whether the estimation had converged.
    pub converged: bool,
    /// Kind of the covariance.
    pub covariance_kind: String,
    /// Level of the intervals.
    pub confidence: f64,
    /// The test.
    #[serde(flatten)]
    pub test: WaldTest,
}

impl WaldReport {
    /// In a format. CSV has a row for each restriction and one for the test: `restriction, estimate, std_error, conf_low,
    /// conf_high, statistic, degrees, p_value, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        let said = Said {
            report: self,
            hypothesis: self.hypothesis(),
            outcome: self.outcome(),
        };
        super::write(&[self.page()], format, style, &said, || self.comma_separated())
    }

    fn hypothesis(&self) -> String {
        let restrictions: Vec<&str> = self
            .test
            .restrictions
            .iter()
            .map(|of| of.restriction.as_str())
            .collect();
        restrictions.join(", ")
    }

    fn outcome(&self) -> String {
        let meaning = match self.test.restrictions.len() {
            1 => [
                "the restriction does not hold",
                "the data do not speak against the restriction",
            ],
            _ => [
                "the restrictions do not all hold",
                "the data do not speak against the restrictions",
            ],
        };
        outcome(self.test.p_value, 1.0 - self.confidence, meaning)
    }

    fn page(&self) -> Page {
        let mut page = Page::new(titled("Wald test", &self.title), caution(self.converged));
        page.fact("Covariance", self.covariance_kind.clone());
        page.fact("Hypothesis", self.hypothesis());
        page.fact(
            "Statistic",
            format!(
                "{}, chi-squared with {} d.f.",
                in_plain_column(Some(self.test.statistic), 3),
                count(self.test.degrees)
            ),
        );
        page.fact("p-value", p_value(Some(self.test.p_value)));
        page.fact("Outcome", self.outcome());
        let mut table = Table::new([
            ("Restriction".to_owned(), Align::Left),
            ("Left - right".to_owned(), Align::Decimal),
            ("Std. err.".to_owned(), Align::Decimal),
            (format!("{} interval", level(self.confidence)), Align::Decimal),
            (String::new(), Align::Decimal),
        ])
        .span_header(3, 2)
        .at_most(crate::WIDTH);
        let places = decimals(self.test.restrictions.iter().map(|of| of.difference.estimate), DIGITS);
        for of in &self.test.restrictions {
            table.row(
                [of.restriction.clone()]
                    .into_iter()
                    .chain(cells(&of.difference, places)),
            );
        }
        page.table("", table);
        page.note("p-value: how probable so large a statistic is if all restrictions hold, in large samples.");
        page
    }

    fn comma_separated(&self) -> String {
        let mut text = csv::record([
            "restriction",
            "estimate",
            "std_error",
            "conf_low",
            "conf_high",
            "statistic",
            "degrees",
            "p_value",
            "converged",
        ]);
        let none = || [String::new(), String::new(), String::new()];
        for of in &self.test.restrictions {
            let cells = [of.restriction.clone()]
                .into_iter()
                .chain(csv_numbers(&of.difference))
                .chain(none());
            text.push_str(&csv::record(cells.chain([self.converged.to_string()])));
        }
        let numbers = [
            csv::number(Some(self.test.statistic)),
            self.test.degrees.to_string(),
            csv::number(Some(self.test.p_value)),
        ];
        let blank = (0..5).map(|_| String::new());
        text.push_str(&csv::record(blank.chain(numbers).chain([self.converged.to_string()])));
        text
    }
}

/// A likelihood-ratio test of two fits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LikelihoodRatioReport {
    /// Titles of the restricted fit and of the other.
    pub titles: [String; 2],
    /// Their files.
    pub files: [String; 2],
    /// Whether both estimations had converged.
    pub converged: bool,
    /// ln L of both.
    pub log_likelihoods: [f64; 2],
    /// Free parameters of both.
    pub n_parameters: [usize; 2],
    /// Twice the difference of ln L.
    pub statistic: f64,
    /// Difference of the numbers of parameters.
    pub degrees: usize,
    /// From the χ² distribution.
    pub p_value: f64,
    /// Whether it is known that one model is a restriction of the other.
    pub nested: bool,
    /// What a reader should know.
    pub notes: Vec<String>,
}

impl LikelihoodRatioReport {
    /// In a format. CSV has one row: `restricted, unrestricted, log_likelihood_restricted, log_likelihood_unrestricted,
    /// statistic, degrees, p_value, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        let said = Said {
            report: self,
            hypothesis: HYPOTHESIS.to_owned(),
            outcome: self.outcome(),
        };
        super::write(&[self.page()], format, style, &said, || self.comma_separated())
    }

    fn outcome(&self) -> String {
        let meaning = [
            "the restrictions cost more likelihood than chance would",
            "the restricted model does as well",
        ];
        outcome(self.p_value, LEVEL, meaning)
    }

    fn page(&self) -> Page {
        let mut page = Page::new("Likelihood-ratio test", caution(self.converged));
        page.fact("Hypothesis", HYPOTHESIS);
        page.fact(
            "Statistic",
            format!(
                "{}, chi-squared with {} d.f.",
                in_plain_column(Some(self.statistic), 3),
                count(self.degrees)
            ),
        );
        page.fact("p-value", p_value(Some(self.p_value)));
        page.fact("Outcome", self.outcome());
        let mut table = Table::new([
            ("", Align::Left),
            ("ln L", Align::Decimal),
            ("Parameters", Align::Right),
        ])
        .at_most(crate::WIDTH);
        for (at, name) in ["Restricted", "Unrestricted"].into_iter().enumerate() {
            if !self.titles[at].trim().is_empty() {
                page.fact(name, self.titles[at].clone());
            }
            table.row([
                format!("{name}: {}", self.files[at]),
                fixed(self.log_likelihoods[at], 3),
                count(self.n_parameters[at]),
            ]);
        }
        page.table("", table);
        for note in &self.notes {
            page.note(note.clone());
        }
        page
    }

    fn comma_separated(&self) -> String {
        let heads = csv::record([
            "restricted",
            "unrestricted",
            "log_likelihood_restricted",
            "log_likelihood_unrestricted",
            "statistic",
            "degrees",
            "p_value",
            "converged",
        ]);
        let row = csv::record([
            self.files[0].clone(),
            self.files[1].clone(),
            csv::number(Some(self.log_likelihoods[0])),
            csv::number(Some(self.log_likelihoods[1])),
            csv::number(Some(self.statistic)),
            self.degrees.to_string(),
            csv::number(Some(self.p_value)),
            self.converged.to_string(),
        ]);
        heads + &row
    }
}
