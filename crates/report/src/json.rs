//! JSON for people too: indented, but a row of a matrix on one line.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

/// A value as indented JSON with full precision and a final line end. An array within an array is
/// written on one line.
pub(crate) fn pretty<T: Serialize>(value: &T) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Rows::default());
    value
        .serialize(&mut serializer)
        .expect("a report has string keys and is written to memory");
    bytes.push(b'\n');
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// Indents everything except what is inside an array within an array.
#[derive(Default)]
struct Rows {
    pretty: PrettyFormatter<'static>,
    /// For each open array or object: is it an array?
    open: Vec<bool>,
    /// How many of them were open when the current row began.
    row: Option<usize>,
}

impl Rows {
    fn begin(&mut self, is_array: bool) {
        if is_array && self.row.is_none() && self.open.last() == Some(&true) {
            self.row = Some(self.open.len());
        }
        self.open.push(is_array);
    }

    fn end(&mut self) {
        self.open.pop();
        if self.row == Some(self.open.len()) {
            self.row = None;
        }
    }
}

fn separator<W: ?Sized + Write>(writer: &mut W, first: bool) -> io::Result<()> {
    writer.write_all(if first { b"" } else { b", " })
}

impl Formatter for Rows {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(true);
        match self.row {
            Some(_) => writer.write_all(b"["),
            None => self.pretty.begin_array(writer),
        }
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let in_row = self.row.is_some();
        self.end();
        match in_row {
            true => writer.write_all(b"]"),
            false => self.pretty.end_array(writer),
        }
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        match self.row {
            Some(_) => separator(writer, first),
            None => self.pretty.begin_array_value(writer, first),
        }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        match self.row {
            Some(_) => Ok(()),
            None => self.pretty.end_array_value(writer),
        }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(false);
        match self.row {
            Some(_) => writer.write_all(b"{"),
            None => self.pretty.begin_object(writer),
        }
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let in_row = self.row.is_some();
        self.end();
        match in_row {
            true => writer.write_all(b"}"),
            false => self.pretty.end_object(writer),
        }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        match self.row {
            Some(_) => separator(writer, first),
            None => self.pretty.begin_object_key(writer, first),
        }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        match self.row {
            Some(_) => Ok(()),
            None => self.pretty.end_object_value(writer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn rows_of_a_matrix_stand_on_one_line() {
        let value = json!({ "m": [[1.0, 0.1], [0.1, 2.0]], "v": [1, 2], "e": [] });
        let text =
            "{\n  \"m\": [\n    [1.0, 0.1],\n    [0.1, 2.0]\n  ],\n  \"v\": [\n    1,\n    2\n  ],\n  \"e\": []\n}\n";
        // The order of keys is the map's; each member is there as it should be.
        for member in ["\"m\": [\n    [1.0, 0.1],\n    [0.1, 2.0]\n  ]", "\"e\": []"] {
            assert!(text.contains(member) && pretty(&value).contains(member));
        }
        assert_eq!(pretty(&value).len(), text.len());
    }

    #[test]
    fn whatever_is_nested_reads_back() {
        let value = json!([[{ "a": [[], {}, [1, [2]]], "b": "x\n" }, 1], { "c": [[1.5]] }, []]);
        let read: Value = serde_json::from_str(&pretty(&value)).unwrap();
        assert_eq!(read, value);
    }
}
