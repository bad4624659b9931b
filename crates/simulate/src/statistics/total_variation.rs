//! Total variation distance between frequencies and probabilities, and the distance that chance alone explains.

use std::f64::consts::{FRAC_2_PI, PI};

use serde::Serialize;

use super::Cell;

/// Cells whose joint fluctuation is computed pair by pair.
const PAIRS: usize = 1000;

/// Distance between frequencies and probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TotalVariation {
    /// ½ Σ |p̂ − p|: the largest difference in probability of any set of cells.
    pub observed: f64,
    /// Its mean over samples of that size, if the probabilities are right.
    pub expected: f64,
    /// Its standard deviation over such samples.
    pub standard_deviation: f64,
}

/// Total variation distance, with its mean and standard deviation under the hypothesis.
///
/// ```text
/// TV = ½ Σ |p̂_j − p_j|
/// E TV = ½ Σ E|N_j − R p_j| / R                E|N − Rp| = 2 m C(R, m) p^m (1 − p)^{R−m+1},  m = ⌊Rp⌋ + 1
/// Cov(|X|, |Y|) = (2/π) σ_X σ_Y (√(1 − r²) + r asin r − 1)
/// ```
///
/// The mean is exact (De Moivre's mean deviation of a binomial; its limit √(2 R p (1 − p)/π) where R p (1 − p)
/// exceeds 10⁴, with a relative error below 1e-5), and so are the variances of the terms. Their covariances are those
/// of normal variables with the correlation of multinomial counts, and beyond the 1000 most probable cells the leading
/// term of that in r²: an approximation good to a few per cent once most cells expect five draws.
pub fn total_variation(cells: &[Cell]) -> TotalVariation {
    let draws = cells.iter().map(|cell| cell.count).sum::<u64>();
    let n = draws as f64;
    if draws == 0 {
        return TotalVariation {
            observed: 0.0,
            expected: 0.0,
            standard_deviation: 0.0,
        };
    }
    let frequencies: Vec<f64> = cells.iter().map(|cell| cell.count as f64 / n).collect();
    let mut probabilities: Vec<f64> = cells.iter().map(|cell| cell.probability).collect();
    let observed = distance(&frequencies, &probabilities);
    probabilities.sort_unstable_by(|a, b| b.total_cmp(a));

    let deviations: Vec<f64> = probabilities.iter().map(|&p| mean_deviation(draws, p)).collect();
    let mean = deviations.iter().sum::<f64>();
    let variance = probabilities.iter().zip(&deviations);
    let variance = variance.map(|(p, deviation)| n * p * (1.0 - p) - deviation * deviation);
    let variance = variance.sum::<f64>() + n * covariances(&probabilities);
    TotalVariation {
        observed,
        expected: 0.5 * mean / n,
        standard_deviation: 0.5 * variance.max(0.0).sqrt() / n,
    }
}

/// ½ Σ |p − q| of two distributions.
pub(crate) fn distance(p: &[f64], q: &[f64]) -> f64 {
    0.5 * p.iter().zip(q).map(|(p, q)| (p - q).abs()).sum::<f64>()
}

/// Sum over pairs of different cells of the covariance of |N_j − R p_j|, for R = 1.
fn covariances(probabilities: &[f64]) -> f64 {
    // σ of a cell, and its part of the correlation r_jk = −√(a_j a_k), a = p / (1 − p).
    let parts = |&p: &f64| ((p * (1.0 - p)).sqrt(), p / (1.0 - p));
    let proper: Vec<(f64, f64)> = probabilities.iter().filter(|&&p| p < 1.0).map(parts).collect();
    let sums = proper.iter().fold((0.0, 0.0), |sum, (sigma, a)| {
        (sum.0 + sigma * a, sum.1 + (sigma * a).powi(2))
    });
    let mut total = 0.5 * (sums.0 * sums.0 - sums.1);
    for (j, (sigma, a)) in proper.iter().take(PAIRS).enumerate() {
        for (other_sigma, b) in proper.iter().take(PAIRS).skip(j + 1) {
            let squared = (a * b).min(1.0);
            let r = squared.sqrt();
            let exact = (1.0 - squared).sqrt() + r * r.asin() - 1.0;
            total += 2.0 * sigma * other_sigma * (exact - 0.5 * squared);
        }
    }
    FRAC_2_PI * total
}

