//! From a formula and a table in long form to a model and its data.

use std::path::Path;
use std::time::Instant;

use logsum_data::{ChoiceData, Level, Schema, Use, Uses};
use logsum_expressions::Expression;
use logsum_tables::Want;
use logsum_utility::{Formula, ModelFile, Specification};

use crate::args::FormulaArgs;
use crate::failure::Failure;
use crate::load::{Extra, Loaded, read, read_options, table_problems};

/// A model from a formula: the alternatives come from the data.
pub fn load_formula(path: &Path, args: &FormulaArgs, extra: &[&str]) -> Result<Loaded, Failure> {
    let text = args.formula.as_deref().unwrap_or_default();
    let formula = Formula::parse(text).map_err(Failure::bad_input)?;
    let expression = |option: &Option<String>, name: &str| {
        let parse = |source: &String| {
            Expression::parse(source)
                .map_err(|error| Failure::bad_input(format!("--{name}: {error}\n{}", error.caret())))
        };
        option.as_ref().map(parse).transpose()
    };
    let required = |option: &Option<String>| option.clone().unwrap_or_default();
    let mut schema = Schema::long(
        required(&args.case),
        required(&args.alternative),
        required(&args.choice),
    );
    schema.filter = expression(&args.filter, "filter")?;
    schema.weight = expression(&args.weight, "weight")?;
    schema.decision_maker = args.decision_maker.clone();
    let model = ModelFile {
        title: text.to_owned(),
        file: path.to_string_lossy().into_owned(),
        separator: args.separator,
        decimal_comma: args.decimal_comma,
        schema,
        specification: Specification::default(),
        synthetic: None,
        sampling: None,
    };

    let started = Instant::now();
    let columns = formula.columns();
    let header = logsum_tables::column_names(path, &read_options(args.separator, args.decimal_comma))
        .map_err(|error| Failure::all(&table_problems(&error)))?;
    let numbers = formula.number_columns();
    let want = |name: &str| {
        if numbers.contains(&name) {
            Want::Number
        } else {
            Want::Any
        }
    };
    let present = columns
        .into_iter()
        .filter(|name| header.names.iter().any(|known| known == name));
    let term = |column| Extra {
        column,
        purpose: "for the formula",
        want: want(column),
    };
    let mut wanted: Vec<Extra<'_>> = present.map(term).collect();
    wanted.extend(Extra::clusters(extra));
    let table = read(&model, path, &wanted)?;
    let fail = |error: logsum_data::DataError| Failure::all(error.each());
    // Once with the terms alone, so that what is wrong with them is said in the formula's own words.
    let terms = Uses {
        parameters: Vec::new(),
        utilities: formula
            .terms()
            .map(|expression| Use {
                label: format!("formula, term \"{expression}\""),
                alternative: None,
                level: Level::Pair,
                expression,
            })
            .collect(),
        labelled: false,
    };
    let bare = ChoiceData::new(table.clone(), &model.schema, &terms).map_err(fail)?;
    let varies = |name: &str| {
        bare.columns()
            .iter()
            .any(|column| column.name == name && column.level == Level::Pair)
    };
    if let Some(name) = formula.characteristic_columns().into_iter().find(|name| varies(name)) {
        return Err(Failure::bad_input(format!(
            "formula, part 2: \"{name}\" varies between the alternatives of a case, so it is no characteristic of the \
             decision maker; put it in part 1 (one coefficient) or part 3 (one per alternative)"
        )));
    }
    let specification = formula
        .specification(&bare.alternatives().names, args.base.as_deref())
        .map_err(Failure::bad_input)?;
    let data = ChoiceData::new(table, &model.schema, &specification.uses()).map_err(fail)?;
    Ok(Loaded {
        model: ModelFile { specification, ..model },
        data,
        path: path.to_owned(),
        seconds: started.elapsed().as_secs_f64(),
    })
}
