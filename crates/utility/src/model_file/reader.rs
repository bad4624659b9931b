//! Reading TOML with spans, so that all problems are reported together, each with its line.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;

use logsum_data::near_miss;
use logsum_expressions::{Expression, Span, position, snippet};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One problem of a model file.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
    /// The line with a caret under the place.
    pub snippet: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, line {}, column {}: {}\n{}",
            self.file, self.line, self.column, self.message, self.snippet
        )
    }
}

/// Collects problems of one text.
pub(super) struct Reader<'a> {
    pub text: &'a str,
    pub file: &'a str,
    problems: RefCell<Vec<Problem>>,
    /// Where the text is not even TOML: nothing else is said of such a place.
    broken: RefCell<Vec<usize>>,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, file: &'a str) -> Self {
        Reader {
            text,
            file,
            problems: RefCell::default(),
            broken: RefCell::default(),
        }
    }

    /// Notes that the text is not TOML at a range of bytes.
    pub fn broken(&self, range: Range<usize>, message: impl Into<String>) {
        let start = range.start;
        self.problem(range, message);
        self.broken.borrow_mut().push(start);
    }

    /// Notes a problem at a range of bytes.
    pub fn problem(&self, range: Range<usize>, message: impl Into<String>) {
        // Of a broken text a place may lie within a character.
        let range = self.text.floor_char_boundary(range.start)..self.text.floor_char_boundary(range.end);
        if self.broken.borrow().contains(&range.start) {
            return;
        }
        // Of a value over several lines the first is shown.
        let first_line = self.text[range.clone()]
            .find('\n')
            .map_or(range.end, |length| range.start + length);
        let (line, column) = position(self.text, range.start);
        self.problems.borrow_mut().push(Problem {
            file: self.file.to_owned(),
            line,
            column,
            message: message.into(),
            snippet: snippet(self.text, Span::new(range.start, first_line)),
        });
    }

    /// The problems by their place in the file.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems
    }

    pub fn text_of(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.problem(value.span(), format!("{name} is a text in quotes, not {}", kind(value)));
        }
        text.map(str::to_owned)
    }

    pub fn bool_of(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.problem(value.span(), format!("{name} is true or false, not {}", kind(value)));
        }
        flag
    }

    pub fn number_of(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<f64> {
        let number = number(value);
        if number.is_none() {
            self.problem(value.span(), format!("{name} is a number, not {}", kind(value)));
        }
        number
    }

    /// An expression: a text that parses, or a bare number.
    pub fn expression_of(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Expression> {
        if let Some(number) = number(value) {
            if number.is_finite() {
                return Some(Expression::number(number));
            }
            self.problem(
                value.span(),
                format!("{name} is an expression, and {number} is not a finite number"),
            );
            return None;
        }
        let Some(source) = value.get_ref().as_str().map(str::to_owned) else {
            self.problem(
                value.span(),
                format!("{name} is an expression in quotes, not {}", kind(value)),
            );
            return None;
        };
        match Expression::parse(&source) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.problem(
                    self.within(value, &source, error.span),
                    format!("{name}: {}", error.message),
                );
                None
            }
        }
    }

    /// Place in the file of a part of a text value: exact if the text stands there as it is, else the whole value.
    fn within(&self, value: &Spanned<DeValue<'_>>, source: &str, part: Span) -> Range<usize> {
        let range = value.span();
        match self.text[range.clone()].find(source) {
            Some(offset) if !source.is_empty() => {
                let start = range.start + offset;
                start + part.start..start + part.end
            }
            _ => range,
        }
    }
}

/// Key, its place, its value, and whether it was taken.
type Entry<'t> = (&'t str, Range<usize>, &'t Spanned<DeValue<'t>>, Cell<bool>);

/// A table whose keys are taken one by one; those left over are unknown.
pub(super) struct Section<'r, 'a, 't> {
    pub reader: &'r Reader<'a>,
    pub name: String,
    pub span: Range<usize>,
    entries: Vec<Entry<'t>>,
    known: RefCell<Vec<&'static str>>,
    /// Keys that must be there and are not, with what to say of each.
    missing: RefCell<Vec<(&'static str, String)>>,
}

impl<'r, 'a, 't> Section<'r, 'a, 't> {
    pub fn new(reader: &'r Reader<'a>, name: impl Into<String>, span: Range<usize>, table: &'t DeTable<'t>) -> Self {
        let entry = |(key, value): (&'t Spanned<_>, &'t Spanned<DeValue<'t>>)| {
            let name: &'t std::borrow::Cow<'t, str> = key.get_ref();
            (&**name, key.span(), value, Cell::new(false))
        };
        Section {
            reader,
            name: name.into(),
            span,
            entries: table.iter().map(entry).collect(),
            known: RefCell::default(),
            missing: RefCell::default(),
        }
    }

