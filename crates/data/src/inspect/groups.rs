//! Columns that belong together in a wide table: `TRAIN_TT`, `SM_TT`, `CAR_TT`; `price.beach`; `time1`.
//!
//! A name is cut in two at every place where a word ends. One part may be the attribute, the other the alternative; a
//! label of an alternative is one that several attributes share.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Look;
use super::names::{cuts, is_alternative, is_attribute};
use crate::schema::Code;

/// Label sets that are weighed before the search gives up on further ones.
const WEIGHED: usize = 3000;

/// Where the label stands in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Suffix,
    Prefix,
}

/// Columns by attribute and label, for one way of joining the two.
#[derive(Default)]
struct Family {
    /// Labels of each stem with their columns, in the order of the file.
    stems: Vec<(String, Vec<(String, usize)>)>,
    position: HashMap<String, usize>,
    with_label: HashMap<String, Vec<usize>>,
}

/// Labels found, and the columns of each attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// Labels as written in the names, in the order of the codes where they match, else in that of the columns.
    pub labels: Vec<String>,
    /// Code of each label, where labels and codes are alike.
    pub codes: Option<Vec<usize>>,
    /// Columns of each attribute by label.
    pub attributes: Vec<(String, Vec<Option<usize>>)>,
    score: f64,
}

/// The labels that names of columns share with each other, and if possible with `codes`.
///
/// `plausible` are the numbers of labels that the codes allow when labels and codes are not alike.
pub(super) fn find(look: Look<'_>, choice: usize, codes: &[Code], plausible: &[usize]) -> Option<Found> {
    let families = families(look, choice, codes.len());
    let by_label = code_labels(codes);
    let mut best: Option<Found> = None;
    let mut weighed = 0;
    for ((side, _), family) in &families {
        let mut seen: HashSet<Vec<String>> = HashSet::new();
        for (_, labelled) in &family.stems {
            let Some(labels) = candidate(labelled, &by_label, codes.len(), plausible) else {
                continue;
            };
            let mut sorted = labels.clone();
            sorted.sort_unstable();
            if !seen.insert(sorted) {
                continue;
            }
            weighed += 1;
            if weighed > WEIGHED {
                return best;
            }
            let found = weigh(look, *side, family, labels, &by_label, codes.len());
            if found
                .as_ref()
                .is_some_and(|found| best.as_ref().is_none_or(|best| found.score > best.score))
            {
                best = found;
            }
        }
    }
    best
}

type Families = BTreeMap<(Side, String), Family>;

/// Every way to cut the name of every column.
fn families(look: Look<'_>, choice: usize, n_codes: usize) -> Families {
    let mut families = Families::new();
    for column in look.columns().filter(|column| *column != choice) {
        let name = look.name(column);
        // A name of many words is prose, not an attribute and an alternative.
        for cut in cuts(name).into_iter().take(8) {
            let (left, right) = (&name[..cut.left], &name[cut.right..]);
            let separator = name[cut.left..cut.right].to_owned();
            for (side, stem, label) in [(Side::Suffix, left, right), (Side::Prefix, right, left)] {
                let family = families.entry((side, separator.clone())).or_default();
                let next = family.stems.len();
                let at = *family.position.entry(stem.to_owned()).or_insert(next);
                if at == next {
                    family.stems.push((stem.to_owned(), Vec::new()));
                }
                family.stems[at].1.push((label.to_owned(), column));
                family.with_label.entry(label.to_owned()).or_default().push(at);
            }
        }
    }
    // An attribute of a single column, or of more than any choice has, tells nothing by itself.
    families.retain(|_, family| family.stems.iter().any(|(_, labels)| labels.len() >= 2.min(n_codes)));
    families
}

/// Codes by what a label would look like: the code itself, or what distinguishes it from the others.
fn code_labels(codes: &[Code]) -> HashMap<String, usize> {
    let written: Vec<String> = codes.iter().map(|code| plain(&code.written())).collect();
    let mut by_label: HashMap<String, usize> = HashMap::new();
    if let [first, others @ ..] = written.as_slice() {
        let shared = others.iter().fold(first.len(), |length, other| {
            let alike = first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
            length.min(alike)
        });
        // `choice1`, `choice2`: only the numbers distinguish.
        let numbered = |code: &String| {
            code.get(shared..)
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
        };
        if shared > 0 && written.iter().all(numbered) {
            by_label.extend(
                written
                    .iter()
                    .enumerate()
                    .map(|(at, code)| (plain(&code[shared..]), at)),
            );
        }
    }
    by_label.extend(written.into_iter().enumerate().map(|(at, code)| (code, at)));
    by_label
}

/// A label or a code without what writers vary: case, separators, leading zeros.
fn plain(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '-')
        .flat_map(char::to_lowercase)
        .collect();
    match text.parse::<u32>() {
        Ok(number) => number.to_string(),
        Err(_) => text.replace('-', ""),
    }
}

fn is_number(label: &str) -> bool {
    label.bytes().all(|b| b.is_ascii_digit())
}

