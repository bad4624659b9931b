//! The outer product of scores.

use ndarray::{Array2, ArrayView2, s};

use crate::error::CovarianceError;
use crate::likelihood::LogLikelihood;

/// Group scores held back and multiplied together, for speed.
const BLOCK: usize = 256;

/// The outer product of the scores at `theta`, summed within groups first:
///
/// ```text
/// B = Σ_g s_g s_g′,   s_g = Σ_{units n of g} ∂ ln L_n / ∂θ
/// ```
///
/// K × K over all parameters. `groups`: the group of every unit, from 0 to `n_groups` − 1; groups without a unit do no
/// harm. Where the units of each group follow one another, scores are never kept; otherwise `n_groups` × K numbers are.
/// Groups enter in the order of their first unit, so the result has the same bits either way and however the scores were
/// computed.
///
/// # Errors
/// [`CovarianceError::GroupsLength`], [`CovarianceError::GroupCode`], and [`CovarianceError::Scores`] if the scores
/// cannot be had at `theta`.
pub fn outer_product(
    likelihood: &dyn LogLikelihood,
    theta: &[f64],
    groups: &[u32],
    n_groups: usize,
) -> Result<Array2<f64>, CovarianceError> {
    let n_units = likelihood.n_units();
    if groups.len() != n_units {
        return Err(CovarianceError::GroupsLength {
            expected: n_units,
            found: groups.len(),
        });
    }
    if let Some((unit, &group)) = groups
        .iter()
        .enumerate()
        .find(|&(_, &group)| group as usize >= n_groups)
    {
        return Err(CovarianceError::GroupCode { unit, group, n_groups });
    }
    let mut sum = OuterSum::new(theta.len());
    if are_consecutive(groups, n_groups) {
        let mut pending: Option<u32> = None;
        let mut score = vec![0.0; theta.len()];
        likelihood.visit_scores(theta, &mut |unit, unit_score| {
            if pending != Some(groups[unit]) {
                if pending.is_some() {
                    sum.add(&score);
                }
                pending = Some(groups[unit]);
                score.fill(0.0);
            }
            accumulate(&mut score, unit_score);
        })?;
        if pending.is_some() {
            sum.add(&score);
        }
    } else {
        let mut position = vec![usize::MAX; n_groups];
        let mut n_seen = 0;
        for &group in groups {
            let place = &mut position[group as usize];
            if *place == usize::MAX {
                *place = n_seen;
                n_seen += 1;
            }
        }
        let n = theta.len();
        let mut scores = vec![0.0; n_seen * n];
        likelihood.visit_scores(theta, &mut |unit, unit_score| {
            let row = position[groups[unit] as usize];
            accumulate(&mut scores[row * n..(row + 1) * n], unit_score);
        })?;
        for row in 0..n_seen {
            sum.add(&scores[row * n..(row + 1) * n]);
        }
    }
    Ok(sum.finish())
}

/// Whether no group comes back after another one began.
fn are_consecutive(groups: &[u32], n_groups: usize) -> bool {
    let mut seen = vec![false; n_groups];
    let mut previous = None;
    groups.iter().all(|&group| {
        if previous == Some(group) {
            return true;
        }
        previous = Some(group);
        !std::mem::replace(&mut seen[group as usize], true)
    })
}

fn accumulate(sum: &mut [f64], score: &[f64]) {
    for (total, element) in sum.iter_mut().zip(score) {
        *total += element;
    }
}

/// Σ s s′, a block of scores at a time.
struct OuterSum {
    block: Array2<f64>,
    n_filled: usize,
    total: Array2<f64>,
}

impl OuterSum {
    fn new(n: usize) -> OuterSum {
        OuterSum {
            block: Array2::zeros((BLOCK, n)),
            n_filled: 0,
            total: Array2::zeros((n, n)),
        }
    }

    fn add(&mut self, score: &[f64]) {
        self.block
            .row_mut(self.n_filled)
            .iter_mut()
            .zip(score)
            .for_each(|(place, element)| *place = *element);
        self.n_filled += 1;
        if self.n_filled == BLOCK {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let filled: ArrayView2<f64> = self.block.slice(s![..self.n_filled, ..]);
        self.total += &filled.t().dot(&filled);
        self.n_filled = 0;
    }

    fn finish(mut self) -> Array2<f64> {
        self.flush();
        // The product may round the two triangles differently.
        let total = &self.total;
        Array2::from_shape_fn(total.dim(), |(i, j)| total[[i.max(j), i.min(j)]])
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::test_models::Logistic;

    #[test]
    fn by_hand() {
        // At θ = 0 every probability is ½ and the score of a unit is (y − ½) x.
        let logistic = Logistic::new(
            vec![vec![1.0, 2.0], vec![1.0, 4.0], vec![1.0, -2.0]],
            vec![1.0, 0.0, 0.0],
        );
        let theta = [0.0, 0.0];
        // Scores (½, 1), (−½, −2), (−½, 1).
        let apart = outer_product(&logistic, &theta, &[0, 1, 2], 3).unwrap();
        assert_eq!(apart, array![[0.75, 1.0], [1.0, 6.0]]);
        // Groups {0, 2} and {1}: (0, 2), (−½, −2).
        let grouped = outer_product(&logistic, &theta, &[5, 1, 5], 6).unwrap();
        assert_eq!(grouped, array![[0.25, 1.0], [1.0, 8.0]]);
    }

    #[test]
    fn scattered_groups_give_the_bits_of_consecutive_ones() {
        // More groups than a block, several units each; scattering keeps the order within a group and of first units.
        let n_groups = 700;
        let logistic = Logistic::simulated(3 * n_groups, 3);
        let theta = [0.1, -0.2, 0.3];
        let consecutive: Vec<u32> = (0..3 * n_groups as u32).map(|unit| unit / 3).collect();
        let order: Vec<usize> = (0..3).flat_map(|k| (0..n_groups).map(move |g| 3 * g + k)).collect();
        let scattered: Vec<u32> = order.iter().map(|&unit| consecutive[unit]).collect();
        assert!(are_consecutive(&consecutive, n_groups) && !are_consecutive(&scattered, n_groups));
        let one = outer_product(&logistic, &theta, &consecutive, n_groups).unwrap();
        let other = outer_product(&logistic.reordered(&order), &theta, &scattered, n_groups).unwrap();
        assert_eq!(one, other);
        assert_eq!(one, one.t());
    }

    #[test]
    fn groups_are_checked() {
        let logistic = Logistic::simulated(3, 1);
        let message = |groups: &[u32], n_groups| {
            outer_product(&logistic, &[0.0], groups, n_groups)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(message(&[0, 1], 2), "2 group codes for 3 units; give one for each");
        assert_eq!(
            message(&[0, 1, 2], 2),
            "unit 2: group 2 of 2; codes run from 0 to 2 − 1"
        );
    }
}
