//! Wording of messages.

use std::fmt::Display;

use crate::error::{Offender, TableError};

/// Letters of a cell that a message shows.
const SHOWN: usize = 40;

/// A cell in quotation marks, on one line, shortened if long.
pub(crate) fn quoted(cell: &str) -> String {
    format!("\"{}\"", shortened(cell))
}

/// A cell on one line, shortened if long.
pub(crate) fn shortened(cell: &str) -> String {
    let mut shown: String = cell
        .chars()
        .take(SHOWN)
        .flat_map(|letter| match letter {
            '\n' => vec!['\\', 'n'],
            '\r' => vec!['\\', 'r'],
            '\t' => vec!['\\', 't'],
            other => vec![other],
        })
        .collect();
    if cell.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// A separator as it is written in a model file.
pub(crate) fn mark(separator: u8) -> String {
    match separator {
        b'\t' => "\"\\t\"".to_owned(),
        b'\n' => "\"\\n\"".to_owned(),
        b'\r' => "\"\\r\"".to_owned(),
        b'"' => "\"\\\"\"".to_owned(),
        byte if byte.is_ascii_graphic() || byte == b' ' => format!("\"{}\"", byte as char),
        byte => format!("byte 0x{byte:02X}"),
    }
}

/// "1 row", "17 rows".
pub(crate) fn counted(count: usize, of: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {of}{plural}")
}

/// " (and 17 more rows)", or nothing.
pub(crate) fn and_more(count: usize, of: &str) -> String {
    match count {
        0 => String::new(),
        _ => format!(" (and {})", counted(count, &format!("more {of}"))),
    }
}

/// A column by its name, or by its place in the header.
pub(crate) fn ordinal_cell(column: usize, name: &Option<String>) -> String {
    match name {
        Some(name) => format!("column \"{name}\""),
        None => format!("column {column}"),
    }
}

/// "3, 4 and 7".
pub(crate) fn places(numbers: &[usize]) -> String {
    joined(&numbers.iter().map(usize::to_string).collect::<Vec<_>>())
}

fn joined(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [front @ .., last] => format!("{} and {last}", front.join(", ")),
    }
}

/// One problem a line.
pub(crate) fn list(problems: &[TableError]) -> impl Display + use<> {
    problems
        .iter()
        .map(TableError::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Message of [`TableError::NotNumber`].
pub(crate) fn not_a_number(file: &str, column: &str, first: &[Offender], count: usize, decimal_comma: bool) -> String {
    let Some((head, others)) = first.split_first() else {
        return format!("{file}, column \"{column}\": {count} cells are not numbers");
    };
    let mut also: Vec<String> = others
        .iter()
        .map(|other| format!("\"{}\" (row {})", other.value, other.row))
        .collect();
    match count.saturating_sub(first.len()) {
        0 => {}
        1 => also.push("1 more row".to_owned()),
        more => also.push(format!("{more} more rows")),
    }
    let also = if also.is_empty() {
        String::new()
    } else {
        format!(", nor are {}", joined(&also))
    };
    format!(
        "{file}, row {}, column \"{column}\": \"{}\" is not a number{also}; {}",
        head.row,
        head.value,
        advice(&head.value, decimal_comma)
    )
}

/// What to do about a cell that is not a number.
fn advice(cell: &str, decimal_comma: bool) -> String {
    if let Some(other) = other_decimal_mark(cell, decimal_comma) {
        let mark = if decimal_comma { '.' } else { ',' };
        if let Some(plain) = without_thousands(cell, mark) {
            return format!(
                "write {plain} if \"{mark}\" separates thousands; if it is the decimal mark write {other} or set \
                 decimal_mark = \"{mark}\""
            );
        }
        return format!("write {other} or set decimal_mark = \"{mark}\"");
    }
    const BLANKS: [&str; 10] = [".", "-", "?", "na", "n/a", "#n/a", "none", "missing", "n.a.", "#null!"];
    if BLANKS.contains(&cell.trim().to_lowercase().as_str()) {
        return "leave the cell empty if its value is missing".to_owned();
    }
    "correct the cell, or leave it empty if its value is missing".to_owned()
}

/// The number without its separator of thousands, if it can be read so: 1,250 but not 12,5.
fn without_thousands(cell: &str, mark: char) -> Option<String> {
    let cell = cell.trim();
    let digits = cell.trim_start_matches(['+', '-']);
    let mut groups = digits.split(mark);
    let first = groups.next()?;
    let is_number = |group: &str| group.chars().all(|letter| letter.is_ascii_digit());
    let sound = (1..=3).contains(&first.len()) && !first.starts_with('0') && is_number(first);
    (sound && groups.all(|group| group.len() == 3 && is_number(group))).then(|| cell.replace(mark, ""))
}

/// The cell with the decimal mark exchanged, if that makes it a number.
pub(crate) fn other_decimal_mark(cell: &str, decimal_comma: bool) -> Option<String> {
    let (from, to) = if decimal_comma { ('.', ',') } else { (',', '.') };
    let cell = cell.trim();
    let digits_only = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    let (whole, fraction) = cell.split_once(from)?;
    let whole_digits = whole.trim_start_matches(['+', '-']);
    let one_number = whole.len() - whole_digits.len() <= 1
        && digits_only(whole_digits)
        && digits_only(fraction)
        && !fraction.is_empty();
    one_number.then(|| format!("{whole}{to}{fraction}"))
}

/// Message of [`TableError::TextColumn`].
pub(crate) fn needed_numbers(file: &str, column: &str, examples: &[String], distinct: usize) -> String {
    let shown: Vec<String> = examples.iter().map(|text| format!("\"{text}\"")).collect();
    let more = if distinct > examples.len() { ", …" } else { "" };
    let name = if is_identifier(column) {
        column.to_owned()
    } else {
        format!("`{column}`")
    };
    let example = examples.first().map_or("text", String::as_str);
    format!(
        "{file}, column \"{column}\" holds text ({}{more}) where numbers are needed; compare it \
         with a text, as in {name} == '{example}', or recode it",
        shown.join(", ")
    )
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|letter| letter.is_alphabetic() || letter == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_marks() {
        let cases = [
            ("12,5", false, Some("12.5")),
            (" -,5 ", false, Some("-.5")),
            ("1,234,5", false, None),
            ("12,", false, None),
            ("a,5", false, None),
            ("--1,5", false, None),
            ("12.5", true, Some("12,5")),
            ("12.5", false, None),
        ];
        for (cell, comma, expected) in cases {
            assert_eq!(other_decimal_mark(cell, comma).as_deref(), expected, "{cell}");
        }
    }

    #[test]
    fn long_cells_are_cut_and_stay_on_one_line() {
        assert_eq!(shortened("a\nb\tc\r"), "a\\nb\\tc\\r");
        assert_eq!(shortened(&"ü".repeat(40)), "ü".repeat(40));
        assert_eq!(shortened(&"ü".repeat(41)), format!("{}…", "ü".repeat(40)));
    }
}
