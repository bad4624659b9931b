//! After a nested logit: its dissimilarities with standard errors, and what they mean.

use logsum_estimate::two_sided_p_value;

use crate::fit::Fit;
use crate::model::Model;
use crate::nest_report::{NestDescription, NestMember, NestReport};
use crate::taste_report::Quantity;
use crate::tastes_after::Delta;

/// What rounding leaves of two dissimilarities that are the same.
const ROUNDING: f64 = 1e-9;

impl Model<'_> {
    /// The nests at the estimates of a fit; none if it has none.
    pub(crate) fn describe_nests(&self, fit: &Fit) -> Option<NestReport> {
        let nests = self.specification().nests.as_ref()?;
        let kernel = self.nested_kernel()?;
        let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
        let values = kernel.values(&theta);
        let no_error = |estimate: f64| Quantity {
            estimate,
            std_error: None,
        };
        let derivatives = |function: usize| values.first.iter().map(|first| first[function]).collect();
        let describe = |nest: &crate::nests::Nest| {
            let function = kernel.dissimilarity(&nest.name)?;
            let lambda = values.value[function];
            let member = |member: &crate::nests::Member| {
                let allocation = kernel.allocation(&nest.name, &member.name);
                NestMember {
                    name: member.name.clone(),
                    allocation: allocation.map(|function| no_error(values.value[function])),
                    derivatives: allocation.map_or(Vec::new(), derivatives),
                }
            };
            let pairs = nest.members.len() > 1;
            let meaning = nest.normalised && lambda <= 1.0 && !nests.is_cross_nested();
            Some(NestDescription {
                name: nest.name.clone(),
                members: nest.members.iter().map(member).collect(),
                normalised: nest.normalised,
                dissimilarity: no_error(lambda),
                scale: no_error(1.0 / lambda),
                statistic: None,
                p_value: None,
                correlation: (pairs && meaning).then(|| no_error(1.0 - lambda * lambda)),
                derivatives: derivatives(function),
            })
        };
        let mut report = NestReport {
            nests: nests.nests.iter().filter_map(describe).collect(),
            parameters: self.kernel_parameters().iter().map(|&k| k as usize).collect(),
        };
        report.infer(&Delta::new(&fit.parameters, fit.covariance.hessian.as_ref()));
        Some(report)
    }
}

impl Fit {
    /// Makes the standard errors of the nests anew from the chosen covariance ([`Fit::chosen_covariance`]).
    pub(crate) fn redescribe_nests(&mut self) {
        if let Some(mut report) = self.nests.take() {
            report.infer(&Delta::new(&self.parameters, self.chosen_covariance().as_deref()));
            self.nests = Some(report);
        }
    }
}

impl NestReport {
    /// Fills in standard errors.
    fn infer(&mut self, delta: &Delta<'_>) {
        for nest in &mut self.nests {
            let error = delta.std_error(&self.parameters, &nest.derivatives);
            let lambda = nest.dissimilarity.estimate;
            nest.dissimilarity.std_error = error;
            nest.scale.std_error = error.map(|error| error / (lambda * lambda));
            nest.statistic = error.map(|error| (lambda - 1.0) / error);
            nest.p_value = nest.statistic.map(two_sided_p_value);
            if let Some(correlation) = &mut nest.correlation {
                correlation.std_error = error.map(|error| 2.0 * lambda * error);
            }
            for member in &mut nest.members {
                if let Some(allocation) = &mut member.allocation {
                    allocation.std_error = delta.std_error(&self.parameters, &member.derivatives);
                }
            }
        }
    }

    /// What to say of dissimilarities that utility maximisation does not allow everywhere.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let lambda = |name: &str| {
            let nest = self.nests.iter().find(|nest| nest.name == name);
            nest.map(|nest| nest.dissimilarity.estimate)
        };
        let mut doubts = Vec::new();
        for nest in &self.nests {
            let own = nest.dissimilarity.estimate;
            if nest.normalised && own > 1.0 + ROUNDING {
                doubts.push(format!(
                    "the dissimilarity of nest \"{}\" is {own:.4}, above 1: its members are less alike than others, and the \
                     model agrees with utility maximisation for some values of the attributes only",
                    nest.name
                ));
            }
            if own < 0.0 {
                doubts.push(format!(
                    "the dissimilarity of nest \"{}\" is {own:.4}: below 0 a better alternative makes its nest less likely",
                    nest.name
                ));
            }
            for member in &nest.members {
                let inner = lambda(&member.name).filter(|_| nest.normalised);
                if let Some(inner) = inner.filter(|inner| *inner > own + ROUNDING && own <= 1.0 + ROUNDING) {
                    doubts.push(format!(
                        "the dissimilarity of nest \"{}\" is {inner:.4}, above that of \"{}\" around it, {own:.4}: its members \
                         are less alike than those of the larger nest, which utility maximisation does not allow everywhere",
                        member.name, nest.name
                    ));
                }
            }
        }
        doubts
    }
}
