//! `logsum calibrate` as a user meets it: shares meet their targets in every family, and what follows from the fit.

mod support;

use std::path::Path;

use logsum::Fit;
use serde_json::Value;
use support::{logsum, ran, root};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(&logsum(folder, arguments))
}

/// A folder with the fit of a model of the repository, `fit.json`.
fn fitted(model: &str, more: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let model = root().join("datasets").join(model);
    let arguments = ["estimate", &model.to_string_lossy(), "-o", "fit.json", "--quiet"];
    let (code, _, err) = run(folder.path(), &[&arguments[..], more].concat());
    assert_eq!(code, 0, "{err}");
    folder
}

fn read(folder: &Path, name: &str) -> Fit {
    let text = std::fs::read_to_string(folder.join(name)).expect("a fit file");
    serde_json::from_str(&text).expect("a fit")
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (code, out, err) = run(folder, &[arguments, &["--format", "json"]].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&out).expect("JSON")
}

/// A number of an alternative, by its name.
fn of(rows: &Value, alternative: &str, field: &str) -> f64 {
    let mut rows = rows.as_array().expect("rows").iter();
    let is = |row: &&Value| row["alternative"] == alternative || row["name"] == alternative;
    let row = rows.find(is).expect("a row");
    row[field].as_f64().unwrap_or_else(|| panic!("{row}"))
}

/// Shares that the calibrated fit predicts.
fn predicted(folder: &Path, fit: &str, alternatives: &[&str]) -> Vec<f64> {
    let report = json(folder, &["predict", fit]);
    let share = |name: &&str| of(&report["alternatives"], name, "predicted_share");
    alternatives.iter().map(share).collect()
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} against {expected}");
}

#[test]
fn every_family_meets_its_targets() {
    let names = ["train", "swissmetro", "car"];
    let targets = [
        "--target",
        "train=0.2",
        "--target",
        "car=30%",
        "--target",
        "swissmetro=0.5",
    ];
    for (model, more) in [
        ("swissmetro/logit.toml", &[][..]),
        ("swissmetro/weighted.toml", &[]),
        ("swissmetro/nested.toml", &[]),
        ("swissmetro/cross_nested.toml", &[]),
        ("swissmetro/mixed.toml", &["--draws", "50"]),
    ] {
        let folder = fitted(model, more);
        let arguments = [&["calibrate", "fit.json", "-o", "c.json"], &targets[..]].concat();
        let report = json(folder.path(), &arguments);
        let shares = predicted(folder.path(), "c.json", &names);
        for (share, target) in shares.iter().zip([0.2, 0.5, 0.3]) {
            near(*share, target, 1e-9);
        }
        // The first alternative keeps its utility, and before is what the fit predicts.
        assert_eq!(of(&report["shares"], "train", "constant"), 0.0, "{model}");
        let before = predicted(folder.path(), "fit.json", &names);
        for (name, before) in names.iter().zip(before) {
            near(of(&report["shares"], name, "before"), before, 1e-12);
        }
        // All else is that of the estimation.
        let (fit, calibrated) = (read(folder.path(), "fit.json"), read(folder.path(), "c.json"));
        assert_eq!(fit.covariance, calibrated.covariance);
        assert_eq!(fit.log_likelihood, calibrated.log_likelihood);
        let estimated = |parameter: &&logsum::utility::Estimate| !parameter.term.starts_with("calibration_");
        let kept: Vec<_> = calibrated.parameters.iter().filter(estimated).cloned().collect();
        assert_eq!(kept, fit.parameters);
        assert_eq!(calibrated.parameters.len(), fit.parameters.len() + 2);
    }
}

#[test]
fn a_probit_of_four_modes() {
    let folder = fitted("travel_mode/probit.toml", &[]);
    let targets = ["--target", "air=0.4", "--target", "bus=0.1"];
    let report = json(
        folder.path(),
        &[&["calibrate", "fit.json", "-o", "c.json"], &targets[..]].concat(),
    );
    let shares = predicted(folder.path(), "c.json", &["air", "train", "bus", "car"]);
    near(shares[0], 0.4, 1e-9);
    near(shares[2], 0.1, 1e-9);
    // Those without a target have no constant.
    assert_eq!(of(&report["shares"], "car", "constant"), 0.0);
    assert!(of(&report["shares"], "air", "constant") > 0.0);
    assert_eq!(report["shares"].as_array().expect("rows").len(), 4);
}

/// 10 cases of constants alone: shares of 0.5, 0.3 and 0.2.
fn constants_alone(folder: &Path) {
    let chosen = [1, 1, 1, 1, 1, 2, 2, 2, 3, 3].map(|code: i32| format!("{code}\n"));
    std::fs::write(folder.join("c.csv"), "choice\n".to_owned() + &chosen.concat()).expect("writes");
    let model = "title = \"Three\"\n[data]\nfile = \"c.csv\"\nlayout = \"wide\"\nchoice = \"choice\"\n\
                 [alternatives]\na = { code = 1 }\nb = { code = 2 }\n\"c d\" = { code = 3 }\n\
                 [parameters]\nasc_b = 0\nasc_c = 0\n[utility]\nb = \"asc_b\"\n\"c d\" = \"asc_c\"\n";
    std::fs::write(folder.join("m.toml"), model).expect("writes");
    let (code, _, err) = run(folder, &["estimate", "m.toml", "-o", "fit.json", "--quiet"]);
    assert_eq!(code, 0, "{err}");
}