/// E|N − np| of a binomial N.
fn mean_deviation(n: u64, p: f64) -> f64 {
    let p = p.min(1.0 - p);
    let trials = n as f64;
    let variance = trials * p * (1.0 - p);
    if p <= 0.0 {
        return 0.0;
    }
    if variance > 1e4 {
        return (2.0 * variance / PI).sqrt();
    }
    let m = (trials * p).floor() as u64 + 1;
    let factors = (1..=m).map(|i| (((n - m + i) as f64) / i as f64 * p).ln());
    let ln_mass = factors.sum::<f64>() + (n - m + 1) as f64 * (-p).ln_1p();
    2.0 * m as f64 * ln_mass.exp()
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use logsum_draws::Seed;
    use rand::RngExt;

    use super::super::cells;
    use super::{mean_deviation, total_variation};

    #[test]
    fn mean_deviations_by_hand() {
        // One trial: 2 p (1 − p). Two of a half: 1, 0, 1 with ¼, ½, ¼.
        assert!((mean_deviation(1, 0.3) - 0.42).abs() < 1e-15);
        assert!((mean_deviation(2, 0.5) - 0.5).abs() < 1e-15);
        assert!((mean_deviation(2, 0.2) - mean_deviation(2, 0.8)).abs() < 1e-15);
        // Summed over the whole distribution: three of 0.4 deviate by 1.2, 0.2, 0.8, 1.8.
        let sum = 1.2 * 0.216 + 0.2 * 0.432 + 0.8 * 0.288 + 1.8 * 0.064;
        assert!((mean_deviation(3, 0.4) - sum).abs() < 1e-15);
        assert_eq!(mean_deviation(10, 0.0), 0.0);
        assert_eq!(mean_deviation(10, 1.0), 0.0);
        // On both sides of the switch to the limit.
        for n in [99_990, 100_010] {
            let limit = (2.0 * n as f64 * 0.0999 / PI).sqrt();
            let p = (1.0 - (1.0 - 4.0 * 0.0999_f64).sqrt()) / 2.0;
            assert!((mean_deviation(n, p) / limit - 1.0).abs() < 5e-5);
        }
        // Huge numbers of draws and tiny probabilities: Poisson, 2 m^⌊m⌋+1 e^−m / ⌊m⌋!.
        let poisson = 2.0 * 2.5_f64.powi(3) * (-2.5_f64).exp() / 2.0;
        assert!((mean_deviation(1_000_000_000_000, 2.5e-12) / poisson - 1.0).abs() < 1e-11);
    }

    #[test]
    fn two_cells_by_hand() {
        let found = total_variation(&cells(&[600_000, 400_000], &[0.5, 0.5]));
        assert!((found.observed - 0.1).abs() < 1e-15);
        // |X| of a normal variable with σ = 0.0005.
        assert!((found.expected / (0.0005 * (2.0 / PI).sqrt()) - 1.0).abs() < 1e-5);
        assert!((found.standard_deviation / (0.0005 * (1.0 - 2.0 / PI).sqrt()) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn certain_cells_do_not_fluctuate() {
        let found = total_variation(&cells(&[100, 0], &[1.0, 0.0]));
        assert_eq!(
            (found.observed, found.expected, found.standard_deviation),
            (0.0, 0.0, 0.0)
        );
        assert_eq!(total_variation(&[]).observed, 0.0);
    }

    /// Mean and standard deviation over 4000 samples: 5 standard errors of each (1.1 % for the latter), and the few
    /// per cent that the standard deviation is promised to.
    #[test]
    fn mean_and_spread_are_those_of_samples() {
        let geometric: Vec<f64> = (0..12).map(|k| 0.5_f64.powi(k + 1)).chain([0.5_f64.powi(12)]).collect();
        for (p, draws) in [(vec![0.1; 10], 300), (vec![0.9, 0.07, 0.03], 500), (geometric, 400)] {
            let mut observed = Vec::new();
            let mut promised = None;
            for replication in 0..4000 {
                let mut stream = Seed::new(41).stream(replication);
                let mut counts = vec![0; p.len()];
                for _ in 0..draws {
                    let mut u = stream.random::<f64>();
                    let cell = p.iter().position(|p| {
                        u -= p;
                        u < 0.0
                    });
                    counts[cell.unwrap_or(p.len() - 1)] += 1;
                }
                let found = total_variation(&cells(&counts, &p));
                observed.push(found.observed);
                promised = Some(found);
            }
            let promised = promised.expect("samples were drawn");
            let n = observed.len() as f64;
            let mean = observed.iter().sum::<f64>() / n;
            let sd = (observed.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
            let error = (mean - promised.expected) / (sd / n.sqrt());
            assert!(error.abs() < 5.0, "{mean} for {promised:?}");
            let ratio = sd / promised.standard_deviation;
            assert!((ratio - 1.0).abs() < 0.055 + 0.03, "{sd} for {promised:?}");
            // Twice the distance, as from half the draws' square, is far outside.
            assert!((mean - promised.expected * 1.1).abs() > 5.0 * sd / n.sqrt());
        }
    }
}
