//! `logsum elasticities`, `wtp`, `surplus`, `scenario` and `test` as a user meets them.

mod support;

use std::path::Path;

use logsum::Fit;
use logsum::data::Values;
use serde_json::Value;
use support::{load, logsum, ran, root};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(&logsum(folder, arguments))
}

/// A folder with the fit of a model of the repository, `fit.json`.
fn fitted(model: &str) -> (tempfile::TempDir, Fit) {
    fit_of(&root().join("datasets").join(model))
}

fn fit_of(model: &Path) -> (tempfile::TempDir, Fit) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let model = model.to_string_lossy();
    let (code, _, err) = run(folder.path(), &["estimate", &model, "-o", "fit.json", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let text = std::fs::read_to_string(folder.path().join("fit.json")).expect("a fit file");
    let fit: Fit = serde_json::from_str(&text).expect("a fit");
    (folder, fit)
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let (code, out, err) = run(folder, &[arguments, &["--format", "json"]].concat());
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&out).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The effect of a quantity, for the changed alternative and the one that follows; of all cases.
fn effect(report: &Value, quantity: &str, changed: &str, alternative: &str) -> f64 {
    let is = |row: &&Value| {
        row["quantity"] == quantity
            && row["changed"] == changed
            && row["alternative"] == alternative
            && row["segment"].is_null()
    };
    let rows = report["effects"].as_array().expect("effects");
    number(&rows.iter().find(is).expect("a row")["estimate"])
}

/// Row of an array whose field is a text.
fn row<'a>(rows: &'a Value, field: &str, text: &str) -> &'a Value {
    let found = rows.as_array().expect("rows").iter().find(|row| row[field] == text);
    found.unwrap_or_else(|| panic!("no {text} in {rows}"))
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} against {expected}");
}

#[test]
fn elasticities_of_cases_are_their_closed_form() {
    let (folder, fit) = fitted("swissmetro/logit.toml");
    let at = fit.parameters.iter().find(|parameter| parameter.term == "b_time");
    let b_time = at.expect("it is estimated").estimate;
    let (code, out, err) = run(
        folder.path(),
        &["elasticities", "fit.json", "--attribute", "TRAIN_TT", "-o", "cases.csv"],
    );
    assert_eq!((code, err.as_str()), (0, ""));
    let text = std::fs::read_to_string(folder.path().join("cases.csv")).expect("a table");
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("row,attribute,changed,alternative,probability,elasticity")
    );
    let (_, data) = load(&root().join("datasets/swissmetro/logit.toml"));
    let column = data
        .columns()
        .iter()
        .find(|column| column.name == "TRAIN_TT")
        .expect("a column");
    let Values::Number(times) = &column.values else {
        panic!("numbers")
    };
    let mut rows = lines.map(|line| line.split(',').collect::<Vec<_>>());
    let (mut weighted, mut of_train) = (0.0, 0.0);
    for case in 0..data.n_cases() {
        let of_case: Vec<Vec<&str>> = rows.by_ref().take(data.pairs(case).len()).collect();
        assert_eq!(of_case[0][0], data.row_number(data.pairs(case).start).to_string());
        let number = |row: &[&str], at: usize| row[at].parse::<f64>().expect("a number");
        let p_train = number(&of_case[0], 4);
        let mut sum = 0.0;
        for row in &of_case {
            assert_eq!((row[1], row[2]), ("TRAIN_TT", "train"));
            let own = if row[3] == "train" { 1.0 } else { 0.0 };
            // β x (1 − P) of itself, −β x P of all others alike.
            near(number(row, 5), b_time * times[case] / 100.0 * (own - p_train), 1e-9);
            sum += number(row, 4) * number(row, 5);
        }
        // What one gains the others lose.
        near(sum, 0.0, 1e-10);
        weighted += p_train * number(&of_case[0], 5);
        of_train += p_train;
    }
    assert!(rows.next().is_none());
    let report = json(folder.path(), &["elasticities", "fit.json", "--attribute", "TRAIN_TT"]);
    near(
        effect(&report, "elasticity", "train", "train"),
        weighted / of_train,
        1e-9,
    );
    assert!(out.contains("TRAIN_TT"), "{out}");
    // Effects of cases replace such, and nothing else.
    let again = [
        "elasticities",
        "fit.json",
        "--attribute",
        "TRAIN_TT",
        "--marginal",
        "-o",
    ];
    assert_eq!(run(folder.path(), &[&again[..], &["cases.csv"]].concat()).0, 0);
    let (code, _, err) = run(folder.path(), &[&again[..], &["fit.json"]].concat());
    assert_eq!(code, 2, "{err}");
    std::fs::write(folder.path().join("other.csv"), "a,b\n1,2\n").expect("writes");
    let (code, _, err) = run(folder.path(), &[&again[..], &["other.csv"]].concat());
    assert_eq!(code, 2);
    assert!(err.contains("this file exists and holds no effects of cases"), "{err}");
}

