//! `logsum simulate` as a user meets it: verdicts and exit codes, the same draws on any number of threads, synthetic
//! data that are estimated again, and what is said of wrong input.

mod support;

use std::path::Path;

use serde_json::Value;
use support::{logsum, ran, root};

fn simulate(arguments: &[&str]) -> (i32, String, String) {
    let mut all = vec!["simulate"];
    all.extend(arguments);
    ran(&logsum(root(), &all))
}

fn json(arguments: &[&str]) -> Value {
    let (_, out, _) = simulate(arguments);
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of this test")
}

const GUMBEL_MAX: [&str; 5] = ["gumbel-max", "--utilities", "1.0,0.5,-0.3", "--draws", "1e6"];

#[test]
fn gumbel_noise_passes_and_other_noises_fail() {
    for (noise, code) in [
        ("gumbel", 0),
        ("exponential-race", 0),
        ("normal", 1),
        ("logistic", 1),
        ("exponential", 1),
        ("uniform", 1),
        ("laplace", 1),
        ("student:5", 1),
        ("gev-nested:0.5", 1),
        ("correlated-normal:0.5", 1),
    ] {
        let (found, out, err) = simulate(&[&GUMBEL_MAX[..], &["--noise", noise]].concat());
        assert_eq!(found, code, "{noise}: {err}\n{out}");
        assert_eq!(
            err.contains("error: these draws do not come from softmax: the G test rejects at the level 0.001"),
            code == 1,
            "{noise}: {err}"
        );
        assert!(out.lines().all(|line| line.chars().count() <= 80), "{noise}:\n{out}");
    }
}

#[test]
fn the_level_decides() {
    // A test at the level 0.9999999 rejects nearly everything, one at 1e-300 nearly nothing.
    let (code, ..) = simulate(&[&GUMBEL_MAX[..], &["--level", "0.9999999"]].concat());
    assert_eq!(code, 1);
    let near = ["--draws", "1000", "--noise", "logistic", "--level", "1e-300"];
    let (code, ..) = simulate(&[&["gumbel-max", "--utilities", "1,0,0"], &near[..]].concat());
    assert_eq!(code, 0);
}

#[test]
fn threads_do_not_change_a_bit_and_seeds_do() {
    let run = |threads: &str, seed: &str| {
        json(
            &[
                &GUMBEL_MAX[..],
                &["--format", "json", "--threads", threads, "--seed", seed],
            ]
            .concat(),
        )
    };
    let one = run("1", "5");
    assert_eq!(one, run("2", "5"));
    assert_ne!(one["alternatives"], run("1", "6")["alternatives"]);
}

#[test]
fn extreme_temperatures_and_utilities_keep_their_limits() {
    let shares = |utilities: &str, temperature: &str| {
        let found = json(&[
            "gumbel-max",
            "--utilities",
            utilities,
            "--temperature",
            temperature,
            "--format",
            "json",
        ]);
        let of = |alternative: &Value| alternative["frequency"].as_f64().expect("a frequency");
        found["alternatives"]
            .as_array()
            .expect("alternatives")
            .iter()
            .map(of)
            .collect::<Vec<_>>()
    };
    assert_eq!(shares("10000,-10000,9999", "1e-6"), [1.0, 0.0, 0.0]);
    // A tie is split: within five standard errors of a million draws, 0.0005 each.
    let tie = shares("10000,10000,-10000", "1e-6");
    assert!((tie[0] - 0.5).abs() < 0.0025 && tie[2] == 0.0, "{tie:?}");
    let hot = shares("1,2,3", "1e6");
    assert!(hot.iter().all(|share| (share - 1.0 / 3.0).abs() < 0.0025), "{hot:?}");
}

