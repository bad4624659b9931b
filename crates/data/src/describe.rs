//! What the data are, for `check` and for the head of a report.

use serde::Serialize;

use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome};
use crate::schema::Layout;
use crate::table::{Column, MISSING_TEXT, Table, Values};

/// A description of checked choice data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
    /// File name.
    pub file: String,
    /// "wide" or "long".
    pub layout: String,
    /// Rows of the file.
    pub rows_read: usize,
    /// Rows that stand behind the cases used.
    pub rows_used: usize,
    /// Choice situations.
    pub n_cases: usize,
    /// Decision makers (cases where there is no panel).
    pub n_decision_makers: usize,
    /// Smallest and largest number of cases of a decision maker; `None` where there is no panel.
    pub cases_per_decision_maker: Option<(usize, usize)>,
    /// How many cases have a choice set of each size, by ascending size.
    pub choice_set_sizes: Vec<(usize, usize)>,
    /// Sum of the case weights, where there are weights.
    pub total_weight: Option<f64>,
    /// Whether outcomes are counts; then `chosen` below sums them.
    pub counts: bool,
    /// Whether these counts are shares.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shares: bool,
    /// Of rankings, how many alternatives are ranked; then `chosen` below counts the best.
    pub rankings: Option<RankingsDescription>,
    /// Every labelled alternative, or the positions of unlabelled ones.
    pub alternatives: Vec<AlternativeDescription>,
    /// Every column that the model uses, in the order of the file.
    pub columns: Vec<ColumnDescription>,
}

/// How many alternatives the cases rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RankingsDescription {
    /// In the case with the fewest.
    pub least: usize,
    /// In the case with the most.
    pub most: usize,
    /// Whether the last of them is the worst of all.
    pub best_worst: bool,
    /// Cases in which some share a rank.
    pub with_ties: usize,
}

/// One alternative over all cases.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlternativeDescription {
    /// Name in the model file.
    pub name: String,
    /// Code in the data, as written.
    pub code: String,
    /// Cases in which it is available.
    pub available: usize,
    /// Cases that chose it (sum of counts where outcomes are counts), unweighted.
    pub chosen: f64,
}

/// One column over the rows used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnDescription {
    /// Name.
    pub name: String,
    /// Whether it varies between the alternatives of a case (long data; `None` in wide data).
    pub varies_within_cases: Option<bool>,
    /// Missing cells.
    pub missing: usize,
    /// The cells that are there.
    pub summary: Summary,
}

/// Summary of the cells of a column that are not missing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Summary {
    /// Of numbers.
    Number {
        /// Smallest.
        min: f64,
        /// Arithmetic mean.
        mean: f64,
        /// Largest.
        max: f64,
    },
    /// Of text.
    Text {
        /// Number of distinct values.
        distinct: usize,
        /// The first few of them, sorted.
        examples: Vec<String>,
    },
    /// There are none.
    Empty,
}

/// Examples of a text column that a description shows.
const EXAMPLES: usize = 5;

impl ChoiceData {
    /// Describes the data; of the columns, those that are named.
    pub fn describe(&self, columns: &[&str]) -> Description {
        let mut sizes = std::collections::BTreeMap::new();
        for case in 0..self.n_cases() {
            *sizes.entry(self.pairs(case).len()).or_insert(0) += 1;
        }
        let cases_per_decision_maker = self.decision_maker.as_ref().map(|makers| {
            let lengths = makers.chunk_by(|a, b| a == b).map(<[u32]>::len);
            (lengths.clone().min().unwrap_or(0), lengths.max().unwrap_or(0))
        });
        let mut described: Vec<&DataColumn> = self
            .columns
            .iter()
            .filter(|column| columns.contains(&column.name.as_str()))
            .collect();
        described.sort_by_key(|column| column.position);
        Description {
            file: self.source.name.clone(),
            layout: if self.is_wide() { "wide" } else { "long" }.to_owned(),
            rows_read: self.rows_read,
            rows_used: self.rows_used(),
            n_cases: self.n_cases(),
            n_decision_makers: self.n_decision_makers,
            cases_per_decision_maker,
            choice_set_sizes: sizes.into_iter().collect(),
            total_weight: self.weights.as_ref().map(|weights| weights.iter().sum()),
            counts: matches!(self.outcome, Outcome::Counts(_)),
            shares: self.schema.shares && self.has_outcomes(),
            rankings: self.rankings.as_ref().map(|rankings| {
                let (least, most) = rankings.lengths();
                RankingsDescription {
                    least,
                    most,
                    best_worst: rankings.is_best_worst(),
                    with_ties: rankings.n_with_ties(),
                }
            }),
            alternatives: self.describe_alternatives(),
            columns: described
                .into_iter()
                .map(|column| self.describe_column(column))
                .collect(),
        }
    }

