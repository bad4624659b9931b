//! The pages of one column in one row group, one after the other.

use std::cell::RefCell;
use std::ops::Range;

use polars_core::prelude::*;
use polars_parquet::parquet::compression::{Compression, DecompressionContext, decompress};
use polars_parquet::parquet::read::PageMetaData;
use polars_parquet::read::{BasicDecompressor, ColumnChunkMetadata, PageReader, column_iter_to_arrays};

use super::head::{Head, PageKind};
use super::runs::{Run, Runs};
use super::schema::Stored;
use super::source::Bytes;

/// Bytes first fetched for a head; most are shorter.
const HEAD: u64 = 256;

/// Largest number of bytes a head may take; statistics of long texts make it long.
const LARGEST_HEAD: u64 = 1 << 24;

/// A page of cells, decompressed.
#[derive(Default)]
pub(super) struct Page {
    pub(super) n_cells: usize,
    pub(super) encoding: i64,
    bytes: Vec<u8>,
    /// Which cells are there, in runs; empty if all are.
    levels: Range<usize>,
    values: Range<usize>,
}

/// Which of some cells are there.
pub(super) enum There {
    All,
    /// For each cell, and how many are.
    Some(Vec<bool>, usize),
}

impl Page {
    pub(super) fn values(&self) -> &[u8] {
        &self.bytes[self.values.clone()]
    }

    /// Which of the cells `from..from + count` are there.
    pub(super) fn there(&self, from: usize, count: usize) -> PolarsResult<There> {
        let levels = &self.bytes[self.levels.clone()];
        if levels.is_empty() {
            return Ok(There::All);
        }
        let mut flags: Vec<bool> = Vec::new();
        let mut n_before = 0;
        // The flags are written out from the first missing cell on.
        let start = |flags: &mut Vec<bool>, n_before: usize| {
            if flags.is_empty() {
                flags.reserve_exact(count);
                flags.resize(n_before, true);
            }
        };
        Runs::new(levels, 1)?.visit(from, count, |run| {
            match run {
                Run::Equal(1, length) if flags.is_empty() => n_before += length,
                Run::Equal(level, length) => {
                    start(&mut flags, n_before);
                    flags.extend(std::iter::repeat_n(level == 1, length));
                }
                Run::Packed(packed) => {
                    start(&mut flags, n_before);
                    packed.visit(|_, level| flags.push(level == 1));
                }
            }
            Ok(())
        })?;
        let n_there = flags.iter().filter(|&&there| there).count();
        Ok(if flags.is_empty() || n_there == count {
            There::All
        } else {
            There::Some(flags, n_there)
        })
    }
}

/// What the next page brings.
pub(super) enum Next {
    /// The values of a dictionary, how many, and where it stands.
    Dictionary(Vec<u8>, usize, u64),
    /// Cells.
    Cells,
    /// Cells that are encoded in a way that is left to polars.
    Decoded(Series),
}

/// Pages of one column in one row group.
pub(super) struct Pages {
    position: u64,
    end: u64,
    /// Cells in the pages to come.
    pub(super) n_left: usize,
    n_rows: usize,
    optional: bool,
    compression: Compression,
}

/// What a thread needs to decompress: too large to be kept for every column.
struct Tools {
    context: DecompressionContext,
    stored: Vec<u8>,
}

thread_local! {
    static TOOLS: RefCell<Tools> = const {
        RefCell::new(Tools { context: DecompressionContext::Unset, stored: Vec::new() })
    };
}

impl Pages {
    pub(super) fn new(chunk: &ColumnChunkMetadata, n_rows: usize) -> Pages {
        let range = chunk.byte_range();
        Pages {
            position: range.start,
            end: range.end,
            n_left: n_rows,
            n_rows,
            optional: chunk.descriptor().descriptor.max_def_level > 0,
            compression: chunk.compression(),
        }
    }

    /// Goes through the heads of all pages: do they hold as many cells as there are rows?
    pub(super) fn check(mut self, bytes: &Bytes) -> PolarsResult<()> {
        while self.n_left > 0 {
            let (head, _) = self.head(bytes, self.position)?;
            self.count(&head)?;
            self.position += (head.length + head.stored) as u64;
        }
        Ok(())
    }

    /// Reads the next page; cells go to `page`. `known` says which encodings are decoded here, given
    /// the encoding.
    pub(super) fn next(
        &mut self,
        bytes: &Bytes,
        stored: &Stored,
        known: impl Fn(i64) -> bool,
        page: &mut Page,
    ) -> PolarsResult<Next> {
        loop {
            let (head, mut start) = self.head(bytes, self.position)?;
            self.count(&head)?;
            let place = self.position;
            let body = place + head.length as u64;
            self.position = body + head.stored as u64;
            match head.kind {
                PageKind::Other => {}
                PageKind::Dictionary => {
                    let mut values = Vec::new();
                    self.body(bytes, body, &head, &mut values)?;
                    return Ok(Next::Dictionary(values, head.n_cells, place));
                }
                PageKind::First | PageKind::Second if !known(head.encoding) => {
                    start.resize(head.length + head.stored, 0);
                    bytes.read(body, &mut start[head.length..])?;
                    return self.by_polars(start, head.n_cells, stored).map(Next::Decoded);
                }
                PageKind::First | PageKind::Second => {
                    self.body(bytes, body, &head, &mut page.bytes)?;
                    self.split(&head, page)?;
                    return Ok(Next::Cells);
                }
            }
        }
    }

