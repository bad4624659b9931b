use logsum_draws::Seed;
use proptest::prelude::*;
use rand::RngExt;

use super::newton::Functional;
use super::*;

/// Newton's last step leaves √(10⁻²⁴ p): far inside this.
const AGREEMENT: f64 = 1e-11;

fn largest_difference(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| (p - q).abs()).fold(0.0, f64::max)
}

/// Whether a distribution is the one that the closed form says has the greatest entropy at its mean energy.
fn is_boltzmann(energies: &[f64], mean: f64, p: &[f64]) -> bool {
    largest_difference(p, &Boltzmann::with_mean_energy(energies, mean).unwrap().probabilities) < AGREEMENT
}

#[test]
fn no_exponential_is_used() {
    let exponential = ["exp", "pow"].map(|name| (format!(".{name}"), format!("f64::{name}")));
    for source in [include_str!("../maximum_entropy.rs"), include_str!("newton.rs")] {
        for (method, function) in &exponential {
            assert!(!source.contains(method) && !source.contains(function));
        }
    }
}

#[test]
fn jaynes_dice() {
    let faces: Vec<f64> = (1..=6).map(f64::from).collect();
    let result = against_boltzmann(&faces, 4.5).unwrap();
    // Jaynes (1978), *Where do we stand on maximum entropy?*, to the five digits printed there.
    let published = [0.05435, 0.07877, 0.11416, 0.16545, 0.23977, 0.34749];
    assert!(largest_difference(&result.maximum.probabilities, &published) < 6e-6);
    assert!(result.largest_difference < 1e-14, "{}", result.largest_difference);
    assert!((result.beta - result.boltzmann.beta).abs() < 1e-12);
    assert!((result.maximum.entropy - 1.61358).abs() < 1e-5);
    // ∂S/∂⟨E⟩ without the multiplier; truncation and rounding 1e-9 at this h.
    let entropy = |mean| maximise_entropy(std::slice::from_ref(&faces), &[mean]).unwrap().entropy;
    let h = 1e-4;
    assert!(((entropy(4.5 + h) - entropy(4.5 - h)) / (2.0 * h) - result.beta).abs() < 1e-7);
}

#[test]
fn multipliers_next_to_an_extreme() {
    // Above 0 by m, energies 0, 1, 2: with x = exp(−β), x + 2x² = m (1 + x + x²).
    for exponent in (10..=60).step_by(5).chain([27, 100, 200, 290]) {
        let m: f64 = format!("1e-{exponent}").parse().unwrap();
        let x = 2.0 * m / ((1.0 - m) + ((1.0 - m).powi(2) + 4.0 * m * (2.0 - m)).sqrt());
        let beta = -x.ln();
        for (energies, mean, sign) in [([0.0, 1.0, 2.0], m, 1.0), ([0.0, -1.0, -2.0], -m, -1.0)] {
            let result = against_boltzmann(&energies, mean).unwrap();
            assert!(
                (sign * result.beta - beta).abs() < 1e-9 * beta,
                "{m:e}: {} for {beta}",
                result.beta
            );
            assert!((result.maximum.probabilities[1] / x - 1.0).abs() < 1e-8, "{m:e}");
            assert!(
                result.maximum.residual <= 1e-13 * m,
                "{m:e}: {}",
                result.maximum.residual
            );
        }
    }
}

