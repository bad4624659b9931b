//! Numbers as people read them. What could not be computed is [`MISSING`], never NaN.

/// What stands for a number that is not there.
pub const MISSING: &str = "-";

/// With fewer significant digits left by the decimals of its column, a number is written with an
/// exponent instead.
const FEWEST_DIGITS: i32 = 3;

/// Most decimals of a column; what needs more is written with an exponent.
const MOST_DECIMALS: i32 = 7;

/// From here on a number is written with an exponent: 1e8 and more.
const LARGE_EXPONENT: i32 = 8;

/// A count with commas between thousands: `1,048,576`.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 case`, `2,000 cases`.
pub fn counted(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A number with `decimals` decimals; with an exponent if that would show nothing of it or is too long.
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return MISSING.to_string();
    }
    let text = format!("{value:.decimals$}");
    let shows_nothing = value != 0.0 && !text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if shows_nothing || exponent(value) >= 15 {
        return scientific(value, decimals.max(2));
    }
    if value == 0.0 {
        return format!("{:.decimals$}", 0.0);
    }
    text
}

/// A number with `digits` significant digits, without trailing zeros: `0.5`, `12.346`, `1.2346e-12`.
pub fn significant(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return MISSING.to_string();
    }
    if value == 0.0 {
        return "0".to_string();
    }
    let rounded: f64 = format!("{value:.*e}", digits.saturating_sub(1))
        .parse()
        .expect("a formatted number is a number");
    let decimals = digits as i32 - 1 - exponent(rounded);
    if exponent(rounded) >= LARGE_EXPONENT || exponent(rounded) < -4 {
        return trimmed(&scientific(value, digits.saturating_sub(1)));
    }
    trimmed(&format!("{value:.*}", decimals.max(0) as usize))
}

/// A probability in the tail: four decimals, `<0.0001` below.
pub fn p_value(p: Option<f64>) -> String {
    match p {
        Some(p) if p.is_finite() && p < 0.0001 => "<0.0001".to_string(),
        Some(p) if p.is_finite() => format!("{p:.4}"),
        _ => MISSING.to_string(),
    }
}

/// A share as a percentage with one decimal; `-` where there is nothing to share.
pub fn percent(part: f64, whole: f64) -> String {
    let share = 100.0 * part / whole;
    if share.is_finite() {
        format!("{share:.1}%")
    } else {
        MISSING.to_string()
    }
}

/// A level of confidence: `0.95` is `95%`, `0.999` is `99.9%`.
pub fn level(confidence: f64) -> String {
    format!("{}%", trimmed(&format!("{:.4}", 100.0 * confidence)))
}

/// The number of decimals that a column of numbers shares.
///
/// The largest number gets `digits` significant digits and the smallest one less, within seven
/// decimals. What stays outside (1e12, or 1e-12 beside 1) does not count: see [`in_column`].
pub fn decimals(values: impl IntoIterator<Item = f64>, digits: usize) -> usize {
    let exponents: Vec<i32> = values
        .into_iter()
        .filter(|value| value.is_finite() && *value != 0.0)
        .map(exponent)
        .filter(|exponent| (-MOST_DECIMALS..LARGE_EXPONENT).contains(exponent))
        .collect();
    let Some(&largest) = exponents.iter().max() else {
        return digits.saturating_sub(1);
    };
    let for_largest = digits as i32 - 1 - largest;
    // Only those that the cap lets keep their digits may lengthen the rest of the column.
    let for_smallest = exponents
        .iter()
        .map(|exponent| digits as i32 - 2 - exponent)
        .filter(|decimals| *decimals < MOST_DECIMALS)
        .max()
        .unwrap_or(0);
    for_largest.max(for_smallest).clamp(0, MOST_DECIMALS) as usize
}

/// Whether a number of a column with `decimals` decimals is written with an exponent after all.
pub fn needs_exponent(value: f64, decimals: usize) -> bool {
    value.is_finite()
        && value != 0.0
        && (exponent(value) >= LARGE_EXPONENT || exponent(value) + (decimals as i32) < FEWEST_DIGITS - 1)
}

/// A number of a column with `decimals` decimals; with an exponent and `digits` digits if it
/// [needs one](needs_exponent).
pub fn in_column(value: Option<f64>, decimals: usize, digits: usize) -> String {
    match value {
        Some(value) if !value.is_finite() => MISSING.to_string(),
        Some(value) if needs_exponent(value, decimals) => scientific(value, digits.saturating_sub(1)),
        // + 0.0 turns a negative zero into a positive one.
        Some(value) => format!("{:.decimals$}", value + 0.0),
        None => MISSING.to_string(),
    }
}

