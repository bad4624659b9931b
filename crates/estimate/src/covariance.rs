//! Covariance matrices of the estimates.
//!
//! Masks have length K and choose parameters; a matrix "over a mask" has a row and a column for every `true`, in order.
//! Covariances are over the parameters that were estimated: neither fixed nor held at a bound. [`expand`] makes room for
//! those at a bound, whose variance is zero by construction.

use ndarray::{Array1, Array2, Axis};

use crate::error::CovarianceError;
use crate::symmetric::{Definiteness, Symmetric};

/// Eigenvalues below this share of the largest, in the matrix scaled to unit diagonal, count as zero.
const FLAT: f64 = 1e-12;

/// The inverse of the information in the Hessian, `(−H)⁻¹`, over `estimated`.
///
/// `hessian`: K × K, of ln L at the maximum. Inverted after scaling to unit diagonal, so columns in very different units
/// cost no digits.
///
/// # Errors
/// [`CovarianceError::NotIdentified`] and [`CovarianceError::NotMaximum`] name the parameters (as indices of all K) in
/// the direction without information, or of upward curvature; [`CovarianceError::NotFinite`].
pub fn hessian_covariance(hessian: &Array2<f64>, estimated: &[bool]) -> Result<Array2<f64>, CovarianceError> {
    invert(&-hessian, estimated)
}

/// The inverse of the outer product of scores, `B⁻¹`, over `estimated` (Berndt, Hall, Hall and Hausman).
///
/// `outer_product`: K × K, as [`outer_product`](crate::outer_product) gives it.
///
/// # Errors
/// As [`hessian_covariance`].
pub fn opg_covariance(outer_product: &Array2<f64>, estimated: &[bool]) -> Result<Array2<f64>, CovarianceError> {
    invert(outer_product, estimated)
}

/// The sandwich `A B A`, robust against a misspecified likelihood and, with scores summed within groups, clustered.
///
/// `bread`: A = (−H)⁻¹ over `estimated`, as [`hessian_covariance`] gives it. `outer_product`: B, K × K. No small-sample
/// factor.
///
/// # Source
/// White (1982), "Maximum likelihood estimation of misspecified models", *Econometrica* 50(1).
pub fn sandwich(bread: &Array2<f64>, outer_product: &Array2<f64>, estimated: &[bool]) -> Array2<f64> {
    let meat = select(outer_product, estimated);
    // Scaled, so that neither product overflows nor loses digits to units.
    let scale: Array1<f64> = bread
        .diag()
        .mapv(|variance| if variance > 0.0 { variance.sqrt() } else { 1.0 });
    let n = scale.len();
    let a = Array2::from_shape_fn((n, n), |(i, j)| bread[[i, j]] / scale[i] / scale[j]);
    let b = Array2::from_shape_fn((n, n), |(i, j)| meat[[i, j]] * scale[i] * scale[j]);
    let product = a.dot(&b).dot(&a);
    Array2::from_shape_fn((n, n), |(i, j)| {
        let (low, high) = (i.min(j), i.max(j));
        (product[[low, high]] + product[[high, low]]) / 2.0 * scale[low] * scale[high]
    })
}

/// The rows and columns of a K × K matrix that `mask` chooses.
pub fn select(matrix: &Array2<f64>, mask: &[bool]) -> Array2<f64> {
    let chosen = indices(mask);
    matrix.select(Axis(0), &chosen).select(Axis(1), &chosen)
}

/// A matrix over `from` as one over `to`, with rows and columns of zeros for parameters in `to` alone; what is in `from`
/// alone is left out.
pub fn expand(matrix: &Array2<f64>, from: &[bool], to: &[bool]) -> Array2<f64> {
    let mut position = vec![None; from.len()];
    for (row, i) in indices(from).into_iter().enumerate() {
        position[i] = Some(row);
    }
    let rows: Vec<Option<usize>> = indices(to).into_iter().map(|i| position[i]).collect();
    Array2::from_shape_fn((rows.len(), rows.len()), |(i, j)| match (rows[i], rows[j]) {
        (Some(i), Some(j)) => matrix[[i, j]],
        _ => 0.0,
    })
}

fn indices(mask: &[bool]) -> Vec<usize> {
    (0..mask.len()).filter(|&i| mask[i]).collect()
}

