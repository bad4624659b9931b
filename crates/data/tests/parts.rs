//! Data that come part by part are those of the whole table, wherever it is cut.

mod common;

use common::{car_and_bus, expression, table};
use logsum_data::{
    ChoiceData, Column, Grouping, Layout, Level, Missing, Outcome, Parts, PartsError, Schema, Source, Table,
    TextColumn, Totals, Use, Uses, Values,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

/// Some rows of a table, as a reader gives them: a dictionary holds only the texts that occur.
fn rows(table: &Table, from: usize, to: usize) -> Table {
    let column = |column: &Column| Column {
        name: column.name.clone(),
        values: match &column.values {
            Values::Number(cells) => Values::Number(cells[from..to].into()),
            Values::Text(text) => Values::Text(TextColumn::new((from..to).map(|row| text.get(row)))),
        },
    };
    Table {
        source: Source {
            name: table.source.name.clone(),
            first_row: table.source.first_row + from,
        },
        n_rows: to - from,
        columns: table.columns.iter().map(column).collect(),
        all_names: table.all_names.clone(),
    }
}

/// The columns of those names.
fn only(table: &Table, names: &[String]) -> Table {
    Table {
        columns: table
            .columns
            .iter()
            .filter(|column| names.contains(&column.name))
            .cloned()
            .collect(),
        ..table.clone()
    }
}

/// Reads a table in parts that end at `cuts`.
fn in_parts(
    table: &Table,
    cuts: &[usize],
    schema: &Schema,
    uses: &Uses<'_>,
    used: &[&str],
) -> Result<(Vec<ChoiceData>, Totals), PartsError> {
    let mut parts = Parts::new(schema, uses).fingerprint_of(used);
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % (table.n_rows + 1)).collect();
    ends.sort_unstable();
    ends.push(table.n_rows);
    let first_pass = parts.first_pass();
    if !first_pass.is_empty() {
        let mut begin = 0;
        for &end in &ends {
            parts.learn(&only(&rows(table, begin, end), &first_pass))?;
            begin = end;
        }
    }
    let mut data = Vec::new();
    let mut begin = 0;
    for (at, &end) in ends.iter().enumerate() {
        let added = parts.add(rows(table, begin, end), at + 1 == ends.len())?;
        begin = end - added.keep;
        data.extend(added.data);
    }
    assert_eq!(begin, table.n_rows, "nothing is left after the last part");
    Ok((data, parts.finish()?))
}

fn cell(values: &Values, at: usize) -> String {
    match values {
        Values::Number(cells) => cells[at].to_string(),
        Values::Text(text) => format!("{:?}", text.get(at)),
    }
}

/// All that is to be known of each case.
fn seen(data: &ChoiceData) -> Vec<String> {
    let one = |case: usize| {
        let pairs = data.pairs(case);
        let pair = |pair: usize| {
            let columns = data.columns().iter().map(|column| {
                let at = if column.level == Level::Case { case } else { pair };
                format!("{}={}", column.name, cell(&column.values, at))
            });
            let position = data.pair_alternatives()[pair] as usize;
            let alternatives = data.alternatives();
            let name = if alternatives.labelled {
                format!("{position}: {}", alternatives.names[position])
            } else {
                alternatives.names[position].clone()
            };
            let count = match data.outcome() {
                Outcome::Counts(counts) => counts[pair],
                Outcome::Chosen(chosen) => f64::from(u8::from(chosen[case] as usize == pair - data.pairs(case).start)),
                Outcome::None => f64::NAN,
            };
            let columns = columns.collect::<Vec<_>>().join(",");
            format!("{name} {count} row {} {columns}", data.row_number(pair))
        };
        format!(
            "{:?} {:?} {:?} {}",
            data.place(case),
            data.weights().map(|weights| weights[case]),
            data.decision_makers().map(|makers| makers[case]),
            pairs.map(pair).collect::<Vec<_>>().join("; ")
        )
    };
    (0..data.n_cases()).map(one).collect()
}

/// Numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// What varies from table to table.
#[derive(Clone, Copy, Debug)]
struct Kind {
    wide: bool,
    panel: bool,
    counts: bool,
    /// Whether a column names alternatives.
    named: bool,
    /// Whether alternatives have own utilities.
    labelled: bool,
    listed: bool,
    texts: bool,
    /// Whether identifiers ascend.
    ascending: bool,
    filter: bool,
    weights: bool,
    missing: Missing,
    /// Whether decision makers are missing in places.
    anonymous: bool,
}

