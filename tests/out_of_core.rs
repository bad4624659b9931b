//! Data that are read part by part and kept on disk: the same fit, to the last bit, whatever ends the program on the way.

mod support;

use std::path::Path;
use std::process::{Command, Stdio};

use logsum::data::{Column, Source, Table, Values};
use logsum::tables::{Columns, ReadOptions, write};
use logsum::{Fit, draws::Seed};
use support::{bits, logsum, ran};

const MODEL: &str = r#"
title = "Panel of routes"

[data]
file = "routes.parquet"
layout = "long"
case = "trip"
alternative = "route"
choice = "chosen"
decision_maker = "person"

[parameters]
asc_2 = 0
asc_3 = 0
b_time = 0
b_cost = 0

[utility]
all = "b_time * time + b_cost * cost"
2 = "asc_2"
3 = "asc_3"
"#;

/// Memory that holds the program and a part of these data, not all.
const LITTLE: &str = "70MB";

/// Trips of persons who make two each, three routes a trip; `order` gives the trip at each place of the file.
fn routes(n_trips: usize, order: impl Fn(usize) -> usize) -> Table {
    let names = ["person", "trip", "route", "chosen", "time", "cost", "region"];
    let mut columns = vec![Vec::new(); names.len()];
    for trip in (0..n_trips).map(order) {
        let mut stream = Seed::new(7).stream(trip as u64);
        let mut best = (f64::NEG_INFINITY, 0);
        let rows: Vec<[f64; 2]> = (0..3)
            .map(|route| {
                let (time, cost) = ((stream.open01() * 100.0).round(), stream.open01());
                let utility = -0.03 * time - cost + 0.4 * route as f64 + stream.gumbel();
                if utility > best.0 {
                    best = (utility, route);
                }
                [time, cost]
            })
            .collect();
        for (route, [time, cost]) in rows.into_iter().enumerate() {
            let chosen = f64::from(u8::from(route == best.1));
            let region = (trip % 40) as f64;
            let cells = [
                (trip / 2) as f64,
                trip as f64,
                (route + 1) as f64,
                chosen,
                time,
                cost,
                region,
            ];
            columns
                .iter_mut()
                .zip(cells)
                .for_each(|(column, cell)| column.push(cell));
        }
    }
    Table {
        source: Source {
            name: "routes".to_owned(),
            first_row: 1,
        },
        n_rows: columns[0].len(),
        all_names: names.map(str::to_owned).to_vec(),
        columns: names
            .iter()
            .zip(columns)
            .map(|(name, cells)| Column {
                name: (*name).to_owned(),
                values: Values::Number(cells.into()),
            })
            .collect(),
    }
}

fn folder_with(table: &Table) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    std::fs::write(folder.path().join("routes.toml"), MODEL).expect("writes");
    write(&folder.path().join("routes.parquet"), table).expect("writes");
    folder
}

fn fit(folder: &Path, more: &[&str]) -> Fit {
    let mut arguments = vec!["estimate", "routes.toml", "--format", "json", "--cache", "."];
    arguments.extend(more);
    let (code, out, err) = ran(&logsum(folder, &arguments));
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("a fit")
}

fn fails(folder: &Path, more: &[&str]) -> String {
    let mut arguments = vec!["estimate", "routes.toml"];
    arguments.extend(more);
    let (code, out, err) = ran(&logsum(folder, &arguments));
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    err
}

fn is_left(folder: &Path, file: &str) -> bool {
    folder.join(file).exists()
}

#[test]
fn text_parquet_and_disk_give_the_same_bits() {
    let table = routes(60_000, |at| at);
    let folder = folder_with(&table);
    write(&folder.path().join("routes.csv"), &table).expect("writes");
    let whole = fit(folder.path(), &["--data", "routes.csv"]);
    assert!(whole.converged);
    for more in [
        &["--cluster", "region"][..],
        &["--threads", "1"],
        &["--memory", LITTLE],
        &["--memory", LITTLE, "--threads", "3", "--cluster", "region"],
    ] {
        let other = fit(folder.path(), more);
        assert_eq!(bits(&other), bits(&whole), "{more:?}");
        assert_eq!(other.data.fingerprint, whole.data.fingerprint);
        assert_eq!(
            (other.data.rows_read, other.n_cases, other.n_decision_makers),
            (180_000, 60_000, 30_000)
        );
        assert_eq!(other.log_likelihood_constants, whole.log_likelihood_constants);
    }
    let clustered = |more: &[&str]| fit(folder.path(), more).covariance.clustered;
    let in_memory = clustered(&["--data", "routes.csv", "--cluster", "region"]);
    assert!(in_memory.is_some());
    assert_eq!(clustered(&["--memory", LITTLE, "--cluster", "region"]), in_memory);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("reads").flatten().collect();
    assert_eq!(left.len(), 3, "model and data alone: {left:?}");
}

