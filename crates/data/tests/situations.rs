//! Situations whose outcomes are not known: the same checks, without the choice column.

mod common;

use common::{car_and_bus, expression, long, messages, pair_values, read, sets, situations, values};
use logsum_data::{Layout, Level, Missing, Outcome, Schema};

const UTILITIES: [(&str, &str); 2] = [("car", "b * time"), ("bus", "b * fare")];

#[test]
fn wide_rows_need_no_choice() {
    let data = situations("time,fare\n1,2\n3,4", &car_and_bus(), &["b"], &UTILITIES).unwrap();
    assert_eq!(sets(&data), ["car bus", "car bus"]);
    assert_eq!(data.outcome(), &Outcome::None);
    assert!(!data.has_outcomes());
    assert_eq!(
        (data.n_cases(), data.n_pairs(), data.rows_read(), data.rows_used()),
        (2, 4, 2, 2)
    );
    assert_eq!((data.choices(0), data.times_chosen()), (0.0, vec![0.0, 0.0]));
    assert_eq!(data.times_available(), [2, 2]);
    assert_eq!(values(&data, "fare - time"), (Level::Case, vec![1.0, 1.0]));
    assert_eq!((data.row_number(0), data.row_number(1), data.row_number(3)), (2, 2, 3));
    let description = data.describe(&["time"]);
    assert!(!description.counts);
    assert_eq!(description.alternatives[0].chosen, 0.0);
}

#[test]
fn what_stands_in_the_choice_column_does_not_matter() {
    for choice in ["7", "", "NA", "walk", "inf"] {
        let text = format!("choice,time,fare\n{choice},1,2\n1,3,4");
        let data = situations(&text, &car_and_bus(), &["b"], &UTILITIES).unwrap();
        assert_eq!(sets(&data), ["car bus", "car bus"], "{choice}");
        assert_eq!(data.warnings(), [""; 0]);
        let long = format!("case,alt,choice,x\n1,a,{choice},1\n1,b,0,2");
        let data = situations(&long, &common::long(), &["b"], &[("all", "b * x")]).unwrap();
        assert_eq!(sets(&data), ["a b"], "{choice}");
    }
    // With outcomes the same rows are refused.
    assert!(read("choice,time,fare\n7,1,2", &car_and_bus(), &["b"], &UTILITIES).is_err());
}

#[test]
fn the_situations_are_those_of_the_same_rows_with_outcomes() {
    let schema = car_and_bus()
        .filter(expression("time < 9"))
        .weight(expression("w"))
        .decision_maker("who");
    let text = "choice,time,fare,w,who\n1,1,2,1,b\n2,9,2,1,a\n2,3,4,2,a\n1,5,6,3,b";
    let with = read(text, &schema, &["b"], &UTILITIES).unwrap();
    let without = situations(text, &schema, &["b"], &UTILITIES).unwrap();
    assert_eq!(with.decision_makers(), without.decision_makers());
    assert_eq!(with.weights(), without.weights());
    assert_eq!(pair_values(&with, "time + fare"), pair_values(&without, "time + fare"));
    let rows = |data: &logsum_data::ChoiceData| (0..data.n_pairs()).map(|pair| data.row_number(pair)).collect();
    let (rows_with, rows_without): (Vec<usize>, Vec<usize>) = (rows(&with), rows(&without));
    assert_eq!(rows_with, rows_without);
    assert_eq!(rows_with, [2, 2, 5, 5, 4, 4]);
    // Data with and without outcomes are not the same data.
    assert_ne!(with.fingerprint(&["time"]), without.fingerprint(&["time"]));
    assert_eq!(
        without.fingerprint(&["time"]),
        situations(text, &schema, &["b"], &UTILITIES)
            .unwrap()
            .fingerprint(&["time"])
    );
}

