//! Wide tables: a row per case.

mod common;

use common::{car_and_bus, expression, messages, pair_values, read, sets, values};
use logsum_data::{Level, Missing, Schema};

#[test]
fn codes_are_numbers_and_zero_is_one() {
    let schema = Schema::wide("choice")
        .alternative("walk", 0)
        .alternative("car", 1)
        .alternative("bus", -2);
    let data = read("choice,x\n1,5\n-0,6\n-2,7", &schema, &[], &[]).unwrap();
    assert_eq!(sets(&data), ["walk car* bus", "walk* car bus", "walk car bus*"]);
    assert_eq!(data.alternatives().codes, ["0", "1", "-2"]);
    assert!(data.alternatives().labelled);
    assert_eq!(
        (data.n_cases(), data.n_pairs(), data.rows_read(), data.rows_used()),
        (3, 9, 3, 3)
    );
    assert_eq!(data.n_decision_makers(), 3);
    assert_eq!(data.warnings(), [""; 0]);
}

#[test]
fn codes_are_texts() {
    let schema = Schema::wide("choice")
        .alternative("car", "CAR")
        .alternative("bus", "PT");
    let data = read("choice\nPT\nCAR", &schema, &[], &[]).unwrap();
    assert_eq!(sets(&data), ["car bus*", "car* bus"]);
}

#[test]
fn numbers_may_be_given_as_text_and_text_columns_may_hold_digits() {
    let schema = Schema::wide("choice")
        .alternative("car", "1")
        .alternative("bus", " 2.0 ");
    assert_eq!(
        sets(&read("choice\n2\n1", &schema, &[], &[]).unwrap()),
        ["car bus*", "car* bus"]
    );
    let schema = Schema::wide("choice").alternative("car", 1).alternative("bus", "2b");
    assert_eq!(
        sets(&read("choice\n2b\n1", &schema, &[], &[]).unwrap()),
        ["car bus*", "car* bus"]
    );
}

#[test]
fn the_order_of_columns_says_nothing() {
    let data = read(
        "time,choice,cost\n1,2,3",
        &car_and_bus(),
        &["b"],
        &[("all", "b * cost + time")],
    )
    .unwrap();
    assert_eq!(sets(&data), ["car bus*"]);
    assert_eq!(values(&data, "cost - time"), (Level::Case, vec![2.0]));
}

#[test]
fn availability_filter_derived_columns_and_weights() {
    let schema = Schema::wide("choice")
        .alternative_if("train", 1, expression("train_av == 1 and sp"))
        .alternative("car", 2)
        .alternative_if("bus", 3, expression("cheap or sp == 0"))
        .filter(expression("choice != 0 and purpose in (1, 3)"))
        .derive("euros", expression("cents / 100"))
        .derive("cheap", expression("euros < 2"))
        .weight(expression("2 * w"));
    let text = "
        choice,train_av,sp,cents,purpose,w
        0,1,1,100,1,1
        1,1,1,100,1,1
        2,1,0,300,1,2
        3,0,1,100,3,3
        2,1,1,300,2,4
        2,1,1,300,3,0";
    let data = read(text, &schema, &["b"], &[("all", "b * euros")]).unwrap();
    assert_eq!(sets(&data), ["train* car bus", "car* bus", "car bus*", "train car*"]);
    assert_eq!(data.weights(), Some([2.0, 4.0, 6.0, 0.0].as_slice()));
    assert_eq!(values(&data, "euros + cheap"), (Level::Case, vec![2.0, 3.0, 2.0, 3.0]));
    assert_eq!(
        pair_values(&data, "euros"),
        [1.0, 1.0, 1.0, 3.0, 3.0, 1.0, 1.0, 3.0, 3.0]
    );
    assert_eq!((data.rows_read(), data.rows_used()), (6, 4));
    assert_eq!((data.place(1).row, data.place(1).case), (4, None));
}

