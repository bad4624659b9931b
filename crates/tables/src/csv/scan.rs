//! The shape of a text file: rows, cells, quotes. Polars would fill short rows up with nulls and
//! lose its way at a stray quotation mark, so the shape is settled before it reads.

use std::io::BufRead;
use std::ops::Range;

use rayon::prelude::*;

use super::record::{QuoteFault, is_blank, record};
use crate::error::TableError;
use crate::text::shortened;

/// Rows of a file under its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) n_rows: usize,
    /// Where the last row ends; blank lines follow.
    pub(super) end: usize,
    /// Whether cells are quoted.
    pub(super) quoting: bool,
    /// Whether all is UTF-8, also the columns that are not read.
    pub(super) all_utf8: bool,
    /// The rows in pieces, for several threads.
    pub(super) pieces: Vec<Piece>,
}

/// Some rows that stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) n_rows: usize,
}

/// Bytes of a piece: they stay in a cache while they are looked at several times.
const PIECE: usize = 1 << 18;

/// What a look at a piece without quotation marks finds. Rows are counted from its first.
struct Look {
    quotes: bool,
    utf8: bool,
    counts: Broken,
    blanks: Broken,
    piece: Piece,
}

/// What the scan of a file needs to know.
pub(super) struct Scan<'a> {
    pub(super) file: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) separator: u8,
    pub(super) n_columns: usize,
    pub(super) first_row: usize,
}

/// Rows that break a rule: the first, with its number of cells, and how many.
#[derive(Default)]
struct Broken {
    first: Option<(usize, usize)>,
    count: usize,
}

impl Broken {
    fn add(&mut self, row: usize, cells: usize) {
        self.first.get_or_insert((row, cells));
        self.count += 1;
    }

    /// Adds those of a piece that begins `offset` rows later.
    fn join(&mut self, piece: &Broken, offset: usize) {
        self.first = self.first.or(piece.first.map(|(row, cells)| (row + offset, cells)));
        self.count += piece.count;
    }
}

