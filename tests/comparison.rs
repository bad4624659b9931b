//! `logsum compare` as a user meets it: models side by side, on a common scale, tested against each other.

mod support;

use std::path::Path;

use logsum::Fit;
use serde_json::Value;
use support::{logsum, ran, root};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ran(&logsum(folder, arguments))
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("writes");
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("reads")
}

fn estimate(folder: &Path, name: &str, model: &str) -> Fit {
    write(folder, &format!("{name}.toml"), model);
    let (model, fit) = (format!("{name}.toml"), format!("{name}.json"));
    let (code, _, err) = run(folder, &["estimate", &model, "-o", &fit, "--quiet"]);
    assert_eq!(code, 0, "{name}: {err}");
    serde_json::from_str(&read(folder, &fit)).expect("a fit")
}

/// A folder with a data set of the repository, and the text of one of its models.
fn dataset(name: &str, table: &str, model: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let from = root().join("datasets").join(name);
    std::fs::copy(from.join(table), folder.path().join(table)).expect("copies");
    let model = std::fs::read_to_string(from.join(model)).expect("the model file");
    (folder, model)
}

/// Intercity travel by two logits that differ in how cost enters, `logit.json` and `ln_cost.json`.
fn travel() -> (tempfile::TempDir, [Fit; 2]) {
    let (folder, model) = dataset("travel_mode", "travel_mode.csv", "logit.toml");
    let first = estimate(folder.path(), "logit", &model);
    let second = estimate(folder.path(), "ln_cost", &model.replace("b_gc * gc", "b_gc * log(gc)"));
    (folder, [first, second])
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let arguments = [&["compare", "--format", "json"], arguments].concat();
    let (code, out, err) = run(folder, &arguments);
    assert_eq!((code, err.as_str()), (0, ""));
    serde_json::from_str(&out).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn stars_where_they_are_asked_for() {
    let (folder, fits) = travel();
    let compared = |more: &[&str]| {
        let arguments = [&["compare", "logit.json", "ln_cost.json"], more].concat();
        let (code, out, err) = run(folder.path(), &arguments);
        assert_eq!((code, err.as_str()), (0, ""));
        out
    };
    assert!(!compared(&[]).contains('*'));
    let starred = compared(&["--stars"]);
    assert!(starred.contains("* p < 0.05, ** p < 0.01, *** p < 0.001"), "{starred}");
    for parameter in &fits[0].parameters {
        let p = parameter.p_value.expect("it is estimated");
        let row = starred
            .lines()
            .find(|line| line.starts_with(&parameter.term))
            .expect("a row");
        let first = row.split('(').next().expect("an estimate");
        let stars = [0.05, 0.01, 0.001].iter().filter(|level| p < **level).count();
        assert_eq!(first.matches('*').count(), stars, "{row}");
    }
}

#[test]
fn two_logits_that_are_not_nested() {
    let (folder, fits) = travel();
    let arguments = [
        "compare",
        "logit.json",
        "ln_cost.json",
        "--cost",
        "b_gc",
        "--attribute",
        "gc",
    ];
    let (code, out, err) = run(folder.path(), &arguments);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "2 models side by side\n",
        "\nasc_air ",
        " 5.20744 (0.77906) ",
        "\nCommon scale: ln_cost against logit\n",
        "\nRatio of scales   0.92241 (standard error 0.0518)\n",
        "\nVuong's test: logit against ln_cost\n",
        "\nln_cost is preferred, with and without corrections for the number of parameters.\n",
        "\nWillingness to pay, by b_gc\n",
        "\nElasticities in gc\n",
        "train (own) ",
        "\nShares\n",
    ] {
        assert!(out.contains(part), "{part} is not in:\n{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");

    let found = json(
        folder.path(),
        &["logit.json", "ln_cost.json", "--cost", "b_gc", "--attribute", "gc"],
    );
    let vuong = &found["pairs"][0]["vuong"];
    let ratio = fits[0].log_likelihood - fits[1].log_likelihood;
    assert!((number(&vuong["log_likelihood_ratio"]) - ratio).abs() < 1e-9);
    let z = ratio / (210.0 * number(&vuong["variance"])).sqrt();
    assert!((number(&vuong["uncorrected"]["statistic"]) - z).abs() < 1e-12);
    assert!(found["pairs"][0]["nesting"].is_null());
    // Minus the ratio, and constants that give the observed shares.
    let first = &found["willingness_to_pay"]["models"][0][0];
    let expected = -fits[0].parameters[0].estimate / fits[0].parameters[3].estimate;
    assert!((number(&first["estimate"]) / expected - 1.0).abs() < 1e-12);
    for (observed, predicted) in
        [0, 1, 2, 3].map(|at| (&found["shares"]["observed"][at], &found["shares"]["models"][1][at]))
    {
        assert!((number(observed) - number(predicted)).abs() < 1e-6);
    }
    // All probabilities together change by nothing.
    for model in 0..2 {
        for row in found["elasticities"][0]["models"][model]["rows"]
            .as_array()
            .expect("rows")
        {
            let shares = found["shares"]["models"][model]
                .as_array()
                .expect("shares")
                .iter()
                .map(number);
            let values = row["values"].as_array().expect("values").iter().map(number);
            let sum: f64 = shares.zip(values).map(|(share, value)| share * value).sum();
            assert!(sum.abs() < 1e-8, "{sum}");
        }
    }

    for (format, part) in [
        ("csv", "\nvuong,logit,ln_cost,,,bic,-2.1"),
        ("latex", "\\caption{Common scale: ln\\_cost against logit}"),
        ("markdown", "\n## Vuong's test: logit against ln_cost\n"),
    ] {
        let (code, out, err) = run(folder.path(), &[&arguments[..], &["--format", format]].concat());
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains(part), "{format}:\n{out}");
    }
}