#[test]
fn cases_of_a_decision_maker_are_brought_together() {
    let schema = car_and_bus().decision_maker("who").weight(expression("w"));
    let text = "choice,who,w\n1,b,1\n2,a,2\n1,b,3\n2,c,4\n2,a,5";
    let data = read(text, &schema, &[], &[]).unwrap();
    assert_eq!(data.decision_makers(), Some([0, 0, 1, 1, 2].as_slice()));
    assert_eq!(data.n_decision_makers(), 3);
    assert_eq!(data.weights(), Some([1.0, 3.0, 2.0, 5.0, 4.0].as_slice()));
    assert_eq!(
        sets(&data),
        ["car* bus", "car* bus", "car bus*", "car bus*", "car bus*"]
    );
    assert_eq!(values(&data, "w").1, [1.0, 3.0, 2.0, 5.0, 4.0]);
    assert_eq!(
        (0..5).map(|case| data.place(case).row).collect::<Vec<_>>(),
        [2, 4, 3, 6, 5]
    );
}

#[test]
fn decision_makers_may_be_numbers_with_zero_among_them() {
    let schema = car_and_bus().decision_maker("who");
    let data = read("choice,who\n1,0\n2,7\n1,-0", &schema, &[], &[]).unwrap();
    assert_eq!(data.decision_makers(), Some([0, 0, 1].as_slice()));
}

#[test]
fn attributes_matter_where_the_alternative_is_available() {
    let schema = Schema::wide("choice")
        .alternative("car", 1)
        .alternative("bus", 2)
        .alternative_if("train", 3, expression("av"));
    let utilities = [("train", "b * time"), ("car", "b * cost")];
    let fine = "choice,av,time,cost\n1,0,NA,1\n2,0,inf,1\n1,1,3,1";
    assert_eq!(
        sets(&read(fine, &schema, &["b"], &utilities).unwrap()),
        ["car* bus", "car bus*", "car* bus train"]
    );
    let bad = "choice,av,time,cost\n1,1,NA,1\n2,1,inf,1\n1,1,3,-inf";
    assert_eq!(
        messages(read(bad, &schema, &["b"], &utilities)),
        [
            "data.csv, row 2: no value in column \"time\", needed by the utility of \"train\"; fill it in, or set \
             missing = \"drop_case\" or \"drop_alternative\" in [data]",
            "data.csv, row 3: no finite value for the utility of \"train\": column \"time\" is inf; correct the data, \
             filter such rows out, or guard it with if(...)",
            "data.csv, row 4: no finite value for the utility of \"car\": column \"cost\" is -inf; correct the data, \
             filter such rows out, or guard it with if(...)",
        ]
    );
}

#[test]
fn an_attribute_that_no_expression_uses_may_be_missing() {
    assert!(read("choice,x\n1,\n2,3", &car_and_bus(), &[], &[]).is_ok());
}

#[test]
fn what_several_alternatives_need_is_told_once_for_each_row() {
    let text = "choice,income,age\n1,,3\n2,5,\n1,,4";
    let schema = car_and_bus().weight(expression("age"));
    let utilities = [
        ("all", "b * income"),
        ("car", "b * income + b * age"),
        ("bus", "b * age"),
    ];
    let messages = messages(read(text, &schema, &["b"], &utilities));
    assert_eq!(
        messages,
        [
            "data.csv, rows 2, 4: no value in column \"income\", needed by the utility \"all\" and the utility of \
             \"car\"; fill it in, or set missing = \"drop_case\" or \"drop_alternative\" in [data]",
            "data.csv, row 3: no value in column \"age\", needed by the utility of \"car\" and 2 more expressions; \
             fill it in, or set missing = \"drop_case\" or \"drop_alternative\" in [data]",
        ]
    );
}

