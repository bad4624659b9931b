//! Does a Parquet file hold what it says? Where a damaged file lies about sizes, polars would read
//! beyond its end or ask for memory without bound, which ends the program and cannot be caught.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use polars_core::prelude::*;
use polars_io::mmap::ReaderBytes;
use polars_parquet::parquet::page::CompressedPage;
use polars_parquet::read::{ColumnChunkMetadata, FileMetadata, PageReader};

use super::schema::Stored;
use crate::error::TableError;
use crate::guard::guarded;

/// First and last bytes of every Parquet file.
const MAGIC: [u8; 4] = *b"PAR1";

/// Looks at the first and last bytes of a file.
pub(super) fn check_ends(file: &str, handle: &mut File) -> Result<(), TableError> {
    let (head, tail) = guarded(file, || {
        let (mut head, mut tail) = ([0; 4], [0; 4]);
        // Magic, length of the footer, magic: nothing shorter is a file.
        if handle.seek(SeekFrom::End(0))? >= 12 {
            handle.seek(SeekFrom::End(-4))?;
            handle.read_exact(&mut tail)?;
            handle.seek(SeekFrom::Start(0))?;
            handle.read_exact(&mut head)?;
        }
        Ok((head, tail))
    })?;
    let file = file.to_owned();
    if head != MAGIC {
        return Err(TableError::NotParquet { file });
    }
    if tail != MAGIC {
        return Err(TableError::CutOff { file });
    }
    Ok(())
}

/// Compares what the footer and the heads of the pages say of some columns with the file and with
/// each other. Reads no cells.
pub(super) fn check_columns(handle: &mut File, metadata: &FileMetadata, columns: &[Stored]) -> PolarsResult<()> {
    let bytes = ReaderBytes::from(handle);
    for column in columns {
        let name = column.plain.name();
        for group in &metadata.row_groups {
            for chunk in group.columns_under_root_iter(name).into_iter().flatten() {
                check_chunk(&bytes, chunk, group.num_rows())
                    .map_err(|error| polars_err!(ComputeError: "column \"{name}\": {error}"))?;
            }
        }
    }
    Ok(())
}

fn check_chunk(bytes: &ReaderBytes<'_>, chunk: &ColumnChunkMetadata, n_rows: usize) -> Result<(), String> {
    let range = chunk.byte_range();
    let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else {
        return Err("it lies beyond the end of the file".to_owned());
    };
    let ReaderBytes::Owned(file) = bytes else {
        unreachable!("files are mapped, not borrowed");
    };
    if end > file.len() || start > end {
        return Err("it lies beyond the end of the file".to_owned());
    }
    if usize::try_from(chunk.num_values()) != Ok(n_rows) {
        return Err(format!("{} cells in {n_rows} rows", chunk.num_values()));
    }
    let pages = PageReader::new(
        Cursor::new(file.clone().sliced(start..end)),
        chunk,
        Vec::new(),
        file.len(),
    );
    let mut n_cells = 0_usize;
    for page in pages {
        if let CompressedPage::Data(page) = page.map_err(|error| error.to_string())? {
            n_cells = n_cells.saturating_add(page.num_values());
            if n_cells > n_rows {
                break;
            }
        }
    }
    if n_cells == n_rows {
        Ok(())
    } else {
        Err(format!("its pages do not hold {n_rows} cells"))
    }
}
