//! Nested logit from the command line: reports, wrong input, several starting points.

mod support;

use std::fs;

use serde_json::Value;

/// The nested model of the Swissmetro with other nests.
fn with_nests(folder: &std::path::Path, parameters: &str, nests: &str) -> std::path::PathBuf {
    let model = fs::read_to_string(support::root().join("datasets/swissmetro/nested.toml")).expect("a model file");
    let data = support::root().join("datasets/swissmetro/swissmetro.csv");
    let (head, _) = model.split_once("[nests]").expect("nests");
    let text = head
        .replace("\"swissmetro.csv\"", &format!("\"{}\"", data.display()))
        .replace("[utility]", &format!("{parameters}\n[utility]"));
    let path = folder.join("model.toml");
    fs::write(&path, format!("{text}\n[nests]\n{nests}\n")).expect("a folder to write in");
    path
}

/// Exit code, standard output and standard error.
fn logsum(arguments: &[&str]) -> (i32, String, String) {
    support::ran(&support::logsum(support::root(), arguments))
}

#[test]
fn the_report_tests_dissimilarities_against_one() {
    let model = support::root().join("datasets/swissmetro/nested.toml");
    let (code, text, _) = logsum(&["estimate", model.to_str().expect("a path")]);
    assert_eq!(code, 0);
    assert!(text.contains("Nested logit, maximum likelihood"), "{text}");
    let row = text
        .lines()
        .find(|line| line.starts_with("existing "))
        .expect("the nest");
    let cells: Vec<&str> = row.split_whitespace().collect();
    // λ, its error, (λ − 1)/se, p, 1/λ, its error, 1 − λ².
    assert_eq!(
        cells,
        [
            "existing", "0.4868", "0.0279", "-18.39", "<0.0001", "2.054", "0.118", "0.7630"
        ]
    );
}

#[test]
fn wrong_nests_are_one_line_each() {
    let folder = tempfile::tempdir().expect("a folder");
    for (nests, expected) in [
        (
            "existing = { members = [\"train\", \"bus\"], dissimilarity = \"lambda_existing\" }",
            "\"bus\", a member of \"existing\", is neither an alternative nor a nest",
        ),
        (
            "existing = { members = [\"train\", \"car\"], dissimilarity = \"lamda_existing\" }",
            "\"lamda_existing\" is no declared parameter (did you mean \"lambda_existing\"?)",
        ),
        (
            "existing = { members = { train = 0.5, car = 1.0 }, dissimilarity = \"lambda_existing\" }",
            "the allocations of \"train\" add up to 0.5, not to 1",
        ),
        (
            "existing = { members = [\"train\", \"car\"], lambda = \"lambda_existing\" }",
            "a nest's parameter is its dissimilarity",
        ),
        (
            "a = { members = [\"train\", \"b\"], dissimilarity = \"lambda_existing\" }\nb = { members = [\"car\", \"a\"], dissimilarity = \"lambda_existing\" }",
            "contain each other in a circle",
        ),
    ] {
        let path = with_nests(folder.path(), "", nests);
        let (code, _, text) = logsum(&["estimate", path.to_str().expect("a path")]);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.matches("error").count(), 1, "{text}");
    }
}

#[test]
fn check_says_what_is_in_no_nest() {
    let model = support::root().join("datasets/swissmetro/nested.toml");
    let (code, text, _) = logsum(&["check", model.to_str().expect("a path")]);
    assert_eq!(code, 0);
    assert!(text.contains("swissmetro: at the root, with dissimilarity 1"), "{text}");
}

#[test]
fn the_fit_file_tells_optima_and_predicts_as_the_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let fit = folder.path().join("fit.json");
    let fit = fit.to_str().expect("a path");
    let model = support::root().join("datasets/swissmetro/cross_nested.toml");
    let model = model.to_str().expect("a path");
    assert_eq!(
        logsum(&["estimate", model, "--multi-start", "4", "-o", fit, "--quiet"]).0,
        0
    );
    let found: Value = serde_json::from_str(&fs::read_to_string(fit).expect("a fit")).expect("JSON");
    let optima = found["optima"]["optima"].as_array().expect("optima");
    let reached: u64 = optima
        .iter()
        .map(|optimum| optimum["reached"].as_u64().expect("a count"))
        .sum();
    assert_eq!(reached + found["optima"]["lost"].as_u64().expect("a count"), 4);
    // The published maximum.
    let value = found["log_likelihood"].as_f64().expect("a number");
    assert!((value + 5_214.049_194_65).abs() < 1e-5, "{value}");
    let (code, predicted, _) = logsum(&["predict", fit, "--format", "json"]);
    let predicted: Value = serde_json::from_str(&predicted).expect("JSON");
    assert_eq!(code, 0);
    assert!(predicted.to_string().contains("train"));
}

#[test]
fn pairs_of_alternatives() {
    let folder = tempfile::tempdir().expect("a folder");
    let nests = "pairs = { pairs_of = \"all\", dissimilarity = { train_swissmetro = \"l_ts\", train_car = \"lambda_existing\", swissmetro_car = 1.0 } }";
    let path = with_nests(folder.path(), "", nests);
    let text = fs::read_to_string(&path)
        .expect("written")
        .replace("lambda_existing = 1.0", "l_ts = 0.9\nlambda_existing = 0.9");
    fs::write(&path, text).expect("a folder to write in");
    let (code, fit, problems) = logsum(&["estimate", path.to_str().expect("a path"), "--format", "json"]);
    assert_eq!(code, 0, "{problems}");
    let fit: Value = serde_json::from_str(&fit).expect("JSON");
    assert_eq!(fit["model"]["family"], "cross-nested logit");
    assert_eq!(fit["nests"]["nests"].as_array().map(Vec::len), Some(3));
    assert!(fit["log_likelihood"].as_f64() > Some(-5331.252), "no worse than logit");
}
