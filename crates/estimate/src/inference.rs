//! From an estimate and its standard error to what stands in a table.

use libm::erfc;
use serde::{Deserialize, Serialize};
use statrs::function::erf::erfc_inv;
use statrs::function::gamma::gamma_ur;
use std::f64::consts::SQRT_2;

/// The p-value of a two-sided test, for a statistic that is standard normal under the hypothesis.
///
/// ```text
/// p = 2 (1 − Φ(|z|)) = erfc(|z| / √2)
/// ```
///
/// The second form keeps its digits far out, where 1 − Φ has none left: z = 10 gives 1.52e-23. NaN for NaN.
pub fn two_sided_p_value(z: f64) -> f64 {
    // libm's erfc is exact to a rounding; statrs 0.19's is off by 8e-11 at z = 1.
    erfc(z.abs() / SQRT_2)
}

/// Probability that a χ² variable exceeds `statistic`.
///
/// ```text
/// Q(k/2, x/2) = Γ(k/2, x/2) / Γ(k/2)
/// ```
///
/// Without degrees of freedom there is nothing to test: 1 unless the statistic is infinite.
/// Values below 1e-308 are 0.
pub fn chi_squared_tail(statistic: f64, degrees: usize) -> f64 {
    if statistic == f64::INFINITY {
        0.0
    } else if statistic.is_nan() {
        f64::NAN
    } else if degrees == 0 || statistic <= 0.0 {
        1.0
    } else {
        gamma_ur(degrees as f64 / 2.0, statistic / 2.0)
    }
}

/// The standard normal quantile Φ⁻¹(p): −∞ at 0, ∞ at 1, NaN outside.
pub fn normal_quantile(p: f64) -> f64 {
    if p == 0.0 {
        f64::NEG_INFINITY
    } else if p == 1.0 {
        f64::INFINITY
    } else if p > 0.0 && p < 1.0 {
        -SQRT_2 * erfc_inv(2.0 * p)
    } else {
        f64::NAN
    }
}

/// One row of a table of estimates, by the normal approximation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inference {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error, positive.
    pub std_error: f64,
    /// z = estimate / standard error: against the hypothesis of zero.
    pub statistic: f64,
    /// Two-sided p-value of `statistic`.
    pub p_value: f64,
    /// Lower end of the confidence interval.
    pub conf_low: f64,
    /// Upper end of the confidence interval.
    pub conf_high: f64,
}

impl Inference {
    /// Statistic, p-value and the interval `estimate ± Φ⁻¹((1 + confidence) / 2) · std_error`.
    ///
    /// `None` where there is nothing to infer from: a standard error that is not positive and finite (a parameter at its
    /// bound, say), an estimate that is not finite, or a `confidence` not between 0 and 1.
    pub fn new(estimate: f64, std_error: f64, confidence: f64) -> Option<Inference> {
        let sound = estimate.is_finite() && std_error.is_finite() && std_error > 0.0;
        if !(sound && confidence > 0.0 && confidence < 1.0) {
            return None;
        }
        let statistic = estimate / std_error;
        let half_width = -normal_quantile(0.5 * (1.0 - confidence)) * std_error;
        Some(Inference {
            estimate,
            std_error,
            statistic,
            p_value: two_sided_p_value(statistic),
            conf_low: estimate - half_width,
            conf_high: estimate + half_width,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_far_into_the_tail() {
        // From the NIST tables and, far out, the continued fraction of erfc in 50 digits.
        let cases = [
            (0.0, 1.0),
            (1.0, 0.3173105078629141),
            (1.96, 0.04999579029644087),
            (-1.96, 0.04999579029644087),
            (2.5758293035489004, 0.01),
            (5.0, 5.733031437583878e-7),
            (10.0, 1.523970604832105e-23),
            (30.0, 9.813427854297537e-198),
        ];
        for (z, p) in cases {
            let found = two_sided_p_value(z);
            // erfc amplifies the rounding of z/√2 by z², 900 ε at the most here.
            assert!(
                (found / p - 1.0).abs() < 1e-12,
                "relative: p({z}) = {found:e}, not {p:e}"
            );
        }
        assert!(two_sided_p_value(f64::NAN).is_nan());
        assert_eq!(two_sided_p_value(f64::INFINITY), 0.0);
    }

    #[test]
    fn quantiles() {
        let cases = [
            (0.5, 0.0),
            (0.975, 1.959963984540054),
            (0.025, -1.959963984540054),
            (0.995, 2.5758293035489004),
            (0.9, 1.2815515655446004),
            (1e-10, -6.361340902404056),
        ];
        for (p, z) in cases {
            let found = normal_quantile(p);
            assert!(
                (found - z).abs() < 1e-13,
                "absolute, a few roundings: {found} against {z}"
            );
        }
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(1.5).is_nan() && normal_quantile(f64::NAN).is_nan());
    }

    #[test]
    fn a_row_by_hand() {
        let row = Inference::new(-3.92, 2.0, 0.95).unwrap();
        assert_eq!(row.statistic, -1.96);
        assert!((row.p_value - 0.04999579029644087).abs() < 1e-15);
        assert!((row.conf_low - (-3.92 - 3.919927969080108)).abs() < 1e-12);
        assert!((row.conf_high - (-3.92 + 3.919927969080108)).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_inferred_from_nothing() {
        assert_eq!(Inference::new(1.0, 0.0, 0.95), None);
        assert_eq!(Inference::new(1.0, f64::NAN, 0.95), None);
        assert_eq!(Inference::new(f64::INFINITY, 1.0, 0.95), None);
        assert_eq!(Inference::new(1.0, 1.0, 1.0), None);
    }

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
}
