//! One Parquet file.

use std::path::Path;

use polars_core::prelude::*;
use polars_parquet::parquet::schema::types::ParquetType;
use polars_parquet::parquet::statistics::Statistics;
use polars_parquet::read::{ColumnChunkMetadata, FileMetadata, read_metadata};

use super::check::check_ends;
use super::pages::Pages;
use super::schema::{Form, Stored};
use super::source::{Bytes, Stamp};
use crate::error::TableError;
use crate::guard::guarded;

/// A Parquet file and what its footer says.
pub(super) struct ParquetFile {
    pub(super) stamp: Stamp,
    metadata: FileMetadata,
}

impl ParquetFile {
    /// Reads the footer of a file.
    pub(super) fn open(path: &Path) -> Result<ParquetFile, TableError> {
        let (stamp, mut handle) = Stamp::take(path)?;
        check_ends(&stamp.file, &mut handle)?;
        let mut metadata = guarded(&stamp.file, || read_metadata(&mut handle))?;
        // The notes of other programs on how they would hold the columns in memory.
        metadata.key_value_metadata = None;
        Ok(ParquetFile { stamp, metadata })
    }

    /// Its name without folder.
    pub(super) fn name(&self) -> &str {
        &self.stamp.file
    }

    /// Names of the columns; those inside a nested column do not count.
    pub(super) fn names(&self) -> Vec<String> {
        let fields = self.metadata.schema().fields();
        fields.iter().map(|field| field.name().to_owned()).collect()
    }

    /// A column that is known to be there.
    pub(super) fn field(&self, name: &str) -> &ParquetType {
        self.metadata
            .schema()
            .fields()
            .iter()
            .find(|field| field.name() == name)
            .expect("all files have the columns of the first")
    }

    /// Rows of each row group.
    pub(super) fn groups(&self) -> impl Iterator<Item = usize> + '_ {
        self.metadata.row_groups.iter().map(|group| group.num_rows())
    }

    /// The pages of a column that is not nested, in a row group.
    pub(super) fn pages(&self, group: usize, column: &str) -> PolarsResult<Pages> {
        let n_rows = self.metadata.row_groups[group].num_rows();
        let chunk = self.chunk(group, column)?;
        let range = chunk.byte_range();
        if range.end > self.stamp.length || range.start > range.end {
            polars_bail!(ComputeError: "it lies beyond the end of the file");
        }
        if usize::try_from(chunk.num_values()) != Ok(n_rows) {
            polars_bail!(ComputeError: "{} cells in {n_rows} rows", chunk.num_values());
        }
        Ok(Pages::new(chunk, n_rows))
    }

    /// Whether the columns fit into the file and its pages hold as many cells as there are rows.
    /// Reads no cells.
    pub(super) fn check(&self, bytes: &Bytes, column: &str) -> Result<(), TableError> {
        self.guarded(column, || {
            for group in 0..self.metadata.row_groups.len() {
                self.pages(group, column)?.check(bytes)?;
            }
            Ok(())
        })
    }

    /// As [`guarded`], for work on a column.
    pub(super) fn guarded<T>(&self, column: &str, work: impl FnOnce() -> PolarsResult<T>) -> Result<T, TableError> {
        guarded(self.name(), || {
            work().map_err(|error| match error {
                PolarsError::ComputeError(detail) => polars_err!(ComputeError: "column \"{column}\": {detail}"),
                other => other,
            })
        })
    }

    /// Whether the footer says that a column of whole numbers holds none that a float cannot.
    pub(super) fn is_small(&self, column: &str, stored: &Stored) -> bool {
        let limit = 1 << 53;
        (0..self.metadata.row_groups.len()).all(|group| {
            let Ok(chunk) = self.chunk(group, column) else {
                return false;
            };
            let Some(Ok(Statistics::Int64(statistics))) = chunk.statistics(&self.metadata.footer_buf) else {
                return false;
            };
            let (Some(least), Some(largest)) = (statistics.min_value, statistics.max_value) else {
                return false;
            };
            if stored.form() == Form::UnsignedLong {
                largest as u64 <= limit
            } else {
                least.unsigned_abs() <= limit && largest.unsigned_abs() <= limit
            }
        })
    }

    fn chunk(&self, group: usize, column: &str) -> PolarsResult<&ColumnChunkMetadata> {
        let group = &self.metadata.row_groups[group];
        let chunks = group.columns_under_root_iter(column);
        chunks
            .and_then(|mut chunks| chunks.next())
            .ok_or_else(|| polars_err!(ComputeError: "it is missing from a group of rows"))
    }
}
