//! Shares by group, from cases that come at once or part by part.

use std::collections::HashMap;

use logsum_data::{Alternatives, ChoiceData, Outcome, Segments, Values};
use logsum_estimate::{EvalError, Parameter};

use super::points::Points;
use super::{Share, ShareInterval, case_size};
use crate::fit::Fit;
use crate::model::{Model, Prediction};

/// Draws of the estimates at which a model has no probabilities are left out, if they are no more than this part.
const MOST_LOST: f64 = 0.5;

/// Shares of a group of cases.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupShares {
    /// The value of the segments' column; `None` for all cases.
    pub segment: Option<String>,
    /// Cases in it.
    pub n_cases: usize,
    /// What these count: Σ w_n y_n.
    pub weight: f64,
    /// Cases in which each alternative is available.
    pub available: Vec<usize>,
    /// Predicted share of each alternative.
    pub shares: Vec<Share>,
    /// Observed share of each, where choices are known.
    pub observed: Option<Vec<f64>>,
}

/// Sums of probabilities over cases, at the estimates and wherever the intervals look, for all cases and for each value of
/// a column.
///
/// ```text
/// S_j = Σ_n w_n y_n P_nj / Σ_n w_n y_n
/// ```
///
/// Cases are added in their order: parts of the data, whole cases each, give the digits of the whole. Memory does not grow
/// with their number.
#[derive(Clone, Debug)]
pub struct ShareTotals {
    points: Points,
    at: Vec<Vec<f64>>,
    /// Points at which the model has no probabilities.
    lost: Vec<bool>,
    n_alternatives: usize,
    /// All cases first.
    groups: Vec<Group>,
    by_name: HashMap<String, usize>,
    /// Whether the segments' column holds numbers.
    numbers: bool,
    logsums: f64,
}

#[derive(Clone, Debug)]
struct Group {
    name: Option<String>,
    n_cases: usize,
    weight: f64,
    available: Vec<usize>,
    /// Point by point, alternative by alternative.
    sums: Vec<f64>,
    chosen: Vec<f64>,
    known: bool,
}

impl ShareTotals {
    /// Of no cases yet. Unlabelled alternatives have no shares: of them only cases and logsums are summed.
    pub fn new(fit: &Fit, parameters: &[Parameter], alternatives: &Alternatives, interval: ShareInterval) -> Self {
        let points = Points::new(fit, parameters, interval);
        let at = points.all(fit);
        let n_alternatives = if alternatives.labelled { alternatives.len() } else { 0 };
        let mut totals = ShareTotals {
            points,
            lost: vec![false; at.len()],
            at,
            n_alternatives,
            groups: Vec::new(),
            by_name: HashMap::new(),
            numbers: true,
            logsums: 0.0,
        };
        totals.groups.push(totals.group(None));
        totals
    }

    fn group(&self, name: Option<String>) -> Group {
        Group {
            name,
            n_cases: 0,
            weight: 0.0,
            available: vec![0; self.n_alternatives],
            sums: vec![0.0; self.at.len() * self.n_alternatives],
            chosen: vec![0.0; self.n_alternatives],
            known: true,
        }
    }

    /// Groups so far, that of all cases among them.
    pub fn n_groups(&self) -> usize {
        self.groups.len()
    }

    /// Adds the cases of `data`, to which `model` is bound; `prediction` is theirs at the estimates.
    ///
    /// # Errors
    /// As [`Model::predict`]; of draws of the estimates only what stops all of them.
    ///
    /// # Panics
    /// If prediction or segments are of other data.
    pub fn add(
        &mut self,
        model: &Model<'_>,
        data: &ChoiceData,
        prediction: &Prediction,
        segments: Option<&Segments>,
    ) -> Result<(), EvalError> {
        if self.n_alternatives == 0 {
            self.count(data, prediction, segments);
            return Ok(());
        }
        self.add_shares(model, data, prediction, segments)
    }

    /// The same, whether or not alternatives are labelled.
    pub(super) fn add_shares(
        &mut self,
        model: &Model<'_>,
        data: &ChoiceData,
        prediction: &Prediction,
        segments: Option<&Segments>,
    ) -> Result<(), EvalError> {
        if self.n_alternatives == 0 {
            self.n_alternatives = data.alternatives().len();
            let renewed = self.group(None);
            self.groups[0] = renewed;
        }
        let group_of = self.count(data, prediction, segments);
        let draws = matches!(self.points, Points::Draws(_));
        for point in 0..self.at.len() {
            let elsewhere = match point {
                0 => None,
                _ if self.lost[point] => continue,
                _ => match model.predict(&self.at[point]) {
                    Err(EvalError::Outside { .. }) if draws => {
                        self.lost[point] = true;
                        continue;
                    }
                    found => Some(found?),
                },
            };
            let of_point = elsewhere.as_ref().unwrap_or(prediction);
            self.sum(data, point, &of_point.probabilities, group_of.as_deref());
        }
        Ok(())
    }