#[test]
fn utilities_of_a_case_of_a_fit() {
    let folder = folder();
    let fit = folder.path().join("fit.json");
    let estimated = ran(&logsum(
        root(),
        &["estimate", "datasets/travel_mode/logit.toml", "-o", text(&fit), "-q"],
    ));
    assert_eq!(estimated.0, 0, "{}", estimated.2);
    let arguments = ["gumbel-max", "--fit", text(&fit), "--case", "17", "--format", "json"];
    let (code, out, err) = simulate(&arguments);
    assert_eq!(
        (code, err.as_str()),
        (0, "alternatives: 1 air, 2 train, 3 bus, 4 car\n")
    );
    // The same probabilities as `predict` writes for that case.
    let cases = folder.path().join("cases.csv");
    let predicted = ran(&logsum(root(), &["predict", text(&fit), "-o", text(&cases), "-q"]));
    assert_eq!(predicted.0, 0, "{}", predicted.2);
    let written = std::fs::read_to_string(&cases).expect("the cases");
    let found: Value = serde_json::from_str(&out).expect("JSON");
    let header: Vec<&str> = written.lines().next().expect("a header").split(',').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|known| *known == name)
            .unwrap_or_else(|| panic!("{header:?}"))
    };
    let row = written
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .find(|cells| cells[column("case")] == "17")
        .expect("case 17");
    let softmax = found["alternatives"][0]["softmax"].as_f64().expect("a probability");
    let probability: f64 = row[column("probability_air")].parse().expect("a number");
    assert!((softmax - probability).abs() < 1e-12, "{softmax} {probability}");

    let (code, _, err) = simulate(&["gumbel-max", "--fit", text(&fit), "--case", "9999"]);
    assert_eq!(code, 2);
    assert!(
        err.starts_with("error: --case \"9999\": no case that the model uses has this number in "),
        "{err}"
    );
}

#[test]
fn convergence_is_a_table_and_a_picture() {
    let folder = folder();
    for name in ["c.svg", "c.png"] {
        let picture = folder.path().join(name);
        let (code, out, err) = simulate(&[
            "gumbel-max",
            "--utilities",
            "1,0",
            "--draws",
            "1e5",
            "--convergence",
            "--picture",
            text(&picture),
        ]);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("slope"), "{out}");
        let head = std::fs::read(&picture).expect("a picture");
        assert!(if name.ends_with("png") {
            head.starts_with(b"\x89PNG")
        } else {
            head.starts_with(b"<svg")
        });
    }
}

