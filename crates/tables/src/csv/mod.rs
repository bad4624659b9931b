//! Text files: the shape is settled here, the cells are parsed by polars.

mod header;
mod parse;
mod record;
mod scan;

use logsum_data::{Column, Values};

use crate::cells::{self, Asked};
use crate::error::TableError;
use crate::file::{self, Input, TextKind};
use crate::names;
use crate::read::{Columns, Content, ReadOptions, Want};
use header::{Layout, layout};
use parse::{As, Parsed, Source};
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
    let (body, all_utf8) = match scan.body(start) {
        Ok(body) => {
            let all_utf8 = std::str::from_utf8(&bytes[start..body.end]).is_ok();
            if !all_utf8 {
                problems.extend(scan.not_utf8(start, body.end, &names, &used));
            }
            (body, all_utf8)
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
        all_utf8,
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
        n_rows: body.n_rows,
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

/// Cells of the selected columns: once over the file where all is plain numbers, and once more for
/// the columns that turn out to hold something else.
fn values<'a>(
    source: &Source<'_>,
    selected: &[(usize, Want)],
    decimal_comma: bool,
    asked: impl Fn(usize, Want) -> Asked<'a>,
) -> Result<Vec<Values>, TableError> {
    let positions: Vec<usize> = selected.iter().map(|&(position, _)| position).collect();
    let plan: Vec<(usize, As)> = if decimal_comma {
        // Polars would read 12.5 as well as 12,5, so these numbers are parsed here.
        positions.iter().map(|&position| (position, As::Text)).collect()
    } else {
        source.guess(&positions)
    };
    let mut parsed = source.parse(&plan)?;
    let again: Vec<usize> = (0..parsed.len())
        .filter(|&slot| matches!(parsed[slot], Parsed::Undecided))
        .collect();
    let plan: Vec<(usize, As)> = again.iter().map(|&slot| (positions[slot], As::Text)).collect();
    for (slot, texts) in again.into_iter().zip(source.parse(&plan)?) {
        parsed[slot] = texts;
    }
    let mut problems = Vec::new();
    let values = parsed
        .into_iter()
        .zip(selected)
        .filter_map(|(parsed, &(position, want))| match parsed {
            Parsed::Numbers(numbers) => Some(Values::Number(numbers)),
            Parsed::Texts(texts) => cells::column(|| texts.iter(), asked(position, want))
                .map_err(|problem| problems.push(problem))
                .ok(),
            Parsed::Undecided => unreachable!("columns read as text are decided"),
        })
        .collect();
    if problems.is_empty() {
        Ok(values)
    } else {
        Err(TableError::all(problems))
    }
}
