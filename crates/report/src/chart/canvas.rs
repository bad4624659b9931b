//! The SVG below charts: elements, text and the room that text takes.

use crate::xml::escape;
use std::fmt::Write;

/// Near black: text, axes.
pub(super) const INK: &str = "#222222";
/// Second to the data: notes, what the data are held against.
pub(super) const GREY: &str = "#6b6b6b";
pub(super) const GRID: &str = "#e5e5e5";

/// Found on every system under one of its names.
const FONTS: &str = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/// The colours of Okabe and Ito, which people of every colour vision tell apart; without yellow,
/// which white swallows.
///
/// # Source
/// Okabe and Ito (2008), *Color Universal Design*.
pub(super) const PALETTE: [&str; 7] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000",
];

/// Which side of a text stands at its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The elements of a picture so far.
#[derive(Default)]
pub(super) struct Canvas {
    body: String,
}

impl Canvas {
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), attributes: &str) {
        let (x1, y1, x2, y2) = (px(from.0), px(from.1), px(to.0), px(to.1));
        self.element(&format!(
            r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {attributes}/>"#
        ));
    }

    /// A line through points; where there is only one, a dot.
    pub(super) fn polyline(&mut self, points: &[(f64, f64)], attributes: &str, colour: &str) {
        match points {
            [] => {}
            [(x, y)] => {
                let (x, y) = (px(*x), px(*y));
                self.element(&format!(r#"<circle cx="{x}" cy="{y}" r="1.5" fill="{colour}"/>"#));
            }
            points => {
                let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect();
                let points = points.join(" ");
                self.element(&format!(
                    r#"<polyline points="{points}" fill="none" stroke="{colour}" stroke-linejoin="round" {attributes}/>"#
                ));
            }
        }
    }

    /// One of four marks, so that series differ without colours too.
    pub(super) fn mark(&mut self, kind: usize, (x, y): (f64, f64), colour: &str) {
        let style = format!(r##"fill="{colour}" stroke="#ffffff" stroke-width="0.8""##);
        let (left, right, top, bottom) = (px(x - 3.6), px(x + 3.6), px(y - 3.6), px(y + 3.6));
        let (x, y) = (px(x), px(y));
        self.element(&match kind % 4 {
            0 => format!(r#"<circle cx="{x}" cy="{y}" r="4" {style}/>"#),
            1 => format!(r#"<path d="M{left} {top}H{right}V{bottom}H{left}z" {style}/>"#),
            2 => format!(r#"<path d="M{x} {top}L{right} {bottom}H{left}z" {style}/>"#),
            _ => format!(r#"<path d="M{x} {top}L{right} {y}L{x} {bottom}L{left} {y}z" {style}/>"#),
        });
    }

    pub(super) fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, attributes: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y, text) = (px(x), px(y), escape(text));
        self.element(&format!(
            r#"<text x="{x}" y="{y}" text-anchor="{anchor}" {attributes}>{text}</text>"#
        ));
    }

    /// A text that may have been shortened, with all of it for readers who point at it.
    pub(super) fn shortened(&mut self, at: (f64, f64), anchor: Anchor, attributes: &str, text: &str, most: f64) {
        let short = shorten(text, size_of(attributes), most);
        if short == text {
            return self.text(at, anchor, attributes, text);
        }
        self.element(&format!("<g><title>{}</title>", escape(text)));
        self.text(at, anchor, attributes, &short);
        self.element("</g>");
    }

    fn element(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    /// The finished picture.
    pub(super) fn document(self, title: &str, description: &str, (width, height): (f64, f64)) -> String {
        let (w, h) = (px(width.ceil()), px(height.ceil()));
        let (title, description) = (escape(title), escape(description));
        let mut picture = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{title}">
<title>{title}</title>
<desc>{description}</desc>
<rect width="{w}" height="{h}" fill="#ffffff"/>
<g font-family="{FONTS}" fill="{INK}">
"##
        );
        write!(picture, "{}</g>\n</svg>\n", self.body).expect("writing to a string cannot fail");
        picture
    }
}

/// The font size that attributes name.
fn size_of(attributes: &str) -> f64 {
    let size = attributes
        .split("font-size=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    size.and_then(|size| size.parse().ok()).unwrap_or(12.0)
}

/// A coordinate with two decimals at most: the same text wherever it is computed.
fn px(value: f64) -> String {
    // + 0.0 turns a negative zero into a positive one.
    let text = format!("{:.2}", (value * 100.0).round() / 100.0 + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Width of a text, about that in the widest of the fonts, so that nothing runs into its neighbour.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let ems = text.chars().map(|c| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '·' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '⁰'..='⁹' | '⁻' | '¹' | '²' | '³' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.97,
        'A'..='Z' | '−' | '+' | '=' | '<' | '>' | '~' | '±' => 0.78,
        c if (c as u32) >= 0x1100 && !('\u{2000}'..='\u{2bff}').contains(&c) => 1.0,
        _ => 0.63,
    });
    size * ems.sum::<f64>()
}

/// A text cut to a width, with an ellipsis where it is cut.
pub(super) fn shorten(text: &str, size: f64, most: f64) -> String {
    if text_width(text, size) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = text_width("…", size);
    for c in text.chars() {
        used += text_width(c.encode_utf8(&mut [0; 4]), size);
        if used > most {
            break;
        }
        kept.push(c);
    }
    kept.trim_end().to_owned() + "…"
}

/// Lines of a width each, broken at spaces; a word that is longer is cut.
pub(super) fn lines(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), size) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shorten(word, size, most)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        for (value, text) in [(1.0, "1"), (0.125, "0.13"), (-0.001, "0"), (100.0, "100"), (2.5, "2.5")] {
            assert_eq!(px(value), text);
        }
    }

    #[test]
    fn text_is_safe_in_xml() {
        assert_eq!(
            escape("a<b> & \"c\"\u{1b}\n\u{ffff}"),
            "a&lt;b&gt; &amp; &quot;c&quot;   "
        );
    }

    #[test]
    fn text_is_cut_to_its_room() {
        assert_eq!(shorten("short", 12.0, 100.0), "short");
        let cut = shorten(&"long name ".repeat(20), 12.0, 100.0);
        assert!(cut.ends_with('…') && text_width(&cut, 12.0) <= 100.0 && cut.len() > 10);
        assert_eq!(shorten("anything", 12.0, 0.0), "…");
        let broken = lines("one two three four five six", 12.0, 60.0);
        assert!(broken.len() > 2 && broken.iter().all(|line| text_width(line, 12.0) <= 60.0));
        assert_eq!(broken.join(" "), "one two three four five six");
        assert!(lines("  ", 12.0, 60.0).is_empty());
    }
}
