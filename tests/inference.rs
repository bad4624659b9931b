//! Standard errors and intervals from the shell: bootstrap, clusters of several columns, small-sample factors, profiles.

mod support;

use std::path::Path;

use logsum::estimate::LogLikelihood;
use logsum::{Fit, FitOptions, Model};
use support::{load, logsum, ran, root};

const PANEL: &str = "datasets/swissmetro/panel.toml";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

fn path(file: &str) -> String {
    root().join(file).to_string_lossy().into_owned()
}

/// A run that succeeds without a word on standard error.
#[track_caller]
fn well(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = ran(&logsum(folder, arguments));
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    out
}

/// A report without its line ends.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn fit_of(folder: &Path, arguments: &[&str]) -> Fit {
    let out = well(folder, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&out).expect("a fit")
}

fn errors(fit: &Fit) -> Vec<f64> {
    fit.parameters
        .iter()
        .filter_map(|parameter| parameter.std_error)
        .collect()
}

/// A folder with the fit of the Swissmetro panel in fit.json.
fn with_panel() -> tempfile::TempDir {
    let folder = folder();
    well(folder.path(), &["estimate", &path(PANEL), "-o", "fit.json"]);
    folder
}

#[test]
fn a_bootstrap_is_kept_in_the_fit_file_and_the_same_wherever_it_is_made() {
    let folder = with_panel();
    let here = folder.path();
    let how = ["--covariance", "bootstrap", "--replications", "60", "--seed", "3"];
    let model = path(PANEL);
    let estimated = [&["estimate", &model, "-o", "kept.json", "--threads", "1"][..], &how].concat();
    let direct = fit_of(here, &estimated);
    let kept: Fit =
        serde_json::from_str(&std::fs::read_to_string(here.join("kept.json")).expect("a file")).expect("a fit");
    assert_eq!(kept, direct);
    let bootstrap = kept.bootstrap.as_ref().expect("it is kept");
    assert_eq!(
        (bootstrap.replications, bootstrap.seed, bootstrap.n_groups),
        (60, 3, 752)
    );
    assert_eq!((bootstrap.estimates.len(), bootstrap.failed), (60, 0));
    assert!(
        !here.join("kept.bootstrap.json").exists(),
        "what is complete needs no checkpoint"
    );

    let shown = fit_of(here, &[&["show", "fit.json", "--threads", "2"][..], &how].concat());
    assert_eq!(
        shown.covariance.bootstrap, kept.covariance.bootstrap,
        "whatever the command and the threads"
    );
    assert_eq!(shown.bootstrap, kept.bootstrap);
    assert_eq!(errors(&shown), errors(&kept));
    // What is there is not made again; the data could be gone.
    let again = fit_of(
        here,
        &[
            "show",
            "kept.json",
            "--data",
            "nowhere.csv",
            "--covariance",
            "bootstrap",
        ],
    );
    assert_eq!(again.bootstrap, kept.bootstrap);
    let other = fit_of(here, &["show", "kept.json", "--covariance", "hessian"]);
    assert_eq!(other.parameters, fit_of(here, &["show", "fit.json"]).parameters);

    let robust = fit_of(here, &["show", "fit.json", "--covariance", "robust"]);
    for (one, other) in errors(&kept).iter().zip(errors(&robust)) {
        // Sixty resamples know a standard deviation to a tenth of itself.
        assert!((one / other - 1.0).abs() < 0.4, "{one} {other}");
    }
    let text = well(here, &["show", "kept.json"]);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let text = on_one_line(&text);
    for part in [
        "bootstrap: 60 resamples of 752 decision makers (seed 3), normal intervals",
        "95% percentile interval",
        "95% BCa interval",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn intervals_of_resamples_are_chosen_afterwards() {
    let folder = folder();
    let here = folder.path();
    let model = path("datasets/travel_mode/logit.toml");
    let made = [
        "estimate",
        &model,
        "-o",
        "fit.json",
        "--covariance",
        "bootstrap",
        "--interval",
        "bca",
    ];
    let bca = fit_of(here, &made);
    let parameters = &bca.bootstrap.as_ref().expect("a bootstrap").parameters;
    assert_eq!(bca.bootstrap.as_ref().map(|of| of.replications), Some(500));
    for (row, of) in bca.parameters.iter().zip(parameters) {
        assert_eq!(of.bca, row.conf_low.zip(row.conf_high).map(<[f64; 2]>::from));
    }
    let percentile = fit_of(
        here,
        &["show", "fit.json", "--interval", "percentile", "--confidence", "0.9"],
    );
    for (row, of) in percentile
        .parameters
        .iter()
        .zip(&percentile.bootstrap.as_ref().expect("one").parameters)
    {
        assert_eq!(of.percentile, row.conf_low.zip(row.conf_high).map(<[f64; 2]>::from));
    }
    let normal = fit_of(here, &["show", "fit.json", "--interval", "normal"]);
    for (row, wide) in normal.parameters.iter().zip(&bca.parameters) {
        let half = 1.959_963_984_540_054 * row.std_error.expect("an error");
        assert!((row.conf_high.expect("an end") - row.estimate - half).abs() < 1e-9 * half);
        assert_eq!(row.std_error, wide.std_error);
    }
    let table = well(here, &["show", "fit.json", "--format", "csv"]);
    assert!(
        table
            .lines()
            .next()
            .is_some_and(|head| head.ends_with("percentile_low,percentile_high,bca_low,bca_high"))
    );
    for format in ["latex", "markdown"] {
        assert!(
            well(here, &["show", "fit.json", "--format", format]).contains("BCa interval"),
            "{format}"
        );
    }
}

#[test]
fn every_family_is_resampled() {
    for (model, replications, more) in [
        ("datasets/swissmetro/nested.toml", "4", &[][..]),
        ("datasets/swissmetro/cross_nested.toml", "3", &[]),
        ("datasets/swissmetro/weighted.toml", "4", &[]),
        ("datasets/swissmetro/box_cox.toml", "4", &[]),
        ("datasets/anes96/ordered.toml", "4", &[]),
        ("datasets/anes96/ordered_probit.toml", "4", &[]),
        ("datasets/anes96/multinomial.toml", "4", &[]),
        ("datasets/mode_canada/ragged.toml", "4", &[]),
        ("datasets/travel_mode/probit.toml", "3", &["--draws", "20"]),
        ("datasets/electricity/mixed.toml", "3", &["--draws", "30"]),
    ] {
        let folder = folder();
        let model = path(model);
        let arguments = [
            &[
                "estimate",
                &model,
                "--covariance",
                "bootstrap",
                "--replications",
                replications,
            ][..],
            more,
            &["--quiet", "--format", "json"],
        ]
        .concat();
        let (code, out, err) = ran(&logsum(folder.path(), &arguments));
        assert_eq!((code, err.as_str()), (0, ""), "{model}");
        let fit: Fit = serde_json::from_str(&out).expect("a fit");
        let bootstrap = fit.bootstrap.as_ref().expect("a bootstrap");
        assert_eq!(bootstrap.failed, 0, "{model}: {:?}", fit.warnings);
        let free = fit
            .parameters
            .iter()
            .filter(|parameter| !parameter.fixed && parameter.at_bound.is_none());
        for parameter in free {
            let error = parameter
                .std_error
                .unwrap_or_else(|| panic!("{model}: {}", parameter.term));
            assert!(error > 0.0 && error.is_finite(), "{model}: {}", parameter.term);
        }
    }
}

#[test]
fn what_follows_from_a_fit_takes_its_bootstrap() {
    let folder = with_panel();
    let here = folder.path();
    let made = ["--covariance", "bootstrap", "--replications", "50", "--format", "json"];
    let text = well(here, &[&["show", "fit.json"][..], &made].concat());
    std::fs::write(here.join("kept.json"), text).expect("writes");
    for arguments in [
        &["wtp", "FIT", "--cost", "b_cost"][..],
        &["test", "FIT", "--wald", "b_time = b_cost"],
        &["elasticities", "FIT", "--attribute", "TRAIN_TT"],
        &["scenario", "FIT", "--set", "TRAIN_TT = 0.8 * TRAIN_TT"],
        &[
            "surplus",
            "FIT",
            "--cost",
            "b_cost",
            "--scenario",
            "TRAIN_TT = 0.8 * TRAIN_TT",
        ],
    ] {
        let with = |fit: &'static str| {
            let mut arguments: Vec<&str> = arguments
                .iter()
                .map(|part| if *part == "FIT" { fit } else { part })
                .collect();
            arguments.extend(["--covariance", "bootstrap", "--quiet"]);
            arguments
        };
        let out = well(here, &with("kept.json"));
        assert!(out.contains("bootstrap"), "{arguments:?}:\n{out}");
        let (code, _, err) = ran(&logsum(here, &with("fit.json")));
        assert_eq!(code, 2, "{arguments:?}");
        assert!(err.contains("\"fit.json\" has no bootstrapped covariance"), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
    }
    let both = [
        "compare",
        "kept.json",
        "kept.json",
        "--covariance",
        "bootstrap",
        "--quiet",
    ];
    well(here, &both);
}

/// Scores of all cases of the Swissmetro panel, and two columns.
fn scores(columns: [&str; 2]) -> (Fit, Vec<Vec<f64>>, [Vec<u32>; 2]) {
    let (file, data) = load(&root().join(PANEL));
    let text = std::fs::read_to_string(root().join("datasets/swissmetro/swissmetro.csv")).expect("the data");
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let column = |name: &str| {
        let at = head.iter().position(|known| *known == name).expect("a column");
        let cell = |case: usize| {
            let row = data.row_number(data.pairs(case).start) - 2;
            rows[row][at].parse::<f64>().expect("a number") as u32
        };
        (0..data.n_cases()).map(cell).collect::<Vec<u32>>()
    };
    let groups = columns.map(column);
    let model = Model::bind(&file.specification, &data).expect("binds");
    let fit = model.fit(&FitOptions::default(), None).expect("a fit");
    let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
    let mut scores = Vec::new();
    model
        .visit_scores(&theta, &mut |_, score| scores.push(score.to_vec()))
        .expect("scores");
    (fit, scores, groups)
}

/// Σ_g s_g s_g′.
fn meat(scores: &[Vec<f64>], key: impl Fn(usize) -> (u32, u32)) -> Vec<Vec<f64>> {
    let k = scores[0].len();
    let mut sums = std::collections::BTreeMap::new();
    for (unit, score) in scores.iter().enumerate() {
        let sum = sums.entry(key(unit)).or_insert_with(|| vec![0.0; k]);
        sum.iter_mut().zip(score).for_each(|(sum, part)| *sum += part);
    }
    let cell = |i: usize, j: usize| sums.values().map(|sum| sum[i] * sum[j]).sum::<f64>();
    (0..k).map(|i| (0..k).map(|j| cell(i, j)).collect()).collect()
}

fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let cell = |row: &Vec<f64>, j: usize| row.iter().zip(b).map(|(x, other)| x * other[j]).sum::<f64>();
    a.iter()
        .map(|row| (0..b[0].len()).map(|j| cell(row, j)).collect())
        .collect()
}

#[test]
fn clusters_of_two_columns_are_those_of_the_formula() {
    let folder = with_panel();
    let here = folder.path();
    let (fit, scores, [one, other]) = scores(["ID", "ORIGIN"]);
    let bread = fit.covariance.hessian.clone().expect("a covariance");
    let parts = [
        meat(&scores, |unit| (one[unit], 0)),
        meat(&scores, |unit| (other[unit], 0)),
        meat(&scores, |unit| (one[unit], other[unit])),
    ];
    let k = bread.len();
    let cell = |i: usize, j: usize| parts[0][i][j] + parts[1][i][j] - parts[2][i][j];
    let sum: Vec<Vec<f64>> = (0..k).map(|i| (0..k).map(|j| cell(i, j)).collect()).collect();
    let expected = product(&product(&bread, &sum), &bread);
    let found = fit_of(here, &["show", "fit.json", "--cluster", "ID", "--cluster", "ORIGIN"]);
    let matrix = found.covariance.clustered.as_ref().expect("a matrix");
    for i in 0..k {
        for j in 0..k {
            let size = (expected[i][i] * expected[j][j]).sqrt();
            assert!(
                (matrix[i][j] - expected[i][j]).abs() < 1e-9 * size,
                "{} {}",
                matrix[i][j],
                expected[i][j]
            );
        }
    }
    let model = path(PANEL);
    let direct = fit_of(here, &["estimate", &model, "--cluster", "ID", "--cluster", "ORIGIN"]);
    assert_eq!(direct.covariance.clustered, found.covariance.clustered);
    let text = well(here, &["show", "fit.json", "--cluster", "ID", "--cluster", "ORIGIN"]);
    assert!(text.contains("clustered by \"ID\" and \"ORIGIN\": sandwich"), "{text}");
    // One that is not positive semi-definite is mended, and says so.
    let (code, _, err) = ran(&logsum(
        here,
        &[
            "show",
            "fit.json",
            "--cluster",
            "GROUP",
            "--cluster",
            "PURPOSE",
            "--format",
            "csv",
        ],
    ));
    assert_eq!(code, 0);
    assert!(
        err.contains("is not positive semi-definite: its negative eigenvalues are set to 0"),
        "{err}"
    );
    let mended = fit_of(
        here,
        &[
            "show",
            "fit.json",
            "--cluster",
            "GROUP",
            "--cluster",
            "PURPOSE",
            "--quiet",
        ],
    );
    assert_eq!(errors(&mended).len(), k);
    // Columns that coincide are one.
    let twice = fit_of(here, &["show", "fit.json", "--cluster", "ID", "--cluster", "ID"]);
    let once = fit_of(here, &["show", "fit.json", "--cluster", "ID"]);
    assert_eq!(twice.covariance.clustered, once.covariance.clustered);
}

#[test]
fn small_sample_factors_multiply() {
    let folder = with_panel();
    let here = folder.path();
    let plain = errors(&fit_of(here, &["show", "fit.json", "--covariance", "robust"]));
    let (g, n, k) = (752.0, 6768.0, 4.0);
    for (name, factor) in [
        ("none", 1.0),
        ("cr1", g / (g - 1.0)),
        ("G/(G-1)", g / (g - 1.0)),
        ("cr1s", g / (g - 1.0) * (n - 1.0) / (n - k)),
        ("hc1", n / (n - k)),
    ] {
        for kind in [["--covariance", "robust"], ["--cluster", "ID"]] {
            let fit = fit_of(here, &[&["show", "fit.json", "--correction", name][..], &kind].concat());
            for (found, plain) in errors(&fit).iter().zip(&plain) {
                let expected = plain * f64::sqrt(factor);
                assert!(
                    (found - expected).abs() < 1e-12 * expected,
                    "{name} {kind:?}: {found} {expected}"
                );
            }
        }
    }
    // It is kept, and what follows has it; the stored robust matrix is without.
    let text = well(
        here,
        &[
            "show",
            "fit.json",
            "--covariance",
            "robust",
            "--correction",
            "cr1",
            "--format",
            "json",
        ],
    );
    std::fs::write(here.join("corrected.json"), &text).expect("writes");
    let corrected: Fit = serde_json::from_str(&text).expect("a fit");
    assert_eq!(corrected.correction.and_then(|of| of.factor), Some(g / (g - 1.0)));
    assert_eq!(
        fit_of(here, &["show", "corrected.json"]).parameters,
        corrected.parameters
    );
    let uncorrected = fit_of(here, &["show", "corrected.json", "--covariance", "robust"]);
    assert_eq!(errors(&uncorrected), plain);
    assert!(on_one_line(&well(here, &["show", "corrected.json"])).contains("times G/(G-1)"));
    let wtp = |fit: &str| well(here, &["wtp", fit, "--cost", "b_cost", "--format", "csv", "--quiet"]);
    assert_ne!(wtp("corrected.json"), wtp("fit.json"));
}

#[test]
fn profiles_stand_beside_wald_intervals_and_satisfy_their_equation() {
    let folder = folder();
    let here = folder.path();
    let model = path("datasets/travel_mode/nested.toml");
    well(here, &["estimate", &model, "-o", "fit.json"]);
    let (file, data) = load(Path::new(&model));
    let fit = fit_of(here, &["show", "fit.json"]);
    let lambda = fit.parameters.last().expect("parameters").term.clone();
    let first = fit.parameters[0].term.clone();
    let shown = fit_of(
        here,
        &[
            "show",
            "fit.json",
            "--profile",
            &lambda,
            "--profile",
            &first,
            "--confidence",
            "0.9",
        ],
    );
    assert_eq!(shown.profiles.len(), 2);
    let quantile = 2.705_543_454_095_404;
    for profile in &shown.profiles {
        assert_eq!((profile.low.as_str(), profile.high.as_str()), ("found", "found"));
        let k = fit
            .parameters
            .iter()
            .position(|of| of.term == profile.term)
            .expect("a parameter");
        for end in [profile.conf_low, profile.conf_high] {
            let mut held = file.specification.clone();
            held.parameters[k].parameter.fixed = true;
            held.parameters[k].parameter.start = end.expect("an end");
            let model = Model::bind(&held, &data).expect("binds");
            let mut start: Vec<f64> = fit.parameters.iter().map(|of| of.estimate).collect();
            start[k] = end.expect("an end");
            let options = FitOptions {
                start: Some(start),
                ..FitOptions::default()
            };
            let restricted = model.fit(&options, None).expect("a fit");
            let ratio = 2.0 * (fit.log_likelihood - restricted.log_likelihood);
            assert!((ratio - quantile).abs() < 1e-6, "absolute: {}: {ratio}", profile.term);
        }
    }
    let text = well(here, &["show", "fit.json", "--profile", &lambda]);
    assert!(
        text.contains("95% Wald interval") && text.contains("95% profile interval"),
        "{text}"
    );
    let table = well(here, &["show", "fit.json", "--profile", &lambda, "--format", "csv"]);
    assert!(
        table
            .lines()
            .next()
            .is_some_and(|head| head.ends_with("profile_low,profile_high")),
        "{table}"
    );
    for format in ["latex", "markdown"] {
        let out = well(here, &["show", "fit.json", "--profile", &lambda, "--format", format]);
        assert!(out.contains("profile interval"), "{format}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_bootstrap_keeps_what_is_done_and_goes_on_to_the_same_bits() {
    let folder = with_panel();
    let here = folder.path();
    let checkpoint = here.join("fit.bootstrap.json");
    let mut met = false;
    // Whoever is too fast or too slow tries again with another number.
    for (replications, after) in [("400", 600), ("1500", 900), ("6000", 1500), ("20000", 3000)] {
        let arguments = [
            "show",
            "fit.json",
            "--covariance",
            "bootstrap",
            "--replications",
            replications,
        ];
        let child = std::process::Command::new(env!("CARGO_BIN_EXE_logsum"))
            .args(arguments)
            .current_dir(here)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the program was built for this test");
        std::thread::sleep(std::time::Duration::from_millis(after));
        let sent = std::process::Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .output();
        sent.expect("kill is there");
        let output = child.wait_with_output().expect("a child");
        if output.status.code() != Some(1) || !checkpoint.exists() {
            continue;
        }
        met = true;
        let (_, out, err) = ran(&output);
        assert!(
            err.contains("the same command with --resume goes on from there"),
            "{err}"
        );
        assert!(out.contains("the bootstrap was interrupted"), "{out}");
        let resumed = fit_of(here, &[&arguments[..], &["--resume"]].concat());
        assert!(!checkpoint.exists(), "what is complete needs no checkpoint");
        let whole = fit_of(here, &arguments);
        assert_eq!(resumed.bootstrap, whole.bootstrap);
        assert_eq!(resumed.covariance.bootstrap, whole.covariance.bootstrap);
        break;
    }
    assert!(met, "the bootstrap was never interrupted");
}

#[test]
fn a_checkpoint_of_something_else_is_refused() {
    let folder = with_panel();
    let here = folder.path();
    let resume = |more: &[&str]| {
        let arguments = [&["show", "fit.json", "--covariance", "bootstrap", "--resume"][..], more].concat();
        let (code, _, err) = ran(&logsum(here, &arguments));
        assert_eq!((code, err.lines().count()), (2, 1), "{err}");
        err
    };
    assert!(resume(&[]).contains("no checkpoint \"fit.bootstrap.json\""));
    let fit = fit_of(here, &["show", "fit.json"]);
    let mut kept = serde_json::json!({
        "logsum_version": env!("CARGO_PKG_VERSION"),
        "specification": fit.model.specification,
        "fingerprint": fit.data.fingerprint,
        "estimates": fit.parameters.iter().map(|of| of.estimate).collect::<Vec<f64>>(),
        "seed": 1,
        "cluster": null,
        "replicates": [[0, { "estimates": [0.0] }]],
    });
    let write = |kept: &serde_json::Value| {
        std::fs::write(here.join("fit.bootstrap.json"), kept.to_string()).expect("writes");
    };
    write(&kept);
    assert!(resume(&[]).contains("is damaged (a resample has not the parameters of the model)"));
    assert!(resume(&["--seed", "2"]).contains("is of another seed"));
    assert!(resume(&["--cluster", "ID"]).contains("is of another column to resample by"));
    kept["estimates"][0] = serde_json::json!(0.5);
    write(&kept);
    assert!(resume(&[]).contains("is of other estimates"));
    std::fs::write(here.join("fit.bootstrap.json"), "{").expect("writes");
    assert!(resume(&[]).contains("is damaged"));
}

#[test]
fn bad_input_is_one_line() {
    let folder = with_panel();
    let here = folder.path();
    for (arguments, part) in [
        (
            &["--replications", "9"][..],
            "--replications belongs to --covariance bootstrap",
        ),
        (&["--interval", "bca"], "--interval belongs to --covariance bootstrap"),
        (&["--seed", "2"], "--seed belongs to --covariance bootstrap"),
        (&["--resume"], "--resume belongs to --covariance bootstrap"),
        (
            &["--covariance", "bootstrap", "--replications", "1"],
            "needs at least 2",
        ),
        (
            &["--covariance", "bootstrap", "--interval", "exact"],
            "\"exact\" is not a kind of interval",
        ),
        (&["--covariance", "bootstrap", "--cluster", "IDD"], "no column \"IDD\""),
        (
            &["--covariance", "bootstrap", "--cluster", "ID", "--cluster", "ORIGIN"],
            "resamples the groups of one column",
        ),
        (&["--covariance", "hessian", "--cluster", "ID"], "not hessian"),
        (&["--correction", "cr1"], "--correction belongs to --covariance robust"),
        (
            &["--covariance", "opg", "--correction", "cr1"],
            "--correction belongs to --covariance robust",
        ),
        (
            &["--covariance", "robust", "--correction", "hc3"],
            "\"hc3\" is not a correction",
        ),
        (
            &["--cluster", "PURPOSE", "--cluster", "nowhere"],
            "no column \"nowhere\"",
        ),
        (&["--profile", "b_tmie"], "did you mean \"b_time\"?"),
        (
            &["--covariance", "jackknife"],
            "choose hessian, opg, robust, clustered or bootstrap",
        ),
    ] {
        let (code, out, err) = ran(&logsum(here, &[&["show", "fit.json"][..], arguments].concat()));
        assert_eq!(
            (code, out.as_str(), err.lines().count()),
            (2, "", 1),
            "{arguments:?}: {err}"
        );
        assert!(err.contains(part), "{arguments:?}: {err}");
    }
    let model = path(PANEL);
    let short = [
        "estimate",
        &model,
        "--max-iterations",
        "1",
        "-o",
        "short.json",
        "--covariance",
        "bootstrap",
    ];
    let (code, out, _) = ran(&logsum(here, &short));
    assert_eq!(code, 1);
    assert!(out.contains("no bootstrap: the estimation has not converged"), "{out}");
    for (arguments, part) in [
        (
            &["--covariance", "bootstrap"][..],
            "no bootstrap: the fit has not converged",
        ),
        (&["--profile", "b_time"], "no profile: the fit has not converged"),
    ] {
        let (code, _, err) = ran(&logsum(here, &[&["show", "short.json"][..], arguments].concat()));
        assert_eq!((code, err.lines().count()), (2, 1), "{err}");
        assert!(err.contains(part), "{err}");
    }
}

/// Four standard errors of one panel model: cases taken for independent, decision makers, and resamples of both.
#[test]
fn kinds_of_standard_errors_side_by_side() {
    let folder = with_panel();
    let here = folder.path();
    let of = |arguments: &[&str]| errors(&fit_of(here, &[&["show", "fit.json"][..], arguments].concat()));
    let hessian = of(&["--covariance", "hessian"]);
    let robust = of(&["--covariance", "robust"]);
    let clustered = of(&["--cluster", "ID"]);
    let bootstrap = of(&["--covariance", "bootstrap", "--replications", "300"]);
    let by_id = of(&["--covariance", "bootstrap", "--replications", "300", "--cluster", "ID"]);
    assert_eq!(
        bootstrap, by_id,
        "decision makers are the groups of ID, by first appearance"
    );
    for k in 0..hessian.len() {
        assert!((robust[k] - clustered[k]).abs() < 1e-12 * robust[k]);
        // Nine choices of one person are less than nine of nine persons.
        assert!(bootstrap[k] > 1.5 * hessian[k] && robust[k] > 1.5 * hessian[k], "{k}");
        // Of 300 resamples a standard deviation is known to 4 %.
        assert!(
            (bootstrap[k] / robust[k] - 1.0).abs() < 0.2,
            "{} {}",
            bootstrap[k],
            robust[k]
        );
    }
}

/// Apollo's mode choice, whose robust errors carry the factor n/(n − 1).
#[test]
fn apollos_clustered_errors_where_its_data_are_there() {
    let Some(reference) = support::reference() else {
        eprintln!("SKIPPED: the reference collection is not beside this checkout");
        return;
    };
    let folder = folder();
    let model = reference.join("models/apollo_modechoice_sp_mnl.toml");
    let record = std::fs::read_to_string(reference.join("apollo_modechoice_sp_mnl.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
    let model = model.to_string_lossy();
    let arguments = [
        "estimate",
        &*model,
        "--covariance",
        "robust",
        "--correction",
        "cr1",
        "--format",
        "json",
    ];
    let (_, out, _) = ran(&logsum(folder.path(), &arguments));
    let fit: Fit = serde_json::from_str(&out).expect("a fit");
    for parameter in &fit.parameters {
        let published = record["parameters"][&parameter.term]["std_err_robust"]
            .as_f64()
            .expect("a number");
        let found = parameter.std_error.expect("an error");
        // As many digits as were printed.
        assert!(
            (found / published - 1.0).abs() < 5e-4,
            "{}: {found} {published}",
            parameter.term
        );
    }
}

#[test]
fn shares_at_the_resamples_of_a_bootstrap() {
    let folder = folder();
    let model = path("datasets/travel_mode/logit.toml");
    let bootstrap = [
        "--covariance",
        "bootstrap",
        "--replications",
        "200",
        "-o",
        "b.json",
        "-q",
    ];
    let run = |arguments: &[&str]| ran(&logsum(folder.path(), arguments));
    let (code, _, err) = run(&[&["estimate", model.as_str()], &bootstrap[..]].concat());
    assert_eq!(code, 0, "{err}");
    let interval = |more: &[&str]| -> (f64, f64, f64) {
        let (code, out, err) = run(&[&["predict", "b.json", "--format", "json"], more].concat());
        assert_eq!((code, err.as_str()), (0, ""));
        let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let of = |field: &str| report["alternatives"][0][field].as_f64().expect("a number");
        (of("conf_low"), of("predicted_share"), of("conf_high"))
    };
    let resampled = interval(&["--intervals", "bootstrap"]);
    assert!(resampled.0 < resampled.1 && resampled.1 < resampled.2, "{resampled:?}");
    // Of 200 resamples the width of an interval is known to a tenth of it; the sandwich is another estimate of the same.
    let robust = interval(&["--covariance", "robust"]);
    let width = |of: (f64, f64, f64)| of.2 - of.0;
    assert!(
        (width(resampled) / width(robust) - 1.0).abs() < 0.3,
        "{resampled:?} {robust:?}"
    );
    let (code, out, _) = run(&["predict", "b.json", "--intervals", "bootstrap"]);
    assert_eq!(code, 0);
    assert!(out.contains("(quantiles over 200"), "{out}");
    let (code, _, err) = run(&["estimate", &model, "-o", "plain.json", "-q"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = run(&["predict", "plain.json", "--intervals", "bootstrap"]);
    assert_eq!(code, 2);
    assert!(err.contains("\"plain.json\" has no bootstrap"), "{err}");
}
