//! Small-sample corrections of sandwich covariances.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A factor on a sandwich covariance, which is too small on average where groups are few.
///
/// ```text
/// none    1                           HC0, CR0: the default
/// cr1     G / (G − 1)                 Stata's after maximum likelihood, with vce(robust) as with vce(cluster)
/// cr1s    G / (G − 1) · (N − 1) / (N − K)   Stata's after regression with vce(cluster)
/// hc1     N / (N − K)                 Stata's after regression with vce(robust)
/// ```
///
/// G: groups within which scores are summed (clusters; decision makers without them, so that cr1 is N / (N − 1) where every
/// case is one of its own); N: cases; K: parameters that are estimated. With clusters of several columns G is that of each
/// intersection, as its term enters the sum.
///
/// # Source
/// MacKinnon and White (1985), *Some heteroskedasticity-consistent covariance matrix estimators with improved finite sample
/// properties*; Cameron and Miller (2015), *A practitioner's guide to cluster-robust inference*, Journal of Human Resources
/// 50(2), §VI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Correction {
    /// 1.
    #[default]
    None,
    /// G / (G − 1).
    Cr1,
    /// G / (G − 1) · (N − 1) / (N − K).
    Cr1s,
    /// N / (N − K).
    Hc1,
}

impl Correction {
    /// Name in fit files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Correction::None => "none",
            Correction::Cr1 => "cr1",
            Correction::Cr1s => "cr1s",
            Correction::Hc1 => "hc1",
        }
    }

    /// What is multiplied.
    pub fn formula(self) -> &'static str {
        match self {
            Correction::None => "1",
            Correction::Cr1 => "G/(G-1)",
            Correction::Cr1s => "G/(G-1) (N-1)/(N-K)",
            Correction::Hc1 => "N/(N-K)",
        }
    }

    /// The factor with so many groups, cases and parameters; infinite or negative where there are too few.
    pub fn factor(self, groups: usize, cases: usize, parameters: usize) -> f64 {
        let of_groups = groups as f64 / (groups as f64 - 1.0);
        let (n, k) = (cases as f64, parameters as f64);
        match self {
            Correction::None => 1.0,
            Correction::Cr1 => of_groups,
            Correction::Cr1s => of_groups * (n - 1.0) / (n - k),
            Correction::Hc1 => n / (n - k),
        }
    }
}

impl fmt::Display for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Correction {
    type Err = String;

    /// Reads a name, or the formula with `/` and without spaces that it stands for.
    fn from_str(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().replace(' ', "").as_str() {
            "none" | "cr0" | "hc0" => Ok(Correction::None),
            "cr1" | "g/(g-1)" | "n/(n-1)" => Ok(Correction::Cr1),
            "cr1s" | "g/(g-1)*(n-1)/(n-k)" | "(n-1)/(n-k)*g/(g-1)" => Ok(Correction::Cr1s),
            "hc1" | "n/(n-k)" => Ok(Correction::Hc1),
            _ => Err(format!(
                "\"{name}\" is not a correction; choose none, cr1: G/(G-1), cr1s: G/(G-1) (N-1)/(N-K), or hc1: N/(N-K)"
            )),
        }
    }
}

/// A correction of the covariance that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Corrected {
    /// Which.
    pub kind: Correction,
    /// What it multiplied; none where clusters of several columns have factors of their own.
    pub factor: Option<f64>,
}

/// Too few groups or cases for a factor.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "the correction {kind}, {}, needs more than {groups} {} or more than {cases} cases for {parameters} parameters; choose \
     another, or none",
    kind.formula(),
    if *groups == 1 { "group" } else { "groups" }
)]
pub struct CorrectionError {
    /// Which.
    pub kind: Correction,
    /// G.
    pub groups: usize,
    /// N.
    pub cases: usize,
    /// K.
    pub parameters: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_by_hand() {
        let factor = |kind: Correction| kind.factor(10, 100, 4);
        assert_eq!(factor(Correction::None), 1.0);
        assert_eq!(factor(Correction::Cr1), 10.0 / 9.0);
        assert_eq!(factor(Correction::Cr1s), 10.0 / 9.0 * 99.0 / 96.0);
        assert_eq!(factor(Correction::Hc1), 100.0 / 96.0);
        assert!(!Correction::Cr1.factor(1, 100, 4).is_finite());
    }

    #[test]
    fn names_and_formulas() {
        for kind in [Correction::None, Correction::Cr1, Correction::Cr1s, Correction::Hc1] {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert_eq!("G/(G-1)".parse(), Ok(Correction::Cr1));
        assert_eq!("(N-1)/(N-K) * G/(G-1)".parse(), Ok(Correction::Cr1s));
        assert_eq!(
            "hc3".parse::<Correction>().unwrap_err(),
            "\"hc3\" is not a correction; choose none, cr1: G/(G-1), cr1s: G/(G-1) (N-1)/(N-K), or hc1: N/(N-K)"
        );
    }
}
