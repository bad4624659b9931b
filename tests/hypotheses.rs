//! `logsum test` as a user meets it: scores, independence of irrelevant alternatives, segments, models that are not nested.

mod support;

use std::path::Path;

use logsum::Fit;
use serde_json::Value;
use support::{logsum, ran, root};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(&logsum(folder, arguments))
}

/// Estimates a model of the repository, its text changed, as `NAME.json` in the folder.
fn estimate(folder: &Path, model: &str, name: &str, change: impl Fn(String) -> String) -> Fit {
    let path = root().join("datasets").join(model);
    let data = path.parent().expect("a folder");
    let text = std::fs::read_to_string(&path).expect("the model file");
    // The data lie where the model does.
    let quoted = text
        .split('"')
        .find(|part| part.ends_with(".csv"))
        .expect("a data file")
        .to_owned();
    let text = text.replace(
        &format!("\"{quoted}\""),
        &format!("\"{}\"", data.join(&quoted).display()),
    );
    std::fs::write(folder.join(format!("{name}.toml")), change(text)).expect("a model file");
    let output = format!("{name}.json");
    let (code, _, err) = run(folder, &["estimate", &format!("{name}.toml"), "-o", &output, "-q"]);
    assert_eq!(code, 0, "{err}");
    let text = std::fs::read_to_string(folder.join(output)).expect("a fit file");
    serde_json::from_str(&text).expect("a fit")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (code, out, err) = run(folder, &[arguments, &["--format", "json"]].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&out).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Fails with one line that says `expected`.
#[track_caller]
fn failed(folder: &Path, arguments: &[&str], expected: &str) {
    let (code, out, err) = run(folder, arguments);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    assert!(err.contains(expected), "{err}");
}

/// Every form has what a reader must know of a test.
#[track_caller]
fn in_all_forms(folder: &Path, arguments: &[&str], words: &[&str], rows: usize) {
    for format in ["text", "markdown", "latex"] {
        let (code, out, err) = run(folder, &[arguments, &["--format", format]].concat());
        assert_eq!((code, err.as_str()), (0, ""));
        // Lines break anywhere.
        let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(flat.contains(word), "{format}: {word} in {out}");
        }
    }
    let (code, out, _) = run(folder, &[arguments, &["--format", "csv"]].concat());
    assert_eq!(code, 0);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines[0],
        "test,subject,hypothesis,statistic,degrees,p_value,outcome,converged"
    );
    assert_eq!(lines.len(), rows + 1, "{out}");
    let report = json(folder, arguments);
    for test in report["tests"].as_array().into_iter().flatten() {
        assert!(test["hypothesis"].is_string() && test["outcome"].is_string(), "{test}");
    }
}

