//! The coefficients of utilities, whatever the family: as numbers that the parameters give.

use logsum_data::Schema;
use logsum_expressions::With;

use super::symbols::Symbols;
use crate::fit::Fit;
use crate::specification::Specification;

/// A coefficient of the utilities at the estimates. Of a random one it is the mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// Its name in tables.
    pub term: String,
    /// Its value.
    pub estimate: f64,
    /// Whether it is the mean of a distribution.
    pub is_mean: bool,
    /// Whether it is money: a coefficient in willingness-to-pay space.
    pub is_money: bool,
    /// Whether it is multiplied by the scale of the utilities: not where it was held, nor where utilities are not linear
    /// in it, as in the exponent of a Box-Cox transform.
    pub scales: bool,
    /// Positions of the parameters on which it depends.
    pub parameters: Vec<usize>,
    /// Its derivatives in them; empty where they are not known.
    pub derivatives: Vec<f64>,
}

impl Coefficient {
    /// Its derivatives in the parameters that are not fixed, of which there are `n`, by their [`rows`]; `None` where they
    /// are not known.
    pub(super) fn gradient(&self, rows: &[Option<usize>], n: usize) -> Option<Vec<f64>> {
        gradient(&self.parameters, &self.derivatives, rows, n)
    }
}

/// Derivatives in the parameters at some positions as a gradient in all that are not fixed, of which there are `n`, by their
/// [`rows`]; `None` where they are not known.
pub(crate) fn gradient(
    parameters: &[usize],
    derivatives: &[f64],
    rows: &[Option<usize>],
    n: usize,
) -> Option<Vec<f64>> {
    if derivatives.len() != parameters.len() {
        return None;
    }
    let mut gradient = vec![0.0; n];
    for (&parameter, &derivative) in parameters.iter().zip(derivatives) {
        if let Some(&Some(row)) = rows.get(parameter) {
            gradient[row] += derivative;
        }
    }
    Some(gradient)
}

/// Row of each parameter in covariances, which have none for fixed ones, and how many rows there are.
pub(crate) fn rows(fit: &Fit) -> (Vec<Option<usize>>, usize) {
    let mut n = 0;
    let row = |estimate: &crate::fit::Estimate| {
        (!estimate.fixed).then(|| {
            n += 1;
            n - 1
        })
    };
    let rows = fit.parameters.iter().map(row).collect();
    (rows, n)
}

