//! The recursion over lanes of draws, forwards and backwards.

#![allow(
    clippy::needless_range_loop,
    reason = "lanes and variables are indexed alike in several runs at once"
)]

use logsum_draws::{NARROW, Run, WIDE, exp, multiply_add};
use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::deep;
use super::factor::{Factor, row};
use crate::lanes::{DENSITY_AT_0, ROOT_2_PI, cdf_and_kernel, quantile_lanes};

/// Only the probability.
pub const VALUE: u8 = 0;
/// With derivatives.
pub const GRADIENT: u8 = 1;
/// With second derivatives.
pub const CURVATURE: u8 = 2;

/// Lanes of several blocks together: a step of the recursion over them is long enough to hide how long each operation
/// takes.
pub(super) const VAST: usize = 4 * WIDE;

/// Limits below this are put there: what such a draw weighs is nothing beside others, or all is computed anew in
/// logarithms.
const LOWEST: f64 = -35.0;

/// The largest number below 1.
const LARGEST: f64 = 1.0 - f64::EPSILON / 2.0;

/// The recursion at `W` draws.
#[derive(Clone, Debug, Default)]
pub struct Lanes<const W: usize> {
    /// b of each variable.
    pub limits: Vec<Run<W>>,
    /// Whether they are those of all lanes.
    same_limits: bool,
    /// t of each variable: its limit, standardised, given those before.
    pub t: Vec<Run<W>>,
    /// φ(t)/Φ(t).
    pub(super) hazard: Vec<Run<W>>,
    /// η: a draw of each variable below its limit.
    pub eta: Vec<Run<W>>,
    /// dη/dt and d²η/dt².
    pub slope: Vec<Run<W>>,
    pub(super) bend: Vec<Run<W>>,
    /// ∂ ln w/∂b of each variable.
    pub adjoint: Vec<Run<W>>,
    /// What stands before the outer product of ∂t/∂x in the second derivatives.
    pub second: Vec<Run<W>>,
    /// w = Π Φ(t); times the weight of the draw once it is known.
    pub weight: Vec<Run<W>>,
    /// ∂t/∂x, variable by variable, of the x that come with it or before.
    jacobian: Vec<Run<W>>,
    score: Vec<Run<W>>,
    products: Vec<Run<W>>,
}

impl<const W: usize> Lanes<W> {
    /// Makes room for `n` variables.
    pub fn resize(&mut self, n: usize) {
        for runs in [
            &mut self.limits,
            &mut self.t,
            &mut self.hazard,
            &mut self.eta,
            &mut self.slope,
            &mut self.bend,
            &mut self.adjoint,
            &mut self.second,
            &mut self.products,
        ] {
            runs.resize(n, Run([0.0; W]));
        }
        self.weight.resize(1, Run([0.0; W]));
        self.same_limits = false;
    }

    /// Gives every lane the same limits.
    pub fn set_limits(&mut self, limits: &[f64]) {
        self.resize(limits.len());
        self.same_limits = true;
        for (run, limit) in self.limits.iter_mut().zip(limits) {
            **run = [*limit; W];
        }
    }
}

/// Sums over draws, of ln P̂ = ln Σ w with its derivatives in limits and Cholesky factor.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    pub(super) weight: [f64; NARROW],
    pub(super) score: Vec<[f64; NARROW]>,
    /// Lower triangle.
    pub(super) hessian: Vec<[f64; NARROW]>,
}

impl Sums {
    /// No draws yet, `n` variables.
    pub fn clear(&mut self, n: usize, order: u8) {
        let q = row(n);
        self.weight = [0.0; NARROW];
        self.score.clear();
        self.hessian.clear();
        if order >= GRADIENT {
            self.score.resize(q, [0.0; NARROW]);
        }
        if order >= CURVATURE {
            self.hessian.resize(q * (q + 1) / 2, [0.0; NARROW]);
        }
    }
}

