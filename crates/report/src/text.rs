//! Paragraphs of text at a given width.

/// Columns of a report's text.
pub const WIDTH: usize = 80;

/// Width in characters: what alignment counts.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

/// Spaces in front.
pub(crate) fn pad_left(text: &str, to: usize) -> String {
    format!("{}{text}", " ".repeat(to.saturating_sub(width(text))))
}

/// Spaces behind.
pub(crate) fn pad_right(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// One line of printable characters: names and messages from files may hold line ends or escapes.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Breaks text at spaces so that each line, the indent in front of it included, has at most `width`
/// characters.
///
/// `first` stands in front of the first line, as many spaces in front of the others. A word that is
/// longer than a line is kept whole.
pub fn wrap(text: &str, first: &str, width_of_lines: usize) -> String {
    let indent = width(first);
    let mut lines = String::from(first);
    let mut used = indent;
    for word in one_line(text).split_whitespace() {
        let fits = used + 1 + width(word) <= width_of_lines;
        if used > indent {
            if fits {
                lines.push(' ');
                used += 1;
            } else {
                lines.push('\n');
                lines.push_str(&" ".repeat(indent));
                used = indent;
            }
        }
        lines.push_str(word);
        used += width(word);
    }
    lines.truncate(lines.trim_end().len());
    lines.push('\n');
    lines
}

/// A label, padded to `label_width`, and its text behind it.
pub(crate) fn labelled(label: &str, text: &str, label_width: usize) -> String {
    wrap(text, &format!("{label:<label_width$}"), WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_hang() {
        assert_eq!(wrap("one two three", "1. ", 10), "1. one two\n   three\n");
        assert_eq!(wrap("", "1. ", 10), "1.\n");
        assert_eq!(wrap("a\nb\u{1b}[1mc", "", 10), "a b [1mc\n");
    }

    #[test]
    fn long_words_stay_whole() {
        assert_eq!(
            wrap("see a_name_longer_than_the_line ok", "", 10),
            "see\na_name_longer_than_the_line\nok\n"
        );
    }

    #[test]
    fn labels_have_their_column() {
        assert_eq!(labelled("Data", "x.csv", 8), "Data    x.csv\n");
    }
}
