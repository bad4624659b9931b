//! Quadratic forms in the inverse of a matrix that need not have one.

use ndarray::{Array1, Array2};

use crate::symmetric::{Eigen, scaled, unit_diagonal_scale};

/// Eigenvalues below this share of the largest, in the matrix scaled to unit diagonal, count as zero.
const ZERO: f64 = 1e-10;

/// d′A⁻d with a symmetric matrix A that may be singular or indefinite, as a difference of two covariances can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuadraticForm {
    /// d′A⁻d; of A scaled to unit diagonal the inverse is that of Moore and Penrose.
    pub value: f64,
    /// Eigenvalues that differ from 0.
    pub rank: usize,
    /// Eigenvalues below 0.
    pub negative: usize,
}

/// The quadratic form of `vector` (length K) in the generalised inverse of `matrix` (K × K, symmetric, its lower triangle
/// is read):
///
/// ```text
/// d′A⁻d = Σ_i (q_i′ S⁻¹d)² / λ_i over λ_i ≠ 0,   S⁻¹AS⁻¹ = Σ_i λ_i q_i q_i′,   S = √|diag A|
/// ```
///
/// Scaled first, so that it does not depend on units. `None` if something in it is not a finite number.
///
/// # Panics
/// If the shapes do not go together.
pub fn quadratic_form(matrix: &Array2<f64>, vector: &[f64]) -> Option<QuadraticForm> {
    assert_eq!(matrix.dim(), (vector.len(), vector.len()), "a matrix for the vector");
    if matrix.iter().chain(vector).any(|value| !value.is_finite()) {
        return None;
    }
    let scale = unit_diagonal_scale(matrix);
    let eigen = Eigen::new(&scaled(matrix, &scale));
    let right: Array1<f64> = vector.iter().zip(&scale).map(|(value, scale)| value / scale).collect();
    let along = eigen.vectors.t().dot(&right);
    let zero = ZERO * eigen.largest();
    let counted = eigen.values.iter().zip(&along).filter(|(value, _)| value.abs() > zero);
    Some(QuadraticForm {
        value: counted.clone().map(|(value, along)| along * along / value).sum(),
        rank: counted.clone().count(),
        negative: counted.filter(|(value, _)| **value < 0.0).count(),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn by_hand() {
        // [[2, 1], [1, 2]]⁻¹ = [[2, −1], [−1, 2]] / 3.
        let definite = quadratic_form(&array![[2.0, 1.0], [1.0, 2.0]], &[1.0, 2.0]).unwrap();
        assert!((definite.value - 2.0).abs() < 1e-14, "{definite:?}");
        assert_eq!((definite.rank, definite.negative), (2, 0));
        let indefinite = quadratic_form(&array![[1.0, 0.0], [0.0, -4.0]], &[1.0, 4.0]).unwrap();
        assert!((indefinite.value - (1.0 - 4.0)).abs() < 1e-14, "{indefinite:?}");
        assert_eq!((indefinite.rank, indefinite.negative), (2, 1));
        // All in the direction that the matrix has: (1, 1) has the eigenvalue 2.
        let flat = quadratic_form(&array![[1.0, 1.0], [1.0, 1.0]], &[3.0, 3.0]).unwrap();
        assert!((flat.value - 9.0).abs() < 1e-13, "{flat:?}");
        assert_eq!((flat.rank, flat.negative), (1, 0));
        assert_eq!(quadratic_form(&array![[f64::NAN]], &[1.0]), None);
        let empty = quadratic_form(&Array2::zeros((0, 0)), &[]).unwrap();
        assert_eq!((empty.value, empty.rank), (0.0, 0));
    }

    #[test]
    fn units_do_not_matter() {
        let unit = 1e7;
        let form = quadratic_form(&array![[2.0, unit], [unit, 2.0 * unit * unit]], &[1.0, 2.0 * unit]).unwrap();
        assert!((form.value - 2.0).abs() < 1e-13, "{form:?}");
    }
}
