//! The specification: parameters and utilities, before any data.

use logsum_data::{Level, Use, Uses};
use logsum_estimate::Parameter;
use logsum_expressions::Expression;

use crate::error::{NestError, SpecificationError};
use crate::generator::Generator;
use crate::mixing::{self, DrawPlan, Mixing, RandomCoefficient};
use crate::nests::{self, Nests};
use crate::ordered::{self, Ordered};
use crate::probit::{self, Probit};
use crate::scale::{self, Scale};
use crate::term::Term;

/// What a logit model says: utilities as expressions of columns and parameters.
///
/// ```text
/// V_j = all(x, θ) + own_j(x, θ)
/// ```
///
/// An alternative without an expression of its own has `all`, or 0. Scales multiply the whole of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Specification {
    /// The parameters in the order of every table.
    pub parameters: Vec<DeclaredParameter>,
    /// Terms that every alternative has.
    pub all: Option<Expression>,
    /// Terms of single alternatives, by name.
    pub own: Vec<(String, Expression)>,
    /// What multiplies the utilities of a case, each a factor.
    pub scales: Vec<Scale>,
    /// Random tastes, if there are any.
    pub mixing: Option<Mixing>,
    /// Normal errors in place of those of logit. Their draws are in `mixing`.
    pub probit: Option<Probit>,
    /// Nests of alternatives that are more alike.
    pub nests: Option<Nests>,
    /// A generating function, from which probabilities come.
    pub generator: Option<Generator>,
    /// What makes the alternatives steps of a scale.
    pub ordered: Option<Ordered>,
}

/// A parameter and the identifier by which expressions refer to it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredParameter {
    /// Identifier in expressions.
    pub symbol: String,
    /// The parameter; its name is the term in tables.
    pub parameter: Parameter,
}

impl Specification {
    /// A specification without parameters and utilities.
    pub fn new() -> Self {
        Specification::default()
    }

    /// Declares a free parameter.
    pub fn parameter(self, name: impl Into<String>, start: f64) -> Self {
        self.declare(Parameter::new(name, start))
    }

    /// Declares a parameter with everything that can be said of it.
    pub fn declare(mut self, parameter: Parameter) -> Self {
        self.parameters.push(DeclaredParameter {
            symbol: parameter.name.clone(),
            parameter,
        });
        self
    }

    /// Sets the terms that every alternative has.
    pub fn utility_of_all(mut self, utility: impl Into<Term>) -> Self {
        self.all = Some(utility.into().into_expression());
        self
    }

    /// Sets the terms of one alternative.
    pub fn utility(mut self, alternative: impl Into<String>, utility: impl Into<Term>) -> Self {
        self.own.push((alternative.into(), utility.into().into_expression()));
        self
    }

    /// Lets a coefficient vary; its parameter, the location of the distribution, must be declared.
    pub fn random(mut self, coefficient: RandomCoefficient) -> Self {
        self.mixing.get_or_insert_default().random.push(coefficient);
        self
    }

    /// Lets the normal parts of some random coefficients be correlated.
    pub fn correlated<S: Into<String>>(mut self, group: impl IntoIterator<Item = S>) -> Self {
        let group = group.into_iter().map(Into::into).collect();
        self.mixing.get_or_insert_default().correlation.push(group);
        self
    }

    /// Makes it a probit.
    pub fn probit(mut self, probit: Probit) -> Self {
        self.probit = Some(probit);
        self
    }

    /// Sets the draws of random coefficients, and of a probit.
    pub fn draws(mut self, draws: DrawPlan) -> Self {
        self.mixing.get_or_insert_default().draws = draws;
        self
    }

    /// Names that stand for coefficients in the utilities: the parameters, then the random coefficients that are none.
    pub fn coefficients(&self) -> Vec<String> {
        let mut symbols = self.symbols();
        for random in self.mixing.iter().flat_map(|mixing| &mixing.random) {
            if !symbols.contains(&random.symbol) {
                symbols.push(random.symbol.clone());
            }
        }
        symbols
    }

    /// Identifiers of the parameters in expressions.
    pub fn symbols(&self) -> Vec<String> {
        self.parameters.iter().map(|declared| declared.symbol.clone()).collect()
    }