#[test]
fn long_rows_of_a_case_that_the_filter_keeps_are_its_choice_set() {
    let text = "case,alt,choice,x\n1,a,1,1\n1,b,0,2\n2,c,0,3\n1,c,0,4\n2,a,1,9";
    let schema = long().filter(expression("x < 9 and alt != 'a'"));
    let data = situations(text, &schema, &["b"], &[("all", "b * x")]).unwrap();
    assert_eq!(sets(&data), ["b c", "c"]);
    assert_eq!(data.warnings(), [""; 0]);
    assert_eq!((data.row_number(0), data.row_number(1)), (3, 5));
    // With outcomes both cases go with their chosen rows.
    assert!(read(text, &schema, &["b"], &[("all", "b * x")]).is_err());
}

#[test]
fn counts_and_ragged_sets_need_no_choice_column_either() {
    let schema = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: None,
        choice: "n".to_owned(),
        counts: true,
    });
    let data = situations("case,x\nk,1\nm,2\nk,3\nm,4\nm,5", &schema, &["b"], &[("all", "b * x")]).unwrap();
    assert_eq!(sets(&data), ["1 2", "1 2 3"]);
    assert!(!data.alternatives().labelled);
    assert_eq!(data.outcome(), &Outcome::None);
    assert_eq!(data.place(1).case.as_deref(), Some("\"m\""));
}

#[test]
fn one_alternative_is_a_choice_set_and_none_is_not() {
    let schema = Schema::wide("choice")
        .alternative_if("car", 1, expression("av"))
        .alternative_if("bus", 2, expression("1 - av"));
    let data = situations("av,x\n1,1\n0,2", &schema, &["b"], &[("all", "b * x")]).unwrap();
    assert_eq!(sets(&data), ["car", "bus"]);
    let schema = Schema::wide("choice")
        .alternative_if("car", 1, expression("av"))
        .alternative_if("bus", 2, expression("av"));
    assert_eq!(
        messages(situations("av,x\n1,1\n0,2", &schema, &["b"], &[("all", "b * x")])),
        [
            "data.csv, row 3: no alternative is available; there is nothing to predict: correct the data or filter such \
          cases out"
        ]
    );
}

#[test]
fn missing_cells_follow_the_rule() {
    let text = "time,fare\n1,2\n,4\n,\n5,6";
    assert_eq!(
        messages(situations(text, &car_and_bus(), &["b"], &UTILITIES)).len(),
        2,
        "one problem for each utility"
    );
    let drop = |missing| situations(text, &car_and_bus().missing(missing), &["b"], &UTILITIES).unwrap();
    let cases = drop(Missing::DropCase);
    assert_eq!(sets(&cases), ["car bus", "car bus"]);
    assert_eq!(cases.warnings(), ["2 cases dropped because of missing cells"]);
    let alternatives = drop(Missing::DropAlternative);
    assert_eq!(sets(&alternatives), ["car bus", "bus", "car bus"]);
    assert_eq!(
        alternatives.warnings(),
        [
            "1 case dropped because of missing cells",
            "1 alternative dropped from a choice set because of missing cells"
        ]
    );
}

#[test]
fn everything_else_is_checked_as_ever() {
    assert_eq!(
        messages(situations("time\n1", &car_and_bus(), &["b"], &UTILITIES)),
        [
            "utility of \"bus\", column 5: unknown name \"fare\": neither a column of the file nor a declared parameter\n  b * fare\n      ^^^^"
        ]
    );
    assert_eq!(
        messages(situations(
            "case,time\n1,1",
            &long().decision_maker("who"),
            &["b"],
            &[("all", "b * time")]
        )),
        [
            "no column \"alt\" in data.csv, which [data] alternative names",
            "no column \"who\" in data.csv, which [data] decision_maker names"
        ]
    );
    let twice = car_and_bus().alternative("bus", 2);
    assert_eq!(
        messages(situations("time,fare\n1,2", &twice, &["b"], &UTILITIES)),
        [
            "two alternatives are called \"bus\"; rename one",
            "alternatives \"bus\" and \"bus\" have the same code 2; give each its own"
        ]
    );
    assert_eq!(
        messages(situations(
            "case,alt,x\n1,a,1\n1,a,2",
            &long(),
            &["b"],
            &[("all", "b * x")]
        )),
        [
            "data.csv, row 3 (case 1): alternative \"a\" stands twice in its case; a case has each alternative once: \
          check the columns \"case\" and \"alt\""
        ]
    );
}