fn kind() -> impl Strategy<Value = Kind> {
    let missing = prop::sample::select(vec![Missing::Error, Missing::DropCase, Missing::DropAlternative]);
    (prop::collection::vec(any::<bool>(), 11), missing).prop_map(|(flags, missing)| Kind {
        wide: flags[0] && flags[1],
        panel: flags[2],
        counts: flags[3],
        named: flags[4],
        labelled: flags[5],
        listed: flags[4] && flags[6],
        texts: flags[7],
        ascending: flags[8],
        filter: flags[9],
        weights: flags[10],
        missing,
        anonymous: flags[0] && flags[3] && missing != Missing::Error,
    })
}

fn identifier(kind: Kind, number: u64) -> String {
    match (kind.texts, kind.ascending) {
        (true, _) => format!("i{}", (number * 37) % 101),
        (false, true) => number.to_string(),
        (false, false) => ((number * 37) % 101).to_string(),
    }
}

fn random_table(kind: Kind, random: &mut Random) -> Table {
    let mut lines = vec!["case,alt,choice,x,z,w,f,who,t".to_owned()];
    let missing = |random: &mut Random, n: u64, cell: String| {
        if kind.missing != Missing::Error && random.one_in(n) {
            "NA".to_owned()
        } else {
            cell
        }
    };
    let mut case = 0;
    for maker in 0..1 + random.below(6) {
        for _ in 0..1 + random.below(3) {
            case += 1;
            let (weight, z) = (random.below(3), random.below(3));
            let size = if kind.wide { 1 } else { 2 + random.below(3) };
            let (chosen, turn) = (random.below(size), random.below(4));
            for slot in 0..size {
                let alternative = (slot * 3 + turn) % 4 + 1;
                let choice = match (kind.wide, kind.counts) {
                    (true, _) => 1 + random.below(3),
                    (_, true) => random.below(3) + u64::from(slot == chosen),
                    _ => u64::from(slot == chosen),
                };
                let choice = missing(random, 20, choice.to_string());
                let x = random_number(random);
                let x = missing(random, 12, x);
                let who = identifier(kind, maker);
                let who = if kind.anonymous && random.one_in(9) {
                    "NA".to_owned()
                } else {
                    who
                };
                let z = missing(random, 30, z.to_string());
                lines.push(format!(
                    "{},{},{choice},{x},{z},{weight},{},{who},{}",
                    identifier(kind, case),
                    if kind.texts {
                        format!("a{alternative}")
                    } else {
                        alternative.to_string()
                    },
                    random.below(6),
                    ["u", "v", "NA"][random.below(3) as usize]
                ));
            }
        }
    }
    // The kind of a column is known without its cells.
    lines.push(
        if kind.texts {
            "x,x,0,0,0,0,0,x,x"
        } else {
            "0,0,0,0,0,0,0,0,x"
        }
        .to_owned(),
    );
    let whole = table(&lines.join("\n"));
    rows(&whole, 0, whole.n_rows - 1)
}

fn random_number(random: &mut Random) -> String {
    ["0", "-0", "1.5", "2"][random.below(4) as usize].to_owned()
}

fn schema(kind: Kind) -> Schema {
    let codes = if kind.texts {
        ["a1", "a2", "a3", "a4"]
    } else {
        ["1", "2", "3", "4"]
    };
    let mut schema = if kind.wide {
        car_and_bus().alternative_if("walk", 3, expression("z > 0 or choice == 3"))
    } else {
        Schema::of(Layout::Long {
            case: "case".to_owned(),
            alternative: kind.named.then(|| "alt".to_owned()),
            choice: "choice".to_owned(),
            counts: kind.counts,
        })
    };
    if kind.listed && kind.named && !kind.wide {
        for (at, code) in codes.into_iter().enumerate() {
            schema = schema.alternative(format!("name {}", 9 - at), code);
        }
    }
    schema = schema.missing(kind.missing).derive("scaled", expression("x / 2"));
    if kind.filter {
        schema = schema.filter(expression("f < 5 and scaled < 9"));
    }
    if kind.weights {
        schema = schema.weight(expression("w"));
    }
    if kind.panel {
        schema = schema.decision_maker("who");
    }
    schema
}