    /// The utilities, and whatever else uses columns, with labels for messages.
    pub fn utilities(&self) -> Vec<Use<'_>> {
        let all = self.all.iter().map(|expression| Use {
            label: "utility \"all\"".to_owned(),
            alternative: None,
            level: Level::Pair,
            expression,
        });
        let own = self.own.iter().map(|(name, expression)| Use {
            label: format!("utility of \"{name}\""),
            alternative: Some(name),
            level: Level::Pair,
            expression,
        });
        let tastes = self.mixing.iter().flat_map(Mixing::expressions);
        let tastes = tastes.map(|(label, expression)| Use {
            label,
            alternative: None,
            level: Level::Pair,
            expression,
        });
        let errors = self.probit.iter().flat_map(Probit::expressions);
        let errors = errors.map(|(label, expression)| Use {
            label,
            alternative: None,
            level: Level::Pair,
            expression,
        });
        let scales = scale::uses(&self.scales);
        all.chain(own).chain(scales).chain(tastes).chain(errors).collect()
    }

    /// What the data must provide.
    pub fn uses(&self) -> Uses<'_> {
        let mut parameters = self.coefficients();
        parameters.extend(self.mixing.iter().flat_map(Mixing::draw_names));
        Uses {
            parameters,
            utilities: self.utilities(),
            labelled: self.nests.is_some()
                || self.ordered.is_some()
                || self.probit.as_ref().is_some_and(Probit::tells_alternatives),
        }
    }

    /// Names in the utilities that are not parameters: columns, derived or not, each once.
    pub fn column_names(&self) -> Vec<&str> {
        let known = self.uses().parameters;
        let mut names: Vec<&str> = Vec::new();
        let tastes = self.mixing.iter().flat_map(Mixing::expressions);
        for expression in self.expressions().chain(tastes.map(|(_, expression)| expression)) {
            for name in expression.names() {
                if !names.contains(&name) && !known.iter().any(|known| known == name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// All problems together.
    pub fn validate(&self) -> Result<(), SpecificationError> {
        let mut errors = Vec::new();
        let has_utility = self.all.is_some() || !self.own.is_empty();
        if !has_utility {
            errors.push(SpecificationError::NoUtility);
        }
        if self.parameters.is_empty() {
            errors.push(SpecificationError::NoParameter);
        }
        for (position, (name, _)) in self.own.iter().enumerate() {
            if self.own[..position].iter().any(|(earlier, _)| earlier == name) {
                errors.push(SpecificationError::UtilityTwice { name: name.clone() });
            }
        }
        let in_utilities = self.expressions().flat_map(Expression::names);
        let tastes: Vec<String> = self.mixing.iter().flat_map(Mixing::used_names).collect();
        let of_errors = self.probit.iter().flat_map(Probit::expressions);
        let in_errors = of_errors.flat_map(|(_, expression)| expression.names());
        let in_nests = self.nests.iter().flat_map(Nests::used_names);
        let used = in_utilities.chain(tastes.iter().map(String::as_str));
        let in_generator: Vec<String> = self
            .generator
            .iter()
            .flat_map(|generator| generator.0.parameters())
            .collect();
        let used = used.chain(in_errors).chain(in_nests);
        let used = used.chain(in_generator.iter().map(String::as_str));
        let used: Vec<&str> = used.collect();
        let of_nests = nests::problems(self);
        // One slip is one problem.
        let is_meant = |name: &str| {
            let meant = |problem: &SpecificationError| match problem {
                SpecificationError::Nests(NestError::NoParameter { suggestion, .. }) => {
                    suggestion.as_deref() == Some(name)
                }
                _ => false,
            };
            of_nests.iter().any(meant)
        };
        for (position, declared) in self.parameters.iter().enumerate() {
            let name = declared.symbol.clone();
            if self.parameters[..position].iter().any(|earlier| earlier.symbol == name) {
                // What is listed twice brings its second estimate twice, and is a problem of its own.
                if !self.mixing.as_ref().is_some_and(|mixing| mixing.estimates_twice(&name)) {
                    errors.push(SpecificationError::ParameterTwice { name });
                }
                continue;
            }
            let of_errors = self
                .probit
                .as_ref()
                .is_some_and(|probit| probit::is_of_errors(probit, &name));
            let of_scale = self.ordered.is_some() && ordered::threshold_number(&name).is_some();
            if !used.contains(&name.as_str()) && has_utility && !of_errors && !of_scale && !is_meant(&name) {
                errors.extend(self.unused(name, &used));
            }
            errors.extend(value_problem(&declared.parameter));
        }
        errors.extend(scale::problems(self).into_iter().map(SpecificationError::Scale));
        errors.extend(mixing::problems(self));
        errors.extend(probit::problems(self));
        errors.extend(of_nests);
        errors.extend(ordered::problems(self));
        if errors.is_empty() {
            Ok(())
        } else {
            Err(SpecificationError::from_list(errors))
        }
    }

    /// What to say of a declared parameter that nothing uses.
    fn unused(&self, name: String, used: &[&str]) -> Option<SpecificationError> {
        if let Some(mixing) = &self.mixing {
            return mixing::unused(self, mixing, &name).map(SpecificationError::Mixing);
        }
        let undeclared = used
            .iter()
            .filter(|used| !self.parameters.iter().any(|known| known.symbol == **used));
        let suggestion = logsum_data::near_miss(&name, undeclared.copied());
        Some(SpecificationError::Unused { name, suggestion })
    }

    /// The utilities and what multiplies them.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.utility_expressions()
            .chain(self.scales.iter().map(Scale::multiplier))
    }

    /// The utilities without their scales.
    pub(crate) fn utility_expressions(&self) -> impl Iterator<Item = &Expression> {
        self.all.iter().chain(self.own.iter().map(|(_, expression)| expression))
    }
}

/// What is wrong with the numbers of a parameter, if anything.
fn value_problem(parameter: &Parameter) -> Option<SpecificationError> {
    let Parameter {
        name,
        start,
        lower,
        upper,
        ..
    } = parameter.clone();
    if !start.is_finite() {
        return Some(SpecificationError::StartNotFinite { name, start });
    }
    if lower.is_nan() || upper.is_nan() || lower >= upper {
        return Some(SpecificationError::BoundsCrossed { name, lower, upper });
    }
    (start < lower || start > upper).then_some(SpecificationError::StartOutsideBounds {
        name,
        start,
        lower,
        upper,
    })
}

#[cfg(test)]
mod tests;