    /// Times each alternative was chosen, unweighted, in the order of the alternatives; 0 where that is not known. Of rankings
    /// the best, in equal parts where several share the first rank.
    pub fn times_chosen(&self) -> Vec<f64> {
        let mut chosen = vec![0.0; self.alternatives.len()];
        match &self.first_outcome() {
            Outcome::Chosen(positions) => {
                for (case, &position) in positions.iter().enumerate() {
                    chosen[self.alternative[self.start[case] + position as usize] as usize] += 1.0;
                }
            }
            Outcome::Counts(counts) => {
                for (&alternative, count) in self.alternative.iter().zip(counts) {
                    chosen[alternative as usize] += count;
                }
            }
            Outcome::None => {}
        }
        chosen
    }

    /// Cases in which each alternative is available, in the order of the alternatives.
    pub fn times_available(&self) -> Vec<usize> {
        let mut available = vec![0; self.alternatives.len()];
        for &alternative in &self.alternative {
            available[alternative as usize] += 1;
        }
        available
    }

    fn is_wide(&self) -> bool {
        matches!(self.schema.layout, Layout::Wide { .. })
    }

    fn describe_alternatives(&self) -> Vec<AlternativeDescription> {
        let names = self.alternatives.names.iter().zip(&self.alternatives.codes);
        let counts = self.times_available().into_iter().zip(self.times_chosen());
        let one = |((name, code), (available, chosen)): ((&String, &String), (usize, f64))| AlternativeDescription {
            name: name.clone(),
            code: code.clone(),
            available,
            chosen,
        };
        names.zip(counts).map(one).collect()
    }

    fn describe_column(&self, column: &DataColumn) -> ColumnDescription {
        let (missing, summary) = summarise(&column.values);
        ColumnDescription {
            name: column.name.clone(),
            varies_within_cases: (!self.is_wide()).then_some(column.level == Level::Pair),
            missing,
            summary,
        }
    }
}

/// Describes the columns of a table as they stand in the file.
pub fn describe_table(table: &Table) -> Vec<ColumnDescription> {
    let one = |column: &Column| {
        let (missing, summary) = summarise(&column.values);
        ColumnDescription {
            name: column.name.clone(),
            varies_within_cases: None,
            missing,
            summary,
        }
    };
    table.columns.iter().map(one).collect()
}

fn summarise(values: &Values) -> (usize, Summary) {
    match values {
        Values::Number(cells) => {
            let present = cells.iter().copied().filter(|cell| !cell.is_nan());
            let n = present.clone().count();
            let summary = if n == 0 {
                Summary::Empty
            } else {
                Summary::Number {
                    min: present.clone().fold(f64::INFINITY, f64::min),
                    mean: present.clone().sum::<f64>() / n as f64,
                    max: present.fold(f64::NEG_INFINITY, f64::max),
                }
            };
            (cells.len() - n, summary)
        }
        Values::Text(text) => {
            let mut occurs = vec![false; text.dictionary.len()];
            let mut missing = 0;
            for &code in text.codes.iter() {
                if code == MISSING_TEXT {
                    missing += 1;
                } else {
                    occurs[code as usize] = true;
                }
            }
            let words: Vec<&String> = text
                .dictionary
                .iter()
                .zip(&occurs)
                .filter(|(_, occurs)| **occurs)
                .map(|(word, _)| word)
                .collect();
            let summary = if words.is_empty() {
                Summary::Empty
            } else {
                Summary::Text {
                    distinct: words.len(),
                    examples: words.into_iter().take(EXAMPLES).cloned().collect(),
                }
            };
            (missing, summary)
        }
    }
}
