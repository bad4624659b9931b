//! The Box-Cox transform and its derivatives in λ.

/// The n-th derivative in λ of the Box-Cox transform, n = `order`.
///
/// ```text
/// B(x, λ) = (x^λ − 1)/λ,   B(x, 0) = ln x
/// ∂ⁿB/∂λⁿ = L^(n+1) φ_n(λL),   L = ln x,   φ_n(u) = ∫₀¹ tⁿ e^(ut) dt
/// ```
///
/// Smooth in λ, at 0 too. At x = 0 the limit, −1/λ and its derivatives, where λ > 0. NaN where x is
/// negative, or 0 with λ ≤ 0, and where either is missing.
///
/// Near u = 0 a series of positive terms gives φ_n; away from it the recurrence
/// `λ Bₙ = x^λ Lⁿ − n Bₙ₋₁`, which would cancel near 0 and does not there. The relative error is a
/// few units in the last place.
pub fn boxcox(order: u32, x: f64, lambda: f64) -> f64 {
    if x.is_nan() || lambda.is_nan() || x < 0.0 || (x == 0.0 && lambda <= 0.0) {
        return f64::NAN;
    }
    if x == 0.0 || (x == f64::INFINITY && lambda < 0.0) {
        return limit(order, lambda);
    }
    if x == f64::INFINITY {
        return f64::INFINITY;
    }
    let log = x.ln();
    let u = lambda * log;
    if order == 0 {
        if u.abs() >= 1.0 {
            return (x.powf(lambda) - 1.0) / lambda;
        }
        // λL may underflow to 0 where λ is not 0; B is L to full precision there.
        return if u == 0.0 { log } else { log * (u.exp_m1() / u) };
    }
    if u.abs() < 2.0 * (f64::from(order) + 1.0) {
        return integer_power(log, order + 1) * series(order, u);
    }
    let power = x.powf(lambda);
    let mut value = (power - 1.0) / lambda;
    let mut log_power = 1.0;
    for n in 1..=order {
        log_power *= log;
        value = (power * log_power - f64::from(n) * value) / lambda;
    }
    value
}

/// The n-th derivative of −1/λ: −(−1)ⁿ n! / λ^(n+1).
fn limit(order: u32, lambda: f64) -> f64 {
    (1..=order).fold(-1.0 / lambda, |value, n| -value * f64::from(n) / lambda)
}

/// φ_n(u) as a series whose terms are all positive, so that nothing cancels.
///
/// ```text
/// u ≥ 0:  Σ_k u^k / (k! (n+k+1))
/// u < 0:  e^u Σ_k |u|^k / ((n+1)(n+2) … (n+k+1))
/// ```
fn series(order: u32, u: f64) -> f64 {
    let first = f64::from(order) + 1.0;
    let size = u.abs();
    let mut sum = 0.0;
    let mut k = 0.0;
    if u >= 0.0 {
        let mut factor = 1.0;
        loop {
            let term = factor / (first + k);
            sum += term;
            k += 1.0;
            factor *= size / k;
            if k > size && term <= sum * f64::EPSILON * 0.125 {
                return sum;
            }
        }
    }
    let mut term = 1.0 / first;
    loop {
        sum += term;
        k += 1.0;
        term *= size / (first + k);
        if term <= sum * f64::EPSILON * 0.125 {
            return u.exp() * sum;
        }
    }
}

fn integer_power(base: f64, exponent: u32) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * base)
}

#[cfg(test)]
mod tests;