    /// The value of a key that is known.
    pub fn take(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.borrow_mut().push(key);
        let (_, _, value, taken) = self.entries.iter().find(|(name, ..)| *name == key)?;
        taken.set(true);
        Some(value)
    }

    /// The value of a key that must be there; [`Section::finish`] reports it if it is not.
    pub fn require(&self, key: &'static str, example: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        let value = self.take(key);
        if value.is_none() {
            self.missing(key, format!("{} needs \"{key}\", such as {example}", self.name));
        }
        value
    }

    /// Notes that a key must be there and is not.
    pub fn missing(&self, key: &'static str, message: impl Into<String>) {
        self.missing.borrow_mut().push((key, message.into()));
    }

    pub fn text(&self, key: &'static str) -> Option<String> {
        self.reader.text_of(key, self.take(key)?)
    }

    pub fn bool(&self, key: &'static str) -> Option<bool> {
        self.reader.bool_of(key, self.take(key)?)
    }

    pub fn number(&self, key: &'static str) -> Option<f64> {
        self.reader.number_of(key, self.take(key)?)
    }

    pub fn expression(&self, key: &'static str) -> Option<Expression> {
        self.reader.expression_of(key, self.take(key)?)
    }

    /// A whole number from `least`; `Some(None)` where it is not given.
    pub fn whole(&self, key: &'static str, least: u64) -> Option<Option<u64>> {
        let Some(value) = self.take(key) else {
            return Some(None);
        };
        let found = count(value).filter(|number| *number >= least);
        if found.is_none() {
            let message = format!("{key} is a whole number from {least}");
            self.reader.problem(value.span(), message);
        }
        found.map(Some)
    }

    /// The table under a key.
    pub fn section(&self, key: &'static str) -> Option<Section<'r, 'a, 't>> {
        let value = self.take(key)?;
        let at = self
            .entries
            .iter()
            .find(|(name, ..)| *name == key)
            .map_or(self.span.clone(), |(_, span, ..)| span.clone());
        match value.get_ref() {
            DeValue::Table(table) => Some(Section::new(self.reader, format!("[{key}]"), at, table)),
            _ => {
                self.reader
                    .problem(value.span(), format!("[{key}] is a table, not {}", kind(value)));
                None
            }
        }
    }

    /// The keys.
    pub fn names(&self) -> impl Iterator<Item = &'t str> + '_ {
        self.entries.iter().map(|(name, ..)| *name)
    }

    /// All entries, for tables whose keys are the user's.
    pub fn entries(&self) -> impl Iterator<Item = (&'t str, Range<usize>, &'t Spanned<DeValue<'t>>)> {
        self.entries.iter().map(|(name, span, value, taken)| {
            taken.set(true);
            (*name, span.clone(), *value)
        })
    }

    /// Reports the keys that nobody took, for which `explain` may know better than "unknown", and those that are
    /// missing, unless one that nobody took is a slip for it.
    pub fn finish(self, explain: impl Fn(&str) -> Option<String>) {
        let mut slips = Vec::new();
        for (name, span, ..) in self.entries.iter().filter(|(.., taken)| !taken.get()) {
            let message = explain(name).unwrap_or_else(|| {
                let suggestion = near_miss(name, self.known.borrow().iter().copied());
                let hint = suggestion
                    .as_ref()
                    .map_or(String::new(), |known| format!("; did you mean \"{known}\"?"));
                slips.extend(suggestion);
                format!("{} has no key \"{name}\"{hint}", self.name)
            });
            self.reader.problem(span.clone(), message);
        }
        for (key, message) in self.missing.take() {
            if !slips.iter().any(|slip| slip == key) {
                self.reader.problem(self.span.clone(), message);
            }
        }
    }

    /// Reports nothing: the table is not all there.
    pub fn abandon(self) {}
}

/// The number that a value is.
pub(super) fn number(value: &Spanned<DeValue<'_>>) -> Option<f64> {
    match value.get_ref() {
        DeValue::Integer(integer) => {
            let digits = integer.as_str().replace('_', "");
            i128::from_str_radix(&digits, integer.radix())
                .ok()
                .map(|integer| integer as f64)
        }
        DeValue::Float(float) => float.as_str().replace('_', "").parse().ok(),
        _ => None,
    }
}

/// A whole number that a float holds exactly.
pub(super) fn count(value: &Spanned<DeValue<'_>>) -> Option<u64> {
    number(value)
        .filter(|number| number.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(number))
        .map(|number| number as u64)
}

/// What a value is, for messages.
pub(super) fn kind(value: &Spanned<DeValue<'_>>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
