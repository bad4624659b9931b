//! The optima that estimations from several points have found.

use logsum_utility::Fit;

use super::tastes::Section;
use crate::{Align, Table, number};

/// Optima that are shown with their estimates.
const SHOWN: usize = 4;

/// The table: an optimum a column, the reported one first.
pub(super) fn sections(fit: &Fit) -> Vec<Section> {
    let Some(report) = fit.optima.as_ref().filter(|report| !report.optima.is_empty()) else {
        return Vec::new();
    };
    let shown = &report.optima[..report.optima.len().min(SHOWN)];
    let mut heads = vec![("", Align::Left)];
    let names: Vec<String> = (0..shown.len())
        .map(|at| {
            if at == 0 {
                "reported".to_string()
            } else {
                format!("{}", at + 1)
            }
        })
        .collect();
    heads.extend(names.iter().map(|name| (name.as_str(), Align::Decimal)));
    let mut table = Table::new(heads);
    let mut row = |name: &str, cell: &dyn Fn(&logsum_utility::Optimum) -> String| {
        table.row(std::iter::once(name.to_string()).chain(shown.iter().map(cell)));
    };
    row("Log-likelihood", &|optimum| number::fixed(optimum.log_likelihood, 4));
    row("Reached from", &|optimum| optimum.reached.to_string());
    row("Converged", &|optimum| {
        if optimum.converged { "yes" } else { "no" }.to_string()
    });
    for (k, parameter) in fit.parameters.iter().enumerate() {
        row(&parameter.term, &|optimum| match optimum.estimates.get(k) {
            Some(value) => number::fixed(*value, 4),
            None => String::new(),
        });
    }
    let further = match report.optima.len() - shown.len() {
        0 => String::new(),
        n => format!("; {n} more have a lower log-likelihood"),
    };
    let lost = match report.lost {
        0 => String::new(),
        n => format!("; {n} led nowhere"),
    };
    vec![Section {
        heading: format!("Optima found from {} starting points{further}{lost}", report.starts),
        table,
        stretched: false,
    }]
}
