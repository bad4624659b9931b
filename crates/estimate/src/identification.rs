//! Which combinations of parameters the data say nothing about.

use std::fmt::Write as _;

use ndarray::{Array1, Array2, Axis};

use crate::symmetric::{Eigen, scaled, unit_diagonal_scale};

/// A usual tolerance of [`null_space`]: eigenvalues below it leave an angle of 3e-5 between a column and the others,
/// and standard errors 3e4 times as large as with the column alone.
pub const NULL_SPACE_TOLERANCE: f64 = 1e-9;

/// Components of a null vector below this share of the largest, with columns of unit norm, are rounding errors.
const CLEAN: f64 = 1e-6;

/// A combination of parameters that can be changed at will without changing anything observable.
#[derive(Clone, Debug, PartialEq)]
pub struct NullVector {
    /// Index and component of the parameters in it, in ascending order, the component that is largest with columns of
    /// unit norm being 1. In the parameters' own units: adding any multiple of the components to the parameters leaves
    /// every utility difference as it is.
    pub components: Vec<(usize, f64)>,
}

impl NullVector {
    /// The indices in it, ascending.
    pub fn parameters(&self) -> Vec<usize> {
        self.components.iter().map(|&(i, _)| i).collect()
    }

    /// The combination in words of the parameters' names, as `"a" + 2 "b" − 0.5 "c"`. Components within 1e-6 of a ratio
    /// of small integers are written as such.
    pub fn describe<S: AsRef<str>>(&self, names: &[S]) -> String {
        let mut text = String::new();
        for (position, &(i, component)) in self.components.iter().enumerate() {
            let sign = match (position, component < 0.0) {
                (0, false) => "",
                (0, true) => "−",
                (_, false) => " + ",
                (_, true) => " − ",
            };
            let factor = match readable(component.abs()) {
                factor if factor == "1" => String::new(),
                factor => factor + " ",
            };
            write!(text, "{sign}{factor}\"{}\"", names[i].as_ref()).expect("writing to a string succeeds");
        }
        text
    }
}

/// A positive number as an integer or a ratio of small integers if it is near one, else with six digits.
fn readable(value: f64) -> String {
    for denominator in 1..=12u32 {
        let numerator = (value * f64::from(denominator)).round();
        let near = (numerator / f64::from(denominator) / value - 1.0).abs() < 1e-6;
        if near && (1.0..=1000.0).contains(&numerator) {
            return if denominator == 1 {
                format!("{numerator}")
            } else {
                format!("{numerator}/{denominator}")
            };
        }
    }
    let digits = format!("{value:.5e}");
    digits.parse::<f64>().map_or(digits, |rounded| {
        if (1e-4..1e6).contains(&rounded) {
            format!("{rounded}")
        } else {
            format!("{rounded:e}")
        }
    })
}

/// Eigenvalues in ascending order, and eigenvectors in columns, of a symmetric matrix of finite elements (its lower triangle
/// is read) that is scaled to unit diagonal first: S⁻¹AS⁻¹ with S = √diag A, so that units say nothing.
pub fn scaled_spectrum(matrix: &Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let Eigen { values, vectors } = Eigen::new(&scaled(matrix, &unit_diagonal_scale(matrix)));
    (values, vectors)
}

/// A readable basis of the null space of a Gram matrix `G = Σ x x′` (K × K, positive semi-definite, finite), empty if
/// all parameters are identified.
///
/// G is that of whatever must vary for parameters to be identified: differences of regressors within cases, say. It is
/// scaled to unit diagonal first, so multiplying a column by 1e±8 changes no verdict; a zero on the diagonal is a
/// parameter not identified by itself. Eigenvectors with eigenvalues up to `tolerance` times the largest
/// ([`NULL_SPACE_TOLERANCE`] is usual) span the null space; of all its bases the one returned is in reduced row echelon
/// form, with complete pivoting, so separate combinations stay separate instead of being mixed arbitrarily.
pub fn null_space(gram: &Array2<f64>, tolerance: f64) -> Vec<NullVector> {
    let (empty, varied): (Vec<usize>, Vec<usize>) = (0..gram.nrows()).partition(|&i| gram[[i, i]] <= 0.0);
    let mut basis: Vec<NullVector> = empty
        .into_iter()
        .map(|i| NullVector {
            components: vec![(i, 1.0)],
        })
        .collect();
    let block = gram.select(Axis(0), &varied).select(Axis(1), &varied);
    let scale = unit_diagonal_scale(&block);
    let eigen = Eigen::new(&scaled(&block, &scale));
    let zero = tolerance * eigen.largest();
    let n_null = eigen.values.iter().filter(|&&value| value <= zero).count();
    let mut rows = eigen.vectors.slice(ndarray::s![.., ..n_null]).t().to_owned();
    reduce(&mut rows);
    for row in rows.rows() {
        basis.push(in_own_units(row.to_owned(), &scale, &varied));
    }
    basis.sort_by_key(NullVector::parameters);
    basis
}

