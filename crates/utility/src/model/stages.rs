//! Rankings in a likelihood of choices: the stages of each ranking are choices of one chooser.

use std::borrow::Cow;

use logsum_data::{ChoiceData, Joint, Outcome, Stages, Ties};

use super::Model;
use super::kernels::MOST_TIED;
use crate::error::{NestError, ProbitError, SpecificationError};
use crate::mixing::Varies;
use crate::specification::Specification;
use crate::term::column;

/// The ranked cases behind the choices of a likelihood, which it counts from 0 on.
#[derive(Clone, Debug, Default)]
pub(super) struct RankedCases {
    /// Case of each choice.
    of: Vec<u32>,
}

impl RankedCases {
    /// Adds the stages of the next part of the data, which has so many cases before it.
    pub fn add(&mut self, stages: &Stages, before: usize) {
        self.of.extend(stages.case.iter().map(|case| before as u32 + case));
    }
}

impl Model<'_> {
    /// The case behind a choice of the likelihood: itself, unless it is a stage of a ranking.
    pub(super) fn case_of(&self, choice: usize) -> usize {
        self.ranked.as_ref().map_or(choice, |ranked| ranked.of[choice] as usize)
    }

    /// The cases behind choices that follow each other, whole cases.
    pub(super) fn cases_of(&self, choices: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        match choices.is_empty() {
            true => choices.clone(),
            false => self.case_of(choices.start)..self.case_of(choices.end - 1) + 1,
        }
    }
}

/// The stages of the rankings, where outcomes are rankings.
///
/// # Errors
/// What does not go together with rankings.
pub(super) fn stages(specification: &Specification, data: &ChoiceData) -> Result<Option<Stages>, SpecificationError> {
    let Some(rankings) = data.rankings() else {
        return Ok(None);
    };
    if specification.probit.is_some() {
        // It looks at whole rankings.
        return match rankings.joint() {
            Some(_) => Err(ProbitError::SeveralAtOnce.into()),
            None => Ok(None),
        };
    }
    if specification.nests.is_some() || specification.generator.is_some() {
        return Err(NestError::WithRanking.into());
    }
    let rates = || {
        data.schema()
            .alternatives
            .iter()
            .map(|alternative| alternative.sampling_rate)
    };
    if data.correction().is_some() || rates().any(|rate| rate.is_some()) {
        return Err(SpecificationError::RankingOfSample);
    }
    let mixing = specification.mixing.as_ref();
    if let Some(random) = mixing.and_then(|mixing| mixing.random.iter().find(|random| random.varies == Varies::Case)) {
        return Err(SpecificationError::RankingOfCases {
            name: random.symbol.clone(),
        });
    }
    let stages = data.stages();
    stages.iter().try_for_each(few_tied)?;
    Ok(stages)
}

/// Whether the sum over the orders of those that share a rank can be taken.
fn few_tied(stages: &Stages) -> Result<(), SpecificationError> {
    let (Some(Joint::Ties(Ties::Exact)), Outcome::Counts(taken)) = (stages.joint, stages.data.outcome()) else {
        return Ok(());
    };
    for case in 0..stages.data.n_cases() {
        let pairs = stages.data.pairs(case);
        let (row, n) = (stages.data.row_number(pairs.start), pairs.len());
        let tied = taken[pairs].iter().filter(|taken| **taken > 0.0).count();
        if tied > MOST_TIED && tied < n {
            return Err(SpecificationError::TooManyTied {
                file: stages.data.source().name.clone(),
                row,
                tied,
                most: MOST_TIED,
            });
        }
    }
    Ok(())
}

/// The specification of the stages: as it stands, but where the worst is taken utilities count with the other sign.
///
/// ```text
/// P(j is the worst of C) = exp(−V_j) / Σ_{k ∈ C} exp(−V_k)
/// ```
pub(super) fn of_stages<'s>(specification: &'s Specification, stages: Option<&Stages>) -> Cow<'s, Specification> {
    let Some(sign) = stages.and_then(|stages| stages.sign.as_deref()) else {
        return Cow::Borrowed(specification);
    };
    Cow::Owned(specification.times(&column(sign)))
}
