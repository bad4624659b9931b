//! Small whole numbers in runs: repeated ones, and packed ones of a few bits each. So are stored
//! which cells are missing and which value of a dictionary each cell has.

use polars_core::prelude::*;

/// Numbers of `bits` bits each.
pub(super) struct Runs<'a> {
    bytes: &'a [u8],
    bits: u32,
}

/// Some equal numbers, or a piece of packed ones.
pub(super) enum Run<'a> {
    Equal(u32, usize),
    Packed(Packed<'a>),
}

impl<'a> Runs<'a> {
    pub(super) fn new(bytes: &'a [u8], bits: u32) -> PolarsResult<Runs<'a>> {
        if bits > 32 {
            polars_bail!(ComputeError: "numbers of {bits} bits in runs");
        }
        Ok(Runs { bytes, bits })
    }

    /// Visits `count` numbers, run by run, after passing over `skip`.
    pub(super) fn visit(
        mut self,
        mut skip: usize,
        mut count: usize,
        mut visit: impl FnMut(Run<'a>) -> PolarsResult<()>,
    ) -> PolarsResult<()> {
        let short = || polars_err!(ComputeError: "a page ends too early");
        while count > 0 {
            let head = self.varint().ok_or_else(short)?;
            if head & 1 == 0 {
                let length = usize::try_from(head >> 1).map_err(|_| short())?;
                let value = self.value().ok_or_else(short)?;
                let passed = skip.min(length);
                let used = (length - passed).min(count);
                skip -= passed;
                count -= used;
                if used > 0 {
                    visit(Run::Equal(value, used))?;
                }
                continue;
            }
            let n_bytes = usize::try_from(head >> 1)
                .ok()
                .and_then(|groups| groups.checked_mul(self.bits as usize))
                .ok_or_else(short)?;
            let length = if self.bits == 0 {
                usize::try_from(head >> 1).unwrap_or(usize::MAX).saturating_mul(8)
            } else {
                // Some writers leave the unused end of the last group away.
                n_bytes.min(self.bytes.len()).saturating_mul(8) / self.bits as usize
            };
            let (packed, rest) = self.bytes.split_at(n_bytes.min(self.bytes.len()));
            self.bytes = rest;
            let passed = skip.min(length);
            let used = (length - passed).min(count);
            skip -= passed;
            count -= used;
            if used > 0 {
                visit(Run::Packed(Packed {
                    bytes: packed,
                    bits: self.bits,
                    from: passed,
                    count: used,
                }))?;
            }
        }
        Ok(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn value(&mut self) -> Option<u32> {
        let (value, rest) = self.bytes.split_at_checked(self.bits.div_ceil(8) as usize)?;
        self.bytes = rest;
        let mut four = [0; 4];
        four[..value.len()].copy_from_slice(value);
        Some(u32::from_le_bytes(four))
    }
}

/// Packed numbers, the lowest bits of a byte first.
pub(super) struct Packed<'a> {
    bytes: &'a [u8],
    bits: u32,
    from: usize,
    pub(super) count: usize,
}

impl Packed<'_> {
    /// Visits each number with its place.
    pub(super) fn visit(&self, mut visit: impl FnMut(usize, u32)) {
        let mask = (1_u64 << self.bits) - 1;
        let bits = self.bits as usize;
        let mut position = self.from * bits;
        for place in 0..self.count {
            let first = position / 8;
            // Eight bytes hold any number of at most 32 bits, wherever it begins in the first.
            let eight = match self.bytes[first..].first_chunk::<8>() {
                Some(eight) => *eight,
                None => {
                    let mut eight = [0; 8];
                    let rest = &self.bytes[first..];
                    eight[..rest.len()].copy_from_slice(rest);
                    eight
                }
            };
            visit(place, (u64::from_le_bytes(eight) >> (position % 8) & mask) as u32);
            position += bits;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(bytes: &[u8], bits: u32, skip: usize, count: usize) -> PolarsResult<Vec<u32>> {
        let mut numbers = Vec::new();
        Runs::new(bytes, bits)?.visit(skip, count, |run| {
            match run {
                Run::Equal(value, count) => numbers.extend(std::iter::repeat_n(value, count)),
                Run::Packed(packed) => packed.visit(|_, value| numbers.push(value)),
            }
            Ok(())
        })?;
        Ok(numbers)
    }

    #[test]
    fn runs_and_packed_numbers() {
        // Five times 6, then 0 to 7 in three bits each, then twice 1.
        let bytes = [10, 6, 3, 0b1000_1000, 0b1100_0110, 0b1111_1010, 4, 1];
        let all = [6, 6, 6, 6, 6, 0, 1, 2, 3, 4, 5, 6, 7, 1, 1];
        for skip in 0..all.len() {
            for count in 0..=all.len() - skip {
                let expected = &all[skip..skip + count];
                assert_eq!(numbers(&bytes, 3, skip, count).unwrap(), expected);
            }
        }
        assert!(numbers(&bytes, 3, 0, 16).is_err());
        assert!(numbers(&bytes, 33, 0, 1).is_err());
        // Numbers of no bits are all zero.
        assert_eq!(numbers(&[3], 0, 2, 6).unwrap(), [0; 6]);
        // The last group may be shorter than its eight numbers.
        assert_eq!(numbers(&[3, 0b1000_1000], 3, 0, 2).unwrap(), [0, 1]);
    }
}
