//! Predictions part by part, where the file allows it, in memory that does not grow with it.

use std::path::Path;

use logsum_data::{ChoiceData, DataError, PartsError, Table};
use logsum_tables::{Columns, Parts, TableError};
use logsum_utility::ModelFile;

use super::forecast::{Asked, Cases, Forecast, Found, Refused};
use super::new_data::{explained, has_choices, same_cases};
use crate::failure::Failure;
use crate::ingest::{FEWEST, Limits, Whole, refused};
use crate::load::{Extra, Wanted};
use crate::memory::{self, PROGRAM};
use crate::progress::Counter;

/// Bytes of the cells of a part. Larger ones take memory and save no time.
const PART: u64 = 6 << 20;

/// Times its bytes that a part takes while it becomes situations and choices, a bound model, predictions, and rows of a
/// file.
const PER_PART: u64 = 16;

/// Cells that a wide row takes for each alternative on the way.
const PER_ALTERNATIVE: u64 = 8;

/// A file to predict.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    pub model: &'a ModelFile,
    pub path: &'a Path,
    pub extra: &'a [Extra<'a>],
    /// Whether its choices are not needed.
    pub is_new: bool,
    pub limits: &'a Limits,
    pub quiet: bool,
}

/// Everything that was read.
pub struct Read {
    pub found: Found,
    pub cases: Cases,
    pub warnings: Vec<String>,
    pub fingerprint: String,
}

/// Predicts a Parquet file part by part; otherwise says why not.
pub fn predict(source: Source<'_>, asked: Asked<'_>) -> Result<Result<Read, Whole>, Failure> {
    let wanted = match source.is_new {
        true => Wanted::of_situations(source.model, source.path, source.extra)?,
        false => Wanted::of_choices(source.model, source.path, source.extra)?,
    };
    let opened = Parts::open(source.path, Columns::Named(&wanted.columns)).map_err(refused)?;
    let Some(mut parts) = opened else {
        return Ok(Err(Whole::Text));
    };
    let choices = match source.is_new {
        true => Choices::Hoped,
        false => Choices::Needed,
    };
    let first = pass(source, asked, &mut parts, choices);
    let read = match first {
        Err(Stopped::Choices(why)) => {
            parts.rewind();
            pass(source, asked, &mut parts, Choices::Left(why))
        }
        first => first,
    };
    Ok(match read {
        Ok(read) => Ok(read),
        Err(Stopped::Failed(failure)) => return Err(failure),
        Err(Stopped::Whole(why)) => Err(why),
        Err(Stopped::Choices(why)) => Err(Whole::Scattered(why.told())),
    })
}

/// What becomes of the choices of a file.
enum Choices {
    /// They must be right.
    Needed,
    /// They are used if they are right.
    Hoped,
    /// They are not used, for a reason.
    Left(Unknown),
}

/// Why choices are not used.
enum Unknown {
    Problem(String),
    /// Some cases have none.
    Some,
}

impl Unknown {
    fn told(&self) -> String {
        match self {
            Unknown::Problem(problem) => problem.clone(),
            Unknown::Some => "choices are not known in all cases".to_owned(),
        }
    }
}

/// Why reading ended early.
enum Stopped {
    Failed(Failure),
    Whole(Whole),
    Choices(Unknown),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Stopped::Failed(failure)
    }
}

impl From<TableError> for Stopped {
    fn from(error: TableError) -> Self {
        Stopped::Failed(refused(error))
    }
}

impl From<Refused> for Stopped {
    fn from(why: Refused) -> Self {
        match why {
            Refused::Failed(failure) => Stopped::Failed(failure),
            Refused::OtherColumns => Stopped::Whole(Whole::Scattered(
                "what identifies cases or alternatives is numbers in one part of the file and text in another"
                    .to_owned(),
            )),
        }
    }
}

