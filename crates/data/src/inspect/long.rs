//! Long tables, once cases and choices are found: what the other columns are.

use std::collections::{HashMap, HashSet};

use super::cases::{Found, alternative};
use super::facts::{Groups, identity};
use super::names::{Part, is_identifier};
use super::{ColumnKind, Confidence, Guess, LongReading, Look};
use crate::alternatives::key;
use crate::table::Values;

/// Cases that a sample holds.
const SAMPLE: usize = 2000;

/// Alternatives up to which constants are thought of.
const MOST_LABELLED: usize = 12;

/// Share of an attribute's variance that lies between alternatives, from which on their numbers mean something. The
/// designs of experiments reach a third, and fields of transport three quarters.
pub(super) const TELLING: f64 = 0.5;

/// Everything else, once case and choice are found.
pub(super) fn read(look: Look<'_>, found: &Found) -> LongReading {
    let Found { groups, .. } = found;
    let (case, choice) = (found.case.value, found.choice.value);
    let alternative = alternative(look, groups, case, choice);
    let named = alternative.as_ref().map(|guess| guess.value);

    let mut within = Vec::new();
    let mut between = Vec::new();
    for column in look
        .columns()
        .filter(|column| ![Some(case), Some(choice), named].contains(&Some(*column)))
    {
        match look.facts[column].kind {
            ColumnKind::Empty | ColumnKind::Constant => {}
            _ if groups.constant(look.values(column)) => between.push(column),
            _ => within.push(column),
        }
    }

    let available = available(look, choice, &within, found.counts);
    let identifies = |column: &usize| {
        let facts = &look.facts[*column];
        let discrete = facts.is_discrete();
        let numbers_rows = discrete && facts.kind == ColumnKind::Integer && facts.distinct == look.table.n_rows;
        let name = look.name(*column);
        let renames =
            discrete && named.is_some_and(|named| Groups::same_partition(look.values(named), look.values(*column)));
        numbers_rows
            || renames
            || (discrete && facts.kind != ColumnKind::Binary && is_identifier(name))
            || (discrete && groups_count(look, groups, *column))
    };
    let skip = available.as_ref().map(|guess| guess.value);
    within.retain(|column| Some(*column) != skip);
    let identifiers: Vec<usize> = within.iter().copied().filter(identifies).collect();
    within.retain(|column| !identifiers.contains(column));
    let (attributes, text_attributes): (Vec<usize>, Vec<usize>) = within
        .into_iter()
        .filter(|column| look.facts[*column].is_numeric() || look.facts[*column].kind == ColumnKind::Text)
        .partition(|column| look.facts[*column].is_numeric());

    let several = |column: usize| {
        let facts = &look.facts[column];
        // Fewer values than cases, and more than a characteristic or a number within a household would have.
        let several =
            facts.distinct * 10 <= groups.len() * 9 && facts.distinct >= 5 && facts.distinct * 50 > groups.len();
        between.contains(&column) && facts.is_discrete() && facts.missing == 0 && several
    };
    let decision_maker = look.best_by_name(Part::Person, several).map(|(value, score)| Guess {
        value,
        confidence: if score >= 7 {
            Confidence::Strong
        } else {
            Confidence::Weak
        },
        reason: format!(
            "it is constant within cases and has {} values for {} cases",
            look.facts[value].distinct,
            groups.len()
        ),
    });
    let weight = look.weight(|column| between.contains(&column));
    let size_column = between.iter().copied().find(|&column| {
        let Values::Number(cells) = look.values(column) else {
            return false;
        };
        groups.iter().all(|rows| cells[rows[0] as usize] == rows.len() as f64)
    });
    let set_aside = [decision_maker.as_ref(), weight.as_ref()].map(|guess| guess.map(|guess| guess.value));
    let characteristics = between
        .into_iter()
        .filter(|column| !set_aside.contains(&Some(*column)) && size_column != Some(*column))
        .collect();

    let labelled = labelled(look, groups, named, &attributes);
    let codes = named
        .filter(|_| labelled.value)
        .map_or(Vec::new(), |named| codes(look.values(named)));
    let contested = named
        .filter(|_| labelled.value)
        .map_or(Vec::new(), |named| contested(look, found, named, skip, codes.len()));
    let predictors = predictors(look, found, &attributes, skip);
    let gaps: Vec<&[f64]> = attributes
        .iter()
        .filter(|column| look.facts[**column].missing > 0)
        .map(|column| look.cells(*column))
        .collect();
    let incomplete = |rows: &&[u32]| {
        rows.iter()
            .any(|row| gaps.iter().any(|cells| cells[*row as usize].is_nan()))
    };
    let owned = |rows: &[u32]| rows.iter().map(|&row| row as usize).collect::<Vec<usize>>();
    let step = groups.len().div_ceil(SAMPLE).max(1);
    LongReading {
        case: found.case.clone(),
        choice: found.choice.clone(),
        counts: found.counts,
        labelled,
        codes,
        contested,
        available,
        decision_maker,
        weight,
        n_cases: groups.len(),
        sizes: groups.sizes(),
        singles: groups
            .iter()
            .filter(|rows| rows.iter().filter(|row| is_one(look, skip, **row as usize)).count() < 2)
            .count(),
        size_column,
        attributes,
        text_attributes,
        characteristics,
        identifiers,
        predictors,
        sample: groups.iter().step_by(step).map(owned).collect(),
        incomplete: groups.iter().filter(incomplete).map(owned).collect(),
        alternative,
    }
}

