//! `logsum predict` as a user meets it: shares, the table of cases, new data with and without outcomes.

mod support;

use std::path::Path;

use logsum::Fit;
use logsum::data::{Table, Values};
use logsum::tables::{Columns, ReadOptions};
use support::{logsum, ran, root};

/// Four cases of three modes: the ferry does not always run; the last case is outside the filter.
const TRIPS: &str = "id,who,choice,t_car,t_bus,t_ferry,ferry,w,kept\n\
    10,ann,2,1.0,2.0,3.0,1,1,1\n11,bob,2,2.0,1.0,1.5,0,2,1\n12,ann,3,2.0,2.5,1.0,1,1,1\n\
    13,bob,1,1.0,1.5,2.5,1,1,1\n14,cat,2,1.5,1.0,2.0,1,1,1\n15,cat,0,1.0,1.0,1.0,1,1,0\n";

const TRIPS_MODEL: &str = "title = \"Trips\"\n[data]\nfile = \"trips.csv\"\nlayout = \"wide\"\nfilter = \"kept == 1\"\n\
    choice = \"choice\"\ndecision_maker = \"who\"\nweight = \"w\"\n\n[alternatives]\ncar = 1\nbus = 2\n\
    ferry = { code = 3, available = \"ferry == 1\" }\n\n[parameters]\nb_time = 0.0\n\n[utility]\n\
    car = \"b_time * t_car\"\nbus = \"b_time * t_bus\"\nferry = \"b_time * t_ferry\"\n";

const BREAD: &str = "case,alt,choice,price\n\
    a,rye,1,2.0\na,wheat,0,1.5\nb,rye,0,2.5\nb,wheat,1,1.0\nc,rye,1,1.0\nc,wheat,0,2.0\nd,rye,0,1.0\nd,wheat,1,1.2\n";

const BREAD_MODEL: &str = "[data]\nfile = \"bread.csv\"\nlayout = \"long\"\ncase = \"case\"\nalternative = \"alt\"\n\
    choice = \"choice\"\n\n[parameters]\nb_price = 0.0\nasc_rye = 0.0\n\n[utility]\nall = \"b_price * price\"\n\
    rye = \"asc_rye\"\n";

/// A folder with a model, its data and its fit `fit.json`.
fn fitted(name: &str, table: &str, model: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    write(folder.path(), &format!("{name}.csv"), table);
    write(folder.path(), &format!("{name}.toml"), model);
    let (code, _, err) = ran(&logsum(
        folder.path(),
        &["estimate", &format!("{name}.toml"), "-o", "fit.json"],
    ));
    assert_eq!(code, 0, "{err}");
    folder
}

fn trips() -> tempfile::TempDir {
    fitted("trips", TRIPS, TRIPS_MODEL)
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("writes");
}

/// Without one column.
fn without(table: &str, column: &str) -> String {
    let at = table
        .lines()
        .next()
        .and_then(|head| head.split(',').position(|name| name == column));
    let at = at.expect("a column of that name");
    let keep = |line: &str| {
        let cells = line.split(',').enumerate().filter(|(position, _)| *position != at);
        cells.map(|(_, cell)| cell).collect::<Vec<_>>().join(",") + "\n"
    };
    table.lines().map(keep).collect()
}

fn read(path: &Path) -> Table {
    logsum::tables::read(path, Columns::All, &ReadOptions::default()).expect("a table")
}

fn names(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|column| column.name.as_str()).collect()
}

fn numbers<'a>(table: &'a Table, name: &str) -> &'a [f64] {
    match &table.column(name).unwrap_or_else(|| panic!("no column {name}")).values {
        Values::Number(cells) => cells,
        Values::Text(_) => panic!("{name} is text"),
    }
}

fn texts(table: &Table, name: &str) -> Vec<String> {
    match &table.column(name).unwrap_or_else(|| panic!("no column {name}")).values {
        Values::Number(_) => panic!("{name} is numbers"),
        Values::Text(text) => (0..table.n_rows)
            .map(|row| text.get(row).unwrap_or("").to_owned())
            .collect(),
    }
}

fn predict(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(&logsum(folder, &[&["predict", "fit.json"], arguments].concat()))
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    // Utilities of size 1 and one logarithm.
    assert!((found - expected).abs() < 1e-14, "{found} against {expected}");
}

