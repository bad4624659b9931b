//! A study of parameter recovery.

use logsum_simulate::{RecoveredParameter, Recovery};

use crate::number::{count, counted, decimals, fixed, in_column, level, percent};
use crate::page::Page;
use crate::{Align, DotAndWhisker, Format, Scale, Style, Table, Whisker, csv};

const DIGITS: usize = 4;

/// A recovery study in a format: per parameter its true value, the bias of its estimates with the Monte Carlo error,
/// their spread beside the standard errors that were reported, and how often the interval held the truth.
pub fn recovery(recovery: &Recovery, title: &str, format: Format, style: Style) -> String {
    page(recovery, title).write(format, style, recovery, || comma_separated(recovery))
}

fn page(found: &Recovery, title: &str) -> Page {
    let heading = if title.is_empty() {
        "Parameter recovery".to_owned()
    } else {
        format!("Parameter recovery: {title}")
    };
    let mut page = Page::new(heading, "");
    page.fact(
        "Replications",
        counted(found.replications, "replication") + &format!(" of {}", counted(found.n_cases, "case")),
    );
    page.fact(
        "Converged",
        format!(
            "{} ({})",
            count(found.converged),
            percent(found.converged as f64, found.replications as f64)
        ),
    );
    for (reason, times) in &found.failures {
        page.fact("Left out", format!("{}: {reason}", count(*times)));
    }
    page.fact("Standard errors", kind(&found.covariance_kind));
    page.fact("Seed", found.seed.to_string());
    page.table("", table(found));
    if let Some(error) = found
        .parameters
        .iter()
        .find_map(|parameter| parameter.coverage_std_error)
    {
        page.note(format!(
            "MC error: of the bias, its own standard error. Empirical s.e.: standard deviation of the estimates; mean s.e.: mean of the standard \
             errors reported. Coverage: share of {} intervals that hold the true value; its Monte Carlo error is {} points.",
            level(found.confidence),
            fixed(100.0 * error, 1),
        ));
    }
    for parameter in &found.parameters {
        let without = found.converged - parameter.with_std_error;
        if without > 0 {
            page.note(format!(
                "{} has no standard error in {}, at a bound: they count in its bias and RMSE, not in its coverage.",
                parameter.term,
                counted(without, "replication"),
            ));
        }
    }
    if found.converged < found.replications {
        page.note("All numbers are of the replications that converged, and hold for such samples only.");
    }
    page
}

fn kind(name: &str) -> &str {
    match name {
        "hessian" => "from the Hessian (classical)",
        "opg" => "from the outer product of scores",
        "robust" => "robust (sandwich)",
        other => other,
    }
}

fn table(found: &Recovery) -> Table {
    let mut table = Table::new([
        ("Parameter", Align::Left),
        ("True", Align::Decimal),
        ("Bias", Align::Decimal),
        ("MC error", Align::Decimal),
        ("RMSE", Align::Decimal),
        ("Emp. s.e.", Align::Decimal),
        ("Mean s.e.", Align::Decimal),
        ("Coverage", Align::Decimal),
    ])
    .at_least(64)
    .at_most(crate::WIDTH);
    let all = || found.parameters.iter();
    let truth = decimals(all().map(|parameter| parameter.truth), DIGITS);
    let errors = all().flat_map(|parameter| {
        [
            parameter.empirical_std_error,
            parameter.mean_std_error,
            Some(parameter.rmse),
        ]
    });
    let places = decimals(errors.flatten(), DIGITS);
    let cell = |value: Option<f64>| in_column(value, places, DIGITS);
    for parameter in all() {
        table.row([
            parameter.term.clone(),
            in_column(Some(parameter.truth), truth, DIGITS),
            cell(Some(parameter.bias)),
            cell(parameter.bias_std_error),
            cell(Some(parameter.rmse)),
            cell(parameter.empirical_std_error),
            cell(parameter.mean_std_error),
            parameter
                .coverage
                .map_or_else(|| "-".to_owned(), |coverage| percent(coverage, 1.0)),
        ]);
    }
    table
}

fn comma_separated(found: &Recovery) -> String {
    let mut text = csv::record([
        "term",
        "truth",
        "mean",
        "bias",
        "bias_std_error",
        "rmse",
        "empirical_std_error",
        "mean_std_error",
        "with_std_error",
        "coverage",
        "coverage_std_error",
    ]);
    for parameter in &found.parameters {
        text.push_str(&csv::record([
            parameter.term.clone(),
            csv::number(Some(parameter.truth)),
            csv::number(Some(parameter.mean)),
            csv::number(Some(parameter.bias)),
            csv::number(parameter.bias_std_error),
            csv::number(Some(parameter.rmse)),
            csv::number(parameter.empirical_std_error),
            csv::number(parameter.mean_std_error),
            parameter.with_std_error.to_string(),
            csv::number(parameter.coverage),
            csv::number(parameter.coverage_std_error),
        ]));
    }
    text
}

/// The distribution of (estimate − true value) / mean standard error of each parameter: middle half thick, middle 95 %
/// thin, mean a dot.
///
/// If estimates are unbiased and normal with the errors reported, the dots stand at 0 and the ends at ±0.67 and ±1.96.
pub fn recovery_picture(recovery: &Recovery, title: &str) -> String {
    let heading = if title.is_empty() {
        "Parameter recovery".to_owned()
    } else {
        format!("Parameter recovery: {title}")
    };
    let rows = recovery.parameters.iter().filter_map(whisker);
    DotAndWhisker::new(heading)
        .x("(estimate − true value) / mean standard error", Scale::Linear)
        .reference("true value", 0.0)
        .reference("−1.96", -1.96)
        .reference("1.96", 1.96)
        .rows("estimates: mean, middle half, middle 95%", rows)
        .note(format!(
            "{} of {} converged",
            counted(recovery.converged, "replication"),
            count(recovery.replications)
        ))
        .svg()
}

fn whisker(parameter: &RecoveredParameter) -> Option<Whisker> {
    let scale = parameter.mean_std_error?;
    let mut errors: Vec<f64> = parameter
        .estimates
        .iter()
        .map(|estimate| (estimate - parameter.truth) / scale)
        .collect();
    errors.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| quantile(&errors, share);
    Some(Whisker::new(parameter.term.clone(), parameter.bias / scale, at(0.025), at(0.975)).inner(at(0.25), at(0.75)))
}

/// Quantile of sorted numbers, linear between them.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + part * (sorted[above] - sorted[below])
}