    /// The head of the page at `position`, and bytes from there on.
    fn head(&self, bytes: &Bytes, position: u64) -> PolarsResult<(Head, Vec<u8>)> {
        let rest = self.end - position;
        if rest == 0 {
            return Err(self.wrong_count());
        }
        let mut length = HEAD.min(rest);
        loop {
            let mut buffer = vec![0; length as usize];
            bytes.read(position, &mut buffer)?;
            if let Some(head) = Head::read(&buffer) {
                if (head.length as u64).saturating_add(head.stored as u64) > rest {
                    polars_bail!(ComputeError: "a page is longer than its column");
                }
                return Ok((head, buffer));
            }
            if length == rest || length >= LARGEST_HEAD {
                polars_bail!(ComputeError: "a page has no head");
            }
            length = (length * 8).min(rest);
        }
    }

    fn count(&mut self, head: &Head) -> PolarsResult<()> {
        if matches!(head.kind, PageKind::First | PageKind::Second) {
            self.n_left = self
                .n_left
                .checked_sub(head.n_cells)
                .ok_or_else(|| self.wrong_count())?;
        }
        Ok(())
    }

    fn wrong_count(&self) -> PolarsError {
        polars_err!(ComputeError: "its pages do not hold {} cells", self.n_rows)
    }

    /// The body of a page, decompressed.
    fn body(&self, bytes: &Bytes, position: u64, head: &Head, into: &mut Vec<u8>) -> PolarsResult<()> {
        let second = head.kind == PageKind::Second;
        let plain = self.compression == Compression::Uncompressed || second && !head.compressed;
        let size = if plain { head.stored } else { head.size };
        // The size of a damaged page may be anything.
        into.clear();
        if into.try_reserve_exact(size).is_err() {
            polars_bail!(ComputeError: "a page of {size} bytes does not fit into memory");
        }
        // Set to zero, so that a page that ends early leaves no cells of the one before behind.
        into.resize(size, 0);
        if plain {
            return Ok(bytes.read(position, into)?);
        }
        // The levels of the second kind stand in front, as they are.
        let levels = if second {
            head.levels.0.saturating_add(head.levels.1)
        } else {
            0
        };
        if levels > head.stored || levels > size {
            polars_bail!(ComputeError: "a page is shorter than its levels");
        }
        TOOLS.with_borrow_mut(|Tools { context, stored }| {
            stored.resize(head.stored, 0);
            bytes.read(position, stored)?;
            into[..levels].copy_from_slice(&stored[..levels]);
            if stored.len() > levels && size > levels {
                decompress(self.compression, &stored[levels..], &mut into[levels..], context)?;
            }
            Ok(())
        })
    }

    /// Finds the levels and the values in a page.
    fn split(&self, head: &Head, page: &mut Page) -> PolarsResult<()> {
        let size = page.bytes.len();
        let (levels, values) = if head.kind == PageKind::Second {
            let start = head.levels.0;
            (start, start.saturating_add(head.levels.1))
        } else if self.optional {
            let length = page.bytes.first_chunk::<4>();
            let length = length.map_or(usize::MAX, |length| u32::from_le_bytes(*length) as usize);
            (4, length.saturating_add(4))
        } else {
            (0, 0)
        };
        if values > size || levels > values {
            polars_bail!(ComputeError: "a page is shorter than its levels");
        }
        let all = !self.optional || head.n_missing == Some(0);
        page.levels = if all { values..values } else { levels..values };
        page.values = values..size;
        page.n_cells = head.n_cells;
        page.encoding = head.encoding;
        Ok(())
    }

    /// A dictionary that was read before.
    pub(super) fn dictionary(&self, bytes: &Bytes, position: u64) -> PolarsResult<(Vec<u8>, usize)> {
        let (head, _) = self.head(bytes, position)?;
        let mut values = Vec::new();
        self.body(bytes, position + head.length as u64, &head, &mut values)?;
        Ok((values, head.n_cells))
    }

    /// Has polars decode one page.
    fn by_polars(&self, page: Vec<u8>, n_cells: usize, stored: &Stored) -> PolarsResult<Series> {
        let primitive = stored.primitive();
        let description = PageMetaData::new(
            0,
            n_cells as i64,
            self.compression,
            stored.descriptor(i16::from(self.optional)),
        );
        let longest = page.len();
        let reader =
            PageReader::new_with_page_meta(std::io::Cursor::new(page.into()), description, Vec::new(), longest);
        let pages = BasicDecompressor::new(reader, Vec::new());
        let field = ArrowField::new(primitive.field_info.name.clone(), stored.arrow_type(), self.optional);
        let (arrays, _) = column_iter_to_arrays(vec![pages], vec![primitive], field, None)?;
        let series = Series::try_from((primitive.field_info.name.clone(), arrays))?;
        // A damaged page may be short, and polars does not count.
        if series.len() != n_cells {
            polars_bail!(ComputeError: "a page has {} cells of {n_cells}", series.len());
        }
        Ok(series)
    }
}
