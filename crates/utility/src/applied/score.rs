//! Score (Lagrange multiplier) tests of parameters that a model holds.

use logsum_data::near_miss;
use logsum_estimate::{
    CovarianceError, EvalError, LogLikelihood, Order, chi_squared_tail, multiway_outer_product, opg_covariance, select,
};
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

use super::delta_method::theta;
use super::refit::started;
use crate::estimation::FitError;
use crate::fit::{Cluster, Fit};
use crate::model::Model;

/// Share of a parameter's information that must be left once the others are estimated for it to be identified.
const NOTHING: f64 = 1e-10;

/// A score test: of several parameters together, and of each alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreTest {
    /// The parameters that were let go, each alone.
    pub parameters: Vec<FreedParameter>,
    /// All of them together; `None` where only single ones were asked for.
    pub joint: Option<ScoreStatistic>,
}

/// A parameter that the model holds, and what its score says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FreedParameter {
    /// Its name.
    pub term: String,
    /// The value at which it is held.
    pub value: f64,
    /// ∂ ln L / ∂θ there, the other parameters at their estimates; `None` where it cannot be tested.
    pub score: Option<f64>,
    /// How far a Newton step would move it, all parameters moving; `None` where ln L curves upwards.
    pub expected_change: Option<f64>,
    /// The test of this one alone; `None` where it cannot be tested.
    pub test: Option<ScoreStatistic>,
    /// Why it cannot be tested alone.
    pub problem: Option<String>,
    /// Whether it is held at a bound of its own, so that it could move to one side only.
    pub on_bound: bool,
}

/// A statistic that is χ² if the values are true.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreStatistic {
    /// The statistic.
    pub statistic: f64,
    /// Number of parameters.
    pub degrees: usize,
    /// Probability of a statistic at least as large.
    pub p_value: f64,
}