/// The first rule that parts of a table break, if any; `None` if neither gives data.
fn compare(kind: Kind, table: &Table, cuts: &[usize]) -> Result<bool, TestCaseError> {
    let schema = schema(kind);
    let utility = expression("b * x + z");
    let own = match (kind.wide, kind.listed && kind.named, kind.named && kind.texts) {
        (true, ..) => "bus",
        (_, true, _) => "name 9",
        (_, _, true) => "a1",
        _ => "1",
    };
    let alternative = (kind.labelled || kind.wide).then_some(own);
    let label = "utility".to_owned();
    let uses = Uses {
        parameters: vec!["b".to_owned()],
        utilities: vec![Use {
            label,
            alternative,
            level: Level::Pair,
            expression: &utility,
        }],
        labelled: false,
    };
    let used = ["z", "x", "t", "case"];
    let whole = ChoiceData::new(table.clone(), &schema, &uses);
    let parts = in_parts(table, cuts, &schema, &uses, &used);
    if let Err(PartsError::Scattered { .. }) = &parts {
        // Rows without a decision maker tear those around them apart, wherever the table is cut.
        prop_assert!(kind.anonymous && kind.panel);
        let uncut = in_parts(table, &[], &schema, &uses, &used);
        let scattered = matches!(uncut, Err(PartsError::Scattered { .. }));
        prop_assert!(scattered);
        return Ok(false);
    }
    let (whole, (parts, totals)) = match (whole, parts) {
        (Ok(whole), Ok(parts)) => (whole, parts),
        (Err(_), Err(_)) => return Ok(false),
        (Err(error), Ok(_)) => panic!("the whole fails alone: {error}"),
        (Ok(_), Err(error)) => panic!("the parts fail alone: {error}"),
    };
    prop_assert_eq!(parts.iter().flat_map(seen).collect::<Vec<_>>(), seen(&whole));
    prop_assert_eq!(&totals.warnings, whole.warnings());
    prop_assert_eq!(&totals.alternatives, whole.alternatives());
    prop_assert_eq!(&totals.fingerprint, &whole.fingerprint(&used));
    prop_assert_eq!(totals.n_decision_makers, whole.n_decision_makers());
    let description = whole.describe(&[]);
    prop_assert_eq!(totals.cases_per_decision_maker, description.cases_per_decision_maker);
    prop_assert_eq!(&totals.choice_set_sizes, &description.choice_set_sizes);
    prop_assert_eq!(totals.total_weight, description.total_weight);
    prop_assert_eq!(totals.times_available, whole.times_available());
    prop_assert_eq!(totals.times_chosen, whole.times_chosen());
    prop_assert_eq!(
        (totals.rows_read, totals.rows_used),
        (whole.rows_read(), whole.rows_used())
    );
    prop_assert_eq!((totals.n_cases, totals.n_pairs), (whole.n_cases(), whole.n_pairs()));
    let largest = (0..whole.n_cases()).map(|case| whole.pairs(case).len()).max();
    prop_assert_eq!(Some(totals.largest_choice_set), largest);
    for part in &parts {
        prop_assert_eq!(part.schema(), whole.schema());
        for (column, of_whole) in part.columns().iter().zip(whole.columns()) {
            prop_assert_eq!(&column.name, &of_whole.name);
        }
    }
    let mut grouping = Grouping::new("f");
    let groups = parts
        .iter()
        .try_for_each(|part| grouping.add(part))
        .map(|()| grouping.finish());
    prop_assert_eq!(groups.ok(), whole.group_by("f").ok());
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parts_are_the_whole(kind in kind(), seed in any::<u64>(), cuts in prop::collection::vec(0..100_usize, 0..5)) {
        compare(kind, &random_table(kind, &mut Random(seed)), &cuts)?;
    }
}

#[test]
fn most_random_tables_are_sound() {
    let mut sound = 0;
    let runner = &mut proptest::test_runner::TestRunner::deterministic();
    for seed in 0..400 {
        let kind = kind().new_tree(runner).expect("no condition to meet").current();
        sound += usize::from(compare(kind, &random_table(kind, &mut Random(seed)), &[seed as usize]).unwrap());
    }
    assert!(sound > 150, "{sound} of 400");
}

