//! From names to columns and parameters: a syntax tree becomes nodes of a graph.

use std::collections::HashSet;

use crate::ast::{Ast, BinaryOperator, Comparison, Function, Kind, UnaryOperator};
use crate::expression::Expression;
use crate::graph::{ColumnId, Graph, NodeId, ParameterId};
use crate::span::{Span, quote};
use crate::suggest::suggest;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A number column.
    Number(ColumnId),
    /// A text column.
    Text(ColumnId),
    /// A derived column, already lowered into the same graph.
    Node(NodeId),
    /// A parameter.
    Parameter(ParameterId),
}

/// The names that an expression may use.
pub trait Scope {
    /// What the name stands for.
    fn resolve(&self, name: &str) -> Option<Symbol>;
    /// All names, for near-miss suggestions.
    fn names(&self) -> Vec<String>;
}

/// Something in a well-formed expression that does not mean anything in its scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LowerError {
    /// A name that the scope does not know.
    #[error("unknown name \"{}\"{}", quote(name), did_you_mean(.suggestion.as_deref()))]
    UnknownName {
        /// The name.
        name: String,
        /// Where.
        span: Span,
        /// The name that was probably meant.
        suggestion: Option<String>,
    },
    /// A text literal or column where a number is needed.
    #[error("{} is text, and a number is needed here", quote(text))]
    TextAsNumber {
        /// The text literal or column, as it is written.
        text: String,
        /// Where.
        span: Span,
    },
    /// A number compared with a text.
    #[error(
        "text compares with text only: {} is a number, and {} is text",
        quote(number),
        quote(text)
    )]
    NumberWithText {
        /// The number side, as it is written.
        number: String,
        /// The text side, as it is written.
        text: String,
        /// The whole comparison; of `in`, the member.
        span: Span,
    },
    /// A parameter where only columns decide.
    #[error(
        "parameter \"{}\" stands in {place}; comparisons and conditions take columns only",
        quote(name)
    )]
    ParameterInCondition {
        /// The parameter, or the derived column that holds one.
        name: String,
        /// In what it stands.
        place: Place,
        /// Where.
        span: Span,
    },
    /// An expression that is a text.
    #[error("the expression is the text {}, and a number is needed", quote(text))]
    TextResult {
        /// The text literal or column, as it is written.
        text: String,
        /// Where.
        span: Span,
    },
}

/// Where parameters may not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A side of a comparison.
    Comparison,
    /// Either side of `in`.
    Membership,
    /// An operand of `and`.
    And,
    /// An operand of `or`.
    Or,
    /// The operand of `not`.
    Not,
    /// The condition of `if`.
    Condition,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Place::Comparison => "a comparison",
            Place::Membership => "'in'",
            Place::And => "'and'",
            Place::Or => "'or'",
            Place::Not => "'not'",
            Place::Condition => "the condition of 'if'",
        })
    }
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean \"{}\"?", quote(name)))
}

impl LowerError {
    /// Where in the source.
    pub fn span(&self) -> Span {
        match self {
            LowerError::UnknownName { span, .. }
            | LowerError::TextAsNumber { span, .. }
            | LowerError::NumberWithText { span, .. }
            | LowerError::ParameterInCondition { span, .. }
            | LowerError::TextResult { span, .. } => *span,
        }
    }
}

/// Resolves the names of an expression and adds it to the graph.
///
/// # Errors
/// All of them, in source order; a mistake made twice is reported once.
pub fn lower(expression: &Expression, scope: &dyn Scope, graph: &mut Graph) -> Result<NodeId, Vec<LowerError>> {
    let mut lowering = Lowering {
        source: expression.source(),
        scope,
        graph,
        errors: Vec::new(),
        messages: HashSet::new(),
    };
    let node = match lowering.operand(expression.ast(), None) {
        Operand::Number(node) => node,
        Operand::Text(_) => {
            let span = expression.ast().span;
            let text = span.text(expression.source()).to_owned();
            lowering.report(LowerError::TextResult { text, span });
            lowering.placeholder()
        }
        Operand::Unknown => lowering.placeholder(),
    };
    let mut errors = lowering.errors;
    if errors.is_empty() {
        return Ok(node);
    }
    errors.sort_by_key(|error| error.span().start);
    Err(errors)
}