/// Coefficients of the utilities of a fit, in the order of its specification: parameters that stand in utilities, and
/// random coefficients by their means. Parameters of distributions and covariances are none.
pub fn coefficients(fit: &Fit, specification: &Specification, schema: &Schema) -> Vec<Coefficient> {
    let used: Vec<&str> = specification
        .utility_expressions()
        .flat_map(|expression| expression.names())
        .collect();
    let mut symbols = Symbols::default();
    let utilities = symbols.utilities(specification, schema, &|_| None);
    let mut is_linear = |term: &str| {
        let Some(utilities) = &utilities else {
            return true;
        };
        let parameter = symbols.parameter(term);
        utilities.each().all(|utility| {
            let slope = symbols.graph.derivative(utility, With::Parameter(parameter));
            !symbols.graph.parameters_of(slope).contains(&parameter)
        })
    };
    let space = specification
        .mixing
        .as_ref()
        .and_then(|mixing| mixing.willingness_to_pay.as_ref());
    let mut found = Vec::new();
    for symbol in specification.coefficients() {
        if !used.contains(&symbol.as_str()) {
            continue;
        }
        let declared = specification.parameters.iter().find(|known| known.symbol == symbol);
        let term = declared.map_or(&symbol, |declared| &declared.parameter.name).clone();
        let position = fit.parameters.iter().position(|estimate| estimate.term == term);
        let is_money = space.is_some_and(|space| space.coefficients.contains(&symbol));
        let held = |position: usize| fit.parameters[position].fixed || fit.parameters[position].at_bound.is_some();
        let scales = !is_money && !position.is_some_and(held) && is_linear(&term);
        let tastes = fit.tastes.as_ref().and_then(|tastes| {
            let at = tastes
                .coefficients
                .iter()
                .position(|taste| taste.coefficient == symbol)?;
            Some((&tastes.coefficients[at], tastes.derivatives.coefficients.get(at)))
        });
        let (estimate, is_mean, parameters, derivatives) = match (tastes, position) {
            (Some((taste, derivatives)), _) => {
                let parameters = derivatives.map_or(Vec::new(), |known| known.parameters.clone());
                let of_mean = derivatives.and_then(|known| known.rows.first()).cloned();
                (taste.mean.estimate, true, parameters, of_mean.unwrap_or_default())
            }
            (None, Some(position)) => (fit.parameters[position].estimate, false, vec![position], vec![1.0]),
            (None, None) => continue,
        };
        found.push(Coefficient {
            term,
            estimate,
            is_mean,
            is_money,
            scales,
            parameters,
            derivatives,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fitted, logit, mixed};
    use super::*;
    use crate::testing::{specification, wide_schema};

    fn names(coefficients: &[Coefficient], keep: impl Fn(&Coefficient) -> bool) -> Vec<&str> {
        let kept = coefficients.iter().filter(|coefficient| keep(coefficient));
        kept.map(|coefficient| coefficient.term.as_str()).collect()
    }

    #[test]
    fn those_of_distributions_are_none_and_random_ones_are_means() {
        let (specification, data) = mixed();
        let fit = fitted(&specification, &data);
        let completed = specification.completed();
        let all = coefficients(&fit, &completed, data.schema());
        assert_eq!(
            names(&all, |_| true),
            ["asc_b", "asc_c", "b_time", "b_cost", "b_income"]
        );
        assert_eq!(names(&all, |coefficient| coefficient.is_mean), ["b_time", "b_cost"]);
        // Of the lognormal the parameter is the mean of the logarithm.
        let (taste, parameter) = (&fit.tastes.as_ref().unwrap().coefficients[1], &fit.parameters[3]);
        assert_eq!(all[3].estimate, taste.mean.estimate);
        assert_ne!(all[3].estimate, parameter.estimate);
        let (rows, n) = rows(&fit);
        let gradient = all[3].gradient(&rows, n).unwrap();
        let (m, s) = (parameter.estimate, fit.parameters[6].estimate);
        assert_eq!(fit.parameters[6].term, "sd_b_cost");
        let mean = -(m + 0.5 * s * s).exp();
        // By differences of the moments.
        assert!((gradient[3] / mean - 1.0).abs() < 1e-7 && (gradient[6] / (s * mean) - 1.0).abs() < 1e-7);
    }

    #[test]
    fn exponents_and_what_was_held_have_no_scale() {
        let (_, data) = logit();
        let parameters = [("asc_b", 0.0), ("b_time", -0.3), ("lambda", 0.5)];
        let utilities = [
            ("a", "b_time * boxcox(time_a, lambda)"),
            ("b", "asc_b + b_time * boxcox(time_b, lambda)"),
        ];
        let mut specification = specification(&parameters, &utilities);
        let mut fit = fitted(&super::super::testing::logit().0, &data);
        fit.parameters
            .retain(|estimate| ["asc_b", "b_time"].contains(&estimate.term.as_str()));
        fit.parameters.push(crate::fit::Estimate {
            term: "lambda".to_owned(),
            ..fit.parameters[0].clone()
        });
        let of = |specification: &Specification, fit: &Fit| {
            let all = coefficients(fit, specification, &wide_schema());
            assert_eq!(all.len(), 3);
            let scaled = names(&all, |coefficient| coefficient.scales);
            scaled.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(of(&specification, &fit), ["asc_b", "b_time"]);
        fit.parameters[0].fixed = true;
        specification.parameters[0].parameter.fixed = true;
        assert_eq!(of(&specification, &fit), ["b_time"]);
    }
}
