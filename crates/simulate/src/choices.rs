//! Synthetic choices: what random utility maximisers with known parameters would choose.

use logsum_data::{ChoiceData, DataError, Outcome};
use logsum_draws::Seed;
use logsum_estimate::{EvalError, LogLikelihood};
use logsum_utility::{Model, Specification, SpecificationError};

use crate::design::{Design, DesignError};

/// Branches of the seed of synthetic data.
const SITUATIONS: u64 = 0;
const NOISE: u64 = 1;

/// Why there are no synthetic choices.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SimulationError {
    /// The situations cannot be drawn.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// The model does not fit them.
    #[error(transparent)]
    Specification(#[from] SpecificationError),
    /// The utilities cannot be computed.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    /// Too few or too many true values.
    #[error("{given} parameters, but the model has {needed}")]
    Parameters {
        /// Values given.
        given: usize,
        /// Parameters of the model.
        needed: usize,
    },
    /// A number of choices that is not whole.
    #[error("simulated case {case} has {total} choices in the data; only whole numbers of choices can be drawn")]
    FractionalCount {
        /// The case, from 1.
        case: usize,
        /// Sum of its counts.
        total: f64,
    },
}

impl From<DataError> for SimulationError {
    fn from(error: DataError) -> Self {
        SimulationError::Design(DesignError::Data(error))
    }
}

/// Draws situations from `design` and in each a choice with the true values `theta`:
///
/// ```text
/// chosen_n = argmax_{j ∈ C_n} V_nj(θ) + ε_nj
/// ```
///
/// with the noise ε that the model's kernel implies (Gumbel for logit). Where the data count choices, as many are drawn
/// in a case as the resampled case had, or 1. The cases were sampled before their choices were drawn, so the result has
/// no sampling rates, even if the schema of the design has.
///
/// # Errors
/// [`SimulationError`].
pub fn choices(
    specification: &Specification,
    design: &Design<'_>,
    theta: &[f64],
    seed: Seed,
) -> Result<ChoiceData, SimulationError> {
    let situations = design.draw(seed.split(SITUATIONS))?;
    let outcome = {
        let model = Model::bind(specification, &situations)?;
        let needed = model.parameters().len();
        if theta.len() != needed {
            return Err(SimulationError::Parameters {
                given: theta.len(),
                needed,
            });
        }
        // Of shares, each case draws one choice.
        if matches!(situations.outcome(), Outcome::Counts(_)) && !situations.schema().shares {
            let fractional = (0..situations.n_cases()).find(|&case| situations.choices(case).fract() != 0.0);
            if let Some(case) = fractional {
                return Err(SimulationError::FractionalCount {
                    case: case + 1,
                    total: situations.choices(case),
                });
            }
        }
        model.draw_outcome(theta, seed.split(NOISE))?
    };
    let data = situations.with_outcome(outcome).without_sampling_rates();
    design.check_filter(&data)?;
    Ok(data)
}
