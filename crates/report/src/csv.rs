//! Comma-separated values: RFC 4180 quoting, full precision, nothing for what is not there.

/// One record from its fields, quoted where they hold a comma, a quote or a line end.
pub(crate) fn record<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> String {
    let fields: Vec<String> = fields.into_iter().map(|field| quoted(field.as_ref())).collect();
    fields.join(",") + "\n"
}

/// A number from which the same bits are read back; empty where there is none.
pub(crate) fn number(value: Option<f64>) -> String {
    // Debug is the shortest text that reads back the same, with an exponent where zeros would pile up.
    match value {
        Some(value) if value.is_finite() => format!("{value:?}"),
        _ => String::new(),
    }
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_string()
    }
}

/// Fields of CSV text, by a reader that shares nothing with the writer.
#[cfg(test)]
pub(crate) fn parse(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut inside = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let record = records.last_mut().expect("there is always a record");
        let field = record.last_mut().expect("there is always a field");
        match c {
            '"' if inside && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => inside = !inside,
            ',' if !inside => record.push(String::new()),
            '\n' if !inside => records.push(vec![String::new()]),
            c => field.push(c),
        }
    }
    records.pop();
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        let line = record(["plain", "a,b", "say \"x\"", "two\nlines", ""]);
        assert_eq!(line, "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\n");
        assert_eq!(parse(&line), [["plain", "a,b", "say \"x\"", "two\nlines", ""]]);
    }

    #[test]
    fn numbers_keep_their_bits() {
        for value in [0.1 + 0.2, -0.0, 1e-300, 5e-324, f64::MAX, 1.0, -5331.252007] {
            let read: f64 = number(Some(value)).parse().unwrap();
            assert_eq!(read.to_bits(), value.to_bits());
        }
        assert_eq!(number(None), "");
        assert_eq!(number(Some(f64::NAN)), "");
    }
}
