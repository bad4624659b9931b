//! Counts and shares as a user meets them: wide and long data, what a report says of shares, and what is wrong.

mod support;

use std::fmt::Write;
use std::path::Path;

use logsum::Fit;
use support::{logsum, ran};

/// Of 60 cases two attributes of three alternatives and the number of times each was chosen; every fifth has no train.
fn cases() -> Vec<([f64; 3], [f64; 3])> {
    let mut state = 5_u64;
    let mut next = |n: u64| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) % n
    };
    let case = |case: usize| {
        let cost = [(); 3].map(|()| next(50) as f64 / 10.0);
        let mut counts = [0, 1, 2].map(|j| (next(6) as f64 + 2.0 - cost[j] / 3.0).max(0.0).round());
        counts[0] += 1.0;
        if case.is_multiple_of(5) {
            counts[2] = 0.0;
        }
        (cost, counts)
    };
    (0..60).map(case).collect()
}

const NAMES: [&str; 3] = ["bus", "car", "train"];

const UTILITY: &str = "[parameters]\nasc_car = 0\nasc_train = 0\nb_cost = -0.3\n";

fn wide_model(data: &str) -> String {
    format!(
        "[data]\nfile = \"wide.csv\"\nlayout = \"wide\"\n{data}\n[alternatives]\nbus = {{}}\ncar = {{}}\n\
         train = {{ available = \"av == 1\" }}\n{UTILITY}[utility]\nbus = \"b_cost * c_bus\"\n\
         car = \"asc_car + b_cost * c_car\"\ntrain = \"asc_train + b_cost * c_train\"\n"
    )
}

fn long_model(data: &str) -> String {
    format!(
        "[data]\nfile = \"long.csv\"\nlayout = \"long\"\ncase = \"case\"\nalternative = \"mode\"\n{data}\n{UTILITY}\
         [utility]\nall = \"b_cost * cost\"\ncar = \"asc_car\"\ntrain = \"asc_train\"\n"
    )
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("writes");
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let mut wide = "av,c_bus,c_car,c_train,n_bus,n_car,n_train,n\n".to_owned();
    let mut long = "case,mode,cost,n,share\n".to_owned();
    for (case, (cost, counts)) in cases().into_iter().enumerate() {
        let total: f64 = counts.iter().sum();
        let available = !case.is_multiple_of(5);
        let _ = write!(wide, "{},", u8::from(available));
        cost.iter().chain(&counts).for_each(|number| {
            let _ = write!(wide, "{number},");
        });
        let _ = writeln!(wide, "{total}");
        for j in (0..3).filter(|&j| available || j < 2) {
            let _ = writeln!(
                long,
                "{case},{},{},{},{}",
                NAMES[j],
                cost[j],
                counts[j],
                counts[j] / total
            );
        }
    }
    write(folder.path(), "wide.csv", &wide);
    write(folder.path(), "long.csv", &long);
    let counts = "choice = { bus = \"n_bus\", car = \"n_car\", train = \"n_train\" }\ncounts = true";
    write(folder.path(), "wide_counts.toml", &wide_model(counts));
    let shares = "choice = { bus = \"n_bus / n\", car = \"n_car / n\", train = \"n_train / n\" }\nshares = true";
    write(folder.path(), "wide_shares.toml", &wide_model(shares));
    write(
        folder.path(),
        "long_counts.toml",
        &long_model("choice = \"n\"\ncounts = true"),
    );
    write(
        folder.path(),
        "long_shares.toml",
        &long_model("choice = \"share\"\nshares = true"),
    );
    folder
}

fn fit(folder: &Path, model: &str) -> Fit {
    let output = format!("{model}.json");
    let model = format!("{model}.toml");
    let (code, out, err) = ran(&logsum(
        folder,
        &["estimate", &model, "-o", &output, "--format", "json"],
    ));
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("a fit")
}

#[test]
fn wide_and_long_data_give_the_same_estimates() {
    let folder = folder();
    for kind in ["counts", "shares"] {
        let [wide, long] = ["wide", "long"].map(|layout| fit(folder.path(), &format!("{layout}_{kind}")));
        assert!((wide.log_likelihood - long.log_likelihood).abs() < 1e-10 * long.log_likelihood.abs());
        for (wide, long) in wide.parameters.iter().zip(&long.parameters) {
            let near = |wide: f64, long: f64| (wide - long).abs() < 1e-10 * long.abs().max(0.01);
            assert!(near(wide.estimate, long.estimate), "{wide:?} against {long:?}");
            assert!(near(wide.std_error.unwrap(), long.std_error.unwrap()));
        }
        assert_eq!(wide.quasi_likelihood, kind == "shares");
        let kind_of_errors = if kind == "shares" { "robust" } else { "hessian" };
        assert_eq!(wide.covariance_kind, kind_of_errors);
    }
    let counts = fit(folder.path(), "wide_counts");
    let shares = fit(folder.path(), "wide_shares");
    // Counts weigh a case by how many chose in it, shares do not.
    let (mut by_count, mut by_case) = (0.0, 0.0);
    for (case, (_, numbers)) in cases().into_iter().enumerate() {
        let equal = if case.is_multiple_of(5) { 2.0_f64 } else { 3.0 };
        by_count -= numbers.iter().sum::<f64>() * equal.ln();
        by_case -= equal.ln();
    }
    assert!((counts.log_likelihood_null - by_count).abs() < 1e-9);
    assert!((shares.log_likelihood_null - by_case).abs() < 1e-9);
    assert_eq!((counts.n_cases, shares.n_cases), (60, 60));
}

