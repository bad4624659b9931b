//! The table [sampling].

use crate::model_file::ModelFile;
use crate::sampling::{SampleSize, SamplingMethod};

const ZONES: &str = r#"[data]
file = "zones.csv"
layout = "long"
case = "id"
alternative = "zone"
choice = "chosen"

[columns]
near = "distance < 10"

[parameters]
b = 0

[utility]
all = "b * distance"

[sampling]
"#;

fn parse(table: &str) -> Result<ModelFile, String> {
    ModelFile::parse(&format!("{ZONES}{table}"), "zones.toml").map_err(|error| error.to_string())
}

#[track_caller]
fn assert_problem(table: &str, expected: &str) {
    let error = parse(table).expect_err("it should not parse");
    assert_eq!(error.lines().next(), Some(expected), "{error}");
}

#[test]
fn what_it_says() {
    let sampling = parse("number = 50").unwrap().sampling.unwrap();
    assert_eq!(sampling.method, SamplingMethod::Uniform);
    assert_eq!(
        (sampling.number, sampling.seed, sampling.replications),
        (SampleSize::Same(50), 1, 1)
    );

    let file =
        parse("number = 20\nmethod = \"importance\"\nweight = \"jobs * near\"\nseed = 7\nreplications = 5").unwrap();
    // Its columns are read with the others, and enter the fingerprint of the data.
    assert_eq!(file.columns(), ["id", "zone", "chosen", "distance", "jobs"]);
    assert_eq!(file.attribute_columns(), ["distance", "jobs"]);
    let sampling = file.sampling.unwrap();
    assert_eq!((sampling.seed, sampling.replications), (7, 5));
    assert_eq!(sampling.method.name(), "importance");

    let file = parse("number = { core = 10, rest = 20 }\nmethod = \"stratified\"\nstrata = \"kind\"").unwrap();
    assert_eq!(file.columns(), ["id", "zone", "chosen", "distance", "kind"]);
    let numbers = [("core".to_owned(), 10), ("rest".to_owned(), 20)].into();
    assert_eq!(file.sampling.unwrap().number, SampleSize::Strata(numbers));
    let derived = parse("number = 3\nmethod = \"stratified\"\nstrata = \"near\"").unwrap();
    assert_eq!(derived.columns(), ["id", "zone", "chosen", "distance"]);
}

#[test]
fn it_comes_back() {
    for table in [
        "number = 50",
        "number = 20\nmethod = \"importance\"\nweight = \"jobs\"\nseed = 0\nreplications = 5",
        "number = { core = 10, \"the rest\" = 20, 3 = 1 }\nmethod = \"stratified\"\nstrata = \"kind\"",
    ] {
        let file = parse(table).unwrap();
        let text = serde_json::to_string(&file.to_json()).unwrap();
        let back =
            ModelFile::from_json(&serde_json::from_str(&text).unwrap()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(back, file);
    }
}

#[test]
fn what_is_wrong_with_it() {
    assert_problem(
        "",
        "zones.toml, line 17, column 2: [sampling] needs \"number\", such as number = 50, alternatives of each case",
    );
    for number in ["1", "2.5", "-3"] {
        assert_problem(
            &format!("number = {number}"),
            "zones.toml, line 18, column 10: number is a whole number from 2, the alternatives of each case with the \
             chosen one among them",
        );
    }
    assert_problem(
        "number = \"many\"",
        "zones.toml, line 18, column 10: number is a whole number such as 50, or of strata a table, not a text",
    );
    assert_problem(
        "number = { core = 1 }",
        "zones.toml, line 18, column 10: number is a table of strata only where method is \"stratified\"; give one number",
    );
    assert_problem(
        "number = { core = 0 }\nmethod = \"stratified\"\nstrata = \"kind\"",
        "zones.toml, line 18, column 19: the number of stratum \"core\" is a whole number from 1",
    );
    assert_problem(
        "number = 5\nmethod = \"importence\"",
        "zones.toml, line 19, column 10: method is \"uniform\", \"importance\" or \"stratified\", not \"importence\"; did \
         you mean \"importance\"?",
    );
    assert_problem(
        "number = 5\nmethod = \"importance\"",
        "zones.toml, line 17, column 2: [sampling] needs \"weight\", such as weight = \"employment\", an expression of \
         columns",
    );
    assert_problem(
        "number = 5\nweight = \"jobs\"",
        "zones.toml, line 19, column 1: \"weight\" belongs to method = \"importance\"",
    );
    assert_problem(
        "number = 5\nmethod = \"importance\"\nweight = \"jobs\"\nstrata = \"kind\"",
        "zones.toml, line 21, column 1: \"strata\" belongs to method = \"stratified\"",
    );
    assert_problem(
        "number = 5\nseed = -1",
        "zones.toml, line 19, column 8: seed is a whole number from 0",
    );
    assert_problem(
        "number = 5\nreplications = 0",
        "zones.toml, line 19, column 16: replications is a whole number from 1",
    );
    assert_problem(
        "number = 5\nreplicatons = 2",
        "zones.toml, line 19, column 1: [sampling] has no key \"replicatons\"; did you mean \"replications\"?",
    );
}

#[test]
fn wide_data_are_sampled_uniformly() {
    let sampled = |table: &str| {
        let text = format!("{}\n[sampling]\n{table}", super::BASE);
        ModelFile::parse(&text, "modes.toml").map_err(|error| error.to_string())
    };
    assert!(sampled("number = 2").is_ok());
    let error = sampled("number = 2\nmethod = \"importance\"\nweight = \"co\"").unwrap_err();
    assert_eq!(
        error.lines().next(),
        Some(
            "modes.toml, line 23, column 10: weight needs a column that differs between alternatives, which long data \
             have; in wide data a row is a case, and method is \"uniform\""
        )
    );
}
