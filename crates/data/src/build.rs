//! From a table and a schema to checked choice data: the order of the steps.

use std::collections::HashSet;

use logsum_expressions::Graph;
use rayon::prelude::*;

use crate::alternatives::Alternatives;
use crate::choice_data::{ChoiceData, DataColumn, Level, Outcome, Use, Uses};
use crate::columns::Names;
use crate::counts::Counts;
use crate::draft::{Asked, Context, Draft, Extent, Laid, Nodes, Probes, RowState};
use crate::error::{DataError, name_list, near_miss};
use crate::faults::{Faults, Verdict};
use crate::long::LongColumns;
use crate::rankings::Rankings;
use crate::schema::{CHOICE, Layout, RankingSchema, Schema, WideChoice, availability_label, count_label};
use crate::table::{Column, Table, TextColumn, Values};
use crate::{long, panel, screen, wide};

/// Choice data from the whole of a table.
pub(crate) fn build(table: Table, schema: &Schema, uses: &Uses<'_>, asked: Asked) -> Result<ChoiceData, DataError> {
    let file = table.source.name.clone();
    let built = assemble(table, schema, uses, asked, Extent::Whole)?;
    match built.counts.problem(&file, schema) {
        Some(error) => Err(error),
        None => Ok(built.data.expect("there is a case, or a problem")),
    }
}

/// What comes of a table or of a part of it.
pub(crate) struct Built {
    /// The data; none if there are no cases.
    pub data: Option<ChoiceData>,
    /// What was read and dropped.
    pub counts: Counts,
    /// The alternatives of the table; none if the filter keeps no row.
    pub alternatives: Option<Alternatives>,
}

/// Makes every check and builds the data; that there are none of them is no error yet.
pub(crate) fn assemble(
    table: Table,
    schema: &Schema,
    uses: &Uses<'_>,
    asked: Asked,
    extent: Extent<'_>,
) -> Result<Built, DataError> {
    let mut context = context(&table, schema, uses, asked, extent)?;
    let mut states = filter(&mut context);
    let mut counts = Counts {
        rows_read: table.n_rows,
        rows_in: states.iter().filter(|state| **state != RowState::Out).count(),
        ..Counts::default()
    };
    if counts.rows_in == 0 {
        return Ok(Built {
            data: None,
            counts,
            alternatives: None,
        });
    }

    let laid = match &schema.layout {
        Layout::Wide { choice } => wide::lay_out(&mut context, choice, &states),
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
                ranking: schema.ranking.as_ref(),
            };
            long::lay_out(&mut context, &columns, &mut states, is_labelled(schema, uses))
        }
    };
    let Some(laid) = laid else {
        return Err(context.into_error());
    };
    let Laid {
        mut draft,
        alternatives,
        cases_dropped,
        cases_lost,
    } = laid;
    if schema.alternatives.is_empty() {
        let problems = unknown_alternatives(&alternatives.names, &uses.utilities);
        context.errors.extend(problems);
    }
    let mut suspects = screen::utilities(&mut context, &mut draft, &alternatives, &uses.utilities);
    screen::weights(&mut context, &mut draft, &mut suspects);
    panel::mark_missing(&context, &mut draft);
    let (mut draft, cases_dropped, alternatives_dropped) =
        screen::drop_missing(&mut context, draft, suspects, cases_dropped);
    screen::too_few(&mut context, &draft);
    let mut weights = screen::case_weights(&mut context, &draft);
    let decision_maker = panel::decision_makers(&mut context, &draft);
    if !context.is_sound() {
        return Err(context.into_error());
    }
    counts = Counts {
        cases: draft.n_cases(),
        cases_dropped,
        cases_lost,
        alternatives_dropped,
        cases_weighing: weights.as_ref().map_or(draft.n_cases(), |weights| {
            weights.iter().filter(|weight| **weight != 0.0).count()
        }),
        ..counts
    };
    if draft.n_cases() == 0 {
        return Ok(Built {
            data: None,
            counts,
            alternatives: Some(alternatives),
        });
    }
    if let Some((makers, _)) = &decision_maker
        && !makers.is_sorted()
    {
        let mut order: Vec<usize> = (0..draft.n_cases()).collect();
        order.sort_by_key(|&case| makers[case]);
        weights = weights.map(|weights| order.iter().map(|&case| weights[case]).collect());
        draft = draft.select(order, |_| true);
    }

    let columns = columns(&table, schema, &draft);
    let case_of_pair = (0..draft.n_cases())
        .flat_map(|case| draft.pairs(case).map(move |_| case as u32))
        .collect();
    let n_decision_makers = decision_maker.as_ref().map_or(draft.n_cases(), |(_, n)| *n);
    let data = ChoiceData {
        rows_read: table.n_rows,
        source: table.source,
        schema: schema.clone(),
        alternatives: alternatives.clone(),
        outcome: outcome(schema, &draft, asked),
        rankings: rankings(schema, &draft, asked),
        start: draft.start,
        alternative: draft.alternative,
        row: draft.row,
        case_of_pair,
        weights,
        decision_maker: decision_maker.map(|(mut makers, _)| {
            makers.sort_unstable();
            makers
        }),
        n_decision_makers,
        columns,
        warnings: counts.warnings(),
    };
    Ok(Built {
        data: Some(data),
        counts,
        alternatives: Some(alternatives),
    })
}

