//! From a table and a schema to checked choice data: the order of the steps.

use std::collections::HashMap;

use logsum_expressions::{Expression, Graph};

use crate::alternatives::{Alternatives, key};
use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome, Use, Uses};
use crate::columns::Names;
use crate::draft::{Context, Draft, Faults, Laid, Verdict, cell};
use crate::error::{DataError, Places, name_list, near_miss};
use crate::long::LongColumns;
use crate::schema::{Layout, Missing, Schema};
use crate::table::{Column, MISSING_TEXT, Table, TextColumn, Values};
use crate::{long, wide};

pub(crate) fn build(table: Table, schema: &Schema, uses: &Uses<'_>) -> Result<ChoiceData, DataError> {
    let mut context = context(&table, schema, uses)?;
    if table.n_rows == 0 {
        return Err(DataError::NoRows {
            file: table.source.name,
        });
    }
    let keep = filter(&mut context);
    if !context.errors.is_empty() {
        return Err(DataError::from_list(context.errors));
    }
    if !keep.contains(&true) {
        return Err(DataError::NothingLeft {
            file: table.source.name.clone(),
            filter: schema.filter.as_ref().map_or(String::new(), ToString::to_string),
            rows: table.n_rows,
        });
    }

    let labelled = !schema.alternatives.is_empty() || uses.utilities.iter().any(|utility| utility.alternative.is_some());
    let laid = match &schema.layout {
        Layout::Wide { choice } => wide::lay_out(&mut context, choice, &keep, labelled),
        Layout::Long {
            case,
            alternative,
            choice,
            counts,
        } => {
            let columns = LongColumns {
                case,
                alternative: alternative.as_deref(),
                choice,
                counts: *counts,
            };
            long::lay_out(&mut context, &columns, &keep, labelled)
        }
    };
    let Some(Laid {
        mut draft,
        alternatives,
        cases_dropped,
    }) = laid
    else {
        return Err(DataError::from_list(context.errors));
    };
    known_alternatives(&mut context, &alternatives, &uses.utilities);
    attributes(&mut context, &mut draft, &alternatives, &uses.utilities);
    let mut weights = weights(&mut context, &mut draft);
    let mut draft = drop_missing(&mut context, draft, cases_dropped, &mut weights);
    too_few(&mut context, &draft);
    let decision_maker = decision_makers(&mut context, &draft);
    if let Some((makers, _)) = &decision_maker
        && !makers.is_sorted()
    {
        let mut order: Vec<usize> = (0..draft.n_cases()).collect();
        order.sort_by_key(|&case| makers[case]);
        draft = draft.select(order.iter().copied(), |_| true);
        weights = weights.map(|weights| order.iter().map(|&case| weights[case]).collect());
    }
    if !context.errors.is_empty() {
        return Err(DataError::from_list(context.errors));
    }
    if draft.n_cases() == 0 {
        return Err(DataError::AllDropped {
            file: table.source.name.clone(),
        });
    }

    let warnings = context.warnings;
    let counts = matches!(schema.layout, Layout::Long { counts: true, .. });
    let outcome = if counts {
        Outcome::Counts(draft.chosen.clone())
    } else {
        let chosen = |case: usize| draft.pairs(case).position(|pair| draft.chosen[pair] > 0.0);
        let chosen = (0..draft.n_cases()).map(|case| chosen(case).expect("every case has a choice") as u32);
        Outcome::Chosen(chosen.collect())
    };
    let columns = columns(&table, schema, &draft);
    let case_of_pair = (0..draft.n_cases()).flat_map(|case| draft.pairs(case).map(move |_| case as u32)).collect();
    let n_decision_makers = decision_maker.as_ref().map_or(draft.n_cases(), |(_, n)| *n);
    Ok(ChoiceData {
        rows_read: table.n_rows,
        source: table.source,
        schema: schema.clone(),
        alternatives,
        start: draft.start,
        alternative: draft.alternative,
        row: draft.row,
        case_of_pair,
        outcome,
        weights,
        decision_maker: decision_maker.map(|(mut makers, _)| {
            makers.sort_unstable();
            makers
        }),
        n_decision_makers,
        columns,
        warnings,
    })
}

