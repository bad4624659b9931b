//! Point sets: the draws of simulated likelihoods.

mod halton;
mod hash;
mod latin;
mod primes;
mod scrambled;
mod sobol;
#[cfg(test)]
mod tests;
mod variate;

use std::ops::Range;
use std::sync::Arc;

pub use variate::Variate;

use crate::Seed;
use hash::Words;
use primes::primes;

/// The largest number below 1.
const LARGEST: f64 = 1.0 - f64::EPSILON / 2.0;
/// Draws computed and transformed while they are still in the innermost cache.
const BLOCK: usize = 512;
/// Philox blocks that a dimension has for itself.
const DIMENSION: u64 = 1 << 40;

/// The branch that replications split from: no decision maker's key, but for one in 2⁶⁴.
const REPLICATIONS: u64 = 0x7265_706C_6963_6174;

/// How the uniform numbers behind the draws are placed.
///
/// All but [`Method::Halton`] are random, by the seed: each decision maker has its own randomisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The plain Halton sequence, one stretch for each decision maker after another, in order of first appearance: the
    /// numbers of R's mlogit and Python's xlogit. The d-th dimension has the d-th prime number as its base. Beyond a dozen
    /// or so dimensions, neighbouring ones are strongly correlated.
    Halton {
        /// Elements left out at the beginning, of which the first is 0. At least 1; 100 is usual.
        drop: u64,
        /// Every so many-th element is taken from there on. 1 takes all.
        leap: u64,
    },
    /// The first elements of the Halton sequence with their digits permuted at random.
    ScrambledHalton,
    /// The first elements of the Sobol sequence (Joe and Kuo 2008) with Owen's nested scrambling. Best with a power of
    /// two of draws.
    Sobol,
    /// Modified Latin hypercube sampling (Hess, Train, Polak 2006): evenly spaced numbers with a common random shift, in
    /// random order in each dimension.
    Mlhs,
    /// Independent pseudo-random numbers.
    Random,
}

/// Whom draws are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Maker {
    /// Place in order of first appearance, from 0: what plain Halton draws depend on.
    pub position: u64,
    /// A fixed hash of the identifier: what all others depend on, so that a decision maker keeps its draws in a subset
    /// of the data.
    pub key: u64,
}

/// Why there is no such [`PointSet`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PointSetError {
    /// No draws.
    #[error("draws: 0 per decision maker; use at least 1 (500 or more is usual for a first run)")]
    NoDraws,
    /// More draws than can be numbered.
    #[error("draws: {number} per decision maker; use at most {}", u32::MAX)]
    TooManyDraws {
        /// Draws asked for.
        number: usize,
    },
    /// More dimensions than there are direction numbers for.
    #[error(
        "Sobol draws: {n_dimensions} dimensions, but there are direction numbers for {}; use MLHS or random draws",
        sobol::DIMENSIONS
    )]
    TooManySobolDimensions {
        /// Dimensions asked for.
        n_dimensions: usize,
    },
    /// The Halton sequence from its element 0 on.
    #[error(
        "Halton draws: no element dropped, but the first is 0, which no draw can be made from; drop at least 1 (100 is usual)"
    )]
    HaltonZero,
    /// The same element for ever.
    #[error("Halton draws: leap 0; use 1 to take every element of the sequence, or a larger number to skip some")]
    NoLeap,
}

/// Draws of several dimensions for each decision maker, computed whenever they are asked for.
///
/// A draw depends on the method, the number of draws, the seed, the decision maker and its own place alone.
///
/// ```
/// use logsum_draws::{Maker, Method, PointSet, Seed, Variate};
///
/// let draws = PointSet::new(Method::Sobol, 512, false, Seed::new(1), vec![Variate::Normal; 3])?;
/// let maker = Maker { position: 0, key: 42 };
/// let mut out = vec![0.0; 3 * 512];
/// draws.fill(maker, 0..512, &mut out);
/// let mean = out[..512].iter().sum::<f64>() / 512.0;
/// assert!(mean.abs() < 0.01);
///
/// // Some of them by themselves are the same.
/// let mut some = vec![0.0; 3 * 10];
/// draws.fill(maker, 20..30, &mut some);
/// assert_eq!(some[..10], out[20..30]);
/// # Ok::<(), logsum_draws::PointSetError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PointSet {
    lines: Lines,
    /// Without reflections.
    number: usize,
    antithetic: bool,
    /// Of the method alone.
    seed: Seed,
    variates: Arc<[Variate]>,
    /// First dimensions that are left out.
    skipped: usize,
}

