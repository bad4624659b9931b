//! The syntax tree of an expression.
//!
//! The parser limits nesting, so that recursion over a tree is safe, with one exception: a long
//! sum `a + b + c + …` is a tree that is deep along its left operands only. Whatever visits trees
//! walks down that left spine in a loop.

use std::fmt;

use crate::span::Span;

/// A node of the syntax tree and where it stands in the source.
pub struct Ast {
    /// What it is.
    pub kind: Kind,
    /// Where it stands; parentheses around it are included.
    pub span: Span,
}

/// What a node of the syntax tree is.
#[derive(Clone)]
pub enum Kind {
    /// A number, as `1.5`.
    Number(f64),
    /// A text in single quotes.
    Text(String),
    /// A column or a parameter, plain or in backticks.
    Name(String),
    /// `-x`, `not x`.
    Unary(UnaryOperator, Box<Ast>),
    /// `a + b` and so on.
    Binary(BinaryOperator, Box<Ast>, Box<Ast>),
    /// `x in (1, 2)`; `x not in (1, 2)` is [`UnaryOperator::Not`] of it.
    In(Box<Ast>, Vec<Ast>),
    /// `exp(x)` and so on, with as many arguments as the function takes.
    Call(Function, Vec<Ast>),
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
    /// `==` and its kin
    Compare(Comparison),
    /// `and`
    And,
    /// `or`
    Or,
}

/// A comparison; it holds (1) or not (0), and is missing (NaN) if either side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// `exp(x)`
    Exp,
    /// `log(x)`, natural
    Log,
    /// `sqrt(x)`
    Sqrt,
    /// `abs(x)`
    Abs,
    /// `min(a, b, …)`
    Min,
    /// `max(a, b, …)`
    Max,
    /// `if(condition, a, b)`
    If,
    /// `boxcox(x, lambda)`: (x^λ − 1)/λ, and ln x at λ = 0
    BoxCox,
}

impl Ast {
    /// Every node of the tree, parents before children, in source order.
    pub fn visit<'a>(&'a self, mut visitor: impl FnMut(&'a Ast)) {
        let mut stack = vec![self];
        while let Some(ast) = stack.pop() {
            visitor(ast);
            match &ast.kind {
                Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => {}
                Kind::Unary(_, operand) => stack.push(operand),
                Kind::Binary(_, left, right) => stack.extend([&**right, &**left]),
                Kind::In(left, items) => {
                    stack.extend(items.iter().rev());
                    stack.push(left);
                }
                Kind::Call(_, arguments) => stack.extend(arguments.iter().rev()),
            }
        }
    }

    /// The left operand, taken out, if both this node and it are binary.
    fn take_left(&mut self) -> Option<Ast> {
        match &mut self.kind {
            Kind::Binary(_, left, _) if matches!(left.kind, Kind::Binary(..)) => {
                let hole = Ast {
                    kind: Kind::Number(0.0),
                    span: Span::default(),
                };
                Some(std::mem::replace(&mut **left, hole))
            }
            _ => None,
        }
    }
}

impl Drop for Ast {
    fn drop(&mut self) {
        let mut next = self.take_left();
        while let Some(mut left) = next {
            next = left.take_left();
        }
    }
}

impl Clone for Ast {
    fn clone(&self) -> Self {
        let mut spine = Vec::new();
        let mut current = self;
        while let Kind::Binary(operator, left, right) = &current.kind {
            spine.push((*operator, right, current.span));
            current = left;
        }
        let mut copy = Ast {
            kind: current.kind.clone(),
            span: current.span,
        };
        while let Some((operator, right, span)) = spine.pop() {
            copy = Ast {
                kind: Kind::Binary(operator, Box::new(copy), right.clone()),
                span,
            };
        }
        copy
    }
}