/// Looks every name up; all that are wrong are reported together.
fn context<'a>(table: &'a Table, schema: &'a Schema, uses: &Uses<'_>) -> Result<Context<'a>, DataError> {
    let mut errors = Vec::new();
    for (column, role) in schema.named_columns() {
        if table.column(column).is_none() {
            errors.push(DataError::NoColumn {
                file: table.source.name.clone(),
                column: column.to_owned(),
                role: format!("[data] {role}"),
                suggestion: near_miss(column, table.all_names.iter().map(String::as_str)),
            });
        }
    }
    let in_file = |name: &String| table.all_names.contains(name);
    for (position, derived) in schema.derived.iter().enumerate() {
        let name = derived.name.clone();
        if in_file(&name) {
            let file = table.source.name.clone();
            errors.push(DataError::DerivedShadows { name, file });
        } else if schema.derived[..position].iter().any(|earlier| earlier.name == name) {
            errors.push(DataError::DerivedTwice { name });
        }
    }
    for name in &uses.parameters {
        if in_file(name) || schema.derived.iter().any(|derived| derived.name == *name) {
            errors.push(DataError::ParameterShadows {
                name: name.clone(),
                file: table.source.name.clone(),
            });
        }
    }

    let mut graph = Graph::default();
    let mut names = Names::new(table.columns.iter().map(|column| (column.name.as_str(), &column.values)));
    names.derive(&schema.derived, &mut graph, &mut errors);
    for (label, expression) in schema.expressions().into_iter().skip(schema.derived.len()) {
        errors.extend(names.lower(&label, expression, &mut graph).err().into_iter().flatten());
    }
    let with_parameters = names.with_parameters(&uses.parameters);
    for utility in &uses.utilities {
        let lowered = with_parameters.lower(&utility.label, utility.expression, &mut graph);
        errors.extend(lowered.err().into_iter().flatten());
    }
    if !errors.is_empty() {
        return Err(DataError::from_list(errors));
    }
    // Any values will do that make no expression of parameters vanish by accident.
    let probe = |position: usize| 0.5 + (position as f64 * 0.618_033_988_749_895).fract();
    Ok(Context {
        table,
        schema,
        names,
        graph,
        probes: uses.parameters.iter().enumerate().map(|(at, name)| (name.clone(), probe(at))).collect(),
        errors: Vec::new(),
        warnings: Vec::new(),
    })
}

/// Which rows the filter keeps.
fn filter(context: &mut Context<'_>) -> Vec<bool> {
    let Some(expression) = &context.schema.filter else {
        return vec![true; context.table.n_rows];
    };
    let Some(node) = context.lower("filter", expression) else {
        return Vec::new();
    };
    let values = context.evaluate(node, None);
    let mut faults = Faults::default();
    let mut dropped = 0;
    let keep = values.iter().enumerate().map(|(row, &value)| {
        if value.is_finite() {
            return value != 0.0;
        }
        match context.explain(expression, "filter", row, &mut faults) {
            Verdict::Missing => dropped += 1,
            Verdict::Sound | Verdict::Fault => {}
        }
        false
    });
    let keep = keep.collect();
    context.errors.extend(faults.into_errors());
    if dropped > 0 {
        context.warnings.push(format!("{dropped} {} dropped because the filter needs a missing cell", rows(dropped)));
    }
    keep
}

/// Every alternative that a utility names must exist.
fn known_alternatives(context: &mut Context<'_>, alternatives: &Alternatives, utilities: &[Use<'_>]) {
    for utility in utilities {
        let Some(name) = utility.alternative else { continue };
        if alternatives.position(name).is_none() {
            context.errors.push(DataError::NoAlternative {
                label: utility.label.clone(),
                name: name.to_owned(),
                suggestion: near_miss(name, alternatives.names.iter().map(String::as_str)),
                known: name_list(alternatives.names.iter().map(String::as_str)),
            });
        }
    }
}

