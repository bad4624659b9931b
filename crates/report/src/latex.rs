//! LaTeX: escaping, numbers, and tables in the manner of booktabs.

/// Text for LaTeX's text mode, whatever it holds.
///
/// Signs that pdfLaTeX has no glyph for become mathematics where they are common in this field; what
/// else is not ASCII is left as it is.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut open_quote = false;
    let mut previous = ' ';
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '_' | '%' | '&' | '#' | '$' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(c);
            }
            // In the default font encoding these three are other characters.
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '"' => {
                escaped.push_str(if open_quote { "''" } else { "``" });
                open_quote = !open_quote;
            }
            // Two hyphens would join to a dash.
            '-' if previous == '-' => escaped.push_str("{}-"),
            c if c.is_control() => escaped.push(' '),
            c => match mathematics(c) {
                Some(sign) => {
                    escaped.push_str("\\ensuremath{");
                    escaped.push_str(sign);
                    escaped.push('}');
                }
                None => escaped.push(c),
            },
        }
        previous = c;
    }
    // A cell that begins with a bracket would be taken for an option of the line end before it.
    if escaped.starts_with('[') || escaped.starts_with('*') {
        escaped.insert_str(0, "{}");
    }
    escaped
}

/// A number as it is in text, set as mathematics: `-0.7012`, `1.2e-12`, `<0.0001`.
pub fn number(text: &str) -> String {
    if text == crate::number::MISSING {
        return "--".to_string();
    }
    // Braces keep the spaces of lists and relations out of a number.
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, format!("\\times 10^{{{exponent}}}")),
        None => (text, String::new()),
    };
    let mantissa = mantissa.replace(',', "{,}").replace('%', "\\%").replace('<', "{<}");
    format!("${mantissa}{exponent}$")
}

/// A cell of a column of numbers: numbers, in brackets or not, are set as mathematics, and words as text.
pub(crate) fn cell(text: &str) -> String {
    let is_number = |text: &str| {
        let digits = text.trim_start_matches('<').trim_end_matches('%').replace(',', "");
        text == crate::number::MISSING || digits.parse::<f64>().is_ok()
    };
    let part = |part: &str| {
        let bare = part.strip_prefix('(').and_then(|part| part.strip_suffix(')'));
        match (bare, is_number(bare.unwrap_or(part))) {
            (Some(bare), true) => format!("({})", number(bare)),
            (None, true) => number(part),
            (_, false) => escape(part),
        }
    };
    text.split_whitespace().map(part).collect::<Vec<_>>().join(" ")
}

/// A floating table: caption, label, and a `tabular` or whatever else stands in it.
pub(crate) fn float(caption: &str, label: &str, body: &str, notes: &[String]) -> String {
    let mut text = format!(
        "% Needs \\usepackage{{booktabs}}.\n\\begin{{table}}[htbp]\n\\centering\n\
         \\caption{{{caption}}}\n\\label{{tab:{}}}\n{body}",
        slug(label)
    );
    if !notes.is_empty() {
        text.push_str("\n\\medskip\n\\begin{minipage}{\\linewidth}\n\\footnotesize\n");
        for note in notes {
            text.push_str(&crate::text::wrap(note, "", crate::WIDTH));
            text.push_str("\\par\n");
        }
        text.push_str("\\end{minipage}\n");
    }
    text.push_str("\\end{table}\n");
    text
}

/// Letters and digits of a title in lower case, with hyphens between its words.
fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

fn mathematics(c: char) -> Option<&'static str> {
    Some(match c {
        'α' => "\\alpha",
        'β' => "\\beta",
        'γ' => "\\gamma",
        'δ' => "\\delta",
        'ε' => "\\varepsilon",
        'η' => "\\eta",
        'θ' => "\\theta",
        'κ' => "\\kappa",
        'λ' => "\\lambda",
        'μ' | 'µ' => "\\mu",
        'π' => "\\pi",
        'ρ' => "\\rho",
        'σ' => "\\sigma",
        'τ' => "\\tau",
        'φ' => "\\varphi",
        'ω' => "\\omega",
        'Δ' => "\\Delta",
        'Σ' => "\\Sigma",
        'Φ' => "\\Phi",
        '−' => "-",
        '×' => "\\times",
        '±' => "\\pm",
        '→' => "\\rightarrow",
        '·' => "\\cdot",
        '≤' => "\\leq",
        '≥' => "\\geq",
        '∞' => "\\infty",
        '′' => "{}'",
        '²' => "{}^2",
        '⁻' => "{}^-",
        '¹' => "{}^1",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_character_is_escaped() {
        for (text, escaped) in [
            ("b_time", "b\\_time"),
            ("5 % & # $", "5 \\% \\& \\# \\$"),
            ("{x}", "\\{x\\}"),
            ("a^b~c", "a\\textasciicircum{}b\\textasciitilde{}c"),
            ("\\n", "\\textbackslash{}n"),
            ("a < b > c | d", "a \\textless{} b \\textgreater{} c \\textbar{} d"),
            ("say \"x\" and \"y\"", "say ``x'' and ``y''"),
            ("--start", "-{}-start"),
            ("β_1", "\\ensuremath{\\beta}\\_1"),
            ("[x]", "{}[x]"),
            ("two\nlines", "two lines"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }

    #[test]
    fn numbers_are_mathematics() {
        assert_eq!(number("-0.7012"), "$-0.7012$");
        assert_eq!(number("<0.0001"), "${<}0.0001$");
        assert_eq!(number("-1.2e-12"), "$-1.2\\times 10^{-12}$");
        assert_eq!(number("10,728"), "$10{,}728$");
        assert_eq!(number("12.5%"), "$12.5\\%$");
        assert_eq!(number("-"), "--");
    }

    #[test]
    fn cells_hold_numbers_and_words() {
        for (text, cell_of) in [
            ("-0.7012", "$-0.7012$"),
            ("-0.70  (0.05)", "$-0.70$ ($0.05$)"),
            ("1 (fixed)", "$1$ (fixed)"),
            ("600 Halton", "$600$ Halton"),
            ("± 1.2e-3", "\\ensuremath{\\pm} $1.2\\times 10^{-3}$"),
            ("-", "--"),
            ("10,728", "$10{,}728$"),
        ] {
            assert_eq!(cell(text), cell_of);
        }
    }

    #[test]
    fn labels_are_plain() {
        assert_eq!(slug("Swissmetro: logit (2 %)"), "swissmetro-logit-2");
    }
}