#[inline(always)]
fn forward_plain<const W: usize, const FUSED: bool, const ORDER: u8>(
    lanes: &mut Lanes<W>,
    factor: &Factor,
    uniforms: &[[f64; W]],
) {
    let n = factor.n();
    let mut weight = Run([1.0; W]);
    for k in 0..n {
        let t = &mut lanes.t[k];
        *t = lanes.limits[k];
        for (l_kj, eta) in factor.row(k).iter().zip(&lanes.eta[..k]) {
            add_scaled::<W, FUSED>(t, -l_kj, eta);
        }
        let inverse = factor.inverse_diagonal(k);
        let mut p = Run([0.0; W]);
        let hazard = &mut lanes.hazard[k];
        if k == 0 && lanes.same_limits {
            // All draws have the same.
            let x = t[0] * inverse;
            let x = if x < LOWEST { LOWEST } else { x };
            let (below, e) = cdf_and_kernel::<FUSED>(x);
            **t = [x; W];
            *p = [below; W];
            *weight = [below; W];
            **hazard = [DENSITY_AT_0 * e / below; W];
        } else {
            for l in 0..W {
                let x = t[l] * inverse;
                t[l] = if x < LOWEST { LOWEST } else { x };
                let (below, e) = cdf_and_kernel::<FUSED>(t[l]);
                p[l] = below;
                weight[l] *= below;
                if ORDER >= GRADIENT {
                    hazard[l] = DENSITY_AT_0 * e / below;
                }
            }
        }
        if k + 1 == n {
            break;
        }
        // Uniform draws are given on (−1, 1).
        let uniform = &uniforms[k];
        let eta = &mut lanes.eta[k];
        for l in 0..W {
            let below = multiply_add::<FUSED>(0.5, uniform[l], 0.5) * p[l];
            p[l] = if below > LARGEST { LARGEST } else { below };
        }
        *eta = p;
        quantile_lanes::<W, FUSED>(eta);
        if ORDER >= GRADIENT {
            let slope = &mut lanes.slope[k];
            // 1/φ(η): no further than ±37 from 0, by the limits of t and u.
            for l in 0..W {
                slope[l] = hazard[l] * p[l] * ROOT_2_PI * exp::<FUSED>(0.5 * eta[l] * eta[l]);
            }
            if ORDER >= CURVATURE {
                let bend = &mut lanes.bend[k];
                for l in 0..W {
                    bend[l] = slope[l] * multiply_add::<FUSED>(eta[l], slope[l], -t[l]);
                }
            }
        }
    }
    lanes.weight[0] = weight;
}

/// y += a x, lane by lane, in memory: what stays in registers over a loop becomes single numbers.
#[inline(always)]
fn add_scaled<const W: usize, const FUSED: bool>(y: &mut Run<W>, a: f64, x: &Run<W>) {
    for l in 0..W {
        y[l] = multiply_add::<FUSED>(a, x[l], y[l]);
    }
}

/// ∂ ln w/∂b of each variable, and what second derivatives need of it.
#[inline(always)]
fn backward_plain<const W: usize, const FUSED: bool, const ORDER: u8>(lanes: &mut Lanes<W>, factor: &Factor) {
    let n = factor.n();
    for k in (0..n).rev() {
        let (upto, behind) = lanes.adjoint.split_at_mut(k + 1);
        let adjoint = &mut upto[k];
        // ∂ ln w/∂η first.
        **adjoint = [0.0; W];
        for (i, behind) in (k + 1..n).zip(behind) {
            add_scaled::<W, FUSED>(adjoint, -factor.row(i)[k], behind);
        }
        let inverse = factor.inverse_diagonal(k);
        let (hazard, slope, bend, t) = (&lanes.hazard[k], &lanes.slope[k], &lanes.bend[k], &lanes.t[k]);
        let last = k + 1 == n;
        if ORDER >= CURVATURE {
            let second = &mut lanes.second[k];
            for l in 0..W {
                let through = if last { 0.0 } else { adjoint[l] * bend[l] };
                second[l] = multiply_add::<FUSED>(-hazard[l], t[l] + hazard[l], through);
            }
        }
        for l in 0..W {
            let through = if last { 0.0 } else { adjoint[l] * slope[l] };
            adjoint[l] = (hazard[l] + through) * inverse;
        }
    }
}

