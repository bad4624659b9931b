//! Random tastes as a user meets them: reports, covariances after the fact, individual tastes, checks.

mod support;

use std::fmt::Write;
use std::path::Path;

use logsum::Fit;
use support::{logsum, ran};

/// Trips of 60 travellers, 6 each, between two ways; how much they mind time differs.
fn trips() -> String {
    let mut state = 12345_u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut table = "who,choice,time_a,time_b,cost_a,cost_b\n".to_owned();
    for who in 0..60 {
        let taste = -2.0 + 3.0 * (uniform() + uniform() - 1.0);
        for _ in 0..6 {
            let [time_a, time_b, cost_a, cost_b] = [(); 4].map(|()| (20.0 * uniform()).round() / 10.0);
            let gain = taste * (time_b - time_a) - (cost_b - cost_a);
            let noise = (1.0 / uniform() - 1.0).ln();
            let choice = if gain > noise { "b" } else { "a" };
            let _ = writeln!(table, "t{who},{choice},{time_a},{time_b},{cost_a},{cost_b}");
        }
    }
    table
}

const MODEL: &str = "title = \"Trips\"\n[data]\nfile = \"trips.csv\"\nlayout = \"wide\"\nchoice = \"choice\"\n\
    decision_maker = \"who\"\n\n[alternatives]\na = { code = \"a\" }\nb = { code = \"b\" }\n\n\
    [parameters]\nb_time = 0.0\nb_cost = 0.0\n\n[utility]\na = \"b_time * time_a + b_cost * cost_a\"\n\
    b = \"b_time * time_b + b_cost * cost_b\"\n\n[random]\nb_time = { distribution = \"normal\" }\n\n\
    [draws]\nnumber = 64\nmethod = \"sobol\"\n";

/// A folder with the trips and their fit `fit.json`, and the report.
fn fitted() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    std::fs::write(folder.path().join("trips.csv"), trips()).expect("writes");
    std::fs::write(folder.path().join("trips.toml"), MODEL).expect("writes");
    let (code, out, err) = run(folder.path(), &["estimate", "trips.toml", "-o", "fit.json"]);
    assert_eq!(code, 0, "{err}");
    (folder, out)
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(&logsum(folder, arguments))
}

#[test]
fn the_report_tells_draws_and_distributions() {
    let (folder, report) = fitted();
    for part in [
        "Mixed logit, maximum simulated likelihood\n",
        "Draws             64 Sobol (Owen) per decision maker, 1 dimension, seed 1\n",
        "Simulation error  ln L ± ",
        "  Sim. error  ",
        "\nDistribution of tastes\n",
        "\n  normal ",
    ] {
        assert!(report.contains(part), "{part} is not in:\n{report}");
    }
    assert!(report.lines().all(|line| line.chars().count() <= 80), "{report}");
    let (code, again, _) = run(folder.path(), &["show", "fit.json"]);
    assert_eq!((code, again), (0, report));

    let tastes = |arguments: &[&str]| {
        let arguments = [&["show", "fit.json", "--format", "json", "--quiet"], arguments].concat();
        let fit: Fit = serde_json::from_str(&run(folder.path(), &arguments).1).expect("a fit");
        fit.tastes.expect("random tastes").coefficients.remove(0)
    };
    let (usual, robust) = (tastes(&[]), tastes(&["--covariance", "robust"]));
    assert_eq!(usual.mean.estimate, robust.mean.estimate);
    assert!(usual.mean.std_error.is_some() && usual.mean.std_error != robust.mean.std_error);
}