#[test]
fn reports_say_what_shares_are() {
    let folder = folder();
    let run = |arguments: &[&str]| {
        let (code, out, err) = ran(&logsum(folder.path(), arguments));
        assert_eq!(code, 0, "{err}");
        out
    };
    let report = run(&["estimate", "long_shares.toml", "-o", "fit.json"]);
    for line in [
        "Logit, maximum quasi-likelihood (shares)",
        "Standard errors   robust: sandwich, scores summed by decision maker",
        "  1. outcomes are shares: the log-likelihood is a quasi-likelihood, so that AIC,",
    ] {
        assert!(report.lines().any(|known| known == line), "{line}\n{report}");
    }
    let classical = run(&["estimate", "long_shares.toml", "--covariance", "hessian"]);
    assert!(classical.contains("from the Hessian (classical)"), "{classical}");
    assert!(run(&["show", "fit.json"]).contains("robust: sandwich"));
    let check = run(&["check", "wide_shares.toml"]);
    assert!(
        check.contains("Outcomes          shares, which sum to 1 in every case"),
        "{check}"
    );
    let shares = run(&["predict", "fit.json", "--format", "csv"]);
    // With constants of all alternatives but one, predicted shares are the observed ones.
    assert!(shares.starts_with("alternative"), "{shares}");
}

#[test]
fn new_data_need_no_counts() {
    let folder = folder();
    fit(folder.path(), "wide_counts");
    write(folder.path(), "new.csv", "av,c_bus,c_car,c_train\n1,1,2,3\n0,1,2,3\n");
    let (code, out, err) = ran(&logsum(
        folder.path(),
        &["predict", "wide_counts.json", "new.csv", "-o", "out.csv"],
    ));
    assert_eq!(code, 0, "{out}{err}");
    let table = std::fs::read_to_string(folder.path().join("out.csv")).expect("predictions");
    assert_eq!(table.lines().count(), 3, "{table}");
}

#[test]
fn synthetic_counts_and_shares_can_be_read_again() {
    let folder = folder();
    let text = wide_model("choice = { bus = \"n_bus\", car = \"n_car\", train = \"n_train\" }\ncounts = true");
    write(folder.path(), "again.toml", &text.replace("wide.csv", "again.csv"));
    let draw = |model: &str, output: &str| {
        let arguments = ["simulate", "choices", model, "--cases", "300", "-o", output];
        ran(&logsum(folder.path(), &arguments))
    };
    assert_eq!(draw("wide_counts.toml", "again.csv").0, 0);
    fit(folder.path(), "again");
    let (code, _, err) = draw("wide_shares.toml", "shares.csv");
    assert_eq!(
        (code, err.as_str()),
        (
            2,
            "error: the outcome of \"bus\" is computed (n_bus / n), and only columns can be drawn; name a column of its own for \
             it in [data] choice\n"
        )
    );
    let (code, _, err) = draw("long_shares.toml", "shares.csv");
    assert_eq!(code, 0, "{err}");
    let text = long_model("choice = \"share\"\nshares = true").replace("long.csv", "shares.csv");
    write(folder.path(), "drawn.toml", &text);
    fit(folder.path(), "drawn");
}

#[test]
fn what_is_wrong_is_said_with_its_row() {
    let folder = folder();
    let told = |model: &str, data: &str, rows: &str| {
        write(folder.path(), "wrong.toml", &model.replace("wide.csv", "wrong.csv"));
        write(folder.path(), "wrong.csv", &format!("{data}\n{rows}\n"));
        let (code, _, err) = ran(&logsum(folder.path(), &["estimate", "wrong.toml", "-q"]));
        assert_eq!(code, 2, "{err}");
        err
    };
    let counts = wide_model("choice = { bus = \"n_bus\", train = \"n_train\" }\ncounts = true");
    let shares = counts.replace("counts", "shares");
    let head = "av,c_bus,c_car,c_train,n_bus,n_train";
    assert_eq!(
        told(&counts, head, "1,1,1,1,2,1\n0,1,1,1,2,3"),
        "error: wrong.csv, row 3: the chosen alternative \"train\" is unavailable (\"av == 1\" is 0); correct the data or drop such \
         cases with filter\n"
    );
    assert_eq!(
        told(&counts, head, "1,1,1,1,2,-1\n1,1,1,1,2,1"),
        "error: wrong.csv, row 2: the count of \"train\" is -1, but a count is a finite number of at least 0; correct the data or \
         filter such rows out\n"
    );
    assert_eq!(
        told(&shares, head, "1,1,1,1,0.5,0.5\n1,1,1,1,0.5,0.4"),
        "error: wrong.csv, row 3: the shares sum to 0.9, but those of a case sum to 1; correct the data, or set counts = true in \
         place of shares if they say how often each alternative was chosen\n"
    );
    assert_eq!(
        told(&counts, "av,c_bus,c_car,c_train,n_buss,n_train", "1,1,1,1,2,1"),
        "error: count of \"bus\", column 1: unknown name \"n_bus\"; did you mean \"n_buss\"?\n  n_bus\n  ^^^^^\n"
    );
}
