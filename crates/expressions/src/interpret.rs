//! The value of an expression in one row, or the reason why it has none.
//!
//! The twin of [`Program`](crate::Program) for error messages: the same values, but it walks the
//! syntax tree, so that it can say which part of the source is at fault. Lazy: a branch not taken
//! and an operand that no longer matters are not evaluated, and cannot be at fault.

use crate::ast::{Ast, BinaryOperator, Comparison, Function, Kind, UnaryOperator};
use crate::expression::Expression;
use crate::operation::Operation;
use crate::span::{Span, quote, show_number};

/// The value of a name in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A number; NaN if missing.
    Number(f64),
    /// A text; none if missing.
    Text(Option<&'a str>),
}

/// A row of data, parameters included.
pub trait Row {
    /// The value of a column or parameter.
    ///
    /// # Errors
    /// That of a derived column comes with its own source.
    fn value(&self, name: &str) -> Result<Value<'_>, Fault>;
}

/// Why an expression has no finite value in a row.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", describe(kind, quote(span.text(r#source))))]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Which part of the source it is.
    pub span: Span,
    /// The whole expression.
    pub r#source: String,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FaultKind {
    /// A missing cell.
    Missing {
        /// Of this column.
        column: String,
    },
    /// An infinite cell.
    Infinite {
        /// Of this column.
        column: String,
        /// Its value.
        value: f64,
    },
    /// A division by zero.
    DivisionByZero,
    /// The logarithm of a number that is not positive.
    LogOf(f64),
    /// The square root of a negative number.
    SqrtOf(f64),
    /// A power that is not defined.
    PowerOf {
        /// Of this,
        base: f64,
        /// with this exponent.
        exponent: f64,
    },
    /// A Box-Cox transform that is not defined.
    BoxCoxOf {
        /// Of this,
        x: f64,
        /// with this λ.
        lambda: f64,
    },
    /// A number beyond 1.8e308.
    Overflow,
    /// A text where a number is needed, or compared with one.
    TextAsNumber,
}

fn describe(kind: &FaultKind, part: String) -> String {
    let show = |value: &f64| show_number(*value);
    match kind {
        FaultKind::Missing { column } => format!("column \"{}\" is missing", quote(column)),
        FaultKind::Infinite { column, value } => {
            format!("column \"{}\" is {}", quote(column), show(value))
        }
        FaultKind::DivisionByZero => format!("division by zero in \"{part}\""),
        FaultKind::LogOf(x) => format!("logarithm of {} in \"{part}\"", show(x)),
        FaultKind::SqrtOf(x) => format!("square root of {} in \"{part}\"", show(x)),
        FaultKind::PowerOf { base, exponent } => {
            let (base, exponent) = (show(base), show(exponent));
            format!("{base} to the power {exponent} in \"{part}\"")
        }
        FaultKind::BoxCoxOf { x, lambda } => {
            let (x, lambda) = (show(x), show(lambda));
            format!("Box-Cox transform of {x} with lambda {lambda} in \"{part}\"")
        }
        FaultKind::Overflow => format!("overflow in \"{part}\""),
        FaultKind::TextAsNumber => format!("text where a number is needed in \"{part}\""),
    }
}

/// The value of an expression in a row.
///
/// # Errors
/// Why the value is not finite: the leftmost of the causes, innermost first. An overflow that
/// leads to a finite value, as in 1/exp(1000), is none.
pub fn interpret(expression: &Expression, row: &dyn Row) -> Result<f64, Fault> {
    let interpreter = Interpreter {
        source: expression.source(),
        row,
    };
    let result = interpreter.number(expression.ast());
    match result.fault {
        Some(fault) => Err(*fault),
        None => Ok(result.value),
    }
}

/// A value, and the fault if and only if it is not finite.
struct Evaluated {
    value: f64,
    fault: Option<Box<Fault>>,
}

impl Evaluated {
    fn finite(value: f64) -> Self {
        Self { value, fault: None }
    }
}

enum Operand<'r> {
    Number(Evaluated),
    Text(Result<&'r str, Box<Fault>>),
}