/// Reads all parts once.
fn pass(source: Source<'_>, asked: Asked<'_>, parts: &mut Parts, choices: Choices) -> Result<Read, Stopped> {
    let uses = source.model.specification.uses();
    let schema = &source.model.schema;
    let columns = source.model.attribute_columns();
    let total = parts.n_rows();
    let rows = rows_at_a_time(source, parts)?;
    let counter = Counter::new(total as u64, "rows predicted", source.quiet || total <= rows);
    let mut known = match choices {
        Choices::Needed | Choices::Hoped => Some(logsum_data::Parts::new(schema, &uses).fingerprint_of(&columns)),
        Choices::Left(_) => None,
    };
    let mut situations = source.is_new.then(|| logsum_data::Parts::situations(schema, &uses));
    for reader in known.iter_mut().chain(&mut situations) {
        if !reader.first_pass().is_empty() {
            while let Some(table) = parts.next(0, rows)? {
                reader
                    .learn(&table)
                    .map_err(|error| faulty(source, &error, total > rows))?;
            }
            parts.rewind();
        }
    }
    let mut forecast = Forecast::new(asked);
    let (mut keep, mut read, mut any) = (0, 0, false);
    while let Some(table) = parts.next(keep, rows)? {
        read += table.n_rows - keep;
        counter.set(read as u64);
        any = any || has_choices(&table, schema);
        let last = read == total;
        let data = match (&mut situations, &mut known) {
            (Some(situations), None) => add(source, situations, table, last, total > rows)?,
            (None, Some(known)) => add(source, known, table, last, total > rows)?,
            (Some(situations), Some(known)) => {
                let all = add(source, situations, table.clone(), last, total > rows)?;
                if !any {
                    return Err(Stopped::Choices(Unknown::Some));
                }
                match known.add(table, last) {
                    Ok(added) if same(added.data.as_ref(), all.0.as_ref()) => (added.data, added.keep),
                    Ok(_) => return Err(Stopped::Choices(Unknown::Some)),
                    Err(error) => return Err(Stopped::Choices(Unknown::Problem(problem(&error)))),
                }
            }
            (None, None) => unreachable!("either choices or situations are read"),
        };
        keep = data.1;
        if let Some(data) = data.0 {
            forecast.add(source.model, &data)?;
        }
    }
    counter.finish();
    let reader = known.or(situations).expect("something was read");
    let totals = reader.finish().map_err(|error| stopped(source, error, false))?;
    parts.check_unchanged()?;
    let mut warnings = Vec::new();
    if let (Choices::Left(why), true) = (&choices, any) {
        warnings.push(format!("observed shares are left out: {}", why.told()));
    }
    warnings.extend(totals.warnings.iter().cloned());
    Ok(Read {
        found: forecast.finish()?,
        warnings,
        fingerprint: totals.fingerprint.clone(),
        cases: totals.into(),
    })
}

/// The cases of a part that are complete, and the rows that are to come again.
fn add(
    source: Source<'_>,
    reader: &mut logsum_data::Parts<'_>,
    table: Table,
    last: bool,
    several: bool,
) -> Result<(Option<ChoiceData>, usize), Stopped> {
    let added = reader
        .add(table, last)
        .map_err(|error| stopped(source, error, several))?;
    Ok((added.data, added.keep))
}

/// Whether a part has the same cases with their choices and without.
fn same(known: Option<&ChoiceData>, situations: Option<&ChoiceData>) -> bool {
    match (known, situations) {
        (Some(known), Some(situations)) => same_cases(known, situations),
        (None, None) => true,
        _ => false,
    }
}

/// The first problem of choices; what to do about it does not matter here.
fn problem(error: &PartsError) -> String {
    let first = match error {
        PartsError::Data(error) => error.each()[0].to_string(),
        error => error.to_string(),
    };
    first.split([';', '\n']).next().unwrap_or_default().to_owned()
}

fn stopped(source: Source<'_>, error: PartsError, several: bool) -> Stopped {
    match error {
        PartsError::Data(error) => faulty(source, &error, several),
        error => Stopped::Whole(Whole::Scattered(error.to_string())),
    }
}

/// What is wrong with a part; the whole of the file tells it best.
fn faulty(source: Source<'_>, error: &DataError, several: bool) -> Stopped {
    let mut failure = match source.is_new {
        true => {
            let name = source.path.file_name().unwrap_or_default();
            explained(error, &name.to_string_lossy())
        }
        false => Failure::all(error.each()),
    };
    if several {
        let rest = "(rows after the first part with a problem were not looked at)";
        failure.problems.push(rest.to_owned());
    }
    Stopped::Whole(Whole::Faulty(failure))
}

/// Rows that are read at a time.
fn rows_at_a_time(source: Source<'_>, parts: &Parts) -> Result<usize, Failure> {
    // Of long data a row is an alternative; wide ones hold several, most of them named in the model.
    let alternatives = source.model.schema.alternatives.len() as u64;
    let per_row = parts.bytes_per_row() as u64 + PER_ALTERNATIVE * (1 + alternatives);
    let Some(limit) = source.limits.memory.filter(|_| source.limits.told) else {
        return Ok((PART / per_row).max(FEWEST) as usize);
    };
    let least = PROGRAM + PER_PART * FEWEST * per_row;
    if limit < least {
        return Err(Failure::bad_input(format!(
            "--memory: {} of memory are too little: even part by part it takes {} to predict this file",
            memory::written(limit),
            memory::written(least.next_multiple_of(1_000_000)),
        )));
    }
    Ok((PART.min((limit - PROGRAM) / PER_PART) / per_row).max(FEWEST) as usize)
}
