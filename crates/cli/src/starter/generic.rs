//! Utilities of wide data: constants, and a generic coefficient per attribute.

use logsum_data::{AttributeGroup, ColumnKind, Values, name_list};

use super::draft::{Draft, because};
use super::identified::Differences;
use super::long::{cell, example};
use super::missing::Missing;
use super::wide::{Wide, unanswered};
use super::writing::{Namer, divisor, plain, reference, text};

/// Attributes that a starter has at most.
const MOST_ATTRIBUTES: usize = 20;

/// An attribute that may have a coefficient.
struct Attribute<'a> {
    stem: &'a str,
    columns: Vec<Option<(usize, String)>>,
}

pub(super) fn utilities(draft: &mut Draft, wide: &Wide<'_>) {
    let Wide { reading, .. } = wide;
    let n = wide.n();
    let mut namer = Namer::new(wide.table);
    let attributes = attributes(draft, wide);
    let constants: Vec<usize> = if reading.labelled.value {
        (1..n).filter(|&at| contested(wide, at)).collect()
    } else {
        Vec::new()
    };
    let mut differences = Differences::new(constants.len() + attributes.len());
    for (row, _) in wide.sample() {
        let terms = |at: usize| {
            let constant = |constant: &usize| f64::from(u8::from(*constant == at));
            let attribute = |attribute: &Attribute<'_>| {
                attribute.columns[at]
                    .as_ref()
                    .map_or(0.0, |(column, _)| cell(wide.table, *column, row))
            };
            constants
                .iter()
                .map(constant)
                .chain(attributes.iter().map(attribute))
                .collect()
        };
        let alternatives: Vec<Vec<f64>> = (0..n).filter(|&at| wide.available(row, at)).map(terms).collect();
        differences.add(&alternatives);
    }
    let identified = differences.identified();
    let (of_constants, of_attributes) = identified.split_at(constants.len());

    let mut terms: Vec<Vec<String>> = vec![Vec::new(); n];
    for (&at, _) in constants
        .iter()
        .zip(of_constants)
        .filter(|(_, identified)| **identified)
    {
        let parameter = namer.name("asc", &[&wide.names[at]]);
        draft.parameter(
            &parameter,
            format!("constant of {}, relative to {}", wide.names[at], wide.names[0]),
        );
        terms[at].push(parameter);
    }
    let mut dependent = Vec::new();
    let mut used: Vec<Vec<usize>> = vec![Vec::new(); n];
    for (attribute, identified) in attributes.iter().zip(of_attributes) {
        if !identified {
            dependent.push(attribute.stem);
            continue;
        }
        let parameter = namer.name("b", &[attribute.stem]);
        draft.parameter(&parameter, about(wide, attribute));
        for (at, column) in attribute.columns.iter().enumerate() {
            if let Some((column, reference)) = column {
                terms[at].push(format!("{parameter} * {reference}"));
                used[at].push(*column);
            }
        }
    }
    if !dependent.is_empty() {
        draft.afterwards.push(format!("Left out, because they do not differ between alternatives, or are combinations of what stands above, constants included: {}.", name_list(dependent)));
    }
    let mut missing = Missing::default();
    for (row, chosen) in wide.rows() {
        missing.add((0..n).filter(|&at| wide.available(row, at)).map(|at| {
            (
                at == chosen,
                used[at]
                    .iter()
                    .filter(|column| cell(wide.table, **column, row).is_nan())
                    .count(),
            )
        }));
    }
    unanswered(draft, wide, &missing);
    draft.about_utility.push(match reading.labelled.value {
        true => format!("Constants: {}.", because(&reading.labelled)),
        false => format!(
            "No constants: {}. If the order matters, declare asc_2 = 0.0 and add it to the second utility, and so on.",
            because(&reading.labelled)
        ),
    });
    for (name, terms) in wide.names.iter().zip(terms) {
        let utility = if terms.is_empty() {
            "0".to_owned()
        } else {
            terms.join(" + ")
        };
        draft.utility.push((name.clone(), utility));
    }
}

/// Whether some row chose the alternative and some row that could have did not.
fn contested(wide: &Wide<'_>, at: usize) -> bool {
    let (mut won, mut lost) = (false, false);
    for (_, chosen) in wide.rows().filter(|(row, _)| wide.available(*row, at)) {
        won |= chosen == at;
        lost |= chosen != at;
    }
    won && lost
}

