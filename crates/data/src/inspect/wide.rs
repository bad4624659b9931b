//! Wide tables: which column is the choice, which alternatives there are, and which columns are theirs.

use std::collections::{HashMap, HashSet};

use super::facts::{Groups, identity};
use super::groups::{self, Found};
use super::long::{TELLING, between_share, numbers};
use super::matching::{assign, is_availability, violations};
use super::names::{Part, cuts, is_identifier, suggests};
use super::{AttributeGroup, ColumnKind, Confidence, Guess, Look, WideAlternative, WideReading};
use crate::schema::Code;
use crate::table::{MISSING_TEXT, TextColumn, Values};

/// Codes that a choice column has at most.
const MOST_CODES: usize = 60;

/// Share of the rows below which a code 0 without columns is "unknown" rather than "none of them".
const RARE: f64 = 0.02;

/// How often each code occurs, codes ascending.
type Counts = Vec<(Code, usize)>;

/// The best choice column with its alternatives.
pub(super) fn read(look: Look<'_>) -> Option<WideReading> {
    let n = look.table.n_rows;
    let named = |column: usize| suggests(look.name(column), Part::Choice);
    let may_be = |column: &usize| {
        let facts = &look.facts[*column];
        let few = facts.distinct >= 2 && facts.distinct <= MOST_CODES && facts.distinct < n;
        few && facts.is_discrete() && (named(*column) > 0 || facts.kind == ColumnKind::Text)
    };
    let mut candidates: Vec<usize> = look.columns().filter(may_be).collect();
    candidates.sort_by_key(|&column| std::cmp::Reverse(named(column)));
    let mut named_candidates: Vec<usize> = candidates.iter().copied().filter(|column| named(*column) > 0).collect();

    let words: HashMap<String, usize> = name_parts(look);
    let mut best: Option<(u32, WideReading)> = None;
    for column in candidates {
        let name_score = named(column);
        // A text of no name needs its values in the names of other columns, which is quickly seen.
        if let Values::Text(text) = look.values(column)
            && name_score == 0
        {
            let known = text
                .dictionary
                .iter()
                .filter(|word| words.get(&word.to_lowercase()).is_some_and(|n| *n >= 2));
            if known.count() * 3 < text.dictionary.len() * 2 {
                continue;
            }
        }
        let reading = alternatives(look, column);
        let matched = reading.matched.value;
        if name_score == 0 && !matched {
            continue;
        }
        let score = name_score + if matched { 10 } else { 0 };
        if best.as_ref().is_none_or(|(known, _)| score > *known) {
            best = Some((score, reading));
        }
    }
    let (_, mut reading) = best?;
    if !reading.matched.value {
        // Without columns by alternative any short run of codes could be the outcome.
        let runs = look.columns().filter(|column| {
            let facts = &look.facts[*column];
            let run = facts.kind == ColumnKind::Integer && facts.greatest - facts.least + 1.0 == facts.distinct as f64;
            run && facts.distinct <= 10 && named(*column) == 0
        });
        named_candidates.extend(runs);
    }
    named_candidates.retain(|column| *column != reading.choice.value);
    reading.other_choices = named_candidates;
    Some(reading)
}

/// How many columns have a word at the beginning or the end of their name.
fn name_parts(look: Look<'_>) -> HashMap<String, usize> {
    let mut parts: HashMap<String, usize> = HashMap::new();
    for column in look.columns() {
        let name = look.name(column).to_lowercase();
        for cut in cuts(look.name(column)) {
            // Lower case may have another length in some scripts; such names are left out of this shortcut.
            if let (Some(left), Some(right)) = (name.get(..cut.left), name.get(cut.right..)) {
                *parts.entry(left.to_owned()).or_default() += 1;
                *parts.entry(right.to_owned()).or_default() += 1;
            }
        }
    }
    parts
}

