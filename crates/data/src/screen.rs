//! Screening of the cells that utilities and weights need: what is missing is dropped, what is wrong reported.

use std::collections::HashMap;

use logsum_expressions::{Expression, NodeId};

use crate::alternatives::Alternatives;
use crate::choice_data::{Level, Use};
use crate::counts::zero_weights;
use crate::draft::{Asked, Context, Draft, Extent, Groups, cell};
use crate::error::{DataError, Places};
use crate::faults::Verdict;
use crate::ranges::Ranges;
use crate::schema::{Layout, Missing};
use crate::table::Values;

/// A value that is not finite where missing cells are dropped: a problem only if its pair is still there at the end.
pub(crate) struct Suspect<'a> {
    label: &'a str,
    expression: &'a Expression,
    pair: usize,
}

/// Evaluates every utility where it is needed; cells that make it undefined are reported, or marked as missing.
pub(crate) fn utilities<'a>(
    context: &mut Context<'_>,
    draft: &mut Draft,
    alternatives: &Alternatives,
    utilities: &'a [Use<'_>],
) -> Vec<Suspect<'a>> {
    let mut suspects = Vec::new();
    let mut groups = None;
    let index: HashMap<&str, usize> = alternatives.names.iter().map(String::as_str).zip(0..).collect();
    let finite = sure_to_be_finite(context);
    for (position, utility) in utilities.iter().enumerate() {
        let node = context.nodes.utilities[position];
        if utility.level == Level::Case {
            constant_within_cases(context, draft, &utility.label, node);
        }
        if finite[position] {
            continue;
        }
        let pairs = match utility.alternative.map(|name| index.get(name)) {
            None => None,
            Some(Some(&alternative)) => {
                let groups = groups.get_or_insert_with(|| Groups::new(&draft.alternative, alternatives.len()));
                Some(groups.of(alternative))
            }
            // Reported already.
            Some(None) => continue,
        };
        let rows: Option<Vec<u32>> = pairs.map(|pairs| pairs.iter().map(|&pair| draft.row[pair as usize]).collect());
        let values = context.evaluate(node, Some(rows.as_deref().unwrap_or(&draft.row)));
        for (at, _) in values.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
            let pair = pairs.map_or(at, |pairs| pairs[at] as usize);
            look(context, draft, &mut suspects, &utility.label, utility.expression, pair);
        }
    }
    suspects
}

/// Reports cases whose alternatives differ in what belongs to the case.
fn constant_within_cases(context: &mut Context<'_>, draft: &Draft, label: &str, node: NodeId) {
    if matches!(context.schema.layout, Layout::Wide { .. }) {
        return;
    }
    let table = context.table;
    let values = context.evaluate(node, Some(&draft.row));
    let mut places = context.places();
    let mut rows = None;
    for case in 0..draft.n_cases() {
        // What is not finite is reported elsewhere.
        let mut pairs = draft.pairs(case).filter(|&pair| values[pair].is_finite());
        let Some(first) = pairs.next() else { continue };
        if let Some(other) = pairs.find(|&pair| values[pair] != values[first]) {
            let row = |pair: usize| draft.row[pair] as usize;
            places.add(|| context.place(row(other)));
            rows.get_or_insert((row(first), row(other)));
        }
    }
    let Some((first, second)) = rows else { return };
    let columns = context.graph.columns_of(node);
    let columns = columns.iter().map(|id| &table.columns[id.0 as usize]);
    let differ = |values: &Values| cell(values, first) != cell(values, second);
    let column = columns.into_iter().find(|column| differ(&column.values));
    let column = column.expect("values differ through a column");
    context.errors.push(DataError::CaseValueVaries {
        places,
        label: label.to_owned(),
        column: column.name.clone(),
        change: format!(
            "from {} to {}",
            cell(&column.values, first),
            cell(&column.values, second)
        ),
    });
}

/// Of each utility whether it has a finite value in every row, whatever the row: most have, and need not be evaluated.
fn sure_to_be_finite(context: &Context<'_>) -> Vec<bool> {
    let nodes = &context.nodes.utilities;
    let (table, parameters) = (context.table, context.probes.values());
    let mut ranges = Ranges::new(&context.graph, nodes, parameters, &table.columns, table.n_rows);
    nodes.iter().map(|&node| ranges.is_finite(node)).collect()
}

/// Evaluates the weight in the row of every pair.
pub(crate) fn weights<'a>(context: &mut Context<'a>, draft: &mut Draft, suspects: &mut Vec<Suspect<'a>>) {
    let (Some(expression), Some(node)) = (context.schema.weight.as_ref(), context.nodes.weight) else {
        return;
    };
    let values = context.evaluate(node, Some(&draft.row));
    for (pair, _) in values.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
        look(context, draft, suspects, "weight", expression, pair);
    }
    draft.weight = Some(values);
}

