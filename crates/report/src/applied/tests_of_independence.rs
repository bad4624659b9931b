//! Tests of independence of irrelevant alternatives.

use logsum_utility::applied::{ComparedCoefficient, HausmanMcFadden, SmallHsiao};
use serde::Serialize;

use super::DIGITS;
use super::subject::{caution, titled};
use super::verdict::{Verdict, comma_separated, table};
use crate::number::{count, decimals, fixed, in_plain_column};
use crate::page::Page;
use crate::{Align, Format, Style, Table};

const MEANING: [&str; 2] = [
    "the choices among the others do not follow the model of all choices; nests or random tastes may",
    "no sign that the others are chosen differently",
];

/// Tests of independence of irrelevant alternatives by a fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndependenceReport {
    /// Title of the fit.
    pub title: String,
    /// Whether the estimation had converged.
    pub converged: bool,
    /// "hausman-mcfadden" or "small-hsiao".
    pub test: String,
    /// Kind of the covariance; of a likelihood ratio none.
    pub covariance_kind: Option<String>,
    /// Seed of the halves, if the sample is halved.
    pub seed: Option<u64>,
    /// Decision makers in each half.
    pub halves: Option<[usize; 2]>,
    /// The tests, each with other alternatives removed.
    pub tests: Vec<IndependenceTest>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// A test with some alternatives removed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndependenceTest {
    /// The alternatives.
    pub removed: Vec<String>,
    /// Hypothesis and outcome.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Cases that chose another alternative.
    pub n_cases: Option<usize>,
    /// Whether the variance of the difference is positive definite; of a likelihood ratio none.
    pub positive_definite: Option<bool>,
    /// The coefficients that are compared.
    pub coefficients: Vec<ComparedCoefficient>,
    /// ln L of the choices among the others at the estimates from all, and at their own.
    pub log_likelihoods: Option<[f64; 2]>,
    /// What is not compared, and why.
    pub left_out: Vec<String>,
}

fn hypothesis(removed: &[String]) -> (String, String) {
    let names = removed.join(", ");
    let hypothesis = format!("without {names}, the choices among the others have the same parameters");
    (names, hypothesis)
}

impl IndependenceTest {
    /// Of Hausman and McFadden, at a level.
    pub fn hausman_mcfadden(test: HausmanMcFadden, at: f64) -> Self {
        let (subject, hypothesis) = hypothesis(&test.removed);
        let mut verdict = Verdict::of(
            (subject, hypothesis),
            (test.statistic, test.degrees, test.p_value.unwrap_or(1.0)),
            at,
            MEANING,
        );
        if !test.positive_definite && test.p_value.is_some() {
            verdict
                .outcome
                .push_str("; not to be relied on, as the variance is not positive definite");
        }
        if test.p_value.is_none() {
            verdict.p_value = None;
            verdict.outcome =
                "not rejected: the statistic is negative, which Hausman and McFadden take for no evidence against it"
                    .to_owned();
        }
        IndependenceTest {
            removed: test.removed,
            verdict,
            n_cases: Some(test.n_cases),
            positive_definite: Some(test.positive_definite),
            coefficients: test.coefficients,
            log_likelihoods: None,
            left_out: test.left_out,
        }
    }

    /// Of Small and Hsiao, at a level.
    pub fn small_hsiao(test: SmallHsiao, at: f64) -> Self {
        IndependenceTest {
            verdict: Verdict::of(
                hypothesis(&test.removed),
                (test.statistic, test.degrees, test.p_value),
                at,
                MEANING,
            ),
            removed: test.removed,
            n_cases: Some(test.n_cases),
            positive_definite: None,
            coefficients: Vec::new(),
            log_likelihoods: Some([test.log_likelihood_all, test.log_likelihood_others]),
            left_out: test.left_out,
        }
    }

    /// One that cannot be made.
    pub fn none(removed: Vec<String>, why: &str) -> Self {
        let (subject, hypothesis) = hypothesis(&removed);
        IndependenceTest {
            verdict: Verdict::none(subject, hypothesis, why),
            removed,
            n_cases: None,
            positive_definite: None,
            coefficients: Vec::new(),
            log_likelihoods: None,
            left_out: Vec::new(),
        }
    }
}

impl IndependenceReport {
    /// In a format. CSV has a row for each test: `test, subject, hypothesis, statistic, degrees, p_value, outcome, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        super::write(&[self.page()], format, style, self, || {
            comma_separated(&self.test, self.tests.iter().map(|of| &of.verdict), self.converged)
        })
    }

    fn page(&self) -> Page {
        let name = match self.seed {
            Some(_) => "Small and Hsiao's test",
            None => "Hausman and McFadden's test",
        };
        let mut page = Page::new(titled(name, &self.title), caution(self.converged));
        if let Some(kind) = &self.covariance_kind {
            page.fact("Covariance", kind.clone());
        }
        if let (Some(seed), Some([first, second])) = (self.seed, self.halves) {
            page.fact(
                "Halves",
                format!("{} and {} decision makers, seed {seed}", count(first), count(second)),
            );
        }
        let alone = match self.tests.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        match alone {
            Some(only) => {
                page.fact("Removed", only.removed.join(", "));
                if let Some(n_cases) = only.n_cases {
                    page.fact("Cases left", count(n_cases));
                }
                only.verdict.facts(&mut page);
                if let Some([all, others]) = only.log_likelihoods {
                    page.fact("ln L, all choices", fixed(all, 3));
                    page.fact("ln L, their own", fixed(others, 3));
                }
                if !only.coefficients.is_empty() {
                    page.table(
                        "Estimates from all choices and from those among the others",
                        coefficients(only),
                    );
                }
            }
            None => {
                page.fact(
                    "Hypothesis",
                    "of each row: without the alternative, the choices among the others have the same parameters",
                );
                page.table("", table("Without", self.tests.iter().map(|of| &of.verdict)));
                page.note(format!("Rejected: {}. Not rejected: {}.", MEANING[0], MEANING[1]));
            }
        }
        for of in &self.tests {
            let about = match alone {
                Some(_) => String::new(),
                None => format!("Without {}: ", of.removed.join(", ")),
            };
            if of.verdict.statistic.is_none() {
                page.note(format!("{about}{}.", of.verdict.outcome));
            }
            if of.positive_definite == Some(false) {
                page.note(format!(
                    "{about}The difference of the covariances is not positive definite here, as it is in large samples under the \
                     hypothesis; the statistic is by its generalised inverse, of rank {}. --covariance robust takes the variance \
                     of the difference itself, which cannot be indefinite.",
                    of.verdict.degrees.unwrap_or(0)
                ));
            }
            for sentence in &of.left_out {
                page.note(format!("{about}{sentence}"));
            }
        }
        page.notes.extend(self.notes.iter().cloned());
        page
    }
}

fn coefficients(of: &IndependenceTest) -> Table {
    let mut table = Table::new([
        ("Parameter", Align::Left),
        ("All", Align::Decimal),
        ("Others", Align::Decimal),
        ("Difference", Align::Decimal),
        ("Std. err.", Align::Decimal),
    ])
    .at_most(crate::WIDTH);
    let rows = &of.coefficients;
    let places = decimals(rows.iter().flat_map(|of| [of.all, of.others]), DIGITS);
    for of in rows {
        table.row([
            of.term.clone(),
            in_plain_column(Some(of.all), places),
            in_plain_column(Some(of.others), places),
            in_plain_column(Some(of.difference), places),
            in_plain_column(of.std_error, places),
        ]);
    }
    table
}
