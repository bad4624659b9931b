use logsum_draws::Seed;
use rand_distr::{Distribution, StandardNormal};
use statrs::distribution::{ContinuousCDF, Normal};

use super::*;

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-14, "{found} against {expected}");
}

fn own(n: usize, first: u32) -> Vec<u32> {
    (first..first + n as u32).collect()
}

#[test]
fn areas_by_hand() {
    let area = |positive: &[f64], negative: &[f64]| auc(positive, negative).unwrap().area;
    assert_eq!(area(&[3.0, 4.0], &[1.0, 2.0]), 1.0);
    assert_eq!(area(&[1.0, 2.0], &[3.0, 4.0]), 0.0);
    assert_eq!(area(&[1.0, 1.0], &[1.0, 1.0, 1.0]), 0.5);
    // Pairs: 2 > 1, 2 = 2, 2 < 3; 5 above all: (1 + 1/2 + 0 + 3)/6.
    assert_eq!(area(&[2.0, 5.0], &[1.0, 2.0, 3.0]), 0.75);
    assert_eq!(area(&[f64::INFINITY], &[f64::NEG_INFINITY, f64::INFINITY]), 0.75);
    assert_eq!(area(&[-0.0], &[0.0]), 0.5);
}

#[test]
fn standard_errors_by_hand() {
    // V = (1/2, 1), A = 3/4, variance 1/8; W = (1, 3/4, 1/2), variance 1/16: se² = 1/8/2 + 1/16/3.
    let found = auc(&[2.0, 5.0], &[1.0, 2.0, 3.0]).unwrap();
    assert_near(found.std_error.unwrap(), (1.0_f64 / 16.0 + 1.0 / 48.0).sqrt());
    assert_eq!(auc(&[3.0, 4.0], &[1.0, 2.0]).unwrap().std_error, Some(0.0));
    assert_eq!(auc(&[3.0], &[1.0, 2.0]).unwrap().std_error, None);
}

#[test]
fn clusters_by_hand() {
    // V − A = (−1/4, 1/4), W − A = (1/4, 0, −1/4). Clusters a: 2, 1; b: 5, 2, 3.
    // Positive: 2/1 (1/16 + 1/16)/4 = 1/16; negative: 2/1 (1/16 + 1/16)/9 = 1/36;
    // both: 2 · 2/1 (−1/4 · 1/4 + 1/4 · −1/4)/6 = −1/12. The sum is 1/144.
    let positive = Clustered {
        scores: &[2.0, 5.0],
        clusters: &[7, 9],
    };
    let negative = Clustered {
        scores: &[1.0, 2.0, 3.0],
        clusters: &[7, 9, 9],
    };
    let found = clustered_auc(positive, negative).unwrap();
    assert_eq!(found.area, 0.75);
    assert_near(found.std_error.unwrap(), 1.0 / 12.0);
    let one = Clustered {
        scores: &[2.0, 5.0],
        clusters: &[7, 7],
    };
    assert_eq!(clustered_auc(one, negative).unwrap().std_error, None);
}

fn normals(seed: Seed, branch: u64, n: usize) -> Vec<f64> {
    let mut stream = seed.stream(branch);
    (0..n).map(|_| StandardNormal.sample(&mut stream)).collect()
}

#[test]
fn ranks_agree_with_all_pairs_and_single_clusters_with_none() {
    let seed = Seed::new(3);
    // Rounded, so that there are ties within and between groups.
    let draw = |branch, n, by: f64| -> Vec<f64> {
        let drawn = normals(seed, branch, n);
        drawn.iter().map(|value| ((value + by) * 2.0).round() / 2.0).collect()
    };
    let (positive, negative) = (draw(0, 40, 0.5), draw(1, 70, 0.0));
    let psi = |x: f64, y: f64| f64::from(u8::from(x > y)) + 0.5 * f64::from(u8::from(x == y));
    let pairs: f64 = positive
        .iter()
        .flat_map(|&x| negative.iter().map(move |&y| psi(x, y)))
        .sum();
    let found = auc(&positive, &negative).unwrap();
    assert_near(found.area, pairs / 2800.0);
    let reversed = auc(&negative, &positive).unwrap();
    assert_near(reversed.area, 1.0 - found.area);
    assert_near(reversed.std_error.unwrap(), found.std_error.unwrap());
    // A monotone transform changes nothing.
    let raised = |scores: &[f64]| scores.iter().map(|score| score.exp()).collect::<Vec<f64>>();
    assert_eq!(auc(&raised(&positive), &raised(&negative)), Ok(found));
    let single = clustered_auc(
        Clustered {
            scores: &positive,
            clusters: &own(40, 0),
        },
        Clustered {
            scores: &negative,
            clusters: &own(70, 40),
        },
    );
    assert_near(single.unwrap().std_error.unwrap(), found.std_error.unwrap());
}

