//! Rankings in wide and long data: what they are read as, their stages, and what is wrong with them.

mod common;

use common::{car_and_bus, expression, long, messages, read, sets, situations};
use logsum_data::{ChoiceData, Joint, Layout, Missing, Outcome, Parts, RankingSchema, Schema, Ties, Uses};

/// Three alternatives of wide data, ranked in the given columns.
fn wide(columns: &[&str], best_worst: bool) -> Schema {
    Schema::wide(columns[0])
        .alternative("car", 1)
        .alternative("bus", 2)
        .alternative_if("train", 3, expression("rail == 1"))
        .ranking(RankingSchema {
            further: columns[1..].iter().map(|name| (*name).to_owned()).collect(),
            best_worst,
            ..RankingSchema::default()
        })
}

fn ranked(best_worst: bool) -> Schema {
    long().ranking(RankingSchema {
        further: Vec::new(),
        best_worst,
        ..RankingSchema::default()
    })
}

/// Names of the best and of the worst alternatives of each case.
fn rankings(data: &ChoiceData) -> Vec<(String, String)> {
    let names = &data.alternatives().names;
    let one = |case: usize| {
        let first = data.pairs(case).start;
        let list = |slots: &[u32]| {
            let name = |slot: &u32| names[data.pair_alternatives()[first + *slot as usize] as usize].as_str();
            slots.iter().map(name).collect::<Vec<_>>().join(" ")
        };
        let ranking = data.ranking(case).expect("a ranking");
        (list(ranking.best), list(ranking.worst))
    };
    (0..data.n_cases()).map(one).collect()
}

fn of(best: &str, worst: &str) -> (String, String) {
    (best.to_owned(), worst.to_owned())
}

const WIDE: &str = "first,second,third,rail,x\n3,1,2,1,0.5\n1,,,1,1.5\n2,1,,0,2.5\n";

const LONG: &str = "case,alt,choice,x\n\
    7,a,2,1\n7,b,1,2\n7,c,0,3\n7,d,,4\n\
    8,b,3,5\n8,a,1,6\n8,d,2,7\n";

#[test]
fn codes_in_columns() {
    let data = read(WIDE, &wide(&["first", "second", "third"], false), &[], &[("all", "x")]).unwrap();
    assert_eq!(
        rankings(&data),
        [of("train car bus", ""), of("car", ""), of("bus car", "")]
    );
    // As a choice it is the best.
    assert_eq!(sets(&data), ["car bus train*", "car* bus train", "car bus*"]);
    assert_eq!(data.times_chosen(), [1.0, 1.0, 1.0]);
    assert_eq!(data.rankings().unwrap().lengths(), (1, 3));
    let description = data.describe(&[]);
    let described = description.rankings.expect("they are rankings");
    assert_eq!((described.least, described.most, described.best_worst), (1, 3, false));
    assert!(!description.counts);

    let first = data.first_choices();
    assert_eq!(first.outcome(), data.outcome());
    assert!(first.rankings().is_none());
    assert_eq!(rankings(&first), [of("train", ""), of("car", ""), of("bus", "")]);
}

#[test]
fn ranks_in_rows() {
    let data = read(LONG, &ranked(false), &[], &[("all", "x")]).unwrap();
    assert_eq!(sets(&data), ["a b* c d", "a* b d"]);
    assert_eq!(rankings(&data), [of("b a", ""), of("a d b", "")]);

    let data = read(LONG, &ranked(true), &[], &[("all", "x")]).unwrap();
    assert_eq!(rankings(&data), [of("b", "a"), of("a d", "b")]);
}

#[test]
fn the_last_of_the_columns_is_the_worst() {
    let text = "first,second,third,rail,x\n3,1,2,1,0.5\n1,,3,1,1.5\n";
    let data = read(text, &wide(&["first", "second", "third"], true), &[], &[]).unwrap();
    assert_eq!(rankings(&data), [of("train car", "bus"), of("car", "train")]);
}

#[test]
fn a_choice_is_a_ranking_of_one() {
    let data = read("choice\n2\n1\n", &car_and_bus(), &[], &[]).unwrap();
    assert_eq!(rankings(&data), [of("bus", ""), of("car", "")]);
    assert!(data.rankings().is_none() && data.stages().is_none());
    let unknown = situations("choice\n2\n1\n", &car_and_bus(), &[], &[]).unwrap();
    assert!(unknown.ranking(0).is_none());
}

