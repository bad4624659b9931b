//! Corrections for how the data were sampled: what the likelihood of the sample adds to the utilities.

use std::collections::HashMap;
use std::ops::Range;

use logsum_data::ChoiceData;
use logsum_expressions::{ColumnId, Graph, NodeId};

use crate::error::SpecificationError;

/// What the likelihood of a sample adds to V_nj, with sampling rates R_j of a choice-based sample and probabilities
/// π_n(C_n | j) of the choice set C_n had j been chosen:
///
/// ```text
/// c_nj = ln R_j + ln π_n(C_n | j)
/// ```
///
/// By Bayes' theorem the probability of j in the sample is proportional to exp(V_nj) R_j π_n(C_n | j).
///
/// # Source
/// Manski and McFadden (1981), *Alternative estimators and sample designs for discrete choice analysis*; McFadden
/// (1978), *Modelling the choice of residential location*.
#[derive(Debug)]
pub(super) struct Corrections {
    /// ln R_j of each alternative; zeros where the sample is not choice-based.
    ln_rates: Vec<f64>,
    /// Column of ln π_n(C_n | j), if choice sets are sampled.
    column: Option<ColumnId>,
}

impl Corrections {
    /// `None` where the data are a plain sample of cases with their choice sets.
    ///
    /// # Errors
    /// Sampling rates that are not positive numbers.
    pub fn new(data: &ChoiceData) -> Result<Option<Self>, SpecificationError> {
        let rates: HashMap<&str, f64> = data
            .schema()
            .alternatives
            .iter()
            .filter_map(|alternative| Some((alternative.name.as_str(), alternative.sampling_rate?)))
            .collect();
        let names = &data.alternatives().names;
        let rates: Vec<f64> = names
            .iter()
            .map(|name| rates.get(name.as_str()).copied().unwrap_or(1.0))
            .collect();
        let wrong = |(name, rate): (&String, &f64)| {
            (!(rate.is_finite() && *rate > 0.0)).then(|| SpecificationError::SamplingRate {
                alternative: name.clone(),
                rate: *rate,
            })
        };
        let errors: Vec<SpecificationError> = names.iter().zip(&rates).filter_map(wrong).collect();
        if !errors.is_empty() {
            return Err(SpecificationError::from_list(errors));
        }
        // The same for all drops out of every probability.
        let choice_based = rates.iter().any(|rate| *rate != rates[0]);
        let column = data.correction_column();
        Ok((choice_based || column.is_some()).then(|| Corrections {
            ln_rates: rates
                .iter()
                .map(|rate| if choice_based { rate.ln() } else { 0.0 })
                .collect(),
            column,
        }))
    }

    /// c_nj of every pair.
    pub fn of_pairs(&self, data: &ChoiceData) -> Vec<f64> {
        let sampled = data.correction();
        let of = |(pair, &alternative): (usize, &u32)| {
            self.ln_rates[alternative as usize] + sampled.map_or(0.0, |correction| correction[pair])
        };
        data.pair_alternatives().iter().enumerate().map(of).collect()
    }

    /// The utilities with the correction; `plan_of`, which gives each alternative its utility, comes to point to them.
    /// Alternatives that had one utility keep one if their rates are equal.
    pub fn add(&self, graph: &mut Graph, utilities: &[NodeId], plan_of: &mut [usize]) -> Vec<NodeId> {
        let mut corrected = Vec::new();
        let mut known: HashMap<(usize, u64), usize> = HashMap::new();
        for (plan, ln_rate) in plan_of.iter_mut().zip(&self.ln_rates) {
            *plan = *known.entry((*plan, ln_rate.to_bits())).or_insert_with(|| {
                let mut correction = graph.constant(*ln_rate);
                if let Some(column) = self.column {
                    let column = graph.column(column);
                    correction = graph.add(correction, column);
                }
                corrected.push(graph.add(utilities[*plan], correction));
                corrected.len() - 1
            });
        }
        corrected
    }

    /// Takes the correction off the utilities of a case and finds the probabilities that follow; returns the logsum.
    pub fn remove(
        &self,
        data: &ChoiceData,
        pairs: Range<usize>,
        utilities: &mut [f64],
        probabilities: &mut [f64],
    ) -> f64 {
        let sampled = data.correction();
        for (pair, utility) in pairs.zip(utilities.iter_mut()) {
            let ln_rate = self.ln_rates[data.pair_alternatives()[pair] as usize];
            *utility -= ln_rate + sampled.map_or(0.0, |correction| correction[pair]);
        }
        let largest = utilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for (utility, probability) in utilities.iter().zip(probabilities.iter_mut()) {
            *probability = (utility - largest).exp();
            total += *probability;
        }
        probabilities.iter_mut().for_each(|probability| *probability /= total);
        largest + total.ln()
    }
}
