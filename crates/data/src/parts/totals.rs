//! What the parts are together.

use std::collections::{BTreeMap, HashMap};

use crate::alternatives::{Alternatives, Codes};
use crate::choice_data::ChoiceData;
use crate::counts::Counts;

/// What all parts of the data are together.
#[derive(Clone, Debug, PartialEq)]
pub struct Totals {
    /// File name.
    pub file: String,
    /// Rows of the file.
    pub rows_read: usize,
    /// Rows that stand behind the cases used.
    pub rows_used: usize,
    /// Choice situations.
    pub n_cases: usize,
    /// Available alternatives of all cases together.
    pub n_pairs: usize,
    /// Decision makers (cases where there is no panel).
    pub n_decision_makers: usize,
    /// Smallest and largest number of cases of a decision maker; `None` where there is no panel.
    pub cases_per_decision_maker: Option<(usize, usize)>,
    /// How many cases have a choice set of each size, by ascending size.
    pub choice_set_sizes: Vec<(usize, usize)>,
    /// Alternatives of the largest choice set.
    pub largest_choice_set: usize,
    /// Sum of the case weights, where there are weights.
    pub total_weight: Option<f64>,
    /// The alternatives.
    pub alternatives: Alternatives,
    /// Cases in which each alternative is available.
    pub times_available: Vec<usize>,
    /// Times each alternative was chosen, unweighted; 0 where that is not known.
    pub times_chosen: Vec<f64>,
    /// What was dropped or assumed.
    pub warnings: Vec<String>,
    /// Hash of the data, as [`ChoiceData::fingerprint`] gives it of the whole.
    pub fingerprint: String,
}

/// Adds the parts up.
#[derive(Debug)]
pub(crate) struct Tally {
    labelled: bool,
    /// Labelled alternatives, which are those of every part.
    alternatives: Option<Alternatives>,
    /// Codes of unlabelled alternatives.
    codes: Codes,
    /// Times available and chosen, by code.
    times: HashMap<String, (usize, f64)>,
    rows_used: usize,
    n_pairs: usize,
    n_decision_makers: usize,
    cases_per_decision_maker: Option<(usize, usize)>,
    sizes: BTreeMap<usize, usize>,
    total_weight: Option<f64>,
}

impl Tally {
    pub fn new(labelled: bool) -> Self {
        Tally {
            labelled,
            alternatives: None,
            codes: Codes::default(),
            times: HashMap::new(),
            rows_used: 0,
            n_pairs: 0,
            n_decision_makers: 0,
            cases_per_decision_maker: None,
            sizes: BTreeMap::new(),
            total_weight: None,
        }
    }

    /// Decision makers so far.
    pub fn n_decision_makers(&self) -> usize {
        self.n_decision_makers
    }

    /// Adds the alternatives of a part, also of one without cases.
    pub fn alternatives(&mut self, alternatives: Alternatives, texts: bool) {
        if !self.labelled {
            self.codes.add(&alternatives.codes, texts);
        } else if self.alternatives.is_none() {
            self.alternatives = Some(alternatives);
        }
    }

    /// Adds the data of a part.
    pub fn add(&mut self, data: &ChoiceData) {
        self.rows_used += data.rows_used();
        self.n_pairs += data.n_pairs();
        self.n_decision_makers += data.n_decision_makers();
        for case in 0..data.n_cases() {
            *self.sizes.entry(data.pairs(case).len()).or_default() += 1;
        }
        if let Some(makers) = data.decision_makers() {
            for cases in makers.chunk_by(|a, b| a == b).map(<[u32]>::len) {
                let (fewest, most) = self.cases_per_decision_maker.unwrap_or((cases, cases));
                self.cases_per_decision_maker = Some((fewest.min(cases), most.max(cases)));
            }
        }
        if let Some(weights) = data.weights() {
            // One by one, so that the sum does not depend on where the data are cut.
            let before = self.total_weight.unwrap_or(0.0);
            self.total_weight = Some(weights.iter().fold(before, |sum, weight| sum + weight));
        }
        let times = data.times_available().into_iter().zip(data.times_chosen());
        for (code, (available, chosen)) in data.alternatives.codes.iter().zip(times) {
            if !self.times.contains_key(code) {
                self.times.insert(code.clone(), (0, 0.0));
            }
            if let Some(known) = self.times.get_mut(code) {
                *known = (known.0 + available, known.1 + chosen);
            }
        }
    }

    pub fn into_totals(self, file: String, counts: &Counts, fingerprint: String) -> Totals {
        let alternatives = self.alternatives.unwrap_or_else(|| {
            let codes = self.codes.sorted();
            Alternatives {
                names: codes.clone(),
                codes,
                labelled: false,
            }
        });
        let times = |code: &String| self.times.get(code).copied().unwrap_or_default();
        Totals {
            file,
            rows_read: counts.rows_read,
            rows_used: self.rows_used,
            n_cases: counts.cases,
            n_pairs: self.n_pairs,
            n_decision_makers: self.n_decision_makers,
            cases_per_decision_maker: self.cases_per_decision_maker,
            largest_choice_set: self.sizes.last_key_value().map_or(0, |(size, _)| *size),
            choice_set_sizes: self.sizes.into_iter().collect(),
            total_weight: self.total_weight,
            times_available: alternatives.codes.iter().map(|code| times(code).0).collect(),
            times_chosen: alternatives.codes.iter().map(|code| times(code).1).collect(),
            alternatives,
            warnings: counts.warnings(),
            fingerprint,
        }
    }
}