fn groups_count(look: Look<'_>, groups: &Groups, column: usize) -> bool {
    matches!(look.values(column), Values::Number(cells) if groups.counts_rows(cells))
}

/// A 0/1 column named like availability that is 1 wherever something was chosen.
fn available(look: Look<'_>, choice: usize, within: &[usize], counts: bool) -> Option<Guess<usize>> {
    let chosen = look.cells(choice);
    let fits = |column: usize| {
        let facts = &look.facts[column];
        if facts.kind != ColumnKind::Binary || facts.missing > 0 || !within.contains(&column) {
            return false;
        }
        look.cells(column)
            .iter()
            .zip(chosen)
            .all(|(available, chosen)| *available == 1.0 || *chosen == 0.0)
    };
    let (value, _) = look.best_by_name(Part::Availability, fits)?;
    let what = if counts {
        "every row with choices"
    } else {
        "every chosen row"
    };
    Some(Guess {
        value,
        confidence: Confidence::Strong,
        reason: format!("it is 0 or 1, and 1 in {what}"),
    })
}

/// Whether alternatives have a meaning of their own.
fn labelled(look: Look<'_>, groups: &Groups, named: Option<usize>, attributes: &[usize]) -> Guess<bool> {
    let guess = |value: bool, confidence: Confidence, reason: String| Guess {
        value,
        confidence,
        reason,
    };
    let Some(named) = named else {
        return guess(false, Confidence::Fair, "no column names the alternatives".to_owned());
    };
    let facts = &look.facts[named];
    if facts.distinct > MOST_LABELLED {
        return guess(
            false,
            Confidence::Fair,
            format!("{} alternatives are too many for a constant each", facts.distinct),
        );
    }
    let present = look.table.n_rows as f64 / (groups.len() * facts.distinct) as f64;
    if present < 0.5 {
        return guess(
            false,
            Confidence::Weak,
            format!("an alternative stands in only {:.0} % of the cases", 100.0 * present),
        );
    }
    if facts.kind == ColumnKind::Text {
        return guess(true, Confidence::Strong, "the alternatives have names".to_owned());
    }
    let identities: Vec<Option<u64>> = (0..look.table.n_rows)
        .map(|row| identity(look.values(named), row))
        .collect();
    let telling = attributes
        .iter()
        .map(|&column| (between_share(look.cells(column), &identities), column));
    match telling.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((share, column)) if share > TELLING => {
            let percent = 100.0 * share;
            let name = look.name(column);
            guess(
                true,
                Confidence::Fair,
                format!("the numbers mean something: {percent:.0} % of the variance of \"{name}\" lies between them"),
            )
        }
        Some(_) => guess(
            false,
            Confidence::Fair,
            "attributes look the same whatever the number of the alternative".to_owned(),
        ),
        None => guess(
            true,
            Confidence::Weak,
            "no attribute tells whether the numbers mean anything".to_owned(),
        ),
    }
}

