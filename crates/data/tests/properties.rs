//! What must hold for any data: shuffled rows change nothing, wide and long forms agree, nothing panics.

mod common;

use common::{car_and_bus, expression, pair_values, read, sets};
use logsum_data::{ChoiceData, Layout, Missing, Outcome, Schema};
use proptest::prelude::*;

const ALTERNATIVES: [&str; 4] = ["a", "b", "c", "d"];

/// A case: which alternatives there are, which of them is chosen, their attribute, a characteristic.
#[derive(Clone, Debug)]
struct Case {
    available: Vec<usize>,
    chosen: usize,
    x: Vec<i32>,
    z: i32,
}

fn case() -> impl Strategy<Value = Case> {
    let available = proptest::sample::subsequence((0..4).collect::<Vec<_>>(), 2..=4);
    (
        available,
        any::<proptest::sample::Index>(),
        prop::collection::vec(-9..9_i32, 4),
        0..4_i32,
    )
        .prop_map(|(available, index, x, z)| Case {
            chosen: available[index.index(available.len())],
            available,
            x,
            z,
        })
}

fn cases() -> impl Strategy<Value = Vec<Case>> {
    prop::collection::vec(case(), 1..12)
}

/// The rows of a long table.
fn long_rows(cases: &[Case]) -> Vec<String> {
    let rows = cases.iter().enumerate().flat_map(|(id, case)| {
        let row = move |&j: &usize| {
            let chosen = u8::from(j == case.chosen);
            format!(
                "{id},{},{chosen},{},{},{}",
                ALTERNATIVES[j],
                case.x[j],
                case.z,
                1 + id % 3
            )
        };
        case.available.iter().map(row)
    });
    rows.collect()
}

fn long_schema() -> Schema {
    let schema = ALTERNATIVES
        .iter()
        .fold(Schema::long("case", "alt", "choice"), |schema, name| {
            schema.alternative(*name, *name)
        });
    schema.weight(expression("w"))
}

fn read_long(rows: &[String]) -> ChoiceData {
    let text = format!("case,alt,choice,x,z,w\n{}", rows.join("\n"));
    read(&text, &long_schema(), &["b"], &[("all", "b * x"), ("a", "b * z")]).unwrap()
}

