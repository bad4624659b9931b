//! Plain facts about columns, and about how a column divides the rows into groups.

use std::collections::{HashMap, HashSet};

use crate::alternatives::key;
use crate::table::{Column, MISSING_TEXT, TextColumn, Values};

/// What the cells of a column look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Every cell is missing, or there are no rows.
    Empty,
    /// One value in every cell that is not missing.
    Constant,
    /// 0 and 1.
    Binary,
    /// Whole numbers.
    Integer,
    /// Numbers with fractions.
    Real,
    /// Text.
    Text,
}

/// Facts about one column.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnFacts {
    /// Name in the file.
    pub name: String,
    /// What its cells look like.
    pub kind: ColumnKind,
    /// Missing cells.
    pub missing: usize,
    /// Distinct values that are not missing. Of columns with fractions they are counted up to half the rows only.
    pub distinct: usize,
    /// Least number; NaN in text and empty columns.
    pub least: f64,
    /// Greatest number; NaN in text and empty columns.
    pub greatest: f64,
    /// Cells that are 1.
    pub ones: usize,
}

impl ColumnFacts {
    pub(super) fn of(column: &Column) -> Self {
        match &column.values {
            Values::Number(cells) => numbers(&column.name, cells),
            Values::Text(text) => texts(&column.name, text),
        }
    }

    /// Whether the column holds numbers that can stand in a utility: finite, and more than one value.
    pub fn is_numeric(&self) -> bool {
        matches!(self.kind, ColumnKind::Binary | ColumnKind::Integer | ColumnKind::Real)
            && self.least.is_finite()
            && self.greatest.is_finite()
    }

    /// Whether equal cells can mean the same thing: text, or whole numbers.
    pub(super) fn is_discrete(&self) -> bool {
        matches!(self.kind, ColumnKind::Binary | ColumnKind::Integer | ColumnKind::Text)
    }
}

fn numbers(name: &str, cells: &[f64]) -> ColumnFacts {
    let mut facts = ColumnFacts {
        name: name.to_owned(),
        kind: ColumnKind::Empty,
        missing: 0,
        distinct: 0,
        least: f64::NAN,
        greatest: f64::NAN,
        ones: 0,
    };
    let mut whole = true;
    for &cell in cells {
        if cell.is_nan() {
            facts.missing += 1;
            continue;
        }
        facts.least = facts.least.min(cell);
        facts.greatest = facts.greatest.max(cell);
        facts.ones += usize::from(cell == 1.0);
        whole &= cell.fract() == 0.0;
    }
    if facts.missing == cells.len() {
        return facts;
    }
    facts.distinct = distinct(cells, &facts, whole);
    facts.kind = match (facts.least, facts.greatest) {
        (least, greatest) if least == greatest => ColumnKind::Constant,
        (0.0, 1.0) if whole => ColumnKind::Binary,
        _ if whole => ColumnKind::Integer,
        _ => ColumnKind::Real,
    };
    facts
}

fn distinct(cells: &[f64], facts: &ColumnFacts, whole: bool) -> usize {
    let span = facts.greatest - facts.least;
    // A flag per possible value is far quicker than a hash of every cell.
    if whole && span <= (4 * cells.len() + 1024) as f64 {
        let mut seen = vec![false; span as usize + 1];
        for &cell in cells.iter().filter(|cell| !cell.is_nan()) {
            seen[(cell - facts.least) as usize] = true;
        }
        return seen.iter().filter(|seen| **seen).count();
    }
    let limit = if whole { usize::MAX } else { cells.len() / 2 + 1 };
    let mut seen = HashSet::new();
    let mut last = f64::NAN;
    for &cell in cells.iter().filter(|cell| !cell.is_nan()) {
        if cell != last {
            last = cell;
            seen.insert(key(cell));
            if seen.len() >= limit {
                break;
            }
        }
    }
    seen.len()
}

fn texts(name: &str, text: &TextColumn) -> ColumnFacts {
    let missing = text.codes.iter().filter(|code| **code == MISSING_TEXT).count();
    let distinct = text.dictionary.len();
    let kind = match distinct {
        _ if missing == text.codes.len() => ColumnKind::Empty,
        1 => ColumnKind::Constant,
        _ => ColumnKind::Text,
    };
    ColumnFacts {
        name: name.to_owned(),
        kind,
        missing,
        distinct,
        least: f64::NAN,
        greatest: f64::NAN,
        ones: 0,
    }
}

