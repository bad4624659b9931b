//! Tests of drawn frequencies against probabilities, each with its p-value.

mod contingency;
mod goodness;
mod kolmogorov;
mod total_variation;

pub use contingency::independence;
pub use goodness::{Goodness, RareCells, goodness};
pub use kolmogorov::{Kolmogorov, kolmogorov, kolmogorov_tail};
pub(crate) use total_variation::distance;
pub use total_variation::{TotalVariation, total_variation};

pub use logsum_estimate::chi_squared_tail;
use serde::Serialize;

/// How often something was drawn, and how probable the hypothesis makes it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// Times that it was drawn.
    pub count: u64,
    /// Its probability under the hypothesis.
    pub probability: f64,
}

/// Pairs counts with probabilities, as many as there are of both.
pub fn cells(counts: &[u64], probabilities: &[f64]) -> Vec<Cell> {
    let pairs = counts.iter().zip(probabilities);
    pairs
        .map(|(&count, &probability)| Cell { count, probability })
        .collect()
}

/// A statistic with its reference distribution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ChiSquared {
    /// χ² distributed under the hypothesis, in large samples.
    pub statistic: f64,
    /// Degrees of freedom.
    pub degrees: usize,
    /// Probability of a statistic at least as large under the hypothesis.
    pub p_value: f64,
}

impl ChiSquared {
    pub(crate) fn new(statistic: f64, degrees: usize) -> Self {
        ChiSquared {
            statistic,
            degrees,
            p_value: chi_squared_tail(statistic, degrees),
        }
    }
}

/// Standard score of a count, binomial under the hypothesis.
///
/// ```text
/// z = (n − R p) / √(R p (1 − p))
/// ```
///
/// 0 where the count is certain and met, infinite where it is certain and missed.
pub fn standard_score(cell: Cell, draws: u64) -> f64 {
    // A sum of rounded terms may be a rounding above 1, which is certainty all the same.
    let (draws, p) = (draws as f64, cell.probability.min(1.0));
    let difference = cell.count as f64 - draws * p;
    if difference == 0.0 {
        return 0.0;
    }
    difference / (draws * p * (1.0 - p)).sqrt()
}

#[cfg(test)]
pub(crate) mod testing {
    /// P-values of a true hypothesis: uniform, and below 5 % as often as that.
    ///
    /// Both at 5 standard deviations or p = 1e-6: a seeded test meets them by luck once in a million seeds.
    pub(crate) fn honest(p_values: &[f64]) {
        let n = p_values.len() as f64;
        let rejected = p_values.iter().filter(|&&p| p < 0.05).count() as f64;
        let spread = (n * 0.05 * 0.95).sqrt();
        assert!(
            (rejected - n * 0.05).abs() < 5.0 * spread,
            "{rejected} of {n} rejected at 5 %"
        );
        let uniform = super::kolmogorov(p_values, |p| p);
        assert!(uniform.p_value > 1e-6, "p-values are not uniform: {uniform:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, chi_squared_tail, standard_score};

    /// The values are those of the incomplete gamma function in 30 digits.
    #[test]
    fn tail_of_chi_squared() {
        for (degrees, statistic, expected) in [
            (1, 3.841_458_820_694_124, 0.05),
            (10, 18.307_038_053_275_146, 0.05),
            (4, 0.2, 0.995_321_159_839_555_5),
            (1000, 1000.0, 0.494_052_853_829_239_64),
            (1, 100.0, 1.523_970_604_832_105e-23),
            (99, 500.0, 7.615_943_956_673_797e-55),
            (1000, 2000.0, 4.143_678_591_454_991_7e-69),
            (10, 1000.0, 1.870_290_720_915_949_7e-208),
            (1, 1200.0, 6.099_568_814_808_434e-263),
            (100_000, 102_000.0, 4.411_939_255_120_306e-6),
        ] {
            let found = chi_squared_tail(statistic, degrees);
            // a ln x − x − ln Γ(a) loses as many digits as its terms are large.
            let lost = (statistic * (1.0 + statistic.ln())).max(10.0) * f64::EPSILON * 10.0;
            assert!(
                (found / expected - 1.0).abs() < lost,
                "{degrees} {statistic}: {found} for {expected}, {lost:e}"
            );
        }
        assert_eq!(chi_squared_tail(f64::INFINITY, 0), 0.0);
        assert_eq!(chi_squared_tail(0.0, 3), 1.0);
        assert_eq!(chi_squared_tail(0.0, 0), 1.0);
        assert!(chi_squared_tail(f64::NAN, 2).is_nan());
    }

    #[test]
    fn standard_scores_by_hand() {
        let z = |count, probability| standard_score(Cell { count, probability }, 100);
        assert_eq!(z(60, 0.5), 2.0);
        assert_eq!(z(6, 0.1), -4.0 / 9.0_f64.sqrt());
        assert_eq!(z(0, 0.0), 0.0);
        assert_eq!(z(100, 1.0), 0.0);
        assert_eq!(z(1, 0.0), f64::INFINITY);
        assert_eq!(z(99, 1.0), f64::NEG_INFINITY);
        assert_eq!(z(100, 1.0 + f64::EPSILON), 0.0);
        assert_eq!(z(99, 1.0 + f64::EPSILON), f64::NEG_INFINITY);
    }
}
