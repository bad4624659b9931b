//! What a coefficient is multiplied by: a column, and in which unit.

use logsum_data::Schema;
use logsum_expressions::{Graph, Node, NodeId, With};

use crate::comparison::Symbols;
use crate::specification::Specification;

/// What the utilities multiply a coefficient by.
#[derive(Clone, Debug, PartialEq)]
pub enum Multiplicand {
    /// Nothing: a constant.
    One,
    /// Columns of the data, linearly and all in one unit: a unit of a column adds `factor` times the coefficient to
    /// utility, where it adds anything. `b * (TRAIN_CO * (GA == 0) / 100)` has the factor 0.01.
    Columns {
        /// The columns.
        names: Vec<String>,
        /// What a unit of them counts.
        factor: f64,
    },
    /// Something else: what is not linear in a column, or columns in different units.
    Other,
    /// Other parameters, with or without columns, as a willingness to pay that is itself a parameter multiplies the cost
    /// coefficient.
    Parameters,
}

/// What the coefficient of that name is multiplied by, derived columns resolved; `None` if utilities are not linear in it
/// or do not have it.
pub fn multiplicand(specification: &Specification, schema: &Schema, term: &str) -> Option<Multiplicand> {
    let mut symbols = Symbols::default();
    let utilities = symbols.utilities(specification, schema, &|_| None)?;
    let parameter = symbols.parameter(term);
    let mut slopes = Vec::new();
    for utility in utilities.each() {
        let slope = symbols.graph.derivative(utility, With::Parameter(parameter));
        if symbols.graph.parameters_of(slope).contains(&parameter) {
            return None;
        }
        if symbols.graph.as_constant(slope) != Some(0.0) {
            slopes.push(slope);
        }
    }
    if slopes.is_empty() {
        return None;
    }
    let mut found: Option<Multiplicand> = None;
    for slope in slopes {
        let this = of_slope(&mut symbols, slope);
        found = Some(match found {
            None => this,
            Some(known) => joined(known, this),
        });
    }
    found
}

/// What two alternatives have in common.
fn joined(one: Multiplicand, other: Multiplicand) -> Multiplicand {
    match (one, other) {
        (Multiplicand::One, Multiplicand::One) => Multiplicand::One,
        (
            Multiplicand::Columns { mut names, factor },
            Multiplicand::Columns {
                names: more,
                factor: another,
            },
        ) if factor == another => {
            names.extend(
                more.into_iter()
                    .filter(|name| !names.contains(name))
                    .collect::<Vec<_>>(),
            );
            Multiplicand::Columns { names, factor }
        }
        (Multiplicand::Parameters, _) | (_, Multiplicand::Parameters) => Multiplicand::Parameters,
        _ => Multiplicand::Other,
    }
}

fn of_slope(symbols: &mut Symbols, slope: NodeId) -> Multiplicand {
    if !symbols.graph.is_parameter_free(slope) {
        return Multiplicand::Parameters;
    }
    if indicator(&symbols.graph, slope) == Some(1.0) {
        return Multiplicand::One;
    }
    let mut found: Option<(Vec<String>, f64)> = None;
    for column in symbols.graph.columns_of(slope) {
        let derivative = symbols.graph.derivative(slope, With::Column(column));
        match indicator(&symbols.graph, derivative) {
            Some(0.0) => {}
            Some(factor) if found.as_ref().is_none_or(|(_, known)| *known == factor) => {
                let name = symbols.column_name(column).unwrap_or_default().to_owned();
                found.get_or_insert((Vec::new(), factor)).0.push(name);
            }
            _ => return Multiplicand::Other,
        }
    }
    match found {
        Some((names, factor)) => Multiplicand::Columns { names, factor },
        None => Multiplicand::Other,
    }
}

/// The constant c of a node that is c where conditions hold and 0 where they do not; `None` if it is anything else.
fn indicator(graph: &Graph, node: NodeId) -> Option<f64> {
    match graph.node(node) {
        Node::Constant(value) => Some(value.value()),
        Node::Compare(..)
        | Node::TextCompare { .. }
        | Node::TextCompareColumns { .. }
        | Node::And(..)
        | Node::Or(..)
        | Node::Not(_) => Some(1.0),
        Node::Negate(a) => indicator(graph, a).map(|a| -a),
        Node::Multiply(a, b) => Some(indicator(graph, a)? * indicator(graph, b)?),
        Node::Divide(a, b) => Some(indicator(graph, a)? / graph.as_constant(b)?),
        Node::If(_, a, b) => match (indicator(graph, a)?, indicator(graph, b)?) {
            (a, b) if a == b || b == 0.0 => Some(a),
            (0.0, b) => Some(b),
            _ => None,
        },
        _ => None,
    }
}
