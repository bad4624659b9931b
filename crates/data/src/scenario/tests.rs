use super::*;
use crate::table::{Source, TextColumn};
use crate::{Level, Use};

fn expression(text: &str) -> Expression {
    Expression::parse(text).unwrap()
}

fn numbers(name: &str, values: &[f64]) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Number(values.into()),
    }
}

fn table(columns: Vec<Column>) -> Table {
    Table {
        source: Source {
            name: "trips.csv".to_owned(),
            first_row: 2,
        },
        n_rows: columns[0].values.len(),
        all_names: columns.iter().map(|column| column.name.clone()).collect(),
        columns,
    }
}

fn cells<'a>(data: &'a ChoiceData, name: &str) -> &'a [f64] {
    match &data.column(name).unwrap().values {
        Values::Number(cells) => cells,
        Values::Text(_) => panic!("{name} holds texts"),
    }
}

/// Four trips, of which the filter keeps three; the bus runs where there is a stop.
fn trips() -> (Table, Schema, Expression) {
    let table = table(vec![
        numbers("choice", &[1.0, 2.0, 1.0, 1.0]),
        numbers("time", &[10.0, 20.0, 30.0, 40.0]),
        numbers("stop", &[1.0, 1.0, 0.0, 1.0]),
        numbers("purpose", &[1.0, 2.0, 1.0, 3.0]),
        Column {
            name: "city".to_owned(),
            values: Values::Text(TextColumn::new(["x", "y", "x", "x"].map(Some))),
        },
    ]);
    let schema = Schema::wide("choice")
        .alternative("car", 1)
        .alternative_if("bus", 2, expression("stop == 1"))
        .alternative("walk", 3)
        .derive("hours", expression("time / 60"))
        .filter(expression("purpose < 3"))
        .weight(expression("purpose"));
    (table, schema, expression("b * hours"))
}

fn uses(utility: &Expression) -> Uses<'_> {
    Uses {
        parameters: vec!["b".to_owned()],
        utilities: vec![Use {
            label: "utility".to_owned(),
            alternative: None,
            level: Level::Pair,
            expression: utility,
        }],
        labelled: true,
    }
}

fn change(text: &str) -> Change {
    Change::parse(text).unwrap()
}

#[test]
fn cells_and_availability_follow_and_cases_and_weights_stay() {
    let (table, schema, utility) = trips();
    let uses = uses(&utility);
    let base = ChoiceData::new(table.clone(), &schema, &uses).unwrap();
    assert_eq!((base.n_cases(), base.n_pairs()), (3, 8));
    // What the filter and the weights are made of changes too, and neither is asked again.
    let changes = ["stop = 1", "time = 2 * time", "purpose = 3", "time = time + hours"].map(change);
    let scenario = base.under(&table, &changes, &uses).unwrap();
    assert_eq!((scenario.n_cases(), scenario.n_pairs()), (3, 9));
    assert_eq!(scenario.weights(), Some([1.0, 2.0, 1.0].as_slice()));
    let expected: Vec<f64> = [20.0, 40.0, 60.0].iter().map(|time| time + time / 60.0).collect();
    assert_eq!(cells(&scenario, "time"), expected);
    assert!(!scenario.has_outcomes());
    assert_eq!(scenario.columns().len(), base.columns().len());
    assert_eq!(scenario.schema().filter, base.schema().filter);
    // Nothing changed is the same situations.
    let same = base.under(&table, &[], &uses).unwrap();
    assert_eq!(same.pair_alternatives(), base.pair_alternatives());
    assert_eq!(cells(&same, "time"), cells(&base, "time"));

    let without = scenario.without_alternative("walk").unwrap();
    assert_eq!(without.pair_alternatives(), [0, 1, 0, 1, 0, 1]);
}

#[test]
fn rows_of_long_data_come_back_if_they_become_available() {
    let table = table(vec![
        numbers("case", &[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]),
        numbers("alt", &[1.0, 2.0, 1.0, 2.0, 1.0, 2.0]),
        numbers("choice", &[1.0, 0.0, 0.0, 1.0, 1.0, 0.0]),
        numbers("open", &[1.0, 1.0, 1.0, 1.0, 1.0, 0.0]),
        numbers("price", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    ]);
    let schema = Schema::long("case", "alt", "choice")
        .alternative("a", 1)
        .alternative_if("b", 2, expression("open == 1"))
        .filter(expression("case > 1"));
    let utility = expression("b * price");
    let uses = uses(&utility);
    let base = ChoiceData::situations(table.clone(), &schema, &uses).unwrap();
    assert_eq!(base.n_pairs(), 3);
    let scenario = base
        .under(
            &table,
            &[change("open = 1"), change("price = if(alt == 2, 0, price)")],
            &uses,
        )
        .unwrap();
    assert_eq!(cells(&scenario, "price"), [3.0, 0.0, 5.0, 0.0]);
}

#[test]
fn what_a_scenario_cannot_be() {
    let (table, schema, utility) = trips();
    let uses = uses(&utility);
    let base = ChoiceData::new(table.clone(), &schema, &uses).unwrap();
    let message = |text: &str| {
        let found = Change::parse(text).and_then(|change| base.under(&table, &[change], &uses));
        found.map(|_| ()).unwrap_err().to_string()
    };
    for (text, expected) in [
        (
            "time",
            "scenario \"time\": write COLUMN = expression, such as \"price = 0.8 * price\"",
        ),
        (
            "time == 3",
            "scenario \"time == 3\": write COLUMN = expression, such as \"price = 0.8 * price\"",
        ),
        (
            "2 * time = 3",
            "scenario \"2 * time = 3\": write COLUMN = expression, such as \"price = 0.8 * price\"",
        ),
        (
            "tim = 3",
            "scenario: no column \"tim\" in trips.csv; did you mean \"time\"?",
        ),
        (
            "hours = 1",
            "scenario: \"hours\" is a derived column, which follows from others; change what it is made of: \"time\"",
        ),
        (
            "choice = 1",
            "scenario: column \"choice\" says what the rows are (choice), and cannot change",
        ),
        (
            "city = 1",
            "scenario: column \"city\" holds texts, and expressions give numbers",
        ),
    ] {
        assert_eq!(message(text), expected);
    }
    let unknown = message("time = 2 * tiime");
    assert!(
        unknown.starts_with("scenario: new \"time\", column 5: unknown name \"tiime\"; did you mean \"time\"?"),
        "{unknown}"
    );
    assert!(message("time = 2 *").starts_with("scenario \"time = 2 *\": line 1, column 4: expected"));
    assert_eq!(
        message("time = log(0 * time)"),
        "scenario: new \"time\" has no value in 3 rows that had one, the first of them row 2"
    );
    assert!(message("stop = 0 / 0").contains("new \"stop\" has no value in 3 rows"));
    let gone = base.without_alternative("buss").unwrap_err().to_string();
    assert_eq!(
        gone,
        "scenario: no alternative \"buss\"; did you mean \"bus\"?; there are \"car\", \"bus\", \"walk\""
    );
    let only = base.without_alternative("car").unwrap().without_alternative("walk");
    assert_eq!(
        only.unwrap_err().to_string(),
        "scenario: without \"walk\", 1 of 3 cases have no alternative left"
    );
    assert_eq!(change("`a b` = c == 1").column, "a b");
}
