mod long;
mod wide;

use std::path::Path;

use super::*;
use crate::table::{Column, Source, TextColumn, Values};

fn number(name: &str, cells: impl IntoIterator<Item = f64>) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Number(cells.into_iter().collect::<Vec<f64>>().into()),
    }
}

fn text<'a>(name: &str, cells: impl IntoIterator<Item = &'a str>) -> Column {
    let cells = cells.into_iter().map(|cell| (!cell.is_empty()).then_some(cell));
    Column {
        name: name.to_owned(),
        values: Values::Text(TextColumn::new(cells)),
    }
}

fn table(columns: Vec<Column>) -> Table {
    Table {
        source: Source {
            name: "test.csv".to_owned(),
            first_row: 2,
        },
        n_rows: columns.first().map_or(0, |column| column.values.len()),
        all_names: columns.iter().map(|column| column.name.clone()).collect(),
        columns,
    }
}

/// Numbers from 0 to `below` without a pattern, the same in every run.
fn shuffled(seed: u64, below: u64) -> impl Iterator<Item = f64> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % below) as f64
    })
}

/// Cases of `n` rows each; one row per case, not always the same, is chosen.
fn chosen(cases: usize, n: usize) -> Vec<f64> {
    let winners = shuffled(7, n as u64).take(cases);
    winners
        .flat_map(|winner| (0..n).map(move |at| f64::from(u8::from(at as f64 == winner))))
        .collect()
}

fn repeat(cases: usize, n: usize) -> impl Iterator<Item = f64> {
    (0..cases).flat_map(move |case| std::iter::repeat_n(case as f64 + 1.0, n))
}

fn cycle(cases: usize, n: usize) -> impl Iterator<Item = f64> {
    (0..cases).flat_map(move |_| (1..=n).map(|at| at as f64))
}

fn long(table: &Table) -> LongReading {
    match inspect(table).reading {
        Reading::Long(reading) => *reading,
        other => panic!("read as {other:?}"),
    }
}

fn wide(table: &Table) -> WideReading {
    match inspect(table).reading {
        Reading::Wide(reading) => *reading,
        other => panic!("read as {other:?}"),
    }
}

fn unknown(table: &Table) -> Vec<String> {
    match inspect(table).reading {
        Reading::Unknown(seen) => seen,
        other => panic!("read as {other:?}"),
    }
}

fn names(table: &Table, columns: &[usize]) -> Vec<String> {
    columns
        .iter()
        .map(|column| table.columns[*column].name.clone())
        .collect()
}

/// A file of the repository's data sets, split at commas; it has no quotes.
fn dataset(path: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets").join(path);
    let content = std::fs::read_to_string(&path).expect("the data set is part of the repository");
    let rows: Vec<Vec<&str>> = content.lines().map(|line| line.split(',').collect()).collect();
    let columns = (0..rows[0].len()).map(|at| {
        let cells = rows[1..].iter().map(|row| row[at]);
        let numbers: Result<Vec<f64>, _> = cells
            .clone()
            .map(|cell| if cell.is_empty() { Ok(f64::NAN) } else { cell.parse() })
            .collect();
        numbers.map_or_else(|_| text(rows[0][at], cells), |numbers| number(rows[0][at], numbers))
    });
    table(columns.collect())
}

#[test]
fn rankings_are_recognised() {
    let orders = [[1, 2, 3], [2, 3, 1], [3, 1, 2], [1, 3, 2]];
    let place = |at: usize| orders.iter().map(move |order| f64::from(order[at]));
    let by_alternative = table(vec![
        number("ch.x", place(0)),
        number("ch.y", place(1)),
        number("ch.z", place(2)),
    ]);
    let by_rank = table(vec![
        number("best", place(0)),
        number("second_pref", place(1)),
        number("worst", place(2)),
    ]);
    let by_row = table(vec![
        number("chid", repeat(4, 3)),
        text("brand", ["x", "y", "z"].into_iter().cycle().take(12)),
        number("rank", orders.iter().flatten().map(|rank| f64::from(*rank))),
    ]);
    for (table, columns, case, ranks) in [
        (by_alternative, vec![0, 1, 2], None, false),
        (by_rank, vec![0, 1, 2], None, true),
        (by_row, vec![2], Some(0), false),
    ] {
        let Reading::Ranking(ranking) = inspect(&table).reading else {
            panic!("no ranking in {:?}", table.all_names)
        };
        assert_eq!((ranking.columns, ranking.case, ranking.by_rank), (columns, case, ranks));
    }
}

#[test]
fn counts_are_recognised() {
    let table = table(vec![
        number("id_case", repeat(6, 4)),
        number("id_alt", cycle(6, 4)),
        number("choice", shuffled(3, 50).map(|count| (count - 10.0).max(0.0)).take(24)),
        number("fare", shuffled(4, 300).take(24)),
    ]);
    let reading = long(&table);
    assert!(reading.counts);
    assert_eq!(
        (
            reading.case.value,
            reading.choice.value,
            reading.alternative.map(|guess| guess.value)
        ),
        (0, 2, Some(1))
    );
}