/// Reads a table whose choices are in this column.
fn alternatives(look: Look<'_>, choice: usize) -> WideReading {
    let counts = counts(look.values(choice));
    let (sure, doubtful) = strange(&counts);
    let kept: Counts = counts
        .iter()
        .filter(|(code, _)| !sure.contains(code))
        .cloned()
        .collect();
    let codes = |counts: &Counts| counts.iter().map(|(code, _)| code.clone()).collect::<Vec<Code>>();
    // One alternative may have no columns (opt-out, slow modes), and one more if a code is doubtful.
    let mut plausible = vec![kept.len()];
    if kept.len() > 2 {
        plausible.push(kept.len() - 1);
    }
    if doubtful.is_some() && kept.len() > 3 {
        plausible.push(kept.len() - 2);
    }
    let found = groups::find(look, choice, &codes(&kept), &plausible);
    let without_doubtful = |counts: &Counts| {
        counts
            .iter()
            .filter(|(code, _)| Some(code) != doubtful.as_ref())
            .cloned()
            .collect()
    };

    let mut kept = kept;
    let mut dropped: Counts = counts.iter().filter(|(code, _)| sure.contains(code)).cloned().collect();
    if let (Some(code), Some(found)) = (&doubtful, &found) {
        let own = kept.iter().position(|(known, _)| known == code);
        let has_columns = found
            .codes
            .as_ref()
            .is_some_and(|codes| codes.iter().any(|at| Some(*at) == own));
        let (_, count) = kept[own.expect("a doubtful code is one of the codes")].clone();
        let rare = (count as f64) < RARE * look.table.n_rows as f64;
        if !has_columns && rare && found.labels.len() < kept.len() {
            dropped.push((code.clone(), count));
            // The positions of matched codes shift when one before them goes; groups are found anew.
            kept = without_doubtful(&kept);
        }
    }
    let found = found.and_then(|_| {
        let plausible = [kept.len(), kept.len().saturating_sub(1).max(2)];
        groups::find(look, choice, &codes(&kept), &plausible)
    });
    build(look, choice, kept, dropped, found)
}

/// Codes that are surely none of an alternative, and one that may be none.
fn strange(counts: &Counts) -> (Vec<Code>, Option<Code>) {
    let number = |code: &Code| match code {
        Code::Number(number) => Some(*number),
        Code::Text(_) => None,
    };
    let numbers: Vec<f64> = counts.iter().filter_map(|(code, _)| number(code)).collect();
    if numbers.len() != counts.len() {
        return (Vec::new(), None);
    }
    let ordinary = numbers.iter().filter(|number| **number >= 0.0).count();
    let is_nine = |number: f64| [9.0, 88.0, 98.0, 99.0, 888.0, 998.0, 999.0, 9999.0].contains(&number);
    let mut sure = Vec::new();
    for (at, &number) in numbers.iter().enumerate() {
        // 9 and 99 say "no answer" where they stand far beyond the other codes.
        let beyond = at > 0 && is_nine(number) && number > 2.0 * numbers[at - 1].max(2.0);
        if (number < 0.0 && ordinary >= 2) || (beyond && ordinary >= 3) {
            sure.push(Code::Number(number));
        }
    }
    let zero = numbers.contains(&0.0) && numbers.len() - sure.len() >= 3;
    (sure, zero.then_some(Code::Number(0.0)))
}

fn counts(values: &Values) -> Counts {
    match values {
        Values::Number(cells) => {
            let mut counts: Vec<(f64, usize)> = numbers(cells).into_iter().map(|number| (number + 0.0, 0)).collect();
            for &cell in cells.iter().filter(|cell| !cell.is_nan()) {
                let at = counts.partition_point(|(number, _)| *number < cell);
                counts[at].1 += 1;
            }
            counts
                .into_iter()
                .map(|(number, count)| (Code::Number(number), count))
                .collect()
        }
        Values::Text(TextColumn { codes, dictionary }) => {
            let mut counts = vec![0; dictionary.len()];
            for &code in codes.iter().filter(|code| **code != MISSING_TEXT) {
                counts[code as usize] += 1;
            }
            dictionary
                .iter()
                .map(|word| Code::Text(word.clone()))
                .zip(counts)
                .collect()
        }
    }
}

