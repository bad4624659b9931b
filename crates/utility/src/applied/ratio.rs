//! Ratios of two estimates, and intervals for them.

use logsum_draws::Seed;
use logsum_estimate::normal_quantile;

/// How an interval of a ratio is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatioInterval {
    /// Ratio ± z standard errors by the delta method.
    Delta,
    /// Fieller's: all r for which a − r b, normal with known variance, is not significantly different from 0. It need not
    /// be bounded where b is not clearly different from 0.
    Fieller,
    /// Krinsky and Robb's: quantiles of the ratio of draws from the normal distribution of both estimates.
    Simulated {
        /// Number of draws.
        draws: usize,
        /// Their seed.
        seed: u64,
    },
}

/// A ratio a / b of two estimates that are jointly normal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ratio {
    pub top: f64,
    pub bottom: f64,
    /// Var a, Cov(a, b), Var b.
    pub covariance: [f64; 3],
}

impl Ratio {
    pub fn value(&self) -> f64 {
        self.top / self.bottom
    }

    /// By the delta method.
    ///
    /// ```text
    /// se² = (Var a − 2 r Cov(a, b) + r² Var b) / b²
    /// ```
    pub fn std_error(&self) -> f64 {
        let [a, ab, b] = self.covariance;
        let r = self.value();
        (a - 2.0 * r * ab + r * r * b).max(0.0).sqrt() / self.bottom.abs()
    }

    /// The interval at that level, low end first; of Fieller's `None` where it is not bounded.
    pub fn interval(&self, how: RatioInterval, confidence: f64) -> Option<[f64; 2]> {
        let z = -normal_quantile(0.5 * (1.0 - confidence));
        match how {
            RatioInterval::Delta => {
                let half_width = z * self.std_error();
                Some([self.value() - half_width, self.value() + half_width])
            }
            RatioInterval::Fieller => self.fieller(z),
            RatioInterval::Simulated { draws, seed } => self.simulated(confidence, draws, seed),
        }
    }

    /// The roots r of (a − r b)² = z² (Var a − 2 r Cov(a, b) + r² Var b).
    fn fieller(&self, z: f64) -> Option<[f64; 2]> {
        let [a, ab, b] = self.covariance.map(|of| z * z * of);
        let square = self.bottom * self.bottom - b;
        let middle = self.top * self.bottom - ab;
        let constant = self.top * self.top - a;
        let root = (middle * middle - square * constant).sqrt();
        (square > 0.0 && root.is_finite()).then(|| [(middle - root) / square, (middle + root) / square])
    }

    fn simulated(&self, confidence: f64, draws: usize, seed: u64) -> Option<[f64; 2]> {
        let [a, ab, b] = self.covariance;
        // b = bottom + s₁ξ₁, a = top + c ξ₁ + s₂ξ₂.
        let of_bottom = b.max(0.0).sqrt();
        let shared = if of_bottom > 0.0 { ab / of_bottom } else { 0.0 };
        let own = (a - shared * shared).max(0.0).sqrt();
        let mut stream = Seed::new(seed).stream(0);
        let mut normal = || logsum_draws::normal_quantile(stream.open01());
        let mut ratios: Vec<f64> = (0..draws)
            .map(|_| {
                let (first, second) = (normal(), normal());
                (self.top + shared * first + own * second) / (self.bottom + of_bottom * first)
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - confidence);
        Some([quantile(&ratios, tail)?, quantile(&ratios, 1.0 - tail)?])
    }
}

/// The quantile of sorted values at p, between neighbours linearly.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let at = p * sorted.len().checked_sub(1)? as f64;
    let below = sorted.get(at.floor() as usize)?;
    let above = sorted.get(at.ceil() as usize)?;
    Some(below + (at - at.floor()) * (above - below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_agree_where_the_denominator_is_sure_and_cover_where_it_is_not() {
        let sure = Ratio {
            top: -1.2,
            bottom: -0.8,
            covariance: [1e-4, 5e-6, 1e-6],
        };
        let delta = sure.interval(RatioInterval::Delta, 0.95).unwrap();
        let fieller = sure.interval(RatioInterval::Fieller, 0.95).unwrap();
        let how = RatioInterval::Simulated {
            draws: 200_000,
            seed: 7,
        };
        let simulated = sure.interval(how, 0.95).unwrap();
        for end in 0..2 {
            // They differ in the second order, by the coefficient of variation of b squared and its correlation with a.
            assert!((delta[end] - fieller[end]).abs() < 2e-4, "{delta:?} {fieller:?}");
            // Quantiles of so many draws are off by 0.3 % of the interval.
            assert!((delta[end] - simulated[end]).abs() < 5e-4, "{delta:?} {simulated:?}");
        }
        assert_eq!(sure.interval(how, 0.95), Some(simulated), "the same seed");
        // By hand: r with (2 − r)² = 1.96² (0.01 + 0.04 r²).
        let ratio = Ratio {
            top: 2.0,
            bottom: 1.0,
            covariance: [0.01, 0.0, 0.04],
        };
        for r in ratio.interval(RatioInterval::Fieller, 0.95).unwrap() {
            let z = 1.959_963_984_540_054_f64;
            let gap = (2.0 - r) * (2.0 - r) - z * z * (0.01 + 0.04 * r * r);
            assert!(gap.abs() < 1e-12, "{gap}");
        }
        // Fieller's and Krinsky and Robb's are lopsided to the same side, and near each other.
        let fieller = ratio.interval(RatioInterval::Fieller, 0.95).unwrap();
        let simulated = ratio.interval(how, 0.95).unwrap();
        assert!(fieller[1] - 2.0 > 2.0 - fieller[0] && simulated[1] - 2.0 > 2.0 - simulated[0]);
        assert!((fieller[1] - simulated[1]).abs() < 0.05 && (fieller[0] - simulated[0]).abs() < 0.02);
        // A denominator that may be 0 leaves no bounded interval.
        let unsure = Ratio {
            covariance: [0.01, 0.0, 0.3],
            ..ratio
        };
        assert_eq!(unsure.interval(RatioInterval::Fieller, 0.95), None);
    }
}
