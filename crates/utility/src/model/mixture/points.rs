//! The draws of every decision maker: kept in memory as far as a budget goes, else generated whenever they are needed.

use std::sync::OnceLock;

use logsum_draws::{Maker, PointSet, Seed, Variate, quadrature};
use rayon::prelude::*;

use super::arithmetic::{NARROW, WIDE};
use super::method;
use crate::error::{SpecificationError, TasteError};
use crate::mixing::{DrawMethod, DrawNumber, DrawPlan};
use crate::model::aligned::Aligned;

/// Bytes of standard draws that are kept in memory. More are generated at every evaluation, which costs little beside
/// what is done with them.
const BUDGET: usize = 64 << 20;

/// Draws that are generated together where they are not kept, in full blocks.
const AHEAD: usize = 8;

/// Branches of the seed.
const BETWEEN: u64 = 1;
const WITHIN: u64 = 2;

/// Standard draws with their weights.
#[derive(Debug)]
pub(crate) struct Points {
    source: Source,
    n_dimensions: usize,
    /// In use.
    number: usize,
    /// ln of the weight of each, where all are equal.
    ln_even: f64,
    /// Whether they are used more than once, and so worth keeping.
    kept: bool,
    cache: OnceLock<Aligned>,
}

#[derive(Clone, Debug)]
enum Source {
    Drawn(PointSet),
    /// The same points for everybody: dimension by dimension, and the logarithms of their weights.
    Rule {
        points: Vec<f64>,
        ln_weights: Vec<f64>,
    },
}

impl Points {
    /// The draws of decision makers, or `within` those of cases.
    ///
    /// # Errors
    /// Draws that cannot be had.
    pub fn new(plan: &DrawPlan, number: usize, variates: &[Variate], within: bool) -> Result<Self, SpecificationError> {
        let refuse = |reason: String| -> SpecificationError { TasteError::Draws { reason }.into() };
        if let DrawMethod::Quadrature = plan.method {
            let rule = quadrature(variates, number).map_err(|error| refuse(error.to_string()))?;
            let source = Source::Rule {
                points: rule.points,
                ln_weights: rule.weights.iter().map(|weight| weight.ln()).collect(),
            };
            return Ok(Points::of_source(source, variates.len(), rule.weights.len()));
        }
        let method = method(plan);
        let seed = Seed::new(plan.seed).split(if within { WITHIN } else { BETWEEN });
        let antithetic = plan.antithetic && !within;
        let set = PointSet::new(method, number, antithetic, seed, variates.to_vec())
            .map_err(|error| refuse(error.to_string()))?;
        let number = set.number();
        Ok(Points::of_source(Source::Drawn(set), variates.len(), number))
    }

    fn of_source(source: Source, n_dimensions: usize, number: usize) -> Self {
        Points {
            source,
            n_dimensions,
            number,
            ln_even: -(number as f64).ln(),
            kept: true,
            cache: OnceLock::new(),
        }
    }

    /// How many draws, reflections included.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The first `number` of them.
    pub fn first(&self, number: usize) -> Self {
        let number = match &self.source {
            Source::Drawn(_) => number.min(self.number),
            Source::Rule { .. } => self.number,
        };
        Points::of_source(self.source.clone(), self.n_dimensions, number)
    }

    /// As many, randomised anew, to be used once; none of a rule.
    pub fn randomised(&self, replication: u64) -> Option<Self> {
        match &self.source {
            Source::Drawn(set) => {
                let source = Source::Drawn(set.randomised(replication));
                let points = Points::of_source(source, self.n_dimensions, self.number);
                Some(Points { kept: false, ..points })
            }
            Source::Rule { .. } => None,
        }
    }

    /// Full blocks, and narrow ones behind them.
    pub fn blocks(&self) -> (usize, usize) {
        let full = self.number / WIDE;
        (full, (self.number - full * WIDE).div_ceil(NARROW))
    }

    /// Numbers of a decision maker's blocks.
    fn stride(&self) -> usize {
        let (full, narrow) = self.blocks();
        (full * WIDE + narrow * NARROW) * self.n_dimensions
    }

    /// Makes draws ready for `makers`, where they are few enough to be kept.
    pub fn prepare(&self, makers: &[Maker]) {
        let everybody = match self.source {
            Source::Drawn(_) => makers.len(),
            Source::Rule { .. } => 1,
        };
        let n = self.stride().saturating_mul(everybody);
        if !self.kept || n == 0 || n > BUDGET / 8 {
            return;
        }
        self.cache.get_or_init(|| {
            let mut cache = Aligned::zeros(n);
            cache
                .par_chunks_mut(self.stride())
                .zip(makers)
                .for_each(|(out, maker)| self.generate(*maker, out));
            cache
        });
    }

    /// All blocks of a decision maker, one after another.
    fn generate(&self, maker: Maker, out: &mut [f64]) {
        let (full, narrow) = self.blocks();
        let (wide, rest) = out.split_at_mut(full * WIDE * self.n_dimensions);
        let mut generated = Vec::new();
        for (block, out) in wide.chunks_mut(AHEAD * WIDE * self.n_dimensions).enumerate() {
            self.wide_blocks(maker, block * AHEAD, &mut generated, out);
        }
        for (block, out) in rest.chunks_mut(NARROW * self.n_dimensions).enumerate().take(narrow) {
            self.fill(maker, full * WIDE + block * NARROW, NARROW, out);
        }
    }

