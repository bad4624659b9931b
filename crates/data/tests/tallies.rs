//! Counts and shares: in rows of long tables and in columns of wide ones.

mod common;

use common::{expression, messages, read, sets};
use logsum_data::{DataError, Layout, Missing, Outcome, Schema};

/// Three alternatives, of which two are counted.
fn wide(counts: &[(&str, &str)]) -> Schema {
    Schema::wide_counts(counts.iter().map(|(name, source)| (*name, expression(source))))
        .alternative("car", 1)
        .alternative_if("bus", 2, expression("av == 1"))
        .alternative("walk", 3)
}

fn by_column() -> Schema {
    wide(&[("bus", "n_bus"), ("car", "n_car")])
}

fn long() -> Schema {
    Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "share".to_owned(),
        counts: true,
    })
    .shares()
}

#[track_caller]
fn fails(text: &str, schema: &Schema, expected: &[&str]) {
    assert_eq!(messages(read(text, schema, &[], &[])), expected);
}

#[test]
fn counts_in_columns() {
    let text = "n_bus,n_car,av\n1,2,1\n0,5,0\n2.5,0,1";
    let data = read(text, &by_column(), &[], &[]).unwrap();
    assert_eq!(
        sets(&data),
        ["car:2 bus:1 walk:0", "car:5 walk:0", "car:0 bus:2.5 walk:0"]
    );
    assert_eq!((data.choices(0), data.times_chosen()), (3.0, vec![7.0, 3.5, 0.0]));
    let description = data.describe(&[]);
    assert!(description.counts && !description.shares);
    let computed = wide(&[("walk", "all - n_car"), ("car", "n_car")]);
    let data = read("all,n_car,av\n4,1,1", &computed, &[], &[]).unwrap();
    assert_eq!(sets(&data), ["car:1 bus:0 walk:3"]);
}

#[test]
fn counts_that_are_none() {
    fails(
        "n_bus,n_car,av\n1,-2,1\n1,inf,1\n1,-2,1\n1,-3,1",
        &by_column(),
        &[
            "data.csv, rows 2, 4, 5: the count of \"car\" is -2, -3, but a count is a finite number of at least 0; correct the \
             data or filter such rows out",
            "data.csv, row 3: no finite value for the count of \"car\": column \"n_car\" is inf; correct the data, filter such rows \
             out, or guard it with if(...)",
        ],
    );
    fails(
        "n_bus,n_car,av\n0,0,1\n1,1,1",
        &by_column(),
        &[
            "data.csv, row 2: no alternative is chosen; every case needs a count above 0 of one of its alternatives: correct the \
           data or filter such cases out",
        ],
    );
    fails(
        "n_bus,n_car,av\n0,1,0\n3,1,0",
        &by_column(),
        &[
            "data.csv, row 3: the chosen alternative \"bus\" is unavailable (\"av == 1\" is 0); correct the data or drop such cases \
           with filter",
        ],
    );
    fails(
        "n_bus,n_car,av\n0,x,1",
        &by_column(),
        &["count of \"car\", column 1: the expression is the text n_car, and a number is needed\n  n_car\n  ^^^^^"],
    );
}

#[test]
fn counts_of_alternatives_that_are_not_there() {
    let schema = wide(&[("bsu", "n_bus"), ("car", "n_car"), ("car", "n_bus")]);
    fails(
        "n_bus,n_car,av\n0,1,1",
        &schema,
        &[
            "[data] choice: no alternative \"bsu\" (there are \"car\", \"bus\", \"walk\"); did you mean \"bus\"?",
            "[data] choice has two counts of \"car\"; add them up",
        ],
    );
    let schema = Schema::wide_counts([("bus", expression("n"))]);
    fails(
        "n\n1",
        &schema,
        &["wide data need [alternatives] with those that [data] choice counts"],
    );
}

#[test]
fn missing_counts_are_reported_or_drop_their_case() {
    let text = "n_bus,n_car,av\n1,,1\n1,1,1";
    fails(
        text,
        &by_column(),
        &[
            "data.csv, row 2: no value in column \"n_car\", needed by the count of \"car\"; fill it in, or set missing = \
           \"drop_case\" or \"drop_alternative\" in [data]",
        ],
    );
    for missing in [Missing::DropCase, Missing::DropAlternative] {
        let data = read(text, &by_column().missing(missing), &[], &[]).unwrap();
        assert_eq!(sets(&data), ["car:1 bus:1 walk:0"]);
        assert_eq!(data.warnings(), ["1 case dropped because of missing cells"]);
    }
}

