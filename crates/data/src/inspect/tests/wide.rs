//! Wide tables.

use super::*;

#[test]
fn availability_decides_which_code_is_which_label() {
    // Columns list the labels as car, bus; codes are 1 = bus, 2 = car, and only availability says so.
    let codes = [1.0, 2.0, 1.0, 2.0, 2.0, 1.0];
    let table = table(vec![
        number("person_id", [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]),
        number("car_av", [0.0, 1.0, 0.0, 1.0, 1.0, 1.0]),
        number("bus_av", [1.0, 0.0, 1.0, 1.0, 0.0, 1.0]),
        number("car_time", shuffled(1, 50).take(6)),
        number("bus_time", shuffled(2, 50).take(6)),
        number("CHOICE", codes),
    ]);
    let reading = wide(&table);
    assert_eq!(reading.choice.value, 5);
    let found: Vec<(&str, &Code, usize, Option<usize>)> = reading
        .alternatives
        .iter()
        .map(|found| (found.label.as_str(), &found.code, found.chosen, found.available))
        .collect();
    assert_eq!(
        found,
        [
            ("bus", &Code::Number(1.0), 3, Some(2)),
            ("car", &Code::Number(2.0), 3, Some(1))
        ]
    );
    let time = AttributeGroup {
        stem: "time".to_owned(),
        columns: vec![Some(4), Some(3)],
    };
    assert_eq!(reading.attributes, [time]);
    assert!(reading.contradicted.is_empty());
}

#[test]
fn flags_that_contradict_the_choices_are_not_availability() {
    let table = table(vec![
        number("av_a", [1.0, 0.0, 1.0, 0.0]),
        number("av_b", [1.0, 1.0, 0.0, 1.0]),
        number("price_a", [5.0, 7.0, 6.0, 4.0]),
        number("price_b", [6.0, 5.0, 8.0, 9.0]),
        text("choice", ["a", "a", "b", "b"]),
    ]);
    let reading = wide(&table);
    assert_eq!(reading.contradicted, [(0, 1), (1, 1)]);
    assert!(
        reading
            .alternatives
            .iter()
            .all(|alternative| alternative.available.is_none())
    );
}

#[test]
fn text_codes_are_found_in_names_whatever_the_choice_is_called() {
    let modes = ["air", "bus", "car"];
    let mut columns = vec![text("what they did", (0..30).map(|row| modes[row * 7 % 3]))];
    for mode in ["air", "bus", "car", "ship"] {
        columns.push(number(
            &format!("price.{mode}"),
            shuffled(columns.len() as u64, 90).take(30),
        ));
        columns.push(number(
            &format!("time.{mode}"),
            shuffled(columns.len() as u64, 90).take(30),
        ));
    }
    columns.push(number("income", shuffled(99, 50).take(30)));
    let table = table(columns);
    let reading = wide(&table);
    assert_eq!(reading.choice.value, 0);
    assert_eq!(reading.matched.confidence, Confidence::Strong);
    let stems: Vec<&str> = reading.attributes.iter().map(|group| group.stem.as_str()).collect();
    assert_eq!(stems, ["price", "time"]);
    assert_eq!(
        names(
            &table,
            &reading.attributes[1]
                .columns
                .iter()
                .flatten()
                .copied()
                .collect::<Vec<_>>()
        ),
        ["time.air", "time.bus", "time.car"]
    );
    assert!(reading.labelled.value);
    assert!(names(&table, &reading.characteristics).contains(&"income".to_owned()));
}

#[test]
fn numbered_columns_go_with_numbers_in_the_codes() {
    let mut columns = vec![text(
        "choice",
        (0..40).map(|row| ["choice1", "choice2", "choice3"][row * 7 % 3]),
    )];
    for attribute in ["price", "size"] {
        columns.extend((1..=3).map(|at| {
            number(
                &format!("{attribute}{at}"),
                shuffled(at + attribute.len() as u64 * 10, 20).take(40),
            )
        }));
    }
    let reading = wide(&table(columns));
    assert_eq!(reading.attributes.len(), 2);
    assert_eq!(reading.attributes[0].columns, [Some(1), Some(2), Some(3)]);
    assert!(!reading.labelled.value, "{:?}", reading.labelled);
}

#[test]
fn questions_of_a_questionnaire_are_no_alternatives() {
    let mut columns = vec![number("Choice", [0.0, 1.0, 2.0, -1.0].into_iter().cycle().take(40))];
    for battery in ["Envir", "Mobil", "LifSty"] {
        columns.extend((1..=6).map(|item| number(&format!("{battery}0{item}"), shuffled(item, 5).take(40))));
    }
    for (at, name) in ["TimePT", "WalkingTimePT", "TimeCar", "CostPT", "CostCar", "CostCarCHF"]
        .into_iter()
        .enumerate()
    {
        columns.push(number(name, shuffled(50 + at as u64, 80).take(40)));
    }
    let reading = wide(&table(columns));
    let labels: Vec<&str> = reading
        .alternatives
        .iter()
        .map(|alternative| alternative.label.as_str())
        .collect();
    assert_eq!(labels, ["PT", "Car", "2"]);
    assert_eq!(reading.matched.confidence, Confidence::Weak);
    assert_eq!(reading.dropped, [(Code::Number(-1.0), 10)]);
    assert!(!reading.alternatives[2].has_columns);
}

#[test]
fn a_rare_zero_is_unknown_and_a_frequent_one_an_opt_out() {
    let with_zeros = |zeros: usize| {
        let n = 300;
        table(vec![
            number(
                "choice",
                (0..n).map(|row| if row < zeros { 0.0 } else { (row % 2) as f64 + 1.0 }),
            ),
            number("price_1", shuffled(1, 40).take(n)),
            number("price_2", shuffled(2, 40).take(n)),
            number("size_1", shuffled(3, 40).take(n)),
            number("size_2", shuffled(4, 40).take(n)),
        ])
    };
    let rare = wide(&with_zeros(4));
    assert_eq!(rare.dropped, [(Code::Number(0.0), 4)]);
    assert_eq!(rare.alternatives.len(), 2);
    let frequent = wide(&with_zeros(90));
    assert!(frequent.dropped.is_empty());
    let described: Vec<bool> = frequent
        .alternatives
        .iter()
        .map(|alternative| alternative.has_columns)
        .collect();
    assert_eq!(described, [false, true, true]);
    assert!(frequent.labelled.value, "an opt-out needs a constant");
}
