//! Long tables: a row per alternative of a case.

mod common;

use common::{car_and_bus, expression, long, messages, pair_values, read, sets, values};
use logsum_data::{Layout, Level, Missing, Schema};

const TEXT: &str = "
    case,alt,choice,time,income
    1,train,0,5,10
    2,bus,1,7,20
    1,car,1,3,10
    2,train,0,6,20
    1,bus,0,4,10";

#[test]
fn rows_need_neither_order_nor_neighbours() {
    let data = read(TEXT, &long(), &["b"], &[("all", "b * time"), ("car", "b * income")]).unwrap();
    assert_eq!(sets(&data), ["bus car* train", "bus* train"]);
    assert_eq!(data.alternatives().names, ["bus", "car", "train"]);
    assert_eq!(data.alternatives().codes, ["bus", "car", "train"]);
    assert!(data.alternatives().labelled);
    assert_eq!(pair_values(&data, "time"), [4.0, 3.0, 5.0, 7.0, 6.0]);
    assert_eq!(
        (data.n_cases(), data.n_pairs(), data.rows_read(), data.rows_used()),
        (2, 5, 5, 5)
    );
    assert_eq!((data.place(1).row, data.place(1).case.as_deref()), (3, Some("2")));
    assert_eq!(data.warnings(), [""; 0]);
}

#[test]
fn alternatives_are_unlabelled_if_only_all_is_given() {
    let data = read(TEXT, &long(), &["b"], &[("all", "b * time")]).unwrap();
    assert!(!data.alternatives().labelled);
}

#[test]
fn number_codes_ascend_and_zero_is_one() {
    let data = read(
        "case,alt,choice\n7,10,0\n7,0,1\n8,2,1\n7,2,0\n8,-1,0",
        &long(),
        &[],
        &[],
    )
    .unwrap();
    assert_eq!(data.alternatives().names, ["-1", "0", "2", "10"]);
    assert_eq!(sets(&data), ["0* 2 10", "-1 2*"]);
}

#[test]
fn cases_are_in_the_order_of_the_file() {
    let data = read(
        "case,alt,choice\nz,1,1\na,1,1\na,2,0\nz,2,0\nm,2,1\nm,1,0",
        &long(),
        &[],
        &[],
    )
    .unwrap();
    assert_eq!(data.place(0).case.as_deref(), Some("\"z\""));
    assert_eq!(data.place(1).case.as_deref(), Some("\"a\""));
    assert_eq!(sets(&data), ["1* 2", "1* 2", "1 2*"]);
}

#[test]
fn choices_are_zero_and_one_or_truth_values() {
    // Readers turn true and false into 1 and 0.
    assert_eq!(
        sets(&read("case,alt,choice\n1,a,1.0\n1,b,-0", &long(), &[], &[]).unwrap()),
        ["a* b"]
    );
}

#[test]
fn alternatives_rename_order_and_state_availability() {
    let schema = long()
        .alternative_if("rail", "train", expression("time < 6 or income < 20"))
        .alternative("auto", "car")
        .alternative("coach", "bus")
        .alternative("plane", "air");
    let data = read(
        &format!("{TEXT}\n2,car,0,1,20"),
        &schema,
        &["b"],
        &[("rail", "b * time")],
    )
    .unwrap();
    assert_eq!(data.alternatives().names, ["rail", "auto", "coach", "plane"]);
    assert_eq!(data.alternatives().codes, ["train", "car", "bus", "air"]);
    assert_eq!(sets(&data), ["rail auto* coach", "auto coach*"]);
    assert_eq!(data.rows_used(), 5);
}

#[test]
fn availability_is_asked_of_the_alternatives_own_rows() {
    let schema = long()
        .alternative_if("car", 1, expression("1 / av > 0"))
        .alternative("bus", 2);
    // Cells of other rows may be missing or 0.
    let data = read(
        "case,alt,choice,av\n1,1,1,1\n1,2,0,0\n2,2,1,\n2,1,0,3",
        &schema,
        &[],
        &[],
    )
    .unwrap();
    assert_eq!(sets(&data), ["car* bus", "car bus*"]);
    assert_eq!(
        messages(read("case,alt,choice,av\n1,1,1,0\n1,2,0,0", &schema, &[], &[])),
        [
            "data.csv, row 2 (case 1): no finite value for the availability of \"car\": division by zero in \"1 / av\"; \
          correct the data, filter such rows out, or guard it with if(...)"
        ]
    );
}

