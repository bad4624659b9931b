//! Values that are not finite: who is to blame, and one message for all rows with the same problem.

use std::collections::HashSet;

use logsum_expressions::{Ast, BinaryOperator, Expression, Fault, FaultKind, Function, Kind};

use crate::draft::Probes;
use crate::error::{DataError, Place, Places};

/// What a value that is not finite turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing that the data are to blame for.
    Sound,
    /// A missing cell that the schema allows to drop.
    Missing,
    /// A problem of the data.
    Fault(Fault),
}

/// Whether the data are at fault: not where other values of the parameters may make all well.
///
/// The values tried (`probes`) are such that no parameter makes a product or a sum vanish: a denominator of 0 stems
/// from columns, unless an exponential or a power has underflowed.
pub(crate) fn of_data(fault: &Fault, probes: &Probes) -> bool {
    if matches!(fault.kind, FaultKind::Missing { .. } | FaultKind::Infinite { .. }) {
        return true;
    }
    let Ok(expression) = Expression::parse(&fault.source) else {
        return true;
    };
    let mut part: Option<&Ast> = None;
    expression.ast().visit(|ast| {
        if ast.span == fault.span {
            part.get_or_insert(ast);
        }
    });
    let Some(part) = part else { return true };
    let free = |ast: &Ast| {
        !mentions(
            ast,
            |kind| matches!(kind, Kind::Name(name) if probes.get(name).is_some()),
        )
    };
    let vanishes = |ast: &Ast| free(ast) || !mentions(ast, may_underflow);
    match (&fault.kind, &part.kind) {
        (FaultKind::DivisionByZero, Kind::Binary(BinaryOperator::Divide, _, denominator)) => vanishes(denominator),
        (FaultKind::LogOf(0.0), Kind::Call(Function::Log, arguments)) => arguments.iter().all(vanishes),
        // Negative numbers have no Box-Cox transform, whatever the exponent.
        (FaultKind::BoxCoxOf { x, .. }, Kind::Call(Function::BoxCox, arguments)) if *x < 0.0 => {
            arguments.first().is_some_and(free)
        }
        _ => free(part),
    }
}

fn may_underflow(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Binary(BinaryOperator::Power, ..) | Kind::Call(Function::Exp | Function::BoxCox, _)
    )
}

fn mentions(ast: &Ast, wanted: impl Fn(&Kind) -> bool) -> bool {
    let mut found = false;
    ast.visit(|ast| found |= wanted(&ast.kind));
    found
}

/// Problems of cells, gathered by kind and part of the expression: what several expressions share is told once.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    found: Vec<Found>,
}

#[derive(Debug)]
struct Found {
    fault: Fault,
    /// The expressions that it stops, in order.
    labels: Vec<String>,
    /// Rows already counted: in wide data all alternatives of a case stand in one row.
    rows: HashSet<usize>,
    places: Places,
}

impl Faults {
    /// Notes that `fault` stops the expression `label` in a row.
    pub fn add(&mut self, label: &str, fault: &Fault, row: usize, file: &str, place: impl FnOnce() -> Place) {
        // From the end, for the problems of one expression come in a row.
        let known = self.found.iter().rposition(|found| same(&found.fault, fault));
        let known = known.unwrap_or_else(|| {
            self.found.push(Found {
                fault: fault.clone(),
                labels: Vec::new(),
                rows: HashSet::new(),
                places: Places::new(file),
            });
            self.found.len() - 1
        });
        let found = &mut self.found[known];
        if found.labels.last().is_none_or(|last| last != label) {
            found.labels.push(label.to_owned());
        }
        if found.rows.insert(row) {
            found.places.add(place);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// One error per problem.
    pub fn into_errors(self) -> impl Iterator<Item = DataError> {
        self.found.into_iter().map(|found| {
            let label = match found.labels.as_slice() {
                [one] => format!("the {one}"),
                [one, other] => format!("the {one} and the {other}"),
                [one, others @ ..] => format!("the {one} and {} more expressions", others.len()),
                [] => unreachable!("labels are added with the fault"),
            };
            let places = found.places;
            match found.fault.kind {
                FaultKind::Missing { column } => DataError::MissingCell { places, label, column },
                _ => DataError::NotFinite {
                    places,
                    label,
                    fault: found.fault.to_string(),
                },
            }
        })
    }
}

/// Whether two faults are one problem to the user.
fn same(one: &Fault, other: &Fault) -> bool {
    match (&one.kind, &other.kind) {
        (FaultKind::Missing { column }, FaultKind::Missing { column: also }) => column == also,
        (FaultKind::Infinite { column, .. }, FaultKind::Infinite { column: also, .. }) => column == also,
        (kind, also) => {
            std::mem::discriminant(kind) == std::mem::discriminant(also)
                && one.span.text(&one.source) == other.span.text(&other.source)
        }
    }
}
