//! Random words for the scrambling of one dimension of one decision maker.

use crate::Seed;
use crate::fill::open01;

/// 2⁶⁴ divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// As many words as wanted under a key, in any order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    key: u64,
}

impl Words {
    pub(super) fn new(seed: Seed) -> Self {
        Words { key: seed.bits() }
    }

    /// Word number `i`: what a SplitMix64 generator that starts from the key yields as its (i + 1)th.
    ///
    /// # Source
    /// Steele, Lea, Flood (2014), *Fast splittable pseudorandom number generators*; the mixing is Stafford's variant 13.
    #[inline(always)]
    pub(super) fn get(self, i: u64) -> u64 {
        let x = self.key.wrapping_add(GOLDEN.wrapping_mul(i.wrapping_add(1)));
        let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// A number of the open interval (0, 1) from word number `i`.
    pub(super) fn open01(self, i: u64) -> f64 {
        open01(self.get(i))
    }

    /// A whole number below `n` from word number `i`.
    #[inline(always)]
    pub(super) fn below(self, i: u64, n: u64) -> u64 {
        ((u128::from(self.get(i)) * u128::from(n)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first words that the authors' generator yields from the seed 1234567.
    #[test]
    fn published_words() {
        let words = Words { key: 1_234_567 };
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!([0, 1, 2, 3, 4].map(|i| words.get(i)), expected);
    }

    #[test]
    fn below_reaches_every_number_equally() {
        let words = Words::new(Seed::new(3));
        let mut counts = [0_u32; 7];
        for i in 0..70_000 {
            counts[words.below(i, 7) as usize] += 1;
        }
        // Standard deviation 93.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 400), "{counts:?}");
    }
}
