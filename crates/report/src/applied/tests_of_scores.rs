//! Score tests of held parameters.

use logsum_utility::applied::{FreedParameter, ScoreTest};
use serde::Serialize;

use super::DIGITS;
use super::subject::{caution, titled};
use super::verdict::{Verdict, comma_separated};
use crate::number::{decimals, in_plain_column, level, p_value, significant};
use crate::page::Page;
use crate::{Align, Format, Style, Table};

/// A score test by a fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreReport {
    /// Title of the fit.
    pub title: String,
    /// Whether the estimation had converged.
    pub converged: bool,
    /// Kind of the covariance.
    pub covariance_kind: String,
    /// One less than it is the level of the test.
    pub confidence: f64,
    /// The tests: of all parameters together, or of each.
    pub tests: Vec<Verdict>,
    /// What was found of the parameters.
    #[serde(flatten)]
    pub test: ScoreTest,
    /// Parameters that count as fixed, as they stand at a bound.
    pub at_bound: Vec<String>,
}

impl ScoreReport {
    /// Puts the outcomes into words.
    pub fn new(
        (title, converged): (String, bool),
        covariance_kind: String,
        confidence: f64,
        test: ScoreTest,
        at_bound: Vec<String>,
    ) -> Self {
        let at = 1.0 - confidence;
        let hypothesis = |of: &FreedParameter| format!("{} = {}", of.term, significant(of.value, 6));
        let tests = match test.joint {
            Some(joint) => {
                let terms: Vec<&str> = test.parameters.iter().map(|of| of.term.as_str()).collect();
                let all: Vec<String> = test.parameters.iter().map(hypothesis).collect();
                let meaning = match all.len() {
                    1 => [
                        "the model gains if it is estimated",
                        "the data do not call for it to be estimated",
                    ],
                    _ => [
                        "the model gains if they are estimated",
                        "the data do not call for them to be estimated",
                    ],
                };
                vec![Verdict::of(
                    (terms.join(", "), all.join(", ")),
                    (joint.statistic, joint.degrees, joint.p_value),
                    at,
                    meaning,
                )]
            }
            None => test
                .parameters
                .iter()
                .map(|of| match &of.test {
                    Some(found) => Verdict::of(
                        (of.term.clone(), hypothesis(of)),
                        (found.statistic, found.degrees, found.p_value),
                        at,
                        [
                            "the model gains if it is estimated",
                            "the data do not call for it to be estimated",
                        ],
                    ),
                    None => Verdict::none(
                        of.term.clone(),
                        hypothesis(of),
                        of.problem.as_deref().unwrap_or_default(),
                    ),
                })
                .collect(),
        };
        ScoreReport {
            title,
            converged,
            covariance_kind,
            confidence,
            tests,
            test,
            at_bound,
        }
    }

    /// In a format. CSV has a row for each test: `test, subject, hypothesis, statistic, degrees, p_value, outcome, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        super::write(&[self.page()], format, style, self, || {
            comma_separated("score", self.tests.iter(), self.converged)
        })
    }

    fn page(&self) -> Page {
        let mut page = Page::new(titled("Score test", &self.title), caution(self.converged));
        page.fact("Covariance", self.covariance_kind.clone());
        match (&self.test.joint, self.tests.as_slice()) {
            (Some(_), [joint]) => joint.facts(&mut page),
            _ => page.fact(
                "Hypothesis",
                "of each row: the parameter has the value at which it is held",
            ),
        }
        let mut table = Table::new([
            ("Parameter", Align::Left),
            ("Held at", Align::Decimal),
            ("Score", Align::Decimal),
            ("Exp. change", Align::Decimal),
            ("Statistic", Align::Decimal),
            ("p", Align::Decimal),
        ])
        .at_most(crate::WIDTH);
        let rows = &self.test.parameters;
        let places = [
            decimals(rows.iter().map(|of| of.value), DIGITS),
            decimals(rows.iter().filter_map(|of| of.score), DIGITS),
            decimals(rows.iter().filter_map(|of| of.expected_change), DIGITS),
        ];
        for of in rows {
            table.row([
                of.term.clone(),
                in_plain_column(Some(of.value), places[0]),
                in_plain_column(of.score, places[1]),
                in_plain_column(of.expected_change, places[2]),
                in_plain_column(of.test.map(|test| test.statistic), 3),
                p_value(of.test.map(|test| test.p_value)),
            ]);
        }
        page.table("Each parameter let go alone", table);
        if self.test.joint.is_none() {
            let at = 1.0 - self.confidence;
            let rejected: Vec<&str> = rows
                .iter()
                .filter(|of| of.test.is_some_and(|test| test.p_value < at))
                .map(|of| of.term.as_str())
                .collect();
            page.note(match rejected.is_empty() {
                true => format!(
                    "Outcome: at {} the data call for none of them to be estimated.",
                    level(at)
                ),
                false => format!(
                    "Outcome: at {} the model gains, tested one by one, if one of these is estimated: {}.",
                    level(at),
                    rejected.join(", ")
                ),
            });
        }
        for of in rows {
            if let Some(problem) = &of.problem {
                page.note(format!("{}: not tested; {problem}.", of.term));
            }
            if of.on_bound {
                page.note(format!(
                    "{} is held at its bound, from where it could move to one side only: there the test is conservative.",
                    of.term
                ));
            }
        }
        if !self.at_bound.is_empty() {
            page.note(format!(
                "At a bound, and counted as fixed: {}.",
                self.at_bound.join(", ")
            ));
        }
        page.note("Expected change: of a Newton step from here, all parameters moving.");
        page
    }
}
