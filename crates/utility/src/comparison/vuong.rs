//! Vuong's test of two models that are not nested.

use logsum_estimate::two_sided_p_value;
use serde::{Deserialize, Serialize};

/// The variance of ln L₁ − ln L₂ over decision makers, all of them together, below which the two models say the same: what
/// is left is that both are only near their maxima (the Newton decrement at convergence is on the same scale, and below
/// 1e-9).
const SAME: f64 = 1e-6;

/// Two models against each other, by what their probabilities say of the same choices.
///
/// # Source
/// Vuong (1989), *Likelihood ratio tests for model selection and non-nested hypotheses*, Econometrica 57(2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vuong {
    /// Decision makers that count.
    pub n_decision_makers: usize,
    /// ln L₁ − ln L₂.
    pub log_likelihood_ratio: f64,
    /// ω²: the variance of the contributions to it over decision makers.
    pub variance: f64,
    /// Whether the contributions are the same but for rounding, so that there is nothing to test.
    pub identical: bool,
    /// ln L₁ − ln L₂ as it is.
    pub uncorrected: VuongTest,
    /// Less K₁ − K₂, as in the AIC.
    pub aic: VuongTest,
    /// Less (K₁ − K₂)/2 · ln(cases), as in the BIC.
    pub bic: VuongTest,
}

/// A statistic that is standard normal if neither model is nearer to the truth; positive where the first is preferred.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct VuongTest {
    /// The statistic; `None` where the models say the same.
    pub statistic: Option<f64>,
    /// Two-sided.
    pub p_value: Option<f64>,
}

/// Vuong's test from contributions of decision makers to ln L, weights included,
///
/// ```text
/// z = (Σ_n d_n − c) / √(N ω²),   d_n = ℓ₁ₙ − ℓ₂ₙ,   ω² = Σ_n (d_n − d̄)² / N
/// ```
///
/// with c = 0, K₁ − K₂ (AIC), and (K₁ − K₂)/2 · ln(cases) (BIC).
///
/// # Panics
/// If there are not as many contributions of the second model as of the first.
pub fn vuong(first: &[f64], second: &[f64], parameters: (usize, usize), n_cases: usize) -> Vuong {
    assert_eq!(first.len(), second.len(), "contributions of the same decision makers");
    let differences: Vec<f64> = first.iter().zip(second).map(|(one, other)| one - other).collect();
    let n = differences.len() as f64;
    let ratio: f64 = differences.iter().sum();
    let mean = ratio / n;
    let total: f64 = differences.iter().map(|d| (d - mean) * (d - mean)).sum();
    let identical = differences.is_empty() || (total <= SAME && ratio * ratio <= SAME);
    let more = parameters.0 as f64 - parameters.1 as f64;
    let test = |correction: f64| {
        let statistic = (total > SAME && total.is_finite()).then(|| (ratio - correction) / total.sqrt());
        VuongTest {
            statistic,
            p_value: statistic.map(two_sided_p_value),
        }
    };
    Vuong {
        n_decision_makers: differences.len(),
        log_likelihood_ratio: ratio,
        variance: if differences.is_empty() { 0.0 } else { total / n },
        identical,
        uncorrected: test(0.0),
        aic: test(more),
        bic: test(0.5 * more * (n_cases as f64).ln()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // d = 1, 3, -1, 1: sum 4, mean 1, squared deviations 0 + 4 + 4 + 0 = 8.
        let first = [-1.0, -1.0, -3.0, -2.0];
        let second = [-2.0, -4.0, -2.0, -3.0];
        let test = vuong(&first, &second, (3, 1), 20);
        assert_eq!(
            (test.n_decision_makers, test.log_likelihood_ratio, test.variance),
            (4, 4.0, 2.0)
        );
        let root = 8.0_f64.sqrt();
        for (test, top) in [
            (test.uncorrected, 4.0),
            (test.aic, 4.0 - 2.0),
            (test.bic, 4.0 - 20.0_f64.ln()),
        ] {
            assert!((test.statistic.unwrap() - top / root).abs() < 1e-15);
            assert!((test.p_value.unwrap() - two_sided_p_value(top / root)).abs() < 1e-15);
        }
        assert!(!test.identical);
        // The other way round it is the same with the other sign.
        let turned = vuong(&second, &first, (1, 3), 20);
        assert_eq!(turned.bic.statistic, test.bic.statistic.map(|z| -z));
        assert_eq!(turned.bic.p_value, test.bic.p_value);
    }

    #[test]
    fn the_same_contributions_leave_nothing_to_test() {
        let contributions = [-1.0, -0.5, -2.0];
        let nearly: Vec<f64> = contributions.iter().map(|value| value + 1e-9 * value).collect();
        for other in [contributions.to_vec(), nearly] {
            let test = vuong(&contributions, &other, (2, 2), 3);
            assert!(test.identical, "{test:?}");
            assert_eq!((test.uncorrected.statistic, test.bic.p_value), (None, None));
        }
        // A difference that is the same for all has no variance either, and is no identity.
        let better: Vec<f64> = contributions.iter().map(|value| value + 0.5).collect();
        let test = vuong(&better, &contributions, (2, 2), 3);
        assert_eq!((test.identical, test.uncorrected.statistic), (false, None));
        assert!(vuong(&[], &[], (1, 1), 0).identical);
    }
}
