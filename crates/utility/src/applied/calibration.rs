//! Constants that make predicted shares meet targets.

use logsum_data::{ChoiceData, near_miss};
use logsum_estimate::{EvalError, LogLikelihood, Parameter};
use serde::{Deserialize, Serialize};

use super::constants::{ToMeet, constants};
use crate::error::CalibrationError;
use crate::fit::{Estimate, Fit};
use crate::model::Model;
use crate::shares::case_size;
use crate::specification::{DeclaredParameter, Specification};
use crate::term::{Term, parameter};

/// How far targets of all alternatives may sum to something else than 1.
const SUM_TOLERANCE: f64 = 1e-6;

/// A share to be met.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Name of the alternative.
    pub alternative: String,
    /// Between 0 and 1.
    pub share: f64,
}

/// An alternative before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibratedShare {
    /// Name of the alternative.
    pub alternative: String,
    /// The share that was to be met; `None` of alternatives that share what the others leave.
    pub target: Option<f64>,
    /// Predicted share without the constants.
    pub before: f64,
    /// With them.
    pub after: f64,
    /// What is added to the utility; 0 of the base and of alternatives without a target.
    pub constant: f64,
}

/// How a fit was calibrated, as it stands in the fit file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationReport {
    /// File of the cases whose shares meet the targets.
    pub file: String,
    /// Every alternative.
    pub shares: Vec<CalibratedShare>,
}

/// Name of the parameter that calibrates an alternative.
fn symbol(alternative: &str) -> String {
    format!("calibration_{alternative}")
}

/// A fit with constants c_j of alternatives, held, such that the shares predicted for the cases of `data` meet the targets,
///
/// ```text
/// S_j(θ̂, c) = t_j,   S_j = Σ_n w_n y_n P_nj(θ̂, c) / Σ_n w_n y_n
/// ```
///
/// and the specification that has them: utilities V_j + c_j. Where all alternatives have a target, that of `base` (or else the
/// first) stays 0; those without a target keep their utilities and share what is left. A fit that was calibrated before has its
/// constants replaced.
///
/// The constants c + (ln t − ln S) are a contraction for the logit; Broyden's method makes it fast, and it is its own first
/// step. Standard errors of what is predicted afterwards are given the constants.
///
/// # Errors
/// [`CalibrationError`].
///
/// # Source
/// Berry, Levinsohn and Pakes (1995), *Automobile prices in market equilibrium*; Train (2009), *Discrete choice methods with
/// simulation*, section 2.8.
pub fn calibrate(
    fit: &Fit,
    specification: &Specification,
    data: &ChoiceData,
    targets: &[Target],
    base: Option<&str>,
) -> Result<(Fit, Specification), CalibrationError> {
    let plan = Plan::new(specification, data, targets, base)?;
    let names = &data.alternatives().names;
    let taken = names.iter().map(|name| symbol(name)).find(|symbol| {
        let own = |known: &&Estimate| known.term == *symbol && (fit.calibration.is_none() || !known.fixed);
        fit.parameters.iter().any(|known| own(&known))
    });
    if let Some(name) = taken {
        return Err(CalibrationError::NameTaken { name });
    }
    let mut calibrated = specification.clone();
    for &at in &plan.moving {
        add_constant(&mut calibrated, &names[at]);
    }
    let model = Model::bind(&calibrated, data)?;
    let known = |name: &str| fit.parameters.iter().find(|known| known.term == name);
    let mut theta: Vec<f64> = model
        .parameters()
        .iter()
        .map(|parameter| known(&parameter.name).map_or(0.0, |known| known.estimate))
        .collect();
    let positions: Vec<usize> = plan
        .moving
        .iter()
        .map(|&at| {
            let name = symbol(&names[at]);
            let position = model.parameters().iter().position(|parameter| parameter.name == name);
            position.expect("it was declared")
        })
        .collect();
    // What an earlier calibration added is taken back.
    for (value, parameter) in theta.iter_mut().zip(model.parameters()) {
        if names.iter().any(|name| symbol(name) == parameter.name) {
            *value = 0.0;
        }
    }
    let mut shares_at = |constants: &[f64]| -> Result<Vec<f64>, EvalError> {
        for (&position, constant) in positions.iter().zip(constants) {
            theta[position] = *constant;
        }
        Ok(model.predict(&theta)?.shares(data))
    };
    let before = shares_at(&vec![0.0; positions.len()])?;
    let (constants, after) = constants(&plan.to_meet(names), &mut shares_at)?;
    shares_at(&constants)?;

    let mut fit = fit.clone();
    fit.parameters = model
        .parameters()
        .iter()
        .zip(&theta)
        .map(|(parameter, value)| match known(&parameter.name) {
            Some(known) => Estimate {
                estimate: *value,
                ..known.clone()
            },
            None => held(parameter, *value),
        })
        .collect();
    let constant = |at: usize| {
        let place = plan.moving.iter().position(|moving| *moving == at);
        place.map_or(0.0, |place| constants[place])
    };
    let share = |at: usize| CalibratedShare {
        alternative: names[at].clone(),
        target: plan.targets[at],
        before: before[at],
        after: after[at],
        constant: constant(at),
    };
    fit.calibration = Some(CalibrationReport {
        file: data.source().name.clone(),
        shares: (0..names.len()).map(share).collect(),
    });
    Ok((fit, calibrated))
}

