//! The report of an estimation.

pub(crate) mod draws;
mod errors;
mod facts;
mod nests;
mod optima;
mod outside;
mod proportional;
mod resampling;
mod sampling;
mod scales;
mod tastes;
mod text;
mod validation;

use logsum_utility::{Estimate, Fit};

use crate::number;
use crate::{Align, Format, Style, Table, csv, json};

/// Significant digits of the largest estimate and of the largest standard error.
const DIGITS: usize = 5;
const DIGITS_OF_ERRORS: usize = 4;

/// The report of a fit in a format.
///
/// Text, Markdown and LaTeX hold a header (data, counts, draws, why it stopped, log-likelihoods and
/// what follows from them, kind of the standard errors), the coefficient table, the distributions of
/// random tastes and the warnings. CSV is the coefficient table with the columns `term, estimate,
/// std_error, statistic, p_value, conf_low, conf_high, fixed, at_bound, converged`, then
/// `sd_over_samples` if alternatives were sampled more than once and `simulation_error` if it was
/// measured, `percentile_low, percentile_high, bca_low, bca_high` behind bootstrapped standard errors,
/// and `profile_low, profile_high` if profiles were asked for; JSON is the whole fit. Both have full precision, and only JSON has timings.
pub fn fit(fit: &Fit, format: Format) -> String {
    match format {
        Format::Text => text::write(fit, Style::Plain),
        Format::Json => json::pretty(fit),
        Format::Csv => comma_separated(fit),
        Format::Latex => outside::latex(fit),
        Format::Markdown => outside::markdown(fit),
    }
}

/// The report of a fit as text in a style.
pub fn fit_text(fit: &Fit, style: Style) -> String {
    text::write(fit, style)
}

/// The coefficient table, for every format that people read.
///
/// Estimates and the ends of their intervals share their decimals. A parameter without standard
/// error says why, if it is held or at a bound.
fn coefficients(fit: &Fit) -> Table {
    let movements = movements(fit);
    let mut columns = vec![
        ("".to_string(), Align::Left),
        ("Estimate".to_string(), Align::Decimal),
        ("Std error".to_string(), Align::Decimal),
    ];
    columns.extend(movements.iter().map(|of| (of.header.to_string(), Align::Decimal)));
    let before_interval = columns.len() + 2;
    columns.extend([
        ("z".to_string(), Align::Decimal),
        ("p".to_string(), Align::Decimal),
        (format!("{} interval", number::level(fit.confidence)), Align::Decimal),
        (String::new(), Align::Decimal),
    ]);
    let mut table = Table::new(columns).span_header(before_interval, 2);
    let estimates = number::decimals(fit.parameters.iter().map(|p| p.estimate), DIGITS);
    let errors = number::decimals(fit.parameters.iter().filter_map(|p| p.std_error), DIGITS_OF_ERRORS);
    for (k, parameter) in fit.parameters.iter().enumerate() {
        let estimate = number::in_column(Some(parameter.estimate), estimates, DIGITS);
        let term = parameter.term.clone();
        if let Some(note) = held(parameter) {
            table.row_with_note([term, estimate], note);
            continue;
        }
        // An end near zero keeps the decimals of its estimate: only both together need exponents.
        let small = number::needs_exponent(parameter.estimate, estimates);
        let end = |value: Option<f64>| match value {
            Some(value) if !small && value.is_finite() && value.abs() < 1.0 => {
                format!("{:.estimates$}", value + 0.0)
            }
            value => number::in_column(value, estimates, DIGITS),
        };
        let mut row = vec![
            term,
            estimate,
            number::in_column(parameter.std_error, errors, DIGITS_OF_ERRORS),
        ];
        // Beside the standard errors, and to be compared with them.
        row.extend(movements.iter().map(|of| match of.at(k) {
            Some(value) => number::fixed(value, errors),
            None => number::MISSING.to_string(),
        }));
        row.extend([
            statistic(parameter.statistic),
            number::p_value(parameter.p_value),
            end(parameter.conf_low),
            end(parameter.conf_high),
        ]);
        table.row(row);
    }
    table
}

/// How far each estimate would move if something random in the estimation were drawn anew.
struct Movement<'a> {
    /// In tables, and in CSV.
    header: &'static str,
    name: &'static str,
    values: &'a [Option<f64>],
}

impl Movement<'_> {
    fn at(&self, k: usize) -> Option<f64> {
        self.values.get(k).copied().flatten()
    }
}

/// What was measured of that: over samples of alternatives, and over draws.
fn movements(fit: &Fit) -> Vec<Movement<'_>> {
    let over_samples = sampling::deviations(fit).map(|values| Movement {
        header: sampling::HEADER,
        name: "sd_over_samples",
        values,
    });
    let over_draws = draws::errors(fit).map(|values| Movement {
        header: draws::HEADER,
        name: "simulation_error",
        values,
    });
    over_samples.into_iter().chain(over_draws).collect()
}

/// What a reader of the coefficients must know.
fn notes(fit: &Fit) -> Vec<String> {
    let missing = facts::missing_note(fit).map(str::to_string);
    [missing, sampling::note(fit), draws::note(fit), tastes::signs(fit)]
        .into_iter()
        .flatten()
        .collect()
}

/// Why a parameter has no standard error by intention.
fn held(parameter: &Estimate) -> Option<String> {
    if parameter.fixed {
        return Some("fixed".to_string());
    }
    let bound = parameter.at_bound.as_deref()?;
    Some(format!("at {bound} bound"))
}

fn statistic(value: Option<f64>) -> String {
    match value {
        Some(value) if value.abs() < 1e5 => format!("{:.2}", value + 0.0),
        Some(value) => number::scientific(value, 2),
        None => number::MISSING.to_string(),
    }
}

fn comma_separated(fit: &Fit) -> String {
    let movements = movements(fit);
    let mut names = vec![
        "term",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
        "fixed",
        "at_bound",
        "converged",
    ];
    names.extend(movements.iter().map(|of| of.name));
    let intervals = resampling::intervals(fit);
    names.extend(intervals.iter().map(|of| of.name));
    let mut text = csv::record(names);
    for (k, p) in fit.parameters.iter().enumerate() {
        let mut cells = vec![
            p.term.clone(),
            csv::number(Some(p.estimate)),
            csv::number(p.std_error),
            csv::number(p.statistic),
            csv::number(p.p_value),
            csv::number(p.conf_low),
            csv::number(p.conf_high),
            p.fixed.to_string(),
            p.at_bound.clone().unwrap_or_default(),
            fit.converged.to_string(),
        ];
        cells.extend(movements.iter().map(|of| csv::number(of.at(k))));
        cells.extend(intervals.iter().map(|of| csv::number(of.values[k])));
        text.push_str(&csv::record(cells));
    }
    text
}

#[cfg(test)]
mod tests;
