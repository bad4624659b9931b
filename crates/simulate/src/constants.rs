//! Constants of the standard Gumbel distribution.

/// γ, the mean of the standard Gumbel distribution.
pub const EULER: f64 = 0.577_215_664_901_532_9;
/// π/√6, the standard deviation of the standard Gumbel distribution.
pub(crate) const GUMBEL_DEVIATION: f64 = 1.282_549_830_161_864;

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::{EULER, GUMBEL_DEVIATION};

    #[test]
    fn from_their_definitions() {
        assert_eq!(GUMBEL_DEVIATION, PI / 6.0_f64.sqrt());
        // Σ 1/k − ln n = γ + 1/2n − 1/12n² + …, here to 1e-14.
        let n = 1000.0_f64;
        let harmonic = (1..=1000).rev().map(|k| 1.0 / f64::from(k)).sum::<f64>();
        let gamma = harmonic - n.ln() - 0.5 / n + 1.0 / (12.0 * n * n);
        assert!((gamma - EULER).abs() < 1e-14, "{gamma}");
    }
}
