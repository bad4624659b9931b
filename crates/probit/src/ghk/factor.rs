//! Cholesky factors.

pub use crate::orthant::pair;

/// Place of a row's limit among the arguments x of ln P: each variable k has its limit b_k, then the elements L_k0 … L_kk
/// of its row of the Cholesky factor.
#[inline(always)]
pub const fn row(k: usize) -> usize {
    k * (k + 3) / 2
}

/// The lower triangular L of a covariance S = L L′.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Factor {
    n: usize,
    /// Packed.
    lower: Vec<f64>,
    inverse_diagonal: Vec<f64>,
}

impl Factor {
    /// Of a packed covariance; `Err` names the first variable whose variance is not positive given those before, nor so
    /// small that it is rounding.
    ///
    /// # Errors
    /// The place of a variable that is a combination of those before.
    pub fn of(covariance: &[f64]) -> Result<Self, usize> {
        let mut lower = covariance.to_vec();
        let mut n = 0;
        while pair(n, 0) < covariance.len() {
            for j in 0..=n {
                let mut sum = covariance[pair(n, j)];
                for i in 0..j {
                    sum -= lower[pair(n, i)] * lower[pair(j, i)];
                }
                if j < n {
                    lower[pair(n, j)] = sum / lower[pair(j, j)];
                    continue;
                }
                // Of a variance that is 0 in truth, rounding leaves a few units in the last place of what was there.
                let rounding = 4.0 * (n + 1) as f64 * f64::EPSILON * covariance[pair(n, n)];
                if sum.is_nan() || sum <= rounding || sum == f64::INFINITY {
                    return Err(n);
                }
                lower[pair(n, n)] = sum.sqrt();
            }
            n += 1;
        }
        Ok(Factor::new(lower))
    }

    /// A factor as it is, packed, with a positive diagonal.
    pub fn new(lower: Vec<f64>) -> Self {
        let n = (0..).take_while(|&n| pair(n, 0) < lower.len()).count();
        Factor {
            inverse_diagonal: (0..n).map(|k| 1.0 / lower[pair(k, k)]).collect(),
            n,
            lower,
        }
    }

    /// Variables.
    pub fn n(&self) -> usize {
        self.n
    }

    /// L_k0 … L_kk.
    #[inline(always)]
    pub fn row(&self, k: usize) -> &[f64] {
        &self.lower[pair(k, 0)..pair(k + 1, 0)]
    }

    /// 1/L_kk.
    #[inline(always)]
    pub fn inverse_diagonal(&self, k: usize) -> f64 {
        self.inverse_diagonal[k]
    }

    /// The packed triangle.
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }
}
