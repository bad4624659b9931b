//! The Sobol sequence with Owen's scrambling.

use multiversion::multiversion;

use super::hash::Words;
use crate::fill::open01;

/// Direction numbers of Joe and Kuo, with their licence.
const TABLE: &str = include_str!("joe-kuo.txt");
/// Dimensions that they are given for: all polynomials up to degree 13.
pub(super) const DIMENSIONS: usize = 1111;
/// Points whose number differs in the lowest bits only, computed together.
const RUN: usize = 64;
const ROUNDS: usize = 3;

/// One dimension's points by the bits of their number.
///
/// ```text
/// point n = ⊕ vⱼ over the bits j of n,  as a binary fraction of 64 places
/// ```
///
/// The fractions are kept in reverse, lowest bit first, as the scrambling wants them.
///
/// # Source
/// Joe, Kuo (2008), *Constructing Sobol sequences with better two-dimensional projections*.
#[derive(Debug)]
pub(super) struct Directions {
    /// Points 0 to [`RUN`].
    low: [u64; RUN],
    /// vⱼ for the bits beyond those.
    high: Vec<u64>,
}

impl Directions {
    /// Of the first `n_dimensions`, for points below 2³².
    pub(super) fn first(n_dimensions: usize) -> Vec<Directions> {
        let first = std::array::from_fn(|j| 1 << (63 - j));
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let row: Vec<u64> = line
                .split_ascii_whitespace()
                .map(|number| number.parse().expect("the table holds whole numbers"))
                .collect();
            directions(row[1] as usize, row[2], &row[3..])
        });
        let all = std::iter::once(first).chain(rows);
        all.take(n_dimensions).map(|v| Directions::new(&v)).collect()
    }

    fn new(v: &[u64; 32]) -> Directions {
        let v = v.map(u64::reverse_bits);
        let mut low = [0; RUN];
        for n in 1..RUN {
            let bit = n.ilog2() as usize;
            low[n] = low[n - (1 << bit)] ^ v[bit];
        }
        Directions {
            low,
            high: v[RUN.ilog2() as usize..].to_vec(),
        }
    }

    /// Scrambled points from `first` in a row.
    pub(super) fn fill(&self, scrambling: &Scrambling, first: u64, mut values: &mut [f64]) {
        let (mut place, mut others) = (first as usize % RUN, first / RUN as u64);
        while !values.is_empty() {
            let low = &self.low[place..];
            let run;
            (run, values) = values.split_at_mut(low.len().min(values.len()));
            scramble(low, self.high(others), scrambling, run);
            place = 0;
            others += 1;
        }
    }

    fn high(&self, others: u64) -> u64 {
        let bits = self.high.iter().enumerate();
        bits.fold(0, |sum, (bit, v)| sum ^ (v & ((others >> bit) & 1).wrapping_neg()))
    }
}

/// v₁ … v₃₂ from the degree s, the inner coefficients a and m₁ … mₛ.
fn directions(degree: usize, inner: u64, m: &[u64]) -> [u64; 32] {
    let mut v = [0; 32];
    for (j, m) in m.iter().enumerate() {
        v[j] = m << (63 - j);
    }
    for j in degree..32 {
        v[j] = v[j - degree] ^ (v[j - degree] >> degree);
        for i in 1..degree {
            if inner >> (degree - 1 - i) & 1 == 1 {
                v[j] ^= v[j - i];
            }
        }
    }
    v
}

/// Keys of a nested scrambling.
///
/// ```text
/// x ← x + s,  x ← x + (x & k)·e,  x ← x ⊕ (x & k′)·e′,  x ← x ⊕ (x² & k″)   (modulo 2⁶⁴), three times
/// ```
///
/// on the reversed fraction, with random s, k, k′, k″ and fixed even numbers e, e′: each bit is turned or not by what the
/// bits before it are. Laine and Karras multiply x itself, which makes the turns of neighbouring bits alike (the test
/// below rejects that); so each bit has keys of its own here.
///
/// # Source
/// Owen (1995), *Randomly permuted (t,m,s)-nets and (t,s)-sequences*; for a hash in place of stored random bits, Laine,
/// Karras (2011), *Stratified sampling for stochastic transparency*.
#[derive(Debug)]
pub(super) struct Scrambling {
    rounds: [[u64; 4]; ROUNDS],
}