#[test]
fn elasticities_of_swissmetro_are_their_closed_form() {
    let (folder, fit) = fitted("swissmetro/logit.toml");
    let report = json(folder.path(), &["elasticities", "fit.json", "--attribute", "TRAIN_TT"]);
    let (file, data) = load(&root().join("datasets/swissmetro/logit.toml"));
    let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
    let model = logsum::Model::bind(&file.specification, &data).expect("binds");
    let p = model.predict(&theta).expect("predicts").probabilities;
    let column = data.columns().iter().find(|column| column.name == "TRAIN_TT");
    let Values::Number(time) = &column.expect("it is read").values else {
        panic!("numbers")
    };
    // b_time / 100 · x (1{train} − P_train), weighted by probabilities, and the mean of it.
    let slope = theta[2] / 100.0;
    let names = ["train", "swissmetro", "car"];
    let mut weighted = 0.0;
    for (j, name) in names.iter().enumerate() {
        let (mut top, mut share, mut sum, mut n) = (0.0, 0.0, 0.0, 0.0);
        for (case, time) in time.iter().enumerate() {
            let pair = |alternative: usize| {
                let of = |pair: &usize| data.pair_alternatives()[*pair] as usize == alternative;
                data.pairs(case).find(of)
            };
            let Some(own) = pair(j) else { continue };
            share += p[own];
            let Some(train) = pair(0) else { continue };
            let of_case = slope * time * (f64::from(u8::from(j == 0)) - p[train]);
            top += p[own] * of_case;
            sum += of_case;
            n += 1.0;
        }
        let found = effect(&report, "elasticity", "train", name);
        near(found, top / share, 1e-10);
        near(effect(&report, "mean_elasticity", "train", name), sum / n, 1e-10);
        weighted += share / data.n_cases() as f64 * found;
    }
    // Shares sum to one whatever the time.
    near(weighted, 0.0, 1e-12);
    let diverted: f64 = names[1..]
        .iter()
        .map(|name| effect(&report, "diversion_ratio", "train", name))
        .sum();
    near(diverted, 1.0, 1e-10);
}

#[test]
fn elasticities_and_surplus_of_nests_are_their_closed_forms() {
    let (folder, fit) = fitted("swissmetro/nested.toml");
    let report = json(folder.path(), &["elasticities", "fit.json", "--attribute", "TRAIN_TT"]);
    let (file, data) = load(&root().join("datasets/swissmetro/nested.toml"));
    let theta: Vec<f64> = fit.parameters.iter().map(|parameter| parameter.estimate).collect();
    let model = logsum::Model::bind(&file.specification, &data).expect("binds");
    let prediction = model.predict(&theta).expect("predicts");
    let p = &prediction.probabilities;
    let column = data.columns().iter().find(|column| column.name == "TRAIN_TT");
    let Values::Number(time) = &column.expect("it is read").values else {
        panic!("numbers")
    };
    let (slope, lambda) = (theta[2] / 100.0, theta[4]);
    // ∂ ln P_i/∂V_train = [i = train]/λ − [i in the nest] (1/λ − 1) P(train|nest) − P_train.
    for (j, name) in ["train", "swissmetro", "car"].iter().enumerate() {
        let (mut top, mut share) = (0.0, 0.0);
        for (case, time) in time.iter().enumerate() {
            let pair = |alternative: usize| {
                let of = |pair: &usize| data.pair_alternatives()[*pair] as usize == alternative;
                data.pairs(case).find(of)
            };
            let Some(own) = pair(j) else { continue };
            share += p[own];
            let Some(train) = pair(0) else { continue };
            let within = p[train] / (p[train] + pair(2).map_or(0.0, |car| p[car]));
            let itself = if j == 0 { 1.0 / lambda } else { 0.0 };
            let nest = if j == 1 { 0.0 } else { (1.0 / lambda - 1.0) * within };
            top += p[own] * slope * time * (itself - nest - p[train]);
        }
        near(effect(&report, "elasticity", "train", name), top / share, 1e-9);
    }
    // A franc more for everything is a franc lost to everybody who pays: exact in the nests' own logsum.
    let costs = ["TRAIN_CO", "SM_CO", "CAR_CO"].map(|cost| format!("{cost} = {cost} + (GA == 0)"));
    let mut arguments = vec!["surplus", "fit.json", "--cost", "b_cost", "--by", "GA"];
    costs.iter().for_each(|cost| arguments.extend(["--scenario", cost]));
    let report = json(folder.path(), &arguments);
    let segments = report["surplus"].as_array().expect("segments");
    let mean = |at: usize| number(&segments[at]["mean"]["estimate"]);
    near(mean(1), -1.0, 1e-9);
    near(mean(2), 0.0, 1e-12);
}

