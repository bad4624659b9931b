//! Every problem has its message, with its place; those of missing and undefined cells are tested with the layouts.

mod common;

use common::{car_and_bus, expression, long, messages, read, read_table, table};
use logsum_data::{DataError, Layout, Missing, Place, Places, Schema};

fn counts() -> Schema {
    Schema::of(Layout::Long {
        case: "case".to_owned(),
        alternative: Some("alt".to_owned()),
        choice: "choice".to_owned(),
        counts: true,
    })
}

#[track_caller]
fn fails(text: &str, schema: &Schema, expected: &[&str]) {
    assert_eq!(messages(read(text, schema, &[], &[])), expected);
}

#[test]
fn no_rows() {
    fails(
        "choice",
        &car_and_bus(),
        &["data.csv has a header but no rows; nothing can be estimated"],
    );
}

#[test]
fn no_column() {
    let schema = Schema::long("cases", "mode", "choice").decision_maker("person");
    fails(
        "case,choice,alt\n1,1,1",
        &schema,
        &[
            "no column \"cases\" in data.csv, which [data] case names; did you mean \"case\"?",
            "no column \"mode\" in data.csv, which [data] alternative names",
            "no column \"person\" in data.csv, which [data] decision_maker names",
        ],
    );
}

#[test]
fn expressions_with_unknown_names_and_mixed_types() {
    let schema = car_and_bus()
        .filter(expression("puprose == 1"))
        .derive("z", expression("z2 + 1"))
        .weight(expression("z"));
    let error = read(
        "choice,purpose,mode\n1,1,a",
        &schema,
        &["b_time"],
        &[("car", "b_time * tiem"), ("bus", "1 +\n b_tiem + (mode == 1)")],
    );
    assert_eq!(
        messages(error),
        [
            "derived column \"z\", column 1: unknown name \"z2\": there is no such column\n  z2 + 1\n  ^^",
            "filter, column 1: unknown name \"puprose\"; did you mean \"purpose\"?\n  puprose == 1\n  ^^^^^^^",
            "utility of \"car\", column 10: unknown name \"tiem\": neither a column of the file nor a declared parameter\n  b_time * tiem\n           ^^^^",
            "utility of \"bus\", line 2, column 2: unknown name \"b_tiem\"; did you mean \"b_time\"?\n   b_tiem + (mode == 1)\n   ^^^^^^",
            "utility of \"bus\", line 2, column 11: text compares with text only: 1 is a number, and mode is text\n   b_tiem + (mode == 1)\n            ^^^^^^^^^^^",
        ]
    );
}

#[test]
fn columns_that_were_not_read_are_suggested() {
    let mut table = table("choice\n1");
    table.all_names.push("cost_train".to_owned());
    assert_eq!(
        messages(read_table(table, &car_and_bus(), &["b"], &[("car", "b * cost_trian")])),
        [
            "utility of \"car\", column 5: unknown name \"cost_trian\"; did you mean \"cost_train\"?\n  b * cost_trian\n      ^^^^^^^^^^"
        ]
    );
}

#[test]
fn names_that_are_taken() {
    let schema = car_and_bus()
        .derive("cost", expression("1"))
        .derive("x", expression("1"))
        .derive("x", expression("2"))
        .derive("b", expression("2"));
    let utilities = [("car", "time"), ("train", "a"), ("trsin", "a")];
    let error = read(
        "choice,cost,time\n1,1,1",
        &schema.clone().alternative("tram", 3),
        &["time", "b", "a"],
        &utilities,
    );
    assert_eq!(
        messages(error),
        [
            "derived column \"cost\" bears the name of a column of data.csv; choose another",
            "derived column \"x\" is defined twice; rename one",
            "parameter \"time\" bears the name of a column of data.csv; rename the parameter",
            "parameter \"b\" bears the name of a derived column; rename one of them",
            "utility of \"train\": no alternative \"train\" (there are \"car\", \"bus\", \"tram\"); did you mean \"tram\"?",
            "utility of \"trsin\": no alternative \"trsin\" (there are \"car\", \"bus\", \"tram\")",
        ]
    );
}

#[test]
fn utilities_of_alternatives_that_do_not_occur() {
    let text = "case,alt,choice,x\n1,car,1,\n1,bus,0,1";
    assert_eq!(
        messages(read(text, &long(), &["b"], &[("cra", "b * x"), ("all", "b * x")])),
        [
            "utility of \"cra\": no alternative \"cra\" (there are \"bus\", \"car\"); did you mean \"car\"?",
            "data.csv, row 2 (case 1): no value in column \"x\", needed by the utility \"all\"; fill it in, or set missing \
             = \"drop_case\" or \"drop_alternative\" in [data]",
        ]
    );
}