#[test]
fn greenes_travellers_without_the_plane() {
    let folder = folder();
    let fit = estimate(folder.path(), "travel_mode/logit.toml", "fit", |text| text);
    let test = ["test", "fit.json", "--iia", "hausman-mcfadden", "--without", "air"];
    let report = json(folder.path(), &test);
    let only = &report["tests"][0];
    // Greene, Econometric Analysis, on this model without the plane: 33.3367 with four degrees of freedom.
    let statistic = number(&only["statistic"]);
    assert!(
        (statistic - 33.3367).abs() < 5e-5,
        "absolute, half of the last digit: {statistic}"
    );
    assert_eq!(
        (&only["degrees"], &only["n_cases"]),
        (&Value::from(4), &Value::from(152))
    );
    assert_eq!(only["positive_definite"], Value::from(true));
    let terms: Vec<&str> = only["coefficients"]
        .as_array()
        .expect("coefficients")
        .iter()
        .map(|row| row["term"].as_str().expect("a name"))
        .collect();
    assert_eq!(terms, ["asc_train", "asc_bus", "b_gc", "b_ttme"]);
    in_all_forms(
        folder.path(),
        &test,
        &["Hypothesis", "without air", "rejected at 5", "b", "p-value", "asc"],
        1,
    );
    // One after the other, and by another test.
    let all = json(folder.path(), &["test", "fit.json", "--iia", "hausman-mcfadden"]);
    assert_eq!(all["tests"].as_array().map(Vec::len), Some(fit.data.alternatives.len()));
    assert_eq!(all["tests"][0]["statistic"], only["statistic"]);
    in_all_forms(
        folder.path(),
        &[
            "test",
            "fit.json",
            "--iia",
            "hausman-mcfadden",
            "--covariance",
            "robust",
        ],
        &["of each row", "Rejected:"],
        4,
    );
    let halves = [
        "test",
        "fit.json",
        "--iia",
        "small-hsiao",
        "--without",
        "bus",
        "--seed",
        "3",
    ];
    let (one, two) = (
        json(folder.path(), &halves),
        json(folder.path(), &[&halves[..], &["--threads", "1"]].concat()),
    );
    assert_eq!(one, two);
    assert_eq!(one["halves"], serde_json::json!([105, 105]));
    in_all_forms(
        folder.path(),
        &halves,
        &["105 and 105 decision makers, seed 3", "Hypothesis"],
        1,
    );

    let failed = |arguments: &[&str], expected: &str| failed(folder.path(), arguments, expected);
    failed(
        &["test", "fit.json", "--iia", "hausman-mcfadden", "--without", "aire"],
        "no alternative \"aire\"; did you mean \"air\"?; there are",
    );
    failed(
        &[
            "test",
            "fit.json",
            "--iia",
            "hausman-mcfadden",
            "--without",
            "air",
            "--without",
            "bus",
            "--without",
            "car",
        ],
        "fewer than two alternatives are left to choose from; remove fewer",
    );
    failed(
        &["test", "fit.json", "--iia", "hausman-mcfadden", "--seed", "1"],
        "--seed is for the halves",
    );
    failed(
        &["test", "fit.json", "fit.json", "--iia", "small-hsiao"],
        "--iia is a test of one fit",
    );
    failed(
        &["test", "fit.json", "--iia", "small-hsiao", "--wald", "b_gc = 0"],
        "--wald and --iia are different tests; ask for one at a time",
    );
}

#[test]
fn a_nested_logit_has_no_independence_to_test() {
    let folder = folder();
    estimate(folder.path(), "travel_mode/nested.toml", "nested", |text| text);
    failed(
        folder.path(),
        &["test", "nested.json", "--iia", "hausman-mcfadden"],
        "a property of the logit, which a nested logit does not have",
    );
}

#[test]
fn wide_data_are_tested_as_long_ones() {
    let folder = folder();
    estimate(folder.path(), "swissmetro/logit.toml", "fit", |text| text);
    let report = json(
        folder.path(),
        &[
            "test",
            "fit.json",
            "--iia",
            "hausman-mcfadden",
            "--without",
            "train",
            "--covariance",
            "robust",
        ],
    );
    let only = &report["tests"][0];
    assert_eq!(
        only["left_out"][0],
        "Left out, as the choices among the others say nothing of them: \"asc_train\"."
    );
    assert_eq!(
        (&only["degrees"], &only["positive_definite"]),
        (&Value::from(3), &Value::from(true))
    );
    // 6,768 choices, of which 908 are of the train, and 1,058 are of who has no car.
    assert!(number(&only["n_cases"]) < 6768.0 - 908.0 + 0.5, "{only}");
}

/// The travellers' logit with the income of air held.
fn with_income_held(text: String) -> String {
    text.replace("b_income_air = 0.0", "b_income_air = { start = 0.0, fixed = true }")
}

