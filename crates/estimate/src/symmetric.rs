//! Symmetric matrices, scaled to unit diagonal before anything is said about them.
//!
//! Columns of data come in any units, so the raw eigenvalues of a Hessian say nothing: multiply a column by 1e8 and its
//! diagonal element grows by 1e16. Scaled to unit diagonal, `C = S⁻¹AS⁻¹` with `S = √diag A`, the matrix no longer
//! knows the units, and neither does any verdict on it.

use ndarray::{Array1, Array2, ArrayView1, OwnedRepr};
use ndarray_linalg::{CholeskyFactorized, Eigh, FactorizeC, InverseC, SolveC, UPLO};

/// Squared pivots of a Cholesky factor above this need no second look: the smallest eigenvalue is then far from zero.
const SAFE_PIVOT: f64 = 1e-6;

type Factor = CholeskyFactorized<OwnedRepr<f64>>;

/// Eigenvalues in ascending order, eigenvectors in columns.
#[derive(Clone, Debug)]
pub(crate) struct Eigen {
    pub(crate) values: Array1<f64>,
    pub(crate) vectors: Array2<f64>,
}

impl Eigen {
    /// Decomposes a symmetric matrix of finite elements.
    pub(crate) fn new(matrix: &Array2<f64>) -> Eigen {
        crate::blas::use_one_thread();
        if matrix.is_empty() {
            return Eigen {
                values: Array1::zeros(0),
                vectors: Array2::zeros((0, 0)),
            };
        }
        let (values, vectors) = matrix
            .eigh(UPLO::Lower)
            .expect("LAPACK decomposes every finite symmetric matrix");
        Eigen { values, vectors }
    }

    /// The largest absolute eigenvalue; 0 for an empty matrix.
    pub(crate) fn largest(&self) -> f64 {
        self.values.iter().fold(0.0, |largest, value| value.abs().max(largest))
    }
}

/// What a symmetric matrix is, to a tolerance relative to its largest eigenvalue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Definiteness {
    /// All eigenvalues above the tolerance.
    Definite,
    /// Some within the tolerance of zero, none below.
    Flat,
    /// Some below.
    Indefinite,
}

/// A symmetric matrix with its scale and as much of a factorisation as its verdict took.
pub(crate) struct Symmetric {
    scale: Array1<f64>,
    definiteness: Definiteness,
    /// Present if definite.
    factor: Option<Factor>,
    /// Of the scaled matrix; present unless the pivots alone settled the matter.
    eigen: Option<Eigen>,
    tolerance: f64,
}

impl Symmetric {
    /// Analyses a symmetric matrix of finite elements; eigenvalues below `tolerance` times the largest count as zero.
    pub(crate) fn new(matrix: &Array2<f64>, tolerance: f64) -> Symmetric {
        crate::blas::use_one_thread();
        let scale = unit_diagonal_scale(matrix);
        if matrix.is_empty() {
            return Symmetric {
                scale,
                definiteness: Definiteness::Definite,
                factor: None,
                eigen: None,
                tolerance,
            };
        }
        let scaled = scaled(matrix, &scale);
        let factor = scaled.factorizec(UPLO::Lower).ok();
        let is_safe = |factor: &Factor| factor.factor.diag().iter().all(|pivot| pivot * pivot > SAFE_PIVOT);
        if factor.as_ref().is_some_and(is_safe) {
            return Symmetric {
                scale,
                definiteness: Definiteness::Definite,
                factor,
                eigen: None,
                tolerance,
            };
        }
        let eigen = Eigen::new(&scaled);
        let zero = tolerance * eigen.largest();
        let definiteness = match eigen.values[0] {
            smallest if smallest < -zero => Definiteness::Indefinite,
            smallest if smallest <= zero => Definiteness::Flat,
            // The factorisation broke down although the eigenvalues are positive: numerically flat.
            _ if factor.is_none() => Definiteness::Flat,
            _ => Definiteness::Definite,
        };
        Symmetric {
            scale,
            definiteness,
            factor: factor.filter(|_| definiteness == Definiteness::Definite),
            eigen: Some(eigen),
            tolerance,
        }
    }

    pub(crate) fn definiteness(&self) -> Definiteness {
        self.definiteness
    }

