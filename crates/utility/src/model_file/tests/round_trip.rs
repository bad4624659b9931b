//! Model files as JSON and back.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::BASE;
use crate::model_file::ModelFile;
use crate::model_file::sections::LATER;

#[track_caller]
fn assert_round_trip(text: &str, name: &str) {
    let file = ModelFile::parse(text, name).unwrap_or_else(|error| panic!("{error}"));
    let text = serde_json::to_string(&file.to_json()).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        ModelFile::from_json(&value).unwrap_or_else(|error| panic!("{name}: {error}")),
        file,
        "{name}"
    );
}

#[test]
fn the_json_has_the_structure_of_the_file() {
    let file = ModelFile::parse(BASE, "modes.toml").unwrap();
    assert_eq!(
        file.to_json(),
        json!({
            "title": "Two modes",
            "data": { "file": "modes.csv", "layout": "wide", "choice": "CHOICE" },
            "alternatives": { "train": { "code": 1.0, "available": "av == 1" }, "car": { "code": 2.0 } },
            "parameters": { "asc": { "start": 0.0 }, "b": { "start": 0.5, "lower": -1.0 } },
            "utility": { "train": "asc + b * tt", "car": "b * co" },
        })
    );
}

#[test]
fn everything_comes_back() {
    assert_round_trip(BASE, "base");
    let everything = r#"
title = "Ω \"quoted\" \\ 'text'"
[data]
file = "a b.csv"
layout = "long"
case = "id"
alternative = "the mode"
choice = "n"
counts = true
filter = """
x > 1
and y == 'it''s' """
decision_maker = "who"
weight = 1.5
missing = "drop_alternative"
separator = "\t"
decimal_mark = ","
[columns]
z = "x / 3"
a = "z"
[alternatives]
"bus 2" = { code = "B2", available = "x == 1" }
air = { code = 0, sampling_rate = 0.04 }
zeppelin = -1.5e-3
[parameters]
zz = 0.1
"a b" = { start = 1e-300, lower = -1e300, upper = 3, label = "a:b" }
c = { start = -0.0, fixed = true }
[utility]
all = "zz * x + `a b` * z"
zeppelin = "c"
"bus 2" = 1
"#;
    assert_round_trip(everything, "everything");
}

#[test]
fn json_that_no_file_gives() {
    let error = |value: Value| ModelFile::from_json(&value).unwrap_err().to_string();
    assert!(error(json!({})).starts_with("specification of the fit, line 1, column 1: the model file needs [data]"));
    assert!(error(json!({"data": {"file": null}})).starts_with("specification of the fit, line 1, column 1: "));
    assert!(error(json!("text")).starts_with("specification of the fit, line 1, column 1: "));
    assert!(error(json!({"data": {"fiel": "x"}})).contains("did you mean \"file\"?"));
}

/// Model files below a folder, by name.
fn model_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            files.extend(model_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn is_later(text: &str) -> bool {
    let table = |line: &str| LATER.iter().any(|name| line.starts_with(&format!("[{name}")));
    text.lines().any(table)
}

#[test]
fn model_files_of_the_data_sets() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets");
    let files = model_files(&folder);
    assert!(!files.is_empty(), "there are data sets with model files");
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a model file can be read");
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        assert_round_trip(&text, &name);
        assert!(
            ModelFile::parse(&text, &name).unwrap().specification.validate().is_ok(),
            "{name}"
        );
    }
}

#[test]
fn model_files_of_the_reference() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/models");
    let files = model_files(&folder);
    if files.is_empty() {
        // Past the capture of what a passing test prints.
        let message = "SKIPPED model_files_of_the_reference: no folder of reference models beside this repository";
        writeln!(std::io::stderr(), "{message}").expect("standard error takes a line");
        return;
    }
    let (mut read, mut mixed) = (0, 0);
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a model file can be read");
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        if is_later(&text) {
            // It says so, and nothing else is wrong.
            let error = ModelFile::parse(&text, &name).unwrap_err();
            let later = |message: &str| message.contains("this version of logsum");
            assert!(error.problems.iter().all(|problem| later(&problem.message)), "{error}");
        } else {
            assert_round_trip(&text, &name);
            let specification = ModelFile::parse(&text, &name).unwrap().specification;
            assert_eq!(specification.validate(), Ok(()), "{name}");
            read += 1;
            mixed += usize::from(specification.mixing.is_some());
        }
    }
    assert!(
        read > mixed && mixed > 0,
        "some of the reference models are logits, some mixed logits"
    );
}