/// A number of a column with `decimals` decimals, be it near zero; with an exponent if that would show nothing of it or
/// is longer than a column stands.
pub(crate) fn in_plain_column(value: Option<f64>, decimals: usize) -> String {
    match value {
        Some(value) if value.is_finite() && value.abs() >= 1e7 => scientific(value, 2),
        Some(value) => match fixed(value, decimals) {
            text if text.contains('e') => scientific(value, 2),
            text => text,
        },
        None => MISSING.to_string(),
    }
}

/// A number with an exponent and `decimals` decimals of its mantissa: `1.23e-9`.
pub fn scientific(value: f64, decimals: usize) -> String {
    if value.is_finite() {
        format!("{value:.decimals$e}")
    } else {
        MISSING.to_string()
    }
}

/// Power of ten of the first digit of a number that is finite and not zero.
fn exponent(value: f64) -> i32 {
    // log10 of the powers of ten themselves may fall just below an integer; printing does not.
    let text = format!("{value:e}");
    text.split('e')
        .nth(1)
        .and_then(|exponent| exponent.parse().ok())
        .expect("a finite number is printed with its exponent")
}

/// Without trailing zeros behind the point, in front of an exponent too.
fn trimmed(text: &str) -> String {
    let (mantissa, exponent) = match text.find('e') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    if !mantissa.contains('.') {
        return text.to_string();
    }
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    format!("{mantissa}{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (10728, "10,728"),
            (123456, "123,456"),
            (1048576, "1,048,576"),
        ] {
            assert_eq!(count(n), text);
        }
        assert_eq!(counted(1, "case"), "1 case");
        assert_eq!(counted(0, "case"), "0 cases");
    }

    #[test]
    fn fixed_never_hides_a_number_behind_zeros() {
        assert_eq!(fixed(-5331.25201, 3), "-5331.252");
        assert_eq!(fixed(-0.0, 3), "0.000");
        assert_eq!(fixed(-1e-9, 3), "-1.000e-9");
        assert_eq!(fixed(-1e12, 3), "-1000000000000.000");
        assert_eq!(fixed(1e15, 3), "1.000e15");
        assert_eq!(fixed(f64::NAN, 3), "-");
        assert_eq!(fixed(f64::INFINITY, 3), "-");
    }

    #[test]
    fn significant_drops_what_says_nothing() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (-2.5, "-2.5"),
            (12.345678, "12.346"),
            (99999.7, "100000"),
            (123456.7, "123457"),
            (0.00012345678, "0.00012346"),
            (1.2345678e-12, "1.2346e-12"),
            (1e12, "1e12"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(significant(value, 5), text);
        }
    }

    #[test]
    fn p_values_and_levels() {
        assert_eq!(p_value(Some(0.0)), "<0.0001");
        assert_eq!(p_value(Some(0.00009999)), "<0.0001");
        assert_eq!(p_value(Some(0.0001)), "0.0001");
        assert_eq!(p_value(Some(0.96547)), "0.9655");
        assert_eq!(p_value(Some(f64::NAN)), "-");
        assert_eq!(p_value(None), "-");
        assert_eq!(level(0.95), "95%");
        assert_eq!(level(0.999), "99.9%");
        assert_eq!(level(0.9), "90%");
        assert_eq!(percent(1.0, 3.0), "33.3%");
        assert_eq!(percent(0.0, 0.0), "-");
    }

    /// Each line: a column, its digits, and how it is to be read.
    #[test]
    fn a_column_shares_its_decimals() {
        let columns: [(&[f64], usize, &[&str]); 7] = [
            (&[-0.70119, -0.15463, -1.27786], 5, &["-0.7012", "-0.1546", "-1.2779"]),
            (&[0.054874, 0.043235], 4, &["0.05487", "0.04324"]),
            (&[250.3, 0.0123], 5, &["250.30000", "0.01230"]),
            (&[1.5, 0.0, -0.0], 5, &["1.5000", "0.0000", "0.0000"]),
            (&[1.5, 1.2345e-12, -3e12], 5, &["1.5000", "1.2345e-12", "-3.0000e12"]),
            (&[1e-9], 5, &["1.0000e-9"]),
            (&[1234567.0, 2.0], 5, &["1234567.000", "2.000"]),
        ];
        for (values, digits, texts) in columns {
            let shared = decimals(values.iter().copied(), digits);
            let written: Vec<String> = values
                .iter()
                .map(|value| in_column(Some(*value), shared, digits))
                .collect();
            assert_eq!(written, texts);
        }
        for (value, text) in [
            (0.0123, "0.012"),
            (-1e-5, "-1.00e-5"),
            (12345678.9, "1.23e7"),
            (-0.0, "0.000"),
        ] {
            assert_eq!(in_plain_column(Some(value), 3), text);
        }
        assert_eq!(in_column(None, 3, 5), "-");
        assert_eq!(in_column(Some(f64::NAN), 3, 5), "-");
    }
}
