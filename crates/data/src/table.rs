//! A table as read: named columns of numbers or text, and where its rows stand in the file.

use std::sync::Arc;

use crate::alternatives::key;

/// Code of a missing text cell.
pub const MISSING_TEXT: u32 = u32::MAX;

/// Columns of equal length read from one source.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What the table was read from.
    pub source: Source,
    /// Number of rows.
    pub n_rows: usize,
    /// The columns that were asked for, in the order of the file.
    pub columns: Vec<Column>,
    /// Names of all columns of the file, also those that were not read, in the order of the file.
    pub all_names: Vec<String>,
}

/// Where a table came from, for messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Name of the file as the user knows it, without its folder.
    pub name: String,
    /// Number that the first row of data bears in the file: 2 under a header line, 1 in Parquet.
    pub first_row: usize,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name in the header.
    pub name: String,
    /// The cells.
    pub values: Values,
}

/// Cells of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers and truth values (1, 0); NaN is a missing cell.
    Number(Arc<[f64]>),
    /// Text, and integers too large for a 64-bit float to hold exactly.
    Text(TextColumn),
}

/// Text stored as codes into a sorted dictionary, so that the order of codes is the order of texts.
#[derive(Clone, Debug, PartialEq)]
pub struct TextColumn {
    /// Position in `dictionary`, or [`MISSING_TEXT`].
    pub codes: Arc<[u32]>,
    /// The distinct texts, sorted by their bytes, each used at least once.
    pub dictionary: Arc<[String]>,
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The number by which the file's reader knows a row (as a spreadsheet shows it).
    pub fn row_number(&self, row: usize) -> usize {
        self.source.first_row + row
    }
}

impl Values {
    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Values::Number(values) => values.len(),
            Values::Text(text) => text.codes.len(),
        }
    }

    /// Whether there are no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bits that tell the values of the column apart, −0 being 0; `None` where the cell is missing.
    pub(crate) fn identity(&self, row: usize) -> Option<u64> {
        match self {
            Values::Number(cells) => (!cells[row].is_nan()).then(|| key(cells[row])),
            Values::Text(text) => (text.codes[row] != MISSING_TEXT).then(|| u64::from(text.codes[row])),
        }
    }
}

impl TextColumn {
    /// A column from one text per row; `None` is a missing cell.
    pub fn new<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let texts: Vec<Option<&str>> = texts.into_iter().collect();
        let mut dictionary: Vec<&str> = texts.iter().flatten().copied().collect();
        dictionary.sort_unstable();
        dictionary.dedup();
        let codes = texts
            .iter()
            .map(|text| match text {
                Some(text) => dictionary.binary_search(text).expect("collected above") as u32,
                None => MISSING_TEXT,
            })
            .collect();
        TextColumn {
            codes,
            dictionary: dictionary.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Text of a row, or `None` where it is missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        match self.codes[row] {
            MISSING_TEXT => None,
            code => Some(&self.dictionary[code as usize]),
        }
    }
}