#[test]
fn rows_of_a_case_count_from_one_where_no_column_names_them() {
    let schema = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: None,
        choice: "choice".to_owned(),
        counts: false,
    });
    let text = "case,choice,x\n1,0,1\n2,1,2\n1,1,3\n2,0,4\n2,0,5";
    let data = read(text, &schema, &["b"], &[("all", "b * x")]).unwrap();
    assert_eq!(sets(&data), ["1 2*", "1* 2 3"]);
    assert!(!data.alternatives().labelled);
    // They count in the file, not in what a filter leaves.
    let filtered = read(text, &schema.clone().filter(expression("x not in (1, 5)")), &[], &[]);
    assert_eq!(
        messages(filtered),
        [
            "data.csv, row 4 (case 1): the choice set has one alternative; a choice needs at least two alternatives: filter \
          such cases out"
        ]
    );
    let filtered = read(text, &schema.clone().filter(expression("x != 4")), &[], &[]).unwrap();
    assert_eq!(sets(&filtered), ["1 2*", "1* 3"]);
    let last = read(text, &schema.clone().filter(expression("x < 5")), &[], &[]).unwrap();
    assert_eq!(last.alternatives().names, ["1", "2"]);
    // [alternatives] name the positions.
    let named = schema
        .alternative("right", 2)
        .alternative("left", 1)
        .alternative_if("none", 3, expression("x > 9"));
    let data = read(text, &named, &["b"], &[("left", "b * x")]).unwrap();
    assert_eq!(sets(&data), ["right* left", "right left*"]);
}

#[test]
fn the_filter_takes_cases_with_their_chosen_row() {
    let text = "case,alt,choice,keep\n1,a,1,0\n1,b,0,1\n1,c,0,1\n2,a,0,0\n2,b,1,1\n2,c,0,1\n3,a,0,0\n3,b,1,0\n3,c,0,0";
    let data = read(text, &long().filter(expression("keep")), &[], &[]).unwrap();
    assert_eq!(sets(&data), ["b* c"]);
    assert_eq!(
        data.warnings(),
        ["the filter removed the chosen row of 1 case, which was dropped with it"]
    );
    let text = format!("{text}\n4,a,1,0\n4,b,0,1");
    let data = read(&text, &long().filter(expression("keep")), &[], &[]).unwrap();
    assert_eq!(
        data.warnings(),
        ["the filter removed the chosen rows of 2 cases, which were dropped with them"]
    );
    assert_eq!(data.alternatives().names, ["b", "c"]);
}

#[test]
fn a_filter_mends_what_is_wrong_with_rows() {
    let filter = long().filter(expression("keep"));
    // Of two choices one, of two equal rows one, a choice that is none, a code that is missing.
    let text =
        "case,alt,choice,keep\n1,a,1,1\n1,b,1,0\n1,c,0,1\n2,a,0,1\n2,a,0,0\n2,c,1,1\n3,a,1,1\n3,b,7,0\n3,c,0,1\n3,,,0";
    let data = read(text, &filter, &[], &[]).unwrap();
    assert_eq!(sets(&data), ["a* c", "a c*", "a* c"]);
    assert_eq!(data.warnings(), [""; 0]);
}

#[test]
fn a_case_without_a_choice_in_the_file_is_an_error_whatever_the_filter() {
    let text = "case,alt,choice,keep\n1,a,0,0\n1,b,0,1\n1,c,0,1\n2,a,1,1\n2,b,0,1";
    assert_eq!(
        messages(read(text, &long().filter(expression("keep")), &[], &[])),
        [
            "data.csv, row 3 (case 1): no alternative is chosen; every case needs a 1 in column \"choice\": correct the data \
          or filter such cases out"
        ]
    );
}

