//! Willingness-to-pay space, and a scale that varies.

use logsum_data::near_miss;
use logsum_expressions::Expression;

use super::Problems;
use crate::error::MixingError;
use crate::mixing::{Shape, is_draw};

const WILLINGNESS_TO_PAY: &str = "willingness_to_pay_space";
const SCALE: &str = "scale_heterogeneity";

impl Problems<'_> {
    pub(super) fn willingness_to_pay_space(&mut self) {
        let Some(space) = &self.mixing.willingness_to_pay else {
            return;
        };
        self.coefficient_of_utilities(WILLINGNESS_TO_PAY, &space.cost);
        self.list(WILLINGNESS_TO_PAY, &space.coefficients, Some(&space.cost));
        if space.coefficients.is_empty() {
            self.add(MixingError::NoWillingnessToPay);
        }
        if space.coefficients.contains(&space.cost) {
            let name = space.cost.clone();
            self.add(MixingError::CostOfItself { name });
        }
        self.not_truncated("stand in willingness-to-pay space", |symbol| {
            space.cost == symbol || space.coefficients.iter().any(|known| known == symbol)
        });
    }

    pub(super) fn scale_heterogeneity(&mut self) {
        let Some(scale) = &self.mixing.scale else {
            return;
        };
        self.of_parameters("tau", &scale.tau);
        self.of_parameters("gamma", &scale.gamma);
        self.list(SCALE, &scale.coefficients, None);
        self.not_truncated("be scaled", |symbol| {
            scale.coefficients.is_empty() || scale.coefficients.iter().any(|known| known == symbol)
        });
    }

    /// Makes sure that no truncated coefficient is part of a larger expression.
    fn not_truncated(&mut self, what: &str, touched: impl Fn(&str) -> bool) {
        for random in &self.mixing.random {
            if random.shape() == Some(Shape::TruncatedNormal) && touched(&random.symbol) {
                self.add(MixingError::Truncated {
                    symbol: random.symbol.clone(),
                    what: format!("it cannot {what}"),
                });
            }
        }
    }

    /// Names in an expression of parameters that are none.
    fn of_parameters(&mut self, what: &'static str, expression: &Expression) {
        let second = self.mixing.second_estimates().into_iter().map(|(name, _)| name);
        let known: Vec<String> = self.specification.symbols().into_iter().chain(second).collect();
        // Draws and transforms are problems of their own.
        let other = |name: &&str| is_draw(name) || self.mixing.coefficient(name).is_some();
        for name in expression.names().into_iter().filter(|name| !other(name)) {
            if !known.iter().any(|known| known == name) {
                self.found.push(MixingError::ScaleName {
                    what,
                    name: name.to_owned(),
                    suggestion: near_miss(name, known.iter().map(String::as_str)),
                });
            }
        }
    }

    /// A list of coefficients, among which `apart` is a problem of its own.
    fn list(&mut self, table: &'static str, names: &[String], apart: Option<&String>) {
        for (position, name) in names.iter().enumerate() {
            if apart == Some(name) {
                continue;
            }
            if names[..position].contains(name) {
                let name = name.clone();
                self.add(MixingError::CoefficientTwice { table, name });
                continue;
            }
            self.coefficient_of_utilities(table, name);
        }
    }

    fn coefficient_of_utilities(&mut self, table: &'static str, name: &str) {
        let coefficients = self.specification.coefficients();
        let used = |coefficient: &&str| self.in_utilities.contains(coefficient);
        let known: Vec<&str> = coefficients.iter().map(String::as_str).filter(used).collect();
        if !known.contains(&name) {
            self.found.push(MixingError::NoCoefficient {
                table,
                name: name.to_owned(),
                suggestion: near_miss(name, known),
            });
        }
    }
}
