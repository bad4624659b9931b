//! The parameters that random coefficients bring with them.

use logsum_estimate::Parameter;

use super::{Mixing, Shape, TasteDistribution};
use crate::specification::{DeclaredParameter, Specification};

/// Where the second estimate of a distribution starts unless something better is known.
pub(crate) const SECOND_START: f64 = 0.1;

/// Name of the second estimate of a coefficient: its standard deviation, or half-width.
pub fn second_name(symbol: &str, shape: Shape) -> String {
    match shape {
        Shape::Uniform | Shape::Triangular => format!("spread_{symbol}"),
        _ => format!("sd_{symbol}"),
    }
}

/// Name of an element of the Cholesky factor of a group's covariance.
pub fn cholesky_name(row: &str, column: &str) -> String {
    format!("chol_{row}_{column}")
}

impl Mixing {
    /// Second estimates by name and starting value, in the order of the random coefficients; a group's Cholesky factor
    /// row by row at its first member.
    pub(crate) fn second_estimates(&self) -> Vec<(String, f64)> {
        let mut estimates = Vec::new();
        let start_of = |symbol: &str| match self.coefficient(symbol).map(|random| &random.distribution) {
            Some(TasteDistribution::Named { start, .. }) => start.unwrap_or(SECOND_START),
            _ => SECOND_START,
        };
        for random in &self.random {
            let TasteDistribution::Named { shape, second, .. } = &random.distribution else {
                continue;
            };
            match self.group_of(&random.symbol) {
                Some(group) if group[0] == random.symbol => {
                    for (at, row) in group.iter().enumerate() {
                        for column in &group[..=at] {
                            let start = if row == column { start_of(row) } else { 0.0 };
                            estimates.push((cholesky_name(row, column), start));
                        }
                    }
                }
                Some(_) => {}
                None if second.is_none() => {
                    estimates.push((second_name(&random.symbol, *shape), start_of(&random.symbol)));
                }
                None => {}
            }
        }
        estimates
    }
}

impl Specification {
    /// The specification with every parameter declared: second estimates of random coefficients that are not are added
    /// behind the others, and names that stand for a transform alone are no parameters. Applied again, it changes
    /// nothing.
    pub fn completed(mut self) -> Self {
        self.complete_errors();
        self.complete_thresholds();
        let Some(mixing) = &self.mixing else {
            return self;
        };
        let in_expressions: Vec<&str> = mixing
            .expressions()
            .into_iter()
            .flat_map(|(_, expression)| expression.names())
            .collect();
        let is_transform = |symbol: &str| {
            let random = mixing.coefficient(symbol);
            random.is_some_and(|random| matches!(random.distribution, TasteDistribution::Transform(_)))
        };
        let is_parameter = |symbol: &str| !is_transform(symbol) || in_expressions.contains(&symbol);
        let kept = self.parameters.iter().map(|declared| is_parameter(&declared.symbol));
        let mut kept = kept.collect::<Vec<bool>>().into_iter();
        let missing: Vec<(String, f64)> = mixing
            .second_estimates()
            .into_iter()
            .filter(|(name, _)| !self.parameters.iter().any(|declared| declared.symbol == *name))
            .collect();
        self.parameters.retain(|_| kept.next().expect("one for each"));
        self.parameters
            .extend(missing.into_iter().map(|(name, start)| DeclaredParameter {
                symbol: name.clone(),
                parameter: Parameter::new(name, start),
            }));
        self
    }
}