#[test]
fn counts_are_kept_as_they_are() {
    let schema = Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "n".to_owned(),
        counts: true,
    });
    let text = "case,alt,n,keep\n1,b,3,1\n1,a,0.5,1\n2,a,0,1\n2,b,4,1\n3,a,0,1\n3,b,0,1\n3,c,2,0";
    let data = read(text, &schema.clone().filter(expression("keep")), &[], &[]).unwrap();
    assert_eq!(sets(&data), ["a:0.5 b:3", "a:0 b:4"]);
    assert_eq!((data.choices(0), data.choices(1)), (3.5, 4.0));
    assert_eq!(
        data.warnings(),
        ["the filter removed the chosen row of 1 case, which was dropped with it"]
    );
    assert_eq!(data.times_chosen(), [0.5, 7.0]);
    assert_eq!(data.times_available(), [2, 2]);
    // How often a missing count was cannot be known.
    let text = "case,alt,n,keep\n1,b,3,1\n1,a,,1\n1,c,2,1\n2,a,0,1\n2,b,4,1";
    let data = read(text, &schema.missing(Missing::DropAlternative), &[], &[]).unwrap();
    assert_eq!(sets(&data), ["a:0 b:4"]);
    assert_eq!(data.warnings(), ["1 case dropped because of missing cells"]);
}

#[test]
fn panels_bring_cases_together() {
    let text = "case,alt,choice,who\n1,a,1,x\n2,a,0,y\n3,b,1,x\n1,b,0,x\n2,b,1,y\n3,a,0,x";
    let data = read(text, &long().decision_maker("who"), &[], &[]).unwrap();
    assert_eq!(data.decision_makers(), Some([0, 0, 1].as_slice()));
    assert_eq!(
        (0..3).map(|case| data.place(case).case.unwrap()).collect::<Vec<_>>(),
        ["1", "3", "2"]
    );
    assert_eq!(sets(&data), ["a* b", "a b*", "a b*"]);
}

#[test]
fn missing_attributes_under_each_policy() {
    let text = "
        case,alt,choice,x,w
        1,a,1,1,1
        1,b,0,,1
        1,c,0,3,1
        2,a,1,,2
        2,b,0,2,2
        2,c,0,3,2
        3,a,1,1,3
        3,b,0,,3
        4,a,1,1,4
        4,b,0,2,4";
    let schema = long().weight(expression("w"));
    let utility = [("all", "b * x")];
    assert_eq!(
        messages(read(text, &schema, &["b"], &utility)),
        [
            "data.csv, rows 3 (case 1), 5 (case 2), 9 (case 3): no value in column \"x\", needed by the utility \"all\"; fill \
          it in, or set missing = \"drop_case\" or \"drop_alternative\" in [data]"
        ]
    );
    let data = read(text, &schema.clone().missing(Missing::DropCase), &["b"], &utility).unwrap();
    assert_eq!(sets(&data), ["a* b"]);
    assert_eq!(data.weights(), Some([4.0].as_slice()));
    assert_eq!(data.warnings(), ["3 cases dropped because of missing cells"]);
    // Case 2 lost the chosen alternative, case 3 all but one.
    let data = read(text, &schema.missing(Missing::DropAlternative), &["b"], &utility).unwrap();
    assert_eq!(sets(&data), ["a* c", "a* b"]);
    assert_eq!(data.weights(), Some([1.0, 4.0].as_slice()));
    assert_eq!(
        data.warnings(),
        [
            "2 cases dropped because of missing cells",
            "1 alternative dropped from a choice set because of missing cells"
        ]
    );
    assert_eq!(pair_values(&data, "x"), [1.0, 3.0, 1.0, 2.0]);
}

