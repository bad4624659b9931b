//! Mixed logit as a user meets it: what is refused, what is the same on the way to a fit whatever happens there, and what
//! is done with a fit.

mod support;

use std::path::Path;

use logsum::tables::{Columns, ReadOptions};
use serde_json::Value;
use support::{logsum, ran, root};

const ELECTRICITY: &str = "datasets/electricity/mixed.toml";
const SWISSMETRO: &str = "datasets/swissmetro/mixed.toml";

fn read(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn write(folder: &Path, file: &str, text: &str) {
    std::fs::write(folder.join(file), text).expect("writes");
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(&logsum(folder, arguments))
}

/// A model file of the data sets with some of its text replaced, each of which is there.
fn changed(model: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(read(root(), model), |text, (from, to)| {
        assert!(text.contains(from), "\"{from}\" is not in {model}");
        text.replace(from, to)
    })
}

/// A column more: its name, and its cell by person and situation.
type More<'a> = (&'a str, &'a dyn Fn(u32, u32) -> String);

/// The first `persons` of the electricity data, with a column more that `more` makes of person and case.
fn electricity(persons: u32, more: Option<More<'_>>) -> String {
    let table = read(root(), "datasets/electricity/electricity.csv");
    let mut lines = table.lines();
    let mut head = lines.next().expect("a header").to_owned();
    if let Some((name, _)) = more {
        head = format!("{head},{name}");
    }
    let rows = lines.filter_map(|line| {
        let number = |at: usize| -> u32 { line.split(',').nth(at).expect("a cell").parse().expect("a number") };
        let (case, person) = (number(0), number(1));
        let cell = more.map_or(String::new(), |(_, cell)| format!(",{}", cell(person, case)));
        (person <= persons).then(|| format!("{line}{cell}"))
    });
    [head].into_iter().chain(rows).map(|line| line + "\n").collect()
}

/// A folder with 40 persons who choose an electricity supplier, and `model.toml`.
fn folder_with(model: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    write(folder.path(), "electricity.csv", &electricity(40, None));
    write(folder.path(), "model.toml", model);
    folder
}

/// A folder with the Swissmetro survey and a fit of its mixed logit.
fn swissmetro(changes: &[(&str, &str)], more: &[&str]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let data = root().join("datasets/swissmetro/swissmetro.csv");
    std::fs::copy(data, folder.path().join("swissmetro.csv")).expect("copies");
    write(folder.path(), "model.toml", &changed(SWISSMETRO, changes));
    let arguments = [&["estimate", "model.toml", "-o", "fit.json"], more].concat();
    let (code, out, err) = run(folder.path(), &arguments);
    assert_eq!(code, 0, "{err}");
    (folder, out)
}

/// The one line that `estimate` has to say of a model or of options.
#[track_caller]
fn refused(folder: &Path, more: &[&str]) -> String {
    let (code, out, err) = run(folder, &[&["estimate", "model.toml"], more].concat());
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    err
}

/// A fit of `model.toml`, but for what it took.
fn fit(folder: &Path, more: &[&str]) -> Value {
    let arguments = [&["estimate", "model.toml", "--format", "json", "--quiet"], more].concat();
    let (code, out, err) = run(folder, &arguments);
    assert_eq!(code, 0, "{err}");
    timeless(&out)
}

fn timeless(fit: &str) -> Value {
    let mut fit: Value = serde_json::from_str(fit).expect("a fit");
    let object = fit.as_object_mut().expect("an object");
    object.remove("elapsed_seconds").expect("the time it took");
    fit
}

#[test]
fn each_wrong_model_has_one_line() {
    let normal = "b_tod  = { distribution = \"normal\", start_sd = 1.0 }";
    let cases: [(&[(&str, &str)], &str); 8] = [
        (
            &[(" + b_tod * tod", "")],
            "error: random coefficient \"b_tod\": no utility uses it; use it or remove it\n",
        ),
        (
            &[("b_tod  = 0.0", "b_tod = { start = -8.0, fixed = true }")],
            "error: random coefficient \"b_tod\": its parameter is fixed at -8; free it, or fix it at 0 for an error \
             component\n",
        ),
        (
            &[
                (normal, "b_tod = { distribution = \"uniform\" }"),
                (
                    "[draws]",
                    "[correlation]\ngroups = [[\"b_tod\", \"b_seas\"]]\n\n[draws]",
                ),
            ],
            "error: correlation: \"b_tod\" is uniform, which has no normal part to correlate; only normal, lognormal, \
             censored_normal and johnson_sb coefficients can be correlated\n",
        ),
        (
            &[(
                "number = 600                               # of each person; \"auto\" takes as many as it needs",
                "number = 0",
            )],
            "error: model.toml, line 33, column 10: draws: 0 per decision maker; use at least 1 (500 or more is usual for a \
             first run)\n  number = 0\n           ^\n",
        ),
        (
            &[(normal, "b_tod = { distribution = \"log-normal\" }")],
            "error: model.toml, line 29, column 26: no distribution \"log-normal\"; there are \"normal\", \"lognormal\", \
             \"truncated_normal\", \"censored_normal\", \"johnson_sb\", \"uniform\", \"triangular\"; did you mean \
             \"lognormal\"?\n  b_tod = { distribution = \"log-normal\" }\n                           ^^^^^^^^^^^^\n",
        ),
        (
            &[(normal, "b_tod = { distribution = \"weird\" }")],
            "error: model.toml, line 29, column 26: no distribution \"weird\"; there are \"normal\", \"lognormal\", \
             \"truncated_normal\", \"censored_normal\", \"johnson_sb\", \"uniform\", \"triangular\"\n  \
             b_tod = { distribution = \"weird\" }\n                           ^^^^^^^\n",
        ),
        (
            &[
                (normal, "b_tod = { distribution = \"lognormal\", start_sd = 50 }"),
                ("b_tod  = 0.0", "b_tod = 400"),
            ],
            "error: the log-likelihood is not defined at the starting values: a derivative of a utility is not a finite \
             number at some draw at electricity.csv, row 2 (case 1), or in a later case of the same decision maker; start \
             elsewhere\n",
        ),
        (
            &[("method = \"halton\"", "method = \"quadrature\"")],
            "error: draws: quadrature over 6 dimensions takes number ^ 6 points; use another method, such as halton, for \
             more than 3\n",
        ),
    ];
    for (changes, expected) in cases {
        let folder = folder_with(&changed(ELECTRICITY, changes));
        assert_eq!(refused(folder.path(), &[]), expected);
    }
}

#[test]
fn each_wrong_option_has_one_line() {
    let one = changed(
        ELECTRICITY,
        &[("method = \"halton\"", "method = \"quadrature\"\nantithetic = false")],
    );
    let random = one.find("b_cl   = { dist").expect("random coefficients");
    let draws = one.find("[draws]").expect("draws");
    // One random coefficient is left.
    let folder = folder_with(&format!("{}{}", &one[..random], &one[draws..]));
    assert_eq!(
        refused(folder.path(), &["--draws", "auto"]),
        "error: --draws auto measures the randomness of draws, and a quadrature has none; say how many nodes\n"
    );
    assert_eq!(
        refused(folder.path(), &["--draws", "12", "--cluster", "pf"])
            .lines()
            .count(),
        1
    );
    assert_eq!(
        refused(folder.path(), &["--draws", "0"]).lines().next(),
        Some(
            "error: invalid value '0' for '--draws <N>': 0 per decision maker; use at least 1 (500 or more is usual for a \
             first run)"
        )
    );

    let random = one.find("[random]").expect("random coefficients");
    write(folder.path(), "model.toml", &one[..random]);
    for option in ["--draws", "--seed"] {
        assert_eq!(
            refused(folder.path(), &[option, "5"]),
            format!(
                "error: {option} belongs to models with random tastes or normal errors, and this one has neither\n"
            )
        );
    }
}

#[test]
fn columns_that_vary_within_persons_cluster_nobody_and_weight_nobody() {
    let model = read(root(), ELECTRICITY);
    let folder = folder_with(&model);
    let half = |_: u32, case: u32| (1 + case % 2).to_string();
    write(
        folder.path(),
        "electricity.csv",
        &electricity(40, Some(("half", &half))),
    );
    assert_eq!(
        refused(folder.path(), &["--draws", "16", "--cluster", "half"])
            .lines()
            .next(),
        Some(
            "error: column \"half\" changes within a decision maker, whose choices are one unit where tastes are random; \
             cluster on what is the same in all of them"
        )
    );
    write(
        folder.path(),
        "model.toml",
        &model.replace("decision_maker = \"id\"", "decision_maker = \"id\"\nweight = \"half\""),
    );
    assert_eq!(
        refused(folder.path(), &["--draws", "16"]),
        "error: electricity.csv: the weight is 2 in row 2 and 1 in row 6, which are of one decision maker; where tastes are \
         random a decision maker's choices are weighted together: give all of them one weight\n"
    );
    // Constant within persons, both are right.
    let region = |person: u32, _: u32| (1 + person % 3).to_string();
    write(
        folder.path(),
        "electricity.csv",
        &electricity(40, Some(("half", &region))),
    );
    fit(folder.path(), &["--draws", "64", "--cluster", "half"]);
}

#[test]
fn without_variance_it_is_the_logit() {
    let (means, sds) = (
        ["asc_train", "asc_car", "b_time", "b_cost"],
        "sd_b_time = { start = 0.0, fixed = true }",
    );
    let folder = tempfile::tempdir().expect("a folder for the test");
    let data = root().join("datasets/swissmetro/swissmetro.csv");
    std::fs::copy(data, folder.path().join("swissmetro.csv")).expect("copies");
    let text = changed(SWISSMETRO, &[("b_cost    = 0.0", &format!("b_cost = 0.0\n{sds}"))]);
    let logit = changed("datasets/swissmetro/panel.toml", &[]);
    write(folder.path(), "logit.toml", &logit);
    write(folder.path(), "model.toml", &text);
    let (code, _, err) = run(folder.path(), &["estimate", "logit.toml", "-o", "logit.json"]);
    assert_eq!(code, 0, "{err}");
    let logit: Value = serde_json::from_str(&read(folder.path(), "logit.json")).expect("a fit");
    let arguments = ["--draws", "20", "--max-iterations", "0", "--start", "logit.json"];
    let mixed = fit(folder.path(), &arguments);
    let value = |fit: &Value| fit["log_likelihood"].as_f64().expect("a number");
    assert!(
        (value(&mixed) - value(&logit)).abs() < 1e-9 * value(&logit).abs(),
        "{} {}",
        value(&mixed),
        value(&logit)
    );
    for (at, name) in means.iter().enumerate() {
        let (one, other) = (&mixed["parameters"][at], &logit["parameters"][at]);
        assert_eq!(one["term"], *name);
        assert_eq!(one["estimate"], other["estimate"]);
        let error = |estimate: &Value| estimate["std_error"].as_f64().expect("a standard error");
        assert!((error(one) - error(other)).abs() < 1e-9 * error(other), "{name}");
    }
}

#[test]
fn threads_and_formats_change_nothing() {
    let folder = folder_with(&read(root(), ELECTRICITY));
    let whole = fit(folder.path(), &["--draws", "300", "--threads", "1"]);
    assert_eq!(fit(folder.path(), &["--draws", "300", "--threads", "2"]), whole);
    let csv = folder.path().join("electricity.csv");
    let table = logsum::tables::read(&csv, Columns::All, &ReadOptions::default()).expect("reads");
    logsum::tables::write(&folder.path().join("electricity.parquet"), &table).expect("writes");
    let mut parquet = fit(folder.path(), &["--draws", "300", "--data", "electricity.parquet"]);
    parquet["data"]["file"] = whole["data"]["file"].clone();
    assert_eq!(parquet, whole);
    let other = fit(folder.path(), &["--draws", "301"]);
    assert_ne!(other["log_likelihood"], whole["log_likelihood"]);
}

/// Killed after two iterations. Should the program be faster than this test, it has ended well.
#[test]
fn what_was_killed_goes_on_to_the_same_fit() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    write(
        folder.path(),
        "model.toml",
        &changed(
            "examples/synthetic_mixed.toml",
            &[("b_cost       = -1.0", "b_cost       = -0.5")],
        ),
    );
    let choices = [
        "simulate",
        "choices",
        "model.toml",
        "--cases",
        "120000",
        "--per-decision-maker",
        "8",
        "-o",
        "routes.parquet",
    ];
    assert_eq!(run(folder.path(), &choices).0, 0);
    let usual = ["--draws", "32"];
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_logsum"))
        .args([
            "estimate",
            "model.toml",
            "--threads",
            "1",
            "--cache",
            ".",
            "--memory",
            "90MB",
        ])
        .args(usual)
        .current_dir(folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the program was built for this test");
    let checkpoint = folder.path().join("model.checkpoint.json");
    let ended = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        let kept = std::fs::read(&checkpoint)
            .ok()
            .and_then(|text| serde_json::from_slice::<Value>(&text).ok());
        if kept.is_some_and(|kept| kept["state"]["iterations"].as_u64() >= Some(2)) {
            child.kill().expect("kills");
            break child.wait().expect("a child");
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    let whole = fit(folder.path(), &usual);
    if !ended.success() {
        assert_eq!(fit(folder.path(), &[&usual[..], &["--resume"]].concat()), whole);
    }
    assert!(!checkpoint.exists());
}

/// Sends Ctrl-C after some milliseconds; nothing if that was too early or too late, else the streams.
#[cfg(unix)]
fn interrupted(folder: &Path, arguments: &[&str], after: u64) -> Option<(String, String)> {
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_logsum"))
        .args(arguments)
        .current_dir(folder)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program was built for this test");
    std::thread::sleep(std::time::Duration::from_millis(after));
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &id]).output();
    sent.expect("kill is there");
    let output = child.wait_with_output().expect("a child");
    // Before anybody listened the signal ends it, and before anything was evaluated there is nothing to keep.
    let (code, out, err) = match output.status.code() {
        Some(_) => ran(&output),
        None => return None,
    };
    match code {
        0 => None,
        1 if err.contains("interrupted before the starting values were evaluated") => {
            assert!(!err.contains("is kept"), "{err}");
            None
        }
        _ => {
            assert_eq!(code, 1, "{err}");
            Some((out, err))
        }
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_estimation_reports_its_best_point_and_goes_on_from_it() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    write(folder.path(), "electricity.csv", &electricity(361, None));
    let model = read(root(), "datasets/electricity/correlated.toml");
    write(folder.path(), "model.toml", &model);
    let usual = ["--draws", "600", "--threads", "1"];
    let whole = fit(folder.path(), &usual);
    let arguments = [&["estimate", "model.toml", "-o", "fit.json"], &usual[..]].concat();
    let checkpoint = folder.path().join("fit.checkpoint.json");
    let mut draws = Vec::new();
    // The first ones meet a stage with few draws.
    for after in [40, 80, 120, 200, 300, 450, 700, 1000, 1500, 3000, 6000, 12000] {
        let Some((out, err)) = interrupted(folder.path(), &arguments, after) else {
            continue;
        };
        assert!(
            out.contains("NOT CONVERGED: ") && out.contains("chol_b_pf_b_pf "),
            "{out}"
        );
        assert!(
            err.contains(
                "interrupted: the best point so far is kept in \"fit.checkpoint.json\"; the same command with --resume \
                 goes on from it\n"
            ),
            "{err}"
        );
        assert!(err.contains("error: \"model.toml\" has not converged: "), "{err}");
        let stopped: Value = serde_json::from_str(&read(folder.path(), "fit.json")).expect("a fit");
        assert_eq!(stopped["converged"], false);
        draws.push(stopped["draws"]["number"].as_u64().expect("a number"));
        assert!(checkpoint.exists());
        let (code, _, err) = run(folder.path(), &[&arguments[..], &["--resume", "--quiet"]].concat());
        assert_eq!((code, err.as_str()), (0, ""));
        assert_eq!(timeless(&read(folder.path(), "fit.json")), whole, "after {after} ms");
        assert!(!checkpoint.exists());
        if draws.len() == 3 {
            break;
        }
    }
    assert!(!draws.is_empty(), "it was never interrupted");
    assert!(draws[0] < 600, "few draws come first: {draws:?}");
}

#[test]
fn an_automatic_number_of_draws_is_used_ever_after() {
    let more = "method = \"sobol\"\nantithetic = true";
    let (folder, report) = swissmetro(&[("method = \"halton\"", more)], &["--draws", "auto"]);
    assert!(report.contains("Draws tried       "), "{report}");
    let fitted: Value = serde_json::from_str(&read(folder.path(), "fit.json")).expect("a fit");
    let draws = &fitted["draws"];
    let path = draws["path"].as_array().expect("a path");
    let numbers: Vec<u64> = path
        .iter()
        .map(|tried| tried["number"].as_u64().expect("a number"))
        .collect();
    let ratios: Vec<f64> = path
        .iter()
        .map(|tried| tried["largest_ratio"].as_f64().expect("a ratio"))
        .collect();
    assert!(numbers.windows(2).all(|pair| pair[1] == 2 * pair[0]), "{numbers:?}");
    assert_eq!(draws["number"].as_u64(), numbers.last().copied());
    let (last, before) = ratios.split_last().expect("one at least");
    assert!(*last <= 0.1 && before.iter().all(|ratio| *ratio > 0.1), "{ratios:?}");
    assert_eq!(draws["simulation_error"]["largest_ratio"].as_f64(), Some(*last));
    assert_eq!(draws["antithetic"], true);

    // Every contribution is that of the number reached: they add up to the likelihood of the fit.
    let (code, out, err) = run(folder.path(), &["individuals", "fit.json", "-o", "tastes.csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let number = format!(
        "\nDraws             {} per decision maker\n",
        numbers.last().expect("one")
    );
    assert!(out.replace(',', "").contains(&number), "{number} is not in:\n{out}");
    let tastes = read(folder.path(), "tastes.csv");
    let contribution = |line: &str| -> f64 { line.rsplit(',').next().expect("a cell").parse().expect("a number") };
    let sum: f64 = tastes.lines().skip(1).map(contribution).sum();
    let value = fitted["log_likelihood"].as_f64().expect("a number");
    assert!((sum - value).abs() < 1e-8 * value.abs(), "{sum} {value}");

    assert_eq!(run(folder.path(), &["predict", "fit.json"]).0, 0);
    let show = ["show", "fit.json", "--cluster", "ID", "--format", "json"];
    let (code, out, err) = run(folder.path(), &show);
    assert_eq!((code, err.as_str()), (0, ""));
    let clustered: Value = serde_json::from_str(&out).expect("a fit");
    // Persons are the units already.
    for (one, other) in clustered["covariance"]["clustered"][0]
        .as_array()
        .expect("a row")
        .iter()
        .zip(fitted["covariance"]["robust"][0].as_array().expect("a row"))
    {
        let (one, other) = (one.as_f64().expect("a number"), other.as_f64().expect("a number"));
        assert!((one - other).abs() < 1e-9 * other.abs().max(1e-3), "{one} {other}");
    }
    let data = read(folder.path(), "swissmetro.csv");
    write(folder.path(), "swissmetro.csv", &data.replacen(",112,", ",113,", 1));
    for arguments in [&show[..4], &["individuals", "fit.json"], &["predict", "fit.json"]] {
        let (code, out, err) = run(folder.path(), arguments);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(
            err.starts_with("error: \"swissmetro.csv\" is not the data that \"fit.json\" was estimated on"),
            "{err}"
        );
    }
}

#[test]
fn individual_tastes_are_the_same_in_text_and_parquet() {
    let folder = folder_with(&read(root(), "datasets/electricity/willingness_to_pay.toml"));
    let arguments = ["estimate", "model.toml", "--draws", "128", "--quiet", "-o", "fit.json"];
    assert_eq!(run(folder.path(), &arguments).0, 0);
    for file in ["tastes.csv", "tastes.parquet"] {
        let (code, _, err) = run(
            folder.path(),
            &["individuals", "fit.json", "--cost", "b_pf", "-o", file],
        );
        assert_eq!((code, err.as_str()), (0, ""));
    }
    let table = |file: &str| {
        logsum::tables::read(&folder.path().join(file), Columns::All, &ReadOptions::default()).expect("reads")
    };
    let (text, parquet) = (table("tastes.csv"), table("tastes.parquet"));
    assert_eq!((text.n_rows, parquet.n_rows), (40, 40));
    assert_eq!(text.all_names, parquet.all_names);
    for name in ["mean_w_cl", "sd_w_seas", "wtp_w_cl", "wtp_sd_w_tod"] {
        assert!(text.all_names.iter().any(|known| known == name), "{:?}", text.all_names);
    }
    for (one, other) in text.columns.iter().zip(&parquet.columns) {
        assert_eq!(one.values, other.values, "{}", one.name);
    }
    let (code, _, err) = run(folder.path(), &["individuals", "fit.json", "-o", "tastes.xlsx"]);
    assert_eq!(code, 2);
    assert_eq!(err.lines().count(), 1, "{err}");
}

#[test]
fn shares_are_predicted_near_those_observed() {
    let (folder, _) = swissmetro(&[], &["--draws", "128", "--quiet"]);
    let (code, out, err) = run(folder.path(), &["predict", "fit.json", "--format", "json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let shares: Value = serde_json::from_str(&out).expect("predictions");
    let alternatives = shares["alternatives"].as_array().expect("alternatives");
    assert_eq!(alternatives.len(), 3);
    for share in alternatives {
        let number = |key: &str| share[key].as_f64().unwrap_or_else(|| panic!("{key}: {share}"));
        assert!(
            (number("predicted_share") - number("observed_share")).abs() < 0.03,
            "{share}"
        );
        assert!(
            number("conf_low") < number("predicted_share") && number("predicted_share") < number("conf_high"),
            "{share}"
        );
    }

    // New travellers, who have not chosen yet.
    let data = read(folder.path(), "swissmetro.csv");
    let at = data
        .lines()
        .next()
        .expect("a header")
        .split(',')
        .position(|name| name == "CHOICE");
    let at = at.expect("a column of choices");
    let without = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        [&cells[..at], &cells[at + 1..]].concat().join(",") + "\n"
    };
    let new: String = data.lines().take(61).map(without).collect();
    write(folder.path(), "new.csv", &new);
    let arguments = ["predict", "fit.json", "new.csv", "--no-filter", "-o", "cases.csv"];
    let (code, out, err) = run(folder.path(), &arguments);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("Predicted") && !out.contains("Observed"), "{out}");
    let cases = read(folder.path(), "cases.csv");
    assert_eq!(cases.lines().count(), 61);
    let head: Vec<&str> = cases.lines().next().expect("a header").split(',').collect();
    for line in cases.lines().skip(1) {
        let probabilities = head.iter().zip(line.split(','));
        let sum: f64 = probabilities
            .filter(|(name, cell)| name.starts_with("probability_") && !cell.is_empty())
            .map(|(_, cell)| cell.parse::<f64>().expect("a number"))
            .sum();
        assert!((sum - 1.0).abs() < 1e-12, "{line}");
    }
}

#[test]
fn another_covariance_is_another_doubt_of_the_tastes() {
    let folder = folder_with(&read(root(), ELECTRICITY));
    let arguments = ["estimate", "model.toml", "--draws", "128", "--quiet", "-o", "fit.json"];
    assert_eq!(run(folder.path(), &arguments).0, 0);
    let show = |more: &[&str]| -> Value {
        let (code, out, err) = run(
            folder.path(),
            &[&["show", "fit.json", "--format", "json", "--quiet"], more].concat(),
        );
        assert_eq!((code, err.as_str()), (0, ""));
        serde_json::from_str(&out).expect("a fit")
    };
    let (usual, robust) = (show(&[]), show(&["--covariance", "robust"]));
    let coefficients = |fit: &Value| fit["tastes"]["coefficients"].as_array().expect("tastes").clone();
    for (at, (one, other)) in coefficients(&usual).iter().zip(&coefficients(&robust)).enumerate() {
        assert_eq!(one["mean"]["estimate"], other["mean"]["estimate"]);
        assert_ne!(one["mean"]["std_error"], other["mean"]["std_error"]);
        assert_ne!(one["sd"]["std_error"], other["sd"]["std_error"]);
        // The mean of a normal taste is its parameter.
        let (mean, parameter) = (&other["mean"]["std_error"], &robust["parameters"][at]["std_error"]);
        let (mean, parameter) = (mean.as_f64().expect("a number"), parameter.as_f64().expect("a number"));
        assert!((mean - parameter).abs() < 1e-9 * parameter, "{mean} {parameter}");
    }
}

#[test]
fn simulated_tastes_are_found_again() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    write(
        folder.path(),
        "model.toml",
        &read(root(), "examples/synthetic_mixed.toml"),
    );
    let size = ["--cases", "4000", "--per-decision-maker", "8"];
    let choices = [&["simulate", "choices", "model.toml", "-o", "routes.csv"], &size[..]].concat();
    assert_eq!(run(folder.path(), &choices).0, 0);
    let found = fit(folder.path(), &["--data", "routes.csv", "--draws", "128"]);
    let truth = [-1.0, -0.8, 0.6, 0.8, 0.5];
    for (estimate, truth) in found["parameters"].as_array().expect("estimates").iter().zip(truth) {
        let number = |key: &str| estimate[key].as_f64().expect("a number");
        assert!(
            (number("estimate") - truth).abs() < 4.0 * number("std_error"),
            "{estimate}"
        );
    }
    let recovery = [
        "simulate",
        "recovery",
        "model.toml",
        "--replications",
        "6",
        "--format",
        "json",
    ];
    let small = ["--cases", "800", "--per-decision-maker", "8"];
    let (code, out, err) = run(folder.path(), &[&recovery[..], &small].concat());
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"));
    let parameters = report["parameters"].as_array().expect("parameters");
    assert_eq!(parameters.len(), 5);
    for (parameter, truth) in parameters.iter().zip(truth) {
        assert_eq!(parameter["truth"].as_f64(), Some(truth));
        let bias = parameter["bias"].as_f64().expect("a bias");
        assert!(bias.abs() < 0.3, "{parameter}");
    }
}
