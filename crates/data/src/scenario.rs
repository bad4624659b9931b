//! Scenarios: the same situations with other values in columns of their table, or without an alternative.

use std::collections::HashSet;

use logsum_expressions::{Expression, Kind};

use crate::choice_data::{ChoiceData, Outcome, Uses};
use crate::error::{DataError, name_list, near_miss};
use crate::schema::{Derived, Layout, Schema};
use crate::table::{Column, Table, Values};

/// A column of a table and what its cells become: `COLUMN = expression`, in the expression language, of columns alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The column.
    pub column: String,
    /// Its new cells.
    pub expression: Expression,
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum ScenarioError {
    #[error("scenario \"{text}\": write COLUMN = expression, such as \"price = 0.8 * price\"")]
    NoAssignment { text: String },
    #[error("scenario \"{text}\": {message}\n{caret}")]
    Syntax {
        text: String,
        message: String,
        caret: String,
    },
    #[error("scenario: no column \"{column}\" in {file}{}", did_you_mean(suggestion))]
    NoColumn {
        file: String,
        column: String,
        suggestion: Option<String>,
    },
    #[error(
        "scenario: \"{column}\" is a derived column, which follows from others; change what it is made of: {made_of}"
    )]
    Derived { column: String, made_of: String },
    #[error("scenario: column \"{column}\" says what the rows are ({role}), and cannot change")]
    Identifier { column: String, role: &'static str },
    #[error("scenario: column \"{column}\" holds texts, and expressions give numbers")]
    Text { column: String },
    #[error("scenario: new \"{column}\" has no value in {n} rows that had one, the first of them row {row}")]
    NoValue { column: String, n: usize, row: usize },
    #[error("scenario: {first}{}", and_more(*.more))]
    Lost { first: String, more: usize },
    #[error("scenario: no alternative \"{name}\"{}; there are {known}", did_you_mean(suggestion))]
    NoAlternative {
        name: String,
        suggestion: Option<String>,
        known: String,
    },
    #[error("scenario: without \"{name}\", {n} of {all} cases have no alternative left")]
    NothingLeft { name: String, n: usize, all: usize },
    #[error("scenario: {0}")]
    Data(#[from] DataError),
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    let near = suggestion.as_ref();
    near.map_or(String::new(), |near| format!("; did you mean \"{near}\"?"))
}

fn and_more(n: usize) -> String {
    match n {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    }
}

impl Change {
    /// Parses `COLUMN = expression`.
    ///
    /// # Errors
    /// What is no assignment to a column, or no expression.
    pub fn parse(text: &str) -> Result<Change, ScenarioError> {
        let none = || ScenarioError::NoAssignment { text: text.to_owned() };
        let at = assignment(text).ok_or_else(none)?;
        let target = Expression::parse(text[..at].trim()).map_err(|_| none())?;
        let Kind::Name(column) = &target.ast().kind else {
            return Err(none());
        };
        let expression = Expression::parse(text[at + 1..].trim()).map_err(|error| ScenarioError::Syntax {
            text: text.to_owned(),
            message: error.to_string(),
            caret: error.caret(),
        })?;
        Ok(Change {
            column: column.clone(),
            expression,
        })
    }
}

/// Where the sign of assignment stands: an equals sign that is part of no comparison and stands outside quotes.
fn assignment(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote = None;
    for (at, &byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'`' | b'\'') => quote = Some(byte),
            (None, b'=') => {
                let before = at > 0 && matches!(bytes[at - 1], b'=' | b'<' | b'>' | b'!');
                let after = bytes.get(at + 1) == Some(&b'=');
                return (!before && !after).then_some(at);
            }
            (None, _) => {}
        }
    }
    None
}

impl Table {
    /// The same table after `changes`, made one after the other: each sees what those before it did, and the columns that
    /// `schema` derives.
    ///
    /// # Errors
    /// Columns that are not there, are derived, hold texts or say what the rows are, and expressions that have no meaning.
    pub fn changed(&self, changes: &[Change], schema: &Schema) -> Result<Table, ScenarioError> {
        let mut table = self.clone();
        for Change { column, expression } in changes {
            if let Some(derived) = schema.derived.iter().find(|derived| derived.name == *column) {
                return Err(ScenarioError::Derived {
                    column: column.clone(),
                    made_of: name_list(derived.expression.names()),
                });
            }
            let named = schema.named_columns();
            if let Some(&(_, role)) = named.iter().find(|(name, _)| name == column) {
                return Err(ScenarioError::Identifier {
                    column: column.clone(),
                    role,
                });
            }
            let Some(position) = table.columns.iter().position(|known| known.name == *column) else {
                return Err(ScenarioError::NoColumn {
                    file: self.source.name.clone(),
                    column: column.clone(),
                    suggestion: near_miss(column, self.all_names.iter().map(String::as_str)),
                });
            };
            if matches!(table.columns[position].values, Values::Text(_)) {
                return Err(ScenarioError::Text { column: column.clone() });
            }
            // Derived columns of what is not there at all are of no use here.
            let derived = needed(&schema.derived, expression);
            let cells = table.evaluate_with(&derived, &format!("new \"{column}\""), expression)?;
            table.columns[position].values = Values::Number(cells.into());
        }
        Ok(table)
    }
}