#[test]
fn other_functionals_give_other_distributions() {
    let root = Functional {
        value: f64::sqrt,
        slope: |p| 0.5 / p.sqrt(),
        curvature: |p| 0.25 / (p * p.sqrt()),
    };
    let gini = Functional {
        value: |p| -p * p,
        slope: |p| -2.0 * p,
        curvature: |_| 2.0,
    };
    let faces: Vec<f64> = (1..=6).map(f64::from).collect();
    let problem = Problem::new(std::slice::from_ref(&faces), &[4.5]).unwrap();
    let solve = |functional| problem.maximise(functional).unwrap().p;
    assert!(is_boltzmann(&faces, 4.5, &solve(&ENTROPY)));
    for functional in [&root, &gini] {
        let p = solve(functional);
        assert!(problem.averages(&p)[0].abs() < 1e-14, "the mean is met");
        assert!(!is_boltzmann(&faces, 4.5, &p));
    }
    // Gini's is a straight line: 1/6 + (x − 3.5)/17.5.
    let line: Vec<f64> = faces.iter().map(|face| 1.0 / 6.0 + (face - 3.5) / 17.5).collect();
    assert!(largest_difference(&solve(&gini), &line) < 1e-14);
}

proptest! {
    #[test]
    fn energies_give_boltzmann(
        energies in prop_oneof![
            prop::collection::vec(-1e4..1e4, 2..12),
            prop::collection::vec((0..6i32).prop_map(f64::from), 2..12),
        ],
        share in prop_oneof![0.001..0.999, (1.0f64..12.0).prop_map(|x| 10f64.powf(-x))],
        from_top: bool,
    ) {
        let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = energies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let spread = highest - lowest;
        prop_assume!(spread > 1e-3);
        let mean = if from_top { highest - share * spread } else { lowest + share * spread };
        prop_assume!(lowest < mean && mean < highest);
        let result = against_boltzmann(&energies, mean).unwrap();
        prop_assert!(result.largest_difference < AGREEMENT, "{}", result.largest_difference);
        prop_assert!((result.maximum.entropy - result.boltzmann.entropy).abs() < AGREEMENT);
        // The multiplier, in units of the spread, where it is not lost in the rounding of a mean at the extreme.
        let scale = 1.0 + result.boltzmann.beta.abs() * spread;
        prop_assert!((result.beta - result.boltzmann.beta).abs() * spread < 1e-9 * scale);
        prop_assert!(result.maximum.residual < 1e-13);
        prop_assert!(result.maximum.iterations < 300, "{} steps", result.maximum.iterations);
    }

    #[test]
    fn nothing_feasible_has_more_entropy(seed: u64, share in 0.05..0.95f64) {
        // Away from the maximum along any direction that keeps the sum and the mean.
        let mut stream = Seed::new(seed).stream(0);
        let energies: Vec<f64> = (0..6).map(|_| stream.random_range(0.0..3.0)).collect();
        let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = energies.iter().copied().fold(0.0, f64::max);
        let best = maximise_entropy(std::slice::from_ref(&energies), &[lowest + share * (highest - lowest)]).unwrap();
        let (a, b, c) = (energies[0], energies[1], energies[2]);
        let direction = [b - c, c - a, a - b];
        let smallest = best.probabilities.iter().copied().fold(1.0, f64::min);
        for sign in [-0.1, 0.1] {
            let mut p = best.probabilities.clone();
            for (p, d) in p.iter_mut().zip(direction) {
                *p += sign * smallest * d;
            }
            let entropy: f64 = p.iter().map(|p| -p * p.ln()).sum();
            prop_assert!(entropy <= best.entropy + 1e-15);
        }
    }

    #[test]
    fn several_averages_give_their_exponential_family(seed: u64, m in 1..4usize) {
        let mut stream = Seed::new(seed).stream(0);
        let mut uniform = |low: f64, high: f64| stream.random_range(low..high);
        let features: Vec<Vec<f64>> = (0..m).map(|_| (0..8).map(|_| uniform(-1.0, 1.0)).collect()).collect();
        let lambda: Vec<f64> = (0..m).map(|_| uniform(-5.0, 5.0)).collect();
        let exponents: Vec<f64> = (0..8)
            .map(|j| -lambda.iter().zip(&features).map(|(l, f)| l * f[j]).sum::<f64>())
            .collect();
        let (_, p) = crate::boltzmann::softmax(&exponents);
        let targets: Vec<f64> = features.iter().map(|f| f.iter().zip(&p).map(|(f, p)| f * p).sum()).collect();
        let best = maximise_entropy(&features, &targets).unwrap();
        prop_assert!(largest_difference(&best.probabilities, &p) < 1e-10);
        // λ answers to the averages through their covariance, which has eigenvalues down to about 1e-5 here.
        prop_assert!(largest_difference(&best.multipliers, &lambda) < 1e-6);
    }
}

