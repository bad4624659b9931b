//! `logsum estimate --holdout` and `--folds`, and the measures that `predict` prints, as a user meets them.

mod support;

use std::collections::HashSet;
use std::path::Path;

use logsum::data::{Table, Values};
use logsum::draws::Seed;
use logsum::tables::{Columns, ReadOptions};
use serde_json::Value;
use support::{logsum, ran};

const MODEL: &str = "title = \"Trips\"\n[data]\nfile = \"trips.csv\"\nlayout = \"wide\"\nchoice = \"choice\"\n\
    decision_maker = \"who\"\n\n[alternatives]\ncar = 1\nbus = 2\nrail = 3\n\n[parameters]\nasc_bus = 0.0\nasc_rail = 0.0\n\
    b_time = 0.0\n\n[utility]\ncar = \"b_time * t_car\"\nbus = \"asc_bus + b_time * t_bus\"\n\
    rail = \"asc_rail + b_time * t_rail\"\n";

/// Sixty persons with two trips each.
fn trips() -> String {
    trips_of(60)
}

fn trips_of(persons: u64) -> String {
    let mut text = "who,choice,t_car,t_bus,t_rail,region\n".to_owned();
    for who in 0..persons {
        let mut stream = Seed::new(11).stream(who);
        for _ in 0..2 {
            let times: Vec<f64> = (0..3).map(|_| (30.0 * stream.open01()).round() / 10.0).collect();
            let utilities: Vec<f64> = times.iter().map(|time| -1.2 * time + stream.gumbel()).collect();
            let best = (0..3)
                .max_by(|&a, &b| utilities[a].total_cmp(&utilities[b]))
                .expect("three");
            text.push_str(&format!(
                "p{who},{},{},{},{},{}\n",
                best + 1,
                times[0],
                times[1],
                times[2],
                ["north", "south"][(who % 2) as usize]
            ));
        }
    }
    text
}

fn folder_with(model: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    std::fs::write(folder.path().join("trips.csv"), trips()).expect("writes");
    std::fs::write(folder.path().join("trips.toml"), model).expect("writes");
    folder
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (code, out, err) = ran(&logsum(folder, arguments));
    assert_eq!(code, 0, "{arguments:?}: {err}");
    serde_json::from_str(&out).expect("an object")
}

fn fails(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = ran(&logsum(folder, arguments));
    assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
    assert!(!err.contains("panicked"), "{err}");
    err
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn read(path: &Path) -> Table {
    logsum::tables::read(path, Columns::All, &ReadOptions::default()).expect("a table")
}

fn numbers<'a>(table: &'a Table, name: &str) -> &'a [f64] {
    match &table.column(name).unwrap_or_else(|| panic!("no column {name}")).values {
        Values::Number(cells) => cells,
        Values::Text(_) => panic!("{name} is text"),
    }
}

fn persons(table: &Table) -> HashSet<String> {
    match &table.column("decision_maker").expect("there are persons").values {
        Values::Text(text) => text.dictionary.iter().cloned().collect(),
        Values::Number(_) => panic!("persons have names"),
    }
}

const NAMES: [&str; 3] = ["probability_car", "probability_bus", "probability_rail"];

/// Hit rate, expected hit rate, log score and Brier score from the file of probabilities and the choices of the data.
fn written_out(cases: &Table, data: &Table) -> [f64; 4] {
    let choice = numbers(data, "choice");
    let columns = NAMES.map(|name| numbers(cases, name));
    let mut sums = [0.0; 4];
    for (case, row) in numbers(cases, "row").iter().enumerate() {
        let chosen = choice[*row as usize - 2] as usize - 1;
        let of: Vec<f64> = columns.iter().map(|column| column[case]).collect();
        let highest = of.iter().copied().fold(0.0, f64::max);
        sums[0] += f64::from(u8::from(of[chosen] == highest));
        sums[1] += of[chosen];
        sums[2] += of[chosen].ln();
        sums[3] += (0..3)
            .map(|k| (of[k] - f64::from(u8::from(k == chosen))).powi(2))
            .sum::<f64>();
    }
    sums.map(|sum| sum / cases.n_rows as f64)
}

