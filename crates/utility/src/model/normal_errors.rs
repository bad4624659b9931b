//! What a probit is beside the logit in its middle.

use super::Model;
use super::mixture::Mixture;

impl Model<'_> {
    /// Of each parameter, whether it multiplies what it stands with in all utilities of the logit in the middle.
    pub(crate) fn linear_parameters(&self) -> Vec<bool> {
        let mut linear = vec![false; self.parameters.len()];
        for (k, _) in self.blocks.plans.iter().flat_map(|plan| &plan.terms) {
            linear[*k as usize] = true;
        }
        for k in self
            .blocks
            .plans
            .iter()
            .filter_map(|plan| plan.rest.as_ref())
            .flat_map(|rest| &rest.parameters)
        {
            linear[*k as usize] = false;
        }
        linear
    }

    /// The variance of the difference of normal errors between the first alternative and the base.
    pub(crate) fn first_difference(&self, theta: &[f64]) -> Option<f64> {
        let probit = self.specification.probit.as_ref()?;
        let structure = &self.mixture.as_ref()?.errors.as_ref()?.structure;
        let (base, others) = (probit.base_place(), probit.others());
        let first = others.first().copied().filter(|_| structure.n_alternatives > 0);
        let Some(first) = first else { return Some(1.0) };
        let sigma = structure.at(theta).value;
        let element = |one: usize, other: usize| sigma[one.max(other) * (one.max(other) + 1) / 2 + one.min(other)];
        Some(element(first, first) - 2.0 * element(first, base) + element(base, base))
    }

    /// The family of a probit.
    pub(crate) fn probit_family(&self) -> &'static str {
        let is_mixed = self.mixture.as_ref().is_some_and(Mixture::is_random);
        match (self.facts.best_worst.is_some(), is_mixed) {
            (false, false) => "probit",
            (false, true) => "mixed probit",
            (true, false) => "rank-ordered probit",
            (true, true) => "rank-ordered mixed probit",
        }
    }
}