/// What the parts say of tables of three columns, cut before each of the rows given.
fn message(text: &str, cuts: &[usize], schema: &Schema) -> String {
    let uses = Uses::default();
    in_parts(&table(text), cuts, schema, &uses, &[])
        .expect_err("a problem")
        .to_string()
}

#[test]
fn cases_and_decision_makers_that_are_met_again_are_refused() {
    let long = common::long();
    let scattered = "case,alt,choice\n5,1,1\n5,2,0\n9,1,1\n9,2,0\n5,3,0\n5,4,0\n8,1,1\n8,2,0";
    let lie = "do not lie together, as data that are read part by part must; sort the file by \"case\"";
    assert_eq!(
        message(scattered, &[], &long),
        format!("data.csv, rows 2 and 6: the rows of case 5 {lie}")
    );
    assert_eq!(
        message(scattered, &[3], &long),
        format!("data.csv, row 6 and rows before it: the rows of case 5 {lie}")
    );
    let texts = scattered.replace("\n5", "\nfive");
    assert_eq!(
        message(&texts, &[1, 2, 3, 4, 5, 6], &long),
        format!("data.csv, row 6 and rows before it: the rows of case \"five\" {lie}")
    );
    let panel = "who,choice\n1,1\n1,2\n2,1\n3,1\n3,1\n2,2\n2,1";
    let schema = car_and_bus().decision_maker("who");
    let lie = "do not lie together, as data that are read part by part must; sort the file by \"who\"";
    assert_eq!(
        message(panel, &[], &schema),
        format!("data.csv, rows 4 and 7: the rows of decision maker 2 {lie}")
    );
    assert_eq!(
        message(panel, &[4], &schema),
        format!("data.csv, row 7 and rows before it: the rows of decision maker 2 {lie}")
    );
    // Without a panel the rows of wide data are cases of their own.
    let uses = Uses::default();
    assert!(in_parts(&table(panel), &[4], &car_and_bus(), &uses, &[]).is_ok());
}

#[test]
fn problems_of_cells_bear_the_rows_of_the_file() {
    let long = common::long();
    let text = "case,alt,choice\n1,1,1\n1,2,0\n2,1,1\n2,2,7\n3,1,1\n3,2,0";
    let expected = "data.csv, row 5 (case 2): column \"choice\" holds 7, but a choice is 0 or 1 (true or false); \
                    if it says how often each alternative was chosen, set counts = true in [data]";
    for cuts in [&[][..], &[1], &[2], &[3], &[2, 4], &[1, 2, 3, 4, 5]] {
        assert_eq!(message(text, cuts, &long), expected, "{cuts:?}");
    }
    let wide = "choice\n1\n2\n1\n5\n1";
    for cuts in [&[][..], &[1, 3], &[4]] {
        assert!(message(wide, cuts, &car_and_bus()).starts_with("data.csv, row 5: column \"choice\" has the code 5,"));
    }
}

#[test]
fn problems_of_names_come_with_the_first_part() {
    let (schema, uses) = (common::long(), Uses::default());
    let mut parts = Parts::new(&schema, &uses);
    let error = parts
        .add(table("cases,alt,choice\n1,1,1"), false)
        .expect_err("no such column");
    assert_eq!(
        error.to_string(),
        "no column \"case\" in data.csv, which [data] case names; did you mean \"cases\"?"
    );
}

#[test]
fn what_only_the_whole_can_lack_is_said_at_the_end() {
    let wide = car_and_bus().filter(expression("x > 0")).weight(expression("w"));
    let text = "choice,x,w\n1,0,0\n2,0,0\n1,1,0\n2,1,1";
    let uses = Uses::default();
    // Nothing is left of the first part, and nothing weighs in the second.
    let (data, totals) = in_parts(&table(text), &[2, 3], &wide, &uses, &[]).unwrap();
    assert_eq!((data.len(), totals.n_cases, totals.total_weight), (2, 2, Some(1.0)));
    let nothing = message(&text.replace(",1,", ",0,"), &[2], &wide);
    assert_eq!(
        nothing,
        "filter \"x > 0\" keeps none of the 4 rows of data.csv; loosen it"
    );
    let weightless = message(&text.replace("1,1", "1,0"), &[3], &wide);
    assert_eq!(
        weightless,
        "every weight (\"w\") is 0 in data.csv; at least one case must count"
    );
    let none = rows(&table(text), 0, 0);
    let error = in_parts(&none, &[], &wide, &uses, &[]).map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "data.csv has a header but no rows; nothing can be estimated"
    );
    let dropping = car_and_bus().missing(Missing::DropCase);
    let dropped = message(
        "choice\nNA\nNA\n1",
        &[2],
        &Schema {
            filter: Some(expression("choice != 1")),
            ..dropping
        },
    );
    assert_eq!(
        dropped,
        "no case of data.csv is left after missing cells were dropped; look at the columns that are missing"
    );
}