#[test]
fn irrelevant_alternatives_are_independent() {
    // All four modes are there in all cases: cross elasticities of cases are equal, and so are their means.
    let (folder, _) = fitted("travel_mode/logit.toml");
    let report = json(
        folder.path(),
        &["elasticities", "fit.json", "--attribute", "gc", "--of", "air"],
    );
    let train = effect(&report, "mean_elasticity", "air", "train");
    for other in ["bus", "car"] {
        near(effect(&report, "mean_elasticity", "air", other), train, 1e-11);
    }
    assert!(effect(&report, "mean_elasticity", "air", "air") < 0.0 && train > 0.0);
    // Of a probit they are not.
    let (folder, _) = fitted("travel_mode/probit.toml");
    let report = json(
        folder.path(),
        &["elasticities", "fit.json", "--attribute", "gc", "--of", "air"],
    );
    let of = |name: &str| effect(&report, "mean_elasticity", "air", name);
    assert!((of("train") - of("car")).abs() > 0.1);
}

#[test]
fn alternatives_that_only_the_data_name_have_elasticities_and_positions_have_none() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let table = "case,alt,choice,price\na,rye,1,2.0\na,wheat,0,1.5\nb,rye,0,2.5\nb,wheat,1,1.0\nc,rye,1,1.0\nc,wheat,0,2.0\n\
                 d,rye,0,1.0\nd,wheat,1,1.2\n";
    std::fs::write(folder.path().join("bread.csv"), table).unwrap();
    let model = "[data]\nfile = \"bread.csv\"\nlayout = \"long\"\ncase = \"case\"\nalternative = \"alt\"\nchoice = \"choice\"\n\
                 [parameters]\nb_price = 0.0\n[utility]\nall = \"b_price * price\"\n";
    let estimated = |model: &str| {
        std::fs::write(folder.path().join("bread.toml"), model).unwrap();
        let (code, _, err) = run(folder.path(), &["estimate", "bread.toml", "-o", "fit.json", "-q"]);
        assert_eq!(code, 0, "{err}");
    };
    estimated(model);
    let report = json(folder.path(), &["elasticities", "fit.json", "--attribute", "price"]);
    near(effect(&report, "diversion_ratio", "rye", "wheat"), 1.0, 1e-11);
    let report = json(
        folder.path(),
        &[
            "scenario",
            "fit.json",
            "--set",
            "price = if(alt == 'rye', 2 * price, price)",
        ],
    );
    assert!(number(&row(&report["shares"], "alternative", "wheat")["change"]["estimate"]) > 0.0);

    estimated(&model.replace("alternative = \"alt\"\n", ""));
    let (code, _, err) = run(folder.path(), &["elasticities", "fit.json", "--attribute", "price"]);
    let expected = "error: elasticities: no column names the alternatives, so that they have no shares over cases\n";
    assert_eq!((code, err.as_str()), (2, expected));
}

