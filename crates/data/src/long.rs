//! Long tables: a row per alternative of a case.

use std::collections::HashMap;

use crate::alternatives::{Alternatives, Coded, Decoder, key, listing};
use crate::draft::{Context, Draft, Laid, cell};
use crate::error::{DataError, Places};
use crate::schema::Missing;
use crate::table::{Column, MISSING_TEXT, Values};
use crate::wide::{Flag, availability};

/// The columns of a long layout.
pub(crate) struct LongColumns<'a> {
    pub case: &'a str,
    pub alternative: Option<&'a str>,
    pub choice: &'a str,
    pub counts: bool,
}

/// Cases of a long table from the rows that `keep` admits.
pub(crate) fn lay_out(context: &mut Context<'_>, long: &LongColumns<'_>, keep: &[bool], labelled: bool) -> Option<Laid> {
    let table = context.table;
    let case_column = table.column(long.case).expect("named columns were looked up before");
    let cases = CaseIndex::new(case_column);
    let kept = |row: usize| keep[row];

    let mut unnamed = Places::new(context.file());
    for row in (0..table.n_rows).filter(|&row| kept(row) && cases.of_row[row] == NO_CASE) {
        unnamed.add(|| context.place(row));
    }
    if !unnamed.is_empty() {
        context.errors.push(DataError::MissingIdentifier {
            places: unnamed,
            column: long.case.to_owned(),
            role: "the case",
            droppable: false,
        });
        return None;
    }

    let (position, alternatives) = positions(context, long, &cases, keep, labelled)?;
    let outcomes = outcomes(context, long, &cases, keep);
    let rows: Vec<u32> = {
        let mut rows: Vec<u32> = (0..table.n_rows).filter(|&row| kept(row)).map(|row| row as u32).collect();
        let order = |row: u32| (cases.of_row[row as usize], position[row as usize]);
        if !rows.is_sorted_by_key(|&row| order(row)) {
            rows.sort_by_key(|&row| order(row));
        }
        rows
    };
    duplicates(context, long, &rows, &cases, &position);

    let availability = availability(context, &rows);
    let mut draft = Draft::new();
    let mut lost = 0;
    let mut cases_dropped = 0;
    let mut unavailable: Vec<Places> = alternatives.names.iter().map(|_| Places::new(context.file())).collect();
    let mut begin = 0;
    for group in rows.chunk_by(|a, b| cases.of_row[*a as usize] == cases.of_row[*b as usize]) {
        let at = begin;
        begin += group.len();
        let case = cases.of_row[group[0] as usize] as usize;
        match outcomes.state[case] {
            CaseOutcome::Missing => {
                cases_dropped += 1;
                continue;
            }
            CaseOutcome::Wrong => continue,
            CaseOutcome::Sound => {}
        }
        if group.iter().all(|&row| outcomes.chosen[row as usize] == 0.0) {
            lost += 1;
            continue;
        }
        for (offset, &row) in group.iter().enumerate() {
            let alternative = position[row as usize];
            let chosen = outcomes.chosen[row as usize];
            let flags = availability.get(alternative as usize).and_then(Option::as_ref);
            let flag = flags.map_or(Flag::Yes, |flags| flags[at + offset]);
            if flag == Flag::No && chosen > 0.0 {
                unavailable[alternative as usize].add(|| context.place(row as usize));
            }
            if flag != Flag::No {
                draft.push(alternative, row, chosen, flag == Flag::Missing);
            }
        }
        draft.end_case();
    }
    if lost > 0 {
        let (cases, rows) = if lost == 1 { ("case", "row") } else { ("cases", "rows") };
        context.warnings.push(format!("the filter removed the chosen {rows} of {lost} {cases}, which went with them"));
    }
    for (alternative, places) in unavailable.into_iter().enumerate().filter(|(_, places)| !places.is_empty()) {
        let available = context.schema.alternatives[alternative].available.as_ref().expect("only these have flags");
        context.errors.push(DataError::ChosenUnavailable {
            places,
            alternative: alternatives.names[alternative].clone(),
            reason: format!("\"{available}\" is 0"),
        });
    }
    Some(Laid {
        draft,
        alternatives,
        cases_dropped,
    })
}

const NO_CASE: u32 = u32::MAX;

/// Case of each row, numbered by first appearance.
struct CaseIndex {
    of_row: Vec<u32>,
    n_cases: usize,
}

