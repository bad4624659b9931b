//! The average over draws, and what it gives to score and Hessian: streamed, so that memory does not grow with draws.

use logsum_draws::ln;
use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::arithmetic::{NARROW, WIDE, exp, multiply_add};
use super::kernel::{CURVATURE, GRADIENT, Lanes, VALUE, pair};
use super::tastes::{Source, TasteLanes, Tastes};
use crate::model::lanes::reduce;

/// Sums over the draws so far, of a decision maker whose likelihood at draw r is exp ℓ_r: with w_r = exp(ℓ_r − m) for
/// the largest ℓ so far, m,
///
/// ```text
/// Σ w,   Σ w g,   Σ w (H + g g′),   g = ∂ℓ/∂θ, H = ∂²ℓ/∂θ∂θ′
/// ```
///
/// lane by lane; all of them shrink when a larger ℓ comes.
#[derive(Debug, Default)]
pub(crate) struct Average {
    largest: f64,
    /// Where `largest` is that of a power of 2 times the weight of a draw: minus the exponent.
    power: Option<i64>,
    sum: [f64; NARROW],
    score: Vec<[f64; NARROW]>,
    /// Lower triangle.
    second: Vec<[f64; NARROW]>,
}

/// ln L of a decision maker with its derivatives.
#[derive(Debug, Default)]
pub(crate) struct Contribution {
    pub value: f64,
    pub score: Vec<f64>,
    /// Lower triangle, one row after another.
    pub hessian: Vec<f64>,
}

impl Average {
    /// No draws yet, `k` parameters.
    pub fn clear(&mut self, k: usize, order: u8) {
        self.largest = f64::NEG_INFINITY;
        self.power = None;
        self.sum = [0.0; NARROW];
        self.score.clear();
        self.second.clear();
        if order >= GRADIENT {
            self.score.resize(k, [0.0; NARROW]);
        }
        if order >= CURVATURE {
            self.second.resize(k * (k + 1) / 2, [0.0; NARROW]);
        }
    }

    /// ln Σ exp ℓ and its derivatives; the weights of draws are in ℓ.
    pub fn finish(&self, contribution: &mut Contribution) {
        let sum = reduce(self.sum);
        contribution.value = self.largest + sum.ln();
        contribution.score.clear();
        contribution
            .score
            .extend(self.score.iter().map(|lanes| reduce(*lanes) / sum));
        contribution.hessian.clear();
        if !self.second.is_empty() {
            let score = &contribution.score;
            let mut second = self.second.iter();
            for row in 0..score.len() {
                for column in 0..=row {
                    let lanes = second.next().expect("a triangle");
                    contribution
                        .hessian
                        .push(reduce(*lanes) / sum - score[row] * score[column]);
                }
            }
        }
    }

    /// Makes room for likelihoods up to exp `largest`.
    pub fn rise(&mut self, largest: f64) {
        if largest <= self.largest {
            return;
        }
        let factor = (self.largest - largest).exp();
        self.largest = largest;
        for lanes in std::iter::once(&mut self.sum)
            .chain(&mut self.score)
            .chain(&mut self.second)
        {
            lanes.iter_mut().for_each(|lane| *lane *= factor);
        }
    }
}