#[test]
fn results_do_not_depend_on_threads_and_follow_the_covariance() {
    let (folder, _) = fitted("swissmetro/logit.toml");
    let all = |further: &[&str]| {
        let base = [
            "elasticities",
            "fit.json",
            "--attribute",
            "SM_CO",
            "--marginal",
            "--by",
            "PURPOSE",
        ];
        let (code, out, err) = run(folder.path(), &[&base, further].concat());
        assert_eq!(code, 0, "{err}");
        out
    };
    assert_eq!(all(&["--threads", "1"]), all(&["--threads", "3"]));
    let csv = |further: &[&str]| all(&[further, &["--format", "csv"]].concat());
    let first = |text: &str| {
        text.lines()
            .nth(1)
            .expect("a row")
            .split(',')
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (hessian, robust) = (first(&csv(&[])), first(&csv(&["--covariance", "robust"])));
    assert_eq!(hessian[5], robust[5]);
    assert_ne!(hessian[6], robust[6]);
    let clustered = first(&csv(&["--covariance", "clustered", "--cluster", "ID"]));
    assert!(clustered[6].parse::<f64>().unwrap() > robust[6].parse::<f64>().unwrap());
}

#[test]
fn no_change_is_worth_exactly_nothing_and_segments_add_up() {
    let (folder, _) = fitted("swissmetro/logit.toml");
    let surplus = |further: &[&str]| {
        let base = ["surplus", "fit.json", "--cost", "b_cost"];
        json(folder.path(), &[&base, further].concat())
    };
    let none = surplus(&["--scenario", "TRAIN_TT = TRAIN_TT"]);
    let of = &none["surplus"][0];
    for number in [
        &of["mean"]["estimate"],
        &of["mean"]["conf_low"],
        &of["total"]["estimate"],
    ] {
        assert_eq!(number.as_f64(), Some(0.0));
    }
    let some = surplus(&["--scenario", "TRAIN_TT = 0.8 * TRAIN_TT", "--by", "GA"]);
    let rows = some["surplus"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    let total = |at: usize| number(&rows[at]["total"]["estimate"]);
    near(total(0), total(1) + total(2), 1e-8);
    assert!(number(&rows[0]["mean"]["conf_low"]) > 0.0);
    // Francs, although the utilities have hundreds of them: an expression has the unit of what it stands with.
    assert_eq!(some["money"][0], "TRAIN_CO");
    let expression = [
        "surplus",
        "fit.json",
        "--cost",
        "b_cost * 1",
        "--scenario",
        "TRAIN_TT = 0.8 * TRAIN_TT",
    ];
    let hundreds = json(folder.path(), &expression);
    assert_eq!(hundreds["money"].as_array().map(Vec::len), Some(0));
    let mean = |report: &Value| number(&report["surplus"][0]["mean"]["estimate"]);
    near(100.0 * mean(&hundreds), mean(&some), 1e-12);
}

#[test]
fn published_surplus_and_shares_of_mode_canada() {
    // mlogit's vignette on random utility: the train is a fifth faster.
    let (folder, _) = fitted("mode_canada/logit.toml");
    let faster = [
        "ivt = if(alt == 'train', 0.8 * ivt, ivt)",
        "ovt = if(alt == 'train', 0.8 * ovt, ovt)",
    ];
    let report = json(
        folder.path(),
        &["scenario", "fit.json", "--set", faster[0], "--set", faster[1]],
    );
    for (name, now, then) in [
        ("car", 0.4575659, 0.4044736),
        ("train", 0.1672084, 0.2635801),
        ("air", 0.3752257, 0.3319462),
    ] {
        let share = row(&report["shares"], "alternative", name);
        // As printed, seven digits.
        near(number(&share["base"]["estimate"]), now, 2e-7);
        near(number(&share["scenario"]["estimate"]), then, 5e-7);
        near(number(&share["change"]["estimate"]), then - now, 5e-7);
    }
    let report = json(
        folder.path(),
        &[
            "surplus",
            "fit.json",
            "--cost",
            "b_cost",
            "--scenario",
            faster[0],
            "--scenario",
            faster[1],
        ],
    );
    near(number(&report["surplus"][0]["mean"]["estimate"]), 4.6971, 5e-5);
    near(number(&report["surplus"][0]["median"]), 3.8998, 5e-5);
}

#[test]
fn published_willingness_to_pay_and_shares_of_heating() {
    let Some(reference) = support::reference() else {
        eprintln!("SKIPPED: the reference collection is not beside this checkout; willingness to pay was not compared");
        return;
    };
    let (folder, fit) = fit_of(&reference.join("models/heating_mnl_asc.toml"));
    let report = json(folder.path(), &["wtp", "fit.json", "--cost", "ic", "--of", "oc"]);
    let found = &report["willingness_to_pay"][0];
    near(number(&found["estimate"]), -4.563385, 1e-5);
    let slopes = (fit.parameters[5].estimate, fit.parameters[4].estimate);
    near(number(&found["estimate"]), -slopes.0 / slopes.1, 1e-14);
    let report = json(
        folder.path(),
        &["scenario", "fit.json", "--set", "`ic.hp` = 0.9 * `ic.hp`"],
    );
    for (name, then) in [
        ("hp", 0.0644623),
        ("ec", 0.07045486),
        ("er", 0.09247026),
        ("gc", 0.63064443),
        ("gr", 0.14196814),
    ] {
        near(
            number(&row(&report["shares"], "alternative", name)["scenario"]["estimate"]),
            then,
            1e-6,
        );
    }
}

#[test]
fn willingness_to_pay_by_three_methods() {
    let (folder, _) = fitted("swissmetro/logit.toml");
    let of = |method: &[&str]| {
        let base = ["wtp", "fit.json", "--cost", "b_cost", "--of", "b_time"];
        let report = json(folder.path(), &[&base, method].concat());
        let found = report["willingness_to_pay"][0].clone();
        ["estimate", "std_error", "conf_low", "conf_high"].map(|name| number(&found[name]))
    };
    let delta = of(&[]);
    let fieller = of(&["--method", "fieller"]);
    let simulated = of(&["--method", "simulated", "--draws", "50000", "--seed", "3"]);
    // Francs a minute; coefficients are in hundreds of both.
    near(delta[0], -1.27785896 / 1.08379004, 1e-6);
    assert_eq!(
        (fieller[..2].as_ref(), simulated[..2].as_ref()),
        (delta[..2].as_ref(), delta[..2].as_ref())
    );
    for end in [2, 3] {
        near(fieller[end], simulated[end], 0.003);
        near(fieller[end], delta[end], 0.015);
    }
    assert_eq!(
        of(&["--method", "simulated", "--draws", "50000", "--seed", "3"]),
        simulated
    );
    let (code, out, _) = run(folder.path(), &["wtp", "fit.json", "--cost", "b_cost"]);
    assert_eq!(code, 0);
    for part in [
        "\nCost              b_cost: -0.010838 utils for a unit of TRAIN_CO, SM_CO, CAR_CO",
        "TRAIN_TT and 2 more",
    ] {
        assert!(out.contains(part), "{out}");
    }
}

#[test]
fn a_cost_that_may_be_zero_is_warned_of() {
    let (folder, fit) = fitted("travel_mode/logit.toml");
    assert!(fit.parameters[5].statistic.unwrap().abs() < 2.0, "of income");
    let arguments = ["wtp", "fit.json", "--cost", "b_income_air", "--method", "fieller"];
    let (code, out, err) = run(folder.path(), &arguments);
    assert_eq!(code, 0);
    assert!(
        err.contains("warning: the cost coefficient \"b_income_air\" is not clearly different from zero (z = "),
        "{err}"
    );
    assert!(
        err.contains("warning: the cost coefficient \"b_income_air\" is positive"),
        "{err}"
    );
    assert!(
        out.contains("No interval: what the data do not contradict has no bounds"),
        "{out}"
    );
}

#[test]
fn likelihood_ratio_and_wald() {
    let (folder, fit) = fitted("travel_mode/logit.toml");
    let data = root().join("datasets/travel_mode/travel_mode.csv");
    let model = std::fs::read_to_string(root().join("datasets/travel_mode/logit.toml")).unwrap();
    // Without waiting time, which is another set of columns.
    let less = model
        .replace(" + b_ttme * ttme", "")
        .lines()
        .filter(|line| !line.starts_with("b_ttme"))
        .map(|line| match line.starts_with("file") {
            true => format!("file = \"{}\"\n", data.display()),
            false => format!("{line}\n"),
        })
        .collect::<String>();
    std::fs::write(folder.path().join("less.toml"), less).unwrap();
    let (code, _, err) = run(folder.path(), &["estimate", "less.toml", "-o", "less.json", "-q"]);
    assert_eq!(code, 0, "{err}");
    let restricted: Fit =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("less.json")).unwrap()).unwrap();
    let report = json(folder.path(), &["test", "less.json", "fit.json"]);
    near(
        number(&report["statistic"]),
        2.0 * (fit.log_likelihood - restricted.log_likelihood),
        1e-12,
    );
    assert_eq!(
        (&report["degrees"], &report["nested"]),
        (&Value::from(1), &Value::from(true))
    );
    assert!(number(&report["p_value"]) < 1e-20);
    let report = json(folder.path(), &["test", "fit.json", "--wald", "b_ttme = 0"]);
    let z = fit.parameters[4].statistic.unwrap();
    near(number(&report["statistic"]), z * z, 1e-10 * z * z);

    let failed = |arguments: &[&str], expected: &str| {
        let (code, out, err) = run(folder.path(), arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert!(err.contains(expected), "{err}");
    };
    failed(
        &["test", "fit.json", "less.json"],
        "the restricted model comes first and has fewer",
    );
    failed(&["test", "fit.json"], "test what? --wald");
    failed(&["test", "fit.json", "--wald", "b_gcc = 0"], "did you mean \"b_gc\"?");
    failed(
        &["test", "fit.json", "--wald", "gc = 0"],
        "\"gc\" is no parameter of this fit",
    );
    // A fit of other cases, and one that is not at its maximum.
    let (other, _) = fitted("mode_canada/logit.toml");
    std::fs::copy(other.path().join("fit.json"), folder.path().join("other.json")).unwrap();
    failed(
        &["test", "less.json", "other.json"],
        "were not estimated on the same choices: they use 210 and 2769 cases",
    );
    let mut worse = fit.clone();
    worse.log_likelihood = restricted.log_likelihood - 1.0;
    std::fs::write(folder.path().join("worse.json"), serde_json::to_string(&worse).unwrap()).unwrap();
    failed(
        &["test", "less.json", "worse.json"],
        "a model is never better than one that it restricts",
    );
}

#[test]
fn wrong_use_is_one_clear_line() {
    let (folder, _) = fitted("swissmetro/logit.toml");
    let data = std::fs::read_to_string(root().join("datasets/swissmetro/swissmetro.csv")).unwrap();
    let lines: Vec<&str> = data.lines().take(20).collect();
    let without: Vec<String> = {
        let at = lines[0]
            .split(',')
            .position(|name| name == "TRAIN_TT")
            .expect("a column");
        let cells = |line: &&str| {
            let kept = line.split(',').enumerate().filter(|(position, _)| *position != at);
            kept.map(|(_, cell)| cell).collect::<Vec<_>>().join(",")
        };
        lines.iter().map(cells).collect()
    };
    std::fs::write(folder.path().join("short.csv"), without.join("\n")).unwrap();
    let scenario = "TRAIN_TT = 0.8 * TRAIN_TT";
    for (arguments, expected) in [
        (
            vec!["scenario", "fit.json", "--set", "TRAIN_T = 0.8 * TRAIN_T"],
            "error: no column \"TRAIN_T\" in swissmetro.csv for the scenario; did you mean \"TRAIN_TT\"?\n",
        ),
        (
            vec!["scenario", "fit.json", "--set", "train_time = 1"],
            "error: scenario: \"train_time\" is a derived column, which follows from others; change what it is made of: \
             \"TRAIN_TT\"\n",
        ),
        (
            vec!["scenario", "fit.json", "--set", "CHOICE = 1"],
            "error: scenario: column \"CHOICE\" says what the rows are (choice), and cannot change\n",
        ),
        (
            vec!["scenario", "fit.json", "--remove", "trian"],
            "error: scenario: no alternative \"trian\"; did you mean \"train\"?; there are \"train\", \"swissmetro\", \"car\"\n",
        ),
        (
            vec!["scenario", "fit.json", "--set", "TRAIN_TT = 1 / 0"],
            "error: scenario: new \"TRAIN_TT\" has no value in 6768 rows that had one, the first of them row 2\n",
        ),
        (
            vec!["surplus", "fit.json", "--cost", "train_cost", "--scenario", scenario],
            "error: surplus: \"train_cost\" is a column, not a parameter; the cost is the coefficient that it stands with: \
             \"b_cost\"\n",
        ),
        (
            vec!["surplus", "fit.json", "--cost", "b_csot", "--scenario", scenario],
            "error: surplus: the cost is a parameter, or an expression of them: \"b_csot\" is no parameter of this fit; did you \
             mean \"b_cost\"?\n",
        ),
        (
            vec!["wtp", "fit.json", "--cost", "b_costs"],
            "error: willingness to pay: no utility has the coefficient \"b_costs\"; did you mean \"b_cost\"?; there are \
             \"asc_train\", \"asc_car\", \"b_time\", \"b_cost\"\n",
        ),
        (
            vec!["elasticities", "fit.json", "--attribute", "TRAIN_TTT"],
            "error: elasticities: no utility depends on a column \"TRAIN_TTT\"; did you mean \"TRAIN_TT\"?\n",
        ),
        (
            vec!["elasticities", "fit.json", "--attribute", "TRAIN_TT", "--of", "train"],
            "error: --of: column \"TRAIN_TT\" has a cell for a case, not for each alternative; leave --of out\n",
        ),
        (
            vec!["elasticities", "fit.json", "--attribute", "TRAIN_TT", "--by", "PURPOS"],
            "error: no column \"PURPOS\" in swissmetro.csv to break results down by; did you mean \"PURPOSE\"?\n",
        ),
    ] {
        let (code, out, err) = run(folder.path(), &arguments);
        assert_eq!((code, out.as_str(), err.as_str()), (2, "", expected), "{arguments:?}");
    }
    let lacking = ["elasticities", "fit.json", "short.csv", "--attribute", "TRAIN_TT"];
    let (code, out, err) = run(folder.path(), &lacking);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.starts_with(
            "error: short.csv does not suit the derived column \"train_time\", column 1: unknown name \"TRAIN_TT\""
        ),
        "{err}"
    );
}

