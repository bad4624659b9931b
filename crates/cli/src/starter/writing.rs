//! Names and values as TOML and the expression language want them.

use std::collections::HashSet;

use logsum_data::Table;
use logsum_expressions::is_plain_name;

/// A text as a TOML string.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted += "\\\"",
            '\\' => quoted += "\\\\",
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            c if c.is_control() => quoted += &format!("\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A name as a key of a TOML table.
pub(super) fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { quoted(name) }
}

/// A text as it may stand in a comment: on one line, without control characters, and not endless.
pub(super) fn comment(text: &str) -> String {
    const LONGEST: usize = 400;
    let mut comment: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST)
        .collect();
    if comment.chars().count() == LONGEST {
        comment += " ...";
    }
    comment
}

/// A column's name in an expression; `None` if no expression can name it.
pub(super) fn reference(name: &str) -> Option<String> {
    if is_plain_name(name) {
        return Some(name.to_owned());
    }
    let quotable = !name.is_empty() && !name.contains(|c: char| c == '`' || c.is_control());
    quotable.then(|| format!("`{name}`"))
}

/// A text in an expression.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A round number by which to divide values that run up to `greatest`, if they are large.
pub(super) fn divisor(greatest: f64) -> Option<f64> {
    (greatest > 1000.0 && greatest.is_finite()).then(|| 10_f64.powf(greatest.log10().floor()))
}

/// Gives out names of parameters: plain, each once, none of them a column's.
pub(super) struct Namer {
    taken: HashSet<String>,
}

impl Namer {
    pub fn new(table: &Table) -> Self {
        Namer {
            taken: table
                .all_names
                .iter()
                .chain(table.columns.iter().map(|column| &column.name))
                .cloned()
                .collect(),
        }
    }

    /// A free name that begins with `prefix` and goes on with the parts, as far as they can stand in a name.
    pub fn name(&mut self, prefix: &str, parts: &[&str]) -> String {
        let mut name = prefix.to_owned();
        for part in parts {
            name.push('_');
            name += &plain(part);
        }
        let mut free = name.clone();
        let mut number = 2;
        while !self.taken.insert(free.clone()) {
            free = format!("{name}_{number}");
            number += 1;
        }
        free
    }
}

/// Small letters, digits and single underscores; `x` if nothing of the kind is in it.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() {
            plain.push(character);
        } else if !plain.ends_with('_') && !plain.is_empty() {
            plain.push('_');
        }
    }
    let plain = plain.trim_end_matches('_');
    if plain.is_empty() {
        "x".to_owned()
    } else {
        plain.to_owned()
    }
}