/// Identity of a cell among those of its column; `None` if it is missing.
pub(super) fn identity(values: &Values, row: usize) -> Option<u64> {
    match values {
        Values::Number(cells) => (!cells[row].is_nan()).then(|| key(cells[row])),
        Values::Text(text) => (text.codes[row] != MISSING_TEXT).then(|| u64::from(text.codes[row])),
    }
}

/// The cells of a column that holds numbers.
pub(super) fn cells(column: &Column) -> Option<&[f64]> {
    match &column.values {
        Values::Number(cells) => Some(cells),
        Values::Text(_) => None,
    }
}

/// Rows divided by the value of a column without missing cells.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    /// Rows, group after group in order of first appearance, in the order of the file within.
    rows: Vec<u32>,
    /// Where each group starts in `rows`, and the end.
    start: Vec<usize>,
    /// Whether the rows of every group stand together in the file.
    pub adjacent: bool,
}

impl Groups {
    pub fn new(values: &Values) -> Self {
        let mut numbers: HashMap<u64, u32> = HashMap::new();
        let mut last = None;
        let mut runs = 0;
        let of_row: Vec<u32> = (0..values.len())
            .map(|row| {
                let identity = identity(values, row);
                if let Some((known, group)) = last
                    && known == identity
                {
                    return group;
                }
                runs += 1;
                let next = numbers.len() as u32;
                // A missing cell has no group of its own: the callers divide by complete columns only.
                let group = *numbers.entry(identity.unwrap_or(u64::MAX)).or_insert(next);
                last = Some((identity, group));
                group
            })
            .collect();
        let n = numbers.len();
        let mut start = vec![0; n + 1];
        for &group in &of_row {
            start[group as usize + 1] += 1;
        }
        for group in 0..n {
            start[group + 1] += start[group];
        }
        let mut next = start.clone();
        let mut rows = vec![0; of_row.len()];
        for (row, &group) in of_row.iter().enumerate() {
            rows[next[group as usize]] = row as u32;
            next[group as usize] += 1;
        }
        Groups {
            rows,
            start,
            adjacent: runs == n,
        }
    }

    pub fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// The rows of each group.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.start.windows(2).map(|bounds| &self.rows[bounds[0]..bounds[1]])
    }

    /// Sizes of the smallest and the largest group.
    pub fn sizes(&self) -> (usize, usize) {
        let sizes = || self.iter().map(<[u32]>::len);
        (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0))
    }

    /// Groups of one row.
    pub fn singles(&self) -> usize {
        self.iter().filter(|rows| rows.len() == 1).count()
    }

    /// Whether a column has one value in each group, missing cells counting as a value.
    pub fn constant(&self, values: &Values) -> bool {
        self.iter().all(|rows| {
            let first = identity(values, rows[0] as usize);
            rows[1..].iter().all(|&row| identity(values, row as usize) == first)
        })
    }

    /// Whether no value of a column without missing cells occurs twice in a group.
    pub fn distinct_within(&self, values: &Values) -> bool {
        let mut seen = Vec::new();
        self.iter().all(|rows| {
            seen.clear();
            seen.extend(rows.iter().map(|&row| identity(values, row as usize)));
            seen.sort_unstable();
            seen.windows(2).all(|pair| pair[0] != pair[1])
        })
    }

    /// Whether a column counts the rows of each group upwards, from 0 or from 1.
    pub fn counts_rows(&self, cells: &[f64]) -> bool {
        let first = self.iter().next().map_or(f64::NAN, |rows| cells[rows[0] as usize]);
        (first == 0.0 || first == 1.0)
            && self.iter().all(|rows| {
                rows.iter()
                    .enumerate()
                    .all(|(at, &row)| cells[row as usize] == first + at as f64)
            })
    }

    /// Whether one column determines the other and the other way round.
    pub fn same_partition(a: &Values, b: &Values) -> bool {
        let mut forward: HashMap<Option<u64>, Option<u64>> = HashMap::new();
        let mut backward: HashMap<Option<u64>, Option<u64>> = HashMap::new();
        (0..a.len()).all(|row| {
            let (a, b) = (identity(a, row), identity(b, row));
            *forward.entry(a).or_insert(b) == b && *backward.entry(b).or_insert(a) == a
        })
    }
}