#[test]
fn what_was_stopped_goes_on_to_the_same_bits() {
    let folder = folder_with(&routes(60_000, |at| at));
    let whole = fit(folder.path(), &[]);
    let stopped = ran(&logsum(
        folder.path(),
        &[
            "estimate",
            "routes.toml",
            "--memory",
            LITTLE,
            "--cache",
            ".",
            "--max-iterations",
            "1",
        ],
    ));
    assert_eq!(stopped.0, 1, "{}", stopped.2);
    assert!(is_left(folder.path(), "routes.checkpoint.json"));
    let resumed = fit(folder.path(), &["--resume"]);
    assert_eq!(bits(&resumed), bits(&whole));
    assert_eq!(resumed.convergence, whole.convergence);
    assert_eq!(resumed.log_likelihood_start, whole.log_likelihood_start);
    assert!(!is_left(folder.path(), "routes.checkpoint.json"));
}

/// Killed as soon as there is a checkpoint. Should the program be faster than this test, it has ended well.
#[test]
fn a_killed_estimation_leaves_a_checkpoint_and_nothing_else() {
    let folder = folder_with(&routes(200_000, |at| at));
    let mut child = Command::new(env!("CARGO_BIN_EXE_logsum"))
        .args([
            "estimate",
            "routes.toml",
            "--memory",
            LITTLE,
            "--cache",
            ".",
            "--threads",
            "1",
        ])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program was built for this test");
    let ended = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if is_left(folder.path(), "routes.checkpoint.json") {
            child.kill().expect("kills");
            break child.wait().expect("a child");
        }
    };
    let whole = fit(folder.path(), &["--data", "routes.parquet"]);
    if !ended.success() {
        let resumed = fit(folder.path(), &["--resume"]);
        assert_eq!(bits(&resumed), bits(&whole));
        assert_eq!(resumed.convergence, whole.convergence);
    }
    if cfg!(unix) {
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("reads").flatten().collect();
        assert_eq!(left.len(), 2, "no cache is left behind: {left:?}");
    }
}

#[test]
fn memory_that_does_not_suffice_is_said_before_it_is_taken() {
    let table = routes(60_000, |at| at);
    let folder = folder_with(&table);
    write(&folder.path().join("routes.csv"), &table).expect("writes");
    let err = fails(folder.path(), &["--memory", "20MB"]);
    assert!(
        err.contains("--memory: 20 MB of memory are too little: even part by part it takes 6"),
        "{err}"
    );
    let err = fails(folder.path(), &["--memory", LITTLE, "--data", "routes.csv"]);
    assert!(
        err.contains("to read \"routes.csv\" at once takes about") && err.contains("convert the file to Parquet"),
        "{err}"
    );
    let err = ran(&logsum(folder.path(), &["estimate", "routes.toml", "--memory", "much"])).2;
    assert!(err.contains("800MB"), "{err}");
    let err = fails(folder.path(), &["--memory", LITTLE, "--cache", "nowhere"]);
    assert!(
        err.contains("\"nowhere\" cannot be written") && err.contains("--cache"),
        "{err}"
    );
}

/// A person who comes back far behind: read whole where there is room, else refused.
#[test]
fn persons_whose_trips_lie_apart_need_the_whole_table() {
    let n = 60_000;
    // The second trip of the first person stands at the end.
    let table = routes(n, |at| match at {
        0 => 0,
        _ if at == n - 1 => 1,
        _ => at + 1,
    });
    let folder = folder_with(&table);
    let sorted = folder_with(&routes(n, |at| at));
    let (apart, together) = (fit(folder.path(), &[]), fit(sorted.path(), &[]));
    assert_eq!(apart.n_decision_makers, together.n_decision_makers);
    assert!((apart.log_likelihood - together.log_likelihood).abs() < 1e-10 * together.log_likelihood.abs());
    let err = fails(folder.path(), &["--memory", LITTLE, "--cache", "."]);
    assert!(
        err.contains("decision maker 0 do not lie together") && err.contains("sort the file by \"person\""),
        "{err}"
    );
}

