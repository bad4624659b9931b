//! From the estimates of resamples to intervals: percentile, and BCa.

use libm::erfc;

use crate::inference::normal_quantile;

/// Φ(x), the standard normal distribution function.
fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x / std::f64::consts::SQRT_2)
}

/// The quantile of a sample at `probability`: R values, `sorted` ascending.
///
/// ```text
/// h = (R + 1) p,   x_(⌊h⌋) + (h − ⌊h⌋) (x_(⌊h⌋+1) − x_(⌊h⌋))
/// ```
///
/// Beyond the ends it is the smallest or the largest. `None` of an empty sample, and for a probability outside [0, 1].
///
/// # Source
/// Davison and Hinkley (1997), *Bootstrap Methods and their Application*, §2.4: the order statistic (R + 1)p; between two of
/// them on a line (type 6 of Hyndman and Fan, 1996).
pub fn sample_quantile(sorted: &[f64], probability: f64) -> Option<f64> {
    let n = sorted.len();
    if n == 0 || !(0.0..=1.0).contains(&probability) {
        return None;
    }
    let place = ((n + 1) as f64 * probability).clamp(1.0, n as f64);
    let below = place.floor() as usize;
    let (low, high) = (sorted[below - 1], sorted[below.min(n - 1)]);
    Some(low + (place - below as f64) * (high - low))
}

/// The percentile interval at `level`: the quantiles (1 − level)/2 and (1 + level)/2 of the `sorted` estimates of resamples.
///
/// # Source
/// Efron and Tibshirani (1993), *An Introduction to the Bootstrap*, ch. 13.
pub fn percentile_interval(sorted: &[f64], level: f64) -> Option<(f64, f64)> {
    let low = sample_quantile(sorted, (1.0 - level) / 2.0)?;
    Some((low, sample_quantile(sorted, (1.0 + level) / 2.0)?))
}

/// The acceleration of a statistic from the influence of the n parts of the data on it:
///
/// ```text
/// a = Σ l³ / (6 (Σ l²)^{3/2})
/// ```
///
/// With l_n = (−H)⁻¹ s_n, from the scores s_n at the estimates, it is that of the infinitesimal jackknife, which needs no
/// estimation. 0 where nothing has influence.
///
/// # Source
/// Efron (1987), *Better bootstrap confidence intervals*, Journal of the American Statistical Association 82, (6.6).
pub fn acceleration(influence: impl Iterator<Item = f64> + Clone) -> f64 {
    // Scaled, so that cubes neither overflow nor vanish.
    let largest = influence
        .clone()
        .fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in influence {
        let value = value / largest;
        squares += value * value;
        cubes += value * value * value;
    }
    cubes / (6.0 * squares.powf(1.5))
}

/// The correction z₀ for the bias of the median: Φ⁻¹ of the share of the `sorted` estimates of resamples that are below
/// `estimate`, half of those equal to it. Infinite if all are on one side.
pub fn bias_correction(sorted: &[f64], estimate: f64) -> f64 {
    let below = sorted.partition_point(|value| *value < estimate);
    let not_above = sorted.partition_point(|value| *value <= estimate);
    normal_quantile((below + not_above) as f64 / 2.0 / sorted.len() as f64)
}

/// The bias-corrected and accelerated interval at `level`:
///
/// ```text
/// α₁, α₂ = Φ(z₀ + (z₀ + z) / (1 − a (z₀ + z))),   z = Φ⁻¹((1 ∓ level)/2)
/// ```
///
/// the quantiles of the `sorted` estimates at α₁ and α₂. `None` where z₀ is infinite (all resamples are on one side of the
/// estimate) or the acceleration so large that 1 − a (z₀ + z) is not positive.
///
/// # Source
/// Efron (1987), *Better bootstrap confidence intervals*, Journal of the American Statistical Association 82.
pub fn bca_interval(sorted: &[f64], estimate: f64, acceleration: f64, level: f64) -> Option<(f64, f64)> {
    let bias = bias_correction(sorted, estimate);
    if !bias.is_finite() {
        return None;
    }
    let end = |probability: f64| {
        let shifted = bias + normal_quantile(probability);
        let denominator = 1.0 - acceleration * shifted;
        (denominator > 0.0).then(|| normal_cdf(bias + shifted / denominator))
    };
    let low = sample_quantile(sorted, end((1.0 - level) / 2.0)?)?;
    Some((low, sample_quantile(sorted, end((1.0 + level) / 2.0)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "absolute: {found} against {expected}");
    }

    #[test]
    fn quantiles_by_hand() {
        let sorted: Vec<f64> = (1..=9).map(f64::from).collect();
        near(sample_quantile(&sorted, 0.5).unwrap(), 5.0);
        near(sample_quantile(&sorted, 0.25).unwrap(), 2.5);
        near(sample_quantile(&sorted, 0.01).unwrap(), 1.0);
        near(sample_quantile(&sorted, 0.99).unwrap(), 9.0);
        assert_eq!(sample_quantile(&[], 0.5), None);
        assert_eq!(sample_quantile(&sorted, 1.5), None);
        assert_eq!(percentile_interval(&sorted, 0.8), Some((1.0, 9.0)));
    }

    #[test]
    fn accelerations_by_hand() {
        // Σ l³ = 8 − 1 − 1 = 6, Σ l² = 6: a = 6 / (6 · 6^1.5).
        near(acceleration([2.0, -1.0, -1.0].into_iter()), 1.0 / 6.0f64.powf(1.5));
        near(
            acceleration([2e200, -1e200, -1e200].into_iter()),
            1.0 / 6.0f64.powf(1.5),
        );
        assert_eq!(acceleration([1.0, -1.0].into_iter()), 0.0);
        assert_eq!(acceleration([0.0, 0.0].into_iter()), 0.0);
    }

    #[test]
    fn without_bias_and_acceleration_bca_is_percentile() {
        let sorted: Vec<f64> = (-500..=500).map(f64::from).collect();
        let (low, high) = bca_interval(&sorted, 0.0, 0.0, 0.9).unwrap();
        let (from, to) = percentile_interval(&sorted, 0.9).unwrap();
        assert!((low - from).abs() < 1e-9 && (high - to).abs() < 1e-9);
    }

    #[test]
    fn bca_shifts_with_bias_and_acceleration() {
        let sorted: Vec<f64> = (0..999).map(f64::from).collect();
        // z₀ = Φ⁻¹(0.6) = 0.25335; z = ∓1.64485; a = 0.1.
        let bias = bias_correction(&sorted, 599.4);
        near(bias, normal_quantile(600.0 / 999.0));
        let place = |z: f64| 1000.0 * normal_cdf(bias + (bias + z) / (1.0 - 0.1 * (bias + z))) - 1.0;
        let z = normal_quantile(0.95);
        let (low, high) = bca_interval(&sorted, 599.4, 0.1, 0.9).unwrap();
        assert!((low - place(-z)).abs() < 1e-9 && (high - place(z)).abs() < 1e-9);
        assert!(low > 49.0 && high > 949.0);
        assert_eq!(bca_interval(&sorted, -1.0, 0.0, 0.9), None, "no resample is below");
        assert_eq!(
            bca_interval(&sorted, 500.0, 1.0, 0.9),
            None,
            "the acceleration is too large"
        );
    }
}
