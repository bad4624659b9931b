//! What a column is to the utilities of a model.

use logsum_data::{ChoiceData, Schema, Values};

use crate::mixing::Mixing;
use crate::specification::Specification;

/// What a column is to the utilities of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeUse {
    /// Utilities depend on it.
    Used,
    /// They do not; these columns they depend on.
    Unused(Vec<String>),
}

/// Why nothing can be said of a change of a column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum AttributeProblem {
    #[error("elasticities: \"{name}\" is a derived column; name a column that it is made of: {columns}")]
    Derived { name: String, columns: String },
    #[error("elasticities: column \"{name}\" holds texts, which have no percentages")]
    Text { name: String },
}

/// Whether utilities depend on a column of the data, through derived columns or directly.
///
/// # Errors
/// A derived column, and one of texts: neither can change by a percentage.
pub fn attribute_use(
    specification: &Specification,
    data: &ChoiceData,
    attribute: &str,
) -> Result<AttributeUse, AttributeProblem> {
    let schema = data.schema();
    if let Some(derived) = schema.derived.iter().find(|derived| derived.name == attribute) {
        let made_of = raw(schema, derived.expression.names());
        return Err(AttributeProblem::Derived {
            name: attribute.to_owned(),
            columns: logsum_data::name_list(made_of.iter().map(String::as_str)),
        });
    }
    let used = raw(schema, specification.column_names());
    if !used.iter().any(|name| name == attribute) {
        return Ok(AttributeUse::Unused(used));
    }
    let column = data.columns().iter().find(|column| column.name == attribute);
    match column.map(|column| &column.values) {
        Some(Values::Text(_)) => Err(AttributeProblem::Text {
            name: attribute.to_owned(),
        }),
        Some(Values::Number(_)) => Ok(AttributeUse::Used),
        None => Ok(AttributeUse::Unused(used)),
    }
}

/// Positions of the alternatives whose utility has terms of its own that depend on a column, if no other terms do: of a
/// column of wide data that describes one alternative, that one. `None` where terms of all alternatives, or distributions
/// of tastes, depend on it.
pub fn users(specification: &Specification, data: &ChoiceData, attribute: &str) -> Option<Vec<usize>> {
    let schema = data.schema();
    let depends = |names: Vec<&str>| raw(schema, names).iter().any(|name| name == attribute);
    let own: Vec<&String> = specification
        .own
        .iter()
        .filter(|(_, expression)| depends(expression.names()))
        .map(|(name, _)| name)
        .collect();
    let tastes = specification.mixing.iter().flat_map(Mixing::expressions);
    let elsewhere = specification.all.iter().chain(tastes.map(|(_, expression)| expression));
    if elsewhere.into_iter().any(|expression| depends(expression.names())) {
        return None;
    }
    let names = &data.alternatives().names;
    Some(
        own.iter()
            .filter_map(|own| names.iter().position(|name| name == *own))
            .collect(),
    )
}

/// Columns of the file on which utilities, tastes or availability depend, through derived columns or directly.
pub fn columns_used(specification: &Specification, schema: &Schema) -> Vec<String> {
    let available = schema
        .alternatives
        .iter()
        .filter_map(|alternative| alternative.available.as_ref());
    let names = specification.column_names().into_iter();
    raw(
        schema,
        names.chain(available.flat_map(|available| available.names())).collect(),
    )
}

/// The columns behind names, derived ones resolved.
fn raw(schema: &Schema, names: Vec<&str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut waiting: Vec<&str> = names.into_iter().rev().collect();
    while let Some(name) = waiting.pop() {
        match schema.derived.iter().find(|derived| derived.name == name) {
            Some(derived) => waiting.extend(derived.expression.names().into_iter().rev()),
            None if found.iter().any(|known| known == name) => {}
            None => found.push(name.to_owned()),
        }
    }
    found
}
