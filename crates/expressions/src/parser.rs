//! Tokens into a syntax tree: precedence climbing.

use crate::ast::{Ast, BinaryOperator, Function, Kind, UnaryOperator};
use crate::lexer::{Token, lex};
use crate::span::{Span, position, quote, snippet};
use crate::suggest::suggest;

/// Deepest recursion of the parser, and so the deepest tree but for long sums, whose left
/// operands are visited in loops. The usual stack of a thread, 2 MiB, holds it even in a debug build.
pub const MAX_DEPTH: usize = 200;

/// An expression that is not well formed; displayed as `line 1, column 9: …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", place(r#source, *.span))]
pub struct ParseError {
    /// What is wrong and what to do.
    pub message: String,
    /// Where.
    pub span: Span,
    /// The whole expression.
    pub r#source: String,
}

fn place(source: &str, span: Span) -> String {
    let (line, column) = position(source, span.start);
    format!("line {line}, column {column}")
}

impl ParseError {
    /// The source line with carets under the culprit.
    pub fn caret(&self) -> String {
        snippet(&self.source, self.span)
    }
}

// How tightly operators bind.
const LOOSEST: u8 = 0;
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const ADD: u8 = 5;
const MULTIPLY: u8 = 6;
const POWER: u8 = 8;

/// The syntax tree of a source text.
pub(crate) fn parse(source: &str) -> Result<Ast, ParseError> {
    let mut parser = Parser {
        source,
        tokens: lex(source),
        next: 0,
        depth: 0,
    };
    if *parser.peek() == Token::End {
        return Err(parser.error("the expression is empty", parser.span()));
    }
    let ast = parser.expression(LOOSEST)?;
    match parser.peek() {
        Token::End => Ok(ast),
        Token::Close => Err(parser.error("')' closes nothing", parser.span())),
        Token::Comma => Err(parser.error(
            "',' stands between the arguments of a function and in the list after 'in' only; \
             the decimal mark is '.'",
            parser.span(),
        )),
        _ => Err(parser.unexpected("an operator")),
    }
}