/// Evaluates every utility where it is needed; cells that make it undefined are reported, or marked as missing.
fn attributes(context: &mut Context<'_>, draft: &mut Draft, alternatives: &Alternatives, utilities: &[Use<'_>]) {
    let parameters: Vec<String> = context.probes.iter().map(|(name, _)| name.clone()).collect();
    let names = std::mem::take(&mut context.names);
    context.names = names.with_parameters(&parameters);
    let mut faults = Faults::default();
    for utility in utilities {
        let position = match utility.alternative {
            None => None,
            Some(name) => match alternatives.position(name) {
                None => continue,
                found => found,
            },
        };
        let Some(node) = context.lower(&utility.label, utility.expression) else { continue };
        let pairs: Option<Vec<usize>> = position.map(|position| {
            let ours = |pair: &usize| draft.alternative[*pair] as usize == position;
            (0..draft.row.len()).filter(ours).collect()
        });
        let rows: Vec<u32> = match &pairs {
            None => draft.row.clone(),
            Some(pairs) => pairs.iter().map(|&pair| draft.row[pair]).collect(),
        };
        let values = context.evaluate(node, Some(&rows));
        for (at, _) in values.iter().enumerate().filter(|(_, value)| !value.is_finite()) {
            let verdict = context.explain(utility.expression, &utility.label, rows[at] as usize, &mut faults);
            if verdict == Verdict::Missing {
                draft.missing[pairs.as_ref().map_or(at, |pairs| pairs[at])] = true;
            }
        }
    }
    context.names = names;
    context.errors.extend(faults.into_errors());
}

/// Weight of each case.
fn weights(context: &mut Context<'_>, draft: &mut Draft) -> Option<Vec<f64>> {
    let expression: &Expression = context.schema.weight.as_ref()?;
    let node = context.lower("weight", expression)?;
    let values = context.evaluate(node, Some(&draft.row));
    let mut faults = Faults::default();
    let mut negative: Option<(f64, Places)> = None;
    let mut varying: Option<(f64, f64, Places)> = None;
    let mut weights = Vec::with_capacity(draft.n_cases());
    for case in 0..draft.n_cases() {
        let pairs = draft.pairs(case);
        let first = values[pairs.start];
        weights.push(first);
        for pair in pairs {
            let (value, row) = (values[pair], draft.row[pair] as usize);
            if !value.is_finite() {
                if context.explain(expression, "weight", row, &mut faults) == Verdict::Missing {
                    draft.missing[pair] = true;
                }
            } else if value < 0.0 {
                negative.get_or_insert_with(|| (value, Places::new(context.file()))).1.add(|| context.place(row));
                break;
            } else if value != first && first.is_finite() {
                let varying = varying.get_or_insert_with(|| (first, value, Places::new(context.file())));
                varying.2.add(|| context.place(row));
                break;
            }
        }
    }
    context.errors.extend(faults.into_errors());
    if let Some((value, places)) = negative {
        context.errors.push(DataError::NegativeWeight { places, value });
    }
    if let Some((first, second, places)) = varying {
        context.errors.push(DataError::WeightVaries { places, first, second });
    }
    if weights.iter().all(|weight| *weight == 0.0) && !weights.is_empty() {
        context.errors.push(DataError::ZeroWeights {
            file: context.file().to_owned(),
            weight: expression.to_string(),
        });
    }
    Some(weights)
}

/// Drops what the schema allows to drop for missing cells, and says how much.
fn drop_missing(
    context: &mut Context<'_>,
    draft: Draft,
    already: usize,
    weights: &mut Option<Vec<f64>>,
) -> Draft {
    let mut cases = already;
    let mut alternatives = 0;
    let mut kept = Vec::with_capacity(draft.n_cases());
    for case in 0..draft.n_cases() {
        let missing = draft.pairs(case).filter(|&pair| draft.missing[pair]).count();
        let chosen_lost = draft.pairs(case).any(|pair| draft.missing[pair] && draft.chosen[pair] > 0.0);
        let too_few = draft.pairs(case).len() - missing < 2;
        let lost = missing > 0 && (context.schema.missing == Missing::DropCase || chosen_lost || too_few);
        if lost {
            cases += 1;
        } else {
            alternatives += missing;
            kept.push(case);
        }
    }
    if cases > 0 {
        let noun = if cases == 1 { "case" } else { "cases" };
        context.warnings.push(format!("{cases} {noun} dropped because of missing cells"));
    }
    if alternatives > 0 {
        let noun = if alternatives == 1 { "alternative" } else { "alternatives" };
        context.warnings.push(format!("{alternatives} {noun} dropped from choice sets because of missing cells"));
    }
    if kept.len() == draft.n_cases() && alternatives == 0 {
        return draft;
    }
    if let Some(weights) = weights {
        *weights = kept.iter().map(|&case| weights[case]).collect();
    }
    draft.select(kept, |pair| !draft.missing[pair])
}

