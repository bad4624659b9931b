//! Meanings of names that two specifications share, without any data.

use std::collections::HashMap;

use logsum_data::Schema;
use logsum_expressions::{ColumnId, Expression, Graph, NodeId, ParameterId, Scope, Symbol, lower};

use crate::specification::Specification;

/// Columns by name, parameters by their terms: the same ones in every specification whose utilities are lowered here.
#[derive(Default)]
pub(crate) struct Symbols {
    pub graph: Graph,
    columns: HashMap<String, u32>,
    parameters: HashMap<String, u32>,
}

/// What names mean in one specification.
struct Meanings<'a> {
    columns: &'a HashMap<String, u32>,
    known: HashMap<String, Symbol>,
    /// Columns that must be numbers; others may be texts.
    numbers: Vec<&'a str>,
}

impl Scope for Meanings<'_> {
    fn resolve(&self, name: &str) -> Option<Symbol> {
        if let Some(symbol) = self.known.get(name) {
            return Some(*symbol);
        }
        let id = ColumnId(*self.columns.get(name)?);
        let is_number = self.numbers.contains(&name);
        Some(if is_number {
            Symbol::Number(id)
        } else {
            Symbol::Text(id)
        })
    }

    fn names(&self) -> Vec<String> {
        self.known.keys().cloned().collect()
    }
}

impl Symbols {
    /// The parameter of a term.
    pub fn parameter(&mut self, term: &str) -> ParameterId {
        let next = self.parameters.len() as u32;
        ParameterId(*self.parameters.entry(term.to_owned()).or_insert(next))
    }

    /// The name of a column.
    pub fn column_name(&self, column: ColumnId) -> Option<&str> {
        let found = self.columns.iter().find(|(_, id)| **id == column.0);
        found.map(|(name, _)| name.as_str())
    }

    /// The utility of every alternative that is named, after what all have; parameters are constants where `value` gives
    /// one by their term. `None` where names alone do not tell what is meant.
    pub fn utilities(
        &mut self,
        specification: &Specification,
        schema: &Schema,
        value: &dyn Fn(&str) -> Option<f64>,
    ) -> Option<Utilities> {
        let specification = &*specification.scaled();
        let derived = || schema.derived.iter().map(|derived| &derived.expression);
        let expressions: Vec<&Expression> = derived().chain(specification.expressions()).collect();
        for name in expressions.iter().flat_map(|expression| expression.names()) {
            let next = self.columns.len() as u32;
            self.columns.entry(name.to_owned()).or_insert(next);
        }
        let mut known = HashMap::new();
        for symbol in specification.coefficients() {
            let declared = specification.parameters.iter().find(|known| known.symbol == symbol);
            let term = declared.map_or(&symbol, |declared| &declared.parameter.name).clone();
            let meaning = match value(&term) {
                Some(value) => Symbol::Node(self.graph.constant(value)),
                None => Symbol::Parameter(self.parameter(&term)),
            };
            known.insert(symbol, meaning);
        }
        let mut meanings = Meanings {
            columns: &self.columns,
            known,
            numbers: expressions
                .iter()
                .flat_map(|expression| expression.number_names())
                .collect(),
        };
        for derived in &schema.derived {
            let node = lower(&derived.expression, &meanings, &mut self.graph).ok()?;
            meanings.known.insert(derived.name.clone(), Symbol::Node(node));
        }
        let mut of = |expression| lower(expression, &meanings, &mut self.graph).ok();
        let all = match &specification.all {
            Some(expression) => Some(of(expression)?),
            None => None,
        };
        let own: Option<Vec<(String, NodeId)>> = specification
            .own
            .iter()
            .map(|(name, expression)| Some((name.clone(), of(expression)?)))
            .collect();
        let all = all.unwrap_or_else(|| self.graph.constant(0.0));
        let own = own?
            .into_iter()
            .map(|(name, node)| (name, self.graph.add(all, node)))
            .collect();
        Some(Utilities { all, own })
    }
}

/// Utilities as nodes of a graph.
pub(crate) struct Utilities {
    /// Of alternatives that are not named.
    pub all: NodeId,
    /// Of those that are.
    pub own: Vec<(String, NodeId)>,
}

impl Utilities {
    /// Of the alternative of that name.
    pub fn of(&self, name: &str) -> NodeId {
        let own = self.own.iter().find(|(known, _)| known == name);
        own.map_or(self.all, |(_, node)| *node)
    }

    /// All of them.
    pub fn each(&self) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::once(self.all).chain(self.own.iter().map(|(_, node)| *node))
    }
}
