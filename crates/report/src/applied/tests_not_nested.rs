//! Tests of two models of which none restricts the other.

use serde::Serialize;

use super::subject::caution;
use super::verdict::{Verdict, comma_separated};
use crate::comparison::{ComparedModel, ComparedPair, non_nested_pages};
use crate::number::{count, fixed};
use crate::page::Page;
use crate::{Align, Format, Style, Table};

/// Vuong's test and that of Ben-Akiva and Swait.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NonNestedReport {
    /// The two models.
    pub models: Vec<ComparedModel>,
    /// What was found of them.
    #[serde(flatten)]
    pub pair: ComparedPair,
}

impl NonNestedReport {
    /// In a format. CSV has a row for each test: `test, subject, hypothesis, statistic, degrees, p_value, outcome, converged`,
    /// the p-value of Ben-Akiva and Swait being a bound.
    pub fn write(&self, format: Format, style: Style) -> String {
        let mut pages = vec![self.page()];
        pages.extend(non_nested_pages(&self.models, &self.pair));
        super::write(&pages, format, style, self, || {
            let vuong = comma_separated("vuong", self.vuong().iter(), self.converged());
            let bound = comma_separated("ben-akiva-swait", self.ben_akiva_swait().iter(), self.converged());
            vuong + bound.split_once('\n').map_or("", |(_, rows)| rows)
        })
    }

    fn converged(&self) -> bool {
        self.models.iter().all(|model| model.converged)
    }

    fn page(&self) -> Page {
        let mut page = Page::new("Models that are not nested", caution(self.converged()));
        let mut table = Table::new([
            ("", Align::Left),
            ("ln L", Align::Decimal),
            ("Parameters", Align::Right),
            ("Adj. rho-squared", Align::Decimal),
        ])
        .at_most(crate::WIDTH);
        for model in &self.models {
            table.row([
                model.name.clone(),
                fixed(model.log_likelihood, 3),
                count(model.n_parameters),
                model
                    .rho_squared_adjusted
                    .map_or("-".to_owned(), |index| fixed(index, 4)),
            ]);
        }
        page.table("", table);
        page
    }

    fn names(&self) -> [&str; 2] {
        [0, 1].map(|at| self.models[at].name.as_str())
    }

    fn vuong(&self) -> Vec<Verdict> {
        let Some(vuong) = &self.pair.vuong else {
            return Vec::new();
        };
        let [first, second] = self.names();
        [
            ("log-likelihood", vuong.uncorrected),
            ("AIC-corrected", vuong.aic),
            ("BIC-corrected", vuong.bic),
        ]
        .into_iter()
        .map(|(subject, test)| {
            let better = if test.statistic.is_some_and(|z| z > 0.0) {
                first
            } else {
                second
            };
            let meaning = format!("{better} is nearer to the truth");
            let outcome = match test.p_value {
                Some(p) => {
                    super::verdict::outcome(p, 0.05, [&meaning, "the data do not tell which is nearer to the truth"])
                }
                None => "not tested: the models differ in the same way for every decision maker".to_owned(),
            };
            Verdict {
                subject: subject.to_owned(),
                hypothesis: format!("{first} and {second} are equally near to the truth"),
                statistic: test.statistic,
                degrees: None,
                p_value: test.p_value,
                outcome,
            }
        })
        .collect()
    }

    fn ben_akiva_swait(&self) -> Vec<Verdict> {
        let test = self.pair.ben_akiva_swait.iter();
        test.map(|test| {
            let names = self.names();
            let (better, other) = (names[test.better], names[1 - test.better]);
            let meaning = format!("{better} is preferred");
            Verdict {
                subject: "adjusted rho-squared".to_owned(),
                hypothesis: format!("{other} is the true model, though that of {better} is larger"),
                statistic: test.statistic,
                degrees: None,
                p_value: test.p_bound,
                outcome: match test.p_bound {
                    Some(p) => super::verdict::outcome(p, 0.05, [&meaning, "the bound does not exclude it"]),
                    None => "not tested: the difference is too small for the bound".to_owned(),
                },
            }
        })
        .collect()
    }
}
