//! A look at a table of which nothing is known: how its rows and columns may be read as choices.
//!
//! What is found are guesses from the cells first and from names second. Each bears a reason in plain words, so that
//! whoever shows it can be corrected.

mod cases;
mod facts;
mod groups;
mod long;
mod matching;
mod names;
mod ranking;
#[cfg(test)]
mod tests;
mod wide;

use crate::schema::Code;
use crate::table::Table;

pub use facts::{ColumnFacts, ColumnKind};

/// What a look at a table found. Columns are positions in [`Table::columns`].
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// Rows of the table.
    pub n_rows: usize,
    /// Facts about each column, in the order of the table.
    pub columns: Vec<ColumnFacts>,
    /// How the table may be read.
    pub reading: Reading,
}

/// How a table may be read as choices.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A row per alternative of a case.
    Long(Box<LongReading>),
    /// A row per case.
    Wide(Box<WideReading>),
    /// Rankings of alternatives rather than choices.
    Ranking(RankingReading),
    /// It could not be told; what was looked for and what was seen, a sentence each.
    Unknown(Vec<String>),
}

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// One reading among several.
    Weak,
    /// The cells allow it and nothing speaks against it.
    Fair,
    /// Cells and names agree.
    Strong,
}

/// Something guessed.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess<T> {
    /// What is guessed.
    pub value: T,
    /// How sure it is.
    pub confidence: Confidence,
    /// Why, in plain words: part of a sentence, without a full stop.
    pub reason: String,
}

/// A table with a row per alternative of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct LongReading {
    /// Column that identifies the case.
    pub case: Guess<usize>,
    /// Column that names the alternative.
    pub alternative: Option<Guess<usize>>,
    /// Column that is 1 in the chosen row, or how often the alternative was chosen.
    pub choice: Guess<usize>,
    /// Whether the choice column holds counts.
    pub counts: bool,
    /// Whether alternatives have a meaning of their own, so that constants make sense.
    pub labelled: Guess<bool>,
    /// Codes of labelled alternatives as written, in the order of the codes.
    pub codes: Vec<String>,
    /// Whether each of `codes` is chosen in some case in which it could be left and left in another.
    pub contested: Vec<bool>,
    /// 0/1 column that says whether the alternative of the row is available.
    pub available: Option<Guess<usize>>,
    /// Column that may identify the decision maker: constant within cases, with several cases per value.
    pub decision_maker: Option<Guess<usize>>,
    /// Column that may weigh the cases.
    pub weight: Option<Guess<usize>>,
    /// Cases.
    pub n_cases: usize,
    /// Rows of the smallest and of the largest case.
    pub sizes: (usize, usize),
    /// Cases that have a single alternative, which no model can use.
    pub singles: usize,
    /// Column that holds the number of alternatives of the case.
    pub size_column: Option<usize>,
    /// Columns of numbers that vary within cases.
    pub attributes: Vec<usize>,
    /// Columns of text that vary within cases.
    pub text_attributes: Vec<usize>,
    /// Columns that vary between cases only.
    pub characteristics: Vec<usize>,
    /// Columns that vary within cases but number or name rows and alternatives.
    pub identifiers: Vec<usize>,
    /// Columns in which the chosen row always has the largest, or always the smallest value of its case.
    pub predictors: Vec<usize>,
    /// Rows of some cases, evenly spaced through the file: enough to check what a model can identify.
    pub sample: Vec<Vec<usize>>,
    /// Rows of the cases in which some attribute is missing.
    pub incomplete: Vec<Vec<usize>>,
}

/// A table with a row per case.
#[derive(Clone, Debug, PartialEq)]
pub struct WideReading {
    /// Column that holds the code of the chosen alternative.
    pub choice: Guess<usize>,
    /// The alternatives in the order of their codes.
    pub alternatives: Vec<WideAlternative>,
    /// Whether names of columns were matched with alternatives.
    pub matched: Guess<bool>,
    /// Codes that look like no alternative ("unknown", "no answer"), with the number of their rows.
    pub dropped: Vec<(Code, usize)>,
    /// Whether alternatives have a meaning of their own, so that constants make sense.
    pub labelled: Guess<bool>,
    /// Attributes: columns that belong together, one for each alternative that has it.
    pub attributes: Vec<AttributeGroup>,
    /// Columns that look like availability but contradict the choices, with the number of rows in which they do.
    pub contradicted: Vec<(usize, usize)>,
    /// Column that may identify the decision maker: several rows per value.
    pub decision_maker: Option<Guess<usize>>,
    /// Column that may weigh the cases.
    pub weight: Option<Guess<usize>>,
    /// Columns that belong to no alternative and identify nothing.
    pub characteristics: Vec<usize>,
    /// Further columns that could be the choice.
    pub other_choices: Vec<usize>,
}

/// An alternative of a wide table.
#[derive(Clone, Debug, PartialEq)]
pub struct WideAlternative {
    /// What names of columns call it, else its code.
    pub label: String,
    /// Code in the choice column.
    pub code: Code,
    /// Rows that chose it.
    pub chosen: usize,
    /// 0/1 column that says whether it is available.
    pub available: Option<usize>,
    /// Whether names of columns contain its label.
    pub has_columns: bool,
}

/// An attribute of a wide table.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeGroup {
    /// What the names of its columns share.
    pub stem: String,
    /// Its column for each alternative.
    pub columns: Vec<Option<usize>>,
}