#[track_caller]
fn assert_measures(measures: &Value, expected: [f64; 4]) {
    for (name, expected) in ["hit_rate", "expected_hit_rate", "log_score", "brier_score"]
        .iter()
        .zip(expected)
    {
        let found = number(&measures[name]);
        assert!((found - expected).abs() < 1e-12, "{name}: {found} against {expected}");
    }
}

#[test]
fn measures_are_those_of_the_written_probabilities() {
    let folder = folder_with(MODEL);
    let folder = folder.path();
    json(
        folder,
        &["estimate", "trips.toml", "-o", "fit.json", "--format", "json"],
    );
    let report = json(
        folder,
        &[
            "predict",
            "fit.json",
            "-o",
            "cases.csv",
            "--measures",
            "--format",
            "json",
        ],
    );
    let (cases, data) = (read(&folder.join("cases.csv")), read(&folder.join("trips.csv")));
    assert_measures(&report["measures"], written_out(&cases, &data));
    // With constants, sums of predicted probabilities are the observed choices.
    for j in 0..3 {
        let column = |k: usize| number(&report["confusion"]["by_sum"][k][j]);
        let predicted: f64 = (0..3).map(column).sum();
        let observed = numbers(&data, "choice")
            .iter()
            .filter(|choice| **choice == 1.0 + j as f64)
            .count();
        assert!((predicted - observed as f64).abs() < 1e-4, "{predicted} {observed}");
    }
    let bins = report["calibration"].as_array().expect("bins");
    let sum = |name: &str| {
        bins.iter()
            .map(|bin| number(&bin["n"]) * number(&bin[name]))
            .sum::<f64>()
    };
    assert!((sum("predicted") - sum("observed")).abs() < 1e-9 && (sum("observed") - 120.0).abs() < 1e-9);
    // Every form has them; only --measures has the tables.
    let printed = |more: &[&str]| {
        let (code, out, err) = ran(&logsum(folder, &[&["predict", "fit.json"], more].concat()));
        assert_eq!((code, err.as_str()), (0, ""));
        out
    };
    let text = printed(&[]);
    assert!(
        text.contains("Hit rate") && text.contains("Brier score") && !text.contains("Calibration"),
        "{text}"
    );
    for (format, parts) in [
        ("text", ["Measures of prediction", "Calibration", "Correct"]),
        (
            "markdown",
            ["**Measures of prediction**", "**Calibration", "| Correct |"],
        ),
        ("latex", ["Measures of prediction", "Calibration", "Correct"]),
        (
            "csv",
            [
                "measures,,,hit_rate,",
                "calibration,,1,predicted,",
                "confusion,car,bus,by_sum,",
            ],
        ),
        ("json", ["\"hit_rate\"", "\"calibration\"", "\"by_highest\""]),
    ] {
        let out = printed(&["--measures", "--format", format]);
        assert!(parts.iter().all(|part| out.contains(part)), "{format}:\n{out}");
    }
    assert!(
        text.lines()
            .chain(printed(&["--measures"]).lines())
            .all(|line| line.chars().count() <= 80)
    );
    printed(&["--picture", "calibration.svg"]);
    let picture = std::fs::read_to_string(folder.join("calibration.svg")).expect("a picture");
    assert!(picture.contains("mean predicted probability"));
}

