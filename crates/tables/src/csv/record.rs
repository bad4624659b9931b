//! One record of a text file: its cells and their quotation marks.

use std::ops::Range;

/// A cell's place in the file, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawCell {
    /// Without the quotation marks around it.
    pub(super) range: Range<usize>,
    /// Whether it stands in quotation marks; those inside are doubled.
    pub(super) quoted: bool,
}

/// What is wrong with a record's quotation marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum QuoteFault {
    Unclosed { column: usize },
    TextAfter { column: usize, range: Range<usize> },
}

/// Visits the cells of the record that begins at `start`; gives where the next one begins.
pub(super) fn record(
    bytes: &[u8],
    start: usize,
    separator: u8,
    mut visit: impl FnMut(RawCell),
) -> Result<usize, QuoteFault> {
    let mut position = start;
    let mut column = 1;
    loop {
        let open = position;
        let quoted = bytes.get(position) == Some(&b'"');
        if quoted {
            position = end_of_quotes(bytes, position).ok_or(QuoteFault::Unclosed { column })?;
        }
        let content_end = position;
        let stop = bytes[position..]
            .iter()
            .position(|&byte| byte == separator || byte == b'\n')
            .map_or(bytes.len(), |step| position + step);
        let last = bytes.get(stop) != Some(&separator);
        let end = if last && bytes[position..stop].ends_with(b"\r") {
            stop - 1
        } else {
            stop
        };
        if !quoted {
            visit(RawCell {
                range: open..end,
                quoted,
            });
        } else if content_end == end {
            visit(RawCell {
                range: open + 1..content_end - 1,
                quoted,
            });
        } else {
            return Err(QuoteFault::TextAfter {
                column,
                range: open..end,
            });
        }
        position = (stop + 1).min(bytes.len());
        if last {
            return Ok(position);
        }
        column += 1;
    }
}

/// Where a quoted cell that begins at `start` ends, behind its last quotation mark.
pub(super) fn end_of_quotes(bytes: &[u8], start: usize) -> Option<usize> {
    let mut position = start + 1;
    loop {
        position += bytes[position..].iter().position(|&byte| byte == b'"')? + 1;
        if bytes.get(position) != Some(&b'"') {
            return Some(position);
        }
        position += 1;
    }
}

/// Text of a cell, its doubled quotation marks made single.
pub(super) fn content(bytes: &[u8], cell: &RawCell) -> Vec<u8> {
    let raw = &bytes[cell.range.clone()];
    if !cell.quoted {
        return raw.to_vec();
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut previous_quote = false;
    for &byte in raw {
        if byte == b'"' && previous_quote {
            previous_quote = false;
            continue;
        }
        previous_quote = byte == b'"';
        text.push(byte);
    }
    text
}

/// Whether a line holds nothing.
pub(super) fn is_blank(line: &[u8], separator: u8) -> bool {
    line.iter()
        .all(|&byte| byte != separator && matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Result<Vec<String>, QuoteFault> {
        let mut cells = Vec::new();
        record(text.as_bytes(), 0, b',', |cell| {
            cells.push(String::from_utf8(content(text.as_bytes(), &cell)).unwrap());
        })
        .map(|_| cells)
    }

    #[test]
    fn records() {
        let cases: [(&str, &[&str]); 10] = [
            ("a,b", &["a", "b"]),
            ("a,b\r\nc", &["a", "b"]),
            ("a,\n", &["a", ""]),
            ("", &[""]),
            ("\"a,b\",c\n", &["a,b", "c"]),
            ("\"a\nb\",c\n", &["a\nb", "c"]),
            ("\"say \"\"hi\"\"\"\r\n", &["say \"hi\""]),
            ("\"\"\"\"\"\",\"\"", &["\"\"", ""]),
            ("5\" pipe,x", &["5\" pipe", "x"]),
            (" \"a\",b", &[" \"a\"", "b"]),
        ];
        for (text, expected) in cases {
            assert_eq!(cells(text).unwrap(), expected, "{text:?}");
        }
        assert_eq!(cells("a,\"b"), Err(QuoteFault::Unclosed { column: 2 }));
        assert_eq!(cells("\"a\"b,c"), Err(QuoteFault::TextAfter { column: 1, range: 0..4 }));
    }
}