#[test]
fn every_traveller_has_a_row() {
    let (folder, _) = fitted();
    let arguments = ["individuals", "fit.json", "--cost", "b_cost", "-o", "tastes.csv"];
    let (code, out, err) = run(folder.path(), &arguments);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "Individual tastes in \"Trips\"\n",
        "Decision makers   60, each with 6 choices\n",
        "Draws             64 per decision maker\n",
        "Recovered",
        "Willingness to pay, by b_cost",
    ] {
        assert!(out.contains(part), "{part} is not in:\n{out}");
    }
    let table = std::fs::read_to_string(folder.path().join("tastes.csv")).expect("a table");
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some("decision_maker,n_choices,mean_b_time,sd_b_time,wtp_b_time,wtp_sd_b_time,log_likelihood")
    );
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 60);
    assert_eq!(rows[0][..2], ["t0", "6"]);
    let number = |row: &[&str], at: usize| -> f64 { row[at].parse().expect("a number") };
    let fit: Fit =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("fit.json")).expect("a fit")).expect("a fit");
    // Contributions add up to the likelihood, and means to that of the population, about.
    let sum: f64 = rows.iter().map(|row| number(row, 6)).sum();
    assert!((sum - fit.log_likelihood).abs() < 1e-9, "{sum} {}", fit.log_likelihood);
    let cost = fit.parameters[1].estimate;
    for row in &rows {
        assert!((number(row, 4) + number(row, 2) / cost).abs() < 1e-9, "{row:?}");
    }
    let mean = rows.iter().map(|row| number(row, 2)).sum::<f64>() / 60.0;
    let taste = &fit.tastes.expect("random tastes").coefficients[0];
    assert!(
        (mean - taste.mean.estimate).abs() < 0.2 * taste.sd.estimate,
        "{mean} {taste:?}"
    );

    // It is written over its like and nothing else.
    assert_eq!(run(folder.path(), &arguments).0, 0);
    let (code, _, err) = run(folder.path(), &["individuals", "fit.json", "-o", "trips.csv"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("the individual tastes would overwrite what they are made from"),
        "{err}"
    );
    std::fs::write(folder.path().join("other.csv"), "a,b\n1,2\n").expect("writes");
    let (code, _, err) = run(folder.path(), &["individuals", "fit.json", "-o", "other.csv"]);
    assert_eq!(code, 2);
    assert!(err.contains("this file exists and holds no individual tastes"), "{err}");
}

#[test]
fn individual_tastes_come_in_every_format_and_say_what_is_wrong() {
    let (folder, _) = fitted();
    for (format, part) in [
        ("json", "\"mean_of_means\": "),
        ("csv", "quantity,coefficient,population_mean"),
        ("latex", "\\toprule"),
        ("markdown", "| b_time |"),
    ] {
        let (code, out, err) = run(folder.path(), &["individuals", "fit.json", "--format", format]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains(part), "{format}:\n{out}");
    }
    let (code, _, err) = run(folder.path(), &["individuals", "fit.json", "--cost", "b_cots"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean \"b_cost\"?"), "{err}");
    std::fs::write(folder.path().join("trips.csv"), trips().replace("t0,a", "t0,b")).expect("writes");
    let (code, _, err) = run(folder.path(), &["individuals", "fit.json"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("is not the data that \"fit.json\" was estimated on"),
        "{err}"
    );

    let logit = MODEL.split("[random]").next().expect("a part");
    std::fs::write(folder.path().join("logit.toml"), logit).expect("writes");
    assert_eq!(run(folder.path(), &["estimate", "logit.toml", "-o", "logit.json"]).0, 0);
    let (code, _, err) = run(folder.path(), &["individuals", "logit.json"]);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: \"logit.json\" has no random tastes"), "{err}");
}

#[test]
fn a_check_describes_random_tastes() {
    let (folder, _) = fitted();
    let (code, out, err) = run(folder.path(), &["check", "trips.toml"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let expected = "\nRandom tastes\n\nb_time            normal: mean b_time, sd sd_b_time\n\
        Draws             64 Sobol (Owen) per decision maker, seed 1\n\nNo problem found: 3 free parameters (some of random \
        tastes: \"estimate\" tells whether all are identified).\n";
    assert!(out.ends_with(expected), "{out}");
}

#[test]
fn synthetic_choices_have_true_deviations() {
    let (folder, _) = fitted();
    let choices = |arguments: &[&str]| {
        let usual = [
            "simulate",
            "choices",
            "trips.toml",
            "--cases",
            "12",
            "-o",
            "drawn.csv",
            "--overwrite",
        ];
        run(folder.path(), &[&usual, arguments].concat())
    };
    let (code, out, err) = choices(&["--parameters", "fit.json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("\nsd_b_time "), "{out}");
    let (code, _, err) = choices(&[]);
    assert_eq!(code, 2);
    assert!(
        err.contains("all of them are 0 (but for \"sd_b_time\", which nobody has chosen); state them there"),
        "{err}"
    );
    let stated = MODEL.replace("b_cost = 0.0", "b_cost = -1.0");
    std::fs::write(folder.path().join("trips.toml"), &stated).expect("writes");
    let (code, _, err) = choices(&[]);
    assert_eq!(code, 0);
    assert!(
        err.contains("does not say how much tastes vary by \"sd_b_time\""),
        "{err}"
    );
    let stated = stated.replace("\"normal\" }", "\"normal\", start_sd = 0.5 }");
    std::fs::write(folder.path().join("trips.toml"), stated).expect("writes");
    let (code, out, err) = choices(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains(" 0.5\n"), "{out}");
}
