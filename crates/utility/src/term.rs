//! Utilities written in Rust: columns, parameters and numbers joined by operators.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

use logsum_expressions::{Expression, is_plain_name};

/// A term of a utility.
///
/// It is the expression that a model file would hold, so that both give the same model:
///
/// ```
/// use logsum_utility::{column, parameter};
/// let time = parameter("b_time") * column("TRAIN_TT") / 100.0;
/// assert_eq!((parameter("asc_train") + time).to_string(), "asc_train + b_time * TRAIN_TT / 100");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    source: String,
    binding: Binding,
}

/// How tightly the outermost operator of a term binds.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Binding {
    Comparison,
    Sum,
    Product,
    Negation,
    Atom,
}

/// The column of that name.
///
/// # Panics
/// For a name that cannot be written in the language: an empty one, or one with a backtick.
pub fn column(name: &str) -> Term {
    Term::atom(identifier(name))
}

/// The parameter of that name; it must be declared in the specification.
///
/// # Panics
/// As [`column()`].
pub fn parameter(name: &str) -> Term {
    Term::atom(identifier(name))
}

/// (x^λ − 1) / λ, and ln x at λ = 0.
pub fn boxcox(x: impl Into<Term>, lambda: impl Into<Term>) -> Term {
    Term::atom(format!("boxcox({}, {})", x.into(), lambda.into()))
}

/// `then` where the condition holds, `otherwise` elsewhere.
pub(crate) fn select(condition: &Term, then: &Term, otherwise: &Term) -> Term {
    Term::atom(format!("if({condition}, {then}, {otherwise})"))
}

impl Term {
    /// A term from the text of an expression.
    ///
    /// # Errors
    /// Text that does not parse.
    pub fn parse(source: &str) -> Result<Self, logsum_expressions::ParseError> {
        Ok(Expression::parse(source)?.into())
    }

    /// e to the power of the term.
    pub fn exp(self) -> Term {
        self.call("exp")
    }

    /// The natural logarithm of the term.
    pub fn ln(self) -> Term {
        self.call("log")
    }

    /// The square root of the term.
    pub fn sqrt(self) -> Term {
        self.call("sqrt")
    }

    /// The expression that a model file would hold.
    pub fn into_expression(self) -> Expression {
        Expression::parse(&self.source).expect("terms are joined by the rules of the grammar")
    }

    fn call(self, function: &str) -> Term {
        Term::atom(format!("{function}({})", self.source))
    }

    fn atom(source: String) -> Term {
        Term {
            source,
            binding: Binding::Atom,
        }
    }

    /// The source, in parentheses if its outermost operator binds less tightly than `at_least`.
    fn within(&self, at_least: Binding) -> String {
        if self.binding < at_least {
            format!("({})", self.source)
        } else {
            self.source.clone()
        }
    }

    fn join(self, operator: &str, right: Term, binding: Binding) -> Term {
        // Operators associate to the left: an equal one on the right needs parentheses.
        let stronger = if binding == Binding::Sum {
            Binding::Product
        } else {
            Binding::Negation
        };
        Term {
            source: format!("{} {operator} {}", self.within(binding), right.within(stronger)),
            binding,
        }
    }
}

/// The name as the language writes it: in backticks unless it is a plain identifier.
pub(crate) fn identifier(name: &str) -> String {
    if is_plain_name(name) {
        return name.to_owned();
    }
    assert!(
        !name.is_empty() && !name.contains('`'),
        "a name in a utility is not empty and holds no backtick: {name:?}"
    );
    format!("`{name}`")
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl From<f64> for Term {
    /// # Panics
    /// For an infinite number or NaN, which the language cannot write.
    fn from(number: f64) -> Self {
        assert!(number.is_finite(), "a number in a utility is finite, not {number}");
        Term {
            source: Expression::number(number).source().to_owned(),
            binding: if number.is_sign_negative() {
                Binding::Negation
            } else {
                Binding::Atom
            },
        }
    }
}

impl From<Expression> for Term {
    fn from(expression: Expression) -> Self {
        Term {
            source: expression.source().to_owned(),
            binding: Binding::Comparison,
        }
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $symbol:literal, $binding:expr) => {
        impl<T: Into<Term>> $trait<T> for Term {
            type Output = Term;
            fn $method(self, right: T) -> Term {
                self.join($symbol, right.into(), $binding)
            }
        }

        impl $trait<Term> for f64 {
            type Output = Term;
            fn $method(self, right: Term) -> Term {
                Term::from(self).join($symbol, right, $binding)
            }
        }
    };
}

operator!(Add, add, "+", Binding::Sum);
operator!(Sub, sub, "-", Binding::Sum);
operator!(Mul, mul, "*", Binding::Product);
operator!(Div, div, "/", Binding::Product);

impl Neg for Term {
    type Output = Term;
    fn neg(self) -> Term {
        Term {
            source: format!("-{}", self.within(Binding::Atom)),
            binding: Binding::Negation,
        }
    }
}

#[cfg(test)]
mod tests;
