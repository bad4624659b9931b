//! Tables and schemas written as text, and choice data read back as text.
#![allow(dead_code, reason = "each test program uses a part of it")]

use logsum_data::{
    ChoiceData, Column, DataError, Level, Outcome, Schema, Source, Table, TextColumn, Use, Uses, Values,
};
use logsum_expressions::{Expression, Graph};

/// A table from lines of cells between commas; empty or NA is missing, a column is text unless every cell is a number.
pub fn table(text: &str) -> Table {
    let lines = text.trim().lines();
    let mut lines = lines.map(|line| line.split(',').map(str::trim).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let rows: Vec<Vec<&str>> = lines.collect();
    let column = |(at, name): (usize, &&str)| {
        let cells = || {
            rows.iter()
                .map(|row| Some(row[at]).filter(|cell| !matches!(*cell, "" | "NA")))
        };
        let numbers: Result<Vec<f64>, _> = cells().map(|cell| cell.map_or(Ok(f64::NAN), str::parse)).collect();
        Column {
            name: (*name).to_owned(),
            values: match numbers {
                Ok(numbers) => Values::Number(numbers.into()),
                Err(_) => Values::Text(TextColumn::new(cells())),
            },
        }
    };
    Table {
        source: Source {
            name: "data.csv".to_owned(),
            first_row: 2,
        },
        n_rows: rows.len(),
        columns: header.iter().enumerate().map(column).collect(),
        all_names: header.iter().map(|name| (*name).to_owned()).collect(),
    }
}

pub fn expression(source: &str) -> Expression {
    Expression::parse(source).expect("a well-formed expression")
}

/// Reads a table with utilities given as (alternative or "all", expression).
pub fn read(
    text: &str,
    schema: &Schema,
    parameters: &[&str],
    utilities: &[(&str, &str)],
) -> Result<ChoiceData, DataError> {
    read_table(table(text), schema, parameters, utilities)
}

pub fn read_table(
    table: Table,
    schema: &Schema,
    parameters: &[&str],
    utilities: &[(&str, &str)],
) -> Result<ChoiceData, DataError> {
    build(ChoiceData::new, table, schema, parameters, utilities)
}

/// Reads situations without outcomes.
pub fn situations(
    text: &str,
    schema: &Schema,
    parameters: &[&str],
    utilities: &[(&str, &str)],
) -> Result<ChoiceData, DataError> {
    build(ChoiceData::situations, table(text), schema, parameters, utilities)
}

fn build(
    read: fn(Table, &Schema, &Uses<'_>) -> Result<ChoiceData, DataError>,
    table: Table,
    schema: &Schema,
    parameters: &[&str],
    utilities: &[(&str, &str)],
) -> Result<ChoiceData, DataError> {
    let expressions: Vec<Expression> = utilities.iter().map(|(_, source)| expression(source)).collect();
    let uses = Uses {
        parameters: parameters.iter().map(|name| (*name).to_owned()).collect(),
        utilities: utilities
            .iter()
            .zip(&expressions)
            .map(|((name, _), expression)| Use {
                label: if *name == "all" {
                    "utility \"all\"".to_owned()
                } else {
                    format!("utility of \"{name}\"")
                },
                alternative: Some(*name).filter(|name| *name != "all"),
                level: Level::Pair,
                expression,
            })
            .collect(),
        labelled: false,
    };
    read(table, schema, &uses)
}

/// The messages of the error, one per problem.
#[track_caller]
pub fn messages(result: Result<ChoiceData, DataError>) -> Vec<String> {
    match result {
        Ok(data) => panic!("no error, but {:?}", sets(&data)),
        Err(error) => error.each().iter().map(ToString::to_string).collect(),
    }
}

/// Choice set of each case: names of the alternatives, the chosen one with a star, counts after a colon.
pub fn sets(data: &ChoiceData) -> Vec<String> {
    let names = &data.alternatives().names;
    let one = |case: usize| {
        let pairs = data.pairs(case);
        let start = pairs.start;
        let pair = |pair: usize| {
            let name = &names[data.pair_alternatives()[pair] as usize];
            match data.outcome() {
                Outcome::Chosen(chosen) if chosen[case] as usize == pair - start => format!("{name}*"),
                Outcome::Chosen(_) => name.clone(),
                Outcome::Counts(counts) => format!("{name}:{}", counts[pair]),
                Outcome::None => name.clone(),
            }
        };
        pairs.map(pair).collect::<Vec<_>>().join(" ")
    };
    (0..data.n_cases()).map(one).collect()
}

/// Level at which an expression of columns varies, and its values there.
pub fn values(data: &ChoiceData, source: &str) -> (Level, Vec<f64>) {
    let mut graph = Graph::default();
    let names = data.names(&[], &mut graph);
    let node = names
        .lower("expression", &expression(source), &mut graph)
        .expect("known names");
    let level = data.level(&graph, node);
    (level, data.evaluate(&graph, node, level))
}

/// Values of an expression of columns, one per pair.
pub fn pair_values(data: &ChoiceData, source: &str) -> Vec<f64> {
    let mut graph = Graph::default();
    let names = data.names(&[], &mut graph);
    let node = names
        .lower("expression", &expression(source), &mut graph)
        .expect("known names");
    data.evaluate(&graph, node, Level::Pair)
}

/// Two alternatives, car = 1 and bus = 2, of wide data.
pub fn car_and_bus() -> Schema {
    Schema::wide("choice").alternative("car", 1).alternative("bus", 2)
}

/// Long data with the columns case, alt and choice.
pub fn long() -> Schema {
    Schema::long("case", "alt", "choice")
}
