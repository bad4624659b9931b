//! What a fit tells of its data besides estimates, gathered part by part.

use logsum_data::{Alternatives, ChoiceData, Joint, Outcome, Rankings, Source, Stages};

use crate::constants::{Counted, add_null};
use crate::scale::{self, Scale};

/// The data as a model knows them once they are bound.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Where they come from.
    pub source: Source,
    /// The alternatives.
    pub alternatives: Alternatives,
    /// Choice situations.
    pub n_cases: usize,
    /// Available alternatives of all cases together.
    pub n_pairs: usize,
    /// Independent decision makers: panel units, or cases where there is no panel.
    pub n_decision_makers: usize,
    /// Rows of the file.
    pub rows_read: usize,
    /// Rows that stand behind the cases used.
    pub rows_used: usize,
    /// Alternatives of the largest choice set.
    pub largest_choice_set: usize,
    /// Whether it is known what was chosen.
    pub has_outcomes: bool,
    /// Where outcomes are rankings, whether the worst is known besides the best.
    pub best_worst: Option<bool>,
    /// Of rankings, how several alternatives that are one outcome are taken, where there may be such.
    pub joint: Option<Joint>,
    /// Whether outcomes are shares, and the log-likelihood a quasi-likelihood.
    pub shares: bool,
    /// Cases to which each scale of the specification applies.
    pub scaled_cases: Vec<usize>,
    /// Whether cases have weights.
    pub weighted: bool,
    /// What was dropped or assumed.
    pub warnings: Vec<String>,
    /// ln L of equal shares over the alternatives available to each case; of rankings, to each stage.
    pub log_likelihood_null: f64,
    /// Times each alternative was chosen, unweighted.
    pub times_chosen: Vec<f64>,
    /// Cases in which each alternative is available.
    pub times_available: Vec<usize>,
    /// Decision maker of each case; `None` where every case is one of its own.
    pub decision_makers: Option<Vec<u32>>,
    /// What the log-likelihood with constants alone is made from.
    pub(crate) counted: Counted,
}

impl Facts {
    /// Of no case yet; what is the same in all parts is that of `data`.
    pub(crate) fn of(data: &ChoiceData) -> Self {
        Facts {
            source: Source {
                name: data.source().name.clone(),
                first_row: 1,
            },
            alternatives: data.alternatives().clone(),
            n_cases: 0,
            n_pairs: 0,
            n_decision_makers: 0,
            rows_read: 0,
            rows_used: 0,
            largest_choice_set: 0,
            has_outcomes: data.has_outcomes(),
            best_worst: data.rankings().map(Rankings::is_best_worst),
            joint: data.rankings().and_then(Rankings::joint),
            shares: data.has_outcomes() && data.schema().shares,
            scaled_cases: Vec::new(),
            weighted: data.weights().is_some(),
            warnings: Vec::new(),
            log_likelihood_null: 0.0,
            times_chosen: vec![0.0; data.alternatives().len()],
            times_available: vec![0; data.alternatives().len()],
            decision_makers: data.decision_makers().map(|_| Vec::new()),
            counted: Counted::new(data),
        }
    }

    /// Adds the cases of a part, which are rankings if there are stages.
    pub(crate) fn add(&mut self, data: &ChoiceData, stages: Option<&Stages>, scales: &[Scale]) {
        self.n_cases += data.n_cases();
        self.n_pairs += data.n_pairs();
        self.n_decision_makers += data.n_decision_makers();
        self.rows_read += data.rows_read();
        self.rows_used += data.rows_used();
        self.largest_choice_set = self.largest_choice_set.max(data.largest_choice_set());
        self.warnings.extend_from_slice(data.warnings());
        self.decision_makers
            .iter_mut()
            .for_each(|makers| makers.extend_from_slice(data.decision_makers().unwrap_or_default()));
        // Of unlabelled alternatives the same position is another one in every part.
        if data.alternatives().labelled {
            let add = |(sum, more): (&mut f64, f64)| *sum += more;
            self.times_chosen.iter_mut().zip(data.times_chosen()).for_each(add);
            let add = |(sum, more): (&mut usize, usize)| *sum += more;
            self.times_available
                .iter_mut()
                .zip(data.times_available())
                .for_each(add);
        }
        self.scaled_cases.resize(scales.len(), 0);
        for (sum, scale) in self.scaled_cases.iter_mut().zip(scales) {
            *sum += scale::n_cases(scale, data);
        }
        add_null(data, &mut self.log_likelihood_null);
        if data.outcome() != &Outcome::None {
            // Constants alone explain every stage.
            self.counted.add(stages.map_or(data, |stages| &stages.data));
        }
    }

    /// Alternatives to choose from; the largest choice set where they are unlabelled.
    pub fn n_alternatives(&self) -> usize {
        if self.alternatives.labelled {
            self.alternatives.len()
        } else {
            self.largest_choice_set
        }
    }
}