#[test]
fn missing_cells_that_say_what_a_row_is() {
    let text = "
        case,alt,choice,w,who,keep
        1,a,1,1,5,1
        1,,0,1,5,1
        1,c,0,1,5,1
        1,d,,1,5,1
        1,e,0,,5,1
        1,f,0,1,,1
        1,g,0,1,5,
        2,a,,1,6,1
        2,b,0,1,6,1
        3,a,1,1,6,1
        3,b,0,1,6,1
        4,a,1,1,6,
        4,b,0,1,6,1
        4,c,0,1,6,1";
    let schema = long()
        .weight(expression("w"))
        .decision_maker("who")
        .filter(expression("keep"));
    let data = read(text, &schema.clone().missing(Missing::DropCase), &[], &[]).unwrap();
    assert_eq!(sets(&data), ["a* b"]);
    assert_eq!(data.warnings(), ["3 cases dropped because of missing cells"]);
    let data = read(text, &schema.clone().missing(Missing::DropAlternative), &[], &[]).unwrap();
    assert_eq!(sets(&data), ["a* c", "a* b"]);
    assert_eq!(
        data.warnings(),
        [
            "2 cases dropped because of missing cells",
            "5 alternatives dropped from choice sets because of missing cells"
        ]
    );
    assert_eq!(data.weights(), Some([1.0, 1.0].as_slice()));
    assert_eq!(data.decision_makers(), Some([0, 1].as_slice()));
    assert_eq!(
        messages(read(text, &schema, &[], &[])),
        [
            "data.csv, rows 5 (case 1), 9 (case 2): no value in column \"choice\", but the choice is needed in every row; \
             fill it in, set missing = \"drop_case\" in [data], or filter such rows out",
            "data.csv, row 3 (case 1): no value in column \"alt\", but the alternative is needed in every row; fill it in, \
             set missing = \"drop_case\" in [data], or filter such rows out",
            "data.csv, row 7 (case 1): no value in column \"who\", but the decision maker is needed in every row; fill it \
             in, set missing = \"drop_case\" in [data], or filter such rows out",
            "data.csv, rows 8 (case 1), 13 (case 4): no value in column \"keep\", needed by the filter; fill it in, or set \
             missing = \"drop_case\" or \"drop_alternative\" in [data]",
            "data.csv, row 6 (case 1): no value in column \"w\", needed by the weight; fill it in, or set missing = \
             \"drop_case\" or \"drop_alternative\" in [data]",
        ]
    );
}

#[test]
fn a_set_that_is_too_small_in_the_file_is_an_error_under_every_policy() {
    let text = "case,alt,choice,x\n1,a,1,1\n2,a,1,1\n2,b,0,2";
    for policy in [Missing::Error, Missing::DropCase, Missing::DropAlternative] {
        assert_eq!(
            messages(read(text, &long().missing(policy), &["b"], &[("all", "b * x")])),
            [
                "data.csv, row 2 (case 1): the choice set has one alternative; a choice needs at least two alternatives: \
              filter such cases out"
            ]
        );
    }
}

#[test]
fn a_case_that_loses_all_its_alternatives_does_no_harm() {
    let schema = long()
        .alternative_if("a", 1, expression("av"))
        .alternative_if("b", 2, expression("av"));
    let text = "case,alt,choice,av,who,w\n1,1,1,1,1,1\n1,2,0,1,1,1\n2,1,1,0,1,1\n2,2,0,0,1,1";
    let schema = schema.decision_maker("who").weight(expression("w"));
    assert_eq!(
        messages(read(text, &schema, &["b"], &[("all", "b * av")])),
        [
            "data.csv, row 4 (case 2): the chosen alternative \"a\" is unavailable (\"av\" is 0); correct the data or drop such cases with filter"
        ]
    );
    let text = "case,alt,choice,av,who,w\n1,1,1,1,1,1\n1,2,0,1,1,1\n2,1,0,0,1,1\n2,2,0,0,1,1";
    assert_eq!(
        messages(read(text, &schema, &["b"], &[("all", "b * av")])),
        [
            "data.csv, row 4 (case 2): no alternative is chosen; every case needs a 1 in column \"choice\": correct the \
             data or filter such cases out",
            "data.csv, row 4 (case 2): the choice set has no alternative; a choice needs at least two alternatives: filter \
             such cases out",
        ]
    );
}

