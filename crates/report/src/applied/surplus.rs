//! Consumer surplus of a scenario.

use logsum_utility::applied::{Estimated, Surplus};
use serde::Serialize;

use super::{DIGITS, Subject, cells, csv_numbers};
use crate::number::{count, decimals, in_plain_column, level, significant};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// The change of consumer surplus from base to scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SurplusReport {
    /// Of which fit and cases.
    #[serde(flatten)]
    pub subject: Subject,
    /// The cost coefficient as written.
    pub cost: String,
    /// The marginal utility of money, minus the cost coefficient in the unit of `money`.
    pub marginal_utility: f64,
    /// Columns whose unit money is in; empty where it is that of what the cost coefficient is multiplied by.
    pub money: Vec<String>,
    /// The changes of columns as written.
    pub scenario: Vec<String>,
    /// The alternatives that are gone.
    pub remove: Vec<String>,
    /// Column of the segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// All cases first, then the segments.
    pub surplus: Vec<SurplusRow>,
}

/// The change for a group of cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SurplusRow {
    /// The value of the segment's column; `None` for all cases.
    pub segment: Option<String>,
    /// Cases in it.
    pub n_cases: usize,
    /// What they count together.
    pub weight: f64,
    /// Mean over cases.
    pub mean: Estimated,
    /// Median over cases.
    pub median: f64,
    /// Sum over cases.
    pub total: Estimated,
}

impl SurplusRow {
    /// Of a group.
    pub fn new(segment: Option<String>, n_cases: usize, surplus: &Surplus) -> Self {
        SurplusRow {
            segment,
            n_cases,
            weight: surplus.weight,
            mean: surplus.mean,
            median: surplus.median,
            total: surplus.total,
        }
    }
}

impl SurplusReport {
    /// In a format. CSV has the columns `segment, n_cases, weight, quantity (mean, median or total), estimate, std_error,
    /// conf_low, conf_high, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        super::write(&[self.page()], format, style, self, || self.comma_separated())
    }

    fn page(&self) -> Page {
        let mut page = self.subject.page("Change in consumer surplus");
        self.subject.facts(&mut page);
        for change in &self.scenario {
            page.fact("Scenario", change.clone());
        }
        for alternative in &self.remove {
            page.fact("Remove", alternative.clone());
        }
        let unit = match self.money.as_slice() {
            [] => format!("what {} is multiplied by", self.cost),
            columns => columns.join(", "),
        };
        page.fact("Money", format!("in the unit of {unit}"));
        page.fact(
            "Utility of money",
            format!(
                "{} for a unit, from {}",
                significant(self.marginal_utility, 5),
                self.cost
            ),
        );
        page.table("", self.table());
        page.note(
            "The change of the expected maximum utility, divided by the marginal utility of money: what the scenario is worth \
             to a case, in the mean, at the median, and to all of them.",
        );
        page
    }

    fn table(&self) -> Table {
        let mut table = Table::new([
            (self.by.clone().unwrap_or_default(), Align::Left),
            ("Cases".to_owned(), Align::Right),
            ("Mean".to_owned(), Align::Decimal),
            ("Std. err.".to_owned(), Align::Decimal),
            (format!("{} interval", level(self.subject.confidence)), Align::Decimal),
            (String::new(), Align::Decimal),
            ("Median".to_owned(), Align::Decimal),
            ("Total".to_owned(), Align::Decimal),
        ])
        .span_header(4, 2)
        .at_most(crate::WIDTH);
        let places = decimals(self.surplus.iter().map(|row| row.mean.estimate), DIGITS);
        for (at, row) in self.surplus.iter().enumerate() {
            if at == 1 {
                table.rule();
            }
            let mut line = vec![row.segment.clone().unwrap_or("all".to_owned()), count(row.n_cases)];
            line.extend(cells(&row.mean, places));
            line.push(in_plain_column(Some(row.median), places));
            line.push(significant(row.total.estimate, 6));
            table.row(line);
        }
        table
    }

    fn comma_separated(&self) -> String {
        let mut text = csv::record([
            "segment",
            "n_cases",
            "weight",
            "quantity",
            "estimate",
            "std_error",
            "conf_low",
            "conf_high",
            "converged",
        ]);
        for row in &self.surplus {
            let median = Estimated {
                estimate: row.median,
                std_error: None,
                conf_low: None,
                conf_high: None,
            };
            for (quantity, value) in [("mean", &row.mean), ("median", &median), ("total", &row.total)] {
                let names = [
                    row.segment.clone().unwrap_or_default(),
                    row.n_cases.to_string(),
                    csv::number(Some(row.weight)),
                    quantity.to_owned(),
                ];
                let converged = [self.subject.converged.to_string()];
                text.push_str(&csv::record(
                    names.into_iter().chain(csv_numbers(value)).chain(converged),
                ));
            }
        }
        text
    }
}
