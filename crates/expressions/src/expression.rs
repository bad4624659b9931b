//! A parsed expression together with its source.

use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::ast::{Ast, Kind};
use crate::parser::{ParseError, parse};
use crate::span::{Span, show_number};

/// A well-formed expression: what was written, and its syntax tree.
///
/// Two expressions are equal if they were written the same. Displayed as written.
///
/// ```
/// use logsum_expressions::Expression;
///
/// let utility = Expression::parse("asc + b_time * `travel time` / 100")?;
/// assert_eq!(utility.names(), ["asc", "b_time", "travel time"]);
///
/// let error = Expression::parse("asc + b_time * ) / 100").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "line 1, column 16: expected a number, a name or '(' but found ')'"
/// );
/// # Ok::<(), logsum_expressions::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Expression {
    source: String,
    ast: Ast,
}

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    /// The first thing, from left to right, that is not well formed. Names are not looked up:
    /// that is the business of [`lower`](crate::lower).
    pub fn parse(source: &str) -> Result<Self, ParseError> {
        let ast = parse(source)?;
        Ok(Self {
            source: source.to_owned(),
            ast,
        })
    }

    /// The expression that is a number, which should be finite.
    pub fn number(value: f64) -> Self {
        let source = show_number(value);
        Self::parse(&source).unwrap_or_else(|_| {
            // Infinities and NaN cannot be written in the language.
            let span = Span::new(0, source.len());
            let kind = Kind::Number(value);
            Self {
                ast: Ast { kind, span },
                source,
            }
        })
    }

    /// What was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The syntax tree.
    pub fn ast(&self) -> &Ast {
        &self.ast
    }

    /// The distinct columns and parameters, in order of first appearance.
    pub fn names(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        let mut names = Vec::new();
        self.ast.visit(|ast| {
            if let Kind::Name(name) = &ast.kind
                && seen.insert(name.as_str())
            {
                names.push(name.as_str());
            }
        });
        names
    }

    /// The name that is the whole of it, if it is one.
    pub fn only_name(&self) -> Option<&str> {
        match &self.ast.kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }
}

impl FromStr for Expression {
    type Err = ParseError;

    fn from_str(source: &str) -> Result<Self, ParseError> {
        Self::parse(source)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.source)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl Hash for Expression {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_in_order() {
        let expression = Expression::parse("if(b > 0, `travel time`, b) + min(a, exp(b)) in (c, a)").unwrap();
        assert_eq!(expression.names(), ["b", "travel time", "a", "c"]);
    }

    #[test]
    fn a_name_alone_is_told_from_what_is_computed() {
        for (source, name) in [
            ("a", Some("a")),
            (" (`travel time`)", Some("travel time")),
            ("-a", None),
            ("1", None),
        ] {
            assert_eq!(Expression::parse(source).unwrap().only_name(), name, "{source}");
        }
    }

    #[test]
    fn numbers_become_expressions() {
        for (value, source) in [(1.0, "1"), (-0.5, "-0.5"), (1e300, "1e300"), (2e-9, "2e-9")] {
            let number = Expression::number(value);
            assert_eq!(number.source(), source);
            assert_eq!(number, Expression::parse(source).unwrap());
        }
        assert_eq!(Expression::number(f64::INFINITY).source(), "inf");
    }

    #[test]
    fn display_is_the_source() {
        let source = " a+ 1 ";
        let expression: Expression = source.parse().unwrap();
        assert_eq!(expression.to_string(), source);
        assert_eq!(format!("{expression:?}"), "Expression(\" a+ 1 \")");
    }
}
