//! Which code of a wide table is which label in the names of its columns.

use super::groups::Found;
use super::names::{Part, suggests};
use super::{Confidence, Guess, Look};

/// Rows that chose an alternative whose flag is not 1.
pub(super) fn violations(look: Look<'_>, chosen: &[Option<usize>], code: usize, flag: usize) -> usize {
    let cells = look.cells(flag);
    chosen
        .iter()
        .zip(cells)
        .filter(|(chosen, cell)| **chosen == Some(code) && **cell != 1.0)
        .count()
}

/// Whether the columns of an attribute are flags of availability.
pub(super) fn is_availability(look: Look<'_>, stem: &str, columns: &[Option<usize>]) -> bool {
    let flag = |column: &usize| {
        let cells = look.cells(*column);
        look.facts[*column].missing == 0 && !cells.is_empty() && cells.iter().all(|cell| *cell == 0.0 || *cell == 1.0)
    };
    suggests(stem, Part::Availability) > 0 && columns.iter().flatten().all(flag)
}

/// The code of each label.
pub(super) fn assign(
    look: Look<'_>,
    found: &Found,
    n_codes: usize,
    chosen: &[Option<usize>],
) -> (Vec<usize>, Guess<bool>) {
    let guess = |confidence: Confidence, reason: String| Guess {
        value: true,
        confidence,
        reason,
    };
    if let Some(codes) = &found.codes {
        let like = if codes.len() < n_codes {
            "most codes appear"
        } else {
            "the codes appear"
        };
        return (
            codes.clone(),
            guess(Confidence::Strong, format!("{like} in names of columns")),
        );
    }
    let n = found.labels.len();
    let flags = found
        .attributes
        .iter()
        .find(|(stem, columns)| is_availability(look, stem, columns))
        .map(|(_, columns)| columns);
    let allowed = |label: usize, code: usize| {
        flags
            .and_then(|flags| flags[label])
            .is_none_or(|flag| violations(look, chosen, code, flag) == 0)
    };
    // Labels in the order in which most attributes have them; availability may be listed in an order of its own.
    let mut orders: Vec<(Vec<usize>, usize)> = Vec::new();
    for (stem, columns) in &found.attributes {
        let mut order: Vec<usize> = (0..n).filter(|label| columns[*label].is_some()).collect();
        order.sort_by_key(|label| columns[*label]);
        let votes = if is_availability(look, stem, columns) { 1 } else { 2 };
        if order.len() < n {
            continue;
        }
        match orders.iter_mut().find(|(known, _)| *known == order) {
            Some((_, count)) => *count += votes,
            None => orders.push((order, votes)),
        }
    }
    orders.sort_by_key(|(_, votes)| std::cmp::Reverse(*votes));
    if orders.is_empty() {
        orders.push(((0..n).collect(), 0));
    }
    let to_codes = |order: &[usize]| {
        let mut codes = vec![0; n];
        for (at, &label) in order.iter().enumerate() {
            codes[label] = at;
        }
        codes
    };
    let first: Vec<String> = orders[0].0.iter().map(|label| found.labels[*label].clone()).collect();
    let in_order = format!(
        "names of columns have the labels {} in this order, and codes were given to them in ascending order",
        first.join(", ")
    );
    let fits = |codes: &[usize]| codes.iter().enumerate().all(|(label, code)| allowed(label, *code));
    for (order, _) in &orders {
        let codes = to_codes(order);
        if fits(&codes) {
            let labels: Vec<&str> = order.iter().map(|label| found.labels[*label].as_str()).collect();
            let checked = if flags.is_some() {
                "; no row chose what its availability column rules out"
            } else {
                ""
            };
            let confidence = if flags.is_some() {
                Confidence::Fair
            } else {
                Confidence::Weak
            };
            let reason = format!(
                "codes were given in ascending order to the labels {}, as the columns have them{checked}",
                labels.join(", ")
            );
            return (codes, guess(confidence, reason));
        }
    }
    let mut codes = vec![usize::MAX; n];
    let preferred = to_codes(&orders[0].0);
    if n <= 12 && place(0, &preferred, n_codes, &allowed, &mut codes) {
        return (
            codes,
            guess(
                Confidence::Fair,
                "it is the match under which no row chose what its availability column rules out".to_owned(),
            ),
        );
    }
    (preferred, guess(Confidence::Weak, in_order))
}

/// Gives the labels from `label` on codes that availability allows, the preferred one first where it is free.
fn place(
    label: usize,
    preferred: &[usize],
    n_codes: usize,
    allowed: &dyn Fn(usize, usize) -> bool,
    codes: &mut [usize],
) -> bool {
    if label == codes.len() {
        return true;
    }
    let order = std::iter::once(preferred[label]).chain((0..n_codes).filter(|code| *code != preferred[label]));
    for code in order {
        if codes[..label].contains(&code) || !allowed(label, code) {
            continue;
        }
        codes[label] = code;
        if place(label + 1, preferred, n_codes, allowed, codes) {
            return true;
        }
    }
    codes[label] = usize::MAX;
    false
}