/// A table of rankings.
#[derive(Clone, Debug, PartialEq)]
pub struct RankingReading {
    /// Columns that hold it: the ranks of the alternatives, or the codes of the first, second, ... alternative.
    pub columns: Vec<usize>,
    /// Whether the columns hold codes, a column per rank, rather than ranks.
    pub by_rank: bool,
    /// In long tables: the column that identifies the case.
    pub case: Option<usize>,
    /// Why it looks like a ranking.
    pub reason: String,
}

/// Looks at a table whose columns have all been read.
///
/// A reading is taken in this order: a 0/1 column with exactly one 1 in every group of rows of another column (long); a
/// column of codes whose alternatives appear in names of columns (wide); ranks; counts per row (long); a column of codes
/// that is named like a choice (wide).
pub fn inspect(table: &Table) -> Inspection {
    let columns: Vec<ColumnFacts> = table.columns.iter().map(ColumnFacts::of).collect();
    let reading = read(table, &columns);
    Inspection {
        n_rows: table.n_rows,
        columns,
        reading,
    }
}

fn read(table: &Table, facts: &[ColumnFacts]) -> Reading {
    if table.n_rows == 0 || facts.is_empty() {
        return Reading::Unknown(vec![format!(
            "the table has {} and {}",
            some(table.n_rows, "row"),
            some(facts.len(), "column")
        )]);
    }
    let look = Look { table, facts };
    let chosen = cases::chosen(look);
    if let Some(found) = &chosen
        && found.choice.confidence == Confidence::Strong
    {
        return Reading::Long(Box::new(long::read(look, found)));
    }
    let wide = wide::read(look);
    if let Some(wide) = wide.as_ref().filter(|wide| wide.matched.value) {
        return Reading::Wide(Box::new(wide.clone()));
    }
    if let Some(ranking) = ranking::read(look) {
        return Reading::Ranking(ranking);
    }
    if let Some(found) = chosen.or_else(|| cases::counted(look)) {
        return Reading::Long(Box::new(long::read(look, &found)));
    }
    let near_miss = cases::near_miss(look);
    match wide {
        Some(wide) if near_miss.is_none() => Reading::Wide(Box::new(wide)),
        _ => Reading::Unknown(unknown(look, near_miss)),
    }
}

/// A table and the facts about its columns.
#[derive(Clone, Copy)]
struct Look<'a> {
    table: &'a Table,
    facts: &'a [ColumnFacts],
}

impl<'a> Look<'a> {
    fn name(self, column: usize) -> &'a str {
        &self.facts[column].name
    }

    fn values(self, column: usize) -> &'a crate::table::Values {
        &self.table.columns[column].values
    }

    /// Cells of a column of numbers.
    fn cells(self, column: usize) -> &'a [f64] {
        facts::cells(&self.table.columns[column]).unwrap_or_default()
    }

    fn columns(self) -> std::ops::Range<usize> {
        0..self.facts.len()
    }

    /// The column that suits best by its name, and how well.
    fn best_by_name(self, part: names::Part, fits: impl Fn(usize) -> bool) -> Option<(usize, u32)> {
        let mut best: Option<(usize, u32)> = None;
        for column in self.columns() {
            let score = names::suggests(self.name(column), part);
            if score > best.map_or(0, |(_, score)| score) && fits(column) {
                best = Some((column, score));
            }
        }
        best
    }

    /// Column that may weigh cases: not negative, not constant, named so.
    fn weight(self, fits: impl Fn(usize) -> bool) -> Option<Guess<usize>> {
        let plausible = |column: usize| {
            let facts = &self.facts[column];
            facts.is_numeric() && facts.least >= 0.0 && facts.kind != ColumnKind::Binary && fits(column)
        };
        let (value, _) = self.best_by_name(names::Part::Weight, plausible)?;
        let ColumnFacts { least, greatest, .. } = self.facts[value];
        Some(Guess {
            value,
            confidence: Confidence::Fair,
            reason: format!("it is named like a weight and runs from {least} to {greatest}"),
        })
    }
}

/// What was seen, and what was looked for in vain.
fn unknown(look: Look<'_>, near_miss: Option<String>) -> Vec<String> {
    let Look { table, facts } = look;
    let count = |kind: ColumnKind| facts.iter().filter(|facts| facts.kind == kind).count();
    let mut seen = vec![format!(
        "{} and {}: {} of 0 and 1, {} of whole numbers, {} of fractions, {} of text, {} constant, {} all missing",
        some(table.n_rows, "row"),
        some(facts.len(), "column"),
        count(ColumnKind::Binary),
        count(ColumnKind::Integer),
        count(ColumnKind::Real),
        count(ColumnKind::Text),
        count(ColumnKind::Constant),
        count(ColumnKind::Empty)
    )];
    if near_miss.is_some() {
        seen.extend(near_miss);
        return seen;
    }
    seen.push("no 0/1 column is exactly once 1 in every group of rows of another column".to_owned());
    seen.push(
        "no column is named like a choice (choice, chosen, mode, depvar, y, ...) and holds a few codes".to_owned(),
    );
    seen.push("no column of text has values that appear in the names of other columns".to_owned());
    seen
}

/// A number of things: "1 row", "2 rows".
fn some(n: usize, thing: &str) -> String {
    if n == 1 {
        format!("1 {thing}")
    } else {
        format!("{n} {thing}s")
    }
}
