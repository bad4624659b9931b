//! Ordered models: what the data say of thresholds and of the index, and where an estimation starts.

use logsum_estimate::{EvalError, NullVector};

use super::Model;
use super::diagnose::{CaseView, Finding, representatives};
use super::explain::quoted;
use super::kernels::{Kernel, OrderedKernel};
use super::scratch::Scratch;
use crate::proportional_odds::IndexColumns;

impl Model<'_> {
    /// What these parameters multiply in the utility of an ordered model, which is linear in them, at `theta`.
    ///
    /// # Errors
    /// As an evaluation; data that were not kept.
    pub(crate) fn index_columns(&self, theta: &[f64], free: &[usize]) -> Result<IndexColumns, EvalError> {
        let kernel_parameters = self.kernel_parameters();
        let mut parameters = free.to_vec();
        parameters.retain(|&k| !kernel_parameters.contains(&(k as u32)));
        let n = self.whole()?.n_cases();
        let mut columns = vec![vec![0.0; n]; parameters.len()];
        let mut scratch = Scratch::default();
        for index in 0..self.blocks.segments.len() {
            self.blocks.segments.visit(index, |segment| {
                for group in &segment.groups {
                    let see = |case: &CaseView<'_>| {
                        for (&k, derivative) in case.parameters.iter().zip(case.gradient(0)) {
                            if let Some(place) = parameters.iter().position(|known| *known == k as usize) {
                                columns[place][segment.cases.start + case.case] = *derivative;
                            }
                        }
                    };
                    self.blocks
                        .situations(group, theta, &mut scratch, see)
                        .map_err(|undefined| self.outside(segment, &undefined))?;
                }
                Ok(())
            })?;
        }
        // A constant is in every binary logit already.
        let varies = |column: &Vec<f64>| column.iter().any(|value| *value != column[0]);
        let kept: Vec<bool> = columns.iter().map(varies).collect();
        let keep = |at: &usize| kept[*at];
        let places: Vec<usize> = (0..parameters.len()).filter(keep).collect();
        // Of an ordered model the logsum is the index.
        let mut offset = self.predict(theta)?.logsums;
        for &place in &places {
            let coefficient = theta[parameters[place]];
            offset
                .iter_mut()
                .zip(&columns[place])
                .for_each(|(v, x)| *v -= coefficient * x);
        }
        let ones = vec![1.0; n];
        let of_parameters = places.iter().map(|&place| std::mem::take(&mut columns[place]));
        Ok(IndexColumns {
            columns: std::iter::once(ones).chain(of_parameters).collect(),
            parameters: places.into_iter().map(|place| parameters[place]).collect(),
            offset,
        })
    }
}

/// The slots of an ordered model as those of one whose alternatives have utilities: rank r has
///
/// ```text
/// W_r = Σ_{s<r} (V − τ_s)
/// ```
///
/// so that W_{r+1} − W_r is V less the threshold between the two, and differences vanish where no probability changes.
#[derive(Debug, Default)]
pub(super) struct Compared {
    parameters: Vec<u32>,
    gradients: Vec<f64>,
}

impl Compared {
    /// Hands over a case in that way; `order`: slot of each rank.
    pub fn see(
        &mut self,
        kernel: &OrderedKernel,
        order: &[usize],
        case: &CaseView<'_>,
        see: &mut impl FnMut(&CaseView<'_>),
    ) {
        let Compared { parameters, gradients } = self;
        parameters.clear();
        parameters.extend(case.parameters.iter().chain(&kernel.parameters));
        parameters.sort_unstable();
        parameters.dedup();
        let width = parameters.len();
        let place = |k: &u32| parameters.binary_search(k).expect("it is one of them");
        gradients.clear();
        gradients.resize(case.n_slots * width, 0.0);
        let of_index = case.gradient(order[0]);
        for (rank, &slot) in order.iter().enumerate() {
            let gradient = &mut gradients[slot * width..][..width];
            for (k, derivative) in case.parameters.iter().zip(of_index) {
                gradient[place(k)] += rank as f64 * derivative;
            }
            for k in &kernel.thresholds[..rank] {
                gradient[place(k)] -= 1.0;
            }
        }
        see(&CaseView {
            parameters: &*parameters,
            gradients: &*gradients,
            ..*case
        });
    }
}

impl Model<'_> {
    /// The kernel of an ordered model.
    pub(super) fn ordered_kernel(&self) -> Option<&OrderedKernel> {
        match &self.kernel {
            Some(Kernel::Ordered(ordered)) => Some(ordered),
            _ => None,
        }
    }