/// A side of a comparison.
#[derive(Clone, Copy)]
enum Operand<'e> {
    Number(NodeId),
    Text(TextOperand<'e>),
    /// Already reported.
    Unknown,
}

#[derive(Clone, Copy)]
enum TextOperand<'e> {
    Literal(&'e str),
    Column(ColumnId),
}

struct Lowering<'s> {
    source: &'s str,
    scope: &'s dyn Scope,
    graph: &'s mut Graph,
    errors: Vec<LowerError>,
    messages: HashSet<String>,
}

impl Lowering<'_> {
    fn report(&mut self, error: LowerError) {
        // The same message again says nothing new.
        if self.messages.insert(error.to_string()) {
            self.errors.push(error);
        }
    }

    /// Stands for what could not be lowered, once that has been reported.
    fn placeholder(&mut self) -> NodeId {
        self.graph.constant(1.0)
    }

    /// `place`: the innermost thing around the node in which no parameter may stand.
    fn operand<'e>(&mut self, ast: &'e Ast, place: Option<Place>) -> Operand<'e> {
        let name = match &ast.kind {
            Kind::Text(text) => return Operand::Text(TextOperand::Literal(text)),
            Kind::Name(name) => name,
            _ => return Operand::Number(self.number(ast, place)),
        };
        let (node, parameter) = match self.scope.resolve(name) {
            Some(Symbol::Text(column)) => return Operand::Text(TextOperand::Column(column)),
            Some(Symbol::Number(column)) => (self.graph.column(column), false),
            Some(Symbol::Node(node)) => (node, !self.graph.is_parameter_free(node)),
            Some(Symbol::Parameter(parameter)) => (self.graph.parameter(parameter), true),
            None => {
                let names = self.scope.names();
                let suggestion = suggest(name, names.iter().map(String::as_str));
                self.report(LowerError::UnknownName {
                    name: name.clone(),
                    span: ast.span,
                    suggestion: suggestion.map(str::to_owned),
                });
                return Operand::Unknown;
            }
        };
        if let (true, Some(place)) = (parameter, place) {
            self.report(LowerError::ParameterInCondition {
                name: name.clone(),
                place,
                span: ast.span,
            });
        }
        Operand::Number(node)
    }

    fn number(&mut self, ast: &Ast, place: Option<Place>) -> NodeId {
        // Down the left operands in a loop, for a sum may be long; then up again.
        let mut spine = Vec::new();
        let mut current = ast;
        let mut inner = place;
        while let Kind::Binary(operator, left, right) = &current.kind {
            match operator {
                BinaryOperator::Compare(_) => break,
                BinaryOperator::And => inner = Some(Place::And),
                BinaryOperator::Or => inner = Some(Place::Or),
                _ => {}
            }
            spine.push((*operator, right, inner));
            current = left;
        }
        let mut value = self.single(current, inner);
        while let Some((operator, right, inner)) = spine.pop() {
            let right = self.number(right, inner);
            let graph = &mut *self.graph;
            value = match operator {
                BinaryOperator::Add => graph.add(value, right),
                BinaryOperator::Subtract => graph.difference(value, right),
                BinaryOperator::Multiply => graph.product(value, right),
                BinaryOperator::Divide => graph.quotient(value, right),
                BinaryOperator::Power => graph.raised(value, right),
                BinaryOperator::Compare(comparison) => graph.compare(comparison, value, right),
                BinaryOperator::And => graph.and(value, right),
                BinaryOperator::Or => graph.or(value, right),
            };
        }
        value
    }

    /// A number that is no arithmetic or logical operation of two operands.
    fn single(&mut self, ast: &Ast, place: Option<Place>) -> NodeId {
        match &ast.kind {
            Kind::Number(value) => self.graph.constant(*value),
            Kind::Text(_) | Kind::Name(_) => match self.operand(ast, place) {
                Operand::Number(node) => node,
                Operand::Unknown => self.placeholder(),
                Operand::Text(_) => {
                    let text = ast.span.text(self.source).to_owned();
                    self.report(LowerError::TextAsNumber { text, span: ast.span });
                    self.placeholder()
                }
            },
            Kind::Unary(UnaryOperator::Negate, operand) => {
                let operand = self.number(operand, place);
                self.graph.negate(operand)
            }
            Kind::Unary(UnaryOperator::Not, operand) => {
                let operand = self.number(operand, Some(Place::Not));
                self.graph.not(operand)
            }
            Kind::Binary(BinaryOperator::Compare(comparison), left, right) => {
                let sides = (&**left, &**right);
                let place = Some(Place::Comparison);
                let values = (self.operand(left, place), self.operand(right, place));
                self.comparison(*comparison, sides, values, ast.span)
            }
            Kind::Binary(..) => self.number(ast, place),
            Kind::In(left, items) => {
                let place = Some(Place::Membership);
                let value = self.operand(left, place);
                let mut member = None;
                for item in items {
                    let values = (value, self.operand(item, place));
                    let equal = self.comparison(Comparison::Equal, (left, item), values, item.span);
                    member = Some(match member {
                        Some(before) => self.graph.or(before, equal),
                        None => equal,
                    });
                }
                member.expect("the list after 'in' is not empty")
            }
            Kind::Call(function, arguments) => self.call(*function, arguments, place),
        }
    }

    fn comparison(
        &mut self,
        comparison: Comparison,
        (left, right): (&Ast, &Ast),
        values: (Operand<'_>, Operand<'_>),
        span: Span,
    ) -> NodeId {
        let (number, text) = match values {
            (Operand::Number(a), Operand::Number(b)) => {
                return self.graph.compare(comparison, a, b);
            }
            (Operand::Text(a), Operand::Text(b)) => return self.text_comparison(comparison, a, b),
            (Operand::Number(_), Operand::Text(_)) => (left, right),
            (Operand::Text(_), Operand::Number(_)) => (right, left),
            (Operand::Unknown, _) | (_, Operand::Unknown) => return self.placeholder(),
        };
        self.report(LowerError::NumberWithText {
            number: number.span.text(self.source).to_owned(),
            text: text.span.text(self.source).to_owned(),
            span,
        });
        self.placeholder()
    }

    fn text_comparison(&mut self, comparison: Comparison, left: TextOperand<'_>, right: TextOperand<'_>) -> NodeId {
        use TextOperand::{Column, Literal};
        match (left, right) {
            (Literal(a), Literal(b)) => {
                let value = comparison.texts(Some(a), Some(b));
                self.graph.constant(value)
            }
            (Column(column), Literal(text)) => self.graph.text_compare(comparison, column, text),
            (Literal(text), Column(column)) => self.graph.text_compare(comparison.flipped(), column, text),
            (Column(a), Column(b)) => self.graph.text_compare_columns(comparison, a, b),
        }
    }

    fn call(&mut self, function: Function, arguments: &[Ast], place: Option<Place>) -> NodeId {
        let mut values = Vec::with_capacity(arguments.len());
        for (index, argument) in arguments.iter().enumerate() {
            let place = match (function, index) {
                (Function::If, 0) => Some(Place::Condition),
                _ => place,
            };
            values.push(self.number(argument, place));
        }
        let graph = &mut *self.graph;
        match (function, values.as_slice()) {
            (Function::Exp, &[a]) => graph.exp(a),
            (Function::Log, &[a]) => graph.log(a),
            (Function::Sqrt, &[a]) => graph.sqrt(a),
            (Function::Abs, &[a]) => graph.abs(a),
            (Function::If, &[condition, a, b]) => graph.if_else(condition, a, b),
            (Function::BoxCox, &[x, lambda]) => graph.boxcox(0, x, lambda),
            (Function::Min, &[first, ref others @ ..]) => others.iter().fold(first, |least, &b| graph.min(least, b)),
            (Function::Max, &[first, ref others @ ..]) => others.iter().fold(first, |most, &b| graph.max(most, b)),
            _ => unreachable!("the parser has counted the arguments"),
        }
    }
}

#[cfg(test)]
mod tests;