#[test]
fn nothing_left() {
    fails(
        "choice,x\n1,1\n2,2",
        &car_and_bus().filter(expression("x > 2")),
        &["filter \"x > 2\" keeps none of the 2 rows of data.csv; loosen it"],
    );
    fails(
        "choice,x\n1,\n2,",
        &car_and_bus().filter(expression("x > 2")).missing(Missing::DropCase),
        &["no case of data.csv is left after missing cells were dropped; look at the columns that are missing"],
    );
    let text = "case,alt,choice\n1,1,1\n1,2,0\n2,1,1\n2,2,0\n2,3,0\n3,4,1";
    fails(
        text,
        &long().filter(expression("alt > 1 and alt < 4")),
        &[
            "no case of data.csv is left: the filter \"alt > 1 and alt < 4\" removes the chosen row of all 2 cases; loosen it",
        ],
    );
    fails(
        text,
        &long().filter(expression("alt == 3")),
        &["no case of data.csv is left: the filter \"alt == 3\" removes the chosen row of the only case; loosen it"],
    );
}

#[test]
fn alternatives_and_codes() {
    fails(
        "choice\n1",
        &Schema::wide("choice").filter(expression("x")),
        &[
            "wide data need [alternatives] with the code of each alternative in column \"choice\"",
            "filter, column 1: unknown name \"x\": there is no such column\n  x\n  ^",
        ],
    );
    let schema = Schema::wide("choice")
        .alternative("car", 1)
        .alternative("bus", "1.0")
        .alternative("car", 0)
        .alternative("walk", -0.0)
        .alternative("train", "rail")
        .alternative("air", f64::NAN)
        .alternative("sea", "nan");
    fails(
        "choice\n1",
        &schema,
        &[
            "alternatives \"car\" and \"bus\" have the same code \"1.0\"; give each its own",
            "two alternatives are called \"car\"; rename one",
            "alternatives \"car\" and \"walk\" have the same code -0; give each its own",
            "alternative \"train\" has the text \"rail\" as its code, but column \"choice\" holds numbers; write the number",
            "alternative \"air\" has the code NaN; a code is a finite number or a text",
            "alternative \"sea\" has the text \"nan\" as its code, but column \"choice\" holds numbers; write the number",
        ],
    );
    let long = long().alternative("a", "x").alternative("b", 1);
    fails(
        "case,alt,choice\n1,1,1\n1,2,5",
        &long,
        &[
            "data.csv, row 3 (case 1): column \"choice\" holds 5, but a choice is 0 or 1 (true or false); if it says how \
             often each alternative was chosen, set counts = true in [data]",
            "alternative \"a\" has the text \"x\" as its code, but column \"alt\" holds numbers; write the number",
        ],
    );
}

#[test]
fn unknown_codes() {
    fails(
        "choice\n1\n0\n2\n0",
        &car_and_bus(),
        &[
            "data.csv, rows 3, 5: column \"choice\" has the code 0, which is not among the alternatives (car = 1, bus = 2); \
           add it to [alternatives] or filter such rows out",
        ],
    );
    let codes: Vec<String> = (1..=50).map(|code| code.to_string()).collect();
    fails(
        &format!("choice\n{}", codes.join("\n")),
        &car_and_bus(),
        &[
            "data.csv, rows 4, 5, 6 and 45 more: column \"choice\" has the codes 3, 4, 5 and 45 more, which are not among the \
           alternatives (car = 1, bus = 2); add them to [alternatives] or filter such rows out",
        ],
    );
    fails(
        "case,alt,choice\n1,car,1\n1,bus,0\n1,Car,0",
        &long().alternative("car", "car").alternative("bus", "bus"),
        &[
            "data.csv, row 4 (case 1): column \"alt\" has the code \"Car\", which is not among the alternatives (car = \
           \"car\", bus = \"bus\"); add it to [alternatives] or filter such rows out",
        ],
    );
}

#[test]
fn rows_without_a_case() {
    fails(
        "case,alt,choice\n,a,1\n7,a,1\n7,b,0\n,b,0",
        &long().missing(Missing::DropCase),
        &[
            "data.csv, rows 2, 5: no value in column \"case\", but the case is needed in every row; fill it in or filter such \
           rows out",
        ],
    );
}