/// A parameter that is held at a value, as a fit lists it.
fn held(parameter: &Parameter, value: f64) -> Estimate {
    Estimate {
        term: parameter.name.clone(),
        estimate: value,
        std_error: None,
        statistic: None,
        p_value: None,
        conf_low: None,
        conf_high: None,
        fixed: true,
        at_bound: None,
    }
}

/// Adds the constant of an alternative to its utility, if it is not there.
fn add_constant(specification: &mut Specification, alternative: &str) {
    let symbol = symbol(alternative);
    if specification.parameters.iter().any(|known| known.symbol == symbol) {
        return;
    }
    let constant = parameter(&symbol);
    match specification.own.iter_mut().find(|(name, _)| name == alternative) {
        Some((_, utility)) => *utility = (Term::from(utility.clone()) + constant).into_expression(),
        None => specification
            .own
            .push((alternative.to_owned(), constant.into_expression())),
    }
    specification.parameters.push(DeclaredParameter {
        parameter: Parameter {
            fixed: true,
            ..Parameter::new(symbol.clone(), 0.0)
        },
        symbol,
    });
}

/// Which constants move, and what is to be met.
struct Plan {
    /// Target of every alternative.
    targets: Vec<Option<f64>>,
    /// Alternatives whose constants move.
    moving: Vec<usize>,
}

impl Plan {
    fn new(
        specification: &Specification,
        data: &ChoiceData,
        given: &[Target],
        base: Option<&str>,
    ) -> Result<Self, CalibrationError> {
        if !data.alternatives().labelled {
            return Err(CalibrationError::Unlabelled);
        }
        if specification.ordered.is_some() {
            return Err(CalibrationError::Ordered);
        }
        if given.is_empty() {
            return Err(CalibrationError::NoTarget);
        }
        let names = || data.alternatives().names.iter().map(String::as_str);
        let position = |name: &str| {
            names()
                .position(|known| known == name)
                .ok_or_else(|| CalibrationError::NoAlternative {
                    name: name.to_owned(),
                    suggestion: near_miss(name, names()),
                    known: logsum_data::name_list(names()),
                })
        };
        let available = available(data);
        let mut targets = vec![None; available.len()];
        for target in given {
            let (name, share) = (target.alternative.clone(), target.share);
            let at = position(&name)?;
            if targets[at].is_some() {
                return Err(CalibrationError::Twice { name });
            }
            if !(share > 0.0 && share < 1.0) {
                return Err(CalibrationError::NoShare { name, share });
            }
            if share >= available[at] && available[at] < 1.0 {
                return Err(CalibrationError::Unavailable {
                    name,
                    target: share,
                    available: available[at],
                });
            }
            targets[at] = Some(share);
        }
        let sum: f64 = targets.iter().flatten().sum();
        // Alternatives that are nowhere available have nothing to share.
        let others: Vec<&str> = names()
            .enumerate()
            .filter(|(at, _)| targets[*at].is_none() && available[*at] > 0.0)
            .map(|(_, name)| name)
            .collect();
        let mut moving: Vec<usize> = (0..targets.len()).filter(|&at| targets[at].is_some()).collect();
        if others.is_empty() {
            if (sum - 1.0).abs() > SUM_TOLERANCE {
                return Err(CalibrationError::Sum { sum });
            }
            targets.iter_mut().flatten().for_each(|target| *target /= sum);
        } else if sum >= 1.0 {
            let others = logsum_data::name_list(others);
            return Err(CalibrationError::NothingLeft { sum, others });
        }
        let base = base.map(position).transpose()?;
        if let Some(base) = base.filter(|base| targets[*base].is_none()) {
            let name = data.alternatives().names[base].clone();
            return Err(CalibrationError::BaseWithoutTarget { name });
        }
        if names()
            .enumerate()
            .all(|(at, _)| targets[at].is_some() || available[at] == 0.0)
        {
            let base = base.unwrap_or(moving[0]);
            moving.retain(|&at| at != base);
        }
        Ok(Plan { targets, moving })
    }
}

impl Plan {
    /// What the constants that move are to meet.
    fn to_meet<'n>(&self, names: &'n [String]) -> Vec<ToMeet<'n>> {
        let of = |&at: &usize| ToMeet {
            alternative: at,
            name: &names[at],
            share: self.targets[at].expect("what moves has a target"),
        };
        self.moving.iter().map(of).collect()
    }
}

/// Part of the cases, by weight, in which each alternative is available.
fn available(data: &ChoiceData) -> Vec<f64> {
    let mut sums = vec![0.0; data.alternatives().len()];
    let mut total = 0.0;
    for case in 0..data.n_cases() {
        let size = case_size(data, case);
        total += size;
        for pair in data.pairs(case) {
            sums[data.pair_alternatives()[pair] as usize] += size;
        }
    }
    // What is available everywhere is so whatever the rounding of sums.
    let part = |sum: f64| if sum == total { 1.0 } else { sum / total };
    sums.into_iter().map(part).collect()
}
