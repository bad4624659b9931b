//! What a fit predicts: shares by alternative, beside the observed ones where they are known.

pub(crate) mod quality;

use logsum_utility::{CalibrationBin, Confusion, PredictionMeasures};
use serde::Serialize;

use crate::number::{MISSING, count, level, percent, significant};
use crate::{Align, Format, Style, Table, csv, json, latex as tex, markdown as md};
use quality::Part;

/// Alternatives that text lists before it only counts them.
const LISTED: usize = 20;

/// Width to which the table is stretched, so that it looks like the others.
const NARROWEST: usize = 64;

/// Predicted shares and what they are about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictionReport {
    /// Title of the fit.
    pub title: String,
    /// File whose cases were predicted.
    pub file: String,
    /// Whether these are the data of the estimation.
    pub estimation_data: bool,
    /// Whether they are those who were held out of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub held_out: bool,
    /// Whether the estimation had converged.
    pub converged: bool,
    /// Rows of the file.
    pub rows_read: usize,
    /// Rows that stand behind the cases.
    pub rows_used: usize,
    /// Choice situations predicted.
    pub n_cases: usize,
    /// Sum of the case weights, where there are weights.
    pub total_weight: Option<f64>,
    /// Mean of ln Σ exp V over cases, weighted as the shares are.
    pub mean_logsum: f64,
    /// Kind of the covariance behind the intervals.
    pub covariance_kind: String,
    /// Level of the intervals.
    pub confidence: f64,
    /// How intervals are made: `delta`, `simulated` or `bootstrap`.
    pub intervals: String,
    /// Draws of simulated intervals, or resamples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draws: Option<usize>,
    /// Their seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Labelled alternatives in their order; none where alternatives are unlabelled.
    pub alternatives: Vec<PredictedAlternative>,
    /// Column of the segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The same for each of its values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<PredictedSegment>,
    /// How good predictions are, where choices are known.
    pub measures: Option<PredictionMeasures>,
    /// Which alternatives are taken for which, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confusion: Option<Confusion>,
    /// Predicted against observed frequencies, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Vec<CalibrationBin>>,
}

/// Cases that have the same value of a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictedSegment {
    /// The value.
    pub segment: String,
    /// Choice situations.
    pub n_cases: usize,
    /// Alternatives in the order of the report.
    pub alternatives: Vec<PredictedAlternative>,
}

/// One alternative over all cases. Shares lie between 0 and 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictedAlternative {
    /// Name in the model file.
    pub name: String,
    /// Cases in which it is available.
    pub available: usize,
    /// Mean predicted probability, 0 where it is unavailable.
    pub predicted_share: f64,
    /// Of the predicted share.
    pub std_error: Option<f64>,
    /// Lower end of its interval.
    pub conf_low: Option<f64>,
    /// Upper end of its interval.
    pub conf_high: Option<f64>,
    /// Share of the choices made, where outcomes are known.
    pub observed_share: Option<f64>,
}

/// Predicted shares in a format.
///
/// CSV is the table of alternatives with the columns `alternative, available, predicted_share,
/// std_error, conf_low, conf_high, observed_share, converged`, behind `segment` (empty for all cases) where there are
/// segments; with calibration it is the measures instead: `part, observed, predicted, quantity, value, converged`. JSON is
/// everything; both have full precision. Only text leaves alternatives out where there are many, and says so.
pub fn prediction(prediction: &PredictionReport, format: Format) -> String {
    match format {
        Format::Text => prediction_text(prediction, Style::Plain),
        Format::Json => json::pretty(prediction),
        Format::Csv => comma_separated(prediction),
        Format::Latex => latex(prediction),
        Format::Markdown => markdown(prediction),
    }
}

/// Predicted shares as text in a style.
pub fn prediction_text(p: &PredictionReport, style: Style) -> String {
    let mut text = style.bold(&crate::text::one_line(&title(p))) + "\n\n";
    if let Some(caution) = caution(p) {
        text.push_str(&format!("{}\n", crate::text::wrap(caution, "", crate::WIDTH)));
    }
    for (name, value) in facts(p) {
        text.push_str(&crate::text::labelled(name, &value, 18));
    }
    for Part { heading, table, note } in parts(p, LISTED) {
        text.push('\n');
        if !heading.is_empty() {
            text.push_str(&style.bold(crate::text::wrap(&heading, "", crate::WIDTH).trim_end()));
            text.push('\n');
        }
        text.push_str(&table.styled(style));
        if let Some(note) = note {
            text.push_str(&crate::text::wrap(&note, "", crate::WIDTH));
        }
    }
    text
}

