//! The logit kernel over draws: choice probabilities of a decision maker's cases at many coefficients, and what they
//! give to ln P and its derivatives in the coefficients.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::arithmetic::{NARROW, Run, WIDE, exp, multiply_add};

/// Coefficients that stand in some rows, ascending: random ones first, as they are numbered first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pattern {
    /// The coefficients.
    pub coefficients: Vec<u32>,
    /// How many of them are random.
    pub n_random: usize,
    /// Place of each pair (row by row, lower triangle) among all pairs of coefficients.
    pub pairs: Vec<u32>,
}

impl Pattern {
    pub fn new(coefficients: Vec<u32>, n_random_of_all: usize) -> Self {
        let n_random = coefficients.partition_point(|&c| (c as usize) < n_random_of_all);
        let pairs = coefficients
            .iter()
            .enumerate()
            .flat_map(|(at, &row)| coefficients[..=at].iter().map(move |&column| pair(row, column) as u32));
        Pattern {
            pairs: pairs.collect(),
            n_random,
            coefficients,
        }
    }
}

/// Place of a pair of coefficients in a lower triangle, `row` ≥ `column`.
pub(crate) fn pair(row: u32, column: u32) -> usize {
    let (row, column) = (row as usize, column as usize);
    row * (row + 1) / 2 + column
}

/// A case in which one alternative was chosen: the others as rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CaseRows {
    /// First row.
    pub first_row: u32,
    /// Alternatives that were not chosen.
    pub n_rows: u32,
    /// Place of the first row's numbers.
    pub first_number: u32,
    /// Place of the first row's products.
    pub first_product: u32,
    /// Pattern of all rows, or of their union.
    pub pattern: u32,
    /// Whether all rows have that pattern.
    pub uniform: bool,
}

/// The cases of a decision maker as differences to the chosen alternatives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub cases: Vec<CaseRows>,
    /// Of each row: the part of its utility that does not vary over draws.
    pub base: Vec<f64>,
    /// Of each row: what multiplies each coefficient of its pattern.
    pub numbers: Vec<f64>,
    /// Of each row: products of those, for each pair of its pattern.
    pub products: Vec<f64>,
    /// Of each row: its pattern.
    pub patterns: Vec<u32>,
}

/// What the cases of a decision maker give at each of `W` draws.
#[derive(Clone, Debug)]
pub(crate) struct Lanes<const W: usize> {
    /// Π 1/P of all cases is mantissa · 2^exponent.
    pub mantissa: [f64; W],
    /// The exponent, plus 1023 for each product.
    pub exponent: [u64; W],
    /// How often something was multiplied.
    pub n_products: u64,
    /// ln P of the cases that are not in the product.
    pub ln_probability: [f64; W],
    /// Sum of all denominators: how far away overflow is.
    pub check: [f64; W],
    /// ∂ Σ ln P / ∂β.
    pub gradient: Vec<Run<W>>,
    /// ∂² Σ ln P / ∂β∂β′, lower triangle.
    pub curvature: Vec<Run<W>>,
    shares: Vec<Run<W>>,
    means: Vec<Run<W>>,
}

impl<const W: usize> Default for Lanes<W> {
    fn default() -> Self {
        Lanes {
            mantissa: [1.0; W],
            exponent: [0; W],
            n_products: 0,
            ln_probability: [0.0; W],
            check: [0.0; W],
            gradient: Vec::new(),
            curvature: Vec::new(),
            shares: Vec::new(),
            means: Vec::new(),
        }
    }
}

/// How many derivatives.
pub(crate) const VALUE: u8 = 0;
pub(crate) const GRADIENT: u8 = 1;
pub(crate) const CURVATURE: u8 = 2;

impl<const W: usize> Lanes<W> {
    /// Nothing yet, of `n` coefficients.
    pub fn clear(&mut self, n: usize, order: u8) {
        self.mantissa = [1.0; W];
        self.exponent = [0; W];
        self.n_products = 0;
        self.ln_probability = [0.0; W];
        self.check = [0.0; W];
        self.gradient.clear();
        self.curvature.clear();
        if order >= GRADIENT {
            self.gradient.resize(n, Run([0.0; W]));
            self.means.resize(n, Run([0.0; W]));
        }
        if order >= CURVATURE {
            self.curvature.resize(n * (n + 1) / 2, Run([0.0; W]));
        }
    }
}

