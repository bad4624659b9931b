//! The recursion in logarithms, lane by lane: for probabilities that are no numbers any more.

use logsum_draws::normal_quantile;

use super::factor::Factor;
use super::kernel::{GRADIENT, Lanes};
use crate::normal::{ln_normal_cdf as ln_cdf, normal_hazard as hazard};

/// ln p below which Φ⁻¹(p) is found from the logarithm.
const DEEP: f64 = -600.0;

/// Newton steps on ln Φ, which is nearly a parabola there.
const STEPS: usize = 6;

/// Φ⁻¹(exp `ln_p`).
fn quantile_of_ln(ln_p: f64) -> f64 {
    if ln_p > DEEP {
        return normal_quantile(ln_p.exp().min(1.0 - f64::EPSILON / 2.0));
    }
    let mut x = -(-2.0 * ln_p).sqrt();
    for _ in 0..STEPS {
        x -= (ln_cdf(x) - ln_p) / hazard(x);
    }
    x
}

/// As `forward`, with ln Π Φ(t) in place of the weight.
pub(super) fn forward<const W: usize>(lanes: &mut Lanes<W>, factor: &Factor, uniforms: &[[f64; W]], order: u8) {
    let n = factor.n();
    for l in 0..W {
        let mut ln_weight = 0.0;
        for k in 0..n {
            let row = factor.row(k);
            let before: f64 = row[..k]
                .iter()
                .zip(&lanes.eta[..k])
                .map(|(l_kj, eta)| l_kj * eta[l])
                .sum();
            let t = (lanes.limits[k][l] - before) / row[k];
            let ln_p = ln_cdf(t);
            ln_weight += ln_p;
            lanes.t[k][l] = t;
            let h = hazard(t);
            lanes.hazard[k][l] = h;
            if k + 1 == n {
                break;
            }
            let ln_u = (0.5 * uniforms[k][l] + 0.5).ln();
            let eta = quantile_of_ln(ln_u + ln_p);
            lanes.eta[k][l] = eta;
            if order >= GRADIENT {
                // u Φ(t) = Φ(η).
                let slope = h / hazard(eta);
                lanes.slope[k][l] = slope;
                lanes.bend[k][l] = slope * (eta * slope - t);
            }
        }
        lanes.weight[0][l] = ln_weight;
    }
}
