//! The report of predictions.

use logsum_report::{PredictedAlternative, PredictedSegment, PredictionReport};
use logsum_utility::{Fit, GroupShares, ShareInterval};

use super::args::PredictArgs;
use super::parts::Read;

/// What is printed of the predictions of all cases.
pub fn report(args: &PredictArgs, fit: &Fit, read: &Read) -> PredictionReport {
    let (found, cases) = (&read.found, &read.cases);
    let names = &cases.alternatives.names;
    let (intervals, draws, seed) = match super::interval(args) {
        Ok(ShareInterval::Simulated { draws, seed }) => ("simulated", Some(draws), Some(seed)),
        Ok(ShareInterval::Bootstrap) => {
            let resamples = fit.bootstrap.as_ref().map(|bootstrap| bootstrap.estimates.len());
            (
                "bootstrap",
                resamples,
                fit.bootstrap.as_ref().map(|bootstrap| bootstrap.seed),
            )
        }
        _ => ("delta", None, None),
    };
    let (all, segments) = match found.shares.split_first() {
        Some((all, segments)) => (alternatives(all, names), segments),
        None => (Vec::new(), &[][..]),
    };
    let segment = |of: &GroupShares| PredictedSegment {
        segment: of.segment.clone().unwrap_or_default(),
        n_cases: of.n_cases,
        alternatives: alternatives(of, names),
    };
    let quality = found.quality.as_ref();
    let tables = quality.filter(|_| args.measures);
    PredictionReport {
        title: fit.title.clone(),
        file: cases.file.clone(),
        estimation_data: args.cases.data.is_none() && !args.held_out,
        held_out: args.held_out,
        converged: fit.converged,
        rows_read: cases.rows_read,
        rows_used: cases.rows_used,
        n_cases: cases.n_cases,
        total_weight: cases.total_weight,
        mean_logsum: found.mean_logsum,
        covariance_kind: fit.covariance_kind.clone(),
        confidence: fit.confidence,
        intervals: intervals.to_owned(),
        draws,
        seed,
        alternatives: all,
        by: args.by.clone(),
        segments: segments.iter().map(segment).collect(),
        measures: quality.map(|quality| quality.measures.clone()),
        confusion: tables.and_then(|quality| quality.confusion.clone()),
        calibration: tables.map(|quality| quality.calibration.clone()),
    }
}

fn alternatives(of: &GroupShares, names: &[String]) -> Vec<PredictedAlternative> {
    let alternative = |(at, share): (usize, &logsum_utility::Share)| PredictedAlternative {
        name: names[at].clone(),
        available: of.available[at],
        predicted_share: share.share,
        std_error: share.std_error,
        conf_low: share.conf_low,
        conf_high: share.conf_high,
        observed_share: of.observed.as_ref().map(|observed| observed[at]),
    };
    of.shares.iter().enumerate().map(alternative).collect()
}