#[test]
fn choices_that_are_none() {
    let text = "case,alt,choice\n1,a,2\n1,b,0\n2,a,1\n2,b,-1\n3,a,1\n3,b,inf\n4,a,2\n4,b,7";
    fails(
        text,
        &long(),
        &[
            "data.csv, rows 2 (case 1), 5 (case 2), 7 (case 3) and 2 more: column \"choice\" holds 2, -1, inf and 1 more, but \
           a choice is 0 or 1 (true or false); if it says how often each alternative was chosen, set counts = true in [data]",
        ],
    );
    fails(
        text,
        &counts(),
        &[
            "data.csv, rows 5 (case 2), 7 (case 3): column \"choice\" holds -1, inf, but a count is a finite number of at \
           least 0; correct the data or filter such rows out",
        ],
    );
    fails(
        "case,alt,choice\n1,a,\n1,b,yes\n1,c,",
        &long(),
        &[
            "column \"choice\" of data.csv holds text (such as \"yes\"), but a choice must be 1 in the chosen row and 0 in \
           the others (or true and false)",
        ],
    );
    fails(
        "case,alt,choice\n1,a,many\n1,b,0",
        &counts(),
        &["column \"choice\" of data.csv holds text (such as \"many\"), but counts must be numbers"],
    );
}

#[test]
fn no_choice_and_several() {
    let text = "case,alt,choice\nx,a,0\nx,b,0\ny,a,1\ny,b,1\nz,b,1\nz,a,0";
    fails(
        text,
        &long(),
        &[
            "data.csv, row 2 (case \"x\"): no alternative is chosen; every case needs a 1 in column \"choice\": correct the \
             data or filter such cases out",
            "data.csv, row 4 (case \"y\"): more than one alternative is chosen; a case has one choice: check that \"case\" \
             identifies cases, or set counts = true in [data]",
        ],
    );
    fails(
        text,
        &counts(),
        &[
            "data.csv, row 2 (case \"x\"): no alternative is chosen; every case needs a count above 0 in column \"choice\": \
           correct the data or filter such cases out",
        ],
    );
}

#[test]
fn the_chosen_alternative_is_unavailable() {
    let schema = Schema::wide("choice")
        .alternative_if("car", 1, expression("CAR_AV == 1"))
        .alternative("bus", 2);
    // Neither the time of what is unavailable nor the size of the set is held against the case.
    assert_eq!(
        messages(read(
            "choice,CAR_AV,time\n1,0,\n1,1,3\n1,0,\n2,0,",
            &schema,
            &["b"],
            &[("car", "b * time")]
        )),
        [
            "data.csv, rows 2, 4: the chosen alternative \"car\" is unavailable (\"CAR_AV == 1\" is 0); correct the data or drop such cases with filter",
            "data.csv, row 5: the choice set has one alternative; a choice needs at least two alternatives: filter such \
             cases out",
        ]
    );
}

#[test]
fn too_few_alternatives() {
    let schema = Schema::wide("choice")
        .alternative_if("car", 1, expression("a"))
        .alternative_if("bus", 2, expression("b"));
    fails(
        "choice,a,b\n1,1,1\n1,1,0\n2,0,1\n7,0,0",
        &schema,
        &[
            "data.csv, row 5: column \"choice\" has the code 7, which is not among the alternatives (car = 1, bus = 2); add \
             it to [alternatives] or filter such rows out",
            "data.csv, row 5: the choice set has no alternative; a choice needs at least two alternatives: filter such \
             cases out",
            "data.csv, rows 3, 4: the choice set has one alternative; a choice needs at least two alternatives: filter such \
             cases out",
        ],
    );
}

#[test]
fn duplicates() {
    fails(
        "case,alt,choice\n1,car,1\n1,bus,0\n1,car,0",
        &long(),
        &[
            "data.csv, row 4 (case 1): alternative \"car\" stands twice in its case; a case has each alternative once: check \
           the columns \"case\" and \"alt\"",
        ],
    );
    fails(
        "case,alt,choice\n1,1,1\n1,2,0\n2,2,1\n2,1,0\n1,2,0\n2,1,0\n1,2,0",
        &long(),
        &[
            "data.csv, rows 6 (case 1), 8 (case 1), 7 (case 2): an alternative (first 2) stands twice in its case; a case has \
           each alternative once: check the columns \"case\" and \"alt\"",
        ],
    );
}

#[test]
fn weights() {
    let schema = car_and_bus().weight(expression("w - 1"));
    fails(
        "choice,w\n1,0.5\n2,0\n1,2",
        &schema,
        &[
            "data.csv, rows 2, 3: weight -0.5 is negative; weights are 0 or more: correct the data or filter such cases out",
        ],
    );
    fails(
        "choice,w\n1,1\n2,1",
        &schema,
        &["every weight (\"w - 1\") is 0 in data.csv; at least one case must count"],
    );
    fails(
        "case,alt,choice,w\n1,a,1,2\n1,b,0,3\n2,a,1,1\n2,b,0,-1\n3,a,1,1\n3,b,0,1",
        &long().weight(expression("w")),
        &[
            "data.csv, row 5 (case 2): weight -1 is negative; weights are 0 or more: correct the data or filter such cases \
             out",
            "data.csv, row 3 (case 1): the weight changes within a case (from 2 to 3); a case has one weight: correct the \
             data",
        ],
    );
    // All that is left has no weight.
    fails(
        "choice,w,x\n1,1,1\n2,2,",
        &schema.weight(expression("w - 1 + x * 0")).missing(Missing::DropCase),
        &["every weight (\"w - 1 + x * 0\") is 0 in data.csv; at least one case must count"],
    );
}

