//! The program as a user meets it: what goes to which stream, exit codes, files, options.

mod support;

use std::path::Path;

use logsum::Fit;
use support::{logsum, ran, root};

const SWISSMETRO: &str = "datasets/swissmetro/logit.toml";
const TRAVEL_MODE: &str = "datasets/travel_mode/logit.toml";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

fn path(file: &str) -> String {
    root().join(file).to_string_lossy().into_owned()
}

fn read_fit(file: &Path) -> Fit {
    serde_json::from_str(&std::fs::read_to_string(file).expect("a fit file")).expect("a fit")
}

/// Bread choices: 4 cases, 2 alternatives each, long.
const BREAD: &str = "case,alt,choice,price,size\n\
    1,rye,1,2.0,1\n1,wheat,0,1.5,2\n2,rye,0,2.5,3\n2,wheat,1,1.0,1\n\
    3,rye,1,1.0,2\n3,wheat,0,2.0,2\n4,rye,0,1.0,1\n4,wheat,1,1.2,4\n";

const BREAD_MODEL: &str = "[data]\nfile = \"bread.csv\"\nlayout = \"long\"\ncase = \"case\"\nalternative = \"alt\"\n\
    choice = \"choice\"\n\n[parameters]\nb_price = 0.0\n\n[utility]\nall = \"b_price * price\"\n";

fn bread(folder: &Path) {
    std::fs::write(folder.join("bread.csv"), BREAD).expect("writes");
    std::fs::write(folder.join("bread.toml"), BREAD_MODEL).expect("writes");
}

#[test]
fn estimate_prints_the_report_to_standard_output_alone() {
    let (code, out, err) = ran(&logsum(root(), &["estimate", SWISSMETRO]));
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "Swissmetro: logit",
        "-5331.252",
        "asc_train",
        "-0.7012",
        "-0.1546",
        "-1.2779",
        "-1.0838",
    ] {
        assert!(out.contains(part), "{part} is not in:\n{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    assert!(!out.contains('\u{1b}'), "no colours where NO_COLOR is set");
}

#[test]
fn every_format_goes_to_standard_output() {
    for (format, part) in [
        ("json", "\"format\": 1"),
        ("csv", "term,estimate,std_error"),
        ("latex", "\\toprule"),
        ("markdown", "| ---"),
    ] {
        let (code, out, err) = ran(&logsum(root(), &["estimate", TRAVEL_MODE, "--format", format]));
        assert_eq!((code, err.as_str()), (0, ""), "{format}");
        assert!(
            out.contains(part) || out.contains(&part.replace("| ", "|")),
            "{format}:\n{out}"
        );
    }
    let (code, _, err) = ran(&logsum(root(), &["estimate", TRAVEL_MODE, "--format", "xml"]));
    assert_eq!(code, 2);
    assert!(err.contains("no output format \"xml\""), "{err}");
}

#[test]
fn a_fit_is_shown_again_with_another_covariance() {
    let folder = folder();
    let fit = folder.path().join("fit.json");
    let model = path("datasets/swissmetro/panel.toml");
    let (code, report, _) = ran(&logsum(folder.path(), &["estimate", &model, "-o", "fit.json"]));
    assert_eq!(code, 0);
    let stored = read_fit(&fit);
    assert_eq!(stored.n_decision_makers, 752);
    assert!(
        folder.path().join(&stored.data.file).canonicalize().is_ok(),
        "{}",
        stored.data.file
    );

    let (code, again, err) = ran(&logsum(folder.path(), &["show", "fit.json"]));
    assert_eq!((code, err.as_str(), again), (0, "", report));

    let show = |arguments: &[&str]| {
        let (code, out, err) = ran(&logsum(
            folder.path(),
            &[&["show", "fit.json", "--format", "json"], arguments].concat(),
        ));
        assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
        serde_json::from_str::<Fit>(&out).expect("a fit")
    };
    let robust = show(&["--covariance", "robust", "--confidence", "0.9"]);
    assert_eq!(robust.covariance_kind, "robust");
    let clustered = show(&["--cluster", "ID"]);
    assert_eq!(clustered.cluster.as_ref().map(|cluster| cluster.n_clusters), Some(752));
    for (one, other) in robust.parameters.iter().zip(&clustered.parameters) {
        // Scores summed within the panel unit are scores summed within its column.
        let (one, other) = (one.std_error.expect("an error"), other.std_error.expect("an error"));
        assert!((one - other).abs() < 1e-12 * one, "{one} {other}");
    }
    let narrow = robust.parameters[0].conf_high.expect("an end") - robust.parameters[0].conf_low.expect("an end");
    let wide = clustered.parameters[0].conf_high.expect("an end") - clustered.parameters[0].conf_low.expect("an end");
    assert!(narrow < wide, "90 % against 95 %: {narrow} {wide}");

    let direct = ran(&logsum(
        folder.path(),
        &["estimate", &model, "--cluster", "ID", "--format", "json", "--quiet"],
    ))
    .1;
    let direct: Fit = serde_json::from_str(&direct).expect("a fit");
    assert_eq!(direct.covariance.clustered, clustered.covariance.clustered);
}

#[test]
fn a_changed_data_file_is_recognised() {
    let folder = folder();
    bread(folder.path());
    assert_eq!(
        ran(&logsum(folder.path(), &["estimate", "bread.toml", "-o", "fit.json"])).0,
        0
    );
    std::fs::write(folder.path().join("bread.csv"), BREAD.replace("1.2", "1.3")).expect("writes");
    let (code, out, err) = ran(&logsum(folder.path(), &["show", "fit.json", "--cluster", "case"]));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.starts_with("error: \"bread.csv\" is not the data that \"fit.json\" was estimated on"),
        "{err}"
    );
}