/// Labels of a stem that may be the alternatives.
fn candidate(
    labelled: &[(String, usize)],
    by_label: &HashMap<String, usize>,
    n_codes: usize,
    plausible: &[usize],
) -> Option<Vec<String>> {
    let labels: Vec<&String> = labelled.iter().map(|(label, _)| label).collect();
    let known: Vec<&String> = labels
        .iter()
        .copied()
        .filter(|label| by_label.contains_key(&plain(label)))
        .collect();
    // Other labels of the same stem (an alternative that nobody chose) are no hindrance, but `Envir01` to `Envir06`
    // are questions of a questionnaire rather than alternatives 1 and 2.
    let numbered = known.iter().all(|label| is_number(label));
    let questions = numbered && 2 * (labels.len() - known.len()) > known.len();
    if known.len() >= 2 && known.len() * 3 >= n_codes * 2 && !questions {
        return Some(known.into_iter().cloned().collect());
    }
    if labels.len() < 2 || labels.len() > 2 * n_codes + 4 {
        return None;
    }
    // `CostCar` and `CostCarCHF` are one alternative's.
    let extends = |label: &String| {
        labels.iter().any(|other| {
            other.len() < label.len()
                && label.starts_with(other.as_str())
                && cuts(label).iter().any(|cut| cut.left == other.len())
        })
    };
    let labels: Vec<String> = labels
        .iter()
        .filter(|label| !extends(label))
        .map(|label| (*label).clone())
        .collect();
    plausible.contains(&labels.len()).then_some(labels)
}

/// How well a set of labels explains the names, if at all.
fn weigh(
    look: Look<'_>,
    side: Side,
    family: &Family,
    labels: Vec<String>,
    by_label: &HashMap<String, usize>,
    n_codes: usize,
) -> Option<Found> {
    let mut holders: BTreeMap<usize, Vec<Option<usize>>> = BTreeMap::new();
    for (at, label) in labels.iter().enumerate() {
        for &stem in &family.with_label[label] {
            let column = family.stems[stem]
                .1
                .iter()
                .find(|(known, _)| known == label)
                .map(|(_, column)| *column);
            holders.entry(stem).or_insert_with(|| vec![None; labels.len()])[at] = column;
        }
    }
    let held = |columns: &[Option<usize>]| columns.iter().flatten().count();
    holders.retain(|_, columns| held(columns) >= 2);
    let broad: Vec<&Vec<Option<usize>>> = holders
        .values()
        .filter(|columns| held(columns) * 4 >= labels.len() * 3)
        .collect();
    let n = labels.len() as f64;
    let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;

    let matched: Option<Vec<usize>> = labels
        .iter()
        .map(|label| by_label.get(&plain(label)).copied())
        .collect();
    let matched = matched.filter(|codes| codes.iter().collect::<HashSet<_>>().len() == codes.len());
    let numbers = labels.iter().all(|label| is_number(label));
    // One attribute alone whose labels mean nothing is most likely a battery of questions.
    if broad.is_empty() || (matched.is_none() && broad.len() < 2 && !labels.iter().all(|label| is_alternative(label))) {
        return None;
    }
    // Numbered columns that do not carry the codes' numbers are items of a questionnaire.
    if numbers && matched.is_none() && labels.len() != n_codes {
        return None;
    }
    // Nor are batteries of questions (`Mobil01`, `LifSty01`) alternatives with attributes called 01, 02.
    if matched.is_none() && holders.keys().all(|stem| is_number(&family.stems[*stem].0)) {
        return None;
    }
    let stems = || holders.keys().map(|stem| family.stems[*stem].0.as_str());
    let explained: usize = holders.values().map(|columns| held(columns)).sum();
    let mut score = (explained as f64 / 2.0).min(12.0);
    score += if matched.is_some() {
        20.0 * n / n_codes as f64
    } else {
        0.0
    };
    score += if labels.len() == n_codes { 2.0 } else { 0.0 };
    score += 3.0
        * share(
            labels.iter().filter(|label| is_alternative(label)).count(),
            labels.len(),
        );
    score -= 3.0 * share(labels.iter().filter(|label| is_attribute(label)).count(), labels.len());
    score += 3.0 * share(stems().filter(|stem| is_attribute(stem)).count(), holders.len());
    score -= 3.0 * share(stems().filter(|stem| is_alternative(stem)).count(), holders.len());
    score += 4.0 * share(broad.iter().filter(|columns| alike(look, columns)).count(), broad.len());
    // Of two readings that say the same, most files write the alternative last.
    score += if side == Side::Suffix { 0.5 } else { 0.0 };

    let attributes = holders
        .into_iter()
        .map(|(stem, columns)| (family.stems[stem].0.clone(), columns))
        .collect();
    Some(Found {
        labels,
        codes: matched,
        attributes,
        score,
    })
}

/// Whether columns hold the same kind of thing: kind of cells alike, and numbers of one order of magnitude.
fn alike(look: Look<'_>, columns: &[Option<usize>]) -> bool {
    let facts = || columns.iter().flatten().map(|column| &look.facts[*column]);
    let numeric = facts().filter(|facts| facts.is_numeric()).count();
    let binary = facts().filter(|facts| facts.kind == super::ColumnKind::Binary).count();
    let n = facts().count();
    if (numeric != 0 && numeric != n) || (binary != 0 && binary != n) {
        return false;
    }
    let magnitude = |facts: &super::ColumnFacts| (1e-12 + facts.least.abs().max(facts.greatest.abs())).log10();
    let least = facts().map(magnitude).fold(f64::INFINITY, f64::min);
    let greatest = facts().map(magnitude).fold(f64::NEG_INFINITY, f64::max);
    numeric == 0 || greatest - least < 1.0
}
