//! The scales that an estimation has found, and whether they differ from 1.

use logsum_estimate::Inference;
use serde::{Deserialize, Serialize};

use crate::fit::Fit;
use crate::specification::Specification;

/// A scale of the specification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScaleReport {
    /// Its name.
    pub name: String,
    /// Where it applies, as written; everywhere if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
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

/// The scales of a specification at the estimates `theta`, not tested yet.
pub(crate) fn scales(specification: &Specification, theta: &[f64]) -> Vec<ScaleReport> {
    let one = |scale: &crate::scale::Scale| {
        let declared = scale.factor().only_name().and_then(|parameter| {
            let mut declared = specification.parameters.iter().zip(theta);
            declared.find(|(declared, _)| declared.symbol == parameter)
        });
        // The mean of a random scale is not the scale of anybody.
        let random = |symbol: &str| {
            let mixing = specification.mixing.as_ref();
            mixing.is_some_and(|mixing| mixing.coefficient(symbol).is_some())
        };
        ScaleReport {
            name: scale.name().to_owned(),
            when: scale.condition().map(ToString::to_string),
            factor: scale.factor().to_string(),
            test: declared
                .filter(|(declared, _)| !random(&declared.symbol))
                .map(|(declared, estimate)| ScaleTest {
                    term: declared.parameter.name.clone(),
                    estimate: *estimate,
                    statistic: None,
                    p_value: None,
                }),
        }
    };
    specification.scales.iter().map(one).collect()
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
