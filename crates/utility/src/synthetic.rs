//! How the attributes of synthetic data come about: the table [simulate] of a model file.

use logsum_data::Code;
use logsum_expressions::Expression;

/// Stated distributions of attributes. Columns that it does not name are resampled from the model's data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Synthetic {
    /// Rows of each case, for long data whose alternatives are not listed.
    pub rows_per_case: Option<usize>,
    /// The columns, in the order in which they are drawn.
    pub columns: Vec<SyntheticColumn>,
}

/// A column of synthetic data.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticColumn {
    /// Its name in the table.
    pub name: String,
    /// For what a value is drawn.
    pub per: Per,
    /// What is drawn.
    pub values: Distribution,
}

/// For what a value of a synthetic column is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// For each row of long data.
    Alternative,
    /// For each case.
    Case,
    /// For each decision maker.
    DecisionMaker,
}

/// The distribution of a synthetic column.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation, positive.
        sd: f64,
    },
    /// exp of a normal.
    Lognormal {
        /// Mean of the logarithm.
        mean: f64,
        /// Standard deviation of the logarithm, positive.
        sd: f64,
    },
    /// Uniform between two numbers.
    Uniform {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Triangular between two numbers.
    Triangular {
        /// Lower end.
        low: f64,
        /// Where the density is highest.
        mode: f64,
        /// Upper end.
        high: f64,
    },
    /// 1 with a probability, else 0.
    Bernoulli {
        /// Probability of 1.
        probability: f64,
    },
    /// One of several numbers or texts.
    Values {
        /// What may be drawn: numbers or texts, not both.
        values: Vec<Code>,
        /// Probability of each; they sum to 1.
        probabilities: Vec<f64>,
    },
    /// An expression of columns that are there before it: nothing is drawn.
    Expression(Expression),
}

impl Per {
    /// As written in a model file.
    pub fn name(self) -> &'static str {
        match self {
            Per::Alternative => "alternative",
            Per::Case => "case",
            Per::DecisionMaker => "decision_maker",
        }
    }
}

impl Distribution {
    /// As written in a model file.
    pub fn name(&self) -> &'static str {
        match self {
            Distribution::Normal { .. } => "normal",
            Distribution::Lognormal { .. } => "lognormal",
            Distribution::Uniform { .. } => "uniform",
            Distribution::Triangular { .. } => "triangular",
            Distribution::Bernoulli { .. } => "bernoulli",
            Distribution::Values { .. } => "values",
            Distribution::Expression(_) => "an expression",
        }
    }
}
