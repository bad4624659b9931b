//! Data that a model was not estimated on: what of the model applies to them, and what they lack.

use std::collections::HashSet;
use std::path::Path;

use logsum_data::{AlternativeSchema, ChoiceData, Code, DataError, Layout, Schema, Table, Values, WideChoice};
use logsum_utility::{Fit, ModelFile};

use crate::args::CasesArgs;
use crate::failure::Failure;
use crate::load::{Extra, Loaded, check_room, column_names, read_situations};
use crate::show;

/// Cases to predict.
pub struct NewData {
    pub loaded: Loaded,
    /// The table that they come from.
    pub table: Table,
    pub warnings: Vec<String>,
}

/// Reads the cases to predict, with their outcomes where these can be read; `extra` columns too.
pub fn load(
    (fit, fit_path): (&Fit, &Path),
    args: &CasesArgs,
    path: &Path,
    extra: &[Extra<'_>],
) -> Result<NewData, Failure> {
    let (model, mut warnings) = prepared((fit, fit_path), args, path)?;
    let started = std::time::Instant::now();
    check_room(&model, path)?;
    let table = read_situations(&model, path, extra)?;
    let file = table.source.name.clone();
    let with_outcomes = has_choices(&table, &model.schema).then(|| table.clone());
    let uses = model.specification.uses();
    let situations = ChoiceData::situations(table.clone(), &model.schema, &uses);
    let mut data = situations.map_err(|error| explained(&error, &file))?;
    if let Some(table) = with_outcomes {
        match ChoiceData::new(table, &model.schema, &uses) {
            Ok(known) if same_cases(&known, &data) => data = known,
            Ok(known) => warnings.push(format!(
                "observed shares are left out: choices are known in {} of the {} cases",
                known.n_cases(),
                data.n_cases()
            )),
            Err(error) => {
                // What to do about it does not matter here.
                let problem = error.each()[0].to_string();
                let what = problem.split([';', '\n']).next().unwrap_or_default();
                warnings.push(format!("observed shares are left out: {what}"));
            }
        }
    }
    warnings.extend(data.warnings().iter().cloned());
    let loaded = Loaded {
        model,
        data,
        path: path.to_owned(),
        seconds: started.elapsed().as_secs_f64(),
    };
    Ok(NewData {
        loaded,
        table,
        warnings,
    })
}

/// The model of a fit as it is applied to the cases of another file, and what is to be said of that.
pub fn prepared(
    (fit, fit_path): (&Fit, &Path),
    args: &CasesArgs,
    path: &Path,
) -> Result<(ModelFile, Vec<String>), Failure> {
    let mut model = show::model_of(fit, fit_path)?;
    model.separator = args.separator.or(model.separator);
    model.decimal_comma |= args.decimal_comma;
    if args.no_filter {
        model.schema.filter = None;
    }
    model.schema.missing = args.missing.unwrap_or(model.schema.missing);
    if args.no_weight {
        model.schema.weight = None;
    }
    if let Layout::Wide {
        choice: WideChoice::Code(_),
    } = model.schema.layout
    {
        // Of rankings the best is predicted, and its column is enough.
        model.schema.ranking = None;
    }
    name_alternatives(&mut model.schema, fit);
    drop_unused(&mut model);
    let mut warnings = Vec::new();
    if let Some(column) = &model.schema.decision_maker {
        let header = column_names(&model, path)?;
        if !header.names.contains(column) {
            warnings.push(format!(
                "no column \"{column}\" in {}, which names decision makers: every case is taken for one of its own",
                header.file
            ));
            model.schema.decision_maker = None;
        }
    }
    Ok((model, warnings))
}

/// Long data may name their alternatives nowhere but in the data: then those of the estimation are all there are.
fn name_alternatives(schema: &mut Schema, fit: &Fit) {
    if matches!(schema.layout, Layout::Long { .. }) && schema.alternatives.is_empty() {
        let known = fit.data.alternatives.iter().map(|alternative| AlternativeSchema {
            name: alternative.name.clone(),
            code: Code::Text(alternative.code.clone()),
            available: None,
            sampling_rate: None,
        });
        schema.alternatives = known.collect();
    }
}

/// Drops derived columns that nothing needs, as they may be computed from columns that new data lack.
fn drop_unused(model: &mut ModelFile) {
    let derived = std::mem::take(&mut model.schema.derived);
    let expressions = model.schema.expressions();
    let counts = model.schema.counts_of_alternatives().iter();
    let counts = counts.flat_map(|count| count.expression.names());
    let mut used: HashSet<String> = expressions
        .iter()
        .flat_map(|(_, expression)| expression.names())
        .chain(model.specification.column_names())
        .chain(model.schema.named_columns().into_iter().map(|(name, _)| name))
        .chain(counts)
        .map(str::to_owned)
        .collect();
    drop(expressions);
    let mut kept = Vec::new();
    for column in derived.into_iter().rev() {
        if used.contains(&column.name) {
            used.extend(column.expression.names().into_iter().map(str::to_owned));
            kept.push(column);
        }
    }
    kept.reverse();
    model.schema.derived = kept;
}

/// Whether there is a choice column with anything in it.
pub fn has_choices(table: &Table, schema: &Schema) -> bool {
    let choice = match &schema.layout {
        Layout::Wide {
            choice: WideChoice::Code(choice),
        }
        | Layout::Long { choice, .. } => choice,
        Layout::Wide {
            choice: WideChoice::Counts(counts),
        } => {
            let derived = |name: &str| schema.derived.iter().any(|derived| derived.name == name);
            let mut names = counts.iter().flat_map(|count| count.expression.names());
            return names.all(|name| derived(name) || table.column(name).is_some());
        }
    };
    table.column(choice).is_some_and(|column| match &column.values {
        Values::Number(cells) => cells.iter().any(|cell| !cell.is_nan()),
        Values::Text(text) => !text.dictionary.is_empty(),
    })
}

/// Whether two readings of a file have the same choice sets in the same rows.
pub fn same_cases(one: &ChoiceData, other: &ChoiceData) -> bool {
    let rows = |data: &ChoiceData| -> Vec<usize> { (0..data.n_pairs()).map(|pair| data.row_number(pair)).collect() };
    one.n_cases() == other.n_cases()
        && one.pair_alternatives() == other.pair_alternatives()
        && (0..one.n_cases()).all(|case| one.pairs(case) == other.pairs(case))
        && rows(one) == rows(other)
}

/// The problems of new data, and what can be left out of the model or of the data.
pub fn explained(error: &DataError, file: &str) -> Failure {
    let one = |error: &DataError| {
        let part = |label: &str| match label.trim_start_matches("the ").split(',').next() {
            Some("filter") => "\n  --no-filter predicts every row",
            Some("weight") => "\n  --no-weight lets every case count once",
            _ => "",
        };
        match error {
            DataError::Expression { label, .. } => format!("{file} does not suit the {error}{}", part(label)),
            DataError::MissingCell { label, .. } => match part(label) {
                "" => format!("{error}\n  --missing drop_case leaves such cases out of these predictions"),
                hint => format!("{error}{hint}"),
            },
            DataError::NotFinite { label, .. } => format!("{error}{}", part(label)),
            DataError::NothingLeft { .. } => format!("{error}{}", part("filter")),
            DataError::ZeroWeights { .. } | DataError::NegativeWeight { .. } => format!("{error}{}", part("weight")),
            _ => error.to_string(),
        }
    };
    Failure {
        problems: error.each().iter().map(one).collect(),
        code: crate::failure::BAD_INPUT,
    }
}
