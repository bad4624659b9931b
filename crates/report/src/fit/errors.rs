//! The covariance of normal errors, below the coefficients.

use logsum_utility::{ErrorReport, Fit, Quantity, TasteCovariance};

use super::tastes::{COLUMNS, Digits, Section, correlations};
use crate::{Align, Table};

/// The tables: covariance and correlation of the differences, and what is identified of the errors themselves. With
/// `narrow` a matrix that is wider than text comes in parts.
pub(super) fn sections(fit: &Fit, narrow: bool) -> Vec<Section> {
    // Of two alternatives there is one difference, whose variance is 1.
    let Some(report) = fit.errors.as_ref().filter(|report| report.alternatives.len() > 1) else {
        return Vec::new();
    };
    if report.covariance == "independent" {
        return Vec::new();
    }
    let at_once = if narrow { COLUMNS } else { usize::MAX };
    let mut sections = Vec::new();
    let mut add = |heading: &str, tables: Vec<Table>| {
        let mut heading = heading.to_string();
        for table in tables {
            sections.push(Section {
                heading: std::mem::take(&mut heading),
                table,
                stretched: false,
            });
        }
    };
    let heading = format!("Errors: covariance of their differences against {}", report.base);
    add(&heading, matrix(&report.alternatives, &report.differences, at_once));
    let group = TasteCovariance {
        coefficients: report.alternatives.clone(),
        covariance: report.differences.clone(),
        correlation: report.correlation.clone(),
    };
    add("Correlation of the differences", correlations(&group, at_once));
    if !report.errors.is_empty() {
        let names: Vec<String> = std::iter::once(&report.base)
            .chain(&report.alternatives)
            .cloned()
            .collect();
        match report.covariance.as_str() {
            "diagonal" => add(
                "Variances of the errors, which are independent",
                vec![variances(&names, report)],
            ),
            _ => add("Covariance of the errors", matrix(&names, &report.errors, at_once)),
        }
    }
    sections
}

/// What the numbers of the tables are.
pub(super) fn note(fit: &Fit) -> Option<String> {
    let report = fit.errors.as_ref()?;
    let scale = match report.covariance.as_str() {
        "pattern" => "The covariance of the errors is taken as it was given.".to_string(),
        _ => {
            let first = report.alternatives.first()?;
            let scale = format!(
                "Normal errors; the scale is set by a variance of 1 of the difference between the errors of {first} and {}",
                report.base
            );
            match report.covariance.as_str() {
                "independent" => format!(
                    "{scale}: logit coefficients, whose differences have variance 3.29, are about 1.81 times as large."
                ),
                _ => format!("{scale} (3.29 in a logit)."),
            }
        }
    };
    let errors = report.differences.iter().chain(&report.correlation).flatten();
    // The note of random tastes says so already.
    let said = fit.tastes.is_some();
    let note = match !said && errors.clone().any(|quantity| quantity.std_error.is_some()) {
        true => format!("{scale} In parentheses: standard errors by the delta method."),
        false => scale,
    };
    Some(note)
}

/// A lower triangle in parts of so many columns; two lines a row.
fn matrix(names: &[String], triangle: &[Vec<Quantity>], at_once: usize) -> Vec<Table> {
    let digits = Digits::of(triangle.iter().flatten().copied());
    let n = names.len();
    let part = |start: usize| {
        let end = start.saturating_add(at_once).min(n);
        let mut heads = vec![("", Align::Left)];
        heads.extend(names[start..end].iter().map(|name| (name.as_str(), Align::Decimal)));
        let mut table = Table::new(heads);
        for (row, name) in names.iter().enumerate().skip(start) {
            let cells = || (start..end.min(row + 1)).map(|column| triangle.get(row)?.get(column).copied());
            let mut first = vec![name.clone()];
            first.extend(cells().map(|cell| digits.estimate(cell)));
            let mut second = vec![String::new()];
            second.extend(cells().map(|cell| digits.error(cell)));
            table.row(first);
            if second.iter().any(|cell| !cell.is_empty()) {
                table.row(second);
            }
        }
        table
    };
    (0..n).step_by(at_once.min(n.max(1))).map(part).collect()
}

/// The diagonal alone.
fn variances(names: &[String], report: &ErrorReport) -> Table {
    let own = |row: usize| report.errors.get(row)?.get(row).copied();
    let all: Vec<Option<Quantity>> = (0..names.len()).map(own).collect();
    let digits = Digits::of(all.iter().flatten().copied());
    let heads = [("", Align::Left), ("Variance", Align::Decimal), ("", Align::Decimal)];
    let mut table = Table::new(heads);
    for (name, variance) in names.iter().zip(all) {
        table.row([name.clone(), digits.estimate(variance), digits.error(variance)]);
    }
    table
}