#[test]
fn starting_values_come_from_an_earlier_fit() {
    let folder = folder();
    bread(folder.path());
    assert_eq!(
        ran(&logsum(folder.path(), &["estimate", "bread.toml", "-o", "fit.json"])).0,
        0
    );
    let (code, out, err) = ran(&logsum(
        folder.path(),
        &["estimate", "bread.toml", "--start", "fit.json", "--format", "json"],
    ));
    assert_eq!((code, err.as_str()), (0, ""));
    let fit: Fit = serde_json::from_str(&out).expect("a fit");
    assert!(fit.convergence.iterations <= 1, "{:?}", fit.convergence);
    assert_eq!(
        fit.log_likelihood_start,
        Some(read_fit(&folder.path().join("fit.json")).log_likelihood)
    );
}

#[test]
fn no_iterations_evaluate_at_the_start_and_are_no_failure() {
    let (code, out, err) = ran(&logsum(
        root(),
        &["estimate", SWISSMETRO, "--max-iterations", "0", "--format", "json"],
    ));
    assert_eq!(code, 0);
    assert!(err.contains("nothing was estimated"), "{err}");
    let fit: Fit = serde_json::from_str(&out).expect("a fit");
    assert!(!fit.converged);
    assert_eq!(
        fit.log_likelihood.to_bits(),
        fit.log_likelihood_start.expect("a start").to_bits()
    );
    assert!(fit.covariance.hessian.is_some());
}

#[test]
fn too_few_iterations_are_not_convergence() {
    let (code, out, err) = ran(&logsum(root(), &["estimate", SWISSMETRO, "--max-iterations", "2"]));
    assert_eq!(code, 1);
    assert!(out.to_uppercase().contains("NOT CONVERGED"), "{out}");
    assert!(err.starts_with("error: "), "{err}");
}

#[test]
fn the_formula_needs_no_model_file() {
    let arguments = [
        "estimate",
        "datasets/travel_mode/travel_mode.csv",
        "--case",
        "individual",
        "--alternative",
        "mode",
        "--choice",
        "choice",
        "--formula",
        "gc + ttme | hinc | 0",
        "--base",
        "4",
        "--format",
        "csv",
    ];
    let (code, out, err) = ran(&logsum(root(), &arguments));
    assert_eq!((code, err.as_str()), (0, ""));
    let terms: Vec<&str> = out.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(
        terms,
        [
            "(constant):1",
            "(constant):2",
            "(constant):3",
            "gc",
            "ttme",
            "hinc:1",
            "hinc:2",
            "hinc:3"
        ]
    );
}

#[test]
fn a_fit_of_a_formula_is_complete() {
    let folder = folder();
    std::fs::write(folder.path().join("bread.csv"), BREAD).expect("writes");
    let arguments = [
        "estimate",
        "bread.csv",
        "--case",
        "case",
        "--alternative",
        "alt",
        "--choice",
        "choice",
        "--formula",
        "price | 0",
        "-o",
        "fit.json",
    ];
    assert_eq!(ran(&logsum(folder.path(), &arguments)).0, 0);
    let (code, _, err) = ran(&logsum(folder.path(), &["show", "fit.json", "--cluster", "case"]));
    assert_eq!((code, err.as_str()), (0, ""));
}

#[test]
fn check_describes_and_estimates_nothing() {
    let (code, out, err) = ran(&logsum(root(), &["check", SWISSMETRO]));
    assert_eq!((code, err.as_str()), (0, ""));
    for part in ["6,768", "swissmetro", "TRAIN_TT", "No problem found: 4 free parameters"] {
        assert!(out.contains(part), "{part} is not in:\n{out}");
    }
}

