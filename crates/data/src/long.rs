//! Long tables: a row per alternative of a case.

use std::collections::HashMap;

use crate::alternatives::{Alternatives, Coded, Decoder, UnknownCodes};
use crate::draft::{Context, Draft, Extent, Groups, Laid, NO_ALTERNATIVE, RowState, cell};
use crate::error::DataError;
use crate::outcomes::{CaseOutcome, outcomes};
use crate::schema::RankingSchema;
use crate::table::{Column, Values};
use crate::wide::{Flag, availability, chosen_unavailable};

/// The columns of a long layout.
pub(crate) struct LongColumns<'a> {
    pub case: &'a str,
    pub alternative: Option<&'a str>,
    pub choice: &'a str,
    pub counts: bool,
    pub ranking: Option<&'a RankingSchema>,
}

/// Cases of a long table.
pub(crate) fn lay_out(
    context: &mut Context<'_>,
    long: &LongColumns<'_>,
    states: &mut [RowState],
    labelled: bool,
) -> Option<Laid> {
    let cases = CaseIndex::new(
        context
            .table
            .column(long.case)
            .expect("named columns were looked up before"),
        states.len(),
    );
    unnamed_cases(context, long, &cases, states);
    let outcomes = outcomes(context, long, &cases, states);
    let (position, alternatives) = positions(context, long, &cases, states, labelled)?;
    let rows = {
        let used = |row: &usize| states[*row] != RowState::Out && cases.of_row[*row] != NO_CASE;
        let mut rows: Vec<u32> = (0..states.len()).filter(used).map(|row| row as u32).collect();
        let order = |row: u32| (cases.of_row[row as usize], position[row as usize]);
        if !rows.is_sorted_by_key(|&row| order(row)) {
            rows.sort_by_key(|&row| order(row));
        }
        rows
    };
    duplicates(context, long, &rows, &cases, &position);
    let flags = flags(context, &rows, &position);

    let mut draft = Draft::of(cases.n_cases, rows.len());
    let mut cases_lost = 0;
    let mut cases_dropped = 0;
    let mut unavailable = vec![context.places(); context.schema.alternatives.len()];
    let mut begin = 0;
    for group in rows.chunk_by(|a, b| cases.of_row[*a as usize] == cases.of_row[*b as usize]) {
        let at = begin;
        begin += group.len();
        let case = cases.of_row[group[0] as usize] as usize;
        match outcomes.cases[case] {
            CaseOutcome::Missing => {
                cases_dropped += 1;
                continue;
            }
            CaseOutcome::Lost => {
                cases_lost += 1;
                continue;
            }
            CaseOutcome::Kept => {}
        }
        let mut unsure = false;
        for (offset, &row) in group.iter().enumerate() {
            let alternative = position[row as usize];
            let chosen = outcomes.chosen[row as usize];
            match (
                states[row as usize],
                flags.as_ref().map_or(Flag::Yes, |flags| flags[at + offset]),
            ) {
                (RowState::Missing, _) | (_, Flag::Missing) => draft.push(alternative, row, chosen, true),
                (RowState::Faulty, _) | (_, Flag::Faulty) => unsure = true,
                (_, Flag::Yes) => draft.push(alternative, row, chosen, false),
                (_, Flag::No) if chosen > 0.0 => {
                    unavailable[alternative as usize].add(|| context.place(row as usize));
                    unsure = true;
                }
                (_, Flag::No) => {}
            }
        }
        let first_row = group.iter().copied().min().unwrap_or(group[0]);
        draft.end_case(first_row, unsure);
    }
    for (alternative, places) in unavailable.into_iter().enumerate() {
        context.errors.extend(chosen_unavailable(context, alternative, places));
    }
    Some(Laid {
        draft,
        alternatives,
        cases_dropped,
        cases_lost,
    })
}

/// Case of a row that names none.
pub(crate) const NO_CASE: u32 = u32::MAX;

/// Case of each row, numbered by first appearance.
pub(crate) struct CaseIndex {
    pub of_row: Vec<u32>,
    pub n_cases: usize,
}

impl CaseIndex {
    fn new(column: &Column, n_rows: usize) -> Self {
        let mut cases = CaseIndex {
            of_row: Vec::with_capacity(n_rows),
            n_cases: 0,
        };
        let mut last: Option<(u64, u32)> = None;
        // As long as identifiers ascend a new one is a new case: they are looked up only if one does not.
        let mut numbers: Option<HashMap<u64, u32>> = None;
        for row in 0..n_rows {
            let Some(identifier) = column.values.identity(row) else {
                cases.of_row.push(NO_CASE);
                continue;
            };
            let next = cases.n_cases as u32;
            let case = match (&mut numbers, last) {
                (_, Some((last, case))) if identifier == last => case,
                (None, last) if last.is_none_or(|(last, _)| identifier > last) => next,
                (Some(numbers), _) => *numbers.entry(identifier).or_insert(next),
                (none, _) => {
                    let known = none.insert(cases.numbers(&column.values));
                    *known.entry(identifier).or_insert(next)
                }
            };
            last = Some((identifier, case));
            cases.n_cases += usize::from(case == next);
            cases.of_row.push(case);
        }
        cases
    }

    /// The case of each identifier so far.
    fn numbers(&self, values: &Values) -> HashMap<u64, u32> {
        let named = self.of_row.iter().enumerate().filter(|(_, case)| **case != NO_CASE);
        named
            .filter_map(|(row, &case)| Some((values.identity(row)?, case)))
            .collect()
    }
}