impl CaseIndex {
    fn new(column: &Column) -> Self {
        let mut numbers: HashMap<u64, u32> = HashMap::new();
        let identify = |row: usize| match &column.values {
            Values::Number(cells) => (!cells[row].is_nan()).then(|| key(cells[row])),
            Values::Text(text) => (text.codes[row] != MISSING_TEXT).then(|| u64::from(text.codes[row])),
        };
        let mut last: Option<(u64, u32)> = None;
        let of_row = (0..column.values.len())
            .map(|row| {
                let Some(identifier) = identify(row) else { return NO_CASE };
                if let Some((known, case)) = last
                    && known == identifier
                {
                    return case;
                }
                let next = numbers.len() as u32;
                let case = *numbers.entry(identifier).or_insert(next);
                last = Some((identifier, case));
                case
            })
            .collect();
        CaseIndex {
            of_row,
            n_cases: numbers.len(),
        }
    }
}

/// Alternative of each row that is kept, and the alternatives there are.
fn positions(
    context: &mut Context<'_>,
    long: &LongColumns<'_>,
    cases: &CaseIndex,
    keep: &[bool],
    labelled: bool,
) -> Option<(Vec<u32>, Alternatives)> {
    let Some(name) = long.alternative else {
        return Some(counted(cases, labelled));
    };
    let schema = context.schema;
    let column = context.table.column(name).expect("named columns were looked up before");
    let (decoder, names, codes) = if schema.alternatives.is_empty() {
        let (decoder, written) = Decoder::occurring(column, keep);
        (decoder, written.clone(), written)
    } else {
        let names = schema.alternatives.iter().map(|alternative| alternative.name.clone()).collect();
        let codes = schema.alternatives.iter().map(|alternative| alternative.code.written()).collect();
        match Decoder::listed(column, &schema.alternatives) {
            Ok(decoder) => (decoder, names, codes),
            Err(errors) => {
                context.errors.extend(errors);
                return None;
            }
        }
    };
    let mut missing = Places::new(context.file());
    let mut unknown: Vec<(String, Places)> = Vec::new();
    let mut position = vec![0; keep.len()];
    for row in (0..keep.len()).filter(|&row| keep[row]) {
        match decoder.decode(row) {
            Coded::Alternative(alternative) => position[row] = alternative,
            Coded::Missing => missing.add(|| context.place(row)),
            Coded::Unknown => {
                let code = decoder.written(row);
                let known = unknown.iter().position(|(known, _)| *known == code).unwrap_or_else(|| {
                    unknown.push((code, Places::new(context.file())));
                    unknown.len() - 1
                });
                unknown[known].1.add(|| context.place(row));
            }
        }
    }
    let sound = missing.is_empty() && unknown.is_empty();
    if !missing.is_empty() {
        context.errors.push(DataError::MissingIdentifier {
            places: missing,
            column: name.to_owned(),
            role: "the alternative",
            droppable: false,
        });
    }
    for (code, places) in unknown {
        context.errors.push(DataError::UnknownCode {
            places,
            column: name.to_owned(),
            code,
            known: listing(&schema.alternatives),
        });
    }
    let alternatives = Alternatives {
        names,
        codes,
        labelled,
    };
    sound.then_some((position, alternatives))
}

/// Alternatives that no column names: the rows of a case count from 1, in the order of the file.
fn counted(cases: &CaseIndex, labelled: bool) -> (Vec<u32>, Alternatives) {
    let mut seen = vec![0_u32; cases.n_cases];
    let position = cases.of_row.iter().map(|&case| {
        let Some(seen) = seen.get_mut(case as usize) else { return 0 };
        *seen += 1;
        *seen - 1
    });
    let position = position.collect();
    let names: Vec<String> = (1..=seen.iter().copied().max().unwrap_or(0)).map(|position| position.to_string()).collect();
    let alternatives = Alternatives {
        codes: names.clone(),
        names,
        labelled,
    };
    (position, alternatives)
}

/// Whether the choice of a case can be used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CaseOutcome {
    Sound,
    /// A missing cell, to be dropped.
    Missing,
    /// Reported.
    Wrong,
}

struct Outcomes {
    chosen: Vec<f64>,
    state: Vec<CaseOutcome>,
}