#[test]
fn a_column_has_one_kind() {
    let (schema, uses) = (car_and_bus(), Uses::default());
    let mut parts = Parts::new(&schema, &uses);
    parts.add(table("choice,x\n1,1"), false).unwrap();
    let error = parts.add(table("choice,x\n1,a"), true).expect_err("another kind");
    assert_eq!(
        error.to_string(),
        "data.csv: column \"x\" holds numbers before row 2 and text from there on; give it one kind of cells, or read the \
         file whole"
    );
}

#[test]
fn columns_that_are_used_whole_are_not_copied() {
    let shared = |table: &Table, data: &ChoiceData, name: &str| {
        let column = data.columns().iter().find(|column| column.name == name).unwrap();
        match (&table.column(name).unwrap().values, &column.values) {
            (Values::Number(cells), Values::Number(of_data)) => std::sync::Arc::ptr_eq(cells, of_data),
            _ => false,
        }
    };
    let uses = Uses::default();
    let text = "case,alt,choice,x\n1,1,1,5\n1,2,0,6\n2,1,1,7\n2,2,0,8";
    let whole = table(text);
    let data = ChoiceData::new(whole.clone(), &common::long(), &uses).unwrap();
    assert!(shared(&whole, &data, "x"));
    assert!(!shared(&whole, &data, "case"), "one cell per case");
    // What is left for the next part is not among the cells.
    let schema = common::long();
    let added = Parts::new(&schema, &uses).add(whole.clone(), false).unwrap();
    let (data, keep) = (added.data.unwrap(), added.keep);
    assert_eq!((data.n_pairs(), keep, shared(&whole, &data, "x")), (2, 2, false));
    assert_eq!(common::pair_values(&data, "x"), [5.0, 6.0]);
    let turned = table("case,alt,choice,x\n1,2,0,6\n1,1,1,5");
    let data = ChoiceData::new(turned.clone(), &common::long(), &uses).unwrap();
    assert!(!shared(&turned, &data, "x"));
    assert_eq!(common::pair_values(&data, "x"), [5.0, 6.0]);
    let wide = table("choice,x\n1,5\n2,6");
    let data = ChoiceData::new(wide.clone(), &car_and_bus(), &uses).unwrap();
    assert!(shared(&wide, &data, "x"));
}

#[test]
fn groups_are_numbered_over_parts_by_what_cells_say() {
    let (schema, uses) = (car_and_bus(), Uses::default());
    let whole = table("choice,zone\n1,b\n2,c\n1,a\n2,b\n1,c\n1,d");
    let (parts, _) = in_parts(&whole, &[2, 4], &schema, &uses, &[]).unwrap();
    let mut grouping = Grouping::new("zone");
    parts.iter().for_each(|part| grouping.add(part).unwrap());
    assert_eq!(grouping.finish(), (vec![0, 1, 2, 0, 1, 3], 4));
}

#[test]
fn decision_makers_that_the_next_row_may_name_are_kept() {
    // The first row of case 2 does not say whose it is; the second says that it is that of case 1.
    let text = "case,alt,choice,who\n1,1,1,7\n1,2,0,7\n2,1,0,NA\n2,2,1,7\n2,3,0,7\n3,1,1,8\n3,2,0,8";
    let schema = common::long().decision_maker("who").missing(Missing::DropAlternative);
    let uses = Uses::default();
    let whole = ChoiceData::new(table(text), &schema, &uses).unwrap();
    for cut in 0..8 {
        let (parts, totals) = in_parts(&table(text), &[cut], &schema, &uses, &[]).unwrap();
        assert_eq!(parts.iter().flat_map(seen).collect::<Vec<_>>(), seen(&whole), "{cut}");
        assert_eq!(totals.n_decision_makers, 2);
    }
}
