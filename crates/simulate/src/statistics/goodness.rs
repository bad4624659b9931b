//! Pearson's χ² and the likelihood-ratio test of drawn counts against probabilities.

use serde::Serialize;
use statrs::function::beta::beta_reg;

use super::{Cell, ChiSquared};

/// Expected count below which the χ² law is not trusted for a cell by itself.
const SMALL: f64 = 5.0;
/// Cells expected less often than this altogether are not pooled: none of them is ever seen.
const NEVER: f64 = 1e-9;

/// Counts against probabilities.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Goodness {
    /// Σ (O − E)² / E.
    pub pearson: ChiSquared,
    /// 2 Σ O ln(O / E).
    pub g: ChiSquared,
    /// Cells that were pooled because fewer than five draws were expected in each.
    pub pooled: usize,
    /// Cells that the binomial law looked at: those that are all but impossible, if one of them was drawn; else the
    /// pooled ones, where even together they are expected fewer than five times.
    pub rare: Option<RareCells>,
}

/// Cells too improbable for the χ² law, looked at by the binomial law instead.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RareCells {
    /// Number of cells.
    pub cells: usize,
    /// Draws expected in them.
    pub expected: f64,
    /// Draws found in them.
    pub observed: u64,
    /// Probability of at least as many.
    pub p_value: f64,
}

/// Tests counts against probabilities by Pearson's χ² and by the likelihood ratio G.
///
/// ```text
/// χ² = Σ (O − E)² / E        G = 2 Σ O ln(O / E)        E = R p
/// ```
///
/// Cells with E < 5 are pooled: from the smallest E upwards into groups with E ≥ 5, what is left over goes to the
/// last group. Where all of them together have E < 5 they join the smallest of the other cells; as they could hide
/// there, their count is also tested by the binomial law, and twice the smaller of the two p-values is reported.
/// The least probable cells, as many as have E < 1e-9 altogether, are never pooled. They drop out if they are empty;
/// if they are not, the p-value is at most that of their count by the binomial law, and where a cell of probability 0
/// was drawn it is 0, and the statistics are infinite.
pub fn goodness(cells: &[Cell]) -> Goodness {
    let draws = cells.iter().map(|cell| cell.count).sum::<u64>();
    let expected = |cell: &Cell| draws as f64 * cell.probability;
    let mut ascending: Vec<&Cell> = cells.iter().collect();
    ascending.sort_by(|a, b| a.probability.total_cmp(&b.probability));
    let mut sum = 0.0;
    let negligible = ascending.iter().take_while(|cell| {
        sum += expected(cell);
        sum < NEVER
    });
    let (negligible, others) = ascending.split_at(negligible.count());
    let (small, large) = others.split_at(others.partition_point(|cell| expected(cell) < SMALL));
    let binomial = |cells: &[&Cell]| {
        let expected = cells.iter().map(|cell| expected(cell)).sum::<f64>();
        let observed = cells.iter().map(|cell| cell.count).sum();
        RareCells {
            cells: cells.len(),
            expected,
            observed,
            p_value: binomial_tail(observed, draws, expected),
        }
    };

    let mut groups: Vec<(u64, f64)> = Vec::new();
    let mut open = (0, 0.0);
    for cell in small {
        open = (open.0 + cell.count, open.1 + expected(cell));
        if open.1 >= SMALL {
            groups.push(std::mem::take(&mut open));
        }
    }
    let mut rare = None;
    let all_small = groups.is_empty();
    groups.extend(large.iter().map(|cell| (cell.count, expected(cell))));
    if let Some(host) = if all_small {
        let whole = groups.iter_mut();
        whole.min_by(|a, b| a.1.total_cmp(&b.1))
    } else {
        let last = groups.len() - large.len() - 1;
        groups.get_mut(last)
    } {
        *host = (host.0 + open.0, host.1 + open.1);
        if all_small && !small.is_empty() {
            rare = Some(binomial(small));
        }
    }
    let degrees = groups.len().saturating_sub(1);
    let terms = groups.iter().map(|&(observed, expected)| {
        let difference = observed as f64 - expected;
        // Terms of O − E cancel in the sum and keep each from the rounding of its neighbours.
        let ratio = if observed == 0 {
            0.0
        } else {
            observed as f64 * (difference / expected).ln_1p()
        };
        (difference * difference / expected, 2.0 * (ratio - difference))
    });
    let (pearson, g) = terms.fold((0.0, 0.0), |sum, term| (sum.0 + term.0, sum.1 + term.1));
    let never = Some(binomial(negligible)).filter(|never| never.observed > 0);
    let impossible = negligible.iter().any(|cell| cell.probability == 0.0 && cell.count > 0);
    let test = |statistic: f64| {
        if impossible {
            return ChiSquared::new(f64::INFINITY, degrees);
        }
        let mut test = ChiSquared::new(statistic, degrees);
        // The χ² law for the groups and the binomial law for the rare cells, by Bonferroni.
        if let Some(rare) = rare {
            test.p_value = (2.0 * test.p_value.min(rare.p_value)).min(1.0);
        }
        // One false alarm in a thousand million needs no correction.
        if let Some(never) = never {
            test.p_value = test.p_value.min(never.p_value);
        }
        test
    };
    Goodness {
        pearson: test(pearson),
        g: test(g),
        pooled: small.len(),
        rare: never.or(rare),
    }
}

