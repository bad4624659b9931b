//! Drawn outcomes are as frequent as the model says.

use logsum_data::Outcome;
use logsum_draws::Seed;

use super::*;

/// χ² of drawn against expected counts, over all cases of one table.
fn chi_squared(specification: &Specification, lambda: f64) -> (f64, f64) {
    let mut random = Random::new(3);
    let n = 40_000;
    let x: Vec<f64> = NAMES.iter().map(|_| random.between(-1.0, 1.0)).collect();
    let z: Vec<f64> = NAMES.iter().map(|_| random.between(0.5, 2.0)).collect();
    let rows = n * NAMES.len();
    let columns = vec![
        numbers("case", (0..rows).map(|row| (row / NAMES.len()) as f64)),
        numbers("alt", (0..rows).map(|row| (row % NAMES.len() + 1) as f64)),
        numbers(
            "choice",
            (0..rows).map(|row| f64::from(u8::from(row % NAMES.len() == 0))),
        ),
        numbers("x", (0..rows).map(|row| x[row % NAMES.len()])),
        numbers("z", (0..rows).map(|row| z[row % NAMES.len()])),
    ];
    let data = data(table(columns), &schema(), specification);
    let model = bind(specification, &data);
    let mut theta = model.start();
    for (value, name) in theta.iter_mut().zip(specification.symbols()) {
        if name.starts_with("lambda") {
            *value *= lambda;
        }
    }
    let mut expected = [0.0; NAMES.len()];
    for probabilities in model.predict(&theta).unwrap().probabilities.chunks_exact(NAMES.len()) {
        expected.iter_mut().zip(probabilities).for_each(|(sum, p)| *sum += p);
    }
    let Outcome::Chosen(drawn) = model.draw_outcome(&theta, Seed::new(5)).unwrap() else {
        panic!("one alternative each");
    };
    let mut counts = [0.0; NAMES.len()];
    drawn.iter().for_each(|&chosen| counts[chosen as usize] += 1.0);
    let term = |(count, expected): (&f64, &f64)| (count - expected).powi(2) / expected;
    (counts.iter().zip(&expected).map(term).sum(), NAMES.len() as f64 - 1.0)
}

#[test]
fn choices_follow_the_probabilities() {
    for (name, specification) in all_models() {
        // A tree with the same dissimilarity at every level, and one with a dissimilarity above 1.
        for lambda in [1.0, 2.0] {
            let (found, freedom) = chi_squared(&specification, lambda);
            // 1 in 10⁵ for 5 degrees of freedom; seeds are fixed.
            assert!(found < 30.9 && freedom == 5.0, "{name}, λ × {lambda}: {found}");
        }
    }
}