/// e and e′ of each round: digits of π, but for the lowest, whose bits are chosen so that no round repeats another.
const EVEN: [[u64; 2]; ROUNDS] = [
    [0x243F_6A88_85A3_08D2, 0x1319_8A2E_0370_734E],
    [0xA409_3822_299F_31D6, 0x082E_FA98_EC4E_6C8A],
    [0x4528_21E6_38D0_137A, 0xBE54_66CF_34E9_0C66],
];

impl Scrambling {
    pub(super) fn new(words: Words) -> Self {
        // The lowest bit of x² is that of x.
        let round = |r| [words.get(r), words.get(r + 1), words.get(r + 2), words.get(r + 3) & !1];
        Scrambling {
            rounds: [round(0), round(4), round(8)],
        }
    }

    #[inline(always)]
    fn apply(&self, mut x: u64) -> u64 {
        for ([sum, first, second, third], [e, f]) in self.rounds.into_iter().zip(EVEN) {
            x = x.wrapping_add(sum);
            x = x.wrapping_add((x & first).wrapping_mul(e));
            x ^= (x & second).wrapping_mul(f);
            x ^= x.wrapping_mul(x) & third;
        }
        x
    }
}

#[inline(always)]
fn scramble_plain(low: &[u64], high: u64, scrambling: &Scrambling, values: &mut [f64]) {
    for (value, low) in values.iter_mut().zip(low) {
        *value = open01(scrambling.apply(low ^ high).reverse_bits());
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn scramble(low: &[u64], high: u64, scrambling: &Scrambling, values: &mut [f64]) {
    scramble_plain(low, high, scrambling, values);
}

#[cfg(test)]
mod tests {
    use multiversion::multiversion;
    use statrs::distribution::{ChiSquared, ContinuousCDF};

    use super::*;
    use crate::Seed;

    #[multiversion(targets("x86_64+avx2"))]
    fn scramble_avx2(low: &[u64], high: u64, scrambling: &Scrambling, values: &mut [f64]) {
        scramble_plain(low, high, scrambling, values);
    }

    /// No scrambling.
    const IDENTITY: Scrambling = Scrambling {
        rounds: [[0; 4]; ROUNDS],
    };

    fn filled(directions: &Directions, scrambling: &Scrambling, number: usize) -> Vec<f64> {
        let mut values = vec![0.0; number];
        directions.fill(scrambling, 0, &mut values);
        values
    }

    /// In binary order; scipy's `qmc.Sobol(d, scramble=False)` yields the same points in the order of the Gray code.
    #[test]
    fn unscrambled_points_are_scipys() {
        let all = Directions::first(DIMENSIONS);
        assert_eq!(all.len(), DIMENSIONS);
        assert_eq!(Directions::first(DIMENSIONS + 1).len(), DIMENSIONS);
        let sixteenths = [
            [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
            [0, 8, 12, 4, 10, 2, 6, 14, 15, 7, 3, 11, 5, 13, 9, 1],
            [0, 8, 12, 4, 6, 14, 10, 2, 9, 1, 5, 13, 15, 7, 3, 11],
            [0, 8, 12, 4, 2, 10, 14, 6, 5, 13, 9, 1, 7, 15, 11, 3],
            [0, 8, 4, 12, 2, 10, 6, 14, 11, 3, 15, 7, 9, 1, 13, 5],
        ];
        for (dimension, expected) in sixteenths.into_iter().enumerate() {
            let values = filled(&all[dimension], &IDENTITY, 16);
            let values: Vec<u64> = values.iter().map(|x| (x * 16.0) as u64).collect();
            assert_eq!(values, expected, "dimension {dimension}");
        }
        // Point 40000 of scipy's is exact in 16 bits.
        for (dimension, expected) in [
            (2, 0.147_659_301_757_812_5),
            (99, 0.759_506_225_585_937_5),
            (1110, 0.295_639_038_085_937_5),
        ] {
            let mut value = [0.0];
            all[dimension].fill(&IDENTITY, 40_000, &mut value);
            assert_eq!(value[0], expected + (-53.0_f64).exp2(), "dimension {dimension}");
        }
    }

    #[test]
    fn every_dyadic_interval_has_one_point() {
        for (d, directions) in Directions::first(DIMENSIONS).iter().enumerate() {
            let scrambling = Scrambling::new(Words::new(Seed::new(1).split(d as u64)));
            let exponents = if d < 20 { 0..12 } else { 8..9 };
            for exponent in exponents {
                let number = 1 << exponent;
                let mut hit = vec![0; number];
                for value in filled(directions, &scrambling, number) {
                    hit[(value * number as f64) as usize] += 1;
                }
                assert!(hit.iter().all(|n| *n == 1), "dimension {d}, {number} points");
            }
        }
    }

    /// The first two dimensions are a (0, m, 2)-net; scrambling keeps it.
    #[test]
    fn every_elementary_box_has_one_point() {
        let directions = Directions::first(2);
        let scrambled = |d: usize| {
            let scrambling = Scrambling::new(Words::new(Seed::new(2).split(d as u64)));
            filled(&directions[d], &scrambling, 1 << 10)
        };
        let (x, y) = (scrambled(0), scrambled(1));
        for columns in 0..=10 {
            let (width, height) = (1 << columns, 1 << (10 - columns));
            let mut hit = vec![0; 1 << 10];
            for (x, y) in x.iter().zip(&y) {
                hit[(x * width as f64) as usize * height + (y * height as f64) as usize] += 1;
            }
            assert!(hit.iter().all(|n| *n == 1), "{width} columns");
        }
    }

    /// A nested scrambling turns the first bit, the second for each of its two beginnings, and the third for each of
    /// four: seven choices, of which all 128 combinations should come equally often.
    #[test]
    fn turns_are_independent() {
        let p_value = |scrambling: fn(Words) -> Scrambling| {
            let mut counts = [0.0; 128];
            let n = 200_000;
            for i in 0..n {
                let scrambling = scrambling(Words::new(Seed::new(3).split(i)));
                let mut turns = 0;
                for (bits, beginnings) in [(1, 1), (2, 2), (3, 4)] {
                    for beginning in 0..beginnings {
                        turns = turns << 1 | (scrambling.apply(beginning) >> (bits - 1) & 1) as usize;
                    }
                }
                counts[turns] += 1.0;
            }
            let expected = n as f64 / 128.0;
            let statistic: f64 = counts
                .iter()
                .map(|count: &f64| (count - expected).powi(2) / expected)
                .sum();
            ChiSquared::new(127.0).expect("degrees").sf(statistic)
        };
        let p = p_value(Scrambling::new);
        assert!(p > 1e-3, "{p}");
        // A single sum, as in random shifts: the bits' turns hang together.
        let shift = |words: Words| {
            let mut scrambling = IDENTITY;
            scrambling.rounds[0][0] = words.get(0);
            scrambling
        };
        assert!(p_value(shift) < 1e-6);
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let directions = &Directions::first(5)[4];
        let scrambling = Scrambling::new(Words::new(Seed::new(6)));
        for n in [0, 1, 7, 9, 64] {
            let values = [scramble_plain, scramble_avx2, scramble].map(|scramble| {
                let mut values = vec![0.0; n];
                scramble(&directions.low, 0x0123_4567_89AB_CDEF, &scrambling, &mut values);
                values
            });
            assert_eq!(values[0], values[1]);
            assert_eq!(values[0], values[2]);
        }
    }
}