#[test]
fn boltzmann_knows_dice_and_what_cannot_be_reached() {
    let dice = [
        "boltzmann",
        "--energies",
        "1,2,3,4,5,6",
        "--mean-energy",
        "4.5",
        "--format",
        "json",
    ];
    let found = json(&dice);
    // Jaynes' dice.
    let six = found["distribution"]["probabilities"][5]
        .as_f64()
        .expect("a probability");
    assert!((six - 0.34749).abs() < 5e-6, "{six}");
    assert!(found["distribution"]["temperature"].as_f64().expect("finite") < 0.0);
    assert!(
        found["maximum_entropy"]["largest_difference"]
            .as_f64()
            .expect("a number")
            < 1e-9
    );
    let plain = json(&[
        "boltzmann",
        "--energies",
        "0,1",
        "--mean-energy",
        "0.5",
        "--format",
        "json",
    ]);
    assert_eq!(
        (&plain["distribution"]["temperature"], &plain["distribution"]["beta"]),
        (&Value::Null, &0.0.into())
    );
    let (code, out, err) = simulate(&["boltzmann", "--energies", "0,1", "--mean-energy", "1"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("mean energy 1 cannot be reached: it lies strictly between 0 and 1"),
        "{err}"
    );
}

#[test]
fn counted_arrangements_are_boltzmanns_of_1877() {
    let found = json(&[
        "boltzmann",
        "--energies",
        "0,1,2,3,4,5,6,7",
        "--mean-energy",
        "1",
        "--particles",
        "7",
        "--format",
        "json",
    ]);
    assert_eq!(found["counting"][0]["n_arrangements"]["exact"], "1716");
    let most: Vec<u64> = found["counting"][0]["most_numerous"]["numbers"]
        .as_array()
        .expect("numbers")
        .iter()
        .map(|number| number.as_u64().expect("a count"))
        .collect();
    assert_eq!(most, [3, 2, 1, 1, 0, 0, 0, 0]);
}

#[test]
fn choices_are_written_and_estimated_again() {
    let folder = folder();
    let model = "examples/synthetic.toml";
    let mut fits = Vec::new();
    for name in ["choices.csv", "choices.parquet"] {
        let data = folder.path().join(name);
        let arguments = [
            "choices",
            model,
            "--cases",
            "4000",
            "--per-decision-maker",
            "5",
            "-o",
            text(&data),
            "--seed",
            "3",
        ];
        let (code, out, err) = simulate(&arguments);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("800, each with 5 cases"), "{out}");
        let (code, out, err) = ran(&logsum(
            root(),
            &["estimate", model, "--data", text(&data), "--format", "json"],
        ));
        assert_eq!(code, 0, "{err}");
        let fit: Value = serde_json::from_str(&out).expect("a fit");
        // Every estimate within four of its standard errors of the value it was drawn with.
        let truth = [-0.5, 0.3, -0.08, -0.4, 0.2];
        for (parameter, truth) in fit["parameters"].as_array().expect("parameters").iter().zip(truth) {
            let number = |key: &str| parameter[key].as_f64().expect("a number");
            assert!(
                (number("estimate") - truth).abs() < 4.0 * number("std_error"),
                "{parameter}"
            );
        }
        fits.push(fit["log_likelihood"].clone());
    }
    assert_eq!(fits[0], fits[1], "CSV and Parquet hold the same choices");
}

#[test]
fn the_swissmetro_logit_recovers_its_parameters() {
    let folder = folder();
    let fit = folder.path().join("fit.json");
    let model = "datasets/swissmetro/logit.toml";
    assert_eq!(ran(&logsum(root(), &["estimate", model, "-o", text(&fit), "-q"])).0, 0);
    let picture = folder.path().join("recovery.svg");
    let found = json(&[
        "recovery",
        model,
        "--parameters",
        text(&fit),
        "--cases",
        "2000",
        "--replications",
        "200",
        "--format",
        "json",
        "--picture",
        text(&picture),
    ]);
    assert_eq!(found["converged"], 200);
    for parameter in found["parameters"].as_array().expect("parameters") {
        let number = |key: &str| parameter[key].as_f64().expect("a number");
        // Four Monte Carlo errors, 1.5 points each: a false alarm in 16,000.
        assert!(
            (number("coverage") - 0.95).abs() < 4.0 * number("coverage_std_error"),
            "{parameter}"
        );
    }
    assert!(std::fs::read_to_string(&picture).expect("a picture").contains("b_time"));
}

#[test]
fn every_format_of_every_simulation() {
    let commands: [&[&str]; 4] = [
        &["gumbel-max", "--utilities", "1,0", "--draws", "1000"],
        &["red-bus", "--draws", "1000"],
        &["boltzmann", "--energies", "0,1", "--curve"],
        &[
            "recovery",
            "examples/synthetic.toml",
            "--cases",
            "300",
            "--replications",
            "5",
        ],
    ];
    for command in commands {
        for (format, part) in [
            ("text", ""),
            ("json", "{"),
            ("csv", ","),
            ("latex", "\\toprule"),
            ("markdown", "## "),
        ] {
            let (code, out, err) = simulate(&[command, &["--format", format]].concat());
            assert_eq!((code, err.as_str()), (0, ""), "{command:?} {format}");
            assert!(!out.is_empty() && out.contains(part), "{command:?} {format}: {out}");
        }
    }
}

