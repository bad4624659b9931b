//! Inference, chosen after the fit: which covariance stands behind the standard errors.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use logsum_data::Schema;
use logsum_estimate::Inference;

use crate::bootstrap::BootstrapOptions;
use crate::correction::{Corrected, Correction, CorrectionError};
use crate::estimation::FitError;
use crate::fit::Fit;

/// Kind of a covariance matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CovarianceKind {
    /// Minus the inverse Hessian.
    #[default]
    Hessian,
    /// Inverse of the outer product of scores summed within decision makers.
    Opg,
    /// Sandwich of the two.
    Robust,
    /// Sandwich with scores summed within the values of a column; of several, by inclusion and exclusion over their
    /// intersections.
    Clustered(Vec<String>),
    /// Of the estimates of resamples.
    Bootstrap(BootstrapOptions),
}

impl CovarianceKind {
    /// The kind that is shown where nobody asks for one: that of the Hessian, but the sandwich where outcomes are shares,
    /// whose quasi-likelihood has no information equality.
    ///
    /// # Source
    /// Papke and Wooldridge (1996), *Econometric methods for fractional response variables with an application to 401(k)
    /// plan participation rates*.
    pub fn usual(schema: &Schema) -> Self {
        if schema.shares {
            CovarianceKind::Robust
        } else {
            CovarianceKind::Hessian
        }
    }

    /// Name in fit files and on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            CovarianceKind::Hessian => "hessian",
            CovarianceKind::Opg => "opg",
            CovarianceKind::Robust => "robust",
            CovarianceKind::Clustered(_) => "clustered",
            CovarianceKind::Bootstrap(_) => "bootstrap",
        }
    }
}

impl fmt::Display for CovarianceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for CovarianceKind {
    type Err = String;

    /// Reads a name; the columns of a clustered covariance are none and must be set, and a bootstrap is the usual one.
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "hessian" => Ok(CovarianceKind::Hessian),
            "opg" => Ok(CovarianceKind::Opg),
            "robust" => Ok(CovarianceKind::Robust),
            "clustered" => Ok(CovarianceKind::Clustered(Vec::new())),
            "bootstrap" => Ok(CovarianceKind::Bootstrap(BootstrapOptions::default())),
            other => Err(format!(
                "\"{other}\" is not a kind of covariance; choose hessian, opg, robust, clustered or bootstrap"
            )),
        }
    }
}

impl Fit {
    /// The covariance matrix behind the standard errors, over the parameters that are not fixed; `None` if there is
    /// none. A small-sample correction is in it.
    pub fn chosen_covariance(&self) -> Option<Cow<'_, Vec<Vec<f64>>>> {
        let covariance = &self.covariance;
        let matrix = match self.covariance_kind.as_str() {
            "hessian" => covariance.hessian.as_ref(),
            "opg" => covariance.opg.as_ref(),
            "robust" => covariance.robust.as_ref(),
            "clustered" => covariance.clustered.as_ref(),
            "bootstrap" => covariance.bootstrap.as_ref(),
            _ => None,
        }?;
        match self.correction.and_then(|correction| correction.factor) {
            Some(factor) if self.covariance_kind == "robust" => {
                let scaled = |row: &Vec<f64>| row.iter().map(|value| factor * value).collect();
                Some(Cow::Owned(matrix.iter().map(scaled).collect()))
            }
            _ => Some(Cow::Borrowed(matrix)),
        }
    }

    /// Lets the robust covariance, wherever it is chosen, have a small-sample correction. Standard errors have it once
    /// [`Fit::choose_covariance`] is called.
    ///
    /// # Errors
    /// Too few decision makers or cases for it.
    pub fn correct_robust(&mut self, kind: Correction) -> Result<(), FitError> {
        self.correction = None;
        if kind != Correction::None {
            let factor = self.correction_factor(kind, self.n_decision_makers)?;
            self.correction = Some(Corrected {
                kind,
                factor: Some(factor),
            });
        }
        Ok(())
    }

    /// A correction with so many groups.
    pub(crate) fn correction_factor(&self, kind: Correction, groups: usize) -> Result<f64, CorrectionError> {
        let estimated = |parameter: &&crate::fit::Estimate| !parameter.fixed && parameter.at_bound.is_none();
        let parameters = self.parameters.iter().filter(estimated).count();
        let factor = kind.factor(groups, self.n_cases, parameters);
        match factor.is_finite() && factor > 0.0 {
            true => Ok(factor),
            false => Err(CorrectionError {
                kind,
                groups,
                cases: self.n_cases,
                parameters,
            }),
        }
    }

    /// Fills standard errors, statistics and intervals from the matrix of that kind, at the fit's confidence level; those of
    /// the distributions of tastes too. Of a bootstrap the ends of intervals are those that it says ([`Bootstrap::interval`](crate::Bootstrap::interval)).
    ///
    /// Parameters that are fixed, at a bound or not identified have none.
    ///
    /// # Errors
    /// A confidence level outside (0, 1).
    pub fn choose_covariance(&mut self, kind: &CovarianceKind) -> Result<(), FitError> {
        if !(self.confidence > 0.0 && self.confidence < 1.0) {
            return Err(FitError::Confidence(self.confidence));
        }
        self.covariance_kind = kind.name().to_owned();
        if !matches!(kind, CovarianceKind::Robust | CovarianceKind::Clustered(_)) {
            self.correction = None;
        }
        let matrix = self.chosen_covariance().map(Cow::into_owned);
        let mut free = 0;
        for parameter in &mut self.parameters {
            let variance = match &matrix {
                Some(matrix) if !parameter.fixed => matrix[free][free],
                _ => 0.0,
            };
            free += usize::from(!parameter.fixed);
            let inference = Inference::new(parameter.estimate, variance.sqrt(), self.confidence);
            parameter.std_error = inference.map(|inference| inference.std_error);
            parameter.statistic = inference.map(|inference| inference.statistic);
            parameter.p_value = inference.map(|inference| inference.p_value);
            parameter.conf_low = inference.map(|inference| inference.conf_low);
            parameter.conf_high = inference.map(|inference| inference.conf_high);
        }
        if matches!(kind, CovarianceKind::Bootstrap(_)) {
            self.choose_bootstrap_intervals();
        }
        self.test_scales();
        self.redescribe_tastes();
        Ok(())
    }
}
