//! What resamples and profiles say: where standard errors come from, and the intervals beside those of Wald.

use logsum_utility::{Bootstrap, BootstrapParameter, Fit, Profile};

use super::tastes::Section;
use crate::number::{self, counted};
use crate::{Align, Table};

/// Significant digits of the largest number in a column.
const DIGITS: usize = 5;

/// The bootstrap behind the standard errors, if it is behind them.
fn chosen(fit: &Fit) -> Option<&Bootstrap> {
    fit.bootstrap.as_ref().filter(|_| fit.covariance_kind == "bootstrap")
}

/// Where bootstrapped standard errors come from.
pub(super) fn covariance(fit: &Fit) -> String {
    let Some(bootstrap) = chosen(fit) else {
        return "bootstrap".to_string();
    };
    let of = match &bootstrap.cluster {
        Some(column) => format!("{} of \"{column}\"", counted(bootstrap.n_groups, "group")),
        None => counted(bootstrap.n_groups, "decision maker"),
    };
    format!(
        "bootstrap: {} of {of} (seed {}), {} intervals",
        counted(bootstrap.estimates.len(), "resample"),
        bootstrap.seed,
        bootstrap.interval
    )
}

/// The small-sample factor, behind where a sandwich comes from.
pub(super) fn correction(fit: &Fit) -> String {
    match fit.correction {
        Some(correction) => format!(", times {}", correction.kind.formula()),
        None => String::new(),
    }
}

/// A column of ends of intervals, a number for each parameter.
pub(super) struct Ends {
    pub name: &'static str,
    pub values: Vec<Option<f64>>,
}

/// What CSV has beside the usual intervals.
pub(super) fn intervals(fit: &Fit) -> Vec<Ends> {
    let mut columns = Vec::new();
    if let Some(bootstrap) = chosen(fit) {
        let of = |end: &dyn Fn(&BootstrapParameter) -> Option<f64>| {
            let mut free = bootstrap.parameters.iter();
            let value = |fixed: bool| if fixed { None } else { free.next().and_then(end) };
            fit.parameters
                .iter()
                .map(|parameter| parameter.fixed)
                .map(value)
                .collect()
        };
        let mut add = |name, end: &dyn Fn(&BootstrapParameter) -> Option<f64>| {
            columns.push(Ends { name, values: of(end) });
        };
        add("percentile_low", &|of| of.percentile.map(|[low, _]| low));
        add("percentile_high", &|of| of.percentile.map(|[_, high]| high));
        add("bca_low", &|of| of.bca.map(|[low, _]| low));
        add("bca_high", &|of| of.bca.map(|[_, high]| high));
    }
    if !fit.profiles.is_empty() {
        let mut add = |name, end: fn(&Profile) -> Option<f64>| {
            let of = |term: &str| fit.profiles.iter().find(|profile| profile.term == term).and_then(end);
            let values = fit.parameters.iter().map(|parameter| of(&parameter.term)).collect();
            columns.push(Ends { name, values });
        };
        add("profile_low", |profile| profile.conf_low);
        add("profile_high", |profile| profile.conf_high);
    }
    columns
}

/// The tables.
pub(super) fn sections(fit: &Fit) -> Vec<Section> {
    chosen(fit)
        .map(|bootstrap| resamples(fit, bootstrap))
        .into_iter()
        .chain((!fit.profiles.is_empty()).then(|| profiles(fit)))
        .collect()
}

fn resamples(fit: &Fit, bootstrap: &Bootstrap) -> Section {
    let level = number::level(fit.confidence);
    let mut table = Table::new([
        (String::new(), Align::Left),
        ("Bias".to_string(), Align::Decimal),
        (format!("{level} percentile interval"), Align::Decimal),
        (String::new(), Align::Decimal),
        (format!("{level} BCa interval"), Align::Decimal),
        (String::new(), Align::Decimal),
    ])
    .span_header(2, 2)
    .span_header(4, 2);
    let ends = |of: &BootstrapParameter| {
        let pair = |interval: Option<[f64; 2]>| interval.map_or([None; 2], |ends| ends.map(Some));
        [pair(of.percentile), pair(of.bca)].concat()
    };
    let all: Vec<f64> = bootstrap.parameters.iter().flat_map(ends).flatten().collect();
    let decimals = number::decimals(all.iter().copied(), DIGITS);
    for of in &bootstrap.parameters {
        let mut row = vec![of.term.clone(), number::in_column(of.bias, decimals, DIGITS)];
        row.extend(ends(of).into_iter().map(|end| number::in_column(end, decimals, DIGITS)));
        table.row(row);
    }
    Section {
        heading: "Bootstrap".to_string(),
        table,
        stretched: true,
    }
}

fn profiles(fit: &Fit) -> Section {
    let level = number::level(
        fit.profiles
            .first()
            .map_or(fit.confidence, |profile| profile.confidence),
    );
    let mut table = Table::new([
        (String::new(), Align::Left),
        ("Estimate".to_string(), Align::Decimal),
        (format!("{level} Wald interval"), Align::Decimal),
        (String::new(), Align::Decimal),
        (format!("{level} profile interval"), Align::Decimal),
        (String::new(), Align::Decimal),
    ])
    .span_header(2, 2)
    .span_header(4, 2);
    let rows = fit.profiles.iter().map(|profile| {
        let of = fit.parameters.iter().find(|parameter| parameter.term == profile.term);
        let wald = of.map_or([None; 2], |of| [of.conf_low, of.conf_high]);
        (profile, of.map(|of| of.estimate), wald)
    });
    let rows: Vec<_> = rows.collect();
    let all = rows.iter().flat_map(|(profile, estimate, wald)| {
        [*estimate, wald[0], wald[1], profile.conf_low, profile.conf_high]
            .into_iter()
            .flatten()
    });
    let decimals = number::decimals(all, DIGITS);
    for (profile, estimate, wald) in rows {
        let end = |value: Option<f64>, status: &str| match (value, status) {
            (None, "unbounded") => "none".to_string(),
            (value, _) => number::in_column(value, decimals, DIGITS),
        };
        table.row([
            profile.term.clone(),
            number::in_column(estimate, decimals, DIGITS),
            number::in_column(wald[0], decimals, DIGITS),
            number::in_column(wald[1], decimals, DIGITS),
            end(profile.conf_low, &profile.low),
            end(profile.conf_high, &profile.high),
        ]);
    }
    Section {
        heading: "Profile likelihood".to_string(),
        table,
        stretched: true,
    }
}

/// What the numbers of the tables are.
pub(super) fn note(fit: &Fit) -> Option<String> {
    let mut notes = Vec::new();
    if chosen(fit).is_some() {
        notes.push(
            "Bias: mean of the resamples less the estimate. BCa: bias-corrected and accelerated, the acceleration from the \
             infinitesimal jackknife."
                .to_string(),
        );
    }
    let other = ["robust", "clustered", "bootstrap"].contains(&fit.covariance_kind.as_str());
    if !fit.profiles.is_empty() && other {
        notes.push(
            "Profile intervals take the likelihood for the truth: where robust, clustered or bootstrapped errors are called \
             for, they do not hold."
                .to_string(),
        );
    }
    for note in fit.profiles.iter().flat_map(|profile| &profile.notes) {
        let mut letters = note.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        notes.push(format!("{}{}.", first.unwrap_or_default(), letters.as_str()));
    }
    (!notes.is_empty()).then(|| notes.join(" "))
}