/// Whether alternatives have a meaning of their own.
pub(crate) fn is_labelled(schema: &Schema, uses: &Uses<'_>) -> bool {
    let named = matches!(
        schema.layout,
        Layout::Long {
            alternative: Some(_),
            ..
        }
    );
    !schema.alternatives.is_empty()
        || (uses.labelled && named)
        || uses.utilities.iter().any(|utility| utility.alternative.is_some())
}

/// Looks every name up; all that are wrong are reported together.
pub(crate) fn context<'a>(
    table: &'a Table,
    schema: &'a Schema,
    uses: &Uses<'_>,
    asked: Asked,
    extent: Extent<'a>,
) -> Result<Context<'a>, DataError> {
    let mut errors = missing_columns(table, schema, asked);
    errors.extend(shadows(table, schema, uses));
    if let Layout::Wide { choice } = &schema.layout
        && schema.alternatives.is_empty()
    {
        errors.push(match choice {
            WideChoice::Code(choice) => DataError::NoAlternatives { choice: choice.clone() },
            WideChoice::Counts(_) => DataError::NoAlternativesCounted,
        });
    }
    if (schema.has_counts() || schema.shares) && schema.ranking.is_some() {
        errors.push(DataError::CountsAndRanks);
    }
    errors.extend(
        schema
            .ranking
            .as_ref()
            .and_then(|ranking| unfit_ranking(schema, ranking)),
    );
    errors.extend(unknown_counts(schema));
    if !schema.alternatives.is_empty() {
        let names: Vec<String> = schema
            .alternatives
            .iter()
            .map(|alternative| alternative.name.clone())
            .collect();
        errors.extend(unknown_alternatives(&names, &uses.utilities));
    }
    let mut graph = Graph::default();
    let nodes = lower(table, schema, uses, asked, &mut graph, &mut errors);
    if !errors.is_empty() {
        return Err(DataError::from_list(errors));
    }
    Ok(Context {
        table,
        schema,
        asked,
        extent,
        graph,
        nodes,
        probes: Probes::new(&uses.parameters),
        faults: Faults::default(),
        errors: Vec::new(),
    })
}

/// What does not go together in a ranking.
fn unfit_ranking(schema: &Schema, ranking: &RankingSchema) -> Option<DataError> {
    let problem = if ranking.max_diff && !ranking.best_worst {
        "max_diff takes the best and the worst as one choice, so it needs best_worst = true"
    } else if ranking.max_diff && ranking.further.len() > 1 {
        "max_diff takes the best and the worst as one choice, so there are two columns of codes"
    } else if ranking.best_worst && ranking.ties.is_some() {
        "the best and the worst are one each and cannot tie; remove ties, or best_worst"
    } else if !ranking.further.is_empty() && !schema.counts_of_alternatives().is_empty() {
        "the ranks of alternatives are all that is known of their order; there are no further columns of codes"
    } else {
        return None;
    };
    Some(DataError::RankingSchema(problem))
}