#[test]
fn what_a_model_holds_is_tested_by_its_score() {
    let folder = folder();
    let full = estimate(folder.path(), "travel_mode/logit.toml", "full", |text| text);
    let held = estimate(folder.path(), "travel_mode/logit.toml", "held", with_income_held);
    let report = json(folder.path(), &["test", "held.json", "--score", "b_income_air"]);
    let (score, z) = (
        number(&report["joint"]["statistic"]),
        full.parameters[5].statistic.expect("z"),
    );
    let ratio = 2.0 * (full.log_likelihood - held.log_likelihood);
    // Three tests of one hypothesis, near the truth.
    assert!(
        (score / ratio - 1.0).abs() < 0.1 && (score / (z * z) - 1.0).abs() < 0.1,
        "{score} {ratio} {}",
        z * z
    );
    assert_eq!(report["tests"][0]["hypothesis"], "b_income_air = 0");
    let kinds = ["hessian", "opg", "robust"];
    let by_kind = kinds.map(|kind| {
        let report = json(
            folder.path(),
            &["test", "held.json", "--score", "b_income_air", "--covariance", kind],
        );
        number(&report["joint"]["statistic"])
    });
    assert!(
        by_kind[0] == score && by_kind[1] != score && by_kind[2] != score,
        "{by_kind:?}"
    );
    // Where every cluster is a traveller the clustered test is the robust one.
    let clustered = json(
        folder.path(),
        &[
            "test",
            "held.json",
            "--score",
            "b_income_air",
            "--cluster",
            "individual",
        ],
    );
    let clustered = number(&clustered["joint"]["statistic"]);
    assert!((clustered / by_kind[2] - 1.0).abs() < 1e-9, "{clustered} {by_kind:?}");
    in_all_forms(
        folder.path(),
        &["test", "held.json", "--score", "b_income_air"],
        &[
            "Hypothesis",
            "not rejected at 5",
            "the data do not call for it",
            "Exp. change",
        ],
        1,
    );
    in_all_forms(
        folder.path(),
        &["test", "held.json", "--score", "all"],
        &["of each row", "Outcome"],
        1,
    );

    let failed = |arguments: &[&str], expected: &str| failed(folder.path(), arguments, expected);
    failed(
        &["test", "held.json", "--score", "b_income_ai"],
        "no parameter \"b_income_ai\"; did you mean \"b_income_air\"?",
    );
    failed(
        &["test", "held.json", "--score", "b_gc"],
        "\"b_gc\" is estimated, not held",
    );
    failed(&["test", "full.json", "--score", "all"], "the model holds no parameter");
}

#[test]
fn segments_of_a_survey() {
    let folder = folder();
    let fit = estimate(folder.path(), "swissmetro/logit.toml", "fit", |text| text);
    let report = json(folder.path(), &["test", "fit.json", "--homogeneous", "GA"]);
    // Each segment again, by the filter of the model file.
    let mut apart = 0.0;
    for value in ["0", "1"] {
        let name = format!("ga{value}");
        let filter = format!("filter = \"GA == {value} and ");
        let alone = estimate(folder.path(), "swissmetro/logit.toml", &name, |text| {
            let text = text.lines().map(|line| match line.trim_start().starts_with("filter") {
                true => format!("{filter}{}\n", line.split_once('"').expect("a filter").1),
                false => format!("{line}\n"),
            });
            text.collect()
        });
        apart += alone.log_likelihood;
    }
    let tests = &report["tests"];
    let statistic = number(&tests[0]["statistic"]);
    assert!(
        (statistic - 2.0 * (apart - fit.log_likelihood)).abs() < 1e-6,
        "absolute, of ln L: {statistic}"
    );
    assert_eq!(report["segments"].as_array().map(Vec::len), Some(2));
    assert_eq!(tests.as_array().map(Vec::len), Some(3));
    let parts = number(&tests[1]["statistic"]) + number(&tests[2]["statistic"]);
    assert!((parts - statistic).abs() < 1e-6, "{parts} {statistic}");
    // The scale is that of a model file with it.
    let scaled = estimate(folder.path(), "swissmetro/logit.toml", "scaled", |text| {
        text.replace(
            "[parameters]",
            "[scale]\nga = { when = \"GA == 1\", parameter = \"mu\" }\n\n[parameters]\nmu = 1.0",
        )
    });
    assert!((number(&report["log_likelihood_scaled"]) - scaled.log_likelihood).abs() < 1e-6);
    in_all_forms(
        folder.path(),
        &["test", "fit.json", "--homogeneous", "GA"],
        &["tastes are the same up to a scale of each segment of GA", "equal scale"],
        3,
    );
    let failed = |arguments: &[&str], expected: &str| failed(folder.path(), arguments, expected);
    failed(&["test", "fit.json", "--homogeneous", "GAA"], "no column \"GAA\"");
    failed(
        &["test", "fit.json", "--homogeneous", "SP"],
        "has one value in all cases",
    );
    failed(&["test", "fit.json", "--homogeneous", "ID"], "50 segments are the most");
}

