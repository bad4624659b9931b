//! Every sampler against its own law. The seeds are fixed and the level is 1 in 1000 each; a wrong variant beside each
//! is rejected at less than 1 in a million.

use rand::Rng;
use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

use crate::{Seed, Stream, ln_positive_stable, positive_stable};

const LEVEL: f64 = 1e-3;
const REJECTED: f64 = 1e-6;
const N: usize = 100_000;

fn draws(seed: u64, fill: impl Fn(&mut Stream, &mut [f64])) -> Vec<f64> {
    let mut values = vec![0.0; N];
    fill(&mut Seed::new(seed).stream(3), &mut values);
    values
}

/// p-value of the Kolmogorov–Smirnov statistic, from its limit law.
fn kolmogorov(mut values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let distance = values.iter().enumerate().fold(0.0_f64, |distance, (i, &x)| {
        let p = cdf(x);
        distance.max(p - i as f64 / n).max((i + 1) as f64 / n - p)
    });
    let x = (n.sqrt() + 0.12 + 0.11 / n.sqrt()) * distance;
    let term = |k: i32| (-2.0 * f64::from(k * k) * x * x).exp();
    (1..100)
        .map(|k| if k % 2 == 1 { 2.0 * term(k) } else { -2.0 * term(k) })
        .sum::<f64>()
        .clamp(0.0, 1.0)
}

/// Two-sided p-value of a standard normal statistic.
fn two_sided(z: f64) -> f64 {
    2.0 * Normal::standard().sf(z.abs())
}

#[test]
fn bulk_uniforms_are_the_words_one_by_one() {
    for begun in [0, 1, 2, 3] {
        for n in [0, 1, 2, 3, 16, 33, 1000] {
            let (mut one_by_one, mut bulk) = (Seed::new(8).stream(4), Seed::new(8).stream(4));
            for _ in 0..begun {
                assert_eq!(one_by_one.next_u64(), bulk.next_u64());
            }
            let expected: Vec<f64> = (0..n).map(|_| one_by_one.open01()).collect();
            let mut values = vec![0.0; n];
            bulk.fill_open01(&mut values);
            assert_eq!(values, expected, "{n} after {begun}");
            assert_eq!(one_by_one.next_u64(), bulk.next_u64(), "{n} after {begun}");
        }
    }
    let bits = Seed::new(8).stream(4).next_u64();
    let uniform = ((bits >> 12) as f64 + 0.5) * (-52.0_f64).exp2();
    assert_eq!(Seed::new(8).stream(4).open01(), uniform);
}

#[test]
fn transforms_of_the_same_uniforms() {
    for n in [1, 511, 512, 1025] {
        let fill = |fill: fn(&mut Stream, &mut [f64])| {
            let mut values = vec![0.0; n];
            fill(&mut Seed::new(2).stream(0), &mut values);
            values
        };
        let uniforms = fill(Stream::fill_open01);
        let exponentials: Vec<f64> = uniforms.iter().map(|&u| -crate::ln(u)).collect();
        assert_eq!(fill(Stream::fill_exponential), exponentials);
        let gumbels: Vec<f64> = exponentials.iter().map(|&e| -crate::ln(e)).collect();
        assert_eq!(fill(Stream::fill_gumbel), gumbels);
        assert_eq!(fill(|stream, values| values.fill_with(|| stream.gumbel())), gumbels);
    }
}

#[test]
fn uniforms_lie_between_and_fill_their_bins() {
    let values = draws(1, Stream::fill_open01);
    assert!(values.iter().all(|&u| 0.0 < u && u < 1.0));
    let p_of_bins = |values: &[f64]| {
        let mut counts = [0.0; 256];
        for u in values {
            counts[(u * 256.0) as usize] += 1.0;
        }
        let expected = values.len() as f64 / 256.0;
        let statistic: f64 = counts
            .iter()
            .map(|count: &f64| (count - expected).powi(2) / expected)
            .sum();
        ChiSquared::new(255.0).expect("degrees").sf(statistic)
    };
    assert!(p_of_bins(&values) > LEVEL);
    let wrong: Vec<f64> = values.iter().map(|u| u.powf(1.05)).collect();
    assert!(p_of_bins(&wrong) < REJECTED);
    assert!(kolmogorov(values, |u| u) > LEVEL);
    assert!(kolmogorov(wrong, |u| u) < REJECTED);
}

