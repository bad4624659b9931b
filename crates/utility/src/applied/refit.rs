//! A model estimated again on other cases, from estimates that are known.

use logsum_data::ChoiceData;
use logsum_estimate::{EvalError, LogLikelihood, NullVector};

use crate::error::SpecificationError;
use crate::estimation::{FitError, FitOptions};
use crate::fit::Fit;
use crate::model::Model;
use crate::specification::Specification;

/// What an estimation on other cases found.
#[derive(Debug)]
pub(crate) struct Refit {
    /// The fit, in which what is not identified on these cases is fixed at the value that it came with.
    pub fit: Fit,
    /// Directions in which nothing changes on these cases, each with the parameter that is held for it.
    pub directions: Vec<(NullVector, usize)>,
}

/// Why there are no estimates on other cases.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum RefitError {
    #[error("there are no cases left")]
    NoCases,
    #[error("none of the parameters is identified on them")]
    NothingIdentified,
    #[error("the estimation did not converge: {reason}")]
    NotConverged { reason: String },
    #[error(transparent)]
    Specification(#[from] SpecificationError),
    #[error(transparent)]
    Fit(#[from] FitError),
    #[error(transparent)]
    Evaluation(#[from] EvalError),
}

impl Refit {
    /// Parameters that are estimated here: neither fixed nor held, and not at a bound.
    pub fn estimated(&self) -> Vec<usize> {
        let inside = |k: &usize| {
            let parameter = &self.fit.parameters[*k];
            !parameter.fixed && parameter.at_bound.is_none()
        };
        (0..self.fit.parameters.len()).filter(inside).collect()
    }

    /// The estimates, those held among them.
    pub fn theta(&self) -> Vec<f64> {
        self.fit.parameters.iter().map(|parameter| parameter.estimate).collect()
    }
}

/// Estimates a specification, complete with all its parameters, on `data` from `theta` on.
///
/// Parameters that are not identified on these cases stay at their value in `theta`: one for each direction in which the
/// utilities do not change, so that ln L is the same as if all were free. Those in `held` stay there too.
///
/// # Errors
/// No cases, nothing to estimate, an estimation that does not converge: as where a choice is never made, and its constant
/// runs away.
pub(crate) fn refit(
    specification: &Specification,
    data: &ChoiceData,
    theta: &[f64],
    held: &[usize],
) -> Result<Refit, RefitError> {
    if data.n_cases() == 0 {
        return Err(RefitError::NoCases);
    }
    let mut specification = started(specification, theta);
    for &k in held {
        specification.parameters[k].parameter.fixed = true;
    }
    let directions = Model::bind(&specification, data)?.null_directions(theta)?;
    for (_, k) in &directions {
        specification.parameters[*k].parameter.fixed = true;
    }
    if specification.parameters.iter().all(|declared| declared.parameter.fixed) {
        return Err(RefitError::NothingIdentified);
    }
    let options = FitOptions {
        start: Some(theta.to_vec()),
        ..FitOptions::default()
    };
    let model = Model::bind(&specification, data)?;
    debug_assert_eq!(model.parameters().len(), theta.len());
    let fit = model.fit_beside(&options, None, false)?;
    if !fit.converged {
        // What is found to be wrong stands last among the warnings.
        let found = fit.convergence.reason.contains("see the warnings");
        let reason = fit.warnings.last().filter(|_| found).unwrap_or(&fit.convergence.reason);
        return Err(RefitError::NotConverged { reason: reason.clone() });
    }
    Ok(Refit { fit, directions })
}

/// The specification with these starting values, and without measuring the error of its draws.
pub(super) fn started(specification: &Specification, theta: &[f64]) -> Specification {
    let mut specification = specification.clone();
    for (declared, &value) in specification.parameters.iter_mut().zip(theta) {
        declared.parameter.start = value;
    }
    if let Some(mixing) = &mut specification.mixing {
        mixing.draws.replications = 0;
    }
    specification
}