#[test]
fn stages_are_choices_from_what_is_left() {
    let data = read(LONG, &ranked(false), &[], &[("all", "x")]).unwrap();
    let stages = data.stages().unwrap();
    // Of the second case the last stage leaves no choice.
    assert_eq!(sets(&stages.data), ["a b* c d", "a* c d", "a* b d", "b d*"]);
    assert_eq!(stages.case, [0, 0, 1, 1]);
    assert_eq!(stages.sign, None);
    assert_eq!(stages.data.decision_makers(), Some(&[0, 0, 1, 1][..]));
    assert_eq!(stages.data.n_decision_makers(), 2);
    assert_eq!(
        common::pair_values(&stages.data, "x"),
        [1.0, 2.0, 3.0, 4.0, 1.0, 3.0, 4.0, 6.0, 5.0, 7.0, 5.0, 7.0]
    );
    let sizes = |case: usize| -> Vec<usize> {
        let ranking = data.ranking(case).unwrap();
        ranking.set_sizes(data.pairs(case).len()).collect()
    };
    assert_eq!((sizes(0), sizes(1)), (vec![4, 3], vec![3, 2]));
    // What a message says of a stage is where its case stands.
    assert_eq!(stages.data.place(1), data.place(0));
    assert_eq!(
        stages.data.case_keys(),
        [
            data.case_keys()[0],
            data.case_keys()[0],
            data.case_keys()[1],
            data.case_keys()[1]
        ]
    );

    let worst = read(LONG, &ranked(true), &[], &[("all", "x")])
        .unwrap()
        .stages()
        .unwrap();
    assert_eq!(sets(&worst.data), ["a b* c d", "a* c d", "a* b d", "b d*"]);
    let sign = format!("`{}`", worst.sign.expect("there is a worst"));
    assert_eq!(common::values(&worst.data, &sign).1, [1.0, -1.0, 1.0, 1.0]);
}

#[test]
fn decision_makers_and_weights_are_those_of_the_ranking() {
    let text = "first,second,rail,who,w\n3,1,1,9,2\n1,2,1,5,3\n2,1,0,9,2\n";
    let schema = wide(&["first", "second"], false)
        .decision_maker("who")
        .weight(expression("w"));
    let data = read(text, &schema, &[], &[]).unwrap();
    let stages = data.stages().unwrap();
    assert_eq!(stages.case, [0, 0, 1, 2, 2]);
    assert_eq!(stages.data.decision_makers(), Some(&[0, 0, 0, 1, 1][..]));
    assert_eq!(stages.data.weights(), Some(&[2.0, 2.0, 2.0, 3.0, 3.0][..]));
    assert_eq!(stages.data.decision_maker_keys().len(), 5);
}

#[test]
fn ranks_that_are_none() {
    let problem = |cells: [&str; 4]| {
        let rows: Vec<String> = cells
            .iter()
            .zip(["a", "b", "c", "d"])
            .map(|(cell, alt)| format!("7,{alt},{cell}\n"))
            .collect();
        messages(read(
            &format!("case,alt,choice\n{}", rows.concat()),
            &ranked(false),
            &[],
            &[],
        ))
    };
    for value in ["2.5", "-1", "1e10"] {
        let number: f64 = value.parse().unwrap();
        assert_eq!(
            problem(["1", value, "0", ""]),
            [format!(
                "data.csv, row 3 (case 7): column \"choice\" holds {number}, but a rank is a whole number, 1 for the best, and \
                 0 or empty for what comes after all that are ranked; correct the data or filter such cases out"
            )]
        );
    }
    assert_eq!(
        problem(["1", "2", "2", ""]),
        [
            "data.csv, row 4 (case 7): rank 2 stands twice in its case (column \"choice\"); a rank belongs to one alternative, \
          and those that are last together have none: correct the data or filter such cases out, or let them tie with ties = \
          \"efron\" or \"exact\" in [ranking]"
        ]
    );
    assert_eq!(
        problem(["1", "4", "", "2"]),
        [
            "data.csv, row 3 (case 7): rank 4 stands in its case without the one before it (column \"choice\"); ranks are 1, 2, \
          ... without a gap: correct the data or filter such cases out"
        ]
    );
    assert_eq!(
        problem(["2", "3", "", "0"]),
        [
            "data.csv, row 2 (case 7): rank 2 stands in its case without the one before it (column \"choice\"); ranks are 1, 2, \
          ... without a gap: correct the data or filter such cases out"
        ]
    );
    assert_eq!(
        problem(["0", "", "0", "0"]),
        [
            "data.csv, row 2 (case 7): no alternative is chosen; every case needs a rank 1 (column \"choice\"): correct the \
          data or filter such cases out"
        ]
    );
    assert_eq!(
        problem(["1", "x", "0", "0"]),
        [
            "column \"choice\" of data.csv holds text (such as \"1\"), but a rank must be a number: 1 for the best, 0 or empty \
          for what comes after all that are ranked"
        ]
    );
    let alone = read("case,alt,choice\n1,a,1\n1,b,2\n2,a,1\n2,b,0\n", &ranked(true), &[], &[]);
    assert_eq!(
        messages(alone),
        [
            "data.csv, row 4 (case 2): only one alternative is ranked, but with best_worst = true a case has a best and a worst \
          one; correct the data or filter such cases out"
        ]
    );
}