#[test]
fn if_guards_the_branch_not_taken() {
    let utility = [("all", "b * if(has, time / n, 0) + if(n == 0, 1, log(n))")];
    let data = read("choice,has,time,n\n1,0,NA,0\n2,1,6,3", &car_and_bus(), &["b"], &utility).unwrap();
    assert_eq!(values(&data, "if(has, time / n, 0)").1, [0.0, 2.0]);
    assert_eq!(
        messages(read(
            "choice,has,time,n\n1,1,NA,1\n2,1,6,0",
            &car_and_bus(),
            &["b"],
            &utility
        )),
        [
            "data.csv, row 2: no value in column \"time\", needed by the utility \"all\"; fill it in, or set missing \
             = \"drop_case\" or \"drop_alternative\" in [data]",
            "data.csv, row 3: no finite value for the utility \"all\": division by zero in \"time / n\"; correct the \
             data, filter such rows out, or guard it with if(...)",
        ]
    );
}

#[test]
fn a_missing_choice_under_each_policy() {
    let text = "choice,x\n1,1\n,2\n2,3";
    assert_eq!(
        messages(read(text, &car_and_bus(), &[], &[])),
        [
            "data.csv, row 3: no value in column \"choice\", but the choice is needed in every row; fill it in, set \
          missing = \"drop_case\" in [data], or filter such rows out"
        ]
    );
    for policy in [Missing::DropCase, Missing::DropAlternative] {
        let data = read(text, &car_and_bus().missing(policy), &[], &[]).unwrap();
        assert_eq!(sets(&data), ["car* bus", "car bus*"]);
        assert_eq!(data.warnings(), ["1 case dropped because of missing cells"]);
        assert_eq!(values(&data, "x").1, [1.0, 3.0]);
    }
}

#[test]
fn missing_cells_drop_cases_or_alternatives() {
    let schema = Schema::wide("choice")
        .alternative("car", 1)
        .alternative("bus", 2)
        .alternative("train", 3);
    let utilities = [("bus", "b * bus_time"), ("train", "b * train_time")];
    let text = "
        choice,bus_time,train_time
        1,1,1
        1,,1
        2,,1
        1,,
        3,1,2";
    let drop_case = read(text, &schema.clone().missing(Missing::DropCase), &["b"], &utilities).unwrap();
    assert_eq!(sets(&drop_case), ["car* bus train", "car bus train*"]);
    assert_eq!(drop_case.warnings(), ["3 cases dropped because of missing cells"]);
    // Row 4 lost the chosen alternative, row 5 all but one.
    let drop_alternative = read(text, &schema.missing(Missing::DropAlternative), &["b"], &utilities).unwrap();
    assert_eq!(
        sets(&drop_alternative),
        ["car* bus train", "car* train", "car bus train*"]
    );
    assert_eq!(
        drop_alternative.warnings(),
        [
            "2 cases dropped because of missing cells",
            "1 alternative dropped from a choice set because of missing cells"
        ]
    );
    assert_eq!(values(&drop_alternative, "train_time").1, [1.0, 1.0, 2.0]);
}

#[test]
fn missing_cells_of_weight_filter_availability_and_decision_maker_drop_the_case() {
    let schema = Schema::wide("choice")
        .alternative("car", 1)
        .alternative_if("bus", 2, expression("av"))
        .weight(expression("w"))
        .filter(expression("keep"))
        .decision_maker("who");
    let text = "
        choice,av,w,keep,who
        1,1,1,1,1
        1,,1,1,1
        1,1,,1,1
        1,1,1,,1
        1,1,1,1,
        2,1,1,1,2
        2,1,1,0,";
    for policy in [Missing::DropCase, Missing::DropAlternative] {
        let data = read(text, &schema.clone().missing(policy), &[], &[]).unwrap();
        assert_eq!(sets(&data), ["car* bus", "car bus*"]);
        assert_eq!(data.warnings(), ["4 cases dropped because of missing cells"]);
        assert_eq!(data.weights(), Some([1.0, 1.0].as_slice()));
    }
    let hint = "fill it in, or set missing = \"drop_case\" or \"drop_alternative\" in [data]";
    assert_eq!(
        messages(read(text, &schema, &[], &[])),
        [
            "data.csv, row 6: no value in column \"who\", but the decision maker is needed in every row; fill it in, \
             set missing = \"drop_case\" in [data], or filter such rows out"
                .to_owned(),
            format!("data.csv, row 5: no value in column \"keep\", needed by the filter; {hint}"),
            format!("data.csv, row 3: no value in column \"av\", needed by the availability of \"bus\"; {hint}"),
            format!("data.csv, row 4: no value in column \"w\", needed by the weight; {hint}"),
        ]
    );
}

