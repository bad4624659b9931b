//! Drawn outcomes are as frequent as the model says.

use logsum_data::Outcome;
use logsum_draws::Seed;

use super::*;

#[test]
fn choices_follow_the_probabilities() {
    const N: usize = 40_000;
    for distribution in BOTH {
        for v in [-1.0, 0.3] {
            let specification = ordered(distribution, "b_x * x");
            let columns = vec![numbers("rating", (0..N).map(|_| 1.0)), numbers("x", (0..N).map(|_| v))];
            let data = data(table(columns), &schema(), &specification);
            let model = bind(&specification, &data);
            let theta = [1.0, -1.2, -0.1, 0.9];
            let p = model.predict(&theta).unwrap().probabilities;
            let Outcome::Chosen(drawn) = model.draw_outcome(&theta, Seed::new(8)).unwrap() else {
                panic!("one alternative each");
            };
            let mut counts = [0.0; 4];
            drawn.iter().for_each(|&chosen| counts[chosen as usize] += 1.0);
            let term = |(count, p): (&f64, &f64)| (count - N as f64 * p).powi(2) / (N as f64 * p);
            let found: f64 = counts.iter().zip(&p).map(term).sum();
            // 1 in 10⁵ for 3 degrees of freedom; seeds are fixed.
            assert!(found < 25.9, "{distribution:?}, {v}: {found}");
        }
    }
}
