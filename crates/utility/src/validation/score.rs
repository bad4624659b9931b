//! A sample held against parameters that need not be its own.

use logsum_data::ChoiceData;
use logsum_estimate::{LogLikelihood, Order};
use serde::{Deserialize, Serialize};

use super::ValidationError;
use crate::model::Model;
use crate::quality::{PredictionMeasures, Scoring};
use crate::specification::Specification;

/// What parameters make of a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SampleScore {
    /// Decision makers in it.
    pub n_decision_makers: usize,
    /// Their choice situations.
    pub n_cases: usize,
    /// ln L of the sample, on whole choice sets: of a ranking that of all stages, with random tastes that of the choices of
    /// each decision maker together.
    pub log_likelihood: f64,
    /// ln L by case; by choice where a case has several (counts) or a weight: `log_likelihood` / `measures.weight`.
    pub log_likelihood_per_case: f64,
    /// How well the choices are predicted, case by case.
    pub measures: PredictionMeasures,
}

/// Holds a specification with the parameters `theta` against the choices in `data`.
///
/// # Errors
/// As [`Model::bind`] and [`Model::predict`], and choices without any weight.
pub fn score(specification: &Specification, data: &ChoiceData, theta: &[f64]) -> Result<SampleScore, ValidationError> {
    let log_likelihood = Model::bind(specification, data)?
        .evaluate(theta, Order::Value)?
        .log_likelihood;
    // Predicted is the best of all.
    let best = data.rankings().is_some().then(|| data.first_choices());
    let data = best.as_ref().unwrap_or(data);
    let prediction = Model::bind(specification, data)?.predict(theta)?;
    let mut scoring = Scoring::new(data.alternatives());
    scoring.add(data, &prediction);
    let measures = scoring.finish().ok_or(ValidationError::NoWeight)?.measures;
    Ok(SampleScore {
        n_decision_makers: data.n_decision_makers(),
        n_cases: data.n_cases(),
        log_likelihood,
        log_likelihood_per_case: log_likelihood / measures.weight,
        measures,
    })
}
