//! Choice data, checked: situations (choice sets, columns) and their outcomes.

use logsum_expressions::{ColumnId, Expression, Graph, NodeId};

use crate::alternatives::Alternatives;
use crate::build;
use crate::columns::{Cells, Names, evaluate};
use crate::draft::{Asked, present};
use crate::error::{DataError, Place};
use crate::grouping::Grouping;
use crate::rankings::{Ranking, Rankings};
use crate::schema::{Derived, Schema};
use crate::table::{Source, Table, Values};

/// What a model will compute from the data, so that every cell it needs is checked once.
#[derive(Clone, Debug, Default)]
pub struct Uses<'a> {
    /// Names that are parameters in the utilities.
    pub parameters: Vec<String>,
    /// The utilities.
    pub utilities: Vec<Use<'a>>,
    /// Whether alternatives have a meaning of their own even if no utility is of one alone; those of long data need a
    /// column that names them.
    pub labelled: bool,
}

/// An expression of columns and parameters, and for which alternatives it is needed.
#[derive(Clone, Debug)]
pub struct Use<'a> {
    /// What it is, for messages: `utility of "train"`.
    pub label: String,
    /// The alternative, or all of them.
    pub alternative: Option<&'a str>,
    /// To what its values belong: those of a case must be the same for all its alternatives.
    pub level: Level,
    /// The expression.
    pub expression: &'a Expression,
}

/// Situations in which one of several alternatives was or is to be chosen, with every check made.
///
/// A *pair* is one available alternative of one case: pairs stand case by case, within a case in the order of
/// the alternatives. Cases of a decision maker stand together; otherwise cases are in the order of the file.
#[derive(Clone, Debug)]
pub struct ChoiceData {
    pub(crate) source: Source,
    pub(crate) schema: Schema,
    pub(crate) alternatives: Alternatives,
    pub(crate) start: Vec<usize>,
    pub(crate) alternative: Vec<u32>,
    pub(crate) row: Vec<u32>,
    pub(crate) case_of_pair: Vec<u32>,
    pub(crate) outcome: Outcome,
    pub(crate) rankings: Option<Rankings>,
    pub(crate) weights: Option<Vec<f64>>,
    pub(crate) decision_maker: Option<Vec<u32>>,
    pub(crate) n_decision_makers: usize,
    pub(crate) columns: Vec<DataColumn>,
    pub(crate) rows_read: usize,
    pub(crate) warnings: Vec<String>,
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Position of the chosen pair within its case, per case; of a ranking, that of the best.
    Chosen(Vec<u32>),
    /// How often each pair was chosen.
    Counts(Vec<f64>),
    /// Not known: situations to predict.
    None,
}

/// A column over the rows that are used.
#[derive(Clone, Debug)]
pub struct DataColumn {
    /// Name in the table.
    pub name: String,
    /// One cell per case or per pair.
    pub level: Level,
    /// The cells.
    pub values: Values,
    /// Place in the header.
    pub(crate) position: usize,
}

/// What a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// To the case: the same for all its alternatives.
    Case,
    /// To the alternative of the case.
    Pair,
}

impl ChoiceData {
    /// Reads `table` as `schema` says and makes every check, those of the cells in `uses` included.
    ///
    /// # Errors
    /// All independent problems together, each with its place.
    pub fn new(table: Table, schema: &Schema, uses: &Uses<'_>) -> Result<Self, DataError> {
        build::build(table, schema, uses, Asked::Choices)
    }

    /// Reads situations whose outcomes are not known or not wanted: as [`ChoiceData::new`], but the choice column is
    /// neither needed nor looked at, and a choice set of one alternative is one.
    ///
    /// In long data the rows of a case that the filter keeps are its choice set, whatever was chosen.
    ///
    /// # Errors
    /// All independent problems together, each with its place.
    pub fn situations(table: Table, schema: &Schema, uses: &Uses<'_>) -> Result<Self, DataError> {
        build::build(table, schema, uses, Asked::Situations)
    }

    /// The alternatives.
    pub fn alternatives(&self) -> &Alternatives {
        &self.alternatives
    }

    /// The schema by which the table was read.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Where the table came from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Choice situations.
    pub fn n_cases(&self) -> usize {
        self.start.len() - 1
    }

    /// Available alternatives of all cases together.
    pub fn n_pairs(&self) -> usize {
        self.alternative.len()
    }

    /// Independent decision makers: panel units, or cases where there is no panel.
    pub fn n_decision_makers(&self) -> usize {
        self.n_decision_makers
    }

    /// Rows of the file.
    pub fn rows_read(&self) -> usize {
        self.rows_read
    }

    /// Rows that stand behind the cases used.
    pub fn rows_used(&self) -> usize {
        match self.schema.layout {
            crate::schema::Layout::Wide { .. } => self.n_cases(),
            crate::schema::Layout::Long { .. } => self.n_pairs(),
        }
    }

    /// Alternatives of the largest choice set.
    pub fn largest_choice_set(&self) -> usize {
        let sizes = self.start.windows(2).map(|bounds| bounds[1] - bounds[0]);
        sizes.max().unwrap_or(0)
    }

    /// Positions of the pairs of a case.
    pub fn pairs(&self, case: usize) -> std::ops::Range<usize> {
        self.start[case]..self.start[case + 1]
    }

    /// Alternative of each pair.
    pub fn pair_alternatives(&self) -> &[u32] {
        &self.alternative
    }

