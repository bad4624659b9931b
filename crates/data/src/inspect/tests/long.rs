//! Long tables.

use super::*;

#[test]
fn long_data_with_named_alternatives() {
    let modes = ["bus", "car", "train"];
    let table = table(vec![
        number("person", (0..30).map(|row| f64::from(row / 6))),
        number("trip", repeat(10, 3)),
        text("how", (0..30).map(|row| modes[row % 3])),
        number("nr", cycle(10, 3)),
        number("taken", chosen(10, 3)),
        number("minutes", shuffled(1, 90).take(30)),
        number("income", repeat(10, 3).map(|case| 1000.0 * case)),
        text(
            "class",
            (0..30).map(|row| if (row * 7) % 5 < 2 { "first" } else { "second" }),
        ),
        number("nothing", vec![f64::NAN; 30]),
        number("one", vec![1.0; 30]),
    ]);
    let reading = long(&table);
    assert_eq!((reading.case.value, reading.choice.value), (1, 4));
    assert_eq!(
        reading.choice.confidence,
        Confidence::Weak,
        "nothing in the name of \"taken\" is known"
    );
    assert_eq!(
        reading.alternative.as_ref().map(|guess| guess.value),
        Some(2),
        "a name rather than a number"
    );
    assert!(reading.labelled.value);
    assert_eq!(reading.codes, modes);
    assert_eq!(reading.contested, [true; 3]);
    assert_eq!(reading.decision_maker.as_ref().map(|guess| guess.value), Some(0));
    assert_eq!(
        (reading.n_cases, reading.sizes, reading.singles, reading.counts),
        (10, (3, 3), 0, false)
    );
    assert_eq!(names(&table, &reading.attributes), ["minutes"]);
    assert_eq!(names(&table, &reading.text_attributes), ["class"]);
    assert_eq!(names(&table, &reading.characteristics), ["income"]);
    assert_eq!(names(&table, &reading.identifiers), ["nr"]);
    assert_eq!(reading.sample.len(), 10);
    assert!(reading.predictors.is_empty() && reading.incomplete.is_empty());
}

#[test]
fn numbers_of_alternatives_mean_something_if_attributes_differ_between_them() {
    let by_number = |spread: f64| {
        table(vec![
            number("case", repeat(50, 3)),
            number("alt", cycle(50, 3)),
            number("choice", chosen(50, 3)),
            number(
                "cost",
                cycle(50, 3).zip(shuffled(3, 10)).map(|(at, noise)| spread * at + noise),
            ),
        ])
    };
    assert!(long(&by_number(10.0)).labelled.value);
    let unlabelled = long(&by_number(0.0));
    assert!(!unlabelled.labelled.value);
    assert!(unlabelled.codes.is_empty());
}

#[test]
fn the_indicator_of_an_alternative_is_not_its_choice() {
    let table = table(vec![
        number("id", repeat(20, 2)),
        number("left", cycle(20, 2).map(|at| 2.0 - at)),
        number("y", chosen(20, 2)),
    ]);
    assert_eq!(long(&table).choice.value, 2);
}

#[test]
fn rows_without_an_alternative_column_and_cases_apart_in_the_file() {
    let table = table(vec![
        number(
            "chosen",
            (0..2).flat_map(|half| chosen(20, 2).into_iter().skip(half).step_by(2)),
        ),
        number("obs", (0..2).flat_map(|_| 1..=20).map(f64::from)),
        number("price", shuffled(4, 7).take(40)),
    ]);
    let reading = long(&table);
    assert_eq!((reading.case.value, reading.choice.value), (1, 0));
    assert!(reading.alternative.is_none(), "prices on a grid are no alternatives");
    assert!(!reading.labelled.value);
}

#[test]
fn what_tells_the_choice_or_the_size_or_availability_is_noticed() {
    let sizes = [3, 2, 3, 1, 2, 3, 3, 2, 3, 2, 3, 3];
    let rows = || {
        sizes
            .iter()
            .enumerate()
            .flat_map(|(case, size)| (0..*size).map(move |at| (case, *size, at)))
    };
    let choice: Vec<f64> = rows()
        .map(|(case, size, at)| f64::from(u8::from(case % size == at)))
        .collect();
    let paid = choice.iter().map(|chosen| 3.0 * chosen);
    let table = table(vec![
        number("case", rows().map(|(case, _, _)| case as f64)),
        number("choice", choice.clone()),
        number("paid", paid),
        number("size", rows().map(|(_, size, _)| size as f64)),
        number(
            "avail",
            choice
                .iter()
                .zip(shuffled(5, 5))
                .map(|(chosen, other)| f64::from(u8::from(*chosen == 1.0 || other > 0.0))),
        ),
        number(
            "cost",
            shuffled(6, 30)
                .enumerate()
                .map(|(row, cost)| if row == 4 { f64::NAN } else { cost })
                .take(choice.len()),
        ),
    ]);
    let reading = long(&table);
    assert_eq!(names(&table, &reading.predictors), ["paid"]);
    assert_eq!(reading.size_column, Some(3));
    assert_eq!(reading.available.as_ref().map(|guess| guess.value), Some(4));
    assert!(reading.singles >= 1, "case 3 has one row");
    assert_eq!(reading.incomplete, [vec![3, 4]]);
}
