//! Probit as a user meets it: what is refused, what a fit says, what is done with it.

mod support;

use std::path::Path;

use serde_json::Value;
use support::{logsum, ran, root};

const TRAVEL_MODE: &str = "datasets/travel_mode/probit.toml";

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(&logsum(folder, arguments))
}

/// A folder with the travellers, `logit.toml`, and `model.toml`: the probit with some of its text replaced.
fn folder(changes: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for file in ["travel_mode.csv", "logit.toml"] {
        let from = root().join("datasets/travel_mode").join(file);
        std::fs::copy(from, folder.path().join(file)).expect("copies");
    }
    let model = std::fs::read_to_string(root().join(TRAVEL_MODE)).expect("reads");
    let model = changes.iter().fold(model, |text, (from, to)| {
        assert!(text.contains(from), "\"{from}\" is not in the model");
        text.replace(from, to)
    });
    // Few draws: what is tested does not depend on them.
    std::fs::write(
        folder.path().join("model.toml"),
        model.replace("number = 1000", "number = 100"),
    )
    .expect("writes");
    folder
}

fn refused(changes: &[(&str, &str)]) -> Vec<String> {
    let folder = folder(changes);
    let (code, out, err) = run(folder.path(), &["estimate", "model.toml"]);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    err.lines()
        .filter(|line| line.contains("error"))
        .map(str::to_owned)
        .collect()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (_, out, err) = run(folder, arguments);
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {err}"))
}

#[test]
fn what_is_refused() {
    let of = |change: (&str, &str)| refused(&[change]).join("\n");
    let base = of(("base       = \"car\"", "base = \"cars\""));
    assert!(
        base.contains("the base \"cars\" is no alternative (did you mean \"car\"?)"),
        "{base}"
    );
    let covariance = of(("\"full\" ", "\"ful\" "));
    assert!(
        covariance.contains("model.toml, line") && covariance.contains("did you mean \"full\"?"),
        "{covariance}"
    );
    let factors = of(("covariance = \"full\"", "factors = 3"));
    assert!(
        factors.contains("6 free parameters, but only 5 are identified"),
        "{factors}"
    );
    let none = of(("number = 1000", "number = 0"));
    assert!(none.contains("draws"), "{none}");
    let key = of(("base       = \"car\"", "base = \"car\"\ncorelation = 1"));
    assert!(key.contains("corelation"), "{key}");
    let pattern = of(("covariance = \"full\"", "pattern.bus.train = \"rho\""));
    assert!(pattern.contains("\"rho\" is no declared parameter"), "{pattern}");
    let singular = of(("covariance = \"full\"", "pattern.bus.train = \"1\""));
    assert!(
        singular.contains("not positive definite") && singular.contains("\"bus\""),
        "{singular}"
    );
}

#[test]
fn a_fit_and_what_follows() {
    let folder = folder(&[]);
    let folder = folder.path();
    let (code, report, err) = run(folder, &["estimate", "model.toml", "-o", "probit.json"]);
    assert_eq!(code, 0, "{err}");
    for said in [
        "Probit, maximum simulated likelihood",
        "100 Sobol (Owen) per case, 2 dimensions",
        "covariance of their differences against car",
        "Correlation of the differences",
        "variance of 1 of the difference between the",
    ] {
        assert!(report.contains(said), "\"{said}\" is not in\n{report}");
    }
    // Another covariance of the estimates has other standard errors of the errors' covariance, without the data.
    let robust = json(
        folder,
        &["show", "probit.json", "--covariance", "robust", "--format", "json"],
    );
    let classical = json(folder, &["show", "probit.json", "--format", "json"]);
    let error = |fit: &Value| {
        fit["errors"]["differences"][1][1]["std_error"]
            .as_f64()
            .expect("a standard error")
    };
    assert!(error(&robust) != error(&classical));
    assert_eq!(robust["errors"]["differences"][0][0]["std_error"], Value::Null);
    // Shares sum to the travellers.
    let shares = json(folder, &["predict", "probit.json", "--format", "json"]);
    let text = shares.to_string();
    assert!(text.contains("air") && text.contains("car"), "{text}");
    // The same model again, from its fit file and on one thread.
    let again = json(
        folder,
        &["estimate", "model.toml", "--format", "json", "--threads", "1"],
    );
    assert_eq!(again["log_likelihood"], classical["log_likelihood"]);
    assert_eq!(again["parameters"], classical["parameters"]);
    let other = json(folder, &["estimate", "model.toml", "--format", "json", "--seed", "7"]);
    assert_ne!(other["log_likelihood"], classical["log_likelihood"]);
    let automatic = json(
        folder,
        &["estimate", "model.toml", "--format", "json", "--draws", "auto"],
    );
    let largest = automatic["draws"]["simulation_error"]["largest_ratio"]
        .as_f64()
        .expect("measured");
    assert!(
        largest <= 0.1
            && automatic["draws"]["path"]
                .as_array()
                .is_some_and(|path| !path.is_empty())
    );
}

