//! Noise a block at a time.

use std::f64::consts::{FRAC_1_SQRT_2, PI, SQRT_2};

use logsum_draws::{Stream, ln, ln_positive_stable};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal, StudentT};

use super::kernel::BLOCK;
use crate::Noise;
use crate::constants::GUMBEL_DEVIATION;

/// Draws the noise of one alternative after another for a block of draws.
pub(super) enum Source<'a> {
    /// Where whole Gumbel draws are wanted; an experiment compares clocks instead.
    Gumbel,
    Normal,
    Logistic,
    Exponential,
    Uniform,
    Laplace,
    Student {
        law: StudentT<f64>,
        scale: f64,
    },
    GevNested {
        dissimilarity: f64,
        members: &'a [usize],
        /// ln S of each draw, shared by the members.
        shared: Box<[f64; BLOCK]>,
    },
    CorrelatedNormal {
        members: &'a [usize],
        /// Weight of a member's own standard normal Z_j.
        own: f64,
        /// Weight of Σ Z_k over the members.
        common: f64,
        /// Z_j of the members, in their order, block by block.
        normals: Vec<[f64; BLOCK]>,
        /// Σ Z_k of each draw.
        sum: Box<[f64; BLOCK]>,
    },
}

impl<'a> Source<'a> {
    /// For a noise that was checked.
    pub(super) fn new(noise: &'a Noise) -> Self {
        match noise {
            Noise::Gumbel | Noise::ExponentialRace => Source::Gumbel,
            Noise::Normal => Source::Normal,
            Noise::Logistic => Source::Logistic,
            Noise::Exponential => Source::Exponential,
            Noise::Uniform => Source::Uniform,
            Noise::Laplace => Source::Laplace,
            Noise::Student { degrees } => Source::Student {
                law: StudentT::new(*degrees).expect("degrees of freedom were checked"),
                // The variance is ν/(ν − 2).
                scale: GUMBEL_DEVIATION * ((degrees - 2.0) / degrees).sqrt(),
            },
            Noise::GevNested { dissimilarity, members } => Source::GevNested {
                dissimilarity: *dissimilarity,
                members,
                shared: Box::new([0.0; BLOCK]),
            },
            Noise::CorrelatedNormal { correlation, members } => {
                // ε_j = a Z_j + b Σ Z_k has variance a² + 2ab + m b² and covariance 2ab + m b²; the difference a² is
                // 1 − ρ, and b the root of m b² + 2ab = ρ. Serves negative correlations as well.
                let m = members.len() as f64;
                let own = (1.0 - correlation).sqrt();
                let common = ((1.0 + (m - 1.0) * correlation).max(0.0).sqrt() - own) / m;
                Source::CorrelatedNormal {
                    members,
                    own: GUMBEL_DEVIATION * own,
                    common: GUMBEL_DEVIATION * common,
                    normals: vec![[0.0; BLOCK]; members.len()],
                    sum: Box::new([0.0; BLOCK]),
                }
            }
        }
    }

    /// Draws what the alternatives share in the next block.
    pub(super) fn begin_block(&mut self, stream: &mut Stream) {
        match self {
            Source::GevNested {
                dissimilarity, shared, ..
            } => shared.fill_with(|| ln_positive_stable(stream, *dissimilarity)),
            Source::CorrelatedNormal { normals, sum, .. } => {
                sum.fill(0.0);
                for own in normals {
                    fill_normal(stream, own);
                    for (sum, z) in sum.iter_mut().zip(own) {
                        *sum += *z;
                    }
                }
            }
            _ => {}
        }
    }

    /// Fills with the noise of an alternative.
    pub(super) fn fill(&mut self, stream: &mut Stream, alternative: usize, noise: &mut [f64; BLOCK]) {
        match self {
            Source::Gumbel => stream.fill_gumbel(noise),
            Source::Normal => {
                fill_normal(stream, noise);
                noise.iter_mut().for_each(|z| *z *= GUMBEL_DEVIATION);
            }
            Source::Logistic => {
                stream.fill_open01(noise);
                // The standard logistic has variance π²/3.
                noise
                    .iter_mut()
                    .for_each(|u| *u = FRAC_1_SQRT_2 * (ln(*u) - ln(1.0 - *u)));
            }
            Source::Exponential => {
                stream.fill_exponential(noise);
                noise.iter_mut().for_each(|e| *e = GUMBEL_DEVIATION * (*e - 1.0));
            }
            Source::Uniform => {
                stream.fill_open01(noise);
                // An interval of width w has variance w²/12.
                noise.iter_mut().for_each(|u| *u = PI * SQRT_2 * (*u - 0.5));
            }
            Source::Laplace => {
                stream.fill_open01(noise);
                // The standard Laplace has variance 2.
                noise.iter_mut().for_each(|u| {
                    let (sign, tail) = if *u < 0.5 { (-1.0, *u) } else { (1.0, 1.0 - *u) };
                    *u = -sign * GUMBEL_DEVIATION * FRAC_1_SQRT_2 * ln(2.0 * tail);
                });
            }
            Source::Student { law, scale } => noise.fill_with(|| *scale * law.sample(stream)),
            Source::GevNested {
                dissimilarity,
                members,
                shared,
            } => {
                // λ (ln S + G): given S, P(ε_j ≤ x_j ∀j) = exp(−S Σ exp(−x_j/λ)), whose mean is the nest's law.
                stream.fill_gumbel(noise);
                if members.contains(&alternative) {
                    for (g, ln_s) in noise.iter_mut().zip(&**shared) {
                        *g = *dissimilarity * (ln_s + *g);
                    }
                }
            }
            Source::CorrelatedNormal {
                members,
                own,
                common,
                normals,
                sum,
            } => match members.iter().position(|&member| member == alternative) {
                Some(place) => {
                    for (noise, (z, sum)) in noise.iter_mut().zip(normals[place].iter().zip(&**sum)) {
                        *noise = *own * z + *common * sum;
                    }
                }
                None => {
                    fill_normal(stream, noise);
                    noise.iter_mut().for_each(|z| *z *= GUMBEL_DEVIATION);
                }
            },
        }
    }
}

fn fill_normal(stream: &mut (impl Rng + ?Sized), values: &mut [f64; BLOCK]) {
    values.fill_with(|| StandardNormal.sample(stream));
}
