//! What is made of cases as they come: probabilities to the file, sums to the report.

use std::path::Path;

use logsum_data::{Alternatives, ChoiceData, Totals};
use logsum_estimate::LogLikelihood;
use logsum_utility::{Fit, GroupShares, Model, ModelFile, Quality, Scoring, ShareInterval, ShareTotals};

use super::rows;
use super::sink::Sink;
use crate::applied::segments::{MOST_SEGMENTS, segments, too_many};
use crate::failure::Failure;
use crate::show;

/// What is asked of all cases.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub fit: &'a Fit,
    /// Of the fit.
    pub path: &'a Path,
    pub by: Option<&'a str>,
    pub interval: ShareInterval,
    pub output: Option<&'a Path>,
}

/// Predictions of cases that come in parts, whole decision makers each, or at once.
pub struct Forecast<'a> {
    asked: Asked<'a>,
    theta: Vec<f64>,
    sums: Option<(ShareTotals, Scoring)>,
    sink: Option<Sink>,
    /// Decision makers and cases so far.
    before: (usize, usize),
}

/// What the predictions of all cases come to.
pub struct Found {
    /// All cases, then segments.
    pub shares: Vec<GroupShares>,
    pub mean_logsum: f64,
    pub quality: Option<Quality>,
    /// Draws of the estimates that were of no use, and all.
    pub lost_draws: (usize, usize),
    /// Complete, but not in its place yet.
    pub sink: Option<Sink>,
}

/// Why a part was not taken.
pub enum Refused {
    Failed(Failure),
    /// The file of predictions would have other columns than before.
    OtherColumns,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Refused::Failed(failure)
    }
}

impl<'a> Forecast<'a> {
    /// Of no cases yet.
    pub fn new(asked: Asked<'a>) -> Self {
        Forecast {
            asked,
            theta: asked
                .fit
                .parameters
                .iter()
                .map(|parameter| parameter.estimate)
                .collect(),
            sums: None,
            sink: asked.output.map(Sink::new),
            before: (0, 0),
        }
    }

    /// Predicts the cases that follow on those before. Of rankings the best of all.
    pub fn add(&mut self, file: &ModelFile, data: &ChoiceData) -> Result<(), Refused> {
        let best = data.rankings().is_some().then(|| data.first_choices());
        let data = best.as_ref().unwrap_or(data);
        let model = Model::bind_behind(&file.specification, data, self.before);
        let model = model.map_err(|error| Failure::all(error.each()))?;
        show::has_the_parameters(self.asked.fit, self.asked.path, &model)?;
        self.before.0 += data.n_decision_makers();
        self.before.1 += data.n_cases();
        let segments = self.asked.by.map(|column| segments(data, column)).transpose()?;
        let prediction = model.predict(&self.theta).map_err(Failure::bad_input)?;
        let (shares, scoring) = self.sums.get_or_insert_with(|| {
            let (alternatives, interval) = (data.alternatives(), self.asked.interval);
            (
                ShareTotals::new(self.asked.fit, model.parameters(), alternatives, interval),
                Scoring::new(alternatives),
            )
        });
        let added = shares.add(&model, data, &prediction, segments.as_ref());
        added.map_err(Failure::bad_input)?;
        if shares.n_groups() > MOST_SEGMENTS + 1 {
            return Err(too_many(self.asked.by.unwrap_or_default()).into());
        }
        scoring.add(data, &prediction);
        if let Some(sink) = &mut self.sink {
            let table = rows::table(data, &prediction);
            if !sink.takes(&table) {
                return Err(Refused::OtherColumns);
            }
            sink.append(&table)?;
        }
        Ok(())
    }

    /// After the last of them.
    pub fn finish(self) -> Result<Found, Failure> {
        let (shares, scoring) = self.sums.expect("data without cases are an error");
        let (mean_logsum, lost_draws) = (shares.mean_logsum(), shares.lost_draws());
        Ok(Found {
            shares: shares.finish(self.asked.fit).map_err(Failure::bad_input)?,
            mean_logsum,
            quality: scoring.finish(),
            lost_draws,
            sink: self.sink,
        })
    }
}

/// The cases that were predicted.
pub struct Cases {
    pub file: String,
    pub rows_read: usize,
    pub rows_used: usize,
    pub n_cases: usize,
    pub total_weight: Option<f64>,
    pub alternatives: Alternatives,
}

impl Cases {
    /// Of data that were read at once.
    pub fn of(data: &ChoiceData) -> Self {
        Cases {
            file: data.source().name.clone(),
            rows_read: data.rows_read(),
            rows_used: data.rows_used(),
            n_cases: data.n_cases(),
            total_weight: data.weights().map(|weights| weights.iter().sum()),
            alternatives: data.alternatives().clone(),
        }
    }
}

impl From<Totals> for Cases {
    fn from(totals: Totals) -> Self {
        Cases {
            file: totals.file,
            rows_read: totals.rows_read,
            rows_used: totals.rows_used,
            n_cases: totals.n_cases,
            total_weight: totals.total_weight,
            alternatives: totals.alternatives,
        }
    }
}
