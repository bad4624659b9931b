//! Small and Hsiao's test of independence of irrelevant alternatives.

use std::f64::consts::FRAC_1_SQRT_2;

use logsum_data::ChoiceData;
use logsum_draws::Seed;
use logsum_estimate::{EvalError, LogLikelihood, Order, chi_squared_tail};
use serde::{Deserialize, Serialize};

use super::delta_method::theta;
use super::iia::{IiaError, at_bound, quoted, testable, without};
use super::refit::refit;
use crate::fit::Fit;
use crate::model::Model;

/// Branch of the seed that halves the decision makers.
const PURPOSE: u64 = 0x6861_6c76_6573;

/// A likelihood ratio on the choices among some alternatives in one half of the sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SmallHsiao {
    /// The alternatives that were removed.
    pub removed: Vec<String>,
    /// Cases of the second half that chose another one.
    pub n_cases: usize,
    /// ln L of these at the estimates from all choices of both halves.
    pub log_likelihood_all: f64,
    /// ln L of these at their own estimates.
    pub log_likelihood_others: f64,
    /// Twice the difference.
    pub statistic: f64,
    /// Parameters that the choices among the others identify.
    pub degrees: usize,
    /// From χ².
    pub p_value: f64,
    /// What is not compared, and why.
    pub left_out: Vec<String>,
}

/// The sample in two random halves, and the estimates from all choices in them.
#[derive(Debug)]
pub struct Halves {
    second: ChoiceData,
    /// (1/√2) θ̂_A + (1 − 1/√2) θ̂_B.
    average: Vec<f64>,
    /// θ̂_B.
    of_second: Vec<f64>,
    /// Decision makers of each.
    pub n_decision_makers: [usize; 2],
}

impl Halves {
    /// Splits the decision makers of the fit's data at random and estimates the model on each half.
    ///
    /// Who is in which half depends on the seed and on the identifiers of the decision makers (rows of the file where there
    /// are none), and on nothing else. `model` must be the fit's, on the data of its estimation.
    ///
    /// # Errors
    /// [`IiaError`]: models without the property, and halves from which they cannot be estimated.
    pub fn new(model: &Model<'_>, fit: &Fit, seed: u64) -> Result<Self, IiaError> {
        let data = testable(model, fit)?;
        if data.schema().shares {
            return Err(IiaError::Shares {
                test: "a likelihood ratio",
                instead: "--iia hausman-mcfadden with --covariance robust",
            });
        }
        let at = theta(fit);
        let first = first_half(data, seed);
        let half = |which: &str, inside: &dyn Fn(usize) -> bool| {
            let keep: Vec<bool> = (0..data.n_cases()).map(inside).collect();
            let data = data.select(&keep);
            let refit = refit(model.specification(), &data, &at, &at_bound(fit));
            let refit = refit.map_err(|error| IiaError::Estimation {
                what: format!("the {which} half of the sample (--seed {seed})"),
                error: Box::new(error),
            })?;
            Ok::<_, IiaError>((data, refit.theta()))
        };
        let (one, of_first) = half("first", &|case| first[case])?;
        let (second, of_second) = half("second", &|case| !first[case])?;
        let weighted = |(a, b): (&f64, &f64)| FRAC_1_SQRT_2 * a + (1.0 - FRAC_1_SQRT_2) * b;
        Ok(Halves {
            average: of_first.iter().zip(&of_second).map(weighted).collect(),
            n_decision_makers: [one.n_decision_makers(), second.n_decision_makers()],
            second,
            of_second,
        })
    }

    /// Tests independence of irrelevant alternatives on the choices of the second half (B) among the alternatives that are
    /// not `removed` (by position):
    ///
    /// ```text
    /// LR = −2 [ln L_B(θ_AB) − ln L_B(θ̂_B,others)],   θ_AB = (1/√2) θ̂_A + (1 − 1/√2) θ̂_B
    /// ```
    ///
    /// with the likelihood of the choices among the others. θ̂_A and θ̂_B are from all choices of the halves; their weights
    /// give θ_AB the covariance that makes LR χ², with as many degrees of freedom as there are parameters that the choices
    /// among the others identify, which the usual likelihood ratio of the two samples is not.
    ///
    /// # Errors
    /// [`IiaError`].
    ///
    /// # Source
    /// Small and Hsiao (1985), *Multinomial logit specification tests*, International Economic Review 26(3).
    pub fn test(&self, model: &Model<'_>, fit: &Fit, removed: &[usize]) -> Result<SmallHsiao, IiaError> {
        let rest = without(model, fit, &self.second, removed, &self.of_second)?;
        let failed = |error: crate::error::SpecificationError| EvalError::Failed(error.to_string());
        let bound = Model::bind(model.specification(), &rest.data).map_err(failed)?;
        let all = bound.evaluate(&self.average, Order::Value)?.log_likelihood;
        let others = rest.refit.fit.log_likelihood;
        let statistic = 2.0 * (others - all);
        let degrees = rest.refit.estimated().len();
        if degrees == 0 {
            return Err(IiaError::NothingChanges {
                names: quoted(&self.second, removed),
            });
        }
        let names = &self.second.alternatives().names;
        Ok(SmallHsiao {
            removed: removed.iter().map(|&position| names[position].clone()).collect(),
            n_cases: rest.data.n_cases(),
            log_likelihood_all: all,
            log_likelihood_others: others,
            statistic,
            degrees,
            p_value: chi_squared_tail(statistic, degrees),
            left_out: rest.left_out,
        })
    }
}

/// Whether each case is in the first half.
pub(super) fn first_half(data: &ChoiceData, seed: u64) -> Vec<bool> {
    let seed = Seed::new(seed).split(PURPOSE);
    let makers = |case: usize| data.decision_makers().map_or(case, |makers| makers[case] as usize);
    let mut order: Vec<(f64, u64, usize)> = Vec::with_capacity(data.n_decision_makers());
    for (case, &key) in data.decision_maker_keys().iter().enumerate() {
        if order.len() == makers(case) {
            order.push((seed.stream(key).open01(), key, makers(case)));
        }
    }
    order.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let mut first = vec![false; order.len()];
    order[..order.len() / 2]
        .iter()
        .for_each(|(_, _, maker)| first[*maker] = true);
    (0..data.n_cases()).map(|case| first[makers(case)]).collect()
}
