//! Rankings: ranks of the alternatives, or the codes of the best, the second, ... alternative.

use std::collections::HashMap;

use super::facts::Groups;
use super::names::{Part, cuts, suggests};
use super::{ColumnKind, Look, RankingReading};
use crate::alternatives::key;

/// A ranking, if the table holds one.
pub(super) fn read(look: Look<'_>) -> Option<RankingReading> {
    ranks_by_alternative(look)
        .or_else(|| codes_by_rank(look))
        .or_else(|| ranks_by_row(look))
}

/// Wide: columns of one stem that hold 1, 2, ..., J in some order in every row.
fn ranks_by_alternative(look: Look<'_>) -> Option<RankingReading> {
    let mut stems: HashMap<(bool, &str, &str), Vec<usize>> = HashMap::new();
    for column in look.columns() {
        let facts = &look.facts[column];
        // Ranks start at 1; that leaves few columns to look at.
        if facts.kind != ColumnKind::Integer || facts.missing > 0 || facts.least != 1.0 || facts.greatest > 50.0 {
            continue;
        }
        let name = facts.name.as_str();
        for cut in cuts(name) {
            let separator = &name[cut.left..cut.right];
            stems
                .entry((false, separator, &name[..cut.left]))
                .or_default()
                .push(column);
            stems
                .entry((true, separator, &name[cut.right..]))
                .or_default()
                .push(column);
        }
    }
    let mut sets: Vec<(Vec<usize>, &str)> = stems
        .into_iter()
        .map(|((_, _, stem), columns)| (columns, stem))
        .collect();
    sets.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)));
    let (columns, stem) = sets
        .into_iter()
        .find(|(columns, _)| columns.len() >= 3 && permutes(look, columns))?;
    let n = columns.len();
    Some(RankingReading {
        case: None,
        by_rank: false,
        reason: format!("the {n} columns of \"{stem}\" hold the ranks 1 to {n}, each once in every row"),
        columns,
    })
}

/// Whether columns hold 1, 2, ..., J in some order in every row, and not the same order in all.
fn permutes(look: Look<'_>, columns: &[usize]) -> bool {
    let n = columns.len();
    let mut changes = false;
    let mut seen = vec![usize::MAX; n];
    let all = (0..look.table.n_rows).all(|row| {
        columns.iter().all(|&column| {
            let rank = look.cells(column)[row];
            changes |= rank != look.cells(column)[0];
            let inside = rank >= 1.0 && rank <= n as f64;
            inside && std::mem::replace(&mut seen[rank as usize - 1], row) != row
        })
    });
    all && changes
}

/// Wide: columns named best, second, ... that hold codes of alternatives, never one twice in a row.
fn codes_by_rank(look: Look<'_>) -> Option<RankingReading> {
    let is_rank = |column: &usize| {
        let facts = &look.facts[*column];
        facts.is_discrete()
            && facts.missing == 0
            && facts.distinct >= 2
            && facts.distinct <= 60
            && suggests(&facts.name, Part::Rank) >= 6
    };
    let columns: Vec<usize> = look.columns().filter(is_rank).take(60).collect();
    if columns.len() < 2 || look.table.n_rows < 2 {
        return None;
    }
    let written = |column: usize| super::long::codes(look.values(column));
    let first = written(columns[0]);
    if columns[1..].iter().any(|&column| written(column) != first) {
        return None;
    }
    let mut seen = Vec::new();
    let distinct = (0..look.table.n_rows).all(|row| {
        seen.clear();
        seen.extend(
            columns
                .iter()
                .map(|&column| super::facts::identity(look.values(column), row)),
        );
        seen.sort_unstable();
        seen.windows(2).all(|pair| pair[0] != pair[1])
    });
    let names: Vec<&str> = columns.iter().map(|&column| look.name(column)).collect();
    distinct.then(|| RankingReading {
        case: None,
        by_rank: true,
        reason: format!(
            "the columns {} hold the same {} codes, never one twice in a row",
            crate::error::name_list(names),
            first.len()
        ),
        columns,
    })
}

/// Long: a column that holds 1, 2, ..., J in some order in every case.
fn ranks_by_row(look: Look<'_>) -> Option<RankingReading> {
    let n = look.table.n_rows;
    let mut by_groups: HashMap<usize, Vec<usize>> = HashMap::new();
    for case in look.columns() {
        let facts = &look.facts[case];
        let may_be = facts.is_discrete() && facts.missing == 0 && facts.distinct >= 2 && facts.distinct * 2 <= n;
        if may_be && suggests(look.name(case), Part::Case) > 0 {
            by_groups.entry(facts.distinct).or_default().push(case);
        }
    }
    for column in look.columns() {
        let facts = &look.facts[column];
        let named = suggests(look.name(column), Part::Rank);
        // Every case has one first place.
        let Some(cases) = by_groups.get(&facts.ones) else {
            continue;
        };
        if facts.kind != ColumnKind::Integer || facts.missing > 0 || facts.least != 1.0 || named == 0 {
            continue;
        }
        if suggests(look.name(column), Part::Alternative) > 0 {
            continue;
        }
        for &case in cases.iter().filter(|case| **case != column).take(20) {
            let groups = Groups::new(look.values(case));
            let cells = look.cells(column);
            let mut ranks: Vec<u64> = Vec::new();
            let permutes = groups.sizes().0 >= 2
                && groups.iter().all(|rows| {
                    ranks.clear();
                    ranks.extend(rows.iter().map(|&row| key(cells[row as usize])));
                    // Bits of positive numbers are in the order of the numbers.
                    ranks.sort_unstable();
                    ranks.iter().enumerate().all(|(at, rank)| *rank == key(at as f64 + 1.0))
                });
            if permutes && !groups.counts_rows(cells) {
                let reason = format!(
                    "\"{}\" holds the ranks 1, 2, ... each once for every value of \"{}\"",
                    look.name(column),
                    look.name(case)
                );
                return Some(RankingReading {
                    columns: vec![column],
                    by_rank: false,
                    case: Some(case),
                    reason,
                });
            }
        }
    }
    None
}