/// Looks at a value that is not finite.
fn look<'a>(
    context: &mut Context<'_>,
    draft: &mut Draft,
    suspects: &mut Vec<Suspect<'a>>,
    label: &'a str,
    expression: &'a Expression,
    pair: usize,
) {
    let row = draft.row[pair] as usize;
    if !context.drops_missing() {
        context.examine(label, expression, row);
    } else if !draft.missing[pair] {
        match context.explain(expression, row) {
            Verdict::Sound => {}
            Verdict::Missing => draft.missing[pair] = true,
            Verdict::Fault(_) => suspects.push(Suspect {
                label,
                expression,
                pair,
            }),
        }
    }
}

/// Drops what the schema allows to drop for missing cells; gives the number of cases and of alternatives dropped.
///
/// Of the suspects, those that stay are reported.
pub(crate) fn drop_missing(
    context: &mut Context<'_>,
    draft: Draft,
    suspects: Vec<Suspect<'_>>,
    already: usize,
) -> (Draft, usize, usize) {
    let mut cases = already;
    let mut alternatives = 0;
    let mut stays = vec![false; draft.row.len()];
    let mut kept = Vec::with_capacity(draft.n_cases());
    for case in 0..draft.n_cases() {
        let pairs = draft.pairs(case);
        let missing = pairs.clone().filter(|&pair| draft.missing[pair]).count();
        let chosen_lost = pairs
            .clone()
            .any(|pair| draft.missing[pair] && draft.chosen[pair] > 0.0);
        let too_few = pairs.len() - missing < context.asked.fewest();
        if missing > 0 && (context.schema.missing == Missing::DropCase || chosen_lost || too_few) {
            cases += 1;
            continue;
        }
        alternatives += missing;
        kept.push(case);
        for pair in pairs {
            stays[pair] = !draft.missing[pair];
        }
    }
    for suspect in suspects.into_iter().filter(|suspect| stays[suspect.pair]) {
        context.examine(suspect.label, suspect.expression, draft.row[suspect.pair] as usize);
    }
    if kept.len() == draft.n_cases() && alternatives == 0 {
        return (draft, cases, 0);
    }
    (draft.select(kept, |pair| stays[pair]), cases, alternatives)
}

/// Reports choice sets in which nothing is to be chosen.
pub(crate) fn too_few(context: &mut Context<'_>, draft: &Draft) {
    for size in 0..context.asked.fewest() {
        let mut places = context.places();
        for case in (0..draft.n_cases()).filter(|&case| !draft.unsure[case] && draft.pairs(case).len() == size) {
            places.add(|| context.place(draft.first_row[case] as usize));
        }
        if !places.is_empty() {
            context.errors.push(match (context.asked, size) {
                (Asked::Situations, _) => DataError::NothingAvailable { places },
                (Asked::Choices, 0) => DataError::TooFewAlternatives {
                    places,
                    size: "no alternative",
                },
                (Asked::Choices, _) => DataError::TooFewAlternatives {
                    places,
                    size: "one alternative",
                },
            });
        }
    }
}

/// Weight of each case, which must be one and not negative.
pub(crate) fn case_weights(context: &mut Context<'_>, draft: &Draft) -> Option<Vec<f64>> {
    let of_pairs = draft.weight.as_ref()?;
    let mut negative: Option<(f64, Places)> = None;
    let mut varying: Option<(f64, f64, Places)> = None;
    let mut weights = Vec::with_capacity(draft.n_cases());
    for case in 0..draft.n_cases() {
        // What is not finite has been reported.
        let mut pairs = draft.pairs(case).filter(|&pair| of_pairs[pair].is_finite());
        let Some(first) = pairs.next() else { continue };
        let weight = of_pairs[first];
        weights.push(weight);
        let other = pairs.find(|&pair| of_pairs[pair] != weight);
        if let Some(pair) = [Some(first), other]
            .into_iter()
            .flatten()
            .find(|&pair| of_pairs[pair] < 0.0)
        {
            let (_, places) = negative.get_or_insert_with(|| (of_pairs[pair], context.places()));
            places.add(|| context.place(draft.row[pair] as usize));
        } else if let Some(pair) = other {
            let (_, _, places) = varying.get_or_insert_with(|| (weight, of_pairs[pair], context.places()));
            places.add(|| context.place(draft.row[pair] as usize));
        }
    }
    if let Some((value, places)) = negative {
        context.errors.push(DataError::NegativeWeight { places, value });
    }
    if let Some((first, second, places)) = varying {
        context.errors.push(DataError::WeightVaries { places, first, second });
    }
    let whole = matches!(context.extent, Extent::Whole);
    if whole && weights.iter().all(|weight| *weight == 0.0) && !weights.is_empty() {
        let error = zero_weights(context.file().to_owned(), context.schema);
        context.errors.push(error);
    }
    Some(weights)
}
