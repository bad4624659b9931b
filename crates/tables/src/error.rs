//! What can be wrong with a table, each problem in one line.

use std::path::PathBuf;

use crate::text::{and_more, counted, list, mark, needed_numbers, not_a_number, ordinal_cell, places, quoted};

/// A cell that is not what its column should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offender {
    /// Its row, as a spreadsheet numbers it.
    pub row: usize,
    /// The cell as written, shortened if long.
    pub value: String,
}

/// A table that cannot be read or written.
///
/// `file` is the name without its folder; rows are numbered as a spreadsheet does; columns counted
/// from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// There is no such file.
    #[error("no file \"{}\"; {}", path.display(), match suggestion {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => "check its name and folder".to_owned(),
    })]
    NoFile {
        /// Path as given.
        path: PathBuf,
        /// A file of that folder with nearly that name.
        suggestion: Option<String>,
    },

    /// There is no such folder.
    #[error("no file \"{}\": there is no folder \"{}\"; check the path", path.display(), folder.display())]
    NoFolder {
        /// Path as given.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },

    /// A folder where a file is needed.
    #[error("\"{}\" is a folder; name a file in it, or Parquet files as in \"{}\"", path.display(), path.join("*.parquet").display())]
    IsFolder {
        /// Path as given.
        path: PathBuf,
    },

    /// A pattern that fits no file.
    #[error("no file fits \"{}\"; check the folder and the pattern", pattern.display())]
    NoMatch {
        /// Pattern as given.
        pattern: PathBuf,
    },

    /// A pattern of text files.
    #[error("\"{file}\": only Parquet files are read by a pattern; name one file, or join them into one")]
    PatternOfText {
        /// The pattern, without its folder.
        file: String,
    },

    /// The system forbids to open the file.
    #[error("\"{}\" may not be opened (permission denied); get the right to read it, or copy it to a folder of yours", path.display())]
    Denied {
        /// Path as given.
        path: PathBuf,
    },

    /// The system cannot read the file.
    #[error("\"{}\" cannot be read ({cause}); check the disk or copy the file", path.display())]
    Refused {
        /// Path as given.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },

    /// An ending that stands for no known format.
    #[error("{file}: {}; save the table as .csv, .tsv or .parquet", match extension {
        Some(extension) => format!("tables are not read from \".{extension}\" files"),
        None => "the format of a table is told by its ending".to_owned(),
    })]
    UnknownFormat {
        /// The file.
        file: String,
        /// Its ending, without the dot.
        extension: Option<String>,
    },

    /// A file without content.
    #[error("{file} is empty; a table needs a header and rows")]
    Empty {
        /// The file.
        file: String,
    },

    /// A byte that cannot separate cells.
    #[error("separator {}: cells cannot be separated by it; use \",\", \";\" or \"\\t\"", mark(*separator))]
    Separator {
        /// The byte.
        separator: u8,
    },

    /// A header of one column that holds another separator.
    #[error("{file}: the header is a single column and contains {}; set separator = {}", mark(*found), mark(*found))]
    WrongSeparator {
        /// The file.
        file: String,
        /// The separator that the header seems to have.
        found: u8,
    },

    /// Lines that end in carriage returns alone.
    #[error("{file}: its lines end in carriage returns alone, as on old Macs; save it with ordinary line ends")]
    LineEnds {
        /// The file.
        file: String,
    },

    /// A file in UTF-16.
    #[error("{file} is written in UTF-16; save it as UTF-8")]
    Utf16 {
        /// The file.
        file: String,
    },

    /// Bytes that are not UTF-8.
    #[error("{file}, row {row}, {}: byte 0x{byte:02X} is not UTF-8{}; save the file as UTF-8", ordinal_cell(*column, name), and_more(*more, "cell"))]
    NotUtf8 {
        /// The file.
        file: String,
        /// First row that has such bytes.
        row: usize,
        /// Column of the first, counted from 1.
        column: usize,
        /// Its name; `None` in the header itself and if it has none.
        name: Option<String>,
        /// The first such byte.
        byte: u8,
        /// Further cells with such bytes in the columns used.
        more: usize,
    },

    /// A name that several columns bear.
    #[error("{file}: columns {} are {} called \"{name}\"; rename all but one", places(positions), if positions.len() == 2 { "both" } else { "all" })]
    RepeatedName {
        /// The file.
        file: String,
        /// The name.
        name: String,
        /// The columns, counted from 1.
        positions: Vec<usize>,
    },

    /// A column that the file does not have.
    #[error("no column \"{name}\" in {file}; {}", match suggestion {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => "check the header of the file".to_owned(),
    })]
    NoColumn {
        /// The file.
        file: String,
        /// The name asked for.
        name: String,
        /// A column with nearly that name.
        suggestion: Option<String>,
    },

    /// Rows with more or fewer cells than the header has columns.
    #[error("{file}, row {row}: {} where the header has {}{}; {}", counted(*cells, "cell"), counted(*columns, "column"), and_more(*more, "row"), if cells < columns {
        "fill the row up".to_owned()
    } else {
        format!("quote a cell that contains {}, or remove what is too much", mark(*separator))
    })]
    CellCount {
        /// The file.
        file: String,
        /// First such row.
        row: usize,
        /// Its number of cells.
        cells: usize,
        /// Number of columns.
        columns: usize,
        /// Byte between cells.
        separator: u8,
        /// Number of further such rows.
        more: usize,
    },

    /// Blank lines between rows.
    #[error("{file}, row {row}: the line is blank{}; remove it", and_more(*more, "row"))]
    BlankRow {
        /// The file.
        file: String,
        /// First such row.
        row: usize,
        /// Number of further such rows.
        more: usize,
    },

    /// A quote that never ends.
    #[error(
        "{file}, row {row}, column {column}: a cell opens with a quotation mark that is never closed; close or remove it"
    )]
    UnclosedQuote {
        /// The file.
        file: String,
        /// Row in which it opens.
        row: usize,
        /// Column, counted from 1.
        column: usize,
    },

    /// A quotation mark inside a cell that does not begin with one, or text after a closed quote.
    #[error(
        "{file}, row {row}, column {column}: {} has a quotation mark in the wrong place; put the whole cell in quotation marks and double those inside",
        quoted(cell)
    )]
    StrayQuote {
        /// The file.
        file: String,
        /// Row.
        row: usize,
        /// Column, counted from 1.
        column: usize,
        /// The cell as written.
        cell: String,
    },

    /// Cells in a column of numbers that are none.
    #[error("{}", not_a_number(file, column, first, *count, *decimal_comma))]
    NotNumber {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The first of them, at most three.
        first: Vec<Offender>,
        /// How many there are.
        count: usize,
        /// Whether numbers were read with a decimal comma.
        decimal_comma: bool,
    },

    /// A column of text where numbers are needed.
    #[error("{}", needed_numbers(file, column, examples, *distinct))]
    TextColumn {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// Its first different texts, at most three.
        examples: Vec<String>,
        /// Number of different texts.
        distinct: usize,
    },

    /// Whole numbers that a 64-bit float cannot hold.
    #[error("{file}, row {}, column \"{column}\": {} is too large to be held exactly as a number{}; use it as an identifier only, or rescale it", first.row, first.value, and_more(*more, "row"))]
    TooLarge {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The first.
        first: Offender,
        /// Number of further ones.
        more: usize,
    },

    /// A file called Parquet that is something else.
    #[error("{file} is not a Parquet file; if it is text, let its name end in .csv or .tsv")]
    NotParquet {
        /// The file.
        file: String,
    },

    /// A Parquet file without its end.
    #[error("{file} is cut off: the end of a Parquet file is missing; copy or write it again")]
    CutOff {
        /// The file.
        file: String,
    },

    /// A Parquet column that is neither numbers nor text.
    #[error("{file}, column \"{column}\" is of type {kind}; convert it to a number or to text")]
    UnsupportedType {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// Its type.
        kind: String,
    },

    /// Parquet files of one table with different columns.
    #[error("{file} has {}column \"{column}\", {first} has {}; write all files with the same columns", if *extra { "a " } else { "no " }, if *extra { "none" } else { "one" })]
    OtherColumns {
        /// The file that differs.
        file: String,
        /// The first file.
        first: String,
        /// The column that one of them lacks.
        column: String,
        /// Whether it is the first file that lacks it.
        extra: bool,
    },

    /// Parquet files of one table with different types.
    #[error(
        "{file}, column \"{column}\" is {kind}, in {first} it is {first_kind}; write all files with the same types"
    )]
    OtherType {
        /// The file that differs.
        file: String,
        /// The first file.
        first: String,
        /// The column.
        column: String,
        /// Its type.
        kind: String,
        /// Its type in the first file.
        first_kind: String,
    },

    /// A file that was written to, or exchanged, while it was being read.
    #[error("{file} has changed since it was opened; let it be while it is read, and start again")]
    Changed {
        /// The file.
        file: String,
    },

    /// A file that the reader gave up on.
    #[error("{file} cannot be read ({detail}); the file may be damaged, copy or write it again")]
    Unreadable {
        /// The file.
        file: String,
        /// What the reader says.
        detail: String,
    },

    /// A file that cannot be written.
    #[error("\"{}\" cannot be written ({cause}); check the folder, your rights and the space left", path.display())]
    NotWritten {
        /// Path as given.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },

    /// Several problems, shown one a line.
    #[error("{}", list(.0))]
    Several(Vec<TableError>),
}

impl TableError {
    /// One error of one or more.
    pub(crate) fn all(mut problems: Vec<TableError>) -> TableError {
        assert!(!problems.is_empty(), "an error has at least one problem");
        if problems.len() == 1 {
            problems.remove(0)
        } else {
            TableError::Several(problems)
        }
    }
}