#[test]
fn wrong_input_is_named_in_a_line() {
    let cases: [(&[&str], &str); 14] = [
        (&["gumbel-max", "--utilities", "1"], "1 utility"),
        (
            &["gumbel-max", "--utilities", "1,NaN"],
            "utility of alternative 2 is NaN",
        ),
        (&["gumbel-max", "--utilities", "1,x"], "\"x\" is not a number"),
        (
            &["gumbel-max", "--utilities", "1,0", "--temperature", "0"],
            "temperature 0",
        ),
        (
            &["gumbel-max", "--utilities", "1,0", "--temperature", "-1"],
            "temperature -1",
        ),
        (&["gumbel-max", "--utilities", "1,0", "--draws", "0"], "0 draws"),
        (
            &["gumbel-max", "--utilities", "1,0", "--noise", "gumble"],
            "did you mean \"gumbel\"?",
        ),
        (&["gumbel-max", "--utilities", "1,0", "--noise", "student:2"], "student"),
        (
            &["gumbel-max", "--utilities", "1,0", "--level", "1"],
            "--level 1: a level lies between 0 and 1",
        ),
        (
            &[
                "gumbel-max",
                "--utilities",
                "1,0",
                "--nest",
                "0,1",
                "--noise",
                "gev-nested:0.5",
            ],
            "counted from 1",
        ),
        (&["boltzmann", "--energies", "1"], "energ"),
        (
            &["boltzmann", "--energies", "1,2", "--temperature", "-1"],
            "temperature",
        ),
        (
            &["recovery", "examples/synthetic.toml", "--cases", "0"],
            "0 cases; simulate at least 1",
        ),
        (
            &[
                "choices",
                "datasets/swissmetro/logit.toml",
                "--cases",
                "5",
                "-o",
                "never.csv",
            ],
            "all of them are 0; state them there, or give a fit with --parameters FIT.json",
        ),
    ];
    for (arguments, part) in cases {
        let (code, out, err) = simulate(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.starts_with("error: ") && err.contains(part), "{arguments:?}: {err}");
    }
}

#[test]
fn nothing_is_overwritten_that_the_simulation_reads() {
    let folder = folder();
    for name in ["swissmetro.csv", "logit.toml"] {
        std::fs::copy(root().join("datasets/swissmetro").join(name), folder.path().join(name)).expect("copied");
    }
    let started = std::fs::read_to_string(folder.path().join("logit.toml"))
        .expect("read")
        .replace("b_time    = 0.0", "b_time = -1.0");
    std::fs::write(folder.path().join("logit.toml"), started).expect("written");
    let (code, _, err) = ran(&logsum(
        folder.path(),
        &[
            "simulate",
            "choices",
            "logit.toml",
            "--cases",
            "5",
            "-o",
            "swissmetro.csv",
        ],
    ));
    assert_eq!(code, 2);
    assert!(
        err.contains("the choices would overwrite what they are made from; choose another name"),
        "{err}"
    );
    let (code, _, err) = ran(&logsum(
        folder.path(),
        &[
            "simulate",
            "choices",
            "logit.toml",
            "--cases",
            "5",
            "-o",
            "choices.xlsx",
        ],
    ));
    assert_eq!(code, 2);
    assert!(
        err.contains("the ending tells the format: .csv, .tsv or .parquet"),
        "{err}"
    );
    // Choices look like any data: they replace a file only if told so.
    let again = ["simulate", "choices", "logit.toml", "--cases", "5", "-o", "choices.csv"];
    assert_eq!(ran(&logsum(folder.path(), &again)).0, 0);
    let (code, _, err) = ran(&logsum(folder.path(), &again));
    assert_eq!(code, 2);
    assert!(
        err.contains("this file exists; choose another name, or replace it with --overwrite"),
        "{err}"
    );
    assert_eq!(
        ran(&logsum(folder.path(), &[&again[..], &["--overwrite"]].concat())).0,
        0
    );
}
