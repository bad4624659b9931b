//! One or two variables below their limits: ln P and its derivatives up to the fourth.

use crate::bivariate::{conditional_spread, ln_bivariate_with_slopes};
use crate::normal::{ln_normal_cdf, ln_normal_density, normal_hazard};

/// Correlations are kept this far from ±1, where the density has no finite value.
const FARTHEST: f64 = 1.0 - 4.0 * f64::EPSILON;

/// Probability of one or two normal variables below their limits.
pub(super) struct Block {
    pub ln_probability: f64,
    /// Derivatives of P with respect to the limits, over P. Those of order m + 1 that are taken k times in the second
    /// limit stand at `[m][k]`; of one variable alone, only k = 0 is not 0.
    ratios: [[f64; 5]; 4],
}

impl Block {
    /// Derivatives of Φ(b/√s):
    ///
    /// ```text
    /// P₁₁ = −b P₁/s,   P₁₁₁ = −(P₁ + b P₁₁)/s,   P₁₁₁₁ = −(2 P₁₁ + b P₁₁₁)/s
    /// ```
    pub fn one(limit: f64, variance: f64) -> Self {
        let deviation = variance.sqrt();
        let standardised = limit / deviation;
        let mut ratios = [[0.0; 5]; 4];
        ratios[0][0] = normal_hazard(standardised) / deviation;
        ratios[1][0] = -limit * ratios[0][0] / variance;
        ratios[2][0] = -(ratios[0][0] + limit * ratios[1][0]) / variance;
        ratios[3][0] = -(2.0 * ratios[1][0] + limit * ratios[2][0]) / variance;
        Block {
            ln_probability: ln_normal_cdf(standardised),
            ratios,
        }
    }

    /// Derivatives of Φ₂(b; S), with p the bivariate density at b and q = S⁻¹b:
    ///
    /// ```text
    /// P₁₂ = p,   ∂p = −q p,   P₁₁ = −(b₁ P₁ + s₂₁ p)/s₁₁,   and so on by differentiation
    /// ```
    ///
    /// `covariance`: s₁₁, s₂₁, s₂₂.
    pub fn two(limits: [f64; 2], covariance: [f64; 3]) -> Self {
        let variances = [covariance[0], covariance[2]];
        let deviations = variances.map(f64::sqrt);
        let [a, b] = [limits[0] / deviations[0], limits[1] / deviations[1]];
        let rho = (covariance[1] / (deviations[0] * deviations[1])).clamp(-FARTHEST, FARTHEST);
        let (ln_probability, slopes) = ln_bivariate_with_slopes(a, b, rho);
        let spread = conditional_spread(rho);
        let ln_density = ln_normal_density(a) + ln_normal_density((b - rho * a) / spread);
        let density = libm::exp(ln_density - ln_probability) / (spread * deviations[0] * deviations[1]);
        // S⁻¹ and S⁻¹ b.
        let square = spread * spread;
        let inverse = [
            1.0 / (variances[0] * square),
            -rho / (deviations[0] * deviations[1] * square),
            1.0 / (variances[1] * square),
        ];
        let q = [
            (a - rho * b) / (deviations[0] * square),
            (b - rho * a) / (deviations[1] * square),
        ];
        let first = [-q[0] * density, -q[1] * density];
        let second = [
            (q[0] * q[0] - inverse[0]) * density,
            (q[0] * q[1] - inverse[1]) * density,
            (q[1] * q[1] - inverse[2]) * density,
        ];
        let mut ratios = [[0.0; 5]; 4];
        ratios[1][1] = density;
        ratios[2][1..3].copy_from_slice(&first);
        ratios[3][1..4].copy_from_slice(&second);
        for k in 0..2 {
            let (limit, variance, shared) = (limits[k], variances[k], covariance[1]);
            let pure = slopes[k] / deviations[k];
            let pure_2 = -(limit * pure + shared * density) / variance;
            let pure_3 = -(pure + limit * pure_2 + shared * first[k]) / variance;
            let pure_4 = -(2.0 * pure_2 + limit * pure_3 + shared * second[2 * k]) / variance;
            for (order, value) in [pure, pure_2, pure_3, pure_4].into_iter().enumerate() {
                ratios[order][k * (order + 1)] = value;
            }
        }
        Block { ln_probability, ratios }
    }

    /// ∂ ln P/∂b.
    pub fn slope(&self) -> [f64; 2] {
        [self.ratios[0][0], self.ratios[0][1]]
    }

    /// ∂² ln P/∂b∂b′.
    pub fn curvature(&self) -> [[f64; 2]; 2] {
        let [first, second, ..] = &self.ratios;
        [0, 1].map(|i| [0, 1].map(|j| second[i + j] - first[i] * first[j]))
    }

    /// Derivatives by limits and by covariance of ln P plus what depends on its slope and its curvature.
    ///
    /// With r the ratios to P, and Plackett's ∂P/∂s_kl = P_kl for k ≠ l, ½ P_kk on the diagonal:
    ///
    /// ```text
    /// ∂r_I/∂b_k = r_Ik − r_I r_k,   ∂r_I/∂s_kl = r_Ikl − r_I r_kl
    /// ```
    ///
    /// `by_slope`, `by_curvature`: derivatives of the rest with respect to these; the second symmetric, each entry for
    /// itself.
    pub fn adjoint(&self, by_slope: [f64; 2], by_curvature: [[f64; 2]; 2]) -> ([f64; 2], [f64; 3]) {
        let [first, second, third, fourth] = &self.ratios;
        let by_first = [0, 1].map(|i| {
            let through: f64 = (0..2).map(|j| by_curvature[i][j] * first[j]).sum();
            by_slope[i] - 2.0 * through
        });
        // Of the derivative that is taken k times in the second limit; `higher` ratios have one or two indices more.
        let total = |r: f64, k: usize, higher: [&[f64; 5]; 2]| {
            let mut sum = r;
            for i in 0..2 {
                sum += by_first[i] * (higher[0][i + k] - first[i] * r);
                for j in 0..2 {
                    sum += by_curvature[i][j] * (higher[1][i + j + k] - second[i + j] * r);
                }
            }
            sum
        };
        let limits = [0, 1].map(|k| total(first[k], k, [second, third]));
        let covariance = [(0, 0.5), (1, 1.0), (2, 0.5)].map(|(k, half)| half * total(second[k], k, [third, fourth]));
        (limits, covariance)
    }
}