#[test]
fn the_elasticities_of_a_logit_are_its_formula() {
    let (folder, fits) = travel();
    let found = json(
        folder.path(),
        &["logit.json", "ln_cost.json", "--attribute", "gc", "--attribute", "hinc"],
    );
    let (file, data) = support::load(&folder.path().join("logit.toml"));
    let model = logsum::Model::bind(&file.specification, &data).expect("binds");
    let theta: Vec<f64> = fits[0].parameters.iter().map(|parameter| parameter.estimate).collect();
    let probabilities = model.predict(&theta).expect("predicts").probabilities;
    let column = data
        .columns()
        .iter()
        .find(|column| column.name == "gc")
        .expect("a column");
    let logsum::data::Values::Number(cost) = &column.values else {
        panic!("numbers")
    };
    for own in 0..4 {
        let (mut top, mut bottom) = (0.0, 0.0);
        for case in 0..data.n_cases() {
            let pair = data.pairs(case).start + own;
            let p = probabilities[pair];
            top += p * theta[3] * cost[pair] * (1.0 - p);
            bottom += p;
        }
        let rows = &found["elasticities"][0]["models"][0]["rows"];
        let value = number(&rows[own]["values"][own]);
        assert!((value - top / bottom).abs() < 1e-8, "{value} {}", top / bottom);
    }
    // Income is the same in all rows of a traveller.
    let rows = found["elasticities"][1]["models"][0]["rows"].as_array().expect("rows");
    assert_eq!((rows.len(), rows[0]["changed"].is_null()), (1, true));
}

#[test]
fn a_scale_is_recovered_and_the_same_model_is_told() {
    let (folder, model) = dataset("travel_mode", "travel_mode.csv", "logit.toml");
    estimate(folder.path(), "logit", &model);
    let halved = model
        .replace("\"b_gc * gc + b_ttme * ttme\"", "\"(b_gc * gc + b_ttme * ttme) / 2\"")
        .replace(
            "\"asc_air + b_income_air * hinc\"",
            "\"(asc_air + b_income_air * hinc) / 2\"",
        )
        .replace("\"asc_train\"", "\"asc_train / 2\"")
        .replace("\"asc_bus\"", "\"asc_bus / 2\"");
    estimate(folder.path(), "halved", &halved);
    let found = json(folder.path(), &["logit.json", "halved.json"]);
    let pair = &found["pairs"][0];
    assert!((number(&pair["scale"]["ratio"]) - 2.0).abs() < 1e-6);
    assert!(number(&pair["scale"]["std_error"]) < 1e-6);
    assert_eq!(pair["vuong"]["identical"], true);
    let (_, out, _) = run(folder.path(), &["compare", "logit.json", "halved.json"]);
    assert!(out.contains("they say the same of\nthese choices"), "{out}");
}