fn too_few(context: &mut Context<'_>, draft: &Draft) {
    for (size, name) in [(0, "no alternative"), (1, "one alternative")] {
        let mut places = Places::new(context.file());
        for case in (0..draft.n_cases()).filter(|&case| draft.pairs(case).len() == size) {
            places.add(|| context.place(draft.first_row(case)));
        }
        if !places.is_empty() {
            context.errors.push(DataError::TooFewAlternatives { places, size: name });
        }
    }
}

/// Decision maker of each case by first appearance, and how many there are.
fn decision_makers(context: &mut Context<'_>, draft: &Draft) -> Option<(Vec<u32>, usize)> {
    let name = context.schema.decision_maker.as_deref()?;
    let values = &context.table.column(name).expect("named columns were looked up before").values;
    let identify = |row: usize| match values {
        Values::Number(cells) => (!cells[row].is_nan()).then(|| key(cells[row])),
        Values::Text(text) => (text.codes[row] != MISSING_TEXT).then(|| u64::from(text.codes[row])),
    };
    let mut missing = Places::new(context.file());
    let mut varying: Option<(usize, usize, Places)> = None;
    let mut numbers: HashMap<u64, u32> = HashMap::new();
    let mut makers = Vec::with_capacity(draft.n_cases());
    for case in 0..draft.n_cases() {
        let first_row = draft.first_row(case);
        let first = identify(first_row);
        let other = draft.pairs(case).map(|pair| draft.row[pair] as usize).find(|&row| identify(row) != first);
        if let Some(row) = other {
            let varying = varying.get_or_insert_with(|| (first_row, row, Places::new(context.file())));
            varying.2.add(|| context.place(row));
        }
        match first {
            None => missing.add(|| context.place(first_row)),
            Some(identifier) => {
                let next = numbers.len() as u32;
                makers.push(*numbers.entry(identifier).or_insert(next));
            }
        }
    }
    let sound = missing.is_empty();
    if !sound {
        context.errors.push(DataError::MissingIdentifier {
            places: missing,
            column: name.to_owned(),
            role: "the decision maker",
            droppable: false,
        });
    }
    if let Some((first, second, places)) = varying {
        let case = match &context.schema.layout {
            Layout::Long { case, .. } => case.clone(),
            Layout::Wide { .. } => unreachable!("a case of wide data is one row"),
        };
        context.errors.push(DataError::DecisionMakerVaries {
            places,
            column: name.to_owned(),
            first: cell(values, first),
            second: cell(values, second),
            case,
        });
    }
    sound.then_some((makers, numbers.len()))
}

/// The columns over the rows used: once per case where they do not vary within cases.
fn columns(table: &Table, schema: &Schema, draft: &Draft) -> Vec<DataColumn> {
    let wide = matches!(schema.layout, Layout::Wide { .. });
    let first_rows: Vec<u32> = (0..draft.n_cases()).map(|case| draft.first_row(case) as u32).collect();
    let constant = |values: &Values| {
        (0..draft.n_cases()).all(|case| {
            let pairs = &draft.row[draft.pairs(case)];
            let first = pairs[0] as usize;
            pairs.iter().all(|&row| match values {
                Values::Number(cells) => cells[row as usize].to_bits() == cells[first].to_bits(),
                Values::Text(text) => text.codes[row as usize] == text.codes[first],
            })
        })
    };
    let one = |column: &Column| {
        let level = if wide || constant(&column.values) { Level::Case } else { Level::Pair };
        let rows = if level == Level::Case { &first_rows } else { &draft.row };
        DataColumn {
            name: column.name.clone(),
            level,
            values: gather(&column.values, rows),
            position: table.all_names.iter().position(|name| *name == column.name).unwrap_or(usize::MAX),
        }
    };
    table.columns.iter().map(one).collect()
}

fn gather(values: &Values, rows: &[u32]) -> Values {
    match values {
        Values::Number(cells) => Values::Number(rows.iter().map(|&row| cells[row as usize]).collect()),
        Values::Text(text) => Values::Text(TextColumn {
            codes: rows.iter().map(|&row| text.codes[row as usize]).collect(),
            dictionary: text.dictionary.clone(),
        }),
    }
}

fn rows(n: usize) -> &'static str {
    if n == 1 { "row was" } else { "rows were" }
}