/// Adds a block of draws to the sums; their weights are in `lanes.weight`.
#[inline(always)]
fn add_plain<const W: usize, const FUSED: bool, const ORDER: u8>(
    lanes: &mut Lanes<W>,
    factor: &Factor,
    sums: &mut Sums,
) {
    let n = factor.n();
    let w = lanes.weight[0];
    for group in w.as_chunks::<NARROW>().0 {
        for l in 0..NARROW {
            sums.weight[l] += group[l];
        }
    }
    if ORDER == VALUE {
        return;
    }
    if ORDER == GRADIENT {
        for k in 0..n {
            let mut weighted = Run([0.0; W]);
            for l in 0..W {
                weighted[l] = w[l] * lanes.adjoint[k][l];
            }
            let sums = &mut sums.score[row(k)..row(k + 1)];
            fold::<W>(&mut sums[0], &weighted);
            weighted.iter_mut().for_each(|weighted| *weighted = -*weighted);
            for (sum, eta) in sums[1..].iter_mut().zip(&lanes.eta[..k]) {
                fold_products::<W, FUSED>(sum, &weighted, eta);
            }
            fold_products::<W, FUSED>(&mut sums[1 + k], &weighted, &lanes.t[k]);
        }
        return;
    }
    let q = row(n);
    lanes.score.resize(q, Run([0.0; W]));
    lanes.jacobian.resize((0..n).map(|k| row(k + 1)).sum(), Run([0.0; W]));
    // ∂ ln w/∂x.
    for k in 0..n {
        let score = &mut lanes.score[row(k)..row(k + 1)];
        let adjoint = &lanes.adjoint[k];
        score[0] = *adjoint;
        for (score, eta) in score[1..].iter_mut().zip(lanes.eta[..k].iter().chain([&lanes.t[k]])) {
            for l in 0..W {
                score[l] = -adjoint[l] * eta[l];
            }
        }
    }
    for (sum, score) in sums.score.iter_mut().zip(&lanes.score) {
        fold_products::<W, FUSED>(sum, &w, score);
    }
    // ∂t/∂x.
    let mut first = 0;
    for k in 0..n {
        let inverse = factor.inverse_diagonal(k);
        let (before, here) = lanes.jacobian.split_at_mut(first);
        let here = &mut here[..row(k + 1)];
        here[..row(k)].fill(Run([0.0; W]));
        let mut earlier = before;
        for j in 0..k {
            let (of_j, rest) = earlier.split_at_mut(row(j + 1));
            earlier = rest;
            let mut through = Run([0.0; W]);
            let scale = -inverse * factor.row(k)[j];
            for l in 0..W {
                through[l] = scale * lanes.slope[j][l];
            }
            for (here, of_j) in here.iter_mut().zip(of_j.iter()) {
                for l in 0..W {
                    here[l] = multiply_add::<FUSED>(through[l], of_j[l], here[l]);
                }
            }
        }
        let own = &mut here[row(k)..];
        own[0] = Run([inverse; W]);
        for (own, eta) in own[1..].iter_mut().zip(lanes.eta[..k].iter().chain([&lanes.t[k]])) {
            for l in 0..W {
                own[l] = -inverse * eta[l];
            }
        }
        first += row(k + 1);
    }
    // Σ w (∂² ln w/∂x∂x′ + ∂ ln w/∂x ∂ ln w/∂x′), one row of the triangle after another: what multiplies ∂t_j/∂x′ of
    // each variable j is gathered first.
    let mut place = 0;
    for k in 0..n {
        for at in 0..k + 2 {
            let x = row(k) + at;
            let mut first_of_j = 0;
            for j in 0..n {
                let product = &mut lanes.products[j];
                if j >= k {
                    let (second, of_j) = (&lanes.second[j], &lanes.jacobian[first_of_j + x]);
                    for l in 0..W {
                        product[l] = w[l] * second[l] * of_j[l];
                    }
                    if j == k && at == k + 1 {
                        for l in 0..W {
                            product[l] = multiply_add::<FUSED>(-w[l], lanes.adjoint[k][l], product[l]);
                        }
                    }
                } else if at == j + 1 {
                    // The element of the factor that multiplies η_j.
                    for l in 0..W {
                        product[l] = -w[l] * lanes.adjoint[k][l] * lanes.slope[j][l];
                    }
                }
                first_of_j += row(j + 1);
            }
            let mut of_score = Run([0.0; W]);
            for l in 0..W {
                of_score[l] = w[l] * lanes.score[x][l];
            }
            let mut k_y = 0;
            for y in 0..=x {
                if y == row(k_y + 1) {
                    k_y += 1;
                }
                let sum = &mut sums.hessian[place];
                place += 1;
                fold_products::<W, FUSED>(sum, &of_score, &lanes.score[y]);
                let mut first_of_j = jacobian_at(k_y, 0);
                for j in k_y..n {
                    if j >= k || at == j + 1 {
                        fold_products::<W, FUSED>(sum, &lanes.products[j], &lanes.jacobian[first_of_j + y]);
                    }
                    first_of_j += row(j + 1);
                }
            }
            if at == k + 1 {
                // ∂²t/∂L_kk²: twice what the others have once.
                let (sum, of_k) = (&mut sums.hessian[place - 1], jacobian_at(k, x));
                for (group, (adjoint, own)) in w.as_chunks::<NARROW>().0.iter().zip(
                    lanes.adjoint[k]
                        .as_chunks::<NARROW>()
                        .0
                        .iter()
                        .zip(lanes.jacobian[of_k].as_chunks::<NARROW>().0),
                ) {
                    for l in 0..NARROW {
                        sum[l] -= group[l] * adjoint[l] * own[l];
                    }
                }
            }
        }
    }
}