struct Interpreter<'s> {
    source: &'s str,
    row: &'s dyn Row,
}

impl Interpreter<'_> {
    fn fault(&self, kind: FaultKind, span: Span) -> Box<Fault> {
        Box::new(Fault {
            kind,
            span,
            source: self.source.to_owned(),
        })
    }

    fn failed(&self, value: f64, kind: FaultKind, span: Span) -> Evaluated {
        Evaluated {
            value,
            fault: Some(self.fault(kind, span)),
        }
    }

    fn number(&self, ast: &Ast) -> Evaluated {
        // Down the left operands in a loop, for a sum may be long; then up again.
        let mut spine = Vec::new();
        let mut current = ast;
        while let Kind::Binary(operator, left, right) = &current.kind {
            if matches!(operator, BinaryOperator::Compare(_)) {
                break;
            }
            spine.push((*operator, right, current.span));
            current = left;
        }
        let mut value = self.single(current);
        while let Some((operator, right, span)) = spine.pop() {
            let operation = match operator {
                BinaryOperator::Add => Operation::Add,
                BinaryOperator::Subtract => Operation::Subtract,
                BinaryOperator::Multiply => Operation::Multiply,
                BinaryOperator::Divide => Operation::Divide,
                BinaryOperator::Power => Operation::Power,
                BinaryOperator::Compare(comparison) => Operation::Compare(comparison),
                BinaryOperator::And => Operation::And,
                BinaryOperator::Or => Operation::Or,
            };
            let decided = match operation {
                Operation::And => value.value == 0.0,
                Operation::Or => value.value != 0.0 && !value.value.is_nan(),
                _ => false,
            };
            value = if decided {
                Evaluated::finite(f64::from(u8::from(operation == Operation::Or)))
            } else {
                self.apply(operation, [value, self.number(right)], span)
            };
        }
        value
    }

    fn single(&self, ast: &Ast) -> Evaluated {
        let span = ast.span;
        match &ast.kind {
            Kind::Number(value) if value.is_finite() => Evaluated::finite(*value),
            Kind::Number(value) => self.failed(*value, FaultKind::Overflow, span),
            Kind::Text(_) | Kind::Name(_) => match self.operand(ast) {
                Operand::Number(value) => value,
                Operand::Text(_) => self.failed(f64::NAN, FaultKind::TextAsNumber, span),
            },
            Kind::Unary(operator, operand) => {
                let operation = match operator {
                    UnaryOperator::Negate => Operation::Negate,
                    UnaryOperator::Not => Operation::Not,
                };
                self.apply(operation, [self.number(operand)], span)
            }
            Kind::Binary(BinaryOperator::Compare(comparison), left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                self.compare(*comparison, &left, right, span)
            }
            Kind::Binary(..) => self.number(ast),
            Kind::In(left, items) => {
                let left = self.operand(left);
                let mut result = Evaluated::finite(0.0);
                for item in items {
                    let item = self.operand(item);
                    let equal = self.compare(Comparison::Equal, &left, item, span);
                    if equal.value == 1.0 {
                        return equal;
                    }
                    if result.fault.is_none() {
                        result = equal;
                    }
                }
                result
            }
            Kind::Call(function, arguments) => self.call(*function, arguments, span),
        }
    }

    fn operand<'a>(&'a self, ast: &'a Ast) -> Operand<'a> {
        let name = match &ast.kind {
            Kind::Text(text) => return Operand::Text(Ok(text)),
            Kind::Name(name) => name,
            _ => return Operand::Number(self.number(ast)),
        };
        let column = || name.clone();
        Operand::Number(match self.row.value(name) {
            Ok(Value::Text(Some(text))) => return Operand::Text(Ok(text)),
            Ok(Value::Text(None)) => {
                let kind = FaultKind::Missing { column: column() };
                return Operand::Text(Err(self.fault(kind, ast.span)));
            }
            Ok(Value::Number(value)) if value.is_finite() => Evaluated::finite(value),
            Ok(Value::Number(value)) if value.is_nan() => {
                let kind = FaultKind::Missing { column: column() };
                self.failed(value, kind, ast.span)
            }
            Ok(Value::Number(value)) => {
                let column = column();
                self.failed(value, FaultKind::Infinite { column, value }, ast.span)
            }
            Err(fault) => Evaluated {
                value: f64::NAN,
                fault: Some(Box::new(fault)),
            },
        })
    }

    fn compare(&self, comparison: Comparison, left: &Operand<'_>, right: Operand<'_>, span: Span) -> Evaluated {
        match (left, right) {
            (Operand::Number(left), Operand::Number(right)) => {
                let left = Evaluated {
                    value: left.value,
                    fault: left.fault.clone(),
                };
                self.apply(Operation::Compare(comparison), [left, right], span)
            }
            (Operand::Text(Ok(left)), Operand::Text(Ok(right))) => {
                Evaluated::finite(comparison.texts(Some(left), Some(right)))
            }
            (Operand::Text(Err(fault)), Operand::Text(_)) => Evaluated {
                value: f64::NAN,
                fault: Some(fault.clone()),
            },
            (Operand::Text(_), Operand::Text(Err(fault))) => Evaluated {
                value: f64::NAN,
                fault: Some(fault),
            },
            _ => self.failed(f64::NAN, FaultKind::TextAsNumber, span),
        }
    }

    fn call(&self, function: Function, arguments: &[Ast], span: Span) -> Evaluated {
        let operation = match function {
            Function::Exp => Operation::Exp,
            Function::Log => Operation::Log,
            Function::Sqrt => Operation::Sqrt,
            Function::Abs => Operation::Abs,
            Function::BoxCox => Operation::BoxCox(0),
            Function::Min => Operation::Min,
            Function::Max => Operation::Max,
            Function::If => {
                let condition = self.number(&arguments[0]);
                return if condition.value.is_nan() {
                    condition
                } else if condition.value != 0.0 {
                    self.number(&arguments[1])
                } else {
                    self.number(&arguments[2])
                };
            }
        };
        let mut values = arguments.iter().map(|argument| self.number(argument));
        let first = values.next().expect("the parser has counted the arguments");
        match (operation, values.next()) {
            (_, None) => self.apply(operation, [first], span),
            (Operation::Min | Operation::Max, Some(second)) => {
                let value = self.apply(operation, [first, second], span);
                values.fold(value, |value, next| self.apply(operation, [value, next], span))
            }
            (_, Some(second)) => self.apply(operation, [first, second], span),
        }
    }

    /// The result of an operation; if it is not finite, with the fault of the operand that is to
    /// blame (a missing one rather than an infinite one where the result is missing), else its own.
    fn apply<const N: usize>(&self, operation: Operation, operands: [Evaluated; N], span: Span) -> Evaluated {
        let mut x = [0.0; 3];
        for (x, operand) in x.iter_mut().zip(&operands) {
            *x = operand.value;
        }
        let value = operation.scalar(x);
        if value.is_finite() {
            return Evaluated::finite(value);
        }
        let mut missing = None;
        let mut infinite = None;
        for operand in operands {
            let first = if operand.value.is_nan() {
                &mut missing
            } else {
                &mut infinite
            };
            if first.is_none() {
                *first = operand.fault;
            }
        }
        let inherited = if value.is_nan() { missing.or(infinite) } else { infinite };
        let fault = inherited.unwrap_or_else(|| {
            let kind = match operation {
                Operation::Divide if x[1] == 0.0 => FaultKind::DivisionByZero,
                Operation::Log => FaultKind::LogOf(x[0]),
                Operation::Sqrt => FaultKind::SqrtOf(x[0]),
                Operation::Power if value.is_nan() => FaultKind::PowerOf {
                    base: x[0],
                    exponent: x[1],
                },
                Operation::BoxCox(_) if value.is_nan() => FaultKind::BoxCoxOf { x: x[0], lambda: x[1] },
                _ => FaultKind::Overflow,
            };
            self.fault(kind, span)
        });
        Evaluated {
            value,
            fault: Some(fault),
        }
    }
}

#[cfg(test)]
mod tests;