/// Counts of alternatives that do not exist, or that have two.
fn unknown_counts(schema: &Schema) -> Vec<DataError> {
    let known = || schema.alternatives.iter().map(|alternative| alternative.name.as_str());
    let counts = schema.counts_of_alternatives();
    let mut errors = Vec::new();
    for (position, count) in counts.iter().enumerate() {
        let name = &count.alternative;
        if known().all(|alternative| alternative != name) && !schema.alternatives.is_empty() {
            errors.push(DataError::NoAlternative {
                label: "[data] choice".to_owned(),
                name: name.clone(),
                suggestion: near_miss(name, known()),
                known: name_list(known()),
            });
        } else if counts[..position].iter().any(|earlier| earlier.alternative == *name) {
            errors.push(DataError::CountedTwice { name: name.clone() });
        }
    }
    errors
}

/// Columns that the schema names and the table has not.
fn missing_columns(table: &Table, schema: &Schema, asked: Asked) -> Vec<DataError> {
    let absent = schema
        .named_columns()
        .into_iter()
        .filter(|(_, role)| asked == Asked::Choices || *role != CHOICE)
        .filter(|(column, _)| table.column(column).is_none());
    let error = |(column, role): (&str, &'static str)| DataError::NoColumn {
        file: table.source.name.clone(),
        column: column.to_owned(),
        role: format!("[data] {role}"),
        suggestion: near_miss(column, table.all_names.iter().map(String::as_str)),
    };
    absent.map(error).collect()
}

/// Derived columns and parameters with a name that is taken.
fn shadows(table: &Table, schema: &Schema, uses: &Uses<'_>) -> Vec<DataError> {
    let mut errors = Vec::new();
    let file = || table.source.name.clone();
    let in_file: HashSet<&str> = table.all_names.iter().map(String::as_str).collect();
    let mut derived: HashSet<&str> = HashSet::new();
    for name in schema.derived.iter().map(|derived| &derived.name) {
        if in_file.contains(name.as_str()) {
            errors.push(DataError::DerivedShadows {
                name: name.clone(),
                file: file(),
            });
        } else if !derived.insert(name) {
            errors.push(DataError::DerivedTwice { name: name.clone() });
        }
    }
    for name in &uses.parameters {
        if in_file.contains(name.as_str()) {
            errors.push(DataError::ParameterShadows {
                name: name.clone(),
                file: file(),
            });
        } else if derived.contains(name.as_str()) {
            errors.push(DataError::ParameterShadowsDerived { name: name.clone() });
        }
    }
    errors
}