impl Scan<'_> {
    /// Goes through the rows from `start` on.
    pub(super) fn body(&self, start: usize) -> Result<Body, Vec<TableError>> {
        let end = self.end(start);
        let pieces = self.pieces(start, end);
        let looks: Vec<Look> = pieces
            .into_par_iter()
            .with_max_len(1)
            .map(|range| self.look(range))
            .collect();
        let all_utf8 = looks.iter().all(|look| look.utf8);
        if looks.iter().any(|look| look.quotes) {
            return self.quoted_body(start, end, all_utf8);
        }
        let (mut counts, mut blanks) = (Broken::default(), Broken::default());
        let mut n_rows = 0;
        for look in &looks {
            counts.join(&look.counts, n_rows);
            blanks.join(&look.blanks, n_rows);
            n_rows += look.piece.n_rows;
        }
        let problems = self.broken_rows(counts, blanks);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Body {
            n_rows,
            end,
            quoting: false,
            all_utf8,
            pieces: looks.into_iter().map(|look| look.piece).collect(),
        })
    }

    /// Cuts the lines between `start` and `end` into pieces that fit a cache.
    fn pieces(&self, start: usize, end: usize) -> Vec<Range<usize>> {
        let mut pieces = Vec::new();
        let mut from = start;
        while from < end {
            let to = match end - from {
                ..=PIECE => end,
                _ => (from + PIECE + line_length(&self.bytes[from + PIECE..end])).min(end),
            };
            pieces.push(from..to);
            from = to;
        }
        pieces
    }

    /// Looks at the lines of a piece; of use only if there are no quotation marks in them.
    fn look(&self, range: Range<usize>) -> Look {
        let bytes = &self.bytes[range.clone()];
        let mut look = Look {
            quotes: bytes.contains(&b'"'),
            utf8: std::str::from_utf8(bytes).is_ok(),
            counts: Broken::default(),
            blanks: Broken::default(),
            piece: Piece {
                start: range.start,
                end: range.end,
                n_rows: 0,
            },
        };
        let mut position = 0;
        while !look.quotes && position < bytes.len() {
            let line_end = position + line_length(&bytes[position..]);
            let line = &bytes[position..line_end];
            let row = self.first_row + look.piece.n_rows;
            let cells = count(line, self.separator) + 1;
            self.check(line, row, cells, &mut look.counts, &mut look.blanks);
            look.piece.n_rows += 1;
            position = line_end;
        }
        look
    }

    fn check(&self, line: &[u8], row: usize, cells: usize, counts: &mut Broken, blanks: &mut Broken) {
        if cells != self.n_columns {
            if is_blank(line, self.separator) {
                blanks.add(row, cells);
            } else {
                counts.add(row, cells);
            }
        }
    }

    /// Goes through the rows of a file with quotation marks, where a line break need not end a row.
    fn quoted_body(&self, start: usize, end: usize, all_utf8: bool) -> Result<Body, Vec<TableError>> {
        let bytes = &self.bytes[..end];
        let mut quoting = false;
        let mut stray = None;
        let (mut counts, mut blanks) = (Broken::default(), Broken::default());
        let mut pieces = Vec::new();
        let mut piece = Piece {
            start,
            end: start,
            n_rows: 0,
        };
        let mut n_rows = 0;
        let mut position = start;
        while position < end {
            let row = self.first_row + n_rows;
            let line_end = position + line_length(&bytes[position..]);
            let line = &bytes[position..line_end];
            let (next, cells) = if line.contains(&b'"') {
                let mut cells = 0;
                let next = record(bytes, position, self.separator, |cell| {
                    cells += 1;
                    quoting |= cell.quoted;
                    if !cell.quoted && stray.is_none() && bytes[cell.range.clone()].contains(&b'"') {
                        stray = Some((row, cells, cell.range));
                    }
                })
                .map_err(|fault| vec![self.quote_error(row, fault)])?;
                (next, cells)
            } else {
                (line_end, count(line, self.separator) + 1)
            };
            self.check(line, row, cells, &mut counts, &mut blanks);
            n_rows += 1;
            position = next;
            piece.n_rows += 1;
            piece.end = next;
            if piece.end - piece.start >= PIECE || next >= end {
                let start = piece.end;
                pieces.push(piece);
                piece = Piece {
                    start,
                    end: start,
                    n_rows: 0,
                };
            }
        }
        let mut problems = self.broken_rows(counts, blanks);
        // Without any quoted cell a quotation mark is a letter like another (5" pipes). In a file
        // that also quotes, nobody can tell where such a cell ends.
        if let Some((row, column, range)) = stray.filter(|_| quoting) {
            problems.push(self.stray_error(row, column, range));
        }
        if problems.is_empty() {
            Ok(Body {
                n_rows,
                end,
                quoting,
                all_utf8,
                pieces,
            })
        } else {
            Err(problems)
        }
    }

    /// Where the blank lines at the end of the file begin.
    fn end(&self, start: usize) -> usize {
        let mut end = self.bytes.len();
        while end > start {
            let line = self.bytes[start..end - 1]
                .iter()
                .rposition(|&byte| byte == b'\n')
                .map_or(start, |step| start + step + 1);
            if !is_blank(&self.bytes[line..end], self.separator) {
                break;
            }
            end = line;
        }
        end
    }

    fn broken_rows(&self, counts: Broken, blanks: Broken) -> Vec<TableError> {
        let mut problems = Vec::new();
        if let Some((row, cells)) = counts.first {
            problems.push(TableError::CellCount {
                file: self.file.to_owned(),
                row,
                cells,
                columns: self.n_columns,
                separator: self.separator,
                more: counts.count - 1,
            });
        }
        if let Some((row, _)) = blanks.first {
            problems.push(TableError::BlankRow {
                file: self.file.to_owned(),
                row,
                more: blanks.count - 1,
            });
        }
        problems
    }

    pub(super) fn quote_error(&self, row: usize, fault: QuoteFault) -> TableError {
        match fault {
            QuoteFault::Unclosed { column } => TableError::UnclosedQuote {
                file: self.file.to_owned(),
                row,
                column,
            },
            QuoteFault::TextAfter { column, range } => self.stray_error(row, column, range),
        }
    }

    fn stray_error(&self, row: usize, column: usize, range: Range<usize>) -> TableError {
        TableError::StrayQuote {
            file: self.file.to_owned(),
            row,
            column,
            cell: shortened(&String::from_utf8_lossy(&self.bytes[range])),
        }
    }

    /// First byte that is not UTF-8 in the columns that are read (positions in `used`), and how
    /// many more cells have some. Only called once the file is known to hold such bytes.
    pub(super) fn not_utf8(&self, start: usize, end: usize, names: &[String], used: &[usize]) -> Option<TableError> {
        let bytes = &self.bytes[..end];
        let mut first = None;
        let mut n_cells = 0;
        let mut row = self.first_row;
        let mut position = start;
        while position < end {
            let mut column = 0;
            let next = record(bytes, position, self.separator, |cell| {
                let text = &bytes[cell.range];
                if let (Err(fault), Ok(_)) = (std::str::from_utf8(text), used.binary_search(&column)) {
                    n_cells += 1;
                    first.get_or_insert((row, column, text[fault.valid_up_to()]));
                }
                column += 1;
            });
            position = next.unwrap_or(end);
            row += 1;
        }
        first.map(|(row, column, byte)| TableError::NotUtf8 {
            file: self.file.to_owned(),
            row,
            column: column + 1,
            name: Some(names[column].clone()).filter(|name| !name.is_empty()),
            byte,
            more: n_cells - 1,
        })
    }
}

/// Length of the first line, its line end included.
fn line_length(mut bytes: &[u8]) -> usize {
    // The standard library's fast search for a byte, by way of the one method that offers it.
    bytes.skip_until(b'\n').expect("a slice of memory can be read")
}

/// How often a byte occurs.
fn count(line: &[u8], wanted: u8) -> usize {
    // Sums of at most 255 fit a byte, which is what the compiler needs to count in vectors.
    line.chunks(255)
        .map(|chunk| {
            let sum: u8 = chunk.iter().map(|&byte| u8::from(byte == wanted)).sum();
            usize::from(sum)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_is_counting() {
        for length in [0, 1, 254, 255, 256, 1000] {
            let line = vec![b','; length];
            assert_eq!(count(&line, b','), length);
            assert_eq!(count(&line, b';'), 0);
        }
    }
}