/// Cases one after another; those whose rows share a pattern and are few keep their shares in registers.
#[inline(always)]
fn cases_plain<const W: usize, const FUSED: bool, const ORDER: u8>(
    rows: &Rows,
    cases: &[CaseRows],
    patterns: &[Pattern],
    beta: &[Run<W>],
    lanes: &mut Lanes<W>,
) {
    lanes.n_products += cases.len() as u64;
    for case in cases {
        // Without fused products there are too few registers for it to pay.
        match case.n_rows {
            1 if FUSED && case.uniform => few_rows::<W, FUSED, ORDER, 1>(rows, case, patterns, beta, lanes),
            2 if FUSED && case.uniform => few_rows::<W, FUSED, ORDER, 2>(rows, case, patterns, beta, lanes),
            3 if FUSED && case.uniform => few_rows::<W, FUSED, ORDER, 3>(rows, case, patterns, beta, lanes),
            4 if FUSED && case.uniform => few_rows::<W, FUSED, ORDER, 4>(rows, case, patterns, beta, lanes),
            _ => any_rows::<W, FUSED, ORDER>(rows, case, patterns, beta, lanes),
        }
    }
}

/// Multiplies 1/P into the product, kept as mantissa and exponent.
#[inline(always)]
fn multiply_in<const W: usize>(
    denominator: &[f64; W],
    (mantissa, exponent, check): (&mut [f64; W], &mut [u64; W], &mut [f64; W]),
) {
    for l in 0..W {
        check[l] += denominator[l];
        let product = (mantissa[l] * denominator[l]).to_bits();
        exponent[l] = exponent[l].wrapping_add(product >> 52);
        mantissa[l] = f64::from_bits((product & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
    }
}

/// exp V of a row relative to the chosen alternative.
#[inline(always)]
fn exponentials<const W: usize, const FUSED: bool>(
    base: f64,
    row: &[f64],
    pattern: &Pattern,
    beta: &[Run<W>],
) -> [f64; W] {
    let mut v = [base; W];
    for (&x, &c) in row[..pattern.n_random].iter().zip(&pattern.coefficients) {
        let beta = &beta[c as usize];
        for l in 0..W {
            v[l] = multiply_add::<FUSED>(beta[l], x, v[l]);
        }
    }
    #[allow(
        clippy::needless_range_loop,
        reason = "as the loops around it, which compilers join with it"
    )]
    for l in 0..W {
        v[l] = exp::<FUSED>(v[l]);
    }
    v
}

/// A case of `J` rows with one pattern.
#[inline(always)]
fn few_rows<const W: usize, const FUSED: bool, const ORDER: u8, const J: usize>(
    rows: &Rows,
    case: &CaseRows,
    patterns: &[Pattern],
    beta: &[Run<W>],
    lanes: &mut Lanes<W>,
) {
    let pattern = &patterns[case.pattern as usize];
    let width = pattern.coefficients.len();
    let base = &rows.base[case.first_row as usize..][..J];
    let numbers = &rows.numbers[case.first_number as usize..][..J * width];
    let mut shares = [[0.0; W]; J];
    let mut denominator = [1.0; W];
    for j in 0..J {
        shares[j] = exponentials::<W, FUSED>(base[j], &numbers[j * width..(j + 1) * width], pattern, beta);
        for l in 0..W {
            denominator[l] += shares[j][l];
        }
    }
    multiply_in(
        &denominator,
        (&mut lanes.mantissa, &mut lanes.exponent, &mut lanes.check),
    );
    if ORDER == VALUE {
        return;
    }
    for l in 0..W {
        let inverse = 1.0 / denominator[l];
        for share in &mut shares {
            share[l] *= inverse;
        }
    }
    let Lanes {
        gradient,
        curvature,
        means,
        ..
    } = lanes;
    for (at, (&c, mean)) in pattern.coefficients.iter().zip(means.iter_mut()).enumerate() {
        let mut sum = [0.0; W];
        for j in 0..J {
            let x = numbers[j * width + at];
            for l in 0..W {
                sum[l] = multiply_add::<FUSED>(shares[j][l], x, sum[l]);
            }
        }
        let gradient = &mut gradient[c as usize];
        for l in 0..W {
            gradient[l] -= sum[l];
        }
        if ORDER == CURVATURE {
            *mean = Run(sum);
        }
    }
    if ORDER == CURVATURE {
        let n_pairs = pattern.pairs.len();
        let products = &rows.products[case.first_product as usize..][..J * n_pairs];
        let mut at = 0;
        for i in 0..width {
            let first = means[i];
            for second in &means[..=i] {
                let sums = &mut curvature[pattern.pairs[at] as usize];
                let mut sum = [0.0; W];
                for l in 0..W {
                    sum[l] = multiply_add::<FUSED>(first[l], second[l], sums[l]);
                }
                for j in 0..J {
                    let x = products[j * n_pairs + at];
                    for l in 0..W {
                        sum[l] = multiply_add::<FUSED>(-shares[j][l], x, sum[l]);
                    }
                }
                *sums = Run(sum);
                at += 1;
            }
        }
    }
}

