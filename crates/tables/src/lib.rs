//! Tables on disk: CSV, TSV and Parquet in, [`logsum_data::Table`] out, and back.
//!
//! The only crate that knows polars. It reads the columns that are asked for and nothing else, and
//! says of a file that cannot be read what is wrong with it, at which row and in which column.
//!
//! # What a cell means
//!
//! - **Missing**: an empty cell, `NA`, `NaN`, `nan`, `NULL`, `null`, with or without blanks around,
//!   quoted or not; in Parquet also a null. Nothing else: `N/A`, `.` or `-` are text.
//! - **A number**: what Rust reads as a 64-bit float, blanks around it ignored: `12`, `-0.5`, `1e-3`,
//!   `+7`, `.5`, also `inf` and `-inf`, which are kept (whoever checks the data reports them).
//!   `true` and `false` in any capitals are 1 and 0.
//! - **Text**: everything else, exactly as it stands in the file, blanks around it included.
//!
//! # What a column is
//!
//! Decided on the whole column, never on its first rows. A column of a CSV file is numbers if each
//! of its cells is a number or missing, else text. So codes such as `007` are numbers unless one of
//! them is not. A column whose cells are all missing is numbers. A column of numbers that holds a
//! whole number beyond ±2⁵³, written in digits, is text, because a 64-bit float would merge
//! neighbours. In Parquet the file says the type.
//!
//! # Rows
//!
//! Rows bear the numbers that a spreadsheet shows: the header is row 1. If a quoted cell holds a
//! line break, its row counts once. Parquet rows count from 1, through all files of a glob. Blank
//! lines before the header and at the end of a file are passed over; names of columns are trimmed.
//!
//! # Whole or in parts
//!
//! [`read()`] gives a table as a whole. [`Parts`] gives the same rows of Parquet files in order, some at
//! a time, in memory for one part and the pages that it touches. [`Writer`] writes what comes so, and the file is that of
//! the whole.

mod cells;
mod csv;
mod error;
mod file;
mod glob;
mod guard;
mod names;
mod parquet;
mod parts;
mod read;
#[cfg(test)]
mod tests;
mod text;
mod write;

pub use error::{Offender, TableError};
pub use parts::Parts;
pub use read::{Columns, Header, ReadOptions, Want, column_names, read};
pub use write::{Writer, write, write_as};