/// Share of the variance of `cells` that lies between the groups, from 0 to 1.
pub(super) fn between_share<K: std::hash::Hash + Eq + Copy>(cells: &[f64], groups: &[K]) -> f64 {
    let mut sums: HashMap<K, (f64, f64)> = HashMap::new();
    let known = || cells.iter().zip(groups).filter(|(cell, _)| cell.is_finite());
    let (n, sum) = known().fold((0.0, 0.0), |(n, sum), (cell, _)| (n + 1.0, sum + cell));
    let mean = sum / n;
    let mut total = 0.0;
    for (cell, group) in known() {
        let (n, sum) = sums.entry(*group).or_default();
        *n += 1.0;
        *sum += cell - mean;
        total += (cell - mean).powi(2);
    }
    let mut between: Vec<f64> = sums.values().map(|(n, sum)| sum * sum / n).collect();
    // In a fixed order, so that the same table always gives the same share.
    between.sort_unstable_by(f64::total_cmp);
    if total > 0.0 {
        between.iter().sum::<f64>() / total
    } else {
        0.0
    }
}

/// Codes of a column in their order, as written.
pub(super) fn codes(values: &Values) -> Vec<String> {
    match values {
        Values::Text(text) => text.dictionary.to_vec(),
        Values::Number(cells) => numbers(cells).iter().map(|number| (number + 0.0).to_string()).collect(),
    }
}

/// The distinct numbers of a column, ascending.
pub(super) fn numbers(cells: &[f64]) -> Vec<f64> {
    let mut seen = HashSet::new();
    let mut numbers: Vec<f64> = cells
        .iter()
        .copied()
        .filter(|cell| !cell.is_nan() && seen.insert(key(*cell)))
        .collect();
    numbers.sort_unstable_by(f64::total_cmp);
    numbers
}

/// Of each alternative, whether some case chose it and some case in which it was available did not.
fn contested(look: Look<'_>, found: &Found, named: usize, available: Option<usize>, n: usize) -> Vec<bool> {
    let mut positions: HashMap<u64, usize> = HashMap::new();
    match look.values(named) {
        Values::Text(_) => positions.extend((0..n).map(|code| (code as u64, code))),
        Values::Number(cells) => positions.extend(numbers(cells).into_iter().map(key).zip(0..)),
    }
    let chosen = look.cells(found.choice.value);
    let mut won = vec![false; n];
    let mut lost = vec![false; n];
    for row in (0..look.table.n_rows).filter(|&row| is_one(look, available, row)) {
        let at = identity(look.values(named), row).map(|identity| positions[&identity]);
        let at = at.expect("a column that names the alternative has no missing cells");
        won[at] |= chosen[row] > 0.0;
        lost[at] |= chosen[row] == 0.0 || found.counts;
    }
    won.iter().zip(&lost).map(|(won, lost)| *won && *lost).collect()
}

/// Whether a flag is set; without a flag it is.
fn is_one(look: Look<'_>, flag: Option<usize>, row: usize) -> bool {
    flag.is_none_or(|column| look.cells(column)[row] == 1.0)
}

/// Attributes that tell the choice by themselves: no maximum of the likelihood exists with them.
fn predictors(look: Look<'_>, found: &Found, attributes: &[usize], available: Option<usize>) -> Vec<usize> {
    if found.counts {
        return Vec::new();
    }
    let chosen = look.cells(found.choice.value);
    let usable = |row: u32| is_one(look, available, row as usize);
    let decides = |column: &usize| {
        let cells = look.cells(*column);
        let (mut never_below, mut never_above) = (true, true);
        for rows in found.groups.iter() {
            let Some(winner) = rows.iter().find(|row| chosen[**row as usize] == 1.0) else {
                continue;
            };
            let best = cells[*winner as usize];
            for &row in rows.iter().filter(|row| usable(**row)) {
                never_below &= cells[row as usize] <= best || cells[row as usize].is_nan() || best.is_nan();
                never_above &= cells[row as usize] >= best || cells[row as usize].is_nan() || best.is_nan();
            }
            if !never_below && !never_above {
                return false;
            }
        }
        never_below || never_above
    };
    attributes.iter().copied().filter(decides).collect()
}