#[test]
fn parameters_that_are_not_identified_are_named() {
    let folder = folder();
    bread(folder.path());
    let model = BREAD_MODEL
        .replace("b_price = 0.0", "b_price = 0.0\nasc_rye = 0\nasc_wheat = 0")
        .replace("[utility]\n", "[utility]\nrye = \"asc_rye\"\nwheat = \"asc_wheat\"\n");
    std::fs::write(folder.path().join("bread.toml"), model).expect("writes");
    for command in ["check", "estimate"] {
        let (code, out, err) = ran(&logsum(folder.path(), &[command, "bread.toml", "--format", "json"]));
        assert_eq!(code, 1, "{command}: {out}{err}");
        assert!(
            err.contains("\"asc_rye\", \"asc_wheat\" are not jointly identified"),
            "{command}: {err}"
        );
    }
}

#[test]
fn a_separated_choice_is_diagnosed() {
    let folder = folder();
    // Every time the cheaper bread.
    std::fs::write(
        folder.path().join("bread.csv"),
        BREAD
            .replace("1,rye,1,2.0", "1,rye,1,1.0")
            .replace("4,rye,0,1.0", "4,rye,0,2.0"),
    )
    .expect("writes");
    std::fs::write(folder.path().join("bread.toml"), BREAD_MODEL).expect("writes");
    let (code, _, err) = ran(&logsum(folder.path(), &["estimate", "bread.toml", "--format", "json"]));
    assert_eq!(code, 1);
    assert!(
        err.contains("\"b_price\" has no finite estimate") && err.contains("perfectly separated"),
        "{err}"
    );
}

#[test]
fn a_non_linear_parameter_on_its_way_to_infinity_is_warned_of() {
    let folder = folder();
    // Every time the cheaper bread, in willingness-to-pay space.
    std::fs::write(
        folder.path().join("bread.csv"),
        BREAD
            .replace("1,rye,1,2.0", "1,rye,1,1.0")
            .replace("4,rye,0,1.0", "4,rye,0,2.0"),
    )
    .expect("writes");
    let model = BREAD_MODEL
        .replace("b_price = 0.0", "b_price = -0.1\nworth = 0.1")
        .replace("b_price * price", "b_price * (price + worth * size)");
    std::fs::write(folder.path().join("bread.toml"), model).expect("writes");
    let (_, _, err) = ran(&logsum(folder.path(), &["estimate", "bread.toml"]));
    assert!(err.contains("one of them may be on its way to infinity"), "{err}");
}

#[test]
fn init_writes_a_model_that_estimates() {
    let folder = folder();
    for (data, name) in [
        ("datasets/swissmetro/swissmetro.csv", "swiss.toml"),
        ("datasets/travel_mode/travel_mode.csv", "travel.toml"),
    ] {
        let (code, out, err) = ran(&logsum(folder.path(), &["init", &path(data), "-o", name]));
        assert_eq!((code, out.as_str()), (0, ""), "{err}");
        let (code, out, err) = ran(&logsum(folder.path(), &["estimate", name]));
        assert_eq!(code, 0, "{name}: {out}{err}");
        let (code, _, err) = ran(&logsum(folder.path(), &["init", &path(data), "-o", name]));
        assert_eq!(code, 2);
        assert!(err.contains("exists already"), "{err}");
    }
}

#[test]
fn completions_and_the_manual_come_from_the_same_definitions() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, out, _) = ran(&logsum(root(), &["completions", shell]));
        assert!(
            code == 0 && out.contains("--max-iterations") || out.contains("max-iterations"),
            "{shell}"
        );
    }
    let (code, out, _) = ran(&logsum(root(), &["man"]));
    assert!(code == 0 && out.contains(".TH logsum"), "{out}");
    let (code, out, _) = ran(&logsum(root(), &["man", "estimate"]));
    assert!(code == 0 && out.contains("max\\-iterations"), "{out}");
    assert_eq!(ran(&logsum(root(), &["man", "estimat"])).0, 2);
    let (code, out, _) = ran(&logsum(root(), &["man", "simulate", "recovery"]));
    assert!(code == 0 && out.contains("replications"), "{out}");
}

#[test]
fn threads_may_be_chosen_and_change_nothing() {
    let run = |threads: &str| {
        let (code, out, _) = ran(&logsum(
            root(),
            &["estimate", SWISSMETRO, "--format", "csv", "--threads", threads],
        ));
        assert_eq!(code, 0);
        out
    };
    assert_eq!(run("1"), run("2"));
    assert_eq!(ran(&logsum(root(), &["estimate", SWISSMETRO, "--threads", "0"])).0, 2);
}

