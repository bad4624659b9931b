//! The parameters that the covariance of errors brings with it.

use logsum_estimate::Parameter;

use super::{ErrorCovariance, Probit};
use crate::mixing::cholesky_name;
use crate::specification::{DeclaredParameter, Specification};

/// Where loadings start: at 0 the score does not tell one sign from the other.
const LOADING_START: f64 = 0.3;

/// Lower bound of the diagonal of a Cholesky factor that has none of its own: the covariance stays positive definite, and
/// differences that are all but determined by others do not turn probabilities into steps.
const LEAST_DIAGONAL: f64 = 0.01;

/// Name of the relative standard deviation of an alternative's error.
pub(crate) fn deviation_name(alternative: &str) -> String {
    format!("sd_{alternative}")
}

/// Name of the loading of an alternative on a factor, of so many.
pub(crate) fn loading_name(alternative: &str, factor: usize, n_factors: usize) -> String {
    match n_factors {
        1 => format!("loading_{alternative}"),
        _ => format!("loading_{alternative}_{}", factor + 1),
    }
}

impl Probit {
    /// The parameters of the covariance with starting values at which the errors are independent, or nearly: none where
    /// the alternatives are not known yet, and none of a pattern, which has declared ones.
    pub(crate) fn parameters(&self) -> Vec<(String, f64)> {
        let others = self.others();
        let name = |place: usize| self.alternatives[place].as_str();
        match &self.covariance {
            ErrorCovariance::Independent | ErrorCovariance::Pattern(_) => Vec::new(),
            // Of two alternatives there is the variance of one difference, which is 1.
            _ if others.len() < 2 => Vec::new(),
            ErrorCovariance::Full => {
                let mut parameters = Vec::new();
                for (k, &row) in others.iter().enumerate().skip(1) {
                    for (j, &column) in others[..=k].iter().enumerate() {
                        parameters.push((cholesky_name(name(row), name(column)), independent(k, j)));
                    }
                }
                parameters
            }
            ErrorCovariance::Diagonal => {
                let first = others[0];
                let places = (0..self.alternatives.len()).filter(|&place| place != first);
                places.map(|place| (deviation_name(name(place)), 1.0)).collect()
            }
            ErrorCovariance::Factors(n) => {
                let mut parameters = Vec::new();
                for (k, &row) in others.iter().enumerate() {
                    // The others are 0: factors could be turned into one another.
                    for factor in 0..(*n).min(k + 1) {
                        let start = if factor == 0 || factor == k { LOADING_START } else { 0.0 };
                        parameters.push((loading_name(name(row), factor, *n), start));
                    }
                }
                parameters
            }
        }
    }
}

impl Probit {
    /// Parameters on the diagonal of the Cholesky factor.
    fn diagonal(&self) -> Vec<String> {
        if self.covariance != ErrorCovariance::Full {
            return Vec::new();
        }
        let others = self.others().into_iter().skip(1);
        others
            .map(|place| cholesky_name(&self.alternatives[place], &self.alternatives[place]))
            .collect()
    }
}

/// Elements of the Cholesky factor of ½ (I + 11′), the differences of independent errors.
fn independent(k: usize, j: usize) -> f64 {
    let n = (j + 1) as f64;
    let diagonal = ((n + 1.0) / (2.0 * n)).sqrt();
    if j == k { diagonal } else { diagonal / (n + 1.0) }
}

impl Specification {
    /// Declares the parameters of the errors' covariance that are not.
    pub(crate) fn complete_errors(&mut self) {
        let Some(probit) = &self.probit else { return };
        let diagonal = probit.diagonal();
        self.mixing.get_or_insert_default();
        for (name, start) in probit.parameters() {
            if !self.parameters.iter().any(|declared| declared.symbol == name) {
                self.parameters.push(DeclaredParameter {
                    symbol: name.clone(),
                    parameter: Parameter::new(name, start),
                });
            }
        }
        for declared in &mut self.parameters {
            let parameter = &mut declared.parameter;
            let bounded = parameter.lower > f64::NEG_INFINITY || parameter.fixed || parameter.start < LEAST_DIAGONAL;
            if !bounded && diagonal.contains(&declared.symbol) {
                parameter.lower = LEAST_DIAGONAL;
            }
        }
    }

