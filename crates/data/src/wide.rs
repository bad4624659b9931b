//! Wide tables: a row per case, the choice a code.

use crate::alternatives::{Alternatives, Coded, Decoder, UnknownCodes, codes};
use crate::draft::{Asked, Context, Draft, Laid, NO_ALTERNATIVE, RowState};
use crate::error::DataError;
use crate::faults::Verdict;
use crate::schema::{WideChoice, availability_label};
use crate::{rankings, tallies};

/// What the columns of outcomes say.
enum Picked {
    /// The alternative chosen in each row.
    Chosen(Vec<u32>),
    /// Row after row the rank of every alternative, or how often it was chosen; 0 where it has none.
    Each(Vec<f64>),
}

/// Cases of a wide table.
pub(crate) fn lay_out(context: &mut Context<'_>, choice: &WideChoice, states: &[RowState]) -> Option<Laid> {
    let schema = context.schema;
    let n = schema.alternatives.len();
    let mut cases_dropped = states.iter().filter(|state| **state == RowState::Missing).count();
    let kept: Vec<u32> = (0..states.len() as u32)
        .filter(|&row| states[row as usize] == RowState::Kept)
        .collect();
    let (rows, picked) = match (context.asked, choice, &schema.ranking) {
        (Asked::Choices, WideChoice::Counts(counts), _) => {
            known_once(context)?;
            let (rows, counts) = tallies::of_columns(context, counts, &kept, &mut cases_dropped);
            (rows, Picked::Each(counts))
        }
        (Asked::Choices, WideChoice::Code(choice), None) => {
            let (rows, chosen) = choices(context, choice, &kept, &mut cases_dropped)?;
            (rows, Picked::Chosen(chosen))
        }
        (Asked::Choices, WideChoice::Code(choice), Some(ranking)) => {
            let (rows, ranks) = rankings::of_columns(context, choice, ranking, &kept, &mut cases_dropped)?;
            (rows, Picked::Each(ranks))
        }
        (Asked::Situations, ..) => {
            known_once(context)?;
            let chosen = vec![NO_ALTERNATIVE; kept.len()];
            (kept, Picked::Chosen(chosen))
        }
    };

    let flags: Vec<Option<Vec<Flag>>> = (0..n)
        .map(|alternative| availability(context, alternative, &rows))
        .collect();
    let mut unavailable = vec![context.places(); n];
    let mut draft = Draft::of(rows.len(), rows.len() * n);
    for (at, &row) in rows.iter().enumerate() {
        let mut unsure = false;
        for alternative in 0..n {
            let chosen = match &picked {
                Picked::Chosen(chosen) => f64::from(u8::from(chosen[at] as usize == alternative)),
                Picked::Each(numbers) => numbers[at * n + alternative],
            };
            let flag = flags[alternative].as_ref().map_or(Flag::Yes, |flags| flags[at]);
            match flag {
                Flag::Yes | Flag::Missing => {
                    draft.push(alternative as u32, row, chosen, flag == Flag::Missing);
                }
                Flag::No if chosen > 0.0 => {
                    unavailable[alternative].add(|| context.place(row as usize));
                    unsure = true;
                }
                Flag::No => {}
                Flag::Faulty => unsure = true,
            }
        }
        draft.end_case(row, unsure);
    }
    for (alternative, places) in unavailable.into_iter().enumerate() {
        context.errors.extend(chosen_unavailable(context, alternative, places));
    }
    Some(Laid {
        draft,
        alternatives: Alternatives {
            names: schema
                .alternatives
                .iter()
                .map(|alternative| alternative.name.clone())
                .collect(),
            codes: schema
                .alternatives
                .iter()
                .map(|alternative| alternative.code.written())
                .collect(),
            labelled: true,
        },
        cases_dropped,
        cases_lost: 0,
    })
}

/// Makes sure that no two alternatives have the same name or code, where no column is decoded.
fn known_once(context: &mut Context<'_>) -> Option<()> {
    match codes(&context.schema.alternatives, None) {
        Ok(_) => Some(()),
        Err(errors) => {
            context.errors.extend(errors);
            None
        }
    }
}

/// The rows whose choice could be read or has been reported, and the alternative chosen in each.
fn choices(
    context: &mut Context<'_>,
    choice: &str,
    kept: &[u32],
    cases_dropped: &mut usize,
) -> Option<(Vec<u32>, Vec<u32>)> {
    let schema = context.schema;
    let column = context
        .table
        .column(choice)
        .expect("named columns were looked up before");
    let decoder = match Decoder::listed(column, &schema.alternatives) {
        Ok(decoder) => decoder,
        Err(errors) => {
            context.errors.extend(errors);
            return None;
        }
    };
    let mut missing = context.places();
    let mut unknown = UnknownCodes::new(context.file());
    let mut rows: Vec<u32> = Vec::new();
    let mut chosen: Vec<u32> = Vec::new();
    for row in kept.iter().map(|&row| row as usize) {
        let alternative = match decoder.decode(row) {
            Coded::Alternative(alternative) => alternative,
            Coded::Missing if context.drops_missing() => {
                *cases_dropped += 1;
                continue;
            }
            Coded::Missing => {
                missing.add(|| context.place(row));
                NO_ALTERNATIVE
            }
            Coded::Unknown => {
                unknown.add(&column.values, row, || context.place(row));
                NO_ALTERNATIVE
            }
        };
        rows.push(row as u32);
        chosen.push(alternative);
    }
    if !missing.is_empty() {
        context.errors.push(DataError::MissingIdentifier {
            places: missing,
            column: choice.to_owned(),
            role: "the choice",
            droppable: true,
        });
    }
    context.errors.extend(unknown.into_error(choice, &schema.alternatives));
    Some((rows, chosen))
}

/// Whether an alternative is available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    Yes,
    No,
    /// A missing cell hides it, and the schema allows to drop.
    Missing,
    /// It cannot be said, which has been reported.
    Faulty,
}

/// Availability of an alternative of the schema at the given rows; `None` if it is always available.
pub(crate) fn availability(context: &mut Context<'_>, alternative: usize, rows: &[u32]) -> Option<Vec<Flag>> {
    let schema = &context.schema.alternatives[alternative];
    let expression = schema.available.as_ref()?;
    let node = context.nodes.available[alternative]?;
    let label = availability_label(&schema.name);
    let values = context.evaluate(node, Some(rows));
    let flag = values.iter().zip(rows).map(|(&value, &row)| {
        if value.is_finite() {
            return if value == 0.0 { Flag::No } else { Flag::Yes };
        }
        match context.examine(&label, expression, row as usize) {
            Verdict::Missing => Flag::Missing,
            Verdict::Sound | Verdict::Fault(_) => Flag::Faulty,
        }
    });
    Some(flag.collect())
}

/// The error that a chosen alternative is unavailable, if there are such places.
pub(crate) fn chosen_unavailable(
    context: &Context<'_>,
    alternative: usize,
    places: crate::error::Places,
) -> Option<DataError> {
    let schema = &context.schema.alternatives[alternative];
    (!places.is_empty()).then(|| DataError::ChosenUnavailable {
        places,
        what: if context.schema.ranking.is_some() {
            "ranked"
        } else {
            "chosen"
        },
        alternative: schema.name.clone(),
        available: schema.available.as_ref().map_or(String::new(), ToString::to_string),
    })
}