#[test]
fn new_data_and_every_format() {
    let (folder, _) = fitted("swissmetro/logit.toml");
    let data = std::fs::read_to_string(root().join("datasets/swissmetro/swissmetro.csv")).unwrap();
    let some: Vec<&str> = data.lines().take(60).collect();
    std::fs::write(folder.path().join("some.csv"), some.join("\n")).unwrap();
    let change = "TRAIN_TT = 0.9 * TRAIN_TT";
    let commands: [(&str, Vec<&str>); 5] = [
        (
            "attribute,",
            vec!["elasticities", "fit.json", "some.csv", "--attribute", "TRAIN_TT"],
        ),
        ("term,", vec!["wtp", "fit.json", "--cost", "b_cost"]),
        (
            "segment,",
            vec![
                "surplus",
                "fit.json",
                "some.csv",
                "--cost",
                "b_cost",
                "--scenario",
                change,
            ],
        ),
        (
            "segment,",
            vec![
                "scenario", "fit.json", "some.csv", "--set", change, "--remove", "car", "--by", "GA",
            ],
        ),
        ("restriction,", vec!["test", "fit.json", "--wald", "b_time = b_cost"]),
    ];
    for (head, arguments) in &commands {
        let write = |format: &str| {
            let (code, out, err) = run(folder.path(), &[arguments.as_slice(), &["--format", format]].concat());
            assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
            out
        };
        let text = write("text");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(!text.contains("NaN"), "{text}");
        let csv = write("csv");
        assert!(csv.starts_with(head), "{csv}");
        let fields = |line: &str| line.matches(',').count();
        assert!(
            csv.lines()
                .all(|line| fields(line) == fields(csv.lines().next().unwrap())),
            "{csv}"
        );
        let _: Value = serde_json::from_str(&write("json")).expect("JSON");
        assert!(write("markdown").starts_with("## "));
        assert!(write("latex").contains("\\begin{tabular}"));
    }
    // Cases of the estimation alone are the data of the estimation.
    let (_, out, _) = run(folder.path(), &commands[0].1);
    assert!(out.contains("\nData              some.csv\n"), "{out}");
}