    /// Where an estimation starts: at the starting values, but thresholds of which nothing was said where an index of 0
    /// gives the alternatives their observed shares.
    pub(crate) fn estimation_start(&self) -> Vec<f64> {
        let mut start = self.start();
        let (Some(kernel), Some(ordered)) = (self.ordered_kernel(), &self.specification.ordered) else {
            return start;
        };
        let usual = ordered.distribution.equal_shares(kernel.thresholds.len() + 1);
        let untouched = |(k, usual): (&u32, &f64)| {
            let parameter = &self.parameters[*k as usize];
            let bounded = parameter.lower > f64::NEG_INFINITY || parameter.upper < f64::INFINITY;
            parameter.start == *usual && !parameter.fixed && !bounded
        };
        let untouched = kernel.thresholds.iter().zip(&usual).all(untouched);
        let thresholds = ordered.distribution.at_shares(&self.facts.times_chosen);
        if let Some(thresholds) = thresholds.filter(|_| untouched) {
            for (&k, threshold) in kernel.thresholds.iter().zip(thresholds) {
                start[k as usize] = threshold;
            }
        }
        start
    }

    /// Alternatives of an ordered model that nobody chose: the thresholds at their sides meet, or run away.
    pub(crate) fn empty_ranks(&self) -> Vec<Finding> {
        let Some(kernel) = self.ordered_kernel() else {
            return Vec::new();
        };
        let free = |k: &u32| !self.parameters[*k as usize].fixed;
        let mut findings = Vec::new();
        for (rank, _) in self
            .facts
            .times_chosen
            .iter()
            .enumerate()
            .filter(|(_, times)| **times == 0.0)
        {
            let beside = rank.saturating_sub(1)..(rank + 1).min(kernel.thresholds.len());
            let beside = kernel.thresholds[beside].iter().filter(|k| free(k));
            let parameters: Vec<usize> = beside.map(|&k| k as usize).collect();
            if parameters.is_empty() {
                continue;
            }
            let (verb, estimates, them) = match parameters.len() {
                1 => ("has", "estimate", "it"),
                _ => ("have", "estimates", "them"),
            };
            findings.push(Finding {
                message: format!(
                    "{} {verb} no finite {estimates} of {}: alternative \"{}\" is never chosen in the {} cases; leave it out of \
                     [alternatives], or fix {them}",
                    self.quoted(&parameters),
                    if parameters.len() == 1 { "its own" } else { "their own" },
                    self.facts.alternatives.names[rank],
                    self.facts.n_cases,
                ),
                held: parameters.clone(),
                parameters,
            });
        }
        findings
    }

    /// Directions in which an ordered model does not change, in words.
    pub(super) fn explain_null_of_ordered(&self, kernel: &OrderedKernel, vectors: &[NullVector]) -> Vec<Finding> {
        let is_threshold = |k: usize| kernel.thresholds.contains(&(k as u32));
        let of_index = |vector: &NullVector| NullVector {
            components: (vector.components.iter().copied())
                .filter(|&(k, _)| !is_threshold(k))
                .collect(),
        };
        let parts: Vec<NullVector> = vectors.iter().map(of_index).collect();
        let held = representatives(&parts);
        let explain = |((vector, part), held): ((&NullVector, &NullVector), usize)| {
            let parameters = part.parameters();
            let (names, columns) = (self.quoted(&parameters), self.columns_of(&parameters));
            let moves = part.components.len() < vector.components.len();
            let message = match (parameters.len(), moves) {
                (1, true) if columns.is_empty() => format!(
                    "{names} is not identified: a constant in the utility moves with all thresholds, which changes no \
                     probability; remove it, or fix a threshold"
                ),
                (1, true) => format!(
                    "{names} is not identified: what it multiplies ({}) is the same in every case, and moves with all \
                     thresholds, which changes no probability; remove it",
                    quoted(&columns)
                ),
                (1, false) => format!(
                    "{names} is not identified: what it multiplies ({}) is 0 in every case; remove it",
                    quoted(&columns)
                ),
                (_, true) => format!(
                    "{names} are not jointly identified: moving along {} adds the same to the utility of every case, which the \
                     thresholds take up; remove or fix one of them",
                    self.describe(part)
                ),
                (_, false) => format!(
                    "{names} are not jointly identified: what they multiply ({}) is collinear over the cases, so that moving \
                     along {} changes no probability; remove or fix one of them",
                    quoted(&columns),
                    self.describe(part)
                ),
            };
            Finding {
                parameters: vector.parameters(),
                message,
                held: vec![held],
            }
        };
        vectors.iter().zip(&parts).zip(held).map(explain).collect()
    }
}