fn build(look: Look<'_>, choice: usize, kept: Counts, dropped: Counts, found: Option<Found>) -> WideReading {
    let chosen = chosen_codes(look.values(choice), &kept);
    let mut label_of: Vec<Option<usize>> = vec![None; kept.len()];
    let mut groups = Vec::new();
    let mut contradicted = Vec::new();
    let mut available = vec![None; kept.len()];
    let mut matched = Guess {
        value: false,
        confidence: Confidence::Fair,
        reason: "names of columns share no labels with each other or with the codes".to_owned(),
    };
    if let Some(found) = &found {
        let (of_label, guess) = assign(look, found, kept.len(), &chosen);
        matched = guess;
        for (label, code) in of_label.iter().enumerate() {
            label_of[*code] = Some(label);
        }
        for (stem, by_label) in &found.attributes {
            let columns: Vec<Option<usize>> = label_of
                .iter()
                .map(|label| label.and_then(|label| by_label[label]))
                .collect();
            if !is_availability(look, stem, by_label) {
                groups.push(AttributeGroup {
                    stem: stem.clone(),
                    columns,
                });
                continue;
            }
            for (code, column) in columns
                .iter()
                .enumerate()
                .filter_map(|(code, column)| column.map(|column| (code, column)))
            {
                match violations(look, &chosen, code, column) {
                    0 => available[code] = Some(column),
                    rows => contradicted.push((column, rows)),
                }
            }
        }
    }
    let labels = found.as_ref().map_or(&[][..], |found| &found.labels);
    let text = matches!(look.values(choice), Values::Text(_));
    let alternatives: Vec<WideAlternative> = kept
        .iter()
        .enumerate()
        .map(|(at, (code, count))| {
            let label = label_of[at].map(|label| labels[label].clone());
            WideAlternative {
                // A code that is a text is the name that the file's makers gave.
                label: if text {
                    code.written()
                } else {
                    label.clone().unwrap_or_else(|| code.written())
                },
                code: code.clone(),
                chosen: *count,
                available: available[at],
                has_columns: label.is_some(),
            }
        })
        .collect();

    let used: Vec<usize> = groups
        .iter()
        .flat_map(|group| group.columns.iter().flatten().copied())
        .chain(available.iter().flatten().copied())
        .chain(contradicted.iter().map(|(column, _)| *column))
        .chain([choice])
        .collect();
    let used: HashSet<usize> = used.into_iter().collect();
    let n = look.table.n_rows;
    let repeats = |column: usize| {
        let facts = &look.facts[column];
        let discrete = facts.is_discrete() && facts.missing == 0 && facts.kind != ColumnKind::Binary;
        discrete && !used.contains(&column) && facts.distinct < n && facts.distinct >= 5 && facts.distinct * 50 > n
    };
    let decision_maker = look.best_by_name(Part::Person, repeats).map(|(value, score)| {
        let (least, most) = Groups::new(look.values(value)).sizes();
        let rows = if least == most {
            format!("{least} rows each")
        } else {
            format!("{least} to {most} rows each")
        };
        Guess {
            value,
            confidence: if score >= 7 {
                Confidence::Strong
            } else {
                Confidence::Weak
            },
            reason: format!(
                "it is named like an identifier and has {} values with {rows}",
                look.facts[value].distinct
            ),
        }
    });
    let weight = look.weight(|column| !used.contains(&column));
    let set_aside = [decision_maker.as_ref(), weight.as_ref()].map(|guess| guess.map(|guess| guess.value));
    let describes = |column: &usize| {
        let facts = &look.facts[*column];
        let plain = !matches!(facts.kind, ColumnKind::Empty | ColumnKind::Constant) && !used.contains(column);
        plain
            && !set_aside.contains(&Some(*column))
            && !(is_identifier(&facts.name) && facts.distinct > 20)
            && facts.distinct < n.max(3)
    };
    let labelled = labelled(look, &alternatives, &groups);
    let named = suggests(look.name(choice), Part::Choice);
    let share = if matched.value {
        ", and names of columns go with them"
    } else {
        ""
    };
    WideReading {
        choice: Guess {
            value: choice,
            confidence: match (named, matched.value) {
                (5.., true) => Confidence::Strong,
                (8.., false) => Confidence::Fair,
                (_, true) => Confidence::Fair,
                _ => Confidence::Weak,
            },
            reason: format!(
                "it has {} codes{share}{}",
                kept.len() + dropped.len(),
                if named > 0 { "; its name suggests it too" } else { "" }
            ),
        },
        characteristics: look.columns().filter(describes).collect(),
        alternatives,
        matched,
        dropped,
        labelled,
        attributes: groups,
        contradicted,
        decision_maker,
        weight,
        other_choices: Vec::new(),
    }
}

