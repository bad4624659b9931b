//! Ben-Akiva and Swait's test of two models that are not nested.

use serde::{Deserialize, Serialize};

use crate::fit::Fit;

/// Two models against each other, by how much better the adjusted likelihood-ratio index ρ̄² of one is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenAkivaSwait {
    /// ρ̄² = 1 − (ln L − K) / ln L(0) of both, against equal shares.
    pub rho_squared_adjusted: [f64; 2],
    /// 0 or 1: the model with the larger ρ̄².
    pub better: usize,
    /// The difference z of the two, positive.
    pub difference: f64,
    /// What the test compares with a standard normal, √(−2 z ln L(0) + K_better − K_other); `None` where it has no root.
    pub statistic: Option<f64>,
    /// A bound on the probability that the worse model is the true one, though its ρ̄² is lower by that much.
    pub p_bound: Option<f64>,
}

/// The test of two fits of the same choices, in which neither model restricts the other:
///
/// ```text
/// Pr(ρ̄²_better − ρ̄²_other > z) ≤ Φ(−√(−2 z ln L(0) + K_better − K_other)),   z > 0
/// ```
///
/// if the other model is true; ln L(0) is that of equal shares over the alternatives available. Asymptotic, and a bound:
/// the true probability may be much smaller. `None` where ln L(0) is 0, or both have the same ρ̄².
///
/// # Source
/// Ben-Akiva and Swait (1986), *The Akaike likelihood ratio index*, Transportation Science 20(2); Horowitz (1983),
/// *Statistical comparison of non-nested probabilistic discrete choice models*, Transportation Science 17(3).
pub fn ben_akiva_swait(first: &Fit, second: &Fit) -> Option<BenAkivaSwait> {
    let index = |fit: &Fit| fit.rho_squared_adjusted.filter(|index| index.is_finite());
    let both = [index(first)?, index(second)?];
    let parameters = [first.n_parameters as f64, second.n_parameters as f64];
    compare(both, parameters, first.log_likelihood_null)
}

fn compare(both: [f64; 2], parameters: [f64; 2], null: f64) -> Option<BenAkivaSwait> {
    let better = usize::from(both[1] > both[0]);
    let difference = both[better] - both[1 - better];
    if difference <= 0.0 {
        return None;
    }
    let squared = -2.0 * difference * null + parameters[better] - parameters[1 - better];
    let statistic = (squared >= 0.0).then(|| squared.sqrt());
    Some(BenAkivaSwait {
        rho_squared_adjusted: both,
        better,
        difference,
        statistic,
        // Φ(−x) is half of the two-sided p-value.
        p_bound: statistic.map(|statistic| 0.5 * logsum_estimate::two_sided_p_value(statistic)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // −2 · 0.01 · (−250) + 3 − 4 = 4: Φ(−2) = 0.02275.
        let test = compare([0.21, 0.20], [3.0, 4.0], -250.0).unwrap();
        assert_eq!(test.better, 0);
        assert!((test.statistic.unwrap() - 2.0).abs() < 1e-12, "{test:?}");
        assert!(
            (test.p_bound.unwrap() - 0.022_750_131_948_179).abs() < 1e-13,
            "{test:?}"
        );
        let turned = compare([0.20, 0.21], [4.0, 3.0], -250.0).unwrap();
        assert_eq!((turned.better, turned.p_bound), (1, test.p_bound));
        // Better by next to nothing, and with fewer parameters: the bound says nothing.
        let close = compare([0.2001, 0.2], [3.0, 4.0], -250.0).unwrap();
        assert_eq!((close.statistic, close.p_bound), (None, None));
        assert_eq!(compare([0.2, 0.2], [3.0, 4.0], -250.0), None);
    }
}
