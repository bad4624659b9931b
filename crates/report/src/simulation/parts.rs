//! What the pages of simulations share: numbers in words, tables of tests, JSON with its seed.

use serde::Serialize;

use crate::number::{MISSING, count, decimals, fixed, p_value, scientific, significant};
use crate::{Align, Table, csv};

/// Least width of the tables of a page.
pub(super) const TABLE: usize = 64;

/// Digits of a standard error.
const DIGITS: usize = 3;
/// Characters of a number as it was given.
const GIVEN: usize = 8;

/// What was found, behind what it was drawn with: with both it can be drawn again.
#[derive(Serialize)]
pub(super) struct Drawn<'a, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draws: Option<u64>,
    pub seed: u64,
    #[serde(flatten)]
    pub found: &'a T,
}

/// A number about as its user wrote it: five significant digits, eight characters.
pub(super) fn given(value: f64) -> String {
    let text = significant(value, 5);
    if text.len() <= GIVEN {
        text
    } else {
        scientific(value, 2)
    }
}

/// Decimals in which frequencies show their standard errors.
pub(super) fn places(std_errors: impl IntoIterator<Item = f64>) -> usize {
    decimals(std_errors, DIGITS).clamp(4, 7)
}

/// A number with so many decimals, or with an exponent where they would leave less than two digits of it.
pub(super) fn cell(value: f64, places: usize) -> String {
    let smallest = 10f64.powi(1 - places as i32);
    match value {
        0.0 => fixed(0.0, places),
        value if value.abs() < smallest || value.abs() >= 1e8 => scientific(value, 1),
        value => fixed(value, places),
    }
}

/// A standard score, two decimals; infinite where the impossible was drawn.
pub(super) fn score(z: f64) -> String {
    match z {
        z if z.is_infinite() && z > 0.0 => "inf".to_owned(),
        z if z.is_infinite() => "-inf".to_owned(),
        z if z.abs() < 0.005 => "0.00".to_owned(),
        z if z.abs() >= 1e6 => scientific(z, 1),
        z => fixed(z, 2),
    }
}

/// A test statistic, three decimals.
fn statistic(value: f64) -> String {
    match value {
        value if value.is_infinite() => "inf".to_owned(),
        value if value >= 1e8 => scientific(value, 3),
        value if value > 0.0 && value < 0.0005 => scientific(value, 1),
        value => fixed(value, 3),
    }
}

/// A p-value for a sentence, never only below a bound that is far away: `p = 0.4312`, `p = 3.2e-45`.
pub(super) fn p_in_words(p: f64) -> String {
    match p {
        p if p.is_nan() => format!("p = {MISSING}"),
        p if p >= 0.0001 => format!("p = {p:.4}"),
        p if p >= 1e-300 => format!("p = {}", scientific(p, 1)),
        _ => "p < 1e-300".to_owned(),
    }
}

/// A number of draws.
pub(super) fn many(draws: u64) -> String {
    count(usize::try_from(draws).unwrap_or(usize::MAX))
}

/// For CSV: full precision, no negative zero.
pub(super) fn full(value: f64) -> String {
    csv::number(Some(value + 0.0))
}

/// A table of tests without rows.
pub(super) fn tests() -> Table {
    Table::new([
        ("Test", Align::Left),
        ("Statistic", Align::Decimal),
        ("d.f.", Align::Right),
        ("p-value", Align::Decimal),
    ])
    .at_least(TABLE)
    .at_most(crate::WIDTH)
}

/// Adds a test; `degrees`: of freedom, if it has any.
pub(super) fn test(table: &mut Table, name: &str, value: f64, degrees: Option<usize>, p: f64) {
    table.row([
        name.to_owned(),
        statistic(value),
        degrees.map(count).unwrap_or_default(),
        p_value(Some(p)),
    ]);
}

#[cfg(test)]
pub(super) mod testing {
    use resvg::usvg::roxmltree::Document;

    use crate::{Format, csv};

    /// Checks what every page promises in every format, and returns the JSON; `rows`: of the CSV, below its header.
    pub(in super::super) fn every_format(rows: usize, write: impl Fn(Format) -> String) -> serde_json::Value {
        let text = write(Format::Text);
        for line in text.lines() {
            assert!(line.chars().count() <= crate::WIDTH, "{line}");
            assert_eq!(line.trim_end(), line);
        }
        let zero = |word: &str| word.starts_with("-0") && !word.contains(|c: char| ('1'..='9').contains(&c));
        for word in text.split_whitespace() {
            assert!(!zero(word) && word != "NaN", "{word} in {text}");
        }

        let records = csv::parse(&write(Format::Csv));
        assert_eq!(records.len(), rows + 1, "{records:?}");
        for record in &records {
            assert_eq!(record.len(), records[0].len(), "{record:?}");
            assert!(!record.iter().any(|field| field == "-0.0"), "{record:?}");
        }

        let markdown = write(Format::Markdown);
        let bars: Vec<usize> = markdown
            .lines()
            .skip_while(|line| !line.starts_with('|'))
            .take_while(|line| line.starts_with('|'))
            .map(|line| line.matches('|').count())
            .collect();
        assert!(bars.len() > 2 && bars.iter().all(|n| *n == bars[0]), "{markdown}");

        let latex = write(Format::Latex);
        assert_eq!(latex.matches("\\begin{tabular}").count(), 1, "{latex}");
        // Signs that pdfLaTeX has no glyph for.
        assert!(!latex.contains(['χ', '√', '⟨', '₁', '−', 'β', 'ε', '·']), "{latex}");

        serde_json::from_str(&write(Format::Json)).expect("JSON parses back")
    }

    /// The text elements of a picture, which must be well-formed.
    pub(in super::super) fn labels(svg: &str) -> Vec<String> {
        let document = Document::parse(svg).expect("pictures are well-formed");
        let elements = document.descendants().filter(|node| node.has_tag_name("text"));
        elements
            .map(|node| node.text().unwrap_or_default().to_owned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_have_two_decimals_and_no_negative_zero() {
        for (z, text) in [
            (0.0, "0.00"),
            (-0.0, "0.00"),
            (-0.004, "0.00"),
            (0.02, "0.02"),
            (-1.236, "-1.24"),
            (1234.5, "1234.50"),
            (-3e8, "-3.0e8"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(score(z), text);
        }
    }

    #[test]
    fn p_values_in_words() {
        for (p, text) in [
            (0.43121, "p = 0.4312"),
            (1.0, "p = 1.0000"),
            (3.21e-45, "p = 3.2e-45"),
            (0.0, "p < 1e-300"),
            (f64::NAN, "p = -"),
        ] {
            assert_eq!(p_in_words(p), text);
        }
    }

    #[test]
    fn small_differences_stay_legible() {
        // A million draws of an alternative with probability one half: standard error 0.0005.
        let places = places([5e-4, 4e-4]);
        assert_eq!(
            [2.34e-4, -1.2e-5, -1.2e-6, 0.0, -0.0, 3e9].map(|difference| cell(difference, places)),
            ["0.000234", "-0.000012", "-1.2e-6", "0.000000", "0.000000", "3.0e9"]
        );
        assert_eq!(
            [0.5, -0.0, 1e-9, -12345.678, -0.000123456].map(given),
            ["0.5", "0", "1e-9", "-12346", "-1.23e-4"]
        );
    }

    #[test]
    fn statistics_without_bound() {
        assert_eq!(
            [0.47, 0.0, 5e-5, f64::INFINITY, 1e9, f64::NAN].map(statistic),
            ["0.470", "0.000", "5.0e-5", "inf", "1.000e9", "-"]
        );
    }
}
