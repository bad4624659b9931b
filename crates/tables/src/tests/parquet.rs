//! Parquet files of this and of other programs.

use std::path::Path;

use logsum_data::TextColumn;

use super::*;
use crate::write;

/// Files that pyarrow has written, by `fixtures/make.py`.
pub(super) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn number(values: &[f64]) -> Values {
    Values::Number(values.into())
}

fn text(texts: &[&str]) -> Values {
    Values::Text(TextColumn::new(texts.iter().map(|&text| Some(text))))
}

#[test]
fn types_of_other_programs() {
    let path = fixture("types.parquet");
    let table = read(&path, Columns::All, &ReadOptions::default()).unwrap();
    assert_eq!(table.source.first_row, 1);
    let cases = [
        ("i8", ["-1", "NaN", "127"]),
        ("i16", ["-300", "0", "300"]),
        ("i32", ["-70000", "0", "NaN"]),
        ("i64", ["1", "2", "3"]),
        ("u8", ["0", "255", "NaN"]),
        ("u16", ["0", "65535", "1"]),
        ("u32", ["0", "4294967295", "1"]),
        ("u64", ["\"18446744073709551615\"", "-", "\"1\""]),
        ("large", ["\"9007199254740992\"", "\"9007199254740993\"", "-"]),
        ("f32", ["0.5", "NaN", "NaN"]),
        ("f64", ["0.1", "inf", "NaN"]),
        ("truth", ["1", "0", "NaN"]),
        ("text", ["\"b\"", "-", "\"a\""]),
        ("large_text", ["-", "-", "\"x\""]),
        ("category", ["\"car\"", "-", "\"bus\""]),
        ("digits", ["\"007\"", "\"8\"", "-"]),
        ("nothing", ["NaN", "NaN", "NaN"]),
    ];
    for (name, expected) in cases {
        assert_eq!(shown(&table, name), expected, "{name}");
    }
    // What is neither numbers nor text is left out, but known.
    assert_eq!(table.columns.len(), cases.len());
    assert_eq!(table.all_names.len(), 26);
}

#[test]
fn decimals_held_as_integers() {
    let path = fixture("decimals.parquet");
    let table = read(&path, Columns::All, &ReadOptions::default()).unwrap();
    for name in ["short", "long"] {
        assert_eq!(shown(&table, name), ["1.25", "NaN", "-3.5"]);
    }
}

#[test]
fn types_that_cannot_be_read_are_named_if_asked_for() {
    let asked = [
        "decimal_bytes",
        "day",
        "clock",
        "moment",
        "half",
        "list",
        "struct",
        "map",
        "bytes",
    ];
    let kinds = [
        "decimal stored as bytes",
        "date",
        "time",
        "timestamp",
        "16-bit float",
        "list",
        "struct",
        "map",
        "fixed-length bytes",
    ];
    let lines: Vec<String> = asked
        .iter()
        .zip(kinds)
        .map(|(name, kind)| {
            format!(
                "types.parquet, column \"{name}\" is of type {kind}; convert it to a number or to \
                 text"
            )
        })
        .collect();
    let error = numbers(&fixture("types.parquet"), &asked, &ReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), lines.join("\n"));
}

#[test]
fn text_and_large_numbers_where_numbers_are_needed() {
    let path = fixture("types.parquet");
    let wanted = ["text", "large", "digits", "truth"];
    let error = numbers(&path, &wanted, &ReadOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "types.parquet, row 2, column \"large\": 9007199254740993 is too large to be held exactly \
         as a number; use it as an identifier only, or rescale it\n\
         types.parquet, column \"text\" holds text (\"b\", \"a\") where numbers are needed; \
         compare it with a text, as in text == 'b', or recode it"
    );
    // Text that is numbers throughout serves as numbers where these are asked for.
    let table = numbers(&path, &["digits"], &ReadOptions::default()).unwrap();
    assert_eq!(shown(&table, "digits"), ["7", "8", "NaN"]);
}