    /// Full blocks from `block`, as many as `out` has room for.
    fn wide_blocks(&self, maker: Maker, block: usize, generated: &mut Vec<f64>, out: &mut [f64]) {
        let size = WIDE * self.n_dimensions;
        let width = out.len() / size * WIDE;
        generated.resize(out.len(), 0.0);
        self.fill(maker, block * WIDE, width, generated);
        for (dimension, run) in generated.chunks(width).enumerate() {
            for (at, lanes) in run.chunks(WIDE).enumerate() {
                out[at * size + dimension * WIDE..][..WIDE].copy_from_slice(lanes);
            }
        }
    }

    /// `width` draws from `first`, dimension by dimension; behind the last draw that one again, whose tastes are as good as
    /// any: at draws of 0 a transform may have no value.
    fn fill(&self, maker: Maker, first: usize, width: usize, out: &mut [f64]) {
        let n = width.min(self.number - first);
        match &self.source {
            Source::Drawn(set) if n == width => set.fill(maker, first..first + n, out),
            Source::Drawn(set) => {
                let mut some = vec![0.0; n * self.n_dimensions];
                set.fill(maker, first..first + n, &mut some);
                for (out, some) in out.chunks_mut(width).zip(some.chunks(n)) {
                    out[..n].copy_from_slice(some);
                    let last = out[n - 1];
                    out[n..].fill(last);
                }
            }
            Source::Rule { points, .. } => {
                for (out, points) in out.chunks_mut(width).zip(points.chunks(self.number)) {
                    out[..n].copy_from_slice(&points[first..first + n]);
                    let last = out[n - 1];
                    out[n..].fill(last);
                }
            }
        }
    }

    /// Logarithms of the weights of `W` draws from `first`; −∞ behind the last.
    pub fn ln_weights<const W: usize>(&self, first: usize) -> [f64; W] {
        let even = self.ln_even;
        std::array::from_fn(|l| match &self.source {
            _ if first + l >= self.number => f64::NEG_INFINITY,
            Source::Drawn(_) => even,
            Source::Rule { ln_weights, .. } => ln_weights[first + l],
        })
    }

    /// Weights of `W` draws from `first`; 0 behind the last.
    pub fn weights<const W: usize>(&self, first: usize) -> [f64; W] {
        match &self.source {
            Source::Drawn(_) => {
                let even = 1.0 / self.number as f64;
                std::array::from_fn(|l| if first + l < self.number { even } else { 0.0 })
            }
            Source::Rule { .. } => self.ln_weights::<W>(first).map(f64::exp),
        }
    }

    /// The logarithm of the weight of each of `width` draws from `first`, where it is the same and all of them are there.
    pub fn ln_even_weight(&self, first: usize, width: usize) -> Option<f64> {
        match self.source {
            Source::Drawn(_) if first + width <= self.number => Some(self.ln_even),
            _ => None,
        }
    }

    /// A decision maker's draws.
    pub fn of<'a>(&'a self, index: usize, maker: Maker) -> OfMaker<'a> {
        let kept = self.cache.get().map(|cache| {
            let index = match self.source {
                Source::Drawn(_) => index,
                Source::Rule { .. } => 0,
            };
            &cache[index * self.stride()..][..self.stride()]
        });
        OfMaker {
            points: self,
            maker,
            kept,
        }
    }
}

/// The draws of one decision maker.
pub(crate) struct OfMaker<'a> {
    points: &'a Points,
    maker: Maker,
    kept: Option<&'a [f64]>,
}

/// Draws on their way.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// As generated: dimension by dimension.
    generated: Vec<f64>,
    /// In blocks.
    blocks: Vec<f64>,
    /// Full blocks in it.
    held: std::ops::Range<usize>,
}

impl Ahead {
    /// Forgets what is held, which is another decision maker's.
    pub fn clear(&mut self) {
        self.held = 0..0;
    }
}

impl OfMaker<'_> {
    /// A full block: `WIDE` lanes for each dimension.
    pub fn wide<'a>(&'a self, block: usize, ahead: &'a mut Ahead) -> &'a [[f64; WIDE]] {
        let size = WIDE * self.points.n_dimensions;
        if size == 0 {
            return &[];
        }
        if let Some(kept) = self.kept {
            return kept[block * size..][..size].as_chunks().0;
        }
        if !ahead.held.contains(&block) {
            let n = AHEAD.min(self.points.blocks().0 - block);
            ahead.blocks.resize(n * size, 0.0);
            self.points
                .wide_blocks(self.maker, block, &mut ahead.generated, &mut ahead.blocks);
            ahead.held = block..block + n;
        }
        ahead.blocks[(block - ahead.held.start) * size..][..size].as_chunks().0
    }

    /// A narrow block behind the full ones.
    pub fn narrow<'a>(&'a self, block: usize, ahead: &'a mut Ahead) -> &'a [[f64; NARROW]] {
        let size = NARROW * self.points.n_dimensions;
        let (full, _) = self.points.blocks();
        if let Some(kept) = self.kept {
            return kept[full * WIDE * self.points.n_dimensions + block * size..][..size]
                .as_chunks()
                .0;
        }
        ahead.clear();
        ahead.blocks.resize(size, 0.0);
        self.points.fill(
            self.maker,
            full * WIDE + block * NARROW,
            NARROW,
            &mut ahead.blocks[..size],
        );
        ahead.blocks[..size].as_chunks().0
    }
}

/// The number that a plan starts with.
pub(crate) fn first_number(plan: &DrawPlan) -> usize {
    match plan.number {
        DrawNumber::Number(number) => number,
        DrawNumber::Auto => 128,
    }
}
