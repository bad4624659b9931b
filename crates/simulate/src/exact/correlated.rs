//! Normal noise that some alternatives partly share.

use super::independent::{self, all_but_one};
use super::quadrature::{integrate, pieces};
use super::shape::{Shape, gumbel_deviation, normal_density, normal_distribution};

/// What the members share is taken for all that they have, within this of a correlation of 1.
const WHOLE: f64 = 1e-12;

/// ```text
/// ε_m = σ (√ρ z + √(1 − ρ) e_m)  for members        ε_k = σ e_k  for the others        σ = π/√6
/// P_m = ∫ Π_{others} F(x − v_k) ∫ φ(z) f_m(x | z) Π_{n≠m} F_n(x | z) dz dx
/// ```
///
/// `v`: utilities over the temperature, the largest 0.
pub(super) fn probabilities(v: &[f64], correlation: f64, members: &[usize]) -> Vec<f64> {
    let inside: Vec<usize> = (0..v.len()).filter(|j| members.contains(j)).collect();
    let outside: Vec<usize> = (0..v.len()).filter(|j| !members.contains(j)).collect();
    if inside.len() < 2 || correlation == 0.0 {
        return independent::probabilities(&Shape::normal(), v);
    }
    if correlation > 1.0 - WHOLE {
        return inseparable(v, &inside, outside);
    }
    let sigma = gumbel_deviation();
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
            [-4.0, -1.0, 1.0, 4.0].map(|step| centre + step * width)
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

/// With one noise for all members, only the best of them is ever chosen.
fn inseparable(v: &[f64], inside: &[usize], mut kept: Vec<usize>) -> Vec<f64> {
    let best = inside
        .iter()
        .copied()
        .reduce(|best, m| if v[m] > v[best] { m } else { best });
    kept.extend(best);
    let few: Vec<f64> = kept.iter().map(|&j| v[j]).collect();
    let mut all = vec![0.0; v.len()];
    for (j, p) in kept.iter().zip(independent::probabilities(&Shape::normal(), &few)) {
        all[*j] = p;
    }
    all
}
