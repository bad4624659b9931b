//! Exact choice probabilities: what the frequencies of draws come to.

mod correlated;
mod independent;
mod nested;
mod ordering;
mod quadrature;
mod shape;
mod softmax;

pub(crate) use shape::normal_distribution;

pub use ordering::{ordering_probability, orderings};
pub use softmax::{logsum, softmax};

use crate::Noise;
use shape::Shape;

/// Choice probabilities under a noise: how often `V_j + T ε_j` is the largest.
///
/// ```text
/// Gumbel, exponential race    exp(V_j/T) / Σ_k exp(V_k/T)
/// independent                 ∫ f(ε) Π_{k≠j} F(ε + (V_j − V_k)/T) dε          by quadrature
/// nested Gumbel               nested logit with one nest
/// correlated normal           the same integral, given what the members share, averaged over that
/// ```
///
/// Length J and summing to 1, closed forms to a few roundings, integrals to 1e-10. None in the one case for which
/// there is neither: a negative correlation, beside two or more alternatives that do not share it.
/// Noise, utilities and temperature as [`Experiment::check`](crate::Experiment::check) accepts them.
pub fn probabilities(noise: &Noise, utilities: &[f64], temperature: f64) -> Option<Vec<f64>> {
    let mut probabilities = unnormalised(noise, utilities, temperature)?;
    // Integrals miss 1 by their errors, and none of them may exceed it.
    let sum = probabilities.iter().sum::<f64>();
    probabilities.iter_mut().for_each(|p| *p /= sum);
    Some(probabilities)
}

/// The same, summing to 1 within their errors.
fn unnormalised(noise: &Noise, utilities: &[f64], temperature: f64) -> Option<Vec<f64>> {
    let v = softmax::scaled(utilities, temperature);
    let independent = |shape: Shape| independent::probabilities(&vec![shape; v.len()], &v);
    Some(match noise {
        Noise::Gumbel | Noise::ExponentialRace => softmax(utilities, temperature),
        Noise::Normal => independent(Shape::normal()),
        Noise::Logistic => independent(Shape::logistic()),
        Noise::Exponential => independent(Shape::exponential()),
        Noise::Uniform => independent(Shape::uniform()),
        Noise::Laplace => independent(Shape::laplace()),
        Noise::Student { degrees } => independent(Shape::student(*degrees)),
        Noise::GevNested { dissimilarity, members } => nested::probabilities(&v, *dissimilarity, members),
        Noise::CorrelatedNormal { correlation, members } => {
            return correlated::probabilities(&v, *correlation, members);
        }
    })
}

#[cfg(test)]
mod tests;