#[test]
fn models_that_are_not_nested() {
    let folder = folder();
    let one = estimate(folder.path(), "travel_mode/logit.toml", "one", with_income_held);
    // Cost in the vehicle and time in it in the place of the generalised cost.
    let other = estimate(folder.path(), "travel_mode/logit.toml", "other", |text| {
        with_income_held(text)
            .replace("b_gc * gc", "b_invc * invc + b_invt * invt")
            .replace("b_gc         = 0.0", "b_invc = 0.0\nb_invt = 0.0")
    });
    let test = ["test", "one.json", "other.json", "--non-nested"];
    let report = json(folder.path(), &test);
    let null = one.log_likelihood_null;
    let index = |fit: &Fit| 1.0 - (fit.log_likelihood - fit.n_parameters as f64) / null;
    let z = (index(&other) - index(&one)).abs();
    let (better, worse) = if index(&other) > index(&one) {
        (&other, &one)
    } else {
        (&one, &other)
    };
    let squared = -2.0 * z * null + better.n_parameters as f64 - worse.n_parameters as f64;
    let found = &report["ben_akiva_swait"];
    assert!((number(&found["statistic"]) - squared.sqrt()).abs() < 1e-9, "{found}");
    assert!(number(&found["p_bound"]) < 0.5);
    // As they stand in a comparison.
    let comparison = json(folder.path(), &["compare", "one.json", "other.json"]);
    assert_eq!(comparison["pairs"][0]["ben_akiva_swait"], *found);
    assert_eq!(comparison["pairs"][0]["vuong"], report["vuong"]);
    let (_, text, _) = run(folder.path(), &["compare", "one.json", "other.json"]);
    assert!(text.contains("Ben-Akiva and Swait's test: one against other"), "{text}");
    in_all_forms(
        folder.path(),
        &test,
        &["Vuong", "Ben-Akiva and Swait", "p-value, at most"],
        4,
    );

    let failed = |arguments: &[&str], expected: &str| failed(folder.path(), arguments, expected);
    // The likelihood ratio is not the test for them.
    failed(
        &["test", "one.json", "other.json"],
        "\"one.json\" does not restrict \"other.json\": \"b_gc\" of the first stands with what no combination of the second's \
         columns gives",
    );
    estimate(folder.path(), "travel_mode/nested.toml", "nested", |text| text);
    estimate(folder.path(), "travel_mode/logit.toml", "full", |text| text);
    failed(
        &["test", "one.json", "full.json", "--non-nested", "--confidence", "0.9"],
        "needs no covariance and no level",
    );
    failed(&["test", "one.json", "--non-nested"], "--non-nested compares two fits");
    // What restricts is tested, under another family too.
    for (restricted, general) in [("one.json", "full.json"), ("full.json", "nested.json")] {
        let (code, out, err) = run(folder.path(), &["test", restricted, general]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("Hypothesis") && out.contains("Outcome"), "{out}");
    }
}