/// Place of ∂t_k/∂x.
#[inline(always)]
fn jacobian_at(k: usize, x: usize) -> usize {
    (0..k).map(|j| row(j + 1)).sum::<usize>() + x
}

/// Adds up a run of lanes eight by eight.
#[inline(always)]
fn fold<const W: usize>(sum: &mut [f64; NARROW], values: &Run<W>) {
    for group in values.as_chunks::<NARROW>().0 {
        for l in 0..NARROW {
            sum[l] += group[l];
        }
    }
}

/// The same of products.
#[inline(always)]
fn fold_products<const W: usize, const FUSED: bool>(sum: &mut [f64; NARROW], a: &Run<W>, b: &Run<W>) {
    let mut lanes = *sum;
    for (a, b) in a.as_chunks::<NARROW>().0.iter().zip(b.as_chunks::<NARROW>().0) {
        for l in 0..NARROW {
            lanes[l] = multiply_add::<FUSED>(a[l], b[l], lanes[l]);
        }
    }
    *sum = lanes;
}

/// Widths of blocks for which the recursion is compiled.
pub trait Recursion<const W: usize> {
    /// t, η and the weight Π Φ(t) of each draw; `uniforms` on (−1, 1), a run for each variable but the last.
    fn forward(&mut self, factor: &Factor, uniforms: &[[f64; W]], order: u8);
    /// The same in logarithms, however small the weights: `lanes.weight` has ln Π Φ(t).
    fn forward_deep(&mut self, factor: &Factor, uniforms: &[[f64; W]], order: u8);
    /// Derivatives of ln w in the limits.
    fn backward(&mut self, factor: &Factor, order: u8);
    /// Adds draws, whose weights are known, to sums.
    fn add(&mut self, factor: &Factor, sums: &mut Sums, order: u8);
}

macro_rules! recursion {
    ($width:expr, $($order:ident => $forward:ident $backward:ident $add:ident),*) => {
        $(
            #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
            fn $forward(lanes: &mut Lanes<$width>, factor: &Factor, uniforms: &[[f64; $width]]) {
                if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
                    forward_plain::<$width, true, $order>(lanes, factor, uniforms);
                } else {
                    forward_plain::<$width, false, $order>(lanes, factor, uniforms);
                }
            }

            #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
            fn $backward(lanes: &mut Lanes<$width>, factor: &Factor) {
                if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
                    backward_plain::<$width, true, $order>(lanes, factor);
                } else {
                    backward_plain::<$width, false, $order>(lanes, factor);
                }
            }

            #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx2+fma", "x86_64+avx2+fma", "aarch64+neon"))]
            fn $add(lanes: &mut Lanes<$width>, factor: &Factor, sums: &mut Sums) {
                if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
                    add_plain::<$width, true, $order>(lanes, factor, sums);
                } else {
                    add_plain::<$width, false, $order>(lanes, factor, sums);
                }
            }
        )*

        impl Recursion<$width> for Lanes<$width> {
            fn forward(&mut self, factor: &Factor, uniforms: &[[f64; $width]], order: u8) {
                match order {
                    $($order => $forward(self, factor, uniforms),)*
                    _ => unreachable!("no such order"),
                }
            }

            fn forward_deep(&mut self, factor: &Factor, uniforms: &[[f64; $width]], order: u8) {
                deep::forward(self, factor, uniforms, order);
            }

            fn backward(&mut self, factor: &Factor, order: u8) {
                match order {
                    $($order => $backward(self, factor),)*
                    _ => unreachable!("no such order"),
                }
            }

            fn add(&mut self, factor: &Factor, sums: &mut Sums, order: u8) {
                match order {
                    $($order => $add(self, factor, sums),)*
                    _ => unreachable!("no such order"),
                }
            }
        }
    };
}

recursion!(
    VAST,
    VALUE => forward_vast_value backward_vast_value add_vast_value,
    GRADIENT => forward_vast_gradient backward_vast_gradient add_vast_gradient,
    CURVATURE => forward_vast_curvature backward_vast_curvature add_vast_curvature
);
recursion!(
    WIDE,
    VALUE => forward_wide_value backward_wide_value add_wide_value,
    GRADIENT => forward_wide_gradient backward_wide_gradient add_wide_gradient,
    CURVATURE => forward_wide_curvature backward_wide_curvature add_wide_curvature
);
recursion!(
    NARROW,
    VALUE => forward_narrow_value backward_narrow_value add_narrow_value,
    GRADIENT => forward_narrow_gradient backward_narrow_gradient add_narrow_gradient,
    CURVATURE => forward_narrow_curvature backward_narrow_curvature add_narrow_curvature
);
