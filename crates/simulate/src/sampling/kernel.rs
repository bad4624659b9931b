//! Loops over a block of draws, compiled for several instruction sets; all give the same bits.

use logsum_draws::ln_each;
use multiversion::multiversion;

/// Draws treated together: few enough that a handful of such arrays stay in the innermost cache.
pub(super) const BLOCK: usize = 512;
const HALF: usize = BLOCK / 2;
/// Partial sums kept apart, and added in one order on every instruction set.
const LANES: usize = 8;

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
    for i in 0..BLOCK {
        let candidate = utility + noise[i];
        let better = candidate > before.key[i];
        after.key[i] = if better { candidate } else { before.key[i] };
        after.winner[i] = if better { alternative } else { before.winner[i] };
    }
}

/// Largest pace_j · ln U_j, that is, the earliest clock pace_j · E_j: the logarithm and the comparison in one visit.
#[inline(always)]
fn earliest_plain(before: &Leaders, after: &mut Leaders, alternative: u64, pace: f64, uniform: &[f64; BLOCK]) {
    for i in 0..HALF {
        // Two far apart in turn, to fill each other's waits.
        let ln = ln_each([uniform[i], uniform[i + HALF]]);
        for (i, ln) in [(i, ln[0]), (i + HALF, ln[1])] {
            let candidate = pace * ln;
            let better = candidate > before.key[i];
            after.key[i] = if better { candidate } else { before.key[i] };
            after.winner[i] = if better { alternative } else { before.winner[i] };
        }
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
    earliest = earliest_plain(before: &Leaders, after: &mut Leaders, alternative: u64, pace: f64, uniform: &[f64; BLOCK]);
    clocks_to_utilities = clocks_to_utilities_plain(leaders: &mut Leaders);
    wins = wins_plain(winner: &[u64], alternative: u64) -> u64;
    moments = moments_plain(values: &[f64], centre: f64) -> [f64; 2];
}