/// P(N ≥ n) for a binomial N of `draws` trials and mean `expected`.
fn binomial_tail(n: u64, draws: u64, expected: f64) -> f64 {
    if n == 0 {
        return 1.0;
    }
    let p = expected / draws as f64;
    if p == 0.0 {
        return 0.0;
    }
    beta_reg(n as f64, (draws - n + 1) as f64, p)
}

#[cfg(test)]
mod tests {
    use logsum_draws::Seed;
    use rand::{Rng, RngExt};

    use super::super::{cells, testing::honest};
    use super::{binomial_tail, goodness};

    /// Mendel's peas, 556 of them, against 9:3:3:1: χ² = 0.470, G = 0.475, p = 0.925 (Fisher 1936).
    #[test]
    fn mendels_peas() {
        let found = goodness(&cells(&[315, 101, 108, 32], &[9. / 16., 3. / 16., 3. / 16., 1. / 16.]));
        assert!((found.pearson.statistic - 0.470_024).abs() < 1e-6, "{found:?}");
        assert!((found.g.statistic - 0.475_445_2).abs() < 1e-6, "{found:?}");
        assert!((found.pearson.p_value - 0.925_425_9).abs() < 1e-6, "{found:?}");
        assert_eq!((found.pearson.degrees, found.pooled, found.rare), (3, 0, None));
    }

    #[test]
    fn two_cells_by_hand() {
        let found = goodness(&cells(&[60, 40], &[0.5, 0.5]));
        assert!((found.pearson.statistic - 4.0).abs() < 1e-12);
        let g = 2.0 * (60.0 * 1.2_f64.ln() + 40.0 * 0.8_f64.ln());
        assert!((found.g.statistic - g).abs() < 1e-12);
    }

    #[test]
    fn small_cells_are_pooled_from_the_smallest() {
        // Expected of 100: 1, 2, 3 make six; 4 is left over and joins them; 90 stands alone.
        let found = goodness(&cells(&[90, 4, 3, 2, 1], &[0.9, 0.04, 0.03, 0.02, 0.01]));
        assert_eq!((found.pearson.degrees, found.pooled, found.rare), (1, 4, None));
        assert!(found.pearson.statistic < 1e-12);
        // A thousand cells of three make five hundred groups.
        let found = goodness(&cells(&[3; 1000], &[1e-3; 1000]));
        assert_eq!((found.pearson.degrees, found.pooled), (499, 1000));
    }

    #[test]
    fn what_cannot_happen_rejects_at_once() {
        let found = goodness(&cells(&[500, 499, 1], &[0.5, 0.5, 0.0]));
        assert_eq!((found.g.p_value, found.g.statistic), (0.0, f64::INFINITY));
        let found = goodness(&cells(&[500, 500, 0], &[0.5, 0.5, 0.0]));
        assert_eq!((found.g.p_value, found.g.degrees), (1.0, 1));
        // exp(−700), drawn once: probability of that, not of what χ² makes of the cell that it joins.
        let found = goodness(&cells(&[500, 499, 1], &[0.5, 0.5, 1e-304]));
        assert!((found.g.p_value / 1e-301 - 1.0).abs() < 1e-9, "{found:?}");
        // One cell alone is no test, and neither are no draws.
        assert_eq!(goodness(&cells(&[9], &[1.0])).g.p_value, 1.0);
        assert_eq!(goodness(&cells(&[0, 0], &[0.3, 0.7])).g.p_value, 1.0);
        assert_eq!(goodness(&[]).g.p_value, 1.0);
    }

