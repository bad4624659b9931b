//! The first pass: which alternatives there are, where only the rows can tell.

use std::collections::HashSet;

use super::seen::identifier;
use crate::alternatives::{Codes, Decoder};
use crate::build::{context, filter, is_labelled};
use crate::choice_data::Uses;
use crate::draft::{Asked, Context, Extent, RowState};
use crate::error::DataError;
use crate::schema::{Derived, Layout, Missing, Schema};
use crate::table::{Column, Table, Values};

/// What a first pass reads and has found.
#[derive(Debug)]
pub(crate) struct FirstPass {
    /// What matters of the schema.
    schema: Schema,
    asked: Asked,
    codes: Codes,
    /// The case of the last row, and how many rows of it there were, where rows are counted.
    last: Option<u64>,
    rows: f64,
}

impl FirstPass {
    /// None if it is known without which alternatives there are, or where they have no meaning of their own.
    pub fn new(schema: &Schema, uses: &Uses<'_>, asked: Asked) -> Option<Self> {
        let listed = matches!(schema.layout, Layout::Wide { .. }) || !schema.alternatives.is_empty();
        if listed || !is_labelled(schema, uses) {
            return None;
        }
        Some(FirstPass {
            schema: Schema {
                decision_maker: None,
                weight: None,
                derived: needed(schema),
                ..schema.clone()
            },
            // Where missing cells are dropped, rows are also dropped for their choice.
            asked: match schema.missing {
                Missing::Error => Asked::Situations,
                Missing::DropCase | Missing::DropAlternative => asked,
            },
            codes: Codes::default(),
            last: None,
            rows: 0.0,
        })
    }

    /// The columns that it reads.
    pub fn columns(&self) -> Vec<String> {
        let named = self.schema.named_columns().into_iter();
        let named = named.filter(|(_, role)| self.asked == Asked::Choices || *role != crate::schema::CHOICE);
        let derived: HashSet<&str> = self
            .schema
            .derived
            .iter()
            .map(|derived| derived.name.as_str())
            .collect();
        let expressions = self
            .schema
            .derived
            .iter()
            .map(|derived| &derived.expression)
            .chain(&self.schema.filter);
        let used = expressions.flat_map(|expression| expression.names());
        let mut columns: Vec<String> = Vec::new();
        for column in named
            .map(|(column, _)| column)
            .chain(used.filter(|name| !derived.contains(name)))
        {
            if columns.iter().all(|known| known != column) {
                columns.push(column.to_owned());
            }
        }
        columns
    }

    /// The codes found.
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// Adds the codes of the rows of a table that the filter keeps.
    pub fn add(&mut self, table: &Table) -> Result<(), DataError> {
        let schema = self.schema.clone();
        let mut context = context(table, &schema, &Uses::default(), self.asked, Extent::Part(None))?;
        let mut states = filter(&mut context);
        let Layout::Long {
            case,
            alternative,
            choice,
            ..
        } = &schema.layout
        else {
            unreachable!("only long data have a first pass")
        };
        // What has no rank is no less there.
        if self.asked == Asked::Choices
            && schema.ranking.is_none()
            && let Values::Number(cells) = &column(&context, choice).values
        {
            for (state, _) in states.iter_mut().zip(cells.iter()).filter(|(_, cell)| cell.is_nan()) {
                *state = RowState::Missing;
            }
        }
        let cases = &column(&context, case).values;
        for row in (0..table.n_rows).filter(|&row| cases.identity(row).is_none()) {
            states[row] = RowState::Faulty;
        }
        let counted;
        let codes = match alternative {
            Some(name) => column(&context, name),
            None => {
                counted = self.count(cases, table.n_rows);
                &counted
            }
        };
        let (_, written) = Decoder::occurring(codes, table.n_rows, |row| states[row] == RowState::Kept);
        self.codes.add(&written, matches!(codes.values, Values::Text(_)));
        Ok(())
    }

    /// Counts the rows of each case, which may have begun in the part before.
    fn count(&mut self, cases: &Values, n_rows: usize) -> Column {
        let mut counted = Vec::with_capacity(n_rows);
        for row in 0..n_rows {
            let same = match row {
                0 => identifier(cases, row) == self.last,
                _ => cases.identity(row) == cases.identity(row - 1),
            };
            self.rows = if same { self.rows + 1.0 } else { 1.0 };
            counted.push(self.rows);
        }
        if n_rows > 0 {
            self.last = identifier(cases, n_rows - 1);
        }
        Column {
            name: "row within the case".to_owned(),
            values: Values::Number(counted.into()),
        }
    }
}

fn column<'a>(context: &Context<'a>, name: &str) -> &'a Column {
    context.table.column(name).expect("named columns were looked up before")
}

/// The derived columns that the filter uses, and those that they use.
fn needed(schema: &Schema) -> Vec<Derived> {
    let mut wanted: HashSet<&str> = schema.filter.iter().flat_map(|filter| filter.names()).collect();
    let mut needed = Vec::new();
    for derived in schema.derived.iter().rev() {
        if wanted.contains(derived.name.as_str()) {
            wanted.extend(derived.expression.names());
            needed.push(derived.clone());
        }
    }
    needed.reverse();
    needed
}
