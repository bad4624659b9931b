//! Loops over a block of draws, compiled for several instruction sets; all give the same bits.

use logsum_draws::ln_each;
use multiversion::multiversion;

/// Draws treated together: few enough that a handful of such arrays stay in the innermost cache.
pub(super) const BLOCK: usize = 512;
const HALF: usize = BLOCK / 2;
/// Partial sums kept apart, so that additions need not wait for each other, and added in one order on every instruction
/// set.
const LANES: usize = 32;

/// The winner of each draw so far and its key: the largest utility, or the earliest clock of a race
/// with its sign turned, so that the largest key wins.
#[repr(align(64))]
pub(super) struct Leaders {
    pub(super) key: [f64; BLOCK],
    /// Position of the alternative; as wide as the key, which keeps the loops in vector registers.
    pub(super) winner: [u64; BLOCK],
}

impl Leaders {
    pub(super) fn new() -> Self {
        Leaders {
            key: [0.0; BLOCK],
            winner: [0; BLOCK],
        }
    }

    /// Forgets the winners: any alternative will beat these.
    pub(super) fn clear(&mut self) {
        self.key.fill(f64::NEG_INFINITY);
        self.winner.fill(0);
    }
}

/// Largest V_j + ε_j.
#[inline(always)]
fn largest_plain(before: &Leaders, after: &mut Leaders, alternative: u64, utility: f64, noise: &[f64; BLOCK]) {
    for (i, noise) in noise.iter().enumerate() {
        let candidate = utility + noise;
        let better = candidate > before.key[i];
        after.key[i] = if better { candidate } else { before.key[i] };
        after.winner[i] = if better { alternative } else { before.winner[i] };
    }
}

/// Smallest pace_j · E_j: the earliest clock, as the largest of −pace_j · E_j.
#[inline(always)]
fn earliest_plain(before: &Leaders, after: &mut Leaders, alternative: u64, pace: f64, exponential: &[f64; BLOCK]) {
    for (i, exponential) in exponential.iter().enumerate() {
        let candidate = -pace * exponential;
        let better = candidate > before.key[i];
        after.key[i] = if better { candidate } else { before.key[i] };
        after.winner[i] = if better { alternative } else { before.winner[i] };
    }
}

/// From clocks, negative, to utilities: −ln(−key).
#[inline(always)]
fn clocks_to_utilities_plain(leaders: &mut Leaders) {
    for i in 0..HALF {
        let ln = ln_each([-leaders.key[i], -leaders.key[i + HALF]]);
        leaders.key[i] = -ln[0];
        leaders.key[i + HALF] = -ln[1];
    }
}

/// How many of the winners are the alternative.
#[inline(always)]
fn wins_plain(winner: &[u64], alternative: u64) -> u64 {
    winner.iter().map(|&winner| u64::from(winner == alternative)).sum()
}

/// Σ (x − centre) and Σ (x − centre)².
#[inline(always)]
fn moments_plain(values: &[f64], centre: f64) -> [f64; 2] {
    let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
    let (blocks, rest) = values.as_chunks::<LANES>();
    for block in blocks {
        for lane in 0..LANES {
            let x = block[lane] - centre;
            sums[lane] += x;
            squares[lane] += x * x;
        }
    }
    for (lane, value) in rest.iter().enumerate() {
        let x = value - centre;
        sums[lane] += x;
        squares[lane] += x * x;
    }
    [sums.iter().sum(), squares.iter().sum()]
}

/// One function for each loop, which picks its instruction set when first called.
macro_rules! dispatched {
    ($($name:ident = $plain:ident($($argument:ident: $type:ty),*) $(-> $result:ty)?;)*) => {$(
        #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
        pub(super) fn $name($($argument: $type),*) $(-> $result)? {
            $plain($($argument),*)
        }
    )*};
}

dispatched! {
    largest = largest_plain(before: &Leaders, after: &mut Leaders, alternative: u64, utility: f64, noise: &[f64; BLOCK]);
    earliest = earliest_plain(before: &Leaders, after: &mut Leaders, alternative: u64, pace: f64, exponential: &[f64; BLOCK]);
    clocks_to_utilities = clocks_to_utilities_plain(leaders: &mut Leaders);
    wins = wins_plain(winner: &[u64], alternative: u64) -> u64;
    moments = moments_plain(values: &[f64], centre: f64) -> [f64; 2];
}

#[cfg(test)]
mod tests {
    use logsum_draws::Seed;

    use super::*;

    /// On machines with AVX-512 the dispatched functions never take this way.
    #[multiversion(targets("x86_64+avx2"))]
    fn earliest_avx2(before: &Leaders, after: &mut Leaders, alternative: u64, pace: f64, noise: &[f64; BLOCK]) {
        earliest_plain(before, after, alternative, pace, noise);
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn clocks_to_utilities_avx2(leaders: &mut Leaders) {
        clocks_to_utilities_plain(leaders);
    }

    #[multiversion(targets("x86_64+avx2"))]
    fn moments_avx2(values: &[f64], centre: f64) -> [f64; 2] {
        moments_plain(values, centre)
    }

    type Lead = fn(&Leaders, &mut Leaders, u64, f64, &[f64; BLOCK]);

    /// Keys and winners after five alternatives.
    fn led(lead: Lead, to_utilities: fn(&mut Leaders)) -> ([f64; BLOCK], [u64; BLOCK]) {
        let mut stream = Seed::new(1).stream(0);
        let (mut leaders, mut next, mut noise) = (Leaders::new(), Leaders::new(), [0.0; BLOCK]);
        leaders.clear();
        for (j, factor) in [1.0, 1.3, f64::INFINITY, 0.8, 1e300].into_iter().enumerate() {
            stream.fill_exponential(&mut noise);
            lead(&leaders, &mut next, j as u64, factor, &noise);
            std::mem::swap(&mut leaders, &mut next);
        }
        to_utilities(&mut leaders);
        (leaders.key, leaders.winner)
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let plain = led(earliest_plain, clocks_to_utilities_plain);
        assert!(plain.0.iter().all(|key| key.is_finite()));
        assert_eq!(led(earliest, clocks_to_utilities), plain);
        assert_eq!(led(earliest_avx2, clocks_to_utilities_avx2), plain);
        assert_eq!(led(largest, |_| ()), led(largest_plain, |_| ()));
        for n in [0, 1, 31, 32, 100, BLOCK] {
            let expected = moments_plain(&plain.0[..n], 0.3);
            assert_eq!(moments(&plain.0[..n], 0.3), expected);
            assert_eq!(moments_avx2(&plain.0[..n], 0.3), expected);
            for j in 0..5 {
                let count = plain.1[..n].iter().filter(|&&winner| winner == j).count() as u64;
                assert_eq!(wins(&plain.1[..n], j), count);
                assert_eq!(wins_plain(&plain.1[..n], j), count);
            }
        }
    }
}