/// Mean of squares of (A − truth)/se over 500 replications, which is 1 if the standard error is right.
fn mean_square(scatter: impl Fn(Seed) -> Auc, truth: f64) -> f64 {
    let z = |replication: u64| {
        let found = scatter(Seed::new(17).split(replication));
        (found.area - truth) / found.std_error.expect("groups of many")
    };
    (0..500).map(|replication| z(replication).powi(2)).sum::<f64>() / 500.0
}

/// A χ² of 500 degrees over 500 stays within this of 1 in all but 1 of 10 000 seeds (standard deviation 0.063), the
/// estimated standard error included.
const SCATTER: f64 = 0.25;

#[test]
fn areas_scatter_as_their_standard_error_says() {
    // Two normals a distance of 1 apart: A = Φ(1/√2).
    let truth = Normal::standard().cdf(0.5_f64.sqrt());
    let groups = |seed: Seed| {
        let positive: Vec<f64> = normals(seed, 0, 60).iter().map(|value| value + 1.0).collect();
        (positive, normals(seed, 1, 90))
    };
    let right = mean_square(
        |seed| {
            let (positive, negative) = groups(seed);
            auc(&positive, &negative).unwrap()
        },
        truth,
    );
    assert!((right - 1.0).abs() < SCATTER, "{right}");
    // The scatter of one group alone is too little.
    let wrong = mean_square(
        |seed| {
            let (positive, negative) = groups(seed);
            let components = Components::new(&positive, &negative).unwrap();
            let variance = squares(&components.negative, components.area) / 89.0 / 90.0;
            Auc {
                area: components.area,
                std_error: Some(variance.sqrt()),
            }
        },
        truth,
    );
    assert!((wrong - 1.0).abs() > SCATTER, "{wrong}");
}

#[test]
fn areas_of_clustered_scores_scatter_as_the_clustered_error_says() {
    // 50 people with 4 scores each, half of whose variance is theirs; the positives are the same people, 0.3 higher:
    // the people are common to both groups, and what is not is N(0, 1/2) around the shift of 0.3 or of two people.
    let cases = |seed: Seed| {
        let people = normals(seed, 0, 50);
        let group = |branch: u64, by: f64| -> Vec<f64> {
            let noise = normals(seed, branch, 200);
            let one = |(at, noise): (usize, &f64)| (people[at / 4] + noise) * 0.5_f64.sqrt() + by;
            noise.iter().enumerate().map(one).collect()
        };
        (group(1, 0.3), group(2, 0.0))
    };
    let clusters: Vec<u32> = (0..200).map(|at| at / 4).collect();
    // Of 50 · 50 pairs of people 50 are of one person, whose scores differ by N(0.3, 1); the others by N(0.3, 2).
    let phi = |x: f64| Normal::standard().cdf(x);
    let truth = 0.02 * phi(0.3) + 0.98 * phi(0.3 / 2.0_f64.sqrt());
    let right = mean_square(
        |seed| {
            let (positive, negative) = cases(seed);
            let clustered = |scores| Clustered {
                scores,
                clusters: &clusters,
            };
            clustered_auc(clustered(&positive), clustered(&negative)).unwrap()
        },
        truth,
    );
    assert!((right - 1.0).abs() < SCATTER, "{right}");
    let wrong = mean_square(
        |seed| {
            let (positive, negative) = cases(seed);
            auc(&positive, &negative).unwrap()
        },
        truth,
    );
    assert!((wrong - 1.0).abs() > SCATTER, "{wrong}");
}

#[test]
fn errors_say_what_is_wrong() {
    let message = |positive: &[f64], negative: &[f64]| auc(positive, negative).unwrap_err().to_string();
    assert_eq!(
        message(&[], &[1.0]),
        "no positive scores; an area compares two groups: give at least one score of each"
    );
    assert_eq!(
        message(&[1.0], &[1.0, f64::NAN]),
        "negative score 2 is not a number; leave it out or correct it"
    );
    let clustered = Clustered {
        scores: &[1.0, 2.0],
        clusters: &[1],
    };
    assert_eq!(
        clustered_auc(clustered, clustered).unwrap_err().to_string(),
        "2 positive scores have 1 clusters; give one for each"
    );
}
