//! Normal noise that some alternatives partly share.

use super::independent::{self, all_but_one};
use super::quadrature::{integrate, pieces};
use super::shape::{Shape, normal_density, normal_distribution};
use crate::constants::GUMBEL_DEVIATION;

/// Variance that stands for none.
const LEAST: f64 = 1e-20;

/// ```text
/// Var ε = σ² for all        Cov(ε_m, ε_n) = ρ σ² for members        σ = π/√6
/// ```
///
/// `v`: utilities over the temperature, the largest 0. None for a negative correlation beside two or more alternatives
/// that are no members.
pub(super) fn probabilities(v: &[f64], correlation: f64, members: &[usize]) -> Option<Vec<f64>> {
    let inside: Vec<bool> = (0..v.len()).map(|j| members.contains(&j)).collect();
    let outside = inside.iter().filter(|inside| !**inside).count();
    match outside {
        0 | 1 => Some(with_one_outside(v, correlation, &inside)),
        _ if correlation >= 0.0 => Some(given_what_is_shared(v, correlation, &inside)),
        _ => None,
    }
}

/// Choices depend on the differences of noises alone, and these are as those of independent ones:
///
/// ```text
/// Var(ε_m − ε_n) = 2 (1 − ρ) σ²        Var(ε_m − ε_0) = 2 σ² = (1 − ρ) σ² + (1 + ρ) σ²
/// ```
fn with_one_outside(v: &[f64], correlation: f64, inside: &[bool]) -> Vec<f64> {
    let shape = |&inside: &bool| match inside {
        true => Shape::normal_of(1.0 - correlation),
        // Two members with a correlation of −1 leave no noise beside them.
        false => Shape::normal_of((1.0 + correlation).max(LEAST)),
    };
    let shapes: Vec<Shape> = inside.iter().map(shape).collect();
    independent::probabilities(&shapes, v)
}

/// ```text
/// ε_m = σ (√ρ z + √(1 − ρ) e_m)  for members        ε_k = σ e_k  for the others
/// P_m = ∫ Π_{others} F(x − v_k) ∫ φ(z) f_m(x | z) Π_{n≠m} F_n(x | z) dz dx
/// ```
pub(super) fn given_what_is_shared(v: &[f64], correlation: f64, members: &[bool]) -> Vec<f64> {
    let (inside, outside): (Vec<usize>, Vec<usize>) = (0..v.len()).partition(|&j| members[j]);
    if correlation == 0.0 {
        return independent::probabilities(&vec![Shape::normal(); v.len()], v);
    }
    let sigma = GUMBEL_DEVIATION;
    let (shared, own) = (sigma * correlation.sqrt(), sigma * (1.0 - correlation).sqrt());
    let normal = Shape::normal();
    let (from, to) = normal.range();
    // Alternatives far below the best one have no part in where the largest utility is.
    let points = pieces(from, to, v.iter().copied(), 0.25, 1.0);

    let mut distribution = vec![0.0; outside.len()];
    let mut alone = vec![0.0; outside.len()];
    let mut given = vec![0.0; inside.len()];
    integrate(&points, v.len(), 1e-12, |x, out| {
        for (f, &k) in distribution.iter_mut().zip(&outside) {
            *f = normal.distribution(x - v[k]);
        }
        all_but_one(&distribution, 1.0, &mut alone);
        let none_outside = distribution.iter().product::<f64>();

        // Of z: where each member's own part is about 0, and the width in z of its rise.
        let width = own / shared;
        let rises = inside.iter().flat_map(|&m| {
            let centre = (x - v[m]) / shared;
            [-9.0, -3.0, 0.0, 3.0, 9.0].map(|step| centre + step * width)
        });
        let marks = pieces(-9.0, 9.0, rises, 0.5 * width.min(1.0), 2.0);
        let inner = integrate(&marks, inside.len() + 1, 1e-12, |z, out| {
            let weight = normal_density(z);
            for (f, &m) in given.iter_mut().zip(&inside) {
                *f = normal_distribution((x - v[m] - shared * z) / own);
            }
            let (each, all) = out.split_at_mut(inside.len());
            all_but_one(&given, weight / own, each);
            for (product, &m) in each.iter_mut().zip(&inside) {
                *product *= normal_density((x - v[m] - shared * z) / own);
            }
            all[0] = weight * given.iter().product::<f64>();
        });
        for (&m, density) in inside.iter().zip(&inner) {
            out[m] = none_outside * density;
        }
        for (&k, others) in outside.iter().zip(&alone) {
            out[k] = normal.density(x - v[k]) * others * inner[inside.len()];
        }
    })
}