    /// What was chosen; of rankings the best, as if only that were known.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The rankings, where outcomes are more than single choices.
    pub fn rankings(&self) -> Option<&Rankings> {
        self.rankings.as_ref()
    }

    /// The order of the alternatives of a case, as far as it is known: its ranking, or the choice that is the best of
    /// all; `None` where choices are counted or not known.
    pub fn ranking(&self, case: usize) -> Option<Ranking<'_>> {
        match (&self.rankings, &self.outcome) {
            (Some(rankings), _) => Some(rankings.of(case)),
            (None, Outcome::Chosen(chosen)) => Some(Ranking {
                best: &chosen[case..=case],
                worst: &[],
                tied: &[],
            }),
            (None, Outcome::Counts(_) | Outcome::None) => None,
        }
    }

    /// The same data with the best of every ranking as the choice, and nothing known of the others. Where alternatives may
    /// share a rank, choices are counts, and those that share the first are equal parts of one.
    pub fn first_choices(&self) -> ChoiceData {
        ChoiceData {
            outcome: self.first_outcome(),
            rankings: None,
            ..self.clone()
        }
    }

    /// What was chosen, and of rankings the best, in parts if several may be.
    pub(crate) fn first_outcome(&self) -> Outcome {
        let Some(rankings) = self.rankings.as_ref().filter(|rankings| rankings.may_tie()) else {
            return self.outcome.clone();
        };
        let mut counts = vec![0.0; self.n_pairs()];
        for case in 0..self.n_cases() {
            let ranking = rankings.of(case);
            let first = ranking.best.iter().filter(|slot| ranking.place(**slot) == Some(0));
            let part = 1.0 / first.clone().count() as f64;
            first.for_each(|slot| counts[self.start[case] + *slot as usize] = part);
        }
        Outcome::Counts(counts)
    }

    /// Whether it is known what was chosen.
    pub fn has_outcomes(&self) -> bool {
        self.outcome != Outcome::None
    }

    /// Number of choices made in a case: 1 (of a ranking too), or the sum of its counts; 0 where outcomes are not known.
    pub fn choices(&self, case: usize) -> f64 {
        match &self.outcome {
            Outcome::Chosen(_) => 1.0,
            Outcome::Counts(counts) => counts[self.pairs(case)].iter().sum(),
            Outcome::None => 0.0,
        }
    }

    /// Weight of each case; `None` if every case counts once.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// Decision maker of each case, ascending; `None` where every case is one of its own.
    pub fn decision_makers(&self) -> Option<&[u32]> {
        self.decision_maker.as_deref()
    }

    /// The columns.
    pub fn columns(&self) -> &[DataColumn] {
        &self.columns
    }

    /// What was dropped or assumed.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Where a case stands in the file.
    pub fn place(&self, case: usize) -> Place {
        let row = self.row[self.start[case]] as usize;
        let case = match &self.schema.layout {
            crate::schema::Layout::Long { case: column, .. } => self.column(column).and_then(|column| {
                let at = if column.level == Level::Case {
                    case
                } else {
                    self.start[case]
                };
                present(&column.values, at)
            }),
            crate::schema::Layout::Wide { .. } => None,
        };
        Place {
            row: self.source.first_row + row,
            case,
        }
    }

    /// Number of the row in which a pair stands, as the file's reader shows it; in wide data that of its case.
    pub fn row_number(&self, pair: usize) -> usize {
        self.source.first_row + self.row[pair] as usize
    }

    /// Names for expressions over these data, parameters numbered in the given order, derived columns lowered into
    /// `graph`.
    pub fn names(&self, parameters: &[String], graph: &mut Graph) -> Names {
        let mut names = Names::new(self.columns.iter().map(|column| (column.name.as_str(), &column.values)));
        let mut errors = Vec::new();
        let derived: &[Derived] = &self.schema.derived;
        names.derive(derived, graph, &mut errors);
        assert!(
            errors.is_empty(),
            "derived columns were lowered when the data were built"
        );
        names.with_parameters(parameters)
    }

    /// Level at which a parameter-free node varies.
    pub fn level(&self, graph: &Graph, node: NodeId) -> Level {
        let columns = graph.columns_of(node);
        columns
            .iter()
            .map(|id| self.columns[id.0 as usize].level)
            .max()
            .unwrap_or(Level::Case)
    }

    /// Values of a parameter-free node, one per case or per pair as `level` says.
    ///
    /// # Panics
    /// If the node varies within cases and `level` is the case.
    pub fn evaluate(&self, graph: &Graph, node: NodeId, level: Level) -> Vec<f64> {
        assert!(
            level >= self.level(graph, node),
            "what varies within cases has no value per case"
        );
        let n = match level {
            Level::Case => self.n_cases(),
            Level::Pair => self.n_pairs(),
        };
        evaluate(graph, node, n, &[], &|id: ColumnId| {
            let column = &self.columns[id.0 as usize];
            Cells {
                values: &column.values,
                map: (column.level != level).then_some(self.case_of_pair.as_slice()),
            }
        })
    }

    /// Numbers the distinct values of a column over cases by first appearance: one group per case, and how many there
    /// are.
    ///
    /// # Errors
    /// An unknown column, missing cells, and values that change within a case.
    pub fn group_by(&self, name: &str) -> Result<(Vec<u32>, usize), DataError> {
        let mut grouping = Grouping::new(name);
        grouping.add(self)?;
        Ok(grouping.finish())
    }

    pub(crate) fn column(&self, name: &str) -> Option<&DataColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}
