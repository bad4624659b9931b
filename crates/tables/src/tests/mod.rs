//! Whole files, read and written through the public functions.

mod hostile;
mod messages;
mod parquet;
mod parts;
mod roundtrip;
mod text;

use std::path::{Path, PathBuf};

use logsum_data::{Column, Table, Values};
use tempfile::TempDir;

use crate::{Columns, ReadOptions, TableError, Want, read};

/// A folder with files.
struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Folder {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    fn read(&self, name: &str) -> Result<Table, TableError> {
        read(&self.path(name), Columns::All, &ReadOptions::default())
    }
}

/// Reads all columns of a text file.
fn csv(content: impl AsRef<[u8]>) -> Result<Table, TableError> {
    Folder::new().with("f.csv", content).read("f.csv")
}

/// Reads columns of a text file as numbers.
fn csv_numbers(content: impl AsRef<[u8]>, names: &[&str]) -> Result<Table, TableError> {
    let folder = Folder::new().with("f.csv", content);
    numbers(&folder.path("f.csv"), names, &ReadOptions::default())
}

fn numbers(path: &Path, names: &[&str], options: &ReadOptions) -> Result<Table, TableError> {
    let wanted: Vec<(&str, Want)> = names.iter().map(|&name| (name, Want::Number)).collect();
    read(path, Columns::Named(&wanted), options)
}

/// Cells of a column, numbers as Rust prints them.
fn shown(table: &Table, name: &str) -> Vec<String> {
    let cells: Vec<String> = match &table.column(name).unwrap().values {
        Values::Number(values) => values.iter().map(f64::to_string).collect(),
        Values::Text(texts) => (0..table.n_rows)
            .map(|row| texts.get(row).map_or("-".to_owned(), |text| format!("{text:?}")))
            .collect(),
    };
    assert_eq!(cells.len(), table.n_rows);
    cells
}

/// A table that was not read from a file.
fn table(n_rows: usize, columns: Vec<(&str, Values)>) -> Table {
    let names = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
    Table {
        source: logsum_data::Source {
            name: "made".to_owned(),
            first_row: 1,
        },
        n_rows,
        columns: columns
            .into_iter()
            .map(|(name, values)| Column {
                name: name.to_owned(),
                values,
            })
            .collect(),
        all_names: names,
    }
}

/// Whether two tables hold the same columns, numbers compared by their bits.
fn assert_same_cells(left: &Table, right: &Table) {
    assert_eq!(left.n_rows, right.n_rows);
    assert_eq!(left.all_names, right.all_names);
    for (left, right) in left.columns.iter().zip(&right.columns) {
        assert_eq!(left.name, right.name);
        match (&left.values, &right.values) {
            (Values::Number(left_values), Values::Number(right_values)) => {
                let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(left_values), bits(right_values), "{}", left.name);
            }
            (left_values, right_values) => assert_eq!(left_values, right_values, "{}", left.name),
        }
    }
    assert_eq!(left.columns.len(), right.columns.len());
}
