//! Probabilities from blocks of draws.

use logsum_draws::{NARROW, WIDE};

use super::factor::{Factor, pair};
use super::kernel::{CURVATURE, GRADIENT, Lanes, Recursion, Sums, VALUE, VAST};
use crate::normal::{ln_normal_cdf, normal_hazard};

/// Probabilities below this are computed in logarithms.
const SMALL: f64 = 1e-150;

/// Full blocks that are taken together.
const TOGETHER: usize = VAST / WIDE;

/// Uniform draws on (−1, 1) in blocks: full ones, and narrow ones behind them.
pub trait Blocks {
    /// Full blocks and narrow ones.
    fn numbers(&self) -> (usize, usize);
    /// A full block: a run for each dimension, of which the first are used.
    fn wide(&mut self, block: usize) -> &[[f64; WIDE]];
    /// A narrow block.
    fn narrow(&mut self, block: usize) -> &[[f64; NARROW]];
    /// Weights of a full block's draws.
    fn wide_weights(&self, block: usize) -> [f64; WIDE];
    /// Weights of a narrow block's draws; 0 behind the last.
    fn narrow_weights(&self, block: usize) -> [f64; NARROW];
}

/// ln P̂ and its derivatives in x: of each variable k its limit b_k and the elements L_k0 … L_kk of the factor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Derivatives {
    /// ln P̂.
    pub ln_probability: f64,
    /// ∂ ln P̂/∂x.
    pub score: Vec<f64>,
    /// ∂² ln P̂/∂x∂x′, the packed lower triangle.
    pub hessian: Vec<f64>,
}

/// Buffers of one thread.
#[derive(Clone, Debug, Default)]
pub struct Simulator {
    vast: Lanes<VAST>,
    /// Draws of several full blocks side by side.
    uniforms: Vec<[f64; VAST]>,
    wide: Lanes<WIDE>,
    narrow: Lanes<NARROW>,
    sums: Sums,
}

impl Simulator {
    /// ln P̂(z ≤ `limits`) with derivatives as far as `order` says. One variable needs no draws, and none at all has
    /// P = 1.
    pub fn evaluate(
        &mut self,
        limits: &[f64],
        factor: &Factor,
        draws: &mut impl Blocks,
        order: u8,
        out: &mut Derivatives,
    ) {
        match limits {
            [] => {
                out.ln_probability = 0.0;
                out.score.clear();
                out.hessian.clear();
                return;
            }
            [limit] => return one(*limit, factor.row(0)[0], order, out),
            _ => {}
        }
        self.wide.set_limits(limits);
        self.narrow.set_limits(limits);
        self.sums.clear(limits.len(), order);
        let (n_wide, n_narrow) = draws.numbers();
        self.vast.set_limits(limits);
        let mut next = (0, 0);
        while next.0 + TOGETHER <= n_wide || (n_wide - next.0) * WIDE + (n_narrow - next.1) * NARROW > VAST / 2 {
            let (weights, behind) = self.together(draws, next, limits.len() - 1);
            let draws = (self.uniforms.as_slice(), weights);
            add(&mut self.vast, &mut self.sums, factor, draws, order);
            next = behind;
        }
        for block in next.0..n_wide {
            let weights = draws.wide_weights(block);
            add(
                &mut self.wide,
                &mut self.sums,
                factor,
                (draws.wide(block), weights),
                order,
            );
        }
        for block in next.1..n_narrow {
            let weights = draws.narrow_weights(block);
            add(
                &mut self.narrow,
                &mut self.sums,
                factor,
                (draws.narrow(block), weights),
                order,
            );
        }
        let probability: f64 = self.sums.weight.iter().sum();
        if probability > SMALL {
            return self.sums.finish(0.0, out);
        }
        self.deep(limits.len(), factor, draws, order, out);
    }