/// What each dimension's points are computed from.
#[derive(Clone, Debug)]
enum Lines {
    Halton {
        bases: Arc<[halton::Base]>,
        drop: u64,
        leap: u64,
        /// Whether each decision maker and dimension has a random shift.
        shifted: bool,
    },
    ScrambledHalton(Arc<[scrambled::Base]>),
    Sobol(Arc<[sobol::Directions]>),
    Mlhs(latin::Strata),
    Random,
}

impl PointSet {
    /// `number` draws for each decision maker, of as many dimensions as there are variates.
    ///
    /// `antithetic` adds their reflections, u ↦ 1 − u in all dimensions, as draws `number` to 2·`number`.
    ///
    /// # Errors
    /// See [`PointSetError`].
    pub fn new(
        method: Method,
        number: usize,
        antithetic: bool,
        seed: Seed,
        variates: Vec<Variate>,
    ) -> Result<PointSet, PointSetError> {
        let n_dimensions = variates.len();
        if number == 0 {
            return Err(PointSetError::NoDraws);
        }
        if u32::try_from(number).is_err() {
            return Err(PointSetError::TooManyDraws { number });
        }
        let (branch, lines) = match method {
            Method::Halton { drop: 0, .. } => return Err(PointSetError::HaltonZero),
            Method::Halton { leap: 0, .. } => return Err(PointSetError::NoLeap),
            Method::Halton { drop, leap } => {
                let bases = primes(n_dimensions).into_iter().map(halton::Base::new).collect();
                let shifted = false;
                (
                    0,
                    Lines::Halton {
                        bases,
                        drop,
                        leap,
                        shifted,
                    },
                )
            }
            Method::ScrambledHalton => {
                let bases = primes(n_dimensions).into_iter();
                let bases = bases.map(|base| scrambled::Base::new(base, number as u64)).collect();
                (1, Lines::ScrambledHalton(bases))
            }
            Method::Sobol if n_dimensions > sobol::DIMENSIONS => {
                return Err(PointSetError::TooManySobolDimensions { n_dimensions });
            }
            Method::Sobol => (2, Lines::Sobol(sobol::Directions::first(n_dimensions).into())),
            Method::Mlhs => (3, Lines::Mlhs(latin::Strata::new(number as u64))),
            Method::Random => (4, Lines::Random),
        };
        Ok(PointSet {
            lines,
            number,
            antithetic,
            seed: seed.split(branch),
            variates: variates.into(),
            skipped: 0,
        })
    }

