//! Numbers as bytes and back, for segments on disk.

/// What is left to read. The bytes were checked: they are those that were written.
pub(crate) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(n);
        self.0 = rest;
        taken
    }

    pub fn size(&mut self) -> usize {
        let (bytes, _) = self.take(8).as_chunks::<8>();
        u64::from_le_bytes(bytes[0]) as usize
    }

    pub fn positions(&mut self) -> Vec<u32> {
        let n = self.size();
        let (bytes, _) = self.take(4 * n).as_chunks::<4>();
        bytes.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect()
    }

    pub fn places(&mut self) -> Vec<u64> {
        let n = self.size();
        let (bytes, _) = self.take(8 * n).as_chunks::<8>();
        bytes.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect()
    }

    /// Fills what `room` makes for that many numbers.
    pub fn numbers_into<T: std::ops::DerefMut<Target = [f64]>>(&mut self, room: impl FnOnce(usize) -> T) -> T {
        let n = self.size();
        let narrow = self.size() == 1;
        let mut numbers = room(n);
        if narrow {
            let (bytes, _) = self.take(4 * n).as_chunks::<4>();
            for (number, bytes) in numbers.iter_mut().zip(bytes) {
                *number = f64::from(f32::from_le_bytes(*bytes));
            }
        } else {
            let (bytes, _) = self.take(8 * n).as_chunks::<8>();
            for (number, bytes) in numbers.iter_mut().zip(bytes) {
                *number = f64::from_le_bytes(*bytes);
            }
        }
        numbers
    }

    pub fn numbers(&mut self) -> Vec<f64> {
        self.numbers_into(|n| vec![0.0; n])
    }
}

pub(crate) fn put_size(out: &mut Vec<u8>, size: usize) {
    out.extend_from_slice(&(size as u64).to_le_bytes());
}

pub(crate) fn put_positions(out: &mut Vec<u8>, positions: &[u32]) {
    put_size(out, positions.len());
    out.extend(positions.iter().flat_map(|position| position.to_le_bytes()));
}

pub(crate) fn put_places(out: &mut Vec<u8>, places: &[u64]) {
    put_size(out, places.len());
    out.extend(places.iter().flat_map(|place| place.to_le_bytes()));
}

/// In half the room if that loses nothing, as whole numbers and many measurements allow.
pub(crate) fn put_numbers(out: &mut Vec<u8>, numbers: &[f64]) {
    let narrow = numbers
        .iter()
        .all(|number| f64::from(*number as f32).to_bits() == number.to_bits());
    put_size(out, numbers.len());
    put_size(out, usize::from(narrow));
    if narrow {
        out.extend(numbers.iter().flat_map(|number| (*number as f32).to_le_bytes()));
    } else {
        out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let lists: [&[f64]; 4] = [
            &[],
            &[1.0, -0.0, 1e10, f64::INFINITY, 0.5],
            &[0.1, 3.0],
            &[f64::MIN_POSITIVE, 1e300],
        ];
        let mut out = Vec::new();
        for numbers in lists {
            put_numbers(&mut out, numbers);
            put_positions(&mut out, &[7, u32::MAX]);
        }
        put_places(&mut out, &[u64::MAX, 3]);
        let narrow = out.len();
        assert_eq!(narrow, 4 * 16 + (5 * 4) + (2 + 2) * 8 + 4 * 16 + 24);
        let mut reader = Reader(&out);
        for numbers in lists {
            let read: Vec<u64> = reader.numbers().iter().map(|number| number.to_bits()).collect();
            assert!(read.iter().copied().eq(numbers.iter().map(|number| number.to_bits())));
            assert_eq!(reader.positions(), [7, u32::MAX]);
        }
        assert_eq!(reader.places(), [u64::MAX, 3]);
        assert!(reader.0.is_empty());
    }
}
