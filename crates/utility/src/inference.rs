//! Inference, chosen after the fit: which covariance stands behind the standard errors.

use std::fmt;
use std::str::FromStr;

use logsum_data::Schema;
use logsum_estimate::Inference;

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
    /// Sandwich with scores summed within the values of a column.
    Clustered(String),
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

    /// Reads a name; the column of a clustered covariance is empty and must be set.
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "hessian" => Ok(CovarianceKind::Hessian),
            "opg" => Ok(CovarianceKind::Opg),
            "robust" => Ok(CovarianceKind::Robust),
            "clustered" => Ok(CovarianceKind::Clustered(String::new())),
            other => Err(format!(
                "\"{other}\" is not a kind of covariance; choose hessian, opg, robust or clustered"
            )),
        }
    }
}

impl Fit {
    /// The covariance matrix behind the standard errors, over the parameters that are not fixed; `None` if there is
    /// none.
    pub fn chosen_covariance(&self) -> Option<&Vec<Vec<f64>>> {
        match self.covariance_kind.as_str() {
            "hessian" => self.covariance.hessian.as_ref(),
            "opg" => self.covariance.opg.as_ref(),
            "robust" => self.covariance.robust.as_ref(),
            "clustered" => self.covariance.clustered.as_ref(),
            _ => None,
        }
    }

    /// Fills standard errors, statistics and intervals from the matrix of that kind, at the fit's confidence level; those of
    /// the distributions of tastes too.
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
        let matrix = self.chosen_covariance().cloned();
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
        self.test_scales();
        self.redescribe_tastes();
        Ok(())
    }
}
