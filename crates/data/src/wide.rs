//! Wide tables: a row per case, the choice a code.

use crate::alternatives::{Alternatives, Coded, Decoder, listing};
use crate::draft::{Context, Draft, Faults, Laid, Verdict};
use crate::error::{DataError, Places};
use crate::schema::Missing;

/// Cases of a wide table from the rows that `keep` admits.
pub(crate) fn lay_out(context: &mut Context<'_>, choice: &str, keep: &[bool], labelled: bool) -> Option<Laid> {
    let schema = context.schema;
    if schema.alternatives.is_empty() {
        context.errors.push(DataError::NoAlternatives { choice: choice.to_owned() });
        return None;
    }
    let column = context.table.column(choice).expect("named columns were looked up before");
    let decoder = match Decoder::listed(column, &schema.alternatives) {
        Ok(decoder) => decoder,
        Err(errors) => {
            context.errors.extend(errors);
            return None;
        }
    };

    let mut cases_dropped = 0;
    let mut missing = Places::new(context.file());
    let mut unknown: Vec<(String, Places)> = Vec::new();
    let mut rows: Vec<u32> = Vec::new();
    let mut chosen: Vec<u32> = Vec::new();
    for row in (0..keep.len()).filter(|&row| keep[row]) {
        match decoder.decode(row) {
            Coded::Alternative(alternative) => {
                rows.push(row as u32);
                chosen.push(alternative);
            }
            Coded::Missing if schema.missing == Missing::Error => missing.add(|| context.place(row)),
            Coded::Missing => cases_dropped += 1,
            Coded::Unknown => {
                let code = decoder.written(row);
                let position = unknown.iter().position(|(known, _)| *known == code).unwrap_or_else(|| {
                    unknown.push((code, Places::new(context.file())));
                    unknown.len() - 1
                });
                unknown[position].1.add(|| context.place(row));
            }
        }
    }
    if !missing.is_empty() {
        context.errors.push(DataError::MissingIdentifier {
            places: missing,
            column: choice.to_owned(),
            role: "the choice",
            droppable: true,
        });
    }
    for (code, places) in unknown {
        context.errors.push(DataError::UnknownCode {
            places,
            column: choice.to_owned(),
            code,
            known: listing(&schema.alternatives),
        });
    }

    let availability = availability(context, &rows);
    report_unavailable(context, &rows, &chosen, &availability);
    let mut draft = Draft::new();
    for (at, &row) in rows.iter().enumerate() {
        for alternative in 0..schema.alternatives.len() {
            let chosen = chosen[at] as usize == alternative;
            let flag = availability[alternative].as_ref().map_or(Flag::Yes, |flags| flags[at]);
            if flag != Flag::No || chosen {
                draft.push(alternative as u32, row, f64::from(u8::from(chosen)), flag == Flag::Missing);
            }
        }
        draft.end_case();
    }
    Some(Laid {
        draft,
        alternatives: Alternatives {
            names: schema.alternatives.iter().map(|alternative| alternative.name.clone()).collect(),
            codes: schema.alternatives.iter().map(|alternative| alternative.code.written()).collect(),
            labelled,
        },
        cases_dropped,
    })
}

/// Whether an alternative is available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    Yes,
    No,
    /// A missing cell hides it, and the schema allows to drop.
    Missing,
}

/// Availability of each alternative at the given rows; `None` if it is always available.
pub(crate) fn availability(context: &mut Context<'_>, rows: &[u32]) -> Vec<Option<Vec<Flag>>> {
    let schema = context.schema;
    let mut faults = Faults::default();
    let mut flags = Vec::new();
    for alternative in &schema.alternatives {
        let label = format!("availability of \"{}\"", alternative.name);
        let expression = alternative.available.as_ref();
        let node = expression.and_then(|expression| context.lower(&label, expression));
        let (Some(expression), Some(node)) = (expression, node) else {
            flags.push(None);
            continue;
        };
        let values = context.evaluate(node, Some(rows));
        let flag = values.iter().zip(rows).map(|(&value, &row)| {
            if value.is_finite() {
                return if value == 0.0 { Flag::No } else { Flag::Yes };
            }
            match context.explain(expression, &label, row as usize, &mut faults) {
                Verdict::Missing => Flag::Missing,
                Verdict::Sound | Verdict::Fault => Flag::Yes,
            }
        });
        flags.push(Some(flag.collect()));
    }
    context.errors.extend(faults.into_errors());
    flags
}

/// Reports chosen alternatives that are unavailable; `rows` and `chosen` run over chosen pairs.
pub(crate) fn report_unavailable(
    context: &mut Context<'_>,
    rows: &[u32],
    chosen: &[u32],
    availability: &[Option<Vec<Flag>>],
) {
    for (alternative, flags) in availability.iter().enumerate() {
        let Some(flags) = flags else { continue };
        let mut places = Places::new(context.file());
        for (at, &row) in rows.iter().enumerate() {
            if chosen[at] as usize == alternative && flags[at] == Flag::No {
                places.add(|| context.place(row as usize));
            }
        }
        if !places.is_empty() {
            let schema = &context.schema.alternatives[alternative];
            let available = schema.available.as_ref().expect("only these have flags");
            context.errors.push(DataError::ChosenUnavailable {
                places,
                alternative: schema.name.clone(),
                reason: format!("\"{available}\" is 0"),
            });
        }
    }
}
