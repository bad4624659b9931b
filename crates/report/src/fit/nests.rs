//! Nests, below the coefficients.

use logsum_utility::{Fit, NestDescription, NestReport};

use super::statistic;
use super::tastes::{Digits, Section};
use crate::{Align, Table, number};

/// The table of nests: dissimilarity, scale, test against logit, correlation; and that of allocations.
pub(super) fn sections(fit: &Fit) -> Vec<Section> {
    let Some(report) = fit.nests.as_ref().filter(|report| !report.nests.is_empty()) else {
        return Vec::new();
    };
    let mut sections = vec![Section {
        heading: "Nests".to_string(),
        table: dissimilarities(report),
        stretched: true,
    }];
    let is_allocated = |nest: &NestDescription| nest.members.iter().any(|member| member.allocation.is_some());
    if report.nests.iter().any(is_allocated) {
        sections.push(Section {
            heading: "Allocations to nests".to_string(),
            table: allocations(report),
            stretched: false,
        });
    }
    sections
}

fn dissimilarities(report: &NestReport) -> Table {
    let correlated = report.nests.iter().any(|nest| nest.correlation.is_some());
    let mut heads = vec![
        ("", Align::Left),
        ("Dissimilarity", Align::Decimal),
        ("Std error", Align::Decimal),
        ("z against 1", Align::Decimal),
        ("p", Align::Decimal),
        ("Scale", Align::Decimal),
        ("Std error", Align::Decimal),
    ];
    if correlated {
        heads.push(("Correlation", Align::Decimal));
    }
    let mut table = Table::new(heads);
    let of = |value: fn(&NestDescription) -> logsum_utility::Quantity| Digits::of(report.nests.iter().map(value));
    let (lambda, scale) = (of(|nest| nest.dissimilarity), of(|nest| nest.scale));
    for nest in &report.nests {
        let error = |digits: &Digits, quantity: logsum_utility::Quantity| {
            digits.estimate(quantity.std_error.map(|estimate| logsum_utility::Quantity {
                estimate,
                std_error: None,
            }))
        };
        let mut row = vec![
            nest.name.clone(),
            lambda.estimate(Some(nest.dissimilarity)),
            error(&lambda, nest.dissimilarity),
            statistic(nest.statistic),
            number::p_value(nest.p_value),
            scale.estimate(Some(nest.scale)),
            error(&scale, nest.scale),
        ];
        if correlated {
            row.push(lambda.estimate(nest.correlation));
        }
        table.row(row);
    }
    table
}

/// Alternatives as rows, nests as columns.
fn allocations(report: &NestReport) -> Table {
    let mut heads = vec![("", Align::Left)];
    heads.extend(report.nests.iter().map(|nest| (nest.name.as_str(), Align::Decimal)));
    let mut table = Table::new(heads);
    let all = report.nests.iter().flat_map(|nest| &nest.members);
    let digits = Digits::of(all.clone().filter_map(|member| member.allocation));
    let mut names: Vec<&str> = Vec::new();
    for member in all {
        if !names.contains(&member.name.as_str()) {
            names.push(&member.name);
        }
    }
    for name in names {
        let cell = |nest: &NestDescription| nest.members.iter().find(|member| member.name == name).cloned();
        let cells: Vec<_> = report.nests.iter().map(cell).collect();
        let mut first = vec![name.to_string()];
        let mut second = vec![String::new()];
        for cell in cells {
            let whole = logsum_utility::Quantity {
                estimate: 1.0,
                std_error: None,
            };
            let allocation = cell.map(|member| member.allocation.unwrap_or(whole));
            first.push(allocation.map_or(String::new(), |allocation| digits.estimate(Some(allocation))));
            second.push(digits.error(allocation));
        }
        table.row(first);
        if second.iter().any(|cell| !cell.is_empty()) {
            table.row(second);
        }
    }
    table
}

/// What the numbers of the table are.
pub(super) fn note(fit: &Fit) -> Option<String> {
    let report = fit.nests.as_ref().filter(|report| !report.nests.is_empty())?;
    let mut note =
        "Dissimilarity λ: 1 is logit, towards 0 the members of a nest become the same to the chooser; the scale is \
                    1/λ."
            .to_string();
    if report.nests.iter().any(|nest| nest.correlation.is_some()) {
        note.push_str(" Correlation: of the utilities of two alternatives that meet in the nest, 1 − λ².");
    }
    if report.nests.iter().any(|nest| !nest.normalised) {
        note.push_str(
            " Nests that are not normalised: utilities are not divided by λ, and coefficients are on the scale of the lowest \
             level.",
        );
    }
    Some(note)
}