/// Everything that a model sees of each case.
fn seen(data: &ChoiceData, attribute: &str) -> Vec<String> {
    let (x, z) = (pair_values(data, attribute), pair_values(data, "z"));
    let weights = data.weights().unwrap();
    let sets = sets(data);
    (0..data.n_cases())
        .map(|case| {
            format!(
                "{} {:?} {:?} {}",
                sets[case],
                &x[data.pairs(case)],
                &z[data.pairs(case)],
                weights[case]
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shuffled_rows_give_the_same_cases(
        (rows, shuffled) in cases().prop_map(|cases| long_rows(&cases)).prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let (data, other) = (read_long(&rows), read_long(&shuffled));
        let labelled = |data: &ChoiceData| {
            let cases = (0..data.n_cases()).map(|case| data.place(case).case.unwrap());
            let mut cases: Vec<_> = cases.zip(seen(data, "x")).collect();
            cases.sort();
            cases
        };
        prop_assert_eq!(labelled(&data), labelled(&other));
        prop_assert_eq!(data.times_available(), other.times_available());
    }

    #[test]
    fn wide_and_long_forms_agree(cases in cases()) {
        let header = "case,chosen,z,w,xa,xb,xc,xd,aa,ab,ac,ad".to_owned();
        let row = |(id, case): (usize, &Case)| {
            let x: Vec<String> = (0..4).map(|j| if case.available.contains(&j) { case.x[j].to_string() } else { "NA".to_owned() }).collect();
            let available: Vec<String> = (0..4).map(|j| u8::from(case.available.contains(&j)).to_string()).collect();
            format!("{id},{},{},{},{},{}", ALTERNATIVES[case.chosen], case.z, 1 + id % 3, x.join(","), available.join(","))
        };
        let rows: Vec<String> = cases.iter().enumerate().map(row).collect();
        // A column of letters alone: text, whichever of them occur.
        let schema = ALTERNATIVES.iter().fold(Schema::wide("chosen"), |schema, name| {
            schema.alternative_if(*name, *name, expression(&format!("a{name}")))
        });
        let text = format!("{header}\n{}", rows.join("\n"));
        let utilities = ["a", "b", "c", "d"].map(|name| (name, format!("b * x{name} + z")));
        let utilities: Vec<(&str, &str)> = utilities.iter().map(|(name, utility)| (*name, utility.as_str())).collect();
        let wide = read(&text, &schema.weight(expression("w")), &["b"], &utilities).unwrap();
        let long = read_long(&long_rows(&cases));

        prop_assert_eq!(&wide.alternatives().names, &long.alternatives().names);
        prop_assert_eq!(wide.pair_alternatives(), long.pair_alternatives());
        prop_assert_eq!(sets(&wide), sets(&long));
        prop_assert_eq!(wide.weights(), long.weights());
        prop_assert_eq!(wide.outcome(), long.outcome());
        let columns = ALTERNATIVES.map(|name| pair_values(&wide, &format!("x{name}")));
        let x: Vec<f64> = wide.pair_alternatives().iter().enumerate().map(|(pair, &j)| columns[j as usize][pair]).collect();
        prop_assert_eq!(x, pair_values(&long, "x"));
        prop_assert_eq!(pair_values(&wide, "z"), pair_values(&long, "z"));
    }

    #[test]
    fn counts_of_one_are_choices(cases in cases()) {
        let rows = long_rows(&cases);
        let text = format!("case,alt,choice,x,z,w\n{}", rows.join("\n"));
        let layout = Layout::Long { case: "case".to_owned(), alternative: Some("alt".to_owned()), choice: "choice".to_owned(), counts: true };
        let counted = read(&text, &Schema { layout, ..long_schema() }, &[], &[]).unwrap();
        let data = read_long(&rows);
        prop_assert_eq!(counted.times_chosen(), data.times_chosen());
        prop_assert!(matches!(counted.outcome(), Outcome::Counts(_)));
    }

    /// A sound table with some cells replaced by whatever: an error, or data whose parts fit together.
    #[test]
    fn any_table_gives_data_or_an_error(
        odd in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.05, prop::sample::select(vec!["0", "1", "2", "", "inf", "-1", "a"])), 6), 0..10),
        texts in prop::collection::vec(any::<bool>(), 4),
        missing in prop::sample::select(vec![Missing::Error, Missing::DropCase, Missing::DropAlternative]),
        layout in 0..4_usize,
        options in prop::collection::vec(any::<bool>(), 4),
    ) {
        let cell = |row: usize, at: usize, odd: Option<&str>| match odd {
            Some("a") if !texts.get(at).is_some_and(|text| *text) => "1".to_owned(),
            Some(odd) => odd.to_owned(),
            None => [row / 2, row % 2 + 1, row / 4, row % 2, 1, 1][at].to_string(),
        };
        let line = |(row, odd): (usize, &Vec<Option<&str>>)| {
            odd.iter().enumerate().map(|(at, odd)| cell(row, at, *odd)).collect::<Vec<_>>().join(",")
        };
        let rows: Vec<String> = odd.iter().enumerate().map(line).collect();
        let text = format!("case,alt,who,choice,x,w\n{}", rows.join("\n"));
        let mut schema = match layout {
            0 => car_and_bus().alternative_if("walk", 0, expression("x == 1")),
            1 => Schema::long("case", "alt", "choice"),
            counts => Schema::of(Layout::Long {
                case: "case".to_owned(),
                alternative: (counts == 2).then(|| "alt".to_owned()),
                choice: "choice".to_owned(),
                counts: counts == 2,
            }),
        };
        if options[0] { schema = schema.weight(expression("w")); }
        if options[1] { schema = schema.decision_maker("who"); }
        if options[2] { schema = schema.filter(expression("x / w < 2")); }
        if options[3] && layout > 0 { schema = schema.alternative_if("one", 1, expression("w >= 0")).alternative("two", 2); }
        match read(&text, &schema.missing(missing), &["b"], &[("all", "b * x / w")]) {
            Err(error) => prop_assert!(error.each().iter().all(|error| !error.to_string().is_empty())),
            Ok(data) => {
prop_assert!(data.n_cases() > 0);
                for case in 0..data.n_cases() {
                    let pairs = data.pairs(case);
                    prop_assert!(pairs.len() >= 2);
                    prop_assert!(data.pair_alternatives()[pairs.clone()].is_sorted_by(|a, b| a < b));
                    prop_assert!(data.choices(case) > 0.0);
                    if let Outcome::Chosen(chosen) = data.outcome() {
                        prop_assert!((chosen[case] as usize) < pairs.len());
                    }
                    prop_assert!(pair_values(&data, "x / w")[pairs].iter().all(|value| value.is_finite()));
                }
                let weights = data.weights().into_iter().flatten();
                prop_assert!(weights.clone().count() == 0 || weights.clone().any(|weight| *weight > 0.0));
                prop_assert!(weights.clone().all(|weight| *weight >= 0.0));
                prop_assert!(data.decision_makers().is_none_or(|makers| makers.is_sorted() && makers[0] == 0));
                data.describe(&["x", "w"]);
                data.fingerprint(&["x", "alt"]);
            }
        }
    }
}
