//! Published results: every model in `datasets/` against its table, and the reference collection where it is there.

mod support;

use std::path::{Path, PathBuf};

use logsum::Fit;
use serde_json::Value;

#[test]
fn models_of_the_data_sets_reproduce_their_published_tables() {
    let mut compared = 0;
    for folder in std::fs::read_dir(support::root().join("datasets"))
        .expect("data sets")
        .flatten()
    {
        for expected in files(&folder.path(), ".expected.json") {
            let model = expected.with_file_name(name(&expected).replace(".expected.json", ".toml"));
            compare(&support::estimate(&model), &read(&expected), &name(&model));
            compared += 1;
        }
    }
    assert!(compared >= 6, "only {compared} models with published tables were found");
}

#[test]
fn the_reference_collection_is_reproduced() {
    let Some(reference) = support::reference() else {
        eprintln!("SKIPPED: the reference collection is not beside this checkout; its results were not compared");
        return;
    };
    let mut compared = 0;
    for file in files(&reference.join("expect"), ".json") {
        let expected = read(&file);
        const FAMILIES: [&str; 10] = [
            "mnl",
            "weights",
            "mixed",
            "mixed_panel",
            "mixed_correlated",
            "mixed_lognormal",
            "probit",
            "nested",
            "cross_nested",
            "rank_ordered",
        ];
        if !FAMILIES.contains(&expected["family"].as_str().expect("a family")) {
            continue;
        }
        let model = file
            .parent()
            .expect("a folder")
            .join(expected["model"].as_str().expect("a model"));
        compare(&support::estimate(&model), &expected, &name(&file));
        compared += 1;
    }
    assert!(compared >= 40, "only {compared} reference results were found");
}

/// Everything that `expected` names, within its own tolerances.
fn compare(fit: &Fit, expected: &Value, name: &str) {
    assert!(fit.converged, "{name}: {}", fit.convergence.reason);
    for (key, value) in [
        ("log_likelihood", Some(fit.log_likelihood)),
        ("log_likelihood_null", Some(fit.log_likelihood_null)),
        ("log_likelihood_constants", fit.log_likelihood_constants),
    ] {
        if expected[key].is_object() {
            // With few draws there are several maxima; a better one is as good, and has other estimates.
            let higher = expected[key]["higher_is_fine"].as_bool() == Some(true);
            if higher && value > expected[key]["value"].as_f64() {
                let distance = value
                    .zip(expected[key]["value"].as_f64())
                    .map_or(0.0, |(got, want)| got - want);
                if distance > expected[key]["abs"].as_f64().unwrap_or(0.0) {
                    return;
                }
            }
            near(value, &expected[key], &format!("{name}: {key}"));
        }
    }
    for (key, value) in [("n_cases", fit.n_cases), ("n_decision_makers", fit.n_decision_makers)] {
        if let Some(count) = expected[key].as_u64() {
            assert_eq!(value as u64, count, "{name}: {key}");
        }
    }
    let free: Vec<&str> = fit
        .parameters
        .iter()
        .filter(|parameter| !parameter.fixed)
        .map(|parameter| parameter.term.as_str())
        .collect();
    let empty = serde_json::Map::new();
    // The sign of a standard deviation has no meaning; where the expectation says so, it has none here either.
    let unsigned = |term: &str| expected["transforms"][term].as_str() == Some(&format!("abs({term})"));
    for (term, want) in expected["parameters"].as_object().unwrap_or(&empty) {
        let estimate = fit
            .parameters
            .iter()
            .find(|parameter| parameter.term == *term)
            .map(|found| {
                if unsigned(term) {
                    found.estimate.abs()
                } else {
                    found.estimate
                }
            });
        near(estimate, want, &format!("{name}: {term}"));
    }
    for (kind, terms) in expected["std_errors"].as_object().unwrap_or(&empty) {
        let matrix = match kind.as_str() {
            "hessian" => &fit.covariance.hessian,
            "opg" => &fit.covariance.opg,
            "robust" => &fit.covariance.robust,
            other => panic!("{name}: standard errors of the kind \"{other}\" cannot be compared"),
        };
        for (term, want) in terms.as_object().expect("terms") {
            let position = free.iter().position(|known| known == term);
            let error = position.zip(matrix.as_ref()).map(|(at, matrix)| matrix[at][at].sqrt());
            near(error, want, &format!("{name}: {kind} standard error of {term}"));
        }
    }
}

/// Within the larger of the absolute and the relative tolerance.
fn near(got: Option<f64>, want: &Value, what: &str) {
    let got = got.unwrap_or_else(|| panic!("{what}: there is none"));
    let value = want["value"].as_f64().expect("a value");
    let absolute = want["abs"].as_f64().unwrap_or(0.0);
    let tolerance = absolute.max(want["rel"].as_f64().unwrap_or(0.0) * value.abs());
    assert!(
        (got - value).abs() <= tolerance,
        "{what}: got {got}, want {value} ± {tolerance:.1e}"
    );
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| name(path).ends_with(ending))
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a file that was listed");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