/// Position of the code of each row among the kept ones.
fn chosen_codes(values: &Values, kept: &Counts) -> Vec<Option<usize>> {
    let positions: HashMap<u64, usize> = match values {
        Values::Number(_) => {
            let key = |code: &Code| match code {
                Code::Number(number) => crate::alternatives::key(*number),
                Code::Text(_) => u64::MAX,
            };
            kept.iter().enumerate().map(|(at, (code, _))| (key(code), at)).collect()
        }
        Values::Text(text) => {
            let word = |code: &Code| {
                text.dictionary
                    .binary_search(&code.written())
                    .map_or(u64::MAX, |at| at as u64)
            };
            kept.iter()
                .enumerate()
                .map(|(at, (code, _))| (word(code), at))
                .collect()
        }
    };
    (0..values.len())
        .map(|row| identity(values, row).and_then(|identity| positions.get(&identity).copied()))
        .collect()
}

/// Whether alternatives have a meaning of their own.
fn labelled(look: Look<'_>, alternatives: &[WideAlternative], groups: &[AttributeGroup]) -> Guess<bool> {
    let guess = |value: bool, confidence: Confidence, reason: &str| Guess {
        value,
        confidence,
        reason: reason.to_owned(),
    };
    if groups.is_empty() {
        return guess(
            true,
            Confidence::Fair,
            "no columns describe the alternatives, so each has coefficients of its own",
        );
    }
    // A, B; 1, 2; choice1, choice2: numbers in disguise.
    let described = || {
        alternatives
            .iter()
            .filter(|alternative| alternative.has_columns)
            .map(|alternative| alternative.label.as_str())
    };
    let without_number = |label: &'_ str| label.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let stems: HashSet<String> = described().map(without_number).collect();
    let numbered = stems.len() == 1 && described().all(|label| label.ends_with(|c: char| c.is_ascii_digit()));
    if !numbered && described().any(|label| label.chars().count() > 1) {
        return guess(true, Confidence::Strong, "the alternatives have names");
    }
    if alternatives.iter().any(|alternative| !alternative.has_columns) {
        return guess(
            true,
            Confidence::Fair,
            "one alternative has no columns of its own, such as an opt-out",
        );
    }
    let n = look.table.n_rows;
    let telling = groups
        .iter()
        .filter(|group| {
            group
                .columns
                .iter()
                .flatten()
                .all(|column| look.facts[*column].is_numeric() || look.facts[*column].kind == ColumnKind::Constant)
        })
        .any(|group| {
            let columns: Vec<usize> = group.columns.iter().flatten().copied().collect();
            let cells: Vec<f64> = columns
                .iter()
                .flat_map(|column| look.cells(*column).iter().copied())
                .collect();
            let of: Vec<usize> = (0..columns.len()).flat_map(|at| std::iter::repeat_n(at, n)).collect();
            between_share(&cells, &of) > TELLING
        });
    if telling {
        guess(
            true,
            Confidence::Fair,
            "attributes differ between the numbers of the alternatives",
        )
    } else {
        guess(
            false,
            Confidence::Fair,
            "attributes look the same whatever the number of the alternative",
        )
    }
}
