//! Whether segments of the sample have the same tastes, and the same scale.

use logsum_data::{ChoiceData, Segments, Values};
use logsum_estimate::{EvalError, LogLikelihood, Parameter, chi_squared_tail};
use logsum_expressions::Expression;
use serde::{Deserialize, Serialize};

use super::delta_method::theta;
use super::iia::at_bound;
use super::refit::{RefitError, refit};
use crate::fit::Fit;
use crate::model::Model;
use crate::scale::Scale;
use crate::specification::Specification;
use crate::term::{Term, column, parameter};

/// Tests of equal tastes between segments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Homogeneity {
    /// The column that makes the segments.
    pub column: String,
    /// The segments, with the model estimated on each.
    pub segments: Vec<SegmentFit>,
    /// ln L of the fit.
    pub log_likelihood_pooled: f64,
    /// Parameters that it estimates.
    pub n_parameters_pooled: usize,
    /// ln L with a scale for each segment.
    pub log_likelihood_scaled: Option<f64>,
    /// Equal tastes and equal scale, against each segment by itself.
    pub equal: RatioTest,
    /// Equal tastes up to scale, against each segment by itself.
    pub equal_up_to_scale: Option<RatioTest>,
    /// Equal scale, against a scale for each segment.
    pub equal_scale: Option<RatioTest>,
    /// Why there are no tests of scales.
    pub no_scale: Option<String>,
    /// Parameters that are not identified in a segment, in a sentence for each.
    pub notes: Vec<String>,
}

/// The model on the cases of a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentFit {
    /// Value of the column.
    pub name: String,
    /// Its cases.
    pub n_cases: usize,
    /// ln L at the segment's own estimates.
    pub log_likelihood: f64,
    /// Parameters that it identifies.
    pub n_parameters: usize,
    /// Its scale relative to the first segment, tastes being the same; 1 for the first.
    pub scale: Option<f64>,
    /// Standard error of the scale.
    pub scale_std_error: Option<f64>,
}

/// A likelihood-ratio test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatioTest {
    /// Twice the difference of ln L.
    pub statistic: f64,
    /// Difference of the numbers of parameters.
    pub degrees: usize,
    /// From χ².
    pub p_value: f64,
}

/// Why segments cannot be compared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the facts that the message states")]
pub enum HomogeneityError {
    #[error("column \"{column}\" has one value in all cases: there are no segments to compare")]
    OneSegment { column: String },
    #[error("column \"{column}\" has {n} values, and {most} segments are the most; a column of groups is meant")]
    TooMany { column: String, n: usize, most: usize },
    #[error(
        "column \"{column}\" changes within a decision maker, whose choices are one unit where tastes are random; take what is \
         the same in all of them"
    )]
    WithinDecisionMaker { column: String },
    #[error(
        "outcomes are shares, of which a likelihood ratio does not hold; test interactions with --wald and --covariance robust"
    )]
    Shares,
    #[error("segment \"{segment}\" of \"{column}\": {error}; join it to another, or leave out what it cannot tell")]
    Segment {
        column: String,
        segment: String,
        error: Box<RefitError>,
    },
    #[error("the segments identify no more parameters than all cases together: there is nothing to test")]
    NothingToTest,
    #[error(transparent)]
    Evaluation(#[from] EvalError),
}

/// Segments that are estimated at most.
const MOST_SEGMENTS: usize = 50;

