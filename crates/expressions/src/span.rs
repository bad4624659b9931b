//! Places in the source text of an expression.

/// A stretch of source text, in byte offsets: `start` is inside, `end` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Longest source line that a snippet shows whole, in characters; of longer lines it shows a window.
const LINE_WIDTH: usize = 100;
/// Characters of a longer line that are shown before the span.
const LEAD: usize = 40;
/// Longest quotation of source text in a one-line message, in characters.
const QUOTE_WIDTH: usize = 60;

impl Span {
    /// The span from `start` to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The source text under the span; empty if the span does not fit the source.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or("")
    }
}

/// Line and column of a byte offset, both from 1; the column counts characters.
pub fn position(source: &str, offset: usize) -> (usize, usize) {
    let before = &source[..floor(source, offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// `line L, column C`, then the source line, then carets under the span.
///
/// ```text
/// line 1, column 9
///   b_time * ) / 100
///            ^
/// ```
///
/// A span over several lines is marked up to the end of its first line.
pub fn caret(source: &str, span: Span) -> String {
    let (line, column) = position(source, span.start);
    format!("line {line}, column {column}\n{}", snippet(source, span))
}

/// The source line and the caret line of [`caret`], without the heading.
pub fn snippet(source: &str, span: Span) -> String {
    let start = floor(source, span.start);
    let end = floor(source, span.end).max(start);
    let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = source[start..]
        .find('\n')
        .map_or(source.len(), |newline| start + newline);
    let line: Vec<char> = source[line_start..line_end]
        .trim_end_matches('\r')
        .chars()
        .map(printable)
        .collect();
    let before = source[line_start..start].chars().count();
    let marked = source[start..end.min(line_end)].chars().count();

    let (from, to) = if line.len() <= LINE_WIDTH {
        (0, line.len())
    } else {
        let from = before.saturating_sub(LEAD);
        (from, (from + LINE_WIDTH).min(line.len()))
    };
    let mut shown = String::from("  ");
    let mut carets = String::from("  ");
    if from > 0 {
        shown.push('…');
        carets.push(' ');
    }
    shown.extend(&line[from..to]);
    if to < line.len() {
        shown.push('…');
    }
    // A tab under a tab keeps the carets in place whatever the width of a tab.
    carets.extend((from..before).map(|place| match line.get(place) {
        Some('\t') => '\t',
        _ => ' ',
    }));
    let room = to.saturating_sub(before).max(1);
    carets.extend(std::iter::repeat_n('^', marked.clamp(1, room)));
    format!("{shown}\n{carets}")
}

/// Source text for a one-line message: white space collapsed, shortened where long.
pub(crate) fn quote(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut line = String::from(words.next().unwrap_or(""));
    for word in words {
        line.push(' ');
        line.push_str(word);
        if line.len() > 8 * QUOTE_WIDTH {
            break;
        }
    }
    if line.chars().count() > QUOTE_WIDTH {
        line = line.chars().take(QUOTE_WIDTH - 1).collect();
        line.push('…');
    }
    line.chars().map(printable).collect()
}

/// A number as a person would write it: shortest digits that read back the same.
pub(crate) fn show_number(value: f64) -> String {
    let shown = format!("{value:?}");
    match shown.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => shown,
    }
}

/// Control characters, which would garble a terminal, as the replacement character.
fn printable(character: char) -> char {
    if character.is_control() && character != '\t' {
        char::REPLACEMENT_CHARACTER
    } else {
        character
    }
}

/// The last character boundary at or before `offset`.
fn floor(source: &str, offset: usize) -> usize {
    let mut offset = offset.min(source.len());
    while !source.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caret_stands_under_the_span() {
        let cases = [
            (
                "a + b * )",
                Span::new(8, 9),
                "line 1, column 9\n  a + b * )\n          ^",
            ),
            (
                "cost + tme",
                Span::new(7, 10),
                "line 1, column 8\n  cost + tme\n         ^^^",
            ),
            // Second of three lines, with a carriage return.
            (
                "a +\r\n  bb +\r\n c",
                Span::new(7, 9),
                "line 2, column 3\n    bb +\n    ^^",
            ),
            // A tab is copied, so that it is as wide below as above.
            ("\ta\t+ b", Span::new(5, 6), "line 1, column 6\n  \ta\t+ b\n  \t \t  ^"),
            // Two-byte characters count as one column.
            (
                "größe + é",
                Span::new(10, 12),
                "line 1, column 9\n  größe + é\n          ^",
            ),
            // The end of the source.
            ("a +", Span::new(3, 3), "line 1, column 4\n  a +\n     ^"),
            ("", Span::new(0, 0), "line 1, column 1\n  \n  ^"),
            // A span over a line break is marked on its first line.
            ("f(a,\nb)", Span::new(0, 7), "line 1, column 1\n  f(a,\n  ^^^^"),
            // The line break itself.
            ("ab\ncd", Span::new(2, 3), "line 1, column 3\n  ab\n    ^"),
        ];
        for (source, span, expected) in cases {
            assert_eq!(caret(source, span), expected, "{source:?} {span:?}");
        }
    }

    #[test]
    fn caret_shows_a_window_of_a_long_line() {
        let source = format!("{}?{}", "a".repeat(300), "b".repeat(300));
        let shown = snippet(&source, Span::new(300, 301));
        let expected = format!("  …{}?{}…\n   {}^", "a".repeat(40), "b".repeat(59), " ".repeat(40));
        assert_eq!(shown, expected);
    }

    #[test]
    fn spans_that_do_not_fit_are_moved_not_fatal() {
        assert_eq!(caret("é", Span::new(1, 99)), "line 1, column 1\n  é\n  ^");
        assert_eq!(Span::new(1, 99).text("é"), "");
        assert_eq!(caret("ab", Span::new(2, 1)), "line 1, column 3\n  ab\n    ^");
    }

    #[test]
    fn quotations_stay_on_one_line() {
        assert_eq!(quote("a +\n\t b"), "a + b");
        let long = quote(&"x".repeat(1000));
        assert_eq!(long.chars().count(), QUOTE_WIDTH);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn numbers_are_shown_as_written() {
        let cases = [(1.0, "1"), (-0.5, "-0.5"), (1e300, "1e300"), (0.0, "0")];
        for (value, expected) in cases {
            assert_eq!(show_number(value), expected);
        }
    }
}
