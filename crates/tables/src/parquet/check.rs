//! Is a file a Parquet file?

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

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
