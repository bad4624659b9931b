//! The schema: how the rows and columns of a table are to be read as choices.

use logsum_expressions::Expression;

/// What the choice column is for, among the columns that the schema names.
pub(crate) const CHOICE: &str = "choice";

/// How a table is read as choice data.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// A row per case or a row per alternative.
    pub layout: Layout,
    /// Keeps the rows for which it is true.
    pub filter: Option<Expression>,
    /// Column that names the panel unit.
    pub decision_maker: Option<String>,
    /// Case weight, used as it stands.
    pub weight: Option<Expression>,
    /// What a missing cell in a used column does.
    pub missing: Missing,
    /// Derived columns, in order; each may use those above it.
    pub derived: Vec<Derived>,
    /// Where outcomes are rankings, how the ranks stand in the table.
    pub ranking: Option<RankingSchema>,
    /// Whether counts are the shares of those who chose each alternative, which sum to 1 in every case.
    pub shares: bool,
    /// Alternatives by code. Required in wide data; in long data they rename codes, fix the order, state availability.
    pub alternatives: Vec<AlternativeSchema>,
}

/// The two shapes of a table of choices.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// A row per case.
    Wide {
        /// Where the choice stands.
        choice: WideChoice,
    },
    /// A row per alternative of a case.
    Long {
        /// Column that identifies the case.
        case: String,
        /// Column that holds the code of the alternative; without it the rows of a case count from 1.
        alternative: Option<String>,
        /// Column that is 1 (true) in the chosen row, or how often the alternative was chosen if `counts`. Of a ranking,
        /// the rank of the row: 1 for the best; 0 or empty for what comes after all that are ranked.
        choice: String,
        /// Whether `choice` holds counts.
        counts: bool,
    },
}

/// How the choice of a case stands in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum WideChoice {
    /// Column that holds the code of the chosen alternative; of a ranking, that of the best.
    Code(String),
    /// How often alternatives were chosen, those that are not named never; of a ranking, their ranks.
    Counts(Vec<AlternativeCount>),
}

/// How often an alternative was chosen in the case of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct AlternativeCount {
    /// Name of the alternative.
    pub alternative: String,
    /// Its count, its share, or its rank: 1 for the best; 0 or empty for what comes after all that are ranked.
    pub expression: Expression,
}

/// How rankings stand in a table: alternatives in their order, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RankingSchema {
    /// In wide data the columns that hold the codes of the second, the third, ... alternative; they may be empty from
    /// some rank on.
    pub further: Vec<String>,
    /// Whether the last rank of a case, or the last of the columns, is the worst of all alternatives.
    pub best_worst: bool,
    /// Whether the best and the worst, which alone are known, are taken as one choice of a pair.
    pub max_diff: bool,
    /// How alternatives that share a rank are taken; if absent, no two may.
    pub ties: Option<Ties>,
}

/// What is known of alternatives that share a rank: that they come after the better and before the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// By Efron's approximation.
    Efron,
    /// By the sum over all orders in which they may stand.
    Exact,
}

/// How several alternatives that are one outcome are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joint {
    /// Alternatives that share a rank.
    Ties(Ties),
    /// The best and the worst.
    MaxDiff,
}

impl RankingSchema {
    /// How several alternatives are one outcome; `None` where each stage of a ranking takes one.
    pub fn joint(&self) -> Option<Joint> {
        match self.max_diff {
            true => Some(Joint::MaxDiff),
            false => self.ties.map(Joint::Ties),
        }
    }
}

/// What a missing cell in a used column does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// It is an error.
    #[default]
    Error,
    /// The case is dropped, and counted.
    DropCase,
    /// The alternative is dropped from the choice set, and counted; the case if it was the chosen one.
    DropAlternative,
}

/// A column computed from others.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// Name by which expressions refer to it.
    pub name: String,
    /// What it is.
    pub expression: Expression,
}

/// An alternative and its code.
#[derive(Clone, Debug, PartialEq)]
pub struct AlternativeSchema {
    /// Name in utilities and tables.
    pub name: String,
    /// Code in the data.
    pub code: Code,
    /// Available where it is true; always if absent.
    pub available: Option<Expression>,
    /// In a choice-based sample, the share of those who chose it that were sampled, or any multiple of it that is the
    /// same for all alternatives: only ratios matter. 1 if absent.
    pub sampling_rate: Option<f64>,
}

