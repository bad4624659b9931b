//! The three-part formula: generic attributes | characteristics of the decision maker | attributes by alternative.

use logsum_estimate::Parameter;
use logsum_expressions::{Ast, BinaryOperator, Expression, Kind, UnaryOperator};

use crate::specification::{DeclaredParameter, Specification};
use crate::term::identifier;

/// A formula such as `wait + gcost | income | 0`.
///
/// ```text
/// V_j = constant_j + β′x_j + γ_j′z + δ_j′w_j
/// ```
///
/// Part 1 has attributes x with generic coefficients. Part 2 has characteristics z of the decision maker with a
/// coefficient per alternative but the base, and constants unless `0` or `-1` stands in it. Part 3 has attributes w with
/// a coefficient per alternative. Parts left out are empty; without part 2 there are constants.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    generic: Vec<Expression>,
    characteristics: Vec<Expression>,
    constants: bool,
    specific: Vec<Expression>,
}

/// What is wrong with a formula.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum FormulaError {
    #[error("the formula has {parts} parts; write at most three: generic | characteristics | specific")]
    Parts { parts: usize },
    #[error("the formula starts with a left-hand side; leave out \"{left} ~\": --choice names the choice")]
    LeftSide { left: String },
    #[error("formula, part {part}: {message}\n{caret}")]
    Parse {
        part: usize,
        message: String,
        caret: String,
    },
    #[error(
        "formula, part {part}: \"{term}\" is subtracted; terms are joined by +, and only constants can be taken away (-1)"
    )]
    Subtracted { part: usize, term: String },
    #[error("formula, part {part}: constants (\"{term}\") belong to part 2")]
    ConstantElsewhere { part: usize, term: String },
    #[error("formula, part {part}: {number} is no term; write 0 or -1 to leave constants out, 1 to have them")]
    Number { part: usize, number: f64 },
    #[error("formula: \"{term}\" stands twice; remove one")]
    Twice { term: String },
    #[error("the formula has no terms and no constants; there is nothing to estimate")]
    Empty,
    #[error("no alternative \"{base}\" to be the base{}; there are {known}", .suggestion.as_ref().map_or(String::new(), |name| format!(" (did you mean \"{name}\"?)")))]
    UnknownBase {
        base: String,
        suggestion: Option<String>,
        known: String,
    },
    #[error("\"{name}\" stands for every alternative in a model; rename the alternative")]
    ReservedAlternative { name: String },
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        if let Some((left, _)) = text.split_once('~') {
            return Err(FormulaError::LeftSide {
                left: left.trim().to_owned(),
            });
        }
        let parts: Vec<&str> = text.split('|').collect();
        if parts.len() > 3 {
            return Err(FormulaError::Parts { parts: parts.len() });
        }
        let part = |index: usize| {
            parts
                .get(index)
                .map_or(Ok(Part::default()), |text| Part::parse(text, index + 1))
        };
        let (first, second, third) = (part(0)?, part(1)?, part(2)?);
        for (number, part) in [(1, &first), (3, &third)] {
            // A lone 0 says that the part is empty, as does leaving it out.
            if part.constants == Some(true) {
                return Err(FormulaError::ConstantElsewhere {
                    part: number,
                    term: "1".to_owned(),
                });
            }
        }
        let formula = Formula {
            generic: first.terms,
            characteristics: second.terms,
            constants: second.constants.unwrap_or(true),
            specific: third.terms,
        };
        let names: Vec<String> = formula.terms().map(ToString::to_string).collect();
        if let Some(position) = (0..names.len()).find(|&at| names[..at].contains(&names[at])) {
            return Err(FormulaError::Twice {
                term: names[position].clone(),
            });
        }
        if names.is_empty() && !formula.constants {
            return Err(FormulaError::Empty);
        }
        Ok(formula)
    }

    /// Names of columns in it, each once.
    pub fn columns(&self) -> Vec<&str> {
        self.distinct(Expression::names)
    }

    /// Those of them that must be numbers.
    pub fn number_columns(&self) -> Vec<&str> {
        self.distinct(Expression::number_names)
    }

    /// Columns of the characteristics.
    pub fn characteristic_columns(&self) -> Vec<&str> {
        self.characteristics.iter().flat_map(Expression::names).collect()
    }

    /// The terms of all parts.
    pub fn terms(&self) -> impl Iterator<Item = &Expression> {
        self.generic.iter().chain(&self.characteristics).chain(&self.specific)
    }

    fn distinct<'a>(&'a self, names: impl Fn(&'a Expression) -> Vec<&'a str>) -> Vec<&'a str> {
        let mut seen = std::collections::HashSet::new();
        self.terms().flat_map(names).filter(|name| seen.insert(*name)).collect()
    }

    /// The specification over these alternatives; the base is the first of them unless another is named.
    ///
    /// Parameters are called `wait`, `income:air`, `(constant):air`, in the order constants, part 1, part 2, part 3.
    ///
    /// # Errors
    /// A base that is no alternative; an alternative called "all".
    pub fn specification(&self, alternatives: &[String], base: Option<&str>) -> Result<Specification, FormulaError> {
        let base = base
            .or_else(|| alternatives.first().map(String::as_str))
            .unwrap_or_default();
        if !alternatives.iter().any(|name| name == base) {
            return Err(FormulaError::UnknownBase {
                base: base.to_owned(),
                suggestion: logsum_data::near_miss(base, alternatives.iter().map(String::as_str)),
                known: logsum_data::name_list(alternatives.iter().map(String::as_str)),
            });
        }
        if alternatives.iter().any(|name| name == "all") {
            return Err(FormulaError::ReservedAlternative { name: "all".to_owned() });
        }
        let others = || alternatives.iter().filter(|name| *name != base);
        let mut builder = Builder::default();
        if self.constants {
            for alternative in others() {
                builder.own(alternative, format!("(constant):{alternative}"), None);
            }
        }
        for term in &self.generic {
            builder.all(term.to_string(), term);
        }
        for term in &self.characteristics {
            for alternative in others() {
                builder.own(alternative, format!("{term}:{alternative}"), Some(term));
            }
        }
        for term in &self.specific {
            for alternative in alternatives {
                builder.own(alternative, format!("{term}:{alternative}"), Some(term));
            }
        }
        Ok(builder.finish(alternatives))
    }
}

