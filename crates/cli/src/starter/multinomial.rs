//! Utilities where nothing describes the alternatives: constants and coefficients by alternative.

use logsum_data::name_list;

use super::draft::Draft;
use super::identified::Differences;
use super::long::cell;
use super::missing::Missing;
use super::wide::{Wide, unanswered};
use super::writing::{Namer, divisor, reference};

/// Characteristics that a starter has at most, and alternatives up to which it has more than one.
const MOST: usize = 3;
const FEW_ALTERNATIVES: usize = 8;

pub(super) fn utilities(draft: &mut Draft, wide: &Wide<'_>) {
    let n = wide.names.len();
    let facts = &wide.inspection.columns;
    let whole = |column: &usize| {
        let facts = &facts[*column];
        facts.is_numeric() && reference(&facts.name).is_some() && facts.missing * 20 <= wide.table.n_rows
    };
    let overlapping = wide
        .reading
        .characteristics
        .iter()
        .copied()
        .filter(whole)
        .filter(|&column| overlaps(wide, column));
    let candidates: Vec<usize> = overlapping.take(4 * MOST).collect();
    // Within one "case" of all rows: terms that vary, none a combination of the others and a constant.
    let mut differences = Differences::new(candidates.len());
    let rows: Vec<Vec<f64>> = wide
        .sample()
        .map(|(row, _)| candidates.iter().map(|&column| cell(wide.table, column, row)).collect())
        .collect();
    let complete: Vec<Vec<f64>> = rows
        .into_iter()
        .filter(|terms: &Vec<f64>| terms.iter().all(|term| term.is_finite()))
        .collect();
    if !complete.is_empty() {
        differences.add(&complete);
    }
    let identified = candidates
        .iter()
        .zip(differences.identified())
        .filter(|(_, identified)| *identified)
        .map(|(column, _)| *column);
    let characteristics: Vec<usize> = identified.take(if n <= FEW_ALTERNATIVES { MOST } else { 1 }).collect();

    let mut namer = Namer::new(wide.table);
    let mut terms: Vec<Vec<String>> = vec![Vec::new(); n];
    for (at, terms) in terms.iter_mut().enumerate().skip(1) {
        let name = &wide.names[at];
        let constant = namer.name("asc", &[name]);
        draft.parameter(&constant, format!("constant of {name}, relative to {}", wide.names[0]));
        terms.push(constant);
        for &column in &characteristics {
            let facts = &facts[column];
            let parameter = namer.name("b", &[&facts.name, name]);
            let greatest = facts.least.abs().max(facts.greatest.abs());
            let large = |divisor: f64| {
                format!("values up to {greatest}; divided by {divisor} the coefficient would be handier")
            };
            draft.parameter(&parameter, divisor(greatest).map_or(String::new(), large));
            let reference = reference(&facts.name).expect("filtered above");
            terms.push(format!("{parameter} * {reference}"));
        }
    }
    let mut missing = Missing::default();
    for (row, chosen) in wide.rows() {
        let cells = characteristics
            .iter()
            .filter(|column| cell(wide.table, **column, row).is_nan())
            .count();
        missing.add((0..n).map(|at| (at == chosen, if at == 0 { 0 } else { cells })));
    }
    unanswered(draft, wide, &missing);
    draft.about_utility.push(format!(
        "No columns describe the alternatives, so each alternative but the first has coefficients of its own: a multinomial logit. CHECK the choice of characteristics: {} of {} were taken.",
        characteristics.len(),
        wide.reading.characteristics.len()
    ));
    for (name, terms) in wide.names.iter().zip(terms) {
        let utility = if terms.is_empty() {
            "0".to_owned()
        } else {
            terms.join(" + ")
        };
        draft.utility.push((name.clone(), utility));
    }
    let others: Vec<&str> = wide
        .reading
        .characteristics
        .iter()
        .filter(|column| !characteristics.contains(column))
        .map(|&column| facts[column].name.as_str())
        .collect();
    if !others.is_empty() {
        draft
            .afterwards
            .push(format!("Further characteristics: {}.", name_list(others)));
    }
}

/// Whether the values of every two alternatives' choosers overlap; if not, the column tells some choices for certain.
fn overlaps(wide: &Wide<'_>, column: usize) -> bool {
    let n = wide.names.len();
    let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); n];
    for (row, chosen) in wide.rows() {
        let value = cell(wide.table, column, row);
        if value.is_finite() {
            ranges[chosen] = (ranges[chosen].0.min(value), ranges[chosen].1.max(value));
        }
    }
    ranges
        .iter()
        .enumerate()
        .all(|(at, a)| ranges[..at].iter().all(|b| a.0 < b.1 && b.0 < a.1))
}