    /// A⁻¹b, if A is positive definite.
    pub(crate) fn solve(&self, b: ArrayView1<f64>) -> Option<Array1<f64>> {
        if b.is_empty() {
            return Some(Array1::zeros(0));
        }
        let right = &b / &self.scale;
        let solution = self.factor.as_ref()?.solvec_into(right).ok()?;
        Some(solution / &self.scale)
    }

    /// A⁻¹, exactly symmetric, if A is positive definite.
    pub(crate) fn inverse(&self) -> Option<Array2<f64>> {
        let n = self.scale.len();
        if n == 0 {
            return Some(Array2::zeros((0, 0)));
        }
        let inverse = self.factor.as_ref()?.invc().ok()?;
        Some(Array2::from_shape_fn((n, n), |(i, j)| {
            let (low, high) = (i.min(j), i.max(j));
            // Divided one after the other: the product of two scales may overflow where the element does not.
            (inverse[[low, high]] + inverse[[high, low]]) / 2.0 / self.scale[low] / self.scale[high]
        }))
    }

    /// b′A⁻¹b. Flat directions count with unit curvature in the scaled matrix, so that b must vanish in them for the
    /// whole to vanish; downward ones count with their absolute curvature.
    pub(crate) fn decrement(&self, b: ArrayView1<f64>) -> f64 {
        if let Some(solution) = self.solve(b) {
            return b.dot(&solution);
        }
        let eigen = self
            .eigen
            .as_ref()
            .expect("a matrix that is not definite was decomposed");
        let zero = self.tolerance * eigen.largest();
        let components = eigen.vectors.t().dot(&(&b / &self.scale));
        components
            .iter()
            .zip(&eigen.values)
            .map(|(c, &value)| {
                if value.abs() <= zero {
                    c * c
                } else {
                    c * c / value.abs()
                }
            })
            .sum()
    }

    /// The smallest eigenvalue of the scaled matrix, if it took one to reach the verdict.
    pub(crate) fn smallest_scaled_eigenvalue(&self) -> Option<f64> {
        self.eigen.as_ref().map(|eigen| eigen.values[0])
    }

    /// Eigenvectors of the scaled matrix, as columns, that keep it from being definite: below −tolerance if there are
    /// such, else within it.
    pub(crate) fn offending(&self) -> Array2<f64> {
        let Some(eigen) = self
            .eigen
            .as_ref()
            .filter(|_| self.definiteness != Definiteness::Definite)
        else {
            return Array2::zeros((self.scale.len(), 0));
        };
        let zero = self.tolerance * eigen.largest();
        let limit = if self.definiteness == Definiteness::Indefinite {
            -zero
        } else {
            zero
        };
        let n = eigen.values.iter().filter(|&&value| value <= limit).count().max(1);
        eigen.vectors.slice(ndarray::s![.., ..n]).to_owned()
    }

    /// Indices that take part in an [`offending`](Self::offending) direction.
    pub(crate) fn offenders(&self) -> Vec<usize> {
        // Rounding leaves 1e-6 at the most in directions that do not belong there.
        let vectors = self.offending();
        (0..vectors.nrows())
            .filter(|&i| vectors.row(i).iter().any(|component| component.abs() > 1e-4))
            .collect()
    }
}

/// √|diagonal|, raised where an element off the diagonal is larger than a positive semi-definite matrix admits, 1 for an
/// empty row.
pub(crate) fn unit_diagonal_scale(matrix: &Array2<f64>) -> Array1<f64> {
    let mut scale: Array1<f64> = matrix.diag().mapv(|element| element.abs().sqrt());
    for i in 0..scale.len() {
        for j in 0..scale.len() {
            if i != j && scale[j] > 0.0 {
                let needed = matrix[[i.max(j), i.min(j)]].abs() / scale[j];
                if needed > scale[i] * (1.0 + 1e-6) {
                    scale[i] = needed;
                }
            }
        }
    }
    scale.mapv_inplace(|element| if element > 0.0 { element } else { 1.0 });
    scale
}

