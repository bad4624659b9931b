//! The Kolmogorov–Smirnov test of a sample against a distribution.

use std::f64::consts::PI;

use serde::Serialize;

/// A sample against a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Kolmogorov {
    /// Size of the sample.
    pub n: usize,
    /// Largest distance between the empirical and the hypothesised distribution function.
    pub statistic: f64,
    /// Probability of a distance at least as large under the hypothesis.
    pub p_value: f64,
}

/// Tests a sample against a continuous distribution, given by its distribution function.
///
/// ```text
/// D = sup |F_n(x) − F(x)|        p ≈ Q((√n + 0.12 + 0.11/√n) D)
/// ```
///
/// An empty sample says nothing: D = 0, p = 1.
///
/// # Source
/// Stephens (1970), *Use of the Kolmogorov–Smirnov, Cramér–von Mises and related statistics without extensive tables*.
pub fn kolmogorov(sample: &[f64], distribution: impl Fn(f64) -> f64) -> Kolmogorov {
    let n = sample.len() as f64;
    let mut levels: Vec<f64> = sample.iter().map(|&x| distribution(x)).collect();
    levels.sort_unstable_by(f64::total_cmp);
    let distances = levels.iter().enumerate().map(|(i, &level)| {
        let (below, above) = (i as f64 / n, (i + 1) as f64 / n);
        // Not `max`, which passes over NaN.
        if level - below > above - level {
            level - below
        } else {
            above - level
        }
    });
    let statistic = distances.fold(
        0.0,
        |largest: f64, d| if d > largest || d.is_nan() { d } else { largest },
    );
    let p_value = match sample.len() {
        0 => 1.0,
        _ => kolmogorov_tail((n.sqrt() + 0.12 + 0.11 / n.sqrt()) * statistic),
    };
    Kolmogorov {
        n: sample.len(),
        statistic,
        p_value,
    }
}

/// Kolmogorov's limiting distribution, from above.
///
/// ```text
/// Q(λ) = 2 Σ_{k≥1} (−1)^{k−1} exp(−2 k² λ²) = 1 − √(2π)/λ · Σ_{k≥1} exp(−(2k−1)² π² / (8λ²))
/// ```
pub fn kolmogorov_tail(lambda: f64) -> f64 {
    if lambda.is_nan() {
        f64::NAN
    } else if lambda <= 0.0 {
        1.0
    } else if lambda < 1.18 {
        // Four terms of either series are exact to a rounding on its side of 1.18.
        let term = |k: i32| (-f64::from((2 * k - 1).pow(2)) * PI * PI / (8.0 * lambda * lambda)).exp();
        1.0 - (2.0 * PI).sqrt() / lambda * (1..=4).map(term).sum::<f64>()
    } else {
        let term = |k: i32| f64::from(1 - 2 * ((k - 1) % 2)) * (-2.0 * f64::from(k * k) * lambda * lambda).exp();
        2.0 * (1..=4).map(term).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use logsum_draws::Seed;
    use rand::RngExt;

    use super::super::testing::honest;
    use super::{kolmogorov, kolmogorov_tail};

    /// The values are those of the series in 30 digits; the last three are the usual table's 10, 5 and 1 %.
    #[test]
    fn tail_of_the_limit() {
        for (lambda, expected) in [
            (0.3, 0.999_990_694_198_665_4),
            (0.5, 0.963_945_243_664_875_1),
            (1.0, 0.269_999_671_677_354_5),
            (1.18, 0.123_453_809_429_765_68),
            (1.2, 0.112_249_666_670_724_96),
            (3.0, 3.045_995_948_942_526e-8),
            (10.0, 2.767_793_053_473_475e-87),
        ] {
            let found = kolmogorov_tail(lambda);
            // Next to 1.18 the fourth and fifth terms are below 1e-30; exp(−200) loses 200 ε.
            assert!((found / expected - 1.0).abs() < 1e-13, "{lambda}: {found}");
        }
        for (lambda, level) in [(1.223_85, 0.10), (1.358_10, 0.05), (1.627_62, 0.01)] {
            assert!((kolmogorov_tail(lambda) - level).abs() < 2e-6);
        }
        assert_eq!(kolmogorov_tail(0.0), 1.0);
        assert!(kolmogorov_tail(f64::NAN).is_nan());
    }

    #[test]
    fn distances_by_hand() {
        let uniform = |sample: &[f64]| kolmogorov(sample, |x: f64| x.clamp(0.0, 1.0)).statistic;
        assert_eq!(uniform(&[0.5]), 0.5);
        assert_eq!(uniform(&[0.75, 0.25]), 0.25);
        assert_eq!(uniform(&[0.9, 0.8, 0.95, 0.7]), 0.7);
        assert_eq!(uniform(&[0.0, 0.25]), 0.75);
        assert_eq!(kolmogorov(&[], |x| x).p_value, 1.0);
        assert!(kolmogorov(&[0.5, f64::NAN], |x| x).p_value.is_nan());
    }

    #[test]
    fn false_alarms_are_as_frequent_as_promised() {
        let mut p_values = Vec::new();
        let mut caught = 0;
        for replication in 0..2000 {
            let mut stream = Seed::new(21).stream(replication);
            let sample: Vec<f64> = (0..500).map(|_| stream.random::<f64>()).collect();
            p_values.push(kolmogorov(&sample, |x| x).p_value);
            caught += u32::from(kolmogorov(&sample, |x| x * x).p_value < 0.001);
        }
        honest(&p_values);
        assert_eq!(caught, 2000, "a wrong distribution passes");
    }
}