    /// The same draws without the first `n` of their dimensions.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn without_first(mut self, n: usize) -> PointSet {
        assert!(n <= self.n_dimensions(), "{n} dimensions of {}", self.n_dimensions());
        self.skipped += n;
        self
    }

    /// Draws of each decision maker, reflections included.
    pub fn number(&self) -> usize {
        if self.antithetic { 2 * self.number } else { self.number }
    }

    /// Numbers in each draw.
    pub fn n_dimensions(&self) -> usize {
        self.variates.len() - self.skipped
    }

    /// Another randomisation of the same kind of points, independent of this one and of those with another number:
    /// what differs between their results is simulation error.
    ///
    /// Random methods take another seed. Halton points stay the same, but for a random shift modulo 1 of each dimension
    /// of each decision maker, which makes each of them uniform.
    ///
    /// # Source
    /// Tuffin (1996), *On the use of low discrepancy sequences in Monte Carlo methods*, with the shift of Cranley and
    /// Patterson (1976).
    pub fn randomised(&self, replication: u64) -> PointSet {
        let mut other = self.clone();
        other.seed = self.seed.split(REPLICATIONS).split(replication);
        if let Lines::Halton { shifted, .. } = &mut other.lines {
            *shifted = true;
        }
        other
    }

    /// Draws `range` of a decision maker: `out[d * range.len() + i]` is dimension d of draw `range.start` + i.
    ///
    /// # Panics
    /// If the range ends beyond [`PointSet::number`], or `out` is not as long as the range times the dimensions.
    pub fn fill(&self, maker: Maker, range: Range<usize>, out: &mut [f64]) {
        let n = range.len();
        assert!(range.end <= self.number(), "draws {range:?} of {}", self.number());
        assert_eq!(out.len(), n * self.n_dimensions(), "a place for each number");
        if n == 0 {
            return;
        }
        // Draws as such, and reflections by the number of what they reflect.
        let plain = range.start.min(self.number)..range.end.min(self.number);
        let reflected = range.start.max(self.number) - self.number..range.end.max(self.number) - self.number;
        let seed = self.seed.split(maker.key);
        let mut permuted = scrambled::Permuted::default();
        for (d, out) in (self.skipped..).zip(out.chunks_exact_mut(n)) {
            let (draws, reflections) = out.split_at_mut(plain.len());
            let mut fill = |range: Range<usize>, values: &mut [f64]| {
                self.fill_dimension(d, seed, maker, range.start, values, &mut permuted);
            };
            fill(plain.clone(), draws);
            // Every variate is symmetric about 0. What was drawn just now is at hand.
            let known = reflected.start.max(plain.start)..reflected.end.min(plain.end);
            if known.is_empty() {
                fill(reflected.clone(), reflections);
            } else {
                let (before, rest) = reflections.split_at_mut(known.start - reflected.start);
                let (at_hand, after) = rest.split_at_mut(known.len());
                fill(reflected.start..known.start, before);
                at_hand.copy_from_slice(&draws[known.start - plain.start..known.end - plain.start]);
                fill(known.end..reflected.end, after);
            }
            reflections.iter_mut().for_each(|x| *x = -*x);
        }
    }

    /// Draws from `first` in a row, in dimension `d`.
    fn fill_dimension(
        &self,
        d: usize,
        seed: Seed,
        maker: Maker,
        first: usize,
        values: &mut [f64],
        permuted: &mut scrambled::Permuted,
    ) {
        if values.is_empty() {
            return;
        }
        let (first, variate) = (first as u64, self.variates[d]);
        let words = || Words::new(seed.split(d as u64));
        match &self.lines {
            Lines::Halton {
                bases,
                drop,
                leap,
                shifted,
            } => {
                let shift = if *shifted { words().open01(0) } else { 0.0 };
                let element = |i: u64| {
                    let place = maker.position.wrapping_mul(self.number as u64).wrapping_add(i);
                    place.wrapping_mul(*leap).wrapping_add(*drop)
                };
                variate.of_blocks(values, first, |i, block| {
                    bases[d].fill(element(i), *leap, shift, block);
                });
            }
            Lines::ScrambledHalton(bases) => {
                bases[d].permute(words(), permuted);
                variate.of_blocks(values, first, |i, block| bases[d].fill(permuted, i, block));
            }
            Lines::Sobol(directions) => {
                let scrambling = sobol::Scrambling::new(words());
                variate.of_blocks(values, first, |i, block| directions[d].fill(&scrambling, i, block));
            }
            Lines::Mlhs(strata) => {
                let order = strata.order(words());
                variate.of_blocks(values, first, |i, block| strata.fill(&order, i, block));
            }
            Lines::Random => {
                let mut stream = self.seed.stream(maker.key);
                stream.skip_to(d as u64 * DIMENSION, first);
                variate.of_blocks(values, first, |_, block| stream.fill_open01(block));
            }
        }
    }
}