#[test]
fn exact_probabilities_are_not_simulated() {
    let folder = folder(&[("base       = \"car\"", "base = \"car\"\nprobabilities = \"exact\"")]);
    let exact = json(folder.path(), &["estimate", "model.toml", "--format", "json"]);
    assert_eq!(exact["converged"], true);
    assert!(exact.get("draws").is_none_or(Value::is_null));
    let value = exact["log_likelihood"].as_f64().expect("a number");
    // Found independently by product quadrature.
    assert!((value - EXACT).abs() < 1e-6, "{value}");
}

/// ln L of exact probabilities at their maximum, to the digits given.
const EXACT: f64 = -197.782_870_19;

#[test]
fn beside_logit() {
    let folder = folder(&[]);
    let folder = folder.path();
    for (model, fit) in [("logit.toml", "logit.json"), ("model.toml", "probit.json")] {
        let (code, _, err) = run(folder, &["estimate", model, "-o", fit, "--quiet"]);
        assert_eq!(code, 0, "{err}");
    }
    let arguments = [
        "compare",
        "logit.json",
        "probit.json",
        "--cost",
        "b_gc",
        "--attribute",
        "gc",
    ];
    let (code, report, err) = run(folder, &arguments);
    assert_eq!(code, 0, "{err}");
    for said in ["Vuong", "b_ttme", "chol_bus_bus"] {
        assert!(report.contains(said), "\"{said}\" is not in\n{report}");
    }
}

#[test]
fn recovery_of_what_is_simulated() {
    let folder = folder(&[]);
    let folder = folder.path();
    let (code, _, err) = run(folder, &["estimate", "model.toml", "-o", "fit.json", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let arguments = [
        "simulate",
        "recovery",
        "model.toml",
        "--parameters",
        "fit.json",
        "--cases",
        "800",
        "--replications",
        "4",
        "--format",
        "json",
    ];
    let (code, out, err) = run(folder, &arguments);
    assert!(code != 2, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"));
    assert!(report.to_string().contains("chol_bus_train"), "{report}");
}

#[test]
fn alternatives_that_only_the_data_know() {
    let folder = folder(&[]);
    let folder = folder.path();
    let model = "[data]\nfile = \"travel_mode.csv\"\nlayout = \"long\"\ncase = \"individual\"\nalternative = \"mode\"\n\
                 choice = \"choice\"\n[parameters]\nb_gc = 0\nb_ttme = 0\n[utility]\nall = \"b_gc * gc + b_ttme * ttme\"\n\
                 [probit]\ncovariance = \"diagonal\"\nbase = \"4\"\n[draws]\nnumber = 64\n";
    std::fs::write(folder.join("long.toml"), model).expect("writes");
    let (code, report, err) = run(folder, &["estimate", "long.toml", "-o", "long.json"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        report.contains("sd_4") && report.contains("sd_2") && !report.contains("sd_1"),
        "{report}"
    );
    let arguments = [
        "simulate",
        "recovery",
        "long.toml",
        "--parameters",
        "long.json",
        "--cases",
        "210",
        "--replications",
        "2",
    ];
    let (code, _, err) = run(folder, &arguments);
    assert!(code != 2, "{err}");
    // Rows that no column names count from 1, and have no errors of their own.
    std::fs::write(folder.join("long.toml"), model.replace("alternative = \"mode\"\n", "")).expect("writes");
    let (code, _, err) = run(folder, &["estimate", "long.toml"]);
    assert_eq!(code, 2);
    assert!(err.contains("needs alternatives with names"), "{err}");
}
