//! The relative scale of subsamples, and scales that characteristics explain.

use std::borrow::Cow;

use logsum_data::{ChoiceData, Level, Use};
use logsum_expressions::{Expression, Graph};

use crate::error::ScaleError;
use crate::specification::Specification;
use crate::term::{Term, select};

/// A scale (inverse temperature) that is not the same in all cases: it multiplies the systematic utilities of a case.
///
/// ```text
/// V_nj ← μ_n · V_nj,   μ_n = factor where `when` holds, 1 elsewhere
/// ```
///
/// With a parameter as factor it is the scale of a subsample relative to that of the others, as where revealed and stated
/// preferences are pooled; with exp(γ z_n) a heteroscedastic logit. Several scales multiply each other: a case in two
/// subsamples has the product of both. The errors keep their variance, so that 1/μ_n is proportional to the standard
/// deviation of the errors in the units of the unscaled utilities.
///
/// ```
/// use logsum_utility::{Scale, Specification, Term, column, parameter};
/// let pooled = Specification::new()
///     .parameter("b_cost", 0.0)
///     .parameter("mu_sp", 1.0)
///     .utility_of_all(parameter("b_cost") * column("cost"))
///     .scale(Scale::new("sp", parameter("mu_sp")).when(Term::parse("SP == 1")?));
/// assert!(pooled.validate().is_ok());
/// # Ok::<(), logsum_expressions::ParseError>(())
/// ```
///
/// # Source
/// Swait and Louviere (1993), *The role of the scale parameter in the estimation and comparison of multinomial logit
/// models*; Ben-Akiva and Morikawa (1990), *Estimation of switching models from revealed preferences and stated
/// intentions*.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    name: String,
    when: Option<Expression>,
    factor: Expression,
    multiplier: Expression,
}

impl Scale {
    /// A scale of all cases; `name` is for messages and tables.
    pub fn new(name: impl Into<String>, factor: impl Into<Term>) -> Self {
        let factor = factor.into().into_expression();
        Scale {
            name: name.into(),
            when: None,
            multiplier: factor.clone(),
            factor,
        }
    }

    /// Restricts it to the cases for which `when`, an expression of columns, is true.
    pub fn when(mut self, when: impl Into<Term>) -> Self {
        let when = when.into();
        self.multiplier = select(&when, &self.factor.clone().into(), &Term::from(1.0)).into_expression();
        self.when = Some(when.into_expression());
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it applies; everywhere if absent.
    pub fn condition(&self) -> Option<&Expression> {
        self.when.as_ref()
    }

    /// What multiplies utilities where it applies.
    pub fn factor(&self) -> &Expression {
        &self.factor
    }

    /// What multiplies utilities everywhere.
    pub fn multiplier(&self) -> &Expression {
        &self.multiplier
    }
}

/// Cases to which a scale applies.
pub(crate) fn n_cases(scale: &Scale, data: &ChoiceData) -> usize {
    let Some(when) = &scale.when else {
        return data.n_cases();
    };
    let mut graph = Graph::default();
    let names = data.names(&[], &mut graph);
    let node = names.lower("scale", when, &mut graph);
    let node = node.expect("conditions were checked when the data were built");
    let level = data.level(&graph, node);
    let values = data.evaluate(&graph, node, level);
    let of_case = |case: usize| match level {
        Level::Case => values[case],
        Level::Pair => values[data.pairs(case).start],
    };
    (0..data.n_cases()).filter(|&case| of_case(case) != 0.0).count()
}

impl Specification {
    /// Lets the scale differ between cases. Several scales multiply each other.
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scales.push(scale);
        self
    }

    /// The specification in which utilities are written out with their scales, and no scale is left: what is bound to
    /// data.
    pub(crate) fn scaled(&self) -> Cow<'_, Specification> {
        let multipliers = self.scales.iter().map(|scale| Term::from(scale.multiplier.clone()));
        let Some(factor) = multipliers.reduce(|product, next| product * next) else {
            return Cow::Borrowed(self);
        };
        let mut scaled = self.times(&factor);
        scaled.scales.clear();
        Cow::Owned(scaled)
    }

    /// The same with every utility multiplied by a factor.
    pub(crate) fn times(&self, factor: &Term) -> Specification {
        let multiplied = |utility: &Expression| (factor.clone() * Term::from(utility.clone())).into_expression();
        let mut specification = self.clone();
        specification.all = specification.all.as_ref().map(multiplied);
        for (_, own) in &mut specification.own {
            *own = multiplied(own);
        }
        specification
    }
}

/// What data must provide for scales.
pub(crate) fn uses(scales: &[Scale]) -> impl Iterator<Item = Use<'_>> {
    scales.iter().map(|scale| Use {
        label: format!("scale \"{}\"", scale.name),
        alternative: None,
        level: Level::Case,
        expression: &scale.multiplier,
    })
}

/// What can be wrong with scales before any data are read.
pub(crate) fn problems(specification: &Specification) -> Vec<ScaleError> {
    let mut problems = Vec::new();
    let coefficients = specification.coefficients();
    for (position, scale) in specification.scales.iter().enumerate() {
        let name = || scale.name.clone();
        if specification.scales[..position]
            .iter()
            .any(|earlier| earlier.name == scale.name)
        {
            problems.push(ScaleError::Twice { name: name() });
        }
        let parameter = scale
            .factor
            .only_name()
            .filter(|only| coefficients.iter().any(|known| known == only));
        let Some(parameter) = parameter else { continue };
        if scale.when.is_none() {
            problems.push(ScaleError::OfAllCases {
                name: name(),
                parameter: parameter.to_owned(),
            });
        }
        // Of a random coefficient the distribution says where it starts.
        let mixing = specification.mixing.as_ref();
        if mixing.is_some_and(|mixing| mixing.coefficient(parameter).is_some()) {
            continue;
        }
        let declared = specification.parameters.iter().find(|known| known.symbol == parameter);
        let start = declared.map_or(1.0, |declared| declared.parameter.start);
        if start <= 0.0 {
            problems.push(ScaleError::Start {
                name: name(),
                parameter: parameter.to_owned(),
                start,
            });
        }
    }
    problems
}

#[cfg(test)]
mod tests;
