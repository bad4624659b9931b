//! Decision makers: who decides in which case.

use std::collections::HashMap;

use crate::draft::{Context, Draft, cell};
use crate::error::{DataError, Places};
use crate::schema::Layout;
use crate::table::Values;

/// Marks the pairs whose decision maker is missing, where the schema allows to drop them.
pub(crate) fn mark_missing(context: &Context<'_>, draft: &mut Draft) {
    let Some(values) = values(context).filter(|_| context.drops_missing()) else {
        return;
    };
    for (pair, &row) in draft.row.iter().enumerate() {
        draft.missing[pair] |= values.identity(row as usize).is_none();
    }
}

/// Decision maker of each case by first appearance, and how many there are.
pub(crate) fn decision_makers(context: &mut Context<'_>, draft: &Draft) -> Option<(Vec<u32>, usize)> {
    let values = values(context)?;
    let name = context.schema.decision_maker.clone()?;
    let mut missing = context.places();
    let mut varying: Option<(usize, usize, Places)> = None;
    let mut numbers: HashMap<u64, u32> = HashMap::new();
    let mut makers = Vec::with_capacity(draft.n_cases());
    for case in 0..draft.n_cases() {
        let mut rows = draft.row[draft.pairs(case)].iter().map(|&row| row as usize);
        if let Some(row) = rows.clone().find(|&row| values.identity(row).is_none()) {
            missing.add(|| context.place(row));
            continue;
        }
        // A case that lost all its alternatives has been reported.
        let Some(first_row) = rows.next() else { continue };
        let first = values.identity(first_row).expect("none of the rows is missing");
        if let Some(row) = rows.find(|&row| values.identity(row) != Some(first)) {
            let (_, _, places) = varying.get_or_insert_with(|| (first_row, row, context.places()));
            places.add(|| context.place(row));
        }
        let next = numbers.len() as u32;
        makers.push(*numbers.entry(first).or_insert(next));
    }
    if !missing.is_empty() {
        context.errors.push(DataError::MissingIdentifier {
            places: missing,
            column: name.clone(),
            role: "the decision maker",
            droppable: true,
        });
    }
    if let Some((first, second, places)) = varying {
        let Layout::Long { case, .. } = &context.schema.layout else {
            unreachable!("a case of wide data is one row")
        };
        context.errors.push(DataError::DecisionMakerVaries {
            places,
            column: name,
            first: cell(values, first),
            second: cell(values, second),
            case: case.clone(),
        });
    }
    (makers.len() == draft.n_cases()).then_some((makers, numbers.len()))
}

fn values<'a>(context: &Context<'a>) -> Option<&'a Values> {
    let name = context.schema.decision_maker.as_deref()?;
    Some(
        &context
            .table
            .column(name)
            .expect("named columns were looked up before")
            .values,
    )
}
