//! The report for the terminal.

use logsum_utility::Fit;

use super::{coefficients, facts, notes, tastes};
use crate::text::{WIDTH, labelled, wrap};
use crate::{Align, Style, Table};

/// Columns of the labels above the table of counts.
const LABEL: usize = 18;

pub(super) fn write(fit: &Fit, style: Style) -> String {
    let mut text = format!("{}\n{}\n", style.bold(&facts::title(fit)), facts::method(fit));
    if !fit.converged {
        text.push('\n');
        text.push_str(&banner(fit, style));
    }
    text.push('\n');
    for (name, value) in facts::header(fit) {
        text.push_str(&labelled(name, &value, LABEL));
    }
    text.push('\n');
    text.push_str(&summary(fit));
    text.push('\n');
    let table = coefficients(fit).at_least(WIDTH).at_most(WIDTH);
    if table.is_empty() {
        text.push_str("The model has no parameters.\n");
    } else {
        text.push_str(&table.styled(style));
    }
    for note in notes(fit) {
        text.push('\n');
        text.push_str(&wrap(&note, "", WIDTH));
    }
    text.push_str(&distributions(fit, style));
    if !fit.warnings.is_empty() {
        text.push('\n');
        text.push_str(&style.bold("Warnings"));
        text.push('\n');
        for (number, warning) in fit.warnings.iter().enumerate() {
            text.push_str(&wrap(warning, &format!("{:>3}. ", number + 1), WIDTH));
        }
    }
    if !fit.converged {
        text.push('\n');
        text.push_str(&alarmed("NOT CONVERGED: see the top of this report.\n", style));
    }
    text
}

/// The tables of tastes, and what their numbers are.
fn distributions(fit: &Fit, style: Style) -> String {
    let mut text = String::new();
    for tastes::Section {
        heading,
        table,
        stretched,
    } in tastes::sections(fit, true)
    {
        text.push('\n');
        if !heading.is_empty() {
            text.push_str(&style.bold(wrap(&heading, "", WIDTH).trim_end()));
            text.push('\n');
        }
        let table = if stretched { table.at_least(WIDTH) } else { table };
        text.push_str(&table.at_most(WIDTH).styled(style));
    }
    if let Some(note) = tastes::note(fit) {
        text.push('\n');
        text.push_str(&wrap(&note, "", WIDTH));
    }
    text
}

/// Counts on the left, log-likelihoods on the right.
fn summary(fit: &Fit) -> String {
    let (left, right) = (facts::counts(fit), facts::likelihoods(fit));
    let mut table = Table::new([
        ("", Align::Left),
        ("", Align::Decimal),
        ("", Align::Left),
        ("", Align::Decimal),
    ])
    .at_least(WIDTH);
    for row in 0..left.len().max(right.len()) {
        let pair = |facts: &[facts::Fact]| match facts.get(row) {
            Some((name, value)) => [name.to_string(), value.clone()],
            None => [String::new(), String::new()],
        };
        table.row(pair(&left).into_iter().chain(pair(&right)));
    }
    table.text()
}

/// What must not be overlooked, between heavy rules.
fn banner(fit: &Fit, style: Style) -> String {
    let rule = format!("{}\n", "━".repeat(WIDTH));
    let reason = format!("NOT CONVERGED: {}", fit.convergence.reason);
    let lines = wrap(&reason, "  ", WIDTH) + &wrap(facts::caution(fit), "  ", WIDTH);
    alarmed(&format!("{rule}{lines}{rule}"), style)
}

fn alarmed(lines: &str, style: Style) -> String {
    lines.lines().map(|line| format!("{}\n", style.alarm(line))).collect()
}