/// Terms of one part.
#[derive(Default)]
struct Part {
    terms: Vec<Expression>,
    /// Whether 1 (true) or 0, -1 (false) stands in it.
    constants: Option<bool>,
}

impl Part {
    fn parse(text: &str, number: usize) -> Result<Self, FormulaError> {
        if text.trim().is_empty() {
            return Ok(Part::default());
        }
        let expression = Expression::parse(text).map_err(|error| FormulaError::Parse {
            part: number,
            message: error.message.clone(),
            caret: error.caret(),
        })?;
        let mut part = Part::default();
        let mut pending = vec![(expression.ast(), true)];
        while let Some((ast, added)) = pending.pop() {
            match &ast.kind {
                Kind::Binary(BinaryOperator::Add, left, right) => {
                    pending.push((right, added));
                    pending.push((left, added));
                }
                Kind::Binary(BinaryOperator::Subtract, left, right) => {
                    pending.push((right, !added));
                    pending.push((left, added));
                }
                Kind::Unary(UnaryOperator::Negate, inner) if matches!(inner.kind, Kind::Number(_)) => {
                    pending.push((inner, !added));
                }
                Kind::Number(value) if *value == 0.0 || *value == 1.0 => part.constants = Some(added && *value != 0.0),
                Kind::Number(value) => {
                    return Err(FormulaError::Number {
                        part: number,
                        number: *value,
                    });
                }
                _ => part.term(ast, text, added, number)?,
            }
        }
        Ok(part)
    }

    fn term(&mut self, ast: &Ast, text: &str, added: bool, number: usize) -> Result<(), FormulaError> {
        let source = ast.span.text(text).trim();
        if !added {
            return Err(FormulaError::Subtracted {
                part: number,
                term: source.to_owned(),
            });
        }
        // Names in backticks head tables without them.
        self.terms
            .push(Expression::parse(source).expect("a part of an expression that parsed"));
        Ok(())
    }
}

/// Gathers terms by alternative, each with a parameter of its own.
#[derive(Default)]
struct Builder {
    parameters: Vec<DeclaredParameter>,
    all: Vec<String>,
    own: Vec<(String, String)>,
}

impl Builder {
    fn all(&mut self, name: String, term: &Expression) {
        let product = self.product(name, Some(term));
        self.all.push(product);
    }

    fn own(&mut self, alternative: &str, name: String, term: Option<&Expression>) {
        let product = self.product(name, term);
        self.own.push((alternative.to_owned(), product));
    }

    /// Declares a parameter. Its symbol cannot be a column's name, while its name in tables may well be one.
    fn product(&mut self, name: String, term: Option<&Expression>) -> String {
        let symbol = format!("b({})", name.replace('`', ""));
        let product = match term {
            Some(term) => format!("{} * ({})", identifier(&symbol), term.source()),
            None => identifier(&symbol),
        };
        self.parameters.push(DeclaredParameter {
            symbol,
            parameter: Parameter::new(name.replace('`', ""), 0.0),
        });
        product
    }

    fn finish(self, alternatives: &[String]) -> Specification {
        let join = |terms: Vec<&str>| Expression::parse(&terms.join(" + ")).expect("sums of products parse");
        let all: Vec<&str> = self.all.iter().map(String::as_str).collect();
        let own = |alternative: &String| {
            let terms = self.own.iter().filter(|(name, _)| name == alternative);
            let terms: Vec<&str> = terms.map(|(_, term)| term.as_str()).collect();
            (!terms.is_empty()).then(|| (alternative.clone(), join(terms)))
        };
        Specification {
            all: (!all.is_empty()).then(|| join(all)),
            own: alternatives.iter().filter_map(own).collect(),
            parameters: self.parameters,
            mixing: None,
            probit: None,
            nests: None,
            ordered: None,
        }
    }
}

#[cfg(test)]
mod tests;