/// The first column that lost values in rows of the cases (the last column says which these are).
fn no_value(table: &Table, changed: &Table, changes: &[Change]) -> Option<ScenarioError> {
    let kept = &changed.columns.last()?.values;
    changes.iter().find_map(|Change { column, .. }| {
        let (Values::Number(before), Values::Number(after), Values::Number(kept)) =
            (&table.column(column)?.values, &changed.column(column)?.values, kept)
        else {
            return None;
        };
        let lost = |&row: &usize| kept[row] == 1.0 && before[row].is_finite() && !after[row].is_finite();
        let first = (0..table.n_rows).find(lost)?;
        Some(ScenarioError::NoValue {
            column: column.clone(),
            n: (0..table.n_rows).filter(lost).count(),
            row: table.row_number(first),
        })
    })
}

/// The derived columns behind an expression, in order.
fn needed(derived: &[Derived], expression: &Expression) -> Vec<Derived> {
    let mut used: HashSet<&str> = expression.names().into_iter().collect();
    let mut kept: Vec<Derived> = Vec::new();
    for column in derived.iter().rev() {
        if used.contains(column.name.as_str()) {
            used.extend(column.expression.names());
            kept.push(column.clone());
        }
    }
    kept.reverse();
    kept
}

impl ChoiceData {
    /// These situations with the cells of `table` after `changes`; `table` is what these data were read from, all rows of
    /// it. Derived columns and availability follow from what is changed. Which cases there are and what they weigh does
    /// not: the filter has spoken. Outcomes are not known.
    ///
    /// # Errors
    /// As [`Table::changed`], and cells that leave a case without a value or without an alternative.
    pub fn under(&self, table: &Table, changes: &[Change], uses: &Uses<'_>) -> Result<ChoiceData, ScenarioError> {
        let mut changed = table.changed(changes, &self.schema)?;
        let kept = self.rows_of_cases(table)?;
        let mut name = "rows of the cases".to_owned();
        while table.all_names.contains(&name) {
            name.push(' ');
        }
        changed.columns.push(Column {
            name: name.clone(),
            values: Values::Number(kept.into()),
        });
        let schema = Schema {
            filter: Some(Expression::parse(&format!("`{name}`")).expect("a quoted name is an expression")),
            weight: None,
            ranking: None,
            ..self.schema.clone()
        };
        let lost = no_value(table, &changed, changes);
        let lost = || lost.clone();
        let mut data = ChoiceData::situations(changed, &schema, uses).map_err(|error| {
            let problems = error.each();
            lost().unwrap_or_else(|| ScenarioError::Lost {
                first: problems[0].to_string(),
                more: problems.len() - 1,
            })
        })?;
        if data.case_keys() != self.case_keys() {
            let n = self.n_cases().saturating_sub(data.n_cases());
            return Err(lost().unwrap_or_else(|| ScenarioError::Lost {
                first: format!("{n} cases lose cells that they need"),
                more: 0,
            }));
        }
        data.columns.pop();
        data.schema = Schema {
            ranking: None,
            ..self.schema.clone()
        };
        data.weights.clone_from(&self.weights);
        data.rows_read = self.rows_read;
        Ok(data)
    }

    /// Of every row of the table that these data were read from, 1 if it belongs to one of the cases, whether or not its
    /// alternative is available; else 0.
    fn rows_of_cases(&self, table: &Table) -> Result<Vec<f64>, DataError> {
        let mut kept = vec![0.0; table.n_rows];
        let Layout::Long { case, .. } = &self.schema.layout else {
            self.row.iter().for_each(|&row| kept[row as usize] = 1.0);
            return Ok(kept);
        };
        let column = table.column(case).expect("the data were read with it");
        let cases: HashSet<Option<u64>> = self
            .row
            .iter()
            .map(|&row| column.values.identity(row as usize))
            .collect();
        let filter = match &self.schema.filter {
            Some(filter) => table.evaluate_with(&needed(&self.schema.derived, filter), "filter", filter)?,
            None => vec![1.0; table.n_rows],
        };
        for (row, kept) in kept.iter_mut().enumerate() {
            let inside = filter[row] != 0.0 && !filter[row].is_nan();
            *kept = f64::from(u8::from(inside && cases.contains(&column.values.identity(row))));
        }
        Ok(kept)
    }

    /// These situations without an alternative, by its name; their outcomes are not known.
    ///
    /// # Errors
    /// A name that no alternative has, and cases that are left without any.
    pub fn without_alternative(&self, name: &str) -> Result<ChoiceData, ScenarioError> {
        let names = || self.alternatives.names.iter().map(String::as_str);
        let Some(position) = names().position(|known| known == name) else {
            return Err(ScenarioError::NoAlternative {
                name: name.to_owned(),
                suggestion: near_miss(name, names()),
                known: name_list(names()),
            });
        };
        let keep: Vec<bool> = self.alternative.iter().map(|&of| of as usize != position).collect();
        let all = self.n_cases();
        let empty = (0..all)
            .filter(|&case| !self.pairs(case).any(|pair| keep[pair]))
            .count();
        if empty > 0 {
            return Err(ScenarioError::NothingLeft {
                name: name.to_owned(),
                n: empty,
                all,
            });
        }
        let situations = ChoiceData {
            outcome: Outcome::None,
            rankings: None,
            ..self.clone()
        };
        Ok(situations.restrict(&keep, None))
    }
}

#[cfg(test)]
mod tests;
