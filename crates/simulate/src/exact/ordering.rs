//! Plackett–Luce probabilities: the order in which the largest utilities come.

use super::softmax::scaled;

/// Probability that the best alternatives are those of `ordering`, in that order, under independent Gumbel noise.
///
/// ```text
/// Π_i exp(V_{o_i}/T) / Σ_{k not among o_1 … o_{i−1}} exp(V_k/T)
/// ```
///
/// The alternatives without replacement, each by the softmax over those that remain. 0 if one comes twice or does not
/// exist, 1 for the empty ordering.
///
/// # Source
/// Plackett (1975), *The analysis of permutations*; Luce (1959), *Individual Choice Behavior*.
pub fn ordering_probability(utilities: &[f64], temperature: f64, ordering: &[u32]) -> f64 {
    let mut remaining = utilities.to_vec();
    let mut probability = 1.0;
    for &best in ordering {
        match remaining.get(best as usize) {
            Some(&v) if v > f64::NEG_INFINITY => {
                let weights = scaled(&remaining, temperature);
                let sum = weights.iter().map(|v| v.exp()).sum::<f64>();
                probability *= weights[best as usize].exp() / sum;
                remaining[best as usize] = f64::NEG_INFINITY;
            }
            _ => return 0.0,
        }
    }
    probability
}

/// All orderings of the `top` best alternatives, with their probabilities: J (J − 1) … (J − top + 1) of them.
///
/// In lexicographic order.
pub fn orderings(utilities: &[f64], temperature: f64, top: usize) -> Vec<(Vec<u32>, f64)> {
    let mut found = vec![(Vec::new(), 1.0)];
    for _ in 0..top.min(utilities.len()) {
        let longer = found.iter().flat_map(|(start, probability): &(Vec<u32>, f64)| {
            let mut remaining = utilities.to_vec();
            for &taken in start {
                remaining[taken as usize] = f64::NEG_INFINITY;
            }
            let weights: Vec<f64> = scaled(&remaining, temperature).into_iter().map(f64::exp).collect();
            let sum = weights.iter().sum::<f64>();
            let next = (0..utilities.len() as u32).filter(|next| !start.contains(next));
            let next: Vec<(Vec<u32>, f64)> = next
                .map(|next| {
                    let ordering = start.iter().copied().chain([next]).collect();
                    (ordering, probability * weights[next as usize] / sum)
                })
                .collect();
            next
        });
        found = longer.collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{ordering_probability, orderings};

    #[test]
    fn three_alternatives_by_hand() {
        // Weights 1, 2, 3: 3/6 · 1/3.
        let utilities = [1.0, 2.0, 3.0].map(|w: f64| 2.0 * w.ln());
        let p = |ordering: &[u32]| ordering_probability(&utilities, 2.0, ordering);
        assert!((p(&[2, 0]) - 3.0 / 6.0 / 3.0).abs() < 1e-15);
        assert!((p(&[2, 0, 1]) - p(&[2, 0])).abs() < 1e-15);
        assert_eq!(p(&[]), 1.0);
        assert_eq!(p(&[1, 1]), 0.0);
        assert_eq!(p(&[3]), 0.0);
    }

    #[test]
    fn orderings_are_all_and_sum_to_one() {
        for temperature in [1e-6, 0.7, 1e6] {
            let utilities = [1e4, 3.0, -2.0, -1e4, 3.0];
            for (top, expected) in [(0, 1), (1, 5), (2, 20), (3, 60), (5, 120), (9, 120)] {
                let all = orderings(&utilities, temperature, top);
                assert_eq!(all.len(), expected);
                // A rounding for each of at most 120 terms.
                assert!((all.iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-13);
                for (ordering, p) in &all {
                    assert!((p - ordering_probability(&utilities, temperature, ordering)).abs() < 1e-15);
                }
            }
        }
    }
}