/// Tests whether the segments of the sample have the same parameters: all of them (the fit), or up to a scale of each
/// segment, against estimates for each segment s by itself.
///
/// ```text
/// equal:              2 (Σ_s ln L_s − ln L),         Σ_s K_s − K degrees of freedom
/// equal up to scale:  2 (Σ_s ln L_s − ln L(μ)),      Σ_s K_s − K − (S − 1)
/// equal scale:        2 (ln L(μ) − ln L),            S − 1
/// ```
///
/// ln L(μ) is the maximum with one set of parameters and utilities multiplied by μ_s in segment s, μ = 1 in the first. K_s
/// counts the parameters that the segment identifies: others stay at the estimates of the fit, which leaves ln L_s as if
/// they were free. Parameters at a bound in the fit stay there. (Swait and Louviere write K + 1 degrees of freedom for the
/// second of two segments' tests; it restricts 2K parameters to K + 1, which is K − 1.) `model` must be the fit's, on the
/// data of its estimation.
///
/// # Errors
/// [`HomogeneityError`]. What stands in the way of the tests of scales alone is said in [`Homogeneity::no_scale`].
///
/// # Source
/// Swait and Louviere (1993), *The role of the scale parameter in the estimation and comparison of multinomial logit models*,
/// Journal of Marketing Research 30(3); of the first test Watson and Westin (1975), *Transferability of disaggregate mode
/// choice models*.
pub fn homogeneity(model: &Model<'_>, fit: &Fit, segments: &Segments) -> Result<Homogeneity, HomogeneityError> {
    let data = model.whole()?;
    let column = || segments.column.clone();
    let n = segments.names.len();
    if n < 2 {
        return Err(HomogeneityError::OneSegment { column: column() });
    }
    if n > MOST_SEGMENTS {
        return Err(HomogeneityError::TooMany {
            column: column(),
            n,
            most: MOST_SEGMENTS,
        });
    }
    if data.schema().shares {
        return Err(HomogeneityError::Shares);
    }
    let makers = data.decision_makers().filter(|_| model.n_units() != data.n_cases());
    let changes = makers.is_some_and(|makers| {
        let mut pairs = makers.windows(2).zip(segments.of_case.windows(2));
        pairs.any(|(makers, segments)| makers[0] == makers[1] && segments[0] != segments[1])
    });
    if changes {
        return Err(HomogeneityError::WithinDecisionMaker { column: column() });
    }
    let at = theta(fit);
    let held = at_bound(fit);
    let mut notes = Vec::new();
    let mut fits = Vec::new();
    for (segment, name) in segments.names.iter().enumerate() {
        let keep: Vec<bool> = segments.of_case.iter().map(|&of| of as usize == segment).collect();
        let cases = data.select(&keep);
        let refit = refit(model.specification(), &cases, &at, &held).map_err(|error| HomogeneityError::Segment {
            column: column(),
            segment: name.clone(),
            error: Box::new(error),
        })?;
        let quoted = |k: &usize| format!("\"{}\"", fit.parameters[*k].term);
        let lost: Vec<String> = refit.directions.iter().map(|(_, k)| quoted(k)).collect();
        if !lost.is_empty() {
            notes.push(format!(
                "Segment {name} does not identify {}: degrees of freedom are counted without.",
                lost.join(", ")
            ));
        }
        let parameters = refit.fit.parameters.iter();
        let at_bound: Vec<String> = parameters
            .filter(|parameter| parameter.at_bound.is_some())
            .map(|parameter| format!("\"{}\"", parameter.term))
            .collect();
        if !at_bound.is_empty() {
            notes.push(format!(
                "In segment {name} {} at a bound, which the chi-squared distribution does not allow for.",
                match at_bound.as_slice() {
                    [one] => format!("{one} stands"),
                    several => format!("{} stand", several.join(", ")),
                }
            ));
        }
        fits.push(SegmentFit {
            name: name.clone(),
            n_cases: cases.n_cases(),
            log_likelihood: refit.fit.log_likelihood,
            n_parameters: refit.fit.n_parameters,
            scale: None,
            scale_std_error: None,
        });
    }
    let pooled = fit.log_likelihood;
    let k = fit.n_parameters - held.len();
    let apart: f64 = fits.iter().map(|segment| segment.log_likelihood).sum();
    let all: usize = fits.iter().map(|segment| segment.n_parameters).sum();
    let Some(degrees) = all.checked_sub(k).filter(|degrees| *degrees > 0) else {
        return Err(HomogeneityError::NothingToTest);
    };
    let mut found = Homogeneity {
        column: column(),
        segments: fits,
        log_likelihood_pooled: pooled,
        n_parameters_pooled: k,
        log_likelihood_scaled: None,
        equal: ratio(pooled, apart, degrees),
        equal_up_to_scale: None,
        equal_scale: None,
        no_scale: None,
        notes,
    };
    match scaled(model, data, segments, &at, &held) {
        Ok(scaled) => {
            let n_scales = scaled.n_parameters.saturating_sub(k);
            found.log_likelihood_scaled = Some(scaled.log_likelihood);
            found.equal_scale = (n_scales > 0).then(|| ratio(pooled, scaled.log_likelihood, n_scales));
            let degrees = all.saturating_sub(scaled.n_parameters);
            found.equal_up_to_scale = (degrees > 0).then(|| ratio(scaled.log_likelihood, apart, degrees));
            let scales = std::iter::once(None).chain(scaled.parameters[at.len()..].iter().map(Some));
            for (segment, scale) in found.segments.iter_mut().zip(scales) {
                segment.scale = Some(scale.map_or(1.0, |scale| scale.estimate));
                segment.scale_std_error = scale.and_then(|scale| scale.std_error);
            }
            if n_scales + 1 < n {
                found.notes.push(format!(
                    "{} of {} relative scales are not identified beside the other parameters and stay at 1.",
                    n - 1 - n_scales,
                    n - 1
                ));
            }
        }
        Err(why) => found.no_scale = Some(why),
    }
    Ok(found)
}

