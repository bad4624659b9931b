//! Every message, whole.

use super::*;
use crate::{column_names, write};

fn message(outcome: Result<Table, TableError>) -> String {
    outcome.unwrap_err().to_string()
}

#[test]
fn files_that_are_not_there() {
    let folder = Folder::new()
        .with("swissmetro.csv", "a\n1\n")
        .with("other.csv", "a\n1\n");
    let at = |name: &str| folder.path(name).display().to_string();
    let cases = [
        (
            "swismetro.csv",
            format!("no file \"{}\"; did you mean \"swissmetro.csv\"?", at("swismetro.csv")),
        ),
        (
            "trips.csv",
            format!("no file \"{}\"; check its name and folder", at("trips.csv")),
        ),
        (
            "sub/trips.csv",
            format!(
                "no file \"{}\": there is no folder \"{}\"; check the path",
                at("sub/trips.csv"),
                at("sub")
            ),
        ),
        (
            "",
            format!(
                "\"{}\" is a folder; name a file in it, or Parquet files as in \"{}\"",
                at(""),
                at("*.parquet")
            ),
        ),
        (
            "p*.parquet",
            format!(
                "no file fits \"{}\"; check the folder and the pattern",
                at("p*.parquet")
            ),
        ),
        (
            "*.csv",
            "\"*.csv\": only Parquet files are read by a pattern; name one file, or join them \
             into one"
                .to_owned(),
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(message(folder.read(name)), expected, "{name}");
        let header = column_names(&folder.path(name), &ReadOptions::default());
        assert_eq!(header.unwrap_err().to_string(), expected, "{name}");
    }
}

#[test]
fn files_of_other_kinds() {
    let cases = [
        (
            "f.xlsx",
            "x",
            "f.xlsx: tables are not read from \".xlsx\" files; save the table as .csv, .tsv or \
             .parquet",
        ),
        (
            "f",
            "x",
            "f: the format of a table is told by its ending; save the table as .csv, .tsv or \
             .parquet",
        ),
        ("f.csv", "", "f.csv is empty; a table needs a header and rows"),
        ("f.csv", "\n \n", "f.csv is empty; a table needs a header and rows"),
        ("f.parquet", "", "f.parquet is empty; a table needs a header and rows"),
        (
            "f.parquet",
            "a,b\n1,2\n3,4\n5,6\n",
            "f.parquet is not a Parquet file; if it is text, let its name end in .csv or .tsv",
        ),
        (
            "f.pq",
            "PAR1",
            "f.pq is not a Parquet file; if it is text, let its name end in .csv or .tsv",
        ),
        (
            "f.pq",
            "PAR1 and then nothing",
            "f.pq is cut off: the end of a Parquet file is missing; copy or write it again",
        ),
        (
            "f.csv",
            "a;b\n1;2\n",
            "f.csv: the header is a single column and contains \";\"; set separator = \";\"",
        ),
        (
            "f.csv",
            "a\tb\n1\t2\n",
            "f.csv: the header is a single column and contains \"\\t\"; set separator = \"\\t\"",
        ),
        (
            "f.tsv",
            "a,b\n1,2\n",
            "f.tsv: the header is a single column and contains \",\"; set separator = \",\"",
        ),
        (
            "f.csv",
            "a,b\r1,2\r",
            "f.csv: its lines end in carriage returns alone, as on old Macs; save it with ordinary \
             line ends",
        ),
    ];
    for (name, content, expected) in cases {
        let folder = Folder::new().with(name, content);
        assert_eq!(message(folder.read(name)), expected, "{name} {content:?}");
    }
    assert_eq!(
        message(csv(b"\xFF\xFEa\0,\0b\0")),
        "f.csv is written in UTF-16; save it as UTF-8"
    );
}

#[test]
fn separators_that_cannot_be() {
    let folder = Folder::new().with("f.csv", "a,b\n");
    let cases = [
        (b'"', "\"\\\"\""),
        (b'\n', "\"\\n\""),
        (b'1', "\"1\""),
        (0xE9, "byte 0xE9"),
    ];
    for (separator, shown) in cases {
        let options = ReadOptions {
            separator: Some(separator),
            decimal_comma: false,
        };
        assert_eq!(
            message(read(&folder.path("f.csv"), Columns::All, &options)),
            format!("separator {shown}: cells cannot be separated by it; use \",\", \";\" or \"\\t\"")
        );
    }
}

#[test]
fn columns_that_are_not_there_are_reported_together() {
    let content = "TRAIN_TT,TRAIN_CO,CHOICE\n1,2,3\n";
    assert_eq!(
        message(csv_numbers(content, &["TRAIN_TTT", "choice", "income", "TRAIN_CO"])),
        "no column \"TRAIN_TTT\" in f.csv; did you mean \"TRAIN_TT\"?\n\
         no column \"choice\" in f.csv; did you mean \"CHOICE\"?\n\
         no column \"income\" in f.csv; check the header of the file"
    );
}

#[test]
fn names_that_repeat() {
    assert_eq!(
        message(csv("cost,time,cost,,\n")),
        "f.csv: columns 1 and 3 are both called \"cost\"; rename all but one"
    );
    assert_eq!(
        message(csv("x,y,x,y, x\n")),
        "f.csv: columns 1, 3 and 5 are all called \"x\"; rename all but one\n\
         f.csv: columns 2 and 4 are both called \"y\"; rename all but one"
    );
}

#[test]
fn rows_of_another_length() {
    let cases = [
        (
            "a,b,c\n1,2,3\n1,2\n",
            "f.csv, row 3: 2 cells where the header has 3 columns; fill the row up",
        ),
        (
            "a,b,c\n1\n1,2,3,4\n1,2,3\n1,2\n",
            "f.csv, row 2: 1 cell where the header has 3 columns (and 2 more rows); fill the row up",
        ),
        (
            "a\n1,5\n",
            "f.csv, row 2: 2 cells where the header has 1 column; quote a cell that contains \",\", or \
             remove what is too much",
        ),
        (
            "a,b\n1,2\n1,2,5\n",
            "f.csv, row 3: 3 cells where the header has 2 columns; quote a cell that contains \
             \",\", or remove what is too much",
        ),
        (
            "a,b\n1,2\n\n3,4\n \n\n5,6\n\n",
            "f.csv, row 3: the line is blank (and 2 more rows); remove it",
        ),
        (
            "a,b\n1,2\n\"x\",\n\n3,4,5\n",
            "f.csv, row 5: 3 cells where the header has 2 columns; quote a cell that contains \
             \",\", or remove what is too much\n\
             f.csv, row 4: the line is blank; remove it",
        ),
    ];
    for (content, expected) in cases {
        assert_eq!(message(csv(content)), expected, "{content:?}");
    }
}

#[test]
fn independent_problems_come_together() {
    assert_eq!(
        message(csv_numbers("a,b\n1,2\n1\n", &["c"])),
        "no column \"c\" in f.csv; check the header of the file\n\
         f.csv, row 3: 1 cell where the header has 2 columns; fill the row up"
    );
}

#[test]
fn quotation_marks_in_disorder() {
    let wrong = "has a quotation mark in the wrong place; put the whole cell in quotation marks \
                 and double those inside";
    let never = "a cell opens with a quotation mark that is never closed; close or remove it";
    let cases = [
        ("a,b\n1,2\n3,\"x\n4,5\n", format!("f.csv, row 3, column 2: {never}")),
        ("\"a,b\n1,2\n", format!("f.csv, row 1, column 1: {never}")),
        ("a,b\n\"x\"y,2\n", format!("f.csv, row 2, column 1: \"\"x\"y\" {wrong}")),
        (
            "a,b\n\"x\",2\n1,5\" pipe\n",
            format!("f.csv, row 3, column 2: \"5\" pipe\" {wrong}"),
        ),
    ];
    for (content, expected) in cases {
        assert_eq!(message(csv(content)), expected, "{content:?}");
    }
}

#[test]
fn bytes_that_are_not_utf8() {
    assert_eq!(
        message(csv(b"city,x\nBern,1\nZ\xFCrich,1\nZ\xFCrich,2\n")),
        "f.csv, row 3, column \"city\": byte 0xFC is not UTF-8 (and 1 more cell); save the file as \
         UTF-8"
    );
    assert_eq!(
        message(csv(b"\"\",x\nZ\xFCrich,1\nBern,2\n").and_then(|_| csv(b"a,x\nZ\xFC,1\n"))),
        "f.csv, row 2, column \"a\": byte 0xFC is not UTF-8; save the file as UTF-8"
    );
    assert_eq!(
        message(csv(b"x,pr\xE9f\n1,2\n")),
        "f.csv, row 1, column 2: byte 0xE9 is not UTF-8; save the file as UTF-8"
    );
}

#[test]
fn cells_that_are_not_numbers() {
    let cases = [
        (
            "tt\n7\n12,5\n8\n",
            None,
            false,
            "f.tsv, row 3, column \"tt\": \"12,5\" is not a number; write 12.5 or set \
             decimal_mark = \",\"",
        ),
        (
            "tt\n7\n1,250\n",
            None,
            false,
            "f.tsv, row 3, column \"tt\": \"1,250\" is not a number; write 1250 if \",\" separates thousands; if it is the \
             decimal mark write 1.250 or set decimal_mark = \",\"",
        ),
        (
            "tt\n12,5\n13,5\n",
            None,
            false,
            "f.tsv, row 2, column \"tt\": \"12,5\" is not a number, nor are \"13,5\" (row 3); \
             write 12.5 or set decimal_mark = \",\"",
        ),
        (
            "tt\n1\nx\ny\nz\nx\n",
            None,
            false,
            "f.tsv, row 3, column \"tt\": \"x\" is not a number, nor are \"y\" (row 4), \"z\" \
             (row 5) and 1 more row; correct the cell, or leave it empty if its value is missing",
        ),
        (
            "tt\n1\nN/A\nN/A\nN/A\nN/A\nN/A\n",
            None,
            false,
            "f.tsv, row 3, column \"tt\": \"N/A\" is not a number, nor are \"N/A\" (row 4), \
             \"N/A\" (row 5) and 2 more rows; leave the cell empty if its value is missing",
        ),
        (
            "tt\n1\n12.5\n",
            Some(b'\t'),
            true,
            "f.tsv, row 3, column \"tt\": \"12.5\" is not a number; write 12,5 or set \
             decimal_mark = \".\"",
        ),
        (
            "tt\ncar\nbus\ncar\n",
            None,
            false,
            "f.tsv, column \"tt\" holds text (\"car\", \"bus\") where numbers are needed; compare \
             it with a text, as in tt == 'car', or recode it",
        ),
        (
            "travel mode\na\nb\nc\nd\nNA\n",
            None,
            false,
            "f.tsv, column \"travel mode\" holds text (\"a\", \"b\", \"c\", …) where numbers are \
             needed; compare it with a text, as in `travel mode` == 'a', or recode it",
        ),
        (
            "id\n1\n9007199254740993\n-9007199254740993\n",
            None,
            false,
            "f.tsv, row 3, column \"id\": 9007199254740993 is too large to be held exactly as a \
             number (and 1 more row); use it as an identifier only, or rescale it",
        ),
    ];
    for (content, separator, decimal_comma, expected) in cases {
        let folder = Folder::new().with("f.tsv", content);
        let options = ReadOptions {
            separator,
            decimal_comma,
        };
        let name = content.lines().next().unwrap();
        assert_eq!(message(numbers(&folder.path("f.tsv"), &[name], &options)), expected);
    }
}

#[test]
fn rows_are_counted_as_a_spreadsheet_counts_them() {
    assert_eq!(
        message(csv_numbers("\na,b\n1,\"x\ny\"\nz,\n2,3\n", &["a"])),
        "f.csv, row 4, column \"a\": \"z\" is not a number; correct the cell, or leave it empty if \
         its value is missing"
    );
}

#[test]
fn bad_columns_are_reported_together() {
    assert_eq!(
        message(csv_numbers("a,b,c\n1,x,1\n\"2,5\",y,2\n", &["a", "b", "c"])),
        "f.csv, row 3, column \"a\": \"2,5\" is not a number; write 2.5 or set decimal_mark = \
         \",\"\n\
         f.csv, column \"b\" holds text (\"x\", \"y\") where numbers are needed; compare it with a \
         text, as in b == 'x', or recode it"
    );
}

#[test]
fn files_that_cannot_be_written() {
    let folder = Folder::new();
    let path = folder.path("no/such/f.csv");
    let error = write(&path, &table(0, Vec::new())).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "\"{}\" cannot be written (No such file or directory (os error 2)); check the folder, \
             your rights and the space left",
            path.display()
        )
    );
    let error = write(&folder.path("f.doc"), &table(0, Vec::new())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "f.doc: tables are not read from \".doc\" files; save the table as .csv, .tsv or .parquet"
    );
}