#[test]
fn shares_by_a_column_and_simulated_intervals() {
    let folder = folder_with(MODEL);
    let folder = folder.path();
    json(
        folder,
        &["estimate", "trips.toml", "-o", "fit.json", "--format", "json"],
    );
    let report = json(
        folder,
        &[
            "predict",
            "fit.json",
            "--by",
            "region",
            "--format",
            "json",
            "-o",
            "cases.csv",
        ],
    );
    let cases = read(&folder.join("cases.csv"));
    for (at, name) in ["north", "south"].into_iter().enumerate() {
        let segment = &report["segments"][at];
        assert_eq!((&segment["segment"], &segment["n_cases"]), (&name.into(), &60.into()));
        for (j, column) in NAMES.iter().enumerate() {
            // Persons take turns, two rows each.
            let of: Vec<f64> = numbers(&cases, column)
                .iter()
                .enumerate()
                .filter(|(case, _)| case / 2 % 2 == at)
                .map(|(_, probability)| *probability)
                .collect();
            let share = number(&segment["alternatives"][j]["predicted_share"]);
            assert!((share - of.iter().sum::<f64>() / 60.0).abs() < 1e-14);
            assert!(number(&segment["alternatives"][j]["std_error"]) > 0.0);
        }
    }
    let (_, csv, _) = ran(&logsum(
        folder,
        &["predict", "fit.json", "--by", "region", "--format", "csv"],
    ));
    assert!(
        csv.starts_with("segment,alternative,") && csv.contains("\nsouth,rail,"),
        "{csv}"
    );
    let simulated = |more: &[&str]| {
        let arguments = [
            "predict",
            "fit.json",
            "--format",
            "json",
            "--intervals",
            "simulated",
            "--draws",
            "500",
        ];
        json(folder, &[&arguments[..], more].concat())
    };
    let first = simulated(&[]);
    assert_eq!(
        (&first["intervals"], &first["draws"], &first["seed"]),
        (&"simulated".into(), &500.into(), &1.into())
    );
    assert_eq!(simulated(&["--threads", "1"]), first);
    assert_ne!(simulated(&["--seed", "2"])["alternatives"], first["alternatives"]);
    for (j, alternative) in report["alternatives"].as_array().expect("three").iter().enumerate() {
        let (delta, drawn) = (
            number(&alternative["std_error"]),
            number(&first["alternatives"][j]["std_error"]),
        );
        // 3 % by chance, and shares of so few data are not quite linear.
        assert!((delta - drawn).abs() < 0.15 * delta, "{delta} {drawn}");
    }
    // The level and the covariance are those asked for.
    let wide = json(
        folder,
        &[
            "predict",
            "fit.json",
            "--confidence",
            "0.99",
            "--cluster",
            "who",
            "--format",
            "json",
        ],
    );
    assert_eq!(wide["covariance_kind"], "clustered");
    assert!(number(&wide["alternatives"][0]["conf_low"]) < number(&report["alternatives"][0]["conf_low"]));
}

