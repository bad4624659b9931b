//! What a test says: hypothesis, statistic, probability, and the outcome in a line.

use serde::Serialize;

use crate::number::{count, fixed, in_plain_column, level, p_value};
use crate::page::Page;
use crate::{Align, Table, csv};

/// A test and its outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// What is tested, in short: a parameter, a segment, alternatives that are removed.
    pub subject: String,
    /// What is true if the test is not to reject.
    pub hypothesis: String,
    /// The statistic; `None` where it could not be computed.
    pub statistic: Option<f64>,
    /// Degrees of freedom of the χ² distribution.
    pub degrees: Option<usize>,
    /// Probability of a statistic at least as large if the hypothesis is true.
    pub p_value: Option<f64>,
    /// What that means.
    pub outcome: String,
}

impl Verdict {
    /// A χ² test at a level; `meaning` says in a few words what follows if it rejects, and if not.
    pub fn of(
        (subject, hypothesis): (impl Into<String>, impl Into<String>),
        (statistic, degrees, p): (f64, usize, f64),
        at: f64,
        meaning: [&str; 2],
    ) -> Self {
        Verdict {
            subject: subject.into(),
            hypothesis: hypothesis.into(),
            statistic: Some(statistic),
            degrees: Some(degrees),
            p_value: Some(p),
            outcome: outcome(p, at, meaning),
        }
    }

    /// A test that could not be made.
    pub fn none(subject: impl Into<String>, hypothesis: impl Into<String>, why: &str) -> Self {
        Verdict {
            subject: subject.into(),
            hypothesis: hypothesis.into(),
            statistic: None,
            degrees: None,
            p_value: None,
            outcome: format!("not tested: {why}"),
        }
    }

    /// Adds it to a page as facts.
    pub(super) fn facts(&self, page: &mut Page) {
        page.fact("Hypothesis", self.hypothesis.clone());
        page.fact("Statistic", statistic(self.statistic, self.degrees));
        page.fact("p-value", p_value(self.p_value));
        page.fact("Outcome", self.outcome.clone());
    }
}

/// `rejected at 5%: ...`
pub(super) fn outcome(p: f64, at: f64, [rejected, kept]: [&str; 2]) -> String {
    match p < at {
        true => format!("rejected at {}: {rejected}", level(at)),
        false => format!("not rejected at {}: {kept}", level(at)),
    }
}

fn statistic(value: Option<f64>, degrees: Option<usize>) -> String {
    let value = in_plain_column(value, 3);
    match degrees {
        Some(degrees) => format!("{value}, chi-squared with {} d.f.", count(degrees)),
        None => value,
    }
}

/// Several tests as a table, the first column under `head`.
pub(super) fn table<'a>(head: &str, verdicts: impl Iterator<Item = &'a Verdict>) -> Table {
    let mut table = Table::new([
        (head.to_owned(), Align::Left),
        ("Statistic".to_owned(), Align::Decimal),
        ("d.f.".to_owned(), Align::Right),
        ("p".to_owned(), Align::Decimal),
        ("Hypothesis".to_owned(), Align::Left),
    ])
    .at_most(crate::WIDTH);
    for verdict in verdicts {
        // What it means stands below, once.
        let short = verdict.outcome.split(':').next().unwrap_or_default();
        table.row([
            verdict.subject.clone(),
            verdict
                .statistic
                .map_or(in_plain_column(None, 3), |value| fixed(value, 3)),
            verdict.degrees.map_or(in_plain_column(None, 0), count),
            p_value(verdict.p_value),
            short.to_owned(),
        ]);
    }
    table
}

/// Tests as CSV, a row for each: `test, subject, hypothesis, statistic, degrees, p_value, outcome, converged`.
pub(super) fn comma_separated<'a>(test: &str, verdicts: impl Iterator<Item = &'a Verdict>, converged: bool) -> String {
    let mut text = csv::record([
        "test",
        "subject",
        "hypothesis",
        "statistic",
        "degrees",
        "p_value",
        "outcome",
        "converged",
    ]);
    for verdict in verdicts {
        text.push_str(&csv::record([
            test.to_owned(),
            verdict.subject.clone(),
            verdict.hypothesis.clone(),
            csv::number(verdict.statistic),
            verdict.degrees.map(|degrees| degrees.to_string()).unwrap_or_default(),
            csv::number(verdict.p_value),
            verdict.outcome.clone(),
            converged.to_string(),
        ]));
    }
    text
}
