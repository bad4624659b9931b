//! Text files that can be read.

use super::*;
use crate::column_names;

#[test]
fn numbers_text_and_missing_cells() {
    let table = csv("id,mode,time,av\n1,car,12.5,TRUE\n2,NA,,false\n3,\" bus \",NA,True\n").unwrap();
    assert_eq!(table.n_rows, 3);
    assert_eq!(table.source.name, "f.csv");
    assert_eq!(table.source.first_row, 2);
    assert_eq!(table.row_number(2), 4);
    assert_eq!(table.all_names, ["id", "mode", "time", "av"]);
    assert_eq!(shown(&table, "id"), ["1", "2", "3"]);
    assert_eq!(shown(&table, "mode"), ["\"car\"", "-", "\" bus \""]);
    assert_eq!(shown(&table, "time"), ["12.5", "NaN", "NaN"]);
    assert_eq!(shown(&table, "av"), ["1", "0", "1"]);
}

#[test]
fn a_column_is_decided_by_all_its_rows() {
    // The text stands far behind the rows that the first guess looks at.
    let mut content = "a,b,c\n".to_owned();
    for row in 0..30_000 {
        content += &format!("{row},00{row},{row}\n");
    }
    content += "1e999,7x, inf\n-1,1,9007199254740993\n";
    let table = csv(&content).unwrap();
    assert_eq!(table.n_rows, 30_002);
    assert_eq!(shown(&table, "a")[29_999..], ["29999", "inf", "-1"]);
    assert_eq!(shown(&table, "b")[29_999..], ["\"0029999\"", "\"7x\"", "\"1\""]);
    assert_eq!(
        shown(&table, "c")[29_999..],
        ["\"29999\"", "\" inf\"", "\"9007199254740993\""]
    );
}

#[test]
fn kinds_of_columns() {
    let cases: [(&[&str], &[&str]); 9] = [
        (&["", "NA", "NULL"], &["NaN", "NaN", "NaN"]),
        (&["007", "08", "1"], &["7", "8", "1"]),
        (&["007", "8a", "1"], &["\"007\"", "\"8a\"", "\"1\""]),
        (&["1", "TRUE", "x"], &["\"1\"", "\"TRUE\"", "\"x\""]),
        (&["1", "true", ""], &["1", "1", "NaN"]),
        (&[" 1", "2 ", " 3 "], &["1", "2", "3"]),
        (&["inf", "-Inf", "1e3"], &["inf", "-inf", "1000"]),
        (
            &["9007199254740992", "-9007199254740992", "1e300"],
            &["9007199254740992", "-9007199254740992", &format!("{}", 1e300)],
        ),
        (
            &["9007199254740993", "", "1.5"],
            &["\"9007199254740993\"", "-", "\"1.5\""],
        ),
    ];
    for (cells, expected) in cases {
        let rows: String = cells.iter().map(|cell| format!("{cell},0\n")).collect();
        let table = csv(format!("x,y\n{rows}")).unwrap();
        assert_eq!(shown(&table, "x"), expected, "{cells:?}");
        assert_eq!(shown(&table, "y"), ["0", "0", "0"]);
    }
}

#[test]
fn line_ends_marks_quotes_and_blank_lines() {
    let same = [
        "a,b\n1,x\n2,y\n",
        "a,b\r\n1,x\r\n2,y\r\n",
        "a,b\n1,x\n2,y",
        "\u{feff}a,b\n1,x\n2,y\n",
        "\u{feff}\"a\",\"b\"\r\n\"1\",\"x\"\r\n\"2\",\"y\"",
        " a , b\n1,x\n2,y\n\n\r\n  \n",
        "a,b\n1 ,x\n 2,y\n",
    ];
    let expected = csv(same[0]).unwrap();
    for content in same {
        let table = csv(content).unwrap();
        assert_eq!(table, expected, "{content:?}");
    }
    // The first row keeps the number that an editor shows.
    let moved = csv("\n \r\na,b\n1,x\n2,y\n").unwrap();
    assert_eq!(moved.source.first_row, 4);
    assert_eq!(moved.columns, expected.columns);
}

#[test]
fn quoted_cells_hold_separators_line_breaks_and_quotes() {
    let table = csv("a,b,c\n\"1,5\",\"x\r\ny\",\"say \"\"hi\"\"\"\n,\"\",\"\"\"\"\n\"2\",,z\n").unwrap();
    assert_eq!(shown(&table, "a"), ["\"1,5\"", "-", "\"2\""]);
    assert_eq!(shown(&table, "b"), ["\"x\\r\\ny\"", "-", "-"]);
    assert_eq!(shown(&table, "c"), ["\"say \\\"hi\\\"\"", "\"\\\"\"", "\"z\""]);
    // Where no cell is quoted, a quotation mark is a letter.
    let table = csv("a,b\n5\" pipe,1\n6\" pipe,2\n").unwrap();
    assert_eq!(shown(&table, "a"), ["\"5\\\" pipe\"", "\"6\\\" pipe\""]);
}