/// Any case.
#[inline(always)]
fn any_rows<const W: usize, const FUSED: bool, const ORDER: u8>(
    rows: &Rows,
    case: &CaseRows,
    patterns: &[Pattern],
    beta: &[Run<W>],
    lanes: &mut Lanes<W>,
) {
    let Lanes {
        mantissa,
        exponent,
        check,
        gradient,
        curvature,
        shares,
        means,
        ..
    } = lanes;
    let n_rows = case.n_rows as usize;
    let first_row = case.first_row as usize;
    let base = &rows.base[first_row..first_row + n_rows];
    let row_patterns = &rows.patterns[first_row..first_row + n_rows];
    if shares.len() < n_rows {
        shares.resize(n_rows, Run([0.0; W]));
    }
    let shares = &mut shares[..n_rows];
    let mut denominator = [1.0; W];
    let mut numbers = &rows.numbers[case.first_number as usize..];
    for ((share, &base), &pattern) in shares.iter_mut().zip(base).zip(row_patterns) {
        let pattern = &patterns[pattern as usize];
        let (row, rest) = numbers.split_at(pattern.coefficients.len());
        numbers = rest;
        let v = exponentials::<W, FUSED>(base, row, pattern, beta);
        for l in 0..W {
            denominator[l] += v[l];
        }
        *share = Run(v);
    }
    multiply_in(&denominator, (mantissa, exponent, check));
    if ORDER == VALUE {
        return;
    }
    let mut inverse = [0.0; W];
    for l in 0..W {
        inverse[l] = 1.0 / denominator[l];
    }
    for share in shares.iter_mut() {
        for l in 0..W {
            share[l] *= inverse[l];
        }
    }
    let numbers = &rows.numbers[case.first_number as usize..];
    let pattern = &patterns[case.pattern as usize];
    let width = pattern.coefficients.len();
    if case.uniform {
        for (at, (&c, mean)) in pattern.coefficients.iter().zip(means.iter_mut()).enumerate() {
            let mut sum = [0.0; W];
            for (share, row) in shares.iter().zip(numbers.chunks_exact(width)) {
                let x = row[at];
                for l in 0..W {
                    sum[l] = multiply_add::<FUSED>(share[l], x, sum[l]);
                }
            }
            let gradient = &mut gradient[c as usize];
            for l in 0..W {
                gradient[l] -= sum[l];
            }
            *mean = Run(sum);
        }
        if ORDER == CURVATURE {
            let n_pairs = pattern.pairs.len();
            let products = &rows.products[case.first_product as usize..][..n_rows * n_pairs];
            let mut at = 0;
            for i in 0..width {
                let first = means[i];
                for second in &means[..=i] {
                    let sums = &mut curvature[pattern.pairs[at] as usize];
                    let mut sum = [0.0; W];
                    for l in 0..W {
                        sum[l] = multiply_add::<FUSED>(first[l], second[l], sums[l]);
                    }
                    for (share, row) in shares.iter().zip(products.chunks_exact(n_pairs)) {
                        let x = -row[at];
                        for l in 0..W {
                            sum[l] = multiply_add::<FUSED>(share[l], x, sum[l]);
                        }
                    }
                    *sums = Run(sum);
                    at += 1;
                }
            }
        }
        return;
    }
    let mut products = &rows.products[if ORDER == CURVATURE {
        case.first_product as usize
    } else {
        0
    }..];
    let mut numbers = numbers;
    for &c in &pattern.coefficients {
        means[c as usize] = Run([0.0; W]);
    }
    for (share, &row_pattern) in shares.iter().zip(row_patterns) {
        let row_pattern = &patterns[row_pattern as usize];
        let (row, rest) = numbers.split_at(row_pattern.coefficients.len());
        numbers = rest;
        for (&x, &c) in row.iter().zip(&row_pattern.coefficients) {
            let mean = &mut means[c as usize];
            for l in 0..W {
                mean[l] = multiply_add::<FUSED>(share[l], x, mean[l]);
            }
        }
        if ORDER == CURVATURE {
            let (row, rest) = products.split_at(row_pattern.pairs.len());
            products = rest;
            for (&x, &pair) in row.iter().zip(&row_pattern.pairs) {
                let sums = &mut curvature[pair as usize];
                for l in 0..W {
                    sums[l] = multiply_add::<FUSED>(share[l], -x, sums[l]);
                }
            }
        }
    }
    for &c in &pattern.coefficients {
        let (gradient, mean) = (&mut gradient[c as usize], &means[c as usize]);
        for l in 0..W {
            gradient[l] -= mean[l];
        }
    }
    if ORDER == CURVATURE {
        let mut pairs = pattern.pairs.iter();
        for (i, &row) in pattern.coefficients.iter().enumerate() {
            let first = means[row as usize];
            for (&column, &pair) in pattern.coefficients[..=i].iter().zip(&mut pairs) {
                let (second, sums) = (&means[column as usize], &mut curvature[pair as usize]);
                for l in 0..W {
                    sums[l] = multiply_add::<FUSED>(first[l], second[l], sums[l]);
                }
            }
        }
    }
}

