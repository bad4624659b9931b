//! Numbers of the alternatives of a case: how often each was chosen, by which part of those who chose, or its rank.

use std::collections::HashSet;

use logsum_expressions::FaultKind;

use crate::alternatives::key;
use crate::draft::{Context, RowState};
use crate::error::{DataError, Place, Places, Samples};
use crate::faults::Verdict;
use crate::rankings;
use crate::schema::{AlternativeCount, Schema, count_label};

/// How far the shares of a case may sum to something else than 1.
const TOLERANCE: f64 = 1e-6;

/// What the numbers of the alternatives are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Counts,
    Shares,
    Ranks,
}

impl Measure {
    /// What those of a schema are.
    pub fn of(schema: &Schema) -> Self {
        match schema.ranking {
            Some(_) => Measure::Ranks,
            None if schema.shares => Measure::Shares,
            None => Measure::Counts,
        }
    }

    /// Whether a number can be one.
    pub fn is_sound(self, value: f64) -> bool {
        let most = match self {
            Measure::Counts => f64::MAX,
            Measure::Shares => 1.0 + TOLERANCE,
            Measure::Ranks => f64::from(u32::MAX),
        };
        (0.0..=most).contains(&value) && (self != Measure::Ranks || value.fract() == 0.0)
    }

    /// What one must be.
    pub fn expected(self) -> &'static str {
        match self {
            Measure::Counts => "a count is a finite number of at least 0",
            Measure::Shares => "a share is a number from 0 to 1",
            Measure::Ranks => {
                "a rank is a whole number, 1 for the best, and 0 or empty for what comes after all that are ranked"
            }
        }
    }

    /// What a column of text should hold.
    pub fn expected_of_column(self) -> &'static str {
        match self {
            Measure::Counts => "counts must be numbers",
            Measure::Shares => "shares must be numbers",
            Measure::Ranks => "ranks must be numbers",
        }
    }
}

/// Numbers that are no counts or shares, of one column or expression.
pub(crate) struct Unsound {
    places: Places,
    values: Samples,
    seen: HashSet<u64>,
}

impl Unsound {
    /// None yet.
    pub fn new(file: &str) -> Self {
        Unsound {
            places: Places::new(file),
            values: Samples::default(),
            seen: HashSet::new(),
        }
    }

    /// Counts one.
    pub fn add(&mut self, value: f64, place: impl FnOnce() -> Place) {
        self.places.add(place);
        if self.seen.insert(key(value)) {
            self.values.add(|| value.to_string());
        }
    }

    /// The places and the values, if there are any.
    pub fn found(self) -> Option<(Places, Samples)> {
        (!self.places.is_empty()).then_some((self.places, self.values))
    }
}

/// Cases whose shares do not sum to 1.
pub(crate) struct Sums {
    places: Places,
    first: Option<f64>,
    filtered: bool,
}

impl Sums {
    /// None yet.
    pub fn new(file: &str) -> Self {
        Sums {
            places: Places::new(file),
            first: None,
            filtered: false,
        }
    }

    /// Looks at the sum of a case, of which the filter may have removed alternatives.
    pub fn look(&mut self, sum: f64, filtered: bool, place: impl FnOnce() -> Place) {
        if (sum - 1.0).abs() > TOLERANCE {
            self.places.add(place);
            self.first.get_or_insert(sum);
            self.filtered |= filtered;
        }
    }

    /// The error, if there are such cases.
    pub fn into_error(self) -> Option<DataError> {
        Some(DataError::SharesSum {
            sum: self.first?,
            places: self.places,
            filtered: self.filtered,
        })
    }
}

/// The rows of a wide table whose counts could be read or have been reported, and row after row the count of every
/// alternative: 0 where none is given.
pub(crate) fn of_columns(
    context: &mut Context<'_>,
    counts: &[AlternativeCount],
    kept: &[u32],
    cases_dropped: &mut usize,
) -> (Vec<u32>, Vec<f64>) {
    let schema = context.schema;
    let measure = Measure::of(schema);
    let n = schema.alternatives.len();
    let mut numbers = vec![0.0; kept.len() * n];
    let mut states = vec![RowState::Kept; kept.len()];
    for (position, count) in counts.iter().enumerate() {
        let known = schema
            .alternatives
            .iter()
            .position(|known| known.name == count.alternative);
        // Unknown ones have been reported.
        let (Some(alternative), Some(&node)) = (known, context.nodes.counts.get(position)) else {
            continue;
        };
        let label = count_label(schema, &count.alternative);
        let values = context.evaluate(node, Some(kept));
        let mut unsound = Unsound::new(context.file());
        for (at, &value) in values.iter().enumerate() {
            let row = kept[at] as usize;
            if measure.is_sound(value) {
                numbers[at * n + alternative] = value;
                continue;
            }
            // What has no rank comes after all that have one.
            if measure == Measure::Ranks && value.is_nan() && is_empty(&context.explain(&count.expression, row)) {
                continue;
            }
            let missing = !value.is_finite() && context.examine(&label, &count.expression, row) == Verdict::Missing;
            if value.is_finite() {
                unsound.add(value, || context.place(row));
            }
            states[at] = match states[at] {
                _ if missing => RowState::Missing,
                RowState::Missing => RowState::Missing,
                _ => RowState::Faulty,
            };
        }
        if let Some((places, values)) = unsound.found() {
            context.errors.push(DataError::NotACount {
                places,
                what: format!("the {label} is"),
                values,
                expected: measure.expected(),
            });
        }
    }
    match &schema.ranking {
        Some(ranking) => rankings::of_table(context, ranking, (kept, &states), &numbers),
        None => judge(context, measure, (kept, &states), &numbers),
    }
    let is_kept = |at: &usize| states[*at] != RowState::Missing;
    let at_kept: Vec<usize> = (0..kept.len()).filter(is_kept).collect();
    *cases_dropped += kept.len() - at_kept.len();
    let rows = at_kept.iter().map(|&at| kept[at]).collect();
    let numbers = at_kept.iter().flat_map(|&at| numbers[at * n..][..n].iter().copied());
    (rows, numbers.collect())
}

/// Whether a cell that a value needs is missing.
fn is_empty(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Missing => true,
        Verdict::Fault(fault) => matches!(fault.kind, FaultKind::Missing { .. }),
        Verdict::Sound => false,
    }
}

/// Reports rows in which nothing was chosen, or whose shares do not sum to 1.
fn judge(context: &mut Context<'_>, measure: Measure, (rows, states): (&[u32], &[RowState]), numbers: &[f64]) {
    let n = context.schema.alternatives.len();
    let mut none = context.places();
    let mut sums = Sums::new(context.file());
    let read = (0..rows.len()).filter(|&at| states[at] == RowState::Kept);
    for (at, sum) in read.map(|at| (at, numbers[at * n..][..n].iter().sum::<f64>())) {
        let place = || context.place(rows[at] as usize);
        match measure {
            Measure::Shares => sums.look(sum, false, place),
            Measure::Counts if sum == 0.0 => none.add(place),
            Measure::Counts | Measure::Ranks => {}
        }
    }
    if !none.is_empty() {
        context.errors.push(DataError::NoChoice {
            places: none,
            needed: "a count above 0 of one of its alternatives".to_owned(),
        });
    }
    context.errors.extend(sums.into_error());
}