#[test]
fn files_that_change_or_break_are_recognised() {
    let folder = folder_with(&routes(60_000, |at| at));
    let file = folder.path().join("routes.parquet");
    let stopped = logsum(
        folder.path(),
        &[
            "estimate",
            "routes.toml",
            "--memory",
            LITTLE,
            "--cache",
            ".",
            "--max-iterations",
            "1",
        ],
    );
    assert_eq!(ran(&stopped).0, 1);
    let checkpoint = folder.path().join("routes.checkpoint.json");
    let kept = std::fs::read(&checkpoint).expect("a checkpoint");

    let bytes = std::fs::read(&file).expect("reads");
    std::fs::write(&file, &bytes[..bytes.len() / 2]).expect("writes");
    let err = fails(folder.path(), &["--resume"]);
    assert!(err.contains("routes.parquet"), "{err}");
    write(&file, &routes(59_998, |at| at)).expect("writes");
    let err = fails(folder.path(), &["--resume"]);
    assert!(err.contains("is of other data"), "{err}");
    assert_eq!(std::fs::read(&checkpoint).expect("still there"), kept);
}

/// A full disk costs the checkpoint, not the estimation.
#[cfg(unix)]
#[test]
fn a_checkpoint_that_cannot_be_written_is_told_and_the_one_before_stays() {
    if !Path::new("/dev/full").exists() {
        eprintln!("skipped: this system has no device that is always full");
        return;
    }
    let folder = folder_with(&routes(60_000, |at| at));
    let arguments = ["estimate", "routes.toml", "--memory", LITTLE, "--cache", "."];
    let mut stopped = arguments.to_vec();
    stopped.extend(["--max-iterations", "1"]);
    assert_eq!(ran(&logsum(folder.path(), &stopped)).0, 1);
    let checkpoint = folder.path().join("routes.checkpoint.json");
    let kept = std::fs::read(&checkpoint).expect("a checkpoint");
    std::os::unix::fs::symlink("/dev/full", folder.path().join("routes.checkpoint.json.partial")).expect("links");
    let (code, _, err) = ran(&logsum(folder.path(), &stopped));
    assert_eq!(code, 1);
    assert!(
        err.contains("error: the checkpoint \"routes.checkpoint.json\" cannot be written"),
        "{err}"
    );
    assert!(err.contains("No space left") || err.contains("full"), "{err}");
    let left = std::fs::read(&checkpoint).expect("still there");
    assert!(left == kept || serde_json::from_slice::<serde_json::Value>(&left).is_ok());
}

const PREDICTED: [&str; 3] = ["probability_1", "probability_2", "probability_3"];

/// Predictions of these routes, printed as JSON, and the file of probabilities.
fn predicted(folder: &Path, output: &str, more: &[&str]) -> (serde_json::Value, Vec<u8>) {
    let arguments = [
        &[
            "predict",
            "fit.json",
            "-o",
            output,
            "--measures",
            "--format",
            "json",
            "-q",
        ],
        more,
    ]
    .concat();
    let (code, out, err) = ran(&logsum(folder, &arguments));
    assert_eq!((code, err.as_str()), (0, ""), "{more:?}");
    let mut report: serde_json::Value = serde_json::from_str(&out).expect("a report");
    report["file"] = "routes".into();
    (
        report,
        std::fs::read(folder.join(output)).expect("a file of probabilities"),
    )
}