    /// Puts blocks side by side from these on, the full ones first; their weights, and the blocks behind them. What room is
    /// left has no weight.
    fn together(
        &mut self,
        draws: &mut impl Blocks,
        (mut wide, mut narrow): (usize, usize),
        n_dimensions: usize,
    ) -> ([f64; VAST], (usize, usize)) {
        let (n_wide, n_narrow) = draws.numbers();
        self.uniforms.clear();
        self.uniforms.resize(n_dimensions, [0.0; VAST]);
        let mut weights = [0.0; VAST];
        let mut place = 0;
        while wide < n_wide && place + WIDE <= VAST {
            weights[place..place + WIDE].copy_from_slice(&draws.wide_weights(wide));
            for (uniforms, block) in self.uniforms.iter_mut().zip(draws.wide(wide)) {
                uniforms[place..place + WIDE].copy_from_slice(block);
            }
            (wide, place) = (wide + 1, place + WIDE);
        }
        while wide == n_wide && narrow < n_narrow && place + NARROW <= VAST {
            weights[place..place + NARROW].copy_from_slice(&draws.narrow_weights(narrow));
            for (uniforms, block) in self.uniforms.iter_mut().zip(draws.narrow(narrow)) {
                uniforms[place..place + NARROW].copy_from_slice(block);
            }
            (narrow, place) = (narrow + 1, place + NARROW);
        }
        (weights, (wide, narrow))
    }

    /// The same in logarithms.
    fn deep(&mut self, n: usize, factor: &Factor, draws: &mut impl Blocks, order: u8, out: &mut Derivatives) {
        let (n_wide, n_narrow) = draws.numbers();
        let mut largest = f64::NEG_INFINITY;
        for block in 0..n_wide {
            self.wide.forward_deep(factor, draws.wide(block), VALUE);
            largest = self.wide.weight[0].iter().copied().fold(largest, f64::max);
        }
        for block in 0..n_narrow {
            self.narrow.forward_deep(factor, draws.narrow(block), VALUE);
            largest = self.narrow.weight[0].iter().copied().fold(largest, f64::max);
        }
        self.sums.clear(n, order);
        for block in 0..n_wide {
            let weights = draws.wide_weights(block);
            let draws = (draws.wide(block), weights);
            add_deep(&mut self.wide, &mut self.sums, factor, draws, (largest, order));
        }
        for block in 0..n_narrow {
            let weights = draws.narrow_weights(block);
            let draws = (draws.narrow(block), weights);
            add_deep(&mut self.narrow, &mut self.sums, factor, draws, (largest, order));
        }
        self.sums.finish(largest, out);
    }
}

fn add<const W: usize>(
    lanes: &mut Lanes<W>,
    sums: &mut Sums,
    factor: &Factor,
    (uniforms, weights): (&[[f64; W]], [f64; W]),
    order: u8,
) where
    Lanes<W>: Recursion<W>,
{
    lanes.forward(factor, uniforms, order);
    if order >= GRADIENT {
        lanes.backward(factor, order);
    }
    for (weight, of_draw) in lanes.weight[0].iter_mut().zip(weights) {
        *weight *= of_draw;
    }
    lanes.add(factor, sums, order);
}

fn add_deep<const W: usize>(
    lanes: &mut Lanes<W>,
    sums: &mut Sums,
    factor: &Factor,
    (uniforms, weights): (&[[f64; W]], [f64; W]),
    (largest, order): (f64, u8),
) where
    Lanes<W>: Recursion<W>,
{
    lanes.forward_deep(factor, uniforms, order);
    if order >= GRADIENT {
        lanes.backward(factor, order);
    }
    for (weight, of_draw) in lanes.weight[0].iter_mut().zip(weights) {
        *weight = (*weight - largest).exp() * of_draw;
    }
    lanes.add(factor, sums, order);
}

