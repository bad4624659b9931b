//! What the tests of this module share.

mod effects;
mod function;
mod homogeneity;
mod identities;
mod independence;
mod score;
mod surplus;
mod willingness;

use logsum_data::{ChoiceData, Values};
use logsum_draws::Seed;

use crate::fit::Fit;

/// A column of numbers, by case or by pair as it stands.
fn column<'a>(data: &'a ChoiceData, name: &str) -> &'a [f64] {
    let column = data.columns().iter().find(|column| column.name == name);
    match &column.expect("it is there").values {
        Values::Number(cells) => cells,
        Values::Text(_) => panic!("{name} holds texts"),
    }
}

/// The pair of an alternative in a case.
fn pair_of(data: &ChoiceData, case: usize, alternative: usize) -> Option<usize> {
    let of = |pair: &usize| data.pair_alternatives()[*pair] as usize == alternative;
    data.pairs(case).find(of)
}

/// Parameters drawn from the normal distribution of the estimates.
fn drawn_parameters(fit: &Fit, n: usize, shrink: f64) -> Vec<Vec<f64>> {
    let covariance = fit.chosen_covariance().expect("a covariance");
    let k = covariance.len();
    let mut root = vec![vec![0.0; k]; k];
    for i in 0..k {
        for j in 0..=i {
            let rest = covariance[i][j] - (0..j).map(|l| root[i][l] * root[j][l]).sum::<f64>();
            root[i][j] = if i == j { rest.sqrt() } else { rest / root[j][j] };
        }
    }
    let mut stream = Seed::new(11).stream(0);
    (0..n)
        .map(|_| {
            let normal: Vec<f64> = (0..k).map(|_| logsum_draws::normal_quantile(stream.open01())).collect();
            let moved = |i: usize| shrink * (0..=i).map(|j| root[i][j] * normal[j]).sum::<f64>();
            fit.parameters
                .iter()
                .enumerate()
                .map(|(i, of)| of.estimate + moved(i))
                .collect()
        })
        .collect()
}

/// Standard deviation of numbers.
fn spread(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let square: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (square / (values.len() - 1) as f64).sqrt()
}