/// Prefix notation, as `(+ a (* b 2))`.
impl fmt::Debug for Ast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut spine = Vec::new();
        let mut current = self;
        while let Kind::Binary(operator, left, right) = &current.kind {
            write!(f, "({} ", operator.symbol())?;
            spine.push(right);
            current = left;
        }
        match &current.kind {
            Kind::Number(value) => write!(f, "{}", crate::span::show_number(*value))?,
            Kind::Text(text) => write!(f, "'{}'", text.replace('\'', "''"))?,
            Kind::Name(name) => write!(f, "{name}")?,
            Kind::Unary(UnaryOperator::Negate, operand) => write!(f, "(- {operand:?})")?,
            Kind::Unary(UnaryOperator::Not, operand) => write!(f, "(not {operand:?})")?,
            // Walked down by the loop above.
            Kind::Binary(..) => {}
            Kind::In(left, items) => {
                write!(f, "(in {left:?}")?;
                write_all(f, items)?;
            }
            Kind::Call(function, arguments) => {
                write!(f, "({}", function.name())?;
                write_all(f, arguments)?;
            }
        }
        while let Some(right) = spine.pop() {
            write!(f, " {right:?})")?;
        }
        Ok(())
    }
}

fn write_all(f: &mut fmt::Formatter<'_>, items: &[Ast]) -> fmt::Result {
    for item in items {
        write!(f, " {item:?}")?;
    }
    write!(f, ")")
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ast = Ast {
            kind: self.clone(),
            span: Span::default(),
        };
        write!(f, "{ast:?}")
    }
}

impl BinaryOperator {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Power => "^",
            BinaryOperator::Compare(comparison) => comparison.symbol(),
            BinaryOperator::And => "and",
            BinaryOperator::Or => "or",
        }
    }
}

impl Comparison {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    /// The comparison that holds for (b, a) where this one holds for (a, b).
    pub fn flipped(self) -> Self {
        match self {
            Comparison::Equal | Comparison::NotEqual => self,
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        }
    }

    /// 1 if it holds between two numbers, 0 if not, NaN if either is NaN.
    pub fn numbers(self, left: f64, right: f64) -> f64 {
        if left.is_nan() || right.is_nan() {
            return f64::NAN;
        }
        f64::from(u8::from(self.holds(&left, &right)))
    }

    /// 1 if it holds between two texts (order is that of their code points), 0 if not, NaN if
    /// either is missing. Whoever supplies the text leaves of a program computes them with this.
    pub fn texts(self, left: Option<&str>, right: Option<&str>) -> f64 {
        match (left, right) {
            (Some(left), Some(right)) => f64::from(u8::from(self.holds(left, right))),
            _ => f64::NAN,
        }
    }

    fn holds<T: PartialOrd + ?Sized>(self, left: &T, right: &T) -> bool {
        match self {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::Less => left < right,
            Comparison::LessOrEqual => left <= right,
            Comparison::Greater => left > right,
            Comparison::GreaterOrEqual => left >= right,
        }
    }
}

impl Function {
    /// All of them, in the order in which they are documented.
    pub const ALL: [Function; 8] = [
        Function::Exp,
        Function::Log,
        Function::Sqrt,
        Function::Abs,
        Function::Min,
        Function::Max,
        Function::If,
        Function::BoxCox,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Function::Exp => "exp",
            Function::Log => "log",
            Function::Sqrt => "sqrt",
            Function::Abs => "abs",
            Function::Min => "min",
            Function::Max => "max",
            Function::If => "if",
            Function::BoxCox => "boxcox",
        }
    }

    /// The function of that name.
    pub fn from_name(name: &str) -> Option<Function> {
        Function::ALL.into_iter().find(|function| function.name() == name)
    }

    /// Whether it takes that many arguments.
    pub(crate) fn takes(self, count: usize) -> bool {
        match self {
            Function::Exp | Function::Log | Function::Sqrt | Function::Abs => count == 1,
            Function::Min | Function::Max => count >= 2,
            Function::If => count == 3,
            Function::BoxCox => count == 2,
        }
    }

    /// What it takes, in words.
    pub(crate) fn signature(self) -> &'static str {
        match self {
            Function::Exp | Function::Log | Function::Sqrt | Function::Abs => "1 argument",
            Function::Min | Function::Max => "2 or more arguments",
            Function::If => "3 arguments (condition, value if true, value if false)",
            Function::BoxCox => "2 arguments (x, lambda)",
        }
    }
}