#[test]
fn an_outcome_without_attributes_is_multinomial() {
    let table = table(vec![
        number("age", shuffled(1, 70).take(60)),
        number("vote", shuffled(2, 2).take(60)),
        number("party", shuffled(3, 4).take(60)),
        text("town", ["a", "b", "c"].into_iter().cycle().take(60)),
    ]);
    let reading = wide(&table);
    assert_eq!(reading.choice.value, 1);
    assert!(!reading.matched.value && reading.attributes.is_empty());
    assert_eq!(reading.other_choices, [2]);
    assert_eq!(reading.characteristics, [0, 2, 3]);
}

#[test]
fn tables_that_tell_nothing() {
    assert_eq!(unknown(&table(vec![])), ["the table has 0 rows and 0 columns"]);
    assert_eq!(
        unknown(&table(vec![number("choice", [])])),
        ["the table has 0 rows and 1 column"]
    );
    for column in [
        number("choice", vec![f64::NAN; 5]),
        number("choice", vec![1.0; 5]),
        text("choice", ["", ""]),
        number("x", [0.5, 1.5]),
        number("choice", [1.0]),
    ] {
        let seen = unknown(&table(vec![column]));
        assert!(seen[0].contains(" and 1 column: "), "{seen:?}");
        assert!(
            seen.iter()
                .any(|sentence| sentence.starts_with("no column is named like a choice"))
        );
    }
    let infinite = table(vec![
        number("choice", [1.0, 2.0, f64::INFINITY, f64::NEG_INFINITY]),
        number("id", [1.0, f64::INFINITY, 2.0, 3.0]),
    ]);
    assert!(!unknown(&infinite).is_empty());
}

#[test]
fn near_misses_are_told() {
    let by_pair = table(vec![
        number("person", (0..24).map(|row| f64::from(row / 8))),
        number("task", (0..24).map(|row| f64::from(row / 2 % 4))),
        number("chosen", chosen(12, 2)),
        number("price", shuffled(2, 9).take(24)),
    ]);
    let seen = unknown(&by_pair);
    assert!(
        seen.iter()
            .any(|sentence| sentence.contains("\"chosen\" is once 1 for every pair of values of \"")),
        "{seen:?}"
    );

    let mut choice = chosen(20, 3);
    choice[..3].fill(0.0);
    let almost = table(vec![
        number("case", repeat(20, 3)),
        number("choice", choice),
        number("price", shuffled(2, 9).take(60)),
    ]);
    let expected = "\"choice\" is once 1 in 19 of the 20 groups of rows with the same \"case\", but not in all";
    assert_eq!(unknown(&almost)[1], expected);
}

#[test]
fn thousands_of_columns_hide_nothing() {
    let n = 40;
    let mut columns: Vec<Column> = (0..3000)
        .map(|at| number(&format!("item_{at}"), shuffled(at, 5).take(n)))
        .collect();
    columns.extend((0..1000).map(|at| {
        number(
            &format!("x{at}_score"),
            shuffled(at, 100).map(|value| value / 7.0).take(n),
        )
    }));
    columns.push(text("mode", (0..n).map(|row| ["ferry", "hovercraft"][row * 3 % 2])));
    for (at, name) in ["price.ferry", "price.hovercraft", "time.ferry", "time.hovercraft"]
        .into_iter()
        .enumerate()
    {
        columns.push(number(name, shuffled(at as u64, 90).take(n)));
    }
    let reading = wide(&table(columns));
    assert_eq!(reading.choice.value, 4000);
    let columns: Vec<_> = reading.attributes.iter().map(|group| group.columns.clone()).collect();
    assert_eq!(columns, [[Some(4001), Some(4002)], [Some(4003), Some(4004)]]);
}

#[test]
fn swissmetro() {
    let table = dataset("swissmetro/swissmetro.csv");
    let reading = wide(&table);
    assert_eq!(table.columns[reading.choice.value].name, "CHOICE");
    let found: Vec<(&str, String, String)> = reading
        .alternatives
        .iter()
        .map(|found| {
            (
                found.label.as_str(),
                found.code.written(),
                table.columns[found.available.expect("each has a flag")].name.clone(),
            )
        })
        .collect();
    let expected = [("TRAIN", "1", "TRAIN_AV"), ("SM", "2", "SM_AV"), ("CAR", "3", "CAR_AV")];
    assert_eq!(
        found,
        expected.map(|(label, code, flag)| (label, code.to_owned(), flag.to_owned()))
    );
    assert_eq!(reading.dropped, [(Code::Number(0.0), 9)]);
    let stems: Vec<&str> = reading.attributes.iter().map(|group| group.stem.as_str()).collect();
    assert_eq!(stems, ["TT", "CO", "HE"]);
    assert_eq!(
        reading
            .decision_maker
            .map(|guess| table.columns[guess.value].name.clone()),
        Some("ID".to_owned())
    );
}

#[test]
fn mode_canada() {
    let table = dataset("mode_canada/mode_canada.csv");
    let reading = long(&table);
    assert_eq!(table.columns[reading.case.value].name, "case");
    assert_eq!(reading.codes, ["air", "bus", "car", "train"]);
    assert_eq!(reading.sizes, (2, 4));
    assert_eq!(
        reading.size_column.map(|column| table.columns[column].name.as_str()),
        Some("noalt")
    );
}
