//! What can be wrong with random coefficients before any data are read.

mod coefficients;
mod correlation;
mod draws;
mod names;
mod spaces;
#[cfg(test)]
mod tests;

use super::Mixing;
use crate::error::{MixingError, SpecificationError};
use crate::specification::Specification;

pub(crate) use coefficients::{range_problem, sign_problem, start_problem};
pub(crate) use draws::plan_problems;
pub(crate) use names::unused;

/// The problems of a specification's random part, in the order of the tables.
pub(crate) fn problems(specification: &Specification) -> Vec<SpecificationError> {
    let Some(mixing) = &specification.mixing else {
        return Vec::new();
    };
    let mut problems = Problems {
        specification,
        mixing,
        in_utilities: names::in_utilities(specification),
        found: Vec::new(),
    };
    if !mixing.is_random() && specification.probit.is_none() {
        problems.add(MixingError::NothingRandom);
    }
    problems.names();
    problems.coefficients();
    problems.correlation();
    problems.willingness_to_pay_space();
    problems.scale_heterogeneity();
    problems.second_starts();
    problems.draws();
    problems.found.into_iter().map(SpecificationError::Mixing).collect()
}

/// Collects the problems of one specification.
struct Problems<'s> {
    specification: &'s Specification,
    mixing: &'s Mixing,
    /// Names that its utilities use.
    in_utilities: Vec<&'s str>,
    found: Vec<MixingError>,
}

impl Problems<'_> {
    fn add(&mut self, problem: MixingError) {
        self.found.push(problem);
    }

    fn is_declared(&self, symbol: &str) -> bool {
        names::is_declared(self.specification, symbol)
    }
}