/// Why held parameters cannot be tested.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum ScoreTestError {
    #[error("score test: no parameter \"{name}\"; {}", suggestion.as_ref().map_or_else(
        || "what is tested is declared with fixed = true and stands in the model".to_owned(),
        |near| format!("did you mean \"{near}\"?")
    ))]
    NoParameter { name: String, suggestion: Option<String> },
    #[error(
        "score test: \"{name}\" is estimated, not held; a score test is of a parameter with fixed = true, and --wald tests \
         \"{name} = 0\""
    )]
    Free { name: String },
    #[error("score test: \"{name}\" is named twice")]
    Twice { name: String },
    #[error("score test: the model holds no parameter; declare one with fixed = true and estimate the others")]
    NothingHeld,
    #[error("score test: once let go, {reason}")]
    NotIdentified { reason: String },
    #[error(
        "score test: \"{name}\" is a spread held at 0, where the likelihood has no slope in it by symmetry, so that its score \
         says nothing; estimate it, and compare the fits by their likelihood ratio"
    )]
    SpreadAtZero { name: String },
    #[error("score test: the information of the parameters that the model estimates has no inverse: {reason}")]
    Nuisance { reason: String },
    #[error(
        "score test: with {names} let go the log-likelihood curves upwards here, so that its Hessian is no information; take \
         --covariance opg or robust"
    )]
    Upwards { names: String },
    #[error(transparent)]
    Specification(#[from] crate::error::SpecificationError),
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    #[error(transparent)]
    Scores(#[from] CovarianceError),
    #[error(transparent)]
    Fit(#[from] FitError),
}

/// Tests that parameters have the values at which the model holds them, at the estimates of the others: nothing is
/// estimated again. With the parameters θ₁ that are let go and the others θ₂ that were estimated,
///
/// ```text
/// S = s*′ M⁻¹ s*,   s* = s₁ − G s₂,   G = A₁₂ A₂₂⁻¹,   A = −∂² ln L / ∂θ∂θ′,   B = Σ_n s_n s_n′
///
/// M = A₁₁ − G A₂₁                                   with the covariance of the Hessian,
/// M = B₁₁ − B₁₂ B₂₂⁻¹ B₂₁,  G = B₁₂ B₂₂⁻¹             with the outer product of scores,
/// M = B₁₁ − G B₂₁ − B₁₂ G′ + G B₂₂ G′                with a robust or clustered covariance
/// ```
///
/// which is χ² with as many degrees of freedom as there are in θ₁ if their values are true; the last also where the model
/// is wrong otherwise (the generalised score test). s₂ vanishes at the estimates but for what the optimiser leaves.
/// Parameters at a bound, and those that are held and not named, stay where they are. The expected change is
/// (A₁₁ − G A₂₁)⁻¹ s*, with B in the place of A where M is of the outer product.
///
/// `names`: those to test together and one by one; with none, every parameter that is held is tested alone. The kind of
/// the covariance is that chosen on the fit. `model` must be the fit's, on the data of its estimation.
///
/// # Errors
/// Names of no parameters, or of parameters that are estimated, and what is not identified once it is let go. Where all are
/// tested one by one, the last is said of each ([`FreedParameter::problem`]).
///
/// # Source
/// Rao (1948), *Large sample tests of statistical hypotheses concerning several parameters*; Boos (1992), *On generalized
/// score tests*, The American Statistician 46(4); White (1982), *Maximum likelihood estimation of misspecified models*.
pub fn score_test(model: &Model<'_>, fit: &Fit, names: &[String]) -> Result<ScoreTest, ScoreTestError> {
    let mut tested = Vec::new();
    for name in names {
        let terms = || fit.parameters.iter().map(|parameter| parameter.term.as_str());
        let Some(k) = terms().position(|term| term == name) else {
            return Err(ScoreTestError::NoParameter {
                name: name.clone(),
                suggestion: near_miss(name, terms()),
            });
        };
        if !fit.parameters[k].fixed {
            return Err(ScoreTestError::Free { name: name.clone() });
        }
        if tested.contains(&k) {
            return Err(ScoreTestError::Twice { name: name.clone() });
        }
        tested.push(k);
    }
    let singles = names.is_empty();
    if singles {
        tested = (0..fit.parameters.len()).filter(|&k| fit.parameters[k].fixed).collect();
    }
    if tested.is_empty() {
        return Err(ScoreTestError::NothingHeld);
    }
    let joint = match singles {
        true => None,
        false => Some(freed(model, fit, &tested)?.statistic),
    };
    let alone = |&k: &usize| -> Result<FreedParameter, ScoreTestError> {
        let declared = &model.specification().parameters[k].parameter;
        let value = fit.parameters[k].estimate;
        let found = freed(model, fit, &[k]);
        let row = FreedParameter {
            term: fit.parameters[k].term.clone(),
            value,
            score: None,
            expected_change: None,
            test: None,
            problem: None,
            on_bound: value == declared.lower || value == declared.upper,
        };
        match found {
            Ok(found) => Ok(FreedParameter {
                score: Some(found.score[0]),
                expected_change: found.change.map(|change| change[0]),
                test: Some(found.statistic),
                ..row
            }),
            Err(
                problem @ (ScoreTestError::NotIdentified { .. }
                | ScoreTestError::SpreadAtZero { .. }
                | ScoreTestError::Upwards { .. }),
            ) => Ok(FreedParameter {
                problem: Some(problem.to_string().trim_start_matches("score test: ").to_owned()),
                ..row
            }),
            Err(error) => Err(error),
        }
    };
    Ok(ScoreTest {
        parameters: tested.iter().map(alone).collect::<Result<_, _>>()?,
        joint,
    })
}

/// A test of some parameters together.
struct Freed {
    score: Array1<f64>,
    change: Option<Array1<f64>>,
    statistic: ScoreStatistic,
}

fn freed(model: &Model<'_>, fit: &Fit, tested: &[usize]) -> Result<Freed, ScoreTestError> {
    let at = theta(fit);
    let mut specification = started(model.specification(), &at);
    let seconds: Vec<String> = specification
        .mixing
        .iter()
        .flat_map(|mixing| mixing.second_estimates())
        .map(|(name, _)| name)
        .collect();
    for &k in tested {
        let declared = &mut specification.parameters[k];
        if at[k] == 0.0 && seconds.contains(&declared.symbol) {
            return Err(ScoreTestError::SpreadAtZero {
                name: fit.parameters[k].term.clone(),
            });
        }
        declared.parameter.fixed = false;
    }
    // What stands at a bound counts as fixed, as in every covariance.
    for (declared, estimate) in specification.parameters.iter_mut().zip(&fit.parameters) {
        declared.parameter.fixed |= estimate.at_bound.is_some();
    }
    let free = Model::bind(&specification, model.whole()?)?;
    if let Some(finding) = free
        .not_identified(&at)?
        .into_iter()
        .find(|finding| finding.parameters.iter().any(|k| tested.contains(k)))
    {
        return Err(ScoreTestError::NotIdentified {
            reason: finding.message,
        });
    }
    let others: Vec<bool> = (0..at.len())
        .map(|k| !specification.parameters[k].parameter.fixed && !tested.contains(&k))
        .collect();
    let rest: Vec<usize> = (0..at.len()).filter(|&k| others[k]).collect();
    let evaluation = free.evaluate(&at, Order::Hessian)?;
    let information = -evaluation.hessian;
    let products = match fit.covariance_kind.as_str() {
        "hessian" => None,
        "clustered" => {
            let columns = fit.cluster.iter().flat_map(Cluster::each);
            let columns: Vec<String> = columns.map(|(column, _)| column.to_owned()).collect();
            let clusterings = free.clusterings(&columns)?;
            Some(multiway_outer_product(&free, &at, &clusterings, &|_| 1.0)?)
        }
        _ => Some(free.score_products(&at)?),
    };
    let blocks = |matrix: &Array2<f64>| {
        let block = |rows: &[usize], columns: &[usize]| matrix.select(Axis(0), rows).select(Axis(1), columns);
        (block(tested, tested), block(tested, &rest), select(matrix, &others))
    };
    let by_products = fit.covariance_kind == "opg";
    let base = products.as_ref().filter(|_| by_products).unwrap_or(&information);
    let (base11, base12, _) = blocks(base);
    let inverse = match opg_covariance(base, &others) {
        Ok(inverse) => inverse,
        Err(error) => {
            return Err(ScoreTestError::Nuisance {
                reason: error.to_string(),
            });
        }
    };
    let gain = base12.dot(&inverse);
    let left = &base11 - &gain.dot(&base12.t());
    let score: Array1<f64> = tested.iter().map(|&k| evaluation.score[k]).collect();
    let of_rest: Array1<f64> = rest.iter().map(|&k| evaluation.score[k]).collect();
    let efficient = &score - &gain.dot(&of_rest);
    let quoted = |parameters: &[usize]| {
        let names: Vec<String> = parameters
            .iter()
            .map(|&k| format!("\"{}\"", fit.parameters[k].term))
            .collect();
        names.join(", ")
    };
    for (at, &k) in tested.iter().enumerate() {
        if left[[at, at]].abs() <= NOTHING * base11[[at, at]].abs() {
            return Err(ScoreTestError::NotIdentified {
                reason: format!(
                    "{} is not identified: at these estimates the other parameters do all that it could",
                    quoted(&[k])
                ),
            });
        }
    }
    let middle = match &products {
        Some(products) if !by_products => {
            let (b11, b12, b22) = blocks(products);
            let cross = gain.dot(&b12.t());
            &b11 - &cross - cross.t() + gain.dot(&b22).dot(&gain.t())
        }
        _ => left.clone(),
    };
    let all = vec![true; tested.len()];
    let weights = opg_covariance(&middle, &all).map_err(|error| match error {
        CovarianceError::NotMaximum { .. } => ScoreTestError::Upwards { names: quoted(tested) },
        _ => ScoreTestError::NotIdentified {
            reason: format!("{} are not jointly identified at these estimates", quoted(tested)),
        },
    })?;
    let statistic = efficient.dot(&weights.dot(&efficient));
    Ok(Freed {
        score,
        change: opg_covariance(&left, &all).ok().map(|inverse| inverse.dot(&efficient)),
        statistic: ScoreStatistic {
            statistic,
            degrees: tested.len(),
            p_value: chi_squared_tail(statistic, tested.len()),
        },
    })
}
