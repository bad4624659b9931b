//! One Parquet file.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars_core::prelude::*;
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use polars_parquet::parquet::metadata::SchemaDescriptor;
use polars_parquet::parquet::schema::types::ParquetType;
use polars_parquet::read::{FileMetadata, read_metadata};

use super::schema::Stored;
use crate::error::TableError;
use crate::file;
use crate::guard::guarded;

/// First and last bytes of every Parquet file.
const MAGIC: [u8; 4] = *b"PAR1";

/// A Parquet file and what its footer says.
pub(super) struct Part {
    path: PathBuf,
    /// Its name without folder.
    pub(super) file: String,
    metadata: FileMetadata,
    length: u64,
}

impl Part {
    /// Reads the footer of a file.
    pub(super) fn open(path: &Path) -> Result<Part, TableError> {
        let file = file::name_of(path);
        let mut handle = file::open(path)?;
        let length = check_ends(&file, &mut handle)?;
        let metadata = guarded(&file, || read_metadata(&mut handle))?;
        Ok(Part {
            path: path.to_owned(),
            file,
            metadata,
            length,
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
        let handle = file::open(&self.path)?;
        guarded(&self.file, || {
            self.check_chunks(columns)?;
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

    /// Compares what the footer says with the file and with itself: where it lies, polars would
    /// read beyond the end or reserve memory without bound.
    fn check_chunks(&self, columns: &[Stored]) -> PolarsResult<()> {
        for column in columns {
            let name = column.plain.name();
            for group in &self.metadata.row_groups {
                let chunks = group.columns_under_root_iter(name);
                for chunk in chunks.into_iter().flatten() {
                    if chunk.byte_range().end > self.length {
                        polars_bail!(ComputeError: "column \"{name}\" reaches beyond the end of the file");
                    }
                    if u64::try_from(chunk.num_values()) != Ok(group.num_rows() as u64) {
                        polars_bail!(ComputeError: "column \"{name}\" has {} cells in {} rows", chunk.num_values(), group.num_rows());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Looks at the first and last bytes of a file; gives its length.
fn check_ends(file: &str, handle: &mut File) -> Result<u64, TableError> {
    let ends = guarded(file, || {
        let length = handle.seek(SeekFrom::End(0))?;
        if length < 12 {
            return Ok((length, [0; 4], [0; 4]));
        }
        let (mut head, mut tail) = ([0; 4], [0; 4]);
        handle.seek(SeekFrom::End(-4))?;
        handle.read_exact(&mut tail)?;
        handle.seek(SeekFrom::Start(0))?;
        handle.read_exact(&mut head)?;
        Ok((length, head, tail))
    })?;
    let (length, head, tail) = ends;
    let file = file.to_owned();
    if head != MAGIC {
        return Err(TableError::NotParquet { file });
    }
    if tail != MAGIC {
        return Err(TableError::CutOff { file });
    }
    Ok(length)
}