fn ratio(restricted: f64, unrestricted: f64, degrees: usize) -> RatioTest {
    let statistic = 2.0 * (unrestricted - restricted);
    RatioTest {
        statistic,
        degrees,
        p_value: chi_squared_tail(statistic, degrees),
    }
}

/// The fit with a scale for each segment but the first, its parameters behind the others; or why there is none.
fn scaled(
    model: &Model<'_>,
    data: &ChoiceData,
    segments: &Segments,
    at: &[f64],
    held: &[usize],
) -> Result<Fit, String> {
    let specification = model.specification();
    if specification.ordered.is_some() {
        return Err("thresholds have no utility that a scale could multiply with the others".to_owned());
    }
    let scaled = with_scales(specification, data, segments)?;
    scaled.validate().map_err(|error| {
        let problems = error.each();
        problems.first().map(ToString::to_string).unwrap_or_default()
    })?;
    let n_scales = scaled.parameters.len() - at.len();
    let start: Vec<f64> = at.iter().copied().chain(std::iter::repeat_n(1.0, n_scales)).collect();
    let refit = refit(&scaled, data, &start, held).map_err(|error| error.to_string())?;
    Ok(refit.fit)
}

/// The specification with utilities multiplied by a parameter in each segment but the first.
fn with_scales(specification: &Specification, data: &ChoiceData, segments: &Segments) -> Result<Specification, String> {
    let numbers = data
        .columns()
        .iter()
        .find(|known| known.name == segments.column)
        .is_some_and(|known| matches!(known.values, Values::Number(_)));
    let mut scaled = specification.clone();
    for value in &segments.names[1..] {
        let literal = match value.parse::<f64>() {
            Ok(number) if numbers => Term::from(number).to_string(),
            _ if value.contains('\'') => {
                return Err(format!(
                    "the value \"{value}\" has a quotation mark, which no condition can hold"
                ));
            }
            _ => format!("'{value}'"),
        };
        let condition = format!("{} == {literal}", column(&segments.column));
        let when = Expression::parse(&condition).map_err(|error| error.to_string())?;
        let mut symbol = format!("scale of {value}").replace('`', "'");
        while scaled.coefficients().contains(&symbol) || data.columns().iter().any(|known| known.name == symbol) {
            symbol.push('\'');
        }
        let mut name = symbol.clone();
        while scaled.scales.iter().any(|scale| scale.name() == name) {
            name.push('\'');
        }
        let scale = Scale::new(name, parameter(&symbol)).when(Term::from(when));
        scaled = scaled.declare(Parameter::new(symbol, 1.0)).scale(scale);
    }
    Ok(scaled)
}
