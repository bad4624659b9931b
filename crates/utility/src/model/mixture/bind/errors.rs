//! The errors of a probit, before any cases.

use logsum_data::ChoiceData;

use crate::error::{ProbitError, SpecificationError};
use crate::model::mixture::probit::{
    NormalErrors, OfOutcome, Outcome as ErrorOutcome, Outcomes, Structure, pairs_of_choice,
};
use crate::probit::Probit;
use crate::specification::Specification;

/// The errors of a probit, before any cases.
pub(super) fn normal_errors(
    specification: &Specification,
    probit: &Probit,
    data: &ChoiceData,
) -> Result<NormalErrors, SpecificationError> {
    let structure = Structure::new(specification, probit, data.alternatives().labelled)?;
    let fixed = |k: &u32| specification.parameters[*k as usize].parameter.fixed;
    if structure.parameters().iter().all(fixed) && structure.n_alternatives > 0 {
        // Nothing can move it: what is wrong with it is so for good.
        let start: Vec<f64> = specification
            .parameters
            .iter()
            .map(|known| known.parameter.start)
            .collect();
        let all: Vec<u32> = (0..structure.n_alternatives as u32).collect();
        let outcome = ErrorOutcome {
            pairs: pairs_of_choice(probit.base_place() as u32, all.len()),
            alternatives: all,
        };
        if let Err(singular) = OfOutcome::new(&structure.at(&start), &outcome, false, 0) {
            let name = |place: u32| probit.alternatives[place as usize].clone();
            let (one, other) = singular.alternatives;
            return Err(ProbitError::Singular {
                alternatives: (name(one), name(other)),
            }
            .into());
        }
    }
    Ok(NormalErrors {
        structure,
        probabilities: probit.probabilities,
        outcomes: Outcomes::default(),
        makers: Vec::new(),
        rankings: Vec::new(),
    })
}
