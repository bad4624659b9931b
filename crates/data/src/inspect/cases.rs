//! Long tables: which column divides the rows into cases, which is the choice, which names the alternative.

use std::collections::HashMap;

use super::facts::{Groups, identity};
use super::names::{Part, suggests};
use super::{ColumnKind, Confidence, Guess, Look};

/// Columns whose groups are tried as cases.
const TRIED: usize = 60;

/// A case column and its choice column.
pub(super) struct Found {
    pub case: Guess<usize>,
    pub choice: Guess<usize>,
    pub counts: bool,
    pub groups: Groups,
}

/// The best pair of a column that divides the rows into cases and a 0/1 column with exactly one 1 in each.
pub(super) fn chosen(look: Look<'_>) -> Option<Found> {
    let n = look.table.n_rows;
    // Exactly one 1 per group needs as many ones as groups: most pairs of columns are out without a look at their rows.
    let mut by_ones: HashMap<usize, Vec<usize>> = HashMap::new();
    for column in look.columns() {
        let facts = &look.facts[column];
        if facts.kind == ColumnKind::Binary && facts.missing == 0 {
            by_ones.entry(facts.ones).or_default().push(column);
        }
    }
    let mut best: Option<(i64, Found)> = None;
    let is_candidate = |column: &usize| {
        let facts = &look.facts[*column];
        facts.is_discrete() && facts.missing == 0 && facts.distinct < n && by_ones.contains_key(&facts.distinct)
    };
    let mut candidates: Vec<usize> = look.columns().filter(is_candidate).collect();
    candidates.sort_by_key(|&column| std::cmp::Reverse(suggests(look.name(column), Part::Case)));
    for case in candidates.into_iter().take(TRIED) {
        let groups = Groups::new(look.values(case));
        // A few cases of one alternative happen in field data; many say that the rows are no alternatives.
        let singles = groups.singles();
        if singles * 10 > groups.len() {
            continue;
        }
        for &choice in &by_ones[&look.facts[case].distinct] {
            let cells = look.cells(choice);
            let ones = |rows: &[u32]| rows.iter().filter(|row| cells[**row as usize] == 1.0).count();
            if choice == case || groups.iter().any(|rows| ones(rows) != 1) {
                continue;
            }
            let named = suggests(look.name(choice), Part::Choice);
            // The indicator of an alternative or of the first row has one 1 per case too.
            let position = |rows: &[u32]| rows.iter().position(|&row| cells[row as usize] == 1.0);
            let mut positions = groups.iter().map(position);
            let first = positions.next();
            let fixed = positions.all(|position| Some(position) == first);
            if named == 0 && fixed {
                continue;
            }
            let case_named = suggests(look.name(case), Part::Case);
            let score =
                10 * i64::from(named) + i64::from(case_named) + 5 * i64::from(groups.adjacent) - 40 * i64::from(fixed);
            if best.as_ref().is_some_and(|(known, _)| *known >= score) {
                continue;
            }
            let name = look.name(case);
            let confidence = if named > 0 {
                Confidence::Strong
            } else {
                Confidence::Weak
            };
            let found = Found {
                case: Guess {
                    value: case,
                    confidence: if case_named > 0 {
                        Confidence::Strong
                    } else {
                        Confidence::Fair
                    },
                    reason: format!(
                        "its {} values divide the rows so that each group has exactly one chosen row",
                        groups.len()
                    ),
                },
                choice: Guess {
                    value: choice,
                    confidence,
                    reason: format!("it is 0 or 1, and exactly once 1 for every value of \"{name}\""),
                },
                counts: false,
                groups: groups.clone(),
            };
            best = Some((score, found));
        }
    }
    best.map(|(_, found)| found)
}

/// A column of counts per row, and cases whose rows a further column tells apart.
pub(super) fn counted(look: Look<'_>) -> Option<Found> {
    let n = look.table.n_rows;
    let named = |column: usize| {
        let name = look.name(column);
        suggests(name, Part::Choice).max(suggests(name, Part::Count))
    };
    let is_count = |column: &usize| {
        let facts = &look.facts[*column];
        facts.kind == ColumnKind::Integer
            && facts.missing == 0
            && facts.least == 0.0
            && facts.greatest > 1.0
            && named(*column) > 0
    };
    let choice = look
        .columns()
        .filter(is_count)
        .max_by_key(|&column| (named(column), std::cmp::Reverse(column)))?;
    let is_case = |column: &usize| {
        let facts = &look.facts[*column];
        let discrete = facts.is_discrete() && facts.missing == 0 && facts.distinct * 2 <= n;
        discrete
            && *column != choice
            && suggests(look.name(*column), Part::Case) > 0
            && suggests(look.name(*column), Part::Alternative) == 0
    };
    let mut candidates: Vec<usize> = look.columns().filter(is_case).collect();
    candidates.sort_by_key(|&column| std::cmp::Reverse(suggests(look.name(column), Part::Case)));
    let cells = look.cells(choice);
    for case in candidates.into_iter().take(TRIED) {
        let groups = Groups::new(look.values(case));
        let positive = groups
            .iter()
            .all(|rows| rows.iter().any(|&row| cells[row as usize] > 0.0));
        if groups.singles() > 0 || !positive || alternative(look, &groups, case, choice).is_none() {
            continue;
        }
        let total: f64 = cells.iter().sum();
        return Some(Found {
            case: Guess {
                value: case,
                confidence: Confidence::Fair,
                reason: format!(
                    "it is named like a case, and another column tells the rows of each of its {} values apart",
                    groups.len()
                ),
            },
            choice: Guess {
                value: choice,
                confidence: Confidence::Fair,
                reason: format!(
                    "it holds whole numbers from 0 to {}, {total} in all, some in every case: counts of choices",
                    look.facts[choice].greatest
                ),
            },
            counts: true,
            groups,
        });
    }
    None
}