struct Parser<'s> {
    source: &'s str,
    tokens: Vec<(Token, Span)>,
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }

    fn span(&self) -> Span {
        self.tokens[self.next].1
    }

    /// Moves on; the last token is never passed.
    fn advance(&mut self) -> Span {
        let span = self.span();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        span
    }

    fn error(&self, message: impl Into<String>, span: Span) -> ParseError {
        ParseError {
            message: message.into(),
            span,
            source: self.source.to_owned(),
        }
    }

    /// The error of a token that cannot stand where it stands.
    fn unexpected(&self, expected: &str) -> ParseError {
        let span = self.span();
        let text = quote(span.text(self.source));
        let found = match self.peek() {
            Token::Invalid(message) => return self.error(message.clone(), span),
            Token::End => "the end of the expression".to_owned(),
            Token::Text(_) => format!("the text {text}"),
            Token::Quoted(_) => text,
            _ => format!("'{text}'"),
        };
        self.error(format!("expected {expected} but found {found}"), span)
    }

    /// An expression of operators that bind at least as tightly as `minimum`.
    fn expression(&mut self, minimum: u8) -> Result<Ast, ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(
                format!("the expression is nested more than {MAX_DEPTH} levels deep"),
                self.span(),
            ));
        }
        let mut left = self.prefix(minimum)?;
        let mut compared = false;
        loop {
            let (operator, strength) = match self.peek() {
                Token::Or => (BinaryOperator::Or, OR),
                Token::And => (BinaryOperator::And, AND),
                Token::Compare(comparison) => (BinaryOperator::Compare(*comparison), COMPARE),
                Token::In | Token::Not => {
                    if COMPARE < minimum {
                        break;
                    }
                    self.check_chain(compared)?;
                    left = self.membership(left)?;
                    compared = true;
                    continue;
                }
                Token::Plus => (BinaryOperator::Add, ADD),
                Token::Minus => (BinaryOperator::Subtract, ADD),
                Token::Star => (BinaryOperator::Multiply, MULTIPLY),
                Token::Slash => (BinaryOperator::Divide, MULTIPLY),
                Token::Caret => (BinaryOperator::Power, POWER),
                _ => break,
            };
            if strength < minimum {
                break;
            }
            if strength == COMPARE {
                self.check_chain(compared)?;
                compared = true;
            }
            self.advance();
            // The right operand of ^ may hold a further ^, that of the others binds tighter.
            let right = self.expression(if strength == POWER { POWER } else { strength + 1 })?;
            let span = left.span.to(right.span);
            left = Ast {
                kind: Kind::Binary(operator, Box::new(left), Box::new(right)),
                span,
            };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn check_chain(&self, compared: bool) -> Result<(), ParseError> {
        if compared {
            return Err(self.error("comparisons do not chain; write a < b and b < c", self.span()));
        }
        Ok(())
    }

    fn prefix(&mut self, minimum: u8) -> Result<Ast, ParseError> {
        let (operator, strength) = match self.peek() {
            Token::Minus => (Some(UnaryOperator::Negate), POWER),
            Token::Plus => (None, POWER),
            Token::Not if minimum > NOT => {
                return Err(self.error(
                    "'not' binds looser than the operator before it; put it in parentheses: (not …)",
                    self.span(),
                ));
            }
            Token::Not => (Some(UnaryOperator::Not), NOT),
            _ => return self.primary(),
        };
        let start = self.advance();
        let mut operand = self.expression(strength)?;
        let span = start.to(operand.span);
        match operator {
            Some(operator) => Ok(Ast {
                kind: Kind::Unary(operator, Box::new(operand)),
                span,
            }),
            None => {
                operand.span = span;
                Ok(operand)
            }
        }
    }

    fn primary(&mut self) -> Result<Ast, ParseError> {
        let kind = match self.peek() {
            Token::Number(value) => Kind::Number(*value),
            Token::Text(text) => Kind::Text(text.clone()),
            Token::Quoted(name) => Kind::Name(name.clone()),
            Token::Name(name) => {
                let name = name.clone();
                let span = self.advance();
                if *self.peek() == Token::Open {
                    return self.call(&name, span);
                }
                return Ok(Ast {
                    kind: Kind::Name(name),
                    span,
                });
            }
            Token::Open => {
                let open = self.advance();
                let mut inner = self.expression(LOOSEST)?;
                inner.span = open.to(self.close(open, "an operator or ')'")?);
                return Ok(inner);
            }
            _ => return Err(self.unexpected("a number, a name or '('")),
        };
        let span = self.advance();
        Ok(Ast { kind, span })
    }

    fn close(&mut self, open: Span, expected: &str) -> Result<Span, ParseError> {
        match self.peek() {
            Token::Close => Ok(self.advance()),
            Token::End => Err(self.error("'(' is never closed", open)),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// `( expression, … )` and the place of its closing parenthesis.
    fn list(&mut self) -> Result<(Vec<Ast>, Span), ParseError> {
        let open = self.advance();
        let mut items = Vec::new();
        if *self.peek() == Token::Close {
            return Ok((items, self.advance()));
        }
        loop {
            if *self.peek() == Token::End {
                return Err(self.error("'(' is never closed", open));
            }
            items.push(self.expression(LOOSEST)?);
            if *self.peek() != Token::Comma {
                let close = self.close(open, "an operator, ',' or ')'")?;
                return Ok((items, close));
            }
            self.advance();
        }
    }

    fn membership(&mut self, left: Ast) -> Result<Ast, ParseError> {
        let negated = *self.peek() == Token::Not;
        if negated {
            // `x not in (1, 2)`; any other `not` after an operand is out of place.
            let after = self.tokens.get(self.next + 1).map(|(token, _)| token);
            if after != Some(&Token::In) {
                return Err(self.unexpected("an operator"));
            }
            self.advance();
        }
        self.advance();
        if *self.peek() != Token::Open {
            return Err(self.unexpected("'(' and a list after 'in'"));
        }
        let open = self.span();
        let (items, close) = self.list()?;
        if items.is_empty() {
            return Err(self.error("the list after 'in' is empty", open.to(close)));
        }
        let span = left.span.to(close);
        let member = Ast {
            kind: Kind::In(Box::new(left), items),
            span,
        };
        if !negated {
            return Ok(member);
        }
        Ok(Ast {
            kind: Kind::Unary(UnaryOperator::Not, Box::new(member)),
            span,
        })
    }

    fn call(&mut self, name: &str, start: Span) -> Result<Ast, ParseError> {
        let Some(function) = Function::from_name(name) else {
            return Err(self.error(unknown_function(name), start));
        };
        let (arguments, close) = self.list()?;
        let span = start.to(close);
        if !function.takes(arguments.len()) {
            let message = format!("{name} takes {}, not {}", function.signature(), arguments.len());
            return Err(self.error(message, span));
        }
        Ok(Ast {
            kind: Kind::Call(function, arguments),
            span,
        })
    }
}

fn unknown_function(name: &str) -> String {
    // Names that other languages have for what stands under another one here.
    let meant = match name.to_lowercase().as_str() {
        "ln" => Some("log"),
        "ifelse" | "if_else" | "iif" | "where" | "case" => Some("if"),
        "box_cox" => Some("boxcox"),
        "pow" | "power" => return format!("unknown function '{name}'; use ^ for powers"),
        _ => suggest(name, Function::ALL.map(Function::name)),
    };
    let name = quote(name);
    match meant {
        Some(meant) => format!("unknown function '{name}'; did you mean '{meant}'?"),
        None => format!(
            "unknown function '{name}'; there are {}",
            Function::ALL.map(Function::name).join(", ")
        ),
    }
}

#[cfg(test)]
mod tests;