#[test]
fn shares_sum_to_1() {
    let data = read(
        "case,alt,share\n1,1,0.25\n1,2,0.75\n2,1,1.0000005\n2,2,0",
        &long(),
        &[],
        &[],
    )
    .unwrap();
    assert_eq!(data.outcome(), &Outcome::Counts(vec![0.25, 0.75, 1.0000005, 0.0]));
    assert!(data.describe(&[]).shares);
    fails(
        "case,alt,share\n1,1,0.25\n1,2,0.7\n2,1,1\n2,2,0",
        &long(),
        &[
            "data.csv, row 2 (case 1): the shares sum to 0.95, but those of a case sum to 1; correct the data, or set counts = \
           true in place of shares if they say how often each alternative was chosen",
        ],
    );
    fails(
        "case,alt,share\n1,1,0.25\n1,2,0.5\n2,1,0.5\n2,2,0.25",
        &long(),
        &[
            "data.csv, rows 2 (case 1), 4 (case 2): the shares sum (the first) to 0.75, but those of a case sum to 1; correct the \
           data, or set counts = true in place of shares if they say how often each alternative was chosen",
        ],
    );
    fails(
        "case,alt,share\n1,1,-0.25\n1,2,1.25\n2,1,inf\n2,2,0",
        &long(),
        &[
            "data.csv, rows 2 (case 1), 3 (case 1), 4 (case 2): column \"share\" holds -0.25, 1.25, inf, but a share is a number \
           from 0 to 1; correct the data or filter such rows out",
        ],
    );
    fails(
        "case,alt,share,x\n1,1,0.5,1\n1,2,0.25,1\n1,3,0.25,0",
        &long().filter(expression("x == 1")),
        &[
            "data.csv, row 2 (case 1): the shares sum to 0.75, but those of a case sum to 1; the filter removes alternatives of \
           it: let it keep whole cases, or correct the data",
        ],
    );
    let wide = by_column().shares();
    let data = read("n_bus,n_car,av\n0.5,0.5,1\n0,1,0", &wide, &[], &[]).unwrap();
    assert_eq!(sets(&data), ["car:0.5 bus:0.5 walk:0", "car:1 walk:0"]);
    fails(
        "n_bus,n_car,av\n0.5,0.6,1\n2,-1,0",
        &wide,
        &[
            "data.csv, row 3: the share of \"bus\" is 2, but a share is a number from 0 to 1; correct the data or filter such rows \
             out",
            "data.csv, row 3: the share of \"car\" is -1, but a share is a number from 0 to 1; correct the data or filter such rows \
             out",
            "data.csv, row 2: the shares sum to 1.1, but those of a case sum to 1; correct the data, or set counts = true in \
             place of shares if they say how often each alternative was chosen",
        ],
    );
}

#[test]
fn counts_are_not_needed_to_predict() {
    let table = common::table("av,n_bus\n1,7\n0,x");
    let data = logsum_data::ChoiceData::situations(table, &by_column(), &Default::default());
    let data = data.unwrap_or_else(|error: DataError| panic!("{error}"));
    assert_eq!(sets(&data), ["car bus walk", "car walk"]);
}

#[test]
fn drawn_counts_stand_in_their_columns() {
    let data = read("n_bus,n_car,av\n1,2,1\n0,5,0", &by_column(), &[], &[]).unwrap();
    let other = data.with_outcome(Outcome::Counts(vec![4.0, 3.0, 2.0, 1.0, 6.0]));
    let table = other.to_table();
    let back = logsum_data::ChoiceData::new(table, &by_column(), &Default::default()).unwrap();
    // What has no column is not written.
    assert_eq!(sets(&back), ["car:4 bus:3 walk:0", "car:1 walk:0"]);
    let again = other.resample(&[1, 0], None);
    assert_eq!(sets(&again), ["car:1 walk:6", "car:4 bus:3 walk:2"]);
}
