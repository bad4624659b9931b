//! One column in one row group, its cells handed out in order, some at a time.

use polars_core::prelude::*;

use super::numbers::by_dictionary;
use super::pages::{Next, Page, Pages, There};
use super::schema::Stored;
use super::source::Bytes;

/// What the values of pages become. It outlives the row groups of its column.
pub(super) trait Decoder {
    type Cell: Copy;

    const MISSING: Self::Cell;

    /// Whether it decodes an encoding; the others are left to polars.
    fn knows(&self, encoding: i64) -> bool;

    fn has_dictionary(&self) -> bool;

    fn forget_dictionary(&mut self);

    fn set_dictionary(&mut self, values: &[u8], count: usize) -> PolarsResult<()>;

    /// The values `from..from + out.len()` of a page. The values of a page are asked for in order.
    fn decode(&mut self, values: &[u8], encoding: i64, from: usize, out: &mut [Self::Cell]) -> PolarsResult<()>;

    /// The same from cells that polars has decoded, some of them missing.
    fn convert(&mut self, cells: &Series, out: &mut [Self::Cell]) -> PolarsResult<()>;
}

/// One column in one row group.
pub(super) struct Chunk {
    pages: Pages,
    page: Page,
    /// Set if polars has decoded the page.
    decoded: Option<Series>,
    /// Cells of the page, and how many of them were handed out.
    n_cells: usize,
    row: usize,
    /// Cells handed out that are not missing.
    value: usize,
    /// Where the dictionary stands in the file.
    dictionary: Option<u64>,
}

impl Chunk {
    pub(super) fn new(pages: Pages) -> Chunk {
        Chunk {
            pages,
            page: Page::default(),
            decoded: None,
            n_cells: 0,
            row: 0,
            value: 0,
            dictionary: None,
        }
    }

    /// The next cells.
    pub(super) fn read<D: Decoder>(
        &mut self,
        bytes: &Bytes,
        stored: &Stored,
        decoder: &mut D,
        mut out: &mut [D::Cell],
    ) -> PolarsResult<()> {
        while !out.is_empty() {
            if self.row == self.n_cells {
                self.turn(bytes, stored, decoder)?;
                continue;
            }
            let count = out.len().min(self.n_cells - self.row);
            let (slots, rest) = out.split_at_mut(count);
            if let Some(cells) = &self.decoded {
                decoder.convert(&cells.slice(self.row as i64, count), slots)?;
            } else {
                self.decode(decoder, slots)?;
            }
            self.row += count;
            out = rest;
        }
        Ok(())
    }

    /// Goes on to the next page.
    fn turn<D: Decoder>(&mut self, bytes: &Bytes, stored: &Stored, decoder: &mut D) -> PolarsResult<()> {
        (self.row, self.value, self.n_cells) = (0, 0, 0);
        self.decoded = None;
        let knows = |encoding| decoder.knows(encoding);
        match self.pages.next(bytes, stored, knows, &mut self.page)? {
            Next::Dictionary(values, count, place) => {
                decoder.set_dictionary(&values, count)?;
                self.dictionary = Some(place);
            }
            Next::Decoded(cells) => {
                self.n_cells = cells.len();
                self.decoded = Some(cells);
            }
            Next::Cells => {
                self.n_cells = self.page.n_cells;
                // A column that has left its dictionary hardly ever returns to it.
                if !by_dictionary(self.page.encoding) {
                    decoder.forget_dictionary();
                } else if let Some(place) = self.dictionary
                    && !decoder.has_dictionary()
                {
                    let (values, count) = self.pages.dictionary(bytes, place)?;
                    decoder.set_dictionary(&values, count)?;
                }
            }
        }
        Ok(())
    }

    fn decode<D: Decoder>(&mut self, decoder: &mut D, slots: &mut [D::Cell]) -> PolarsResult<()> {
        let (values, encoding) = (self.page.values(), self.page.encoding);
        match self.page.there(self.row, slots.len())? {
            There::All => {
                decoder.decode(values, encoding, self.value, slots)?;
                self.value += slots.len();
            }
            There::Some(flags, n_there) => {
                decoder.decode(values, encoding, self.value, &mut slots[..n_there])?;
                self.value += n_there;
                // From the front to their places, the last first.
                let mut next = n_there;
                for (place, there) in flags.into_iter().enumerate().rev() {
                    slots[place] = if there {
                        next -= 1;
                        slots[next]
                    } else {
                        D::MISSING
                    };
                }
            }
        }
        Ok(())
    }
}
