//! The first lines of a text file: byte order mark, separator, names.

use super::record::{content, is_blank, record};
use super::scan::Scan;
use crate::error::TableError;
use crate::file::TextKind;
use crate::names::repeated;
use crate::read::ReadOptions;

/// What the header tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) separator: u8,
    /// Names, trimmed; empty for a column without a name.
    pub(super) names: Vec<String>,
    /// Where the line under the header begins.
    pub(super) body: usize,
    /// Number of the row under the header.
    pub(super) first_row: usize,
}

/// Reads the header of a file that is not empty.
pub(super) fn layout(file: &str, bytes: &[u8], kind: TextKind, options: &ReadOptions) -> Result<Layout, TableError> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(TableError::Utf16 { file: file.to_owned() });
    }
    let (start, row) = first_line(bytes).ok_or_else(|| TableError::Empty { file: file.to_owned() })?;
    let line = &bytes[start..];
    let line = &line[..line.iter().position(|&byte| byte == b'\n').unwrap_or(line.len())];
    let separator = separator(line, kind, options)?;

    let mut cells = Vec::new();
    let body = record(bytes, start, separator, |cell| cells.push(cell));
    let scan = Scan {
        file,
        bytes,
        separator,
        n_columns: cells.len(),
        first_row: row + 1,
    };
    let body = body.map_err(|fault| scan.quote_error(row, fault))?;
    if cells
        .iter()
        .any(|cell| !cell.quoted && bytes[cell.range.clone()].contains(&b'\r'))
    {
        return Err(TableError::LineEnds { file: file.to_owned() });
    }
    let mut names = Vec::with_capacity(cells.len());
    let mut not_utf8 = None;
    for (column, cell) in cells.iter().enumerate() {
        let text = content(bytes, cell);
        match std::str::from_utf8(&text) {
            Ok(name) => names.push(name.trim().to_owned()),
            Err(fault) => {
                let error = not_utf8.get_or_insert((column + 1, text[fault.valid_up_to()], 0));
                error.2 += 1;
            }
        }
    }
    if let Some((column, byte, count)) = not_utf8 {
        return Err(TableError::NotUtf8 {
            file: file.to_owned(),
            row,
            column,
            name: None,
            byte,
            more: count - 1,
        });
    }
    if let ([cell], [name]) = (&cells[..], &names[..])
        && !cell.quoted
        && let Some(found) = other_separator(name, separator)
    {
        return Err(TableError::WrongSeparator {
            file: file.to_owned(),
            found,
        });
    }
    let repeats = repeated(file, &names);
    if !repeats.is_empty() {
        return Err(TableError::all(repeats));
    }
    Ok(Layout {
        separator,
        names,
        body,
        first_row: row + 1,
    })
}

/// Where the first line begins that is not blank, behind a byte order mark, and its number.
fn first_line(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut position = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let lines = bytes[position..].split_inclusive(|&byte| byte == b'\n');
    for (row, line) in (1..).zip(lines) {
        // A tab may separate columns without names.
        if !is_blank(line, b'\t') {
            return Some((position, row));
        }
        position += line.len();
    }
    None
}

fn separator(line: &[u8], kind: TextKind, options: &ReadOptions) -> Result<u8, TableError> {
    let usual = if options.decimal_comma { b';' } else { b',' };
    let separator = options.separator.unwrap_or(match kind {
        TextKind::Comma => usual,
        TextKind::Tab => b'\t',
        TextKind::Either if line.contains(&b'\t') => b'\t',
        TextKind::Either => usual,
    });
    // Half of a letter of UTF-8 would cut cells in two; digits and letters would cut numbers.
    let possible = separator.is_ascii()
        && !separator.is_ascii_alphanumeric()
        && !matches!(separator, b'"' | b'\n' | b'\r' | b'.' | b'-' | b'+' | 0);
    if possible {
        Ok(separator)
    } else {
        Err(TableError::Separator { separator })
    }
}

/// A usual separator that stands in the only name.
fn other_separator(name: &str, separator: u8) -> Option<u8> {
    [b';', b'\t', b',', b'|']
        .into_iter()
        .find(|&other| other != separator && name.as_bytes().contains(&other))
}
