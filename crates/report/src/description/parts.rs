//! The facts and tables of a description, for every format that people read.

use logsum_data::describe::{Description, RankingsDescription, Summary};

use crate::number::{count, counted, percent, significant};
use crate::text::{WIDTH, wrap};
use crate::{Align, Table};

/// Significant digits of the numbers of a column.
const DIGITS: usize = 5;

/// Width to which small tables are stretched, so that they look like one another.
const NARROWEST: usize = 64;

/// Layout and rows, one line.
pub(super) fn layout(d: &Description) -> String {
    let rows = if d.rows_read == d.rows_used {
        counted(d.rows_used, "row")
    } else {
        let read = counted(d.rows_read, "row");
        format!("{} of {read} used", count(d.rows_used))
    };
    match d.layout.as_str() {
        "wide" => format!("Wide data, a row per case: {rows}"),
        "long" => format!("Long data, a row per alternative of a case: {rows}"),
        other => format!("{other}: {rows}"),
    }
}

/// Counts with their names.
pub(super) fn facts(d: &Description) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Cases", count(d.n_cases))];
    let makers = count(d.n_decision_makers);
    facts.push((
        "Decision makers",
        match d.cases_per_decision_maker {
            None => format!("{makers} (no panel: one per case)"),
            Some((least, most)) if least == most => {
                format!("{makers}, each with {}", counted(most, "case"))
            }
            Some((least, most)) => {
                format!("{makers}, with {} to {} each", count(least), counted(most, "case"))
            }
        },
    ));
    if let Some(weight) = d.total_weight {
        facts.push(("Total weight", significant(weight, 8)));
    }
    if d.shares {
        facts.push(("Outcomes", "shares, which sum to 1 in every case".to_string()));
    } else if d.counts {
        let choices: f64 = d.alternatives.iter().map(|a| a.chosen).sum();
        facts.push(("Choices counted", chosen(choices)));
    }
    if let Some(rankings) = &d.rankings {
        facts.push(("Rankings", ranked(rankings)));
    }
    facts.push(("Choice sets", spread(d)));
    facts
}

/// How many alternatives the cases rank.
fn ranked(rankings: &RankingsDescription) -> String {
    let number = match rankings.best_worst {
        // The worst is none of the best.
        true => (rankings.least - 1, rankings.most - 1),
        false => (rankings.least, rankings.most),
    };
    let best = match number {
        (1, 1) => "the best".to_owned(),
        (least, most) if least == most => format!("the {} best", count(most)),
        (least, most) => format!("the {} to {} best", count(least), count(most)),
    };
    match (rankings.best_worst, rankings.with_ties) {
        (true, _) => format!("{best} and the worst"),
        (false, 0) => format!("{best}, in their order"),
        (false, 1) => format!("{best}, in their order; 1 case has ties"),
        (false, cases) => format!("{best}, in their order; {} cases have ties", count(cases)),
    }
}

/// Smallest, mean and largest choice set.
fn spread(d: &Description) -> String {
    let cases: usize = d.choice_set_sizes.iter().map(|(_, cases)| cases).sum();
    let (Some((least, _)), Some((most, _))) = (d.choice_set_sizes.first(), d.choice_set_sizes.last()) else {
        return "none".to_string();
    };
    if least == most {
        return format!("{} each", counted(*most, "alternative"));
    }
    let total: f64 = d
        .choice_set_sizes
        .iter()
        .map(|(size, cases)| *size as f64 * *cases as f64)
        .sum();
    format!(
        "{} to {}, {} on average",
        count(*least),
        counted(*most, "alternative"),
        significant(total / cases as f64, 3)
    )
}

/// Choice-set sizes with their cases; empty if there is one size only, or more than `most`.
pub(super) fn sizes(d: &Description, most: usize) -> Table {
    let mut table = Table::new([
        ("Alternatives available", Align::Left),
        ("Cases", Align::Right),
        ("Share", Align::Right),
    ])
    .at_least(NARROWEST);
    if (2..=most).contains(&d.choice_set_sizes.len()) {
        for (size, cases) in &d.choice_set_sizes {
            let share = percent(*cases as f64, d.n_cases as f64);
            table.row([count(*size), count(*cases), share]);
        }
    }
    table
}

/// Alternatives, at most `most` of them, and a line on those left out.
pub(super) fn alternatives(d: &Description, most: usize) -> (Table, String) {
    let total: f64 = d.alternatives.iter().map(|a| a.chosen).sum();
    let mut table = Table::new([
        ("Alternative", Align::Left),
        ("Code", Align::Left),
        ("Available", Align::Right),
        ("of cases", Align::Right),
        (if d.rankings.is_some() { "Best" } else { "Chosen" }, Align::Right),
        (
            if d.counts && !d.shares {
                "of choices"
            } else {
                "of cases"
            },
            Align::Right,
        ),
    ])
    .at_least(NARROWEST)
    .at_most(WIDTH);
    for alternative in d.alternatives.iter().take(most) {
        table.row([
            alternative.name.clone(),
            alternative.code.clone(),
            count(alternative.available),
            percent(alternative.available as f64, d.n_cases as f64),
            chosen(alternative.chosen),
            percent(alternative.chosen, total),
        ]);
    }
    let left_out = d.alternatives.len().saturating_sub(most);
    let more = if left_out > 0 {
        wrap(
            &format!(
                "and {} (the JSON form lists all)",
                counted(left_out, "more alternative")
            ),
            "... ",
            WIDTH,
        )
    } else {
        String::new()
    };
    (table, more)
}

/// Columns used, with whether they vary within cases where that is known.
pub(super) fn columns(d: &Description) -> Table {
    let long = d.columns.iter().any(|c| c.varies_within_cases.is_some());
    let mut heads = vec![("Column", Align::Left), ("Missing", Align::Right)];
    if long {
        heads.push(("Within cases", Align::Left));
    }
    heads.extend(["Min", "Mean", "Max"].map(|head| (head, Align::Decimal)));
    let mut table = Table::new(heads).at_least(NARROWEST).at_most(WIDTH);
    for column in &d.columns {
        let mut cells = vec![column.name.clone(), count(column.missing)];
        if long {
            cells.push(match column.varies_within_cases {
                Some(true) => "varies".to_string(),
                Some(false) => "constant".to_string(),
                None => String::new(),
            });
        }
        match &column.summary {
            Summary::Number { min, mean, max } => {
                cells.extend([min, mean, max].map(|value| cell(*value)));
                table.row(cells);
            }
            Summary::Text { distinct, examples } => {
                table.row_with_note(cells, texts(*distinct, examples));
            }
            Summary::Empty => table.row_with_note(cells, "no values"),
        }
    }
    table
}

/// A number of a column; an infinite one is a fact about the data and not a missing result.
fn cell(value: f64) -> String {
    if value.is_infinite() {
        value.to_string()
    } else {
        significant(value, DIGITS)
    }
}

/// `3 texts: "air", "bus", "car"`.
fn texts(distinct: usize, examples: &[String]) -> String {
    let quoted: Vec<String> = examples.iter().map(|e| format!("\"{e}\"")).collect();
    let more = if distinct > examples.len() { ", …" } else { "" };
    format!("{}: {}{more}", counted(distinct, "text"), quoted.join(", "))
}

/// A number of choices: whole unless counts are not.
fn chosen(n: f64) -> String {
    if n >= 0.0 && n.fract() == 0.0 && n < 1e15 {
        count(n as usize)
    } else {
        significant(n, 8)
    }
}
