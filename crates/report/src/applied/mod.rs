//! What a fit is applied to: effects of an attribute, willingness to pay, consumer surplus, scenarios,
//! calibration, tests.
//!
//! Each report writes itself in a format ([`EffectsReport::write`] and so on). CSV has a row for each number, JSON the whole
//! report; both have full precision.

mod calibration;
mod effects;
mod scenario;
mod subject;
mod surplus;
mod tests_not_nested;
mod tests_of_homogeneity;
mod tests_of_independence;
mod tests_of_restrictions;
mod tests_of_scores;
mod verdict;
mod willingness;

pub use calibration::CalibrationReport;
pub use effects::{EffectRow, EffectsReport};
pub use scenario::{ScenarioReport, ScenarioRow};
pub use subject::Subject;
pub use surplus::{SurplusReport, SurplusRow};
pub use tests_not_nested::NonNestedReport;
pub use tests_of_homogeneity::HomogeneityReport;
pub use tests_of_independence::{IndependenceReport, IndependenceTest};
pub use tests_of_restrictions::{LikelihoodRatioReport, WaldReport};
pub use tests_of_scores::ScoreReport;
pub use verdict::Verdict;
pub use willingness::WillingnessReport;

use logsum_utility::applied::Estimated;

use crate::number::in_plain_column;
use crate::page::Page;
use crate::{Format, Style, csv, json};

/// Alternatives that text lists before it only counts them.
const LISTED: usize = 20;

/// Digits of the largest number of a column.
const DIGITS: usize = 5;

/// Pages of a report, one below the other.
fn write(
    pages: &[Page],
    format: Format,
    style: Style,
    value: &impl serde::Serialize,
    csv: impl Fn() -> String,
) -> String {
    match format {
        Format::Json => json::pretty(value),
        Format::Csv => csv(),
        Format::Text | Format::Latex | Format::Markdown => {
            let page = |page: &Page| {
                let mut page = page.clone();
                if format == Format::Latex && !page.subtitle.is_empty() {
                    // The form has no line below its title.
                    page.notes.insert(0, page.subtitle.clone());
                }
                page.write(format, style, &(), String::new)
            };
            let all: Vec<String> = pages.iter().map(page).collect();
            all.join(if format == Format::Text { "\n\n" } else { "\n" })
        }
    }
}

/// Estimate, standard error, interval as cells of CSV.
fn csv_numbers(of: &Estimated) -> [String; 4] {
    [Some(of.estimate), of.std_error, of.conf_low, of.conf_high].map(csv::number)
}

/// The same as cells of a table; rounding of zero is zero.
fn cells(of: &Estimated, decimals: usize) -> [String; 4] {
    let zero = |value: f64| if value.abs() < 1e-11 { 0.0 } else { value };
    [Some(of.estimate), of.std_error, of.conf_low, of.conf_high]
        .map(|value| in_plain_column(value.filter(|value| value.is_finite()).map(zero), decimals))
}

#[cfg(test)]
mod tests;