macro_rules! kernel {
    ($name:ident, $width:expr, $order:expr) => {
        #[multiversion(targets(
            "x86_64+avx512f+avx512dq+avx512vl+avx2+fma",
            "x86_64+avx2+fma",
            "aarch64+neon"
        ))]
        fn $name(
            rows: &Rows,
            cases: &[CaseRows],
            patterns: &[Pattern],
            beta: &[Run<$width>],
            lanes: &mut Lanes<$width>,
        ) {
            // NEON always has fused multiply-adds.
            if target_cfg_f!(any(target_feature = "fma", target_feature = "neon")) {
                cases_plain::<$width, true, $order>(rows, cases, patterns, beta, lanes);
            } else {
                cases_plain::<$width, false, $order>(rows, cases, patterns, beta, lanes);
            }
        }
    };
}

kernel!(wide_value, WIDE, VALUE);
kernel!(wide_gradient, WIDE, GRADIENT);
kernel!(wide_curvature, WIDE, CURVATURE);
kernel!(narrow_value, NARROW, VALUE);
kernel!(narrow_gradient, NARROW, GRADIENT);
kernel!(narrow_curvature, NARROW, CURVATURE);

/// Blocks of draws that have a kernel.
pub(crate) trait Kernel<const W: usize> {
    /// Adds cases at the coefficients `beta` (random ones; a run of lanes each).
    fn add_cases(&mut self, rows: &Rows, cases: &[CaseRows], patterns: &[Pattern], beta: &[Run<W>], order: u8);
}

impl Kernel<WIDE> for Lanes<WIDE> {
    fn add_cases(&mut self, rows: &Rows, cases: &[CaseRows], patterns: &[Pattern], beta: &[Run<WIDE>], order: u8) {
        match order {
            VALUE => wide_value(rows, cases, patterns, beta, self),
            GRADIENT => wide_gradient(rows, cases, patterns, beta, self),
            _ => wide_curvature(rows, cases, patterns, beta, self),
        }
    }
}

impl Kernel<NARROW> for Lanes<NARROW> {
    fn add_cases(&mut self, rows: &Rows, cases: &[CaseRows], patterns: &[Pattern], beta: &[Run<NARROW>], order: u8) {
        match order {
            VALUE => narrow_value(rows, cases, patterns, beta, self),
            GRADIENT => narrow_gradient(rows, cases, patterns, beta, self),
            _ => narrow_curvature(rows, cases, patterns, beta, self),
        }
    }
}
