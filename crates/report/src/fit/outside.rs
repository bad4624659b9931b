//! The report for other people's documents: Markdown and LaTeX.

use logsum_utility::Fit;

use super::{coefficients, facts, sampling};
use crate::{Align, Table, latex as tex, markdown as md};

pub(super) fn markdown(fit: &Fit) -> String {
    let mut text = format!(
        "## {}\n\n{}\n\n",
        md::escape(&facts::title(fit)),
        md::escape(&facts::method(fit))
    );
    if !fit.converged {
        text.push_str(&format!(
            "> **NOT CONVERGED**: {}\n>\n> {}\n\n",
            md::escape(&fit.convergence.reason),
            facts::caution(fit)
        ));
    }
    let mut header = Table::new([("Summary", Align::Left), ("Value", Align::Left)]);
    let facts = [facts::header(fit), facts::counts(fit), facts::likelihoods(fit)];
    for (name, value) in facts.iter().flatten() {
        header.row([*name, value.as_str()]);
    }
    text.push_str(&header.markdown());
    text.push('\n');
    let table = coefficients(fit);
    if table.is_empty() {
        text.push_str("The model has no parameters.\n");
    } else {
        text.push_str(&table.markdown());
    }
    if let Some(note) = facts::missing_note(fit) {
        text.push_str(&format!("\n{note}\n"));
    }
    if let Some(note) = sampling::note(fit) {
        text.push_str(&format!("\n{note}\n"));
    }
    if !fit.warnings.is_empty() {
        text.push_str("\n**Warnings**\n\n");
        for (number, warning) in fit.warnings.iter().enumerate() {
            text.push_str(&format!("{}. {}\n", number + 1, md::escape(warning)));
        }
    }
    text
}

pub(super) fn latex(fit: &Fit) -> String {
    let title = facts::title(fit);
    let caption = if fit.converged {
        tex::escape(&title)
    } else {
        format!("{} (\\textbf{{not converged}})", tex::escape(&title))
    };
    let mut notes = Vec::new();
    if !fit.converged {
        notes.push(format!(
            "\\textbf{{NOT CONVERGED:}} {}. {}",
            tex::escape(&fit.convergence.reason),
            facts::caution(fit)
        ));
    }
    notes.push(format!(
        "{}. Data: {}. Standard errors: {}.",
        tex::escape(&facts::method(fit)),
        tex::escape(&facts::data(fit)),
        tex::escape(&facts::covariance(fit))
    ));
    for (name, value) in sampling::facts(fit) {
        notes.push(format!("{name}: {}.", tex::escape(&value)));
    }
    notes.extend(facts::missing_note(fit).map(str::to_string));
    notes.extend(sampling::note(fit));
    for warning in &fit.warnings {
        notes.push(format!("Warning: {}.", tex::escape(warning)));
    }
    tex::float(&caption, &title, &coefficients(fit).latex_above(&summary(fit)), &notes)
}

/// Counts on the left and log-likelihoods on the right, across the columns of the coefficients, seven or eight:
/// in the first column their names would make the table too wide for a page.
fn summary(fit: &Fit) -> Vec<String> {
    let left = facts::counts(fit);
    // The smallest eigenvalue, last, is for whoever estimates and not for who reads the paper.
    let mut right = facts::likelihoods(fit);
    right.pop();
    let wide = 3 + usize::from(sampling::deviations(fit).is_some());
    let pair = |fact: &facts::Fact, span: usize| {
        let (name, value) = (tex::escape(fact.0), tex::number(&fact.1));
        format!("\\multicolumn{{{span}}}{{l}}{{{name}}} & {value}")
    };
    (0..left.len().max(right.len()))
        .map(|row| match (left.get(row), right.get(row)) {
            (Some(left), Some(right)) => format!("{} & {} \\\\", pair(left, 2), pair(right, wide)),
            (Some(left), None) => format!("{} \\\\", pair(left, 2)),
            (None, right) => format!("& & & {} \\\\", right.map_or(String::new(), |right| pair(right, wide))),
        })
        .collect()
}
