use std::path::Path;

use logsum_data::{ChoiceData, Column, Source, Table, TextColumn, Values};
use logsum_tables::{Columns, ReadOptions};
use logsum_utility::{Fit, FitOptions, Model, ModelFile};

use super::starter;

fn number(name: &str, cells: impl IntoIterator<Item = f64>) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Number(cells.into_iter().collect::<Vec<f64>>().into()),
    }
}

fn text<'a>(name: &str, cells: impl IntoIterator<Item = &'a str>) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Text(TextColumn::new(cells.into_iter().map(Some))),
    }
}

fn table(columns: Vec<Column>) -> Table {
    Table {
        source: Source {
            name: "test.csv".to_owned(),
            first_row: 2,
        },
        n_rows: columns[0].values.len(),
        all_names: columns.iter().map(|column| column.name.clone()).collect(),
        columns,
    }
}

/// Numbers from 0 to `below` without a pattern, the same in every run.
fn shuffled(seed: u64, below: u64) -> impl Iterator<Item = f64> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % below) as f64
    })
}

/// In each of `cases` groups of `n` rows a 1, not always in the same place.
fn chosen(cases: usize, n: usize) -> Vec<f64> {
    let winners = shuffled(7, n as u64).take(cases);
    winners
        .flat_map(|winner| (0..n).map(move |at| f64::from(u8::from(at as f64 == winner))))
        .collect()
}

fn dataset(path: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets").join(path);
    logsum_tables::read(&path, Columns::All, &ReadOptions::default()).expect("the data set is part of the repository")
}

