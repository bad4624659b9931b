//! Text as a picture: a window with monospaced text, for documentation.

use std::fmt::Write;

use crate::text::width;
use crate::xml::escape;

const FONT_SIZE: f64 = 14.0;
/// Advance of one character; monospaced fonts are close to 0.6 em wide.
const ADVANCE: f64 = 8.43;
const LINE: f64 = 20.0;
const MARGIN: f64 = 24.0;
const BAR: f64 = 36.0;

/// Plain text as an SVG picture of a window with the given title.
///
/// Every line is stretched to its number of characters, so that columns stay aligned in whatever
/// monospaced font the reader has.
pub fn svg(text: &str, title: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let longest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let longest = longest.max(width(title) + 16);
    let w = (longest as f64 * ADVANCE + 2.0 * MARGIN).ceil();
    let h = (BAR + lines.len() as f64 * LINE + 2.0 * MARGIN - 8.0).ceil();
    let title = escape(title);
    let middle = w / 2.0;
    let mut picture = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" aria-label="{title}">
<title>{title}</title>
<rect x="0.5" y="0.5" width="{}" height="{}" rx="10" fill="#fdfdfc" stroke="#c9ccd1"/>
<path d="M0.5 {BAR}V10.5a10 10 0 0 1 10-10H{}a10 10 0 0 1 10 10V{BAR}z" fill="#eceef1" stroke="#c9ccd1"/>
<circle cx="20" cy="18" r="6" fill="#c9ccd1"/><circle cx="40" cy="18" r="6" fill="#c9ccd1"/><circle cx="60" cy="18" r="6" fill="#c9ccd1"/>
<g font-family="'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace" font-size="{FONT_SIZE}" fill="#1f2328">
<text x="{middle}" y="23" text-anchor="middle" font-size="13" fill="#57606a">{title}</text>
"##,
        w - 1.0,
        h - 1.0,
        w - 10.5,
    );
    for (number, line) in lines.iter().enumerate() {
        let indent = line.chars().take_while(|c| *c == ' ').count();
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let x = MARGIN + indent as f64 * ADVANCE;
        let y = BAR + MARGIN + 6.0 + number as f64 * LINE;
        let length = width(line) as f64 * ADVANCE;
        writeln!(
            picture,
            r#"<text x="{x:.2}" y="{y}" textLength="{length:.2}" xml:space="preserve">{}</text>"#,
            escape(line)
        )
        .expect("writing to a string cannot fail");
    }
    picture.push_str("</g>\n</svg>\n");
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_stands_in_its_column() {
        let picture = svg("a <b> & \"c\"\n\n  d\u{1b}", "x < y");
        assert!(picture.contains(">a &lt;b&gt; &amp; &quot;c&quot;</text>"));
        assert!(picture.contains("<title>x &lt; y</title>"));
        // Two characters in from the margin of 24, on the third line.
        assert!(picture.contains(r#"<text x="40.86" y="106" textLength="16.86""#));
        assert!(!picture.contains('\u{1b}'));
    }

    #[test]
    fn the_window_holds_all_lines() {
        let short = svg("a", "t");
        let long = svg(&"a\n".repeat(10), "t");
        assert!(short.contains("height=\"96\"") && long.contains("height=\"276\""));
        assert!(svg(&"x".repeat(100), "t").contains("width=\"891\""));
        svg("", "");
    }
}
