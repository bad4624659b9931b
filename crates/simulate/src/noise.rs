//! The noise laboratory: what the unobserved part of utility may be distributed as.

use std::fmt;

use crate::sampling::ExperimentError;

/// Smallest dissimilarity of a nest. The shared part of λ(ln S + G) is of the size of 1, its rounding 10⁻¹⁶: at this λ
/// the members' own λG keeps about six digits, at 10⁻¹⁵ none.
pub(crate) const LEAST_DISSIMILARITY: f64 = 1e-10;

/// Distribution of the unobserved part ε of a utility V + T·ε.
///
/// Gumbel noise is standard (mode 0, mean 0.5772…, variance π²/6), and the nested extreme value noise has such
/// marginals. Every other noise has mean 0 and is scaled to the same variance π²/6, so that shape alone differs.
#[derive(Clone, Debug, PartialEq)]
pub enum Noise {
    /// Standard Gumbel: the logit. Drawn as −ln(−ln U); since only the largest V/T − ln E counts, with E = −ln U, the
    /// E_j·exp(−V_j/T) are compared and the outer logarithm is taken for the winner alone.
    Gumbel,
    /// Normal: the independent probit.
    Normal,
    /// Logistic.
    Logistic,
    /// Exponential, skewed to the right.
    Exponential,
    /// Uniform on an interval.
    Uniform,
    /// Laplace, or double exponential.
    Laplace,
    /// Student's t.
    Student {
        /// Degrees of freedom, more than 2 for the variance to exist.
        degrees: f64,
    },
    /// Extreme value noise correlated within a nest: the nested logit.
    ///
    /// ```text
    /// P(ε_j ≤ x_j for members j) = exp(−(Σ_j exp(−x_j/λ))^λ)
    /// ```
    GevNested {
        /// Dissimilarity λ from 10⁻¹⁰ to 1; 1 is independence, and the correlation within the nest is 1 − λ².
        dissimilarity: f64,
        /// Positions of the alternatives in the nest, from 0.
        members: Vec<usize>,
    },
    /// Normal noise with one correlation among members.
    CorrelatedNormal {
        /// From −1/(m − 1), for m members, to below 1.
        correlation: f64,
        /// Positions of the correlated alternatives, from 0.
        members: Vec<usize>,
    },
    /// The race: independent exponential clocks E_j·exp(−V_j/T); the first to ring is chosen. The Gumbel model again,
    /// with ε_j = −ln E_j, from other random numbers than [`Noise::Gumbel`] has.
    ExponentialRace,
}

/// What a user may write before the colon, if any.
const NAMES: [&str; 10] = [
    "gumbel",
    "normal",
    "logistic",
    "exponential",
    "uniform",
    "laplace",
    "student",
    "gev-nested",
    "correlated-normal",
    "exponential-race",
];

impl Noise {
    /// Reads a noise as a user names it: `gumbel`, `normal`, `logistic`, `exponential`, `uniform`, `laplace`,
    /// `student:5`, `gev-nested:0.5`, `correlated-normal:0.9`, `exponential-race`.
    ///
    /// `members`: positions of the alternatives of the nest or correlated group, by default the last two of
    /// `n_alternatives`; the other noises ignore them.
    ///
    /// # Errors
    /// A name not in the list, a parameter missing, superfluous or out of range, members that do not exist.
    pub fn parse(text: &str, n_alternatives: usize, members: Option<&[usize]>) -> Result<Noise, ExperimentError> {
        let (name, parameter) = match text.split_once(':') {
            Some((name, parameter)) => (name.trim(), Some(parameter.trim())),
            None => (text.trim(), None),
        };
        let members = || match members {
            Some(members) => members.to_vec(),
            None => (n_alternatives.saturating_sub(2)..n_alternatives).collect(),
        };
        let noise = match name {
            "gumbel" => Noise::Gumbel,
            "normal" => Noise::Normal,
            "logistic" => Noise::Logistic,
            "exponential" => Noise::Exponential,
            "uniform" => Noise::Uniform,
            "laplace" => Noise::Laplace,
            "exponential-race" => Noise::ExponentialRace,
            "student" => Noise::Student {
                degrees: number(name, parameter, "its degrees of freedom, such as student:5")?,
            },
            "gev-nested" => Noise::GevNested {
                dissimilarity: number(name, parameter, "the nest's dissimilarity, such as gev-nested:0.5")?,
                members: members(),
            },
            "correlated-normal" => Noise::CorrelatedNormal {
                correlation: number(name, parameter, "the correlation, such as correlated-normal:0.9")?,
                members: members(),
            },
            _ => {
                return Err(ExperimentError::UnknownNoise {
                    name: name.to_owned(),
                    suggestion: logsum_expressions::suggest(name, NAMES).map(str::to_owned),
                });
            }
        };
        if let Some(parameter) = parameter
            && !matches!(
                noise,
                Noise::Student { .. } | Noise::GevNested { .. } | Noise::CorrelatedNormal { .. }
            )
        {
            return Err(ExperimentError::SuperfluousParameter {
                name: name.to_owned(),
                parameter: parameter.to_owned(),
            });
        }
        noise.check(n_alternatives)?;
        Ok(noise)
    }