/// S⁻¹AS⁻¹ from the lower triangle, exactly symmetric.
pub(crate) fn scaled(matrix: &Array2<f64>, scale: &Array1<f64>) -> Array2<f64> {
    Array2::from_shape_fn(matrix.dim(), |(i, j)| {
        let (low, high) = (i.min(j), i.max(j));
        matrix[[high, low]] / scale[high] / scale[low]
    })
}

/// Smallest eigenvalue of a symmetric matrix in its own units; none if it is empty.
///
/// From the inverse where there is one: with columns in very different units the small eigenvalues of the matrix itself
/// drown in the rounding errors of the large ones.
pub(crate) fn smallest_eigenvalue(matrix: &Array2<f64>, analysis: &Symmetric) -> Option<f64> {
    if matrix.is_empty() {
        return None;
    }
    match analysis.inverse() {
        Some(inverse) => Some(1.0 / Eigen::new(&inverse).largest()),
        None => Some(Eigen::new(matrix).values[0]),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn eigenvectors_stand_in_columns() {
        let matrix = array![[4.0, 1.0, 0.5], [1.0, 3.0, -0.25], [0.5, -0.25, -2.0]];
        let eigen = Eigen::new(&matrix);
        let rebuilt = eigen
            .vectors
            .dot(&Array2::from_diag(&eigen.values))
            .dot(&eigen.vectors.t());
        for (a, b) in matrix.iter().zip(&rebuilt) {
            assert!((a - b).abs() < 1e-14, "absolute, a few roundings: {a} against {b}");
        }
        assert!(eigen.values[0] < 0.0 && eigen.values[1] > 0.0);
    }

    #[test]
    fn verdicts_ignore_units() {
        let cases = [
            (array![[2.0, 1.0], [1.0, 3.0]], Definiteness::Definite),
            (array![[1.0, 1.0], [1.0, 1.0]], Definiteness::Flat),
            (array![[1.0, 0.0], [0.0, 0.0]], Definiteness::Flat),
            (array![[1.0, 2.0], [2.0, 1.0]], Definiteness::Indefinite),
            (array![[0.0, 1.0], [1.0, 0.0]], Definiteness::Indefinite),
            (array![[-1.0, 0.0], [0.0, 1.0]], Definiteness::Indefinite),
        ];
        for (matrix, expected) in cases {
            for unit in [1e-8, 1.0, 1e8] {
                let units = array![1.0, unit];
                let rescaled = Array2::from_shape_fn((2, 2), |(i, j)| matrix[[i, j]] * units[i] * units[j]);
                assert_eq!(Symmetric::new(&rescaled, 1e-12).definiteness(), expected, "{rescaled}");
            }
        }
    }

    #[test]
    fn inverse_and_solution_survive_bad_scaling() {
        // By hand: [[2, 1], [1, 3]]⁻¹ = [[3, −1], [−1, 2]] / 5.
        let unit = 1e9;
        let matrix = array![[2.0, unit], [unit, 3.0 * unit * unit]];
        let analysis = Symmetric::new(&matrix, 1e-12);
        let inverse = analysis.inverse().expect("definite");
        let expected = array![[0.6, -0.2 / unit], [-0.2 / unit, 0.4 / unit / unit]];
        for (a, b) in inverse.iter().zip(&expected) {
            assert!(
                (a / b - 1.0).abs() < 1e-15 * 4.0,
                "relative, a few roundings: {a} against {b}"
            );
        }
        let solution = analysis.solve(array![5.0, 0.0].view()).expect("definite");
        assert!((solution[0] - 3.0).abs() < 1e-14);
        let smallest = smallest_eigenvalue(&matrix, &analysis).expect("not empty");
        assert!(
            (smallest - 1.0 / 0.6).abs() < 1e-9,
            "relative to the other eigenvalue of 3e18: {smallest}"
        );
    }

    #[test]
    fn offenders_are_those_in_the_null_vector() {
        let matrix = array![[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]];
        assert_eq!(Symmetric::new(&matrix, 1e-12).offenders(), [0, 2]);
    }

    #[test]
    fn an_empty_matrix_is_definite() {
        let analysis = Symmetric::new(&Array2::zeros((0, 0)), 1e-12);
        assert_eq!(analysis.definiteness(), Definiteness::Definite);
        assert_eq!(analysis.decrement(Array1::zeros(0).view()), 0.0);
    }
}