#[test]
fn columns_that_do_not_vary_within_cases_are_stored_once() {
    let data = read(TEXT, &long(), &["b"], &[("all", "b * time + income")]).unwrap();
    assert_eq!(values(&data, "income"), (Level::Case, vec![10.0, 20.0]));
    assert_eq!(values(&data, "case"), (Level::Case, vec![1.0, 2.0]));
    assert_eq!(values(&data, "time"), (Level::Pair, vec![4.0, 3.0, 5.0, 7.0, 6.0]));
    assert_eq!(values(&data, "time - income").1, [-6.0, -7.0, -5.0, -13.0, -14.0]);
    assert_eq!(pair_values(&data, "income"), [10.0, 10.0, 10.0, 20.0, 20.0]);
    assert_eq!(values(&data, "2"), (Level::Case, vec![2.0, 2.0]));
    // What a filter leaves may no longer vary.
    let data = read(
        TEXT,
        &long().filter(expression("alt != 'train' and case == 1")),
        &[],
        &[],
    )
    .unwrap();
    assert_eq!(values(&data, "time"), (Level::Pair, vec![4.0, 3.0]));
    let data = read(
        "case,alt,choice,x\n1,a,1,5\n1,b,0,5\n1,c,0,6",
        &long().filter(expression("x == 5")),
        &[],
        &[],
    );
    assert_eq!(values(&data.unwrap(), "x"), (Level::Case, vec![5.0]));
}

#[test]
#[should_panic(expected = "what varies within cases has no value per case")]
fn what_varies_has_no_value_per_case() {
    let data = read(TEXT, &long(), &[], &[]).unwrap();
    let mut graph = logsum_expressions::Graph::default();
    let names = data.names(&[], &mut graph);
    let node = names.lower("time", &expression("time"), &mut graph).unwrap();
    data.evaluate(&graph, node, Level::Case);
}

#[test]
fn texts_compare_with_those_that_occur_and_those_that_do_not() {
    let text = "case,alt,choice,env,home\n1,a,1,private,public\n1,b,0,public,public\n2,a,1,NA,zoo\n2,b,0,public,zoo";
    let data = read(text, &long(), &[], &[]).unwrap();
    let nan = f64::NAN;
    for (source, expected) in [
        ("env == 'public'", [0.0, 1.0, nan, 1.0]),
        ("env != 'public'", [1.0, 0.0, nan, 0.0]),
        ("env == 'pub'", [0.0, 0.0, nan, 0.0]),
        ("env != 'zzz'", [1.0, 1.0, nan, 1.0]),
        ("env < 'public'", [1.0, 0.0, nan, 0.0]),
        ("env <= 'public'", [1.0, 1.0, nan, 1.0]),
        ("env > 'pro'", [0.0, 1.0, nan, 1.0]),
        ("'pro' >= env", [1.0, 0.0, nan, 0.0]),
        ("env in ('x', 'private')", [1.0, 0.0, nan, 0.0]),
        ("env not in ('x', 'private')", [0.0, 1.0, nan, 1.0]),
        ("env == home", [0.0, 1.0, nan, 0.0]),
        ("env < home", [1.0, 0.0, nan, 1.0]),
        ("home == 'zoo'", [0.0, 0.0, 1.0, 1.0]),
        ("alt == 'a' and home == 'zoo'", [0.0, 0.0, 1.0, 0.0]),
    ] {
        let values = pair_values(&data, source);
        let same = values
            .iter()
            .zip(&expected)
            .all(|(a, b)| a == b || (a.is_nan() && b.is_nan()));
        assert!(same, "{source}: {values:?}");
    }
    assert_eq!(values(&data, "home > 'q'"), (Level::Case, vec![0.0, 1.0]));
    assert_eq!(
        messages(read(text, &long(), &["b"], &[("all", "b * (env == 'public')")])),
        [
            "data.csv, row 4 (case 2): no value in column \"env\", needed by the utility \"all\"; fill it in, or set missing \
          = \"drop_case\" or \"drop_alternative\" in [data]"
        ]
    );
}

#[test]
fn wide_schemas_and_long_schemas_agree() {
    let wide = read("choice,car_x,bus_x\n1,5,6\n2,7,8", &car_and_bus(), &[], &[]).unwrap();
    let schema = long().alternative("car", 1).alternative("bus", 2);
    let long = read(
        "case,alt,choice,x\n1,1,1,5\n1,2,0,6\n2,1,0,7\n2,2,1,8",
        &schema,
        &[],
        &[],
    )
    .unwrap();
    assert_eq!(sets(&wide), sets(&long));
    assert_eq!(wide.alternatives(), long.alternatives());
}
