//! Streams: the random bits of one decision maker or one block of work.

use std::convert::Infallible;

use rand::TryRng;

use crate::philox::block;

/// Random bits in a fixed order: a generator for `rand` and `rand_distr`.
///
/// 2⁶³ blocks of 128 bits; two streams of a seed never share a block.
#[derive(Clone, Debug)]
pub struct Stream {
    pub(crate) key: [u32; 2],
    pub(crate) id: u64,
    /// Number of the block after the one in `words`.
    pub(crate) next: u64,
    words: [u64; 2],
    /// Words of it already handed out.
    pub(crate) used: usize,
}

impl Stream {
    pub(crate) fn new(key: [u32; 2], id: u64) -> Self {
        Stream {
            key,
            id,
            next: 0,
            words: [0; 2],
            used: 2,
        }
    }

    /// To word number `word` from the beginning of block number `block`.
    pub(crate) fn skip_to(&mut self, block: u64, word: u64) {
        self.next = block + word / 2;
        self.used = 2;
        if word % 2 == 1 {
            self.word();
        }
    }

    /// The next 64 bits.
    #[inline]
    pub(crate) fn word(&mut self) -> u64 {
        if self.used == 2 {
            let counter = [
                self.next as u32,
                (self.next >> 32) as u32,
                self.id as u32,
                (self.id >> 32) as u32,
            ];
            let [a, b, c, d] = block(counter, self.key).map(u64::from);
            self.words = [a | b << 32, c | d << 32];
            self.next += 1;
            self.used = 0;
        }
        self.used += 1;
        self.words[self.used - 1]
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.word() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::Rng;

    use crate::Seed;

    #[test]
    fn a_stream_depends_on_seed_and_number_alone() {
        let words = |seed: Seed, id: u64| {
            let mut stream = seed.stream(id);
            (0..5).map(|_| stream.next_u64()).collect::<Vec<_>>()
        };
        let seed = Seed::new(1);
        assert_eq!(words(seed, 3), words(seed, 3));
        let all: HashSet<u64> = [
            words(seed, 0),
            words(seed, 1),
            words(seed, 1 << 32),
            words(Seed::new(2), 0),
            words(Seed::new(1 << 32), 0),
            words(seed.split(0), 0),
            words(seed.split(1), 0),
            words(seed.split(0).split(0), 0),
        ]
        .concat()
        .into_iter()
        .collect();
        assert_eq!(all.len(), 40, "streams share words");
    }

    #[test]
    fn skipping_is_drawing_in_vain() {
        let mut stream = Seed::new(3).stream(1);
        let words: Vec<u64> = (0..10).map(|_| stream.next_u64()).collect();
        for (block, word) in [(0, 0), (0, 3), (0, 4), (2, 1), (1, 6)] {
            stream.skip_to(block, word);
            assert_eq!(stream.next_u64(), words[(2 * block + word) as usize]);
        }
    }

    #[test]
    fn bytes_are_the_words() {
        let mut bytes = [0; 11];
        Seed::new(9).stream(0).fill_bytes(&mut bytes);
        let mut words = Seed::new(9).stream(0);
        assert_eq!(bytes[..8], words.next_u64().to_le_bytes());
        assert_eq!(bytes[8..], words.next_u64().to_le_bytes()[..3]);
    }
}