#[test]
fn several_files_in_the_order_of_their_names() {
    let folder = Folder::new();
    let parts = [
        ("p-2.parquet", 3.0, "b"),
        ("p-1.parquet", 1.0, "c"),
        ("p-3.pq", 9.0, "z"),
    ];
    for (name, first, mode) in parts {
        let columns = vec![("x", number(&[first, first + 1.0])), ("mode", text(&[mode, "a"]))];
        write(&folder.path(name), &table(2, columns)).unwrap();
    }
    let read = folder.read("p-?.parquet").unwrap();
    assert_eq!(read.source.name, "p-?.parquet");
    assert_eq!(read.n_rows, 4);
    assert_eq!(shown(&read, "x"), ["1", "2", "3", "4"]);
    assert_eq!(shown(&read, "mode"), ["\"c\"", "\"a\"", "\"b\"", "\"a\""]);
    let names = crate::column_names(&folder.path("p-?.parquet"), &ReadOptions::default());
    assert_eq!(names.unwrap().names, ["x", "mode"]);
}

#[test]
fn large_integers_are_text_in_all_files() {
    let folder = Folder::new();
    std::fs::copy(fixture("types.parquet"), folder.path("a.parquet")).unwrap();
    let path = folder.path("b.parquet");
    let narrow = numbers(&fixture("types.parquet"), &["i64"], &ReadOptions::default()).unwrap();
    let mut other = table(3, vec![("large", number(&[0.5, 1.0, f64::NAN]))]);
    other.all_names = narrow.all_names;
    write(&path, &other).unwrap();
    let wanted = [("large", Want::Any)];
    let error = read(
        &folder.path("*.parquet"),
        Columns::Named(&wanted),
        &ReadOptions::default(),
    );
    // The second file lacks the other columns, read or not.
    assert!(matches!(error, Err(TableError::Several(problems)) if problems.len() == 25));
    write(
        &folder.path("a.parquet"),
        &read(
            &fixture("types.parquet"),
            Columns::Named(&wanted),
            &ReadOptions::default(),
        )
        .unwrap(),
    )
    .unwrap();
    let error = folder.read("*.parquet").unwrap_err();
    assert_eq!(
        error.to_string(),
        "b.parquet, column \"large\" is numbers, in a.parquet it is text; write all files with the \
         same types"
    );
}

#[test]
fn files_with_other_columns() {
    let folder = Folder::new();
    let first = vec![("x", number(&[1.0])), ("cost", number(&[1.0]))];
    let second = vec![("time", number(&[1.0])), ("x", text(&["a"]))];
    write(&folder.path("a.parquet"), &table(1, first)).unwrap();
    write(&folder.path("b.parquet"), &table(1, second)).unwrap();
    let error = folder.read("*.parquet").unwrap_err();
    assert_eq!(
        error.to_string(),
        "b.parquet has no column \"cost\", a.parquet has one; write all files with the same \
         columns\n\
         b.parquet has a column \"time\", a.parquet has none; write all files with the same columns"
    );
}

#[test]
fn files_cut_off_anywhere() {
    let whole = std::fs::read(fixture("types.parquet")).unwrap();
    for length in [4, 100, whole.len() / 2, whole.len() - 1] {
        let folder = Folder::new().with("f.parquet", &whole[..length]);
        let message = folder.read("f.parquet").unwrap_err().to_string();
        let expected = if length < 12 {
            "f.parquet is not a Parquet file; if it is text, let its name end in .csv or .tsv"
        } else {
            "f.parquet is cut off: the end of a Parquet file is missing; copy or write it again"
        };
        assert_eq!(message, expected, "{length}");
    }
    // A piece missing from the middle: the footer says more than there is.
    let pieces = [&whole[..100], &whole[whole.len() - 9000..]].concat();
    let folder = Folder::new().with("f.parquet", pieces);
    let error = folder.read("f.parquet").unwrap_err();
    assert!(matches!(error, TableError::Unreadable { .. }), "{error}");
}

#[test]
fn no_rows_and_no_columns() {
    let folder = Folder::new();
    let path = folder.path("f.parquet");
    write(&path, &table(0, vec![("x", number(&[])), ("m", text(&[]))])).unwrap();
    let read_back = folder.read("f.parquet").unwrap();
    assert_eq!((read_back.n_rows, read_back.columns.len()), (0, 2));
    write(&path, &table(2, vec![("x", number(&[1.0, 2.0]))])).unwrap();
    let none = read(&path, Columns::Named(&[]), &ReadOptions::default()).unwrap();
    assert_eq!((none.n_rows, none.columns.len()), (2, 0));
}
