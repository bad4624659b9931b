//! The head of a page: how long it is, what it holds and how that is encoded.
//!
//! Heads are written in Thrift's compact protocol. Only the fields that are needed are read, the
//! others (statistics, checksums) are passed over. Polars reads heads only together with the whole
//! page; here the head comes first and says how many bytes to fetch.

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    /// Cells; the levels in front of them are compressed with them.
    First,
    /// Cells; the levels in front of them are not compressed.
    Second,
    /// The values that the cells of the pages behind it refer to.
    Dictionary,
    /// Something that readers may pass over.
    Other,
}

/// A page's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) kind: PageKind,
    /// Length of the head itself.
    pub(super) length: usize,
    /// Bytes behind the head.
    pub(super) stored: usize,
    /// Bytes of the page once decompressed.
    pub(super) size: usize,
    /// Cells, missing ones included; or values of a dictionary.
    pub(super) n_cells: usize,
    pub(super) encoding: i64,
    /// Missing cells, if the head says.
    pub(super) n_missing: Option<usize>,
    /// Bytes of repetition and of definition levels, in pages of the second kind.
    pub(super) levels: (usize, usize),
    /// Whether a page of the second kind is compressed.
    pub(super) compressed: bool,
}

impl Head {
    /// Reads the head that begins with `bytes`; `None` if it does not end in them or is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Head> {
        let mut thrift = Thrift { bytes, position: 0 };
        let (mut kind, mut size, mut stored) = (None, None, None);
        let mut counts = Counts::default();
        let mut field = 0;
        while let Some(kind_of_value) = thrift.field(&mut field)? {
            match (field, kind_of_value) {
                (1, INTEGER) => kind = Some(thrift.integer()?),
                (2, INTEGER) => size = Some(thrift.integer()?),
                (3, INTEGER) => stored = Some(thrift.integer()?),
                (5 | 7 | 8, STRUCT) => counts.read(&mut thrift, field)?,
                _ => thrift.skip(kind_of_value, 0)?,
            }
        }
        // The format's sizes are 32 bits wide: what is larger is damaged.
        let length = |value: Option<i64>| i32::try_from(value?).ok().and_then(|value| usize::try_from(value).ok());
        Some(Head {
            kind: match kind? {
                0 => PageKind::First,
                2 => PageKind::Dictionary,
                3 => PageKind::Second,
                _ => PageKind::Other,
            },
            length: thrift.position,
            stored: length(stored)?,
            size: length(size)?,
            n_cells: length(Some(counts.n_cells))?,
            encoding: counts.encoding,
            n_missing: length(counts.n_missing),
            levels: (length(Some(counts.repetition))?, length(Some(counts.definition))?),
            compressed: counts.compressed,
        })
    }
}

/// The inner part of a head, which differs between the kinds of pages.
struct Counts {
    n_cells: i64,
    n_missing: Option<i64>,
    encoding: i64,
    definition: i64,
    repetition: i64,
    compressed: bool,
}

impl Default for Counts {
    fn default() -> Counts {
        Counts {
            n_cells: 0,
            n_missing: None,
            encoding: 0,
            definition: 0,
            repetition: 0,
            // What the format demands if the head is silent.
            compressed: true,
        }
    }
}

impl Counts {
    /// Reads the inner part, which stands in the field `outer`: 5, 7 and 8 are the first kind of
    /// cells, a dictionary, the second kind of cells.
    fn read(&mut self, thrift: &mut Thrift<'_>, outer: i64) -> Option<()> {
        let mut field = 0;
        while let Some(kind) = thrift.field(&mut field)? {
            match (outer, field, kind) {
                (_, 1, INTEGER) => self.n_cells = thrift.integer()?,
                (5 | 7, 2, INTEGER) | (8, 4, INTEGER) => self.encoding = thrift.integer()?,
                (8, 2, INTEGER) => self.n_missing = Some(thrift.integer()?),
                (8, 5, INTEGER) => self.definition = thrift.integer()?,
                (8, 6, INTEGER) => self.repetition = thrift.integer()?,
                (8, 7, TRUE | FALSE) => self.compressed = kind == TRUE,
                _ => thrift.skip(kind, 0)?,
            }
        }
        Some(())
    }
}

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const INTEGER: u8 = 5;
const STRUCT: u8 = 12;

/// Structs within structs that are passed over; statistics have two.
const DEEPEST: usize = 8;

struct Thrift<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl Thrift<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.position)?;
        self.position += 1;
        Some(byte)
    }

    fn advance(&mut self, length: u64) -> Option<()> {
        let end = self.position.checked_add(usize::try_from(length).ok()?)?;
        self.position = end;
        (end <= self.bytes.len()).then_some(())
    }

    /// An unsigned number, seven bits a byte.
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn integer(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The next field of a struct: its number goes to `field`, its type is returned; `Some(None)` at
    /// the end of the struct.
    fn field(&mut self, field: &mut i64) -> Option<Option<u8>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        *field = match byte >> 4 {
            0 => self.integer()?,
            step => field.checked_add(i64::from(step))?,
        };
        Some(Some(byte & 0x0F))
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            TRUE | FALSE => Some(()),
            3 => self.advance(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.advance(8),
            8 => {
                let length = self.varint()?;
                self.advance(length)
            }
            9 | 10 => {
                let byte = self.byte()?;
                let length = match byte >> 4 {
                    15 => self.varint()?,
                    length => u64::from(length),
                };
                for _ in 0..length {
                    match byte & 0x0F {
                        TRUE | FALSE => self.advance(1)?,
                        kind => self.skip(kind, depth + 1)?,
                    }
                }
                Some(())
            }
            STRUCT => {
                let mut field = 0;
                while let Some(kind) = self.field(&mut field)? {
                    self.skip(kind, depth + 1)?;
                }
                Some(())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        // Type 0; 200 bytes, 100 stored; 7 cells, plain, levels in runs, and statistics to pass over.
        let first = [
            0x15, 0x00, 0x15, 0x90, 0x03, 0x15, 0xC8, 0x01, 0x2C, 0x15, 0x0E, 0x15, 0x00, 0x15, 0x06, 0x15, 0x06, 0x1C,
            0x18, 0x02, 0xAA, 0xBB, 0x00, 0x00, 0x00,
        ];
        let head = Head::read(&[&first[..], &[9, 9]].concat()).unwrap();
        assert_eq!(head.kind, PageKind::First);
        assert_eq!((head.length, head.size, head.stored), (first.len(), 200, 100));
        assert_eq!((head.n_cells, head.encoding, head.n_missing), (7, 0, None));
        for length in 0..first.len() {
            assert_eq!(Head::read(&first[..length]), None, "{length}");
        }
        // Type 3; 8 bytes each; 4 cells of 4 rows, 1 missing, by dictionary; levels of 2 bytes.
        let second = [
            0x15, 0x06, 0x15, 0x10, 0x15, 0x10, 0x5C, 0x15, 0x08, 0x15, 0x02, 0x15, 0x08, 0x15, 0x10, 0x15, 0x04, 0x15,
            0x00, 0x12, 0x00, 0x00,
        ];
        let head = Head::read(&second).unwrap();
        assert_eq!(head.kind, PageKind::Second);
        assert_eq!((head.n_cells, head.encoding, head.n_missing), (4, 8, Some(1)));
        assert_eq!((head.levels, head.compressed), ((0, 2), false));
    }
}