    /// Whether the parameters are in range and the members among `n_alternatives`.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self, n_alternatives: usize) -> Result<(), ExperimentError> {
        match self {
            Noise::Student { degrees } if !(*degrees > 2.0 && degrees.is_finite()) => {
                Err(ExperimentError::Degrees { degrees: *degrees })
            }
            Noise::GevNested { dissimilarity, members } => {
                check_members(members, n_alternatives)?;
                if (LEAST_DISSIMILARITY..=1.0).contains(dissimilarity) {
                    Ok(())
                } else {
                    Err(ExperimentError::Dissimilarity {
                        dissimilarity: *dissimilarity,
                    })
                }
            }
            Noise::CorrelatedNormal { correlation, members } => {
                check_members(members, n_alternatives)?;
                let least = -1.0 / (members.len() - 1) as f64;
                if *correlation >= least && *correlation < 1.0 {
                    Ok(())
                } else {
                    Err(ExperimentError::Correlation {
                        correlation: *correlation,
                        n_members: members.len(),
                        least,
                    })
                }
            }
            _ => Ok(()),
        }
    }
}

/// The parameter after the colon.
fn number(name: &str, parameter: Option<&str>, meaning: &'static str) -> Result<f64, ExperimentError> {
    let parameter = parameter.unwrap_or_default();
    parameter.parse().map_err(|_| ExperimentError::Parameter {
        name: name.to_owned(),
        parameter: parameter.to_owned(),
        meaning,
    })
}

fn check_members(members: &[usize], n_alternatives: usize) -> Result<(), ExperimentError> {
    if let Some(&member) = members.iter().find(|&&member| member >= n_alternatives) {
        return Err(ExperimentError::MemberOutOfRange { member, n_alternatives });
    }
    if let Some((_, &member)) = members
        .iter()
        .enumerate()
        .find(|(i, member)| members[..*i].contains(member))
    {
        return Err(ExperimentError::RepeatedMember { member });
    }
    if members.len() < 2 {
        return Err(ExperimentError::FewMembers {
            n_members: members.len(),
        });
    }
    Ok(())
}

/// As [`Noise::parse`] reads it; members are not shown.
impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Noise::Gumbel => f.write_str("gumbel"),
            Noise::Normal => f.write_str("normal"),
            Noise::Logistic => f.write_str("logistic"),
            Noise::Exponential => f.write_str("exponential"),
            Noise::Uniform => f.write_str("uniform"),
            Noise::Laplace => f.write_str("laplace"),
            Noise::Student { degrees } => write!(f, "student:{degrees}"),
            Noise::GevNested { dissimilarity, .. } => write!(f, "gev-nested:{dissimilarity}"),
            Noise::CorrelatedNormal { correlation, .. } => write!(f, "correlated-normal:{correlation}"),
            Noise::ExponentialRace => f.write_str("exponential-race"),
        }
    }
}
