//! An orthant probability with its derivatives, and what keeps a problem from one.

/// Probability that normal variables stay below their limits, P(z₁ ≤ b₁, …, z_n ≤ b_n) with z ~ N(0, S).
///
/// Covariances are packed lower triangles by rows: s₁₁, s₂₁, s₂₂, s₃₁, …
#[derive(Clone, Debug, PartialEq)]
pub struct Orthant {
    /// ln P, which keeps its digits where P itself is no number any more.
    pub ln_probability: f64,
    /// Estimated absolute error of P: its meaning is its method's.
    pub error: f64,
    /// ∂ ln P/∂b, length n. NaN where P = 0.
    pub limits: Vec<f64>,
    /// ∂ ln P/∂S, length n(n + 1)/2; an off-diagonal element moves both symmetric entries. NaN where P = 0.
    pub covariance: Vec<f64>,
}

impl Orthant {
    /// P.
    pub fn probability(&self) -> f64 {
        libm::exp(self.ln_probability)
    }
}

/// What keeps an orthant from a probability. Variables count from 1.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OrthantError {
    /// A covariance of another size than the limits.
    #[error("{limits} limits with {found} covariance elements; give the {expected} of the lower triangle by rows")]
    Length {
        /// Number of limits.
        limits: usize,
        /// n(n + 1)/2.
        expected: usize,
        /// Number of covariance elements.
        found: usize,
    },
    /// A limit that is not a number.
    #[error("limit {variable} is not a number; give a finite limit, or an infinite one")]
    Limit {
        /// Its variable.
        variable: usize,
    },
    /// A covariance that is no covariance, or a singular one.
    #[error(
        "the covariance is not positive definite: variable {variable} has variance {variance} given those before it"
    )]
    NotPositiveDefinite {
        /// The first variable with which it fails.
        variable: usize,
        /// What is left of its variance.
        variance: f64,
    },
    /// More dimensions than exact integration is for.
    #[error("{dimensions} limits below infinity; at most {MOST} are integrated exactly, simulate or approximate more")]
    Dimensions {
        /// Number of limits that are not +∞.
        dimensions: usize,
    },
}

/// Dimensions of exact integration.
pub(crate) const MOST: usize = 3;

/// Conditional variances below this share of the variance are rounding.
const SINGULAR: f64 = 8.0 * f64::EPSILON;

/// Place of an element of a packed lower triangle, `column` ≤ `row`.
#[inline(always)]
pub const fn pair(row: usize, column: usize) -> usize {
    row * (row + 1) / 2 + column
}

/// [`pair`] in either order.
pub(crate) fn either(i: usize, j: usize) -> usize {
    pair(i.max(j), i.min(j))
}

/// Checks a problem, takes out variables without a limit, has the rest solved and puts the derivatives in place.
pub(crate) fn solve(
    limits: &[f64],
    covariance: &[f64],
    solver: impl FnOnce(&[f64], &[f64]) -> Result<Orthant, OrthantError>,
) -> Result<Orthant, OrthantError> {
    check(limits, covariance)?;
    let (n, elements) = (limits.len(), covariance.len());
    if limits.contains(&f64::NEG_INFINITY) {
        return Ok(Orthant {
            ln_probability: f64::NEG_INFINITY,
            error: 0.0,
            limits: vec![f64::NAN; n],
            covariance: vec![f64::NAN; elements],
        });
    }
    let kept: Vec<usize> = (0..n).filter(|k| limits[*k] < f64::INFINITY).collect();
    if kept.len() == n {
        return solver(limits, covariance);
    }
    let kept_limits: Vec<f64> = kept.iter().map(|k| limits[*k]).collect();
    let places: Vec<usize> = (0..kept.len())
        .flat_map(|i| (0..=i).map(move |j| (i, j)))
        .map(|(i, j)| pair(kept[i], kept[j]))
        .collect();
    let kept_covariance: Vec<f64> = places.iter().map(|place| covariance[*place]).collect();
    let inner = solver(&kept_limits, &kept_covariance)?;
    let mut outer = Orthant {
        limits: vec![0.0; n],
        covariance: vec![0.0; elements],
        ..inner
    };
    for (k, slope) in kept.iter().zip(inner.limits) {
        outer.limits[*k] = slope;
    }
    for (place, slope) in places.iter().zip(inner.covariance) {
        outer.covariance[*place] = slope;
    }
    Ok(outer)
}

fn check(limits: &[f64], covariance: &[f64]) -> Result<(), OrthantError> {
    let n = limits.len();
    let expected = n * (n + 1) / 2;
    if covariance.len() != expected {
        return Err(OrthantError::Length {
            limits: n,
            expected,
            found: covariance.len(),
        });
    }
    if let Some(k) = limits.iter().position(|limit| limit.is_nan()) {
        return Err(OrthantError::Limit { variable: k + 1 });
    }
    // Cholesky factor by rows, for its pivots.
    let mut factor = covariance.to_vec();
    for row in 0..n {
        for column in 0..=row {
            let products: f64 = (0..column)
                .map(|k| factor[pair(row, k)] * factor[pair(column, k)])
                .sum();
            let left = covariance[pair(row, column)] - products;
            factor[pair(row, column)] = if column < row {
                left / factor[pair(column, column)]
            } else if left > SINGULAR * covariance[pair(row, row)] && left < f64::INFINITY {
                left.sqrt()
            } else {
                return Err(OrthantError::NotPositiveDefinite {
                    variable: row + 1,
                    variance: left,
                });
            };
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