#[test]
fn what_is_dropped_need_not_be_sound() {
    let schema = car_and_bus().missing(Missing::DropCase).weight(expression("w"));
    let utilities = [("car", "b * x"), ("bus", "b / y")];
    let text = "choice,x,y,w\n1,inf,,1\n2,,0,-1\n1,1,1,1";
    assert_eq!(sets(&read(text, &schema, &["b"], &utilities).unwrap()), ["car* bus"]);
    let text = "choice,x,y,w\n1,inf,1,1\n2,,0,-1\n1,1,1,1";
    assert_eq!(
        messages(read(text, &schema, &["b"], &utilities)),
        [
            "data.csv, row 2: no finite value for the utility of \"car\": column \"x\" is inf; correct the data, filter \
          such rows out, or guard it with if(...)"
        ]
    );
}

#[test]
fn a_division_by_zero_is_the_datas_fault_whatever_the_parameters() {
    let fault = |part: &str| {
        vec![format!(
            "data.csv, row 2: no finite value for the utility \"all\": {part}; correct the data, filter such rows out, \
             or guard it with if(...)"
        )]
    };
    let read = |utility: &str| {
        read(
            "choice,income,cost\n1,0,-3\n2,5,4",
            &car_and_bus(),
            &["b", "l"],
            &[("all", utility)],
        )
    };
    for (utility, part) in [
        ("b * cost / income", "division by zero in \"b * cost / income\""),
        (
            "1 + (b + l) / (l * income)",
            "division by zero in \"(b + l) / (l * income)\"",
        ),
        ("b * log(income)", "logarithm of 0 in \"log(income)\""),
        ("log(b * income)", "logarithm of 0 in \"log(b * income)\""),
        ("log(cost) * b", "logarithm of -3 in \"log(cost)\""),
        ("b * sqrt(cost)", "square root of -3 in \"sqrt(cost)\""),
        (
            "boxcox(cost, l)",
            "Box-Cox transform of -3 with lambda 1.118033988749895 in \"boxcox(cost, l)\"",
        ),
        (
            "b * exp(1000 * (1 - income))",
            "overflow in \"exp(1000 * (1 - income))\"",
        ),
    ] {
        assert_eq!(messages(read(utility)), fault(part), "{utility}");
    }
    // Other parameters may do.
    for utility in [
        "exp(2000 * b)",
        "cost / exp(-2000 * b)",
        "sqrt(b * cost)",
        "log(b * cost)",
        "cost ^ b",
    ] {
        assert_eq!(sets(&read(utility).unwrap()).len(), 2, "{utility}");
    }
}

#[test]
fn a_fault_in_a_derived_column_is_told_in_its_own_words() {
    let schema = car_and_bus().derive("share", expression("cost / income"));
    assert_eq!(
        messages(read(
            "choice,income,cost\n1,0,3\n2,5,4",
            &schema,
            &["b"],
            &[("car", "b * share")]
        )),
        [
            "data.csv, row 2: no finite value for the utility of \"car\": division by zero in \"cost / income\"; correct \
          the data, filter such rows out, or guard it with if(...)"
        ]
    );
    assert!(
        read(
            "choice,income,cost\n1,0,3\n2,5,4",
            &schema,
            &["b"],
            &[("car", "b * cost")]
        )
        .is_ok()
    );
}