fn invert(information: &Array2<f64>, estimated: &[bool]) -> Result<Array2<f64>, CovarianceError> {
    let chosen = indices(estimated);
    let matrix = select(information, estimated);
    if let Some(((row, column), &value)) = matrix.indexed_iter().find(|(_, value)| !value.is_finite()) {
        return Err(CovarianceError::NotFinite {
            row: chosen[row],
            column: chosen[column],
            value,
        });
    }
    let analysis = Symmetric::new(&matrix, FLAT);
    if let Some(inverse) = analysis.inverse() {
        return Ok(inverse);
    }
    let parameters = analysis.offenders().into_iter().map(|i| chosen[i]).collect();
    let eigenvalue = analysis.smallest_scaled_eigenvalue().unwrap_or(f64::NAN);
    Err(match analysis.definiteness() {
        Definiteness::Indefinite => CovarianceError::NotMaximum { parameters, eigenvalue },
        _ => CovarianceError::NotIdentified { parameters, eigenvalue },
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_hessian_covariance_by_hand() {
        // (−H)⁻¹ over parameters 0 and 2: [[4, 1], [1, 2]]⁻¹ = [[2, −1], [−1, 4]] / 7.
        let hessian = array![[-4.0, 9.0, -1.0], [9.0, 9.0, 9.0], [-1.0, 9.0, -2.0]];
        let covariance = hessian_covariance(&hessian, &[true, false, true]).unwrap();
        let expected = array![[2.0 / 7.0, -1.0 / 7.0], [-1.0 / 7.0, 4.0 / 7.0]];
        for (a, b) in covariance.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-15, "absolute, a rounding: {a} against {b}");
        }
        assert_eq!(covariance[[0, 1]], covariance[[1, 0]]);
    }

    #[test]
    fn units_cost_no_digits() {
        let unit = 1e8;
        let hessian = array![[-4.0, -unit], [-unit, -2.0 * unit * unit]];
        let covariance = hessian_covariance(&hessian, &[true, true]).unwrap();
        assert!((covariance[[0, 0]] * 3.5 - 1.0).abs() < 1e-15);
        assert!((covariance[[1, 1]] * unit * unit * 1.75 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_sandwich_by_hand() {
        // A = diag(1/2, 1/3), B = [[8, 6], [6, 18]]: A B A = [[2, 1], [1, 2]].
        let bread = array![[0.5, 0.0], [0.0, 1.0 / 3.0]];
        let outer = array![[8.0, 0.0, 6.0], [0.0, 0.0, 0.0], [6.0, 0.0, 18.0]];
        let covariance = sandwich(&bread, &outer, &[true, false, true]);
        for (a, b) in covariance.iter().zip(&array![[2.0, 1.0], [1.0, 2.0]]) {
            assert!((a - b).abs() < 1e-14, "absolute, a few roundings: {a} against {b}");
        }
    }

    #[test]
    fn where_opg_equals_minus_h_all_three_agree() {
        let information = array![[4.0, 1.0], [1.0, 2.0]];
        let all = [true, true];
        let bread = hessian_covariance(&-&information, &all).unwrap();
        let opg = opg_covariance(&information, &all).unwrap();
        let robust = sandwich(&bread, &information, &all);
        assert_eq!(bread, opg);
        for (a, b) in bread.iter().zip(&robust) {
            assert!((a - b).abs() < 1e-15);
        }
    }

    #[test]
    fn a_parameter_at_its_bound_gets_zeros() {
        let matrix = array![[1.0, 2.0], [2.0, 3.0]];
        let expanded = expand(&matrix, &[true, false, false, true], &[true, false, true, true]);
        assert_eq!(expanded, array![[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [2.0, 0.0, 3.0]]);
    }

    #[test]
    fn a_singular_matrix_names_its_parameters() {
        let hessian = array![[-1.0, 0.0, -1.0], [0.0, -1.0, 0.0], [-1.0, 0.0, -1.0]];
        let error = hessian_covariance(&hessian, &[true, true, true]).unwrap_err();
        let CovarianceError::NotIdentified { parameters, eigenvalue } = &error else {
            panic!("{error}")
        };
        assert_eq!(parameters, &[0, 2]);
        assert!(eigenvalue.abs() < 1e-15);
        let error = CovarianceError::NotIdentified {
            parameters: vec![0, 2],
            eigenvalue: 3e-17,
        };
        assert_eq!(
            error.to_string(),
            "parameters 0, 2 are not jointly identified (smallest eigenvalue 3.0e-17 of the information, scaled to \
             unit diagonal); fix one of them"
        );
    }

    #[test]
    fn a_saddle_is_told_from_a_ridge() {
        let error = hessian_covariance(&array![[-1.0, 0.0], [0.0, 1.0]], &[true, true]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the log-likelihood curves upwards in parameters 1 (smallest eigenvalue -1.0e0 of the information, scaled \
             to unit diagonal): not a maximum, estimate further"
        );
    }

    #[test]
    fn what_is_not_a_number_is_named() {
        let hessian = array![[-1.0, 0.0], [0.0, f64::NAN]];
        let error = hessian_covariance(&hessian, &[true, true]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "element (1, 1) of the information is NaN, not a finite number"
        );
        assert!(hessian_covariance(&hessian, &[true, false]).is_ok());
    }
}
