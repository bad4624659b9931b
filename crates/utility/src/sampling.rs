//! Sampling of alternatives: estimation on some of the alternatives of each case where there are very many.
//!
//! A case keeps the chosen alternative and a random sample D of the others. Given D, the chosen alternative follows a
//! logit again, with the logarithm of how probable D was had another one been chosen added to its utility:
//!
//! ```text
//! P(j | D) = exp(V_j + ln π(D | j)) / Σ_{k ∈ D} exp(V_k + ln π(D | k))
//! ```
//!
//! Maximising it is consistent for the parameters of the whole choice set. That rests on the independence of irrelevant
//! alternatives: it holds for logit, and not for models that break it.
//!
//! # Source
//! McFadden (1978), *Modelling the choice of residential location*; Ben-Akiva and Lerman (1985), ch. 9; Train (2009),
//! section 3.7.

mod error;
mod estimation;
mod probabilities;
mod protocols;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use logsum_data::{ChoiceData, Layout, Outcome, Places};
use logsum_draws::Seed;
use logsum_expressions::Expression;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use error::SamplingError;
pub use estimation::fit_sampled;
use probabilities::Probabilities;
use protocols::Drawn;

/// Branch of the seed from which alternatives are drawn, so that other draws from the same seed are independent.
const PURPOSE: u64 = 0x616c_7465_726e_6174;

/// How the alternatives of each case are sampled: the table `[sampling]` of a model file.
#[derive(Clone, Debug, PartialEq)]
pub struct AlternativeSampling {
    /// By which rule.
    pub method: SamplingMethod,
    /// Alternatives taken of each case, the chosen one among them; of each stratum in stratified sampling.
    pub number: SampleSize,
    /// Of the random numbers.
    pub seed: u64,
    /// Independent samples to estimate on: the first gives the estimates, the others show how far a sample moves them.
    pub replications: usize,
}

/// The rule by which alternatives are drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum SamplingMethod {
    /// All others are equally likely, without replacement. π(D | j) is the same for all j of D: nothing is added to the
    /// utilities.
    Uniform,
    /// `number` − 1 draws with replacement with probabilities proportional to a weight w_j, the chosen alternative added
    /// to them. With n_j the number of times that j was drawn, 1 more if it was chosen, π(D | j) ∝ n_j / w_j.
    Importance {
        /// Expression of columns, 0 or larger, positive for what is chosen.
        weight: Expression,
    },
    /// A number of alternatives of each stratum, the chosen one among those of its own, without replacement. With n_s of
    /// the N_s alternatives of its stratum taken, π(D | j) ∝ N_s / n_s. Strata that have no more are taken whole.
    Stratified {
        /// Column that names the stratum.
        strata: String,
    },
}

/// How many alternatives are taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SampleSize {
    /// So many of each case, or of each stratum.
    Same(usize),
    /// By the value of the column of strata.
    Strata(BTreeMap<String, usize>),
}

impl SamplingMethod {
    /// "uniform", "importance" or "stratified".
    pub fn name(&self) -> &'static str {
        match self {
            SamplingMethod::Uniform => "uniform",
            SamplingMethod::Importance { .. } => "importance",
            SamplingMethod::Stratified { .. } => "stratified",
        }
    }
}

impl AlternativeSampling {
    /// Names of the columns that it reads, derived ones among them.
    pub fn column_names(&self) -> Vec<&str> {
        match &self.method {
            SamplingMethod::Uniform => Vec::new(),
            SamplingMethod::Importance { weight } => weight.names(),
            SamplingMethod::Stratified { strata } => vec![strata],
        }
    }

    /// The data with the sampled alternatives of each case and the correction that belongs to them.
    ///
    /// Choice sets of no more than `number` alternatives are kept whole, with a correction of 0; so are strata, with the
    /// one that follows. What a case draws depends on the seed, the replication, the case's identifier (its row in the
    /// file where none is named) and its choice set alone.
    ///
    /// # Errors
    /// Data without single choices, weights and strata that are not there or not of use, a number of alternatives that
    /// leaves nothing to compare.
    pub fn sample(&self, data: &ChoiceData, replication: u64) -> Result<ChoiceData, SamplingError> {
        self.validate()?;
        let chosen = match data.outcome() {
            Outcome::Chosen(_) if data.rankings().is_some() => return Err(SamplingError::Rankings),
            Outcome::Chosen(chosen) => chosen,
            Outcome::Counts(_) => return Err(SamplingError::Counts),
            Outcome::None => return Err(SamplingError::NoOutcomes),
        };
        if self.method != SamplingMethod::Uniform && matches!(data.schema().layout, Layout::Wide { .. }) {
            return Err(SamplingError::Wide {
                method: self.method.name(),
            });
        }
        let probabilities = Probabilities::new(self, data)?;
        let seed = Seed::new(self.seed).split(PURPOSE).split(replication);
        let keys = data.case_keys();
        let drawn: Vec<Vec<Drawn>> = (0..data.n_cases())
            .into_par_iter()
            .with_min_len(64)
            .map(|case| probabilities.draw(data.pairs(case), chosen[case] as usize, &mut seed.stream(keys[case])))
            .collect();
        let mut alone = Places::new(&data.source().name);
        let mut n_alone = 0;
        for case in (0..data.n_cases()).filter(|&case| drawn[case].len() < 2 && data.pairs(case).len() > 1) {
            alone.add(|| data.place(case));
            n_alone += 1;
        }
        // A few there may be by chance: they tell nothing and do no harm.
        if 2 * n_alone > data.n_cases() {
            return Err(SamplingError::Alone { places: alone });
        }
        let mut keep = vec![false; data.n_pairs()];
        let mut correction = Vec::new();
        for (case, drawn) in drawn.iter().enumerate() {
            for alternative in drawn {
                keep[data.pairs(case).start + alternative.slot] = true;
                correction.push(alternative.correction);
            }
        }
        let corrected = self.method != SamplingMethod::Uniform;
        Ok(data.restrict(&keep, corrected.then_some(correction)))
    }

    /// What can be said without data.
    fn validate(&self) -> Result<(), SamplingError> {
        let (least, stratified) = match self.method {
            SamplingMethod::Stratified { .. } => (1, true),
            _ => (2, false),
        };
        let numbers: Vec<usize> = match &self.number {
            SampleSize::Same(number) => vec![*number],
            SampleSize::Strata(numbers) if stratified => numbers.values().copied().collect(),
            SampleSize::Strata(_) => return Err(SamplingError::NumberByStratum),
        };
        if let Some(&number) = numbers.iter().find(|number| **number < least) {
            return Err(SamplingError::TooFew { number, least });
        }
        if self.replications == 0 {
            return Err(SamplingError::NoReplication);
        }
        Ok(())
    }
}