/// Tables of shares, of all cases and of segments, then those of the quality of predictions.
fn parts(p: &PredictionReport, most: usize) -> Vec<Part> {
    let left_out = p.alternatives.len().saturating_sub(most);
    let more = (left_out > 0).then(|| {
        let more = crate::number::counted(left_out, "more alternative");
        format!("... and {more} (the other formats list all)")
    });
    let of = |heading: String, alternatives: &[PredictedAlternative]| Part {
        heading,
        table: shares(p, alternatives, most),
        note: more.clone(),
    };
    let by = p.by.as_deref().unwrap_or("");
    let segment = |segment: &PredictedSegment| {
        let cases = crate::number::counted(segment.n_cases, "case");
        of(format!("{by} = {} ({cases})", segment.segment), &segment.alternatives)
    };
    let mut parts = vec![of(String::new(), &p.alternatives)];
    parts.extend(p.segments.iter().map(segment));
    if let Some(measures) = &p.measures {
        let mut part = quality::measures(&[("", measures)]);
        part.heading = "Measures of prediction".to_owned();
        part.table = part.table.at_least(NARROWEST / 2);
        parts.push(part);
    }
    parts.extend(p.confusion.iter().flat_map(quality::confusion));
    parts.extend(p.calibration.iter().map(|bins| quality::calibration(bins)));
    parts.retain(|part| !part.table.is_empty());
    for part in &mut parts {
        part.table = part.table.clone().at_most(crate::WIDTH);
    }
    parts
}

fn title(p: &PredictionReport) -> String {
    match p.title.trim() {
        "" => "Predictions".to_owned(),
        title => format!("Predictions of \"{title}\""),
    }
}

fn caution(p: &PredictionReport) -> Option<&'static str> {
    (!p.converged).then_some("NOT CONVERGED: these are predictions at the best point that the estimation found.")
}

fn facts(p: &PredictionReport) -> Vec<(&'static str, String)> {
    let whose = match (p.estimation_data, p.held_out) {
        (true, _) => " (the data of the estimation)",
        (false, true) => " (decision makers who were held out)",
        (false, false) => "",
    };
    let mut facts = vec![("Data", format!("{}{whose}", p.file))];
    if p.rows_used != p.rows_read {
        let rows = format!("{} of {} used", count(p.rows_used), count(p.rows_read));
        facts.push(("Rows", rows));
    }
    facts.push(("Cases", count(p.n_cases)));
    if let Some(weight) = p.total_weight {
        facts.push(("Total weight", significant(weight, 8)));
    }
    facts.push(("Mean logsum", significant(p.mean_logsum, 6)));
    if has_intervals(p) {
        let level = level(p.confidence);
        let intervals = format!("{level}, of the share given these cases ({})", method(p));
        facts.push(("Intervals", intervals));
    }
    if p.alternatives.is_empty() {
        facts.push(("Shares", "none, as alternatives are unlabelled".to_owned()));
    }
    facts
}

/// How intervals are made.
fn method(p: &PredictionReport) -> String {
    let how = match (p.draws, p.seed) {
        (Some(draws), Some(seed)) if p.intervals == "bootstrap" => {
            return format!("quantiles over {} resamples, seed {seed}", count(draws));
        }
        (Some(draws), Some(seed)) => format!("{} draws of the estimates, seed {seed}", count(draws)),
        _ => "delta method".to_owned(),
    };
    format!("{how}, {} covariance", p.covariance_kind)
}

fn has_intervals(p: &PredictionReport) -> bool {
    p.alternatives.iter().any(|alternative| alternative.conf_low.is_some())
}