/// The attributes that may have a coefficient; of the others the draft says why not.
fn attributes<'a>(draft: &mut Draft, wide: &Wide<'a>) -> Vec<Attribute<'a>> {
    let facts = &wide.inspection.columns;
    let described = wide
        .reading
        .alternatives
        .iter()
        .filter(|alternative| alternative.has_columns)
        .count();
    let mut kept = Vec::new();
    let (mut narrow, mut sparse, mut telling, mut more) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for group in &wide.reading.attributes {
        let columns: Vec<usize> = group.columns.iter().flatten().copied().collect();
        let number = |column: &usize| {
            matches!(wide.table.columns[*column].values, Values::Number(_))
                && !facts[*column].greatest.is_infinite()
                && !facts[*column].least.is_infinite()
        };
        if !columns.iter().all(number) {
            continue;
        }
        let named: Vec<Option<(usize, String)>> = group
            .columns
            .iter()
            .map(|column| column.and_then(|column| Some((column, reference(&facts[column].name)?))))
            .collect();
        let stem = group.stem.as_str();
        if named.iter().flatten().count() * 4 < described.max(2) * 3 {
            narrow.push(stem);
        } else if columns
            .iter()
            .any(|column| facts[*column].missing * 5 > wide.table.n_rows && unexplained(wide, group))
        {
            sparse.push(stem);
        } else if decides(wide, group) {
            telling.push(stem);
        } else if kept.len() == MOST_ATTRIBUTES {
            more.push(stem);
        } else {
            kept.push(Attribute { stem, columns: named });
        }
    }
    let mut say = |stems: Vec<&str>, why: &str| {
        if !stems.is_empty() {
            draft.afterwards.push(format!("Left out, {why}: {}.", name_list(stems)));
        }
    };
    say(
        narrow,
        "because too few alternatives have them; they can be added to the utilities of those",
    );
    say(sparse, "because many cells are missing");
    say(
        telling,
        "because the chosen alternative always has the largest or always the smallest value, so that no finite coefficient is best",
    );
    say(more, "to keep the model small");
    kept
}

/// Whether more than a fifth of the cells of available alternatives are missing.
fn unexplained(wide: &Wide<'_>, group: &AttributeGroup) -> bool {
    let (mut missing, mut all) = (0, 0);
    for (row, _) in wide.rows() {
        for (at, column) in group
            .columns
            .iter()
            .enumerate()
            .filter_map(|(at, column)| column.map(|column| (at, column)))
        {
            if wide.available(row, at) {
                all += 1;
                missing += usize::from(cell(wide.table, column, row).is_nan());
            }
        }
    }
    missing * 5 > all
}

/// Whether the chosen alternative always has the largest, or always the smallest value.
fn decides(wide: &Wide<'_>, group: &AttributeGroup) -> bool {
    let (mut never_below, mut never_above) = (true, true);
    let value = |at: usize, row: usize| group.columns[at].map_or(0.0, |column| cell(wide.table, column, row));
    for (row, chosen) in wide.rows() {
        let best = value(chosen, row);
        for at in (0..wide.n()).filter(|&at| wide.available(row, at)) {
            let other = value(at, row);
            let unknown = other.is_nan() || best.is_nan();
            never_below &= other <= best || unknown;
            never_above &= other >= best || unknown;
        }
        if !never_below && !never_above {
            return false;
        }
    }
    // An attribute that never differs decides nothing; it is left out for that.
    !(never_below && never_above)
}

/// What there is to say of an attribute's parameter.
fn about(wide: &Wide<'_>, attribute: &Attribute<'_>) -> String {
    let facts = || {
        attribute
            .columns
            .iter()
            .flatten()
            .map(|(column, _)| &wide.inspection.columns[*column])
    };
    let greatest = facts()
        .map(|facts| facts.least.abs().max(facts.greatest.abs()))
        .fold(0.0, f64::max);
    let mut said = Vec::new();
    let without: Vec<&str> = wide
        .names
        .iter()
        .zip(&attribute.columns)
        .filter(|(_, column)| column.is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    if !without.is_empty() {
        said.push(format!("taken as 0 for {}", without.join(", ")));
    }
    if let Some(divisor) = divisor(greatest) {
        said.push(format!(
            "values up to {greatest}; divided by {divisor} the coefficient would be handier"
        ));
    }
    said.join("; ")
}

/// What could be added.
pub(super) fn suggestions(draft: &mut Draft, wide: &Wide<'_>) {
    let Wide { table, reading, .. } = wide;
    let facts = &wide.inspection.columns;
    for group in reading.attributes.iter() {
        let first = group
            .columns
            .iter()
            .flatten()
            .find_map(|&column| match &table.columns[column].values {
                Values::Text(words) if facts[column].kind == ColumnKind::Text => Some((column, words)),
                _ => None,
            });
        let Some((column, words)) = first else { continue };
        let Some(reference) = reference(&facts[column].name) else {
            continue;
        };
        let word = &words.dictionary[words.dictionary.len() - 1];
        let parameter = format!("b_{}_{}", plain(&group.stem), plain(word));
        draft.afterwards.push(format!(
            "\"{}\" is text; it enters value by value: {parameter} * ({reference} == {}).",
            group.stem,
            text(word)
        ));
    }
    let Some(first) = example(wide.inspection, &reading.characteristics) else {
        return;
    };
    let Some(last) = wide.names.last() else { return };
    let list = name_list(
        reading
            .characteristics
            .iter()
            .map(|&column| facts[column].name.as_str()),
    );
    let reference = reference(&facts[first].name).expect("filtered just before");
    draft.afterwards.push(if reading.labelled.value {
        let parameter = format!("b_{}_{}", plain(&facts[first].name), plain(last));
        format!("The same for all alternatives, so with a coefficient per alternative but one: {list}. Declare {parameter} = 0.0 and add \"{parameter} * {reference}\" to the utility of {last}, and so on.")
    } else {
        format!("The same for all alternatives, so of use only in products with what differs, such as b * price_1 * {reference}: {list}.")
    });
}