#[test]
fn uniforms_have_their_moments_and_no_memory() {
    let values = draws(2, Stream::fill_open01);
    let n = N as f64;
    let p_of_moment = |values: &[f64], power: i32| {
        let k = f64::from(power);
        let (mean, variance) = (1.0 / (k + 1.0), 1.0 / (2.0 * k + 1.0) - (k + 1.0).powi(-2));
        let observed = values.iter().map(|u| u.powi(power)).sum::<f64>() / n;
        two_sided((observed - mean) / (variance / n).sqrt())
    };
    // Correlations of uniforms have a variance of 1/n about 0.
    let p_of_lag = |values: &[f64], lag: usize| {
        let products = values.iter().zip(&values[lag..]).map(|(a, b)| (a - 0.5) * (b - 0.5));
        two_sided(12.0 * products.sum::<f64>() / ((N - lag) as f64).sqrt())
    };
    for power in [1, 2, 3, 4] {
        assert!(p_of_moment(&values, power) > LEVEL, "power {power}");
    }
    // Neighbours within a block, blocks, and vectors of several widths.
    for lag in [1, 2, 3, 4, 8, 16, 32, 256, 512] {
        assert!(p_of_lag(&values, lag) > LEVEL, "lag {lag}");
    }
    let smoothed: Vec<f64> = values.windows(2).map(|w| 0.95 * w[0] + 0.05 * w[1]).collect();
    assert!(p_of_lag(&smoothed, 1) < REJECTED);
    let low: Vec<f64> = values.iter().map(|u| 0.98 * u).collect();
    assert!(p_of_moment(&low, 1) < REJECTED);
}

#[test]
fn exponentials_follow_their_law() {
    let values = draws(3, Stream::fill_exponential);
    assert!(values.iter().all(|&e| e > 0.0 && e.is_finite()));
    let cdf = |rate: f64| move |x: f64| -(-rate * x).exp_m1();
    assert!(kolmogorov(values.clone(), cdf(1.0)) > LEVEL);
    assert!(kolmogorov(values, cdf(1.03)) < REJECTED);
}

#[test]
fn gumbels_follow_their_law() {
    let values = draws(4, Stream::fill_gumbel);
    assert!(values.iter().all(|&g| (-3.7..36.8).contains(&g)));
    let cdf = |x: f64| (-(-x).exp()).exp();
    assert!(kolmogorov(values.clone(), cdf) > LEVEL);
    // Turned round: the Gumbel of minima.
    assert!(kolmogorov(values.iter().map(|g| -g).collect(), cdf) < REJECTED);
    assert!(kolmogorov(values.iter().map(|g| g + 0.03).collect(), cdf) < REJECTED);
}

#[test]
fn single_gumbels_follow_their_law() {
    let cdf = |x: f64| (-(-x).exp()).exp();
    let values = draws(9, |stream, values| values.fill_with(|| stream.gumbel()));
    assert!(kolmogorov(values.clone(), cdf) > LEVEL);
    assert!(kolmogorov(values.iter().map(|g| 1.03 * g).collect(), cdf) < REJECTED);
}

#[test]
fn a_half_stable_draw_is_levy() {
    // α = ½: E exp(−tS) = exp(−√t), the Lévy law of scale ½, with P(S ≤ x) = erfc(1/(2√x)) = 2 (1 − Φ(1/√(2x))).
    let cdf = |x: f64| 2.0 * Normal::standard().sf((2.0 * x).sqrt().recip());
    let values = |alpha: f64| draws(5, |stream, values| values.fill_with(|| positive_stable(stream, alpha)));
    assert!(kolmogorov(values(0.5), cdf) > LEVEL);
    assert!(kolmogorov(values(0.52), cdf) < REJECTED);
}

#[test]
fn stable_draws_have_their_laplace_transform() {
    let p_of_transform = |alpha: f64, claimed: f64, t: f64| {
        let terms = draws(6, |stream, values| {
            values.fill_with(|| (-t * positive_stable(stream, alpha)).exp());
        });
        let mean = terms.iter().sum::<f64>() / N as f64;
        let variance = terms.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (N - 1) as f64;
        two_sided((mean - (-t.powf(claimed)).exp()) / (variance / N as f64).sqrt())
    };
    for alpha in [0.1, 0.3, 0.5, 0.8, 0.97] {
        for t in [0.1, 0.5, 2.0, 5.0] {
            assert!(p_of_transform(alpha, alpha, t) > LEVEL, "α = {alpha}, t = {t}");
        }
        assert!(p_of_transform(alpha, alpha + 0.03, 5.0) < REJECTED, "α = {alpha}");
    }
}

#[test]
fn stable_draws_at_the_ends_of_the_index() {
    let mut stream = Seed::new(7).stream(0);
    for _ in 0..1000 {
        assert_eq!(positive_stable(&mut stream, 1.0), 1.0);
        assert!(ln_positive_stable(&mut stream, 1e-6).is_finite());
        assert!(ln_positive_stable(&mut stream, 1e-300).is_finite());
        assert!(ln_positive_stable(&mut stream, 1.0 - 1e-12).abs() < 1e-6);
    }
    for alpha in [0.0, -0.5, 1.5, f64::NAN] {
        assert!(positive_stable(&mut stream, alpha).is_nan(), "{alpha}");
    }
    // Below about 1e-306 its terms overflow.
    assert!((0..1000).any(|_| !ln_positive_stable(&mut stream, 1e-308).is_finite()));
}
