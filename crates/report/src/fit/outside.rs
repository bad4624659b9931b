//! The report for other people's documents: Markdown and LaTeX.

use logsum_utility::Fit;

use super::{coefficients, draws, facts, movements, notes, sampling, tastes};
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
    for note in notes(fit) {
        text.push_str(&format!("\n{}\n", md::escape(&note)));
    }
    for section in tastes::sections(fit, false) {
        text.push_str(&format!(
            "\n### {}\n\n{}",
            md::escape(&section.heading),
            section.table.markdown()
        ));
    }
    if let Some(note) = tastes::note(fit) {
        text.push_str(&format!("\n{}\n", md::escape(&note)));
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
    let mut remarks = Vec::new();
    if !fit.converged {
        remarks.push(format!(
            "\\textbf{{NOT CONVERGED:}} {}. {}",
            tex::escape(&fit.convergence.reason),
            facts::caution(fit)
        ));
    }
    remarks.push(format!(
        "{}. Data: {}. Standard errors: {}.",
        tex::escape(&facts::method(fit)),
        tex::escape(&facts::data(fit)),
        tex::escape(&facts::covariance(fit))
    ));
    for (name, value) in sampling::facts(fit).into_iter().chain(draws::facts(fit)) {
        remarks.push(format!("{name}: {}.", tex::escape(&value)));
    }
    remarks.extend(notes(fit).iter().map(|note| tex::escape(note)));
    for warning in &fit.warnings {
        remarks.push(format!("Warning: {}.", tex::escape(warning)));
    }
    let body = coefficients(fit).latex_above(&summary(fit));
    let mut floats = vec![tex::float(&caption, &title, &body, &remarks)];
    let mut note = tastes::note(fit).map(|note| tex::escape(&note));
    for section in tastes::sections(fit, false) {
        // What the numbers are is told once.
        let notes: Vec<String> = note.take().into_iter().collect();
        let heading = &section.heading;
        floats.push(tex::float(
            &format!("{caption}. {}", tex::escape(heading)),
            &format!("{title} {heading}"),
            &section.table.latex(),
            &notes,
        ));
    }
    floats.join("\n")
}

/// Counts on the left and log-likelihoods on the right, across the columns of the coefficients, seven or more:
/// in the first column their names would make the table too wide for a page.
fn summary(fit: &Fit) -> Vec<String> {
    let left = facts::counts(fit);
    // The smallest eigenvalue, last, is for whoever estimates and not for who reads the paper.
    let mut right = facts::likelihoods(fit);
    right.pop();
    let wide = 3 + movements(fit).len();
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
