//! How fast frequencies come to softmax.

#[cfg(test)]
mod tests;

use logsum_simulate::Convergence;
use logsum_simulate::LEVEL;

use super::parts::{Drawn, cell, full, many, score};
use crate::number::{count, counted, fixed};
use crate::page::Page;
use crate::{Align, Chart, Format, Scale, Stroke, Style, Table, csv};

/// The slope of 1/√R in logarithms.
const SLOPE: f64 = -0.5;

/// The standard score that a normal variable exceeds in size with the probability [`LEVEL`].
const FAR: f64 = 3.290_526_731_491_926;

/// The error of the frequencies by number of draws in a format: beside what the probabilities themselves would show,
/// and whether that is compatible with 1/√R.
pub fn convergence(found: &Convergence, seed: u64, format: Format, style: Style) -> String {
    let value = Drawn {
        draws: None,
        seed,
        found,
    };
    page(found, seed).write(format, style, &value, || comma_separated(found))
}

fn page(found: &Convergence, seed: u64) -> Page {
    let mut page = Page::new(
        "Convergence of frequencies to softmax",
        "Root mean square error of the frequencies, over alternatives and samples.",
    );
    page.fact(
        "Samples",
        format!("{} of every size", count(found.replications as usize)),
    );
    page.fact("Seed", seed.to_string());
    page.table("", table(found));
    page.note("Expected: the error that as many draws from softmax itself have.");
    page.note(verdict(found));
    page
}

fn table(found: &Convergence) -> Table {
    let mut table = Table::new([
        ("Draws R", Align::Right),
        ("RMS error", Align::Decimal),
        ("Expected", Align::Decimal),
        ("Error/expected", Align::Decimal),
    ])
    .at_most(crate::WIDTH);
    for point in &found.points {
        table.row([
            many(point.draws),
            cell(point.rms_error, 6),
            cell(point.expected, 6),
            fixed(point.rms_error / point.expected, 3),
        ]);
    }
    table
}

/// Whether the draws are compatible with an error that falls as 1/√R, by the slope of its logarithm.
fn verdict(found: &Convergence) -> String {
    let Some((slope, error)) = slope(found) else {
        return "There is no slope to tell: it takes two sizes with errors above zero.".to_owned();
    };
    let z = (slope - SLOPE) / error;
    let (are, rejects) = if z.abs() < FAR {
        ("are compatible with", "does not reject")
    } else {
        ("are not compatible with", "rejects")
    };
    format!(
        "These draws {are} an error that falls as the inverse square root of their number: its logarithm has the slope \
         {} ± {} over that of the number (z = {}), which {rejects} -0.5 at the level {LEVEL}.",
        fixed(slope, 3),
        fixed(error, 3),
        score(z)
    )
}

fn slope(found: &Convergence) -> Option<(f64, f64)> {
    let (slope, error) = found.slope.zip(found.slope_std_error)?;
    (slope.is_finite() && error > 0.0).then_some((slope, error))
}

fn comma_separated(found: &Convergence) -> String {
    let mut text = csv::record(["draws", "replications", "rms_error", "expected"]);
    for point in &found.points {
        text.push_str(&csv::record([
            point.draws.to_string(),
            found.replications.to_string(),
            full(point.rms_error),
            full(point.expected),
        ]));
    }
    text
}

/// Errors by number of draws on logarithmic axes, beside the line of 1/√R.
pub fn convergence_picture(found: &Convergence) -> String {
    let points = || found.points.iter();
    let chart = Chart::new("Convergence of frequencies to softmax")
        .x("draws R", Scale::Log)
        .y("root mean square error", Scale::Log)
        .line(
            "expected, proportional to 1/√R",
            points().map(|point| (point.draws as f64, point.expected)),
            Stroke::Reference,
        )
        .points(
            format!("drawn, {} each", counted(found.replications as usize, "sample")),
            points().map(|point| (point.draws as f64, point.rms_error)),
        );
    match slope(found) {
        Some((slope, error)) => chart.note(format!(
            "Slope of ln error over ln R: {} ± {}; 1/√R has -0.5",
            fixed(slope, 3),
            fixed(error, 3)
        )),
        None => chart,
    }
    .svg()
}