    /// However many other cells are small, and however few draws there are.
    #[test]
    fn what_cannot_happen_is_not_pooled_away() {
        let never = |counts: &[u64], probabilities: &[f64]| {
            let found = goodness(&cells(counts, probabilities));
            assert_eq!((found.g.p_value, found.pearson.p_value), (0.0, 0.0), "{found:?}");
            assert_eq!(found.g.statistic, f64::INFINITY);
            assert_eq!(found.rare.expect("one was drawn").expected, 0.0);
        };
        let (mut counts, mut probabilities) = (vec![3; 1000], vec![1e-3; 1000]);
        counts.push(1);
        probabilities.push(0.0);
        never(&counts, &probabilities);
        never(&[0, 3], &[1.0, 0.0]);
        never(&[1], &[0.0]);
        never(&[3, 2, 1], &[0.5, 0.5, 0.0]);

        // All but impossible: 3001 and 3 times 1e-15, the probability of being drawn at all.
        probabilities[1000] = 1e-15;
        let found = goodness(&cells(&counts, &probabilities));
        assert!((found.g.p_value / 3001e-15 - 1.0).abs() < 1e-9, "{found:?}");
        assert_eq!((found.pooled, found.rare.map(|rare| rare.cells)), (1000, Some(1)));
        let found = goodness(&cells(&[2, 1], &[1.0, 1e-15]));
        assert!((found.g.p_value / 3e-15 - 1.0).abs() < 1e-9, "{found:?}");
        // Both improbable in their own ways: neither hides the other.
        let found = goodness(&cells(&[999_990, 9, 1], &[1.0, 1e-8, 1e-17]));
        assert!(found.g.p_value < 1e-20, "{found:?}");
        // Undrawn it changes nothing.
        counts[1000] = 0;
        let found = goodness(&cells(&counts, &probabilities));
        assert_eq!(found, goodness(&cells(&counts[..1000], &probabilities[..1000])));
    }

    #[test]
    fn rare_cells_cannot_hide() {
        // Ten draws where one in ten thousand is expected, beside a cell of a million.
        let found = goodness(&cells(&[1_000_000, 999_990, 10], &[0.5, 0.5, 5e-11]));
        let rare = found.rare.expect("fewer than five are expected");
        // e^−m m^n / n! to first order, m = 1e-4.
        assert!((rare.p_value / (1e-40 / 3_628_800.0) - 1.0).abs() < 1e-3, "{rare:?}");
        assert!(found.g.p_value < 1e-40);
    }

    #[test]
    fn binomial_tails_by_hand() {
        assert_eq!(binomial_tail(0, 10, 1.0), 1.0);
        assert!((binomial_tail(1, 10, 1.0) - (1.0 - 0.9_f64.powi(10))).abs() < 1e-13);
        assert!((binomial_tail(2, 2, 1.0) - 0.25).abs() < 1e-14);
    }

    /// Counts of independent draws by comparison with the cumulated probabilities.
    fn draw(stream: &mut impl Rng, draws: usize, probabilities: &[f64]) -> Vec<u64> {
        let mut counts = vec![0; probabilities.len()];
        for _ in 0..draws {
            let mut u = stream.random::<f64>();
            let cell = probabilities.iter().position(|p| {
                u -= p;
                u < 0.0
            });
            counts[cell.unwrap_or(probabilities.len() - 1)] += 1;
        }
        counts
    }

    #[test]
    fn false_alarms_are_as_frequent_as_promised() {
        // Twelve cells, four of which are pooled at 2000 draws.
        let weights = [300., 200., 150., 120., 80., 60., 40., 41., 4., 2., 2., 1.];
        let p = weights.map(|w| w / 1000.0);
        let wrong = weights.map(|w| (w + 8.0) / 1096.0);
        let (mut pearson, mut g, mut caught) = (Vec::new(), Vec::new(), 0);
        for replication in 0..2000 {
            let counts = draw(&mut Seed::new(11).stream(replication), 2000, &p);
            let found = goodness(&cells(&counts, &p));
            pearson.push(found.pearson.p_value);
            g.push(found.g.p_value);
            caught += u32::from(goodness(&cells(&counts, &wrong)).g.p_value < 0.001);
        }
        honest(&pearson);
        honest(&g);
        assert!(
            caught > 1900,
            "wrong probabilities pass {} times of 2000",
            2000 - caught
        );
    }

    /// With rare cells the p-values are those of two tests at once: no more false alarms than promised.
    #[test]
    fn rare_cells_do_not_raise_false_alarms() {
        let p = [0.6, 0.399, 0.0007, 0.0003];
        let rejected = (0..2000).filter(|&replication| {
            let counts = draw(&mut Seed::new(12).stream(replication), 2000, &p);
            goodness(&cells(&counts, &p)).g.p_value < 0.05
        });
        let rejected = rejected.count();
        assert!(rejected < 100 + 49, "{rejected} of 2000 rejected at 5 %");
    }
}