#[test]
fn a_constraint_that_repeats_another_changes_nothing() {
    let faces: Vec<f64> = (1..=6).map(f64::from).collect();
    let twice: Vec<f64> = faces.iter().map(|face| 2.0 * face + 1.0).collect();
    let alone = maximise_entropy(std::slice::from_ref(&faces), &[4.5]).unwrap();
    let both = maximise_entropy(&[faces, twice, vec![3.0; 6]], &[4.5, 10.0, 3.0]).unwrap();
    assert!(largest_difference(&alone.probabilities, &both.probabilities) < AGREEMENT);
    assert_eq!(
        both.multipliers.iter().filter(|multiplier| **multiplier == 0.0).count(),
        2
    );
}

#[test]
fn no_constraint_worth_the_name_gives_equal_probabilities() {
    let result = maximise_entropy(&[vec![2.0, 2.0, 2.0]], &[2.0]).unwrap();
    assert!(largest_difference(&result.probabilities, &[1.0 / 3.0; 3]) < 1e-15);
    assert_eq!(result.multipliers, [0.0]);
}

#[test]
fn messages() {
    let error =
        |constraints: &[Vec<f64>], targets: &[f64]| maximise_entropy(constraints, targets).unwrap_err().to_string();
    assert_eq!(
        error(&[], &[]),
        "no constraints; give the values of at least one quantity and its average"
    );
    assert_eq!(
        error(&[vec![0.0, 1.0]], &[0.5, 1.0]),
        "2 targets for 1 constraints; give one for each"
    );
    assert_eq!(
        error(&[vec![0.0]], &[0.0]),
        "constraint 1 has 1 values; there is one for each of two outcomes or more"
    );
    assert_eq!(
        error(&[vec![0.0, 1.0], vec![0.0, 1.0, 2.0]], &[0.5, 0.5]),
        "constraint 2 has 3 values, constraint 1 has 2; there is one for each outcome"
    );
    assert_eq!(
        error(&[vec![0.0, f64::NAN]], &[0.5]),
        "constraint 1, outcome 2: NaN is not a number that can be computed with"
    );
    for target in ["0", "1", "-3.5", "NaN"] {
        assert_eq!(
            error(&[vec![0.0, 1.0]], &[target.parse().unwrap()]),
            format!("constraint 1: average {target} cannot be reached: it lies strictly between 0 and 1")
        );
    }
    assert_eq!(
        error(&[vec![0.0, 1.0], vec![2.0, 2.0]], &[0.5, 3.0]),
        "constraint 2: average 3 cannot be reached: the quantity is 2 for every outcome"
    );
    let together = "no distribution with every probability positive was found that meets all 2 targets, each of which can \
                    be met alone; change a target or leave a constraint out";
    // A square of less than the mean squared; on the boundary, where a probability would be 0; and a contradiction.
    assert_eq!(
        error(&[vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 4.0]], &[1.0, 0.9]),
        together
    );
    assert_eq!(
        error(&[vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 4.0]], &[0.5, 0.5]),
        together
    );
    assert_eq!(
        error(&[vec![0.0, 1.0, 2.0], vec![0.0, 2.0, 4.0]], &[1.0, 1.5]),
        together
    );
    assert_eq!(
        MaximumEntropyError::NotConverged {
            iterations: 1000,
            rise: 1e-12
        }
        .to_string(),
        "the entropy still rises by 1e-12 after 1000 steps; move the targets away from the extremes"
    );
    assert_eq!(
        against_boltzmann(&[1.0], 1.0).unwrap_err().to_string(),
        "a single energy; give two energies or more"
    );
}
