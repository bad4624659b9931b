//! Seeds: what a user gives, and what is derived from it for each purpose.

use crate::philox::block;
use crate::stream::Stream;

/// Positions with this bit belong to splitting, those without it to streams.
const SPLIT: u32 = 1 << 31;

/// The key of a family of streams.
///
/// `split` gives independent seeds for separate purposes (tastes, noise, replications), `stream` the numbers
/// themselves.
///
/// ```
/// use logsum_draws::Seed;
/// use rand::Rng;
///
/// let noise = Seed::new(1).split(7);
/// let (mut first, mut again) = (noise.stream(42), noise.stream(42));
/// assert_eq!(first.next_u64(), again.next_u64());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed {
    key: [u32; 2],
}

impl Seed {
    /// The seed that a user gives.
    pub fn new(seed: u64) -> Self {
        Seed {
            key: [seed as u32, (seed >> 32) as u32],
        }
    }

    /// The seed of a branch: as if drawn at random for each branch.
    ///
    /// Keys have 64 bits. Two branches, or a branch and the seed itself, have the same key, and so the same streams, with
    /// probability 2⁻⁶⁴; among m branches some two have it with about m²·2⁻⁶⁵ (3·10⁻⁸ for a million). Under different
    /// keys, streams are independent for all that tests have found.
    pub fn split(self, branch: u64) -> Self {
        let [low, high, ..] = block([0, SPLIT, branch as u32, (branch >> 32) as u32], self.key);
        Seed { key: [low, high] }
    }

    /// The seed as a whole number.
    pub(crate) fn bits(self) -> u64 {
        u64::from(self.key[0]) | u64::from(self.key[1]) << 32
    }

    /// Stream of that number, from its beginning.
    pub fn stream(self, id: u64) -> Stream {
        Stream::new(self.key, id)
    }
}