#[test]
fn a_logit_against_a_mixed_logit_of_a_panel() {
    let (folder, model) = dataset("electricity", "electricity.csv", "mixed.toml");
    let (alone, _) = model.split_once("[random]").expect("a part");
    let logit = estimate(folder.path(), "logit", alone);
    let mixed = estimate(folder.path(), "mixed", &model.replace("number = 600", "number = 100"));
    // A logit that knows nothing of the panel is compared by its decision makers all the same.
    estimate(folder.path(), "cases", &alone.replace("decision_maker = \"id\"", ""));
    let arguments = ["compare", "logit.json", "mixed.json", "cases.json", "--cost", "b_pf"];
    let (code, out, err) = run(folder.path(), &arguments);
    assert_eq!((code, err.as_str()), (0, ""));
    for part in [
        "  simulation error ",
        " 100 Halton ",
        "\nThe models are nested: logit is mixed with sd_b_pf, ",
        "with 6 degrees of freedom (too cautious, as a spread of 0 lies on the boundary)",
        "Of random coefficients the ratio of\ntheir means",
    ] {
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(squeezed(&out).contains(&squeezed(part)), "{part} is not in:\n{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let found = json(folder.path(), &arguments[1..]);
    let (first, second) = (&found["pairs"][0], &found["pairs"][1]);
    assert_eq!(first["vuong"]["n_decision_makers"], 361);
    assert_eq!(second["vuong"]["n_decision_makers"], 361);
    assert_eq!(second["vuong"]["identical"], true);
    let ratio = number(&first["vuong"]["log_likelihood_ratio"]);
    assert!((ratio - (logit.log_likelihood - mixed.log_likelihood)).abs() < 1e-7);
    // More is seen by whoever looks through tastes: the scale rises.
    let scale = number(&first["scale"]["ratio"]);
    assert!(scale > 1.3 && scale < 1.9, "{scale}");
    assert!((number(&second["scale"]["ratio"]) - 1.0).abs() < 1e-9);
    // The error of the ratio is not that of independent estimators, which would be larger.
    let error = number(&first["scale"]["std_error"]);
    assert!(error > 0.01 && error < 0.1, "{error}");
    // Unlabelled alternatives have no elasticities, and are told so.
    let (code, _, err) = run(folder.path(), &[&arguments[..], &["--attribute", "pf"]].concat());
    assert_eq!(code, 2);
    assert!(err.contains("are unlabelled"), "{err}");
}

#[test]
fn a_logit_against_a_probit() {
    let (folder, model) = dataset("travel_mode", "travel_mode.csv", "logit.toml");
    let logit = estimate(folder.path(), "logit", &model);
    let normal = "\n[probit]\ncovariance = \"full\"\nbase = \"car\"\n\n[draws]\nnumber = 50\nmethod = \"sobol\"\n";
    let probit = estimate(folder.path(), "probit", &format!("{model}{normal}"));
    let found = json(
        folder.path(),
        &["logit.json", "probit.json", "--cost", "b_gc", "--attribute", "gc"],
    );
    let pair = &found["pairs"][0];
    // Covariance parameters are no coefficients of utilities.
    let terms = pair["scale"]["terms"].as_array().expect("terms");
    assert_eq!(terms.len(), 6);
    assert!(number(&pair["scale"]["std_error"]) > 0.0);
    assert!(pair["nesting"].is_null());
    let ratio = logit.log_likelihood - probit.log_likelihood;
    assert!((number(&pair["vuong"]["log_likelihood_ratio"]) - ratio).abs() < 1e-8);
    // Trains and buses are nearer to each other than either is to a plane, which a logit cannot see.
    let cross = |model: usize, of: usize| number(&found["elasticities"][0]["models"][model]["rows"][1]["values"][of]);
    let (air, train, bus) = (0, 1, 2);
    assert!(
        cross(1, train) < 0.0 && cross(1, bus) > 2.0 * cross(1, air),
        "{}",
        found["elasticities"]
    );
    assert!(cross(0, bus) < 2.0 * cross(0, air), "{}", found["elasticities"]);
}

#[test]
fn wide_data_through_derived_columns() {
    let (folder, model) = dataset("swissmetro", "swissmetro.csv", "logit.toml");
    estimate(folder.path(), "logit", &model);
    estimate(
        folder.path(),
        "squared",
        &model.replace("b_time * CAR_TT", "b_time * CAR_TT ^ 1.1"),
    );
    let found = json(
        folder.path(),
        &[
            "logit.json",
            "squared.json",
            "--attribute",
            "CAR_TT",
            "--attribute",
            "TRAIN_CO",
        ],
    );
    let rows = &found["elasticities"][0]["models"][0]["rows"];
    assert_eq!(rows.as_array().expect("rows").len(), 1);
    assert!(number(&rows[0]["values"][2]) < 0.0 && number(&rows[0]["values"][0]) > 0.0);
    let (code, _, err) = run(
        folder.path(),
        &[
            "compare",
            "logit.json",
            "squared.json",
            "--attribute",
            "train_cost",
            "--attribute",
            "GROUPS",
        ],
    );
    assert_eq!(code, 2);
    let expected = "error: elasticities: \"train_cost\" is a derived column; name a column that it is made of: \"TRAIN_CO\", \
                    \"GA\"\nerror: elasticities: no utility of these models depends on a column \"GROUPS\"\n";
    assert_eq!(err, expected);
}

#[test]
fn what_is_wrong_is_told_together() {
    let (folder, _) = travel();
    let fails = |arguments: &[&str]| {
        let (code, out, err) = run(folder.path(), &[&["compare"], arguments].concat());
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        err
    };
    assert_eq!(
        fails(&["logic.json", "logit.json", "nothing_like_it.json"]),
        "error: no fit file \"logic.json\"; did you mean \"logit.json\"?\n\
         error: no fit file \"nothing_like_it.json\"; check its name and folder\n"
    );
    assert!(fails(&["logit.json"]).contains("2 values required"));
    assert_eq!(
        fails(&["logit.json", "ln_cost.json", "--cost", "b_cg"]),
        "error: willingness to pay: no utility has the coefficient \"b_cg\"; did you mean \"b_gc\"?\n"
    );
    assert_eq!(
        fails(&["logit.json", "ln_cost.json", "--attribute", "gcc"]),
        "error: elasticities: no utility of these models depends on a column \"gcc\"; did you mean \"gc\"?\n"
    );
    assert_eq!(
        fails(&["logit.json", "ln_cost.json", "--covariance", "clustered"]),
        "error: compare takes the covariances that fits have: hessian, opg, robust or bootstrap\n"
    );
    // The data have changed since.
    let table = read(folder.path(), "travel_mode.csv");
    write(folder.path(), "travel_mode.csv", &table.replacen(",70,", ",71,", 1));
    let err = fails(&["logit.json", "ln_cost.json"]);
    for fit in ["logit.json", "ln_cost.json"] {
        let told = format!("is not the data that \"{fit}\" was estimated on");
        assert!(err.contains(&told), "{err}");
    }
}

#[test]
fn without_the_data_or_on_others_less_is_said() {
    let (folder, _) = travel();
    let table = read(folder.path(), "travel_mode.csv");
    let model = read(folder.path(), "logit.toml");
    let fewer = model.replace(
        "choice      = \"choice\"",
        "choice      = \"choice\"\nfilter = \"hinc > 20\"",
    );
    estimate(folder.path(), "fewer", &fewer);
    let (code, out, err) = run(folder.path(), &["compare", "logit.json", "fewer.json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let squeezed = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        squeezed
            .contains("fewer against logit logit and fewer were not estimated on the same choices: they use 210 and ")
    );
    assert!(!out.contains("Vuong") && !out.contains("above lowest"), "{out}");

    std::fs::rename(folder.path().join("travel_mode.csv"), folder.path().join("moved.csv")).expect("moves");
    let (code, out, err) = run(folder.path(), &["compare", "logit.json", "ln_cost.json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("The data are not at \"travel_mode.csv\""), "{out}");
    assert!(
        out.contains("The standard error of the ratio could not be computed"),
        "{out}"
    );
    assert!(!out.contains("Vuong"), "{out}");
    // What cannot be done without them is an error, and there is a remedy.
    let attribute = ["compare", "logit.json", "ln_cost.json", "--attribute", "gc"];
    let (code, _, err) = run(folder.path(), &attribute);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: no file \"travel_mode.csv\""), "{err}");
    let (code, out, err) = run(folder.path(), &[&attribute[..], &["--data", "moved.csv"]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("Vuong") && out.contains("Elasticities in gc"), "{out}");
    write(folder.path(), "moved.csv", &table.replace(",69,", ",70,"));
    let (code, _, err) = run(
        folder.path(),
        &["compare", "logit.json", "ln_cost.json", "--data", "moved.csv"],
    );
    assert_eq!(code, 2);
    assert!(
        err.contains("is not the data that \"logit.json\" was estimated on"),
        "{err}"
    );
}

#[test]
fn a_fit_that_has_not_converged_is_marked() {
    let (folder, _) = travel();
    let (code, _, _) = run(
        folder.path(),
        &[
            "estimate",
            "logit.toml",
            "-o",
            "stopped.json",
            "--max-iterations",
            "1",
            "--quiet",
        ],
    );
    assert_eq!(code, 1);
    let (code, out, err) = run(folder.path(), &["compare", "ln_cost.json", "stopped.json"]);
    assert_eq!(code, 1);
    assert!(out.contains("NOT CONVERGED: the numbers of stopped"), "{out}");
    assert!(
        err.starts_with("warning: \"stopped.json\" has not converged: "),
        "{err}"
    );
}