#[test]
fn one_column_keeps_its_blank_cells() {
    let table = csv("a\n1\n\n3\n\n").unwrap();
    assert_eq!(shown(&table, "a"), ["1", "NaN", "3"]);
}

#[test]
fn header_alone_is_a_table_without_rows() {
    for content in ["a,b", "a,b\n", "a,b\r\n\r\n"] {
        let table = csv(content).unwrap();
        assert_eq!(table.n_rows, 0, "{content:?}");
        assert_eq!(table.columns.len(), 2);
        assert!(table.columns[0].values.is_empty());
    }
}

#[test]
fn separators_follow_the_ending_and_the_options() {
    let cases = [
        ("f.csv", "a,b\n1,2\n", None, false),
        ("f.TSV", "a\tb\n1\t2\n", None, false),
        ("f.tab", "a\tb\n1\t2\n", None, false),
        ("f.txt", "a\tb\n1\t2\n", None, false),
        ("f.dat", "a,b\n1,2\n", None, false),
        ("f.csv", "a;b\n1;2\n", Some(b';'), false),
        ("f.csv", "a;b\n1,0;2\n", None, true),
        ("f.csv", "a,b\n\"1,0\",2\n", Some(b','), true),
        ("f.csv", "a|b\n1|2\n", Some(b'|'), false),
        ("f.csv", "a b\n1 2\n", Some(b' '), false),
    ];
    for (name, content, separator, decimal_comma) in cases {
        let folder = Folder::new().with(name, content);
        let options = ReadOptions {
            separator,
            decimal_comma,
        };
        let table = read(&folder.path(name), Columns::All, &options).unwrap();
        assert_eq!(shown(&table, "a"), ["1"], "{name} {content:?}");
        assert_eq!(shown(&table, "b"), ["2"]);
        let header = column_names(&folder.path(name), &options).unwrap();
        assert_eq!((header.file.as_str(), header.names), (name, table.all_names));
    }
}

#[test]
fn decimal_commas() {
    let folder = Folder::new().with("f.csv", "a;b\n12,5;1.234,5\n-,5;2\nNA;3\n");
    let options = ReadOptions {
        decimal_comma: true,
        ..ReadOptions::default()
    };
    let table = read(&folder.path("f.csv"), Columns::All, &options).unwrap();
    assert_eq!(shown(&table, "a"), ["12.5", "-0.5", "NaN"]);
    assert_eq!(shown(&table, "b"), ["\"1.234,5\"", "\"2\"", "\"3\""]);
}

#[test]
fn only_the_columns_asked_for_in_the_order_of_the_file() {
    let folder = Folder::new().with("f.csv", "\"\",a,b,c,d\n1,2,x,4,5\n");
    let path = folder.path("f.csv");
    let wanted = [("d", Want::Any), ("a", Want::Number), ("d", Want::Number)];
    let table = read(&path, Columns::Named(&wanted), &ReadOptions::default()).unwrap();
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "d"]);
    assert_eq!(table.all_names, ["a", "b", "c", "d"]);
    let none = read(&path, Columns::Named(&[]), &ReadOptions::default()).unwrap();
    assert_eq!((none.n_rows, none.columns.len()), (1, 0));
}

#[test]
fn other_encodings_in_columns_that_are_not_read_do_no_harm() {
    let content = b"city,mode,time\nZ\xFCrich,car,1\nBern,b\xC3\xBCs,2\n";
    let folder = Folder::new().with("f.csv", content);
    let wanted = [("mode", Want::Any), ("time", Want::Number)];
    let table = read(&folder.path("f.csv"), Columns::Named(&wanted), &ReadOptions::default()).unwrap();
    assert_eq!(shown(&table, "mode"), ["\"car\"", "\"büs\""]);
    assert_eq!(shown(&table, "time"), ["1", "2"]);
}

#[test]
fn first_cells_that_look_like_compressed_data_are_text() {
    // Polars takes these bytes at the start of its input for zlib, and a byte order mark for one.
    for first in ["x^2+", "x\u{6c0}yz", "\u{feff}abc"] {
        let table = csv(format!("a,b\n{first},1\n")).unwrap();
        assert_eq!(shown(&table, "a"), [format!("{first:?}")]);
    }
}