/// Utilities of alternatives that do not exist.
fn unknown_alternatives(names: &[String], utilities: &[Use<'_>]) -> Vec<DataError> {
    let known: HashSet<&str> = names.iter().map(String::as_str).collect();
    let named = utilities
        .iter()
        .filter_map(|utility| Some((utility, utility.alternative?)));
    let unknown = named.filter(|(_, name)| !known.contains(name));
    let error = |(utility, name): (&Use<'_>, &str)| DataError::NoAlternative {
        label: utility.label.clone(),
        name: name.to_owned(),
        suggestion: near_miss(name, names.iter().map(String::as_str)),
        known: name_list(names.iter().map(String::as_str)),
    };
    unknown.map(error).collect()
}

/// Gives every expression its meaning.
pub(crate) fn lower(
    table: &Table,
    schema: &Schema,
    uses: &Uses<'_>,
    asked: Asked,
    graph: &mut Graph,
    errors: &mut Vec<DataError>,
) -> Nodes {
    let columns = table
        .columns
        .iter()
        .map(|column| (column.name.as_str(), &column.values));
    let mut names = Names::new(columns).suggesting(&table.all_names);
    names.derive(&schema.derived, graph, errors);
    let with_parameters = names.with_parameters(&uses.parameters);
    let mut lower = |names: &Names, label: &str, expression| match names.lower(label, expression, graph) {
        Ok(node) => node,
        Err(problems) => {
            errors.extend(problems);
            // Stands for it until the errors are returned.
            graph.constant(f64::NAN)
        }
    };
    let filter = schema.filter.as_ref().map(|filter| lower(&names, "filter", filter));
    let weight = schema.weight.as_ref().map(|weight| lower(&names, "weight", weight));
    let available = schema.alternatives.iter().map(|alternative| {
        let available = alternative.available.as_ref()?;
        Some(lower(&names, &availability_label(&alternative.name), available))
    });
    let available = available.collect();
    let counts = schema.counts_of_alternatives().iter();
    let counts = counts.filter(|_| asked == Asked::Choices);
    let counts = counts.map(|count| lower(&names, &count_label(schema, &count.alternative), &count.expression));
    let counts = counts.collect();
    Nodes {
        counts,
        filter,
        weight,
        available,
        utilities: uses
            .utilities
            .iter()
            .map(|utility| lower(&with_parameters, &utility.label, utility.expression))
            .collect(),
    }
}

/// Which rows the filter keeps.
pub(crate) fn filter(context: &mut Context<'_>) -> Vec<RowState> {
    let (Some(expression), Some(node)) = (&context.schema.filter, context.nodes.filter) else {
        return vec![RowState::Kept; context.table.n_rows];
    };
    let values = context.evaluate(node, None);
    let state = values.iter().enumerate().map(|(row, &value)| {
        if value.is_finite() {
            return if value == 0.0 { RowState::Out } else { RowState::Kept };
        }
        match context.examine("filter", expression, row) {
            Verdict::Missing => RowState::Missing,
            Verdict::Sound | Verdict::Fault(_) => RowState::Faulty,
        }
    });
    state.collect()
}

fn outcome(schema: &Schema, draft: &Draft, asked: Asked) -> Outcome {
    if asked == Asked::Situations {
        return Outcome::None;
    }
    if schema.has_counts() {
        return Outcome::Counts(draft.chosen.clone());
    }
    // Of a ranking, the best.
    let chosen = |case: usize| draft.pairs(case).position(|pair| draft.chosen[pair] == 1.0);
    let chosen = (0..draft.n_cases()).map(|case| chosen(case).expect("every case has a choice") as u32);
    Outcome::Chosen(chosen.collect())
}

fn rankings(schema: &Schema, draft: &Draft, asked: Asked) -> Option<Rankings> {
    let ranking = schema.ranking.as_ref().filter(|_| asked == Asked::Choices)?;
    let ranks = (0..draft.n_cases()).map(|case| &draft.chosen[draft.pairs(case)]);
    Some(Rankings::from_ranks(ranks, ranking))
}

/// The columns over the rows used: once per case where they do not vary within cases.
fn columns(table: &Table, schema: &Schema, draft: &Draft) -> Vec<DataColumn> {
    let wide = matches!(schema.layout, Layout::Wide { .. });
    let first_rows: Vec<u32> = (0..draft.n_cases()).map(|case| draft.row[draft.start[case]]).collect();
    let (of_cases, of_pairs) = (Rows::new(&first_rows), Rows::new(&draft.row));
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
        let level = if wide || constant(&column.values) {
            Level::Case
        } else {
            Level::Pair
        };
        let rows = if level == Level::Case { &of_cases } else { &of_pairs };
        DataColumn {
            name: column.name.clone(),
            level,
            values: gather(&column.values, rows),
            position: table
                .all_names
                .iter()
                .position(|name| *name == column.name)
                .unwrap_or(usize::MAX),
        }
    };
    table.columns.par_iter().map(one).collect()
}

/// The cells of these rows; where those are all rows in order, the cells of the table themselves, not copied.
fn gather(values: &Values, rows: &Rows<'_>) -> Values {
    let n = rows.rows.len();
    match values {
        _ if rows.in_order && n == values.len() => values.clone(),
        Values::Number(cells) if rows.in_order => Values::Number(cells[..n].into()),
        Values::Number(cells) => Values::Number(rows.rows.iter().map(|&row| cells[row as usize]).collect()),
        Values::Text(text) => Values::Text(TextColumn {
            codes: rows.rows.iter().map(|&row| text.codes[row as usize]).collect(),
            dictionary: text.dictionary.clone(),
        }),
    }
}

/// Rows of a table, and whether they are the first rows in their order.
struct Rows<'a> {
    rows: &'a [u32],
    in_order: bool,
}

impl<'a> Rows<'a> {
    fn new(rows: &'a [u32]) -> Self {
        let in_order = rows.par_iter().enumerate().all(|(at, &row)| at == row as usize);
        Rows { rows, in_order }
    }
}