#[test]
fn cases_are_written_in_the_order_of_the_file_and_by_hand() {
    let folder = trips();
    let (code, out, err) = predict(folder.path(), &["-o", "cases.csv"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let table = read(&folder.path().join("cases.csv"));
    assert_eq!(
        names(&table),
        [
            "row",
            "decision_maker",
            "probability_car",
            "probability_bus",
            "probability_ferry",
            "logsum",
            "energy"
        ]
    );
    // Cases of a decision maker stand apart in the file.
    assert_eq!(numbers(&table, "row"), [2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(texts(&table, "decision_maker"), ["ann", "bob", "ann", "bob", "cat"]);
    let fit: Fit = serde_json::from_str(&std::fs::read_to_string(folder.path().join("fit.json")).unwrap()).unwrap();
    let b = fit.parameters[0].estimate;
    let times = [
        [1.0, 2.0, 3.0],
        [2.0, 1.0, f64::NAN],
        [2.0, 2.5, 1.0],
        [1.0, 1.5, 2.5],
        [1.5, 1.0, 2.0],
    ];
    for (row, times) in times.iter().enumerate() {
        let sum: f64 = times
            .iter()
            .filter(|time| !time.is_nan())
            .map(|time| (b * time).exp())
            .sum();
        assert_near(numbers(&table, "logsum")[row], sum.ln());
        assert_eq!(numbers(&table, "energy")[row], -numbers(&table, "logsum")[row]);
        for (name, time) in ["probability_car", "probability_bus", "probability_ferry"]
            .iter()
            .zip(times)
        {
            let found = numbers(&table, name)[row];
            if time.is_nan() {
                assert!(found.is_nan(), "empty where it is unavailable");
            } else {
                assert_near(found, (b * time).exp() / sum);
            }
        }
    }
    // Parquet holds the same.
    let (code, again, _) = predict(folder.path(), &["-o", "cases.parquet"]);
    assert_eq!((code, again), (0, out));
    let parquet = read(&folder.path().join("cases.parquet"));
    assert_eq!(names(&parquet), names(&table));
    assert_eq!(numbers(&parquet, "logsum"), numbers(&table, "logsum"));
    assert_eq!(numbers(&parquet, "probability_bus"), numbers(&table, "probability_bus"));
}

#[test]
fn shares_are_weighted_means_of_the_cases() {
    let folder = trips();
    let (code, out, _) = predict(folder.path(), &["--format", "json", "-o", "cases.csv"]);
    assert_eq!(code, 0);
    let report: serde_json::Value = serde_json::from_str(&out).expect("an object");
    let table = read(&folder.path().join("cases.csv"));
    let weights = [1.0, 2.0, 1.0, 1.0, 1.0];
    let mean = |name: &str| -> f64 {
        let cells = numbers(&table, name)
            .iter()
            .zip(weights)
            .filter(|(cell, _)| !cell.is_nan());
        cells.map(|(cell, weight)| cell * weight).sum::<f64>() / 6.0
    };
    for (at, name) in ["car", "bus", "ferry"].into_iter().enumerate() {
        let alternative = &report["alternatives"][at];
        assert_eq!(alternative["name"], name);
        assert_near(
            alternative["predicted_share"].as_f64().unwrap(),
            mean(&format!("probability_{name}")),
        );
    }
    assert_near(report["mean_logsum"].as_f64().unwrap(), mean("logsum"));
    let observed: Vec<f64> = (0..3)
        .map(|at| report["alternatives"][at]["observed_share"].as_f64().unwrap())
        .collect();
    assert_eq!(observed, [1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0]);
    assert_eq!(
        (&report["n_cases"], &report["rows_read"], &report["total_weight"]),
        (&5.into(), &6.into(), &6.0.into())
    );
}

#[test]
fn new_data_need_no_outcomes() {
    let folder = trips();
    let (_, with, _) = predict(folder.path(), &["--format", "csv", "-o", "with.csv"]);
    write(folder.path(), "new.csv", &without(TRIPS, "choice"));
    let (code, out, err) = predict(folder.path(), &["new.csv", "--format", "csv", "-o", "new_cases.csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let cases = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(cases("with.csv"), cases("new_cases.csv"));
    // The shares are the same to the last digit; the observed ones are not known.
    let field = |text: &str, at: usize| text.lines().nth(1).unwrap().split(',').nth(at).unwrap().to_owned();
    assert_eq!(field(&with, 2), field(&out, 2));
    assert!(!field(&with, 6).is_empty() && field(&out, 6).is_empty());
    // The estimation's file as new data is the same as none.
    let (_, same, err) = predict(folder.path(), &["trips.csv", "--format", "csv"]);
    assert_eq!((same, err.as_str()), (with, ""));
    // All rows.
    let (_, _, err) = predict(folder.path(), &["new.csv", "--no-filter", "-o", "all.csv"]);
    assert_eq!(err, "");
    assert_eq!(read(&folder.path().join("all.csv")).n_rows, 6);
    // A choice that is none is no reason not to predict.
    let (code, out, err) = predict(folder.path(), &["trips.csv", "--no-filter"]);
    assert_eq!(code, 0);
    assert!(err.contains("observed shares are left out: trips.csv, row 7"), "{err}");
    assert!(!out.contains("Observed"), "{out}");
}

#[test]
fn what_new_data_lack_is_told_with_a_way_out() {
    let folder = trips();
    let folder = folder.path();
    write(folder, "no_filter.csv", &without(TRIPS, "kept"));
    let (code, out, err) = predict(folder, &["no_filter.csv"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert_eq!(
        err,
        "error: no_filter.csv does not suit the filter, column 1: unknown name \"kept\": there is no such column\n  \
         kept == 1\n  ^^^^\n  --no-filter predicts every row\n"
    );
    assert_eq!(predict(folder, &["no_filter.csv", "--no-filter"]).0, 0);

    write(folder, "no_weight.csv", &without(TRIPS, "w"));
    let (code, _, err) = predict(folder, &["no_weight.csv"]);
    assert_eq!(code, 2);
    assert!(err.contains("suit the weight") && err.contains("--no-weight"), "{err}");
    assert_eq!(predict(folder, &["no_weight.csv", "--no-weight"]).0, 0);

    write(folder, "no_ferry.csv", &without(TRIPS, "ferry"));
    let (code, _, err) = predict(folder, &["no_ferry.csv"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("no_ferry.csv does not suit the availability of \"ferry\""),
        "{err}"
    );

    write(folder, "no_time.csv", &without(TRIPS, "t_bus"));
    let (code, _, err) = predict(folder, &["no_time.csv"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("no_time.csv does not suit the utility of \"bus\""),
        "{err}"
    );

    // Nothing that is predicted depends on who decides.
    write(folder, "no_who.csv", &without(TRIPS, "who"));
    let (code, _, err) = predict(folder, &["no_who.csv", "-o", "cases.csv"]);
    assert_eq!(code, 0);
    assert_eq!(
        err,
        "warning: no column \"who\" in no_who.csv, which names decision makers: every case is taken for one of its own\n"
    );
    assert!(!names(&read(&folder.join("cases.csv"))).contains(&"decision_maker"));
}

#[test]
fn missing_cells_follow_the_models_rule_or_another() {
    let folder = trips();
    write(
        folder.path(),
        "gap.csv",
        &TRIPS.replace("11,bob,2,2.0,1.0", "11,bob,2,,1.0"),
    );
    let (code, _, err) = predict(folder.path(), &["gap.csv"]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("error: gap.csv, row 3: no value in column \"t_car\""),
        "{err}"
    );
    assert!(err.contains("--missing drop_case"), "{err}");
    let rows = |rule: &str| {
        let (code, _, err) = predict(folder.path(), &["gap.csv", "--missing", rule, "-o", "cases.csv"]);
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("because of missing cells"), "{err}");
        numbers(&read(&folder.path().join("cases.csv")), "row").to_vec()
    };
    assert_eq!(rows("drop_case"), [2.0, 4.0, 5.0, 6.0]);
    // The bus alone is left in the choice set.
    assert_eq!(rows("drop_alternative"), [2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(
        numbers(&read(&folder.path().join("cases.csv")), "probability_bus")[1],
        1.0
    );
}

#[test]
fn long_data_know_the_alternatives_of_the_estimation() {
    let folder = fitted("bread", BREAD, BREAD_MODEL);
    // No rye, in another order, and a case of one.
    let new = "alt,price,case\nwheat,1.5,z\nwheat,1.0,y\nrye,2.5,y\n";
    write(folder.path(), "new.csv", new);
    let (code, _, err) = predict(folder.path(), &["new.csv", "-o", "cases.csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let table = read(&folder.path().join("cases.csv"));
    assert_eq!(
        names(&table),
        [
            "row",
            "case",
            "probability_rye",
            "probability_wheat",
            "logsum",
            "energy"
        ]
    );
    assert_eq!(texts(&table, "case"), ["z", "y"]);
    assert_eq!(numbers(&table, "row"), [2.0, 3.0]);
    assert!(numbers(&table, "probability_rye")[0].is_nan());
    assert_eq!(numbers(&table, "probability_wheat")[0], 1.0);
    write(folder.path(), "spelt.csv", "case,alt,price\nz,wheat,1.5\nz,spelt,1.0\n");
    let (code, _, err) = predict(folder.path(), &["spelt.csv"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("spelt.csv, row 3") && err.contains("the code \"spelt\""),
        "{err}"
    );
}

#[test]
fn unlabelled_alternatives_have_a_row_each() {
    let model = BREAD_MODEL
        .replace("alternative = \"alt\"\n", "")
        .replace("asc_rye = 0.0\n", "")
        .replace("rye = \"asc_rye\"\n", "");
    let folder = fitted("bread", BREAD, &model);
    let (code, out, err) = predict(folder.path(), &["-o", "cases.csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("none, as alternatives are unlabelled"), "{out}");
    let table = read(&folder.path().join("cases.csv"));
    assert_eq!(
        names(&table),
        ["case", "alternative", "row", "probability", "logsum", "energy"]
    );
    assert_eq!(numbers(&table, "alternative"), [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
    assert_eq!(numbers(&table, "row"), [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
    for pair in numbers(&table, "probability").chunks(2) {
        assert_near(pair.iter().sum(), 1.0);
    }
}

#[test]
fn a_fit_that_has_not_converged_predicts_with_a_warning() {
    let folder = trips();
    let (code, _, _) = ran(&logsum(
        folder.path(),
        &[
            "estimate",
            "trips.toml",
            "-o",
            "fit.json",
            "--max-iterations",
            "1",
            "-q",
        ],
    ));
    assert_eq!(code, 1);
    let (code, out, err) = predict(folder.path(), &[]);
    assert_eq!(code, 1);
    assert!(err.starts_with("warning: \"fit.json\" has not converged: "), "{err}");
    assert!(out.contains("NOT CONVERGED"), "{out}");
    assert_eq!(predict(folder.path(), &["-q"]).2, "");
}

#[test]
fn nothing_but_predictions_is_overwritten() {
    let folder = trips();
    let folder = folder.path();
    let refused = |arguments: &[&str], reason: &str| {
        let (code, out, err) = predict(folder, arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(reason), "{err}");
    };
    refused(&["-o", "trips.csv"], "would overwrite what they are made from");
    refused(&["-o", "fit.json"], "would overwrite what they are made from");
    write(folder, "other.csv", "a,b\n1,2\n");
    refused(&["-o", "other.csv"], "holds no predictions");
    refused(&["-o", "nowhere/cases.csv"], "there is no folder \"nowhere\"");
    refused(&["-o", "."], "this is a folder");
    refused(
        &["-o", "cases.xlsx"],
        "the ending tells the format: .csv, .tsv or .parquet",
    );
    for _ in 0..2 {
        assert_eq!(predict(folder, &["-o", "cases.tsv"]).0, 0);
    }
    let left: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, [""; 0], "nothing is left over");
}

#[test]
fn data_that_have_changed_are_recognised() {
    let folder = trips();
    write(
        folder.path(),
        "trips.csv",
        &TRIPS.replace("10,ann,2,1.0", "10,ann,2,1.1"),
    );
    let (code, out, err) = predict(folder.path(), &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("is not the data that \"fit.json\" was estimated on") && err.contains("as DATA"),
        "{err}"
    );
    // As new data they are fine.
    assert_eq!(predict(folder.path(), &["trips.csv"]).0, 0);
}

#[test]
fn with_constants_the_shares_of_a_survey_are_reproduced_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let model = root()
        .join("datasets/swissmetro/logit.toml")
        .to_string_lossy()
        .into_owned();
    let (code, _, _) = ran(&logsum(folder.path(), &["estimate", &model, "-o", "fit.json"]));
    assert_eq!(code, 0);
    let (code, out, err) = predict(folder.path(), &["--format", "csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for line in out.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let (predicted, observed): (f64, f64) = (fields[2].parse().unwrap(), fields[6].parse().unwrap());
        // The score vanishes up to the optimiser's tolerance.
        assert!((predicted - observed).abs() < 1e-7, "{line}");
    }
    for (format, part) in [
        ("text", "60.4%"),
        ("json", "\"n_cases\": 6768"),
        ("latex", "\\toprule"),
        ("markdown", "| train"),
    ] {
        let (code, out, _) = predict(folder.path(), &["--format", format]);
        assert_eq!(code, 0);
        assert!(out.contains(part), "{format}:\n{out}");
    }
    let (one, other) = (
        predict(folder.path(), &["--format", "json", "--threads", "1"]),
        predict(folder.path(), &["--format", "json", "--threads", "3"]),
    );
    assert_eq!(one, other);
}