/// The column that names the alternative: no value twice in a case, few values over all.
pub(super) fn alternative(look: Look<'_>, groups: &Groups, case: usize, choice: usize) -> Option<Guess<usize>> {
    let n = look.table.n_rows;
    let (_, largest) = groups.sizes();
    let mut best: Option<(u32, Guess<usize>)> = None;
    for column in look.columns().filter(|column| *column != case && *column != choice) {
        let facts = &look.facts[column];
        if !facts.is_discrete() || facts.missing > 0 || facts.distinct < largest || facts.distinct * 2 > n.max(4) {
            continue;
        }
        let named = suggests(look.name(column), Part::Alternative);
        let text = facts.kind == ColumnKind::Text;
        // Numbers without a name must count the rows: else an attribute on a grid would do.
        if (named == 0 && !text && facts.distinct != largest) || !groups.distinct_within(look.values(column)) {
            continue;
        }
        let counting = !text && groups.counts_rows(look.cells(column));
        if named == 0 && !counting && (!text || facts.distinct > 4 * largest) {
            continue;
        }
        // A name tells more than a number of the same alternatives.
        let score = named + 5 * u32::from(text) + u32::from(facts.distinct == largest);
        if best.as_ref().is_some_and(|(known, _)| *known >= score) {
            continue;
        }
        let values = facts.distinct;
        let reason = format!("none of its {values} values occurs twice in a case");
        let confidence = if named > 0 {
            Confidence::Strong
        } else {
            Confidence::Fair
        };
        best = Some((
            score,
            Guess {
                value: column,
                confidence,
                reason,
            },
        ));
    }
    best.map(|(_, guess)| guess)
}

/// What almost made a long table: a 0/1 column named like a choice, and what speaks against it.
pub(super) fn near_miss(look: Look<'_>) -> Option<String> {
    let n = look.table.n_rows;
    let is_choice = |column: &usize| {
        look.facts[*column].kind == ColumnKind::Binary && suggests(look.name(*column), Part::Choice) > 0
    };
    let choice = look.columns().find(is_choice)?;
    let name = look.name(choice);
    let cells = look.cells(choice);
    let divides = |column: &usize| {
        let facts = &look.facts[*column];
        facts.is_discrete() && facts.missing == 0 && *column != choice && facts.distinct * 2 <= n
    };
    let mut dividing: Vec<usize> = look.columns().filter(divides).collect();
    dividing.sort_by_key(|&column| {
        let name = look.name(column);
        std::cmp::Reverse(suggests(name, Part::Case).max(suggests(name, Part::Person)))
    });
    // Pairs of columns are tried below, so that more would take long.
    dividing.truncate(12);
    for &case in &dividing {
        let groups = Groups::new(look.values(case));
        let once = |rows: &&[u32]| rows.iter().filter(|row| cells[**row as usize] == 1.0).count() == 1;
        let (good, all) = (groups.iter().filter(once).count(), groups.len());
        if good * 10 >= all * 9 && groups.singles() * 10 <= all {
            let case = look.name(case);
            return Some(format!(
                "\"{name}\" is once 1 in {good} of the {all} groups of rows with the same \"{case}\", but not in all"
            ));
        }
    }
    for (at, &second) in dividing.iter().enumerate() {
        for &first in &dividing[..at] {
            let pair = |row: usize| (identity(look.values(first), row), identity(look.values(second), row));
            let mut ones: HashMap<_, usize> = HashMap::new();
            for (row, cell) in cells.iter().enumerate() {
                *ones.entry(pair(row)).or_default() += usize::from(*cell == 1.0);
            }
            if ones.len() * 2 <= n && ones.values().all(|ones| *ones == 1) {
                let (first, second) = (look.name(first), look.name(second));
                return Some(format!(
                    "\"{name}\" is once 1 for every pair of values of \"{first}\" and \"{second}\": add a column that numbers these pairs, and name it as the case"
                ));
            }
        }
    }
    None
}