    /// The specification for data with these alternatives, in order, where it did not know them before.
    pub fn completed_for(mut self, alternatives: &[String]) -> Self {
        if let Some(probit) = &mut self.probit
            && probit.alternatives.is_empty()
        {
            probit.alternatives = alternatives.to_vec();
        }
        if let Some(ordered) = &mut self.ordered {
            ordered.alternatives = alternatives.to_vec();
        }
        self.completed()
    }

    /// Makes diagonals of Cholesky factors, standard deviations and first loadings positive in `theta`: the covariance is
    /// the same. Those that are fixed or bounded stay.
    pub(crate) fn align_error_signs(&self, theta: &mut [f64]) {
        let Some(probit) = &self.probit else { return };
        let others = probit.others();
        let at = |symbol: String| self.parameters.iter().position(|declared| declared.symbol == symbol);
        let free = |k: usize| {
            let parameter = &self.parameters[k].parameter;
            !parameter.fixed && parameter.lower == f64::NEG_INFINITY && parameter.upper == f64::INFINITY
        };
        let name = |place: usize| probit.alternatives[place].as_str();
        let columns: Vec<Vec<Option<usize>>> = match &probit.covariance {
            ErrorCovariance::Independent | ErrorCovariance::Pattern(_) => Vec::new(),
            ErrorCovariance::Diagonal => {
                let names = probit.alternatives.iter().map(|name| vec![at(deviation_name(name))]);
                names.collect()
            }
            ErrorCovariance::Full => (1..others.len())
                .map(|j| {
                    let rows = others[j..].iter();
                    rows.map(|&row| at(cholesky_name(name(row), name(others[j])))).collect()
                })
                .collect(),
            ErrorCovariance::Factors(n) => (0..*n)
                .map(|factor| {
                    let rows = others.iter().skip(factor);
                    rows.map(|&row| at(loading_name(name(row), factor, *n))).collect()
                })
                .collect(),
        };
        for column in columns {
            // All of a column, or none of it.
            let column: Option<Vec<usize>> = column.into_iter().collect();
            let Some(column) = column.filter(|column| !column.is_empty() && column.iter().all(|&k| free(k))) else {
                continue;
            };
            if theta[column[0]] < 0.0 {
                column.into_iter().for_each(|k| theta[k] = -theta[k]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_at_independent_errors() {
        let factor = |k: usize, j: usize| if j <= k { independent(k, j) } else { 0.0 };
        for k in 0..6 {
            for j in 0..=k {
                let product: f64 = (0..6).map(|i| factor(k, i) * factor(j, i)).sum();
                let expected = if j == k { 1.0 } else { 0.5 };
                assert!((product - expected).abs() < 1e-15, "{k} {j}: {product}");
            }
        }
    }

    #[test]
    fn names_are_in_the_order_of_the_alternatives() {
        let named = |covariance: ErrorCovariance| {
            let mut probit = Probit::new(covariance).base("b");
            probit.alternatives = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
            let parameters = probit.parameters().into_iter().map(|(name, _)| name);
            parameters.collect::<Vec<String>>()
        };
        assert_eq!(
            named(ErrorCovariance::Full),
            ["chol_c_a", "chol_c_c", "chol_d_a", "chol_d_c", "chol_d_d"]
        );
        assert_eq!(named(ErrorCovariance::Diagonal), ["sd_b", "sd_c", "sd_d"]);
        assert_eq!(
            named(ErrorCovariance::Factors(1)),
            ["loading_a", "loading_c", "loading_d"]
        );
        assert_eq!(
            named(ErrorCovariance::Factors(2)),
            [
                "loading_a_1",
                "loading_c_1",
                "loading_c_2",
                "loading_d_1",
                "loading_d_2"
            ]
        );
        assert!(named(ErrorCovariance::Independent).is_empty());
    }
}
