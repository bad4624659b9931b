//! Text files: first their shape, then their numbers, then, by way of polars, their text.

mod header;
mod numbers;
mod parse;
mod record;
mod scan;

use logsum_data::{Column, Values};
use rayon::prelude::*;

use crate::cells::{self, Asked};
use crate::error::TableError;
use crate::file::{self, Input, TextKind};
use crate::names;
use crate::read::{Columns, Content, ReadOptions, Want};
use header::{Layout, layout};
use parse::Source;
use scan::Scan;

/// Names of all columns.
pub(crate) fn names(input: &Input, kind: TextKind, options: &ReadOptions) -> Result<Vec<String>, TableError> {
    let mut file = file::open(&input.files[0])?;
    let bytes = file::map(&input.name, &mut file)?;
    Ok(layout(&input.name, &bytes, kind, options)?.names)
}

/// The columns asked for.
pub(crate) fn read(
    input: &Input,
    kind: TextKind,
    columns: Columns<'_>,
    options: &ReadOptions,
) -> Result<Content, TableError> {
    let file = input.name.as_str();
    let mut handle = file::open(&input.files[0])?;
    let bytes = file::map(file, &mut handle)?;
    let Layout {
        separator,
        names,
        body: start,
        first_row,
    } = layout(file, &bytes, kind, options)?;

    let scan = Scan {
        file,
        bytes: &bytes,
        separator,
        n_columns: names.len(),
        first_row,
    };
    let mut problems = Vec::new();
    let selected = names::select(file, &names, columns).unwrap_or_else(|missing| {
        problems.extend(missing);
        Vec::new()
    });
    let used: Vec<usize> = selected.iter().map(|&(position, _)| position).collect();
    let body = match scan.body(start) {
        Ok(body) => {
            if !body.all_utf8 {
                problems.extend(scan.not_utf8(start, body.end, &names, &used));
            }
            body
        }
        Err(found) => {
            problems.extend(found);
            return Err(TableError::all(problems));
        }
    };
    if !problems.is_empty() {
        return Err(TableError::all(problems));
    }

    let source = Source {
        file,
        bytes: &bytes,
        start,
        separator,
        n_columns: names.len(),
        body,
    };
    let asked = |position: usize, want: Want| Asked {
        file,
        column: &names[position],
        want,
        first_row,
        decimal_comma: options.decimal_comma,
    };
    let values = values(&source, &selected, options.decimal_comma, asked)?;
    Ok(Content {
        first_row,
        n_rows: source.body.n_rows,
        columns: used
            .iter()
            .zip(values)
            .map(|(&position, values)| Column {
                name: names[position].clone(),
                values,
            })
            .collect(),
        names,
    })
}

/// Cells of the selected columns: first those that seem to be numbers, then as text those that are
/// not.
fn values<'a>(
    source: &Source<'_>,
    selected: &[(usize, Want)],
    decimal_comma: bool,
    asked: impl Fn(usize, Want) -> Asked<'a> + Sync,
) -> Result<Vec<Values>, TableError> {
    let guesses = source.guess_text(decimal_comma);
    let positions = selected.iter().map(|&(position, _)| position);
    let numeric: Vec<usize> = positions.filter(|&position| !guesses[position]).collect();
    let mut read: Vec<Option<Values>> = vec![None; source.n_columns];
    let numbers = numbers::numbers(source, &numeric, decimal_comma);
    for (position, values) in numeric.into_iter().zip(numbers) {
        read[position] = values.map(Values::Number);
    }
    let again: Vec<(usize, Want)> = selected
        .iter()
        .copied()
        .filter(|&(position, _)| read[position].is_none())
        .collect();
    let positions: Vec<usize> = again.iter().map(|&(position, _)| position).collect();
    let texts = source.texts(&positions)?;
    let columns: Vec<Result<Values, TableError>> = again
        .into_par_iter()
        .zip(texts)
        .with_max_len(1)
        .map(|((position, want), texts)| cells::column(|| texts.iter(), asked(position, want)))
        .collect();
    let mut problems = Vec::new();
    for (position, column) in positions.into_iter().zip(columns) {
        match column {
            Ok(values) => read[position] = Some(values),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(read.into_iter().flatten().collect())
    } else {
        Err(TableError::all(problems))
    }
}