#[test]
fn constants_are_ratios_of_shares() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    constants_alone(folder.path());
    let targets = ["--target", "a=0.2", "--target", "b=0.3", "--target", "c d=0.5"];
    let report = json(
        folder.path(),
        &[&["calibrate", "fit.json", "--base", "b", "-o", "c.json"], &targets[..]].concat(),
    );
    near(of(&report["shares"], "a", "constant"), (0.2_f64 / 0.5).ln(), 1e-9);
    near(of(&report["shares"], "b", "constant"), 0.0, 0.0);
    near(of(&report["shares"], "c d", "constant"), (0.5_f64 / 0.2).ln(), 1e-9);
    // Calibrated anew, as if it had never been; to what was, the constants go back.
    let again = json(
        folder.path(),
        &["calibrate", "c.json", "-o", "again.json", "--target", "a=0.5"],
    );
    near(of(&again["shares"], "a", "after"), 0.5, 1e-9);
    near(of(&again["shares"], "a", "constant"), 0.0, 1e-9);
    near(of(&again["shares"], "c d", "constant"), 0.0, 0.0);
    near(of(&again["shares"], "c d", "after"), 0.2, 1e-9);
}

#[test]
fn what_follows_from_a_calibrated_fit() {
    let folder = fitted("swissmetro/logit.toml", &[]);
    std::fs::create_dir(folder.path().join("there")).expect("a folder");
    let (code, out, err) = run(
        folder.path(),
        &["calibrate", "fit.json", "--target", "car=0.4", "-o", "there/c.json"],
    );
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("car") && out.contains("40.0%") && out.contains("Constant added"),
        "{out}"
    );
    let set = ["--set", "CAR_CO = 2 * CAR_CO"];
    let scenario = json(folder.path(), &[&["scenario", "there/c.json"], &set[..]].concat());
    let share = |field: &str| {
        let rows = scenario["shares"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["alternative"] == "car").expect("car");
        row[field]["estimate"].as_f64().expect("a number")
    };
    near(share("base"), 0.4, 1e-9);
    assert!(share("scenario") < 0.4);
    let (code, out, _) = run(folder.path(), &["show", "there/c.json"]);
    assert_eq!(code, 0);
    assert!(out.contains("Calibrated to") && out.contains("car 40.0%"), "{out}");
    assert!(out.contains("calibration_car"), "{out}");
    for arguments in [
        &["show", "there/c.json", "--cluster", "ID"][..],
        &["compare", "there/c.json", "fit.json"],
        &["test", "fit.json", "there/c.json"],
    ] {
        let (code, out, err) = run(folder.path(), arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(
            err.contains("c.json\" is calibrated, and its likelihood is not at a maximum"),
            "{err}"
        );
    }
}

#[test]
fn what_cannot_be_calibrated() {
    let folder = fitted("swissmetro/logit.toml", &[]);
    let cases: [(&[&str], &str); 10] = [
        (
            &["--target", "plane=0.2"],
            "no alternative \"plane\"; there are \"train\", \"swissmetro\", \"car\"",
        ),
        (
            &["--target", "trian=0.2"],
            "no alternative \"trian\"; did you mean \"train\"?",
        ),
        (
            &["--target", "car"],
            "--target \"car\": write the alternative and its share, such as train=0.25",
        ),
        (
            &["--target", "car=much"],
            "--target \"car=much\": write the alternative and its share",
        ),
        (
            &["--target", "car=25"],
            "the target of \"car\" is 25, but a share that constants can meet lies between 0 and 1",
        ),
        (&["--target", "car=0"], "the target of \"car\" is 0, but"),
        (
            &["--target", "car=0.2", "--target", "car=0.3"],
            "alternative \"car\" has two targets; keep one",
        ),
        (
            &[
                "--target",
                "car=0.5",
                "--target",
                "train=0.5",
                "--target",
                "swissmetro=0.5",
            ],
            "the targets of all alternatives sum to 1.5, but shares sum to 1",
        ),
        (
            &["--target", "car=0.5", "--target", "train=0.6"],
            "the targets sum to 1.1, which leaves nothing to the other alternatives (\"swissmetro\")",
        ),
        (
            &["--target", "car=0.9"],
            "the target of \"car\" is 0.9, but it is available in 0.828",
        ),
    ];
    for (targets, expected) in cases {
        let (code, out, err) = run(
            folder.path(),
            &[&["calibrate", "fit.json", "-o", "c.json", "--quiet"], targets].concat(),
        );
        assert_eq!((code, out.as_str()), (2, ""), "{targets:?}");
        assert!(err.contains(expected), "{expected}\n{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }
    assert!(!folder.path().join("c.json").exists());
    let base = ["--target", "car=0.5", "--base", "train"];
    let (code, _, err) = run(
        folder.path(),
        &[&["calibrate", "fit.json", "-o", "c.json"], &base[..]].concat(),
    );
    assert_eq!(code, 2);
    assert!(err.contains("the base \"train\" has no target"), "{err}");
}

#[test]
fn what_would_be_lost_is_refused() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    constants_alone(folder.path());
    for output in ["c.csv", "fit.json"] {
        let (code, out, err) = run(
            folder.path(),
            &["calibrate", "fit.json", "--target", "a=0.3", "-o", output],
        );
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.contains("would overwrite what it is estimated from"), "{err}");
    }
    let model = std::fs::read_to_string(folder.path().join("m.toml")).expect("a model");
    std::fs::write(folder.path().join("own.toml"), model.replace("asc_b", "calibration_b")).expect("writes");
    let (code, _, err) = run(folder.path(), &["estimate", "own.toml", "-o", "own.json", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = run(
        folder.path(),
        &["calibrate", "own.json", "--target", "a=0.3", "-o", "o.json"],
    );
    assert_eq!(code, 2);
    assert!(
        err.contains("the model has a parameter \"calibration_b\" of its own"),
        "{err}"
    );
}