fn tied() -> Schema {
    long().ranking(RankingSchema {
        ties: Some(Ties::Exact),
        ..RankingSchema::default()
    })
}

#[test]
fn those_that_share_a_rank_are_one_stage() {
    // After two of rank 1 the next is 2, or 3; the last two of the third case are all that is left.
    let text = "case,alt,choice\n1,a,1\n1,b,2\n1,c,1\n1,d,\n2,a,1\n2,b,3\n2,c,1\n2,d,\n\
                3,a,2\n3,b,1\n3,c,2\n4,a,1\n4,b,1\n";
    let data = read(text, &tied(), &[], &[]).unwrap();
    assert_eq!(
        rankings(&data),
        [of("a c b", ""), of("a c b", ""), of("b a c", ""), of("a b", "")]
    );
    assert_eq!(data.rankings().unwrap().n_with_ties(), 4);
    assert_eq!(data.describe(&[]).rankings.unwrap().with_ties, 4);
    let stages = data.stages().unwrap();
    assert_eq!(stages.joint, Some(Joint::Ties(Ties::Exact)));
    assert_eq!(stages.case, [0, 0, 1, 1, 2, 3]);
    let Outcome::Counts(taken) = stages.data.outcome() else {
        panic!("stages may take several")
    };
    let of_stage = |stage: usize| taken[stages.data.pairs(stage)].to_vec();
    assert_eq!(of_stage(0), [1.0, 0.0, 1.0, 0.0]);
    assert_eq!(of_stage(1), [1.0, 0.0]);
    assert_eq!(of_stage(4), [0.0, 1.0, 0.0]);
    assert_eq!(of_stage(5), [1.0, 1.0]);
    let sizes = |case: usize| -> Vec<usize> {
        let ranking = data.ranking(case).unwrap();
        ranking.set_sizes(data.pairs(case).len()).collect()
    };
    assert_eq!((sizes(0), sizes(2), sizes(3)), (vec![4, 3, 2], vec![3], vec![]));
    let place = |slot: u32| data.ranking(0).unwrap().place(slot);
    assert_eq!(
        [place(0), place(1), place(2), place(3)],
        [Some(0), Some(2), Some(0), None]
    );
    // Those that share the first rank are equal parts of a choice, whichever stands first.
    assert_eq!(data.times_chosen(), [1.5, 1.5, 1.0, 0.0]);
    let first = data.first_choices();
    assert_eq!(
        first.outcome(),
        &Outcome::Counts(vec![0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.5, 0.0, 0.0, 1.0, 0.0, 0.5, 0.5])
    );
    assert!((0..4).all(|case| first.choices(case) == 1.0));
    // Ties are part of what tells data apart.
    let other = read(&text.replace("3,a,2", "3,a,3"), &tied(), &[], &[]).unwrap();
    assert_ne!(data.fingerprint(&[]), other.fingerprint(&[]));
    // Cases keep theirs wherever they go.
    let again = data.resample(&[2, 0], None);
    assert_eq!(again.ranking(0).unwrap().tied, [false, false, true]);
    assert_eq!(again.ranking(1).unwrap().tied, [false, true, false]);
}

