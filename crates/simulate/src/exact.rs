//! Exact choice probabilities: what the frequencies of draws come to.

mod correlated;
mod independent;
mod nested;
mod ordering;
mod quadrature;
mod shape;
mod softmax;

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
/// Length J and summing to 1, closed forms to a few roundings, integrals to 1e-10. Equally good members of a nest with
/// dissimilarity 0 share its probability equally; with a correlation of 1 the first of them has it all.
/// Utilities and temperature as [`Experiment::check`](crate::Experiment::check) accepts them.
pub fn probabilities(noise: &Noise, utilities: &[f64], temperature: f64) -> Vec<f64> {
    let independent = |shape: Shape| independent::probabilities(&shape, &softmax::scaled(utilities, temperature));
    match noise {
        Noise::Gumbel | Noise::ExponentialRace => softmax(utilities, temperature),
        Noise::Normal => independent(Shape::normal()),
        Noise::Logistic => independent(Shape::logistic()),
        Noise::Exponential => independent(Shape::exponential()),
        Noise::Uniform => independent(Shape::uniform()),
        Noise::Laplace => independent(Shape::laplace()),
        Noise::Student { degrees } => independent(Shape::student(*degrees)),
        Noise::GevNested { dissimilarity, members } => {
            nested::probabilities(&softmax::scaled(utilities, temperature), *dissimilarity, members)
        }
        Noise::CorrelatedNormal { correlation, members } => {
            correlated::probabilities(&softmax::scaled(utilities, temperature), *correlation, members)
        }
    }
}

#[cfg(test)]
mod tests;
