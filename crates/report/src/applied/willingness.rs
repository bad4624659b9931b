//! Willingness to pay by the coefficients of a fit.

use logsum_utility::applied::{Estimated, WillingnessEstimate, WillingnessKind};
use serde::Serialize;

use super::subject::{caution, intervals, titled};
use super::{DIGITS, cells, csv_numbers};
use crate::number::{decimals, fixed, level, significant};
use crate::page::Page;
use crate::{Align, Format, Style, Table, csv};

/// Ratios of coefficients to a cost coefficient.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WillingnessReport {
    /// Title of the fit.
    pub title: String,
    /// Whether the estimation had converged.
    pub converged: bool,
    /// The cost coefficient.
    pub cost: String,
    /// The marginal utility of a unit of cost.
    pub marginal_utility_of_cost: f64,
    /// The cost coefficient in standard errors.
    pub cost_statistic: Option<f64>,
    /// Columns whose unit money is in; empty where it is that of what the cost coefficient is multiplied by.
    pub money: Vec<String>,
    /// `delta`, `fieller` or `simulated`.
    pub method: String,
    /// Draws of simulated intervals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draws: Option<usize>,
    /// Their seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Kind of the covariance behind the intervals; `None` where the fit has none.
    pub covariance_kind: Option<String>,
    /// Level of the intervals.
    pub confidence: f64,
    /// One for each coefficient.
    pub willingness_to_pay: Vec<WillingnessEstimate>,
    /// Coefficients that are left out, and why.
    pub left_out: Vec<String>,
}

impl WillingnessReport {
    /// In a format. CSV has the columns `term, kind, per, estimate, std_error, conf_low, conf_high, converged`.
    pub fn write(&self, format: Format, style: Style) -> String {
        super::write(&[self.page()], format, style, self, || self.comma_separated())
    }

    fn page(&self) -> Page {
        let mut page = Page::new(titled("Willingness to pay", &self.title), caution(self.converged));
        let z = self
            .cost_statistic
            .map_or(String::new(), |z| format!(" (z = {})", fixed(z, 2)));
        let unit = match self.money.as_slice() {
            [] => "a unit of what it is multiplied by".to_owned(),
            columns => format!("a unit of {}", columns.join(", ")),
        };
        let utility = significant(self.marginal_utility_of_cost, 5);
        page.fact("Cost", format!("{}: {utility} utils for {unit}{z}", self.cost));
        let how = match (self.method.as_str(), self.draws, self.seed) {
            ("fieller", ..) => "Fieller's method".to_owned(),
            ("simulated", Some(draws), Some(seed)) => {
                format!(
                    "Krinsky and Robb's method ({} draws, seed {seed})",
                    crate::number::count(draws)
                )
            }
            _ => "delta method".to_owned(),
        };
        page.fact(
            "Intervals",
            intervals(self.confidence, &how, self.covariance_kind.as_deref()),
        );
        page.table("", self.table());
        page.note(
            "Cost that is paid for one unit more: minus the ratio of the marginal utilities of attribute and cost. What is paid \
             for one unit less is minus this: of a travel time, the value of the time that is saved.",
        );
        let of = |kind| self.willingness_to_pay.iter().any(|of| of.kind == kind);
        if of(WillingnessKind::Means) {
            page.note(
                "Means: of coefficients that vary, the ratio of their means, which is not the mean of the ratio.",
            );
        }
        if of(WillingnessKind::Median) {
            page.note("Median: half of the decision makers pay more; the cost coefficient is lognormal.");
        }
        let unbounded = |of: &&WillingnessEstimate| of.std_error.is_some() && of.conf_low.is_none();
        if self.method == "fieller" && self.willingness_to_pay.iter().any(|of| unbounded(&of)) {
            page.note(
                "No interval: what the data do not contradict has no bounds, as the cost coefficient may be zero at this level.",
            );
        }
        for reason in &self.left_out {
            page.note(format!("Left out: {reason}."));
        }
        page
    }

    fn table(&self) -> Table {
        let all = &self.willingness_to_pay;
        let kinds = all.iter().any(|of| of.kind != WillingnessKind::Ratio);
        let units = all.iter().any(|of| !of.per.is_empty());
        let mut heads = vec![
            (String::new(), Align::Left),
            ("Estimate".to_owned(), Align::Decimal),
            ("Std. err.".to_owned(), Align::Decimal),
            (format!("{} interval", level(self.confidence)), Align::Decimal),
            (String::new(), Align::Decimal),
        ];
        if kinds {
            heads.push(("Of".to_owned(), Align::Left));
        }
        if units {
            heads.push(("Per unit of".to_owned(), Align::Left));
        }
        let mut table = Table::new(heads).span_header(3, 2).at_most(crate::WIDTH);
        let places = decimals(all.iter().map(|of| of.estimate), DIGITS);
        for of in all {
            let mut line = vec![of.term.clone()];
            line.extend(cells(&numbers(of), places));
            if kinds {
                line.push(kind(of.kind).to_owned());
            }
            if units {
                line.push(match of.per.as_slice() {
                    [] => String::new(),
                    [one] => one.clone(),
                    [first, rest @ ..] => format!("{first} and {} more", rest.len()),
                });
            }
            table.row(line);
        }
        table
    }

    fn comma_separated(&self) -> String {
        let mut text = csv::record([
            "term",
            "kind",
            "per",
            "estimate",
            "std_error",
            "conf_low",
            "conf_high",
            "converged",
        ]);
        for of in &self.willingness_to_pay {
            let names = [of.term.clone(), kind(of.kind).to_owned(), of.per.join(" ")];
            let converged = [self.converged.to_string()];
            text.push_str(&csv::record(
                names.into_iter().chain(csv_numbers(&numbers(of))).chain(converged),
            ));
        }
        text
    }
}

fn numbers(of: &WillingnessEstimate) -> Estimated {
    Estimated {
        estimate: of.estimate,
        std_error: of.std_error,
        conf_low: of.conf_low,
        conf_high: of.conf_high,
    }
}

fn kind(kind: WillingnessKind) -> &'static str {
    match kind {
        WillingnessKind::Ratio => "ratio",
        WillingnessKind::Means => "means",
        WillingnessKind::Median => "median",
    }
}