#[test]
fn gaps_among_ties() {
    let problem = |ranks: [u32; 4]| {
        let rows = ranks.iter().zip(["a", "b", "c", "d"]);
        let rows: String = rows.map(|(rank, alt)| format!("7,{alt},{rank}\n")).collect();
        read(&format!("case,alt,choice\n{rows}"), &tied(), &[], &[])
    };
    for sound in [
        [1, 1, 2, 0],
        [1, 1, 3, 0],
        [1, 2, 2, 4],
        [1, 2, 2, 3],
        [1, 1, 1, 4],
        [1, 1, 1, 2],
    ] {
        assert!(problem(sound).is_ok(), "{sound:?}");
    }
    assert_eq!(
        messages(problem([1, 1, 4, 0])),
        [
            "data.csv, row 4 (case 7): rank 4 stands in its case without the one before it (column \"choice\"); ranks are 1, 2, \
          ... without a gap: correct the data or filter such cases out"
        ]
    );
    for gap in [[2, 2, 0, 0], [1, 1, 1, 3]] {
        assert!(problem(gap).is_err(), "{gap:?}");
    }
}

#[test]
fn ranks_of_wide_data_in_a_column_each() {
    let ranks = ["car", "bus", "train"].map(|name| (name, expression(&format!("r_{name}"))));
    let schema = |ranking: RankingSchema| {
        Schema::wide_counts(ranks.clone())
            .alternative("car", 1)
            .alternative("bus", 2)
            .alternative_if("train", 3, expression("rail == 1"))
            .ranking(ranking)
    };
    let ties = RankingSchema {
        ties: Some(Ties::Efron),
        ..RankingSchema::default()
    };
    let text = "r_car,r_bus,r_train,rail\n2,1,0,1\n1,,1,1\n2,1,,0\n";
    let data = read(text, &schema(ties.clone()), &[], &[]).unwrap();
    assert_eq!(
        rankings(&data),
        [of("bus car", ""), of("car train", ""), of("bus car", "")]
    );
    assert_eq!(sets(&data), ["car bus* train", "car* bus train", "car bus*"]);
    let plain = schema(RankingSchema::default());
    assert_eq!(
        messages(read(text, &plain, &[], &[])),
        [
            "data.csv, row 3: rank 1 stands twice in its case (the ranks in choice); a rank belongs to one alternative, and \
          those that are last together have none: correct the data or filter such cases out, or let them tie with ties = \
          \"efron\" or \"exact\" in [ranking]"
        ]
    );
    assert_eq!(
        messages(read("r_car,r_bus,r_train,rail\n2,1,3,0\n", &plain, &[], &[])),
        [
            "data.csv, row 2: the ranked alternative \"train\" is unavailable (\"rail == 1\" is 0); correct the data or drop \
          such cases with filter"
        ]
    );
    assert_eq!(
        messages(read("r_car,r_bus,r_train,rail\n1.5,1,2,1\n0,,0,1\n", &plain, &[], &[])),
        [
            "data.csv, row 2: the rank of \"car\" is 1.5, but a rank is a whole number, 1 for the best, and 0 or empty for \
          what comes after all that are ranked; correct the data or filter such rows out",
            "data.csv, row 3: no alternative is chosen; every case needs a rank 1 (the ranks in choice): correct the data or \
          filter such cases out"
        ]
    );
}

#[test]
fn a_pair_of_the_best_and_the_worst() {
    let schema = long().ranking(RankingSchema {
        best_worst: true,
        max_diff: true,
        ..RankingSchema::default()
    });
    let data = read("case,alt,choice\n1,a,2\n1,b,1\n1,c,0\n", &schema, &[], &[]).unwrap();
    assert_eq!(rankings(&data), [of("b", "a")]);
    let stages = data.stages().unwrap();
    assert_eq!((stages.sign, stages.joint), (None, Some(Joint::MaxDiff)));
    assert_eq!(stages.data.outcome(), &Outcome::Counts(vec![-1.0, 1.0, 0.0]));
    assert_eq!(
        messages(read("case,alt,choice\n1,a,2\n1,b,1\n1,c,3\n", &schema, &[], &[])),
        [
            "data.csv, row 4 (case 1): more than the best and the worst are ranked, which max_diff = true takes as one choice \
          of a pair; rank no others, or remove max_diff to take one after another"
        ]
    );
    let unfit = |best_worst: bool, ties: Option<Ties>| {
        let ranking = RankingSchema {
            best_worst,
            max_diff: !best_worst,
            ties,
            ..RankingSchema::default()
        };
        messages(read(LONG, &long().ranking(ranking), &[], &[]))
    };
    assert_eq!(
        unfit(false, None),
        ["[ranking]: max_diff takes the best and the worst as one choice, so it needs best_worst = true"]
    );
    assert_eq!(
        unfit(true, Some(Ties::Exact)),
        ["[ranking]: the best and the worst are one each and cannot tie; remove ties, or best_worst"]
    );
}

