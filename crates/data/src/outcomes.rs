//! Outcomes of long tables: which row of a case was chosen, or how often each was.

use crate::draft::{Asked, Context, RowState, present};
use crate::error::DataError;
use crate::long::{CaseIndex, LongColumns};
use crate::rankings;
use crate::schema::Missing;
use crate::table::Values;
use crate::tallies::{Measure, Sums, Unsound};

/// What becomes of a case on account of its choice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CaseOutcome {
    /// It is used, or what is wrong with it has been reported.
    Kept,
    /// It goes, for a cell is missing.
    Missing,
    /// It goes, for the filter has removed its chosen row.
    Lost,
}

/// The choice column.
pub(crate) struct Outcomes {
    /// How often each row was chosen, or its rank; 0 also where that could not be read.
    pub chosen: Vec<f64>,
    /// What becomes of each case.
    pub cases: Vec<CaseOutcome>,
}

/// What the choice column says about a case.
#[derive(Clone, Copy, Default)]
struct Tally {
    first_row: Option<u32>,
    total: f64,
    missing: bool,
    unread: bool,
    /// Whether the filter removes rows that may have been chosen.
    elsewhere: bool,
}

/// Reads the choice column over the whole file, so that a filter cannot make a case look unchosen.
pub(crate) fn outcomes(
    context: &mut Context<'_>,
    long: &LongColumns<'_>,
    cases: &CaseIndex,
    states: &mut [RowState],
) -> Outcomes {
    let mut outcomes = Outcomes {
        chosen: vec![0.0; states.len()],
        cases: vec![CaseOutcome::Kept; cases.n_cases],
    };
    if context.asked == Asked::Situations {
        return outcomes;
    }
    let column = context
        .table
        .column(long.choice)
        .expect("named columns were looked up before");
    let Values::Number(cells) = &column.values else {
        context.errors.push(DataError::TextColumn {
            file: context.file().to_owned(),
            column: long.choice.to_owned(),
            expected: if long.ranking.is_some() {
                "a rank must be a number: 1 for the best, 0 or empty for what comes after all that are ranked"
            } else if long.counts {
                Measure::of(context.schema).expected_of_column()
            } else {
                "a choice must be 1 in the chosen row and 0 in the others (or true and false)"
            },
            example: (0..states.len())
                .find_map(|row| present(&column.values, row))
                .unwrap_or_default(),
        });
        return outcomes;
    };
    if let Some(ranking) = long.ranking {
        rankings::of_rows(context, (long, ranking), cases, states, cells, &mut outcomes);
        return outcomes;
    }
    let tallies = tally(context, long, cases, states, cells, &mut outcomes.chosen);
    judge(context, long, &tallies, &mut outcomes.cases);
    if context.drops_missing() {
        // Another row of the case was chosen, so this one goes alone.
        for (row, state) in states.iter_mut().enumerate() {
            if cells[row].is_nan() && *state == RowState::Kept {
                *state = RowState::Missing;
            }
        }
    }
    outcomes
}

/// Sums the choices of each case and reports cells that are none.
fn tally(
    context: &mut Context<'_>,
    long: &LongColumns<'_>,
    cases: &CaseIndex,
    states: &[RowState],
    cells: &[f64],
    chosen: &mut [f64],
) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); cases.n_cases];
    let mut missing = context.places();
    let mut wrong = Unsound::new(context.file());
    let counted = Measure::of(context.schema);
    for (row, &value) in cells[..states.len()].iter().enumerate() {
        // Rows of no case have been reported.
        let Some(tally) = tallies.get_mut(cases.of_row[row] as usize) else {
            continue;
        };
        if states[row] == RowState::Out {
            tally.elsewhere |= value != 0.0;
            continue;
        }
        tally.first_row.get_or_insert(row as u32);
        let sound = if long.counts {
            counted.is_sound(value)
        } else {
            value == 0.0 || value == 1.0
        };
        if sound {
            tally.total += value;
            chosen[row] = value;
        } else if value.is_nan() {
            tally.missing = true;
            missing.add(|| context.place(row));
        } else {
            tally.unread = true;
            wrong.add(value, || context.place(row));
        }
    }
    if !missing.is_empty() && !context.drops_missing() {
        context.errors.push(DataError::MissingIdentifier {
            places: missing,
            column: long.choice.to_owned(),
            role: "the choice",
            droppable: true,
        });
    }
    if let Some((places, values)) = wrong.found() {
        let column = long.choice.to_owned();
        context.errors.push(if long.counts {
            DataError::NotACount {
                places,
                what: format!("column \"{column}\" holds"),
                values,
                expected: counted.expected(),
            }
        } else {
            DataError::NotAChoice { places, column, values }
        });
    }
    tallies
}

/// What becomes of each case; those without a choice, or with several, are reported.
fn judge(context: &mut Context<'_>, long: &LongColumns<'_>, tallies: &[Tally], cases: &mut [CaseOutcome]) {
    let mut none = context.places();
    let mut several = context.places();
    let mut sums = Sums::new(context.file());
    for (tally, outcome) in tallies.iter().zip(cases) {
        let Some(first_row) = tally.first_row else { continue };
        let place = || context.place(first_row as usize);
        if tally.missing && context.drops_missing() {
            // What else was chosen is known only if the others say so, and how often only if all do.
            let unknown = context.schema.missing == Missing::DropCase || long.counts || tally.total == 0.0;
            if unknown && !tally.unread {
                *outcome = CaseOutcome::Missing;
                continue;
            }
        }
        if !long.counts && tally.total > 1.0 {
            several.add(place);
        } else if tally.total == 0.0 && !tally.missing && !tally.unread {
            if tally.elsewhere {
                *outcome = CaseOutcome::Lost;
            } else {
                none.add(place);
            }
        } else if context.schema.shares && !tally.missing && !tally.unread {
            sums.look(tally.total, tally.elsewhere, place);
        }
    }
    context.errors.extend(sums.into_error());
    if !none.is_empty() {
        context.errors.push(DataError::NoChoice {
            places: none,
            needed: match (long.counts, context.schema.shares) {
                (true, true) => format!("shares above 0 in column \"{}\"", long.choice),
                (true, false) => format!("a count above 0 in column \"{}\"", long.choice),
                (false, _) => format!("a 1 in column \"{}\"", long.choice),
            },
        });
    }
    if !several.is_empty() {
        context.errors.push(DataError::SeveralChoices {
            places: several,
            case: long.case.to_owned(),
        });
    }
}
