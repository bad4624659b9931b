//! The scales that an estimation has found, and whether they differ from 1.

use logsum_estimate::Inference;
use serde::{Deserialize, Serialize};

use crate::fit::Fit;
use crate::model::Model;
use crate::scale::Scale;

/// A scale of the specification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaleReport {
    /// Its name.
    pub name: String,
    /// Where it applies, as written; everywhere if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Cases to which it applies.
    pub n_cases: usize,
    /// What multiplies utilities there, as written.
    pub factor: String,
    /// The comparison with 1, where the factor is one parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<ScaleTest>,
}

/// A z test of a scale parameter against 1, where its cases have the scale of the others.
///
/// ```text
/// z = (μ̂ − 1) / se(μ̂)
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaleTest {
    /// Name of the parameter in tables.
    pub term: String,
    /// Its estimate.
    pub estimate: f64,
    /// z; `None` where there is no standard error.
    pub statistic: Option<f64>,
    /// Two-sided, standard normal.
    pub p_value: Option<f64>,
}

impl Model<'_> {
    /// Scales that apply to none of the cases, or to all of them, which says nothing of scales.
    pub fn scale_problems(&self) -> Vec<String> {
        let scales = self.specification().scales.iter().zip(&self.facts().scaled_cases);
        let one = |(scale, &n_cases): (&Scale, &usize)| {
            let when = scale.condition()?;
            let (cases, what) = match n_cases {
                0 => ("no case", "it scales nothing"),
                n if n == self.facts().n_cases && scale.factor().only_name().is_some() => {
                    ("every case", "the scale of all is not identified")
                }
                _ => return None,
            };
            Some(format!(
                "scale \"{}\": \"{when}\" holds in {cases}, so that {what}; correct \"when\"",
                scale.name()
            ))
        };
        scales.filter_map(one).collect()
    }

    /// The scales at the estimates `theta`, not tested yet.
    pub(crate) fn describe_scales(&self, theta: &[f64]) -> Vec<ScaleReport> {
        let specification = self.specification();
        // The mean of a random scale is not the scale of anybody.
        let random = |symbol: &str| self.mixing().is_some_and(|mixing| mixing.coefficient(symbol).is_some());
        let one = |(scale, &n_cases): (&Scale, &usize)| {
            let alone = scale.factor().only_name().filter(|name| !random(name));
            let mut declared = specification.parameters.iter().zip(theta);
            let tested = declared.find(|(declared, _)| alone == Some(&declared.symbol) && !declared.parameter.fixed);
            ScaleReport {
                name: scale.name().to_owned(),
                when: scale.condition().map(ToString::to_string),
                n_cases,
                factor: scale.factor().to_string(),
                test: tested.map(|(declared, estimate)| ScaleTest {
                    term: declared.parameter.name.clone(),
                    estimate: *estimate,
                    statistic: None,
                    p_value: None,
                }),
            }
        };
        specification
            .scales
            .iter()
            .zip(&self.facts().scaled_cases)
            .map(one)
            .collect()
    }
}

impl ScaleReport {
    /// What must be known of a parameter that is no scale.
    pub(crate) fn warning(&self) -> Option<String> {
        let test = self.test.as_ref().filter(|test| test.estimate <= 0.0)?;
        Some(format!(
            "the scale parameter \"{}\" is not positive: the choices of its cases go against the utilities of the others; \
             look whether the utilities suit both",
            test.term
        ))
    }
}

impl Fit {
    /// Tests scale parameters against 1 with the standard errors of the coefficient table.
    pub(crate) fn test_scales(&mut self) {
        for test in self.scales.iter_mut().filter_map(|scale| scale.test.as_mut()) {
            let estimate = self.parameters.iter().find(|estimate| estimate.term == test.term);
            let Some(estimate) = estimate else { continue };
            let std_error = estimate.std_error.unwrap_or(0.0);
            let inference = Inference::new(estimate.estimate - 1.0, std_error, self.confidence);
            test.statistic = inference.map(|inference| inference.statistic);
            test.p_value = inference.map(|inference| inference.p_value);
        }
    }
}
