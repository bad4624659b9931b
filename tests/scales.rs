//! Scales as a user meets them: what is drawn with one is found again, and what is said of those that are none.

mod support;

use std::path::Path;

use logsum::Fit;
use support::{logsum, ran};

const MODEL: &str = r#"
title = "Pooled revealed and stated preferences"
[data]
file = "pooled.csv"
layout = "wide"
choice = "mode"
[alternatives]
bus = 1
car = 2
train = 3
[scale]
sp = { when = "SP == 1", parameter = "mu_sp" }
age = { expression = "exp(g_age * age)" }
[parameters]
asc_car = 0.4
asc_train = -0.3
b_time = -0.8
b_cost = -0.5
mu_sp = 0.5
g_age = 0.2
[utility]
bus = "b_time * t_bus + b_cost * c_bus"
car = "asc_car + b_time * t_car + b_cost * c_car"
train = "asc_train + b_time * t_train + b_cost * c_train"
"#;

const DRAWN: &str = r#"
[simulate]
SP = { distribution = "bernoulli", probability = 0.5 }
age = { distribution = "normal", mean = 0, sd = 1 }
t_bus = { distribution = "normal", mean = 2, sd = 1 }
t_car = { distribution = "normal", mean = 2, sd = 1 }
t_train = { distribution = "normal", mean = 2, sd = 1 }
c_bus = { distribution = "normal", mean = 2, sd = 1 }
c_car = { distribution = "normal", mean = 3, sd = 1 }
c_train = { distribution = "normal", mean = 3, sd = 1 }
"#;

const TRUTH: [f64; 6] = [0.4, -0.3, -0.8, -0.5, 0.5, 0.2];

/// The model with starts at which nothing is known, and data drawn with the truth.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    write(folder.path(), "drawn.toml", &format!("{MODEL}{DRAWN}"));
    let drawn = [
        "simulate",
        "choices",
        "drawn.toml",
        "--cases",
        "6000",
        "-o",
        "pooled.csv",
    ];
    let (code, _, err) = ran(&logsum(folder.path(), &drawn));
    assert_eq!(code, 0, "{err}");
    write(folder.path(), "model.toml", &unknown());
    folder
}

fn unknown() -> String {
    let mut text = MODEL.replace("mu_sp = 0.5", "mu_sp = { lower = 0.01 }");
    for start in [
        "asc_car = 0.4",
        "asc_train = -0.3",
        "b_time = -0.8",
        "b_cost = -0.5",
        "g_age = 0.2",
    ] {
        let name = start.split(' ').next().expect("a name");
        text = text.replace(start, &format!("{name} = 0"));
    }
    text
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("writes");
}

#[test]
fn pooled_data_give_their_scale_back() {
    let folder = folder();
    let estimate = ["estimate", "model.toml", "-o", "fit.json", "--format", "json"];
    let (code, out, err) = ran(&logsum(folder.path(), &estimate));
    assert_eq!(code, 0, "{err}");
    let fit: Fit = serde_json::from_str(&out).expect("a fit");
    for (parameter, truth) in fit.parameters.iter().zip(TRUTH) {
        // A seeded draw: four standard errors would be a false alarm in 16,000.
        let error = parameter.std_error.expect("identified");
        assert!((parameter.estimate - truth).abs() < 4.0 * error, "{parameter:?}");
    }
    assert!(fit.parameters[4].std_error.unwrap() < 0.05);
    let test = fit.scales[0].test.as_ref().expect("a parameter");
    assert!(test.statistic.unwrap() < -5.0);

    // It is what the utilities multiplied by hand give.
    let scale = "if(SP == 1, mu_sp, 1) * exp(g_age * age)";
    let (head, utilities) = unknown()
        .split_once("[utility]\n")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let head: Vec<&str> = head
        .lines()
        .filter(|line| !line.starts_with("sp =") && !line.starts_with("age ="))
        .collect();
    let head = head
        .join("\n")
        .replace("[scale]", "")
        .replace("{ lower", "{ start = 1, lower");
    let utilities = utilities
        .replace("= \"", &format!("= \"{scale} * ("))
        .replace("\"\n", ")\"\n");
    write(folder.path(), "hand.toml", &format!("{head}\n[utility]\n{utilities}"));
    let (code, out, err) = ran(&logsum(folder.path(), &["estimate", "hand.toml", "--format", "json"]));
    assert_eq!(code, 0, "{err}");
    let by_hand: Fit = serde_json::from_str(&out).expect("a fit");
    assert!((by_hand.log_likelihood - fit.log_likelihood).abs() < 1e-9);
    assert!(by_hand.scales.is_empty());

    // With other errors the test is another; the specification comes back from the fit.
    let show = |kind: &str| {
        let (code, out, err) = ran(&logsum(folder.path(), &["show", "fit.json", "--covariance", kind]));
        assert_eq!(code, 0, "{err}");
        let lines = out.lines().filter(|line| line.starts_with("Scale"));
        lines.map(str::to_owned).collect::<Vec<String>>()
    };
    let (hessian, robust) = (show("hessian"), show("robust"));
    assert_eq!(hessian.len(), 3, "{hessian:?}");
    assert!(
        hessian[0].ends_with(" cases)") && hessian[2].ends_with("age: exp(g_age * age)"),
        "{hessian:?}"
    );
    assert_eq!(hessian[0], robust[0]);
    assert_ne!(hessian[1], robust[1]);
    let (code, out, err) = ran(&logsum(folder.path(), &["predict", "fit.json"]));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("train"), "{out}");
}

#[test]
fn what_cannot_be_a_scale_is_said_in_a_line() {
    let folder = folder();
    let told = |from: &str, to: &str| {
        let text = unknown();
        assert!(text.contains(from));
        write(folder.path(), "wrong.toml", &text.replace(from, to));
        let (code, _, err) = ran(&logsum(folder.path(), &["estimate", "wrong.toml", "-q"]));
        assert_eq!(code, 2, "{err}");
        err.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        told("mu_sp = { lower = 0.01 }", "mu_sp = 0"),
        "error: scale \"sp\": parameter \"mu_sp\" starts at 0, where all utilities of its cases are 0; a scale is positive: start \
         it at 1, where all cases have the same scale"
    );
    assert_eq!(
        told("SP == 1", "SPP == 1"),
        "error: scale \"sp\", column 4: unknown name \"SPP\"; did you mean \"SP\"?"
    );
    assert_eq!(
        told("parameter = \"mu_sp\"", "parameter = \"SP\""),
        "error: wrong.toml, line 12, column 38: scale \"sp\": \"SP\" is not declared in [parameters]"
    );
    assert_eq!(
        told("exp(g_age * age)", "exp(0.1 * age)"),
        "error: parameter \"g_age\" is declared but no utility uses it (did you mean \"age\" in a utility?); use it or remove it"
    );
}
