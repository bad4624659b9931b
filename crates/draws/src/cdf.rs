//! The standard normal distribution function.

/// Φ(x), to the last digits in either tail: ½ erfc(−x/√2).
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::normal_cdf;
    use crate::normal_quantile;

    #[test]
    fn it_is_the_inverse_of_the_quantile() {
        assert_eq!(normal_cdf(0.0), 0.5);
        for x in [-30.0, -8.0, -3.0, -0.5, 0.7, 2.0, 5.0] {
            let p = normal_cdf(x);
            // Where p is near 1 its spacing limits x.
            let slack =
                1e-14 * f64::abs(x) + 1e-16 / (-0.5 * x * x).exp().max(1e-300) * f64::from(u8::from(x > 0.0)) * 5.0;
            assert!(
                (normal_quantile(p) - x).abs() <= slack.max(1e-15),
                "{x}: {}",
                normal_quantile(p)
            );
        }
    }
}