#[test]
fn a_holdout_is_predicted_by_the_others() {
    let folder = folder_with(MODEL);
    let folder = folder.path();
    let fit = json(
        folder,
        &[
            "estimate",
            "trips.toml",
            "--holdout",
            "0.25",
            "-o",
            "fit.json",
            "--format",
            "json",
        ],
    );
    let validation = &fit["validation"];
    assert_eq!(
        (&validation["method"], &validation["seed"]),
        (&"holdout".into(), &1.into())
    );
    assert_eq!((&fit["n_decision_makers"], &fit["n_cases"]), (&45.into(), &90.into()));
    assert_eq!(validation["held_out"]["n_decision_makers"], 15);
    let estimation = number(&validation["estimation"]["log_likelihood"]);
    assert!((estimation - number(&fit["log_likelihood"])).abs() < 1e-9);

    // Both sides from the fit file, and together they are everybody.
    let data = read(&folder.join("trips.csv"));
    let (code, text, _) = ran(&logsum(folder, &["predict", "fit.json", "-o", "in.csv"]));
    assert_eq!(code, 0);
    assert!(text.contains("Cases             90"), "{text}");
    let out = json(
        folder,
        &["predict", "fit.json", "--held-out", "-o", "out.csv", "--format", "json"],
    );
    assert_eq!(out["measures"], validation["held_out"]["measures"]);
    let (inside, outside) = (read(&folder.join("in.csv")), read(&folder.join("out.csv")));
    assert_measures(&validation["estimation"]["measures"], written_out(&inside, &data));
    assert_measures(&validation["held_out"]["measures"], written_out(&outside, &data));
    assert!(persons(&inside).is_disjoint(&persons(&outside)));
    assert_eq!(persons(&inside).len() + persons(&outside).len(), 60);

    // An estimation on the others alone is the same.
    let rows: HashSet<usize> = numbers(&inside, "row").iter().map(|row| *row as usize).collect();
    let kept = trips();
    let kept = kept
        .lines()
        .enumerate()
        .filter(|(line, _)| *line == 0 || rows.contains(&(line + 1)));
    std::fs::write(
        folder.join("kept.csv"),
        kept.map(|(_, line)| format!("{line}\n")).collect::<String>(),
    )
    .expect("writes");
    let alone = json(
        folder,
        &["estimate", "trips.toml", "--data", "kept.csv", "--format", "json"],
    );
    assert_eq!(alone["parameters"], fit["parameters"]);
    // So are standard errors that need the data again.
    let clustered = json(folder, &["show", "fit.json", "--cluster", "region", "--format", "json"]);
    let arguments = [
        "estimate",
        "trips.toml",
        "--data",
        "kept.csv",
        "--cluster",
        "region",
        "--format",
        "json",
    ];
    assert_eq!(clustered["parameters"], json(folder, &arguments)["parameters"]);

    for format in ["text", "markdown", "latex"] {
        let (code, report, _) = ran(&logsum(folder, &["show", "fit.json", "--format", format]));
        assert!(
            code == 0 && report.contains("Held out") && report.contains("15 of 60 decision makers"),
            "{report}"
        );
    }
    let again = json(
        folder,
        &[
            "estimate",
            "trips.toml",
            "--holdout",
            "0.25",
            "--format",
            "json",
            "--threads",
            "1",
        ],
    );
    assert_eq!(again["validation"], fit["validation"]);
    let other = json(
        folder,
        &[
            "estimate",
            "trips.toml",
            "--holdout",
            "0.25",
            "--seed",
            "2",
            "--format",
            "json",
        ],
    );
    assert_ne!(other["parameters"], fit["parameters"]);
    // Another split is another sample.
    let restricted = MODEL.replace("asc_rail = 0.0", "asc_rail = { start = 0.0, fixed = true }");
    std::fs::write(folder.join("trips.toml"), restricted).expect("writes");
    let arguments = [
        "estimate",
        "trips.toml",
        "-o",
        "other.json",
        "--holdout",
        "0.25",
        "--format",
        "json",
    ];
    json(folder, &[&arguments[..], &["--seed", "2"]].concat());
    let err = fails(folder, &["test", "other.json", "fit.json"]);
    assert!(err.contains("were not estimated on the same choices"), "{err}");
    json(folder, &arguments);
    let (code, _, err) = ran(&logsum(folder, &["test", "other.json", "fit.json"]));
    assert_eq!(code, 0, "{err}");
}

