//! The tables of mixed logit: what they say, and back from JSON.

mod messages;

use serde_json::json;

use super::BASE;
use crate::mixing::{
    DrawMethod, DrawNumber, DrawPlan, RandomCoefficient, Shape, TasteDistribution, Varies, WillingnessToPaySpace,
};
use crate::model_file::ModelFile;
use crate::testing::expression;

fn parse(tables: &str) -> ModelFile {
    ModelFile::parse(&format!("{BASE}{tables}"), "modes.toml").unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn assert_round_trip(file: &ModelFile) {
    let text = serde_json::to_string(&file.to_json()).unwrap();
    let again = ModelFile::from_json(&serde_json::from_str(&text).unwrap());
    assert_eq!(again.as_ref(), Ok(file));
}

/// Long data with as many coefficients as there are ways to vary.
const EVERYTHING: &str = r#"
[data]
file = "long.csv"
layout = "long"
case = "id"
choice = "choice"
decision_maker = "who"

[parameters]
a = 0
b = -1
c = 0
d = 0
e = { start = 0, fixed = true }
f = 0
g = 0
m = 0.5
s = 0.25
h = 0
tau = 0.3
gamma = 0.1
sd_a = { start = 0.7, lower = 0 }
sd_d = { lower = 0.0, label = "sd of d" }

[utility]
all = "a * x1 + b * x2 + c * x3 + d * x4 + e * x5 + f * x6 + g * x7 + t * x8 + u * x9"

[random]
g = { distribution = "triangular", spread = "g", mean_shift = "h * income" }
a = { distribution = "normal", mean_shift = "h * income", ln_sd_shift = "-h * income" }
b = { distribution = "lognormal", sign = -1, start_sd = 0.25 }
c = { distribution = "johnson_sb", range = [-2, 0.5] }
d = { distribution = "truncated_normal", sign = 1 }
e = { distribution = "uniform", start_spread = 2, ln_spread_shift = "h", varies = "case" }
f = { distribution = "censored_normal", sd = 0.5 }
t = { transform = "-exp(m + s * draw + draw_1)" }
u = { transform = "s * draw_1", varies = "decision_maker" }

[correlation]
groups = [["b", "c"]]

[willingness_to_pay_space]
cost = "b"
coefficients = ["a", "t"]

[scale_heterogeneity]
tau = "tau"
gamma = "gamma"
coefficients = ["a", "b"]

[draws]
number = "auto"
method = "scrambled_halton"
antithetic = true
seed = 7
drop = 10
leap = 2
number_within = 50
replications = 0
tolerance = 0.05
"#;

fn named(shape: Shape) -> TasteDistribution {
    RandomCoefficient::new("", shape).distribution
}

#[test]
fn everything_that_the_tables_may_say() {
    let file = ModelFile::parse(EVERYTHING, "everything.toml").unwrap_or_else(|error| panic!("{error}"));
    let specification = &file.specification;
    assert_eq!(specification.validate(), Ok(()));
    let mixing = specification.mixing.as_ref().unwrap();
    let symbols: Vec<&str> = mixing.random.iter().map(|random| random.symbol.as_str()).collect();
    assert_eq!(symbols, ["g", "a", "b", "c", "d", "e", "f", "t", "u"]);
    let varying: Vec<&str> = mixing
        .random
        .iter()
        .filter(|random| random.varies == Varies::Case)
        .map(|random| random.symbol.as_str())
        .collect();
    assert_eq!(varying, ["e"]);
    let of = |symbol: &str| &mixing.coefficient(symbol).unwrap().distribution;
    let expected = [
        (
            "g",
            TasteDistribution::Named {
                shape: Shape::Triangular,
                sign: 1.0,
                start: None,
                second: Some(expression("g")),
                mean_shift: Some(expression("h * income")),
                ln_sd_shift: None,
            },
        ),
        (
            "a",
            TasteDistribution::Named {
                shape: Shape::Normal,
                sign: 1.0,
                start: None,
                second: None,
                mean_shift: Some(expression("h * income")),
                ln_sd_shift: Some(expression("-h * income")),
            },
        ),
        (
            "b",
            TasteDistribution::Named {
                shape: Shape::Lognormal,
                sign: -1.0,
                start: Some(0.25),
                second: None,
                mean_shift: None,
                ln_sd_shift: None,
            },
        ),
        ("c", named(Shape::JohnsonSb { low: -2.0, high: 0.5 })),
        ("d", named(Shape::TruncatedNormal)),
        (
            "e",
            TasteDistribution::Named {
                shape: Shape::Uniform,
                sign: 1.0,
                start: Some(2.0),
                second: None,
                mean_shift: None,
                ln_sd_shift: Some(expression("h")),
            },
        ),
        (
            "f",
            TasteDistribution::Named {
                shape: Shape::CensoredNormal,
                sign: 1.0,
                start: None,
                second: Some(expression("0.5")),
                mean_shift: None,
                ln_sd_shift: None,
            },
        ),
        (
            "t",
            TasteDistribution::Transform(expression("-exp(m + s * draw + draw_1)")),
        ),
        ("u", TasteDistribution::Transform(expression("s * draw_1"))),
    ];
    for (symbol, distribution) in expected {
        assert_eq!(of(symbol), &distribution, "{symbol}");
    }
    assert_eq!(mixing.correlation, [["b", "c"]]);
    assert_eq!(
        mixing.willingness_to_pay,
        Some(WillingnessToPaySpace {
            cost: "b".to_owned(),
            coefficients: vec!["a".to_owned(), "t".to_owned()],
        })
    );
    let scale = mixing.scale.as_ref().unwrap();
    assert_eq!((scale.tau.source(), scale.gamma.source()), ("tau", "gamma"));
    assert_eq!(scale.coefficients, ["a", "b"]);
    assert_eq!(
        mixing.draws,
        DrawPlan {
            number: DrawNumber::Auto,
            number_within: 50,
            method: DrawMethod::ScrambledHalton,
            antithetic: true,
            seed: 7,
            drop: 10,
            leap: 2,
            replications: 0,
            tolerance: 0.05,
        }
    );
    // Parameters as the file has them, then the second estimates that it does not declare.
    let names: Vec<String> = specification.symbols();
    assert_eq!(
        names,
        [
            "a", "b", "c", "d", "e", "f", "g", "m", "s", "h", "tau", "gamma", "sd_a", "sd_d", "chol_b_b", "chol_c_b",
            "chol_c_c", "spread_e"
        ]
    );
    let start = |symbol: &str| {
        let mut parameters = specification.parameters.iter();
        let declared = parameters.find(|declared| declared.symbol == symbol).unwrap();
        declared.parameter.start
    };
    assert_eq!(start("sd_a"), 0.7);
    // Declared for its bound and its label, not for its start.
    assert_eq!(start("sd_d"), 0.1);
    assert_eq!(
        (start("chol_b_b"), start("chol_c_b"), start("chol_c_c")),
        (0.25, 0.0, 0.1)
    );
    assert_eq!(start("spread_e"), 2.0);
    // What is neither a parameter nor a coefficient nor a draw is a column.
    let columns = [
        "id", "choice", "who", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "income",
    ];
    assert_eq!(file.columns(), columns);
    assert_round_trip(&file);
}

#[test]
fn what_is_left_out() {
    let file = parse("\n[random]\nb = { distribution = \"normal\" }\n");
    let mixing = file.specification.mixing.as_ref().unwrap();
    assert_eq!(mixing.random, [RandomCoefficient::new("b", Shape::Normal)]);
    assert_eq!(mixing.draws, DrawPlan::default());
    assert_eq!((&mixing.willingness_to_pay, &mixing.scale), (&None, &None));
    assert_eq!(file.specification.symbols(), ["asc", "b", "sd_b"]);
    assert_eq!(file.specification.validate(), Ok(()));
    assert_round_trip(&file);
    assert_eq!(file.to_json()["random"], json!({ "b": { "distribution": "normal" } }));
    assert_eq!(
        file.to_json()["draws"],
        json!({
            "number": 500, "method": "halton", "antithetic": false, "seed": 1, "drop": 100, "leap": 1,
            "number_within": 100, "replications": 5, "tolerance": 0.1,
        })
    );

    let file = parse("\n[random]\nb = { distribution = \"johnson_sb\" }\n[draws]\nmethod = \"quadrature\"\n");
    let mixing = file.specification.mixing.as_ref().unwrap();
    assert_eq!(mixing.random[0].shape(), Some(Shape::JohnsonSb { low: 0.0, high: 1.0 }));
    assert_eq!(mixing.draws.number, DrawNumber::Number(20));
    assert_round_trip(&file);

    // Scale heterogeneity alone.
    let text = format!("{BASE}[scale_heterogeneity]\ntau = \"tau\"\n").replace("asc = 0", "asc = 0\ntau = 0.1");
    let file = ModelFile::parse(&text, "modes.toml").unwrap();
    let scale = file.specification.mixing.as_ref().unwrap().scale.as_ref().unwrap();
    assert_eq!((scale.gamma.source(), scale.coefficients.len()), ("0", 0));
    assert_eq!(file.specification.validate(), Ok(()));
    assert_round_trip(&file);

    assert_eq!(parse("").specification.mixing, None);
}

#[test]
fn a_name_that_stands_for_a_transform_alone_is_no_parameter() {
    let text = BASE.replace("b = {", "s = 1\nb = {");
    let file = ModelFile::parse(
        &format!("{text}[random]\nb = {{ transform = \"s * draw\" }}\n"),
        "modes.toml",
    )
    .unwrap();
    assert_eq!(file.specification.symbols(), ["asc", "s"]);
    assert_eq!(file.specification.validate(), Ok(()));
    assert_round_trip(&file);
}

#[test]
fn a_second_estimate_that_is_declared_stays() {
    let text = BASE.replace("asc = 0", "sd_b = { start = 2, lower = 0, upper = 5 }\nasc = 0");
    let file = format!("{text}[random]\nb = {{ distribution = \"normal\", start_sd = 0.5 }}\n");
    let file = ModelFile::parse(&file, "modes.toml").unwrap();
    assert_eq!(file.specification.symbols(), ["sd_b", "asc", "b"]);
    let parameter = &file.specification.parameters[0].parameter;
    assert_eq!((parameter.start, parameter.lower, parameter.upper), (2.0, 0.0, 5.0));
    assert_round_trip(&file);
}

#[test]
fn published_models() {
    let electricity = r#"
title = "Electricity suppliers: mixed logit, lognormal time-of-day and seasonal coefficients"

[data]
file   = "electricity.csv"
layout = "wide"
choice = "choice"
decision_maker = "id"

[alternatives]
supplier_1 = { code = 1 }
supplier_2 = { code = 2 }

[parameters]
pf   = 0.0
cl   = 0.0
wk   = 0.0
tod  = 0.0

[utility]
supplier_1 = "pf * pf1 + cl * cl1 + wk * wk1 + tod * tod1"
supplier_2 = "pf * pf2 + cl * cl2 + wk * wk2 + tod * tod2"

[random]
cl   = { distribution = "normal", start_sd = 0.1 }
wk   = { distribution = "uniform", start_spread = 1.0 }
tod  = { distribution = "lognormal", sign = -1 }

[draws]
number = 100
method = "halton"
seed   = 1
"#;
    let train = r#"
title = "Dutch train trips: mixed logit, correlated normals, fixed price"

[data]
file   = "train.csv"
layout = "wide"
choice = "choice"
decision_maker = "id"

[alternatives]
A = { code = "A" }
B = { code = "B" }

[parameters]
price   = 0.14666273
time    = 4.8941209
change  = 0.99547554
chol_time_time = 5.3522234
chol_change_time = -0.052104016
chol_change_change = 1.7612512

[utility]
A = "-price * price_A / 100 * 2.20371 - time * time_A / 60 - change * change_A"
B = "-price * price_B / 100 * 2.20371 - time * time_B / 60 - change * change_B"

[random]
time    = { distribution = "normal" }
change  = { distribution = "normal" }

[correlation]
groups = [["time", "change"]]

[draws]
number = 100
"#;
    let models = [
        (
            electricity,
            vec!["pf", "cl", "wk", "tod", "sd_cl", "spread_wk", "sd_tod"],
        ),
        (
            train,
            vec![
                "price",
                "time",
                "change",
                "chol_time_time",
                "chol_change_time",
                "chol_change_change",
            ],
        ),
    ];
    for (text, symbols) in models {
        let file = ModelFile::parse(text, "published.toml").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(file.specification.validate(), Ok(()));
        assert_eq!(file.specification.symbols(), symbols);
        assert_round_trip(&file);
    }
}

#[test]
fn problems_of_the_specification_are_left_to_it() {
    let file = parse("[random]\nbb = { distribution = \"normal\" }\n[correlation]\ngroups = [[\"bb\", \"bb\"]]\n");
    let error = file.specification.validate().unwrap_err().to_string();
    assert!(error.contains("random coefficient \"bb\" is not declared"), "{error}");
    assert!(
        error.contains("correlation: \"bb\" stands twice in its group; remove one"),
        "{error}"
    );
}
