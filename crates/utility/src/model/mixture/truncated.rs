//! A normal coefficient given that it is positive.

use logsum_draws::{normal_cdf, normal_quantile};

/// The quantile of N(m, s²) given that it is positive, at the probability Φ(ξ) of a standard normal draw ξ, and its
/// derivatives: β, ∂β/∂m, ∂β/∂s, ∂²β/∂m², ∂²β/∂m∂s, ∂²β/∂s².
///
/// ```text
/// β = m − s h,   h = Φ⁻¹(Φ(−ξ) Φ(a)),   a = m / s
/// ```
///
/// A negative s is taken for its absolute value, of which the model is an even function.
pub(crate) fn coefficient(m: f64, s: f64, draw: f64, derivatives: bool) -> [f64; 6] {
    let (s, turn) = (s.abs(), s.signum());
    if s == 0.0 {
        // Without spread it is where it is.
        return [m.max(0.0), f64::from(u8::from(m > 0.0)), 0.0, 0.0, 0.0, 0.0];
    }
    let a = m / s;
    let tail = normal_cdf(-draw);
    let h = normal_quantile(tail * normal_cdf(a));
    let value = m - s * h;
    if !derivatives {
        return [value, 0.0, 0.0, 0.0, 0.0, 0.0];
    }
    // dh/da = Φ(−ξ) φ(a) / φ(h), and its own derivative in a.
    let ln_ratio = tail.ln() + 0.5 * (h * h - a * a);
    let slope = ln_ratio.exp();
    let bend = slope * (h * slope - a);
    // β = s (a − h(a)): ∂β/∂m = 1 − h′, ∂β/∂s = −h + a h′.
    [
        value,
        1.0 - slope,
        turn * (a * slope - h),
        -bend / s,
        turn * a * bend / s,
        -a * a * bend / s,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_quantile() {
        for (m, s) in [(0.5, 1.2), (-1.0, 0.7), (3.0, 0.4), (0.3, -0.9)] {
            for draw in [-2.5, -0.3, 0.0, 1.1, 2.9] {
                let at = |m: f64, s: f64| coefficient(m, s, draw, true);
                let all = at(m, s);
                assert!(all[0] > 0.0);
                let d = 1e-6;
                let differences = [
                    (at(m + d, s)[0] - at(m - d, s)[0]) / (2.0 * d),
                    (at(m, s + d)[0] - at(m, s - d)[0]) / (2.0 * d),
                    (at(m + d, s)[1] - at(m - d, s)[1]) / (2.0 * d),
                    (at(m, s + d)[1] - at(m, s - d)[1]) / (2.0 * d),
                    (at(m, s + d)[2] - at(m, s - d)[2]) / (2.0 * d),
                ];
                for (analytic, difference) in all[1..].iter().zip(differences) {
                    // Differences of step 1e-6 are good to 1e-9 or so, relative to values of size 1 to 10.
                    assert!(
                        (analytic - difference).abs() < 1e-7 * (1.0 + difference.abs()),
                        "{analytic} {difference}"
                    );
                }
            }
        }
    }

    #[test]
    fn far_from_zero_it_is_the_normal_itself() {
        // Φ(−a) is below 1e-23: nothing is cut off.
        let value = coefficient(10.0, 1.0, 1.3, false)[0];
        assert!(
            (value - 11.3).abs() < 1e-12,
            "{value}, absolute: roundings of numbers of size 10"
        );
    }
}