/// Reads the starter of a table as `estimate` would, up to the data.
fn read(table: &Table) -> (String, ModelFile, ChoiceData) {
    let text = starter(table, "test.csv").unwrap_or_else(|error| panic!("{error}"));
    let file = ModelFile::parse(&text, "starter.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    let data = ChoiceData::new(table.clone(), &file.schema, &file.specification.uses());
    let data = data.unwrap_or_else(|error| panic!("{error}\n{text}"));
    Model::bind(&file.specification, &data).unwrap_or_else(|error| panic!("{error}\n{text}"));
    (text, file, data)
}

fn fit(table: &Table) -> Fit {
    let (text, file, data) = read(table);
    let model = Model::bind(&file.specification, &data).expect("bound once already");
    let fit = model
        .fit(&FitOptions::default(), None)
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(fit.converged, "{text}\n{:?}", fit.warnings);
    fit
}

fn parameters(file: &ModelFile) -> Vec<String> {
    file.specification.symbols()
}

#[test]
fn starters_of_the_data_sets_can_be_estimated_as_they_stand() {
    for (path, expected) in [
        ("swissmetro/swissmetro.csv", vec!["asc_sm", "asc_car", "b_tt", "b_co"]),
        (
            "travel_mode/travel_mode.csv",
            vec!["asc_2", "asc_3", "asc_4", "b_ttme", "b_invc", "b_invt", "b_gc"],
        ),
        (
            "mode_canada/mode_canada.csv",
            vec!["asc_bus", "asc_car", "asc_train", "b_cost", "b_ivt", "b_ovt", "b_freq"],
        ),
        (
            "anes96/anes96.csv",
            vec!["asc_alt_1", "b_popul_alt_1", "b_tvnews_alt_1", "b_selflr_alt_1"],
        ),
    ] {
        let fit = fit(&dataset(path));
        let terms: Vec<&str> = fit.parameters.iter().map(|parameter| parameter.term.as_str()).collect();
        assert_eq!(terms, expected, "{path}");
        assert!(
            fit.parameters.iter().all(|parameter| parameter.std_error.is_some()),
            "{path}"
        );
        assert!(fit.warnings.is_empty(), "{path}: {:?}", fit.warnings);
    }
}

#[test]
fn a_starter_says_what_was_seen() {
    let table = dataset("travel_mode/travel_mode.csv");
    let expected = r##"# A starter model for travel_mode.csv, from a look at its 840 rows and 9 columns.
# The guesses say why they were made: check them, correct what is wrong, and make the model yours.

title = "travel_mode.csv: starter model"

[data]
file        = "folder/travel_mode.csv"
layout      = "long"         # a row per alternative of a case: 210 cases of 4 alternatives
case        = "individual"   # its 210 values divide the rows so that each group has exactly one chosen row
alternative = "mode"         # none of its 4 values occurs twice in a case
choice      = "choice"       # it is 0 or 1, and exactly once 1 for every value of "individual"
# filter = "..."   # an expression; keeps the rows for which it is true
# missing = "drop_case"   # what a missing cell does: "error" unless given, or "drop_alternative"

[parameters]                # starting values
asc_2  = 0.0   # constant of 2, relative to 1
asc_3  = 0.0   # constant of 3, relative to 1
asc_4  = 0.0   # constant of 4, relative to 1
b_ttme = 0.0
b_invc = 0.0
b_invt = 0.0   # values up to 1440; "b_invt * invt / 1000" would give a handier coefficient
b_gc   = 0.0

# Alternatives: probably: the numbers mean something: 78 % of the variance of "ttme" lies between them.
[utility]
all = "b_ttme * ttme + b_invc * invc + b_invt * invt + b_gc * gc"
2   = "asc_2"
3   = "asc_3"
4   = "asc_4"

# Constant within cases, so with a coefficient per alternative but one: "hinc", "psize". Declare b_hinc_2 =
#   0.0 and add "b_hinc_2 * hinc" to the utility of 2, and so on.
"##;
    let text = starter(&table, "folder/travel_mode.csv");
    assert_eq!(text.as_deref(), Ok(expected));
}

#[test]
fn names_of_every_kind_are_quoted() {
    let modes = ["all", "it's \"new\"", "b\\c"];
    let table = table(vec![
        number("case id", (0..60).map(|row| f64::from(row / 3))),
        text("alt\\native", (0..60).map(|row| modes[row % 3])),
        number("choice \"made\"", chosen(20, 3)),
        number("travel time (min)", shuffled(1, 90).take(60)),
        number("Preis in \u{20ac}", shuffled(2, 90).take(60)),
        number("b_travel_time_min", shuffled(3, 90).take(60)),
        number("not`sayable", shuffled(4, 90).take(60)),
        number("and", shuffled(5, 90).take(60)),
        number("line\nbreak", shuffled(6, 90).take(60)),
    ]);
    let (text, file, data) = read(&table);
    assert_eq!(data.n_cases(), 20);
    assert_eq!(
        parameters(&file)[2..],
        ["b_travel_time_min_2", "b_preis_in", "b_b_travel_time_min", "b_and"],
        "{text}"
    );
    assert!(
        text.contains("# Left out, because no expression can name them: \"not`sayable\", \"line break\"."),
        "{text}"
    );
}

#[test]
fn names_of_alternatives_in_wide_data() {
    let n = 40;
    let mut columns = vec![text("choice", (0..n).map(|row| ["all", "Fähre 2", "x.y"][row * 7 % 3]))];
    for (at, name) in [
        "price_all",
        "price_Fähre2",
        "price_xy",
        "size_all",
        "size_Fähre2",
        "size_xy",
    ]
    .into_iter()
    .enumerate()
    {
        columns.push(number(name, shuffled(at as u64, 90).take(n)));
    }
    let (text, file, _) = read(&table(columns));
    let names: Vec<&str> = file
        .schema
        .alternatives
        .iter()
        .map(|alternative| alternative.name.as_str())
        .collect();
    assert_eq!(names, ["Fähre 2", "alt_all", "x.y"], "{text}");
    assert_eq!(
        parameters(&file),
        ["asc_alt_all", "asc_x_y", "b_price", "b_size"],
        "{text}"
    );
}

#[test]
fn terms_that_are_not_identified_are_left_out_with_the_reason() {
    let choice = chosen(30, 3);
    let (cost, time): (Vec<f64>, Vec<f64>) = shuffled(1, 40).zip(shuffled(2, 40)).take(90).unzip();
    let table = table(vec![
        number("case", (0..90).map(|row| f64::from(row / 3))),
        text("mode", ["a", "b", "c"].into_iter().cycle().take(90)),
        number("choice", choice.clone()),
        number("cost", cost.clone()),
        number("time", time.clone()),
        number("total", cost.iter().zip(&time).map(|(cost, time)| cost + time)),
        number("is_b", [0.0, 1.0, 0.0].into_iter().cycle().take(90)),
        number(
            "paid",
            choice.iter().zip(&cost).map(|(chosen, cost)| chosen * (cost + 1.0)),
        ),
        number("income", (0..90).map(|row| f64::from(row / 3 % 7))),
    ]);
    let (text, file, _) = read(&table);
    assert_eq!(parameters(&file), ["asc_b", "asc_c", "b_cost", "b_time"]);
    let text = text.replace("\n#  ", "");
    assert!(
        text.contains("combinations of what stands above, constants included: \"total\", \"is_b\"."),
        "{text}"
    );
    assert!(
        text.contains("so that no finite coefficient is best: \"paid\"."),
        "{text}"
    );
    assert!(
        text.contains("add \"b_income_b * income\" to the utility of b"),
        "{text}"
    );
}

#[test]
fn missing_cells_are_dealt_with() {
    let long = |missing_in_chosen: bool| {
        let choice = chosen(30, 3);
        let hole = choice
            .iter()
            .position(|chosen| (*chosen == 1.0) == missing_in_chosen)
            .expect("there are both");
        table(vec![
            number("case", (0..90).map(|row| f64::from(row / 3))),
            number("choice", choice),
            number(
                "cost",
                shuffled(3, 50)
                    .enumerate()
                    .map(|(row, cost)| if row == hole { f64::NAN } else { cost })
                    .take(90),
            ),
        ])
    };
    let (text, _, data) = read(&long(true));
    assert!(
        text.contains("missing = \"drop_case\"") && !text.contains("# missing"),
        "{text}"
    );
    assert_eq!(data.n_cases(), 29);
    let (text, _, data) = read(&long(false));
    assert!(text.contains("missing = \"drop_alternative\""), "{text}");
    assert_eq!((data.n_cases(), data.n_pairs()), (30, 89));

    let wide = table(vec![
        number(
            "choice",
            (0..40).map(|row| if row == 3 { f64::NAN } else { f64::from(row % 2 + 1) }),
        ),
        number("price1", shuffled(1, 40).take(40)),
        number("price2", shuffled(2, 40).take(40)),
    ]);
    let (text, _, data) = read(&wide);
    assert!(
        text.contains("missing = \"drop_case\"   # drops 1 row without a choice\n"),
        "{text}"
    );
    assert_eq!(data.n_cases(), 39);
}

#[test]
fn cases_without_a_choice_to_make_are_filtered_out() {
    let sizes = [2, 3, 2, 3, 3, 2, 3, 2, 3, 2, 3, 3, 1];
    let rows = || {
        sizes
            .iter()
            .enumerate()
            .flat_map(|(case, size)| (0..*size).map(move |at| (case, *size, at)))
    };
    let long = table(vec![
        number("case", rows().map(|(case, _, _)| case as f64)),
        number(
            "choice",
            rows().map(|(case, size, at)| f64::from(u8::from(case * case % size == at))),
        ),
        number("offers", rows().map(|(_, size, _)| size as f64)),
        number("cost", shuffled(3, 50).take(rows().count())),
    ]);
    let (text, _, data) = read(&long);
    assert!(
        text.contains("\nfilter = \"offers >= 2\"   # leaves out 1 case with a single alternative\n"),
        "{text}"
    );
    assert_eq!(data.n_cases(), 12);

    // Without such a column it is said that something must be done.
    let mut without = long.clone();
    without.columns.remove(2);
    let text = starter(&without, "u.csv").expect("the rest can be told");
    let said = "\n# filter = \"...\"   # CHECK: 1 case with a single alternative must be left out, and no column tells which\n";
    assert!(text.contains(said), "{text}");

    let choice: Vec<f64> = shuffled(8, 2).map(|code| code + 1.0).take(40).collect();
    let flag = |code: f64| {
        choice
            .iter()
            .enumerate()
            .map(move |(row, chosen)| f64::from(u8::from(*chosen == code || row % 10 > 0)))
            .collect::<Vec<_>>()
    };
    let wide = table(vec![
        number("choice", choice.clone()),
        number("CAR_AV", flag(1.0)),
        number("BUS_AV", flag(2.0)),
        number("CAR_TT", shuffled(1, 40).take(40)),
        number("BUS_TT", shuffled(2, 40).take(40)),
    ]);
    let (text, _, data) = read(&wide);
    assert!(text.contains("\"(CAR_AV == 1) + (BUS_AV == 1) >= 2\""), "{text}");
    assert_eq!(data.n_cases(), 36);
}

#[test]
fn a_row_number_of_a_panel_is_offered_not_used() {
    let table = table(vec![
        number("id", (0..90).map(|row| f64::from(row / 9))),
        number("obs", (0..90).map(|row| f64::from(row / 3))),
        number("choice", chosen(30, 3)),
        number("price", shuffled(3, 5000).take(90)),
        number("weight", (0..90).map(|row| 0.5 + f64::from(row / 9 % 3))),
    ]);
    let (text, file, _) = read(&table);
    assert!(file.schema.decision_maker.is_none() && file.schema.weight.is_none());
    assert!(text.contains("\n# decision_maker = \"id\"   # who decides"), "{text}");
    assert!(text.contains("\n# weight = \"weight\"   # weight of a case"), "{text}");
    assert!(
        text.contains("\"b_price * price / 1000\" would give a handier coefficient"),
        "{text}"
    );
    assert_eq!(parameters(&file), ["b_price"]);
}

#[test]
fn what_cannot_be_written_is_explained() {
    let ranks = table(vec![
        number("best", [1.0, 2.0, 3.0, 1.0]),
        number("second", [2.0, 3.0, 1.0, 3.0]),
        number("worst", [3.0, 1.0, 2.0, 2.0]),
    ]);
    let error = starter(&ranks, "r.csv").expect_err("a ranking");
    assert_eq!(
        error,
        "test.csv holds a ranking: the columns \"best\", \"second\", \"worst\" hold the same 3 codes, never one twice in a row; \
         a starter is not written for rankings yet. Write the model file of a rank-ordered logit by hand, with layout = \"wide\", \
         choice = [\"best\", \"second\", \"worst\"] (the best first; check the order), the codes under [alternatives] and the \
         table [ranking]"
    );

    let nothing = table(vec![number("height", [1.5, 2.5, 3.5])]);
    let error = starter(&nothing, "a \"b\".csv").expect_err("no choice");
    assert!(error.starts_with("it could not be told from test.csv what was chosen among what; this was seen:\n  - 3 rows and 1 column: 0 of 0 and 1, 0 of whole numbers, 1 of fractions, 0 of text, 0 constant, 0 all missing\n"), "{error}");
    assert!(error.contains("the columns are \"height\"\n"), "{error}");

    let constant = table(vec![
        number("case", (0..20).map(|row| f64::from(row / 2))),
        number("choice", chosen(10, 2)),
        number("income", (0..20).map(|row| f64::from(row / 2 % 4))),
    ]);
    let error = starter(&constant, "c.csv").expect_err("nothing varies within cases");
    assert!(
        error.starts_with("no term of a utility was found in test.csv, although it looks like long data"),
        "{error}"
    );
}

#[test]
fn the_templates_are_model_files() {
    let error = starter(&table(vec![number("height", [1.5])]), "a \"b\".csv").expect_err("no choice");
    let (_, forms) = error
        .split_once("in one of these two forms:\n\n")
        .expect("the error ends with both forms");
    let forms: Vec<&str> = forms.split("\nor\n\n").collect();
    assert_eq!(forms.len(), 2);
    for form in forms {
        let file = ModelFile::parse(form, "template").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(file.file, "a \"b\".csv");
        assert_eq!(file.specification.validate(), Ok(()));
    }
}
