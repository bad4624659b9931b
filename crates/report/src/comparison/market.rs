//! What the models say of the market: willingness to pay, elasticities, shares.

use super::{ComparedElasticities, ComparisonReport};
use crate::number::{MISSING, decimals, fixed, in_plain_column, percent};
use crate::page::Page;
use crate::text::width;
use crate::{Align, Table};

const DIGITS: usize = 4;

/// Decimals of elasticities.
const DECIMALS: usize = 4;

/// Models whose standard errors stand beside the numbers; those of more stand below.
const BESIDE: usize = 3;

pub(super) fn willingness(report: &ComparisonReport) -> Option<Page> {
    let willingness = report.willingness_to_pay.as_ref()?;
    let cost = &willingness.cost;
    let mut page = Page::new(format!("Willingness to pay, by {cost}"), "");
    let all = || willingness.models.iter().flatten().flatten();
    let shared = decimals(all().map(|of| of.estimate), DIGITS);
    let mut terms: Vec<&str> = Vec::new();
    for of in all() {
        if !terms.contains(&of.term.as_str()) {
            terms.push(&of.term);
        }
    }
    let bracket = |error: Option<f64>| format!("({})", in_plain_column(error, shared));
    let beside = report.models.len() <= BESIDE;
    let mut table = models_table(report, &[""], Align::Right);
    for term in terms {
        let of_models: Vec<Option<(f64, Option<f64>)>> = willingness
            .models
            .iter()
            .map(|model| {
                let found = model.as_ref()?.iter().find(|of| of.term == term)?;
                Some((found.estimate, found.std_error))
            })
            .collect();
        let cells = of_models.iter().enumerate().map(|(at, found)| match found {
            Some((estimate, error)) if beside => {
                let of_model = willingness.models[at].iter().flatten();
                let room = of_model.map(|of| width(&bracket(of.std_error))).max().unwrap_or(0);
                format!(
                    "{} {:>room$}",
                    in_plain_column(Some(*estimate), shared),
                    bracket(*error)
                )
            }
            Some((estimate, _)) => in_plain_column(Some(*estimate), shared),
            None => String::new(),
        });
        table.row(std::iter::once(term.to_string()).chain(cells));
        if !beside {
            let errors = of_models
                .iter()
                .map(|found| found.map_or(String::new(), |(_, error)| bracket(error)));
            table.row(std::iter::once(String::new()).chain(errors));
        }
    }
    page.table("", table);
    let means = if all().any(|of| of.of_means) {
        " Of random coefficients the ratio of their means, which is not the mean of the ratio."
    } else {
        ""
    };
    page.note(format!(
        "Minus the ratio of each coefficient to {cost}: money for one unit more. Standard errors in brackets, by the delta \
         method.{means}"
    ));
    for (model, found) in report.models.iter().zip(&willingness.models) {
        if found.is_none() {
            page.note(format!("{} has no coefficient {cost}.", model.name));
        }
    }
    Some(page)
}

pub(super) fn elasticities(report: &ComparisonReport, of: &ComparedElasticities) -> Page {
    let mut page = Page::new(format!("Elasticities in {}", of.attribute), "");
    let by_alternative = of
        .models
        .iter()
        .flatten()
        .any(|of| of.rows.iter().any(|row| row.changed.is_some()));
    let leading: &[&str] = if by_alternative {
        &["Changed for", "Probability of"]
    } else {
        &["Probability of"]
    };
    let mut table = models_table(report, leading, Align::Decimal);
    let changes: Vec<Option<usize>> = match by_alternative {
        true => (0..of.alternatives.len()).map(Some).collect(),
        false => vec![None],
    };
    for (block, changed) in changes.iter().enumerate() {
        if block > 0 {
            table.rule();
        }
        for (j, name) in of.alternatives.iter().enumerate() {
            let mut cells = Vec::new();
            if let Some(changed) = changed {
                let head = if j == 0 {
                    of.alternatives[*changed].clone()
                } else {
                    String::new()
                };
                cells.push(head);
            }
            cells.push(match changed {
                Some(changed) if *changed == j => format!("{name} (own)"),
                _ => name.clone(),
            });
            cells.extend(of.models.iter().map(|model| {
                let row = model
                    .as_ref()
                    .and_then(|model| model.rows.iter().find(|row| row.changed == *changed));
                let value = row.and_then(|row| row.values.get(j).copied().flatten());
                value.map_or(MISSING.to_string(), fixed_or_zero)
            }));
            table.row(cells);
        }
    }
    page.table("", table);
    let changed = if by_alternative {
        "in the rows of one alternative"
    } else {
        "for whichever alternatives use it"
    };
    page.note(format!(
        "By how many percent the predicted share of an alternative changes if the column rises by 1% {changed}: elasticities \
         of the probabilities of cases, weighted by these."
    ));
    for (model, found) in report.models.iter().zip(&of.models) {
        if found.is_none() {
            page.note(format!("No utility of {} depends on {}.", model.name, of.attribute));
        }
    }
    page
}

/// Differences leave rounding where the elasticity is 0.
fn fixed_or_zero(value: f64) -> String {
    match value.abs() < 1e-9 {
        true => fixed(0.0, DECIMALS),
        false => fixed(value, DECIMALS),
    }
}

pub(super) fn shares(report: &ComparisonReport) -> Option<Page> {
    let shares = report.shares.as_ref()?;
    let mut page = Page::new("Shares", "");
    let mut columns = vec![
        ("Alternative".to_string(), Align::Left),
        ("Observed".to_string(), Align::Right),
    ];
    columns.extend(report.models.iter().map(|model| (model.name.clone(), Align::Right)));
    let mut table = Table::new(columns).at_least(64).at_most(crate::WIDTH);
    for (j, name) in shares.alternatives.iter().enumerate() {
        let share = |share: f64| percent(share, 1.0);
        let cells = shares.models.iter().map(|model| share(model[j]));
        table.row([name.clone(), share(shares.observed[j])].into_iter().chain(cells));
    }
    page.table("", table);
    Some(page)
}

/// A table with a column for each model behind those that name the rows.
fn models_table(report: &ComparisonReport, leading: &[&str], align: Align) -> Table {
    let mut columns: Vec<(String, Align)> = leading.iter().map(|name| (name.to_string(), Align::Left)).collect();
    columns.extend(report.models.iter().map(|model| (model.name.clone(), align)));
    Table::new(columns).at_least(64).at_most(crate::WIDTH)
}