/// Reduced row echelon form with complete pivoting, in place; rows are linearly independent.
fn reduce(rows: &mut Array2<f64>) {
    let (n_rows, n_columns) = rows.dim();
    for pivot in 0..n_rows {
        let mut best = (pivot, 0);
        for i in pivot..n_rows {
            for j in 0..n_columns {
                // Ties go to the first, rounding aside, so that the choice does not hang on the last bit.
                if rows[[i, j]].abs() > rows[best].abs() * (1.0 + 1e-8) {
                    best = (i, j);
                }
            }
        }
        let (row, column) = best;
        for j in 0..n_columns {
            rows.swap([pivot, j], [row, j]);
        }
        let leading = rows[[pivot, column]];
        rows.row_mut(pivot).mapv_inplace(|element| element / leading);
        let pivot_row = rows.row(pivot).to_owned();
        for i in (0..n_rows).filter(|&i| i != pivot) {
            let factor = rows[[i, column]];
            rows.row_mut(i).scaled_add(-factor, &pivot_row);
            rows[[i, column]] = 0.0;
        }
    }
}

fn in_own_units(row: Array1<f64>, scale: &Array1<f64>, varied: &[usize]) -> NullVector {
    let largest = row.iter().fold(0.0f64, |largest, element| largest.max(element.abs()));
    let leading = row
        .iter()
        .position(|element| element.abs() >= largest * (1.0 - CLEAN))
        .expect("a basis vector is not zero");
    let unit = row[leading] / scale[leading];
    let components = (0..row.len())
        .filter(|&k| row[k].abs() > CLEAN * largest)
        .map(|k| (varied[k], row[k] / scale[k] / unit))
        .collect();
    NullVector { components }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gram matrix of rows of differences.
    fn gram(rows: &[Vec<f64>]) -> Array2<f64> {
        let n = rows[0].len();
        Array2::from_shape_fn((n, n), |(i, j)| rows.iter().map(|row| row[i] * row[j]).sum())
    }

    /// Pseudo-random numbers in (−1, 1), fixed.
    fn noise(k: usize) -> f64 {
        2.0 * ((k as f64 * 12.9898 + 4.1).sin() * 43758.5453).rem_euclid(1.0) - 1.0
    }

    fn is_null(vector: &NullVector, rows: &[Vec<f64>]) -> bool {
        rows.iter().all(|row| {
            let terms: Vec<f64> = vector.components.iter().map(|&(i, c)| row[i] * c).collect();
            let size: f64 = terms.iter().map(|term| term.abs()).sum();
            // Eigenvectors are exact to about 1e-15 over the gap; 1e-9 leaves room for both.
            terms.iter().sum::<f64>().abs() <= 1e-9 * size.max(1e-300)
        })
    }

    #[test]
    fn constants_of_all_alternatives() {
        // Differences against the chosen alternative, four constants and a cost.
        let mut rows = Vec::new();
        for case in 0..40 {
            for other in (0..4).filter(|j| *j != case % 4) {
                let mut row = vec![0.0; 5];
                row[other] = 1.0;
                row[case % 4] = -1.0;
                row[4] = noise(case * 4 + other);
                rows.push(row);
            }
        }
        let basis = null_space(&gram(&rows), NULL_SPACE_TOLERANCE);
        assert_eq!(basis.len(), 1);
        assert_eq!(basis[0].parameters(), [0, 1, 2, 3]);
        assert!(basis[0].components.iter().all(|(_, c)| (c - 1.0).abs() < 1e-12));
        let names = ["asc_air", "asc_bus", "asc_car", "asc_train", "cost"];
        assert_eq!(
            basis[0].describe(&names),
            "\"asc_air\" + \"asc_bus\" + \"asc_car\" + \"asc_train\""
        );
    }

    #[test]
    fn a_duplicate_in_other_units() {
        for unit in [1e-8, 1.0, 1e8] {
            let rows: Vec<Vec<f64>> = (0..30)
                .map(|k| vec![noise(k), noise(k + 100), unit * noise(k)])
                .collect();
            let basis = null_space(&gram(&rows), NULL_SPACE_TOLERANCE);
            assert_eq!(basis.len(), 1, "unit {unit:e}");
            assert_eq!(basis[0].parameters(), [0, 2]);
            let ratio = basis[0].components[0].1 / basis[0].components[1].1;
            assert!((ratio / -unit - 1.0).abs() < 1e-9, "relative: {ratio}");
        }
    }

    #[test]
    fn a_column_of_zeros_and_a_sum_stay_separate() {
        let rows: Vec<Vec<f64>> = (0..30)
            .map(|k| vec![0.0, noise(k), 2.0 * noise(k + 50), noise(k) - noise(k + 50)])
            .collect();
        let basis = null_space(&gram(&rows), NULL_SPACE_TOLERANCE);
        assert_eq!(basis.len(), 2);
        assert_eq!(basis[0].components, [(0, 1.0)]);
        assert_eq!(basis[1].parameters(), [1, 2, 3]);
        let names = ["zero", "a", "b", "c"];
        let text = basis[1].describe(&names);
        assert!(is_null(&basis[1], &rows), "{text}");
        // a·1 + b·(−½) + c·(−1) vanishes, up to the factor that makes the leading component 1.
        let leading = basis[1].components[0].1;
        assert!((basis[1].components[1].1 / leading + 0.5).abs() < 1e-9, "{text}");
        assert!((basis[1].components[2].1 / leading + 1.0).abs() < 1e-9, "{text}");
    }

    #[test]
    fn separate_combinations_are_not_mixed() {
        // Two sets of full dummies: the eigenvectors of the double eigenvalue are any rotation of the two sums.
        let mut rows = Vec::new();
        for case in 0..60 {
            let (chosen, other) = (case % 3, (case + 1 + case / 3 % 2) % 3);
            let income = 1.0 + noise(case).abs();
            let mut row = vec![0.0; 6];
            (row[chosen], row[other]) = (1.0, -1.0);
            (row[3 + chosen], row[3 + other]) = (income, -income);
            rows.push(row);
        }
        let basis = null_space(&gram(&rows), NULL_SPACE_TOLERANCE);
        let sets: Vec<_> = basis.iter().map(NullVector::parameters).collect();
        assert_eq!(sets, [vec![0, 1, 2], vec![3, 4, 5]]);
        assert_eq!(
            basis[1].describe(&["a", "b", "c", "d", "e", "f"]),
            "\"d\" + \"e\" + \"f\""
        );
    }

    #[test]
    fn strong_correlation_is_not_a_lack_of_identification() {
        // Correlation 0.9999: b = a + w·e with w² = 1/0.9999² − 1, for a and e of equal spread.
        let width = (1.0 / (0.9999f64 * 0.9999) - 1.0).sqrt();
        for unit in [1e-8, 1.0, 1e8] {
            let rows: Vec<Vec<f64>> = (0..500)
                .map(|k| vec![noise(k), unit * (noise(k) + width * noise(k + 1000))])
                .collect();
            assert_eq!(null_space(&gram(&rows), NULL_SPACE_TOLERANCE), []);
        }
    }

    #[test]
    fn ratios_are_written_as_such() {
        let vector = NullVector {
            components: vec![(0, -0.5), (1, 1.0), (2, 2.0 / 3.0), (3, -0.123456789), (4, 1e-8)],
        };
        assert_eq!(
            vector.describe(&["a", "b", "c", "d", "e"]),
            "−1/2 \"a\" + \"b\" + 2/3 \"c\" − 0.123457 \"d\" + 1e-8 \"e\""
        );
    }

    #[test]
    fn nothing_from_nothing() {
        assert_eq!(null_space(&Array2::zeros((0, 0)), 1e-9), []);
        assert_eq!(null_space(&Array2::zeros((2, 2)), 1e-9).len(), 2);
    }

    proptest! {
        #[test]
        fn a_planted_combination_is_found_in_any_units(
            weights in prop::collection::vec(prop_oneof![-2.0..-0.2f64, 0.2..2.0f64], 3),
            exponents in prop::collection::vec(-8..=8i32, 5),
            shift in 0..1000usize,
        ) {
            let units: Vec<f64> = exponents.iter().map(|&e| 10f64.powi(e)).collect();
            let rows: Vec<Vec<f64>> = (0..60).map(|k| {
                let x: Vec<f64> = (0..4).map(|j| noise(shift + 7 * k + 1000 * j)).collect();
                let sum = weights[0] * x[0] + weights[1] * x[1] + weights[2] * x[2];
                [x[0], x[1], x[2], x[3], sum].iter().zip(&units).map(|(value, unit)| value * unit).collect()
            }).collect();
            let basis = null_space(&gram(&rows), NULL_SPACE_TOLERANCE);
            prop_assert_eq!(basis.len(), 1);
            prop_assert_eq!(basis[0].parameters(), [0, 1, 2, 4]);
            prop_assert!(is_null(&basis[0], &rows));
        }
    }
}
