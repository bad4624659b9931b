//! Clusters of several kinds at once, and what keeps their matrix a covariance.

use ndarray::Array2;

use crate::error::CovarianceError;
use crate::likelihood::LogLikelihood;
use crate::outer_product::outer_product;
use crate::symmetric::Eigen;

/// The group of every unit, from 0 on, and how many groups there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clustering {
    /// Of each unit.
    pub of_unit: Vec<u32>,
    /// Groups.
    pub n: usize,
}

impl Clustering {
    /// Units that are in one group of every one of these, numbered by first appearance.
    ///
    /// # Panics
    /// If there are none, or their units are not as many.
    pub fn intersection(clusterings: &[&Clustering]) -> Clustering {
        let n_units = clusterings[0].of_unit.len();
        assert!(
            clusterings.iter().all(|clustering| clustering.of_unit.len() == n_units),
            "clusterings are of the same units"
        );
        let mut known = std::collections::HashMap::new();
        let of_unit = (0..n_units)
            .map(|unit| {
                let key: Vec<u32> = clusterings.iter().map(|clustering| clustering.of_unit[unit]).collect();
                let next = known.len() as u32;
                *known.entry(key).or_insert(next)
            })
            .collect();
        Clustering {
            of_unit,
            n: known.len(),
        }
    }
}

/// The outer product of scores summed within clusters of several kinds, by inclusion and exclusion over their intersections:
///
/// ```text
/// B = Σ_{∅ ≠ S ⊆ kinds} (−1)^{|S|+1} c(G_S) B_S,   B_S = Σ_g s_g s_g′ over the groups g of the intersection of S
/// ```
///
/// With two kinds: B₁ + B₂ − B₁₂. c is a small-sample factor of the number of groups, 1 if there is none. K × K; of one kind
/// alone it is [`outer_product`], and it need not be positive semi-definite with more.
///
/// # Errors
/// As [`outer_product`].
///
/// # Source
/// Cameron, Gelbach and Miller (2011), *Robust inference with multiway clustering*, Journal of Business & Economic
/// Statistics 29(2).
pub fn multiway_outer_product(
    likelihood: &dyn LogLikelihood,
    theta: &[f64],
    kinds: &[Clustering],
    factor: &dyn Fn(usize) -> f64,
) -> Result<Array2<f64>, CovarianceError> {
    let mut sum = Array2::zeros((theta.len(), theta.len()));
    // Smaller sets first: what is added cancels exactly where kinds are the same.
    let mut subsets: Vec<u32> = (1..1 << kinds.len()).collect();
    subsets.sort_by_key(|subset: &u32| (subset.count_ones(), *subset));
    for subset in subsets {
        let chosen: Vec<&Clustering> = (0..kinds.len())
            .filter(|k| subset >> k & 1 == 1)
            .map(|k| &kinds[k])
            .collect();
        let product = match chosen.as_slice() {
            [one] => outer_product(likelihood, theta, &one.of_unit, one.n)? * factor(one.n),
            several => {
                let both = Clustering::intersection(several);
                outer_product(likelihood, theta, &both.of_unit, both.n)? * factor(both.n)
            }
        };
        match chosen.len() % 2 {
            1 => sum += &product,
            _ => sum -= &product,
        }
    }
    Ok(sum)
}

/// The nearest that is positive semi-definite: eigenvalues below 0 are set to 0. `None` if none is below 0 by more than
/// rounding.
///
/// ```text
/// V = U Λ U′,   V⁺ = U max(Λ, 0) U′
/// ```
///
/// # Source
/// Cameron, Gelbach and Miller (2011), §2.3.
pub fn positive_part(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    if matrix.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let eigen = Eigen::new(matrix);
    let rounding = -1e-14 * eigen.largest();
    if eigen.values.iter().all(|value| *value >= rounding) {
        return None;
    }
    let kept = eigen.values.mapv(|value| value.max(0.0));
    let product = (&eigen.vectors * &kept).dot(&eigen.vectors.t());
    Some(Array2::from_shape_fn(product.dim(), |(i, j)| {
        (product[[i, j]] + product[[j, i]]) / 2.0
    }))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::test_models::Logistic;

    fn clustering(of_unit: &[u32]) -> Clustering {
        Clustering {
            of_unit: of_unit.to_vec(),
            n: *of_unit.iter().max().unwrap() as usize + 1,
        }
    }

    /// Σ over pairs of units that share a group of any kind: the same by another way.
    #[test]
    fn two_and_three_kinds_are_sums_over_pairs_that_share_one() {
        let logistic = Logistic::simulated(40, 2);
        let theta = [0.2, -0.1];
        let of = |modulus: u32| clustering(&(0..40).map(|unit| unit * unit % modulus).collect::<Vec<_>>());
        for kinds in [vec![of(5), of(7)], vec![of(5), of(7), of(11)]] {
            let mut scores = Vec::new();
            logistic
                .visit_scores(&theta, &mut |_, score| scores.push(score.to_vec()))
                .unwrap();
            let mut expected = Array2::<f64>::zeros((2, 2));
            for (a, one) in scores.iter().enumerate() {
                for (b, other) in scores.iter().enumerate() {
                    if kinds.iter().any(|kind| kind.of_unit[a] == kind.of_unit[b]) {
                        expected += &Array2::from_shape_fn((2, 2), |(i, j)| one[i] * other[j]);
                    }
                }
            }
            let found = multiway_outer_product(&logistic, &theta, &kinds, &|_| 1.0).unwrap();
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-10, "absolute: {found} against {expected}");
            }
        }
    }

    #[test]
    fn kinds_that_coincide_are_one() {
        let logistic = Logistic::simulated(40, 2);
        let theta = [0.2, -0.1];
        let one = clustering(&(0..40).map(|unit| unit / 4).collect::<Vec<_>>());
        let product = outer_product(&logistic, &theta, &one.of_unit, one.n).unwrap();
        let factor = |n: usize| n as f64 / (n - 1) as f64;
        let twice = multiway_outer_product(&logistic, &theta, &[one.clone(), one.clone()], &|_| 1.0).unwrap();
        assert_eq!(twice, product, "to the last bit");
        let corrected = multiway_outer_product(&logistic, &theta, &[one], &factor).unwrap();
        assert_eq!(corrected, product * factor(10));
    }

    #[test]
    fn negative_eigenvalues_become_zero() {
        // Eigenvalues 3 and −1, vectors (1, 1) and (1, −1): what stays is 3/2 everywhere.
        let fixed = positive_part(&array![[1.0, 2.0], [2.0, 1.0]]).unwrap();
        for value in &fixed {
            assert!((value - 1.5).abs() < 1e-14);
        }
        assert_eq!(positive_part(&array![[2.0, 1.0], [1.0, 2.0]]), None);
        assert_eq!(positive_part(&array![[0.0, 0.0], [0.0, 1.0]]), None);
    }
}