/// The code of an alternative.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Schema {
    /// Wide data whose column `choice` holds the code of the chosen alternative.
    pub fn wide(choice: impl Into<String>) -> Self {
        Schema::of(Layout::Wide {
            choice: WideChoice::Code(choice.into()),
        })
    }

    /// Wide data that say of alternatives how often they were chosen.
    pub fn wide_counts<N: Into<String>>(counts: impl IntoIterator<Item = (N, Expression)>) -> Self {
        let one = |(alternative, expression): (N, Expression)| AlternativeCount {
            alternative: alternative.into(),
            expression,
        };
        Schema::of(Layout::Wide {
            choice: WideChoice::Counts(counts.into_iter().map(one).collect()),
        })
    }

    /// Long data identified by the columns `case` and `alternative`, with 1 in `choice` for the chosen row.
    pub fn long(case: impl Into<String>, alternative: impl Into<String>, choice: impl Into<String>) -> Self {
        Schema::of(Layout::Long {
            case: case.into(),
            alternative: Some(alternative.into()),
            choice: choice.into(),
            counts: false,
        })
    }

    /// A schema of that layout with nothing else set.
    pub fn of(layout: Layout) -> Self {
        Schema {
            layout,
            filter: None,
            decision_maker: None,
            weight: None,
            missing: Missing::Error,
            ranking: None,
            shares: false,
            derived: Vec::new(),
            alternatives: Vec::new(),
        }
    }

    /// Adds an alternative that is always available.
    pub fn alternative(self, name: impl Into<String>, code: impl Into<Code>) -> Self {
        self.with_alternative(name, code, None)
    }

    /// Adds an alternative that is available where the expression is true.
    pub fn alternative_if(self, name: impl Into<String>, code: impl Into<Code>, available: Expression) -> Self {
        self.with_alternative(name, code, Some(available))
    }

    fn with_alternative(
        mut self,
        name: impl Into<String>,
        code: impl Into<Code>,
        available: Option<Expression>,
    ) -> Self {
        self.alternatives.push(AlternativeSchema {
            name: name.into(),
            code: code.into(),
            available,
            sampling_rate: None,
        });
        self
    }

    /// Sets the sampling rate of an alternative that was added before, for choice-based samples.
    ///
    /// # Panics
    /// If there is no such alternative.
    pub fn sampling_rate(mut self, alternative: &str, rate: f64) -> Self {
        let known = self.alternatives.iter_mut().find(|known| known.name == alternative);
        known.expect("the alternative was added before").sampling_rate = Some(rate);
        self
    }

    /// Keeps the rows for which `filter` is true.
    pub fn filter(mut self, filter: Expression) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Names the panel unit's column.
    pub fn decision_maker(mut self, column: impl Into<String>) -> Self {
        self.decision_maker = Some(column.into());
        self
    }

    /// Weighs the cases.
    pub fn weight(mut self, weight: Expression) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Reads outcomes as rankings.
    pub fn ranking(mut self, ranking: RankingSchema) -> Self {
        self.ranking = Some(ranking);
        self
    }

    /// Reads outcomes as shares: as counts that sum to 1 in every case.
    ///
    /// # Panics
    /// In wide data whose choice is a code.
    pub fn shares(mut self) -> Self {
        match &mut self.layout {
            Layout::Long { counts, .. } => *counts = true,
            Layout::Wide { choice } => assert!(
                matches!(choice, WideChoice::Counts(_)),
                "shares are given for every alternative"
            ),
        }
        self.shares = true;
        self
    }

    /// Sets what a missing cell does.
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// Adds a derived column.
    pub fn derive(mut self, name: impl Into<String>, expression: Expression) -> Self {
        self.derived.push(Derived {
            name: name.into(),
            expression,
        });
        self
    }

    /// Columns that the schema names outright, each with what it is for.
    pub fn named_columns(&self) -> Vec<(&str, &'static str)> {
        let mut named: Vec<(&str, &'static str)> = Vec::new();
        match &self.layout {
            Layout::Wide { choice } => {
                if let WideChoice::Code(column) = choice {
                    named.push((column, CHOICE));
                }
            }
            Layout::Long {
                case,
                alternative,
                choice,
                ..
            } => {
                named.push((case, "case"));
                named.extend(alternative.as_deref().map(|name| (name, "alternative")));
                named.push((choice, CHOICE));
            }
        }
        let ranks = self.ranking.iter().flat_map(|ranking| &ranking.further);
        named.extend(ranks.map(|column| (column.as_str(), CHOICE)));
        named.extend(self.decision_maker.as_deref().map(|name| (name, "decision_maker")));
        named
    }

    /// Whether outcomes are counts, or shares.
    pub fn has_counts(&self) -> bool {
        match &self.layout {
            Layout::Wide { choice } => matches!(choice, WideChoice::Counts(_)) && self.ranking.is_none(),
            Layout::Long { counts, .. } => *counts,
        }
    }

    /// Of wide data the counts, shares or ranks of the alternatives that have one; outcomes are told by nothing else then.
    pub fn counts_of_alternatives(&self) -> &[AlternativeCount] {
        match &self.layout {
            Layout::Wide {
                choice: WideChoice::Counts(counts),
            } => counts,
            _ => &[],
        }
    }

    /// Every expression of the schema with a name for messages, derived columns first and in order; without those of
    /// outcomes ([`Schema::counts_of_alternatives`]).
    pub fn expressions(&self) -> Vec<(String, &Expression)> {
        let derived = self
            .derived
            .iter()
            .map(|derived| (derived_label(&derived.name), &derived.expression));
        let filter = self.filter.iter().map(|filter| ("filter".to_owned(), filter));
        let weight = self.weight.iter().map(|weight| ("weight".to_owned(), weight));
        let available = self.alternatives.iter().filter_map(|alternative| {
            let label = availability_label(&alternative.name);
            alternative.available.as_ref().map(|available| (label, available))
        });
        derived.chain(filter).chain(weight).chain(available).collect()
    }
}

impl Code {
    /// The code without quotes.
    pub fn written(&self) -> String {
        match self {
            Code::Number(number) => number.to_string(),
            Code::Text(text) => text.clone(),
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Code::Number(number) => write!(f, "{number}"),
            Code::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

impl From<f64> for Code {
    fn from(number: f64) -> Self {
        Code::Number(number)
    }
}

impl From<i32> for Code {
    fn from(number: i32) -> Self {
        Code::Number(f64::from(number))
    }
}

impl From<&str> for Code {
    fn from(text: &str) -> Self {
        Code::Text(text.to_owned())
    }
}

/// What messages call a derived column.
pub(crate) fn derived_label(name: &str) -> String {
    format!("derived column \"{name}\"")
}

/// What messages call the availability of an alternative.
pub(crate) fn availability_label(alternative: &str) -> String {
    format!("availability of \"{alternative}\"")
}

/// What messages call the count, the share or the rank of an alternative.
pub(crate) fn count_label(schema: &Schema, alternative: &str) -> String {
    let what = match schema.ranking {
        Some(_) => "rank",
        None if schema.shares => "share",
        None => "count",
    };
    format!("{what} of \"{alternative}\"")
}