impl Average {
    /// exp(ℓ − m) of a block of draws.
    pub fn weights<const W: usize>(&mut self, values: &[f64; W]) -> [f64; W]
    where
        Average: AverageKernel<W>,
    {
        self.power = None;
        self.rise(values.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        <Average as AverageKernel<W>>::exponentials(values, self.largest)
    }

    /// The same where all of ℓ but the weight of a draw is in the kernel's products: without a logarithm or an exponential.
    /// None where draws before have come otherwise.
    pub fn weights_of_products<const W: usize>(&mut self, lanes: &Lanes<W>, ln_weight: f64) -> Option<[f64; W]>
    where
        Average: AverageKernel<W>,
    {
        let bias = lanes.n_products * 1023;
        let least = lanes.exponent.iter().copied().min().unwrap_or(bias);
        let exponent = least as i64 - bias as i64;
        if self.largest == f64::NEG_INFINITY || self.power.is_some_and(|power| exponent < power) {
            self.rise(ln_weight - exponent as f64 * std::f64::consts::LN_2);
            self.power = Some(exponent);
        }
        let from = (self.power? + bias as i64) as u64;
        Some(<Average as AverageKernel<W>>::inverses(lanes, from))
    }

    /// Adds a block of draws with derivatives in the parameters: ∂ℓ/∂θ, and the lower triangle of ∂²ℓ/∂θ∂θ′.
    pub fn add_in_parameters<const W: usize>(&mut self, values: &[f64; W], score: &[[f64; W]], hessian: &[[f64; W]]) {
        self.power = None;
        self.rise(values.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        let weights: [f64; W] = values.map(|value| (value - self.largest).exp());
        fold_into(&mut self.sum, &weights);
        for (sum, score) in self.score.iter_mut().zip(score) {
            fold_products_into::<W, false>(sum, &weights, score);
        }
        let mut places = self.second.iter_mut().zip(hessian);
        for row in 0..if hessian.is_empty() { 0 } else { score.len() } {
            for column in 0..=row {
                let (sum, lanes) = places.next().expect("a triangle");
                let all: [f64; W] = std::array::from_fn(|l| lanes[l] + score[row][l] * score[column][l]);
                fold_products_into::<W, false>(sum, &weights, &all);
            }
        }
    }
}

/// Adds up a run of lanes eight by eight.
#[inline(always)]
fn fold_into<const W: usize>(sum: &mut [f64; NARROW], values: &[f64; W]) {
    for group in values.as_chunks::<NARROW>().0 {
        for l in 0..NARROW {
            sum[l] += group[l];
        }
    }
}

/// The same of products.
#[inline(always)]
fn fold_products_into<const W: usize, const FUSED: bool>(sum: &mut [f64; NARROW], a: &[f64; W], b: &[f64; W]) {
    let mut lanes = *sum;
    for (a, b) in a.as_chunks::<NARROW>().0.iter().zip(b.as_chunks::<NARROW>().0) {
        for l in 0..NARROW {
            lanes[l] = multiply_add::<FUSED>(a[l], b[l], lanes[l]);
        }
    }
    *sum = lanes;
}

/// ℓ of each draw: what the kernel has multiplied, as a logarithm, and the weight of the draw.
#[inline(always)]
fn ln_likelihoods_plain<const W: usize>(lanes: &Lanes<W>, ln_weights: &[f64; W]) -> [f64; W] {
    let mut values = [0.0; W];
    let bias = (lanes.n_products * 1023) as f64;
    for l in 0..W {
        let exponent = lanes.exponent[l] as f64 - bias;
        let product = ln(lanes.mantissa[l]) + exponent * std::f64::consts::LN_2;
        values[l] = lanes.ln_probability[l] - product + ln_weights[l];
    }
    values
}

/// exp(ℓ − m).
#[inline(always)]
fn exponentials_plain<const W: usize, const FUSED: bool>(values: &[f64; W], largest: f64) -> [f64; W] {
    let mut weights = [0.0; W];
    for l in 0..W {
        weights[l] = exp::<FUSED>(values[l] - largest);
    }
    // A block is filled up with draws of no weight, which the exponential leaves with one that is next to nothing.
    for l in 0..W {
        weights[l] = if values[l] == f64::NEG_INFINITY {
            0.0
        } else {
            weights[l]
        };
    }
    weights
}

/// 1 / (mantissa · 2^(exponent − from)) of each product; exponents are `from` at least.
#[inline(always)]
fn inverses_plain<const W: usize>(lanes: &Lanes<W>, from: u64) -> [f64; W] {
    let mut weights = [0.0; W];
    for ((weight, exponent), mantissa) in weights.iter_mut().zip(&lanes.exponent).zip(&lanes.mantissa) {
        let below = exponent - from;
        // Beyond that nothing is left beside 1.
        let below = if below < 1022 { below } else { 1022 };
        *weight = f64::from_bits((1023 - below) << 52) / mantissa;
    }
    weights
}

/// Adds a block of draws whose weights are known.
#[inline(always)]
fn add_plain<const W: usize, const FUSED: bool, const ORDER: u8>(
    average: &mut Average,
    tastes: &Tastes,
    weights: &[f64; W],
    lanes: &mut Lanes<W>,
    coefficients: &TasteLanes<W>,
    draws: &[[f64; W]],
) {
    fold_into(&mut average.sum, weights);
    if ORDER == VALUE {
        return;
    }
    let (gradient, curvature) = (&mut lanes.gradient, &mut lanes.curvature);
    let n = tastes.n_coefficients();
    let n_random = tastes.n_random();
    // From coefficients to indices.
    for c in 0..n_random {
        if !tastes.curved[c] {
            continue;
        }
        let (slope, bend) = (&coefficients.slope[c], &coefficients.bend[c]);
        if ORDER == CURVATURE {
            for d in 0..n {
                let lanes = &mut curvature[pair(c.max(d) as u32, c.min(d) as u32)];
                for l in 0..W {
                    lanes[l] *= slope[l];
                }
                if c == d {
                    for l in 0..W {
                        lanes[l] = multiply_add::<FUSED>(lanes[l], slope[l], gradient[c][l] * bend[l]);
                    }
                }
            }
        }
        for l in 0..W {
            gradient[c][l] *= slope[l];
        }
    }
    let source = |source: Source| match source {
        Source::One => None,
        Source::Draw(dimension) => Some(&draws[dimension as usize]),
        Source::Computed(at) => Some(&*coefficients.computed[at as usize]),
    };
    if ORDER == CURVATURE {
        // w (H + g g′) of each pair of coefficients, in place.
        for c in 0..n {
            for d in 0..=c {
                let lanes = &mut curvature[pair(c as u32, d as u32)];
                let (a, b) = (&gradient[c], &gradient[d]);
                for l in 0..W {
                    lanes[l] = weights[l] * multiply_add::<FUSED>(a[l], b[l], lanes[l]);
                }
            }
        }
    }
    for lanes in gradient.iter_mut() {
        for l in 0..W {
            lanes[l] *= weights[l];
        }
    }
    for entry in &tastes.entries {
        let (gradient, sum) = (
            &gradient[entry.coefficient as usize],
            &mut average.score[entry.parameter as usize],
        );
        match source(entry.source) {
            None => fold_into(sum, gradient),
            Some(factor) => fold_products_into::<W, FUSED>(sum, gradient, factor),
        }
    }
    if ORDER != CURVATURE {
        return;
    }
    for (at, entry) in tastes.entries.iter().enumerate() {
        let factor = source(entry.source);
        for d in 0..=entry.coefficient {
            let lanes = &curvature[pair(entry.coefficient, d)];
            let mut scaled = *lanes;
            if let Some(factor) = factor {
                for l in 0..W {
                    scaled[l] *= factor[l];
                }
            }
            let mut others = tastes.entries_of[d as usize].clone();
            if d == entry.coefficient {
                others.end = at + 1;
            }
            for (other, place) in tastes.entries[others.clone()].iter().zip(others) {
                let (k, j) = (entry.parameter, other.parameter);
                let sum = &mut average.second[pair(k.max(j), k.min(j))];
                // A parameter of two entries meets itself in both orders.
                let times = if k == j && place != at { 2 } else { 1 };
                for _ in 0..times {
                    match source(other.source) {
                        None => fold_into(sum, &scaled),
                        Some(other) => fold_products_into::<W, FUSED>(sum, &scaled, other),
                    }
                }
            }
        }
    }
    for second in &tastes.seconds {
        let (k, j) = second.parameters;
        let sum = &mut average.second[pair(k.max(j), k.min(j))];
        let lanes = &coefficients.computed[second.computed as usize];
        fold_products_into::<W, FUSED>(sum, &gradient[second.coefficient as usize], lanes);
    }
}

/// Widths of blocks for which averages are compiled.
pub(crate) trait AverageKernel<const W: usize> {
    /// ℓ of each draw.
    fn ln_likelihoods(lanes: &Lanes<W>, ln_weights: &[f64; W]) -> [f64; W];
    /// exp(ℓ − m) of each.
    fn exponentials(values: &[f64; W], largest: f64) -> [f64; W];
    /// What is in the products, inverted.
    fn inverses(lanes: &Lanes<W>, from: u64) -> [f64; W];
    /// Adds a block of draws by their weights.
    fn add(
        &mut self,
        tastes: &Tastes,
        weights: &[f64; W],
        lanes: &mut Lanes<W>,
        coefficients: &TasteLanes<W>,
        draws: &[[f64; W]],
        order: u8,
    );
}

macro_rules! average_kernel {
    ($width:expr, $ln:ident, $exponentials:ident, $inverses:ident, $value:ident, $gradient:ident, $curvature:ident) => {
        #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
        fn $ln(lanes: &Lanes<$width>, ln_weights: &[f64; $width]) -> [f64; $width] {
            ln_likelihoods_plain(lanes, ln_weights)
        }

        #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
        fn $exponentials(values: &[f64; $width], largest: f64) -> [f64; $width] {
            if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
                exponentials_plain::<$width, true>(values, largest)
            } else {
                exponentials_plain::<$width, false>(values, largest)
            }
        }

        #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
        fn $inverses(lanes: &Lanes<$width>, from: u64) -> [f64; $width] {
            inverses_plain(lanes, from)
        }

        average_kernel!(@order $width, $value, VALUE);
        average_kernel!(@order $width, $gradient, GRADIENT);
        average_kernel!(@order $width, $curvature, CURVATURE);

        impl AverageKernel<$width> for Average {
            fn ln_likelihoods(lanes: &Lanes<$width>, ln_weights: &[f64; $width]) -> [f64; $width] {
                $ln(lanes, ln_weights)
            }

            fn exponentials(values: &[f64; $width], largest: f64) -> [f64; $width] {
                $exponentials(values, largest)
            }

            fn inverses(lanes: &Lanes<$width>, from: u64) -> [f64; $width] {
                $inverses(lanes, from)
            }

            fn add(
                &mut self,
                tastes: &Tastes,
                weights: &[f64; $width],
                lanes: &mut Lanes<$width>,
                coefficients: &TasteLanes<$width>,
                draws: &[[f64; $width]],
                order: u8,
            ) {
                match order {
                    VALUE => $value(self, tastes, weights, lanes, coefficients, draws),
                    GRADIENT => $gradient(self, tastes, weights, lanes, coefficients, draws),
                    _ => $curvature(self, tastes, weights, lanes, coefficients, draws),
                }
            }
        }
    };
    (@order $width:expr, $name:ident, $order:expr) => {
        #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
        fn $name(
            average: &mut Average,
            tastes: &Tastes,
            weights: &[f64; $width],
            lanes: &mut Lanes<$width>,
            coefficients: &TasteLanes<$width>,
            draws: &[[f64; $width]],
        ) {
            if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
                add_plain::<$width, true, $order>(average, tastes, weights, lanes, coefficients, draws);
            } else {
                add_plain::<$width, false, $order>(average, tastes, weights, lanes, coefficients, draws);
            }
        }
    };
}

average_kernel!(
    WIDE,
    ln_wide,
    exponentials_wide,
    inverses_wide,
    add_wide_value,
    add_wide_gradient,
    add_wide_curvature
);
average_kernel!(
    NARROW,
    ln_narrow,
    exponentials_narrow,
    inverses_narrow,
    add_narrow_value,
    add_narrow_gradient,
    add_narrow_curvature
);