/// Alternatives with their shares, at most `most` of them.
fn shares(p: &PredictionReport, alternatives: &[PredictedAlternative], most: usize) -> Table {
    let observed = p.alternatives.iter().any(|a| a.observed_share.is_some());
    let intervals = has_intervals(p);
    let mut heads = vec![
        ("Alternative".to_owned(), Align::Left),
        ("Available".to_owned(), Align::Right),
        ("Predicted".to_owned(), Align::Right),
    ];
    let span = heads.len();
    if intervals {
        heads.push((format!("{} interval", level(p.confidence)), Align::Right));
        heads.push((String::new(), Align::Right));
    }
    if observed {
        heads.push(("Observed".to_owned(), Align::Right));
    }
    let mut table = Table::new(heads).at_least(NARROWEST);
    if intervals {
        table = table.span_header(span, 2);
    }
    let share = |share: Option<f64>| share.map_or(MISSING.to_owned(), |share| percent(share, 1.0));
    for alternative in alternatives.iter().take(most) {
        let mut cells = vec![
            alternative.name.clone(),
            count(alternative.available),
            percent(alternative.predicted_share, 1.0),
        ];
        if intervals {
            cells.extend([share(alternative.conf_low), share(alternative.conf_high)]);
        }
        if observed {
            cells.push(share(alternative.observed_share));
        }
        table.row(cells);
    }
    table
}

fn markdown(p: &PredictionReport) -> String {
    let mut text = format!("## {}\n\n", md::escape(&title(p)));
    if let Some(caution) = caution(p) {
        text.push_str(&format!("> **{caution}**\n\n"));
    }
    for (name, value) in facts(p) {
        text.push_str(&format!("- {name}: {}\n", md::escape(&value)));
    }
    for Part { heading, table, note } in parts(p, usize::MAX) {
        text.push('\n');
        if !heading.is_empty() {
            text.push_str(&format!("**{}**\n\n", md::escape(&heading)));
        }
        text.push_str(&table.markdown());
        if let Some(note) = note {
            text.push_str(&format!("\n{}\n", md::escape(&note)));
        }
    }
    text
}

fn latex(p: &PredictionReport) -> String {
    let facts: Vec<String> = facts(p)
        .iter()
        .map(|(name, value)| format!("{name}: {}.", tex::escape(value)))
        .collect();
    let mut notes: Vec<String> = caution(p)
        .iter()
        .map(|caution| format!("\\textbf{{{caution}}}"))
        .collect();
    notes.push(facts.join(" "));
    let (title, label) = (tex::escape(&title(p)), format!("predictions {}", p.file));
    let first = tex::float(&title, &label, &shares(p, &p.alternatives, usize::MAX).latex(), &notes);
    let mut floats = vec![first];
    let further = parts(p, usize::MAX).into_iter().filter(|part| !part.heading.is_empty());
    for Part { heading, table, note } in further {
        let caption = format!("{title}. {}", tex::escape(&heading));
        let notes: Vec<String> = note.iter().map(|note| tex::escape(note)).collect();
        floats.push(tex::float(
            &caption,
            &format!("{label} {heading}"),
            &table.latex(),
            &notes,
        ));
    }
    floats.join("\n")
}

fn comma_separated(p: &PredictionReport) -> String {
    if let (Some(measures), Some(bins)) = (&p.measures, &p.calibration) {
        return quality::comma_separated(measures, p.confusion.as_ref(), bins, p.converged);
    }
    let names = [
        "alternative",
        "available",
        "predicted_share",
        "std_error",
        "conf_low",
        "conf_high",
        "observed_share",
        "converged",
    ];
    let has_segments = p.by.is_some();
    let mut text = csv::record(has_segments.then_some("segment").into_iter().chain(names));
    let all = p.alternatives.iter().map(|alternative| ("", alternative));
    let of_segments = p.segments.iter().flat_map(|segment| {
        let of = segment.alternatives.iter();
        of.map(|alternative| (segment.segment.as_str(), alternative))
    });
    for (segment, alternative) in all.chain(of_segments) {
        let cells = [
            alternative.name.clone(),
            alternative.available.to_string(),
            csv::number(Some(alternative.predicted_share)),
            csv::number(alternative.std_error),
            csv::number(alternative.conf_low),
            csv::number(alternative.conf_high),
            csv::number(alternative.observed_share),
            p.converged.to_string(),
        ];
        let segment = has_segments.then(|| segment.to_owned());
        text.push_str(&csv::record(segment.into_iter().chain(cells)));
    }
    text
}

#[cfg(test)]
mod tests;