/// Reports rows that belong to no case.
fn unnamed_cases(context: &mut Context<'_>, long: &LongColumns<'_>, cases: &CaseIndex, states: &mut [RowState]) {
    let mut unnamed = context.places();
    for (row, state) in states.iter_mut().enumerate() {
        if *state != RowState::Out && cases.of_row[row] == NO_CASE {
            unnamed.add(|| context.place(row));
            *state = RowState::Faulty;
        }
    }
    if !unnamed.is_empty() {
        context.errors.push(DataError::MissingIdentifier {
            places: unnamed,
            column: long.case.to_owned(),
            role: "the case",
            droppable: false,
        });
    }
}

/// Alternative of each row that is kept, and the alternatives there are.
fn positions(
    context: &mut Context<'_>,
    long: &LongColumns<'_>,
    cases: &CaseIndex,
    states: &mut [RowState],
    labelled: bool,
) -> Option<(Vec<u32>, Alternatives)> {
    let schema = context.schema;
    let counted;
    let column = match long.alternative {
        Some(name) => context.table.column(name).expect("named columns were looked up before"),
        None => {
            counted = counted_rows(cases);
            &counted
        }
    };
    let (decoder, names, codes) = if schema.alternatives.is_empty() {
        let kept = |row: usize| states[row] == RowState::Kept;
        let (decoder, written) = match context.extent {
            Extent::Part(Some(codes)) => Decoder::known(column, codes),
            Extent::Whole | Extent::Part(None) => Decoder::occurring(column, states.len(), kept),
        };
        (decoder, written.clone(), written)
    } else {
        let names = schema
            .alternatives
            .iter()
            .map(|alternative| alternative.name.clone())
            .collect();
        let codes = schema
            .alternatives
            .iter()
            .map(|alternative| alternative.code.written())
            .collect();
        match Decoder::listed(column, &schema.alternatives) {
            Ok(decoder) => (decoder, names, codes),
            Err(errors) => {
                context.errors.extend(errors);
                return None;
            }
        }
    };
    let mut missing = context.places();
    let mut unknown = UnknownCodes::new(context.file());
    let mut position = vec![NO_ALTERNATIVE; states.len()];
    for (row, state) in states
        .iter_mut()
        .enumerate()
        .filter(|(_, state)| **state == RowState::Kept)
    {
        match decoder.decode(row) {
            Coded::Alternative(alternative) => position[row] = alternative,
            Coded::Missing if context.drops_missing() => *state = RowState::Missing,
            Coded::Missing => {
                missing.add(|| context.place(row));
                *state = RowState::Faulty;
            }
            Coded::Unknown => {
                unknown.add(&column.values, row, || context.place(row));
                *state = RowState::Faulty;
            }
        }
    }
    if !missing.is_empty() {
        context.errors.push(DataError::MissingIdentifier {
            places: missing,
            column: column.name.clone(),
            role: "the alternative",
            droppable: true,
        });
    }
    context
        .errors
        .extend(unknown.into_error(&column.name, &schema.alternatives));
    let alternatives = Alternatives { names, codes, labelled };
    Some((position, alternatives))
}

/// Alternatives that no column names: the rows of a case count from 1, in the order of the file.
fn counted_rows(cases: &CaseIndex) -> Column {
    let mut seen = vec![0.0; cases.n_cases];
    let position = cases.of_row.iter().map(|&case| {
        let Some(seen) = seen.get_mut(case as usize) else {
            return f64::NAN;
        };
        *seen += 1.0;
        *seen
    });
    let position: Vec<f64> = position.collect();
    Column {
        name: "row within the case".to_owned(),
        values: Values::Number(position.into()),
    }
}

/// Availability of the alternative in each of the rows, each asked of its own rows only; `None` if all always are.
fn flags(context: &mut Context<'_>, rows: &[u32], position: &[u32]) -> Option<Vec<Flag>> {
    if context
        .schema
        .alternatives
        .iter()
        .all(|alternative| alternative.available.is_none())
    {
        return None;
    }
    let of_rows: Vec<u32> = rows.iter().map(|&row| position[row as usize]).collect();
    let n = context.schema.alternatives.len();
    let groups = Groups::new(&of_rows, n);
    let mut flags = vec![Flag::Yes; rows.len()];
    for alternative in 0..n {
        let members = groups.of(alternative);
        let theirs: Vec<u32> = members.iter().map(|&member| rows[member as usize]).collect();
        let available = availability(context, alternative, &theirs);
        for (&member, flag) in members.iter().zip(available.into_iter().flatten()) {
            flags[member as usize] = flag;
        }
    }
    Some(flags)
}

fn duplicates(context: &mut Context<'_>, long: &LongColumns<'_>, rows: &[u32], cases: &CaseIndex, position: &[u32]) {
    let Some(column) = long.alternative else { return };
    let identity = |row: u32| (cases.of_row[row as usize], position[row as usize]);
    let mut places = context.places();
    let mut first = None;
    let twice = |pair: &&[u32]| identity(pair[0]) == identity(pair[1]) && position[pair[0] as usize] != NO_ALTERNATIVE;
    for pair in rows.windows(2).filter(twice) {
        places.add(|| context.place(pair[1] as usize));
        first.get_or_insert(pair[1] as usize);
    }
    if let Some(row) = first {
        let values = &context
            .table
            .column(column)
            .expect("named columns were looked up before")
            .values;
        context.errors.push(DataError::DuplicateAlternative {
            places,
            alternative: cell(values, row),
            case: long.case.to_owned(),
            column: column.to_owned(),
        });
    }
}
