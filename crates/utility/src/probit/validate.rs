//! What can be wrong with the covariance of errors before any data are read.

use logsum_data::near_miss;
use logsum_expressions::Expression;

use super::{ErrorCovariance, Probit};
use crate::error::{ProbitError, SpecificationError};
use crate::specification::Specification;

/// Names with which parameters of the covariance begin.
const PREFIXES: [&str; 3] = ["chol_", "sd_", "loading_"];

/// Whether a declared parameter belongs to the covariance of errors, as far as is known: before the alternatives are,
/// any name of the kind may.
pub(crate) fn is_of_errors(probit: &Probit, name: &str) -> bool {
    if probit.alternatives.is_empty() {
        return PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    }
    probit.parameters().iter().any(|(known, _)| known == name)
}

/// The problems of a specification's errors.
pub(crate) fn problems(specification: &Specification) -> Vec<SpecificationError> {
    let Some(probit) = &specification.probit else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let named = !probit.alternatives.is_empty();
    if let Some(base) = probit
        .base
        .as_ref()
        .filter(|base| named && !probit.alternatives.contains(base))
    {
        found.push(ProbitError::Base {
            base: base.clone(),
            alternatives: probit.alternatives.clone(),
            suggestion: near_miss(base, probit.alternatives.iter().map(String::as_str)),
        });
    }
    if let ErrorCovariance::Factors(0) = probit.covariance {
        found.push(ProbitError::NoFactors);
    }
    names(specification, probit, &mut found);
    pattern(specification, probit, &mut found);
    if named && found.is_empty() {
        found.extend(not_identified(specification, probit));
    }
    if let Some(mixing) = &specification.mixing
        && mixing
            .random
            .iter()
            .any(|random| random.varies == crate::mixing::Varies::Case)
    {
        found.push(ProbitError::VariesByCase);
    }
    if probit.probabilities != super::Probabilities::Ghk
        && specification.mixing.as_ref().is_some_and(|mixing| mixing.is_random())
    {
        found.push(ProbitError::RandomNotSimulated {
            probabilities: probit.probabilities.name(),
        });
    }
    found.into_iter().map(SpecificationError::Probit).collect()
}

/// Parameters of the covariance whose names mean something else too.
fn names(specification: &Specification, probit: &Probit, found: &mut Vec<ProbitError>) {
    let parameters = probit.parameters();
    let in_utilities: Vec<&str> = specification.expressions().flat_map(Expression::names).collect();
    let of_tastes = specification.mixing.iter().flat_map(|mixing| mixing.second_estimates());
    let of_tastes: Vec<String> = of_tastes.map(|(name, _)| name).collect();
    for (at, (name, _)) in parameters.iter().enumerate() {
        if parameters[..at].iter().any(|(earlier, _)| earlier == name) {
            found.push(ProbitError::SharedName { name: name.clone() });
        }
        let elsewhere = match () {
            () if of_tastes.contains(name) => "the distribution of a coefficient",
            () if in_utilities.contains(&name.as_str()) => "a utility",
            () => continue,
        };
        found.push(ProbitError::NameElsewhere {
            name: name.clone(),
            elsewhere,
        });
    }
}

/// Elements of a pattern.
fn pattern(specification: &Specification, probit: &Probit, found: &mut Vec<ProbitError>) {
    let ErrorCovariance::Pattern(elements) = &probit.covariance else {
        return;
    };
    if elements.is_empty() {
        found.push(ProbitError::EmptyPattern);
    }
    let declared = |name: &str| specification.parameters.iter().any(|known| known.symbol == name);
    for (at, element) in elements.iter().enumerate() {
        for name in [&element.row, &element.column] {
            if !probit.alternatives.is_empty() && !probit.alternatives.contains(name) {
                found.push(ProbitError::PatternAlternative {
                    name: name.clone(),
                    suggestion: near_miss(name, probit.alternatives.iter().map(String::as_str)),
                });
            }
        }
        let same = |other: &super::PatternElement| {
            (&other.row, &other.column) == (&element.row, &element.column)
                || (&other.column, &other.row) == (&element.row, &element.column)
        };
        if elements[..at].iter().any(same) {
            found.push(ProbitError::PatternTwice {
                row: element.row.clone(),
                column: element.column.clone(),
            });
        }
        for name in element.value.names().into_iter().filter(|name| !declared(name)) {
            let known = specification.parameters.iter().map(|known| known.symbol.as_str());
            found.push(ProbitError::PatternParameter {
                name: name.to_owned(),
                element: format!("{}.{}", element.row, element.column),
                suggestion: near_miss(name, known),
            });
        }
    }
}

/// Covariances with more parameters than differences of errors have variances and covariances, one of them 1.
fn not_identified(specification: &Specification, probit: &Probit) -> Option<ProbitError> {
    let n = probit.alternatives.len();
    let most = (n * n.saturating_sub(1) / 2).saturating_sub(1);
    let is_free = |name: &str| {
        let declared = specification.parameters.iter().find(|known| known.symbol == name);
        declared.is_none_or(|declared| !declared.parameter.fixed)
    };
    let names: Vec<String> = match &probit.covariance {
        ErrorCovariance::Pattern(elements) => {
            let in_utilities: Vec<&str> = specification.expressions().flat_map(Expression::names).collect();
            let mut names: Vec<String> = elements
                .iter()
                .flat_map(|element| element.value.names())
                .filter(|name| !in_utilities.contains(name))
                .map(str::to_owned)
                .collect();
            names.sort_unstable();
            names.dedup();
            names
        }
        ErrorCovariance::Diagonal | ErrorCovariance::Factors(_) if n == 2 => {
            return Some(ProbitError::TwoAlternatives {
                covariance: probit.covariance.name(),
            });
        }
        _ => probit.parameters().into_iter().map(|(name, _)| name).collect(),
    };
    let free = names.iter().filter(|name| is_free(name)).count();
    // A pattern is taken as it is: its parameters may set the scale.
    let allowed = match probit.covariance {
        ErrorCovariance::Pattern(_) => n * n.saturating_sub(1) / 2,
        _ => most,
    };
    if free > allowed {
        return Some(ProbitError::TooManyParameters {
            parameters: free,
            alternatives: n,
            most: allowed,
        });
    }
    let constants_only = specification.column_names().is_empty();
    (constants_only && free > 0).then_some(ProbitError::ConstantsOnly { alternatives: n })
}