/// ln Φ(b/L).
fn one(limit: f64, factor: f64, order: u8, out: &mut Derivatives) {
    let t = limit / factor;
    out.ln_probability = ln_normal_cdf(t);
    out.score.clear();
    out.hessian.clear();
    if order < GRADIENT {
        return;
    }
    let h = normal_hazard(t);
    out.score.extend([h / factor, -h * t / factor]);
    if order < CURVATURE {
        return;
    }
    let bend = -h * (t + h);
    let square = factor * factor;
    out.hessian.extend([
        bend / square,
        (-bend * t - h) / square,
        (bend * t * t + 2.0 * h * t) / square,
    ]);
}

impl Sums {
    fn finish(&self, ln_scale: f64, out: &mut Derivatives) {
        let total = |lanes: &[f64; NARROW]| {
            let [a, b, c, d, e, f, g, h] = *lanes;
            ((a + e) + (c + g)) + ((b + f) + (d + h))
        };
        let weight = total(&self.weight);
        out.ln_probability = weight.ln() + ln_scale;
        out.score.clear();
        out.score.extend(self.score.iter().map(|lanes| total(lanes) / weight));
        out.hessian.clear();
        if self.hessian.is_empty() {
            return;
        }
        for x in 0..out.score.len() {
            for y in 0..=x {
                let second = total(&self.hessian[pair(x, y)]) / weight;
                out.hessian.push(second - out.score[x] * out.score[y]);
            }
        }
    }
}

/// Draws in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    wide: Vec<[f64; WIDE]>,
    narrow: Vec<[f64; NARROW]>,
    n_dimensions: usize,
    number: usize,
    weights: Vec<f64>,
}

impl Held {
    /// `values` dimension by dimension, `number` of each, on (−1, 1); a weight for each draw, or 1/number if there are none.
    ///
    /// # Panics
    /// If there are no draws, or their numbers do not fit.
    pub fn new(values: &[f64], number: usize, weights: Option<&[f64]>) -> Self {
        assert!(
            number > 0 && values.len().is_multiple_of(number),
            "{} values for {number} draws",
            values.len()
        );
        let n_dimensions = values.len() / number;
        let full = number / WIDE;
        let at = |dimension: usize, draw: usize| values[dimension * number + draw.min(number - 1)];
        let mut wide = Vec::new();
        for block in 0..full {
            for dimension in 0..n_dimensions {
                wide.push(std::array::from_fn(|l| at(dimension, block * WIDE + l)));
            }
        }
        let mut narrow = Vec::new();
        for block in 0..(number - full * WIDE).div_ceil(NARROW) {
            for dimension in 0..n_dimensions {
                narrow.push(std::array::from_fn(|l| at(dimension, full * WIDE + block * NARROW + l)));
            }
        }
        let weights = match weights {
            Some(weights) => weights.to_vec(),
            None => vec![1.0 / number as f64; number],
        };
        Held {
            wide,
            narrow,
            n_dimensions,
            number,
            weights,
        }
    }

    fn weight(&self, draw: usize) -> f64 {
        self.weights.get(draw).copied().unwrap_or(0.0)
    }
}

impl Blocks for Held {
    fn numbers(&self) -> (usize, usize) {
        let full = self.number / WIDE;
        (full, (self.number - full * WIDE).div_ceil(NARROW))
    }

    fn wide(&mut self, block: usize) -> &[[f64; WIDE]] {
        &self.wide[block * self.n_dimensions..][..self.n_dimensions]
    }

    fn narrow(&mut self, block: usize) -> &[[f64; NARROW]] {
        &self.narrow[block * self.n_dimensions..][..self.n_dimensions]
    }

    fn wide_weights(&self, block: usize) -> [f64; WIDE] {
        std::array::from_fn(|l| self.weight(block * WIDE + l))
    }

    fn narrow_weights(&self, block: usize) -> [f64; NARROW] {
        let first = self.number / WIDE * WIDE;
        std::array::from_fn(|l| self.weight(first + block * NARROW + l))
    }
}