/// Text is read and predicted at once, Parquet part by part: of a logit, and of random tastes, whose draws belong to
/// persons wherever a part begins.
#[test]
fn predictions_in_parts_are_those_of_the_whole() {
    let mixed = format!("{MODEL}\n[random]\nb_cost = {{ distribution = \"normal\" }}\n\n[draws]\nnumber = 20\n");
    for (model, n) in [(MODEL.to_owned(), 60_000), (mixed, 3_000)] {
        let table = routes(n, |at| at);
        let folder = folder_with(&table);
        let folder = folder.path();
        std::fs::write(folder.join("routes.toml"), &model).expect("writes");
        write(&folder.join("routes.csv"), &table).expect("writes");
        fit(folder, &["--data", "routes.csv", "-o", "fit.json"]);
        let by = ["--by", "region"];
        let whole = predicted(folder, "whole.csv", &by);
        assert_eq!(whole.0["n_cases"], n);
        assert_eq!(whole.0["segments"].as_array().expect("segments").len(), 40);
        assert!(whole.0["calibration"].as_array().expect("bins").len() >= 9);
        let new = |more: &[&'static str]| [&["routes.parquet"], &by[..], more].concat();
        // Row numbers of a spreadsheet count the header.
        let columns = |file: &str| {
            let table =
                logsum::tables::read(&folder.join(file), Columns::All, &ReadOptions::default()).expect("a table");
            let cells = |name: &str| match &table.column(name).expect("a column").values {
                Values::Number(cells) => cells.iter().map(|cell| cell.to_bits()).collect::<Vec<u64>>(),
                Values::Text(_) => panic!("{name} is text"),
            };
            let mut all = PREDICTED.map(cells).to_vec();
            all.extend(["logsum", "energy", "case", "decision_maker"].map(cells));
            all
        };
        for more in [&[][..], &["--memory", LITTLE], &["--memory", LITTLE, "--threads", "1"]] {
            let mut parts = predicted(folder, "parts.parquet", &new(more));
            parts.0["estimation_data"] = true.into();
            assert_eq!(parts.0, whole.0, "{more:?}");
            assert_eq!(columns("parts.parquet"), columns("whole.csv"), "{more:?}");
        }
        // The same bytes, whatever the parts.
        let (_, large) = predicted(folder, "large.parquet", &new(&[]));
        let (_, small) = predicted(folder, "small.parquet", &new(&["--memory", LITTLE]));
        assert!(large == small);
        let simulated = ["--intervals", "simulated", "--draws", "100"];
        let (report, _) = predicted(folder, "whole.csv", &simulated);
        let few = [&["routes.parquet", "--memory", LITTLE], &simulated[..]].concat();
        let (parts, _) = predicted(folder, "parts.csv", &few);
        assert_eq!(parts["alternatives"], report["alternatives"]);
    }
}

/// The data of the estimation are known again though they were never in memory together; others are refused.
#[test]
fn the_data_of_the_estimation_are_recognised_in_parts() {
    let table = routes(20_000, |at| at);
    let folder = folder_with(&table);
    let folder = folder.path();
    fit(folder, &["-o", "fit.json"]);
    let (report, _) = predicted(folder, "cases.parquet", &["--memory", LITTLE]);
    assert_eq!(
        (&report["estimation_data"], &report["n_cases"]),
        (&true.into(), &20_000.into())
    );
    write(&folder.join("routes.parquet"), &routes(19_998, |at| at)).expect("writes");
    let (code, out, err) = ran(&logsum(
        folder,
        &["predict", "fit.json", "-o", "cases.parquet", "--memory", LITTLE],
    ));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("is not the data that \"fit.json\" was estimated on"),
        "{err}"
    );
    let hidden = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with('.');
    assert!(
        !std::fs::read_dir(folder).expect("reads").flatten().any(hidden),
        "nothing half written is left"
    );
}

/// Choices that end half way through the file are left out, and shares are those of all cases.
#[test]
fn choices_that_are_not_known_everywhere_are_left_out_in_parts() {
    let mut table = routes(20_000, |at| at);
    let folder = folder_with(&table);
    let folder = folder.path();
    fit(folder, &["-o", "fit.json"]);
    let of = |table: &Table, more: &[&str]| {
        write(&folder.join("new.parquet"), table).expect("writes");
        let arguments = [
            &[
                "predict",
                "fit.json",
                "new.parquet",
                "--format",
                "json",
                "--memory",
                LITTLE,
            ],
            more,
        ]
        .concat();
        let (code, out, err) = ran(&logsum(folder, &arguments));
        assert_eq!(code, 0, "{err}");
        (serde_json::from_str::<serde_json::Value>(&out).expect("a report"), err)
    };
    let (known, err) = of(&table, &[]);
    assert!(err.is_empty() && known["measures"]["n_cases"] == 20_000, "{err}");
    let chosen = table
        .columns
        .iter_mut()
        .find(|column| column.name == "chosen")
        .expect("choices");
    let Values::Number(cells) = &chosen.values else {
        panic!("choices are numbers")
    };
    let some: Vec<f64> = cells
        .iter()
        .enumerate()
        .map(|(row, cell)| if row < 45_000 { *cell } else { f64::NAN })
        .collect();
    chosen.values = Values::Number(some.into());
    let (half, err) = of(&table, &[]);
    assert!(
        err.contains("observed shares are left out: new.parquet, rows 45001 (case 15000)"),
        "{err}"
    );
    assert_eq!(
        (&half["measures"], &half["n_cases"]),
        (&serde_json::Value::Null, &20_000.into())
    );
    for (one, other) in half["alternatives"]
        .as_array()
        .unwrap()
        .iter()
        .zip(known["alternatives"].as_array().unwrap())
    {
        assert_eq!(one["predicted_share"], other["predicted_share"]);
        assert!(one["observed_share"].is_null());
    }
    // A column that is missing, in one line.
    table.columns.retain(|column| column.name != "cost");
    table.all_names.retain(|name| name != "cost");
    write(&folder.join("new.parquet"), &table).expect("writes");
    let (code, out, err) = ran(&logsum(
        folder,
        &["predict", "fit.json", "new.parquet", "--memory", "2GB"],
    ));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.starts_with("error: new.parquet does not suit the utility") && err.contains("\"cost\""),
        "{err}"
    );
    let err = ran(&logsum(
        folder,
        &["predict", "fit.json", "new.parquet", "--memory", "20MB"],
    ))
    .2;
    assert!(err.contains("even part by part it takes"), "{err}");
}
