//! Data that come part by part are those of the whole table, wherever it is cut.

mod common;

use common::{car_and_bus, expression, table};
use logsum_data::{
    ChoiceData, Column, Grouping, Layout, Level, Missing, Outcome, Parts, PartsError, Schema, Source, Table,
    TextColumn, Totals, Use, Uses, Values,
};
use proptest::prelude::*;

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
        named: flags[4] || flags[5],
        labelled: flags[5],
        listed: flags[5] && flags[6],
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
            expression: &utility,
        }],
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