#[test]
fn several_cases_with_the_same_problem_are_one_message() {
    let text = "case,alt,choice\n1,a,1\n1,b,1\n2,a,2\n2,b,2\n3,a,1\n3,b,3\n4,a,3\n4,b,1\n";
    assert_eq!(
        messages(read(text, &ranked(false), &[], &[])),
        [
            "data.csv, rows 3 (case 1), 5 (case 2): a rank (first 1) stands twice in its case (column \"choice\"); a rank \
             belongs to one alternative, and those that are last together have none: correct the data or filter such cases \
             out, or let them tie with ties = \"efron\" or \"exact\" in [ranking]",
            "data.csv, rows 7 (case 3), 8 (case 4): a rank (first 3) stands in its case without the one before it (column \
             \"choice\"); ranks are 1, 2, ... without a gap: correct the data or filter such cases out"
        ]
    );
}

#[test]
fn codes_that_are_no_ranking() {
    let columns = ["first", "second", "third"];
    let problem = |cells: &str| {
        let text = format!("first,second,third,rail\n1,2,3,1\n{cells}\n");
        messages(read(&text, &wide(&columns, false), &[], &[]))
    };
    assert_eq!(
        problem("2,1,2,1"),
        [
            "data.csv, row 3: alternative \"bus\" is ranked twice, in the columns \"first\" and \"third\"; it has one rank: \
          correct the data or filter such cases out"
        ]
    );
    assert_eq!(
        problem("2,,1,1"),
        [
            "data.csv, row 3: column \"third\" ranks an alternative, but no value stands in column \"second\" before it; ranks \
          may be empty only from some rank on: correct the data or filter such cases out"
        ]
    );
    assert_eq!(
        problem("2,1,3,0"),
        [
            "data.csv, row 3: the ranked alternative \"train\" is unavailable (\"rail == 1\" is 0); correct the data or drop \
          such cases with filter"
        ]
    );
    assert_eq!(
        problem("2,9,3,1"),
        [
            "data.csv, row 3: column \"second\" has the code 9, which is not among the alternatives (car = 1, bus = 2, train = \
          3); add it to [alternatives] or filter such rows out"
        ]
    );
    assert_eq!(
        problem(",1,3,1"),
        [
            "data.csv, row 3: no value in column \"first\", but the best alternative is needed in every row; fill it in, set \
          missing = \"drop_case\" in [data], or filter such rows out"
        ]
    );
    let worst = read("first,second,third,rail\n1,2,,1\n", &wide(&columns, true), &[], &[]);
    assert_eq!(
        messages(worst),
        [
            "data.csv, row 2: no value in column \"third\", but the worst alternative is needed in every row; fill it in, set \
          missing = \"drop_case\" in [data], or filter such rows out"
        ]
    );
    let absent = read("first,second,rail\n1,2,1\n", &wide(&columns, false), &[], &[]);
    assert_eq!(
        messages(absent),
        ["no column \"third\" in data.csv, which [data] choice names"]
    );
}

#[test]
fn counts_are_no_ranks() {
    let mut schema = ranked(false);
    if let Layout::Long { counts, .. } = &mut schema.layout {
        *counts = true;
    }
    assert_eq!(
        messages(read(LONG, &schema, &[], &[])),
        ["choice cannot hold both counts (or shares) and ranks; remove counts = true (or shares = true), or [ranking]"]
    );
}