    /// Counts cases, alternatives, choices; the group of each case.
    fn count(&mut self, data: &ChoiceData, prediction: &Prediction, segments: Option<&Segments>) -> Option<Vec<usize>> {
        assert_eq!(prediction.logsums.len(), data.n_cases(), "a prediction of these data");
        let of_segment = segments.map(|segments| {
            assert_eq!(segments.of_case.len(), data.n_cases(), "segments of these cases");
            let column = data.columns().iter().find(|column| column.name == segments.column);
            self.numbers &= column.is_some_and(|column| matches!(column.values, Values::Number(_)));
            segments
                .names
                .iter()
                .map(|name| self.named(name))
                .collect::<Vec<usize>>()
        });
        let group_of = segments.zip(of_segment).map(|(segments, of_segment)| {
            let group = |&segment: &u32| of_segment[segment as usize];
            segments.of_case.iter().map(group).collect::<Vec<usize>>()
        });
        for case in 0..data.n_cases() {
            let size = case_size(data, case);
            self.logsums += size * prediction.logsums[case];
            for at in std::iter::once(0).chain(group_of.as_ref().map(|of| of[case])) {
                let group = &mut self.groups[at];
                group.n_cases += 1;
                group.weight += size;
                if self.n_alternatives > 0 {
                    group.count(data, case);
                }
            }
        }
        group_of
    }

    fn named(&mut self, name: &str) -> usize {
        if let Some(&known) = self.by_name.get(name) {
            return known;
        }
        let group = self.group(Some(name.to_owned()));
        self.groups.push(group);
        self.by_name.insert(name.to_owned(), self.groups.len() - 1);
        self.groups.len() - 1
    }

    fn sum(&mut self, data: &ChoiceData, point: usize, probabilities: &[f64], group_of: Option<&[usize]>) {
        let first = point * self.n_alternatives;
        for case in 0..data.n_cases() {
            let size = case_size(data, case);
            for at in std::iter::once(0).chain(group_of.map(|of| of[case])) {
                let sums = &mut self.groups[at].sums[first..first + self.n_alternatives];
                for pair in data.pairs(case) {
                    sums[data.pair_alternatives()[pair] as usize] += size * probabilities[pair];
                }
            }
        }
    }

    /// Mean logsum over cases, which count as they do in the shares.
    pub fn mean_logsum(&self) -> f64 {
        self.logsums / self.groups[0].weight
    }

    /// Draws of the estimates at which the model has no probabilities, and all draws.
    pub fn lost_draws(&self) -> (usize, usize) {
        (self.lost.iter().filter(|lost| **lost).count(), self.lost.len() - 1)
    }

    /// The shares of all cases, then of each segment in the order of its values.
    ///
    /// # Errors
    /// Draws of the estimates of which too many have no probabilities.
    pub fn finish(mut self, fit: &Fit) -> Result<Vec<GroupShares>, EvalError> {
        let (lost, all) = self.lost_draws();
        if lost as f64 > MOST_LOST * all as f64 {
            return Err(EvalError::Failed(format!(
                "{lost} of {all} draws of the estimates are no parameters of this model: they are too uncertain for simulated \
                 intervals; take those by the delta method"
            )));
        }
        let numbers = self.numbers;
        self.groups[1..].sort_by(|one, other| {
            let (one, other) = (one.name.as_deref().unwrap_or(""), other.name.as_deref().unwrap_or(""));
            match (numbers, one.parse::<f64>(), other.parse::<f64>()) {
                (true, Ok(a), Ok(b)) => a.total_cmp(&b),
                _ => one.cmp(other),
            }
        });
        Ok(self.groups.iter().map(|group| self.of_group(group, fit)).collect())
    }

    fn of_group(&self, group: &Group, fit: &Fit) -> GroupShares {
        let at_points: Vec<Option<Vec<f64>>> = match self.n_alternatives {
            0 => Vec::new(),
            n => group
                .sums
                .chunks(n)
                .zip(&self.lost)
                .map(|(sums, lost)| (!lost).then(|| sums.iter().map(|sum| sum / group.weight).collect()))
                .collect(),
        };
        let chosen: f64 = group.chosen.iter().sum();
        GroupShares {
            segment: group.name.clone(),
            n_cases: group.n_cases,
            weight: group.weight,
            available: group.available.clone(),
            shares: self.points.shares(fit, &at_points),
            observed: (group.known && self.n_alternatives > 0)
                .then(|| group.chosen.iter().map(|of| of / chosen).collect()),
        }
    }
}

impl Group {
    /// Counts what is available and what was chosen in a case.
    fn count(&mut self, data: &ChoiceData, case: usize) {
        let weight = data.weights().map_or(1.0, |weights| weights[case]);
        for (position, pair) in data.pairs(case).enumerate() {
            let alternative = data.pair_alternatives()[pair] as usize;
            self.available[alternative] += 1;
            self.chosen[alternative] += weight
                * match data.outcome() {
                    Outcome::Chosen(chosen) => f64::from(u8::from(chosen[case] as usize == position)),
                    Outcome::Counts(counts) => counts[pair],
                    Outcome::None => {
                        self.known = false;
                        0.0
                    }
                };
        }
    }
}