#[test]
fn the_decision_maker_changes_within_a_case() {
    fails(
        "case,alt,choice,who\n1,a,1,r-1\n1,b,0,r-1\n2,a,1,r-1\n2,b,0,r-2\n2,c,0,r-3",
        &long().decision_maker("who"),
        &[
            "data.csv, row 5 (case 2): the decision maker changes within a case (column \"who\", from \"r-1\" to \"r-2\"); a \
           case has one decision maker: check \"case\"",
        ],
    );
}

#[test]
fn clusters() {
    let text = "case,alt,choice,zone,age,x\n1,a,1,n,,1\n1,b,0,n,,2\n2,a,1,s,3,1\n2,b,0,s,3,1";
    let data = read(text, &long(), &[], &[]).unwrap();
    let message = |name: &str| data.group_by(name).unwrap_err().to_string();
    assert_eq!(
        message("zones"),
        "no column \"zones\" in data.csv, which the cluster names; did you mean \"zone\"?"
    );
    assert_eq!(
        message("age"),
        "data.csv, row 2 (case 1): no value in column \"age\", but the cluster is needed in every row; fill it in or filter \
         such rows out"
    );
    assert_eq!(
        message("x"),
        "data.csv, row 2 (case 1): column \"x\" changes within a case; scores can only be clustered on a column that is \
         constant within cases"
    );
}

#[test]
fn independent_problems_are_reported_together() {
    let text = "
        case,alt,choice,x,w,who
        1,car,1,1,1,1
        1,bus,0,inf,1,1
        2,car,0,1,1,1
        2,bus,0,2,1,2
        3,car,1,1,-1,3
        3,tram,0,1,-1,3
        4,car,1,1,1,4
        5,car,1,1,1,4
        5,bus,0,1,1,4
        5,bus,0,1,1,4";
    let schema = long()
        .alternative("car", "car")
        .alternative("bus", "bus")
        .weight(expression("w"))
        .decision_maker("who");
    let error = read(text, &schema, &["b"], &[("all", "b * x")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "data.csv, row 4 (case 2): no alternative is chosen; every case needs a 1 in column \"choice\": correct the data or \
         filter such cases out\n\
         data.csv, row 7 (case 3): column \"alt\" has the code \"tram\", which is not among the alternatives (car = \"car\", \
         bus = \"bus\"); add it to [alternatives] or filter such rows out\n\
         data.csv, row 11 (case 5): alternative \"bus\" stands twice in its case; a case has each alternative once: check \
         the columns \"case\" and \"alt\"\n\
         data.csv, row 8 (case 4): the choice set has one alternative; a choice needs at least two alternatives: filter \
         such cases out\n\
         data.csv, row 6 (case 3): weight -1 is negative; weights are 0 or more: correct the data or filter such cases out\n\
         data.csv, row 5 (case 2): the decision maker changes within a case (column \"who\", from 1 to 2); a case has one \
         decision maker: check \"case\"\n\
         data.csv, row 3 (case 1): no finite value for the utility \"all\": column \"x\" is inf; correct the data, filter \
         such rows out, or guard it with if(...)"
    );
    assert!(matches!(error, DataError::Several(_)));
    assert_eq!(error.each().len(), 7);
}

#[test]
fn places_are_counted_and_the_first_are_shown() {
    let mut places = Places::new("x.parquet");
    assert!(places.is_empty());
    for row in 1..=5 {
        places.add(|| Place { row, case: None });
    }
    assert_eq!(
        (places.file(), places.first().len(), places.total()),
        ("x.parquet", 3, 5)
    );
    assert_eq!(places.to_string(), "x.parquet, rows 1, 2, 3 and 2 more");
}

#[test]
fn long_lists_of_names_are_shortened() {
    let names: Vec<String> = (1..=10).map(|number| format!("a{number}")).collect();
    let listed = logsum_data::name_list(names.iter().map(String::as_str));
    assert_eq!(
        listed,
        "\"a1\", \"a2\", \"a3\", \"a4\", \"a5\", \"a6\", \"a7\", \"a8\" and 2 more"
    );
    assert_eq!(logsum_data::near_miss("cost", ["cost"]), None);
    assert_eq!(
        logsum_data::near_miss("cots", ["cost", "time"]),
        Some("cost".to_owned())
    );
}