#[test]
fn folds_stand_beside_the_fit_of_all() {
    let folder = folder_with(MODEL);
    let folder = folder.path();
    let plain = json(folder, &["estimate", "trips.toml", "--format", "json"]);
    let fit = json(
        folder,
        &[
            "estimate",
            "trips.toml",
            "--folds",
            "6",
            "-o",
            "fit.json",
            "--format",
            "json",
        ],
    );
    assert_eq!(fit["parameters"], plain["parameters"]);
    let validation = &fit["validation"];
    let folds = validation["folds"].as_array().expect("folds");
    assert_eq!((folds.len(), &validation["left_out"]), (6, &0.into()));
    let count = |name: &str| folds.iter().map(|fold| number(&fold[name])).sum::<f64>();
    assert_eq!((count("n_decision_makers"), count("n_cases")), (60.0, 120.0));
    let values: Vec<f64> = folds
        .iter()
        .map(|fold| number(&fold["held_out"]["log_likelihood_per_case"]))
        .collect();
    let mean = values.iter().sum::<f64>() / 6.0;
    let means = &validation["means"]["log_likelihood_per_case"];
    assert!((number(&means["mean"]) - mean).abs() < 1e-12);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    assert!((number(&means["std_error"]) - (squares / 30.0).sqrt()).abs() < 1e-12);
    // What was estimated on is fitted better than what was not.
    assert!(number(&validation["means"]["estimation_log_likelihood_per_case"]["mean"]) > mean);
    let (code, text, err) = ran(&logsum(folder, &["show", "fit.json"]));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        text.contains("Cross-validation: 6 folds of 60 decision makers, seed 1"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let one = json(
        folder,
        &[
            "estimate",
            "trips.toml",
            "--folds",
            "6",
            "--format",
            "json",
            "--threads",
            "1",
        ],
    );
    assert_eq!(one["validation"], fit["validation"]);
    // The fit is of everybody, and predicts everybody.
    assert_eq!(
        json(folder, &["predict", "fit.json", "--format", "json"])["n_cases"],
        120
    );
}

/// The families differ in what a likelihood is made of; each is validated by its own.
#[test]
fn every_family_is_validated() {
    let nested = format!(
        "{}\n[nests]\npublic = {{ members = [\"bus\", \"rail\"], dissimilarity = \"lambda\" }}\n",
        MODEL.replace("b_time = 0.0\n", "b_time = 0.0\nlambda = 1.0\n")
    );
    let mixed = format!("{MODEL}\n[random]\nb_time = {{ distribution = \"normal\" }}\n\n[draws]\nnumber = 40\n");
    let probit = format!("{MODEL}\n[probit]\ncovariance = \"independent\"\n\n[draws]\nnumber = 40\n");
    let scaled = format!(
        "{}\n[scale]\nnorth = {{ when = \"region == 'north'\", parameter = \"mu\" }}\n",
        MODEL.replace("b_time = 0.0\n", "b_time = 0.0\nmu = 1.0\n")
    );
    let sampled = format!("{MODEL}\n[sampling]\nnumber = 2\nmethod = \"uniform\"\n");
    for (name, model) in [
        ("nested", nested),
        ("mixed", mixed),
        ("probit", probit),
        ("scaled", scaled),
        ("sampled", sampled),
    ] {
        let folder = folder_with(&model);
        std::fs::write(folder.path().join("trips.csv"), trips_of(240)).expect("writes");
        for more in [["--holdout", "0.3"], ["--folds", "3"]] {
            let arguments = [&["estimate", "trips.toml", "--format", "json"], &more[..]].concat();
            let (code, out, err) = ran(&logsum(folder.path(), &arguments));
            assert!(code < 2, "{name} {more:?}: {err}");
            let fit: Value = serde_json::from_str(&out).expect("a fit");
            let score = match more[0] {
                "--folds" => &fit["validation"]["in_sample"],
                _ => &fit["validation"]["held_out"],
            };
            let by_case = number(&score["log_likelihood_per_case"]);
            // Better than three equal shares, as the choices depend on time.
            assert!(by_case > -(3.0_f64.ln()) && by_case < 0.0, "{name} {more:?}: {by_case}");
            assert!(number(&score["measures"]["hit_rate"]) > 0.4, "{name} {more:?}");
        }
    }
}

/// Of rankings all stages are the likelihood, and the best is what is predicted; counts are as many choices.
#[test]
fn rankings_and_counts() {
    let folder = folder_with(MODEL);
    let folder = folder.path();
    let (mut ranked, mut counted) = (String::new(), String::new());
    for (line, text) in trips().lines().enumerate() {
        let cells: Vec<&str> = text.split(',').collect();
        let rest = cells[2..].join(",");
        if line == 0 {
            ranked.push_str(&format!("who,first,second,third,{rest}\n"));
            counted.push_str(&format!("who,n_1,n_2,n_3,{rest}\n"));
            continue;
        }
        let first: usize = cells[1].parse().expect("a code");
        ranked.push_str(&format!(
            "{},{first},{},{},{rest}\n",
            cells[0],
            first % 3 + 1,
            (first + 1) % 3 + 1
        ));
        let of = |code: usize| {
            if code == first {
                3
            } else {
                usize::from(code == first % 3 + 1)
            }
        };
        counted.push_str(&format!("{},{},{},{},{rest}\n", cells[0], of(1), of(2), of(3)));
    }
    std::fs::write(folder.join("ranked.csv"), ranked).expect("writes");
    std::fs::write(folder.join("counted.csv"), counted).expect("writes");
    let choice = "choice = \"choice\"";
    let of_ranks = MODEL.replace(choice, "choice = [\"first\", \"second\", \"third\"]") + "\n[ranking]\n";
    let of_counts = MODEL.replace(
        choice,
        "choice = { car = \"n_1\", bus = \"n_2\", rail = \"n_3\" }\ncounts = true",
    );
    for (name, model) in [("ranked", of_ranks), ("counted", of_counts)] {
        let file = format!("{name}.csv");
        std::fs::write(folder.join("other.toml"), model.replace("trips.csv", &file)).expect("writes");
        let arguments = [
            "estimate",
            "other.toml",
            "--holdout",
            "0.2",
            "-o",
            "fit.json",
            "--format",
            "json",
        ];
        let fit = json(folder, &arguments);
        let held_out = &fit["validation"]["held_out"];
        let (by_case, log_score) = (
            number(&held_out["log_likelihood_per_case"]),
            number(&held_out["measures"]["log_score"]),
        );
        assert_eq!(held_out["measures"]["n_cases"], 24);
        match name {
            "ranked" => {
                // The second stage takes its toll.
                assert!(by_case < log_score - 0.1, "{by_case} {log_score}");
                assert_eq!(number(&held_out["measures"]["weight"]), 24.0);
            }
            _ => {
                assert!((by_case - log_score).abs() < 1e-12, "{by_case} {log_score}");
                assert_eq!(number(&held_out["measures"]["weight"]), 96.0);
            }
        }
        let report = json(folder, &["predict", "fit.json", "--held-out", "--format", "json"]);
        assert_eq!(report["measures"], held_out["measures"], "{name}");
    }
}

#[test]
fn what_cannot_be_validated_is_said() {
    let folder = folder_with(MODEL);
    let folder = folder.path();
    let err = fails(folder, &["estimate", "trips.toml", "--holdout", "1.5"]);
    assert_eq!(
        err,
        "error: --holdout 1.5; it is a part of the decision makers between 0 and 1, such as 0.2\n"
    );
    let err = fails(folder, &["estimate", "trips.toml", "--holdout", "-0.2"]);
    assert!(err.contains("between 0 and 1"), "{err}");
    let err = fails(folder, &["estimate", "trips.toml", "--holdout", "0.001"]);
    assert!(err.contains("leaves nobody to hold out"), "{err}");
    let err = fails(folder, &["estimate", "trips.toml", "--folds", "61"]);
    assert_eq!(
        err,
        "error: --folds 61: there are 60 decision makers, and each fold needs one; take fewer folds\n"
    );
    let err = fails(folder, &["estimate", "trips.toml", "--folds", "1"]);
    assert!(err.contains("2 or more"), "{err}");
    fails(folder, &["estimate", "trips.toml", "--folds", "3", "--holdout", "0.5"]);
    let err = fails(
        folder,
        &["estimate", "trips.toml", "--folds", "3", "--max-iterations", "0"],
    );
    assert!(err.contains("nothing is estimated"), "{err}");
    json(
        folder,
        &["estimate", "trips.toml", "-o", "fit.json", "--format", "json"],
    );
    let err = fails(folder, &["predict", "fit.json", "--held-out"]);
    assert!(err.contains("was estimated on all decision makers"), "{err}");
    let err = fails(folder, &["predict", "fit.json", "--draws", "500"]);
    assert!(err.contains("--intervals simulated"), "{err}");
    let err = fails(folder, &["predict", "fit.json", "--by", "regoin"]);
    assert!(
        err.contains("no column \"regoin\"") && err.contains("did you mean \"region\"?"),
        "{err}"
    );
    let err = fails(folder, &["predict", "fit.json", "--by", "t_car", "--confidence", "2"]);
    assert!(err.contains("confidence level 2"), "{err}");
    let err = fails(folder, &["predict", "fit.json", "--picture", "calibration.pdf"]);
    assert!(err.contains(".svg or .png"), "{err}");
    let without: String = trips()
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line
                .split(',')
                .enumerate()
                .filter(|(at, _)| *at != 1)
                .map(|(_, cell)| cell)
                .collect();
            cells.join(",") + "\n"
        })
        .collect();
    std::fs::write(folder.join("new.csv"), without).expect("writes");
    let (code, out, err) = ran(&logsum(folder, &["predict", "fit.json", "new.csv", "--measures"]));
    assert!(
        code == 0 && !out.contains("Hit rate") && err.contains("these are not known"),
        "{out}{err}"
    );
}
