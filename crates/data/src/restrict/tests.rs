//! Restricted data: what is kept, what is refused, and keys of cases.

use super::CORRECTION;
use crate::choice_data::{ChoiceData, Outcome, Uses};
use crate::schema::Schema;
use crate::table::{Column, Source, Table, TextColumn, Values};

fn numbers(name: &str, values: &[f64]) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Number(values.into()),
    }
}

fn texts(name: &str, values: &[&str]) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Text(TextColumn::new(values.iter().map(|value| Some(*value)))),
    }
}

/// Three cases of 3, 2 and 3 alternatives.
fn table() -> Table {
    let columns = vec![
        texts("id", &["u", "u", "u", "v", "v", "w", "w", "w"]),
        numbers("zone", &[1., 2., 3., 1., 3., 1., 2., 3.]),
        numbers("choice", &[0., 0., 1., 1., 0., 0., 1., 0.]),
        numbers("x", &[10., 20., 30., 11., 31., 12., 22., 32.]),
        texts("kind", &["aa", "b", "c", "a", "c", "a", "b", "c"]),
        numbers("income", &[5., 5., 5., 6., 6., 7., 7., 7.]),
    ];
    Table {
        source: Source {
            name: "zones.csv".to_owned(),
            first_row: 2,
        },
        n_rows: 8,
        all_names: columns.iter().map(|column| column.name.clone()).collect(),
        columns,
    }
}

fn data(table: Table, schema: &Schema) -> ChoiceData {
    ChoiceData::new(table, schema, &Uses::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn cells<'a>(data: &'a ChoiceData, name: &str) -> &'a Values {
    &data.column(name).expect("a column").values
}

#[test]
fn pairs_keep_their_cells_outcomes_and_places() {
    let whole = data(table(), &Schema::long("id", "zone", "choice"));
    let keep = [false, true, true, true, true, false, true, false];
    let correction = vec![0.1, 0.2, 0.3, 0.4, 0.5];
    let kept = whole.restrict(&keep, Some(correction.clone()));
    assert_eq!((kept.n_cases(), kept.n_pairs()), (3, 5));
    assert_eq!(
        (0..3).map(|case| kept.pairs(case)).collect::<Vec<_>>(),
        [0..2, 2..4, 4..5]
    );
    assert_eq!(kept.outcome(), &Outcome::Chosen(vec![1, 0, 0]));
    assert_eq!(kept.pair_alternatives(), [1, 2, 0, 2, 1]);
    assert_eq!(
        (0..5).map(|pair| kept.row_number(pair)).collect::<Vec<_>>(),
        [3, 4, 5, 6, 8]
    );
    assert_eq!(cells(&kept, "x"), &numbers("x", &[20., 30., 11., 31., 22.]).values);
    assert_eq!(cells(&kept, "kind"), &texts("kind", &["b", "c", "a", "c", "b"]).values);
    assert_eq!(cells(&kept, "income"), cells(&whole, "income"));
    assert_eq!((whole.correction(), kept.correction()), (None, Some(&correction[..])));
    assert_eq!(kept.restrict(&[true; 5], None).correction(), Some(&correction[..]));
    // Sampled again, corrections add up and have one column.
    let again = kept.restrict(&[false, true, true, true, true], Some(vec![1.0; 4]));
    assert_eq!(again.correction(), Some(&[1.2, 1.3, 1.4, 1.5][..]));
    assert_eq!(again.columns().len(), whole.columns().len() + 1);
}

#[test]
fn words_that_nobody_uses_any_more_go() {
    let whole = data(table(), &Schema::long("id", "zone", "choice"));
    let kept = whole.restrict(&[false, true, true, true, false, true, true, true], None);
    let expected = texts("kind", &["b", "c", "a", "a", "b", "c"]).values;
    assert_eq!(cells(&kept, "kind"), &expected);
    let words = |data: &ChoiceData| match cells(data, "kind") {
        Values::Text(text) => text.dictionary.to_vec(),
        Values::Number(_) => panic!("a text"),
    };
    assert_eq!(words(&whole), ["a", "aa", "b", "c"]);
    assert_eq!(words(&kept), ["a", "b", "c"]);
}

#[test]
#[should_panic(expected = "chosen alternatives are kept")]
fn what_was_chosen_must_be_kept() {
    let whole = data(table(), &Schema::long("id", "zone", "choice"));
    whole.restrict(&[true, true, false, true, true, true, true, true], None);
}

#[test]
fn a_table_of_restricted_data_has_no_correction() {
    let whole = data(table(), &Schema::long("id", "zone", "choice"));
    let kept = whole.restrict(&[true; 8], Some(vec![0.5; 8]));
    assert!(kept.to_table().columns.iter().all(|column| column.name != CORRECTION));
    assert_eq!(kept.to_table(), whole.to_table());
}

#[test]
fn keys_tell_cases_apart_wherever_they_stand() {
    let schema = Schema::long("id", "zone", "choice");
    let whole = data(table(), &schema);
    let keys = whole.case_keys();
    assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
    // The last case alone: another dictionary, another position.
    let mut part = table();
    part.n_rows = 3;
    for column in &mut part.columns {
        column.values = super::gather(&column.values, &[5, 6, 7]);
    }
    part.source.first_row += 5;
    assert_eq!(data(part, &schema).case_keys(), keys[2..]);

    // Without a column that names cases, by row as the reader shows it.
    let wide = Schema::wide("zone")
        .alternative("a", 1)
        .alternative("b", 2)
        .alternative("c", 3);
    assert_eq!(data(table(), &wide).case_keys(), (2..10).collect::<Vec<u64>>());
}
