//! Covariances of correlated coefficients.

use super::delta::Delta;
use crate::taste_report::{Quantity, TasteCovariance};

/// Covariance Σ = LL′ and correlations of a group, whose Cholesky factor L stands at these positions of the parameters,
/// row by row.
///
/// ```text
/// ∂Σ_ij/∂L_ab = δ_ia L_jb + δ_ja L_ib
/// ```
///
/// `None` where the positions are no triangle of parameters, as in a file that was edited.
pub(super) fn covariance(coefficients: &[String], cholesky: &[usize], delta: &Delta<'_>) -> Option<TasteCovariance> {
    let n = coefficients.len();
    if cholesky.len() != n * (n + 1) / 2 {
        return None;
    }
    let place = |row: usize, column: usize| row * (row + 1) / 2 + column;
    let values: Vec<f64> = cholesky.iter().map(|&k| delta.estimate(k)).collect::<Option<_>>()?;
    let element = |row: usize, column: usize| if column <= row { values[place(row, column)] } else { 0.0 };
    let product = |i: usize, j: usize| -> f64 { (0..=i.min(j)).map(|c| element(i, c) * element(j, c)).sum() };
    let derivatives = |i: usize, j: usize| {
        let mut all = vec![0.0; values.len()];
        for c in 0..=i {
            all[place(i, c)] += element(j, c);
        }
        for c in 0..=j {
            all[place(j, c)] += element(i, c);
        }
        all
    };
    let quantity = |estimate: f64, derivatives: &[f64]| Quantity {
        estimate,
        std_error: delta.std_error(cholesky, derivatives),
    };
    let of_covariance = |i: usize, j: usize| quantity(product(i, j), &derivatives(i, j));
    let of_correlation = |i: usize, j: usize| {
        if i == j {
            return quantity(1.0, &[]);
        }
        let (vi, vj) = (product(i, i), product(j, j));
        let sds = vi.sqrt() * vj.sqrt();
        let correlation = product(i, j) / sds;
        let (first, second) = (derivatives(i, i), derivatives(j, j));
        let all: Vec<f64> = derivatives(i, j)
            .iter()
            .zip(first.iter().zip(&second))
            .map(|(both, (first, second))| both / sds - 0.5 * correlation * (first / vi + second / vj))
            .collect();
        quantity(correlation, &all)
    };
    let triangle = |of: &dyn Fn(usize, usize) -> Quantity| {
        let row = |i: usize| (0..=i).map(|j| of(i, j)).collect();
        (0..n).map(row).collect()
    };
    Some(TasteCovariance {
        coefficients: coefficients.to_vec(),
        covariance: triangle(&of_covariance),
        correlation: triangle(&of_correlation),
    })
}
