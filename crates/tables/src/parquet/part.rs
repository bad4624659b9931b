//! One Parquet file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars_core::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use polars_parquet::parquet::metadata::SchemaDescriptor;
use polars_parquet::parquet::schema::types::ParquetType;
use polars_parquet::read::{FileMetadata, read_metadata};

use super::check::{check_columns, check_ends};
use super::schema::Stored;
use crate::error::TableError;
use crate::file;
use crate::guard::guarded;

/// A Parquet file and what its footer says.
pub(super) struct Part {
    path: PathBuf,
    /// Its name without folder.
    pub(super) file: String,
    metadata: FileMetadata,
}

impl Part {
    /// Reads the footer of a file.
    pub(super) fn open(path: &Path) -> Result<Part, TableError> {
        let file = file::name_of(path);
        let mut handle = file::open(path)?;
        check_ends(&file, &mut handle)?;
        let metadata = guarded(&file, || read_metadata(&mut handle))?;
        Ok(Part {
            path: path.to_owned(),
            file,
            metadata,
        })
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

    pub(super) fn n_rows(&self) -> usize {
        let groups = self.metadata.row_groups.iter();
        groups.map(|group| group.num_rows()).sum()
    }

    /// Reads columns.
    pub(super) fn read(&self, columns: &[Stored]) -> Result<Vec<Series>, TableError> {
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let mut handle = file::open(&self.path)?;
        guarded(&self.file, || {
            check_columns(&mut handle, &self.metadata, columns)?;
            let mut metadata = self.metadata.clone();
            // The notes of other programs on how they would hold the columns in memory.
            metadata.key_value_metadata = None;
            metadata.schema_descr = SchemaDescriptor::new(
                metadata.schema_descr.name().into(),
                columns.iter().map(|column| column.plain.clone()).collect(),
            );
            let mut reader = ParquetReader::new(handle);
            reader.set_metadata(Arc::new(metadata));
            let frame = reader.finish()?;
            let series: Vec<Series> = frame
                .into_columns()
                .into_iter()
                .map(Column::take_materialized_series)
                .collect();
            // A damaged page may be short, and polars does not count.
            for column in &series {
                if column.len() != self.n_rows() {
                    polars_bail!(ComputeError: "column \"{}\" has {} rows of {}", column.name(), column.len(), self.n_rows());
                }
            }
            Ok(series)
        })
    }
}
