//! Markdown: escaping, so that names arrive as they are.

/// Text for Markdown, in a table or outside.
///
/// An underscore within a word is left alone (it is no emphasis there), so that most names stay
/// readable in the source.
pub fn escape(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let within_word = |at: usize| {
        at > 0 && characters[at - 1].is_alphanumeric() && characters.get(at + 1).is_some_and(|c| c.is_alphanumeric())
    };
    let mut escaped = String::with_capacity(text.len());
    for (at, &c) in characters.iter().enumerate() {
        match c {
            '_' if within_word(at) => escaped.push('_'),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '~' | '&' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // A tag begins with a letter, a slash or a mark; `<0.0001` is text.
            '<' if characters
                .get(at + 1)
                .is_some_and(|c| c.is_alphabetic() || "/!?".contains(*c)) =>
            {
                escaped.push_str("\\<");
            }
            '#' | '>' if at == 0 => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_markdown_reads_as_markup_is_escaped() {
        for (text, escaped) in [
            ("b_time", "b_time"),
            ("_b_", "\\_b\\_"),
            ("a|b", "a\\|b"),
            ("(constant):air", "(constant):air"),
            ("a*b*c `x` \\", "a\\*b\\*c \\`x\\` \\\\"),
            ("<b>, <0.0001, x<y", "\\<b>, <0.0001, x\\<y"),
            ("# one\ntwo", "\\# one two"),
            ("[x] $5 & ~", "\\[x\\] \\$5 \\& \\~"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }
}
