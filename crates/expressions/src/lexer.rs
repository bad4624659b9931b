//! Source text into tokens.

use crate::ast::Comparison;
use crate::span::{Span, quote};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Number(f64),
    Text(String),
    /// A plain identifier: a column, a parameter, or a function if `(` follows.
    Name(String),
    /// A name in backticks: never a function.
    Quoted(String),
    Plus,
    Minus,
    Star,
    Slash,
    Caret,
    Compare(Comparison),
    And,
    Or,
    Not,
    In,
    Open,
    Close,
    Comma,
    End,
    /// Something that is no token; the message says what to do. It ends the stream.
    Invalid(String),
}

/// The tokens of the source, the last one being [`Token::End`] or [`Token::Invalid`].
///
/// An invalid token stands in the stream rather than being an error of its own, so that the
/// parser reports whatever is wrong first, from left to right.
pub(crate) fn lex(source: &str) -> Vec<(Token, Span)> {
    let mut lexer = Lexer { source, offset: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_while(char::is_whitespace);
        let start = lexer.offset;
        let token = lexer.token();
        let last = matches!(token, Token::End | Token::Invalid(_));
        tokens.push((token, Span::new(start, lexer.offset)));
        if last {
            return tokens;
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    offset: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.offset..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_while(&mut self, condition: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.offset += rest.find(|c| !condition(c)).unwrap_or(rest.len());
    }

    fn take(&mut self, symbol: &str) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.offset += symbol.len();
        }
        found
    }

    fn token(&mut self) -> Token {
        let Some(first) = self.peek() else {
            return Token::End;
        };
        let after = self.rest()[first.len_utf8()..].chars().next();
        if first.is_ascii_digit() || (first == '.' && after.is_some_and(|c| c.is_ascii_digit())) {
            return self.number();
        }
        match first {
            '\'' => self.text(),
            '`' => self.quoted(),
            c if starts_name(c) => self.name(),
            _ => self.symbol(first),
        }
    }

    fn symbol(&mut self, first: char) -> Token {
        // Longer symbols stand before their beginnings.
        const SYMBOLS: [(&str, Token); 14] = [
            ("==", Token::Compare(Comparison::Equal)),
            ("!=", Token::Compare(Comparison::NotEqual)),
            ("<=", Token::Compare(Comparison::LessOrEqual)),
            (">=", Token::Compare(Comparison::GreaterOrEqual)),
            ("<", Token::Compare(Comparison::Less)),
            (">", Token::Compare(Comparison::Greater)),
            ("+", Token::Plus),
            ("-", Token::Minus),
            ("*", Token::Star),
            ("/", Token::Slash),
            ("^", Token::Caret),
            ("(", Token::Open),
            (")", Token::Close),
            (",", Token::Comma),
        ];
        // What users of other languages write.
        const HINTS: [(&str, &str); 27] = [
            ("=<", "use <= for \"at most\""),
            ("=>", "use >= for \"at least\""),
            ("<>", "use != for \"differs from\""),
            ("**", "use ^ for powers"),
            ("&&", "use 'and' instead of '&&'"),
            ("||", "use 'or' instead of '||'"),
            ("&", "use 'and' instead of '&'"),
            ("|", "use 'or' instead of '|'"),
            ("!", "use 'not' instead of '!'"),
            ("~", "use 'not' instead of '~'"),
            ("%", "there is no operator '%'"),
            (
                "\"",
                "text stands in single quotes, as 'public', and a name with special characters in backticks",
            ),
            ("‘", "text stands in straight single quotes, as 'public'"),
            ("’", "text stands in straight single quotes, as 'public'"),
            ("“", "text stands in straight single quotes, as 'public'"),
            ("”", "text stands in straight single quotes, as 'public'"),
            ("−", "use the plain '-' instead of the typographic minus"),
            ("–", "use the plain '-' instead of the dash"),
            ("×", "use * to multiply"),
            ("·", "use * to multiply"),
            ("÷", "use / to divide"),
            ("≤", "use <= for \"at most\""),
            ("≥", "use >= for \"at least\""),
            ("≠", "use != for \"differs from\""),
            ("[", "use round parentheses"),
            ("{", "use round parentheses"),
            ("=", "use == to compare"),
        ];
        let equals = self.rest().starts_with("==");
        if !equals {
            for (symbol, hint) in HINTS {
                let not_equal = symbol == "!" && self.rest().starts_with("!=");
                if !not_equal && self.take(symbol) {
                    return Token::Invalid(hint.to_owned());
                }
            }
        }
        for (symbol, token) in SYMBOLS {
            if self.take(symbol) {
                return token;
            }
        }
        self.offset += first.len_utf8();
        Token::Invalid(format!(
            "unexpected character '{}'; a name with special characters stands in backticks",
            first.escape_debug()
        ))
    }

    fn number(&mut self) -> Token {
        let start = self.offset;
        let digit = |c: char| c.is_ascii_digit();
        self.skip_while(digit);
        if self.take(".") {
            self.skip_while(digit);
        }
        let before_exponent = self.offset;
        if self.take("e") || self.take("E") {
            let _sign = self.take("+") || self.take("-");
            let digits = self.offset;
            self.skip_while(digit);
            if self.offset == digits {
                self.offset = before_exponent;
            }
        }
        let literal = &self.source[start..self.offset];
        if self.peek().is_some_and(|c| continues_name(c) || c == '.') {
            let letters = self.rest();
            self.skip_while(|c| continues_name(c) || c == '.');
            let whole = quote(&self.source[start..self.offset]);
            let letters = quote(&letters[..letters.len() - self.rest().len()]);
            return Token::Invalid(if letters.starts_with(starts_name) {
                format!(
                    "'{whole}' is not a number; write {literal} * {letters} to multiply, \
                     or `{whole}` in backticks if it is a name"
                )
            } else {
                format!("'{whole}' is not a number")
            });
        }
        match literal.parse::<f64>() {
            Ok(value) if value.is_finite() => Token::Number(value),
            Ok(_) => Token::Invalid(format!(
                "{} is too large; the largest number is about 1.8e308",
                quote(literal)
            )),
            Err(_) => Token::Invalid(format!("'{}' is not a number", quote(literal))),
        }
    }

    fn text(&mut self) -> Token {
        let start = self.offset;
        let mut text = String::new();
        self.offset += 1;
        loop {
            let rest = self.rest();
            let Some(end) = rest.find('\'') else {
                // The quotation mark alone is marked, not all that follows it.
                self.offset = start + 1;
                return Token::Invalid("the text that begins here is never closed by a single quote".to_owned());
            };
            text.push_str(&rest[..end]);
            self.offset += end + 1;
            if !self.take("'") {
                return Token::Text(text);
            }
            text.push('\'');
        }
    }

    fn quoted(&mut self) -> Token {
        let start = self.offset;
        self.offset += 1;
        let rest = self.rest();
        match rest.find('`') {
            Some(0) => {
                self.offset += 1;
                Token::Invalid("the name in backticks is empty".to_owned())
            }
            Some(end) => {
                self.offset += end + 1;
                Token::Quoted(rest[..end].to_owned())
            }
            None => {
                self.offset = start + 1;
                Token::Invalid("the name that begins here is never closed by a backtick".to_owned())
            }
        }
    }

    fn name(&mut self) -> Token {
        let start = self.offset;
        self.skip_while(continues_name);
        let name = &self.source[start..self.offset];
        // `train.cost` and `income:air` are names in other programs, and no operators here.
        let mut rest = self.rest().chars();
        let mark = rest.next().filter(|c| matches!(c, '.' | ':'));
        if let Some(mark) = mark
            && rest.next().is_some_and(continues_name)
        {
            self.skip_while(|c| continues_name(c) || c == '.' || c == ':');
            let whole = quote(&self.source[start..self.offset]);
            return Token::Invalid(format!("a name with '{mark}' in it stands in backticks: `{whole}`"));
        }
        match name {
            "and" => Token::And,
            "or" => Token::Or,
            "not" => Token::Not,
            "in" => Token::In,
            _ => Token::Name(name.to_owned()),
        }
    }
}

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a name can be written without backticks.
pub fn is_plain_name(name: &str) -> bool {
    name.starts_with(starts_name) && name.chars().all(continues_name) && !matches!(name, "and" | "or" | "not" | "in")
}