/// Reads the choice column over the whole file, so that a filter cannot make a case look unchosen.
fn outcomes(context: &mut Context<'_>, long: &LongColumns<'_>, cases: &CaseIndex, keep: &[bool]) -> Outcomes {
    let column = context.table.column(long.choice).expect("named columns were looked up before");
    let mut outcomes = Outcomes {
        chosen: vec![0.0; keep.len()],
        state: vec![CaseOutcome::Sound; cases.n_cases],
    };
    let Values::Number(cells) = &column.values else {
        context.errors.push(DataError::TextColumn {
            file: context.file().to_owned(),
            column: long.choice.to_owned(),
            role: "choices",
            example: (0..keep.len()).map(|row| cell(&column.values, row)).next().unwrap_or_default(),
        });
        outcomes.state.fill(CaseOutcome::Wrong);
        return outcomes;
    };
    let mut used = vec![false; cases.n_cases];
    for row in (0..keep.len()).filter(|&row| keep[row]) {
        used[cases.of_row[row] as usize] = true;
    }
    let mut missing = Places::new(context.file());
    let mut wrong: Option<(f64, Places)> = None;
    let mut total = vec![0.0; cases.n_cases];
    let mut first_row = vec![usize::MAX; cases.n_cases];
    for (row, &value) in cells.iter().enumerate() {
        let case = cases.of_row[row] as usize;
        if !used.get(case).is_some_and(|used| *used) {
            continue;
        }
        first_row[case] = first_row[case].min(row);
        let sound = if long.counts { value.is_finite() && value >= 0.0 } else { value == 0.0 || value == 1.0 };
        if sound {
            total[case] += value;
            outcomes.chosen[row] = value;
        } else if value.is_nan() && context.schema.missing != Missing::Error {
            outcomes.state[case] = CaseOutcome::Missing;
        } else if value.is_nan() {
            outcomes.state[case] = CaseOutcome::Wrong;
            missing.add(|| context.place(row));
        } else {
            outcomes.state[case] = CaseOutcome::Wrong;
            wrong.get_or_insert_with(|| (value, Places::new(context.file()))).1.add(|| context.place(row));
        }
    }
    if !missing.is_empty() {
        context.errors.push(DataError::MissingIdentifier {
            places: missing,
            column: long.choice.to_owned(),
            role: "the choice",
            droppable: true,
        });
    }
    if let Some((value, places)) = wrong {
        let (column, value) = (long.choice.to_owned(), value.to_string());
        context.errors.push(if long.counts {
            DataError::NotACount { places, column, value }
        } else {
            DataError::NotAChoice { places, column, value }
        });
    }
    let mut none = Places::new(context.file());
    let mut several = Places::new(context.file());
    for case in 0..cases.n_cases {
        if !used[case] || outcomes.state[case] != CaseOutcome::Sound {
            continue;
        }
        if total[case] == 0.0 {
            none.add(|| context.place(first_row[case]));
        } else if !long.counts && total[case] > 1.0 {
            several.add(|| context.place(first_row[case]));
        } else {
            continue;
        }
        outcomes.state[case] = CaseOutcome::Wrong;
    }
    if !none.is_empty() {
        let chosen = format!("{} {} in column \"{}\"", if long.counts { "a count above" } else { "a" }, u8::from(!long.counts), long.choice);
        context.errors.push(DataError::NoChoice { places: none, chosen });
    }
    if !several.is_empty() {
        context.errors.push(DataError::SeveralChoices {
            places: several,
            case: long.case.to_owned(),
        });
    }
    outcomes
}

fn duplicates(context: &mut Context<'_>, long: &LongColumns<'_>, rows: &[u32], cases: &CaseIndex, position: &[u32]) {
    let Some(column) = long.alternative else { return };
    let identity = |row: u32| (cases.of_row[row as usize], position[row as usize]);
    let mut places = Places::new(context.file());
    let mut first = None;
    for pair in rows.windows(2).filter(|pair| identity(pair[0]) == identity(pair[1])) {
        places.add(|| context.place(pair[1] as usize));
        first.get_or_insert(pair[1] as usize);
    }
    if let Some(row) = first {
        let values = &context.table.column(column).expect("named columns were looked up before").values;
        context.errors.push(DataError::DuplicateAlternative {
            places,
            alternative: cell(values, row),
            case: long.case.to_owned(),
            column: column.to_owned(),
        });
    }
}