#[test]
fn what_filters_and_missing_cells_leave() {
    // A ranked row that the filter removes takes its case along, one without a rank does not.
    let filtered = ranked(false).filter(expression("x != 3 and x != 7"));
    let data = read(LONG, &filtered, &[], &[]).unwrap();
    assert_eq!(sets(&data), ["a b* d"]);
    assert_eq!(
        data.warnings(),
        ["the filter removed the chosen row of 1 case, which was dropped with it"]
    );
    // The same with a ranked alternative whose attribute is missing.
    let missing = "case,alt,choice,x\n1,a,1,1\n1,b,2,NA\n1,c,0,1\n2,a,1,1\n2,b,2,1\n2,c,0,NA\n";
    let data = read(
        missing,
        &ranked(false).missing(Missing::DropAlternative),
        &[],
        &[("all", "x")],
    )
    .unwrap();
    assert_eq!(sets(&data), ["a* b"]);
    assert_eq!(rankings(&data), [of("a b", "")]);
    let wide = wide(&["first", "second"], false).missing(Missing::DropCase);
    let data = read("first,second,rail\n1,2,1\n,2,1\n2,,1\n", &wide, &[], &[]).unwrap();
    assert_eq!(rankings(&data), [of("car bus", ""), of("bus", "")]);
}

#[test]
fn situations_have_no_ranking() {
    let data = situations("rail,x\n1,2\n0,3\n", &wide(&["first", "second"], false), &[], &[]).unwrap();
    assert_eq!(data.outcome(), &Outcome::None);
    assert!(data.rankings().is_none());
}

#[test]
fn rankings_taken_again_and_restricted() {
    let data = read(LONG, &ranked(true), &[], &[("all", "x")]).unwrap();
    let again = data.resample(&[1, 0, 1], None);
    assert_eq!(rankings(&again), [of("a d", "b"), of("b", "a"), of("a d", "b")]);
    let read_again = ChoiceData::new(again.to_table(), data.schema(), &Uses::default()).unwrap();
    assert_eq!(rankings(&read_again), rankings(&again));

    // Without c of the first case.
    let keep = [true, true, false, true, true, true, true];
    let restricted = data.restrict(&keep, None);
    assert_eq!(sets(&restricted), ["a b* d", "a* b d"]);
    assert_eq!(rankings(&restricted), rankings(&data));

    let drawn = data.with_outcome(Outcome::Chosen(vec![2, 0]));
    assert!(drawn.rankings().is_none() && drawn.schema().ranking.is_none());
}

#[test]
fn the_fingerprint_knows_the_whole_ranking() {
    let print = |text: &str, best_worst: bool| {
        let data = read(text, &ranked(best_worst), &[], &[]).unwrap();
        data.fingerprint(&["x"])
    };
    let shuffled = "x,alt,case,choice\n1,a,7,2\n2,b,7,1\n3,c,7,\n4,d,7,0\n5,b,8,3\n6,a,8,1\n7,d,8,2\n";
    assert_eq!(print(LONG, false), print(shuffled, false));
    assert_ne!(print(LONG, false), print(LONG, true));
    let other = LONG.replace("8,b,3,5", "8,b,2,5").replace("8,d,2,7", "8,d,3,7");
    assert_ne!(print(LONG, false), print(&other, false));
    let shorter = LONG.replace("8,b,3,5", "8,b,0,5");
    assert_ne!(print(LONG, false), print(&shorter, false));
}

#[test]
fn part_by_part_it_is_the_same() {
    let (schema, uses) = (ranked(false), Uses::default());
    let whole = read(LONG, &schema, &[], &[]).unwrap();
    let table = |rows: std::ops::Range<usize>| {
        let mut lines = LONG.lines();
        let header = lines.next().unwrap();
        let rows: Vec<&str> = lines.skip(rows.start).take(rows.len()).collect();
        // Whatever stands in a part, codes are texts in all of them.
        common::table(&format!("{header}\n{}", rows.join("\n")))
    };
    let mut parts = Parts::new(&schema, &uses).fingerprint_of(&["x"]);
    let mut found = Vec::new();
    let added = parts.add(table(0..6), false).unwrap();
    assert_eq!(added.keep, 2);
    found.extend(rankings(&added.data.unwrap()));
    let added = parts.add(table(4..7), true).unwrap();
    found.extend(rankings(&added.data.unwrap()));
    assert_eq!(found, rankings(&whole));
    assert_eq!(parts.finish().unwrap().fingerprint, whole.fingerprint(&["x"]));
}