#[test]
fn a_checkpoint_of_another_model_is_refused() {
    let folder = folder();
    bread(folder.path());
    let (code, _, err) = ran(&logsum(folder.path(), &["estimate", "bread.toml", "--resume"]));
    assert_eq!(code, 2);
    assert!(err.contains("no checkpoint \"bread.checkpoint.json\""), "{err}");

    let fit = ran(&logsum(folder.path(), &["estimate", "bread.toml", "--format", "json"])).1;
    let fit: Fit = serde_json::from_str(&fit).expect("a fit");
    let checkpoint = |version: &str, fingerprint: &str| {
        let content = serde_json::json!({
            "logsum_version": version, "specification": fit.model.specification, "fingerprint": fingerprint,
            "start": [0.0], "log_likelihood": fit.log_likelihood,
            "state": {
                "theta": [fit.parameters[0].estimate], "log_likelihood_start": fit.log_likelihood_start, "iterations": 3, "evaluations": 4,
                "steepest": [1.0], "radius": null, "polished": false,
            },
        });
        std::fs::write(folder.path().join("bread.checkpoint.json"), content.to_string()).expect("writes");
        ran(&logsum(
            folder.path(),
            &["estimate", "bread.toml", "--resume", "--format", "json"],
        ))
    };
    let (code, _, err) = checkpoint("0.0.1", &fit.data.fingerprint);
    assert!(code == 2 && err.contains("is of version 0.0.1"), "{err}");
    let (code, _, err) = checkpoint(&fit.logsum_version, "0000000000000000");
    assert!(code == 2 && err.contains("is of other data"), "{err}");
    let (code, out, err) = checkpoint(&fit.logsum_version, &fit.data.fingerprint);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        !folder.path().join("bread.checkpoint.json").exists(),
        "a checkpoint that served is removed"
    );
    let resumed: Fit = serde_json::from_str(&out).expect("a fit");
    assert!((3..=4).contains(&resumed.convergence.iterations), "those before count");
    assert_eq!(
        resumed.log_likelihood_start, fit.log_likelihood_start,
        "where all began"
    );
}

#[test]
fn a_fit_file_replaces_nothing_but_a_fit() {
    let folder = folder();
    bread(folder.path());
    std::fs::write(folder.path().join("notes.txt"), "not a fit").expect("writes");
    for (output, reason) in [
        ("bread.toml", "the fit would overwrite what it is estimated from"),
        ("bread.csv", "the fit would overwrite what it is estimated from"),
        ("notes.txt", "this file exists and is no fit"),
        ("nowhere/fit.json", "there is no folder \"nowhere\""),
        (".", "this is a folder"),
    ] {
        let (code, out, err) = ran(&logsum(folder.path(), &["estimate", "bread.toml", "-o", output]));
        assert_eq!((code, out.as_str()), (2, ""), "{output}");
        assert!(err.starts_with(&format!("error: -o \"{output}\": {reason}")), "{err}");
    }
    for _ in 0..2 {
        assert_eq!(
            ran(&logsum(folder.path(), &["estimate", "bread.toml", "-o", "fit.json"])).0,
            0
        );
    }
}

#[test]
fn labels_head_tables_and_do_not_hide_a_parameter_from_another_model() {
    let folder = folder();
    bread(folder.path());
    let labelled = BREAD_MODEL.replace("b_price = 0.0", "b_price = { start = 0.0, label = \"Price (EUR)\" }");
    std::fs::write(folder.path().join("labelled.toml"), labelled).expect("writes");
    let (code, out, _) = ran(&logsum(folder.path(), &["estimate", "labelled.toml", "-o", "fit.json"]));
    assert!(code == 0 && out.contains("Price (EUR)"), "{out}");
    let (code, _, err) = ran(&logsum(
        folder.path(),
        &["estimate", "bread.toml", "--start", "fit.json"],
    ));
    assert_eq!((code, err.as_str()), (0, ""));
}

#[test]
fn formulas_that_do_not_fit_the_data_are_explained_in_their_own_words() {
    let table = [
        "estimate",
        "datasets/travel_mode/travel_mode.csv",
        "--case",
        "individual",
        "--alternative",
        "mode",
        "--choice",
        "choice",
    ];
    for (formula, message) in [
        ("gc + gx", "formula, term \"gx\", column 1: unknown name \"gx\""),
        (
            "gc | hnic",
            "formula, term \"hnic\", column 1: unknown name \"hnic\"; did you mean \"hinc\"?",
        ),
        (
            "gc | ttme",
            "formula, part 2: \"ttme\" varies between the alternatives of a case",
        ),
        (
            "choice ~ gc",
            "the formula starts with a left-hand side; leave out \"choice ~\"",
        ),
    ] {
        let (code, out, err) = ran(&logsum(root(), &[&table[..], &["--formula", formula]].concat()));
        assert_eq!((code, out.as_str()), (2, ""), "{formula}");
        assert!(err.starts_with(&format!("error: {message}")), "{formula}: {err}");
    }
}
